// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetmodel.h"

namespace Hephaestus {

/// A service, or something that several services depend on.
struct MapNode
{
    QString key; ///< the same as long as it is the same
    QString name;
    ServiceId service = NoService; ///< NoService: a dependency
    /// Of a dependency: Healthy, DependencyError or Unknown. One that is known by its name only may be more than one:
    /// while it fails for some and works for others, its state is not known.
    ServiceState state = ServiceState::Unknown;
    bool isCurrent = true; ///< false: what is known of it is old
    bool isSplit = false;  ///< ServiceMap::splits names it
    QList<int> needs;      ///< the nodes that it depends on
    QList<int> users;      ///< the nodes that depend on it
    QList<int> failsFor;   ///< of them, if it works for others; else none
    int layer = 0;         ///< 0 needs nothing; each other one is above all that it needs, except in a circle
    int place = 0;         ///< from the left
    QString sentence;      ///< all that is shown of it, in words

    bool isInTrouble() const;
    bool operator==(const MapNode &) const = default;
};

/// Who depends on what: by `depends_on`, and by dependencies that several services share. Two share a database if they
/// tell the same `database_id`; of other dependencies only the name is known. Services without any of it are not in it.
struct ServiceMap
{
    QList<MapNode> nodes; ///< by layer, then by place
    int others = 0;       ///< so many services are not in it, and it is known that they need and share nothing
    int unheard = 0;      ///< of so many it is not known what they share: no answer of theirs was understood yet
    int leftOut = 0;      ///< so many were not even looked at: there are more than MostMapped
    /// Services that mean the same database and have different files open: of one group and machine, with the same name
    /// of the dependency and of the file. One sentence each.
    QStringList splits;

    bool operator==(const ServiceMap &) const = default;
};

/// Of a larger fleet the map has so many services, those in trouble first, and what these need.
inline constexpr qsizetype MostMapped = 5000;

/// The same for the same fleet, whatever the order in which it was added. Names in `depends_on` are those of the whole
/// window, as for AlertCauses.
ServiceMap mapOf(const FleetModel &fleet);

} // namespace Hephaestus
