// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/alerts.h"

#include <QDBusConnection>
#include <QHash>
#include <QObject>

namespace Hephaestus {

/// Shows alerts as the desktop does, over org.freedesktop.Notifications (Desktop Notifications Specification 1.2).
/// Nothing here waits. A later alert about the same services or cause replaces the earlier one on the screen.
class DesktopNotifications : public QObject
{
    Q_OBJECT

public:
    explicit DesktopNotifications(const QDBusConnection &bus = QDBusConnection::sessionBus(),
                                  QObject *parent = nullptr);

    void show(const Alert &alert);

Q_SIGNALS:
    /// Nobody shows notifications here: someone else has to.
    void unavailable(const Hephaestus::Alert &alert);
    /// A button of one was pressed, or it was clicked itself.
    void openWanted(Hephaestus::ServiceId service);
    void restartWanted(Hephaestus::ServiceId service);
    void muteWanted(const QList<Hephaestus::ServiceId> &services); ///< those that it is about, for an hour

private Q_SLOTS:
    void take(uint number, const QString &action);
    void forget(uint number, uint reason);

private:
    void send(const Alert &alert);

    QDBusConnection m_bus;
    bool m_asked = false;
    bool m_markup = false; ///< bodies are read as markup there, and must be escaped
    QHash<uint, Alert> m_shown;
};

} // namespace Hephaestus
