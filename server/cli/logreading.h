// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/logreader.h"

namespace Hephaestus {

/// Reads the last `most` lines of each service, or all that are kept where that many are not. Asks all at once; runs an
/// event loop.
QList<LogState> readLogs(const QList<FleetEntry> &entries, qint64 most);

/// Those of `lines` that come after the last ones of `printed`; nothing: those are not among them.
std::optional<QList<OutputLine>> linesAfter(const QList<OutputLine> &lines, const QList<OutputLine> &printed);

} // namespace Hephaestus
