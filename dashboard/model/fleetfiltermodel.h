// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/filterquery.h"
#include "dashboard/model/fleetmodel.h"

#include <QSortFilterProxyModel>

namespace Hephaestus {

/// The rows of a FleetModel that match a query, sorted by the values of a column; ties by name, so that rows do not jump.
class FleetFilterModel : public QSortFilterProxyModel
{
    Q_OBJECT

public:
    explicit FleetFilterModel(FleetModel *fleet, QObject *parent = nullptr);

    const FilterQuery &query() const { return m_query; }
    void setQuery(const FilterQuery &query);

protected:
    bool filterAcceptsRow(int row, const QModelIndex &parent) const override;
    bool lessThan(const QModelIndex &left, const QModelIndex &right) const override;

private:
    FleetModel *m_fleet;
    FilterQuery m_query;
};

} // namespace Hephaestus
