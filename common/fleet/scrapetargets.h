// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleet.h"
#include "common/protocol/filesd.h"

namespace Hephaestus {

/// Where Prometheus scrapes the services of a fleet.
struct ScrapeTargets
{
    QList<TargetGroup> groups; ///< one a service, with the labels `service` and `fleet_group`
    QStringList leftOut;       ///< the services that it cannot scrape, a line each that says why
};

/// Several services behind one address get a label `instance` each: Prometheus would take them for one.
ScrapeTargets scrapeTargets(const Fleet &fleet);

/// What Prometheus calls the service in its label `instance`, if it has its targets from scrapeTargets(). Of one that
/// it cannot scrape it is the URL.
QString instanceLabelOf(const FleetEntry &entry);

} // namespace Hephaestus
