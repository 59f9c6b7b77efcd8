// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/health.h"

namespace Hephaestus {

/// A service as its fleet file names it: what another machine needs to show it, and to have it restarted.
struct ListedService
{
    QString name;
    QString url; ///< as on its own machine
    QString group;
    QString method; ///< by which it is restarted, to be shown; empty: nobody said
    QString host{}; ///< through which that machine reaches it; empty: it is its own
    QStringList dependsOn{};
    QStringList profiles{};
    Seconds interval{1};      ///< between two polls
    Seconds startTimeout{30}; ///< from its start until it is ready

    bool operator==(const ListedService &) const = default;
};

/// What `hephaestus fleet --json` says.
struct FleetListing
{
    QString path; ///< of the fleet file
    QList<ListedService> services;

    bool operator==(const FleetListing &) const = default;
};

} // namespace Hephaestus
