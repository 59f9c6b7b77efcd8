// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/code/contenthash.h"

#include <QByteArray>
#include <QByteArrayList>

#include <sys/types.h>

#include <optional>

namespace Hephaestus {

/// What a process began with, read from /proc.
namespace ProcessOrigin {

/// When the process began, to make a ChangeBound of; never later than the truth, 20 ms earlier at most. Of this
/// process: when this program was loaded, which after an exec in place is later than the process. Nothing: no such
/// process.
std::optional<qint64> startOf(pid_t pid);

/// Its start in clock ticks since boot; with the pid it names one process. 0: no such process.
quint64 ticketOf(pid_t pid);

/// Names the program that the process runs now: another one after each exec(2), the same one after a fork. Empty: no
/// such process, or not ours to see.
QByteArray imageOf(pid_t pid);

/// The file of the program that it runs, absolute, where it was when it began; empty: not readable.
QByteArray pathOf(pid_t pid);

/// The path that was given to execve(2), with its symbolic links; of a script it is the script's. It may be relative.
/// Empty: not readable.
QByteArray invocationOf(pid_t pid);

/// Its name in its directory.
QByteArray programOf(pid_t pid);

/// Its arguments, the first of which is its own name; empty: not readable.
QByteArrayList argumentsOf(pid_t pid);

/// The directory that it is in; empty: not readable.
QByteArray directoryOf(pid_t pid);

/// The regular file that it has for standard input, or none.
QByteArrayList inputsOf(pid_t pid);
/// Whether that is a pipe or a socket: what comes through it is not known.
bool hasStreamForInput(pid_t pid);
/// Whether that is a terminal.
bool hasTerminalForInput(pid_t pid);

/// The environment it was given, as `NAME=value` strings that end with a zero. Nothing: not readable.
std::optional<QByteArray> environmentOf(pid_t pid);

/// A hash of an environment, which reveals none of its secrets. The order of variables does not count. Nor do those
/// which differ with every start (INVOCATION_ID, LISTEN_PID, NOTIFY_SOCKET, SHLVL, …).
ContentHash environmentHash(const QByteArray &environment);

} // namespace ProcessOrigin

} // namespace Hephaestus
