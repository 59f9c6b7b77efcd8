// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/momentrange.h"

#include "dashboard/history/answerspan.h"
#include "dashboard/model/servicerow.h"

namespace Hephaestus {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::seconds LongestGuess =
    2min; ///< two samples further apart, or by more than two steps, have a gap between them: nobody scraped

class Course
{
public:
    explicit Course(std::chrono::seconds step)
        : m_longestGap(std::max(LongestGuess, 2 * step))
        , m_longestFirst(std::max(60s, step))
    {
        m_range.step = step;
    }

    void add(const PrometheusFleet::Sample &sample)
    {
        const ServiceRow before =
            std::exchange(m_row, afterAnswer(m_row, sample.answer, Clock::TimePoint(sample.at.time_since_epoch())));
        addMarks(before, sample.at);
        if (!sample.answer.value) {
            m_spans.miss();
            return interrupt();
        }
        const HealthReport &report = *sample.answer.value;
        if (before.lastSeen && *m_row.lastSeen - *before.lastSeen >= m_longestGap)
            interrupt();
        const AnswerSpan span = m_spans.take(sample.at, report, sample.answer.reply.latency, m_longestGap);
        m_range.stretches.push_back(
            {span.from, span.to, 1, sample.answer.reply.latency, sample.answer.reply.latency, span.resources});
        const auto process =
            OperationCount::Process::of(report, sample.at, before.report && !isAnotherProcess(*before.report, report));
        for (const DependencyReport &dependency : report.dependencies) {
            if (const auto counted = m_counts[dependency.name].take(sample.at, dependency, process, m_longestFirst))
                m_range.operations[dependency.name].push_back(*counted);
        }
    }

    const HistoryRange &range() const { return m_range; }

private:
    void interrupt()
    {
        for (auto &[name, count] : m_counts)
            count.miss();
    }

    void addMarks(const ServiceRow &before, History::Time at)
    {
        if (!before.report)
            return; // it began before this range
        for (const Event &event : eventsBetween(before, m_row, at)) {
            if (!event.mark.isEmpty())
                m_range.marks.push_back({event.at, event.mark});
        }
    }

    const std::chrono::seconds m_longestGap;
    const std::chrono::seconds m_longestFirst;
    HistoryRange m_range;
    ServiceRow m_row;
    AnswerSpans m_spans;
    std::map<QString, OperationCount> m_counts;
};

} // namespace

HistoryRange rangeOf(const QList<PrometheusFleet::Sample> &samples, std::chrono::seconds step)
{
    Course course(step);
    for (const PrometheusFleet::Sample &sample : samples)
        course.add(sample);
    return course.range();
}

} // namespace Hephaestus
