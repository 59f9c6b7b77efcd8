// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/limits.h"

#include <sys/resource.h>

#include <algorithm>

namespace Hephaestus {

Limits withinDescriptors(Limits limits)
{
    rlimit descriptors{};
    if (::getrlimit(RLIMIT_NOFILE, &descriptors) != 0 || descriptors.rlim_cur == RLIM_INFINITY)
        return limits;
    const auto quarter = int(std::min<rlim_t>(descriptors.rlim_cur / 4, 1 << 20));
    limits.connections = std::clamp(limits.connections, 1, std::max(1, quarter));
    limits.handshakes = std::clamp(limits.handshakes, 1, std::max(1, quarter / 2));
    limits.reservedConnections = std::clamp(limits.reservedConnections, 1, std::max(1, quarter));
    return limits;
}

} // namespace Hephaestus
