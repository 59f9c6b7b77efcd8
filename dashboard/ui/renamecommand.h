// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/servicenames.h"

class QAction;

namespace Hephaestus {

/// F2: asks for another name for the current service, which was added by its address.
class RenameCommand : public QObject
{
    Q_OBJECT

public:
    /// `session` and `window` outlive this.
    RenameCommand(FleetSession &session, QWidget *window);

    QAction *action() const { return m_action; }
    void setService(ServiceId id);

private:
    void ask();

    FleetSession &m_session;
    QWidget *m_window;
    ServiceNames m_names;
    QAction *m_action;
    ServiceId m_service = NoService;
};

} // namespace Hephaestus
