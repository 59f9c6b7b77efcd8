// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleet.h"

#include <QObject>

#include <functional>

namespace Hephaestus {

class HostConnection;

/// What a command on another host came to.
struct HostOutput
{
    int code = -1; ///< its exit code; 255: ssh failed
    QByteArray output{};
    QByteArray errors{};
};

/// Runs `words` on the host, over the connection of this thread, and calls back once, unless `context` is gone by then.
/// A Problem if there is no connection, or ssh cannot be started. What it may take and say is limited: 30 s, 16 MiB.
void runOnHost(const RemoteHost &host, const QStringList &words, QObject *context,
               const std::function<void(const Result<HostOutput> &)> &done);

/// Reads the fleet file that `hephaestus` on the host takes without `--fleet`, likewise. Its services come as those of
/// the host.
void readFleetOfHost(const RemoteHost &host, QObject *context, const std::function<void(const Result<Fleet> &)> &done);

} // namespace Hephaestus
