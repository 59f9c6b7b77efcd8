// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include <ctime>

namespace Hephaestus {

/// Ends the process when something takes longer than it may, even if no event loop turns any more: a thread
/// of its own that waits, or SIGALRM where no other thread can begin. Thread-safe; one at a time is armed.
class Watchdog
{
public:
    Watchdog() = default;
    ~Watchdog(); ///< disarms
    Watchdog(const Watchdog &) = delete;
    Watchdog &operator=(const Watchdog &) = delete;

    /// After `budget` writes `lastWords` (must outlive it) to stderr and calls _exit(exitCode). Arming again replaces
    /// it.
    void arm(std::chrono::milliseconds budget, int exitCode, const char *lastWords);
    void disarm();

private:
    void armTimer(std::chrono::milliseconds budget, int exitCode, const char *lastWords);

    std::optional<std::thread> m_thread;
    std::optional<timer_t> m_timer; ///< instead of the thread
    std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_armed = false;
};

} // namespace Hephaestus
