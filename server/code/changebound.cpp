// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/changebound.h"

#include "server/code/filestamp.h"

#include <time.h>

#include <algorithm>

namespace Hephaestus {
namespace {

constexpr qint64 Step = 1'000'000'000; ///< nanoseconds; a smaller difference is a clock that is corrected, not set

qint64 offset()
{
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return wallClock() - (qint64(now.tv_sec) * 1'000'000'000 + now.tv_nsec);
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
