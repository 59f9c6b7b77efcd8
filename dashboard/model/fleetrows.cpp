// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/fleetrows.h"

#include "dashboard/model/displaytext.h"

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype FewRuns = 3; ///< of rows that come or go, one after the other

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
            m_column < 0 ? ownPlace(service, index.row()) : index.siblingAtColumn(m_column).data(FleetModel::SortRole),
            service.entry.group};
}

QVariant FleetRows::ownPlace(const ServiceRow &service, int row) const
{
    return m_ownPlaces.value(service.entry.url, m_ownOrder.size() + row);
}

void FleetRows::setOwnOrder(const QStringList &urls)
{
    m_ownOrder = urls;
    m_ownPlaces.clear();
    for (qsizetype place = 0; place < urls.size(); ++place)
        m_ownPlaces.insert(urls[place], place);
    arrange();
    Q_EMIT ownOrderChanged();
}

/// All get a place, also those that the filter hides.
void FleetRows::moveTo(const QList<ServiceId> &services, int row)
{
    if (!canMove())
        return;
    const auto isMoved = [&](ServiceId id) { return services.contains(id); };
    int anchor = row;
    while (anchor < m_rows.size() && !isHeading(anchor) && isMoved(serviceAt(anchor)))
        ++anchor;
    ServiceId before = anchor < m_rows.size() ? serviceAt(anchor) : NoService;
    ServiceId after = NoService; // at the end of a group
    for (int above = row - 1; before == NoService && after == NoService && above >= 0 && !isHeading(above); --above)
        after = isMoved(serviceAt(above)) ? NoService : serviceAt(above);
    if (before == NoService && after == NoService)
        return; // a group of its own
    QList<ServiceId> all = m_fleet.ids();
    std::ranges::stable_sort(
        all, {}, [this](ServiceId id) { return ownPlace(*m_fleet.find(id), m_fleet.indexOf(id).row()).toLongLong(); });
    all.removeIf(isMoved);
    qsizetype place = before != NoService ? all.indexOf(before) : all.indexOf(after) + 1;
    for (const ServiceId id : services)
        all.insert(place++, id);
    QStringList urls;
    for (const ServiceId id : std::as_const(all))
        urls << m_fleet.find(id)->entry.url;
    setOwnOrder(urls);
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
    m_counts.clear();
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
    m_counts.clear();
    for (int row = 0; row < m_rows.size(); ++row) {
        if (isHeading(row))
            Q_EMIT dataChanged(index(row, 0), index(row, 0));
    }
}

const QCollatorSortKey &FleetRows::nameKey(const ServiceRow &service) const
{
    const auto known = m_nameKeys.find(service.id);
    if (known != m_nameKeys.end() && known->second.first == service.entry.name)
        return known->second.second;
    if (known != m_nameKeys.end())
        m_nameKeys.erase(known);
    const auto made =
        m_nameKeys.emplace(service.id, std::pair(service.entry.name, m_collator.sortKey(service.entry.name)));
    return made.first->second.second;
}

/// Those that match, in the fleet's order. Whatever is compared many times is made once.
std::vector<FleetRows::Sortable> FleetRows::sortables() const
{
    std::vector<Sortable> all;
    for (int line = 0; line < m_fleet.rowCount(); ++line) {
        const ServiceRow &service = m_fleet.row(line);
        const auto place = m_places.constFind(service.id);
        if (place == m_places.cend() || !place->shown)
            continue;
        Sortable sortable{.id = service.id, .favourite = place->favourite};
        if (place->key.typeId() == QMetaType::QString)
            sortable.text = m_collator.sortKey(place->key.toString());
        else
            sortable.number = place->key.toDouble();
        if (m_column >= 0) // else no two are alike
            sortable.name = &nameKey(service);
        all.push_back(std::move(sortable));
    }
    return all;
}

/// All that match, in order.
QList<ServiceId> FleetRows::sorted() const
{
    std::vector<Sortable> all = sortables();
    const bool isAscending = m_order == Qt::AscendingOrder;
    std::ranges::stable_sort(all, [isAscending](const Sortable &a, const Sortable &b) {
        if (a.favourite != b.favourite)
            return a.favourite;
        if (a.text && b.text) {
            if (const int order = a.text->compare(*b.text); order != 0)
                return isAscending ? order < 0 : order > 0;
        } else if (a.number != b.number) {
            return isAscending ? a.number < b.number : a.number > b.number;
        }
        // The names stay in reading order whichever way the column is sorted.
        return a.name && a.name->compare(*b.name) < 0;
    });
    QList<ServiceId> ids;
    ids.reserve(qsizetype(all.size()));
    for (const Sortable &each : all)
        ids << each.id;
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
    m_places.reserve(m_fleet.rowCount());
    if (m_nameKeys.size() > 2 * std::size_t(m_fleet.rowCount())) // of services that are gone
        m_nameKeys.clear();
    for (int line = 0; line < m_fleet.rowCount(); ++line)
        m_places.insert(m_fleet.row(line).id, placeOf(m_fleet.row(line)));
    setOutOfOrder(false);
    const QList<Row> rows = wanted();
    m_counts.clear();
    if (rows == m_rows)
        return;
    remove(rows);
    reorder(rows);
    insertMissing(rows);
    refreshHeadings();
}

/// All that are not wanted. Views take each run of rows by itself, and look at all of them: many runs become one first.
void FleetRows::remove(const QList<Row> &wanted)
{
    const QSet<Row> kept(wanted.cbegin(), wanted.cend());
    int runs = 0;
    bool wasKept = true;
    for (const Row &row : std::as_const(m_rows)) {
        const bool isKept = kept.contains(row);
        runs += wasKept && !isKept;
        wasKept = isKept;
    }
    if (runs > FewRuns)
        setAside(wanted, kept);
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

/// Puts those that go side by side, where the first of them was that a view holds on to: the view goes on from there.
void FleetRows::setAside(const QList<Row> &wanted, const QSet<Row> &kept)
{
    int held = int(m_rows.size());
    for (const QModelIndex &each : persistentIndexList()) {
        if (!kept.contains(m_rows[each.row()]))
            held = std::min(held, each.row());
    }
    QList<Row> gone;
    qsizetype before = 0; // of those that are kept
    for (int row = 0; row < m_rows.size(); ++row) {
        if (!kept.contains(m_rows[row]))
            gone << m_rows[row];
        else
            before += row < held;
    }
    const QSet<Row> present(m_rows.cbegin(), m_rows.cend());
    QList<Row> target;
    for (const Row &row : wanted) {
        if (target.size() == before)
            target += std::exchange(gone, {});
        if (present.contains(row))
            target << row;
    }
    moveTo(target + gone);
}

/// Those that are there and wanted.
void FleetRows::reorder(const QList<Row> &wanted)
{
    const QSet<Row> present(m_rows.cbegin(), m_rows.cend());
    QList<Row> target;
    for (const Row &row : wanted) {
        if (present.contains(row))
            target << row;
    }
    if (target != m_rows)
        moveTo(target);
}

/// `target`: the same rows in another order.
void FleetRows::moveTo(const QList<Row> &target)
{
    Q_EMIT layoutAboutToBeChanged({}, VerticalSortHint);
    const QModelIndexList before = persistentIndexList();
    QHash<Row, int> places;
    if (!before.isEmpty()) {
        places.reserve(target.size());
        for (int row = 0; row < target.size(); ++row)
            places.insert(target[row], row);
    }
    QModelIndexList after;
    for (const QModelIndex &each : before)
        after << index(places.value(m_rows[each.row()]), each.column());
    m_rows = target;
    m_rowOf.clear();
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged({}, VerticalSortHint);
}

void FleetRows::insertRun(int row, const QList<Row> &run)
{
    if (run.isEmpty())
        return;
    beginInsertRows({}, row, row + int(run.size()) - 1);
    m_rows = m_rows.first(row) + run + m_rows.sliced(row);
    m_rowOf.clear();
    endInsertRows();
}

/// What is there stands in the wanted order already.
void FleetRows::insertMissing(const QList<Row> &wanted)
{
    QList<std::pair<int, QList<Row>>> runs; // by their place in `wanted`
    QList<Row> missing;
    qsizetype there = 0;
    bool isRunning = false;
    for (int row = 0; row < wanted.size(); ++row) {
        const bool isThere = there < m_rows.size() && m_rows[there] == wanted[row];
        if (isThere) {
            ++there;
        } else {
            if (!isRunning)
                runs.emplace_back(row, QList<Row>());
            runs.last().second << wanted[row];
            missing << wanted[row];
        }
        isRunning = !isThere;
    }
    if (runs.size() <= FewRuns) {
        for (const auto &[row, run] : std::as_const(runs))
            insertRun(row, run);
        return;
    }
    insertRun(int(m_rows.size()), missing);
    moveTo(wanted);
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

const FleetRows::Counts &FleetRows::countsOf(const QString &group) const
{
    if (m_counts.isEmpty()) {
        for (int line = 0; line < m_fleet.rowCount(); ++line) {
            const ServiceRow &service = m_fleet.row(line);
            const auto place = m_places.constFind(service.id);
            if (place == m_places.cend() || !place->shown)
                continue;
            Counts &counts = m_counts[service.entry.group];
            ++counts.services;
            ++counts.states[service.state()];
            counts.stale += service.code() == CodeVerdict::Stale;
        }
    }
    return m_counts[group];
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
    const Counts &counts = countsOf(group);
    QStringList words{tr("%n service(s)", nullptr, counts.services)};
    for (const ServiceState state : AllServiceStates) {
        if (const int number = counts.states.value(state); number > 0 && !isOrdinary(state))
            words << u"%1 %2"_s.arg(number).arg(stateWord(state));
    }
    if (counts.stale > 0)
        words << tr("%n stale", nullptr, counts.stale);
    const QString text = words.join(u", "_s);
    return role == Qt::DisplayRole ? text : u"%1: %2"_s.arg(group, text);
}

QVariant FleetRows::headerData(int section, Qt::Orientation orientation, int role) const
{
    return orientation == Qt::Horizontal ? m_fleet.headerData(section, orientation, role) : QVariant();
}

} // namespace Hephaestus
