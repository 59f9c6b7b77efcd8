// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetorder.h"

#include <functional>

namespace Hephaestus {

/// The services of a FleetModel as a person looks at them: those that match a query, favourites first, sorted by the
/// values of a column. Ties are sorted by name, so that rows do not jump. Each group may have a heading that folds it.
/// Rows come, go and move one by one and nothing resets, so that a selection survives. While the order is held, nothing
/// that the services do moves a row.
///
/// Of many services, those that are new or stand elsewhere now look up their places among the others; only what a
/// person asks for arranges all anew.
class FleetRows : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Role {
        HeadingRole = FleetModel::LastRole + 1, ///< QString, the group of a heading; nothing for a service
        FoldedRole,                             ///< bool, of a heading
    };

    /// `fleet` outlives this. Columns and roles are the fleet's.
    explicit FleetRows(FleetModel &fleet, QObject *parent = nullptr);

    const FilterQuery &query() const { return m_order.query; }
    void setQuery(const FilterQuery &query);
    bool isGrouped() const { return m_order.isGrouped; }
    void setGrouped(bool grouped);
    void setFolded(const QString &group, bool folded);

    /// While held, a service keeps its row whatever it does. One that newly matches gets a row below all others, and
    /// one that was added below all others of its group.
    void setHeld(bool held);
    bool isOutOfOrder() const { return m_isOutOfOrder; } ///< it would stand otherwise if nothing were held
    void arrangeAnew() { arrange(); }                    ///< also while held

    /// The order that a person made, of addresses: used while no column sorts. Others follow in that in which they were
    /// added.
    QStringList ownOrder() const { return m_order.own(); }
    void setOwnOrder(const QStringList &urls);
    bool canMove() const { return m_order.column < 0; }
    /// Puts the services before what stands at `row` now, also while held; rowCount(): behind all. Nothing happens
    /// while a column sorts.
    void moveTo(const QList<ServiceId> &services, int row);

    bool isHeading(int row) const { return m_rows.at(row)->service == NoService; }
    ServiceId serviceAt(int row) const { return m_rows.at(row)->service; } ///< NoService: a heading
    /// The service, or all of the heading's group that match, shown or folded away.
    QList<ServiceId> servicesOf(int row) const;
    int rowOf(ServiceId id) const; ///< -1: not shown

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    /// Column -1: the person's own order.
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

Q_SIGNALS:
    void outOfOrderChanged();
    void ownOrderChanged();

private:
    using Item = FleetOrder::Item;
    using Group = FleetOrder::Group;
    /// The services below a heading, or folded away there.
    struct Counts
    {
        int services = 0;
        int stale = 0;
        QHash<ServiceState, int> states;
    };

    void addRows(int first, int last);
    void noteGone(int first, int last);
    void removeGone();
    void forward(const QModelIndex &first, const QModelIndex &last);
    void settle();
    void refreshHeadings();
    void arrange();
    void placeThose(const std::function<bool(const Item &item, const ServiceRow &service)> &areMeant);
    void noteDisplaced(int line);
    void setOutOfOrder(bool isOutOfOrder);

    using Among = QList<Item *> (FleetRows::*)(const QList<Item *> &placed) const;
    void place(const std::vector<int> &lines, Among among);
    QList<Item *> amongOthers(const QList<Item *> &placed) const;
    QList<Item *> belowOthers(const QList<Item *> &placed) const;
    QVariant headingData(const Group &group, int column, int role) const;
    const Counts &countsOf(const Group &group) const;

    void show(const QList<Item *> &wanted);
    void remove(const QList<Item *> &wanted);
    void setAside(const QList<Item *> &wanted);
    void reorder(const QList<Item *> &wanted);
    void moveTo(const QList<Item *> &target);
    void insertMissing(const QList<Item *> &wanted);
    void insertRun(int row, const QList<Item *> &run);
    void renumber(int first);

    FleetModel &m_fleet;
    FleetOrder m_order;
    bool m_held = false;
    bool m_isOutOfOrder = false;
    QList<Item *> m_rows;
    QList<ServiceId> m_touched;                    ///< what decides where they stand may be another one
    std::vector<FleetOrder::Taken> m_gone;         ///< while their rows are there still
    mutable QHash<const Group *, Counts> m_counts; ///< empty: to be counted when somebody asks
};

} // namespace Hephaestus
