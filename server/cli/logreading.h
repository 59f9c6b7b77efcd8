// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/client/serviceclient.h"
#include "common/fleet/fleet.h"

namespace Hephaestus {

/// What is known of a service's output at one moment.
struct LogState
{
    FleetEntry entry;
    std::optional<ServiceTarget> target;
    QList<OutputLine> lines;     ///< oldest first: what the service tells, and before that what its file keeps
    std::optional<LogPage> page; ///< the latest one that the service told; nothing: it does not answer
    QString failure;             ///< why it does not
    QString file;                ///< where the output is kept on this machine; empty: nowhere
};

/// Reads the last `most` lines of each service, or all that are kept where that many are not. Asks all at once; runs an
/// event loop.
QList<LogState> readLogs(const QList<FleetEntry> &entries, qint64 most);

/// What the file of `state` keeps now.
QList<OutputLine> keptLines(const LogState &state, qint64 bytes);

/// Those of `lines` that come after the last ones of `printed`; nothing: those are not among them.
std::optional<QList<OutputLine>> linesAfter(const QList<OutputLine> &lines, const QList<OutputLine> &printed);

} // namespace Hephaestus
