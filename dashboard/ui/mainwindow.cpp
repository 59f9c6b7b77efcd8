// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/mainwindow.h"

#include "common/protocol/duration.h"
#include "dashboard/model/displaytext.h"
#include "dashboard/ui/addservicedialog.h"
#include "dashboard/ui/celldelegate.h"
#include "dashboard/ui/detailpane.h"
#include "dashboard/ui/eventlist.h"
#include "dashboard/ui/fleetview.h"
#include "dashboard/ui/icons.h"
#include "dashboard/ui/startpage.h"
#include "dashboard/ui/theme.h"
#include "dashboard/ui/totalsstrip.h"

#include <QCloseEvent>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenuBar>
#include <QMessageBox>
#include <QScreen>
#include <QSettings>
#include <QSplitter>
#include <QStackedWidget>
#include <QStatusBar>
#include <QVBoxLayout>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

MainWindow::MainWindow(FleetWatch &watch, const QString &demoFleet, QWidget *parent)
    : QMainWindow(parent)
    , m_watch(watch)
    , m_demoFleet(demoFleet)
    , m_commands(new ServiceCommands(watch, this))
    , m_pages(new QStackedWidget)
    , m_status(new QLabel)
{
    setWindowTitle(tr("Hephaestus"));
    setWindowIcon(QIcon(u":/icons/hephaestus.svg"_s));
    makeActions();
    m_pages->addWidget(new StartPage({m_add, m_open, m_demo}));
    m_pages->addWidget(makeMainPage());
    setCentralWidget(m_pages);
    makeMenus();
    m_status->setTextFormat(Qt::PlainText);
    statusBar()->addPermanentWidget(m_status);

    connect(&watch.fleet(), &QAbstractItemModel::rowsInserted, this, &MainWindow::showPage);
    connect(&watch.fleet(), &QAbstractItemModel::rowsRemoved, this, &MainWindow::showPage);
    connect(&m_statusTimer, &QTimer::timeout, this, &MainWindow::updateStatus);
    m_statusTimer.start(1s);
    showPage();
    restoreLayout();
}

void MainWindow::makeActions()
{
    const auto make = [this](const QString &text, const QString &icon, const QKeySequence &key, const QString &tip) {
        auto *const action = new QAction(Icons::action(icon, palette()), text, this);
        action->setShortcut(key);
        action->setStatusTip(tip);
        action->setData(icon);
        return action;
    };
    m_add = make(tr("&Add a service…"), u"add"_s, tr("Ctrl+N"), tr("Watch a service by its address."));
    m_open = make(tr("&Open a fleet file…"), u"open-file"_s, QKeySequence::Open, tr("Watch all services of a fleet.toml, and restart them."));
    m_demo = make(tr("&Try the demo"), u"demo"_s, {}, m_demoFleet.isEmpty() ? tr("The demo is not installed with this program.")
                                                                           : tr("Start three services on this machine, and watch them."));
    m_demo->setEnabled(!m_demoFleet.isEmpty());
    m_find = make(tr("&Filter"), u"search"_s, QKeySequence::Find, tr("Show only some of the services."));
    connect(m_add, &QAction::triggered, this, &MainWindow::addService);
    connect(m_open, &QAction::triggered, this, &MainWindow::chooseFleet);
    connect(m_demo, &QAction::triggered, this, &MainWindow::tryDemo);
    connect(m_find, &QAction::triggered, this, [this] {
        m_filter->setFocus(Qt::ShortcutFocusReason);
        m_filter->selectAll();
    });
}

void MainWindow::makeMenus()
{
    QMenu *const file = menuBar()->addMenu(tr("&Fleet"));
    file->addActions({m_add, m_open, m_demo});
    file->addSeparator();
    QAction *const quit = file->addAction(tr("&Quit"), QKeySequence(QKeySequence::Quit), this, &QWidget::close);
    quit->setMenuRole(QAction::QuitRole);

    QMenu *const service = menuBar()->addMenu(tr("&Service"));
    service->setToolTipsVisible(true);
    for (const ServiceAction action : {ServiceAction::Restart, ServiceAction::ShutDown, ServiceAction::ScheduleShutDown,
                                       ServiceAction::CancelShutDown, ServiceAction::Start, ServiceAction::CheckNow})
        service->addAction(m_commands->action(action));
    service->addAction(m_commands->cancel());
    service->addSeparator();
    service->addActions({m_commands->copyUrl(), m_commands->remove()});

    QMenu *const view = menuBar()->addMenu(tr("&View"));
    view->addAction(m_find);
    QAction *const events = view->addAction(tr("&Events"), m_events, &QWidget::setVisible);
    events->setCheckable(true);
    events->setChecked(true);
    events->setShortcut(tr("Ctrl+E"));
}

QWidget *MainWindow::makeMainPage()
{
    m_totals = new TotalsStrip(m_watch.fleet());
    m_filter = new QLineEdit;
    m_filter->setPlaceholderText(tr("Filter: state:error dep:qdrant !stale"));
    m_filter->setAccessibleName(tr("Filter"));
    m_filter->setClearButtonEnabled(true);
    m_filter->setMaxLength(500);
    m_filter->setMinimumWidth(fontMetrics().averageCharWidth() * 34);
    m_filter->addAction(Icons::action(u"search"_s, palette()), QLineEdit::LeadingPosition);
    m_table = new FleetView(m_watch.fleet());
    m_detail = new DetailPane(m_watch, *m_commands);
    m_events = new EventList(m_watch.journal());

    m_columns = new QSplitter(Qt::Horizontal);
    m_columns->addWidget(m_table);
    m_columns->addWidget(m_detail);
    m_columns->setStretchFactor(0, 3);
    m_columns->setStretchFactor(1, 2);
    m_rows = new QSplitter(Qt::Vertical);
    m_rows->addWidget(m_columns);
    m_rows->addWidget(m_events);
    m_rows->setStretchFactor(0, 1);
    for (QSplitter *const splitter : {m_columns, m_rows})
        splitter->setChildrenCollapsible(false);

    const int gap = spacing(fontMetrics(), 2);
    auto *const top = new QHBoxLayout;
    top->setContentsMargins(gap, gap, gap, 0);
    top->addWidget(m_totals);
    top->addStretch();
    top->addWidget(m_filter);
    auto *const page = new QWidget;
    auto *const layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gap);
    layout->addLayout(top);
    layout->addWidget(m_rows, 1);

    connect(m_totals, &TotalsStrip::filterWanted, m_filter, &QLineEdit::setText);
    connect(m_filter, &QLineEdit::textChanged, this, &MainWindow::applyFilter);
    connect(m_filter, &QLineEdit::returnPressed, m_table, qOverload<>(&QWidget::setFocus));
    connect(m_table, &FleetView::currentServiceChanged, m_commands, &ServiceCommands::setService);
    connect(m_table, &FleetView::currentServiceChanged, m_detail, &DetailPane::setService);
    connect(m_table, &FleetView::opened, m_detail, qOverload<>(&QWidget::setFocus));
    connect(m_table, &QWidget::customContextMenuRequested, this, &MainWindow::showContextMenu);
    connect(m_events, &EventList::opened, m_table, &FleetView::select);
    return page;
}

void MainWindow::restoreLayout()
{
    const QSettings settings;
    // Never larger than the screen it opens on.
    resize(settings.value(u"window/size"_s, QSize(1380, 860)).toSize().boundedTo(screen()->availableSize()));
    if (!m_columns->restoreState(settings.value(u"window/columns"_s).toByteArray()))
        m_columns->setSizes({850, 530});
    if (!m_rows->restoreState(settings.value(u"window/rows"_s).toByteArray()))
        m_rows->setSizes({620, 150});
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    QSettings settings;
    settings.setValue(u"window/size"_s, size());
    settings.setValue(u"window/columns"_s, m_columns->saveState());
    settings.setValue(u"window/rows"_s, m_rows->saveState());
    QMainWindow::closeEvent(event);
}

void MainWindow::changeEvent(QEvent *event)
{
    QMainWindow::changeEvent(event);
    if (event->type() != QEvent::PaletteChange || !m_commands)
        return;
    m_commands->updateIcons();
    for (QAction *const action : {m_add, m_open, m_demo, m_find})
        action->setIcon(Icons::action(action->data().toString(), palette()));
}

void MainWindow::keyPressEvent(QKeyEvent *event)
{
    if (event->text() == "/"_L1)
        m_find->trigger();
    else if (event->key() == Qt::Key_Escape && m_filter->hasFocus())
        m_filter->clear();
    else
        QMainWindow::keyPressEvent(event);
}

void MainWindow::applyFilter(const QString &text)
{
    m_totals->setFilter(text);
    const Result<FilterQuery> query = FilterQuery::parse(text);
    QPalette colours = m_filter->palette();
    colours.setColor(QPalette::Text, query ? palette().color(QPalette::Text) : Theme::of(palette()).accent(DependencyStatus::Error));
    m_filter->setPalette(colours);
    m_filter->setToolTip(query ? QString() : plainToolTip(query.problem().text()));
    statusBar()->showMessage(query ? QString() : query.problem().text());
    if (query)
        m_table->setQuery(*query);
}

void MainWindow::showContextMenu(const QPoint &position)
{
    if (m_table->currentService() == NoService)
        return;
    auto *const menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setToolTipsVisible(true);
    for (const ServiceAction action : {ServiceAction::Restart, ServiceAction::ShutDown, ServiceAction::ScheduleShutDown,
                                       ServiceAction::CancelShutDown, ServiceAction::Start, ServiceAction::CheckNow})
        menu->addAction(m_commands->action(action));
    menu->addSeparator();
    menu->addActions({m_commands->copyUrl(), m_commands->remove()});
    menu->popup(m_table->viewport()->mapToGlobal(position));
}

void MainWindow::addService()
{
    auto *const dialog = new AddServiceDialog(this);
    connect(dialog, &QDialog::accepted, this, [this, dialog] { m_table->select(m_watch.add(dialog->entry())); });
    dialog->open();
}

void MainWindow::chooseFleet()
{
    auto *const dialog = new QFileDialog(this, tr("Open a fleet file"), {}, tr("Fleet files (*.toml)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, &MainWindow::openFleet);
    dialog->open();
}

void MainWindow::openFleet(const QString &path)
{
    const QList<Problem> problems = m_watch.open(path);
    if (problems.isEmpty())
        return;
    QStringList lines{tr("This fleet file cannot be used:")};
    for (const Problem &problem : problems.mid(0, 12))
        lines << visibleText(problem.text());
    auto *const box = new QMessageBox(QMessageBox::Warning, tr("Open a fleet file"), {}, QMessageBox::Close, this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setTextFormat(Qt::PlainText);
    box->setText(lines.join(u'\n'));
    box->open();
}

void MainWindow::tryDemo()
{
    openFleet(m_demoFleet);
    for (const ServiceId id : m_watch.fleet().ids())
        m_watch.actions().perform(id, ServiceAction::Start);
}

void MainWindow::showPage() { m_pages->setCurrentIndex(m_watch.fleet().rowCount() > 0 ? 1 : 0); }

void MainWindow::updateStatus()
{
    const Poller::Statistics statistics = m_watch.poller().statistics();
    if (statistics.pollsPerSecond <= 0)
        return m_status->setText({});
    const QString rate = QString::number(statistics.pollsPerSecond, 'f', statistics.pollsPerSecond < 10 ? 1 : 0);
    m_status->setText(tr("%1 polls a second · slowest %2").arg(rate, formatDuration(statistics.slowest)));
}

} // namespace Hephaestus
