// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/limits.h"

#include <sys/resource.h>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// Some 25 are a service's own while it starts, checks and restarts; the rest is for its clients.
constexpr rlim_t FewestDescriptors = 64;

} // namespace

Limits withinDescriptors(Limits limits)
{
    rlimit descriptors{};
    if (::getrlimit(RLIMIT_NOFILE, &descriptors) != 0 || descriptors.rlim_cur == RLIM_INFINITY)
        return limits;
    const auto quarter = int(std::min<rlim_t>(descriptors.rlim_cur / 4, 1 << 20));
    limits.connections = std::clamp(limits.connections, 1, std::max(1, quarter));
    limits.handshakes = std::clamp(limits.handshakes, 1, std::max(1, quarter));
    limits.reservedConnections = std::clamp(limits.reservedConnections, 1, std::max(1, quarter));
    return limits;
}

std::optional<Problem> whyTooFewDescriptors()
{
    rlimit descriptors{};
    if (::getrlimit(RLIMIT_NOFILE, &descriptors) != 0 || descriptors.rlim_cur >= FewestDescriptors)
        return {};
    return Problem{u"RLIMIT_NOFILE"_s,
                   u"this process may have %1 files open, and a service needs at least %2 (ulimit -n %2)"_s
                       .arg(quint64(descriptors.rlim_cur))
                       .arg(quint64(FewestDescriptors))};
}

} // namespace Hephaestus
