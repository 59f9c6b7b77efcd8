// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/graphpins.h"
#include "dashboard/ui/servicecommands.h"

#include <QWidget>

class QAction;
class QBoxLayout;
class QLabel;
class QStackedWidget;
class QTabWidget;
class QToolButton;
class QVBoxLayout;

namespace Hephaestus {

class AlertsPage;
class CodePage;
class DeathsPage;
class DependenciesPage;
class DetailHeader;
class GraphPage;
class LogsPage;
class OverviewPage;
class RawPage;
class ReceiptPage;

/// Everything about the selected service: who and how it is, the two main acts always in the same place, and pages
/// below.
class DetailPane : public QWidget
{
    Q_OBJECT

public:
    DetailPane(FleetSession &session, ServiceCommands &commands, QWidget *parent = nullptr);

    void setService(ServiceId id);
    /// The services that are selected beside it: their graphs are shown beside its own.
    void setServices(const QList<ServiceId> &services);
    void showDependency(const QString &name); ///< its graph

    /// Ctrl+1 to Ctrl+9: shows the page, and gives it the focus.
    const QList<QAction *> &pageActions() const { return m_pageActions; }
    int page() const;
    void setPage(int page); ///< nothing happens if there is no such page
    /// What stands above the pages takes less height where there is little: they keep it.
    enum class Shape {
        Whole, ///< header, buttons, two lines for the reason
        Low,   ///< less around them, and one line for the reason
        Flat   ///< two lines: name, state and buttons; the reason and the facts. As wide as the window
    };
    void setShape(Shape shape);

Q_SIGNALS:
    void pageChanged();
    void pinsWanted(const QList<Hephaestus::GraphPin> &pins); ///< graphs that are to be kept in view

protected:
    void resizeEvent(QResizeEvent *event) override;
    void focusInEvent(QFocusEvent *event) override; ///< the tabs get it

private:
    QList<ServiceId> chosen() const;
    void showHeader();
    void showGraphs();
    void showLogs();
    void askPastReceipts();
    void refresh();
    void refreshButtons();
    void refreshReason();
    int roomForReason(const QString &reason) const;
    void fitButtons();
    QWidget *makePage();
    QWidget *makeButtons();
    void makePageActions();
    void showAlertsPage();
    void focusPage();
    void connectPages();

    FleetSession &m_session;
    ServiceCommands &m_commands;
    ServiceId m_service = NoService;
    QList<ServiceId> m_selected; ///< for the graphs
    QString m_shownState;        ///< of the current one, as its row says it

    QStackedWidget *m_stack;
    QLabel *m_nothing; ///< instead of all below, while no one service is the current one
    DetailHeader *m_header;
    QToolButton *m_restart;
    QToolButton *m_shutDown;
    QToolButton *m_check;
    QToolButton *m_start;
    QLabel *m_reason;
    QWidget *m_reasonRow; ///< as high as the lines it may have, used or not, so that nothing around them moves
    QBoxLayout *m_acts;   ///< header and buttons
    QVBoxLayout *m_top;   ///< these, and the reason
    Shape m_shape = Shape::Whole;
    int m_reasonLines = 2;
    QTabWidget *m_tabs;
    QList<QAction *> m_pageActions;
    DependenciesPage *m_dependencies;
    GraphPage *m_graphs;
    OverviewPage *m_overview;
    LogsPage *m_logs;
    CodePage *m_code;
    DeathsPage *m_deaths;
    RawPage *m_raw;
    ReceiptPage *m_receipt;
    AlertsPage *m_alerts;
};

} // namespace Hephaestus
