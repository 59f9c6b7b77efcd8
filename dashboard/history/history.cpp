// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/history/history.h"

#include <algorithm>
#include <map>

namespace Hephaestus {
namespace {

constexpr qsizetype MaxDependencies = 24;
constexpr std::size_t MaxMarks = 64;
constexpr std::chrono::seconds Coarse{15}; ///< what older samples are summed up by
constexpr std::size_t LeastThinned = 16;   ///< a smaller capacity is not worth it
// std::deque takes memory in pieces, the first and the last of them partly filled: of a share two thirds. The rest is
// for names, counts and marks.
constexpr std::size_t Piece = 512;
constexpr std::size_t SamplesAPiece = Piece / sizeof(History::Sample);

} // namespace

void History::take(Time at, const HealthReport &report)
{
    const bool sameProcess = report.instanceId == m_instance && report.startTime == m_startTime;
    m_instance = report.instanceId;
    m_startTime = report.startTime;
    const auto process = OperationCount::Process::of(report, at, sameProcess);
    for (const DependencyReport &dependency : report.dependencies) {
        if (dependency.status == DependencyStatus::NotUsed)
            continue;
        Track *const known = track(dependency.name);
        if (!known)
            continue;
        if (const auto sample = known->count.take(at, dependency, process)) {
            known->samples.push_back(*sample);
            thin(*known);
        }
    }
}

void History::miss()
{
    for (Track &track : m_tracks)
        track.count.miss();
}

void History::mark(Time at, const QString &word)
{
    m_marks.push_back({at, word});
    while (m_marks.size() > std::max<std::size_t>(1, MaxMarks * m_share / LargestShare))
        m_marks.pop_front();
}

void History::setShare(std::size_t bytes) { m_share = std::min(bytes, LargestShare); }

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
            Sample &sum =
                sums.try_emplace({sample.from, sample.to}, Sample{sample.from, sample.to, 0, 0}).first->second;
            sum.successes += sample.successes;
            sum.failures += sample.failures;
        }
    }
    std::deque<Sample> all;
    for (const auto &[span, sample] : sums)
        all.push_back(sample);
    return all;
}

/// Of each dependency, with what may be there until thin() comes to it.
std::size_t History::capacity() const
{
    const std::size_t tracks = std::max<std::size_t>(1, std::size_t(m_order.size()));
    const std::size_t pieces = std::max<std::size_t>(2, m_share * 2 / 3 / Piece / tracks);
    return std::min(std::size_t(m_capacity), (pieces - 1) * SamplesAPiece);
}

/// Makes room, for several samples at once when there is much: not every poll is to move the others about.
void History::thin(Track &track) const
{
    const std::size_t most = capacity();
    std::deque<Sample> &samples = track.samples;
    if (samples.size() <= most)
        return;
    if (most >= LeastThinned) {
        const auto older = samples.begin() + std::ptrdiff_t(samples.size() / 2);
        auto last = samples.begin();
        for (auto next = last + 1; next != older; ++next) {
            const bool together = last->to == next->from
                && std::chrono::floor<std::chrono::seconds>(last->to.time_since_epoch()) / Coarse
                    == std::chrono::floor<std::chrono::seconds>(next->to.time_since_epoch()) / Coarse;
            if (together)
                *last = {last->from, next->to, last->successes + next->successes, last->failures + next->failures};
            else
                *++last = *next;
        }
        samples.erase(last + 1, older);
    }
    const std::size_t room = most - most / LeastThinned;
    if (samples.size() > room)
        samples.erase(samples.begin(), samples.begin() + std::ptrdiff_t(samples.size() - room));
    samples.shrink_to_fit();
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
