// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSize>
#include <QTimer>

class QAction;
class QMainWindow;
class QSplitter;
class QTableView;

namespace Hephaestus {

class DetailPane;
class FilterBar;
class FleetView;

/// What a person arranged in the main window, kept in the settings. That is its place, the splitters, the columns of
/// each view, the filter, the page, and whether the events are shown. In a narrow window the details are below the
/// table; in a low one they and the events leave some rows to it. Each way has sizes of its own. A change is saved
/// soon, not only at the end: that may be a kill, or the machine's.
class WindowLayout : public QObject
{
    Q_OBJECT

public:
    struct Parts
    {
        QSplitter *columns;
        QSplitter *rows;
        QAction *showEvents;
        FleetView *table;
        FilterBar *filter;
        DetailPane *detail;
        QTableView *events;
    };

    /// Restores the layout at once. `parts` are the window's.
    WindowLayout(QMainWindow *window, const Parts &parts);

    void save() const;

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void restore();
    void watch();
    void saveSoon();
    void arrange();
    void arrangeAs(Qt::Orientation columns, bool low);
    void keepRows();
    void restoreSplitters();
    void keepOnScreen();
    QString columnsKey() const;
    QString rowsKey() const;
    QString tableGroup() const;
    void changeView();

    QMainWindow *m_window;
    Parts m_parts;
    QString m_view; ///< whose columns the table has; empty: of no view
    QSize m_restoredSize;
    bool m_isRestored = false;
    bool m_isLow = false;
    bool m_isLaidOut = false;
    bool m_isPlaced = false; ///< it has been seen, with its frame
    QTimer m_saveTimer;      ///< a drag is many changes: they are saved together
};

} // namespace Hephaestus
