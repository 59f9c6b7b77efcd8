// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace Hephaestus {

/// Where a service keeps its files: the directory that systemd gave it (`StateDirectory=`), or the user's.
QString stateDirectory();

} // namespace Hephaestus
