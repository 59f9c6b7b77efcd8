// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"

#include <QMetaType>
#include <QStringList>

#include <optional>

namespace Hephaestus {

/// What the person who looks does not want to be told of one service. AlertMutes decides it, and its row carries it.
struct Quiet
{
    std::optional<Clock::WallTime> mutedUntil; ///< nothing at all before that
    bool state = false;                        ///< nothing of the trouble that it is in: it is acknowledged
    bool code = false;                         ///< nothing of its old code
    QStringList rules;                         ///< nothing of these alert rules

    bool isAcknowledged() const { return state || code || !rules.isEmpty(); }

    bool operator==(const Quiet &) const = default;
};

/// `15:02`, of another day `30 Nov 08:00`; local time.
QString momentText(Clock::WallTime time);

/// As people read it, a sentence for each: `Muted until 15:02.`, `Acknowledged.`
QStringList quietTexts(const Quiet &quiet);

/// Eight o'clock local time of the day after the one that `now` is in.
Clock::WallTime tomorrowMorning(Clock::WallTime now);

} // namespace Hephaestus

Q_DECLARE_METATYPE(Hephaestus::Quiet)
