// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/ui/servicecommands.h"

namespace Hephaestus {

/// Start all, shut down all; of the whole window, and of the group that the current service is in. They ask as the acts
/// on a selection do.
class FleetWideCommands : public QObject
{
    Q_OBJECT

public:
    /// All outlive this.
    FleetWideCommands(FleetSession &session, ServiceCommands &commands, QWidget *window);

    QList<QAction *> actions() const { return {m_startAll, m_stopAll, m_startGroup, m_stopGroup}; }
    void setService(ServiceId id);

private:
    QAction *make(ServiceAction action, bool ofGroup);
    void updateSoon();
    void update();
    void updateGroup();
    void set(QAction *action, ServiceAction which, const QList<ServiceId> &services, const QString &none);
    QList<ServiceId> all() const;
    QList<ServiceId> group() const;

    FleetSession &m_session;
    ServiceCommands &m_commands;
    QAction *m_startAll;
    QAction *m_stopAll;
    QAction *m_startGroup;
    QAction *m_stopGroup;
    ServiceId m_service = NoService;
    QTimer m_soon;
};

} // namespace Hephaestus
