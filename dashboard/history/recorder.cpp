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
    for (const DependencyReport &dependency : report.dependencies) {
        if (dependency.status == DependencyStatus::NotUsed)
            continue;
        std::pair<qint64, qint64> &count = observation.operations[dependency.name];
        const std::deque<History::Sample> &samples = history.samples(dependency.name);
        for (auto sample = samples.rbegin(); sample != samples.rend() && sample->to > progress.recorded; ++sample) {
            count.first += sample->successes;
            count.second += sample->failures;
        }
    }
    m_store.record(observation);
    progress.recorded = now;
}

void Recorder::miss(ServiceId id) { m_progress[id].spans.miss(); }

void Recorder::forget(ServiceId id) { m_progress.erase(id); }

} // namespace Hephaestus
