// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetmodel.h"

class QAction;

namespace Hephaestus {

/// Opens where the current service lives on this machine: its folder in the file manager, or a terminal there.
class PlaceCommands : public QObject
{
    Q_OBJECT

public:
    /// `fleet` and `window` outlive this.
    PlaceCommands(FleetModel &fleet, QWidget *window);

    QList<QAction *> actions() const { return {m_folder, m_terminal}; }
    void setService(ServiceId id);

    /// Whether paths of its are paths of this machine: by its address.
    static bool isHere(const FleetEntry &entry);
    /// The folder: as the service says, else as its fleet entry does. Empty: neither says so, or there is none such on
    /// this machine.
    static QString folderOf(const ServiceRow &row);
    /// What a terminal runs for a service of another machine: ssh, which begins a shell in its folder there. Empty: it
    /// is on this machine, or nothing is known to lead to the other one.
    static QStringList sshFor(const ServiceRow &row);
    /// The program for a terminal: $TERMINAL, else the first that is installed. Empty: none is.
    static QString terminal();

Q_SIGNALS:
    void failed(const QString &why);

private:
    void update();
    void openFolder();
    void openTerminal();

    FleetModel &m_fleet;
    QAction *m_folder;
    QAction *m_terminal;
    ServiceId m_service = NoService;
};

} // namespace Hephaestus
