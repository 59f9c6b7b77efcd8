// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/probes/probefactory.h"

#include "server/probes/sqlprobe.h"

namespace Hephaestus {

ProbeFactory probeFactory(const DependencyConfig &config, SqlPool *pool, QNetworkAccessManager &)
{
    if (std::holds_alternative<SqlSettings>(config.settings))
        return [pool, timeout = config.timeout] { return std::make_unique<SqlProbe>(*pool, timeout); };
    return {};
}

} // namespace Hephaestus
