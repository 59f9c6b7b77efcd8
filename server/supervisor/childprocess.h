// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"
#include "server/supervisor/childend.h"
#include "server/supervisor/childsignal.h"
#include "server/supervisor/guardedprogram.h"
#include "server/supervisor/processtable.h"
#include "server/supervisor/spawn.h"

#include <QObject>
#include <QSet>
#include <QTimer>

#include <memory>

class QSocketNotifier;

namespace Hephaestus {

/// A program that runs, as it is handed from one ChildProcess to another.
struct RunningChild
{
    pid_t pid = 0;
    FileDescriptor output; ///< the reading ends of its stdout and stderr, non-blocking
    FileDescriptor error;
};

/// One run of a program, from its start until nothing of it is left: the process itself, its group, and whatever it
/// left behind. What it left in sessions of their own comes to this process as their subreaper.
///
/// Lives in the main thread. Where several run at a time, an orphan in a session of its own counts as the latest's that
/// can have left it. SIGCHLD and a pidfd lead to advance(), which reads the clock and /proc; a timer does so only while
/// something is to be ended. Without a process table (hasProcessTable()) the family is the group alone.
class ChildProcess : public QObject
{
    Q_OBJECT

public:
    explicit ChildProcess(const Clock &clock = Clock::machine(), QObject *parent = nullptr);
    /// Does kill() to what still runs.
    ~ChildProcess() override;

    /// The CPU time, user and system, of all processes of programs that this process has reaped. Any thread.
    static std::chrono::microseconds cpuOfReaped();

    /// Nothing if it runs now. `grace` is what its remains get when it ends by itself.
    std::optional<StartFailure> start(const ChildCommand &command, const QList<HandedSocket> &sockets,
                                      std::chrono::milliseconds grace);
    /// Takes over one that runs already, a child of this process: what release() gave, before an execve(2) perhaps.
    /// `command` is what it was started with. False if it is none.
    bool adopt(RunningChild child, const ChildCommand &command, std::chrono::milliseconds grace);
    /// Lets it run on without this object. Its output, if that was not taken, goes with it.
    RunningChild release();
    /// The command's stop signal, once, to the program alone or to its group. When the program has ended, its family
    /// gets SIGTERM and SIGCONT; after `grace` SIGKILL goes to whatever is left. Again: the shorter grace counts.
    void stop(std::chrono::milliseconds grace);
    /// The same, where somebody else has told all of it to end already.
    void expectEnd(std::chrono::milliseconds grace);
    /// The same, where the program, or its group by the command's scope, has been told already.
    void resumeStop(Clock::TimePoint killAt);
    /// SIGKILL to all of it at once, and waits for that (2 s at most). ended() does not come.
    void kill();

    /// The children that this process has now were left by who it was before an execve(2): they are reaped when they
    /// end. Call it before anything is started.
    static void noteInherited();

    bool isRunning() const { return m_leader.pid > 0; } ///< until ended(), though the program itself may be gone
    bool isStopping() const { return m_deadline.has_value(); }
    bool isSuspended() const { return m_suspended; } ///< by SIGSTOP and the like
    pid_t pid() const { return m_leader.pid; }
    const ProcessEntry &process() const { return m_leader; }
    /// Nothing: it was not told to end. Else what is left of it then gets SIGKILL.
    std::optional<Clock::TimePoint> killAt() const { return m_deadline; }
    /// Who came to this process as their subreaper, as of the latest look: of this or of another program.
    const QList<ProcessEntry> &strays() const { return m_strays; }
    FileDescriptor takeOutput() { return std::move(m_child.output); }
    FileDescriptor takeError() { return std::move(m_child.error); }

public Q_SLOTS:
    /// Does what is due. The timer's slot; tests call it.
    void advance();

Q_SIGNALS:
    /// The process is there, and runs the program after the slots (direct connections) have returned. If this process
    /// ends before that, the program never runs.
    void spawned(const Hephaestus::GuardedProgram &program);
    void suspendedChanged(bool suspended);
    void straysChanged();
    void remainsFound(int count);                ///< the program ended and left these processes, which are ended now
    void killing(int count);                     ///< the grace is over
    void ended(const Hephaestus::ChildEnd &end); ///< everything is gone and reaped

private:
    static ProcessEntry entryOf(pid_t pid);
    void watch(SpawnedChild child, const ChildCommand &command, std::chrono::milliseconds grace);
    void setDeadline(std::chrono::milliseconds grace);
    void ask();
    void noteAsked();
    void forget();
    void leaderEnded();
    QList<ProcessEntry> listRemains() const;
    void reapStrays();
    void endRemains(const QList<ProcessEntry> &remains);
    void finish(int left);
    void watchSuspension();
    bool isGroupLeft() const;

    const Clock &m_clock;
    const std::shared_ptr<ChildSignal> m_signal = ChildSignal::instance();
    SpawnedChild m_child;
    ProcessEntry m_leader; ///< not reaped before finish(), so that its number stays its own
    std::unique_ptr<QSocketNotifier> m_notifier;
    QTimer m_timer;
    Clock::TimePoint m_startedAt;
    std::chrono::milliseconds m_grace{0};
    int m_stopSignal = SIGTERM;
    StopScope m_stopScope = StopScope::Leader;
    std::optional<ChildEnd> m_end;              ///< of the leader
    std::optional<Clock::TimePoint> m_deadline; ///< SIGKILL from then on
    QSet<pid_t> m_asked;                        ///< was told to end already
    QList<ProcessEntry> m_strays;
    bool m_killing = false;
    bool m_suspended = false;
};

} // namespace Hephaestus
