// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/history/historyrecord.h"

#include <algorithm>
#include <map>

namespace Hephaestus {

History::Samples HistoryRange::total() const
{
    std::map<std::pair<History::Time, History::Time>, History::Sample> sums;
    for (const History::Samples &samples : operations) {
        for (const History::Sample &sample : samples) {
            History::Sample &sum =
                sums.try_emplace({sample.from, sample.to}, History::Sample{sample.from, sample.to, 0, 0}).first->second;
            sum.successes += sample.successes;
            sum.failures += sample.failures;
        }
    }
    History::Samples all;
    for (const auto &[span, sample] : sums)
        all.push_back(sample);
    return all;
}

const HistoryTier &tierFor(std::chrono::seconds step, History::Time from, History::Time now)
{
    const HistoryTier *best = nullptr;
    for (const HistoryTier &tier : HistoryTiers) {
        if (from < now - tier.kept)
            continue;
        if (!best || tier.step <= step)
            best = &tier;
    }
    return best ? *best : *std::prev(std::end(HistoryTiers));
}

} // namespace Hephaestus
