// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/desktopnotifications.h"

#include "dashboard/model/desktopapplication.h"

#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

const QString Name = u"org.freedesktop.Notifications"_s;
const QString Path = u"/org/freedesktop/Notifications"_s;

QDBusMessage method(const QString &name) { return QDBusMessage::createMethodCall(Name, Path, Name, name); }

} // namespace

DesktopNotifications::DesktopNotifications(const QDBusConnection &bus, QObject *parent) : QObject(parent), m_bus(bus)
{
    m_bus.connect(Name, Path, Name, u"ActionInvoked"_s, this, SLOT(take(uint, QString)));
    m_bus.connect(Name, Path, Name, u"NotificationClosed"_s, this, SLOT(forget(uint, uint)));
}

void DesktopNotifications::show(const Alert &alert)
{
    if (!m_bus.isConnected()) { // a call would never end
        Q_EMIT unavailable(alert);
        return;
    }
    if (m_asked)
        return send(alert);
    // What it can do is asked once, before the first.
    auto *const watcher = new QDBusPendingCallWatcher(m_bus.asyncCall(method(u"GetCapabilities"_s)), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, watcher, alert] {
        watcher->deleteLater();
        const QDBusPendingReply<QStringList> reply = *watcher;
        if (reply.isError()) {
            Q_EMIT unavailable(alert);
            return;
        }
        m_asked = true;
        m_markup = reply.value().contains("body-markup"_L1);
        send(alert);
    });
}

void DesktopNotifications::send(const Alert &alert)
{
    uint replaces = 0;
    for (auto it = m_shown.cbegin(); it != m_shown.cend(); ++it) {
        if (it->services == alert.services || (!alert.cause.isEmpty() && it->cause == alert.cause))
            replaces = it.key();
    }
    QStringList actions{u"default"_s, tr("Show")};
    if (alert.services.size() == 1 && alert.kind != Alert::Kind::Recovery)
        actions << u"restart"_s << tr("Restart…");
    if (alert.kind != Alert::Kind::Recovery)
        actions << u"mute"_s << tr("Mute for an hour");
    const uchar urgency = alert.kind == Alert::Kind::Trouble ? 2 : alert.kind == Alert::Kind::Stale ? 1 : 0;
    QDBusMessage call = method(u"Notify"_s);
    call << tr("Hephaestus") << replaces << u"hephaestus"_s << alert.title
         << (m_markup ? alert.text.toHtmlEscaped() : alert.text) << actions
         << QVariantMap{{u"urgency"_s, QVariant::fromValue(urgency)},
                        {u"desktop-entry"_s, DesktopApplication::busName()}}
         << -1;
    auto *const watcher = new QDBusPendingCallWatcher(m_bus.asyncCall(call), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, watcher, alert, replaces] {
        watcher->deleteLater();
        const QDBusPendingReply<uint> reply = *watcher;
        if (reply.isError()) {
            m_asked = false; // whoever comes next may be another one
            Q_EMIT unavailable(alert);
            return;
        }
        m_shown.remove(replaces);
        m_shown.insert(reply.value(), alert);
    });
}

void DesktopNotifications::take(uint number, const QString &action)
{
    const auto shown = m_shown.constFind(number);
    if (shown == m_shown.cend())
        return; // another program's
    const ServiceId service = shown->services.first();
    if (action == "restart"_L1)
        Q_EMIT restartWanted(service);
    else if (action == "mute"_L1)
        Q_EMIT muteWanted(shown->services);
    else
        Q_EMIT openWanted(service);
}

void DesktopNotifications::forget(uint number, uint) { m_shown.remove(number); }

} // namespace Hephaestus
