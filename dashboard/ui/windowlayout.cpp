// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/windowlayout.h"

#include "dashboard/ui/detailpane.h"
#include "dashboard/ui/filterbar.h"
#include "dashboard/ui/fleetview.h"
#include "dashboard/ui/theme.h"

#include <QAction>
#include <QEvent>
#include <QHeaderView>
#include <QMainWindow>
#include <QScreen>
#include <QSettings>
#include <QSplitter>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int Low = 640;     ///< in pixels
constexpr int VeryLow = 450; ///< likewise
constexpr int FewestRows = 2;
constexpr int EnoughRows = 4;
constexpr int ForAllElse = 350; ///< in pixels: what the details, events and bars of a low window need
constexpr int EventsOfLow = 2;
constexpr int EventsOfVeryLow = 1;

/// What is too small for everything is so earlier with large letters.
int scaled(const QWidget *window, int pixels) { return enoughFor(window->fontMetrics(), pixels); }

} // namespace

WindowLayout::WindowLayout(QMainWindow *window, const Parts &parts) : QObject(window), m_window(window), m_parts(parts)
{
    m_saveTimer.setSingleShot(true);
    connect(&m_saveTimer, &QTimer::timeout, this, &WindowLayout::save);
    arrangeAs(parts.columns->orientation(), false);
    restore();
    watch();
}

void WindowLayout::restore()
{
    const QSettings settings;
    // Never larger than the screen it opens on.
    if (!m_window->restoreGeometry(settings.value(u"window/geometry"_s).toByteArray()))
        m_window->resize(QSize(1380, 860).boundedTo(m_window->screen()->availableSize()));
    keepOnScreen();
    m_restoredSize = m_window->size();
    arrange();
    restoreSplitters();
    m_parts.showEvents->setChecked(settings.value(u"window/events"_s, true).toBool());
    m_parts.table->rows().setOwnOrder(settings.value(u"window/order"_s).toStringList());
    m_parts.table->restoreColumns(settings, tableGroup());
    m_parts.filter->setFilter(settings.value(u"window/filter"_s).toString());
    m_parts.detail->setPage(settings.value(u"window/page"_s, 0).toInt());
    m_view = m_parts.filter->view();
    m_parts.table->restoreColumns(settings, tableGroup());
    m_isRestored = true;
}

QString WindowLayout::tableGroup() const
{
    return m_view.isEmpty() ? u"table"_s : u"tables/"_s + QString::fromLatin1(m_view.toUtf8().toHex());
}

/// Each saved view has columns of its own: at first those that the table had.
void WindowLayout::changeView()
{
    const QString view = m_parts.filter->view();
    if (view == m_view)
        return;
    QSettings settings;
    m_parts.table->saveColumns(settings, tableGroup());
    m_view = view;
    m_parts.table->restoreColumns(settings, tableGroup());
}

/// The screen may be a smaller one than that it was left on. The frame is known once the window is there, and counts.
void WindowLayout::keepOnScreen()
{
    const QScreen *const screen = m_window->screen();
    if (!screen || m_window->isMaximized() || m_window->isFullScreen())
        return;
    const QRect free = screen->availableGeometry();
    const QSize frame = m_window->frameGeometry().size() - m_window->size();
    const QSize size = m_window->size().boundedTo(free.size() - frame);
    QRect place(m_window->pos(), size + frame);
    place.moveLeft(std::clamp(place.left(), free.left(), free.right() + 1 - place.width()));
    place.moveTop(std::clamp(place.top(), free.top(), free.bottom() + 1 - place.height()));
    if (size != m_window->size())
        m_window->resize(size);
    if (place.topLeft() != m_window->pos() && (m_isPlaced || m_window->pos() != QPoint()))
        m_window->move(place.topLeft());
}

/// Beside the table, or below it where both would be too narrow. Each way has its own sizes.
void WindowLayout::arrange()
{
    const bool isLow = m_window->height() < scaled(m_window, Low);
    const Qt::Orientation wanted = m_window->width() < scaled(m_window, NarrowWindow) ? Qt::Vertical : Qt::Horizontal;
    if (m_parts.columns->orientation() == wanted && m_isLow == isLow)
        return keepRows();
    if (m_isRestored) { // else it has not been laid out yet, and what is kept holds
        QSettings settings;
        settings.setValue(columnsKey(), m_parts.columns->saveState());
        settings.setValue(rowsKey(), m_parts.rows->saveState());
    }
    arrangeAs(wanted, isLow);
    if (m_isRestored)
        restoreSplitters();
}

void WindowLayout::arrangeAs(Qt::Orientation columns, bool low)
{
    m_isLow = low;
    m_parts.columns->setOrientation(columns);
    m_parts.detail->setShape(columns == Qt::Vertical ? DetailPane::Shape::Flat
                                 : low               ? DetailPane::Shape::Low
                                                     : DetailPane::Shape::Whole);
    m_parts.events->setMinimumHeight(m_parts.events->verticalHeader()->defaultSectionSize());
    keepRows();
}

/// The details below the table leave some rows to it.
void WindowLayout::keepRows()
{
    const int row = m_parts.table->verticalHeader()->defaultSectionSize();
    const int rows = std::clamp((m_window->height() - scaled(m_window, ForAllElse)) / row, FewestRows, EnoughRows);
    const bool isBelow = m_parts.columns->orientation() == Qt::Vertical;
    m_parts.table->setMinimumHeight(isBelow ? m_parts.table->horizontalHeader()->sizeHint().height() + rows * row : 0);
}

void WindowLayout::restoreSplitters()
{
    const QSettings settings;
    const bool isBeside = m_parts.columns->orientation() == Qt::Horizontal;
    if (!m_parts.columns->restoreState(settings.value(columnsKey()).toByteArray()))
        m_parts.columns->setSizes(isBeside ? QList{890, 490} : m_isLow ? QList{1, 1000} : QList{200, 420});
    const int lines = m_window->height() < scaled(m_window, VeryLow) ? EventsOfVeryLow : EventsOfLow;
    const int events = lines * m_parts.events->verticalHeader()->defaultSectionSize();
    if (!m_parts.rows->restoreState(settings.value(rowsKey()).toByteArray()))
        m_parts.rows->setSizes(m_isLow ? QList{m_window->height() - events, events} : QList{620, 150});
}

QString WindowLayout::columnsKey() const
{
    if (m_parts.columns->orientation() == Qt::Horizontal)
        return u"window/columns"_s;
    return m_isLow ? u"window/stackedLow"_s : u"window/stacked"_s;
}

QString WindowLayout::rowsKey() const { return m_isLow ? u"window/rowsLow"_s : u"window/rows"_s; }

void WindowLayout::watch()
{
    const QHeaderView *const header = m_parts.table->horizontalHeader();
    connect(header, &QHeaderView::sectionResized, this, &WindowLayout::saveSoon); // also when one is hidden or shown
    connect(header, &QHeaderView::sectionMoved, this, &WindowLayout::saveSoon);
    connect(header, &QHeaderView::sortIndicatorChanged, this, &WindowLayout::saveSoon);
    connect(&m_parts.table->rows(), &FleetRows::ownOrderChanged, this, &WindowLayout::saveSoon);
    for (const QSplitter *const splitter : {m_parts.columns, m_parts.rows})
        connect(splitter, &QSplitter::splitterMoved, this, &WindowLayout::saveSoon);
    connect(m_parts.showEvents, &QAction::toggled, this, &WindowLayout::saveSoon);
    connect(m_parts.filter, &FilterBar::filterChanged, this, &WindowLayout::changeView);
    connect(m_parts.filter, &FilterBar::filterChanged, this, &WindowLayout::saveSoon);
    connect(m_parts.detail, &DetailPane::pageChanged, this, &WindowLayout::saveSoon);
    m_window->installEventFilter(this);
}

bool WindowLayout::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::Resize)
        arrange();
    if (event->type() == QEvent::Show && !std::exchange(m_isLaidOut, true)) // before, they had another height to share
        QTimer::singleShot(0ms, this, &WindowLayout::restoreSplitters);
    if (event->type() == QEvent::WindowActivate && !std::exchange(m_isPlaced, true)
        && m_window->size() == m_restoredSize) // nobody has chosen another since
        keepOnScreen();
    if (event->type() == QEvent::Move || event->type() == QEvent::Resize || event->type() == QEvent::WindowStateChange)
        saveSoon();
    return QObject::eventFilter(watched, event);
}

void WindowLayout::saveSoon()
{
    if (!m_saveTimer.isActive())
        m_saveTimer.start(1s);
}

void WindowLayout::save() const
{
    QSettings settings;
    settings.setValue(u"window/geometry"_s, m_window->saveGeometry());
    settings.setValue(columnsKey(), m_parts.columns->saveState());
    settings.setValue(rowsKey(), m_parts.rows->saveState());
    settings.setValue(u"window/order"_s, m_parts.table->rows().ownOrder());
    settings.setValue(u"window/events"_s, m_parts.showEvents->isChecked());
    settings.setValue(u"window/filter"_s, m_parts.filter->filter());
    settings.setValue(u"window/page"_s, m_parts.detail->page());
    m_parts.table->saveColumns(settings, tableGroup());
}

} // namespace Hephaestus
