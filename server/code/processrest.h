// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/processentry.h"

#include <QList>

#include <chrono>
#include <functional>
#include <optional>

namespace Hephaestus {

/// Whether processes have run since they were noted. Who has not run has loaded nothing, has run no other program, and
/// has started nobody.
///
/// Told by the CPU time of each process, of all its threads, also of those that ended. One system call a process; no
/// permission is needed. It costs a hundredth of a look at what the process has mapped. One thread at a time.
class ProcessRest
{
public:
    using Lister = std::function<QList<ProcessEntry>()>;

    /// Nanoseconds; nothing: no such process, or clocks too coarse to show a short run.
    static std::optional<qint64> cpuTime(pid_t pid);

    /// Notes those that `list` finds. False, and nobody is noted: `list` found others when it was asked again, or
    /// nobody; somebody is younger than `age`; or a CPU time is not known.
    bool note(const Lister &list, std::chrono::nanoseconds age);
    void forget() { m_noted.clear(); }
    /// Somebody is noted, and nobody noted has run or ended since. A process that is running at this moment may show
    /// only at the next call. A number that went to another process shows by its CPU time.
    bool holds() const;

private:
    struct Noted
    {
        pid_t pid = 0;
        qint64 time = 0;
    };
    QList<Noted> m_noted;
};

} // namespace Hephaestus
