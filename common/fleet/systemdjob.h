// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/callstoowner.h"
#include "common/fleet/systemdmodule.h"

#include <QDBusConnection>
#include <QDBusError>
#include <QDBusObjectPath>
#include <QMap>
#include <QObject>

#include <memory>

class QDBusPendingCallWatcher;

namespace Hephaestus {

/// A SystemdOrder by systemd's D-Bus interface (org.freedesktop.systemd1(5)): the call queues a job, whose JobRemoved
/// tells how it ended. Each has a connection of its own to the bus, made in another thread, as that waits for the bus.
class SystemdJob : public QObject
{
    Q_OBJECT

public:
    explicit SystemdJob(SystemdOrder order);
    ~SystemdJob() override;

    /// Once; exactly one finished() comes from the event loop.
    void start();

Q_SIGNALS:
    void finished(const QString &failure); ///< empty: it is done

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

    const SystemdOrder m_order;
    std::shared_ptr<Bus> m_bus;
    std::shared_ptr<CallsToOwner> m_calls; ///< of the thread that connects
    QString m_job;                         ///< ours; empty until it is queued
    QMap<QString, QString> m_removed;      ///< jobs, with their results: the signal may come before the call's answer
    bool m_ended = false;
};

} // namespace Hephaestus
