// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/possibleactions.h"

#include <algorithm>

namespace Hephaestus {

PossibleActions::PossibleActions(FleetModel &fleet, MayDo mayDo, QObject *parent)
    : QObject(parent)
    , m_fleet(fleet)
    , m_mayDo(std::move(mayDo))
{
    connect(&fleet, &FleetModel::answered, this, &PossibleActions::reconsider);
    connect(&fleet, &QAbstractItemModel::dataChanged, this, &PossibleActions::reconsiderChanged);
    connect(&fleet, &QAbstractItemModel::rowsAboutToBeRemoved, this, &PossibleActions::forget);
}

void PossibleActions::setServices(const QList<ServiceId> &services)
{
    if (std::ranges::equal(services, m_services)) // Qt 6.4 compares two empty lists by memcmp() with a null pointer
        return;
    QHash<ServiceId, Known> known;
    known.reserve(services.size());
    m_services.clear();
    m_services.reserve(services.size());
    for (const ServiceId id : services) {
        const ServiceRow *const row = m_fleet.find(id);
        if (!row || known.contains(id))
            continue;
        const auto before = m_known.constFind(id);
        known.insert(id, before == m_known.cend() ? examine(*row) : *before);
        m_services << id;
    }
    m_known = std::move(known);
    m_counts = {};
    m_busy = m_favourites = 0;
    for (const Known &each : std::as_const(m_known))
        count(each, 1);
    Q_EMIT changed();
}

void PossibleActions::reconsiderAll()
{
    for (const ServiceId id : std::as_const(m_services))
        update(*m_fleet.find(id), true);
}

void PossibleActions::reconsider(ServiceId id)
{
    if (m_known.contains(id))
        update(*m_fleet.find(id), false);
}

PossibleActions::Known PossibleActions::examine(const ServiceRow &row) const
{
    Known known{conditionsOf(row), row.favourite, {}};
    for (const ServiceAction action : AllServiceActions)
        known.able[std::size_t(action)] = m_mayDo(row.id, action);
    return known;
}

void PossibleActions::count(const Known &known, int sign)
{
    for (std::size_t action = 0; action < m_counts.size(); ++action)
        m_counts[action] += known.able[action] ? sign : 0;
    m_busy += known.conditions.busy ? sign : 0;
    m_favourites += known.favourite ? sign : 0;
}

void PossibleActions::update(const ServiceRow &row, bool certainly)
{
    Known &known = m_known[row.id];
    if (!certainly && known.conditions == conditionsOf(row) && known.favourite == row.favourite)
        return;
    count(known, -1);
    known = examine(row);
    count(known, 1);
    Q_EMIT changed();
}

/// State and service are the cells that show an activity and a favourite. A row that changed as a whole may have
/// another entry, which the conditions leave out.
void PossibleActions::reconsiderChanged(const QModelIndex &first, const QModelIndex &last)
{
    if (m_known.isEmpty() || first.column() > FleetModel::Service)
        return;
    const bool whole = first.column() == 0 && last.column() == FleetModel::ColumnCount - 1;
    for (int line = first.row(); line <= last.row(); ++line) {
        const ServiceRow &row = m_fleet.row(line);
        if (m_known.contains(row.id))
            update(row, whole);
    }
}

void PossibleActions::forget(const QModelIndex &, int first, int last)
{
    const qsizetype before = m_services.size();
    for (int line = first; line <= last; ++line) {
        const auto known = m_known.constFind(m_fleet.row(line).id);
        if (known == m_known.cend())
            continue;
        count(*known, -1);
        m_services.removeOne(known.key());
        m_known.erase(known);
    }
    if (m_services.size() != before)
        Q_EMIT changed();
}

} // namespace Hephaestus
