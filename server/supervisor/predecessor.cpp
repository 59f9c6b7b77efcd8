// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/predecessor.h"

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

Predecessor::Predecessor(OutputSink *toStdout, OutputSink *toStderr, const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_toStdout(toStdout)
    , m_toStderr(toStderr)
    , m_clock(clock)
    , m_child(clock)
{
    connect(&m_child, &ChildProcess::killing, this, [this](int count) {
        Q_EMIT noted(
            u"its predecessor (pid %1) did not end in time: SIGKILL to %2 processes"_s.arg(m_child.pid()).arg(count));
    });
    connect(&m_child, &ChildProcess::ended, this, [this](const ChildEnd &end) {
        m_stdout->finish();
        m_stderr->finish();
        Q_EMIT noted(u"its predecessor %1%2"_s.arg(end.exitCode ? QString() : u"was "_s, end.text()));
        Q_EMIT ended();
    });
}

Predecessor::~Predecessor() = default;

bool Predecessor::takeOver(RunningChild child, const ChildCommand &command, Clock::TimePoint killAt)
{
    if (!m_child.adopt(std::move(child), command, 0ms))
        return false;
    m_stdout = read(m_child.takeOutput(), m_toStdout, OutputStream::Stdout);
    m_stderr = read(m_child.takeError(), m_toStderr, OutputStream::Stderr);
    m_child.resumeStop(killAt);
    return true;
}

std::unique_ptr<OutputReader> Predecessor::read(FileDescriptor descriptor, OutputSink *sink, OutputStream stream)
{
    auto reader = std::make_unique<OutputReader>(std::move(descriptor), sink);
    connect(reader.get(), &OutputReader::linesRead, this,
            [this, stream](const QByteArray &lines) { Q_EMIT wrote(stream, lines); });
    return reader;
}

std::chrono::milliseconds Predecessor::left() const
{
    const auto killAt = m_child.killAt();
    return killAt ? std::max(0ms, std::chrono::ceil<std::chrono::milliseconds>(*killAt - m_clock.now())) : 0ms;
}

std::optional<GuardedProgram> Predecessor::guarded() const
{
    if (!m_child.isRunning())
        return {};
    return GuardedProgram{m_child.process(), m_child.killAt(), {m_stdout->descriptor(), m_stderr->descriptor()}};
}

RunningChild Predecessor::release()
{
    RunningChild child = m_child.release();
    child.output = m_stdout->release();
    child.error = m_stderr->release();
    return child;
}

} // namespace Hephaestus
