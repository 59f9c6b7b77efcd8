// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"

#include <QDateTime>

namespace Hephaestus {

/// In the machine's own time zone, to the millisecond.
inline QDateTime localTime(Clock::WallTime time)
{
    return QDateTime::fromMSecsSinceEpoch(
        std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count());
}

} // namespace Hephaestus
