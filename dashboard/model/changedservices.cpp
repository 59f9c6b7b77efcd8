// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/changedservices.h"

#include <algorithm>

namespace Hephaestus {

ChangedServices::ChangedServices(const FleetModel &fleet, QObject *parent) : QObject(parent), m_fleet(fleet)
{
    for (const auto signal : {&FleetModel::answered, &FleetModel::confirmed}) // values may differ that read the same
        connect(&fleet, signal, this, [this](ServiceId id) { m_changed << id; });
    connect(&fleet, &QAbstractItemModel::dataChanged, this,
            [this](const QModelIndex &first, const QModelIndex &last) { noteRows(first.row(), last.row()); });
    connect(&fleet, &QAbstractItemModel::rowsInserted, this,
            [this](const QModelIndex &, int first, int last) { noteRows(first, last); });
    connect(&fleet, &QAbstractItemModel::rowsAboutToBeRemoved, this,
            [this](const QModelIndex &, int first, int last) { noteRemoved(first, last); });
    noteAll();
}

QSet<ServiceId> ChangedServices::take() { return std::exchange(m_changed, {}); }

QSet<ServiceId> ChangedServices::takeRemoved() { return std::exchange(m_removed, {}); }

void ChangedServices::noteAll() { noteRows(0, m_fleet.rowCount() - 1); }

void ChangedServices::noteRows(int first, int last)
{
    for (int line = first; line <= last; ++line)
        m_changed << m_fleet.row(line).id;
}

void ChangedServices::noteRemoved(int first, int last)
{
    for (int line = first; line <= last; ++line) {
        const ServiceId id = m_fleet.row(line).id;
        m_changed.remove(id);
        m_removed << id;
    }
}

QList<ServiceId> inFleetOrder(const QSet<ServiceId> &services)
{
    QList<ServiceId> all(services.cbegin(), services.cend());
    std::ranges::sort(all);
    return all;
}

} // namespace Hephaestus
