// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/fleetview.h"

#include "dashboard/ui/fleetdelegates.h"
#include "dashboard/ui/latencydelegate.h"
#include "dashboard/ui/rowdrag.h"
#include "dashboard/ui/tables.h"
#include "dashboard/ui/theme.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QScopedValueRollback>
#include <QScrollBar>
#include <QSettings>
#include <QToolButton>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto HeldAfterKey = 3s;
constexpr int FourChips = 46;     ///< in steps of spacing(): as wide they are at least
constexpr auto RoomAfter = 250ms; ///< many answers are one look at their dependencies
/// How wide columns are at first.
constexpr int FirstDigits[FleetModel::ColumnCount] = {19, 17, 7, 0, 8, 10, 4, 14, 9, 7, 9, 8, 18, 22, 9, 8, 12, 10};

/// Columns that are as wide as the texts in view need, as far as there is room.
constexpr int Measured[] = {FleetModel::State,   FleetModel::Service, FleetModel::Dependencies, FleetModel::Alerts,
                            FleetModel::Version, FleetModel::Address, FleetModel::Directory};

} // namespace

FleetView::FleetView(FleetModel &fleet, QWidget *parent)
    : QTableView(parent)
    , m_fleet(fleet)
    , m_rows(new FleetRows(fleet, this))
    , m_sortAnew(new QToolButton(viewport()))
    , m_nothing(new QLabel(tr("No service matches the filter. Escape clears it."), viewport()))
{
    setModel(m_rows);
    styleTable(this, FleetModel::CurrentRole);
    setSelectionMode(ExtendedSelection);
    setItemDelegateForColumn(FleetModel::State, new StateDelegate(this));
    setItemDelegateForColumn(FleetModel::Service, new ServiceDelegate(-1, this));
    setItemDelegateForColumn(FleetModel::Code, new IconDelegate(codeLook, FleetModel::CurrentRole, this));
    auto *const chips = new DependencyChipsDelegate(FleetModel::CurrentRole, this);
    connect(chips, &DependencyChipsDelegate::chipClicked, this, &FleetView::dependencyOpened);
    setItemDelegateForColumn(FleetModel::Dependencies, chips);
    for (const int column : {FleetModel::Address, FleetModel::Directory}) {
        auto *const path = new CellDelegate(FleetModel::CurrentRole, this);
        path->setElideMode(Qt::ElideMiddle);
        setItemDelegateForColumn(column, path);
    }
    setItemDelegateForColumn(FleetModel::Latency, new LatencyDelegate(FleetModel::CurrentRole, this));
    setSortingEnabled(true);
    horizontalHeader()->setSortIndicatorClearable(true);
    horizontalHeader()->setSectionsMovable(true);
    horizontalHeader()->setFirstSectionMovable(false); // headings of groups begin there
    horizontalHeader()->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(horizontalHeader(), &QWidget::customContextMenuRequested, this, [this](const QPoint &position) {
        auto *const menu = new QMenu(this);
        menu->setAttribute(Qt::WA_DeleteOnClose);
        fillColumnsMenu(menu);
        menu->popup(horizontalHeader()->mapToGlobal(position));
    });
    connect(horizontalHeader(), &QHeaderView::sectionResized, this, [this](int column, int, int width) {
        if (!m_isArranging && width > 0 && column != FleetModel::Dependencies)
            m_chosen[column] = width;
    });
    arrangeColumns();
    watchDependencies();
    m_sortAnew->setText(tr("Sort anew"));
    setPlainToolTip(m_sortAnew, tr("The order has changed. It holds while the pointer is over the table."));
    m_sortAnew->setFocusPolicy(Qt::NoFocus);
    m_sortAnew->setCursor(Qt::ArrowCursor);
    m_sortAnew->hide();
    connect(m_sortAnew, &QToolButton::clicked, m_rows, &FleetRows::arrangeAnew);
    connect(m_rows, &FleetRows::outOfOrderChanged, this, &FleetView::placeSortAnew);
    m_nothing->setAlignment(Qt::AlignCenter);
    m_nothing->setWordWrap(true);
    m_nothing->hide();
    for (const QAbstractItemModel *const rows :
         {static_cast<QAbstractItemModel *>(&fleet), static_cast<QAbstractItemModel *>(m_rows)}) {
        for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
            connect(rows, signal, this, &FleetView::sayNothingMatches);
    }
    m_sinceKey.setSingleShot(true);
    connect(&m_sinceKey, &QTimer::timeout, this, &FleetView::holdOrder);
    m_drag = std::make_unique<RowDrag>(this);
    setContextMenuPolicy(Qt::CustomContextMenu);
    setAccessibleName(tr("Services"));

    connect(selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this] {
        if (!m_isFiltering)
            Q_EMIT currentServiceChanged(currentService());
    });
    connect(selectionModel(), &QItemSelectionModel::currentRowChanged, this, &FleetView::tellSelected);
    connect(selectionModel(), &QItemSelectionModel::selectionChanged, this, &FleetView::tellSelected);
    m_tellSoon.setSingleShot(true); // thousands may go one by one
    connect(&m_tellSoon, &QTimer::timeout, this, &FleetView::markCurrent);
    connect(m_rows, &QAbstractItemModel::rowsRemoved, &m_tellSoon, qOverload<>(&QTimer::start));
    for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
        connect(&fleet, signal, this, &FleetView::applyGroups);
    connect(&fleet, &FleetModel::groupsChanged, this, &FleetView::applyGroups);
    connect(m_rows, &QAbstractItemModel::rowsInserted, this, &FleetView::spanHeadings);
    connect(m_rows, &QAbstractItemModel::rowsInserted, this, &FleetView::keepSomethingCurrent);
    connect(m_rows, &QAbstractItemModel::rowsRemoved, this, &FleetView::spanHeadings);
    connect(m_rows, &QAbstractItemModel::layoutChanged, this, &FleetView::spanHeadings);
}

FleetView::~FleetView() = default;

// ---- columns ------------------------------------------------------------------------------------------

/// What comes into view, and what changes there.
void FleetView::watchDependencies()
{
    horizontalHeader()->setResizeContentsPrecision(0); // a hint for a column is of what is in view
    m_roomSoon.setSingleShot(true);
    m_roomSoon.setInterval(RoomAfter);
    connect(&m_roomSoon, &QTimer::timeout, this, &FleetView::makeRoomForNames);
    const auto look = [this] {
        if (!m_roomSoon.isActive())
            m_roomSoon.start();
    };
    connect(m_rows, &QAbstractItemModel::dataChanged, this, [look](const QModelIndex &from, const QModelIndex &to) {
        if (std::ranges::any_of(Measured, [&](int each) { return from.column() <= each && each <= to.column(); }))
            look();
    });
    connect(m_rows, &QAbstractItemModel::rowsInserted, this, look);
    connect(verticalScrollBar(), &QScrollBar::valueChanged, this, look);
    look();
}

/// As at the first start.
void FleetView::arrangeColumns()
{
    const QScopedValueRollback arranging(m_isArranging, true);
    QHeaderView *const header = horizontalHeader();
    for (int column = 0; column < FleetModel::ColumnCount; ++column) {
        header->moveSection(header->visualIndex(column), column);
        showColumn(column);
    }
    horizontalHeader()->setSectionResizeMode(FleetModel::Dependencies, QHeaderView::Stretch);
    for (int column = 0; column < FleetModel::ColumnCount; ++column) {
        if (column != FleetModel::Dependencies)
            setColumnWidth(column, columnWidthFor(this, column, FirstDigits[column]));
    }
    const auto makeFit = [this](int column, const QString &text) {
        const int wanted = fontMetrics().horizontalAdvance(text) + 2 * spacing(fontMetrics(), 5);
        setColumnWidth(column, std::max(columnWidth(column), wanted));
    };
    makeFit(FleetModel::Code, FleetModel::tr("fresh"));
    makeFit(FleetModel::Code, FleetModel::tr("stale"));
    for (const ClientError error : {ClientError::Refused, ClientError::HostLost}) {
        ServiceRow row; // in the longest states that are seen often, in the window's language
        row.observed = ServiceState::Unreachable;
        row.reply.error = error;
        makeFit(FleetModel::State, stateText(row));
    }
    for (int column = 0; column < FleetModel::ColumnCount; ++column)
        m_least[column] = columnWidth(column);
    const QString latency = m_rows->headerData(FleetModel::Latency, Qt::Horizontal).toString();
    m_leastLatency = std::max(LatencyDelegate::textWidth(fontMetrics()), fontMetrics().horizontalAdvance(latency))
        + 2 * spacing(fontMetrics(), 2) + 2;
    m_widest.fill(0);
    m_haveAllAnswered = false;
    m_chosen.clear();
    m_unwanted.clear();
    for (int column = FleetModel::LastSeen; column < FleetModel::ColumnCount; ++column) {
        m_unwanted << column; // the dependencies have the room, until somebody chooses
        hideColumn(column);
    }
    sortByColumn(-1, Qt::AscendingOrder); // the order of the fleet file until somebody asks for another
    makeRoom();
}

/// Hides the columns that the details repeat as far as there is no room for them; those that matter least also for
/// whole names of dependencies, which want `forNames` more. The answer: what is left of `room`.
int FleetView::hideForRoom(int room, int forNames, const std::array<int, FleetModel::ColumnCount> &widths,
                           QSet<int> &hidden) const
{
    constexpr int Yielding[] = {FleetModel::Latency, FleetModel::Uptime, FleetModel::InFlight, FleetModel::Version};
    for (int column = 0; column < FleetModel::ColumnCount; ++column) {
        if (column != FleetModel::Dependencies && !m_unwanted.contains(column) && !std::ranges::count(Yielding, column))
            room -= widths[column];
    }
    bool isFull = false;
    for (const int column : Yielding) { // the last one first
        if (m_unwanted.contains(column))
            continue;
        const bool matters = column == FleetModel::Latency || column == FleetModel::Uptime;
        isFull = isFull || room - (matters ? 0 : forNames) < widths[column];
        if (isFull)
            hidden << column;
        else
            room -= widths[column];
    }
    return room;
}

/// A column whose texts in view are longer than it is wide gets what others have to spare. States come first, as the
/// step of an act that is under way: for them names of dependencies are cut to two letters; for the names of services,
/// too, as long as those of dependencies have a third of the table. The answer: what is left of `room`.
int FleetView::giveNeeded(int room, int forNames, const QSet<int> &hidden,
                          std::array<int, FleetModel::ColumnCount> &widths)
{
    constexpr int Needing[] = {FleetModel::State,   FleetModel::Service, FleetModel::Alerts,
                               FleetModel::Version, FleetModel::Address, FleetModel::Directory};
    const auto lackOf = [&](int column) { // of a long text a third of the table will do
        const bool holds = hidden.contains(column) || m_chosen.contains(column);
        return holds ? 0 : std::max(0, std::min(m_widest[column], viewport()->width() / 3) - widths[column]);
    };
    const int namesKeep = std::clamp(viewport()->width() / 3 - spacing(fontMetrics(), FourChips), 0, forNames);
    int lack = std::max(0, -room);
    for (const int column : Needing)
        lack += lackOf(column);
    if (lack > std::max(room, 0) && m_widest[FleetModel::Service] > 0 && !m_chosen.contains(FleetModel::Service)) {
        const int spare = std::max(widths[FleetModel::Service] - m_widest[FleetModel::Service], 0);
        const int taken = std::min(spare, lack - std::max(room, 0));
        widths[FleetModel::Service] -= taken;
        room += taken;
    }
    for (const int column : Needing) {
        const int available = room + forNames - (column == FleetModel::State ? 0 : namesKeep);
        const int more = std::clamp(lackOf(column), 0, std::max(available, 0));
        widths[column] += more;
        room -= more;
    }
    return room;
}

/// Where the table is narrow, columns that the details repeat make room for the names of dependencies; then what the
/// services' names do not need, and the line beside a latency, first for what states tell. Where it is wide, columns
/// whose texts are often longer get a part of it. A width that somebody chose holds.
void FleetView::makeRoom()
{
    constexpr std::pair<int, int> Growing[] = {// by at most so many letters
                                               {FleetModel::Alerts, 16},
                                               {FleetModel::Service, 18},
                                               {FleetModel::Version, 6},
                                               {FleetModel::State, 8}};
    const QScopedValueRollback arranging(m_isArranging, true);
    std::array<int, FleetModel::ColumnCount> widths = m_least;
    for (const auto [column, width] : m_chosen.asKeyValueRange())
        widths[column] = width;
    const int fourChips = spacing(fontMetrics(), FourChips);
    QSet<int> hidden = m_unwanted;
    const int forNames = std::max(0, m_widest[FleetModel::Dependencies] - fourChips);
    int room = hideForRoom(viewport()->width() - fourChips, forNames, widths, hidden) - forNames;
    const bool isShort = room < 0;
    room = giveNeeded(room, forNames, hidden, widths);
    if (room < 0 && !m_chosen.contains(FleetModel::Latency)) {
        const int line = std::exchange(widths[FleetModel::Latency], m_leastLatency) - m_leastLatency;
        const bool isLineFree = !hidden.contains(FleetModel::Latency) && !m_chosen.contains(FleetModel::State);
        const int wanted = std::min(m_widest[FleetModel::State], viewport()->width() / 4);
        widths[FleetModel::State] += isLineFree ? std::clamp(wanted - widths[FleetModel::State], 0, line) : 0;
    }
    if (isShort || hidden.size() > m_unwanted.size())
        room = 0; // what is too little for a line or a column is the dependencies'
    for (const auto &[column, letters] : Growing) {
        if (room <= 0 || hidden.contains(column) || m_chosen.contains(column))
            continue;
        // What a longer text has taken already counts: else the column would grow by it though there was room for it.
        const int wanted = m_least[column] + letters * fontMetrics().averageCharWidth();
        const int more = std::clamp(wanted - widths[column], 0, room / 2);
        widths[column] += more;
        room -= more;
    }
    for (int column = 0; column < FleetModel::ColumnCount; ++column) {
        setColumnHidden(column, column > FleetModel::Service && hidden.contains(column));
        if (column != FleetModel::Dependencies)
            setColumnWidth(column, widths[column]);
    }
}

/// Each has been asked once, whatever came of that.
bool FleetView::haveAllInViewAnswered() const
{
    const int last = rowAt(viewport()->height() - 1);
    for (int row = std::max(rowAt(0), 0); row <= (last < 0 ? m_rows->rowCount() - 1 : last); ++row) {
        const ServiceId id = m_rows->serviceAt(row);
        if (id != NoService && m_fleet.find(id)->state() == ServiceState::Unknown)
            return false;
    }
    return m_rows->rowCount() > 0;
}

/// Once no order is held: nothing moves under the pointer, but for the first answers of all.
void FleetView::makeRoomForNames()
{
    if (m_haveAllAnswered && isOrderHeld())
        return m_roomSoon.start();
    if (!isVisible())
        return;
    m_haveAllAnswered = m_haveAllAnswered || haveAllInViewAnswered();
    bool isWider = false;
    for (const int column : Measured) {
        if (column > FleetModel::Service && isColumnHidden(column))
            continue;
        const int wanted = sizeHintForColumn(column); // of what is in view
        isWider |= wanted > std::exchange(m_widest[column], std::max(m_widest[column], wanted));
    }
    if (isWider)
        makeRoom();
}

// ---- nothing moves under the pointer ------------------------------------------------------------------

bool FleetView::viewportEvent(QEvent *event)
{
    if (event->type() == QEvent::Enter || event->type() == QEvent::Leave) {
        m_isPointerOver = event->type() == QEvent::Enter;
        holdOrder();
    }
    return QTableView::viewportEvent(event);
}

void FleetView::hideEvent(QHideEvent *event)
{
    QTableView::hideEvent(event);
    m_isPointerOver = false;
    holdOrder();
}

void FleetView::scrollContentsBy(int dx, int dy)
{
    QTableView::scrollContentsBy(dx, dy);
    placeSortAnew();
}

bool FleetView::isOrderHeld() const { return m_isPointerOver || m_sinceKey.isActive(); }

void FleetView::holdOrder() { m_rows->setHeld(isOrderHeld()); }

void FleetView::placeSortAnew()
{
    m_sortAnew->setVisible(m_rows->isOutOfOrder());
    m_sortAnew->adjustSize();
    const int gap = spacing(fontMetrics(), 2);
    m_sortAnew->move(viewport()->width() - m_sortAnew->width() - gap,
                     viewport()->height() - m_sortAnew->height() - gap);
}

/// An empty table looks as if there was no service.
void FleetView::sayNothingMatches()
{
    m_nothing->setGeometry(viewport()->rect());
    m_nothing->setVisible(m_rows->rowCount() == 0 && m_fleet.rowCount() > 0);
}

void FleetView::resizeEvent(QResizeEvent *event)
{
    const QRect current = visualRect(currentIndex());
    const bool wasSeen = current.isValid() && current.top() >= 0 && current.bottom() < event->oldSize().height();
    QTableView::resizeEvent(event);
    placeSortAnew();
    sayNothingMatches();
    if (event->size().width() != event->oldSize().width())
        makeRoom();
    if (wasSeen && current.bottom() >= event->size().height())
        scrollTo(currentIndex()); // what the details show stays in view
}

void FleetView::chooseColumn(int column, bool shown)
{
    if (shown)
        m_unwanted.remove(column);
    else
        m_unwanted.insert(column);
    makeRoom();
}

void FleetView::fillColumnsMenu(QMenu *menu)
{
    for (int column = FleetModel::Service + 1; column < FleetModel::ColumnCount; ++column) {
        QAction *const action = menu->addAction(m_rows->headerData(column, Qt::Horizontal).toString());
        action->setCheckable(true);
        action->setChecked(!m_unwanted.contains(column));
        connect(action, &QAction::toggled, this, [this, column](bool shown) { chooseColumn(column, shown); });
    }
    menu->addSeparator();
    menu->addAction(tr("As at &first"), this, [this] {
        arrangeColumns();
        m_rows->setOwnOrder({});
    });
}

void FleetView::offerAlerts()
{
    m_hasAlerts = true;
    if (!std::exchange(m_offeredAlerts, true))
        chooseColumn(FleetModel::Alerts, true);
}

void FleetView::saveColumns(QSettings &settings, const QString &group) const
{
    settings.setValue(group + u"/columns"_s, horizontalHeader()->saveState());
    QStringList unwanted;
    for (const int column : m_unwanted)
        unwanted << QString::number(column);
    settings.setValue(group + u"/unwanted"_s, unwanted);
    QStringList chosen;
    for (const auto [column, width] : m_chosen.asKeyValueRange())
        chosen << u"%1:%2"_s.arg(column).arg(width);
    settings.setValue(group + u"/widths"_s, chosen);
    settings.setValue(group + u"/known"_s, int(FleetModel::ColumnCount));
    settings.setValue(group + u"/alertsOffered"_s, m_offeredAlerts);
}

void FleetView::restoreColumns(const QSettings &settings, const QString &group)
{
    const QScopedValueRollback arranging(m_isArranging, true);
    if (!horizontalHeader()->restoreState(settings.value(group + u"/columns"_s).toByteArray()))
        return;
    restoreWidths(settings, group + u"/widths"_s);
    m_unwanted.clear();
    for (const QString &column : settings.value(group + u"/unwanted"_s).toStringList())
        m_unwanted << column.toInt();
    // An earlier program did not know all of them.
    const int known = settings.value(group + u"/known"_s, int(FleetModel::Cpu)).toInt();
    for (int column = known; column < FleetModel::ColumnCount; ++column)
        m_unwanted << column;
    m_offeredAlerts = settings.value(group + u"/alertsOffered"_s).toBool();
    makeRoom();
    if (m_hasAlerts)
        offerAlerts();
}

/// Those that a person chose. An earlier program kept only what all columns had: what differs from the first widths.
/// An empty list is read from a file as no value at all: whether the key is there tells them apart.
void FleetView::restoreWidths(const QSettings &settings, const QString &key)
{
    m_chosen.clear();
    for (const QString &each : settings.value(key).toStringList())
        m_chosen[each.section(u':', 0, 0).toInt()] = each.section(u':', 1).toInt();
    if (settings.contains(key))
        return;
    for (int column = 0; column < FleetModel::ColumnCount; ++column) {
        if (column != FleetModel::Dependencies && !isColumnHidden(column) && columnWidth(column) != m_least[column])
            m_chosen[column] = columnWidth(column);
    }
}

// ---- rows ---------------------------------------------------------------------------------------------

void FleetView::keepSomethingCurrent()
{
    if (currentIndex().isValid())
        return;
    for (int row = 0; row < m_rows->rowCount(); ++row) {
        if (!m_rows->isHeading(row))
            return selectRow(row);
    }
}

void FleetView::setGrouped(bool grouped)
{
    m_grouped = grouped;
    applyGroups();
    keepCurrentInSight();
}

/// One heading above everything says nothing.
void FleetView::applyGroups()
{
    bool isSecond = false;
    for (int line = 1; m_grouped && !isSecond && line < m_fleet.rowCount(); ++line)
        isSecond = m_fleet.row(line).entry.group != m_fleet.row(0).entry.group;
    m_rows->setGrouped(isSecond);
}

void FleetView::spanHeadings()
{
    if (!m_rows->isGrouped() && !m_hasSpans)
        return;
    clearSpans();
    m_hasSpans = false;
    for (int row = 0; row < m_rows->rowCount(); ++row) {
        if (!m_rows->isHeading(row))
            continue;
        setSpan(row, 0, 1, m_rows->columnCount());
        m_hasSpans = true;
    }
}

ServiceId FleetView::currentService() const
{
    return currentIndex().isValid() ? m_rows->serviceAt(currentIndex().row()) : NoService;
}

QList<ServiceId> FleetView::shownServices() const
{
    QList<ServiceId> services;
    const int first = isVisible() && !window()->isMinimized() ? rowAt(0) : -1;
    const int last = rowAt(viewport()->height() - 1); // -1: there is room below the last
    for (int row = first; row >= 0 && row <= (last < 0 ? m_rows->rowCount() - 1 : last); ++row) {
        if (const ServiceId id = m_rows->serviceAt(row); id != NoService)
            services << id;
    }
    return services;
}

QList<ServiceId> FleetView::selectedServices() const
{
    QList<int> marked;
    for (const QItemSelectionRange &range : selectionModel()->selection()) { // of whole rows
        for (int row = range.top(); range.isValid() && row <= range.bottom(); ++row)
            marked << row;
    }
    if (marked.isEmpty() && currentIndex().isValid())
        marked << currentIndex().row();
    std::ranges::sort(marked);
    marked.erase(std::unique(marked.begin(), marked.end()), marked.end());
    QList<ServiceId> services;
    if (std::ranges::none_of(marked, [this](int row) { return m_rows->isHeading(row); })) {
        for (const int row : std::as_const(marked))
            services << m_rows->serviceAt(row);
        return services;
    }
    QSet<ServiceId> seen; // a heading and rows under it may be marked together
    for (const int row : std::as_const(marked)) {
        for (const ServiceId id : m_rows->servicesOf(row)) {
            if (!seen.contains(id))
                services << *seen.insert(id);
        }
    }
    return services;
}

void FleetView::select(ServiceId id)
{
    const int row = m_rows->rowOf(id);
    if (row >= 0)
        selectionModel()->setCurrentIndex(m_rows->index(row, 0),
                                          QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
}

void FleetView::selectAllOf(const QList<ServiceId> &services)
{
    QItemSelection rows;
    for (const ServiceId id : services) {
        if (const int row = m_rows->rowOf(id); row >= 0)
            rows.select(m_rows->index(row, 0), m_rows->index(row, m_rows->columnCount() - 1));
    }
    if (rows.isEmpty())
        return;
    select(m_rows->serviceAt(rows.first().top()));
    selectionModel()->select(rows, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
}

/// What acts are for is what is marked, or the current row: where rows go, the one becomes the other without a change
/// of the selection.
void FleetView::tellSelected()
{
    if (m_isFiltering)
        return; // markCurrent() does, once
    const QList<ServiceId> services = selectedServices();
    if (services != std::exchange(m_selected, services))
        Q_EMIT selectedServicesChanged(services);
}

/// It is seen which row acts are for.
void FleetView::markCurrent()
{
    if (!selectionModel()->hasSelection() && currentIndex().isValid())
        selectionModel()->select(currentIndex(), QItemSelectionModel::Select | QItemSelectionModel::Rows);
    tellSelected();
}

void FleetView::setQuery(const FilterQuery &query)
{
    const ServiceId before = currentService();
    {
        const QScopedValueRollback filtering(m_isFiltering, true); // thousands of rows come and go in a few steps
        m_rows->setQuery(query);
        if (currentService() != before)
            select(before);
        if (currentService() == NoService) // a heading got there as its neighbours went
            setCurrentIndex({});
        keepSomethingCurrent();
    }
    if (currentService() != before)
        Q_EMIT currentServiceChanged(currentService());
    markCurrent();
    keepCurrentInSight();
}

/// Where rows came or went above it, what the details show stays in view.
void FleetView::keepCurrentInSight()
{
    executeDelayedItemsLayout();
    updateGeometries(); // else it scrolls only as far as before
    scrollTo(currentIndex());
}

/// Space: marks the current row, or no longer; the first one begins.
void FleetView::mark()
{
    const bool first = !std::exchange(m_marking, true);
    selectionModel()->select(currentIndex(),
                             (first ? QItemSelectionModel::Select : QItemSelectionModel::Toggle)
                                 | QItemSelectionModel::Rows);
    if (!selectionModel()->hasSelection())
        endMarking();
}

void FleetView::endMarking()
{
    m_marking = false;
    if (currentIndex().isValid())
        selectRow(currentIndex().row());
}

QItemSelectionModel::SelectionFlags FleetView::selectionCommand(const QModelIndex &index, const QEvent *event) const
{
    if (m_marking && event && event->type() == QEvent::KeyPress
        && !(static_cast<const QKeyEvent *>(event)->modifiers() & Qt::ShiftModifier))
        return QItemSelectionModel::NoUpdate;
    // Ctrl and an arrow would leave the old row selected: the details would show one service, and a key act on another.
    if (event && event->type() == QEvent::KeyPress) {
        const auto *const key = static_cast<const QKeyEvent *>(event);
        if (key->modifiers() == Qt::ControlModifier && key->key() != Qt::Key_A)
            return QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows;
    }
    return QTableView::selectionCommand(index, event);
}

QRect FleetView::visualRect(const QModelIndex &index) const
{
    if (!index.isValid())
        return {};
    const bool isCovered = index.column() > 0 && m_rows->isHeading(index.row()) && index != currentIndex();
    return isCovered || isColumnHidden(index.column()) ? QRect() : QTableView::visualRect(index);
}

void FleetView::scrollTo(const QModelIndex &index, ScrollHint hint)
{
    const int side = horizontalScrollBar()->value();
    QTableView::scrollTo(index, hint);
    if (m_isByMouse)
        horizontalScrollBar()->setValue(side);
}

void FleetView::mousePressEvent(QMouseEvent *event)
{
    m_marking = m_marking && event->modifiers() != Qt::NoModifier;
    m_isByMouse = true;
    QTableView::mousePressEvent(event);
}

void FleetView::fold(int row, bool folded)
{
    const QString group = m_fleet.find(m_rows->servicesOf(row).value(0))->entry.group;
    m_rows->setFolded(group, folded);
}

/// Left and Right on a heading, or Space to turn it over.
bool FleetView::foldByKey(int key)
{
    const QModelIndex index = currentIndex();
    if (!index.isValid() || !m_rows->isHeading(index.row()))
        return false;
    if (key != Qt::Key_Left && key != Qt::Key_Right && key != Qt::Key_Space)
        return false;
    fold(index.row(), key == Qt::Key_Left || (key == Qt::Key_Space && !index.data(FleetRows::FoldedRole).toBool()));
    return true;
}

/// Alt and Up or Down: the services that are marked, by one row.
bool FleetView::moveByKey(const QKeyEvent &event)
{
    if (event.modifiers() != Qt::AltModifier || (event.key() != Qt::Key_Up && event.key() != Qt::Key_Down))
        return false;
    const QList<ServiceId> services = selectedServices();
    if (services.isEmpty() || !currentIndex().isValid() || m_rows->isHeading(currentIndex().row()))
        return true;
    const int row =
        event.key() == Qt::Key_Up ? m_rows->rowOf(services.first()) - 1 : m_rows->rowOf(services.last()) + 2;
    const int passed = event.key() == Qt::Key_Up ? row : row - 1; // what it changes places with
    if (passed >= 0 && passed < m_rows->rowCount() && !m_rows->isHeading(passed))
        m_rows->moveTo(services, row);
    return true;
}

void FleetView::move(QKeyEvent *event, int key)
{
    QKeyEvent translated(event->type(), key, event->modifiers() & ~Qt::ShiftModifier);
    QTableView::keyPressEvent(&translated);
}

void FleetView::keyPressEvent(QKeyEvent *event)
{
    m_isByMouse = false;
    m_sinceKey.start(HeldAfterKey);
    holdOrder();
    const bool plain = !(event->modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier));
    if ((plain && foldByKey(event->key())) || moveByKey(*event))
        return;
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        Q_EMIT opened();
    } else if (plain && event->key() == Qt::Key_Space && currentIndex().isValid()) {
        mark();
    } else if (event->key() == Qt::Key_Escape && m_marking) {
        endMarking();
    } else if (plain && event->key() == Qt::Key_J) {
        move(event, Qt::Key_Down);
    } else if (plain && event->key() == Qt::Key_K) {
        move(event, Qt::Key_Up);
    } else if (plain && event->key() == Qt::Key_G) {
        setCurrentIndex(m_rows->index(event->modifiers() & Qt::ShiftModifier ? m_rows->rowCount() - 1 : 0, 0));
    } else if (plain && !event->text().isEmpty() && event->text().at(0).isPrint()) {
        event->ignore(); // the window's
    } else {
        QTableView::keyPressEvent(event);
    }
}

void FleetView::mouseDoubleClickEvent(QMouseEvent *event)
{
    const QModelIndex index = indexAt(event->position().toPoint());
    if (!index.isValid())
        return;
    if (m_rows->isHeading(index.row()))
        fold(index.row(), !index.data(FleetRows::FoldedRole).toBool());
    else
        Q_EMIT opened();
}

} // namespace Hephaestus
