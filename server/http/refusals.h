// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"

#include <QByteArray>
#include <QHash>
#include <QMap>

#include <functional>
#include <mutex>

namespace Hephaestus {

/// Counts what the pool refused, by reason, and logs each reason once a second at most. Thread-safe.
class Refusals
{
public:
    explicit Refusals(const Clock &clock = Clock::machine()) : m_clock(clock) {}

    /// `reason` is the stable code of an error body; `peer` says whom it came from, and is asked only for the log.
    void add(const QByteArray &reason, const std::function<QByteArray()> &peer);

    /// How many of each so far.
    QMap<QByteArray, qint64> counts() const;

private:
    struct Tally
    {
        qint64 count = 0;
        qint64 unlogged = 0;
        Clock::TimePoint logged{};
    };

    const Clock &m_clock;
    mutable std::mutex m_mutex;
    QHash<QByteArray, Tally> m_tallies;
};

} // namespace Hephaestus
