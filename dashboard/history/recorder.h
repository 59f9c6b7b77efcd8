// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleet.h"
#include "common/fleet/serviceid.h"
#include "dashboard/history/answerspan.h"
#include "dashboard/history/historystore.h"

#include <map>

namespace Hephaestus {

/// Records for the store what each service did between one answered poll and the next.
class Recorder
{
public:
    explicit Recorder(HistoryStore &store) : m_store(store) {} ///< `store` outlives this

    /// An answered poll, recorded at `now`; of dependencies only those that `history` keeps. What it did is reckoned
    /// from the counts of the answer before, never looked up by the wall clock, which may be set.
    void record(ServiceId id, const FleetEntry &entry, const HealthReport &report, std::chrono::nanoseconds latency,
                const History &history, History::Time now);
    /// A poll nobody answered: from here to the next answer there is a gap.
    void miss(ServiceId id);
    void forget(ServiceId id);

private:
    struct Progress
    {
        AnswerSpans spans;
        std::map<QString, OperationCount> counts; ///< by dependency
        QString instance;
        QDateTime startTime;
    };

    HistoryStore &m_store;
    std::map<ServiceId, Progress> m_progress;
};

} // namespace Hephaestus
