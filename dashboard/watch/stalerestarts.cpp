// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/watch/stalerestarts.h"

namespace Hephaestus {

StaleRestarts::StaleRestarts(const Clock &clock, QObject *parent) : QObject(parent), m_clock(clock) {}

void StaleRestarts::add(ServiceId id, const FleetEntry &entry, const QString &fleetFile)
{
    m_rules.add(id, entry, fleetFile);
}

void StaleRestarts::remove(ServiceId id) { m_rules.remove(id); }

void StaleRestarts::observe(ServiceId id, const HealthReport *report)
{
    if (m_rules.isAsked())
        m_rules.observe(id, report, m_clock.now());
}

void StaleRestarts::decide()
{
    if (const std::optional<ServiceId> id = m_rules.due(m_clock.now()))
        Q_EMIT due(*id);
}

void StaleRestarts::noteBegin(ServiceId id) { m_rules.began(id); }

void StaleRestarts::noteEnd(ServiceId id, const Receipt &receipt) { m_rules.ended(id, receipt, m_clock.now()); }

} // namespace Hephaestus
