// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/app/moduleadapter.h"
#include "server/code/codemonitor.h"

#include <chrono>
#include <memory>
#include <optional>

namespace Hephaestus {

/// Whether a wrapped program runs the code on disk: a CodeMonitor for each process it is started as. Between two
/// processes the verdict is unknown. Belongs to the main thread.
class ProgramCode
{
public:
    /// `sources` without a process; `adapter` (may be null), and the state, outlive it.
    ProgramCode(ServerState &state, CodeSources sources, const ModuleAdapter *adapter);
    ~ProgramCode();

    /// The program's process; 0: it does not run. `since`: fileClock() before it was started; nothing: not known.
    void follow(pid_t pid, std::optional<std::chrono::nanoseconds> since);
    /// CodeMonitor::compareAnew() of the process that runs; where none does, the verdict is known already.
    void compareAnew(std::function<void()> done) const;
    /// CodeMonitor::find() of the process that runs; where none does, nothing is loaded.
    void find(const QByteArrayList &paths, std::function<void(const QList<CodeFile> &)> done) const;

private:
    ServerState &m_state;
    CodeSources m_sources;
    const ModuleAdapter *const m_adapter;
    EventThread m_thread{"code"}; ///< begun before the program, while Qt is lean
    std::unique_ptr<CodeMonitor> m_monitor;
    pid_t m_pid = 0;
};

} // namespace Hephaestus
