// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayList>
#include <QList>
#include <QString>

#include <csignal>

namespace Hephaestus {

/// Who is asked first when a program is to end.
enum class StopScope {
    Leader, ///< the process that was started: it ends its own
    Group,  ///< its whole process group at once
};

/// What to run, in bytes as the kernel takes them: nothing is decoded, quoted or given to a shell.
struct ChildCommand
{
    QByteArrayList arguments;   ///< the program first: a path, or a name looked up along PATH
    QByteArray directory;       ///< to run in; empty: this process' own
    QByteArrayList environment; ///< `NAME=value`, on top of this process' own
    bool sharesInput = false;   ///< its stdin is ours; else /dev/null
    int stopSignal = SIGTERM;   ///< what asks it to end
    StopScope stopScope = StopScope::Leader;
    /// The kernel sends it its stop signal when the thread that started it ends, also after it was told to stop.
    /// False where a Guardian does that.
    bool endsWithParent = true;

    bool operator==(const ChildCommand &) const = default;
};

/// A listening socket that is handed over; stays the giver's.
struct HandedSocket
{
    QByteArray name; ///< for LISTEN_FDNAMES (sd_listen_fds(3)): no colon
    int descriptor = -1;

    bool operator==(const HandedSocket &) const = default;
};

/// Why a program did not even start.
struct StartFailure
{
    static constexpr int Own = 125;           ///< something here failed: descriptors, memory, the directory
    static constexpr int NotExecutable = 126; ///< it is there, but this machine or user cannot run it
    static constexpr int NotFound = 127;

    int exitCode = Own; ///< as a shell or env(1) would have it
    QString what;       ///< one line for a person

    bool operator==(const StartFailure &) const = default;
};

} // namespace Hephaestus
