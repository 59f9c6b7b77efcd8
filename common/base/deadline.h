// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace Hephaestus {

/// A time by which something is to be done, else it is told. Most of them are withdrawn: of all in a thread there is
/// one timer, and a deadline that is withdrawn or put off leaves it as it is.
///
/// From the first time that is set on it lives in one thread, which has an event loop. It may be destroyed while it
/// tells.
class Deadline
{
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// `passed` is called from the event loop, at the time or later by up to a twentieth of what it was ahead; once for
    /// each time that was set.
    explicit Deadline(std::function<void()> passed);
    ~Deadline();
    Deadline(const Deadline &) = delete;
    Deadline &operator=(const Deadline &) = delete;

    void set(TimePoint time); ///< instead of the one before
    void withdraw();
    bool isSet() const { return m_time != TimePoint::max(); }

private:
    class Thread;

    const std::function<void()> m_passed;
    std::shared_ptr<Thread> m_thread; ///< where it was set first
    TimePoint m_time = TimePoint::max();
};

} // namespace Hephaestus
