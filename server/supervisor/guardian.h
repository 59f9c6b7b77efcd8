// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/filedescriptor.h"
#include "server/supervisor/childcommand.h"
#include "server/supervisor/guardedprogram.h"

#include <QByteArray>
#include <QObject>
#include <QString>

#include <chrono>
#include <memory>
#include <optional>

class QSocketNotifier;

namespace Hephaestus {

struct GuardianOptions
{
    QString logFile; ///< the program's output goes on there; empty: nowhere
    int stopSignal = SIGTERM;
    StopScope stopScope = StopScope::Leader;
    std::chrono::milliseconds grace{30'000}; ///< from the stop signal to SIGKILL
    /// Another one guards still: nothing is done before this one is told what to guard.
    bool isStandby = false;
};

/// A process beside this one that outlives it. Should this one be killed, it ends what this one ran, as a stop would
/// have; a stop that had begun is not begun again. It says so in the program's log and on stderr. It holds the
/// program's output pipes open, and then reads them into the log. What the program says while it ends neither ends it
/// nor is lost. RemainingFamily tells whom it finds. While it does so it has a backup of its own.
///
/// Made while this process has one thread. Whoever goes on with the programs after this object is gone guards them
/// himself.
class Guardian : public QObject
{
    Q_OBJECT

public:
    /// Without memory or a process to spare there is no guardian: pid() is 0, and the kernel's stop signal must do
    /// (ChildCommand::endsWithParent).
    explicit Guardian(GuardianOptions options);
    /// That of this process before an execve(2): it goes on guarding what it did, until this object is gone. `channel`
    /// as channel() told it.
    Guardian(pid_t pid, FileDescriptor channel);
    /// Does end().
    ~Guardian() override;
    /// Ends the guardian, not what it guards.
    void end();

    /// From now on one that ends is replaced: needs the event loop.
    void watch();
    /// `NAME=value` for the environment of what is guarded: tells those of the family that left their session, too.
    const QByteArray &mark() const { return m_mark; }
    /// The programs that run now, three at most, and who of them came to this process as their subreaper.
    void guard(const QList<GuardedProgram> &programs, const QList<ProcessEntry> &strays = {});
    /// Whether somebody sent it SIGTERM: who does so sends it to all processes of this service.
    bool wasAskedToEnd() const;
    /// For the next image of this process; 0: there is none.
    pid_t pid() const { return m_pid; }
    int channel() const { return m_channel.number(); }

Q_SIGNALS:
    void replaced(const QString &what); ///< it ended, and another one guards

private:
    void start();
    void replace();
    void send();

    const GuardianOptions m_options;
    QByteArray m_mark;
    pid_t m_pid = 0;
    FileDescriptor m_channel; ///< it ends with this process
    QList<GuardedProgram> m_programs;
    QList<ProcessEntry> m_strays;
    bool m_isTold = true; ///< of these
    FileDescriptor m_pidfd;
    std::unique_ptr<QSocketNotifier> m_notifier; ///< of its end
    std::chrono::steady_clock::time_point m_startedAt;
    int m_shortLives = 0; ///< in a row
    QString m_lost;       ///< what became of the latest
};

} // namespace Hephaestus
