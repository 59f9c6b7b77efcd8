// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/fittingcolumns.h"

#include "dashboard/ui/tables.h"

#include <QEvent>
#include <QHeaderView>
#include <QScopedValueRollback>
#include <QScrollBar>
#include <QTableView>

#include <algorithm>
#include <numeric>

namespace Hephaestus {

using namespace std::chrono_literals;

namespace {

constexpr auto MeasuredAfter = 250ms; ///< many changes are one look
constexpr int LeastOfRest = 12;       ///< digits of a column that has what is left

int sum(const QList<int> &widths) { return std::accumulate(widths.begin(), widths.end(), 0); }

} // namespace

QList<int> sharedWidths(const QList<int> &needs, const QList<int> &least, int room)
{
    const auto upTo = [&](int most) {
        QList<int> widths;
        for (qsizetype column = 0; column < needs.size(); ++column)
            widths << std::clamp(most, least[column], needs[column]);
        return widths;
    };
    int enough = 0;
    int tooMuch = needs.isEmpty() ? 0 : *std::ranges::max_element(needs) + 1;
    while (enough + 1 < tooMuch) {
        const int most = std::midpoint(enough, tooMuch);
        (sum(upTo(most)) <= room ? enough : tooMuch) = most;
    }
    return upTo(enough);
}

FittingColumns::FittingColumns(QTableView *table, const QList<int> &least, const QList<int> &yielding)
    : QObject(table)
    , m_table(table)
    , m_digits(least)
    , m_yielding(yielding)
    , m_needs(least.size(), 0)
    , m_changed(least.size(), true)
{
    table->horizontalHeader()->setResizeContentsPrecision(0); // a hint is of what is in view
    for (int column = 0; column < int(least.size()); ++column)
        table->setColumnWidth(column, leastOf(column));
    watch();
}

void FittingColumns::watch()
{
    m_soon.setSingleShot(true);
    connect(&m_soon, &QTimer::timeout, this, &FittingColumns::fitChanged);
    const auto soon = [this](const QModelIndex &from, const QModelIndex &to) {
        for (int column = from.column(); column <= std::min(to.column(), int(m_changed.size()) - 1); ++column)
            m_changed[column] = true;
        if (!m_soon.isActive())
            m_soon.start(MeasuredAfter);
    };
    const auto atOnce = [this] {
        noteAll();
        m_soon.start(0ms);
    };
    const auto lost = [this, atOnce] {
        m_hasLostRows = true;
        atOnce();
    };
    const QAbstractItemModel *const model = m_table->model();
    connect(model, &QAbstractItemModel::dataChanged, this, soon);
    connect(model, &QAbstractItemModel::rowsInserted, this, atOnce);
    connect(model, &QAbstractItemModel::rowsRemoved, this, lost);
    connect(model, &QAbstractItemModel::modelReset, this, lost);
    connect(m_table->horizontalHeader(), &QHeaderView::sectionResized, this, [this](int column, int, int width) {
        if (!m_isArranging && width > 0)
            m_chosen[column] = width;
    });
    connect(m_table->verticalScrollBar(), &QScrollBar::valueChanged, this, &FittingColumns::noteAll);
    m_table->installEventFilter(this);
    m_table->viewport()->installEventFilter(this);
}

bool FittingColumns::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_table && event->type() == QEvent::FontChange)
        m_needs.fill(0);
    const bool isSized = watched != m_table && event->type() == QEvent::Resize;
    if (isSized || (watched == m_table && (event->type() == QEvent::Show || event->type() == QEvent::FontChange)))
        fit();
    return QObject::eventFilter(watched, event);
}

bool FittingColumns::areAllRowsInView() const
{
    const int rows = m_table->model()->rowCount();
    return rows == 0
        || (m_table->rowAt(0) == 0 && m_table->rowViewportPosition(rows - 1) < m_table->viewport()->height());
}

/// Others are in view.
void FittingColumns::noteAll() { m_changed.fill(true); }

/// What has changed: to lay out texts is most of what a table costs that a new second changes a little.
void FittingColumns::measure()
{
    if (std::exchange(m_hasLostRows, false) && areAllRowsInView())
        m_needs.fill(0);
    const QAbstractItemView *const view = m_table; // where the hint is public
    for (int column = 0; column < int(m_needs.size()); ++column) {
        const int known = m_needs[column] > 0 ? m_needs[column] : columnWidthFor(m_table, column, 0);
        m_needs[column] =
            std::exchange(m_changed[column], false) ? std::max(known, view->sizeHintForColumn(column)) : known;
    }
}

int FittingColumns::wholeWidth()
{
    noteAll();
    measure();
    return sum(m_needs);
}

/// As long as it needs that.
int FittingColumns::leastOf(int column) const
{
    const int digits = m_digits[column] > 0 ? m_digits[column] : LeastOfRest;
    const int least = columnWidthFor(m_table, column, digits);
    return m_needs[column] > 0 ? std::min(least, m_needs[column]) : least;
}

QList<int> FittingColumns::hiddenFor(int room, const QList<int> &least) const
{
    QList<int> hidden;
    int wanted = sum(least);
    for (const int column : m_yielding) {
        if (wanted <= room)
            break;
        hidden << column;
        wanted -= least[column];
    }
    return hidden;
}

void FittingColumns::fit()
{
    if (!m_table->isVisible() || m_table->model()->columnCount() == 0)
        return;
    noteAll();
    measure();
    arrange();
}

/// The same, where the room is the same.
void FittingColumns::fitChanged()
{
    if (!m_table->isVisible() || m_table->model()->columnCount() == 0)
        return;
    const QList<int> before = m_needs;
    measure();
    if (m_needs != before)
        arrange();
}

void FittingColumns::arrange()
{
    const QScopedValueRollback arranging(m_isArranging, true);
    const int room = m_table->viewport()->width();
    QList<int> needs = m_needs;
    QList<int> least;
    for (int column = 0; column < int(needs.size()); ++column) {
        needs[column] = m_chosen.value(column, needs[column]);
        least << m_chosen.value(column, leastOf(column));
    }
    const QList<int> hidden = hiddenFor(room, least);
    for (const int column : hidden)
        needs[column] = least[column] = 0;
    QList<int> widths = sharedWidths(needs, least, room);
    widths[std::max<qsizetype>(0, m_digits.indexOf(0))] += std::max(0, room - sum(widths));
    for (int column = 0; column < int(widths.size()); ++column) {
        m_table->setColumnHidden(column, hidden.contains(column));
        if (!hidden.contains(column))
            m_table->setColumnWidth(column, widths[column]);
    }
}

} // namespace Hephaestus
