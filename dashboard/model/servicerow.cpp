// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/servicerow.h"

#include "common/base/duration.h"
#include "common/base/homedirectory.h"
#include "common/base/localtime.h"
#include "dashboard/model/displaytext.h"
#include "dashboard/model/sharedtext.h"

#include <QCoreApplication>
#include <QUrl>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

struct RowText
{
    Q_DECLARE_TR_FUNCTIONS(ServiceRow)
};

bool isUnderWay(ServiceState state) { return state == ServiceState::Restarting || state == ServiceState::ShuttingDown; }

bool isGoing(ServiceState state) { return state == ServiceState::ShuttingDown || state == ServiceState::Stopped; }

const DependencyReport *find(const HealthReport &report, const QString &name)
{
    for (const DependencyReport &dependency : report.dependencies) {
        if (dependency.name == name)
            return &dependency;
    }
    return nullptr;
}

/// Appends to a list, filling in what all events of one step share.
class Teller
{
public:
    Teller(const ServiceRow &row, Clock::WallTime at, bool isFirstLook)
        : m_row(row)
        , m_at(at)
        , m_isFirstLook(isFirstLook)
    {
    }

    /// `about`: see Event.
    void tell(EventKind kind, const QString &text, const QString &mark = {}, const QString &about = {})
    {
        m_events << Event{m_at, m_row.id, m_row.entry.name, kind, text, {}, mark, m_isFirstLook, about};
    }
    QList<Event> events() const { return m_events; }

private:
    const ServiceRow &m_row;
    Clock::WallTime m_at;
    bool m_isFirstLook;
    QList<Event> m_events;
};

void tellDependencies(Teller &teller, const ServiceRow &before, const HealthReport &after)
{
    for (const DependencyReport &dependency : after.dependencies) {
        const DependencyReport *const old = before.report ? find(*before.report, dependency.name) : nullptr;
        const bool failed = old && (old->status == DependencyStatus::Error || before.inDoubt.contains(dependency.name));
        if (dependency.status == DependencyStatus::Error && !(failed && old->error == dependency.error)) {
            teller.tell(EventKind::Trouble,
                        dependency.error.isEmpty() ? RowText::tr("%1 fails").arg(dependency.name)
                                                   : RowText::tr("%1 fails: %2").arg(dependency.name, dependency.error),
                        {}, u"dependency "_s + dependency.name);
        } else if (failed && dependency.status == DependencyStatus::Working) {
            teller.tell(EventKind::Recovery, RowText::tr("%1 works again").arg(dependency.name));
        }
    }
}

QString stalenessText(const ServiceRow &row)
{
    const qsizetype files = row.report->code->changed.size() - row.variablesChanged();
    if (files == 0 && row.variablesChanged() > 0)
        return RowText::tr("runs with an old environment: its fleet entry says another one now");
    if (files == 0)
        return RowText::tr("runs old code");
    return RowText::tr("runs old code: %n file(s) changed on disk since it started", nullptr, int(files));
}

/// A pid is not new where a process executes its successor in its own place, nor where each container counts from 1.
QString newInstanceText(const HealthReport &before, const HealthReport &after)
{
    if (!after.pid)
        return RowText::tr("a new instance answers");
    return before.pid == after.pid ? RowText::tr("a new instance answers (pid %1, as before)").arg(*after.pid)
                                   : RowText::tr("a new process answers (pid %1)").arg(*after.pid);
}

/// In what the process that answers now is not the one of before, although it calls itself so: another user's, or one
/// of another place. Empty: in nothing that both tell.
QString otherOriginText(const HealthReport &before, const HealthReport &after)
{
    const ServiceIdentity was = before.identity.value_or(ServiceIdentity());
    const ServiceIdentity is = after.identity.value_or(ServiceIdentity());
    const auto differ = [](const QString &a, const QString &b) { return !a.isEmpty() && !b.isEmpty() && a != b; };
    QStringList parts;
    if (differ(was.user, is.user))
        parts << RowText::tr("user %1 instead of %2").arg(visibleText(is.user, 80), visibleText(was.user, 80));
    if (differ(was.directory, is.directory))
        parts << RowText::tr("started in %1 instead of %2")
                     .arg(visibleText(homeRelative(is.directory), 200), visibleText(homeRelative(was.directory), 200));
    return parts.join(u", "_s);
}

void tellProcess(Teller &teller, const ServiceRow &before, const ServiceRow &after)
{
    if (before.report && isAnotherProcess(*before.report, *after.report)) {
        const QString text = newInstanceText(*before.report, *after.report);
        const QString other = otherOriginText(*before.report, *after.report);
        teller.tell(other.isEmpty() ? EventKind::Recovery : EventKind::Trouble,
                    other.isEmpty() ? text : RowText::tr("%1, by the same name: %2").arg(text, other), restartedWord());
    } else if (before.observed != ServiceState::Unknown && !before.isCurrent()) {
        teller.tell(EventKind::Recovery, before.lastSeen ? RowText::tr("answers again") : RowText::tr("answers"));
    }
    if (after.code() == CodeVerdict::Stale && before.code() != CodeVerdict::Stale)
        teller.tell(EventKind::Trouble, stalenessText(after), RowText::tr("stale"),
                    u"code of "_s + after.report->instanceId);
    else if (after.code() == CodeVerdict::Fresh && before.code() == CodeVerdict::Stale
             && !isAnotherProcess(*before.report, *after.report))
        teller.tell(EventKind::Recovery, RowText::tr("what it runs is what is on disk again"));
}

/// It lives, and does not serve: it is suspended, or its ready rule fails. How one ended is an obituary's.
bool isStuck(const HealthReport &report)
{
    const auto isAlive = [](const WrappedProcess &process) {
        return process.state == ProcessState::Running || process.state == ProcessState::Suspended;
    };
    return report.process && isAlive(*report.process) && stateOf(report) == ServiceState::DependencyError
        && !programTrouble(report).isEmpty();
}

void tellProgram(Teller &teller, const ServiceRow &before, const HealthReport &after)
{
    const bool wasStuck = before.report && isStuck(*before.report);
    if (isStuck(after) && !wasStuck)
        teller.tell(EventKind::Trouble, translated(programTrouble(after)), {}, u"program"_s);
    else if (wasStuck && isReady(after) && before.report->process->pid == after.process.value_or(WrappedProcess()).pid)
        teller.tell(EventKind::Recovery, RowText::tr("its program serves again"));
}

/// Of a shutdown, as the service names it; what is not known is shown as it came.
QString phaseWord(const QString &phase)
{
    return phase.isEmpty()          ? stateWord(ServiceState::ShuttingDown)
        : phase == "notice"_L1      ? RowText::tr("shutdown scheduled")
        : phase == "draining"_L1    ? RowText::tr("draining")
        : phase == "cleaning_up"_L1 ? RowText::tr("cleaning up")
                                    : QString(phase).replace(u'_', u' ');
}

} // namespace

/// Their next outcome says whether they work again.
static QStringList doubtsAfter(const ServiceRow &before, const HealthReport &report)
{
    QStringList names = unknownDependencies(report);
    names.removeIf([&before](const QString &name) {
        const DependencyReport *const old = before.report ? find(*before.report, name) : nullptr;
        return !(old && old->status == DependencyStatus::Error) && !before.inDoubt.contains(name);
    });
    return names;
}

QString restartedWord() { return RowText::tr("restarted"); }

bool isAnotherProcess(const HealthReport &before, const HealthReport &after)
{
    return before.instanceId != after.instanceId || (after.instanceId.isEmpty() && before.startTime != after.startTime);
}

qsizetype ServiceRow::variablesChanged() const
{
    if (!report || !report->code)
        return 0;
    return std::count_if(report->code->changed.begin(), report->code->changed.end(),
                         [](const CodeChange &change) { return change.kind == "environment"_L1; });
}

bool isGone(const ServiceReply &reply)
{
    return reply.error == ClientError::Refused || reply.error == ClientError::Disconnected;
}

ServiceRow afterAnswer(ServiceRow row, const Answer<HealthReport> &answer, Clock::TimePoint now,
                       const std::optional<PlannedEnd> &planned, const std::optional<AddressHolder> &holder)
{
    row.reply = answer.reply;
    if (!row.reply.body.isEmpty())
        row.body = row.reply.body;
    row.holder = holder;
    row.answered = answer.value.has_value();
    if (answer.value) {
        if (row.end && row.end->pid != answer.value->pid) // a late answer may be of the one that ended
            row.end.reset();
        if (!answer.value->service.isEmpty() && answer.value->owner.isEmpty())
            row.known = {answer.value->service, answer.value->pid.value_or(0)};
        row.inDoubt = doubtsAfter(row, *answer.value);
        row.report = answer.value;
        const auto isUsed = [](const DependencyReport &each) { return each.status != DependencyStatus::NotUsed; };
        if (!std::ranges::is_partitioned(std::as_const(row.report->dependencies),
                                         isUsed)) // the list is shared with the client's, as long as it stays
            std::ranges::stable_partition(row.report->dependencies, isUsed);
        row.lastSeen = row.read = now;
    }
    row.observed = stateOf(answer, row.observed, row.report ? &*row.report : nullptr);
    if (row.observed == ServiceState::Stopped && !row.failure.isEmpty())
        row.observed = ServiceState::Unreachable; // it was to come back
    if (isWell(row.observed))
        row.failure.clear();
    row.actor.clear();
    if (row.isReplaced())
        row.observed = ServiceState::Unreachable;
    const bool isAwaited = row.observed == ServiceState::ShuttingDown && planned && isUnderWay(planned->state);
    if (planned && (isGone(answer.reply) || row.isReplaced() || isAwaited)) {
        row.observed = planned->state;
        row.actor = planned->by;
    }
    return row;
}

QString progressText(const ShutdownProgress &progress)
{
    if (progress.phase == "notice"_L1 && progress.left) // short, so that the time is seen in a narrow column
        return RowText::tr("shutdown in %1").arg(durationText(wholeSecondsLeft(*progress.left)));
    QString text = phaseWord(progress.phase);
    if (progress.inFlight > 0)
        text += u" %1"_s.arg(progress.inFlight);
    for (const StepReport &step : progress.steps) {
        if (step.outcome == StepOutcome::Running)
            text += u": "_s + step.name;
    }
    return progress.left ? RowText::tr("%1, %2 left").arg(text, durationText(wholeSecondsLeft(*progress.left))) : text;
}

/// Nothing answers, because its process has ended.
static bool tellsEnd(const ServiceRow &row) { return row.end && isGone(row.reply) && !row.isReplaced(); }

QString stateText(const ServiceRow &row)
{
    if (row.activity)
        return row.activity->step.isEmpty() ? stateWord(row.activity->state) : row.activity->step;
    if (!row.failure.isEmpty() && !isWell(row.observed))
        return row.failure;
    if (row.isClosing() && row.report->shutdown
        && (row.observed == ServiceState::ShuttingDown || !row.report->shutdown->phase.isEmpty()))
        return progressText(*row.report->shutdown);
    if (row.observed == ServiceState::Unknown && row.report)
        return RowText::tr("process ended");
    if (row.observed == ServiceState::Unreachable && row.isReplaced())
        return row.holder->service.isEmpty()
            ? RowText::tr("unreachable: address taken")
            : RowText::tr("unreachable: %1 answers").arg(visibleText(row.holder->service, 40));
    if (row.observed == ServiceState::Unreachable && row.reply.error != ClientError::None)
        return u"%1: %2"_s.arg(stateWord(row.observed), tellsEnd(row) ? row.end->word : errorWord(row.reply.error));
    return stateWord(row.observed);
}

/// Why there is no answer that can be used. Of one that is not understood the state says so already.
static QString replyReason(const ServiceReply &reply)
{
    const QString said = u"the answer is not understood: "_s;
    return reply.message.isEmpty()
        ? errorWord(reply.error)
        : translated(reply.message.startsWith(said) ? reply.message.mid(said.size()) : reply.message);
}

/// Who has the address of a service that does not answer; or else that it does not.
static QString silenceReason(const ServiceRow &row)
{
    const QString reason = replyReason(row.reply);
    if (!row.holder)
        return reason;
    const QString holder = visibleText(row.holder->text, 300);
    if (row.isReplaced() && !row.holder->service.isEmpty())
        return RowText::tr("Another service answers at its address: %1. Stop that, change the address, or accept it.")
            .arg(holder);
    if (row.isReplaced() && row.reply.error == ClientError::Timeout)
        return RowText::tr("Another process has its address, and says nothing: %1. Stop that, or change the address.")
            .arg(holder);
    return row.isReplaced()
        ? RowText::tr(
              "Another process answers at its address, not as this service: %1. Stop that, or change the address.")
              .arg(holder)
        : RowText::tr("%1. The address is held by %2.").arg(reason, holder);
}

/// The same, with how its process ended.
static QString absenceReason(const ServiceRow &row)
{
    return tellsEnd(row) ? u"%1. %2"_s.arg(visibleText(row.end->text, 300), silenceReason(row)) : silenceReason(row);
}

QString stateReason(const ServiceRow &row)
{
    switch (row.observed) {
    case ServiceState::DependencyError: {
        QStringList lines;
        for (const DependencyReport &dependency : row.report->dependencies) {
            if (dependency.status == DependencyStatus::Error)
                lines << (dependency.error.isEmpty() ? RowText::tr("%1 fails").arg(dependency.name)
                                                     : u"%1: %2"_s.arg(dependency.name, dependency.error));
        }
        if (const QString trouble = translated(programTrouble(*row.report)); !trouble.isEmpty())
            lines.prepend(trouble);
        return lines.join(u"; "_s);
    }
    case ServiceState::Starting: {
        QStringList lines;
        for (const DependencyReport &dependency : row.report->dependencies) {
            if (dependency.status == DependencyStatus::Unknown)
                lines << u"%1: %2"_s.arg(dependency.name, translated(dependency.error));
        }
        if (const QString trouble = translated(programTrouble(*row.report)); !trouble.isEmpty())
            lines.prepend(trouble);
        return lines.join(u"; "_s);
    }
    case ServiceState::Foreign:
        return RowText::tr("Held by %1. This entry does not touch it.").arg(visibleText(row.report->owner, 200));
    case ServiceState::Unreachable:
        return row.actor.isEmpty()
            ? absenceReason(row)
            : RowText::tr("%1 did not bring it up: %2").arg(visibleText(row.actor, 80), absenceReason(row));
    case ServiceState::Unauthorized:
    case ServiceState::NotUnderstood: return silenceReason(row);
    case ServiceState::Stopped:
        return RowText::tr("It was stopped on purpose, and has not answered since.")
            + (row.isReplaced() ? u' ' + silenceReason(row) : QString());
    case ServiceState::Restarting:
    case ServiceState::ShuttingDown:
        return row.actor.isEmpty() ? QString() : RowText::tr("By %1.").arg(visibleText(row.actor, 80));
    case ServiceState::Reachable:
        return RowText::tr("A page answers at its address. It says nothing of health, so no more is known.");
    case ServiceState::Unknown:
        return row.report ? RowText::tr("Its process has ended. Whether another one answers is being asked.")
                          : QString();
    case ServiceState::Healthy: return {};
    }
    Q_UNREACHABLE();
}

QString placeOf(const FleetEntry &entry)
{
    if (entry.url.startsWith("unix:"_L1))
        return entry.url;
    if (const auto parts = splitUrl(entry.url)) {
        FleetEntry there = entry;
        there.url = parts->second;
        return RowText::tr("%1 on %2").arg(placeOf(there), entry.host.name);
    }
    const QUrl url(entry.url);
    return url.isValid() && !url.authority().isEmpty()
        ? url.authority() + (url.path().size() > 1 ? url.path() : QString())
        : entry.url;
}

static bool isTakenByService(const ServiceRow &row) { return row.isReplaced() && !row.holder->service.isEmpty(); }

static QString takenText(const ServiceRow &row)
{
    return RowText::tr("another service answers at its address: %1").arg(visibleText(row.holder->text, 300));
}

/// The reason, in an event of this service. Why a host is lost is told of the host, and how a process ended by an event
/// of its own.
static QString newsOf(const ServiceRow &row)
{
    const bool isAbsent = row.observed == ServiceState::Unreachable && row.actor.isEmpty();
    return row.reply.error == ClientError::HostLost ? RowText::tr("no connection to %1").arg(row.entry.host.name)
        : isAbsent                                  ? silenceReason(row)
                                                    : stateReason(row);
}

static bool wasDown(const ServiceRow &row)
{
    return row.observed == ServiceState::Stopped || row.observed == ServiceState::Unreachable;
}

/// Of one that somebody is at.
static QString plannedText(const ServiceRow &row, bool wasDown)
{
    const QString text = row.observed != ServiceState::Restarting ? RowText::tr("is being shut down by %1")
        : wasDown                                                 ? RowText::tr("is being started by %1")
                                                                  : RowText::tr("is being restarted by %1");
    return text.arg(row.actor);
}

/// It says when it will begin, and has not begun.
static bool isScheduled(const ServiceRow &row)
{
    return row.observed == ServiceState::ShuttingDown && row.isCurrent() && row.report->shutdown
        && row.report->shutdown->phase == "notice"_L1;
}

/// As it says itself.
static bool isRestarting(const HealthReport &report)
{
    return report.shutdown && report.shutdown->mode == ShutdownMode::Restart;
}

static QString scheduledText(const ShutdownProgress &shutdown, Clock::WallTime now)
{
    if (!shutdown.left)
        return RowText::tr("its shutdown is scheduled");
    const QDateTime today = localTime(now);
    const QDateTime begin = today.addMSecs(qint64(shutdown.left->count() * 1000));
    const bool isSoon = *shutdown.left < Seconds(60);
    return RowText::tr("will shut down at %1, as scheduled")
        .arg(begin.date() != today.date() ? dayAndTime(begin) : begin.toString(isSoon ? u"HH:mm:ss"_s : u"HH:mm"_s));
}

static void tellShutdown(Teller &teller, const ServiceRow &before, const ServiceRow &after, Clock::WallTime at)
{
    const bool wasGoing = before.observed == ServiceState::ShuttingDown || before.isClosing();
    if (isScheduled(after)) {
        if (!wasGoing)
            teller.tell(EventKind::Information, scheduledText(*after.report->shutdown, at));
    } else if (after.isClosing()) {
        if (wasGoing && !isScheduled(before))
            return;
        if (!after.actor.isEmpty() && !after.activity)
            return teller.tell(EventKind::Information, plannedText(after, wasDown(before)));
        teller.tell(EventKind::Information,
                    isRestarting(*after.report) ? RowText::tr("shuts down to start anew") : RowText::tr("shuts down"),
                    {}, u"end of "_s + after.report->instanceId);
    } else if (wasGoing && before.report && !isAnotherProcess(*before.report, *after.report)
               && !isGoing(after.observed)) {
        teller.tell(EventKind::Information,
                    isScheduled(before) ? RowText::tr("its scheduled shutdown is cancelled")
                                        : RowText::tr("no longer shuts down"));
    }
}

QList<Event> eventsBetween(const ServiceRow &before, const ServiceRow &after, Clock::WallTime at)
{
    Teller teller(after, at, before.observed == ServiceState::Unknown && !before.report);
    if (after.isCurrent()) {
        if (after.observed == ServiceState::Foreign && before.observed != ServiceState::Foreign)
            teller.tell(EventKind::Trouble,
                        RowText::tr("its address is held by %1").arg(visibleText(after.report->owner, 200)),
                        stateWord(after.observed));
        tellProcess(teller, before, after);
        tellProgram(teller, before, *after.report);
        tellDependencies(teller, before, *after.report);
        tellShutdown(teller, before, after, at);
    } else if (after.observed != before.observed && after.observed != ServiceState::Unknown) {
        const bool isPlanned = isUnderWay(after.observed);
        if (after.observed == ServiceState::Stopped)
            teller.tell(EventKind::Information, RowText::tr("stopped"), RowText::tr("stopped"),
                        wireName(after.observed));
        else if (isPlanned && !after.activity && before.observed != ServiceState::ShuttingDown)
            teller.tell(EventKind::Information, plannedText(after, wasDown(before)));
        else if (!isPlanned)
            teller.tell(after.activity ? EventKind::Information : EventKind::Trouble,
                        isTakenByService(after) ? takenText(after)
                                                : u"%1: %2"_s.arg(stateWord(after.observed), newsOf(after)),
                        stateWord(after.observed), isTakenByService(after) ? QString() : wireName(after.observed));
    } else if (after.isReplaced() && !before.isReplaced()) {
        const bool isMissed = after.observed == ServiceState::Unreachable && !after.activity;
        teller.tell(isMissed ? EventKind::Trouble : EventKind::Information,
                    isTakenByService(after) ? takenText(after) : silenceReason(after));
    }
    return teller.events();
}

} // namespace Hephaestus
