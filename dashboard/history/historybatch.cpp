// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/history/historybatch.h"

#include <QVarLengthArray>

#include <algorithm>
#include <vector>

namespace Hephaestus {

namespace {

constexpr qsizetype MostEvents = 5'000;
constexpr qsizetype MostObituaries = HistoryLimits().obituaries;
constexpr int ServicesInTens = 300;     ///< more are kept in steps of 10 s and up
constexpr int ServicesInMinutes = 2000; ///< more in steps of 1 min and up
constexpr qint64 MostBuckets = 120;     ///< of one observation in one tier; a longer one is in the coarser tiers only

qint64 inMilliseconds(History::Time time)
{
    return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

qint64 floorDivide(qint64 value, qint64 by) { return (value >= 0 ? value : value - by + 1) / by; }

void raise(qint64 &target, const std::optional<qint64> &value)
{
    if (value)
        target = std::max(target, *value);
}

/// A tenth of them, where there are more than `most`.
void dropOldest(auto &list, qsizetype most)
{
    if (list.size() > most)
        list.remove(0, most / 10);
}

/// Those up to `last`; how many they were.
template <typename Rows>
std::size_t forget(Rows &rows, const HistoryBatch::Bucket &last)
{
    const std::size_t before = rows.size();
    rows.erase(rows.begin(), rows.upper_bound(last));
    return before - rows.size();
}

} // namespace

std::chrono::seconds HistoryBatch::finestStep() const
{
    return m_services.size() > ServicesInMinutes ? std::chrono::seconds(60)
        : m_services.size() > ServicesInTens     ? std::chrono::seconds(10)
                                                 : std::chrono::seconds(1);
}

void HistoryBatch::clear()
{
    for (ServiceRows &rows : m_services)
        rows = {};
    m_rows = 0;
    m_events.clear();
    m_obituaries.clear();
    m_receipts.clear();
    m_known.clear();
}

void HistoryBatch::add(const Observation &observation)
{
    ServiceRows &rows = m_services[observation.url];
    QVarLengthArray<Bucket, std::size(HistoryTiers)> counted;
    for (const HistoryTier &tier : HistoryTiers) {
        const auto last = tier.step >= finestStep() ? addLook(rows, int(tier.step.count()), observation) : std::nullopt;
        if (last)
            counted.append(*last);
    }
    for (auto it = observation.operations.begin(); !counted.isEmpty() && it != observation.operations.end(); ++it) {
        Rows<Count> &counts = rows.counts[it.key()];
        for (const Bucket &bucket : counted) {
            const auto [place, isNew] = counts.try_emplace(bucket);
            place->second.successes += it->first;
            place->second.failures += it->second;
            m_rows += isNew;
        }
    }
    if (m_rows > mostRows())
        giveUpFinest();
}

void HistoryBatch::add(const Event &event, const QString &url)
{
    m_events.append({event, url});
    dropOldest(m_events, MostEvents);
}

void HistoryBatch::add(const Obituary &obituary)
{
    m_obituaries.append(obituary);
    dropOldest(m_obituaries, MostObituaries);
}

/// The bucket to which what was counted belongs: the last one, for it is known when the answer came. Nothing: the
/// observation is too long for this tier.
std::optional<HistoryBatch::Bucket> HistoryBatch::addLook(ServiceRows &rows, int step, const Observation &observation)
{
    const qint64 from = inMilliseconds(observation.from);
    const qint64 to = inMilliseconds(observation.to);
    const qint64 width = qint64(step) * 1000;
    const qint64 first = floorDivide(from, width);
    const qint64 last =
        std::max(first, floorDivide(to - 1, width)); // (from, to]: the end belongs to the bucket before it
    if (to < from || last - first > MostBuckets)
        return {};
    for (qint64 bucket = first; bucket <= last; ++bucket) {
        const qint64 since = std::max(from, bucket * width);
        const qint64 until = std::min(to, (bucket + 1) * width);
        const auto [place, isNew] = rows.looks.try_emplace({step, bucket * step});
        Look &look = place->second;
        m_rows += isNew;
        look.since = isNew ? since : std::min(look.since, since);
        look.until = std::max(look.until, until);
    }
    const Bucket counted{step, last * step};
    Look &look = rows.looks[counted];
    const Resources &resources = observation.resources;
    ++look.polls;
    look.latency += observation.latency.count();
    look.slowest = std::max(look.slowest, observation.latency.count());
    raise(look.inFlight, resources.inFlightRequests);
    raise(look.connections, resources.openConnections);
    raise(look.files, resources.openFiles);
    raise(look.threads, resources.threads);
    raise(look.resident, resources.residentBytes);
    if (resources.cpuSeconds)
        look.cpu = std::max(look.cpu, 0.0) + *resources.cpuSeconds;
    return counted;
}

/// A tenth of all rows, or somewhat more.
void HistoryBatch::giveUpFinest()
{
    std::vector<Bucket> buckets;
    buckets.reserve(m_rows);
    const auto note = [&buckets](const auto &rows) {
        for (const auto &row : rows)
            buckets.push_back(row.first);
    };
    for (const ServiceRows &rows : std::as_const(m_services)) {
        note(rows.looks);
        for (const auto &dependency : rows.counts)
            note(dependency.second);
    }
    const auto last = buckets.begin() + std::ptrdiff_t(buckets.size() / 10);
    std::ranges::nth_element(buckets, last);
    for (ServiceRows &rows : m_services) {
        m_rows -= forget(rows.looks, *last);
        for (auto &dependency : rows.counts)
            m_rows -= forget(dependency.second, *last);
        std::erase_if(rows.counts, [](const auto &dependency) { return dependency.second.empty(); });
    }
}

} // namespace Hephaestus
