// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetmodel.h"

#include <QSet>

namespace Hephaestus {

/// What explains the trouble of services: a dependency that fails for several of them, a service that they depend on,
/// a host that none of its services answers from, or something unknown that silenced several at once.
struct AlertCause
{
    enum class Kind { Itself, Service, Dependency, Host, Outage };

    Kind kind = Kind::Itself;
    QString name;               ///< of the dependency or the host; of an outage its number
    ServiceId root = NoService; ///< Service: which one; Itself: the service

    /// The same for all that one cause explains; nothing of Itself and Service of that service differs.
    QString key() const;

    bool operator==(const AlertCause &) const = default;
};

bool isTrouble(ServiceState state);

/// Finds causes, once for a window: what it tells of and what it lists are the same outages. Which machine each service
/// is on is looked up once, so that nobody is looked at but those in trouble. Three services or more that fell silent,
/// each within ten seconds of another, are one outage. It stays that one for whom it reached, until they answer, and
/// for whom it reaches within a minute of the last.
/// When those fell silent that have not answered since they are watched, nobody knows: they are no outage of others.
class AlertCauses : public QObject
{
public:
    /// `fleet` outlives this.
    explicit AlertCauses(const FleetModel &fleet, QObject *parent = nullptr);

    /// Of each of these, as far as the fleet shows it. Names in `depends_on` are those of the whole window.
    QHash<ServiceId, AlertCause> of(const QSet<ServiceId> &troubled);

private:
    class Search;
    struct Outage
    {
        Clock::WallTime since; ///< when the service fell silent in it
        int number = 0;
    };

    void findOutages(QList<const ServiceRow *> silent);
    void forgetOutages(const QSet<ServiceId> &troubled);
    void add(int first, int last);
    void remove(int first, int last);

    const FleetModel &m_fleet;
    QHash<ServiceId, QString> m_hosts;  ///< of those that are on other machines
    QHash<QString, int> m_onHost;       ///< how many
    QHash<ServiceId, Outage> m_outages; ///< whom one reached
    int m_lastOutage = 0;
};

} // namespace Hephaestus
