// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/supervisor/processtable.h"

#include <QList>

#include <chrono>
#include <optional>

namespace Hephaestus {

/// A program that runs, as a Guardian must know it.
struct GuardedProgram
{
    ProcessEntry leader;
    /// It was told to end, and gets SIGKILL then, by the steady clock; nothing: it was not told.
    std::optional<std::chrono::steady_clock::time_point> killAt{};
    QList<int> outputs{}; ///< the descriptors its stdout and stderr are read from; -1: that has ended

    bool operator==(const GuardedProgram &) const = default;
};

} // namespace Hephaestus
