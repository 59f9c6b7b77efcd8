// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/probes/dependencyconfig.h"
#include "server/probes/probe.h"

class QNetworkAccessManager;

namespace Hephaestus {

class SqlPool;

/// The questions a dependency of this configuration is asked. `pool`, which those of kind sql need, and `network`, which those
/// over HTTP need, outlive what is made.
ProbeFactory probeFactory(const DependencyConfig &config, SqlPool *pool, QNetworkAccessManager *network);

} // namespace Hephaestus
