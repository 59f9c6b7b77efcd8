// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/filedescriptor.h"
#include "server/supervisor/processtable.h"

#include <QByteArray>
#include <QString>

#include <chrono>

namespace Hephaestus {

/// A process beside this one that outlives it. Should this one be killed, it ends what this one ran as a stop would
/// have: by SIGTERM, and by SIGKILL after a grace. It says so in the program's log and on stderr.
///
/// Made while this process has one thread. Whoever goes on with the programs after this object is gone guards them
/// himself.
class Guardian
{
public:
    /// `logFile` may be empty. Without memory or a process to spare there is no guardian; the kernel's SIGTERM remains
    /// (spawn()).
    Guardian(const QString &logFile, std::chrono::milliseconds grace);
    /// That of this process before an execve(2): it goes on guarding what it did, until this object is gone. `pipe` as
    /// pipe() told it.
    Guardian(pid_t pid, FileDescriptor pipe);
    /// Ends the guardian, not what it guards.
    ~Guardian();
    Guardian(const Guardian &) = delete;
    Guardian &operator=(const Guardian &) = delete;

    /// `NAME=value` for the environment of what is guarded: tells those of the family that left their session, too.
    const QByteArray &mark() const { return m_mark; }
    /// The leaders of the programs that run now, two at most.
    void guard(const QList<ProcessEntry> &leaders);
    /// For the next image of this process; 0: there is none.
    pid_t pid() const { return m_pid; }
    int pipe() const { return m_pipe.number(); }

private:
    QByteArray m_mark;
    pid_t m_pid = 0;
    FileDescriptor m_pipe; ///< it ends with this process
    QList<ProcessEntry> m_guarded;
};

} // namespace Hephaestus
