// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetsession.h"

class QAction;

namespace Hephaestus {

/// Starts the demo's own services and ends them again, whatever else is watched. An address that the user's fleet has
/// is the user's.
class DemoCommands : public QObject
{
    Q_OBJECT

public:
    /// `session` and `window` outlive this. `fleetFile`: of the demo; empty: none is installed.
    DemoCommands(FleetSession &session, const QString &fleetFile, QWidget *window);

    QAction *begin() const { return m_begin; }
    QAction *end() const { return m_end; }

Q_SIGNALS:
    void openWanted(const QString &fleetFile);
    void begun(Hephaestus::ServiceId first); ///< of its services

private:
    QList<ServiceId> services() const;
    void start();
    void ask();
    void update();

    FleetSession &m_session;
    QString m_fleetFile;
    QWidget *m_window;
    QAction *m_begin;
    QAction *m_end;
    bool m_isEnding = false;
};

} // namespace Hephaestus
