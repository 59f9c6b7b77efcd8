// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/serviceactions.h"

#include "common/base/duration.h"
#include "common/base/username.h"
#include "dashboard/model/displaytext.h"
#include "dashboard/model/sharedtext.h"

#include <algorithm>
#include <unistd.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype MostLookedAt = 500; ///< services: more are not looked at for each answer
constexpr int MostReasons = 5;

/// A step of the receipt while it is being done: what is called `drained` afterwards.
QString inProgress(RestartStep step)
{
    switch (step) {
    case RestartStep::Built: return ServiceActions::tr("building");
    case RestartStep::Asked: return ServiceActions::tr("asking");
    case RestartStep::SuccessorAccepts: return ServiceActions::tr("starting its successor");
    case RestartStep::Drained: return ServiceActions::tr("draining");
    case RestartStep::Cleaned: return ServiceActions::tr("cleaning up");
    case RestartStep::ProcessGone: return ServiceActions::tr("process is ending");
    case RestartStep::PortFree: return ServiceActions::tr("freeing the port");
    case RestartStep::Started: return ServiceActions::tr("starting");
    case RestartStep::Ready: return ServiceActions::tr("becoming ready");
    case RestartStep::Healthy: return ServiceActions::tr("becoming healthy");
    case RestartStep::CodeCompared: return ServiceActions::tr("comparing code");
    }
    Q_UNREACHABLE();
}

QString doneText(FleetAction action, const QString &time)
{
    switch (action) {
    case FleetAction::Restart: return ServiceActions::tr("restart done in %1").arg(time);
    case FleetAction::Start: return ServiceActions::tr("start done in %1").arg(time);
    case FleetAction::Stop: return ServiceActions::tr("shutdown done in %1").arg(time);
    }
    Q_UNREACHABLE();
}

/// Of one that was cancelled, or gave way to something else.
QString calledOffText(FleetAction action, const QString &why)
{
    switch (action) {
    case FleetAction::Restart: return ServiceActions::tr("restart: %1").arg(why);
    case FleetAction::Start: return ServiceActions::tr("start: %1").arg(why);
    case FleetAction::Stop: return ServiceActions::tr("shutdown: %1").arg(why);
    }
    Q_UNREACHABLE();
}

QString failedText(FleetAction action, const QString &why)
{
    switch (action) {
    case FleetAction::Restart: return ServiceActions::tr("restart failed: %1").arg(why);
    case FleetAction::Start: return ServiceActions::tr("start failed: %1").arg(why);
    case FleetAction::Stop: return ServiceActions::tr("shutdown failed: %1").arg(why);
    }
    Q_UNREACHABLE();
}

/// Whatever became of its clean-up, it is gone.
bool isSeenStopped(const Receipt &receipt)
{
    return receipt.ok || std::ranges::any_of(receipt.steps, [](const ReceiptStep &step) {
               return step.name == RestartStep::PortFree && step.outcome == StepOutcome::Ok;
           });
}

} // namespace

ServiceActions::ServiceActions(FleetModel &fleet, SequenceOptions options, const Clock &time, QObject *parent)
    : QObject(parent)
    , m_fleet(fleet)
    , m_options(std::move(options))
    , m_time(time)
{
    m_options.namesCommands = false; // there is a button for each
}

ServiceActions::~ServiceActions() = default;

/// Others' protocols tell how a service is, and only Actuator can be asked to do something. A start asks nobody; nor
/// does a restart of what is down, or by a supervisor.
static bool mustBeAsked(const ServiceRow &row, const ActionConditions &conditions, ServiceAction action)
{
    const RestartMethod &method = row.entry.restart;
    const bool isBySupervisor = !std::holds_alternative<std::monostate>(method)
        && !std::holds_alternative<RestartByService>(method) && !std::holds_alternative<RestartByCommand>(method);
    return action != ServiceAction::Start
        && (action != ServiceAction::Restart || (conditions.answers && !isBySupervisor));
}

ActionConditions conditionsOf(const ServiceRow &row)
{
    return {row.activity.has_value(),
            row.isCurrent(),
            row.isClosing() || row.observed == ServiceState::ShuttingDown,
            row.offers("restart"_L1),
            row.offers("check"_L1),
            row.dialect,
            row.observed == ServiceState::Foreign};
}

void ServiceActions::setReadOnly(bool readOnly)
{
    if (std::exchange(m_readOnly, readOnly) != readOnly)
        Q_EMIT readOnlyChanged();
}

ServiceActions::Obstacle ServiceActions::obstacle(ServiceId id, ServiceAction action) const
{
    const ServiceRow *const row = m_fleet.find(id);
    if (!row)
        return Obstacle::NotSelected;
    if (m_readOnly)
        return Obstacle::ReadOnly;
    const ActionConditions conditions = conditionsOf(*row);
    if (isRunning(id) || conditions.busy)
        return Obstacle::Busy;
    if (conditions.foreign && action != ServiceAction::CheckNow)
        return Obstacle::Foreign;
    if (conditions.dialect != Dialect::Hephaestus && mustBeAsked(*row, conditions, action))
        return conditions.dialect != Dialect::Actuator || action != ServiceAction::ShutDown ? Obstacle::OtherDialect
            : conditions.answers                                                            ? Obstacle::None
                                                                                            : Obstacle::Silent;
    const bool answers = conditions.answers;
    const bool closing = conditions.closing;
    switch (action) {
    case ServiceAction::Restart: return closing ? Obstacle::Closing : obstacleOfRestart(*row, conditions);
    case ServiceAction::Start:
        return answers ? Obstacle::Runs : isStartable(row->entry) ? Obstacle::None : Obstacle::NotStartable;
    case ServiceAction::ShutDown: return answers ? Obstacle::None : Obstacle::Silent; // a scheduled one may be hurried
    case ServiceAction::ScheduleShutDown:
        return !answers ? Obstacle::Silent : closing ? Obstacle::ClosingAlready : Obstacle::None;
    case ServiceAction::CancelShutDown: return closing ? Obstacle::None : Obstacle::NotScheduled;
    case ServiceAction::CheckNow:
        return !answers ? Obstacle::Silent : conditions.offersCheck ? Obstacle::None : Obstacle::OffersNoCheck;
    }
    Q_UNREACHABLE();
}

ServiceActions::Obstacle ServiceActions::obstacleOfRestart(const ServiceRow &row,
                                                           const ActionConditions &conditions) const
{
    if (!isRestartable(row.entry))
        return Obstacle::NotRestartable;
    const auto *const byItself = std::get_if<RestartByService>(&row.entry.restart);
    if (!byItself || byItself->start)
        return Obstacle::None;
    if (!conditions.answers)
        return Obstacle::NobodyStartsIt;
    return conditions.offersRestart ? Obstacle::None : Obstacle::OffersNoRestart;
}

QString ServiceActions::whyNot(ServiceId id, ServiceAction action) const
{
    const Obstacle obstacle = this->obstacle(id, action);
    if (obstacle == Obstacle::None)
        return {};
    if (obstacle == Obstacle::NotSelected)
        return tr("Select a service first.");
    const ServiceRow &row = *m_fleet.find(id);
    const QString &name = row.entry.name;
    switch (obstacle) {
    case Obstacle::None:
    case Obstacle::NotSelected: break;
    case Obstacle::ReadOnly: return tr("This dashboard only looks: it was started with --read-only.");
    case Obstacle::Busy: return tr("%1 is busy: %2.").arg(name, stateText(row));
    case Obstacle::Foreign:
        return tr("%1 is not touched: its address is held by %2.").arg(name, visibleText(row.report->owner, 200));
    case Obstacle::OtherDialect:
        return tr("%1 speaks %2: it can be watched, but not asked for this.").arg(name, dialectWord(row.dialect));
    case Obstacle::Silent: return tr("%1 does not answer.").arg(name);
    case Obstacle::Closing: return tr("%1 is shutting down.").arg(name);
    case Obstacle::ClosingAlready: return tr("%1 is shutting down already.").arg(name);
    case Obstacle::NotScheduled: return tr("%1 has no shutdown scheduled.").arg(name);
    case Obstacle::Runs: return tr("%1 runs already.").arg(name);
    case Obstacle::NotStartable: return translated(whyNotStartable(row.entry));
    case Obstacle::NotRestartable: return translated(whyNotRestartable(row.entry));
    case Obstacle::NobodyStartsIt: return tr("%1 does not answer, and nobody said how to start it.").arg(name);
    case Obstacle::OffersNoRestart:
        return tr("%1 does not offer to restart itself, and nobody said how to start it. "
                  "Write its command into a fleet file: restart = { method = \"command\", command = […] }.")
            .arg(name);
    case Obstacle::OffersNoCheck: return tr("%1 does not offer to check its dependencies.").arg(name);
    }
    return {};
}

QString ServiceActions::leftOut(const QList<ServiceId> &services, ServiceAction action) const
{
    if (services.size() > MostLookedAt)
        return {};
    QStringList reasons;
    int count = 0;
    for (const ServiceId id : services) {
        if (mayDo(id, action))
            continue;
        if (++count <= MostReasons)
            reasons << whyNot(id, action);
    }
    if (count == 0)
        return {};
    if (count > MostReasons)
        reasons << tr("And %n more.", nullptr, count - MostReasons);
    return tr("%n is/are left out: %1", nullptr, count).arg(reasons.join(u' '));
}

/// POST /actuator/shutdown, which answers at once and is off unless the service was configured to offer it.
void ServiceActions::shutDownOfDialect(const ServiceRow &row)
{
    const Result<ServiceTarget> target = targetOf(row.entry, m_options.stateDirectory);
    if (!target)
        return tell(row.id, EventKind::Trouble, target.problem().text());
    tell(row.id, EventKind::Action, tr("shutdown asked for"));
    auto *const client = new ServiceClient(*target, this);
    client->post(u"/actuator/shutdown"_s, [this, id = row.id, client](const Answer<QByteArray> &answer) {
        client->deleteLater();
        if (answer.reply.error == ClientError::None)
            m_fleet.setStopped(id);
        else
            tell(id, EventKind::Trouble,
                 answer.reply.httpStatus == 404 ? tr("shutdown refused: the service does not expose /actuator/shutdown")
                                                : tr("shutdown refused: %1").arg(translated(answer.reply.message)));
        Q_EMIT answerWanted(id);
    });
}

void ServiceActions::perform(ServiceId id, ServiceAction action, std::optional<Seconds> delay)
{
    const ServiceRow *const row = m_fleet.find(id);
    if (!whyNot(id, action).isEmpty())
        return;
    switch (action) {
    case ServiceAction::Restart: return runSequence(*row, FleetAction::Restart);
    case ServiceAction::ShutDown:
        return row->dialect == Dialect::Hephaestus ? runSequence(*row, FleetAction::Stop) : shutDownOfDialect(*row);
    case ServiceAction::Start: return runSequence(*row, FleetAction::Start);
    case ServiceAction::ScheduleShutDown:
    case ServiceAction::CancelShutDown:
    case ServiceAction::CheckNow: return ask(*row, action, delay);
    }
}

void ServiceActions::runSequence(const ServiceRow &row, FleetAction action)
{
    const ServiceId id = row.id;
    SequenceOptions options = m_options;
    options.known = row.known;
    auto sequence = std::make_unique<RestartSequence>(row.entry, action, options, m_time);
    RestartSequence *const started = sequence.get();
    connect(started, &RestartSequence::stepStarted, this, [this, id, action](RestartStep step) {
        m_running[id].step = step;
        showStep(id, action, inProgress(step));
    });
    connect(started, &RestartSequence::progressed, this,
            [this, id, action](const QString &text) { showStep(id, action, translated(text)); });
    connect(started, &RestartSequence::stepFinished, this, [this, id] {
        m_running[id].step.reset();
        Q_EMIT receiptChanged(id);
    });
    connect(started, &RestartSequence::finished, this, [this, id](const Receipt &receipt) { finish(id, receipt); });
    m_running[id] = {std::move(sequence), {}, false};
    tell(id, EventKind::Action,
         action == FleetAction::Restart     ? tr("restart asked for")
             : action == FleetAction::Start ? tr("start asked for")
                                            : tr("shutdown asked for"));
    showStep(id, action, {});
    Q_EMIT begun(id);
    started->start();
}

void ServiceActions::showStep(ServiceId id, FleetAction action, const QString &text)
{
    m_fleet.setActivity(
        id, Activity{action == FleetAction::Stop ? ServiceState::ShuttingDown : ServiceState::Restarting, text});
    Q_EMIT receiptChanged(id);
}

void ServiceActions::finish(ServiceId id, const Receipt &receipt)
{
    const auto done = m_running.find(id);
    const FleetAction action = done->second.sequence->action();
    const bool isCalledOff = done->second.sequence->isCalledOff();
    if (isCalledOff)
        m_calledOff.insert(id);
    else
        m_calledOff.remove(id);
    const bool isCutShort = done->second.isKilled && action == FleetAction::Stop && isSeenStopped(receipt);
    done->second.sequence.release()->deleteLater(); // it is its signal that brought us here
    m_running.erase(done);
    // That it runs already is no news: what was done last stays to be read.
    const bool isNothing = action == FleetAction::Start && receipt.ok && receipt.steps.isEmpty();
    if (isNothing)
        m_receipts.try_emplace(id, receipt);
    else
        m_receipts[id] = receipt;
    if (action == FleetAction::Stop && isSeenStopped(receipt))
        m_fleet.setStopped(id);
    m_fleet.setActivity(id, {});
    if (action != FleetAction::Stop)
        m_fleet.setFailure(id,
                           receipt.ok || isCalledOff            ? QString()
                               : action == FleetAction::Restart ? tr("restart failed")
                                                                : tr("start failed"));
    if (isNothing)
        tell(id, EventKind::Information, tr("it runs already"));
    else if (receipt.ok)
        tell(id, EventKind::Recovery, doneText(action, durationText(receipt.total)));
    else if (isCalledOff)
        tell(id, EventKind::Information, calledOffText(action, translated(receipt.failure)));
    else if (!isCutShort) // else the end of its process tells it
        tell(id, EventKind::Trouble, failedText(action, translated(receipt.failure)));
    Q_EMIT receiptChanged(id);
    Q_EMIT finished(id, receipt);
    Q_EMIT answerWanted(id);
}

/// One request with a short answer. A client of its own lives as long as the question.
void ServiceActions::ask(const ServiceRow &row, ServiceAction action, std::optional<Seconds> delay)
{
    const ServiceId id = row.id;
    const Result<ServiceTarget> target = targetOf(row.entry, m_options.stateDirectory);
    if (!target)
        return tell(id, EventKind::Trouble, target.problem().text());
    auto *const client = new ServiceClient(*target, this);
    const auto conclude = [this, id, client](const ServiceReply &reply, const QString &success) {
        client->deleteLater();
        if (reply.error == ClientError::None)
            tell(id, EventKind::Action, success);
        else
            tell(id, EventKind::Trouble, tr("refused: %1").arg(translated(reply.message)));
        Q_EMIT answerWanted(id);
    };
    if (action == ServiceAction::CheckNow) {
        client->check([this, id, conclude](const Answer<HealthReport> &answer) {
            if (answer.value)
                m_fleet.applyAnswer(id, answer);
            conclude(answer.reply, tr("all dependencies checked"));
        });
    } else if (action == ServiceAction::ScheduleShutDown) {
        const QString success =
            delay ? tr("shutdown scheduled in %1").arg(durationText(*delay)) : tr("shutdown scheduled");
        client->schedule(
            delay, [conclude, success](const Answer<Acknowledgement> &answer) { conclude(answer.reply, success); });
    } else {
        client->cancelSchedule([this, conclude](const Answer<Acknowledgement> &answer) {
            conclude(answer.reply, tr("scheduled shutdown cancelled"));
        });
    }
}

void ServiceActions::cancel(ServiceId id)
{
    const auto running = m_running.find(id);
    if (running != m_running.end())
        running->second.sequence->cancel();
}

QString ServiceActions::afterCancel(ServiceId id) const
{
    const auto running = m_running.find(id);
    return running == m_running.end() ? QString() : translated(running->second.sequence->afterCancel());
}

void ServiceActions::noteKilled(ServiceId id)
{
    const auto running = m_running.find(id);
    if (running == m_running.end())
        return;
    running->second.isKilled = true;
    running->second.sequence->noteKilled();
}

bool ServiceActions::isRunning(ServiceId id) const { return m_running.contains(id); }

const Receipt *ServiceActions::receipt(ServiceId id) const
{
    if (const auto running = m_running.find(id); running != m_running.end())
        return &running->second.sequence->receipt();
    const auto last = m_receipts.find(id);
    return last == m_receipts.end() ? nullptr : &last->second;
}

bool ServiceActions::remember(ServiceId id, const Receipt &receipt)
{
    const auto last = m_receipts.find(id);
    if (isRunning(id) || (last != m_receipts.end() && last->second.startedAt >= receipt.startedAt))
        return false;
    m_receipts[id] = receipt;
    Q_EMIT receiptChanged(id);
    return true;
}

std::optional<RestartStep> ServiceActions::runningStep(ServiceId id) const
{
    const auto running = m_running.find(id);
    return running == m_running.end() ? std::nullopt : running->second.step;
}

void ServiceActions::tell(ServiceId id, EventKind kind, const QString &text)
{
    const ServiceRow *const row = m_fleet.find(id);
    // Whoever uses this window asked for it; how it ended nobody here did.
    Q_EMIT happened({m_time.wall(), id, row ? row->entry.name : QString(), kind, text,
                     kind == EventKind::Action ? userName(::getuid()) : QString()});
}

} // namespace Hephaestus
