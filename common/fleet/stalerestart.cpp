// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/stalerestart.h"

#include "common/base/duration.h"
#include "common/fleet/servicestate.h"

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

void StaleRestart::add(ServiceId id, const FleetEntry &entry, const QString &fleetFile)
{
    remove(id);
    m_subjects.emplace(id, Subject{entry.name, fleetFile, entry.dependsOn, entry.restartOnStale});
    m_ids.insert({fleetFile, entry.name}, id);
    if (entry.restartOnStale)
        m_asked.emplace(entry.name, id);
}

void StaleRestart::remove(ServiceId id)
{
    const Subject *const subject = find(id);
    if (!subject)
        return;
    if (isAway(*subject))
        --m_away;
    m_asked.erase({subject->name, id});
    if (const auto known = m_ids.constFind({subject->fleetFile, subject->name}); known != m_ids.cend() && *known == id)
        m_ids.erase(known);
    m_subjects.erase(id);
}

const StaleRestart::Subject *StaleRestart::find(ServiceId id) const
{
    const auto found = m_subjects.find(id);
    return found == m_subjects.end() ? nullptr : &found->second;
}

bool StaleRestart::mayBeOld(const CodeReport &code)
{
    return code.verdict == CodeVerdict::Stale
        || (code.verdict == CodeVerdict::Unknown
            && std::any_of(code.changed.begin(), code.changed.end(),
                           [](const CodeChange &one) { return one.change == u"unverified"_s; }));
}

bool StaleRestart::isAway(const Subject &subject) { return !subject.serves.value_or(true); }

bool StaleRestart::isOutage() const
{
    return m_away > 1 && double(m_away) > m_rules.outage * double(m_subjects.size());
}

void StaleRestart::observe(ServiceId id, const HealthReport *report, TimePoint now)
{
    const auto found = m_subjects.find(id);
    if (found == m_subjects.end())
        return;
    Subject &subject = found->second;
    if (report && !subject.replaced.isEmpty() && report->instanceId == subject.replaced)
        return;
    m_away -= isAway(subject);
    subject.serves = report && isReady(*report);
    m_away += isAway(subject);
    CodeReport code = report && report->code ? *report->code : CodeReport();
    for (CodeChange &change : code.changed)
        change.pids.clear(); // workers come and go while the changes stay the same
    if (code.verdict == CodeVerdict::Fresh)
        subject.failure.clear();
    const bool stale = *subject.serves && mayBeOld(code);
    if (!stale || !subject.stale || code.changed != subject.changed || code.more != subject.more) {
        subject.since = now;
        subject.changed = code.changed;
        subject.more = code.more;
    }
    subject.stale = stale;
    subject.inFlight = report ? report->resources.inFlightRequests.value_or(0) : 0;
    subject.idleLooks = report && subject.inFlight == 0 ? subject.idleLooks + 1 : 0;
}

std::optional<ServiceId> StaleRestart::due(TimePoint now) const
{
    if (isOutage())
        return {};
    std::optional<ServiceId> found;
    for (const auto &[name, id] : m_asked) {
        const Subject &subject = m_subjects.at(id);
        if (subject.running)
            return {};
        if (!found && subject.stale && waitsFor(subject, now).isEmpty())
            found = id;
    }
    return found;
}

QString StaleRestart::waitsFor(ServiceId id, TimePoint now) const
{
    const Subject *const subject = find(id);
    return subject && subject->isAsked && subject->stale ? waitsFor(*subject, now) : QString();
}

QString StaleRestart::waitsFor(const Subject &subject, TimePoint now) const
{
    if (subject.running)
        return u"its restart is under way"_s;
    if (!subject.failure.isEmpty())
        return u"the last restart failed: %1"_s.arg(subject.failure);
    for (const QString &name : subject.dependsOn) {
        const Subject *const dependency = find(m_ids.value({subject.fleetFile, name}, NoService));
        if (!dependency || dependency == &subject)
            continue;
        if (!dependency->failure.isEmpty())
            return u"%1, which it depends on, failed to restart"_s.arg(name);
        if (dependency->running || (dependency->stale && dependency->isAsked))
            return u"%1, which it depends on, is restarted first"_s.arg(name);
        if (!dependency->serves.value_or(true))
            return u"%1, which it depends on, is not up"_s.arg(name);
    }
    if (isOutage())
        return u"%1 of the %2 services of the fleet do not answer, or shut down"_s.arg(m_away).arg(m_subjects.size());
    if (now < subject.resting)
        return u"it was restarted a moment ago"_s;
    if (now - subject.since < m_rules.settle)
        return u"its files have just changed"_s;
    if (subject.inFlight > 0)
        return subject.inFlight == 1 ? u"a request is in flight"_s
                                     : u"%1 requests are in flight"_s.arg(subject.inFlight);
    return subject.idleLooks < 2 ? u"it was busy a moment ago"_s : QString();
}

void StaleRestart::began(ServiceId id)
{
    if (const auto found = m_subjects.find(id); found != m_subjects.end())
        found->second.running = true;
}

void StaleRestart::ended(ServiceId id, const Receipt &receipt, TimePoint now)
{
    const auto found = m_subjects.find(id);
    if (found == m_subjects.end())
        return;
    Subject &subject = found->second;
    const bool often = subject.pause.count() > 0 && now - subject.resting < m_rules.longestPause;
    subject.running = false;
    subject.pause = often ? std::min(2 * subject.pause, m_rules.longestPause) : m_rules.firstPause;
    subject.resting = now + subject.pause;
    subject.since = now; // what was seen before was seen of its predecessor
    subject.idleLooks = 0;
    subject.replaced = receipt.ok && receipt.newInstance != receipt.oldInstance ? receipt.oldInstance : QString();
    if (!receipt.ok)
        subject.failure = receipt.failure.isEmpty() ? u"no reason given"_s : receipt.failure;
    else if (receipt.code == CodeVerdict::Stale)
        subject.failure = u"the new process is stale as well"_s;
}

} // namespace Hephaestus
