// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/fileclock.h"

#include <ctime>

namespace Hephaestus {

std::chrono::nanoseconds fileClock()
{
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

} // namespace Hephaestus
