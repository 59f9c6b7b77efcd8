// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/exitset.h"
#include "server/core/linering.h"
#include "server/supervisor/childprocess.h"
#include "server/supervisor/guardian.h"
#include "server/supervisor/heldsockets.h"
#include "server/supervisor/outputfile.h"
#include "server/supervisor/outputreader.h"
#include "server/supervisor/outputsink.h"
#include "server/supervisor/processstate.h"
#include "server/supervisor/restartpolicy.h"

#include <QLoggingCategory>

#include <chrono>
#include <functional>
#include <optional>

namespace Hephaestus {

struct SupervisorOptions
{
    ChildCommand command;
    RestartRules restart;
    std::chrono::milliseconds stopTimeout{30'000}; ///< from the stop signal to SIGKILL
    ExitSet success{0};                            ///< the ends that are as they should be
    ExitSet restartOn;                             ///< the ends after which it is started again, whatever they are
    ExitSet noRestartOn;                           ///< and those after which it is not; they come first
    QString logFile;                               ///< the program's output, rotated; empty: not on disk
    /// Its stdout and stderr go on to ours; nothing: they do not.
    std::optional<WhenSlow> passOn = WhenSlow::Wait;
};

/// Keeps a program running: starts it, keeps its output, and starts it again by the restart policy with the same
/// listening sockets. Stops it with everything it started. Lives in the main thread, one a process; output() may be
/// read by any thread.
class Supervisor : public QObject
{
    Q_OBJECT

public:
    /// `sockets` outlives it; it closes them when the program is given up.
    Supervisor(SupervisorOptions options, HeldSockets &sockets, const Clock &clock = Clock::machine(),
               QObject *parent = nullptr);
    ~Supervisor() override;

    /// The first start, whose failure is final: the state is Failed then, and finished() is not emitted.
    std::optional<StartFailure> start();
    /// Goes on with a program that runs already, a child of this process; false if it is none.
    bool takeOver(RunningChild child);
    /// What a predecessor has kept (LineRing::save()). Before start() or takeOver().
    void restoreOutput(const QByteArray &saved) { m_output.restore(saved); }
    /// From now on its end is a user's stop, whoever brings it about: it is not started again.
    void expectEnd() { m_asked = true; }
    /// Keeps new clients from the program, for its successor. Calls `done` once the program has begun with all that
    /// came before, or after a second, or when it ends.
    void divertClients(std::function<void()> done);
    /// Lets the program, which must run, run on without this object.
    RunningChild release();
    /// A user's stop: ends the program, or the wait for its next start. Once. `isTold`: somebody else has told all of
    /// the program's processes, and they must not be told twice.
    void stop(bool isTold = false);
    /// To the program alone, not to its group; nothing if it does not run. An end soon after SIGQUIT is a user's stop.
    void sendSignal(int signalNumber);
    /// Ends the program and all its processes by SIGKILL and waits for that, 2 s at most.
    void kill();
    /// 0: it does not run.
    pid_t pid() const { return m_child.isRunning() ? m_child.pid() : 0; }
    /// fileClock() just before the latest start; nothing: it ran already when it was taken over.
    std::optional<std::chrono::nanoseconds> launchedAt() const { return m_launchedAt; }
    /// Nothing: it does not run.
    std::optional<ProcessEntry> process() const;
    /// As a guardian must know it; nothing: it does not run.
    std::optional<GuardedProgram> guarded() const;
    const QList<ProcessEntry> &strays() const { return m_child.strays(); }

    ProcessState state() const { return m_state; }
    bool isFinished() const { return m_state == ProcessState::Ended || m_state == ProcessState::Failed; }
    /// Of the latest run: the program's own code, 128 and the signal that ended it, or why it did not start.
    int exitStatus() const;
    /// What a wrapper of it exits with: 0 if it was stopped and ended well, by itself in time. Otherwise 137 if some of
    /// it had to be killed, or else exitStatus().
    int exitCode() const;
    /// Why a stop did not end well; empty: it did, or the program ended unasked.
    QString stopFailure() const;
    /// Why the program is not up, in one line; empty if it is.
    QString trouble() const;
    /// `process` of the detailed body.
    WrappedProcess describe() const;
    const LineRing &output() const { return m_output; }
    /// The output's file to the disk; what is wrong with it, or nothing.
    QString flush();
    /// For the output of this program and its successor; null: it is not passed on.
    OutputSink *sink(OutputStream stream) const;
    bool isPassedOn() const; ///< nothing of the output waits for our reader
    /// What a program writes from now on is left to the next image of this process, with release().
    void pauseOutput();
    /// What our reader has not taken is dropped, which is told.
    void giveUpOutput();

public Q_SLOTS:
    /// Lines of the program's, or of its successor's: for output() and the file.
    void keep(Hephaestus::OutputStream stream, const QByteArray &lines);
    /// An event, for our log and among the lines.
    void note(const QString &event);
    /// Starts the program again if its delay is over. The timer's slot; tests call it.
    void advance();

Q_SIGNALS:
    /// ChildProcess::spawned() of its next run.
    void spawned(const Hephaestus::GuardedProgram &program);
    void changed(); ///< describe() says something else
    /// The program has ended and nobody asked it to, or could not be started again. `reason`: `exit_3`, `SIGSEGV`,
    /// `start_failed`.
    void died(const QString &reason);
    void finished(); ///< Ended or Failed: nothing is left of the program, and it is not started again
    /// Whole lines, or what a line has that does not end: of the program itself.
    void wrote(const QByteArray &text);
    void linesKept(qint64 count); ///< of output() since the beginning
    void passedOn();              ///< isPassedOn() has become so

private:
    std::optional<StartFailure> launch();
    void watch(const QString &event);
    void read(std::unique_ptr<OutputReader> &reader, FileDescriptor descriptor, OutputStream stream);
    std::unique_ptr<OutputSink> makeSink(OutputStream stream);
    void tellFileTrouble();
    void childEnded(const ChildEnd &end);
    bool endedWell() const;
    void decide(bool success);
    void lookForClients();
    void enter(ProcessState next);
    QString endText() const;

    const SupervisorOptions m_options;
    HeldSockets &m_sockets;
    const Clock &m_clock;
    RestartPolicy m_policy;
    LineRing m_output;
    std::optional<OutputFile> m_file;
    bool m_fileFailed = false; ///< said so once, until it works again
    int m_filesMadeAnew = 0;   ///< said of so many
    std::unique_ptr<OutputSink> m_toStdout;
    std::unique_ptr<OutputSink> m_toStderr;
    ChildProcess m_child;
    std::unique_ptr<OutputReader> m_stdout;
    std::unique_ptr<OutputReader> m_stderr;
    QTimer m_timer;
    Clock::TimePoint m_nextStart;
    ProcessState m_state = ProcessState::Starting;
    std::optional<ChildEnd> m_end;              ///< of the latest run that began
    std::optional<StartFailure> m_startFailure; ///< of the latest start, if it failed
    std::optional<std::chrono::nanoseconds> m_launchedAt;
    int m_restarts = 0;
    bool m_asked = false;                     ///< a user stops it
    bool m_endedAsked = false;                ///< the latest run ended when it was so
    std::optional<Clock::TimePoint> m_quitAt; ///< the latest SIGQUIT passed on
    bool m_stopping = false;
    QTimer m_divertTimer;
    std::function<void()> m_diverted;
    Clock::TimePoint m_divertedSince;
    int m_quietLooks = 0;
};

Q_DECLARE_LOGGING_CATEGORY(logProcess) // hephaestus.process: the program's starts, ends and restarts

} // namespace Hephaestus
