// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/servicewait.h"

#include "common/fleet/servicestate.h"
#include "server/cli/survey.h"

#include <algorithm>

namespace Hephaestus {

namespace {

bool isFresh(const ServiceSnapshot &snapshot)
{
    return snapshot.report && isReady(*snapshot.report) && snapshot.report->code
        && snapshot.report->code->verdict == CodeVerdict::Fresh;
}

/// Less would say of a service only that it did not answer.
constexpr std::chrono::milliseconds ShortestLook{100};

std::chrono::milliseconds timeForLook(const QDeadlineTimer &deadline)
{
    return std::max(ShortestLook, std::chrono::milliseconds(deadline.remainingTime()));
}

} // namespace

ServiceWait::ServiceWait(QList<FleetEntry> services, Wish wish, std::chrono::milliseconds timeout)
    : m_services(std::move(services))
    , m_wish(wish)
    , m_deadline(timeout)
{
}

QList<ServiceSnapshot> ServiceWait::look()
{
    const auto atMost = timeForLook(m_deadline);
    QList<ServiceSnapshot> snapshots =
        m_wish.fresh ? surveyAnew(m_services, m_memory, atMost) : survey(m_services, m_memory, atMost);
    snapshots.removeIf([this](const ServiceSnapshot &snapshot) { return isSo(snapshot); });
    return snapshots;
}

void ServiceWait::pause() { pauseBeforeNextLook(m_deadline); }

bool ServiceWait::isOver() const { return timeForLook(m_deadline) <= ShortestLook; }

bool ServiceWait::isSo(const ServiceSnapshot &snapshot) const
{
    return (!m_wish.healthy || isHealthy(snapshot)) && (!m_wish.fresh || isFresh(snapshot));
}

QString ServiceWait::whyNever(const ServiceSnapshot &snapshot)
{
    const bool isGoing = snapshot.state == ServiceState::ShuttingDown || snapshot.state == ServiceState::Restarting;
    if (!snapshot.report || !snapshot.report->process || isGoing)
        return {};
    const HealthReport &report = *snapshot.report;
    Known &known = m_known[snapshot.name];
    if (std::exchange(known.instance, report.instanceId) != report.instanceId)
        known.restarts = report.process->restarts;
    return whyNeverReady(report, known.restarts);
}

} // namespace Hephaestus
