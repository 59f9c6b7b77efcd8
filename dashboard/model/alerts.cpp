// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/alerts.h"

#include "dashboard/model/displaytext.h"

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int MostNamed = 5;

bool isTrouble(ServiceState state)
{
    switch (state) {
    case ServiceState::DependencyError:
    case ServiceState::Unreachable:
    case ServiceState::Unauthorized:
    case ServiceState::NotUnderstood: return true;
    case ServiceState::Foreign: // it is somebody's who knows
    case ServiceState::Healthy:
    case ServiceState::Unknown:
    case ServiceState::Starting:
    case ServiceState::Restarting:
    case ServiceState::ShuttingDown:
    case ServiceState::Stopped: return false;
    }
    Q_UNREACHABLE();
}

} // namespace

Alerts::Alerts(FleetModel &fleet, const Clock &time, QObject *parent) : QObject(parent), m_fleet(fleet), m_time(time)
{
    connect(&m_timer, &QTimer::timeout, this, &Alerts::check);
}

void Alerts::start() { m_timer.start(1s); }

void Alerts::check()
{
    QList<ServiceId> trouble;
    QList<ServiceId> over;
    QList<ServiceId> stale;
    QHash<ServiceId, Known> known;
    for (int line = 0; line < m_fleet.rowCount(); ++line) {
        const ServiceRow &row = m_fleet.row(line);
        Known service = m_known.value(row.id);
        if (isTrouble(row.state())) {
            service.since = service.since.value_or(m_time.now());
            if (!service.told && m_time.now() - *service.since >= m_delay) {
                service.told = true;
                trouble << row.id;
            }
        } else if (!row.activity) { // what is being restarted has not recovered yet
            if (service.told && row.state() == ServiceState::Healthy)
                over << row.id;
            if (row.state() == ServiceState::Healthy)
                service.told = false;
            service.since.reset();
        }
        const bool isStale = row.code() == CodeVerdict::Stale;
        if (isStale && !service.stale)
            stale << row.id;
        service.stale = isStale;
        known.insert(row.id, service);
    }
    m_known = known;
    raise(Alert::Kind::Trouble, trouble);
    raise(Alert::Kind::Recovery, over);
    raise(Alert::Kind::Stale, stale);
}

void Alerts::raise(Alert::Kind kind, const QList<ServiceId> &services)
{
    if (services.isEmpty() || isMuted())
        return;
    const ServiceRow &first = *m_fleet.find(services.first());
    const QString name = visibleText(first.entry.name, 80);
    const qsizetype count = services.size();
    Alert alert{kind, services, {}, {}};
    switch (kind) {
    case Alert::Kind::Trouble:
        alert.title =
            count == 1 ? u"%1: %2"_s.arg(name, stateText(first)) : tr("%1 services are in trouble").arg(count);
        break;
    case Alert::Kind::Recovery:
        alert.title = count == 1 ? tr("%1 is healthy again").arg(name) : tr("%1 services are healthy again").arg(count);
        break;
    case Alert::Kind::Stale:
        alert.title = count == 1 ? tr("%1 runs old code").arg(name) : tr("%1 services run old code").arg(count);
        break;
    }
    if (count == 1) {
        alert.text = kind == Alert::Kind::Trouble ? visibleText(stateReason(first))
                                                  : visibleText(Hephaestus::placeOf(first.entry), 120);
    } else {
        QStringList lines;
        for (const ServiceId id : services.mid(0, MostNamed)) {
            const ServiceRow &row = *m_fleet.find(id);
            lines << (kind == Alert::Kind::Trouble ? u"%1: %2"_s.arg(visibleText(row.entry.name, 80), stateText(row))
                                                   : visibleText(row.entry.name, 80));
        }
        if (count > MostNamed)
            lines << tr("and %1 more").arg(count - MostNamed);
        alert.text = lines.join(u'\n');
    }
    Q_EMIT raised(alert);
}

} // namespace Hephaestus
