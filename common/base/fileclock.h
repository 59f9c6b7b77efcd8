// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>

namespace Hephaestus {

/// What the clock that the kernel takes file times from shows now, since the epoch. A file that is changed after this
/// call gets no earlier time, however late that clock ticks; but some file systems cut times off: latestTime() in
/// server/code/filestamp.h. Safe from every thread.
std::chrono::nanoseconds fileClock();

} // namespace Hephaestus
