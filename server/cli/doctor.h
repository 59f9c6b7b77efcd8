// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleetchoice.h"
#include "common/fleet/machinefindings.h"
#include "server/cli/plaincommandline.h"

namespace Hephaestus {

/// A fleet file and what it names: its problems, what of it was not agreed to, secrets, ports and whoever holds them.
/// Each service is asked, and has 2 s together. Runs an event loop.
QList<Finding> examineFleet(const FleetChoice &choice);

/// Prints them: for a person a line each, and one below it with what to do. `fleet`: of encode(). Returns the exit
/// code: ExitNotSo if one is bad.
int tellFindings(const QList<Finding> &findings, const PlainCommandLine &line, const QString &fleet = {});

} // namespace Hephaestus
