// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetmodel.h"

#include <QSet>

namespace Hephaestus {

/// What explains the trouble of services: a dependency that fails for several of them, a service that they depend on,
/// or a host that none of its services answers from.
struct AlertCause
{
    enum class Kind { Itself, Service, Dependency, Host };

    Kind kind = Kind::Itself;
    QString name;               ///< of the dependency or the host
    ServiceId root = NoService; ///< Service: which one; Itself: the service

    /// The same for all that one cause explains; nothing of Itself and Service of that service differs.
    QString key() const;

    bool operator==(const AlertCause &) const = default;
};

bool isTrouble(ServiceState state);

/// Finds causes. Which machine each service is on is looked up once, so that nobody is looked at but those in trouble.
class AlertCauses : public QObject
{
public:
    /// `fleet` outlives this.
    explicit AlertCauses(const FleetModel &fleet, QObject *parent = nullptr);

    /// Of each of these, as far as the fleet shows it. Names in `depends_on` are those of the whole window.
    QHash<ServiceId, AlertCause> of(const QSet<ServiceId> &troubled) const;

private:
    class Search;
    void add(int first, int last);
    void remove(int first, int last);

    const FleetModel &m_fleet;
    QHash<ServiceId, QString> m_hosts; ///< of those that are on other machines
    QHash<QString, int> m_onHost;      ///< how many
};

} // namespace Hephaestus
