// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/countdown.h"

namespace Hephaestus {

using namespace std::chrono_literals;

Countdown::Countdown(FleetModel &fleet, const Clock &time, QObject *parent)
    : QObject(parent)
    , m_fleet(fleet)
    , m_time(time)
{
    connect(&m_timer, &QTimer::timeout, this, &Countdown::check);
}

void Countdown::begin(const QList<ServiceId> &services, ServiceAction action, const std::function<void()> &act)
{
    m_waiting.push_back({services, action, act, m_time.now() + Wait});
    show(m_waiting.back());
    m_timer.start(100ms);
}

void Countdown::show(const Waiting &waiting)
{
    const auto left = std::max(1s, std::chrono::ceil<std::chrono::seconds>(waiting.due - m_time.now()));
    const QString text =
        (waiting.action == ServiceAction::Start ? tr("start in %1 s") : tr("restart in %1 s")).arg(left.count());
    QHash<ServiceId, Activity> activities; // nothing is done yet: it is as it is
    for (const ServiceId id : waiting.services) {
        if (const ServiceRow *const row = m_fleet.find(id))
            activities.insert(id, Activity{row->observed, text});
    }
    m_fleet.setActivities(activities);
}

bool Countdown::takeBack()
{
    const std::vector<Waiting> taken = std::exchange(m_waiting, {});
    m_timer.stop();
    for (const Waiting &waiting : taken)
        m_fleet.endActivities(waiting.services);
    return !taken.empty();
}

bool Countdown::isWaiting(ServiceId id) const
{
    return std::ranges::any_of(m_waiting, [id](const Waiting &waiting) { return waiting.services.contains(id); });
}

void Countdown::check()
{
    std::vector<Waiting> due;
    std::erase_if(m_waiting, [&](const Waiting &waiting) {
        if (m_time.now() < waiting.due) {
            show(waiting);
            return false;
        }
        due.push_back(waiting);
        return true;
    });
    if (m_waiting.empty())
        m_timer.stop();
    for (const Waiting &waiting : due) {
        m_fleet.endActivities(waiting.services);
        waiting.act();
    }
}

} // namespace Hephaestus
