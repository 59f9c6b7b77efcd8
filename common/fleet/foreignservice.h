// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleet.h"

namespace Hephaestus {

/// Whose the service at the address of `entry` is, if it is another project's than the one the entry starts: `~/shop-b,
/// branch fix-cart (pid 4312)`. Empty: it is the entry's own, or nobody can tell.
///
/// It is another's if it says where it was started, and that is another work tree than the entry's directory is in.
/// Where one of them is in none, it is another's if neither directory is inside the other. An entry without a command,
/// a command in the user's general fleet file that names no directory, and an address of another machine say nothing.
QString foreignOwner(const FleetEntry &entry, const HealthReport &report);

} // namespace Hephaestus
