// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/app/handedprogram.h"
#include "server/app/readinesswatch.h"
#include "server/app/runoptions.h"
#include "server/supervisor/successor.h"

namespace Hephaestus {

/// What `hephaestus run --overlap` does before a restart. It starts the program's successor, with an adapter of
/// its own. The restart goes on only once that accepts and is ready by the program's rule. A successor that does not is
/// ended, and the program runs on.
class OverlappingRestart : public QObject
{
    Q_OBJECT

public:
    /// `supervisor`, of the program that runs now, and `sockets` outlive it. `isOurs`: whether a process belongs to the
    /// program or its successor.
    OverlappingRestart(const RunOptions &options, HeldSockets &sockets, Supervisor &supervisor,
                       NotifySocket::IsOurs isOurs);

    /// Why it cannot even begin; otherwise `done` is called once, with whether the successor accepts and is ready.
    std::optional<Problem> begin(std::function<void(bool isAccepting)> done);
    bool isAccepting() const { return m_successor && m_successor->isAccepting() && m_readiness->isReady(); }
    /// A stop came instead: ends the successor, unless it is gone.
    void cancel();
    /// Ends the successor by SIGKILL at once, if there is one.
    void kill();
    bool isOver() const { return !m_successor || !m_successor->isRunning(); }
    std::optional<GuardedProgram> guarded() const { return isOver() ? std::nullopt : m_successor->guarded(); }
    /// That restarts overlap, the time a successor has to start, the successor while there is one, and why the latest
    /// restart failed.
    void addTo(WrappedProcess &process) const;
    /// What the successor writes from now on is left to the next image of this process.
    void pauseOutput()
    {
        if (!isOver())
            m_successor->pauseOutput();
    }
    /// The successor for the next image of this process; nothing if there is none.
    std::optional<HandedProgram> handOver();

Q_SIGNALS:
    /// ChildProcess::spawned() of the successor.
    void spawned(const Hephaestus::GuardedProgram &program);
    void changed();

private:
    void successorFailed(const QString &why);
    void reportFailure(const QString &why);
    void watchReadiness();
    void advance();

    const RunOptions m_options;
    HeldSockets &m_sockets;
    Supervisor &m_supervisor;
    std::unique_ptr<ModuleAdapter> m_adapter;
    const NotifySocket::IsOurs m_isOurs;
    const HeldSockets m_none; ///< that it accepts on those that are held is seen already
    std::unique_ptr<ReadinessWatch> m_readiness;
    std::unique_ptr<Successor> m_successor;
    QTimer m_deadline;
    std::function<void(bool)> m_done;
    QString m_failure;
    bool m_isCancelled = false; ///< by a stop
};

} // namespace Hephaestus
