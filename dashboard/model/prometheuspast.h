// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/history/historysource.h"
#include "dashboard/watch/prometheusfeed.h"

namespace Hephaestus {

/// The past of the services that a Prometheus server scrapes, as that server keeps it.
class PrometheusPast : public QObject, public HistorySource
{
    Q_OBJECT

public:
    /// `feed` is destroyed before this, because its thread answers here.
    explicit PrometheusPast(PrometheusFeed &feed, QObject *parent = nullptr);

    void askRange(const QString &url, History::Time from, History::Time to, std::chrono::seconds step,
                  const std::function<void(const Result<HistoryRange> &)> &done) override;

private:
    PrometheusFeed &m_feed;
};

} // namespace Hephaestus
