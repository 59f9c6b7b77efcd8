// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/notificationtarget.h"
#include "common/protocol/notification.h"

#include <array>
#include <chrono>

namespace Hephaestus {

class ConfigTable;

/// A `[[hook]]` of a fleet file: who is told when something happens to its services (HookRunner).
struct FleetHook
{
    enum class Event {
        Down,          ///< nobody answers and nobody wanted that, or the wrapped program has ended
        Stale,         ///< it runs old code
        RestartFailed, ///< a start or restart that was asked for failed, whoever asked
    };

    QString name; ///< unique in its fleet file
    QList<Event> on;
    QStringList services{};                    ///< names; empty: all of the file
    std::chrono::milliseconds debounce{5'000}; ///< what is over sooner is not told
    NotificationTarget target{};

    bool concerns(const QString &service) const { return services.isEmpty() || services.contains(service); }

    bool operator==(const FleetHook &) const = default;
};

inline constexpr std::array AllHookEvents{FleetHook::Event::Down, FleetHook::Event::Stale,
                                          FleetHook::Event::RestartFailed};

/// `down`, `stale`, `restart_failed`: the words of the file and of the notification's kind.
QString wireName(FleetHook::Event event);

/// Reads one. All that is wrong is told of the table. `fleetDirectory`: absolute; where its command runs.
FleetHook readHook(ConfigTable table, const QString &fleetDirectory);

/// For a person: its command, or `webhook URL`, without a password.
QString whatRuns(const FleetHook &hook);

/// What a person sends to try the hook.
Notification testNotification(const FleetHook &hook, const QString &fleetFile);

} // namespace Hephaestus
