// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/health.h"

#include <array>

namespace Hephaestus {

/// What a service is in, as far as whoever looks knows. Ordered from quiet to urgent: sorting by state puts what needs
/// a person at one end.
enum class ServiceState {
    Stopped, ///< on purpose: it was seen shutting down, or a command or window of this user ended it
    Healthy,
    Reachable,       ///< a page answers at its address, and no more is known of it
    Foreign,         ///< it answers, and is another worktree's or user's (foreignservice.h)
    Unknown,         ///< not asked yet
    Starting,        ///< it answers, and is not ready yet
    Restarting,      ///< a restart or start is under way: asked for here, or by another process of this user
    ShuttingDown,    ///< it says so, or it is gone while such a process still ends it
    NotUnderstood,   ///< something answers, but not this protocol
    Unauthorized,    ///< it answers 401 or 403
    DependencyError, ///< it answers, and a dependency it uses fails, or the program it speaks for does not serve
    Unreachable,     ///< nobody answers, and nobody wanted that: refused, timed out, no such host, no TLS
};

/// What needs a person first.
inline constexpr std::array AllServiceStates{
    ServiceState::Unreachable,  ServiceState::DependencyError, ServiceState::Unauthorized, ServiceState::NotUnderstood,
    ServiceState::ShuttingDown, ServiceState::Restarting,      ServiceState::Starting,     ServiceState::Stopped,
    ServiceState::Foreign,      ServiceState::Unknown,         ServiceState::Reachable,    ServiceState::Healthy,
};

/// As well as it can be known to be: whatever troubled it is over.
constexpr bool isWell(ServiceState state) { return state == ServiceState::Healthy || state == ServiceState::Reachable; }

/// The word in `hephaestus status --json` and in a filter (`state:shutting_down`), never translated.
QString wireName(ServiceState state);

/// How one service stood when it was asked: what `hephaestus status --json` lists.
struct ServiceSnapshot
{
    QString name;
    QString url;
    ServiceState state = ServiceState::Unknown;
    QString message; ///< why there is no report
    Seconds latency{0};
    std::optional<HealthReport> report; ///< nothing: no answer that is understood
    QString host{};                     ///< the machine it is on, as the fleet file calls it; empty: by its URL
    bool isHostLost = false;            ///< it was not asked, because there is no connection to that host
    bool isGone = false;                ///< its machine says that nothing answers there
    bool isReplaced = false;            ///< another service or program is seen at its address

    bool operator==(const ServiceSnapshot &) const = default;
};

} // namespace Hephaestus
