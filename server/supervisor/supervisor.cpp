// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/supervisor.h"

#include "common/base/duration.h"
#include "common/base/fileclock.h"
#include "server/supervisor/eventline.h"

#include <csignal>

namespace Hephaestus {

Q_LOGGING_CATEGORY(logProcess, "hephaestus.process")

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto LookEvery = 4ms; // for clients that wait
constexpr int QuietLooks = 3;   // one in a row is chance: a connection may be on the way
constexpr auto LookAtMost = 1s; // a client that says nothing, or a program that takes nothing

} // namespace

Supervisor::Supervisor(SupervisorOptions options, HeldSockets &sockets, const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_options(std::move(options))
    , m_sockets(sockets)
    , m_clock(clock)
    , m_policy(m_options.restart, clock)
    , m_child(clock)
{
    if (!m_options.logFile.isEmpty())
        m_file.emplace(m_options.logFile);
    if (m_options.passOn) {
        m_toStdout = makeSink(OutputStream::Stdout);
        m_toStderr = makeSink(OutputStream::Stderr);
    }
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &Supervisor::advance);
    connect(&m_divertTimer, &QTimer::timeout, this, &Supervisor::lookForClients);
    connect(&m_child, &ChildProcess::spawned, this, &Supervisor::spawned);
    connect(&m_child, &ChildProcess::ended, this, &Supervisor::childEnded);
    connect(&m_child, &ChildProcess::suspendedChanged, this, [this](bool suspended) {
        if (m_state == ProcessState::Stopping)
            return;
        note(suspended ? u"suspended by a signal"_s : u"resumed"_s);
        enter(suspended ? ProcessState::Suspended : ProcessState::Running);
    });
    connect(&m_child, &ChildProcess::remainsFound, this, [this](int count) {
        note(u"ended, but left %1 processes behind, which are ended now"_s.arg(count));
        enter(ProcessState::Stopping);
    });
    connect(&m_child, &ChildProcess::straysChanged, this, &Supervisor::changed);
    connect(&m_child, &ChildProcess::killing, this,
            [this](int count) { note(u"did not end in time: SIGKILL to %1 processes"_s.arg(count)); });
}

Supervisor::~Supervisor() = default;

std::optional<StartFailure> Supervisor::start()
{
    const auto failure = launch();
    if (failure) {
        m_sockets.close();
        enter(ProcessState::Failed);
    }
    return failure;
}

std::optional<StartFailure> Supervisor::launch()
{
    m_policy.started(); // one that fails has lived for no time
    m_launchedAt = fileClock();
    m_startFailure = m_child.start(m_options.command, m_sockets.handed(), m_options.stopTimeout);
    if (m_startFailure) {
        note(u"not started: "_s + m_startFailure->what);
        return m_startFailure;
    }
    watch(u"started with pid %1"_s.arg(m_child.pid()));
    return {};
}

bool Supervisor::takeOver(RunningChild child)
{
    if (!m_child.adopt(std::move(child), m_options.command, m_options.stopTimeout))
        return false;
    m_launchedAt.reset();
    watch(u"goes on with pid %1"_s.arg(m_child.pid()));
    return true;
}

void Supervisor::watch(const QString &event)
{
    m_policy.started();
    m_quitAt.reset();
    read(m_stdout, m_child.takeOutput(), OutputStream::Stdout);
    read(m_stderr, m_child.takeError(), OutputStream::Stderr);
    note(event);
    enter(ProcessState::Running);
}

std::optional<ProcessEntry> Supervisor::process() const
{
    return m_child.isRunning() ? std::optional(m_child.process()) : std::nullopt;
}

std::optional<GuardedProgram> Supervisor::guarded() const
{
    if (!m_child.isRunning())
        return {};
    return GuardedProgram{m_child.process(), m_child.killAt(), {m_stdout->descriptor(), m_stderr->descriptor()}};
}

void Supervisor::stop(bool isTold)
{
    m_asked = true;
    if (std::exchange(m_stopping, true) || isFinished())
        return;
    if (m_child.isRunning()) {
        note(u"stopping: %1%2, and SIGKILL after %3"_s.arg(signalName(m_options.command.stopSignal),
                                                           isTold ? u" (sent by who stops us)"_s : QString(),
                                                           formatDuration(m_options.stopTimeout)));
        if (m_state != ProcessState::Stopping)
            enter(ProcessState::Stopping);
        if (isTold)
            m_child.expectEnd(m_options.stopTimeout);
        else
            m_child.stop(m_options.stopTimeout);
        Q_EMIT changed(); // guarded() says that it was told
    } else {
        m_timer.stop();
        enter(ProcessState::Ended);
        Q_EMIT finished();
    }
}

RunningChild Supervisor::release()
{
    RunningChild child = m_child.release();
    child.output = m_stdout->release();
    child.error = m_stderr->release();
    return child;
}

void Supervisor::divertClients(std::function<void()> done)
{
    m_sockets.turnOver();
    m_diverted = std::move(done);
    m_divertedSince = m_clock.now();
    m_quietLooks = 0;
    m_divertTimer.start(LookEvery);
}

void Supervisor::lookForClients()
{
    m_quietLooks = m_sockets.isOldServed() ? m_quietLooks + 1 : 0;
    if (m_child.isRunning() && m_quietLooks < QuietLooks && m_clock.now() - m_divertedSince < LookAtMost)
        return;
    m_divertTimer.stop();
    std::exchange(m_diverted, {})();
}

void Supervisor::sendSignal(int signalNumber)
{
    if (!m_child.isRunning())
        return;
    if (signalNumber == SIGQUIT)
        m_quitAt = m_clock.now();
    ::kill(m_child.pid(), signalNumber); // not reaped before isRunning() ends: the number is its own
}

void Supervisor::kill()
{
    m_asked = true;
    m_child.kill();
}

void Supervisor::read(std::unique_ptr<OutputReader> &reader, FileDescriptor descriptor, OutputStream stream)
{
    reader = std::make_unique<OutputReader>(std::move(descriptor), sink(stream));
    connect(reader.get(), &OutputReader::linesRead, this, [this, stream](const QByteArray &lines) {
        keep(stream, lines);
        Q_EMIT wrote(lines);
    });
    connect(reader.get(), &OutputReader::unfinishedRead, this, [this, stream](const QByteArray &text) {
        m_output.setUnfinished(stream, text);
        Q_EMIT wrote(text);
    });
}

std::unique_ptr<OutputSink> Supervisor::makeSink(OutputStream stream)
{
    const bool isStdout = stream == OutputStream::Stdout;
    auto sink = std::make_unique<OutputSink>(isStdout ? STDOUT_FILENO : STDERR_FILENO, *m_options.passOn);
    const QString name = wireName(stream);
    connect(sink.get(), &OutputSink::failed, this,
            [this, name](const QString &why) { note(u"its %1 is not passed on: %2"_s.arg(name, why)); });
    connect(sink.get(), &OutputSink::droppedSome, this, [this, name](qint64 bytes) {
        note(u"%1 bytes of its %2 were dropped: our reader did not take them"_s.arg(bytes).arg(name));
    });
    connect(sink.get(), &OutputSink::emptied, this, [this] {
        if (isPassedOn())
            Q_EMIT passedOn();
    });
    return sink;
}

OutputSink *Supervisor::sink(OutputStream stream) const
{
    return stream == OutputStream::Stdout ? m_toStdout.get() : m_toStderr.get();
}

bool Supervisor::isPassedOn() const { return !m_toStdout || (m_toStdout->isEmpty() && m_toStderr->isEmpty()); }

void Supervisor::pauseOutput()
{
    if (!m_child.isRunning())
        return;
    m_stdout->pause();
    m_stderr->pause();
}

void Supervisor::giveUpOutput()
{
    if (!m_toStdout)
        return;
    m_toStdout->giveUp();
    m_toStderr->giveUp();
}

void Supervisor::keep(OutputStream stream, const QByteArray &lines)
{
    const OutputLine::Time time = timeOfNow();
    m_output.append(stream, lines, time);
    Q_EMIT linesKept(m_output.lineCount());
    if (!m_file)
        return;
    m_file->write(stream, lines, time);
    tellFileTrouble();
}

void Supervisor::tellFileTrouble()
{
    const RotatedFile &file = m_file->file();
    const int before = std::exchange(m_filesMadeAnew, file.timesMadeAnew());
    if (before != m_filesMadeAnew)
        note(u"its log file was removed or renamed, and is made anew: %1"_s.arg(file.path()));
    const bool hadFailed = std::exchange(m_fileFailed, !file.error().isEmpty());
    if (hadFailed == m_fileFailed)
        return;
    if (m_fileFailed)
        qCWarning(logProcess).noquote() << "the program's output is not kept on disk:" << file.error();
    else
        qCInfo(logProcess).noquote() << "the program's output is kept on disk again:" << file.path();
    Q_EMIT changed();
}

/// Into our log, and among the program's own lines: there its restarts explain what is read.
void Supervisor::note(const QString &event)
{
    const QString program = QString::fromLocal8Bit(m_options.command.arguments.value(0));
    qCInfo(logProcess).noquote() << program + u": "_s + event;
    keep(OutputStream::Event, eventLine(event));
}

void Supervisor::childEnded(const ChildEnd &end)
{
    m_stdout->finish();
    m_stderr->finish();
    m_end = end;
    m_asked = m_asked || (m_quitAt && m_clock.now() - *m_quitAt <= m_options.stopTimeout);
    m_endedAsked = m_asked;
    note(end.text());
    if (!m_asked)
        Q_EMIT died(end.exitCode ? u"exit_%1"_s.arg(*end.exitCode) : signalName(end.signalNumber));
    decide(m_options.success.contains(end.exitStatus()));
}

/// Of a program that was asked to end: it did so by itself, and as it should.
bool Supervisor::endedWell() const
{
    const bool isStopSignal = !m_end->exitCode
        && (m_end->signalNumber == m_options.command.stopSignal || (m_quitAt && m_end->signalNumber == SIGQUIT));
    return !m_end->wasKilled && (isStopSignal || m_options.success.contains(m_end->exitStatus()));
}

int Supervisor::exitCode() const
{
    if (m_startFailure || !m_end || !m_endedAsked)
        return exitStatus();
    if (endedWell())
        return 0;
    const int status = exitStatus();
    const bool isOwn = m_end->exitCode && !m_options.success.contains(status);
    return m_end->wasKilled && !isOwn ? 128 + SIGKILL : status;
}

QString Supervisor::stopFailure() const
{
    if (m_startFailure || !m_end || !m_endedAsked || endedWell())
        return {};
    return m_end->wasKilled ? u"it did not end within %1 and was killed"_s.arg(formatDuration(m_options.stopTimeout))
                            : m_end->text();
}

void Supervisor::decide(bool success)
{
    std::optional<bool> isRestartWanted;
    if (m_options.noRestartOn.contains(exitStatus()))
        isRestartWanted = false;
    else if (m_options.restartOn.contains(exitStatus()))
        isRestartWanted = true;
    const RestartPolicy::Decision decision = m_policy.ended(success, m_asked, isRestartWanted);
    switch (decision.action) {
    case RestartPolicy::Action::Restart:
        note(u"starts again in %1"_s.arg(formatDuration(decision.delay)));
        m_nextStart = m_clock.now() + decision.delay;
        m_timer.start(decision.delay);
        return enter(ProcessState::BackingOff);
    case RestartPolicy::Action::Finish: enter(ProcessState::Ended); break;
    case RestartPolicy::Action::Fail:
        if (m_policy.recentFailures() >= m_policy.rules().failures) {
            note(u"given up after %1 failures within %2"_s.arg(m_policy.recentFailures())
                     .arg(formatDuration(m_policy.rules().window)));
        }
        m_sockets.close(); // a client is better refused than left waiting
        enter(ProcessState::Failed);
        break;
    }
    Q_EMIT finished();
}

void Supervisor::advance()
{
    if (m_state != ProcessState::BackingOff)
        return;
    if (m_clock.now() < m_nextStart) {
        m_timer.start(std::max(1ms, std::chrono::ceil<std::chrono::milliseconds>(m_nextStart - m_clock.now())));
        return;
    }
    ++m_restarts;
    if (launch()) {
        Q_EMIT died(u"start_failed"_s);
        decide(false);
    }
}

void Supervisor::enter(ProcessState next)
{
    if (m_state != next) {
        Q_ASSERT(canFollow(m_state, next));
        m_state = next;
    }
    Q_EMIT changed();
}

int Supervisor::exitStatus() const
{
    if (m_startFailure)
        return m_startFailure->exitCode;
    return m_end ? m_end->exitStatus() : 0;
}

QString Supervisor::endText() const
{
    if (m_startFailure)
        return m_startFailure->what;
    return m_end ? m_end->text() : QString();
}

QString Supervisor::trouble() const
{
    switch (m_state) {
    case ProcessState::Running: return {};
    case ProcessState::Starting: return u"not started yet"_s;
    case ProcessState::Suspended: return u"suspended by a signal"_s;
    case ProcessState::Stopping: return u"stopping"_s;
    case ProcessState::BackingOff: return endText() + u", starts again"_s;
    case ProcessState::Ended: return endText();
    case ProcessState::Failed: return endText() + u", given up"_s;
    }
    Q_UNREACHABLE();
}

WrappedProcess Supervisor::describe() const
{
    WrappedProcess process;
    for (const QByteArray &argument : m_options.command.arguments)
        process.command << QString::fromLocal8Bit(argument);
    if (m_child.isRunning())
        process.pid = m_child.pid();
    process.state = m_state;
    if (m_end && m_end->exitCode)
        process.exitCode = *m_end->exitCode;
    else if (m_end)
        process.signal = signalName(m_end->signalNumber);
    process.restarts = m_restarts;
    process.outputLines = m_output.lineCount();
    process.error = trouble();
    for (const ServiceAddress &address : m_sockets.addresses())
        process.sockets << address.text();
    if (m_file) {
        process.logFile = m_file->file().path();
        process.logError = m_file->file().error();
    }
    return process;
}

QString Supervisor::flush() { return m_file ? m_file->flush() : QString(); }

} // namespace Hephaestus
