// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/changebound.h"

#include "server/code/filestamp.h"

#include <time.h>

#include <algorithm>
#include <limits>

namespace Hephaestus {
namespace {

constexpr qint64 Step = 1'000'000'000; ///< nanoseconds; a smaller difference is a clock that is corrected, not set

/// The least of three, as this thread may have to wait between the two clocks.
qint64 offset()
{
    qint64 least = std::numeric_limits<qint64>::max();
    for (int i = 0; i < 3; ++i) {
        timespec now{};
        ::clock_gettime(CLOCK_BOOTTIME, &now);
        least = std::min(least, wallClock() - (qint64(now.tv_sec) * 1'000'000'000 + now.tv_nsec));
    }
    return least;
}

} // namespace

ChangeBound::ChangeBound(qint64 wall) : m_wall(wall), m_offset(offset()) {}

bool ChangeBound::mayPrecede(qint64 time) const
{
    const qint64 moved = offset() - m_offset;
    if (moved < -Step)
        return latestTime(time) > m_wall + moved; // a ctime ahead of the clock may be from just before it was set back
    return latestTime(time) > m_wall + std::min(moved, qint64(0)) && time <= wallClock() + FileStamp::Tick;
}

} // namespace Hephaestus
