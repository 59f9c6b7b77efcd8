// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/health.h"

#include <QStringList>

namespace Hephaestus {

/// What a row of the fleet is in, as far as the dashboard knows. Ordered from quiet to urgent: sorting by
/// state puts what needs a person at one end.
enum class ServiceState {
    Healthy,
    Unknown,         ///< not asked yet
    Restarting,      ///< a restart asked for here is under way
    ShuttingDown,    ///< it says so
    Stopped,         ///< it was seen shutting down, or was shut down here, and is gone
    NotUnderstood,   ///< something answers, but not this protocol
    Unauthorized,    ///< it answers 401 or 403
    Unreachable,     ///< nobody answers: refused, timed out, no such host, no TLS
    DependencyError, ///< it runs, and a dependency it uses fails
};

inline constexpr ServiceState AllServiceStates[] = {
    ServiceState::Healthy,      ServiceState::Unknown,     ServiceState::Restarting,
    ServiceState::ShuttingDown, ServiceState::Stopped,     ServiceState::NotUnderstood,
    ServiceState::Unauthorized, ServiceState::Unreachable, ServiceState::DependencyError,
};

/// The word on the screen, translated: `healthy`, `error`, `shutting down`, …
QString stateWord(ServiceState state);

/// The word in a filter (`state:shutting_down`), never translated.
QString stateKey(ServiceState state);

/// What a service that answered is in.
ServiceState stateOf(const HealthReport &report);

/// The dependencies that fail, in the order of the report.
QStringList failingDependencies(const HealthReport &report);

} // namespace Hephaestus
