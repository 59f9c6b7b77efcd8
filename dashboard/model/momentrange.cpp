// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/momentrange.h"

#include "dashboard/model/servicerow.h"

namespace Hephaestus {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::seconds LongestGuess = 2min; ///< two moments further apart, or by more than two steps, have a gap between them: nobody scraped

class Course
{
public:
    explicit Course(std::chrono::seconds step) : m_longestGap(std::max(LongestGuess, 2 * step)), m_longestFirst(std::max(60s, step)) { m_range.step = step; }

    void add(const PrometheusFleet::Moment &moment)
    {
        addMarks(moment);
        if (!moment.answer.value)
            return interrupt();
        if (m_previous && moment.at - m_at > m_longestGap)
            interrupt();
        const HealthReport &report = *moment.answer.value;
        const bool sameProcess = m_instance == report.instanceId;
        addStretch(moment, sameProcess);
        const OperationCount::Process process{sameProcess, moment.at - std::chrono::duration_cast<History::Time::duration>(report.uptime), report.uptime};
        for (const DependencyReport &dependency : report.dependencies) {
            if (const auto sample = m_counts[dependency.name].take(moment.at, dependency, process, m_longestFirst))
                m_range.operations[dependency.name].push_back(*sample);
        }
        m_previous = true;
        m_at = moment.at;
        m_instance = report.instanceId;
        m_cpu = report.resources.cpuSeconds;
    }

    const HistoryRange &range() const { return m_range; }

private:
    void interrupt()
    {
        m_previous = false;
        for (auto &[name, count] : m_counts)
            count.miss();
    }

    void addMarks(const PrometheusFleet::Moment &moment)
    {
        const ServiceRow before = m_row;
        m_row = afterAnswer(before, moment.answer, TimeSource::Steady(moment.at.time_since_epoch()));
        if (!before.report)
            return; // it began before this range
        for (const Event &event : eventsBetween(before, m_row, moment.at)) {
            if (!event.mark.isEmpty())
                m_range.marks.push_back({event.at, event.mark});
        }
    }

    void addStretch(const PrometheusFleet::Moment &moment, bool sameProcess)
    {
        const std::chrono::nanoseconds latency = moment.answer.reply.latency;
        Stretch stretch;
        stretch.from = m_previous ? m_at : moment.at - std::max<std::chrono::nanoseconds>(latency, 1ms);
        stretch.to = moment.at;
        stretch.polls = 1;
        stretch.latency = stretch.slowest = latency;
        stretch.highest = moment.answer.value->resources;
        const std::optional<double> cpu = stretch.highest.cpuSeconds;
        const bool counts = m_previous && sameProcess && cpu && m_cpu && *cpu >= *m_cpu;
        stretch.highest.cpuSeconds = counts ? std::optional(*cpu - *m_cpu) : std::nullopt;
        m_range.stretches.push_back(stretch);
    }

    const std::chrono::seconds m_longestGap;
    const std::chrono::seconds m_longestFirst;
    HistoryRange m_range;
    ServiceRow m_row;
    std::map<QString, OperationCount> m_counts;
    bool m_previous = false; ///< the latest moment answered, and this one follows it
    History::Time m_at;
    QString m_instance;
    std::optional<double> m_cpu;
};

} // namespace

HistoryRange rangeOf(const QList<PrometheusFleet::Moment> &moments, std::chrono::seconds step)
{
    Course course(step);
    for (const PrometheusFleet::Moment &moment : moments)
        course.add(moment);
    return course.range();
}

} // namespace Hephaestus
