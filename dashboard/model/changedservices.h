// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetmodel.h"

namespace Hephaestus {

/// Gathers which services answered or read differently since somebody asked last, so that nobody looks at all the
/// others. At first that is all of them. One thread.
class ChangedServices : public QObject
{
    Q_OBJECT

public:
    /// `fleet` outlives this.
    explicit ChangedServices(const FleetModel &fleet, QObject *parent = nullptr);

    QSet<ServiceId> take();        ///< of those that are there still
    QSet<ServiceId> takeRemoved(); ///< they are there no more
    void noteAll();                ///< as at first

private:
    void noteRows(int first, int last);
    void noteRemoved(int first, int last);

    const FleetModel &m_fleet;
    QSet<ServiceId> m_changed;
    QSet<ServiceId> m_removed;
};

/// As they stand in the fleet.
QList<ServiceId> inFleetOrder(const QSet<ServiceId> &services);

} // namespace Hephaestus
