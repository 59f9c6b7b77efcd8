// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>

namespace Hephaestus {

/// The two clocks that everything here goes by: a steady one to schedule and measure with, and the wall clock, which
/// people read. A test passes its own. The const functions of the machine's clock are safe from every thread.
class Clock
{
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    using WallTime = std::chrono::system_clock::time_point;

    virtual ~Clock() = default;
    virtual TimePoint now() const { return std::chrono::steady_clock::now(); }
    virtual WallTime wall() const { return std::chrono::system_clock::now(); }
    /// Steady like now(), and it also counts while the machine sleeps.
    virtual TimePoint sinceBoot() const;

    /// The machine's clocks; lives as long as the process.
    static const Clock &machine();
};

/// Both clocks stand still until told to move, by one thread. All may read them.
class ManualClock : public Clock
{
public:
    TimePoint now() const override { return m_now; }
    WallTime wall() const override { return m_wall; }
    TimePoint sinceBoot() const override { return m_now.load() + m_slept.load(); }

    void advance(std::chrono::nanoseconds step)
    {
        m_now = m_now.load() + step;
        m_wall = m_wall.load() + std::chrono::duration_cast<WallTime::duration>(step);
    }

    /// Somebody sets the wall clock.
    void setWallBy(std::chrono::nanoseconds step)
    {
        m_wall = m_wall.load() + std::chrono::duration_cast<WallTime::duration>(step);
    }
    /// The machine sleeps: the steady clock stands still meanwhile.
    void sleep(std::chrono::nanoseconds time)
    {
        setWallBy(time);
        m_slept = m_slept.load() + time;
    }

private:
    std::atomic<std::chrono::nanoseconds> m_slept{std::chrono::nanoseconds(0)};
    std::atomic<TimePoint> m_now{TimePoint(std::chrono::hours(1))};
    std::atomic<WallTime> m_wall{
        WallTime(std::chrono::sys_days{std::chrono::year{2026} / 1 / 2} + std::chrono::hours(12))};
};

} // namespace Hephaestus
