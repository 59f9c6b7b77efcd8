// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/history/answerspan.h"

#include <algorithm>

namespace Hephaestus {

using namespace std::chrono_literals;

AnswerSpan AnswerSpans::take(AnswerSpan::Time at, const HealthReport &report, std::chrono::nanoseconds latency,
                             std::chrono::nanoseconds longestGap)
{
    const bool follows = m_previous && *m_previous < at && at - *m_previous < longestGap;
    AnswerSpan span{follows ? *m_previous : at - std::max<std::chrono::nanoseconds>(latency, 1ms), at,
                    report.resources};
    const std::optional<double> cpu = report.resources.cpuSeconds;
    const bool counts = follows && m_instance == report.instanceId && cpu && m_cpu && *cpu >= *m_cpu;
    span.resources.cpuSeconds = counts ? std::optional(*cpu - *m_cpu) : std::nullopt;
    m_previous = at;
    m_instance = report.instanceId;
    m_cpu = cpu;
    return span;
}

} // namespace Hephaestus
