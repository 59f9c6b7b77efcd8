// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLatin1StringView>

/// The paths of the protocol, each with the methods it takes.
namespace Hephaestus::Endpoint {

inline constexpr QLatin1StringView Live{"/health/live"};                  // GET
inline constexpr QLatin1StringView LiveAlias{"/health"};                  // GET
inline constexpr QLatin1StringView Status{"/health/status"};              // GET
inline constexpr QLatin1StringView Ready{"/health/ready"};                // GET
inline constexpr QLatin1StringView Shutdown{"/health/shutdown"};          // POST, blocks
inline constexpr QLatin1StringView ShutdownAlias{"/shutdown"};            // POST, blocks
inline constexpr QLatin1StringView Schedule{"/health/shutdown/schedule"}; // POST; DELETE cancels
inline constexpr QLatin1StringView Restart{"/health/restart"};            // POST
inline constexpr QLatin1StringView Check{"/health/check"};                // POST
inline constexpr QLatin1StringView Code{"/health/code"};                  // GET ?path=…, repeated
inline constexpr QLatin1StringView Logs{"/health/logs"};                  // GET
inline constexpr QLatin1StringView OpenApi{"/health/openapi.json"};       // GET
inline constexpr QLatin1StringView Metrics{"/metrics"};                   // GET

} // namespace Hephaestus::Endpoint
