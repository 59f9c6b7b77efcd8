// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleet.h"
#include "common/protocol/act.h"
#include "common/protocol/death.h"
#include "common/protocol/fleetevent.h"

#include <QHash>

namespace Hephaestus {

/// What happened to services between two looks at them. A pure comparison: what was seen and recorded is given.
class FleetEvents
{
public:
    /// One look at a service.
    struct Look
    {
        ServiceSnapshot snapshot; ///< with the state that a planned end gives it
        ActRecord acts;
        QString endedBy{}; ///< who is ending or restarting it now
    };

    /// Since the look before at the same service; at the first one how it stands, and its latest act.
    QList<FleetEvent> compare(const Look &look, const QDateTime &now);

private:
    struct Known
    {
        ServiceState state = ServiceState::Unknown;
        CodeVerdict verdict = CodeVerdict::Unknown;
        QString instance;
        qint64 restarts = 0;
        bool isDown = false; ///< its program
        bool isGone = false; ///< nothing answers at its address
        QDateTime lastAct;

        /// Since the look before. Who only is silent, or on a machine that cannot be asked, is not known to be gone.
        bool hasVanished(const ServiceSnapshot &snapshot);
    };

    QHash<QString, Known> m_known; ///< by name
};

/// The deaths that a service's kept output tells of, as events.
QList<FleetEvent> eventsOf(const QList<Death> &deaths);

} // namespace Hephaestus
