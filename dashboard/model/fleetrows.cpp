// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/fleetrows.h"

#include "dashboard/model/displaytext.h"

#include <algorithm>
#include <numeric>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype FewRuns = 3;       ///< of rows that come or go, one after the other
constexpr std::size_t ManyRows = 1000; ///< that changed: views look at all between rather than at each

std::vector<int> lines(int first, int last)
{
    std::vector<int> all(std::size_t(last - first + 1));
    std::iota(all.begin(), all.end(), first);
    return all;
}

/// Qt 6.4 compares two empty lists by memcmp() with a null pointer.
template <typename T>
bool isSame(const QList<T> &a, const QList<T> &b)
{
    return std::ranges::equal(a, b);
}

/// What the heading of a group need not tell.
bool isOrdinary(ServiceState state) { return state == ServiceState::Healthy || state == ServiceState::Unknown; }

} // namespace

FleetRows::FleetRows(FleetModel &fleet, QObject *parent) : QAbstractTableModel(parent), m_fleet(fleet), m_order(fleet)
{
    connect(&fleet, &QAbstractItemModel::dataChanged, this, &FleetRows::forward);
    connect(&fleet, &QAbstractItemModel::rowsInserted, this,
            [this](const QModelIndex &, int first, int last) { addRows(first, last); });
    connect(&fleet, &QAbstractItemModel::rowsAboutToBeRemoved, this,
            [this](const QModelIndex &, int first, int last) { noteGone(first, last); });
    connect(&fleet, &QAbstractItemModel::rowsRemoved, this, &FleetRows::removeGone);
    for (const auto signal : {&FleetModel::answered, &FleetModel::confirmed}) // values may differ that read the same
        connect(&fleet, signal, this, [this](ServiceId id) { m_touched << id; });
    connect(&fleet, &FleetModel::settled, this, &FleetRows::settle);
    connect(&fleet, &FleetModel::totalsChanged, this, &FleetRows::refreshHeadings);
    arrange();
}

void FleetRows::setQuery(const FilterQuery &query)
{
    if (query == m_order.query)
        return;
    m_order.query = query;
    placeThose(
        [&query](const Item &item, const ServiceRow &service) { return item.place.shown != query.matches(service); });
}

void FleetRows::setGrouped(bool grouped)
{
    if (std::exchange(m_order.isGrouped, grouped) != grouped)
        arrange();
}

void FleetRows::setFolded(const QString &group, bool folded)
{
    Group &known = m_order.groupOf(group);
    if (std::exchange(known.isFolded, folded) == folded)
        return;
    placeThose([&known](const Item &item, const ServiceRow &) { return item.group == &known; });
    refreshHeadings();
}

/// What a person asks for ends a disorder, too.
void FleetRows::placeThose(const std::function<bool(const Item &item, const ServiceRow &service)> &areMeant)
{
    if (m_isOutOfOrder)
        return arrange();
    std::vector<int> meant;
    for (int line = 0; line < m_fleet.rowCount(); ++line) {
        const ServiceRow &service = m_fleet.row(line);
        const Item *const item = m_order.find(service.id);
        if (!item || areMeant(*item, service))
            meant.push_back(line);
    }
    place(meant, &FleetRows::amongOthers);
}

void FleetRows::sort(int column, Qt::SortOrder order)
{
    m_order.column = column;
    m_order.direction = order;
    arrange();
}

QList<ServiceId> FleetRows::servicesOf(int row) const
{
    if (!isHeading(row))
        return {serviceAt(row)};
    if (const Group *const group = m_rows.at(row)->group; group->isFolded)
        return m_order.membersOf(*group);
    QList<ServiceId> services; // the rows below it
    for (int below = row + 1; below < m_rows.size() && !isHeading(below); ++below)
        services << serviceAt(below);
    return services;
}

int FleetRows::rowOf(ServiceId id) const
{
    const Item *const item = m_order.find(id);
    return item ? item->row : -1;
}

// ---- where each belongs ---------------------------------------------------------------------------------

/// Puts these services where they belong now. The others stand in order, and stay as they are.
void FleetRows::place(const std::vector<int> &lines, Among among)
{
    std::vector<Item *> items;
    items.reserve(lines.size());
    for (const int line : lines) {
        items.push_back(&m_order.note(line));
        items.back()->isPlaced = true;
    }
    if (among == &FleetRows::belowOthers)
        m_order.rankNewGroups();
    else
        m_order.rankGroups();
    const QList<Item *> wanted = (this->*among)(m_order.inOrder(items));
    for (Item *const item : items)
        item->isPlaced = false;
    show(wanted);
}

/// By a search in the rows of the others: a portion of many does not look at all of them.
QList<FleetRows::Item *> FleetRows::amongOthers(const QList<Item *> &placed) const
{
    QList<Item *> others;
    others.reserve(m_rows.size());
    for (Item *const item : m_rows) {
        if (item->service == NoService ? isGrouped() && item->group->shown > 0 : !item->isPlaced)
            others << item;
    }
    const auto rank = [](const Item *item) { return item->group->rank; };
    if (isGrouped() && !std::ranges::is_sorted(others, {}, rank))
        std::ranges::stable_sort(others, {}, rank);
    QList<Item *> wanted;
    wanted.reserve(others.size() + placed.size());
    auto from = others.cbegin();
    for (Item *const item : placed) {
        const auto to = std::lower_bound(from, others.cend(), item,
                                         [this](const Item *a, const Item *b) { return m_order.precedes(a, b); });
        std::copy(from, to, std::back_inserter(wanted));
        wanted << item;
        from = to;
    }
    std::copy(from, others.cend(), std::back_inserter(wanted));
    return wanted;
}

/// Of those that have no row yet; moves none but those of the groups below theirs.
QList<FleetRows::Item *> FleetRows::belowOthers(const QList<Item *> &placed) const
{
    QList<Item *> wanted;
    wanted.reserve(m_rows.size() + placed.size());
    auto next = placed.cbegin();
    const auto append = [&](const Group *before) {
        for (; next != placed.cend() && (!before || (*next)->group->rank < before->rank); ++next) {
            if ((*next)->row < 0)
                wanted << *next;
        }
    };
    for (Item *const item : m_rows) {
        if (item->service == NoService)
            append(item->group);
        wanted << item;
    }
    append(nullptr);
    return wanted;
}

void FleetRows::arrange()
{
    setOutOfOrder(false);
    place(lines(0, m_fleet.rowCount() - 1), &FleetRows::amongOthers);
}

// ---- what the services do -------------------------------------------------------------------------------

void FleetRows::addRows(int first, int last)
{
    if (!m_held)
        return place(lines(first, last), &FleetRows::amongOthers);
    place(lines(first, last), &FleetRows::belowOthers);
    const auto precedes = [this](const Item *a, const Item *b) { return m_order.precedes(a, b); };
    if (!m_order.areGroupsRanked() || !std::ranges::is_sorted(m_rows, precedes))
        setOutOfOrder(true);
}

void FleetRows::noteGone(int first, int last)
{
    for (int line = first; line <= last; ++line) {
        if (FleetOrder::Taken gone = m_order.take(m_fleet.row(line).id); !gone.empty())
            m_gone.push_back(std::move(gone));
    }
}

void FleetRows::removeGone()
{
    for (auto &gone : m_gone)
        gone.mapped().isPlaced = true; // nowhere
    if (!m_held)
        m_order.rankGroups();
    else if (!m_order.areGroupsRanked())
        setOutOfOrder(true);
    show(amongOthers({}));
    m_gone.clear();
}

void FleetRows::forward(const QModelIndex &first, const QModelIndex &last)
{
    // These show an age, by which none stands elsewhere; by what else they show it may after an answer only.
    const bool isAge = first.column() == last.column()
        && (first.column() == FleetModel::LastSeen || first.column() == FleetModel::Dependencies);
    std::vector<int> rows;
    for (int line = first.row(); line <= last.row(); ++line) {
        const ServiceId id = m_fleet.row(line).id;
        if (!isAge)
            m_touched << id;
        if (const int row = rowOf(id); row >= 0)
            rows.push_back(row);
    }
    std::ranges::sort(rows);
    const bool isMany = rows.size() > ManyRows;
    for (auto from = rows.cbegin(); from != rows.cend();) {
        auto to = from + 1;
        while (to != rows.cend() && (isMany || *to == *(to - 1) + 1))
            ++to;
        Q_EMIT dataChanged(index(*from, first.column()), index(*(to - 1), last.column()));
        from = to;
    }
}

/// Those that stand elsewhere now go there, all at once.
void FleetRows::settle()
{
    QList<ServiceId> touched = std::exchange(m_touched, {});
    std::ranges::sort(touched);
    touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
    std::vector<int> displaced;
    for (const ServiceId id : std::as_const(touched)) {
        const int line = m_fleet.indexOf(id).row();
        if (line >= 0 && m_order.isDisplaced(line)) // one that was never noted has just come: addRows() follows
            displaced.push_back(line);
    }
    if (!m_held && !displaced.empty())
        return place(displaced, &FleetRows::amongOthers);
    for (const int line : displaced)
        noteDisplaced(line);
}

/// Its row stays; one that it has not got yet comes below all others, where it moves none.
void FleetRows::noteDisplaced(int line)
{
    Item &item = m_order.note(line);
    m_counts.clear();
    if (item.place.shown && item.row < 0 && !isGrouped())
        insertRun(int(m_rows.size()), {&item});
    setOutOfOrder(true);
}

void FleetRows::setOwnOrder(const QStringList &urls)
{
    m_order.setOwn(urls);
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
    std::ranges::stable_sort(all, {}, [this](ServiceId id) { return m_order.ownPlace(*m_fleet.find(id)); });
    all.removeIf(isMoved);
    qsizetype place = before != NoService ? all.indexOf(before) : all.indexOf(after) + 1;
    for (const ServiceId id : services)
        all.insert(place++, id);
    QStringList urls;
    for (const ServiceId id : std::as_const(all))
        urls << m_fleet.find(id)->entry.url;
    setOwnOrder(urls);
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

void FleetRows::refreshHeadings()
{
    m_counts.clear();
    for (int row = 0; row < m_rows.size(); ++row) {
        if (isHeading(row))
            Q_EMIT dataChanged(index(row, 0), index(row, 0));
    }
}

// ---- what the views see of it ---------------------------------------------------------------------------

void FleetRows::show(const QList<Item *> &wanted)
{
    m_counts.clear();
    if (isSame(wanted, m_rows))
        return;
    for (Item *const item : std::as_const(m_rows))
        item->wanted = -1;
    for (int row = 0; row < wanted.size(); ++row)
        wanted[row]->wanted = row;
    remove(wanted);
    reorder(wanted);
    insertMissing(wanted);
    refreshHeadings();
}

void FleetRows::renumber(int first)
{
    for (int row = first; row < m_rows.size(); ++row)
        m_rows[row]->row = row;
}

/// All that are not wanted. Views take each run of rows by itself, and look at all of them: many runs become one first.
void FleetRows::remove(const QList<Item *> &wanted)
{
    int runs = 0;
    bool wasKept = true;
    for (const Item *const item : std::as_const(m_rows)) {
        const bool isKept = item->wanted >= 0;
        runs += wasKept && !isKept;
        wasKept = isKept;
    }
    if (runs > FewRuns)
        setAside(wanted);
    for (int row = int(m_rows.size()) - 1; runs > 0 && row >= 0; --row) {
        if (m_rows[row]->wanted >= 0)
            continue;
        int first = row;
        while (first > 0 && m_rows[first - 1]->wanted < 0)
            --first;
        beginRemoveRows({}, first, row);
        for (int gone = first; gone <= row; ++gone)
            m_rows[gone]->row = -1;
        m_rows.remove(first, row - first + 1);
        renumber(first);
        endRemoveRows();
        row = first;
    }
}

/// Puts those that go side by side, where the first of them was that a view holds on to: the view goes on from there.
void FleetRows::setAside(const QList<Item *> &wanted)
{
    int held = int(m_rows.size());
    for (const QModelIndex &each : persistentIndexList()) {
        if (m_rows[each.row()]->wanted < 0)
            held = std::min(held, each.row());
    }
    QList<Item *> gone;
    qsizetype before = 0; // of those that are kept
    for (int row = 0; row < m_rows.size(); ++row) {
        if (m_rows[row]->wanted < 0)
            gone << m_rows[row];
        else
            before += row < held;
    }
    QList<Item *> target;
    target.reserve(m_rows.size());
    for (Item *const item : wanted) {
        if (target.size() == before)
            target += std::exchange(gone, {});
        if (item->row >= 0)
            target << item;
    }
    moveTo(target + gone);
}

/// Those that are there and wanted.
void FleetRows::reorder(const QList<Item *> &wanted)
{
    QList<Item *> target;
    target.reserve(wanted.size());
    for (Item *const item : wanted) {
        if (item->row >= 0)
            target << item;
    }
    if (!isSame(target, m_rows))
        moveTo(target);
}

/// `target`: the same rows in another order.
void FleetRows::moveTo(const QList<Item *> &target)
{
    Q_EMIT layoutAboutToBeChanged({}, VerticalSortHint);
    const QModelIndexList before = persistentIndexList();
    QList<const Item *> held;
    for (const QModelIndex &each : before)
        held << m_rows[each.row()];
    m_rows = target;
    renumber(0);
    QModelIndexList after;
    for (qsizetype each = 0; each < before.size(); ++each)
        after << index(held[each]->row, before[each].column());
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged({}, VerticalSortHint);
}

void FleetRows::insertRun(int row, const QList<Item *> &run)
{
    if (run.isEmpty())
        return;
    beginInsertRows({}, row, row + int(run.size()) - 1);
    m_rows.insert(row, run.size(), nullptr);
    std::ranges::copy(run, m_rows.begin() + row);
    renumber(row);
    endInsertRows();
}

/// What is there stands in the wanted order already.
void FleetRows::insertMissing(const QList<Item *> &wanted)
{
    QList<std::pair<int, QList<Item *>>> runs; // by their place in `wanted`
    QList<Item *> missing;
    for (int row = 0; row < wanted.size(); ++row) {
        if (wanted[row]->row >= 0)
            continue;
        if (missing.isEmpty() || missing.last() != wanted[row - 1])
            runs.emplace_back(row, QList<Item *>());
        runs.last().second << wanted[row];
        missing << wanted[row];
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
    const Item &item = *m_rows[index.row()];
    if (item.service == NoService)
        return headingData(*item.group, index.column(), role);
    return m_fleet.indexOf(item.service).siblingAtColumn(index.column()).data(role);
}

const FleetRows::Counts &FleetRows::countsOf(const Group &group) const
{
    if (m_counts.isEmpty()) {
        for (int line = 0; line < m_fleet.rowCount(); ++line) {
            const ServiceRow &service = m_fleet.row(line);
            const Item *const item = m_order.find(service.id);
            // What is held below it stays there, and what matches newly has no row yet.
            if (!item || !(item->group->isFolded ? item->place.shown : item->row >= 0))
                continue;
            Counts &counts = m_counts[item->group];
            ++counts.services;
            ++counts.states[service.state()];
            counts.stale += service.isStale();
        }
    }
    return m_counts[&group];
}

/// `hephaestus   3 services, 1 error, 1 stale`: its name, and what there is to worry about.
QVariant FleetRows::headingData(const Group &group, int column, int role) const
{
    if (role == HeadingRole)
        return group.name.isEmpty() ? tr("Without a group") : visibleText(group.name, 80);
    if (role == FoldedRole)
        return group.isFolded;
    if (role == FleetModel::CurrentRole)
        return true;
    const bool isTold = role == Qt::AccessibleTextRole; // in each of the cells that it spans
    if (!isTold && (role != Qt::DisplayRole || column != 0))
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
    if (!isTold)
        return text;
    const QString name = headingData(group, column, HeadingRole).toString();
    return (group.isFolded ? tr("%1, folded: %2") : tr("%1, open: %2")).arg(name, text);
}

QVariant FleetRows::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Horizontal)
        return m_fleet.headerData(section, orientation, role);
    // Nobody sees these; who is told of them hears whose row it is.
    if ((role != Qt::AccessibleTextRole && role != Qt::DisplayRole) || section < 0 || section >= rowCount())
        return {};
    return isHeading(section) ? data(index(section, 0), HeadingRole)
                              : data(index(section, FleetModel::Service), Qt::DisplayRole);
}

} // namespace Hephaestus
