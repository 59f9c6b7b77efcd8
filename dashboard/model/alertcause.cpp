// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/alertcause.h"

#include "common/protocol/serviceaddress.h"

#include <QUrl>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr qsizetype LeastOutage = 3; ///< services
constexpr auto OutageGap = 10s;      ///< from one to the next that falls silent
constexpr auto NextWave = 60s;       ///< the same once there is an outage

Clock::WallTime silentSince(const ServiceRow &row) { return row.figures.since.value_or(Clock::WallTime()); }

/// Empty: it is this machine, where all ends with a reboot, or it is a socket.
QString hostOf(const FleetEntry &entry)
{
    if (!entry.host.isHere())
        return entry.host.name;
    const QUrl url(entry.url);
    const QString host = entry.url.startsWith("unix:"_L1) ? QString() : url.host();
    return host.isEmpty() || ServiceAddress{ServiceAddress::Kind::Tcp, host, 0, {}}.isLoopback() ? QString() : host;
}

} // namespace

/// Among the services that are in trouble at one time.
class AlertCauses::Search
{
public:
    Search(const AlertCauses &known, const QSet<ServiceId> &troubled) : m_known(known)
    {
        QList<ServiceId> inOrder(troubled.cbegin(), troubled.cend());
        std::ranges::sort(inOrder); // of two with one name the later one counts
        for (const ServiceId id : std::as_const(inOrder))
            count(*known.m_fleet.find(id));
    }

    AlertCause of(const ServiceRow &row) const
    {
        const ServiceRow &root = *m_known.m_fleet.find(rootOf(row));
        if (const auto outage = m_known.m_outages.constFind(root.id); outage != m_known.m_outages.cend())
            return {AlertCause::Kind::Outage, QString::number(outage->number), NoService};
        return withoutOutage(row);
    }

    AlertCause withoutOutage(const ServiceRow &row) const
    {
        if (const ServiceId root = rootOf(row); root != row.id)
            return {AlertCause::Kind::Service, {}, root};
        if (row.state() == ServiceState::DependencyError) {
            const QString dependency = sharedFailure(row);
            if (!dependency.isEmpty())
                return {AlertCause::Kind::Dependency, dependency, NoService};
        }
        const QString host = m_known.m_hosts.value(row.id);
        if (row.state() == ServiceState::Unreachable && m_silent.value(host) > 1
            && m_silent.value(host) == m_known.m_onHost.value(host))
            return {AlertCause::Kind::Host, host, NoService};
        return {AlertCause::Kind::Itself, {}, row.id};
    }

private:
    void count(const ServiceRow &row)
    {
        const QString host = m_known.m_hosts.value(row.id);
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
            root = m_known.m_fleet.find(m_byName.value(*next));
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

    const AlertCauses &m_known;
    QHash<QString, ServiceId> m_byName;
    QHash<QString, int> m_failing; ///< by dependency: for how many
    QHash<QString, int> m_silent;  ///< by machine: unreachable ones
};

QString AlertCause::key() const
{
    switch (kind) {
    case Kind::Itself:
    case Kind::Service: return u"service:%1"_s.arg(root);
    case Kind::Dependency: return u"dependency:"_s + name;
    case Kind::Host: return u"host:"_s + name;
    case Kind::Outage: return u"outage:"_s + name;
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
    case ServiceState::Reachable:
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

AlertCauses::AlertCauses(const FleetModel &fleet, QObject *parent) : QObject(parent), m_fleet(fleet)
{
    connect(&fleet, &QAbstractItemModel::rowsInserted, this,
            [this](const QModelIndex &, int first, int last) { add(first, last); });
    connect(&fleet, &QAbstractItemModel::rowsAboutToBeRemoved, this,
            [this](const QModelIndex &, int first, int last) { remove(first, last); });
    add(0, fleet.rowCount() - 1);
}

void AlertCauses::add(int first, int last)
{
    for (int line = first; line <= last; ++line) {
        const ServiceRow &row = m_fleet.row(line);
        const QString host = hostOf(row.entry);
        if (host.isEmpty())
            continue;
        const auto known = m_onHost.constFind(host);
        m_hosts.insert(row.id, known == m_onHost.cend() ? host : known.key()); // one text for all
        ++m_onHost[m_hosts.value(row.id)];
    }
}

void AlertCauses::remove(int first, int last)
{
    for (int line = first; line <= last; ++line) {
        const QString host = m_hosts.take(m_fleet.row(line).id);
        if (const auto counted = m_onHost.find(host); counted != m_onHost.end() && --*counted == 0)
            m_onHost.erase(counted);
    }
}

/// Who has answered since is in none.
void AlertCauses::forgetOutages(const QSet<ServiceId> &troubled)
{
    m_outages.removeIf([&](const auto &reached) {
        const ServiceRow *const row = troubled.contains(reached.key()) ? m_fleet.find(reached.key()) : nullptr;
        return !row || silentSince(*row) != reached.value().since;
    });
}

/// Among those whose silence nothing else explains.
void AlertCauses::findOutages(QList<const ServiceRow *> silent)
{
    std::ranges::sort(silent, {}, [](const ServiceRow *row) { return silentSince(*row); });
    for (auto first = silent.cbegin(); first != silent.cend();) {
        auto last = first;
        int number = 0;
        for (auto next = first; next != silent.cend(); ++next) {
            const int known = m_outages.value((*next)->id).number;
            const auto gap = silentSince(**next) - silentSince(**last);
            const bool isSame = number > 0 && known == number;
            const bool isOther = number > 0 && known > 0 && known != number;
            if (isOther || (!isSame && gap >= (number > 0 ? NextWave : OutageGap)))
                break;
            last = next;
            number = number > 0 ? number : known;
        }
        ++last;
        if (number == 0 && last - first >= LeastOutage)
            number = ++m_lastOutage;
        for (; first != last; ++first) {
            if (number > 0 && !m_outages.contains((*first)->id))
                m_outages.insert((*first)->id, {silentSince(**first), number});
        }
    }
}

QHash<ServiceId, AlertCause> AlertCauses::of(const QSet<ServiceId> &troubled)
{
    const Search search(*this, troubled);
    forgetOutages(troubled);
    QList<const ServiceRow *> silent;
    QList<const ServiceRow *> neverSeen;
    for (const ServiceId id : troubled) {
        const ServiceRow *const row = m_fleet.find(id);
        if (row->state() == ServiceState::Unreachable && search.withoutOutage(*row).kind == AlertCause::Kind::Itself)
            (row->lastSeen ? silent : neverSeen) << row;
    }
    findOutages(silent);
    findOutages(neverSeen);
    QHash<ServiceId, AlertCause> found;
    for (const ServiceId id : troubled)
        found.insert(id, search.of(*m_fleet.find(id)));
    return found;
}

} // namespace Hephaestus
