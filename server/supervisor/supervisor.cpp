// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/supervisor.h"

#include "common/base/duration.h"
#include "common/base/writewithoutblocking.h"
#include "server/supervisor/eventline.h"

#include <csignal>

namespace Hephaestus {

Q_LOGGING_CATEGORY(logProcess, "hephaestus.process")

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto LookEvery = 10ms; // for clients that wait
constexpr int QuietLooks = 3;    // one in a row is chance: a connection may be on the way
constexpr auto LookAtMost = 1s;  // a client that says nothing, or a program that takes nothing

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
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &Supervisor::advance);
    connect(&m_divertTimer, &QTimer::timeout, this, &Supervisor::lookForClients);
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
    m_startFailure = m_child.start(m_options.command, m_sockets.handed(), m_options.stopTimeout);
    if (m_startFailure) {
        note(u"not started: "_s + m_startFailure->what);
        return m_startFailure;
    }
    watch(u"started with pid %1"_s.arg(m_child.pid()));
    return {};
}

bool Supervisor::takeOver(RunningChild child, const QByteArray &output)
{
    if (!m_child.adopt(std::move(child), m_options.stopTimeout))
        return false;
    m_output.append(output);
    watch(u"goes on with pid %1"_s.arg(m_child.pid()));
    return true;
}

void Supervisor::watch(const QString &event)
{
    m_policy.started();
    read(m_stdout, m_child.takeOutput(), STDOUT_FILENO);
    read(m_stderr, m_child.takeError(), STDERR_FILENO);
    note(event);
    enter(ProcessState::Running);
}

std::optional<ProcessEntry> Supervisor::process() const
{
    return m_child.isRunning() ? std::optional(m_child.process()) : std::nullopt;
}

void Supervisor::stop()
{
    m_asked = true;
    if (std::exchange(m_stopping, true) || isFinished())
        return;
    if (m_child.isRunning()) {
        note(u"stopping: SIGTERM, and SIGKILL after %1"_s.arg(formatDuration(m_options.stopTimeout)));
        if (m_state != ProcessState::Stopping)
            enter(ProcessState::Stopping);
        m_child.stop(m_options.stopTimeout);
    } else {
        m_timer.stop();
        enter(ProcessState::Exited);
        Q_EMIT finished();
    }
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
    if (m_child.isRunning())
        ::kill(m_child.pid(), signalNumber); // not reaped before isRunning() ends: the number is its own
}

void Supervisor::read(std::unique_ptr<OutputReader> &reader, FileDescriptor descriptor, int echo)
{
    reader = std::make_unique<OutputReader>(std::move(descriptor));
    connect(reader.get(), &OutputReader::linesRead, this, [this, echo](const QByteArray &lines) { keep(lines, echo); });
}

void Supervisor::keep(const QByteArray &lines, int descriptor)
{
    m_output.append(lines);
    if (m_options.writeWithoutBlocking)
        m_notPassed += lines.size() - writeWithoutBlocking(descriptor, lines);
    if (!m_file)
        return;
    m_file->write(lines);
    if (std::exchange(m_fileFailed, !m_file->error().isEmpty()) == m_fileFailed)
        return;
    if (m_fileFailed)
        qCWarning(logProcess).noquote() << "the program's output is not kept on disk:" << m_file->error();
    else
        qCInfo(logProcess).noquote() << "the program's output is kept on disk again:" << m_file->path();
    Q_EMIT changed();
}

/// Into our log, and among the program's own lines: there its restarts explain what is read.
void Supervisor::note(const QString &event)
{
    const QString program = QString::fromLocal8Bit(m_options.command.arguments.value(0));
    qCInfo(logProcess).noquote() << program + u": "_s + event;
    const QByteArray line = eventLine(event);
    m_output.append(line);
    if (m_file)
        m_file->write(line);
}

void Supervisor::childEnded(const ChildEnd &end)
{
    m_stdout->finish();
    m_stderr->finish();
    m_end = end;
    note(end.text());
    decide(end.isSuccess());
}

void Supervisor::decide(bool success)
{
    const RestartPolicy::Decision decision = m_policy.ended(success, m_asked);
    switch (decision.action) {
    case RestartPolicy::Action::Restart:
        note(u"starts again in %1"_s.arg(formatDuration(decision.delay)));
        m_nextStart = m_clock.now() + decision.delay;
        m_timer.start(decision.delay);
        return enter(ProcessState::BackingOff);
    case RestartPolicy::Action::Finish: enter(ProcessState::Exited); break;
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
    if (launch())
        decide(false);
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
    case ProcessState::Exited: return endText();
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
        process.logFile = m_file->path();
        process.logError = m_file->error();
    }
    return process;
}

QString Supervisor::flush() { return m_file ? m_file->flush() : QString(); }

} // namespace Hephaestus
