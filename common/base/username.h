// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <sys/types.h>

namespace Hephaestus {

/// The name of a user of this machine (getpwuid_r(3)); the number, if it has none. Any thread.
QString userName(uid_t user);

} // namespace Hephaestus
