// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleet.h"

#include <QByteArray>

namespace Hephaestus {

/// A fleet file with these services: names, addresses and groups. Tokens are not written; a comment says whose are
/// missing. Two services of one name get their addresses added.
QByteArray fleetFileWith(const QList<FleetEntry> &services);

} // namespace Hephaestus
