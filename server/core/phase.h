// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace Hephaestus {

/// The life of a service. It only ever moves forward, but for a notice that was cancelled.
enum class Phase {
    Starting,   ///< not ready; liveness is answered
    Running,    ///< work is accepted
    Notice,     ///< a shutdown is scheduled: monitors see it, work is still accepted, it can be cancelled
    Draining,   ///< no new work; requests in flight are waited for
    CleaningUp, ///< the steps run
    Stopped,    ///< all done; only the answers to those who asked are still going out
};

/// The legal moves, all of them.
constexpr bool canFollow(Phase from, Phase to)
{
    switch (from) {
    case Phase::Starting: return to == Phase::Running || to == Phase::Draining;
    case Phase::Running: return to == Phase::Notice || to == Phase::Draining;
    case Phase::Notice: return to == Phase::Running || to == Phase::Draining;
    case Phase::Draining: return to == Phase::CleaningUp;
    case Phase::CleaningUp: return to == Phase::Stopped;
    case Phase::Stopped: return false;
    }
    return false;
}

static_assert(canFollow(Phase::Notice, Phase::Running), "a notice can be cancelled");
static_assert(!canFollow(Phase::Starting, Phase::Notice), "nobody has to be warned of what never served");
static_assert(!canFollow(Phase::Draining, Phase::Running), "a drain cannot");
static_assert(!canFollow(Phase::Running, Phase::CleaningUp), "nothing is cleaned up under requests in flight");
static_assert(!canFollow(Phase::Stopped, Phase::Running));

/// The flag of the protocol: set from the moment a shutdown is asked for.
constexpr bool isShuttingDown(Phase phase) { return phase >= Phase::Notice; }

/// Whether routes other than the health ones are served.
constexpr bool acceptsWork(Phase phase) { return phase == Phase::Running || phase == Phase::Notice; }

/// `starting`, `running`, `notice`, `draining`, `cleaning_up`, `stopped`.
QString wireName(Phase phase);

} // namespace Hephaestus
