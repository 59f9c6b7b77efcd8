// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/knownname.h"
#include "common/fleet/launcher.h"
#include "common/protocol/health.h"
#include "dashboard/history/event.h"
#include "dashboard/history/history.h"

#include <QMap>

/// What the dashboard remembers beyond its own life: plain values that travel between the window's thread and the
/// store's.
namespace Hephaestus {

/// One answered poll of a service.
struct Observation
{
    QString url;        ///< what a service is known by from one day to the next
    History::Time from; ///< all that is counted happened in (from, to]
    History::Time to;
    Seconds latency{0};
    Resources resources;                                 ///< cpuSeconds: used since `from`, not since its start
    QMap<QString, std::pair<qint64, qint64>> operations; ///< by dependency: how many succeeded and failed

    bool operator==(const Observation &) const = default;
};

/// A stretch of time in which a service answered; two that do not touch have a gap between them.
struct Stretch
{
    History::Time from;
    History::Time to;
    qint64 polls = 0;
    Seconds latency{0}; ///< the mean of its polls
    Seconds slowest{0};
    Resources highest; ///< the highest of each that was seen; cpuSeconds: used in this stretch

    bool operator==(const Stretch &) const = default;
};

/// What is remembered of one service over some time.
struct HistoryRange
{
    std::chrono::seconds step{1}; ///< no stretch or sample is longer
    std::vector<Stretch> stretches;
    QMap<QString, History::Samples> operations; ///< by dependency
    History::Marks marks;

    /// Of all dependencies together.
    History::Samples total() const;
};

/// As what a service answered last, of whatever day.
struct KnownService
{
    KnownName name{};
    bool tellsHealth = false; ///< more than a page, at any time
    /// When it answered last; nothing: not known.
    std::optional<History::Time> seen{};

    bool operator==(const KnownService &) const = default;
};

/// A body a service sent.
struct KeptBody
{
    History::Time at;
    QByteArray body;

    bool operator==(const KeptBody &) const = default;
};

/// What is left of a process that died: the last it said.
struct Obituary
{
    History::Time at; ///< when it was missed
    QString url;
    QString name;
    qint64 pid = 0;                 ///< 0: it did not say
    std::optional<ExitStatus> exit; ///< nothing: nobody told
    QString reason;                 ///< one sentence: how it was noticed
    QList<KeptBody> bodies;         ///< the last ones, oldest first
    /// The end of its output; empty: none was to be had. That of this process alone begins with the line that tells its
    /// start (beginsInstance()), or with Cut.
    QByteArray log;

    static constexpr char Cut[] = "…\n"; ///< stands where a part is left out

    bool operator==(const Obituary &) const = default;
};

/// How much is kept.
struct HistoryLimits
{
    qint64 bytes = 200 * 1024 * 1024; ///< of the file; the oldest of the finest tier makes room
    int events = 20'000;
    int obituaries = 300;
    int receipts = 1000;   ///< one of each service
    int pastReceipts = 20; ///< of each of those services

    bool operator==(const HistoryLimits &) const = default;
};

/// The tiers: every observation is counted in each, and each is kept for its own time.
struct HistoryTier
{
    std::chrono::seconds step;
    std::chrono::hours kept;
};
inline constexpr HistoryTier HistoryTiers[] = {
    {std::chrono::seconds(1), std::chrono::hours(1)},
    {std::chrono::seconds(10), std::chrono::hours(6)},
    {std::chrono::minutes(1), std::chrono::hours(48)},
    {std::chrono::minutes(10), std::chrono::hours(30 * 24)},
};

/// The coarsest tier whose steps are still no longer than `step`, of those that reach back to `from`.
const HistoryTier &tierFor(std::chrono::seconds step, History::Time from, History::Time now);

} // namespace Hephaestus
