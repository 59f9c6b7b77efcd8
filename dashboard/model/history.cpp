// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/history.h"

#include <map>

namespace Hephaestus {
namespace {

constexpr qsizetype MaxDependencies = 64;
constexpr std::size_t MaxMarks = 200;
constexpr Seconds LongestFirstSample{60}; // a longer one says too little about when

} // namespace

void History::take(Time at, const HealthReport &report)
{
    const bool sameProcess = report.instanceId == m_instance && report.startTime == m_startTime;
    m_instance = report.instanceId;
    m_startTime = report.startTime;
    const Time born = at - std::chrono::duration_cast<Time::duration>(report.uptime);
    for (const DependencyReport &dependency : report.dependencies) {
        Track *const known = track(dependency.name);
        if (!known)
            continue;
        // A process born since the latest answer did all it counts since its birth, whatever was missed between.
        const bool newborn = !sameProcess && known->counted != Time() && born >= known->counted
                             && report.uptime <= LongestFirstSample;
        const bool counts = newborn || (sameProcess && known->placed && dependency.successCount >= known->successCount
                                        && dependency.failureCount >= known->failureCount);
        if (counts && at > known->counted) {
            known->samples.push_back({newborn ? born : known->counted, at,
                                      dependency.successCount - (newborn ? 0 : known->successCount),
                                      dependency.failureCount - (newborn ? 0 : known->failureCount)});
            if (qsizetype(known->samples.size()) > m_capacity)
                known->samples.pop_front();
        }
        known->successCount = dependency.successCount;
        known->failureCount = dependency.failureCount;
        known->counted = at;
        known->placed = true;
    }
}

void History::miss()
{
    for (Track &track : m_tracks)
        track.placed = false;
}

void History::mark(Time at, const QString &word)
{
    m_marks.push_back({at, word});
    if (m_marks.size() > MaxMarks)
        m_marks.pop_front();
}

QStringList History::dependencies() const { return m_order; }

const std::deque<History::Sample> &History::samples(const QString &dependency) const
{
    static const std::deque<Sample> none;
    const auto found = m_tracks.constFind(dependency);
    return found == m_tracks.cend() ? none : found->samples;
}

std::deque<History::Sample> History::total() const
{
    std::map<std::pair<Time, Time>, Sample> sums;
    for (const Track &track : m_tracks) {
        for (const Sample &sample : track.samples) {
            Sample &sum = sums.try_emplace({sample.from, sample.to}, Sample{sample.from, sample.to, 0, 0}).first->second;
            sum.successes += sample.successes;
            sum.failures += sample.failures;
        }
    }
    std::deque<Sample> all;
    for (const auto &[span, sample] : sums)
        all.push_back(sample);
    return all;
}

History::Track *History::track(const QString &dependency)
{
    const auto found = m_tracks.find(dependency);
    if (found != m_tracks.end())
        return &*found;
    if (m_order.size() >= MaxDependencies)
        return nullptr;
    m_order << dependency;
    return &m_tracks[dependency];
}

} // namespace Hephaestus
