// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/code/contenthash.h"

#include <QByteArray>

#include <sys/types.h>

#include <optional>

namespace Hephaestus {

/// What a process began with, read from /proc.
namespace ProcessOrigin {

/// When the process began, in nanoseconds of wallClock(); never later than the truth, 20 ms earlier at most. Of this
/// process: when this program was loaded, which after an exec in place is later than the process. Nothing: no such
/// process.
std::optional<qint64> startOf(pid_t pid);

/// Its start in clock ticks since boot; with the pid it names one process. 0: no such process.
quint64 ticketOf(pid_t pid);

/// The environment it was given, as `NAME=value` strings that end with a zero. Nothing: not readable.
std::optional<QByteArray> environmentOf(pid_t pid);

/// A hash of an environment, which reveals none of its secrets. The order of variables does not count. Nor do those
/// which differ with every start (INVOCATION_ID, LISTEN_PID, NOTIFY_SOCKET, SHLVL, …).
ContentHash environmentHash(const QByteArray &environment);

} // namespace ProcessOrigin

} // namespace Hephaestus
