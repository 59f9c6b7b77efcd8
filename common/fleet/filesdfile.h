// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleetfile.h"

namespace Hephaestus {

/// Reads a Prometheus `file_sd` file (JSON) as a fleet that is only watched. Each target is a service, named by its
/// label `service` or `instance`, or else by the target. Its `job` is the group; `__scheme__` may be https.
FleetReading readFileSd(const QString &path);

} // namespace Hephaestus
