// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/calmclock.h"

namespace Hephaestus {

CalmClock::CalmClock(const Clock &source) : m_source(source), m_believed{source.wall(), source.sinceBoot()} {}

std::chrono::nanoseconds CalmClock::Agreement::deviationOf(WallTime wallNow, TimePoint now) const
{
    return std::chrono::abs((wallNow - wall) - (now - at));
}

Clock::WallTime CalmClock::wall() const
{
    const std::lock_guard lock(m_mutex);
    const WallTime wall = m_source.wall();
    const TimePoint now = m_source.sinceBoot();
    if (m_believed.deviationOf(wall, now) <= Tolerance) { // also follows what a time daemon corrects bit by bit
        m_other.reset();
        m_believed = {wall, now};
        return wall;
    }
    if (!m_other || m_other->deviationOf(wall, now) > Tolerance)
        m_other = Agreement{wall, now};
    if (now - m_other->at >= Trust) {
        m_other.reset();
        m_believed = {wall, now};
        return wall;
    }
    return m_believed.wall + std::chrono::duration_cast<WallTime::duration>(now - m_believed.at);
}

} // namespace Hephaestus
