// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/wrappedprocess.h"

namespace Hephaestus {

/// The legal moves, all of them.
constexpr bool canFollow(ProcessState from, ProcessState to)
{
    using enum ProcessState;
    const bool over = to == BackingOff || to == Ended || to == Failed;
    switch (from) {
    case Starting: return to == Running || over;
    case Running: return to == Suspended || to == Stopping || over;
    case Suspended: return to == Running || to == Stopping || over;
    case Stopping: return over;
    case BackingOff: return to == Running || over;
    case Ended: return false;
    case Failed: return false;
    }
    return false;
}

static_assert(!canFollow(ProcessState::Failed, ProcessState::Running), "what was given up stays so");
static_assert(!canFollow(ProcessState::Stopping, ProcessState::Running),
              "what is being ended is never told as running");

/// Whether the program can do its work, as far as can be seen from outside.
constexpr bool isUp(ProcessState state) { return state == ProcessState::Running; }

} // namespace Hephaestus
