// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/history/historysource.h"
#include "dashboard/model/fleetmodel.h"

namespace Hephaestus {

/// Gives the table the latencies from before the dashboard was started, as far as they are of the last ten minutes:
/// the small graphs go on. The time in which nobody watched is one gap. When a service answered last is known, too,
/// before it does again.
class EarlierLatencies : public QObject
{
    Q_OBJECT

public:
    static constexpr std::chrono::minutes LongestAgo{10};

    /// All outlive this.
    EarlierLatencies(FleetModel &fleet, HistorySource &source, const Clock &clock = Clock::machine(),
                     QObject *parent = nullptr);

private:
    void ask(int first, int last);
    void handOver(ServiceId id, const HistoryRange &range);

    FleetModel &m_fleet;
    HistorySource &m_source;
    const Clock &m_clock;
};

} // namespace Hephaestus
