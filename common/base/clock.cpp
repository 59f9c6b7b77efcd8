// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/clock.h"

#include <ctime>

namespace Hephaestus {

Clock::TimePoint Clock::sinceBoot() const
{
    timespec time{};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return TimePoint(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
}

const Clock &Clock::machine()
{
    static const Clock clock;
    return clock;
}

} // namespace Hephaestus
