// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/probes/dependencyconfig.h"
#include "server/probes/probe.h"

namespace Hephaestus {

class SqlPool;

/// The questions a dependency of this configuration is asked. `pool`, which those of kind sql need,
/// outlives what is made.
ProbeFactory probeFactory(const DependencyConfig &config, SqlPool *pool);

/// How patient its checks are: only a paid API is spared.
Patience patienceOf(const DependencySettings &settings);

} // namespace Hephaestus
