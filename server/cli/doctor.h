// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleetchoice.h"
#include "common/protocol/finding.h"

namespace Hephaestus {

/// What this machine and this user's files make hard: limits, the clock, folders, buses. Milliseconds.
QList<Finding> examineMachine();

/// A fleet file and what it names: its problems, what of it was not agreed to, secrets, ports and whoever holds them.
/// Each service is asked, and has 2 s together. Runs an event loop.
QList<Finding> examineFleet(const FleetChoice &choice);

} // namespace Hephaestus
