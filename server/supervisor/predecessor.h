// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/logpage.h"
#include "server/supervisor/childprocess.h"
#include "server/supervisor/guardian.h"
#include "server/supervisor/outputreader.h"
#include "server/supervisor/outputsink.h"

namespace Hephaestus {

/// The run of a program before the present one. It was told to end, gets no client any more, and finishes what it has
/// begun. At its deadline it is killed. Lives in the main thread.
class Predecessor : public QObject
{
    Q_OBJECT

public:
    /// The sinks, for its output, may be null and outlive it.
    Predecessor(OutputSink *toStdout, OutputSink *toStderr, const Clock &clock = Clock::machine(),
                QObject *parent = nullptr);
    /// Ends by SIGKILL what was not released.
    ~Predecessor() override;

    /// A child of this process that was started with `command`; false if it is none.
    bool takeOver(RunningChild child, const ChildCommand &command, Clock::TimePoint killAt);
    bool isRunning() const { return m_child.isRunning(); }
    pid_t pid() const { return m_child.pid(); }
    /// How long it may still take.
    std::chrono::milliseconds left() const;
    /// As a guardian must know it; nothing: it does not run.
    std::optional<GuardedProgram> guarded() const;
    /// Ends it by SIGKILL at once, and waits for that, 2 s at most.
    void kill() { m_child.kill(); }
    /// Lets it run on without this object.
    RunningChild release();

Q_SIGNALS:
    void wrote(Hephaestus::OutputStream stream, const QByteArray &lines);
    void noted(const QString &event); ///< for the log
    void ended();                     ///< nothing is left of it

private:
    std::unique_ptr<OutputReader> read(FileDescriptor descriptor, OutputSink *sink, OutputStream stream);

    OutputSink *const m_toStdout;
    OutputSink *const m_toStderr;
    const Clock &m_clock;
    ChildProcess m_child;
    std::unique_ptr<OutputReader> m_stdout;
    std::unique_ptr<OutputReader> m_stderr;
};

} // namespace Hephaestus
