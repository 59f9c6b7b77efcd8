// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetmodel.h"

#include <QAction>

namespace Hephaestus {

/// What of a service can be taken along on the clipboard.
class CopyCommands : public QObject
{
    Q_OBJECT

public:
    /// `fleet` and `window` outlive this.
    CopyCommands(FleetModel &fleet, QWidget *window);

    void setService(ServiceId id);
    QAction *curl() const { return m_curl; }
    QAction *json() const { return m_json; }

private:
    FleetModel &m_fleet;
    ServiceId m_service = NoService;
    QAction *m_curl;
    QAction *m_json;
};

} // namespace Hephaestus
