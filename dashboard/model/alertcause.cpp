// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/alertcause.h"

#include "common/protocol/serviceaddress.h"

#include <QUrl>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// Empty: it is this machine, where all ends with a reboot, or it is a socket.
QString hostOf(const FleetEntry &entry)
{
    if (!entry.host.isHere())
        return entry.host.name;
    const QUrl url(entry.url);
    const QString host = entry.url.startsWith("unix:"_L1) ? QString() : url.host();
    return host.isEmpty() || ServiceAddress{ServiceAddress::Kind::Tcp, host, 0, {}}.isLoopback() ? QString() : host;
}

class Causes
{
public:
    Causes(const FleetModel &fleet, const QSet<ServiceId> &troubled) : m_fleet(fleet), m_troubled(troubled)
    {
        for (int line = 0; line < fleet.rowCount(); ++line)
            count(fleet.row(line));
    }

    AlertCause of(const ServiceRow &row) const
    {
        if (const ServiceId root = rootOf(row); root != row.id)
            return {AlertCause::Kind::Service, {}, root};
        if (row.state() == ServiceState::DependencyError) {
            const QString dependency = sharedFailure(row);
            if (!dependency.isEmpty())
                return {AlertCause::Kind::Dependency, dependency, NoService};
        }
        const QString host = hostOf(row.entry);
        if (row.state() == ServiceState::Unreachable && m_silent.value(host) > 1
            && m_silent.value(host) == m_onHost.value(host))
            return {AlertCause::Kind::Host, host, NoService};
        return {AlertCause::Kind::Itself, {}, row.id};
    }

private:
    void count(const ServiceRow &row)
    {
        const QString host = hostOf(row.entry);
        if (!host.isEmpty())
            ++m_onHost[host];
        if (!m_troubled.contains(row.id))
            return;
        m_byName.insert(row.entry.name, row.id);
        if (!host.isEmpty() && row.state() == ServiceState::Unreachable)
            ++m_silent[host];
        if (row.state() == ServiceState::DependencyError) {
            for (const DependencyReport &each : row.report->dependencies)
                m_failing[each.name] += each.status == DependencyStatus::Error;
        }
    }

    /// The service in trouble that it depends on, directly or not; else itself.
    ServiceId rootOf(const ServiceRow &row) const
    {
        QSet<ServiceId> seen{row.id};
        const ServiceRow *root = &row;
        while (true) {
            const auto next = std::ranges::find_if(root->entry.dependsOn, [&](const QString &name) {
                const ServiceId id = m_byName.value(name, NoService);
                return id != NoService && !seen.contains(id);
            });
            if (next == root->entry.dependsOn.end())
                return root->id;
            root = m_fleet.find(m_byName.value(*next));
            seen << root->id;
        }
    }

    /// Of its dependencies that fail the one that fails for the most services; empty: each only for this one.
    QString sharedFailure(const ServiceRow &row) const
    {
        QString most;
        for (const DependencyReport &each : row.report->dependencies) {
            const int count = each.status == DependencyStatus::Error ? m_failing.value(each.name) : 0;
            if (count > std::max(1, m_failing.value(most)))
                most = each.name;
        }
        return most;
    }

    const FleetModel &m_fleet;
    const QSet<ServiceId> &m_troubled;
    QHash<QString, ServiceId> m_byName; ///< of those in trouble
    QHash<QString, int> m_failing;      ///< by dependency: for how many
    QHash<QString, int> m_onHost;
    QHash<QString, int> m_silent; ///< of these unreachable
};

} // namespace

QString AlertCause::key() const
{
    switch (kind) {
    case Kind::Itself:
    case Kind::Service: return u"service:%1"_s.arg(root);
    case Kind::Dependency: return u"dependency:"_s + name;
    case Kind::Host: return u"host:"_s + name;
    }
    Q_UNREACHABLE();
}

bool isTrouble(ServiceState state)
{
    switch (state) {
    case ServiceState::DependencyError:
    case ServiceState::Unreachable:
    case ServiceState::Unauthorized:
    case ServiceState::NotUnderstood: return true;
    case ServiceState::Healthy:
    case ServiceState::Unknown:
    case ServiceState::Starting:
    case ServiceState::Restarting:
    case ServiceState::ShuttingDown:
    case ServiceState::Stopped:
    case ServiceState::Foreign: // it is somebody's who knows
        return false;
    }
    Q_UNREACHABLE();
}

QHash<ServiceId, AlertCause> causesOf(const FleetModel &fleet, const QSet<ServiceId> &troubled)
{
    const Causes causes(fleet, troubled);
    QHash<ServiceId, AlertCause> found;
    for (const ServiceId id : troubled)
        found.insert(id, causes.of(*fleet.find(id)));
    return found;
}

} // namespace Hephaestus
