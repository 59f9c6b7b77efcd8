// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/processkill.h"

class QAction;

namespace Hephaestus {

/// Kill now: for the current service, when it hangs in its shutdown. Asks first, and names the process.
class KillCommand : public QObject
{
    Q_OBJECT

public:
    /// `session` and `window` outlive this.
    KillCommand(FleetSession &session, QWidget *window);

    QAction *action() const { return m_action; }
    void setService(ServiceId id);
    /// Why another one cannot be killed now; empty if it can, once it is the current one.
    QString whyNot(ServiceId id) const { return m_kill.whyNot(id); }

Q_SIGNALS:
    void failed(const QString &why);

private:
    void update();
    void ask();

    FleetSession &m_session;
    QWidget *m_window;
    ProcessKill m_kill;
    QAction *m_action;
    ServiceId m_service = NoService;
};

} // namespace Hephaestus
