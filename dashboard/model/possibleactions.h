// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/serviceactions.h"

#include <QHash>

#include <array>
#include <functional>

namespace Hephaestus {

/// What can be done to a selection of services: each action, and to how many of them. Kept by service, so that an
/// answer that changes nothing costs one comparison, however many are selected.
class PossibleActions : public QObject
{
    Q_OBJECT

public:
    /// Whether the action may be performed on the service now.
    using MayDo = std::function<bool(ServiceId id, ServiceAction action)>;

    /// `fleet` outlives this. `mayDo` is asked when a service is selected and when its conditions change.
    PossibleActions(FleetModel &fleet, MayDo mayDo, QObject *parent = nullptr);

    void setServices(const QList<ServiceId> &services);
    /// In the order in which they were given; those that leave the fleet leave this list.
    const QList<ServiceId> &services() const { return m_services; }

    int count(ServiceAction action) const { return m_counts[std::size_t(action)]; }
    int busy() const { return m_busy; } ///< something is being done to them, or waits to be done
    int favourites() const { return m_favourites; }

    /// Asks `mayDo` again if the service is selected and its conditions changed. Rows that change are looked at without
    /// a call.
    void reconsider(ServiceId id);
    /// Asks `mayDo` again about each: something changed that no row shows.
    void reconsiderAll();

Q_SIGNALS:
    void changed(); ///< the numbers, or the services; once for each service that changed

private:
    struct Known
    {
        ActionConditions conditions;
        bool favourite = false;
        std::array<bool, std::size(AllServiceActions)> able{};
    };

    Known examine(const ServiceRow &row) const;
    void count(const Known &known, int sign);
    void update(const ServiceRow &row, bool certainly);
    void reconsiderChanged(const QModelIndex &first, const QModelIndex &last);
    void forget(const QModelIndex &parent, int first, int last);

    FleetModel &m_fleet;
    MayDo m_mayDo;
    QList<ServiceId> m_services;
    QHash<ServiceId, Known> m_known; ///< of each of m_services
    std::array<int, std::size(AllServiceActions)> m_counts{};
    int m_busy = 0;
    int m_favourites = 0;
};

} // namespace Hephaestus
