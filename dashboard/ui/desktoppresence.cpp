// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/desktoppresence.h"

#include "dashboard/model/desktopnotifications.h"
#include "dashboard/model/displaytext.h"
#include "dashboard/model/sharedtext.h"
#include "dashboard/ui/icons.h"
#include "dashboard/ui/mainwindow.h"
#include "dashboard/ui/theme.h"

#include <QApplication>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

std::optional<AlertTold> AlertsTold::*toldOf(const Alert &alert)
{
    return alert.kind == Alert::Kind::Stale ? &AlertsTold::code : &AlertsTold::state;
}

} // namespace

DesktopPresence::DesktopPresence(MainWindow &window, FleetModel &fleet, QAction *restartStale)
    : m_window(window)
    , m_fleet(fleet)
    , m_alerts(fleet, window.causes())
    , m_rules(fleet)
{
    makeMenu(restartStale);
    m_tray.setContextMenu(&m_menu);
    connect(&m_tray, &QSystemTrayIcon::activated, this, [this](QSystemTrayIcon::ActivationReason reason) {
        if (reason == QSystemTrayIcon::Trigger)
            toggleWindow();
    });
    connect(&m_tray, &QSystemTrayIcon::messageClicked, this, &DesktopPresence::showWindow);
    connect(&m_alerts, &Alerts::raised, this, [this](const Alert &alert) { tell(alert, toldOf(alert)); });
    connect(&m_alerts, &Alerts::heldBack, this, [this](const Alert &alert) { holdBack(alert, toldOf(alert)); });
    connect(&m_rules, &RuleAlerts::raised, this, [this](const Alert &alert) {
        m_alerts.isMuted() ? holdBack(alert, &AlertsTold::rules) : tell(alert, &AlertsTold::rules);
    });
    connect(&m_sender, &NotificationSender::failed, this,
            [this](const QString &sentence) { Q_EMIT alertFailed(translated(sentence)); });
    connect(&m_rules, &RuleAlerts::acknowledgedEnded, &window.mutes(), &AlertMutes::endRule);
    connect(&m_ruleTimer, &QTimer::timeout, &m_rules, &RuleAlerts::check);
    m_ruleTimer.start(1s);
    connect(&fleet, &FleetModel::totalsChanged, this, &DesktopPresence::update);
    connect(&window, &MainWindow::preferencesChanged, this, &DesktopPresence::apply);
    m_alerts.start();
    update(); // nothing can be shown without an icon
    apply(window.preferences());
}

DesktopPresence::~DesktopPresence() = default;

void DesktopPresence::makeMenu(QAction *restartStale)
{
    m_menu.addAction(tr("&Show the window"), this, &DesktopPresence::showWindow);
    QAction *const restart = m_menu.addAction(restartStale->text(), this, [this, restartStale] {
        showWindow(); // it asks there
        restartStale->trigger();
    });
    m_mute = m_menu.addAction(tr("&Mute notifications for an hour"));
    m_mute->setCheckable(true);
    connect(m_mute, &QAction::triggered, this, [this](bool checked) { mute(checked ? 60min : 0min); });
    m_menu.addSeparator();
    m_menu.addAction(tr("&Quit"), &m_window, &MainWindow::quit);
    connect(&m_menu, &QMenu::aboutToShow, this, [this, restart, restartStale] {
        restart->setEnabled(restartStale->isEnabled());
        m_mute->setChecked(m_alerts.isMuted());
    });
}

void DesktopPresence::apply(const Preferences &preferences)
{
    m_notify = preferences.notifications;
    m_alerts.setDelay(preferences.notifyAfter);
    QList<AlertRule> rules;
    for (const QString &line : preferences.alertRules) {
        if (const Result<AlertRule> rule = AlertRule::parse(line))
            rules << *rule; // the settings refuse others
    }
    m_rules.setRules(rules);
    m_targets.clear();
    for (const QString &line : preferences.alertTargets) {
        if (const Result<NotificationTarget> target = parseAlertTarget(line))
            m_targets << *target;
    }
    m_tray.setVisible(preferences.tray); // a tray may come later than we
    m_window.setHidesOnClose(preferences.tray && preferences.closeToTray);
}

void DesktopPresence::showWindow()
{
    m_window.showNormal();
    m_window.raise();
    m_window.activateWindow();
}

void DesktopPresence::toggleWindow()
{
    m_window.isVisible() && m_window.isActiveWindow() ? m_window.hide() : showWindow();
}

void DesktopPresence::mute(std::chrono::minutes time) { m_alerts.muteUntil(std::chrono::system_clock::now() + time); }

ServiceState DesktopPresence::worst(const FleetModel::Totals &totals)
{
    if (totals.services == 0)
        return ServiceState::Unknown;
    ServiceState worst = ServiceState::Stopped;
    for (auto it = totals.states.cbegin(); it != totals.states.cend(); ++it) {
        if (it.value() > 0)
            worst = std::max(worst, it.key());
    }
    return worst;
}

QString DesktopPresence::summary(const FleetModel::Totals &totals)
{
    QStringList words;
    for (const ServiceState state : AllServiceStates) {
        if (const int count = totals.states.value(state))
            words << u"%1 %2"_s.arg(count).arg(stateWord(state));
    }
    if (totals.stale > 0)
        words << tr("%n stale", nullptr, totals.stale);
    return words.isEmpty() ? tr("Hephaestus") : tr("Hephaestus: %1").arg(words.join(u", "_s));
}

void DesktopPresence::update()
{
    const FleetModel::Totals &totals = m_fleet.totals();
    const ServiceState state = worst(totals);
    const QColor colour = Theme::of(m_window.palette()).accent(state);
    if (const std::optional shown(std::pair(state, colour)); std::exchange(m_shown, shown) != shown) {
        QIcon icon;
        for (const int size : {16, 22, 32, 48})
            icon.addPixmap(Icons::pixmap(Icons::nameOf(state), size, colour, 1));
        m_tray.setIcon(icon);
    }
    m_tray.setToolTip(summary(totals));
}

/// Puts on the rows what became of it. Who was notified of this trouble stays so: an outage that has grown is told
/// anew.
void DesktopPresence::note(const Alert &alert, Told told, const AlertTold &what)
{
    if (alert.kind == Alert::Kind::Recovery)
        return;
    m_fleet.setTold(alert.services, [&](AlertsTold &all) {
        const std::optional<AlertTold> &before = all.*told;
        if (what.desktop == AlertTold::Desktop::Notified || !before || before->desktop != AlertTold::Desktop::Notified)
            all.*told = what;
    });
}

void DesktopPresence::holdBack(const Alert &alert, Told told)
{
    note(alert, told, {Clock::machine().wall(), AlertTold::Desktop::Muted, 0});
}

void DesktopPresence::tell(const Alert &alert, Told told)
{
    for (const NotificationTarget &target : std::as_const(m_targets)) // to others, who do not look at this window
        m_sender.send(target, notificationOf(alert, m_fleet));
    // Who looks sees it, also past a dialog of ours.
    const bool isInFront = m_window.isVisible() && QApplication::activeWindow();
    const AlertTold::Desktop desktop = !m_notify ? AlertTold::Desktop::Off
        : isInFront                              ? AlertTold::Desktop::InFront
                                                 : AlertTold::Desktop::Notified;
    note(alert, told, {Clock::machine().wall(), desktop, int(m_targets.size())});
    if (desktop == AlertTold::Desktop::Notified)
        notify(alert);
}

void DesktopPresence::notify(const Alert &alert)
{
    if (!m_notifications) {
        m_notifications = std::make_unique<DesktopNotifications>();
        connect(m_notifications.get(), &DesktopNotifications::unavailable, this, &DesktopPresence::showInTray);
        connect(m_notifications.get(), &DesktopNotifications::muteWanted, this,
                [this](const QList<ServiceId> &services) {
                    m_window.mutes().mute(services, Clock::machine().wall() + 60min);
                });
        connect(m_notifications.get(), &DesktopNotifications::openWanted, this, [this](ServiceId id) {
            showWindow();
            m_window.showService(id);
        });
        connect(m_notifications.get(), &DesktopNotifications::restartWanted, this, [this](ServiceId id) {
            showWindow();
            m_window.showService(id);
            m_window.restartShown();
        });
    }
    m_notifications->show(alert);
}

/// Where the desktop takes no notification.
void DesktopPresence::showInTray(const Alert &alert)
{
    if (m_tray.isVisible() && QSystemTrayIcon::isSystemTrayAvailable())
        return m_tray.showMessage(alert.title, alert.text);
    m_fleet.setTold(alert.services, [](AlertsTold &all) {
        for (std::optional<AlertTold> *const told : {&all.state, &all.code, &all.rules}) {
            if (*told && (*told)->desktop == AlertTold::Desktop::Notified)
                (*told)->desktop = AlertTold::Desktop::Unavailable;
        }
    });
}

} // namespace Hephaestus
