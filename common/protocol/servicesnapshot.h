// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/health.h"

#include <array>

namespace Hephaestus {

/// What a service is in, as far as whoever looks knows. Ordered from quiet to urgent: sorting by state puts what needs
/// a person at one end.
enum class ServiceState {
    Healthy,
    Unknown,         ///< not asked yet
    Starting,        ///< it answers, and is not ready yet
    Restarting,      ///< a restart asked for here is under way
    ShuttingDown,    ///< it says so
    Stopped,         ///< it was seen shutting down, or was shut down here, and is gone
    NotUnderstood,   ///< something answers, but not this protocol
    Unauthorized,    ///< it answers 401 or 403
    Unreachable,     ///< nobody answers: refused, timed out, no such host, no TLS
    DependencyError, ///< it answers, and a dependency it uses fails, or the program it speaks for does not serve
};

inline constexpr std::array AllServiceStates{
    ServiceState::Healthy,      ServiceState::Unknown,         ServiceState::Starting,      ServiceState::Restarting,
    ServiceState::ShuttingDown, ServiceState::Stopped,         ServiceState::NotUnderstood, ServiceState::Unauthorized,
    ServiceState::Unreachable,  ServiceState::DependencyError,
};

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

    bool operator==(const ServiceSnapshot &) const = default;
};

} // namespace Hephaestus
