// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/windowlayout.h"

#include "dashboard/ui/filterbar.h"
#include "dashboard/ui/fleetview.h"

#include <QAction>
#include <QEvent>
#include <QHeaderView>
#include <QMainWindow>
#include <QScreen>
#include <QSettings>
#include <QSplitter>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

WindowLayout::WindowLayout(QMainWindow *window, const Parts &parts) : QObject(window), m_window(window), m_parts(parts)
{
    m_saveTimer.setSingleShot(true);
    connect(&m_saveTimer, &QTimer::timeout, this, &WindowLayout::save);
    restore();
    watch();
}

void WindowLayout::restore()
{
    const QSettings settings;
    // Never larger than the screen it opens on.
    if (!m_window->restoreGeometry(settings.value(u"window/geometry"_s).toByteArray()))
        m_window->resize(QSize(1380, 860).boundedTo(m_window->screen()->availableSize()));
    if (!m_parts.columns->restoreState(settings.value(u"window/columns"_s).toByteArray()))
        m_parts.columns->setSizes({890, 490});
    if (!m_parts.rows->restoreState(settings.value(u"window/rows"_s).toByteArray()))
        m_parts.rows->setSizes({620, 150});
    m_parts.showEvents->setChecked(settings.value(u"window/events"_s, true).toBool());
    m_parts.table->restoreColumns(settings);
    m_parts.filter->setFilter(settings.value(u"window/view"_s).toString());
}

void WindowLayout::watch()
{
    const QHeaderView *const header = m_parts.table->horizontalHeader();
    connect(header, &QHeaderView::sectionResized, this, &WindowLayout::saveSoon); // also when one is hidden or shown
    connect(header, &QHeaderView::sectionMoved, this, &WindowLayout::saveSoon);
    connect(header, &QHeaderView::sortIndicatorChanged, this, &WindowLayout::saveSoon);
    for (const QSplitter *const splitter : {m_parts.columns, m_parts.rows})
        connect(splitter, &QSplitter::splitterMoved, this, &WindowLayout::saveSoon);
    connect(m_parts.showEvents, &QAction::toggled, this, &WindowLayout::saveSoon);
    connect(m_parts.filter, &FilterBar::filterChanged, this, &WindowLayout::saveSoon);
    m_window->installEventFilter(this);
}

bool WindowLayout::eventFilter(QObject *watched, QEvent *event)
{
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
    settings.setValue(u"window/columns"_s, m_parts.columns->saveState());
    settings.setValue(u"window/rows"_s, m_parts.rows->saveState());
    settings.setValue(u"window/events"_s, m_parts.showEvents->isChecked());
    settings.setValue(u"window/view"_s, m_parts.filter->view());
    m_parts.table->saveColumns(settings);
}

} // namespace Hephaestus
