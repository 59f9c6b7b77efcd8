// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/filedescriptor.h"
#include "server/supervisor/childcommand.h"

#include <sys/types.h>

#include <functional>
#include <variant>

namespace Hephaestus {

/// A process that runs the program asked for. Whoever has it must wait for it.
struct SpawnedChild
{
    pid_t pid = -1;
    FileDescriptor pidfd;  ///< readable when it has ended
    FileDescriptor output; ///< the reading ends of its stdout and stderr, non-blocking
    FileDescriptor error;
};

/// Starts a program as the leader of its own session and process group. Every signal is at its default and none is
/// blocked, but SIGHUP stays ignored where nohup(1) wants it so. It has no descriptor but stdio and the sockets, which
/// are 3, 4, … in their order. Call it from a thread that stays, the main thread: see ChildCommand::endsWithParent.
///
/// Calls `beforeExec` when the process is there, and leads its session; it runs the program after that. Should this
/// process end before, the program never runs.
///
/// Returns when the program runs or it is known why not; a program that cannot be loaded in 10 s is given up.
std::variant<SpawnedChild, StartFailure> spawn(const ChildCommand &command, const QList<HandedSocket> &sockets,
                                               const std::function<void(const SpawnedChild &)> &beforeExec = {});

} // namespace Hephaestus
