// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/http/service.h"
#include "server/probes/checks.h"

namespace Hephaestus {

/// The last lines of what there is to read; thread-safe.
using LogTail = std::function<QByteArray(qsizetype lines)>;

/// `/metrics`, `/health/openapi.json`, `/health/logs` and `/health/check`, beside those every Service has. `checks`
/// outlives the service's event loop.
void addStandardEndpoints(Service &service, Checks &checks, LogTail tail);

/// Where a service keeps what it keeps: what systemd gave it (`StateDirectory=`), or the user's.
QString stateDirectory();

} // namespace Hephaestus
