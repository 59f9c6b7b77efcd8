// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/wrappedprocess.h"
#include "server/core/linering.h"
#include "server/supervisor/childprocess.h"
#include "server/supervisor/guardian.h"
#include "server/supervisor/heldsockets.h"
#include "server/supervisor/outputreader.h"
#include "server/supervisor/outputsink.h"

namespace Hephaestus {

struct SuccessorOptions
{
    ChildCommand command;
    std::chrono::milliseconds startTimeout{30'000}; ///< until it accepts
    /// What it gets instead if its predecessor is not seen to wait for clients (pollsSockets()), so that neither will
    /// it be.
    std::chrono::milliseconds settleTime{3'000};
    std::chrono::milliseconds stopTimeout{30'000}; ///< from the stop signal to SIGKILL, when it is to end
    OutputSink *toStdout = nullptr;                ///< where its output goes on to; null: nowhere
    OutputSink *toStderr = nullptr;
};

/// The next run of a program, begun beside the one that still serves, with the same held sockets. It gets no client
/// before they are turned over (HeldSockets). Once it accepts it is released to whoever goes on with it. One that ends
/// before, or takes too long, is ended, and nothing has happened. Lives in the main thread.
class Successor : public QObject
{
    Q_OBJECT

public:
    /// `sockets` outlives it.
    Successor(SuccessorOptions options, HeldSockets &sockets, const Clock &clock = Clock::machine(),
              QObject *parent = nullptr);
    /// Ends what was not released.
    ~Successor() override;

    /// `predecessor`: what serves now; nothing: it is down. If this returns nothing, accepting() or failed() comes,
    /// once.
    std::optional<StartFailure> start(const std::optional<ProcessEntry> &predecessor);
    /// It is not wanted any more: ends it, and then failed() comes.
    void stop(const QString &why);
    /// Ends it by SIGKILL at once, and waits for that, 2 s at most.
    void kill() { m_child.kill(); }
    bool isRunning() const { return m_child.isRunning(); }
    bool isStopping() const { return m_child.isStopping(); }
    bool isAccepting() const { return m_isAccepting && !m_child.isStopping(); } ///< and is to go on
    const ProcessEntry &process() const { return m_child.process(); }
    /// As a guardian must know it; nothing: it does not run.
    std::optional<GuardedProgram> guarded() const;
    /// What it writes from now on is left to whoever goes on with it.
    void pauseOutput();
    /// After accepting(): to be adopted elsewhere. What it has written stays in output().
    RunningChild release();

    const LineRing &output() const { return m_output; }
    /// Nothing if it does not run.
    std::optional<WrappedSuccessor> describe() const;

public Q_SLOTS:
    /// Looks whether it accepts, and at the clock. The timer's slot; tests call it.
    void look();

Q_SIGNALS:
    /// ChildProcess::spawned().
    void spawned(const Hephaestus::GuardedProgram &program);
    void changed(); ///< describe() says something else
    void wrote(Hephaestus::OutputStream stream, const QByteArray &lines);
    void noted(const QString &event); ///< for the log
    void accepting();
    void failed(const QString &why); ///< nothing is left of it

private:
    void read(std::unique_ptr<OutputReader> &reader, FileDescriptor descriptor, OutputStream stream);
    void end(const QString &why, std::chrono::milliseconds grace);
    void childEnded(const ChildEnd &end);

    const SuccessorOptions m_options;
    HeldSockets &m_sockets;
    const Clock &m_clock;
    ChildProcess m_child;
    LineRing m_output;
    std::unique_ptr<OutputReader> m_stdout;
    std::unique_ptr<OutputReader> m_stderr;
    QTimer m_timer;
    Clock::TimePoint m_startedAt;
    int m_looks = 0;
    bool m_willBeSeen = false; ///< to accept, as its predecessor is
    bool m_isAccepting = false;
    QString m_failure; ///< why it is being ended
};

} // namespace Hephaestus
