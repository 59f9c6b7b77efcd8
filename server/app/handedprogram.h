// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/app/listenfds.h"
#include "server/app/pythonadapter.h"
#include "server/supervisor/childprocess.h"
#include "server/supervisor/guardian.h"

#include <memory>

namespace Hephaestus {

/// A wrapped program that runs on while `hephaestus run` executes itself anew: the one hands it over, the other takes
/// it.
struct HandedProgram
{
    RunningChild child;
    FileDescriptor output;                  ///< a file in memory: what it has written so far
    std::unique_ptr<PythonAdapter> adapter; ///< null: without
    std::unique_ptr<Guardian> guardian;     ///< guards it as long as this object lives; null: nobody does

    /// Its descriptors among those of the listening sockets, told by their names; they stay this object's, and the
    /// adapter is not removed with it any more.
    QList<HandedSocket> handOver();
    /// Takes those of a predecessor out of `inherited`; nothing if there are none.
    static std::optional<HandedProgram> take(QList<InheritedSocket> &inherited);

    /// Ends it, a child of this process, by SIGTERM, and by SIGKILL after `grace`, and waits for that without an event
    /// loop.
    void end(std::chrono::milliseconds grace);

    void setOutput(const QByteArray &lines); ///< where that fails, it is lost
    QByteArray readOutput() const;
};

} // namespace Hephaestus
