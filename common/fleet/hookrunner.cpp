// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/hookrunner.h"

#include "common/base/printable.h"
#include "common/fleet/actlock.h"

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds ShortestOver{5'000}; ///< how long a condition must be over before it is news again
constexpr qsizetype MostHookLines = 10;                  ///< in one notification

bool hasProgramEnded(const HealthReport &report)
{
    return report.process
        && (report.process->state == ProcessState::BackingOff || report.process->state == ProcessState::Failed);
}

/// Nothing: whether the service is there is not its own doing now, or not known.
std::optional<bool> isDown(const HookRunner::Look &look)
{
    switch (look.state) {
    case ServiceState::Unreachable: return true;
    case ServiceState::Stopped:
    case ServiceState::Unauthorized: return false;
    case ServiceState::Healthy:
    case ServiceState::Reachable:
    case ServiceState::Starting:
    case ServiceState::DependencyError:
        return look.report ? std::optional(hasProgramEnded(*look.report)) : std::nullopt;
    case ServiceState::Foreign:
    case ServiceState::Unknown:
    case ServiceState::Restarting:
    case ServiceState::ShuttingDown:
    case ServiceState::NotUnderstood: return {};
    }
    Q_UNREACHABLE();
}

std::optional<bool> isOld(const HookRunner::Look &look)
{
    if (!look.report || !look.report->code || look.state == ServiceState::Foreign)
        return {};
    const CodeVerdict verdict = look.report->code->verdict;
    return verdict == CodeVerdict::Unknown ? std::nullopt : std::optional(verdict == CodeVerdict::Stale);
}

QString whyDown(const HookRunner::Look &look)
{
    if (!look.report || !look.report->process)
        return look.message;
    const WrappedProcess &process = *look.report->process;
    if (!process.signal.isEmpty())
        return u"its program was killed by %1"_s.arg(process.signal);
    return process.exitCode ? u"its program exited with code %1"_s.arg(*process.exitCode) : process.error;
}

QString changedFiles(const HookRunner::Look &look)
{
    QStringList paths;
    for (const CodeChange &change : look.report->code->changed.mid(0, 5))
        paths << change.path;
    const qint64 more = look.report->code->changed.size() - paths.size() + look.report->code->more;
    return u"changed: %1"_s.arg(paths.join(u", "_s)) + (more > 0 ? u" and %1 more"_s.arg(more) : QString());
}

qint64 inMilliseconds(Clock::WallTime time)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

QString titleOf(FleetHook::Event event, const QStringList &services)
{
    const bool isOne = services.size() == 1;
    const QString who = isOne ? services.first() : u"%1 services"_s.arg(services.size());
    switch (event) {
    case FleetHook::Event::Down: return (isOne ? u"%1 is down"_s : u"%1 are down"_s).arg(who);
    case FleetHook::Event::Stale: return (isOne ? u"%1 runs old code"_s : u"%1 run old code"_s).arg(who);
    case FleetHook::Event::RestartFailed:
        return (isOne ? u"a start or restart of %1 failed"_s : u"starts or restarts of %1 failed"_s).arg(who);
    }
    Q_UNREACHABLE();
}

QString asItIs(const QString &sentence) { return sentence; }

} // namespace

HookRunner::HookRunner(Fleet fleet, const QString &stateDirectory, const Clock &time, QObject *parent)
    : QObject(parent)
    , m_fleet(std::move(fleet))
    , m_words{titleOf, asItIs}
    , m_stateDirectory(stateDirectory)
    , m_time(time)
    , m_trust(stateDirectory)
    , m_record(m_fleet.path, stateDirectory)
{
    connect(&m_sender, &NotificationSender::failed, this, &HookRunner::failed);
}

void HookRunner::setFleet(Fleet fleet)
{
    m_fleet = std::move(fleet);
    m_refused.clear();
    for (auto subject = m_subjects.begin(); subject != m_subjects.end();) {
        const auto entry = std::ranges::find(m_fleet.services, subject.key(), &FleetEntry::url);
        if (entry == m_fleet.services.end()) {
            subject = m_subjects.erase(subject);
        } else {
            subject->entry = *entry;
            ++subject;
        }
    }
}

void HookRunner::observe(const QString &url, const Look &look)
{
    if (m_fleet.hooks.isEmpty())
        return;
    auto found = m_subjects.find(url);
    if (found == m_subjects.end()) {
        const auto entry = std::ranges::find(m_fleet.services, url, &FleetEntry::url);
        if (entry == m_fleet.services.end())
            return;
        found = m_subjects.insert(url, Subject{.entry = *entry});
    }
    const auto note = [&](Event event, std::optional<bool> holds, const auto &text) {
        Condition &condition = found->conditions[std::size_t(event)];
        if (condition.holds != holds)
            condition.since = m_time.now();
        condition.holds = holds;
        condition.seenAt = m_time.wall();
        condition.hasBeenOver |= holds == false;
        if (holds == true)
            condition.text = text(look);
    };
    note(Event::Down, isDown(look), whyDown);
    note(Event::Stale, isOld(look), changedFiles);
}

void HookRunner::forget(const QString &url) { m_subjects.remove(url); }

bool HookRunner::mayRun(const FleetHook &hook)
{
    if (m_trust.isTrusted(m_fleet.path, hook)) {
        m_refused.remove(hook.name);
        return true;
    }
    if (!m_refused.contains(hook.name)) {
        m_refused.insert(hook.name);
        Q_EMIT failed(u"the hook %1 is not run: %2 says so, but nobody has trusted it; hephaestus trust %2"_s.arg(
            printable(hook.name), printable(m_fleet.path)));
    }
    return false;
}

void HookRunner::readActsOf(Subject &subject)
{
    const qint64 changedAt = actsChangedAt(subject.entry, m_stateDirectory);
    if (subject.actsChangedAt == changedAt)
        return;
    const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::machine().wall().time_since_epoch());
    // The file may be written twice in one tick of the file system's clock.
    const bool isOver = now.count() - changedAt > std::chrono::nanoseconds(1s).count();
    subject.actsChangedAt = isOver ? changedAt : -1;
    const ActRecord record = readActs(subject.entry, m_stateDirectory);
    subject.act = record.isCalledOff ? std::nullopt : record.last;
}

void HookRunner::check()
{
    if (m_subjects.isEmpty())
        return;
    QList<Candidate> candidates;
    for (const FleetHook &hook : std::as_const(m_fleet.hooks)) {
        if (!mayRun(hook))
            continue;
        for (const FleetEntry &entry : std::as_const(m_fleet.services)) {
            const auto subject = m_subjects.find(entry.url);
            if (subject != m_subjects.end() && subject->entry.name == entry.name && hook.concerns(entry.name))
                collect(hook, *subject, candidates);
        }
    }
    if (candidates.isEmpty())
        return;
    QMap<std::pair<qsizetype, Event>, QList<Telling>> tellings; // by the hook's place
    const auto decideAll = [&](HookRecord::Values &values) {
        for (const Candidate &candidate : std::as_const(candidates)) {
            if (const auto telling = decide(candidate, values))
                tellings[{candidate.hook - m_fleet.hooks.constData(), candidate.event}] << *telling;
        }
        candidates.clear();
    };
    if (const auto problem = m_record.change(decideAll); problem && !candidates.isEmpty()) {
        if (m_unkept.isEmpty()) // rather twice than never
            Q_EMIT failed(u"another process may tell it again, as it cannot be noted: "_s + printable(problem->text()));
        decideAll(m_unkept);
    }
    for (auto each = tellings.cbegin(); each != tellings.cend(); ++each)
        tell(m_fleet.hooks[each.key().first], each.key().second, each.value());
}

/// Adds what may have changed since it was last compared with the record.
void HookRunner::collect(const FleetHook &hook, Subject &subject, QList<Candidate> &candidates)
{
    for (const Event event : hook.on) {
        const QByteArray key = HookRecord::keyOf({hook.name, subject.entry.name, wireName(event)});
        if (event == Event::RestartFailed) {
            readActsOf(subject);
            const qint64 began = subject.act ? subject.act->startedAt.toMSecsSinceEpoch() : 0;
            if (const auto seen = m_actSeen.constFind(key); seen == m_actSeen.cend() || *seen != began)
                candidates.append({&hook, &subject, event, key});
            continue;
        }
        const Condition &condition = subject.conditions[std::size_t(event)];
        if (!condition.holds)
            continue;
        const auto known = m_isTold.constFind(key);
        const auto lasted = m_time.now() - condition.since;
        const auto wanted = *condition.holds ? hook.debounce : std::max(hook.debounce, ShortestOver);
        if ((known == m_isTold.cend() || *known != *condition.holds) && lasted >= wanted)
            candidates.append({&hook, &subject, event, key});
    }
}

std::optional<HookRunner::Telling> HookRunner::decide(const Candidate &candidate, HookRecord::Values &values)
{
    QByteArray &value = values[candidate.key];
    return candidate.event == Event::RestartFailed ? decideAct(candidate, value) : decideCondition(candidate, value);
}

/// Its value is `told MILLISECONDS` or `over`.
std::optional<HookRunner::Telling> HookRunner::decideCondition(const Candidate &candidate, QByteArray &value)
{
    const Condition &condition = candidate.subject->conditions[std::size_t(candidate.event)];
    const qint64 toldAt = value.startsWith("told ") ? value.sliced(5).toLongLong() : 0;
    if (!*condition.holds) {
        const qint64 over = inMilliseconds(condition.seenAt) - toldAt;
        const auto wanted = std::max(candidate.hook->debounce, ShortestOver);
        if (over >= 0 && over < wanted.count())
            return {}; // another process has seen it just now, and this one looked before
        value = "over";
        m_isTold[candidate.key] = false;
        return {};
    }
    m_isTold[candidate.key] = true;
    const bool isNews = value == "over" || (value.isEmpty() && condition.hasBeenOver);
    if (toldAt == 0)
        value = "told " + QByteArray::number(inMilliseconds(m_time.wall()));
    return isNews ? std::optional(Telling{candidate.subject->entry.name, condition.text}) : std::nullopt;
}

/// Its value is two times in milliseconds: when the latest act began, and when the latest that was told did.
std::optional<HookRunner::Telling> HookRunner::decideAct(const Candidate &candidate, QByteArray &value)
{
    const std::optional<Receipt> &act = candidate.subject->act;
    const qint64 began = act ? act->startedAt.toMSecsSinceEpoch() : 0;
    const bool isFirst = !m_actSeen.contains(candidate.key);
    m_actSeen[candidate.key] = began;
    const QList<QByteArray> times = value.split(' ');
    const bool isNoted = times.size() == 2;
    const qint64 seen = isNoted ? times[0].toLongLong() : 0;
    const qint64 told = isNoted ? times[1].toLongLong() : 0;
    if (isNoted && began <= seen)
        return {};
    const bool hasFailed = act && !act->ok && act->action.value() != FleetAction::Stop;
    const bool isNews =
        hasFailed && (isNoted || !isFirst) && (told == 0 || began - told >= candidate.hook->debounce.count());
    value = QByteArray::number(began) + ' ' + QByteArray::number(isNews ? began : told);
    return isNews ? std::optional(Telling{candidate.subject->entry.name, act->failure}) : std::nullopt;
}

void HookRunner::tell(const FleetHook &hook, Event event, const QList<Telling> &tellings)
{
    Notification notification{.kind = wireName(event), .title = {}, .text = {}, .services = {}};
    notification.fleet = m_fleet.path;
    notification.hook = hook.name;
    notification.isUrgent = event != Event::Stale;
    QStringList lines;
    for (const Telling &telling : tellings) {
        notification.services << printable(telling.service);
        const QString text = printable(m_words.text(telling.text).left(300));
        lines << (tellings.size() == 1 ? text : printable(telling.service) + u": "_s + text);
    }
    if (lines.size() > MostHookLines)
        lines = lines.mid(0, MostHookLines) << m_words.text(u"and %1 more"_s.arg(lines.size() - MostHookLines));
    notification.title = m_words.title(event, notification.services);
    notification.text = lines.join(u'\n');
    m_sender.send(hook.target, notification);
    Q_EMIT told(notification);
}

} // namespace Hephaestus
