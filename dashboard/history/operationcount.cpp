// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/history/operationcount.h"

#include <algorithm>

namespace Hephaestus {

namespace {

constexpr Seconds LongestUptime{4e9}; ///< more is a lie, and more than nanoseconds in 64 bits can be reckoned with

} // namespace

OperationCount::Process OperationCount::Process::of(const HealthReport &report, Time at, bool same)
{
    const Seconds uptime = std::clamp(report.uptime, Seconds(0), LongestUptime);
    return {same, at - std::chrono::duration_cast<Time::duration>(uptime), uptime};
}

std::optional<OperationSample> OperationCount::take(Time at, const DependencyReport &dependency, const Process &process,
                                                    Seconds longestFirst)
{
    const bool newborn =
        !process.same && m_counted != Time() && process.born >= m_counted && process.uptime <= longestFirst;
    const bool counts = newborn
        || (process.same && m_placed && dependency.successCount >= m_successes
            && dependency.failureCount >= m_failures);
    std::optional<OperationSample> sample;
    if (counts && at > m_counted)
        sample = OperationSample{newborn ? process.born : m_counted, at,
                                 dependency.successCount - (newborn ? 0 : m_successes),
                                 dependency.failureCount - (newborn ? 0 : m_failures)};
    m_successes = dependency.successCount;
    m_failures = dependency.failureCount;
    m_counted = at;
    m_placed = true;
    return sample;
}

} // namespace Hephaestus
