// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace Hephaestus {

/// The life of a supervised program.
enum class ProcessState {
    Starting, ///< not started yet
    Running,
    Suspended,  ///< somebody sent it SIGSTOP: it answers nothing
    Stopping,   ///< asked to end, or what it left behind is
    BackingOff, ///< it ended; it starts again after a delay
    Exited,     ///< it ended, and that is all: as it should, or because a user stopped it
    Failed,     ///< it ended as it should not, and is not started again
};

/// The legal moves, all of them.
constexpr bool canFollow(ProcessState from, ProcessState to)
{
    using enum ProcessState;
    const bool over = to == BackingOff || to == Exited || to == Failed;
    switch (from) {
    case Starting: return to == Running || over;
    case Running: return to == Suspended || to == Stopping || over;
    case Suspended: return to == Running || to == Stopping || over;
    case Stopping: return over;
    case BackingOff: return to == Running || over;
    case Exited: return false;
    case Failed: return false;
    }
    return false;
}

static_assert(!canFollow(ProcessState::Failed, ProcessState::Running), "what was given up stays so");
static_assert(!canFollow(ProcessState::Stopping, ProcessState::Running),
              "what is being ended is never told as running");

/// Whether the program can do its work, as far as can be seen from outside.
constexpr bool isUp(ProcessState state) { return state == ProcessState::Running; }

/// `starting`, `running`, `suspended`, `stopping`, `backing_off`, `exited`, `failed`.
QString wireName(ProcessState state);

} // namespace Hephaestus
