// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/servicenames.h"

class QAction;

namespace Hephaestus {

/// F2 asks for another name for the current service, which was added by its address; Shift+F2 for its group.
class RenameCommand : public QObject
{
    Q_OBJECT

public:
    /// `session` and `window` outlive this.
    RenameCommand(FleetSession &session, QWidget *window);

    QAction *action() const { return m_action; }
    QAction *group() const { return m_group; }
    void setService(ServiceId id);

private:
    void ask();
    void askGroup();

    FleetSession &m_session;
    QWidget *m_window;
    ServiceNames m_names;
    QAction *m_action;
    QAction *m_group;
    ServiceId m_service = NoService;
};

} // namespace Hephaestus
