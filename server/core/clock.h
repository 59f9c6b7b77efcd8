// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>

namespace Hephaestus {

/// The monotonic time everything here is measured with; a test passes its own.
class Clock
{
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    virtual ~Clock() = default;
    virtual TimePoint now() const { return std::chrono::steady_clock::now(); }

    /// The machine's steady clock; lives as long as the process.
    static const Clock &steady();
};

/// A clock that moves only when told to. Not thread-safe.
class ManualClock : public Clock
{
public:
    TimePoint now() const override { return m_now; }
    void advance(std::chrono::nanoseconds step) { m_now += step; }

private:
    TimePoint m_now{std::chrono::hours(1)};
};

} // namespace Hephaestus
