// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/core/shutdownsequence.h"

#include <QObject>
#include <QTimer>

namespace Hephaestus {

/// Notifies systemd of the service's state, for `Type=notify` (sd_notify(3)): READY, STATUS and STOPPING. Asks for more
/// time while a shutdown makes progress. Pings the watchdog from the main loop, so that a hung one is noticed.
///
/// Without NOTIFY_SOCKET it does nothing.
class SystemdNotifier : public QObject
{
    Q_OBJECT

public:
    explicit SystemdNotifier(const ShutdownSequence &sequence, QObject *parent = nullptr);

public Q_SLOTS:
    void ready(const QString &status);
    /// What it does meanwhile, for a person.
    void status(const QString &status);
    /// Before and after the configuration is read again.
    void reloading();

private:
    void stopping(const QString &status, std::chrono::milliseconds more);

    QTimer m_watchdog;
};

} // namespace Hephaestus
