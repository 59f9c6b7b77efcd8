// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/filterquery.h"
#include "dashboard/model/fleetmodel.h"

#include <QCollator>
#include <QSet>

#include <map>
#include <optional>
#include <vector>

namespace Hephaestus {

/// The services of a FleetModel as a person looks at them: those that match a query, favourites first, sorted by the
/// values of a column. Ties are sorted by name, so that rows do not jump. Each group may have a heading that folds it.
/// Rows come, go and move one by one and nothing resets, so that a selection survives. While the order is held, nothing
/// that the services do moves a row.
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

    const FilterQuery &query() const { return m_query; }
    void setQuery(const FilterQuery &query);
    bool isGrouped() const { return m_grouped; }
    void setGrouped(bool grouped);
    void setFolded(const QString &group, bool folded);

    /// While held, a service keeps its row whatever it does. One that newly matches gets a row below all others.
    void setHeld(bool held);
    bool isOutOfOrder() const { return m_isOutOfOrder; } ///< it would stand otherwise if nothing were held
    void arrangeAnew() { arrange(); }                    ///< also while held

    /// The order that a person made, of addresses: used while no column sorts. Others follow in that in which they were
    /// added.
    QStringList ownOrder() const { return m_ownOrder; }
    void setOwnOrder(const QStringList &urls);
    bool canMove() const { return m_column < 0; }
    /// Puts the services before what stands at `row` now, also while held; rowCount(): behind all. Nothing happens
    /// while a column sorts.
    void moveTo(const QList<ServiceId> &services, int row);

    bool isHeading(int row) const { return m_rows.at(row).service == NoService; }
    ServiceId serviceAt(int row) const { return m_rows.at(row).service; } ///< NoService: a heading
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
    struct Row
    {
        ServiceId service = NoService;
        QString group; ///< of a heading

        bool operator==(const Row &) const = default;
        friend size_t qHash(const Row &row, size_t seed = 0) { return qHashMulti(seed, row.service, row.group); }
    };
    /// What decides where a service stands.
    struct Place
    {
        bool shown = false;
        bool favourite = false;
        QVariant key;
        QString group{};

        bool operator==(const Place &) const = default;
    };

    void forward(const QModelIndex &first, const QModelIndex &last);
    void reconsider(ServiceId id);
    bool isDisplaced(ServiceId id) const;
    void refreshHeadings();
    void arrange();
    void noteDisplaced(ServiceId id);
    void setOutOfOrder(bool isOutOfOrder);
    /// What decides the order of two that are shown.
    struct Sortable
    {
        ServiceId id = NoService;
        bool favourite = false;
        double number = 0;
        std::optional<QCollatorSortKey> text{}; ///< instead of the number
        const QCollatorSortKey *name = nullptr;
    };
    /// The services of a group that match.
    struct Counts
    {
        int services = 0;
        int stale = 0;
        QHash<ServiceState, int> states;
    };

    Place placeOf(const ServiceRow &service) const;
    const QCollatorSortKey &nameKey(const ServiceRow &service) const;
    std::vector<Sortable> sortables() const;
    QVariant ownPlace(const ServiceRow &service, int row) const;
    QList<ServiceId> sorted() const;
    QList<Row> wanted() const;
    QVariant headingData(const QString &group, int column, int role) const;
    const Counts &countsOf(const QString &group) const;
    void remove(const QList<Row> &wanted);
    void setAside(const QList<Row> &wanted, const QSet<Row> &kept);
    void reorder(const QList<Row> &wanted);
    void moveTo(const QList<Row> &target);
    void insertMissing(const QList<Row> &wanted);
    void insertRun(int row, const QList<Row> &run);

    FleetModel &m_fleet;
    FilterQuery m_query;
    bool m_grouped = false;
    bool m_held = false;
    bool m_isOutOfOrder = false;
    QSet<QString> m_folded;
    QStringList m_ownOrder;
    QHash<QString, qsizetype> m_ownPlaces; ///< of m_ownOrder
    int m_column = -1;
    Qt::SortOrder m_order = Qt::AscendingOrder;
    QHash<ServiceId, Place> m_places;
    QList<Row> m_rows;
    QCollator m_collator; ///< of names, as QString::localeAwareCompare()
    mutable std::map<ServiceId, std::pair<QString, QCollatorSortKey>> m_nameKeys; ///< and of which name
    mutable QHash<QString, Counts> m_counts; ///< by group; empty: to be counted when somebody asks
    mutable QHash<ServiceId, int> m_rowOf;   ///< of m_rows; empty: to be counted when somebody asks
};

} // namespace Hephaestus
