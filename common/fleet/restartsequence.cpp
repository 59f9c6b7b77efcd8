// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/restartsequence.h"

#include "common/base/duration.h"
#include "common/base/printable.h"
#include "common/client/httpconnection.h"
#include "common/fleet/environmentcomparison.h"
#include "common/fleet/launcher.h"
#include "common/fleet/listeners.h"
#include "common/fleet/processwatch.h"

#include <QPointer>
#include <QTimer>

#include <deque>
#include <functional>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

/// Close looks while something is expected at any moment, wide ones after a second.
constexpr milliseconds QuickPoll{10};
constexpr milliseconds SlowPoll{100};
/// How long after taking a restart request a service may go on as if it had not.
constexpr milliseconds RestartGrace{5'000};
constexpr milliseconds LongestSuccessorTimeout = 24h; // as much as a service can be configured to wait
constexpr milliseconds CodeTimeout{2'000};
constexpr int LastWords = 5;

QString progressText(const ShutdownProgress &progress)
{
    const QString left = progress.left ? u", %1 left"_s.arg(formatDuration(*progress.left)) : QString();
    if (progress.phase == "draining"_L1)
        return u"draining %1"_s.arg(progress.inFlight) + left;
    for (const StepReport &step : progress.steps) {
        if (step.outcome == StepOutcome::Running)
            return u"cleaning up: "_s + printable(step.name) + left;
    }
    return printable(progress.phase.left(40)) + left;
}

/// `database timed out, cache failed: disk full`; empty if all went well.
QString troubleOf(const ShutdownResult &result)
{
    QStringList troubles;
    for (const StepReport &step : result.steps) {
        if (step.outcome == StepOutcome::Failed)
            troubles << u"%1 failed: %2"_s.arg(printable(step.name), printable(step.error));
        else if (step.outcome == StepOutcome::TimedOut)
            troubles << u"%1 timed out"_s.arg(printable(step.name));
    }
    if (result.drain && result.drain->abandoned > 0)
        troubles << u"%1 requests were cut off"_s.arg(result.drain->abandoned);
    if (troubles.isEmpty() && !result.complete)
        troubles << u"the service says its clean-up was incomplete"_s;
    return troubles.join(u", "_s);
}

} // namespace

QString wireName(FleetAction action)
{
    switch (action) {
    case FleetAction::Start: return u"start"_s;
    case FleetAction::Stop: return u"stop"_s;
    case FleetAction::Restart: return u"restart"_s;
    }
    Q_UNREACHABLE();
}

/// The plan and its sequencer: whatever is heard (an answer, a process that ends, a timer) is noted, and look() asks
/// the running step whether it is over.
class RestartSequence::Private : public QObject
{
public:
    struct Step
    {
        QString name;
        milliseconds deadline;
        std::function<void()> begin;
        std::function<bool()> isOver;
        std::function<QString()> lateText; ///< why it failed at the deadline; null: it may be late
    };

    Private(RestartSequence *sequence, FleetEntry fleetEntry, FleetAction fleetAction, SequenceOptions sequenceOptions);

    void begin();
    void fail(const QString &why);

    RestartSequence *q;
    const FleetEntry entry;
    const FleetAction action;
    const SequenceOptions options;
    Receipt receipt;
    bool running = false;
    bool isFinished = false;

private:
    // The plan
    void firstLook();
    void chooseFirst(const ServiceReply &reply);
    void planShutdown();
    void planStop();
    void planGone(const ProcessWatch *process);
    void planStart();
    void planServiceRestart();
    milliseconds successorTimeout() const;
    void planSupervisor(SupervisorRequest::Verb verb);
    bool isCodeAwaited();
    bool isSupervised() const;
    bool isNew(const HealthReport &report) const;

    // What the steps do
    void askShutdown();
    void askRestart();
    void shutdownAnswered(const Answer<ShutdownResult> &answer);
    void watchPort();
    void launchCommand();
    void judgeServiceRestart();
    QString lateShutdownText() const;
    QString portText() const;
    QString lateStartText() const;
    QString lateSupervisorText() const;
    QString lastWords() const;
    QString holderText() const;
    QString address() const { return m_peer.address.text(); }
    QString phase() const { return m_seen && m_seen->shutdown ? m_seen->shutdown->phase : QString(); }

    // The sequencer
    void poll();
    void heard(const ServiceReply &reply, std::optional<HealthReport> report);
    void look();
    void beginStep();
    void endStep(StepOutcome outcome);
    void finish();
    void tell(const QString &text); ///< as progress
    void note(const QString &text); ///< and in the receipt

    std::deque<Step> m_plan;
    std::optional<Step> m_step;
    ReceiptStep m_line; ///< of the running step
    steady_clock::time_point m_started;
    steady_clock::time_point m_stepStarted;
    QTimer m_pollTimer;
    QTimer m_deadlineTimer;
    HttpPeer m_peer;
    std::unique_ptr<ServiceClient> m_client;
    bool m_polling = false;
    EnvironmentComparison m_environments;
    std::optional<HealthReport> m_old;
    std::optional<HealthReport> m_seen;     ///< the latest answer, during this step
    std::optional<ClientError> m_lastError; ///< of the latest poll, during this step
    QString m_lastMessage;
    std::unique_ptr<SupervisorRequest> m_request;
    std::unique_ptr<ProcessWatch> m_oldProcess; ///< null: it cannot be watched from here
    std::unique_ptr<ProcessWatch>
        m_oldProgram; ///< what a wrapper ran, which stays itself when it restarts; null likewise
    std::optional<ShutdownResult> m_result;
    bool m_answered = false; ///< the shutdown or restart request is over
    bool m_wasShuttingDown = false;
    bool m_isCodeAsked = false;
    steady_clock::time_point m_answeredAt;
    steady_clock::time_point m_pollStarted; ///< of the latest look
    std::optional<Seconds> m_drained;       ///< as the service measured it
    std::optional<Seconds> m_cleaned;
    QString m_told;
    QPointer<LaunchedProcess> m_launched;
};

RestartSequence::Private::Private(RestartSequence *sequence, FleetEntry fleetEntry, FleetAction fleetAction,
                                  SequenceOptions sequenceOptions)
    : q(sequence)
    , entry(std::move(fleetEntry))
    , action(fleetAction)
    , options(std::move(sequenceOptions))
{
    receipt.service = entry.name;
    receipt.action = wireName(action);
    receipt.method = methodName(entry.restart);
    m_pollTimer.setSingleShot(true);
    m_deadlineTimer.setSingleShot(true);
    connect(&m_pollTimer, &QTimer::timeout, this, &Private::poll);
    connect(&m_deadlineTimer, &QTimer::timeout, this, [this] {
        if (m_step->lateText)
            return fail(m_step->lateText());
        endStep(StepOutcome::TimedOut);
        beginStep();
    });
}

// ---- the plan ----------------------------------------------------------------------------------------

void RestartSequence::Private::begin()
{
    receipt.startedAt = QDateTime::currentDateTimeUtc();
    m_started = steady_clock::now();
    const QString reason = action == FleetAction::Restart ? whyNotRestartable(entry)
        : action == FleetAction::Start                    ? whyNotStartable(entry)
                                                          : QString();
    if (!reason.isEmpty())
        return fail(reason);
    const Result<ServiceTarget> target = targetOf(entry);
    if (!target)
        return fail(target.problem().text());
    const Result<HttpPeer> peer = parsePeer(entry.url);
    if (!peer)
        return fail(peer.problem().text());
    m_peer = *peer;
    m_client = std::make_unique<ServiceClient>(*target);
    firstLook();
}

void RestartSequence::Private::firstLook()
{
    m_client->askStatus([this](const Answer<HealthReport> &answer) {
        m_old = answer.value;
        chooseFirst(answer.reply);
    });
}

/// What there is to do, now that it is known whether the service runs.
void RestartSequence::Private::chooseFirst(const ServiceReply &reply)
{
    if (m_old) {
        receipt.oldInstance = m_old->instanceId;
        receipt.oldPid = m_old->pid;
        // Before anything is asked of it, and only if that pid is seen to hold the address: it may count in another pid
        // namespace.
        if (m_old->pid && isHeldBy(m_peer.address, *m_old->pid))
            m_oldProcess = ProcessWatch::open(*m_old->pid);
        if (m_oldProcess && m_old->process && m_old->process->pid)
            m_oldProgram = ProcessWatch::open(*m_old->process->pid);
        for (const auto &process : {m_oldProcess.get(), m_oldProgram.get()}) {
            if (process)
                connect(process, &ProcessWatch::gone, this, &Private::look);
        }
    } else if (reply.error != ClientError::Refused && (action != FleetAction::Restart || !isSupervised())) {
        const std::optional<PortHolder> holder =
            findListener(m_peer.address); // who only takes connections holds it all the same
        return fail(holder ? u"%1. The address is held by %2."_s.arg(reply.message, holder->text()) : reply.message);
    }
    const bool restartsItself = m_old && m_old->capabilities.contains(u"restart"_s);
    if (!m_old && action == FleetAction::Stop) {
        tell(u"it was not running"_s);
        return finish();
    }
    if (m_old && action == FleetAction::Start && m_old->status == ServiceStatus::Healthy) {
        receipt.newInstance = receipt.oldInstance;
        receipt.newPid = receipt.oldPid;
        tell(u"it is running already"_s);
        return finish();
    }
    if (!m_old) {
        if (const QString reason = whyNotStartable(entry); !reason.isEmpty() && reply.error == ClientError::Refused)
            return fail(u"it is not running (%1), and %2"_s.arg(reply.message, reason));
        if (isSupervised()) // one that hangs, and so is not refused, needs more than a start
            planSupervisor(reply.error == ClientError::Refused ? SupervisorRequest::Verb::Start
                                                               : SupervisorRequest::Verb::Restart);
        else
            planStart();
    } else if (action != FleetAction::Stop && isSupervised()) {
        planSupervisor(SupervisorRequest::Verb::Restart);
    } else if (action == FleetAction::Start) { // the old one is just leaving
        planStop();
        planStart();
    } else if (action == FleetAction::Restart && std::holds_alternative<RestartByService>(entry.restart)
               && restartsItself) {
        planServiceRestart();
    } else if (action == FleetAction::Restart && !commandToStart(entry)) {
        return fail(u"%1 does not offer to restart itself; write a command to start it in its fleet entry: restart = { "
                    u"method = \"command\", "
                    u"command = [\"program\", \"argument\"] }"_s.arg(entry.name));
    } else {
        planShutdown();
        planStop();
        if (action == FleetAction::Restart)
            planStart();
    }
    beginStep();
}

void RestartSequence::Private::planShutdown()
{
    const auto late = [this] { return lateShutdownText(); };
    m_plan.push_back({u"asked"_s, options.shutdownTimeout, [this] { askShutdown(); },
                      [this] { return m_answered || (m_wasShuttingDown && phase() != "notice"_L1); }, late});
    m_plan.push_back({u"drained"_s,
                      options.shutdownTimeout,
                      {},
                      [this] { return m_answered || phase() == "cleaning_up"_L1 || phase() == "stopped"_L1; },
                      late});
    m_plan.push_back({u"cleaned"_s, options.shutdownTimeout, {}, [this] { return m_answered; }, late});
}

void RestartSequence::Private::planStop()
{
    planGone(m_oldProcess.get());
    m_plan.push_back({u"port free"_s,
                      options.portTimeout,
                      {},
                      [this] {
                          return m_lastError == ClientError::Refused
                              || (action == FleetAction::Restart && m_seen && isNew(*m_seen));
                      },
                      [this] { return portText(); }});
}

/// Nothing to do for one that cannot be watched from here.
void RestartSequence::Private::planGone(const ProcessWatch *process)
{
    if (!process)
        return;
    m_plan.push_back({u"process gone"_s, options.goneTimeout,
                      [=, this] { tell(u"waiting for pid %1 to end"_s.arg(process->pid())); },
                      [process] { return process->isGone(); },
                      [=, this] {
                          return u"the process (pid %1) still runs after %2"_s.arg(process->pid())
                              .arg(formatDuration(options.goneTimeout));
                      }});
}

void RestartSequence::Private::planStart()
{
    m_plan.push_back({u"started"_s, 5s, [this] { launchCommand(); }, [] { return true; }, {}});
    const auto isHealthy = [this] { return m_seen && isNew(*m_seen) && m_seen->status == ServiceStatus::Healthy; };
    m_plan.push_back({u"healthy"_s, entry.startTimeout, {}, isHealthy, [this] { return lateStartText(); }});
}

/// The service executes itself anew, on the same sockets: nothing is refused meanwhile, the new instance just answers.
void RestartSequence::Private::planServiceRestart()
{
    const auto isNewSeen = [this] { return m_seen && isNew(*m_seen); };
    const auto late = [this] {
        return u"no new instance of %1 within %2 (%3)"_s.arg(entry.name, formatDuration(entry.startTimeout),
                                                             m_lastMessage);
    };
    m_plan.push_back({u"asked"_s, 10s, [this] { askRestart(); }, [this] { return m_answered; }, late});
    // A wrapper that starts the program's successor beside it first tells how that goes, and for how long it waits for
    // it.
    if (m_old->process && m_old->process->overlap) {
        const milliseconds limit = successorTimeout() + options.successorTime;
        m_plan.push_back({u"successor accepts"_s,
                          limit,
                          {},
                          [=, this] { return isNewSeen() || m_wasShuttingDown; },
                          [=, this] {
                              return u"the successor of %1 does not accept after %2 (%3)"_s.arg(
                                  entry.name, formatDuration(limit), m_lastMessage);
                          }});
    }
    m_plan.push_back({u"drained"_s,
                      options.shutdownTimeout,
                      {},
                      [=, this] {
                          return isNewSeen() || phase() == "cleaning_up"_L1 || phase() == "stopped"_L1
                              || m_lastError == ClientError::Refused;
                      },
                      late});
    m_plan.push_back({u"cleaned"_s,
                      options.shutdownTimeout,
                      {},
                      [=, this] {
                          return isNewSeen() || phase() == "stopped"_L1 || m_lastError == ClientError::Refused
                              || m_lastError == ClientError::Disconnected;
                      },
                      late});
    planGone(m_oldProgram.get());
    m_plan.push_back({u"started"_s, entry.startTimeout, {}, isNewSeen, late});
    m_plan.push_back({u"healthy"_s,
                      entry.startTimeout,
                      {},
                      [=, this] { return isNewSeen() && m_seen->status == ServiceStatus::Healthy; },
                      late});
}

/// As its wrapper says, or else as for any start.
milliseconds RestartSequence::Private::successorTimeout() const
{
    const Seconds told = m_old->process->startTimeout.value_or(Seconds(0));
    return told > 0s && told <= LongestSuccessorTimeout ? std::chrono::ceil<milliseconds>(told) : entry.startTimeout;
}

/// A healthy service may still be comparing what it loaded with what is on disk: it gets a little time to say so, which
/// is no part of the restart. Adds that step, once.
bool RestartSequence::Private::isCodeAwaited()
{
    const auto isKnown = [this] { return m_seen && m_seen->code && m_seen->code->verdict != CodeVerdict::Unknown; };
    if (action == FleetAction::Stop || std::exchange(m_isCodeAsked, true) || !m_seen
        || !m_seen->capabilities.contains(u"code"_s) || isKnown())
        return false;
    receipt.total = steady_clock::now() - m_started;
    m_plan.push_back({u"code compared"_s, CodeTimeout, {}, isKnown, {}});
    return true;
}

/// systemd, a container engine or Kubernetes does it all, and says when it is done.
void RestartSequence::Private::planSupervisor(SupervisorRequest::Verb verb)
{
    const milliseconds patience = entry.startTimeout + options.shutdownTimeout;
    m_request = supervisorRequest(entry.restart, verb, patience, options.supervisors);
    connect(m_request.get(), &SupervisorRequest::finished, this, [this](const QString &failure) {
        if (!failure.isEmpty())
            return fail(failure);
        m_answered = true;
        look();
    });
    m_plan.push_back(
        {u"asked"_s, patience, [this] { m_request->start(); }, [this] { return m_answered; },
         [this, patience] { return u"%1 has not done it within %2"_s.arg(receipt.method, formatDuration(patience)); }});
    planGone(m_oldProcess.get());
    m_plan.push_back({u"healthy"_s,
                      entry.startTimeout,
                      {},
                      [this] { return m_seen && isNew(*m_seen) && m_seen->status == ServiceStatus::Healthy; },
                      [this] { return lateSupervisorText(); }});
}

bool RestartSequence::Private::isSupervised() const
{
    return std::holds_alternative<RestartBySystemd>(entry.restart)
        || std::holds_alternative<RestartByContainer>(entry.restart)
        || std::holds_alternative<RestartByKubernetes>(entry.restart);
}

bool RestartSequence::Private::isNew(const HealthReport &report) const
{
    if (!m_old)
        return true;
    if (!report.instanceId.isEmpty() && !m_old->instanceId.isEmpty())
        return report.instanceId != m_old->instanceId;
    return report.startTime != m_old->startTime || (report.pid && m_old->pid && report.pid != m_old->pid);
}

// ---- what the steps do -------------------------------------------------------------------------------

void RestartSequence::Private::askShutdown()
{
    m_client->shutdown([this](const Answer<ShutdownResult> &answer) { shutdownAnswered(answer); },
                       options.shutdownTimeout);
}

void RestartSequence::Private::shutdownAnswered(const Answer<ShutdownResult> &answer)
{
    m_answered = true;
    m_answeredAt = steady_clock::now();
    m_result = answer.value;
    const ClientError error = answer.reply.error;
    if (m_result) {
        m_drained = m_result->drain ? m_result->drain->waited : Seconds(0);
        m_cleaned = std::max(Seconds(0), m_result->cleanupDuration);
    } else if (error == ClientError::Disconnected || error == ClientError::Refused) {
        note(u"it ended without an answer"_s); // whether it did, the next steps will see
    } else {
        return fail(error == ClientError::Timeout ? lateShutdownText() : answer.reply.message);
    }
    look();
}

void RestartSequence::Private::askRestart()
{
    m_client->restart([this](const Answer<Acknowledgement> &answer) {
        if (!answer.value)
            return fail(answer.reply.message);
        m_answered = true;
        m_answeredAt = steady_clock::now();
        look();
    });
}

void RestartSequence::Private::launchCommand()
{
    if (m_seen && isNew(*m_seen))
        return note(u"something else has started it again already"_s);
    const Result<LaunchedProcess *> process = launch(entry.name, *commandToStart(entry), options.stateDirectory);
    if (!process)
        return fail(process.problem().what);
    m_launched = *process;
    m_line.message = u"pid %1, output in %2"_s.arg(m_launched->pid()).arg(m_launched->logFile());
    receipt.newPid = m_launched->pid();
    connect(m_launched, &LaunchedProcess::exited, this, [this](const ExitStatus &status) {
        if (!running || (status.code == 0 && status.signal == 0)) // 0: a program that puts itself into the background
            return;
        const auto after = formatDuration(Seconds(steady_clock::now() - m_stepStarted));
        fail(u"%1 %2 after %3%4%5"_s.arg(printable(commandToStart(entry)->command.join(u' ').left(200)), status.text(),
                                         after, lastWords(), holderText()));
    });
}

/// A service that goes on as if nothing had been asked could not execute its successor.
void RestartSequence::Private::judgeServiceRestart()
{
    if (receipt.method != "service"_L1 || !m_answered || m_result || !m_seen || isNew(*m_seen))
        return;
    if (m_pollStarted < m_answeredAt || (m_seen->process && m_seen->process->successor))
        return;
    if (m_seen->process && !m_seen->process->restartError.isEmpty())
        return fail(u"%1: %2"_s.arg(entry.name, printable(m_seen->process->restartError)));
    const bool goesOn = m_seen->status == ServiceStatus::Healthy && !m_seen->shouldShutdown;
    if (goesOn && (m_wasShuttingDown || steady_clock::now() - m_answeredAt > RestartGrace))
        fail(
            u"%1 took the request, but goes on as the old instance: the program on disk could not be executed. Its log says why."_s
                .arg(entry.name));
}

QString RestartSequence::Private::lateShutdownText() const
{
    const QString state = m_told.isEmpty() ? QString() : u" (%1)"_s.arg(m_told);
    return u"%1 has not finished its shutdown within %2%3"_s.arg(entry.name, formatDuration(options.shutdownTimeout),
                                                                 state);
}

QString RestartSequence::Private::lastWords() const
{
    const QStringList lines = m_launched ? m_launched->lastLines(LastWords) : QStringList();
    return lines.isEmpty() ? u". It wrote nothing."_s : u". Its last words: "_s + lines.join(u" | "_s);
}

QString RestartSequence::Private::holderText() const
{
    const std::optional<PortHolder> holder = findListener(m_peer.address);
    if (!holder || (m_launched && holder->pid == m_launched->pid()))
        return {};
    if (m_peer.address.kind == ServiceAddress::Kind::Unix)
        return u" The socket %1 is held by %2. Stop it, or change the path."_s.arg(m_peer.address.path, holder->text());
    return u" Port %1 is held by %2. Stop it, or change the port."_s.arg(m_peer.address.port).arg(holder->text());
}

QString RestartSequence::Private::portText() const
{
    if (m_seen && isNew(*m_seen))
        return u"something has started it again (instance %1): a supervisor, perhaps"_s.arg(
            printable(m_seen->instanceId.left(60)));
    const QString holder = holderText();
    return u"%1 is not free %2 after the process ended (%3)."_s.arg(address(), formatDuration(options.portTimeout),
                                                                    m_lastMessage)
        + holder;
}

QString RestartSequence::Private::lateStartText() const
{
    const QString state = m_seen ? u"it answers, but says it is shutting down"_s : m_lastMessage;
    const QString process = m_launched ? u" (pid %1, still running)"_s.arg(m_launched->pid()) : QString();
    return u"not healthy within %1 of its start%2: %3%4"_s.arg(formatDuration(entry.startTimeout), process, state,
                                                               lastWords())
        + holderText();
}

QString RestartSequence::Private::lateSupervisorText() const
{
    const QString state = m_seen && !isNew(*m_seen) ? u"the old instance still answers"_s : m_lastMessage;
    return u"%1 says it is done, but there is no new healthy instance at %2 after %3: %4"_s.arg(
        receipt.method, address(), formatDuration(entry.startTimeout), state);
}

// ---- the sequencer -----------------------------------------------------------------------------------

void RestartSequence::Private::poll()
{
    if (m_polling || !running)
        return;
    m_polling = true;
    m_pollStarted = steady_clock::now();
    m_client->askStatus([this](const Answer<HealthReport> &answer) { heard(answer.reply, answer.value); });
}

void RestartSequence::Private::heard(const ServiceReply &reply, std::optional<HealthReport> report)
{
    m_polling = false;
    m_seen = std::move(report);
    if (m_seen)
        m_environments.addTo(*m_seen, entry);
    m_lastError = reply.error;
    m_lastMessage = m_seen ? u"it answers"_s : reply.message;
    if (m_seen && !isNew(*m_seen) && m_seen->status == ServiceStatus::ShuttingDown) {
        m_wasShuttingDown = true;
        if (m_seen->shutdown)
            tell(progressText(*m_seen->shutdown));
    }
    m_pollTimer.start(steady_clock::now() - m_stepStarted < 1s ? QuickPoll : SlowPoll);
    judgeServiceRestart();
    look();
}

void RestartSequence::Private::look()
{
    if (!running || !m_step || !m_step->isOver())
        return;
    endStep(StepOutcome::Ok);
    beginStep();
}

void RestartSequence::Private::beginStep()
{
    if (m_plan.empty() && !isCodeAwaited())
        return finish();
    m_step = std::move(m_plan.front());
    m_plan.pop_front();
    m_stepStarted = steady_clock::now();
    m_line = {m_step->name, StepOutcome::Running, {}, {}};
    if (m_step->name == "port free"_L1 || m_step->name == "process gone"_L1) {
        m_lastError.reset(); // what was heard before is no evidence
        if (m_seen && !isNew(*m_seen))
            m_seen.reset();
    }
    m_told.clear();
    m_deadlineTimer.start(m_step->deadline);
    Q_EMIT q->stepStarted(m_step->name);
    if (m_step->begin)
        m_step->begin();
    if (!running)
        return;
    m_pollTimer.start(0);
    // From the event loop: a step that is over at once must not recurse.
    QMetaObject::invokeMethod(this, &Private::look, Qt::QueuedConnection);
}

void RestartSequence::Private::endStep(StepOutcome outcome)
{
    m_deadlineTimer.stop();
    m_line.outcome = outcome;
    m_line.duration = steady_clock::now() - m_stepStarted;
    // The service's own measure, when its answer came before our next look.
    if (m_line.name == "asked"_L1 && m_drained && m_cleaned)
        m_line.duration = std::max(Seconds(0), m_line.duration - *m_drained - *m_cleaned);
    else if (m_line.name == "drained"_L1 && m_drained)
        m_line.duration = *m_drained;
    else if (m_line.name == "cleaned"_L1 && m_cleaned)
        m_line.duration = *m_cleaned;
    if (m_line.name == "cleaned"_L1 && m_result && outcome == StepOutcome::Ok) {
        m_line.message = troubleOf(*m_result);
        m_line.outcome = m_line.message.isEmpty() ? StepOutcome::Ok : StepOutcome::Failed;
    }
    m_step.reset();
    receipt.steps << m_line;
    Q_EMIT q->stepFinished(m_line);
}

void RestartSequence::Private::fail(const QString &why)
{
    if (isFinished)
        return;
    receipt.failure = why;
    if (m_step) {
        m_line.message = why;
        endStep(StepOutcome::Failed);
    }
    finish();
}

void RestartSequence::Private::finish()
{
    if (std::exchange(isFinished, true))
        return;
    running = false;
    m_pollTimer.stop();
    m_deadlineTimer.stop();
    if (m_client)
        m_client->abort();
    const QString trouble = m_result ? troubleOf(*m_result) : QString();
    if (receipt.failure.isEmpty() && action == FleetAction::Stop && !trouble.isEmpty())
        receipt.failure = u"it is stopped, but its clean-up was incomplete: "_s + trouble;
    receipt.ok = receipt.failure.isEmpty();
    if (receipt.total == Seconds(0))
        receipt.total = steady_clock::now() - m_started;
    if (receipt.ok && action != FleetAction::Stop && m_seen) {
        receipt.newInstance = m_seen->instanceId;
        receipt.newPid = m_seen->pid ? m_seen->pid : receipt.newPid;
        receipt.code = m_seen->code ? m_seen->code->verdict : CodeVerdict::Unknown;
    }
    Q_EMIT q->finished(receipt);
}

void RestartSequence::Private::tell(const QString &text)
{
    if (std::exchange(m_told, text) == text)
        return;
    Q_EMIT q->progressed(text);
}

void RestartSequence::Private::note(const QString &text)
{
    m_line.message = text;
    tell(text);
}

// ---- the public face ---------------------------------------------------------------------------------

RestartSequence::RestartSequence(FleetEntry entry, FleetAction action, SequenceOptions options, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this, std::move(entry), action, std::move(options)))
{
}

RestartSequence::~RestartSequence() = default;

const FleetEntry &RestartSequence::entry() const { return d->entry; }
FleetAction RestartSequence::action() const { return d->action; }
const Receipt &RestartSequence::receipt() const { return d->receipt; }
bool RestartSequence::isRunning() const { return d->running; }

void RestartSequence::start()
{
    if (d->running || d->isFinished)
        return;
    d->running = true;
    QMetaObject::invokeMethod(d.get(), &Private::begin, Qt::QueuedConnection);
}

void RestartSequence::cancel()
{
    if (d->running)
        QMetaObject::invokeMethod(
            d.get(), [this] { d->fail(u"cancelled"_s); }, Qt::QueuedConnection);
}

} // namespace Hephaestus
