// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/clock.h"

namespace Hephaestus {

const Clock &Clock::machine()
{
    static const Clock clock;
    return clock;
}

} // namespace Hephaestus
