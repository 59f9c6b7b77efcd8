// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/detailpane.h"

#include "dashboard/model/displaytext.h"
#include "dashboard/ui/actionbutton.h"
#include "dashboard/ui/alertspage.h"
#include "dashboard/ui/celldelegate.h"
#include "dashboard/ui/codepage.h"
#include "dashboard/ui/deathspage.h"
#include "dashboard/ui/detailheader.h"
#include "dashboard/ui/detailpages.h"
#include "dashboard/ui/directedtext.h"
#include "dashboard/ui/fittingtabs.h"
#include "dashboard/ui/graphpage.h"
#include "dashboard/ui/logspage.h"
#include "dashboard/ui/overviewpage.h"
#include "dashboard/ui/theme.h"

#include <QAction>
#include <QFocusEvent>
#include <QLabel>
#include <QMenu>
#include <QPointer>
#include <QScrollArea>
#include <QStackedWidget>
#include <QTabBar>
#include <QVBoxLayout>

#include <algorithm>

namespace Hephaestus {

namespace {

constexpr int RoomForTitle = 70; ///< in steps of spacing(): for icon, name and state beside the buttons

} // namespace

DetailPane::DetailPane(FleetSession &session, ServiceCommands &commands, QWidget *parent)
    : QWidget(parent)
    , m_session(session)
    , m_commands(commands)
    , m_stack(new QStackedWidget)
    , m_nothing(new QLabel(tr("Select a service to see more of it.")))
    , m_header(new DetailHeader)
    , m_restart(new ActionButton)
    , m_shutDown(new ActionButton)
    , m_check(new ActionButton)
    , m_start(new ActionButton)
    , m_reason(new QLabel)
    , m_reasonRow(new QWidget)
    , m_acts(new QBoxLayout(QBoxLayout::TopToBottom))
    , m_top(new QVBoxLayout)
    , m_tabs(new FittingTabs)
    , m_dependencies(new DependenciesPage)
    , m_graphs(new GraphPage(session))
    , m_overview(new OverviewPage(session))
    , m_logs(new LogsPage(session.stateDirectory()))
    , m_code(new CodePage)
    , m_deaths(new DeathsPage(session))
    , m_raw(new RawPage)
    , m_receipt(new ReceiptPage)
    , m_alerts(new AlertsPage(session))
{
    m_nothing->setAlignment(Qt::AlignCenter);
    m_nothing->setWordWrap(true);
    m_nothing->setMargin(spacing(fontMetrics(), 4));
    m_stack->addWidget(m_nothing);
    m_stack->addWidget(makePage());
    auto *const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_stack);
    makePageActions();
    connectPages();
    refreshButtons();
}

/// Header, buttons and, below them, the pages.
QWidget *DetailPane::makePage()
{
    m_reason->setTextFormat(Qt::PlainText);
    m_reason->setAlignment(QStyle::visualAlignment(layoutDirection(), Qt::AlignLeft) | Qt::AlignTop);
    m_tabs->addTab(m_dependencies, tr("Dependencies"));
    m_tabs->addTab(m_graphs, tr("Graphs"));
    m_tabs->addTab(m_overview, tr("Overview"));
    m_tabs->addTab(m_logs, tr("Logs"));
    m_tabs->addTab(m_code, tr("Code"));
    m_tabs->addTab(m_receipt, tr("Receipt"));
    m_tabs->addTab(m_deaths, tr("Deaths"));
    m_tabs->addTab(m_raw, tr("Raw"));
    m_tabs->addTab(m_alerts, tr("Alerts"));
    for (int page = 0; page < m_tabs->count(); ++page) {
        for (QScrollArea *const area : m_tabs->widget(page)->findChildren<QScrollArea *>())
            area->setAccessibleName(m_tabs->tabText(page)); // it takes keys
    }
    m_tabs->setDocumentMode(true);
    m_tabs->setAccessibleName(tr("Details"));

    auto *const reason = new QHBoxLayout(m_reasonRow);
    reason->setContentsMargins(0, 0, 0, 0);
    reason->setSpacing(spacing(fontMetrics(), 4));
    reason->addWidget(m_reason);
    m_acts->addWidget(m_header, 1);
    m_acts->addWidget(makeButtons());
    m_top->addLayout(m_acts);
    m_top->addWidget(m_reasonRow);
    auto *const page = new QWidget;
    auto *const pageLayout = new QVBoxLayout(page);
    pageLayout->setContentsMargins(0, 0, 0, 0);
    pageLayout->addLayout(m_top);
    pageLayout->addWidget(m_tabs, 1);
    setShape(Shape::Whole);
    return page;
}

void DetailPane::setShape(Shape shape)
{
    m_shape = shape;
    const bool isFlat = shape == Shape::Flat;
    const bool isWhole = shape == Shape::Whole;
    const int margin = spacing(fontMetrics(), 3);
    const int gap = isWhole ? margin : spacing(fontMetrics(), 1);
    m_top->setContentsMargins(margin, gap, margin, 0);
    m_top->setSpacing(gap);
    m_top->parentWidget()->layout()->setSpacing(gap);
    m_acts->setDirection(isFlat ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
    m_acts->setSpacing(isFlat ? margin : gap);
    m_header->setFlat(isFlat ? static_cast<QBoxLayout *>(m_reasonRow->layout()) : nullptr);
    m_reasonLines = isWhole ? 2 : 1;
    m_reason->setWordWrap(isWhole);
    // Alone in its row it takes all, and a long word widens nothing; beside the facts it is given what it gets.
    m_reason->setSizePolicy(isFlat ? QSizePolicy::Fixed : QSizePolicy::Ignored, QSizePolicy::Expanding);
    m_reasonRow->setFixedHeight(m_reasonLines * fontMetrics().lineSpacing());
    // Pages can be scrolled, so that none of them takes the table's room.
    m_tabs->setMinimumHeight(isWhole ? 0 : m_tabs->tabBar()->sizeHint().height() + spacing(fontMetrics(), 18));
    fitButtons();
    refreshReason();
}

/// The name and the state keep some room beside the buttons: those that matter least lose their words first.
void DetailPane::fitButtons()
{
    QToolButton *const buttons[] = {m_start, m_check, m_shutDown};
    for (QToolButton *const button : buttons)
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    if (m_shape != Shape::Flat)
        return;
    const int room = width() - spacing(fontMetrics(), 6 + RoomForTitle);
    for (QToolButton *const button : buttons) {
        if (m_restart->parentWidget()->sizeHint().width() > room)
            button->setToolButtonStyle(Qt::ToolButtonIconOnly);
    }
}

void DetailPane::connectPages()
{
    const auto refreshIfShown = [this](ServiceId id) {
        if (id == m_service)
            refresh();
    };
    connect(&m_session.fleet(), &FleetModel::answered, this, refreshIfShown);
    connect(&m_session.fleet(), &QAbstractItemModel::dataChanged, this,
            [this](const QModelIndex &first, const QModelIndex &last) { // an age or a countdown goes on by itself
                const ServiceRow *const row = m_session.fleet().find(m_service);
                const bool isNews = row && (!row->isCurrent() || stateText(*row) != m_shownState);
                const int line = isNews ? m_session.fleet().indexOf(m_service).row() : -1;
                if (first.row() <= line && line <= last.row())
                    refresh();
            });
    connect(&m_session.actions(), &ServiceActions::receiptChanged, this, refreshIfShown);
    connect(&m_session.actions(), &ServiceActions::begun, this, [this](ServiceId id) {
        if (id == m_service)
            m_tabs->setCurrentWidget(m_receipt); // what was just asked for is what one wants to see
    });
    connect(&m_commands, &ServiceCommands::changed, this, &DetailPane::refreshButtons);
    connect(m_dependencies, &DependenciesPage::opened, this, &DetailPane::showDependency);
    connect(m_overview, &OverviewPage::dependencyChosen, this, &DetailPane::showDependency);
    connect(m_overview, &OverviewPage::measureChosen, this, [this](Measure measure) {
        m_graphs->select(measure);
        m_tabs->setCurrentWidget(m_graphs);
    });
    connect(&m_session, &FleetSession::alertmanagersChanged, this, &DetailPane::showAlertsPage);
    showAlertsPage();
    connect(m_graphs, &GraphPage::pinsWanted, this, &DetailPane::pinsWanted);
    connect(m_graphs, &GraphPage::comparedChanged, this, &DetailPane::showHeader);
    connect(m_receipt, &ReceiptPage::pastWanted, this, &DetailPane::askPastReceipts);
    connect(m_tabs, &QTabWidget::currentChanged, this, &DetailPane::refresh);
    connect(m_tabs, &QTabWidget::currentChanged, this, &DetailPane::pageChanged);
}

void DetailPane::makePageActions()
{
    for (int page = 0; page < m_tabs->count(); ++page) {
        auto *const action = new QAction(m_tabs->tabText(page), this);
        action->setShortcut(QKeySequence(Qt::CTRL | Qt::Key(Qt::Key_1 + page)));
        connect(action, &QAction::triggered, this, [this, page] {
            m_tabs->setCurrentIndex(page);
            focusPage();
        });
        m_tabs->setTabToolTip(page, action->shortcut().toString(QKeySequence::NativeText));
        m_pageActions << action;
    }
}

/// Where nobody is asked for alerts the page would be empty for ever: then there is none, for screen readers, too.
void DetailPane::showAlertsPage()
{
    const bool isWanted = m_session.alerts();
    QAction *const action = m_pageActions.last();
    action->setVisible(isWanted);
    action->setEnabled(isWanted);
    const int page = m_tabs->indexOf(m_alerts);
    if (!isWanted && page >= 0)
        m_tabs->removeTab(page);
    else if (isWanted && page < 0)
        m_tabs->setTabToolTip(m_tabs->addTab(m_alerts, action->text()),
                              action->shortcut().toString(QKeySequence::NativeText));
}

/// Whatever of the page takes keys first, or what the page itself says; the tabs, if there is nothing.
void DetailPane::focusPage()
{
    QWidget *const page = m_tabs->currentWidget();
    page->setFocus(Qt::ShortcutFocusReason);
    if (!page->hasFocus() || page->focusPolicy() != Qt::NoFocus)
        return;
    for (QWidget *each = page->nextInFocusChain(); each != page; each = each->nextInFocusChain()) {
        if (page->isAncestorOf(each) && each->isVisible() && each->isEnabled()
            && (each->focusPolicy() & Qt::TabFocus) != 0)
            return each->setFocus(Qt::ShortcutFocusReason);
    }
    m_tabs->setFocus(Qt::ShortcutFocusReason);
}

int DetailPane::page() const { return m_tabs->currentIndex(); }

void DetailPane::setPage(int page)
{
    if (m_tabs->isTabVisible(page))
        m_tabs->setCurrentIndex(page);
}

QWidget *DetailPane::makeButtons()
{
    auto *const menu = new QMenu(this);
    menu->setToolTipsVisible(true);
    for (const ServiceAction action :
         {ServiceAction::ShutDown, ServiceAction::ScheduleShutDown, ServiceAction::CancelShutDown})
        menu->addAction(m_commands.action(action));
    m_shutDown->setMenu(menu);
    m_shutDown->setPopupMode(QToolButton::MenuButtonPopup);
    m_shutDown->setDefaultAction(m_commands.action(ServiceAction::ShutDown));
    m_check->setDefaultAction(m_commands.action(ServiceAction::CheckNow));
    m_start->setDefaultAction(m_commands.action(ServiceAction::Start));

    auto *const row = new QWidget;
    auto *const layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(spacing(fontMetrics(), 2));
    for (QToolButton *const button : std::initializer_list<QToolButton *>{m_restart, m_shutDown, m_check, m_start}) {
        button->setMinimumHeight(spacing(fontMetrics(), 7));
        layout->addWidget(button);
    }
    m_restart->setDefaultAction(m_commands.action(ServiceAction::Restart));
    // What cancels takes its place, and moves nothing.
    int width = m_restart->sizeHint().width();
    for (const QString &text : {tr("Stop wa&iting"), tr("&Restart 999…")}) {
        QAction other(m_commands.cancel()->icon(), text);
        ActionButton sample;
        sample.setDefaultAction(&other);
        width = std::max(width, sample.sizeHint().width());
    }
    m_restart->setFixedWidth(width);
    layout->addStretch();
    return row;
}

void DetailPane::setService(ServiceId id)
{
    m_service = id;
    m_receipt->setPast({});
    showGraphs();
    m_overview->setService(id);
    m_deaths->setService(id);
    m_alerts->setService(id);
    refresh();
    if (m_receipt->isVisible())
        askPastReceipts();
}

void DetailPane::askPastReceipts()
{
    const ServiceRow *const row = m_session.fleet().find(m_service);
    if (!row || !m_session.history())
        return;
    const QPointer<DetailPane> self(this);
    m_session.history()->store().askReceiptsOf(row->entry.url,
                                               [self, id = m_service](const Result<QList<Receipt>> &found) {
                                                   if (self && self->m_service == id && found)
                                                       self->m_receipt->setPast(*found);
                                               });
}

void DetailPane::setServices(const QList<ServiceId> &services)
{
    m_selected = services;
    m_nothing->setText(
        services.isEmpty()
            ? tr("Select a service to see more of it.")
            : tr("%n service(s) are selected. A right click shows what can be done to them. Select one alone to see "
                 "more of it.",
                 nullptr, int(services.size())));
    showGraphs();
    showLogs();
    showHeader();
}

/// Who is acted on, and whose graphs or lines are beside its own.
void DetailPane::showHeader()
{
    const ServiceRow *const row = m_session.fleet().find(m_service);
    if (!row)
        return;
    const QWidget *const page = m_tabs->currentWidget();
    QList<ServiceId> shown;
    if (page == m_graphs)
        shown = m_graphs->shown();
    else if (page == m_logs && chosen().size() <= LogsPage::MostServices)
        shown = chosen();
    QStringList others;
    for (const ServiceId id : shown) {
        if (const ServiceRow *const other = id == m_service ? nullptr : m_session.fleet().find(id))
            others << other->entry.name;
    }
    const auto age = row->lastSeen ? Clock::machine().sinceBoot() - *row->lastSeen : Clock::TimePoint::duration(0);
    m_header->show(*row, age, others);
}

void DetailPane::showDependency(const QString &name)
{
    m_graphs->select(name);
    m_tabs->setCurrentWidget(m_graphs);
}

/// The selection is told before or after which of it is current; one service alone is what is current.
void DetailPane::showGraphs() { m_graphs->setServices(chosen()); }

/// The current service, then the others that are selected with it.
QList<ServiceId> DetailPane::chosen() const
{
    QList<ServiceId> all{m_service};
    if (m_selected.contains(m_service))
        std::ranges::copy_if(m_selected, std::back_inserter(all), [this](ServiceId id) { return id != m_service; });
    return all;
}

void DetailPane::showLogs()
{
    QList<const ServiceRow *> rows;
    for (const ServiceId id : chosen()) {
        if (const ServiceRow *const row = m_session.fleet().find(id))
            rows << row;
    }
    m_logs->show(rows);
}

void DetailPane::refreshButtons()
{
    QAction *const action = m_commands.isRunning() ? m_commands.cancel() : m_commands.action(ServiceAction::Restart);
    refreshReason();
    if (m_restart->defaultAction() == action)
        return;
    if (m_restart->defaultAction())
        m_restart->removeAction(m_restart->defaultAction());
    m_restart->setDefaultAction(action);
}

/// Why it is in its state; while something runs for it, what stopping to wait would leave.
void DetailPane::refreshReason()
{
    const ServiceRow *const row = m_session.fleet().find(m_service);
    const QString left = m_session.actions().afterCancel(m_service);
    const QString reason = visibleText(!row                 ? QString()
                                           : left.isEmpty() ? stateReason(*row)
                                                            : tr("If you stop waiting: %1.").arg(left),
                                       1000);
    const QString fitting = elidedBeforeSentence(fontMetrics(), reason, std::max(roomForReason(reason), 1));
    m_reason->setText(fitting);
    m_reason->setVisible(m_shape != Shape::Flat || !reason.isEmpty());
    setPlainToolTip(m_reason, fitting == reason ? QString() : reason);
    m_reason->setAccessibleName(reason);
    m_reason->setTextInteractionFlags(reason.isEmpty() ? Qt::NoTextInteraction : Qt::TextSelectableByMouse);
}

/// In pixels. Beside the facts it takes what it needs, and leaves some to them, above all to how old all is.
int DetailPane::roomForReason(const QString &reason) const
{
    const int whole = m_reasonRow->width();
    if (m_shape == Shape::Flat) {
        const ServiceRow *const row = m_session.fleet().find(m_service);
        const bool isOld = row && row->report && !row->isCurrent();
        const int wanted = std::min(fontMetrics().horizontalAdvance(reason) + 2, isOld ? whole / 2 : whole * 2 / 3);
        m_reason->setFixedWidth(wanted);
        return wanted;
    }
    m_reason->setMinimumWidth(0);
    m_reason->setMaximumWidth(QWIDGETSIZE_MAX);
    const int early = 12 * (m_reasonLines - 1) * fontMetrics().averageCharWidth(); // where a line breaks
    return m_reasonLines * whole - early;
}

/// No proxy: Tab would go to them past the buttons above.
void DetailPane::focusInEvent(QFocusEvent *event) { m_tabs->setFocus(event->reason()); }

void DetailPane::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    fitButtons();
    refreshReason();
}

void DetailPane::refresh()
{
    const ServiceRow *const row = m_session.fleet().find(m_service);
    m_stack->setCurrentIndex(row ? 1 : 0);
    if (!row)
        return;
    const Clock &time = Clock::machine();
    const auto age = row->lastSeen ? time.sinceBoot() - *row->lastSeen : Clock::TimePoint::duration(0);
    m_shownState = stateText(*row);
    showHeader();
    refreshReason();
    m_dependencies->show(
        row->report ? row->report->dependencies : QList<DependencyReport>(),
        row->isCurrent() ? std::nullopt : std::optional<Seconds>(age),
        row->report ? tr("It tells of no dependencies.")
                    : tr("Its dependencies are not known: no answer of it was understood since it is watched here."));
    if (m_tabs->currentWidget() == m_graphs)
        m_graphs->refresh();
    m_overview->refresh();
    showLogs();
    m_code->show(*row);
    m_raw->show(row->body, row->isCurrent());
    m_receipt->show(m_session.actions().receipt(m_service), m_session.actions().runningStep(m_service),
                    m_session.actions().isRunning(m_service));
}

} // namespace Hephaestus
