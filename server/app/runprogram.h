// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/app/handedprogram.h"
#include "server/app/inplacerestart.h"
#include "server/app/overlappingrestart.h"
#include "server/app/programcode.h"
#include "server/app/readinesswatch.h"
#include "server/app/runoptions.h"
#include "server/app/systemdnotifier.h"
#include "server/app/upstream.h"
#include "server/http/service.h"
#include "server/probes/checks.h"
#include "server/supervisor/familyusage.h"
#include "server/supervisor/guardian.h"
#include "server/supervisor/predecessor.h"

#include <QObject>
#include <QTimer>

#include <functional>
#include <memory>
#include <optional>

namespace Hephaestus {

/// The service of `hephaestus run`: the library's Service, which speaks for a supervised program.
/// One for each image of the process; main thread.
class RunProgram : public QObject
{
public:
    /// `sockets`, `adapter` (may be null), `guardian`, `self` and what `trial` needs outlive it.
    RunProgram(const RunOptions &options, HeldSockets &sockets, const ModuleAdapter *adapter, Guardian &guardian,
               const Reexec &self, InPlaceRestart::Trial trial);

    /// Listens, starts the program or goes on with those of a previous image, which kept `output`. Returns when it is
    /// over, with the exit code. What is still there then was not taken over.
    int run(const QList<InheritedSocket> &inherited, std::optional<HandedProgram> &program,
            std::optional<HandedProgram> &predecessor, const QByteArray &output);
    InPlaceRestart &restart() { return m_restart; }
    /// Whether the program listened for TCP clients, when it was ready last.
    bool hasListened() const { return m_hasListened; }
    /// The program that the next image of this process goes on with; nothing: it starts one.
    std::optional<HandedProgram> handOver() { return m_overlap ? m_overlap->handOver() : std::nullopt; }
    HandedOutput handedOutput() const { return HandedOutput(m_supervisor.output().save()); }
    /// A program that was told to end, for which the next image waits; nothing: it has ended.
    std::optional<HandedProgram> handOverPredecessor();

private:
    void publish();
    void guardAlso(const GuardedProgram &program);
    void followProgram();
    void makeUpstream(const ModuleAdapter *adapter);
    void publishReadiness(WrappedProcess &process);
    void programFinished();
    void passSignalOn(int number, SignalSender sender);
    void endAtOnce(int number);
    void passOnRest(const CleanupDone &done);
    void signalProgram();
    void stopProgram(const CleanupDone &done);
    void askToEnd();
    void checkWhetherStopped();
    void takeOverPredecessor(std::optional<HandedProgram> &predecessor);
    void giveBackPredecessor(std::optional<HandedProgram> &predecessor);
    void predecessorEnded();
    std::optional<Problem> prepareRestart(std::function<void(bool isReady)> done);
    bool isRestart() { return m_service.shutdown().result().mode == ShutdownMode::Restart; }
    bool isSuccessorWanted() { return isRestart() && m_overlap->isAccepting(); }
    QList<GuardedProgram> programs() const;
    QList<ProcessEntry> family() const;
    bool isOurs(qint64 pid) const;
    bool runsAs(uid_t user) const;

    const RunOptions m_options;
    HeldSockets &m_sockets;
    Guardian &m_guardian;
    const std::shared_ptr<FamilyUsage> m_usage = std::make_shared<FamilyUsage>(); ///< the state outlives this object
    Service m_service;
    ReadinessWatch m_readiness;
    Supervisor m_supervisor;
    ProgramCode m_code;
    Checks m_checks;
    SystemdNotifier m_notifier;
    InPlaceRestart m_restart;
    std::unique_ptr<Upstream> m_upstream;
    std::unique_ptr<OverlappingRestart> m_overlap; ///< null: a restart ends the program first
    std::unique_ptr<Predecessor> m_predecessor;    ///< null: none runs any more
    std::unique_ptr<ModuleAdapter> m_oldAdapter;   ///< its own
    std::function<void(bool isReady)> m_deferred;  ///< of a restart that waits for its end
    std::optional<CleanupDone> m_stopped;          ///< of the step that waits for the program's end
    std::optional<SignalSender> m_stoppedBy;
    /// While it was asked to shut down at its own endpoints, and was not signalled: SIGKILL then.
    std::optional<std::chrono::steady_clock::time_point> m_endsUnsignalledUntil;
    QTimer m_settled; ///< once after each time the program becomes ready: what the start needed is given back
    bool m_hasTerminal = false;
    bool m_endsByItself = false; ///< the program has ended, and nobody had asked for it
    bool m_wasReady = false;     ///< the program that runs now
    bool m_isReadyTold = false;
    bool m_hasListened = false;
};

} // namespace Hephaestus
