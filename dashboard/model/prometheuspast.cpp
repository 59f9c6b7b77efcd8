// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/prometheuspast.h"

#include "common/base/post.h"
#include "dashboard/model/momentrange.h"

namespace Hephaestus {

PrometheusPast::PrometheusPast(PrometheusFeed &feed, QObject *parent) : QObject(parent), m_feed(feed) {}

/// The samples become a range in the feed's thread: of a month there are many.
void PrometheusPast::askRange(const QString &url, History::Time from, History::Time to, std::chrono::seconds step,
                              const std::function<void(const Result<HistoryRange> &)> &done)
{
    m_feed.askPast(url, from, to, step, [this, step, done](const Result<QList<PrometheusFleet::Sample>> &samples) {
        const auto range = samples ? Result<HistoryRange>(rangeOf(*samples, step)) : samples.problem();
        post(this, [done, range] { done(range); });
    });
}

} // namespace Hephaestus
