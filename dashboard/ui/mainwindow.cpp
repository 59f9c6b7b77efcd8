// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/mainwindow.h"

#include "common/base/duration.h"
#include "dashboard/model/displaytext.h"
#include "dashboard/ui/addhostdialog.h"
#include "dashboard/ui/addservicedialog.h"
#include "dashboard/ui/alertcommands.h"
#include "dashboard/ui/appearance.h"
#include "dashboard/ui/bulkprogress.h"
#include "dashboard/ui/commandpalette.h"
#include "dashboard/ui/confirmation.h"
#include "dashboard/ui/copycommands.h"
#include "dashboard/ui/democommands.h"
#include "dashboard/ui/detailpane.h"
#include "dashboard/ui/elidedlabel.h"
#include "dashboard/ui/eventlist.h"
#include "dashboard/ui/filedrop.h"
#include "dashboard/ui/filterbar.h"
#include "dashboard/ui/findservicesdialog.h"
#include "dashboard/ui/fleetfilecommands.h"
#include "dashboard/ui/fleetview.h"
#include "dashboard/ui/fleetwidecommands.h"
#include "dashboard/ui/icons.h"
#include "dashboard/ui/killcommand.h"
#include "dashboard/ui/manualwindow.h"
#include "dashboard/ui/palettecommands.h"
#include "dashboard/ui/pinnedgraphs.h"
#include "dashboard/ui/placecommands.h"
#include "dashboard/ui/preferencesdialog.h"
#include "dashboard/ui/renamecommand.h"
#include "dashboard/ui/servicecommands.h"
#include "dashboard/ui/servicemapwindow.h"
#include "dashboard/ui/shortcutswindow.h"
#include "dashboard/ui/startpage.h"
#include "dashboard/ui/tablekeys.h"
#include "dashboard/ui/theme.h"
#include "dashboard/ui/wallboard.h"
#include "dashboard/ui/windowlayout.h"

#include <QCloseEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenuBar>
#include <QMessageBox>
#include <QScreen>
#include <QSettings>
#include <QSplitter>
#include <QStackedWidget>
#include <QStatusBar>
#include <QSystemTrayIcon>
#include <QVBoxLayout>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr QSize SmallestWindow{640, 400};
constexpr int MostHostsTold = 3; ///< in the status bar

void addSubmenu(QMenu *menu, const QString &title, const QList<QAction *> &actions)
{
    QMenu *const submenu = menu->addMenu(title);
    submenu->setToolTipsVisible(true);
    submenu->addActions(actions);
}

QList<QAction *> commandsOf(const QMenu *menu, bool withSubmenus)
{
    QList<QAction *> commands;
    for (QAction *const action : menu->actions()) {
        if (action->menu() && withSubmenus)
            commands << commandsOf(action->menu(), true);
        else if (!action->menu() && !action->isSeparator())
            commands << action;
    }
    return commands;
}

} // namespace

MainWindow::MainWindow(FleetSession &session, const QString &demoFleet, QWidget *parent)
    : QMainWindow(parent)
    , m_session(session)
    , m_preferences(Preferences::read(QSettings()))
    , m_favourites(session.fleet())
    , m_mutes(session.fleet())
    , m_causes(session.fleet())
    , m_added(session)
    , m_commands(new ServiceCommands(session, this))
    , m_demo(new DemoCommands(session, demoFleet, this))
    , m_copies(new CopyCommands(session.fleet(), this))
    , m_rename(new RenameCommand(session, this))
    , m_fleetFiles(new FleetFileCommands(session, this))
    , m_kill(new KillCommand(session, this))
    , m_places(new PlaceCommands(session.fleet(), this))
    , m_fleetWide(new FleetWideCommands(session, *m_commands, this))
    , m_alerts(new AlertCommands(session.fleet(), m_causes, m_mutes, this))
    , m_pages(new QStackedWidget)
    , m_status(new ElidedLabel)
{
    setWindowTitle(tr("Hephaestus"));
    setWindowIcon(QIcon(u":/icons/hephaestus.svg"_s));
    setMinimumSize(SmallestWindow); // its own, so that what is in it never makes it larger
    makeActions();
    auto *const start = new StartPage({m_add, m_open, m_discover, m_demo->begin()});
    m_pages->addWidget(start);
    m_pages->addWidget(makeMainPage());
    setCentralWidget(m_pages);
    makeMenus();
    makeTableKeys();
    statusBar()->addPermanentWidget(m_status);
    // What is said there is its name: it is no widget that a screen reader could read.
    const auto nameStatus = [this](const QString &message) {
        statusBar()->setAccessibleName(message.isEmpty() ? tr("Status") : message);
    };
    connect(statusBar(), &QStatusBar::messageChanged, this, nameStatus);
    nameStatus({});
    m_table->setGrouped(m_preferences.grouped);
    m_commands->setAskBeforeIdleRestart(m_preferences.askBeforeIdleRestart);

    connect(new FileDrop(this), &FileDrop::dropped, this, &MainWindow::openFleetForGood);
    const auto say = [this](const QString &sentence) { statusBar()->showMessage(sentence, 20'000); };
    connect(&m_added, &AddedServices::refused, this, say);
    connect(m_fleetFiles, &FleetFileCommands::openWanted, this, &MainWindow::openFleetForGood);
    connect(m_fleetFiles, &FleetFileCommands::reloadWanted, this, &MainWindow::openFleet);
    connect(m_fleetFiles, &FleetFileCommands::done, this, say);
    connect(&m_mutes, &AlertMutes::happened, &session.journal(), &EventJournal::append);
    connect(m_alerts, &AlertCommands::serviceWanted, this, &MainWindow::showService);
    m_mutes.start();
    connect(m_kill, &KillCommand::failed, this, say);
    connect(m_places, &PlaceCommands::failed, this, say);
    connect(&m_added, &AddedServices::trouble, this, say);
    connect(&m_added, &AddedServices::trouble, &session.journal(), [&session](const QString &sentence) {
        session.journal().append({Clock::machine().wall(), NoService, tr("Tokens"), EventKind::Trouble, sentence});
    });
    connect(&session.fleet(), &QAbstractItemModel::rowsInserted, this, &MainWindow::showPage);
    connect(&session.fleet(), &QAbstractItemModel::rowsRemoved, this, &MainWindow::showPage);
    connect(m_demo, &DemoCommands::openWanted, this, &MainWindow::openFleet);
    connect(m_demo, &DemoCommands::begun, m_table, &FleetView::select);
    connect(&m_statusTimer, &QTimer::timeout, this, &MainWindow::updateStatus);
    m_statusTimer.start(1s);
    if (const QSettings settings; !settings.isWritable()) {
        const QString file = visibleText(settings.fileName(), 200);
        start->setWarning(tr("What you add is lost when the program ends: %1 cannot be written.").arg(file));
        session.journal().append({Clock::machine().wall(), NoService, tr("Preferences"), EventKind::Trouble,
                                  tr("favourites, views, services and preferences are lost at the end: %1 cannot be "
                                     "written")
                                      .arg(file)});
    }
    showPage();
    m_layout = new WindowLayout(this, {m_columns, m_rows, m_showEvents, m_table, m_filter, m_detail, m_events});
    m_table->keepSomethingCurrent(); // of what the session has had from the beginning
}

void MainWindow::makeActions()
{
    const auto make = [this](const QString &text, const QString &icon, const QKeySequence &key, const QString &tip) {
        auto *const action = new QAction(text, this);
        if (!icon.isEmpty())
            action->setIcon(Icons::action(icon));
        action->setShortcut(key);
        action->setStatusTip(tip);
        return action;
    };
    m_add = make(tr("&Add a service…"), u"add"_s, tr("Ctrl+N"), tr("Watch a service by its address."));
    m_addHost = make(tr("Add a &host…"), u"add"_s, {}, tr("Watch the services of another machine through ssh."));
    m_open = make(tr("&Open a fleet file…"), u"open-file"_s, QKeySequence::Open,
                  tr("Watch all services of a fleet.toml, and restart them."));
    m_discover = make(tr("Find services on this &machine…"), u"search"_s, tr("Ctrl+Shift+N"),
                      tr("Find what listens on this machine, and watch what answers."));
    m_palette = make(tr("&Commands…"), {}, tr("Ctrl+K"), tr("Find a command or a service by typing."));
    m_keys = make(tr("&Keys"), {}, tr("Ctrl+?"), tr("Every key on one sheet."));
    connect(m_palette, &QAction::triggered, this, &MainWindow::openPalette);
    connect(m_keys, &QAction::triggered, this, &MainWindow::openShortcuts);
    m_manual = make(tr("&Manual"), {}, QKeySequence::HelpContents, {});
    connect(m_manual, &QAction::triggered, this, &MainWindow::openManual);
    setManual({});
    m_find = make(tr("&Filter"), u"search"_s, QKeySequence::Find, tr("Show only some of the services."));
    connect(m_add, &QAction::triggered, this, &MainWindow::addService);
    connect(m_addHost, &QAction::triggered, this, &MainWindow::addHost);
    connect(m_open, &QAction::triggered, this, &MainWindow::chooseFleet);
    connect(m_discover, &QAction::triggered, this, &MainWindow::discover);
    connect(m_find, &QAction::triggered, this, [this] { m_filter->focusFilter(); });
}

void MainWindow::makeMenus()
{
    QMenu *const file = menuBar()->addMenu(tr("&Fleet"));
    file->addActions({m_add, m_addHost, m_open, m_discover, m_demo->begin(), m_demo->end()});
    file->addSeparator();
    file->addActions({m_fleetFiles->save(), m_fleetFiles->reload(), m_fleetFiles->hooks()});
    file->addMenu(m_fleetFiles->recent());
    file->addSeparator();
    QAction *const preferences =
        file->addAction(tr("&Preferences…"), QKeySequence(tr("Ctrl+,")), this, &MainWindow::openPreferences);
    preferences->setMenuRole(QAction::PreferencesRole);
    QAction *const quit = file->addAction(tr("&Quit"), QKeySequence(QKeySequence::Quit), this, &MainWindow::quit);
    quit->setMenuRole(QAction::QuitRole);

    m_service = menuBar()->addMenu(tr("&Service"));
    fillServiceMenu(m_service);
    m_service->addSeparator();
    m_service->addAction(m_commands->restartStale());
    addSubmenu(m_service, tr("All s&ervices"), m_fleetWide->actions());
    makeViewMenu();

    QMenu *const help = menuBar()->addMenu(tr("&Help"));
    help->addActions({m_manual, m_palette, m_keys});
}

/// What can be done to the selected services, in the menu bar and the context menu: what is done most, and the rest by
/// kind. It is lower than the smallest window.
void MainWindow::fillServiceMenu(QMenu *menu)
{
    const auto act = [this](ServiceAction action) { return m_commands->action(action); };
    menu->setToolTipsVisible(true);
    menu->addActions({act(ServiceAction::Restart), act(ServiceAction::ShutDown), act(ServiceAction::Start),
                      act(ServiceAction::CheckNow), m_commands->cancel()});
    menu->addSeparator();
    addSubmenu(menu, tr("Shut down &otherwise"),
               {act(ServiceAction::ScheduleShutDown), act(ServiceAction::CancelShutDown), m_kill->action()});
    addSubmenu(menu, tr("O&pen"), QList<QAction *>{m_commands->open()} + m_places->actions());
    addSubmenu(menu, tr("Cop&y"), {m_commands->copyUrl(), m_copies->curl(), m_copies->json()});
    m_alerts->fill(menu->addMenu(tr("&Alerts")));
    addSubmenu(menu, tr("In this &window"),
               {m_rename->action(), m_rename->group(), m_commands->favourite(), m_commands->sendToken(),
                m_commands->accept(), m_commands->remove()});
}

void MainWindow::makeViewMenu()
{
    QMenu *const view = menuBar()->addMenu(tr("&View"));
    view->addAction(m_find);
    // From any page, and what the filter hides stays hidden; its Escape would show all.
    view->addAction(tr("&Services"), QKeySequence(Qt::CTRL | Qt::Key_0), m_table,
                    [this] { m_table->setFocus(Qt::ShortcutFocusReason); });
    m_grouped = view->addAction(tr("&Groups"));
    m_grouped->setCheckable(true);
    m_grouped->setChecked(m_preferences.grouped);
    m_grouped->setShortcut(tr("Ctrl+G"));
    connect(m_grouped, &QAction::triggered, this, [this](bool checked) {
        Preferences changed = m_preferences;
        changed.grouped = checked;
        setPreferences(changed);
    });
    m_showEvents = view->addAction(tr("&Events"));
    m_showEvents->setCheckable(true);
    m_showEvents->setChecked(true);
    m_showEvents->setShortcut(tr("Ctrl+E"));
    connect(m_showEvents, &QAction::toggled, m_events, &QWidget::setVisible);
    connect(m_showEvents, &QAction::toggled, this, &MainWindow::showBottom);
    QMenu *const columns = view->addMenu(tr("&Columns"));
    connect(columns, &QMenu::aboutToShow, m_table, [this, columns] {
        columns->clear();
        m_table->fillColumnsMenu(columns);
    });
    view->addAction(tr("&Wallboard"), QKeySequence(Qt::Key_F11), this, &MainWindow::openWallboard);
    view->addAction(tr("Service &map"), QKeySequence(tr("Ctrl+M")), this, &MainWindow::openMap);
    view->addAction(tr("&Pinned graphs"), QKeySequence(tr("Ctrl+P")), this, &MainWindow::openPinned);
    view->addSeparator();
    view->addActions(m_detail->pageActions());
}

void MainWindow::makeTableKeys()
{
    m_tableKeys = new TableKeys(m_table);
    connect(m_tableKeys, &TableKeys::refused, this,
            [this](const QString &why) { statusBar()->showMessage(why, 8000); });
    connect(m_tableKeys, &TableKeys::triggered, m_commands, &ServiceCommands::expectKey);
    connect(m_tableKeys, &TableKeys::typed, m_filter, &FilterBar::beginWord);
    connect(m_commands, &ServiceCommands::canBeTakenBack, this,
            [this](const QString &hint) { statusBar()->showMessage(hint, 3000); });
    m_tableKeys->add(Qt::Key_R, m_commands->action(ServiceAction::Restart));
    m_tableKeys->add(Qt::SHIFT | Qt::Key_R, m_commands->restartStale());
    m_tableKeys->add(Qt::Key_X, m_commands->action(ServiceAction::ShutDown));
    m_tableKeys->add(Qt::SHIFT | Qt::Key_X, m_commands->action(ServiceAction::ScheduleShutDown));
    m_tableKeys->add(Qt::Key_U, m_commands->action(ServiceAction::CancelShutDown));
    m_tableKeys->add(Qt::Key_S, m_commands->action(ServiceAction::Start));
    m_tableKeys->add(Qt::Key_C, m_commands->action(ServiceAction::CheckNow));
    m_tableKeys->add(Qt::Key_Period, m_commands->cancel());
    m_tableKeys->add(Qt::Key_F, m_commands->favourite());
    m_tableKeys->add(Qt::Key_O, m_commands->open());
    m_tableKeys->add(Qt::Key_A, m_alerts->acknowledge());
    m_tableKeys->add(Qt::SHIFT | Qt::Key_A, m_alerts->withdraw());
    m_tableKeys->add(Qt::Key_M, m_alerts->muteAnHour());
    m_tableKeys->add(Qt::SHIFT | Qt::Key_M, m_alerts->unmute());
}

QWidget *MainWindow::makeMainPage()
{
    m_table = new FleetView(m_session.fleet());
    m_detail = new DetailPane(m_session, *m_commands);
    m_events = new EventList(m_session.journal());
    m_filter = new FilterBar(m_session.fleet());

    m_columns = new QSplitter(Qt::Horizontal);
    m_columns->addWidget(m_table);
    m_columns->addWidget(m_detail);
    m_columns->setStretchFactor(0, 3);
    m_columns->setStretchFactor(1, 2);
    m_rows = new QSplitter(Qt::Vertical);
    m_rows->addWidget(m_columns);
    m_rows->addWidget(makeBottom());
    m_rows->setStretchFactor(0, 1);
    for (QSplitter *const splitter : {m_columns, m_rows})
        splitter->setChildrenCollapsible(false);

    const int gap = spacing(fontMetrics(), 2);
    auto *const page = new QWidget;
    auto *const layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gap);
    layout->addWidget(m_filter);
    layout->addWidget(m_rows, 1);
    connectViews();
    return page;
}

/// The line of an act on several services takes its room from the oldest events in view: nothing else moves as it comes
/// and goes.
QWidget *MainWindow::makeBottom()
{
    auto *const bottom = new QWidget;
    m_progress = new BulkProgress(m_session.bulk());
    auto *const layout = new QVBoxLayout(bottom);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_events, 1);
    layout->addWidget(m_progress);
    connect(&m_session.bulk(), &BulkActions::progressChanged, this, &MainWindow::showBottom); // after the line itself
    return bottom;
}

void MainWindow::showBottom()
{
    m_events->parentWidget()->setVisible(!m_events->isHidden() || !m_progress->isHidden());
}

void MainWindow::connectViews()
{
    connect(m_filter, &FilterBar::queryChanged, m_table, &FleetView::setQuery);
    connect(m_filter, &FilterBar::problemChanged, this,
            [this](const QString &problem) { statusBar()->showMessage(problem); });
    connect(m_filter, &FilterBar::returnPressed, m_table, qOverload<>(&QWidget::setFocus));
    connect(m_table, &FleetView::selectedServicesChanged, m_commands, &ServiceCommands::setServices);
    connect(m_table, &QAbstractItemView::clicked, this,
            [this] { m_session.fleet().setFailure(m_table->currentService(), {}); }); // its receipt is in the details
    connect(m_table, &FleetView::currentServiceChanged, m_copies, &CopyCommands::setService);
    connect(m_table, &FleetView::currentServiceChanged, m_rename, &RenameCommand::setService);
    connect(m_table, &FleetView::currentServiceChanged, m_kill, &KillCommand::setService);
    connect(m_table, &FleetView::currentServiceChanged, m_places, &PlaceCommands::setService);
    connect(m_table, &FleetView::currentServiceChanged, m_fleetWide, &FleetWideCommands::setService);
    connect(m_table, &FleetView::currentServiceChanged, m_alerts, &AlertCommands::setService);
    connect(m_table, &FleetView::selectedServicesChanged, m_alerts, &AlertCommands::setServices);
    connect(m_table, &FleetView::selectedServicesChanged, m_detail, &DetailPane::setServices);
    connect(m_table, &FleetView::currentServiceChanged, m_detail, &DetailPane::setService);
    connect(m_table, &FleetView::currentServiceChanged, &m_session, &FleetSession::setOpened);
    m_session.setShown([table = QPointer(m_table)] { return table ? table->shownServices() : QList<ServiceId>(); });
    connect(m_table, &FleetView::dependencyOpened, m_detail, &DetailPane::showDependency);
    connect(m_detail, &DetailPane::pinsWanted, this, &MainWindow::pin);
    connect(m_table, &FleetView::opened, m_detail, qOverload<>(&QWidget::setFocus));
    connect(m_table, &QWidget::customContextMenuRequested, this, &MainWindow::showContextMenu);
    connect(m_events, &EventList::opened, m_table, &FleetView::selectAllOf);
    const auto offerAlerts = [this] {
        if (m_session.alerts())
            m_table->offerAlerts();
    };
    connect(&m_session, &FleetSession::alertmanagersChanged, this, offerAlerts);
    offerAlerts();
}

void MainWindow::saveState() const { m_layout->save(); }

/// What is said for a while has some room beside what is always there.
void MainWindow::resizeEvent(QResizeEvent *event)
{
    QMainWindow::resizeEvent(event);
    m_status->setMaximumWidth(width() / 2);
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    saveState();
    if (m_hidesOnClose && !m_quits && QSystemTrayIcon::isSystemTrayAvailable()) {
        hide();
        return event->ignore();
    }
    if (!m_quits && !closesForGood())
        return event->ignore();
    QMainWindow::closeEvent(event);
    Q_EMIT closed();
}

void MainWindow::quit()
{
    m_quits = closesForGood();
    if (m_quits)
        close();
}

/// What quitting does to what is under way (SelfService); empty: nothing is.
QString MainWindow::quitQuestion() const
{
    int running = 0;
    int waiting = 0;
    for (const ServiceId id : m_session.fleet().ids()) {
        running += m_session.actions().isRunning(id);
        waiting += m_session.bulk().isWaiting(id);
    }
    QStringList sentences;
    if (running > 0)
        sentences << tr("%n service(s) are being restarted, started or shut down. If you quit now, the window closes, "
                        "and that is brought to its end first, for up to a minute.",
                        nullptr, running);
    if (waiting > 0)
        sentences << tr("%n service(s) wait for their turn: if you quit now, nothing is done to them.", nullptr,
                        waiting);
    return sentences.join(u'\n');
}

/// While something is under way the answer comes later.
bool MainWindow::closesForGood()
{
    const QString question = m_quits ? QString() : quitQuestion();
    if (question.isEmpty())
        return true;
    auto *const dialog = new Confirmation(question, tr("&Quit"), this);
    const auto askAnew = [this, dialog] {
        const QString left = quitQuestion();
        dialog->ask(left.isEmpty() ? tr("What was under way has ended. Quit?") : left);
    };
    connect(&m_session.actions(), &ServiceActions::begun, dialog, askAnew);
    connect(&m_session.actions(), &ServiceActions::finished, dialog, askAnew);
    connect(&m_session.bulk(), &BulkActions::progressChanged, dialog, askAnew);
    connect(dialog, &QDialog::accepted, this, [this] {
        m_quits = true;
        close();
    });
    dialog->open();
    return false;
}

void MainWindow::setPreferences(const Preferences &preferences)
{
    const Preferences before = std::exchange(m_preferences, preferences);
    QSettings settings;
    m_preferences.write(settings);
    if (before.colors != preferences.colors && m_colorsForOnce.isEmpty())
        applyColors(preferences.colors);
    m_grouped->setChecked(preferences.grouped);
    m_table->setGrouped(preferences.grouped);
    m_commands->setAskBeforeIdleRestart(preferences.askBeforeIdleRestart);
    Q_EMIT preferencesChanged(preferences);
}

void MainWindow::setManual(const QString &folder)
{
    m_manualFolder = folder;
    m_manual->setEnabled(!folder.isEmpty());
    const QString tip =
        folder.isEmpty() ? tr("The manual is not installed.") : tr("Read the manual that is installed here.");
    m_manual->setToolTip(tip);
    m_manual->setStatusTip(tip);
}

void MainWindow::openManual()
{
    auto *const manual = new ManualWindow(m_manualFolder, this);
    manual->resize(size());
    manual->show();
}

void MainWindow::openPreferences()
{
    auto *const dialog = new PreferencesDialog(m_preferences, m_colorsForOnce, this);
    connect(dialog, &QDialog::accepted, this, [this, dialog] { setPreferences(dialog->preferences()); });
    dialog->open();
}

void MainWindow::showService(ServiceId id)
{
    if (m_table->rows().rowOf(id) < 0)
        m_filter->setFilter({});
    m_table->select(id);
    m_table->setFocus();
}

void MainWindow::restartShown() { m_commands->action(ServiceAction::Restart)->trigger(); }

/// Those of the menus, each once. What others list of files and columns is none.
QList<QAction *> MainWindow::allActions() const
{
    QList<QAction *> actions;
    for (const QAction *const menu : menuBar()->actions())
        actions << commandsOf(menu->menu(), menu->menu() == m_service);
    return actions;
}

void MainWindow::openPalette()
{
    QList<QAction *> actions = allActions();
    actions.removeOne(m_palette);
    const PaletteCommands commands({&m_session, m_commands, actions, m_detail->pageActions(), m_filter->viewActions(),
                                    m_alerts->ofServices(), m_pages->currentWidget(), m_kill, m_preferences,
                                    [this](const Preferences &changed) { setPreferences(changed); },
                                    [this](ServiceId id) { showService(id); },
                                    [this](const QString &filter) { m_filter->setFilter(filter); }});
    (new CommandPalette(
         commands.all(), [commands](const QString &typed) { return commands.withService(typed); }, this))
        ->open();
}

void MainWindow::openShortcuts() { (new ShortcutsWindow(allActions(), m_tableKeys->keys(), this))->open(); }

void MainWindow::openWallboard()
{
    auto *const board = new Wallboard(m_session.fleet(), this);
    connect(board, &Wallboard::serviceChosen, this, &MainWindow::showService);
    board->setGeometry(screen()->geometry()); // also where no window manager makes it so
    board->showFullScreen();
}

void MainWindow::openMap()
{
    auto *const map = new ServiceMapWindow(m_session.fleet(), this);
    connect(map, &ServiceMapWindow::serviceChosen, this, &MainWindow::showService);
    map->resize(size());
    map->show();
}

void MainWindow::openPinned()
{
    auto *const pinned = new PinnedGraphs(m_session, m_pins, this);
    connect(pinned, &PinnedGraphs::serviceChosen, this, &MainWindow::showService);
    pinned->resize(size());
    pinned->show();
}

void MainWindow::pin(const QList<GraphPin> &pins)
{
    const bool isRoom = std::ranges::all_of(pins, [this](const GraphPin &each) { return m_pins.add(each); });
    const int most = int(GraphPins::Most);
    statusBar()->showMessage(isRoom ? tr("Pinned. Ctrl+P shows all that are.")
                                    : tr("There is no room: %n graphs are pinned.", nullptr, most),
                             8000);
}

void MainWindow::keyPressEvent(QKeyEvent *event)
{
    if (event->text() == "/"_L1)
        m_find->trigger();
    else if (event->text() == ":"_L1)
        m_palette->trigger();
    else if (event->text() == "?"_L1)
        m_keys->trigger();
    else if (event->key() == Qt::Key_Escape && !m_commands->takeBack())
        leaveFilter();
    else if (const QString why = whyNot(*event); !why.isEmpty())
        statusBar()->showMessage(why, 8000);
    else
        QMainWindow::keyPressEvent(event);
}

/// Why what this key stands for cannot be done now; a disabled action leaves its key to the window.
QString MainWindow::whyNot(const QKeyEvent &event) const
{
    const QKeySequence pressed(event.keyCombination());
    for (const QAction *const action : allActions()) {
        if (!action->isEnabled() && action->shortcut() == pressed)
            return action->statusTip();
    }
    return {};
}

void MainWindow::leaveFilter()
{
    statusBar()->clearMessage();
    m_filter->setFilter({});
    m_table->setFocus();
}

void MainWindow::showContextMenu(const QPoint &position)
{
    if (m_table->selectedServices().isEmpty())
        return;
    auto *const menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    fillServiceMenu(menu);
    menu->popup(m_table->viewport()->mapToGlobal(position));
}

void MainWindow::addService()
{
    const auto whyNot = [this](const FleetEntry &entry) { return m_added.whyNot(entry); };
    auto *const dialog = new AddServiceDialog(whyNot, this);
    dialog->setNote([this](const FleetEntry &entry) { return m_added.note(entry); });
    if (!m_restoresAdded)
        dialog->offerToSave();
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        add({dialog->entry()});
        if (dialog->isToBeSaved())
            m_fleetFiles->askWhere();
    });
    dialog->open();
}

void MainWindow::add(const QList<FleetEntry> &entries)
{
    if (!m_restoresAdded)
        statusBar()->showMessage(
            tr("Started in the same way again, the window does not watch what was added. “Save what "
               "was added as a fleet file” keeps it."),
            20'000);
    for (const FleetEntry &entry : entries)
        m_table->select(m_added.add(entry)); // says it if it is not
}

void MainWindow::addHost()
{
    auto *const dialog = new AddHostDialog(m_added.hosts(), this);
    connect(dialog, &QDialog::accepted, this, [this, dialog] { m_added.addHost(dialog->host()); });
    connect(dialog, &AddHostDialog::removed, &m_added, &AddedServices::removeHost);
    dialog->open();
}

void MainWindow::chooseFleet()
{
    auto *const dialog =
        new QFileDialog(this, tr("Open a fleet file"), {}, tr("Fleet files and Prometheus file_sd (*.toml *.json)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, &MainWindow::openFleetForGood);
    dialog->open();
}

void MainWindow::discover()
{
    QStringList known;
    for (const ServiceId id : m_session.fleet().ids())
        known << m_session.fleet().find(id)->entry.url;
    auto *const dialog = new FindServicesDialog(known, this);
    connect(dialog, &FindServicesDialog::chosen, this, &MainWindow::add);
    dialog->open();
}

void MainWindow::openRemembered()
{
    for (const QString &file : std::as_const(m_preferences.fleetFiles))
        openFleet(file);
    m_added.restore();
}

/// Somebody chose it: it is opened at the next start too, until the preferences say otherwise.
void MainWindow::openFleetForGood(const QString &path)
{
    const QString file = QFileInfo(path).absoluteFilePath();
    if (!openFleet(file))
        return;
    m_fleetFiles->remember(file);
    if (m_preferences.fleetFiles.contains(file))
        return;
    Preferences changed = m_preferences;
    changed.fleetFiles << file;
    setPreferences(changed);
}

bool MainWindow::openFleet(const QString &path)
{
    const QList<Problem> problems = m_session.open(path);
    if (problems.isEmpty())
        return true;
    QStringList lines{tr("This fleet file cannot be used:")};
    for (const Problem &problem : problems.mid(0, 12))
        lines << visibleText(problem.text());
    auto *const box = new QMessageBox(QMessageBox::Warning, tr("Open a fleet file"), {}, QMessageBox::Close, this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setTextFormat(Qt::PlainText);
    box->setText(lines.join(u'\n'));
    removeButtonIcons(box);
    box->open();
    return false;
}

void MainWindow::showPage() { m_pages->setCurrentIndex(m_session.fleet().rowCount() > 0 ? 1 : 0); }

void MainWindow::updateStatus()
{
    QStringList parts;
    for (const QString &trouble : m_session.lostHosts().mid(0, MostHostsTold))
        parts << visibleText(trouble, 120);
    if (const QStringList hosts = m_session.unknownHosts(); !hosts.isEmpty())
        parts << tr("not all: the services of %1 are not known").arg(visibleText(hosts.join(u", "_s), 60));
    if (m_session.alerts() && !m_session.alerts()->trouble().isEmpty())
        parts << visibleText(m_session.alerts()->trouble(), 80);
    else if (m_session.alerts() && m_session.alerts()->elsewhere() > 0)
        parts << tr("%n alert(s) of others", nullptr, int(m_session.alerts()->elsewhere()));
    const Poller::Statistics statistics = m_session.watch().polling().statistics();
    if (statistics.pollsPerSecond > 0)
        parts << tr("%1 polls a second")
                     .arg(QLocale().toString(statistics.pollsPerSecond, 'f', statistics.pollsPerSecond < 10 ? 1 : 0))
              << tr("slowest %1").arg(durationText(statistics.slowest));
    m_status->setText(parts.join(u" · "_s));
}

} // namespace Hephaestus
