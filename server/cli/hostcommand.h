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

enum class HostWords {
    AllThere,    ///< all arguments but `--host` are for over there
    FleetIsHere, ///< `--fleet`, too, is for here: the host's name is looked up in it
};
enum class HostTalk {
    OneWay,   ///< what the command says is passed on
    BothWays, ///< it has this program's standard input, output and errors
};

/// Runs this program's command on the host in its place, for as long as it takes, and passes on what that says as it
/// comes. Returns its exit code. An interrupt ends the wait, not what has begun there. Runs an event loop.
int runCommandOnHost(const QStringList &arguments, HostWords whose = HostWords::AllThere,
                     HostTalk talk = HostTalk::OneWay);

} // namespace Hephaestus
