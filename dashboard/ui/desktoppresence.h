// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/notificationsender.h"
#include "dashboard/model/alertrule.h"
#include "dashboard/model/alerttargets.h"
#include "dashboard/model/preferences.h"

#include <QColor>
#include <QMenu>
#include <QSystemTrayIcon>

#include <memory>
#include <optional>

namespace Hephaestus {

class DesktopNotifications;
class MainWindow;

/// The dashboard where nobody looks at its window: an icon in the tray with the worst state and a menu, notifications,
/// and alerts that are sent elsewhere.
class DesktopPresence : public QObject
{
    Q_OBJECT

public:
    /// Both outlive this. `restartStale` is put into the menu.
    DesktopPresence(MainWindow &window, FleetModel &fleet, QAction *restartStale);
    ~DesktopPresence() override;

    void apply(const Preferences &preferences);

    /// The state that the icon shows, and the words of its tool tip.
    static ServiceState worst(const FleetModel::Totals &totals);
    static QString summary(const FleetModel::Totals &totals);

Q_SIGNALS:
    void alertFailed(const QString &sentence); ///< one could not be sent elsewhere

private:
    void makeMenu(QAction *restartStale);
    void showWindow();
    void toggleWindow();
    void mute(std::chrono::minutes time);
    void update();
    using Told = std::optional<AlertTold> AlertsTold::*;

    void tell(const Alert &alert, Told told);
    void holdBack(const Alert &alert, Told told);
    void note(const Alert &alert, Told told, const AlertTold &what);
    void notify(const Alert &alert);
    void showInTray(const Alert &alert);

    MainWindow &m_window;
    FleetModel &m_fleet;
    Alerts m_alerts;
    RuleAlerts m_rules;
    QList<NotificationTarget> m_targets;
    NotificationSender m_sender;
    QTimer m_ruleTimer;
    bool m_notify = false;
    std::unique_ptr<DesktopNotifications> m_notifications; ///< made with the first alert
    QMenu m_menu;
    QAction *m_mute;
    QSystemTrayIcon m_tray;
    std::optional<std::pair<ServiceState, QColor>> m_shown; ///< its icon
};

} // namespace Hephaestus
