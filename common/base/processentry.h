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

/// Nothing if it is not the whole line.
std::optional<ProcessEntry> parseProcess(QByteArrayView line);

/// Nothing if there is no such process.
std::optional<ProcessEntry> readProcess(qint64 pid);

} // namespace Hephaestus
