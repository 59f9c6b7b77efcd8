// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/health.h"

#include <chrono>
#include <optional>

namespace Hephaestus {

/// What a dependency did between two answers.
struct OperationSample
{
    using Time = std::chrono::system_clock::time_point;

    Time from; ///< the operations happened in (from, to]; two samples that do not touch have a gap between them
    Time to;
    qint64 successes = 0;
    qint64 failures = 0;

    bool operator==(const OperationSample &) const = default;
};

/// Turns the counters of one dependency, which run since the start of the service's process, into what it did between
/// one answer and the next. A counter that starts again does not become a negative number, and what cannot be placed in
/// time is no sample.
class OperationCount
{
public:
    using Time = OperationSample::Time;

    /// The process that answered at a time.
    struct Process
    {
        bool same = false; ///< as at the answer before
        Time born;
        Seconds uptime{0};

        static Process of(const HealthReport &report, Time at, bool same);
    };

    /// Counts that were read at `at`. A process born since the latest answer did all it counts since its birth,
    /// whatever was missed between. One that is older than `longestFirst` says too little about when.
    std::optional<OperationSample> take(Time at, const DependencyReport &dependency, const Process &process,
                                        Seconds longestFirst = Seconds(60));

    /// Nobody answered: what the next answer counts cannot be placed in time, so it is a new start.
    void miss() { m_placed = false; }

private:
    qint64 m_successes = 0;
    qint64 m_failures = 0;
    Time m_counted;        ///< when the counts were read
    bool m_placed = false; ///< they were read by the latest poll, so a difference to them has a time
};

} // namespace Hephaestus
