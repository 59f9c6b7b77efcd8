// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/callstoowner.h"
#include "common/fleet/supervisorrequest.h"

#include <QDBusConnection>
#include <QDBusError>
#include <QDBusObjectPath>
#include <QMap>

class QDBusPendingCallWatcher;

namespace Hephaestus {

/// Starts or restarts a unit by systemd's D-Bus interface (org.freedesktop.systemd1(5)): the call queues a job, whose
/// JobRemoved tells how it ended. Each request has a connection of its own to the bus, made in another thread, as that
/// waits for the bus.
class SystemdRequest : public SupervisorRequest
{
    Q_OBJECT

public:
    /// `timeout` is for the call alone: somebody may have to type a password. The job takes what the unit's file
    /// allows.
    SystemdRequest(const RestartBySystemd &method, Verb verb, std::chrono::milliseconds timeout,
                   const QString &busAddress);
    ~SystemdRequest() override;

    void start() override;

private Q_SLOTS:
    void jobRemoved(uint id, const QDBusObjectPath &job, const QString &unit, const QString &result);
    void disconnected();

private:
    class Bus;

    void connected();
    void jobQueued(QDBusPendingCallWatcher *call);
    void judge();
    void end(const QString &failure);
    QString refusal(const QDBusError &error) const;
    QString journal() const;

    RestartBySystemd m_method;
    Verb m_verb;
    std::chrono::milliseconds m_timeout;
    std::shared_ptr<Bus> m_bus;
    std::shared_ptr<CallsToOwner> m_calls; ///< of the thread that connects
    QString m_job;                         ///< ours; empty until it is queued
    QMap<QString, QString> m_removed;      ///< jobs, with their results: the signal may come before the call's answer
    bool m_ended = false;
};

} // namespace Hephaestus
