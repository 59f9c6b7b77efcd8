// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/history/recorder.h"

namespace Hephaestus {

using namespace std::chrono_literals;

namespace {

constexpr auto LongestGuess = 2min; ///< two answers further apart have a gap between them: the machine slept

} // namespace

void Recorder::record(ServiceId id, const FleetEntry &entry, const HealthReport &report,
                      std::chrono::nanoseconds latency, const History &history, History::Time now)
{
    Progress &progress = m_progress[id];
    const AnswerSpan span = progress.spans.take(now, report, latency, LongestGuess + 2 * entry.interval);
    Observation observation;
    observation.url = entry.url;
    observation.from = span.from;
    observation.to = span.to;
    observation.latency = latency;
    observation.resources = span.resources;
    const bool same = progress.instance == report.instanceId && progress.startTime == report.startTime;
    progress.instance = report.instanceId;
    progress.startTime = report.startTime;
    const auto process = OperationCount::Process::of(report, now, same);
    for (const DependencyReport &dependency : report.dependencies) {
        if (dependency.status == DependencyStatus::NotUsed || !history.keeps(dependency.name))
            continue;
        std::pair<qint64, qint64> &count = observation.operations[dependency.name];
        if (const auto sample = progress.counts[dependency.name].take(now, dependency, process))
            count = {sample->successes, sample->failures};
    }
    m_store.record(std::move(observation));
}

void Recorder::miss(ServiceId id)
{
    Progress &progress = m_progress[id];
    progress.spans.miss();
    for (auto &[name, count] : progress.counts)
        count.miss();
}

void Recorder::forget(ServiceId id) { m_progress.erase(id); }

} // namespace Hephaestus
