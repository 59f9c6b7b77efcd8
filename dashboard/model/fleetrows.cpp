// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/fleetrows.h"

#include "dashboard/model/displaytext.h"

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// What the heading of a group need not tell.
bool isOrdinary(ServiceState state) { return state == ServiceState::Healthy || state == ServiceState::Unknown; }

} // namespace

FleetRows::FleetRows(FleetModel &fleet, QObject *parent) : QAbstractTableModel(parent), m_fleet(fleet)
{
    connect(&fleet, &QAbstractItemModel::dataChanged, this, &FleetRows::forward);
    connect(&fleet, &QAbstractItemModel::rowsInserted, this, &FleetRows::arrange);
    connect(&fleet, &QAbstractItemModel::rowsRemoved, this, &FleetRows::arrange);
    connect(&fleet, &FleetModel::answered, this, &FleetRows::reconsider); // values may differ that read the same
    connect(&fleet, &FleetModel::totalsChanged, this, &FleetRows::refreshHeadings);
    arrange();
}

void FleetRows::setQuery(const FilterQuery &query)
{
    if (query == m_query)
        return;
    m_query = query;
    arrange();
}

void FleetRows::setGrouped(bool grouped)
{
    if (grouped == m_grouped)
        return;
    m_grouped = grouped;
    arrange();
}

void FleetRows::setFolded(const QString &group, bool folded)
{
    if (folded == m_folded.contains(group))
        return;
    folded ? (void)m_folded.insert(group) : (void)m_folded.remove(group);
    arrange();
    refreshHeadings();
}

void FleetRows::sort(int column, Qt::SortOrder order)
{
    m_column = column;
    m_order = order;
    arrange();
}

QList<ServiceId> FleetRows::servicesOf(int row) const
{
    if (!isHeading(row))
        return {serviceAt(row)};
    QList<ServiceId> services;
    if (!m_folded.contains(m_rows.at(row).group)) { // then they are the rows below it
        for (int below = row + 1; below < m_rows.size() && !isHeading(below); ++below)
            services << serviceAt(below);
        return services;
    }
    for (const ServiceId id : sorted()) {
        if (m_fleet.find(id)->entry.group == m_rows.at(row).group)
            services << id;
    }
    return services;
}

int FleetRows::rowOf(ServiceId id) const
{
    if (m_rowOf.isEmpty()) {
        for (int row = 0; row < m_rows.size(); ++row) {
            if (!isHeading(row))
                m_rowOf.insert(serviceAt(row), row);
        }
    }
    return m_rowOf.value(id, -1);
}

FleetRows::Place FleetRows::placeOf(const ServiceRow &service) const
{
    const QModelIndex index = m_fleet.indexOf(service.id);
    return {m_query.matches(service), service.favourite,
            m_column < 0 ? QVariant(index.row()) : index.siblingAtColumn(m_column).data(FleetModel::SortRole),
            service.entry.group};
}

void FleetRows::forward(const QModelIndex &first, const QModelIndex &last)
{
    bool displaced = false;
    for (int line = first.row(); line <= last.row(); ++line) {
        const ServiceId id = m_fleet.row(line).id;
        if (const int row = rowOf(id); row >= 0)
            Q_EMIT dataChanged(index(row, first.column()), index(row, last.column()));
        if (m_held && isDisplaced(id))
            noteDisplaced(id);
        displaced = displaced || (!m_held && isDisplaced(id));
    }
    if (displaced)
        arrange();
}

void FleetRows::reconsider(ServiceId id)
{
    if (!isDisplaced(id))
        return;
    if (m_held)
        noteDisplaced(id);
    else
        arrange();
}

/// Its row stays; one that it has not got yet comes below all others, where it moves none.
void FleetRows::noteDisplaced(ServiceId id)
{
    const Place place = placeOf(*m_fleet.find(id));
    m_places.insert(id, place);
    if (place.shown && rowOf(id) < 0 && !m_grouped) {
        const int row = int(m_rows.size());
        beginInsertRows({}, row, row);
        m_rows << Row{id, {}};
        m_rowOf.clear();
        endInsertRows();
    }
    setOutOfOrder(true);
}

void FleetRows::setOutOfOrder(bool isOutOfOrder)
{
    if (std::exchange(m_isOutOfOrder, isOutOfOrder) != isOutOfOrder)
        Q_EMIT outOfOrderChanged();
}

void FleetRows::setHeld(bool held)
{
    m_held = held;
    if (!held && m_isOutOfOrder)
        arrange();
}

/// Everything is arranged anew only if a service's place may have changed.
bool FleetRows::isDisplaced(ServiceId id) const
{
    const ServiceRow *const service = m_fleet.find(id);
    return service && m_places.value(id) != placeOf(*service);
}

void FleetRows::refreshHeadings()
{
    for (int row = 0; row < m_rows.size(); ++row) {
        if (isHeading(row))
            Q_EMIT dataChanged(index(row, 0), index(row, 0));
    }
}

/// All that match, in order.
QList<ServiceId> FleetRows::sorted() const
{
    QList<ServiceId> ids;
    for (const ServiceId id : m_fleet.ids()) {
        if (m_places.value(id).shown)
            ids << id;
    }
    std::ranges::stable_sort(ids, [this](ServiceId one, ServiceId other) {
        const Place &a = *m_places.constFind(one);
        const Place &b = *m_places.constFind(other);
        if (a.favourite != b.favourite)
            return a.favourite;
        if (a.key != b.key) {
            const bool text = a.key.typeId() == QMetaType::QString;
            const bool less = text ? QString::localeAwareCompare(a.key.toString(), b.key.toString()) < 0
                                   : a.key.toDouble() < b.key.toDouble();
            return m_order == Qt::AscendingOrder ? less : !less;
        }
        // The names stay in reading order whichever way the column is sorted.
        return QString::localeAwareCompare(m_fleet.find(one)->entry.name, m_fleet.find(other)->entry.name) < 0;
    });
    return ids;
}

QList<FleetRows::Row> FleetRows::wanted() const
{
    const QList<ServiceId> ids = sorted();
    QList<Row> rows;
    if (!m_grouped) {
        for (const ServiceId id : ids)
            rows << Row{id, {}};
        return rows;
    }
    QMap<QString, QList<ServiceId>> groups;
    for (const ServiceId id : ids)
        groups[m_fleet.find(id)->entry.group] << id;
    const auto append = [&](const QString &group) {
        rows << Row{NoService, group};
        if (m_folded.contains(group))
            return;
        for (const ServiceId id : groups.value(group))
            rows << Row{id, {}};
    };
    for (auto it = groups.cbegin(); it != groups.cend(); ++it) {
        if (!it.key().isEmpty())
            append(it.key());
    }
    if (groups.contains(QString())) // the rest comes last
        append({});
    return rows;
}

void FleetRows::arrange()
{
    m_places.clear();
    for (int line = 0; line < m_fleet.rowCount(); ++line)
        m_places.insert(m_fleet.row(line).id, placeOf(m_fleet.row(line)));
    setOutOfOrder(false);
    const QList<Row> rows = wanted();
    if (rows == m_rows)
        return;
    removeAllBut(rows);
    reorder(rows);
    insertMissing(rows);
    refreshHeadings();
}

void FleetRows::removeAllBut(const QList<Row> &wanted)
{
    const QSet<Row> kept(wanted.cbegin(), wanted.cend());
    for (int row = int(m_rows.size()) - 1; row >= 0; --row) {
        if (kept.contains(m_rows[row]))
            continue;
        int first = row;
        while (first > 0 && !kept.contains(m_rows[first - 1]))
            --first;
        beginRemoveRows({}, first, row);
        m_rows.remove(first, row - first + 1);
        m_rowOf.clear();
        endRemoveRows();
        row = first;
    }
}

void FleetRows::reorder(const QList<Row> &wanted)
{
    const QSet<Row> present(m_rows.cbegin(), m_rows.cend());
    QList<Row> target;
    for (const Row &row : wanted) {
        if (present.contains(row))
            target << row;
    }
    if (target == m_rows)
        return;
    Q_EMIT layoutAboutToBeChanged({}, VerticalSortHint);
    const QModelIndexList before = persistentIndexList();
    QHash<Row, int> places;
    for (int row = 0; row < target.size(); ++row)
        places.insert(target[row], row);
    QModelIndexList after;
    for (const QModelIndex &each : before)
        after << index(places.value(m_rows[each.row()]), each.column());
    m_rows = target;
    m_rowOf.clear();
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged({}, VerticalSortHint);
}

void FleetRows::insertMissing(const QList<Row> &wanted)
{
    for (int row = 0; row < wanted.size(); ++row) {
        if (row < m_rows.size() && m_rows[row] == wanted[row])
            continue;
        int last = row; // up to before what stands here now
        while (last + 1 < wanted.size() && (row >= m_rows.size() || wanted[last + 1] != m_rows[row]))
            ++last;
        beginInsertRows({}, row, last);
        for (int each = row; each <= last; ++each)
            m_rows.insert(each, wanted[each]);
        m_rowOf.clear();
        endInsertRows();
        row = last;
    }
}

int FleetRows::rowCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : int(m_rows.size()); }

int FleetRows::columnCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : FleetModel::ColumnCount; }

QVariant FleetRows::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Row &row = m_rows[index.row()];
    if (row.service == NoService)
        return headingData(row.group, index.column(), role);
    return m_fleet.indexOf(row.service).siblingAtColumn(index.column()).data(role);
}

/// `hephaestus   3 services, 1 error, 1 stale`: its name, and what there is to worry about.
QVariant FleetRows::headingData(const QString &group, int column, int role) const
{
    if (role == HeadingRole)
        return group.isEmpty() ? tr("Without a group") : visibleText(group, 80);
    if (role == FoldedRole)
        return m_folded.contains(group);
    if (role == FleetModel::CurrentRole)
        return true;
    if (column != 0 || (role != Qt::DisplayRole && role != Qt::AccessibleTextRole))
        return {};
    int count = 0;
    int stale = 0;
    QHash<ServiceState, int> states;
    for (int line = 0; line < m_fleet.rowCount(); ++line) {
        const ServiceRow &service = m_fleet.row(line);
        if (service.entry.group != group || !m_places.value(service.id).shown)
            continue;
        ++count;
        ++states[service.state()];
        stale += service.code() == CodeVerdict::Stale;
    }
    QStringList words{count == 1 ? tr("1 service") : tr("%1 services").arg(count)};
    for (const ServiceState state : AllServiceStates) {
        if (const int number = states.value(state); number > 0 && !isOrdinary(state))
            words << u"%1 %2"_s.arg(number).arg(stateWord(state));
    }
    if (stale > 0)
        words << tr("%1 stale").arg(stale);
    const QString text = words.join(u", "_s);
    return role == Qt::DisplayRole ? text : u"%1: %2"_s.arg(group, text);
}

QVariant FleetRows::headerData(int section, Qt::Orientation orientation, int role) const
{
    return orientation == Qt::Horizontal ? m_fleet.headerData(section, orientation, role) : QVariant();
}

} // namespace Hephaestus
