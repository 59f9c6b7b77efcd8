// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/addedservices.h"
#include "dashboard/model/alertcause.h"
#include "dashboard/model/alertmutes.h"
#include "dashboard/model/favourites.h"
#include "dashboard/model/fleetsession.h"
#include "dashboard/model/graphpins.h"
#include "dashboard/model/preferences.h"

#include <QMainWindow>

class QMenu;
class QSplitter;
class QStackedWidget;

namespace Hephaestus {

class AlertCommands;
class BulkProgress;
class CopyCommands;
class DemoCommands;
class DetailPane;
class ElidedLabel;
class EventList;
class FilterBar;
class FleetFileCommands;
class FleetView;
class FleetWideCommands;
class KillCommand;
class PlaceCommands;
class RenameCommand;
class ServiceCommands;
class TableKeys;
class WindowLayout;

/// Puts the views of one FleetSession beside each other, and gives them menus and keys.
class MainWindow : public QMainWindow
{
    Q_OBJECT

public:
    /// `session` outlives the window. `demoFleet`: the fleet file of the demo; empty: none is installed.
    explicit MainWindow(FleetSession &session, const QString &demoFleet = {}, QWidget *parent = nullptr);

    /// False: it cannot be used, and a box says why.
    bool openFleet(const QString &path);
    /// What earlier days left to watch: fleet files and services that were added by hand.
    void openRemembered();
    ServiceCommands &commands() { return *m_commands; }
    AlertMutes &mutes() { return m_mutes; }
    AlertCauses &causes() { return m_causes; }

    const Preferences &preferences() const { return m_preferences; }
    void setPreferences(const Preferences &preferences); ///< and remembers them
    /// The command line chose them for this once; the preferences' own are for the next start.
    void setColorsForOnce(const QString &colors) { m_colorsForOnce = colors; }

    /// Where the manual's documents are (*.md), for the menu Help; empty: none are installed.
    void setManual(const QString &folder);
    /// Closing the window leaves the program in the tray, while there is one.
    void setHidesOnClose(bool hides) { m_hidesOnClose = hides; }
    void quit(); ///< closes in any case
    /// The layout, for the next start.
    void saveState() const;

    void showService(ServiceId id);
    /// Asks about the restart of the service that showService() went to.
    void restartShown();
    void openPalette();
    void openShortcuts();
    void openWallboard();
    void openMap();
    void openPinned();
    void openManual();
    void openPreferences();
    void addService(); ///< asks for its address
    /// Whether the next start in the same way watches what is added by hand; true unless set. If not, that is said.
    void setRestoresAdded(bool restores) { m_restoresAdded = restores; }
    void addHost(); ///< asks for its name

Q_SIGNALS:
    void closed(); ///< for good
    void preferencesChanged(const Hephaestus::Preferences &preferences);

protected:
    void closeEvent(QCloseEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    void makeActions();
    void makeMenus();
    void makeViewMenu();
    void makeTableKeys();
    QWidget *makeMainPage();
    QWidget *makeBottom();
    void showBottom();
    void connectViews();
    void fillServiceMenu(QMenu *menu);
    QList<QAction *> allActions() const;
    QString quitQuestion() const;
    bool closesForGood();
    void openFleetForGood(const QString &path);
    void chooseFleet();
    void discover();
    void add(const QList<FleetEntry> &entries); ///< by hand
    void pin(const QList<GraphPin> &pins);
    void showContextMenu(const QPoint &position);
    void leaveFilter();
    QString whyNot(const QKeyEvent &event) const;
    void showPage();
    void updateStatus();

    FleetSession &m_session;
    Preferences m_preferences;
    QString m_colorsForOnce; ///< empty: the preferences'
    Favourites m_favourites;
    AlertMutes m_mutes;
    AlertCauses m_causes;
    GraphPins m_pins;
    AddedServices m_added;
    bool m_restoresAdded = true;
    ServiceCommands *m_commands;
    DemoCommands *m_demo;
    CopyCommands *m_copies;
    RenameCommand *m_rename;
    FleetFileCommands *m_fleetFiles;
    KillCommand *m_kill;
    PlaceCommands *m_places;
    FleetWideCommands *m_fleetWide;
    AlertCommands *m_alerts;
    bool m_hidesOnClose = false;
    bool m_quits = false;
    QAction *m_add;
    QAction *m_addHost;
    QAction *m_open;
    QAction *m_discover;
    QAction *m_find;
    QAction *m_palette;
    QAction *m_keys;
    QAction *m_manual;
    QString m_manualFolder;
    QMenu *m_service;
    QAction *m_grouped;
    QAction *m_showEvents;

    QStackedWidget *m_pages;
    FilterBar *m_filter;
    FleetView *m_table;
    TableKeys *m_tableKeys;
    DetailPane *m_detail;
    EventList *m_events;
    BulkProgress *m_progress;
    QSplitter *m_columns;
    QSplitter *m_rows;
    ElidedLabel *m_status;
    WindowLayout *m_layout;
    QTimer m_statusTimer;
};

} // namespace Hephaestus
