// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/history/history.h"

#include <algorithm>
#include <map>

namespace Hephaestus {
namespace {

constexpr std::size_t MaxDependencies = 24;
constexpr std::size_t MaxMarks = 64;
constexpr std::chrono::seconds Coarse{15}; ///< what older samples are summed up by
constexpr std::size_t LeastThinned = 16;   ///< a smaller capacity is not worth it
constexpr std::size_t PartOfMarks = 5;     ///< so much of a share is for marks with their words
constexpr std::size_t TrackSize = 192; ///< of a dependency without samples: its name, its counts, and the allocator's

/// Makes room, of several samples at once when there is much: not every poll is to move the others about.
void thin(History::Samples &samples, std::size_t most)
{
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
    const std::size_t room = most - std::max<std::size_t>(1, most / LeastThinned);
    if (samples.size() > room)
        samples.erase(samples.begin(), samples.begin() + std::ptrdiff_t(samples.size() - room));
}

/// With no more memory than for so many.
void setCapacity(History::Samples &samples, std::size_t count)
{
    History::Samples moved;
    moved.reserve(count);
    moved.assign(samples.begin(), samples.end());
    samples = std::move(moved);
}

} // namespace

void History::take(Time at, const HealthReport &report)
{
    const bool sameProcess = report.instanceId == m_instance && report.startTime == m_startTime;
    m_instance = report.instanceId;
    m_startTime = report.startTime;
    const auto process = OperationCount::Process::of(report, at, sameProcess);
    for (const DependencyReport &dependency : report.dependencies) {
        Track *const known = dependency.status == DependencyStatus::NotUsed ? nullptr : track(dependency.name);
        if (!known)
            continue;
        if (const auto sample = known->count.take(at, dependency, process))
            append(known->samples, *sample, capacity());
    }
}

void History::miss()
{
    for (Track &track : m_tracks)
        track.count.miss();
}

void History::mark(Time at, const QString &word)
{
    const std::size_t most = std::max<std::size_t>(1, MaxMarks * m_share / LargestShare);
    if (m_marks.size() >= most)
        m_marks.erase(m_marks.begin(), m_marks.end() - std::ptrdiff_t(most - 1));
    m_marks.push_back({at, word});
}

void History::setShare(std::size_t bytes) { m_share = std::min(bytes, LargestShare); }

QStringList History::dependencies() const
{
    QStringList names;
    for (const Track &track : m_tracks)
        names << track.name;
    return names;
}

bool History::keeps(const QString &dependency) const { return find(dependency); }

const History::Samples &History::samples(const QString &dependency) const
{
    static const Samples none;
    const Track *const known = find(dependency);
    return known ? known->samples : none;
}

History::Samples History::total() const
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
    Samples all;
    for (const auto &[span, sample] : sums)
        all.push_back(sample);
    return all;
}

/// Of each dependency.
std::size_t History::capacity() const
{
    const std::size_t each = (m_share - m_share / PartOfMarks) / std::max<std::size_t>(1, m_tracks.size());
    const std::size_t fitting = each > TrackSize ? (each - TrackSize) / sizeof(Sample) : 0;
    return std::min(std::size_t(m_capacity), std::max(LeastThinned, fitting));
}

/// Of the samples of a dependency so many are kept at most.
void History::append(Samples &samples, const Sample &sample, std::size_t most)
{
    if (samples.size() >= most)
        thin(samples, most);
    if (samples.capacity() > most)
        setCapacity(samples, most);
    else if (samples.size() == samples.capacity())
        setCapacity(samples, std::min(most, std::max<std::size_t>(4, samples.size() * 3 / 2)));
    samples.push_back(sample);
}

const History::Track *History::find(const QString &dependency) const
{
    const auto found = std::ranges::find(m_tracks, dependency, &Track::name);
    return found == m_tracks.end() ? nullptr : &*found;
}

History::Track *History::track(const QString &dependency)
{
    if (const auto found = std::ranges::find(m_tracks, dependency, &Track::name); found != m_tracks.end())
        return &*found;
    if (m_tracks.size() >= MaxDependencies)
        return nullptr;
    m_tracks.reserve(m_tracks.size() + 1);
    return &m_tracks.emplace_back(Track{dependency});
}

} // namespace Hephaestus
