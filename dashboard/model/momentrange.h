// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/prometheusfleet.h"
#include "dashboard/history/historyrecord.h"

namespace Hephaestus {

/// The samples of one service, oldest first, as a range of its history: what it did between each and the next. The
/// marks are those that a dashboard which polls would have made. Where it was not scraped there is a gap. `step`: as it
/// was asked for. Pure.
HistoryRange rangeOf(const QList<PrometheusFleet::Sample> &samples, std::chrono::seconds step);

} // namespace Hephaestus
