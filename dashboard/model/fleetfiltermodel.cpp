// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/fleetfiltermodel.h"

namespace Hephaestus {

FleetFilterModel::FleetFilterModel(FleetModel *fleet, QObject *parent) : QSortFilterProxyModel(parent), m_fleet(fleet)
{
    setSortRole(FleetModel::SortRole);
    setSourceModel(fleet);
}

void FleetFilterModel::setQuery(const FilterQuery &query)
{
    if (query == m_query)
        return;
    m_query = query;
    invalidateFilter();
}

bool FleetFilterModel::filterAcceptsRow(int row, const QModelIndex &) const { return m_query.matches(m_fleet->row(row)); }

bool FleetFilterModel::lessThan(const QModelIndex &left, const QModelIndex &right) const
{
    const QVariant a = left.data(FleetModel::SortRole);
    const QVariant b = right.data(FleetModel::SortRole);
    if (a != b)
        return QSortFilterProxyModel::lessThan(left, right);
    const int byName = QString::localeAwareCompare(m_fleet->row(left.row()).entry.name, m_fleet->row(right.row()).entry.name);
    // The names stay in reading order whichever way the column is sorted.
    return sortOrder() == Qt::AscendingOrder ? byName < 0 : byName > 0;
}

} // namespace Hephaestus
