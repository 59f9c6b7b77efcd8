// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/rowdrag.h"

#include "dashboard/ui/fleetview.h"
#include "dashboard/ui/theme.h"

#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QScrollBar>

#include <algorithm>

namespace Hephaestus {

using namespace std::chrono_literals;

namespace {

constexpr auto ScrollPause = 60ms; ///< between two rows, while the pointer is at an edge

} // namespace

RowDrag::RowDrag(FleetView *view) : m_view(view), m_line(new QWidget(view->viewport()))
{
    m_line->setAutoFillBackground(true);
    m_line->setBackgroundRole(QPalette::Highlight);
    m_line->setAttribute(Qt::WA_TransparentForMouseEvents);
    m_line->hide();
    connect(&m_scrolling, &QTimer::timeout, this, &RowDrag::scroll);
    view->installEventFilter(this);
    view->viewport()->installEventFilter(this);
}

bool RowDrag::eventFilter(QObject *watched, QEvent *event)
{
    const bool isOfKeys = event->type() == QEvent::KeyPress || event->type() == QEvent::ShortcutOverride;
    if (watched == m_view && isOfKeys && isDragging() && static_cast<QKeyEvent *>(event)->key() == Qt::Key_Escape) {
        if (event->type() == QEvent::KeyPress) {
            end();
            m_isCalledOff = true;
        }
        event->accept(); // nobody else's, as long as there is something to drop
        return true;
    }
    if (watched != m_view->viewport())
        return QObject::eventFilter(watched, event);
    switch (event->type()) {
    case QEvent::MouseButtonPress: return press(*static_cast<QMouseEvent *>(event));
    case QEvent::MouseMove: return follow(*static_cast<QMouseEvent *>(event));
    case QEvent::MouseButtonRelease: return release(*static_cast<QMouseEvent *>(event));
    case QEvent::Hide: end(); return false;
    default: return false;
    }
}

/// The view has it, too: it selects what was pressed.
bool RowDrag::press(const QMouseEvent &event)
{
    if (isDragging())
        return true; // another button
    m_pressed = NoService;
    m_isCalledOff = false;
    const QModelIndex index = m_view->indexAt(event.position().toPoint());
    if (event.button() != Qt::LeftButton || event.modifiers() != Qt::NoModifier || !index.isValid()
        || !m_view->rows().canMove())
        return false;
    m_pressed = m_view->rows().serviceAt(index.row());
    m_from = event.position().toPoint();
    return false;
}

/// True: it is not the view's, which would mark the rows that the pointer passes.
bool RowDrag::follow(const QMouseEvent &event)
{
    if (isDragging() && !event.buttons().testFlag(Qt::LeftButton))
        end(); // it was released where nobody told us
    if (m_pressed == NoService || !event.buttons().testFlag(Qt::LeftButton))
        return m_isCalledOff;
    m_at = event.position().toPoint();
    if (!isDragging() && (m_at - m_from).manhattanLength() >= QApplication::startDragDistance())
        begin();
    if (isDragging())
        showTarget();
    return true;
}

bool RowDrag::release(const QMouseEvent &event)
{
    if (event.button() != Qt::LeftButton)
        return isDragging();
    const bool wasDragging = isDragging() || std::exchange(m_isCalledOff, false);
    if (isDragging()) {
        m_at = event.position().toPoint();
        m_dragged.removeIf([this](ServiceId id) { return m_view->rows().rowOf(id) < 0; }); // gone meanwhile
        if (m_dragged.contains(m_pressed))
            m_view->rows().moveTo(m_dragged, target());
    }
    end();
    return wasDragging;
}

/// With the other marked rows that may stand beside it.
void RowDrag::begin()
{
    const Run allowed = run();
    for (const ServiceId id : m_view->selectedServices()) {
        const int row = m_view->rows().rowOf(id);
        if (row >= allowed.first && row < allowed.end)
            m_dragged << id;
    }
    if (!m_dragged.contains(m_pressed)) // it is gone, or no longer marked
        return end();
    m_view->viewport()->setCursor(Qt::ClosedHandCursor);
    m_line->show();
    m_line->raise();
    m_scrolling.start(ScrollPause);
}

void RowDrag::end()
{
    m_pressed = NoService;
    m_dragged.clear();
    m_line->hide();
    m_scrolling.stop();
    m_view->viewport()->unsetCursor();
}

/// Empty if what was pressed is gone.
RowDrag::Run RowDrag::run() const
{
    const FleetRows &rows = m_view->rows();
    const int pressed = rows.rowOf(m_pressed);
    if (pressed < 0)
        return {0, 0};
    const auto isFavourite = [&rows](int row) { return rows.index(row, 0).data(FleetModel::FavouriteRole).toBool(); };
    const auto isAlike = [&](int row) { return !rows.isHeading(row) && isFavourite(row) == isFavourite(pressed); };
    Run run{pressed, pressed + 1};
    while (run.first > 0 && isAlike(run.first - 1))
        --run.first;
    while (run.end < rows.rowCount() && isAlike(run.end))
        ++run.end;
    return run;
}

/// The row that they would come before.
int RowDrag::target() const
{
    const Run allowed = run();
    const int row = m_view->rowAt(m_at.y());
    if (row < 0)
        return m_at.y() < 0 ? allowed.first : allowed.end;
    const int middle = m_view->rowViewportPosition(row) + m_view->rowHeight(row) / 2;
    return std::clamp(m_at.y() < middle ? row : row + 1, allowed.first, allowed.end);
}

void RowDrag::showTarget()
{
    if (m_view->rows().rowOf(m_pressed) < 0)
        return end();
    const int row = target();
    const int y = row > 0 ? m_view->rowViewportPosition(row - 1) + m_view->rowHeight(row - 1) : 0;
    const int thickness = std::max(2, spacing(m_view->fontMetrics(), 1) / 2);
    m_line->setGeometry(0, std::max(0, y - thickness / 2), m_view->viewport()->width(), thickness);
}

/// The pointer may rest at an edge.
void RowDrag::scroll()
{
    QScrollBar *const bar = m_view->verticalScrollBar();
    const int edge = m_view->rowHeight(0) / 2;
    if (m_at.y() < edge)
        bar->triggerAction(QScrollBar::SliderSingleStepSub);
    else if (m_at.y() > m_view->viewport()->height() - edge)
        bar->triggerAction(QScrollBar::SliderSingleStepAdd);
    else
        return;
    showTarget();
}

} // namespace Hephaestus
