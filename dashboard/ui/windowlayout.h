// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>

class QAction;
class QMainWindow;
class QSplitter;

namespace Hephaestus {

class DetailPane;
class FilterBar;
class FleetView;

/// What a person arranged in the main window, kept in the settings. That is its place, the splitters, the columns of
/// each view, the filter, the page, and whether the events are shown. In a narrow window the details are below the
/// table. A change is saved soon, not only at the end: that may be a kill, or the machine's.
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
    void keepOnScreen();
    QString columnsKey() const;
    QString tableGroup() const;
    void changeView();

    QMainWindow *m_window;
    Parts m_parts;
    QString m_view; ///< whose columns the table has; empty: of no view
    QSize m_restoredSize;
    bool m_isRestored = false;
    bool m_isPlaced = false; ///< it has been seen, with its frame
    QTimer m_saveTimer;      ///< a drag is many changes: they are saved together
};

} // namespace Hephaestus
