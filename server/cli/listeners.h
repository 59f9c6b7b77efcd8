// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleet.h"
#include "common/protocol/portuse.h"

namespace Hephaestus {

/// Who listens on this TCP port of this machine, and which services answer there: each is asked, and has 2 s. Runs an
/// event loop.
QList<PortUse> listeners(quint16 port);

/// The processes of this user that listen on TCP ports of this machine, and which of them are services: they are asked,
/// and have 2 s together. Runs an event loop.
QList<PortUse> ownListeners();

/// The services of this user that listen on TCP ports of this machine, each instance once, by directory and name.
/// Only his processes are asked, and have 2 s together. Runs an event loop.
QList<PortUse> ownServices();

/// True if the directory that a service was started in, or its work tree, is known not to be there any more.
bool hasLostItsDirectory(const PortUse &use);

/// Its work tree, or folder, and branch; for a person.
QString placeText(const PortUse &use);

/// The entry by which a service found so is asked and stopped.
FleetEntry entryOf(const PortUse &use);

} // namespace Hephaestus
