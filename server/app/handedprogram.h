// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/app/listenfds.h"
#include "server/app/moduleadapter.h"
#include "server/supervisor/childprocess.h"
#include "server/supervisor/guardian.h"

#include <memory>

namespace Hephaestus {

/// A wrapped program that runs on while `hephaestus run` executes itself anew: one image hands it over, the next one
/// adopts it.
struct HandedProgram
{
    enum class Role {
        Serving,     ///< the next image goes on with it
        Predecessor, ///< it was told to end, and the next image waits for that
    };

    Role role = Role::Serving;
    Clock::TimePoint killAt{}; ///< of a predecessor
    RunningChild child;
    std::unique_ptr<ModuleAdapter> adapter; ///< null: without
    std::unique_ptr<Guardian> guardian;     ///< guards it as long as this object lives; null: nobody does

    /// Its descriptors, to be passed on among the listening sockets, and known by their names. They stay this object's;
    /// the adapter's directory is no longer removed with it.
    QList<HandedSocket> handOver();
    /// Removes those of a predecessor from `inherited`; nothing if there are none.
    static std::optional<HandedProgram> take(Role role, QList<InheritedSocket> &inherited);

    /// Ends it, a child of this process that was started with `command`: by its stop signal, unless it was told, and by
    /// SIGKILL after `grace`. Waits for that without an event loop.
    void end(const ChildCommand &command, std::chrono::milliseconds grace);
};

/// The lines that `hephaestus run` keeps, in a file in memory, for the next image of its process.
class HandedOutput
{
public:
    /// Of LineRing::save(); where that fails, they are lost.
    explicit HandedOutput(const QByteArray &saved);

    QList<HandedSocket> handOver() const;
    /// Removes a predecessor's from `inherited`; empty if there is none.
    static QByteArray take(QList<InheritedSocket> &inherited);

private:
    FileDescriptor m_file;
};

} // namespace Hephaestus
