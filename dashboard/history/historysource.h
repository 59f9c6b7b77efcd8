// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "dashboard/history/historyrecord.h"

#include <functional>

namespace Hephaestus {

/// Where the past of a service can be asked for: the dashboard's own file, or another program that keeps it.
class HistorySource
{
public:
    virtual ~HistorySource() = default;

    /// In steps no longer than `step`, as far as such are still kept. Comes back in the thread that asks, never before
    /// this returns, and never once the source is destroyed.
    virtual void askRange(const QString &url, History::Time from, History::Time to, std::chrono::seconds step,
                          const std::function<void(const Result<HistoryRange> &)> &done) = 0;
};

} // namespace Hephaestus
