// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/clock.h"

namespace Hephaestus {

const Clock &Clock::steady()
{
    static const Clock clock;
    return clock;
}

} // namespace Hephaestus
