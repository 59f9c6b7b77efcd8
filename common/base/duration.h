// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"

#include <chrono>

namespace Hephaestus {

using Seconds = std::chrono::duration<double>;

/// Reads a duration as people write it: a number and a unit, `ms`, `s`, `m` or `min`, `h`, `d`. Several of them may
/// stand in a row (`1h 30m`, `2.5s`), and a plain `0` needs no unit. Negative, empty, without a unit or longer than 366
/// days is a Problem.
Result<std::chrono::milliseconds> parseDuration(const QString &text);

/// The same for a person, with two units at most and three significant digits: `850 ms`, `1.24 s`,
/// `2 h 4 min`, `3 d`. What no clock measures is shown as what it is: `−5 s`, `1e+300 s`, `—` for what is no number.
QString formatDuration(Seconds duration);

/// The whole seconds of a duration, for any value: std::chrono::floor to integers is undefined beyond their range.
Seconds wholeSeconds(Seconds duration);
/// Of what is left of a time: whole seconds, upwards. None is left only when it is over.
inline Seconds wholeSecondsLeft(Seconds left) { return -wholeSeconds(-left); }

/// The shortest text that parseDuration() reads back as the same: `30s`, `1500ms`.
QString writeDuration(std::chrono::milliseconds duration);

/// Seconds for a body, in whole microseconds: shorter bodies, and no digits that nobody measured.
double wireSeconds(Seconds duration);

} // namespace Hephaestus
