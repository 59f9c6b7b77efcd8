// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/restartsequence.h"

#include "common/base/duration.h"
#include "common/base/homedirectory.h"
#include "common/base/localtime.h"
#include "common/base/post.h"
#include "common/base/printable.h"
#include "common/fleet/actturn.h"
#include "common/fleet/hostact.h"
#include "common/fleet/keptoutput.h"
#include "common/fleet/knownprotocol.h"
#include "common/fleet/observedservice.h"
#include "common/fleet/portholders.h"
#include "common/fleet/restarttexts.h"
#include "common/fleet/servicestate.h"
#include "common/fleet/startcheck.h"
#include "common/fleet/startedprogram.h"
#include "common/fleet/statepaths.h"

#include <QFileInfo>
#include <QPointer>
#include <QTimer>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

/// How long after taking a restart request a service may go on as if it had not.
constexpr milliseconds RestartGrace{5'000};
constexpr int BuildLines = 40;         ///< of a failed build, which are told
constexpr int LogLines = 100;          ///< in which a program's last words are looked for
constexpr qint64 KeptBytes = 16 << 10; ///< likewise, of a file

/// It has taken the request, and may still answer.
bool isBeforeItsEnd(RestartStep step) { return step == RestartStep::Drained || step == RestartStep::Cleaned; }

} // namespace

/// The sequencer: whatever is heard (an answer, a process that ends, a timer) is noted, and look() judges by it whether
/// the running step is over.
class RestartSequence::Private : public QObject
{
public:
    Private(RestartSequence *sequence, FleetEntry fleetEntry, FleetAction fleetAction, SequenceOptions sequenceOptions,
            const Clock &clock);

    void announce();
    void begin();
    void cancel();
    void noteKilled() { m_isKilled = true; }
    QString afterCancel() const;
    void fail(const QString &why);

    RestartSequence *q;
    const FleetEntry entry;
    const FleetAction action;
    const SequenceOptions options;
    Receipt receipt;
    bool running = false;
    bool isFinished = false;
    bool isCalledOff = false; ///< it failed because that was wanted

private:
    // One act at a time
    void takeTurn();
    void share(const Receipt &other);
    void endTurn(bool isShared);
    void answerThoseSoFar();

    void askFirst();
    void choosePlan(const Answer<HealthReport> &answer);
    bool isDoneThere() const;
    FleetEntry byItself() const;
    void actThere();
    void actWithoutProgram(const QString &why, const Answer<HealthReport> &answer);
    void pursue(const Answer<HealthReport> &answer, const FleetEntry &planned);
    void checkCommand();

    // What the steps do
    void runStep();
    void build();
    void buildEnded(const ExitStatus &status);
    void askShutdown();
    void shutdownAnswered(const Answer<ShutdownResult> &answer);
    void judgeEnd();
    void judgeWrapper();
    void askRestart();
    void askSupervisor();
    void launchCommand();
    void launchedEnded(const ExitStatus &status);
    void adoptedEnded();
    void callOff(const QString &why);
    void giveUp(const QString &why);
    void judgeServiceRestart();
    void judgeNewInstance();
    void failWithLastWords(const QString &why);
    std::optional<QStringList> keptWords() const;

    // What is known
    bool isAskedToStop() const;
    bool hasEndedOnPurpose() const;
    bool isBegun() const;
    bool isLaunchDue() const;
    const ProcessWatch *awaitedProcess() const;
    RestartSight sight() const;
    LateFacts lateFacts() const;
    QString holder() const;

    // The sequencer
    void heard();
    void look();
    void deadlineCame();
    void beginStep();
    void endStep(StepOutcome outcome);
    ReceiptStep withTrouble(ReceiptStep line) const;
    void finish();
    void tell(const QString &text); ///< as progress
    void note(const QString &text); ///< and in the receipt

    const Clock &m_clock;
    RestartPlan m_plan; ///< its steps: those that have not begun
    std::optional<PlannedStep> m_step;
    ReceiptStep m_line; ///< of the running step
    Clock::TimePoint m_began;
    Clock::TimePoint m_stepStarted;
    QTimer m_deadlineTimer;
    ObservedService m_service;
    std::unique_ptr<HostAct> m_there; ///< carries the act out on the entry's host; null: it is done from here
    std::unique_ptr<StartCheck> m_check;
    QPointer<LaunchedProcess> m_build; ///< while it runs
    bool m_isBuilt = false;
    std::unique_ptr<SupervisorRequest> m_request;
    std::optional<ShutdownResult> m_result;
    std::optional<ShutdownProgress> m_shutdown; ///< of the old instance, when it was last seen
    int m_endPatience = 10;                     ///< how often it is looked how its process ended
    bool m_isKilled = false;                    ///< by who uses this
    QString m_unfinished;                       ///< why its clean-up is not known to be complete, though it is gone
    bool m_isFailing = false;                   ///< only the program's last words are waited for
    std::optional<Seconds> m_drained;           ///< as the service measured it
    std::optional<Seconds> m_cleaned;
    QString m_told;
    ActTurn m_turn;
    StartedProgram m_started;
    QString m_calledOff;           ///< why what was launched is being ended
    bool m_isOverruled = false;    ///< by a later request that contradicts it
    bool m_isCancelled = false;    ///< it ends as soon as the service is launched again
    bool m_isLeftStopping = false; ///< or sooner: it stops, and is not started again
};

RestartSequence::Private::Private(RestartSequence *sequence, FleetEntry fleetEntry, FleetAction fleetAction,
                                  SequenceOptions sequenceOptions, const Clock &clock)
    : q(sequence)
    , entry(std::move(fleetEntry))
    , action(fleetAction)
    , options(std::move(sequenceOptions))
    , m_clock(clock)
    , m_service(entry, clock, options.stateDirectory)
    , m_turn(entry, action, options.stateDirectory, options.client)
    , m_started({.toTerminate = options.launchedTimeout, .toKill = options.goneTimeout})
{
    receipt.service = entry.name;
    receipt.action = action;
    receipt.method = methodName(entry.restart);
    receipt.host = entry.host.name;
    m_deadlineTimer.setSingleShot(true);
    connect(&m_service, &ObservedService::heard, this, &Private::heard);
    connect(&m_service, &ObservedService::processGone, this, &Private::look);
    connect(&m_deadlineTimer, &QTimer::timeout, this, &Private::deadlineCame);
    connect(&m_turn, &ActTurn::waiting, this, &Private::tell);
    connect(&m_turn, &ActTurn::came, this, &Private::takeTurn);
    connect(&m_turn, &ActTurn::answered, this, &Private::share);
    connect(&m_turn, &ActTurn::overruled, this, &Private::callOff);
    connect(&m_started, &StartedProgram::launchedEnded, this, &Private::launchedEnded);
    connect(&m_started, &StartedProgram::adoptedEnded, this, &Private::adoptedEnded);
    connect(&m_started, &StartedProgram::cannotBeEnded, this, [this] {
        if (!m_calledOff.isEmpty())
            fail(m_calledOff + u"; what was started cannot be ended"_s);
    });
}

void RestartSequence::Private::announce()
{
    if (const QString trouble = m_turn.request(); !trouble.isEmpty())
        receipt.note = trouble;
}

void RestartSequence::Private::begin()
{
    receipt.startedAt = localTime(m_clock.wall()).toUTC();
    m_began = m_clock.now();
    const QString reason = action == FleetAction::Restart ? whyNotRestartable(entry)
        : action == FleetAction::Start                    ? whyNotStartable(entry)
                                                          : QString();
    if (!reason.isEmpty())
        return fail(reason);
    if (const auto problem = m_service.open())
        return fail(problem->text());
    announce();
    m_turn.await();
}

// ---- one act at a time --------------------------------------------------------------------------------

void RestartSequence::Private::takeTurn()
{
    receipt.startedAt = localTime(m_clock.wall()).toUTC();
    m_began = m_clock.now();
    if (!m_turn.waitedFor().isEmpty())
        receipt.note = u"waited for %1"_s.arg(m_turn.waitedFor());
    if (const std::optional<RunningAct> remains = m_turn.remains()) {
        if (!remains->hasEnded)
            receipt.note = brokenOffText(*remains);
        if (remains->launched) // it is not launched again
            m_started.adopt(*remains->launched);
    }
    askFirst();
}

void RestartSequence::Private::askFirst()
{
    m_service.client().askStatus([this](const Answer<HealthReport> &answer) { choosePlan(answer); });
}

/// Another act, which launched after this one was asked for, is the answer to both.
void RestartSequence::Private::share(const Receipt &other)
{
    const QString note = u"joined the %1 that was under way"_s.arg(other.action.text());
    const QString name = std::exchange(receipt, other).service;
    receipt.service = name;
    receipt.action = action;
    receipt.note = receipt.note.isEmpty() ? note : note + u"; "_s + receipt.note;
    for (const ReceiptStep &step : std::as_const(receipt.steps))
        Q_EMIT q->stepFinished(step);
    isFinished = true;
    running = false;
    Q_EMIT q->finished(receipt);
}

/// It gives way to a later request that contradicts it.
void RestartSequence::Private::callOff(const QString &why)
{
    if (!running || !m_calledOff.isEmpty())
        return;
    if (m_step && m_step->step == RestartStep::CodeCompared)
        return; // all is done
    m_isOverruled = true;
    const bool isStarting = m_step && m_step->means == RestartMeans::Command && !isLaunchDue();
    if (!isStarting || !m_started.isAlive())
        return giveUp(why);
    m_calledOff = why;
    tell(why);
    m_started.terminate();
}

/// It fails as somebody wanted it to.
void RestartSequence::Private::giveUp(const QString &why)
{
    if (isFinished)
        return;
    isCalledOff = true;
    fail(why);
}

/// `isShared`: others who asked for the same in time get this receipt, too. One that was called off before it did
/// anything leaves none.
void RestartSequence::Private::endTurn(bool isShared)
{
    if (isCalledOff)
        m_turn.noteCalledOff();
    if (!receipt.ok && m_started.isAlive())
        return m_turn.leave(receipt);
    m_turn.end(isShared || !receipt.steps.isEmpty() ? std::optional(receipt) : std::nullopt, isShared);
}

void RestartSequence::Private::cancel()
{
    if (isFinished)
        return;
    if (m_there) {
        m_isCancelled = true;
        return giveUp(u"cancelled; %1"_s.arg(m_there->isAsked()
                                                 ? u"what has begun on %1 goes on there"_s.arg(entry.host.name)
                                                 : u"%1 was not asked yet"_s.arg(entry.host.name)));
    }
    const bool isAsked = isBegun();
    if (isAsked && action == FleetAction::Restart && isLaunchDue() && !std::exchange(m_isCancelled, true))
        return tell(u"cancelled: it is stopping already, and is started again first"_s);
    m_isCancelled = true;
    m_isLeftStopping = isAsked && action == FleetAction::Restart && isLaunchDue();
    giveUp(cancelledText({.action = action,
                          .service = entry.name,
                          .isAsked = isAsked,
                          .isLaunchDue = isLaunchDue(),
                          .isByCommand = isAsked && m_step->means == RestartMeans::Command,
                          .launched = m_started.isAlive() ? receipt.newPid : std::nullopt,
                          .namesCommand = options.namesCommands}));
}

QString RestartSequence::Private::afterCancel() const
{
    if (running && m_there && m_there->isAsked())
        return u"what has begun on %1 goes on there"_s.arg(entry.host.name);
    if (!running || !isBegun())
        return {};
    if (action == FleetAction::Restart && isLaunchDue() && !m_isCancelled)
        return u"%1 is stopping already, and is started again first"_s.arg(entry.name);
    return stillTrueText({.action = action,
                          .service = entry.name,
                          .isAsked = true,
                          .isLaunchDue = isLaunchDue(),
                          .isByCommand = m_step->means == RestartMeans::Command,
                          .launched = m_started.isAlive() ? receipt.newPid : std::nullopt,
                          .namesCommand = options.namesCommands});
}

/// What there is to do, now that it is known whether the service runs.
void RestartSequence::Private::choosePlan(const Answer<HealthReport> &answer)
{
    if (!running)
        return; // called off while it was built
    m_service.setBefore(answer.value);
    const QString found = answer.value ? answer.value->instanceId : QString();
    if (!options.instance.isEmpty() && options.instance != found)
        return fail(otherInstanceText(entry.name, options.instance, found, answer.reply.message));
    if (answer.reply.error == ClientError::HostLost)
        return fail(answer.reply.message + u"; nothing was done"_s);
    if (!isDoneThere())
        return pursue(answer, entry.host.isHere() ? entry : byItself());
    m_there = std::make_unique<HostAct>(entry, action, found, answer.value.has_value());
    connect(m_there.get(), &HostAct::impossible, this,
            [this, answer](const QString &why) { actWithoutProgram(why, answer); });
    actThere();
}

/// What a service does to itself it can be asked for from here. All else is up to its machine.
bool RestartSequence::Private::isDoneThere() const
{
    if (entry.host.isHere())
        return false;
    const std::optional<HealthReport> &old = m_service.before();
    const bool isByItself = std::holds_alternative<RestartByService>(entry.restart) && old
        && (action == FleetAction::Stop
            || (action == FleetAction::Restart && old->capabilities.contains(u"restart"_s)));
    return !isByItself;
}

/// The entry as far as its endpoints alone can do what it says: nothing is built or started here for another machine.
FleetEntry RestartSequence::Private::byItself() const
{
    FleetEntry planned = entry;
    planned.restart = RestartByService{};
    planned.build.reset();
    return planned;
}

void RestartSequence::Private::actThere()
{
    m_turn.stop(); // its machine knows who wants what
    if (const std::optional<HealthReport> &old = m_service.before()) {
        receipt.oldInstance = old->instanceId;
        receipt.oldPid = old->pid;
    }
    connect(m_there.get(), &HostAct::stepStarted, this, [this](RestartStep step) {
        m_turn.noteStep(step);
        if (step == RestartStep::Started)
            answerThoseSoFar();
        Q_EMIT q->stepStarted(step);
    });
    connect(m_there.get(), &HostAct::stepFinished, q, &RestartSequence::stepFinished);
    connect(m_there.get(), &HostAct::progressed, this, [this](const QString &text) { tell(printable(text)); });
    connect(m_there.get(), &HostAct::finished, this, [this](const Receipt &there) {
        if (!running)
            return;
        const QString note = receipt.note;
        receipt = there;
        if (!note.isEmpty())
            receipt.note = receipt.note.isEmpty() ? note : note + u"; "_s + receipt.note;
        finish();
    });
    m_there->start();
}

/// With the endpoints alone a service can be stopped, and asked to restart itself. It is not stopped for a start that
/// nobody could carry out.
void RestartSequence::Private::actWithoutProgram(const QString &why, const Answer<HealthReport> &answer)
{
    if (!running)
        return;
    m_there.release()->deleteLater(); // it is calling us
    const std::optional<HealthReport> &old = m_service.before();
    const bool canRestart = old && old->capabilities.contains(u"restart"_s) && old->status == ServiceStatus::Healthy;
    const QString note = u"done by its endpoints alone: %1"_s.arg(why);
    if (action == FleetAction::Stop || (action == FleetAction::Restart && canRestart)) {
        receipt.note = receipt.note.isEmpty() ? note : receipt.note + u"; "_s + note;
        return pursue(answer, byItself());
    }
    if (action == FleetAction::Restart && old)
        return fail(u"%1. %2 was not asked to shut down, because it could not be started again; hephaestus shutdown "
                    "stops it"_s.arg(why, entry.name));
    fail(why);
}

void RestartSequence::Private::pursue(const Answer<HealthReport> &answer, const FleetEntry &planned)
{
    const std::optional<HealthReport> &old = m_service.before();
    FirstLook look{.report = old, .isRefused = answer.reply.error == ClientError::Refused, .isBuilt = m_isBuilt};
    if (old) {
        if (const QString owner = ownerInstead(entry, *old, options.known, options.stateDirectory); !owner.isEmpty())
            return fail(foreignText(entry.name, m_service.peer().place(), owner));
        receipt.oldInstance = old->instanceId;
        receipt.oldPid = old->pid;
        m_service.watchProcesses();
        look.isProcessWatched = m_service.process() != nullptr;
        look.isProgramWatched = m_service.program() != nullptr;
        m_started.forgetAdopted();
    } else {
        look.hasRemains = m_started.isAdoptedAlive();
        look.silence = answer.reply.message;
        // Who only takes connections holds the address all the same.
        const auto holder =
            look.isRefused || !entry.host.isHere() ? std::nullopt : findPortHolder(m_service.peer().address);
        if (holder)
            look.silence += u". The address is held by %1."_s.arg(holder->text());
    }
    m_plan = planFor(planned, action, look, options);
    m_service.setStarting(m_plan.isJoin);
    if (!m_plan.failure.isEmpty())
        return fail(m_plan.failure);
    if (m_plan.done.isEmpty())
        return checkCommand();
    receipt.newInstance = receipt.oldInstance;
    receipt.newPid = receipt.oldPid;
    tell(m_plan.done);
    finish();
}

/// What cannot be started is found before the old one is asked to go.
void RestartSequence::Private::checkCommand()
{
    const bool isBuildDue = !m_plan.steps.isEmpty() && m_plan.steps.first().step == RestartStep::Built;
    if (isBuildDue || !isLaunchDue() || (m_started.adopted() && action == FleetAction::Start))
        return beginStep(); // what is built may be what is started
    m_check = std::make_unique<StartCheck>(*commandToStart(entry));
    connect(m_check.get(), &StartCheck::finished, this, [this](const QString &failure) {
        if (!running)
            return;
        if (failure.isEmpty())
            return beginStep();
        receipt.steps << ReceiptStep{RestartStep::Started, StepOutcome::Failed, Seconds(0), failure};
        Q_EMIT q->stepFinished(receipt.steps.last());
        fail(failure);
    });
    m_check->start();
}

// ---- what the steps do -------------------------------------------------------------------------------

void RestartSequence::Private::runStep()
{
    switch (m_step->step) {
    case RestartStep::Built: return build();
    case RestartStep::Asked:
        return m_step->means == RestartMeans::Shutdown ? askShutdown()
            : m_step->means == RestartMeans::Itself    ? askRestart()
                                                       : askSupervisor();
    case RestartStep::ProcessGone:
        tell(u"waiting for pid %1 to end"_s.arg(awaitedProcess()->pid()));
        return m_step->means == RestartMeans::Command ? m_started.terminate() : void();
    case RestartStep::Started: return m_step->means == RestartMeans::Command ? launchCommand() : void();
    case RestartStep::SuccessorAccepts:
    case RestartStep::Drained:
    case RestartStep::Cleaned:
    case RestartStep::PortFree:
    case RestartStep::Ready:
    case RestartStep::Healthy:
    case RestartStep::CodeCompared: return; // they come by themselves
    }
}

/// The old process goes on meanwhile. How the service is afterwards is asked anew.
void RestartSequence::Private::build()
{
    m_turn.answerThoseSoFar(); // it reads its sources from now on
    tell(u"building: %1"_s.arg(printable(entry.build->command.join(u' ').left(200))));
    const Result<LaunchedProcess *> process =
        launch(outputNameOf(entry) + u".build"_s, *entry.build, options.stateDirectory);
    if (!process)
        return fail(process.problem().what);
    m_build = *process;
    connect(m_build, &LaunchedProcess::exited, this, &Private::buildEnded);
}

void RestartSequence::Private::buildEnded(const ExitStatus &status)
{
    if (!running || !m_step || m_step->step != RestartStep::Built)
        return;
    if (status != ExitStatus()) {
        m_line.output = m_build->lastLines(BuildLines);
        const QString where = m_build->logFile();
        m_build.clear();
        return fail(u"the build (%1) %2; nothing else was done. Its output is in %3"_s.arg(
            printable(entry.build->command.join(u' ').left(200)), status.text(), homeRelative(where)));
    }
    m_build.clear();
    m_isBuilt = true;
    endStep(StepOutcome::Ok);
    askFirst();
}

void RestartSequence::Private::askShutdown()
{
    m_service.client().shutdown([this](const Answer<ShutdownResult> &answer) { shutdownAnswered(answer); },
                                options.shutdownTimeout);
}

void RestartSequence::Private::shutdownAnswered(const Answer<ShutdownResult> &answer)
{
    m_result = answer.value;
    const ClientError error = answer.reply.error;
    if (!m_result && (error == ClientError::Disconnected || error == ClientError::Refused)) {
        note(u"it ended without an answer"_s); // whether it did, the next steps will see
        return judgeEnd();
    }
    m_service.noteRequestOver();
    if (!m_result)
        return fail(error == ClientError::Timeout ? lateText(*m_step, lateFacts()) : answer.reply.message);
    m_drained = m_result->drain ? m_result->drain->waited : Seconds(0);
    m_cleaned = std::max(Seconds(0), m_result->cleanupDuration);
    look();
}

/// No answer told how its shutdown went. How its process ended says more, and is known a little later.
void RestartSequence::Private::judgeEnd()
{
    if (!running)
        return;
    const ProcessWatch *const process = m_service.process();
    const std::optional<ExitStatus> exit = process && process->isGone() ? process->exitStatus() : std::nullopt;
    if (process && !exit && !(m_isKilled && process->isGone()) && --m_endPatience > 0)
        return QTimer::singleShot(50ms, this, &Private::judgeEnd);
    m_unfinished = unfinishedText({.exit = exit, .isKilled = m_isKilled, .seen = m_shutdown});
    m_service.noteRequestOver();
    look();
}

/// One that is gone executes nothing in its place.
void RestartSequence::Private::judgeWrapper()
{
    const ProcessWatch *const process = m_service.process();
    if (m_step && m_step->means == RestartMeans::Itself && isBeforeItsEnd(m_step->step) && m_service.before()->process
        && process && process->isGone() && !m_service.isNew())
        m_unfinished = unfinishedText({.exit = process->exitStatus(), .isKilled = m_isKilled, .seen = m_shutdown});
}

void RestartSequence::Private::askRestart()
{
    answerThoseSoFar(); // the next instance loads its code after this
    m_service.client().restart([this](const Answer<Acknowledgement> &answer) {
        if (!answer.value)
            return fail(answer.reply.message);
        m_service.noteRequestOver();
        look();
    });
}

void RestartSequence::Private::askSupervisor()
{
    answerThoseSoFar();
    m_request = supervisorRequest(entry.restart, m_plan.verb, m_step->deadline, options.supervisors);
    connect(m_request.get(), &SupervisorRequest::finished, this, [this](const QString &failure) {
        if (!failure.isEmpty())
            return fail(failure);
        m_service.noteRequestOver();
        look();
    });
    m_request->start();
}

void RestartSequence::Private::launchCommand()
{
    if (m_service.isNew())
        return note(u"something else has started it again already"_s);
    if (m_started.isAdoptedAlive()) {
        receipt.newPid = m_started.adopted()->pid();
        return note(u"pid %1, launched before"_s.arg(*receipt.newPid));
    }
    answerThoseSoFar(); // it loads its code from now on
    const Result<qint64> pid = m_started.launch(outputNameOf(entry), *commandToStart(entry), options.stateDirectory);
    if (!pid)
        return fail(pid.problem().what);
    m_line.message = u"pid %1, output in %2"_s.arg(*pid).arg(m_started.logFile());
    receipt.newPid = *pid;
    m_turn.noteLaunched(*pid);
    if (!m_isCancelled)
        return;
    endStep(StepOutcome::Ok);
    giveUp(u"cancelled: it was started again as pid %1, and was not waited for"_s.arg(*pid));
}

void RestartSequence::Private::launchedEnded(const ExitStatus &status)
{
    if (!m_calledOff.isEmpty())
        return giveUp(m_calledOff);
    // 0: a program that puts itself into the background; ours do not.
    const bool isOurs = isOurProgram(commandToStart(entry)->command.first());
    if (!running || (!isOurs && status.code == 0 && status.signal == 0))
        return;
    const QString command = printable(commandToStart(entry)->command.join(u' ').left(200));
    const QString after = formatDuration(m_clock.now() - m_stepStarted);
    const QString words = lastWordsText(lastOfProgram(m_started.lastLines(LogLines)));
    fail(u"%1 %2 after %3%4%5"_s.arg(command, status.text(), after, words, holder()));
}

void RestartSequence::Private::adoptedEnded()
{
    if (!m_calledOff.isEmpty())
        return giveUp(m_calledOff);
    // A start goes on with it; a restart ends it, and may hear of that in a later step.
    if (running && m_step && action == FleetAction::Start && m_step->means == RestartMeans::Command
        && !m_started.launchedPid())
        return fail(u"pid %1, which was launched before, has ended"_s.arg(m_started.adopted()->pid()));
    look();
}

/// Who asked while it was built may mean sources that are newer than what was read: they have their own turn.
void RestartSequence::Private::answerThoseSoFar()
{
    if (!entry.build)
        m_turn.answerThoseSoFar();
}

/// A service that goes on as if nothing had been asked. Only a wrapper says why.
void RestartSequence::Private::judgeServiceRestart()
{
    const std::optional<HealthReport> &seen = m_service.now();
    if (!m_step || m_step->means != RestartMeans::Itself || !m_service.isHeardLater() || !seen || m_service.isNew())
        return;
    if (seen->process && seen->process->successor)
        return;
    if (seen->process && !seen->process->restartError.isEmpty())
        return fail(printable(seen->process->restartError));
    const bool goesOn = seen->status == ServiceStatus::Healthy && !seen->shouldShutdown;
    if (goesOn && (m_service.wasShuttingDown() || m_service.sinceRequest() > RestartGrace))
        fail(u"%1 took the request, but goes on as the old instance. Its log may tell why."_s.arg(entry.name));
}

/// A new instance whose program has ended before it was ready, or since, is not waited for any longer.
void RestartSequence::Private::judgeNewInstance()
{
    if (!running || !m_step || m_step->step < RestartStep::Started || m_isFailing || !m_calledOff.isEmpty())
        return;
    const bool isBegun = m_step->step > RestartStep::Started || m_step->means == RestartMeans::Itself;
    const std::optional<HealthReport> &old = m_service.before();
    const ProcessWatch *process = m_service.process();
    if (m_service.isNew()) {
        const qint64 restarts = m_plan.isJoin && old->process ? old->process->restarts : 0;
        if (const QString why = whyNeverReady(*m_service.now(), restarts); !why.isEmpty() && isBegun)
            failWithLastWords(u"%1 did not get ready: %2"_s.arg(entry.name, printable(why)));
    } else if (m_step->means == RestartMeans::Itself && process && process->isGone()
               && (old->process || m_clock.now() - m_stepStarted > RestartGrace)) {
        // A wrapper executes its successor in its own place: there is nobody who could come any more.
        const std::optional<ExitStatus> exit = process->exitStatus();
        if (exit || --m_endPatience <= 0) // it is known a little later
            failWithLastWords(u"%1 ended instead of starting anew (pid %2, %3)"_s.arg(
                entry.name, QString::number(process->pid()), exit ? exit->text() : u"how it ended is not known"_s));
    }
}

/// What the file of its output keeps, if that was written to since the act began; nothing: it is not known.
std::optional<QStringList> RestartSequence::Private::keptWords() const
{
    if (!localAddressOf(entry))
        return {};
    const QString name = outputNameOf(entry);
    const auto isRecent = [&](const QString &of) {
        return QFileInfo(logFileOf(of, options.stateDirectory)).lastModified() >= receipt.startedAt;
    };
    if (!isRecent(name) && !isRecent(name + u".output"_s))
        return {};
    QByteArray text;
    for (const OutputLine &line : readKeptOutput(name, options.stateDirectory, KeptBytes).lines)
        text += line.text;
    return lastOfProgram(linesOf(text));
}

/// With what the service has written, which it is asked for; it may be gone, while its log is here.
void RestartSequence::Private::failWithLastWords(const QString &why)
{
    m_isFailing = true;
    m_service.pause();
    m_deadlineTimer.stop();
    m_service.client().logs(LogQuery{.tail = LastWords}, [this, why](const Answer<LogPage> &answer) {
        const auto told = answer.value ? std::optional(linesOf(*answer.value))
            : m_started.launchedPid()  ? std::optional(lastOfProgram(m_started.lastLines(LogLines)))
                                       : keptWords();
        fail(why + (told ? lastWordsText(*told) : u". Its log may tell why."_s));
    });
}

// ---- what is known -----------------------------------------------------------------------------------

/// Whether the command of the entry is still to be run.
bool RestartSequence::Private::isLaunchDue() const
{
    return std::any_of(m_plan.steps.begin(), m_plan.steps.end(), [](const PlannedStep &step) {
        return step.step == RestartStep::Started && step.means == RestartMeans::Command;
    });
}

const ProcessWatch *RestartSequence::Private::awaitedProcess() const
{
    if (m_step->means == RestartMeans::Command)
        return m_started.adopted();
    return m_step->means == RestartMeans::Itself ? m_service.program() : m_service.process();
}

RestartSight RestartSequence::Private::sight() const
{
    const std::optional<HealthReport> &seen = m_service.now();
    const bool isOurs = seen && !m_service.isStrangerTo(m_started.launchedPid());
    return {.isAnswered = m_service.isRequestOver(),
            .wasShuttingDown = m_service.wasShuttingDown(),
            .phase = seen && seen->shutdown ? seen->shutdown->phase : QString(),
            .error = m_service.error(),
            .isProcessGone = m_step->step == RestartStep::ProcessGone && awaitedProcess()->isGone(),
            .isForwarded = m_service.isElsewhere(),
            .isNew = m_service.isNew(),
            .isReady = isOurs && isReady(*seen),
            .isHealthy = isOurs && seen->status == ServiceStatus::Healthy,
            .isCodeKnown = m_service.isCodeKnown()};
}

LateFacts RestartSequence::Private::lateFacts() const
{
    const std::optional<HealthReport> &seen = m_service.now();
    return {.service = entry.name,
            .method = receipt.method,
            .address = m_service.peer().place(),
            .progress = m_told,
            .answer = m_service.message(),
            .newInstance = m_service.isNew() ? std::optional(seen->instanceId) : std::nullopt,
            .doesAnswer = seen.has_value(),
            .trouble = seen ? programTrouble(*seen) : QString(),
            .isOldInstance = seen && !m_service.isNew(),
            .waitedFor = awaitedProcess() ? awaitedProcess()->pid() : 0,
            .launched = m_started.launchedPid(),
            .lastWords =
                m_started.launchedPid() ? lastWordsText(lastOfProgram(m_started.lastLines(LogLines))) : QString(),
            .holder = holder()};
}

/// Of the address, unless it is what was started here.
QString RestartSequence::Private::holder() const
{
    const ServiceAddress &address = m_service.peer().address;
    const std::optional<PortHolder> holder = entry.host.isHere() ? findPortHolder(address) : std::nullopt;
    if (!holder || holder->pid == m_started.launchedPid())
        return {};
    return holderText(*holder, address);
}

/// More was done than to build.
bool RestartSequence::Private::isBegun() const { return m_step && m_step->step != RestartStep::Built; }

/// It has taken the request, whatever comes of it.
bool RestartSequence::Private::isAskedToStop() const
{
    return std::ranges::any_of(receipt.steps, [](const ReceiptStep &step) {
        return step.name == RestartStep::Asked && step.outcome == StepOutcome::Ok;
    });
}

/// By this act: what was down before it (crashed, or never started) is not stopped on purpose. What a later stop has
/// called off ends for that, too, and so does a restart that was called off before its start.
bool RestartSequence::Private::hasEndedOnPurpose() const
{
    if (m_isLeftStopping)
        return true;
    if (action != FleetAction::Stop)
        return m_isOverruled && (isAskedToStop() || receipt.newPid);
    return isAskedToStop() || (receipt.ok && !receipt.steps.isEmpty());
}

// ---- the sequencer -----------------------------------------------------------------------------------

void RestartSequence::Private::heard()
{
    if (!running)
        return;
    const std::optional<HealthReport> &seen = m_service.now();
    if (seen && !m_service.isNew() && seen->status == ServiceStatus::ShuttingDown && seen->shutdown) {
        m_shutdown = seen->shutdown;
        tell(restartProgressText(*seen->shutdown));
    }
    if (!seen && m_service.error() == ClientError::Timeout && m_step && isBeforeItsEnd(m_step->step))
        tell(u"no answer while it shuts down: what it does is not known"_s);
    judgeServiceRestart();
    judgeNewInstance();
    look();
}

void RestartSequence::Private::look()
{
    if (!running || !m_step || m_isFailing || !m_calledOff.isEmpty())
        return;
    judgeWrapper();
    if (isOver(*m_step, action, sight())) {
        if (m_step->step == RestartStep::PortFree && m_service.isElsewhere()
            && m_service.error() != ClientError::Refused)
            m_line.message = u"not seen: pid %1 is not on this machine, and what listens at %2 leads to it"_s.arg(
                QString::number(*m_service.before()->pid), m_service.peer().place());
        endStep(StepOutcome::Ok);
    } else if (m_clock.now() - m_stepStarted < m_step->deadline)
        return;
    else if (mayBeLate(*m_step))
        endStep(StepOutcome::TimedOut);
    else
        return fail(lateText(*m_step, lateFacts()));
    beginStep();
}

void RestartSequence::Private::deadlineCame()
{
    // For as long as the clock says: the timer may be early. A step that begins sets it anew.
    const milliseconds left = std::chrono::ceil<milliseconds>(m_stepStarted + m_step->deadline - m_clock.now());
    m_deadlineTimer.start(std::max(milliseconds(1), left));
    look();
}

void RestartSequence::Private::beginStep()
{
    if (m_plan.steps.isEmpty())
        return finish();
    m_step = m_plan.steps.takeFirst();
    m_stepStarted = m_clock.now();
    if (m_step->step == RestartStep::CodeCompared) {
        // A healthy service may still be comparing: it gets a little time, which is no part of the restart.
        receipt.total = m_stepStarted - m_began;
        if (!m_service.now() || !m_service.now()->capabilities.contains(u"code"_s)) {
            m_step.reset();
            return finish();
        }
    }
    m_line = {m_step->step, StepOutcome::Running, {}, {}};
    m_turn.noteStep(m_step->step);
    if (m_step->step == RestartStep::PortFree || m_step->step == RestartStep::ProcessGone)
        m_service.forget();
    m_told.clear();
    m_deadlineTimer.start(m_step->deadline);
    Q_EMIT q->stepStarted(m_step->step);
    runStep();
    if (!running || m_step->step == RestartStep::Built)
        return;
    m_service.watch(m_step->step == RestartStep::CodeCompared ? ObservedService::Question::ComparedStatus
                                                              : ObservedService::Question::Status);
    // From the event loop: a step that is over at once must not recurse.
    post(this, &Private::look);
}

void RestartSequence::Private::endStep(StepOutcome outcome)
{
    m_deadlineTimer.stop();
    m_started.stopTerminating();
    m_line.outcome = outcome;
    m_line.duration = m_clock.now() - m_stepStarted;
    // The service's own measure, when its answer came before our next look.
    if (m_line.name == RestartStep::Asked && m_drained && m_cleaned)
        m_line.duration = std::max(Seconds(0), m_line.duration - *m_drained - *m_cleaned);
    else if (m_line.name == RestartStep::Drained && m_drained)
        m_line.duration = *m_drained;
    else if (m_line.name == RestartStep::Cleaned && m_cleaned)
        m_line.duration = *m_cleaned;
    if (outcome == StepOutcome::Ok && m_step && isBeforeItsEnd(m_step->step))
        m_line = withTrouble(m_line);
    m_step.reset();
    receipt.steps << m_line;
    Q_EMIT q->stepFinished(m_line);
}

/// Of draining and cleaning up, which are over: what was not done of it.
ReceiptStep RestartSequence::Private::withTrouble(ReceiptStep line) const
{
    QString trouble = m_unfinished;
    if (trouble.isEmpty() && line.name == RestartStep::Cleaned)
        trouble = m_result ? troubleOf(*m_result) : m_shutdown ? troubleOf(m_shutdown->steps) : QString();
    line.message = trouble;
    line.outcome = trouble.isEmpty() ? StepOutcome::Ok : StepOutcome::Failed;
    return line;
}

void RestartSequence::Private::fail(const QString &why)
{
    if (isFinished)
        return;
    receipt.failure = why;
    if (isBegun() && (action == FleetAction::Stop || isLaunchDue()))
        m_turn.answerThoseSoFar(); // the service would not go: nor will it for those who asked meanwhile
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
    m_service.close();
    m_deadlineTimer.stop();
    m_started.stopTerminating();
    if (m_build)
        m_build->terminateGroup();
    const QString trouble = m_result ? troubleOf(*m_result) : QString();
    if (receipt.failure.isEmpty() && action == FleetAction::Stop && !trouble.isEmpty())
        receipt.failure = u"it is stopped, but its clean-up was incomplete: "_s + trouble;
    if (receipt.failure.isEmpty() && action == FleetAction::Stop)
        receipt.failure = m_unfinished;
    receipt.ok = receipt.failure.isEmpty();
    if (receipt.total == Seconds(0))
        receipt.total = m_clock.now() - m_began;
    const std::optional<HealthReport> &seen = m_service.now();
    if (receipt.ok && action != FleetAction::Stop && seen) {
        receipt.newInstance = seen->instanceId;
        receipt.newPid = seen->pid ? seen->pid : receipt.newPid;
        receipt.code = seen->code ? seen->code->verdict : CodeVerdict::Unknown;
    }
    if (action == FleetAction::Stop && receipt.ok)
        m_turn.answerThoseSoFar();
    if (hasEndedOnPurpose())
        m_turn.noteStopped();
    endTurn(!m_isCancelled && m_calledOff.isEmpty());
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

RestartSequence::RestartSequence(FleetEntry entry, FleetAction action, SequenceOptions options, const Clock &clock,
                                 QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this, std::move(entry), action, std::move(options), clock))
{
}

RestartSequence::~RestartSequence() = default;

const FleetEntry &RestartSequence::entry() const { return d->entry; }
FleetAction RestartSequence::action() const { return d->action; }
const Receipt &RestartSequence::receipt() const { return d->receipt; }
void RestartSequence::noteKilled() { d->noteKilled(); }
QString RestartSequence::afterCancel() const { return d->afterCancel(); }
bool RestartSequence::isRunning() const { return d->running; }
bool RestartSequence::isCalledOff() const { return d->isFinished && d->isCalledOff; }

void RestartSequence::announce()
{
    if (!d->running && !d->isFinished)
        d->announce();
}

void RestartSequence::start()
{
    if (d->running || d->isFinished)
        return;
    d->running = true;
    post(d.get(), &Private::begin);
}

void RestartSequence::cancel()
{
    if (d->running)
        post(d.get(), &Private::cancel);
}

} // namespace Hephaestus
