// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

#include <atomic>

namespace Hephaestus {

/// Throttles long work: after a burst it takes only a share of one core. One thread calls it; stop() may come from any.
class CpuThrottle
{
public:
    /// `share` of a core, above 0 and at most 1; `burst`: CPU nanoseconds that run at full speed first.
    explicit CpuThrottle(double share = 1, qint64 burst = 0);

    /// Begins a new piece of work, with a new burst.
    void begin();
    /// Call after every file or block: sleeps when it is time to. False: stop() was called, give up.
    bool step();
    /// CPU nanoseconds of the calling thread since begin().
    qint64 used() const;
    void stop() noexcept { m_stopped = true; }
    bool stopped() const noexcept { return m_stopped; }

private:
    const double m_share;
    const qint64 m_burst;
    quint32 m_steps = 0;
    qint64 m_begun = 0;  ///< the thread's CPU time at begin()
    qint64 m_rested = 0; ///< the thread's CPU time when it last slept
    qint64 m_free = 0;   ///< the thread's CPU time up to which it need not sleep
    std::atomic<bool> m_stopped{false};
};

} // namespace Hephaestus
