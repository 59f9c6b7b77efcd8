// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/hostfleet.h"

namespace Hephaestus {

/// The host that `--host` means: one of the fleet file, or else what ssh takes. `fleetFile`: by `--fleet`; may be
/// empty.
Result<RemoteHost> findHost(const QString &name, const QString &fleetFile);

/// readFleetOfHost(), waited for. Runs an event loop.
Result<Fleet> fleetOfHost(const RemoteHost &host);

/// runOnHost(), waited for. Runs an event loop.
Result<HostOutput> outputOnHost(const RemoteHost &host, const QStringList &words);

/// Runs this program's command on the host in its place, with all arguments but `--host`, and prints what that says.
/// Returns its exit code.
int runCommandOnHost(const QStringList &arguments);

} // namespace Hephaestus
