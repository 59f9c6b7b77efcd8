// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/earlierlatencies.h"

#include <QPointer>

#include <limits>

namespace Hephaestus {

using namespace std::chrono_literals;

namespace {

constexpr int MostServices = 300; ///< of more the history keeps no seconds

} // namespace

EarlierLatencies::EarlierLatencies(FleetModel &fleet, HistorySource &source, const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_fleet(fleet)
    , m_source(source)
    , m_clock(clock)
{
    connect(&fleet, &QAbstractItemModel::rowsInserted, this,
            [this](const QModelIndex &, int first, int last) { ask(first, last); });
    ask(0, fleet.rowCount() - 1);
}

void EarlierLatencies::ask(int first, int last)
{
    if (m_fleet.rowCount() > MostServices)
        return;
    const QPointer<EarlierLatencies> self(this);
    const History::Time now = m_clock.wall();
    for (int line = first; line <= last; ++line) {
        const ServiceRow &row = m_fleet.row(line);
        m_source.askRange(row.entry.url, now - LongestAgo, now, 1s,
                          [self, id = row.id](const Result<HistoryRange> &range) {
                              if (self && range)
                                  self->handOver(id, *range);
                          });
    }
}

void EarlierLatencies::handOver(ServiceId id, const HistoryRange &range)
{
    QList<float> latencies;
    std::optional<History::Time> seen;
    for (const Stretch &stretch : range.stretches) {
        if (stretch.polls == 0)
            continue;
        latencies << float(stretch.latency.count());
        seen = stretch.to;
    }
    if (seen)
        m_fleet.setSeenEarlier(id, *seen);
    if (!latencies.isEmpty())
        m_fleet.prependLatencies(id, latencies << std::numeric_limits<float>::quiet_NaN());
}

} // namespace Hephaestus
