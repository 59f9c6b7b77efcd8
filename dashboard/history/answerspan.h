// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/health.h"

#include <chrono>
#include <optional>
#include <utility>

namespace Hephaestus {

/// The time an answer of a service speaks for: since the answer before, or, where that is not known, as long as the
/// answer took.
struct AnswerSpan
{
    using Time = std::chrono::system_clock::time_point;

    Time from;
    Time to;
    Resources resources; ///< cpuSeconds: used since `from`, not since the start of the process
};

/// Makes spans of one answer after the other, of one service.
class AnswerSpans
{
public:
    /// An answer that came at `at`. Two that are further apart than `longestGap` have a gap between them: the machine
    /// slept, or nobody asked.
    AnswerSpan take(AnswerSpan::Time at, const HealthReport &report, std::chrono::nanoseconds latency,
                    std::chrono::nanoseconds longestGap);
    /// Nobody answered. Whether somebody did before.
    bool miss() { return std::exchange(m_previous, std::nullopt).has_value(); }

private:
    std::optional<AnswerSpan::Time> m_previous; ///< nothing: the latest question was not answered
    QString m_instance;
    std::optional<double> m_cpu;
};

} // namespace Hephaestus
