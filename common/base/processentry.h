// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

#include <sys/types.h>

#include <chrono>
#include <optional>

namespace Hephaestus {

/// A process of this machine, with the fields of /proc/PID/stat (proc_pid_stat(5)) that anybody here needs.
struct ProcessEntry
{
    pid_t pid = 0;
    pid_t parent = 0;
    pid_t group = 0;
    pid_t session = 0;
    char state = '?';       ///< 'Z' ended and not reaped, 'T' stopped
    quint64 startTicks = 0; ///< since the machine started; with the pid it names one process for ever
    int waitStatus = 0;     ///< how a zombie ended, as wait(2) reports it; only the same user and root see it

    bool isZombie() const { return state == 'Z' || state == 'X'; }
    bool isSuspended() const { return state == 'T'; }
    /// Since it began; up to a clock tick (10 ms) more, never less.
    std::chrono::nanoseconds age() const;
    bool operator==(const ProcessEntry &) const = default;
};

/// What a process uses; all its threads together.
struct ProcessCost
{
    double cpuSeconds = 0; ///< user and system, with that of the children it has waited for
    qint64 residentBytes = 0;
    qint64 threads = 0;
};

/// Whether /proc is there and numbers the processes as this one does. It does not where another PID namespace's is
/// mounted (pid_namespaces(7)): its numbers are strangers'. Asked of the kernel once.
bool hasProcessTable();

/// Nothing if it is not the whole line.
std::optional<ProcessEntry> parseProcess(QByteArrayView line);

/// Nothing if there is no such process, or no process table.
std::optional<ProcessEntry> readProcess(qint64 pid);
std::optional<ProcessCost> readProcessCost(qint64 pid);

} // namespace Hephaestus
