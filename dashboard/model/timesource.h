// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDateTime>

#include <chrono>

namespace Hephaestus {

/// The two clocks of the dashboard: a steady one to schedule and measure by, and the wall's, which people
/// read. A test passes its own. Const calls are safe from every thread.
class TimeSource
{
public:
    using Steady = std::chrono::steady_clock::time_point;
    using Wall = std::chrono::system_clock::time_point;

    virtual ~TimeSource() = default;
    virtual Steady steady() const { return std::chrono::steady_clock::now(); }
    virtual Wall wall() const { return std::chrono::system_clock::now(); }

    /// The machine's clocks; lives as long as the process.
    static const TimeSource &machine()
    {
        static const TimeSource source;
        return source;
    }
};

/// Both clocks stand still until told to move. Not thread-safe.
class ManualTime : public TimeSource
{
public:
    Steady steady() const override { return m_steady; }
    Wall wall() const override { return m_wall; }

    void advance(std::chrono::milliseconds step)
    {
        m_steady += step;
        m_wall += step;
    }

private:
    Steady m_steady{std::chrono::hours(1)};
    Wall m_wall{std::chrono::sys_days{std::chrono::year{2026} / 1 / 2} + std::chrono::hours(12)};
};

/// In the machine's own time zone.
inline QDateTime localTime(TimeSource::Wall time)
{
    return QDateTime::fromMSecsSinceEpoch(
        std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count());
}

} // namespace Hephaestus
