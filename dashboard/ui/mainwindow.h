// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetwatch.h"

#include <QMainWindow>

class QLabel;
class QLineEdit;
class QSplitter;
class QStackedWidget;

namespace Hephaestus {

class DetailPane;
class EventList;
class FleetView;
class ServiceCommands;
class TotalsStrip;

/// Puts the views of one FleetWatch beside each other, and gives them menus and keys.
class MainWindow : public QMainWindow
{
    Q_OBJECT

public:
    /// `watch` outlives the window. `demoFleet`: the fleet file of the demo; empty: none is installed.
    explicit MainWindow(FleetWatch &watch, const QString &demoFleet = {}, QWidget *parent = nullptr);

    void openFleet(const QString &path);

protected:
    void closeEvent(QCloseEvent *event) override;
    void changeEvent(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    void makeActions();
    void makeMenus();
    QWidget *makeMainPage();
    void restoreLayout();
    void addService();
    void chooseFleet();
    void tryDemo();
    void showContextMenu(const QPoint &position);
    void applyFilter(const QString &text);
    void showPage();
    void updateStatus();

    FleetWatch &m_watch;
    QString m_demoFleet;
    ServiceCommands *m_commands;
    QAction *m_add;
    QAction *m_open;
    QAction *m_demo;
    QAction *m_find;

    QStackedWidget *m_pages;
    TotalsStrip *m_totals;
    QLineEdit *m_filter;
    FleetView *m_table;
    DetailPane *m_detail;
    EventList *m_events;
    QSplitter *m_columns;
    QSplitter *m_rows;
    QLabel *m_status;
    QTimer m_statusTimer;
};

} // namespace Hephaestus
