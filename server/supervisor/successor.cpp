// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/successor.h"

#include "common/base/duration.h"
#include "server/supervisor/eventline.h"

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto LookForSocketEvery = 4ms;               // no event tells that a socket is put into an epoll set
constexpr auto LookForSocketLater = 20ms;              // after the first second
constexpr int LooksAtFamily = 10;                      // every so many, perhaps at all of /proc
constexpr int LooksAtFamilyLater = 5;                  // after the first second
constexpr std::chrono::milliseconds HangingGrace = 5s; // for one that could not even start

QList<int> descriptorsOf(const QList<HandedSocket> &sockets)
{
    QList<int> descriptors;
    for (const HandedSocket &socket : sockets)
        descriptors.append(socket.descriptor);
    return descriptors;
}

} // namespace

Successor::Successor(SuccessorOptions options, HeldSockets &sockets, const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_options(std::move(options))
    , m_sockets(sockets)
    , m_clock(clock)
    , m_child(clock)
{
    connect(&m_timer, &QTimer::timeout, this, &Successor::look);
    connect(&m_child, &ChildProcess::spawned, this, &Successor::spawned);
    connect(&m_child, &ChildProcess::ended, this, &Successor::childEnded);
}

Successor::~Successor() = default;

std::optional<StartFailure> Successor::start(const std::optional<ProcessEntry> &predecessor)
{
    m_willBeSeen = predecessor && pollsSockets(*predecessor, descriptorsOf(m_sockets.handed()));
    m_sockets.openTwins();
    if (const auto failure = m_child.start(m_options.command, m_sockets.handedToSuccessor(), m_options.stopTimeout)) {
        m_sockets.dropTwins();
        return failure;
    }
    m_startedAt = m_clock.now();
    m_looks = 0;
    m_failure.clear();
    read(m_stdout, m_child.takeOutput(), OutputStream::Stdout);
    read(m_stderr, m_child.takeError(), OutputStream::Stderr);
    m_timer.start(LookForSocketEvery);
    Q_EMIT noted(u"its successor is started with pid %1"_s.arg(m_child.pid()));
    Q_EMIT changed();
    return {};
}

void Successor::look()
{
    if (!m_child.isRunning() || m_child.isStopping() || m_isAccepting)
        return;
    const auto time = m_clock.now() - m_startedAt;
    const bool isThorough = m_looks++ % (time < 1s ? LooksAtFamily : LooksAtFamilyLater) == 0;
    const bool isSeen = pollsSockets(m_child.process(), descriptorsOf(m_sockets.handedToSuccessor()),
                                     isThorough ? Depth::Family : Depth::Children);
    if (isSeen || (!m_willBeSeen && time >= m_options.settleTime)) {
        m_timer.stop();
        m_isAccepting = true;
        Q_EMIT noted(
            isSeen ? u"its successor accepts"_s
                   : u"its successor has run for %1, and is taken to accept: how it waits for clients cannot be seen"_s
                         .arg(formatDuration(m_options.settleTime)));
        Q_EMIT changed();
        Q_EMIT accepting();
    } else if (time >= m_options.startTimeout) {
        end(u"it did not accept within %1"_s.arg(formatDuration(m_options.startTimeout)),
            std::min(m_options.stopTimeout, HangingGrace));
    } else if (time >= 1s && m_timer.intervalAsDuration() < LookForSocketLater) {
        m_timer.start(LookForSocketLater);
    }
}

void Successor::stop(const QString &why) { end(why, m_options.stopTimeout); }

void Successor::end(const QString &why, std::chrono::milliseconds grace)
{
    if (!m_child.isRunning() || m_child.isStopping())
        return;
    m_timer.stop();
    m_failure = why;
    m_child.stop(grace);
    Q_EMIT changed();
}

void Successor::read(std::unique_ptr<OutputReader> &reader, FileDescriptor descriptor, OutputStream stream)
{
    reader = std::make_unique<OutputReader>(std::move(descriptor),
                                            stream == OutputStream::Stdout ? m_options.toStdout : m_options.toStderr);
    connect(reader.get(), &OutputReader::linesRead, this, [this, stream](const QByteArray &lines) {
        m_output.append(stream, lines, timeOfNow());
        Q_EMIT wrote(stream, lines);
    });
}

std::optional<GuardedProgram> Successor::guarded() const
{
    if (!m_child.isRunning())
        return {};
    return GuardedProgram{m_child.process(), m_child.killAt(), {m_stdout->descriptor(), m_stderr->descriptor()}};
}

void Successor::pauseOutput()
{
    m_stdout->pause();
    m_stderr->pause();
}

RunningChild Successor::release()
{
    RunningChild child = m_child.release();
    child.output = m_stdout->release();
    child.error = m_stderr->release();
    return child;
}

void Successor::childEnded(const ChildEnd &end)
{
    m_timer.stop();
    m_stdout->finish();
    m_stderr->finish();
    m_sockets.dropTwins();
    m_isAccepting = false;
    const QString lastWords = QString::fromUtf8(m_output.tail(1)).trimmed().left(200);
    const QString why =
        (m_failure.isEmpty() ? u"it %1%2 before it took over"_s.arg(end.exitCode ? QString() : u"was "_s, end.text())
                             : m_failure)
        + (lastWords.isEmpty() ? QString() : u" (it last said: %1)"_s.arg(lastWords));
    Q_EMIT noted(u"its successor is gone: "_s + why);
    Q_EMIT changed();
    Q_EMIT failed(why);
}

std::optional<WrappedSuccessor> Successor::describe() const
{
    if (!m_child.isRunning())
        return {};
    const SuccessorState state = m_child.isStopping() ? SuccessorState::Stopping
        : m_isAccepting                               ? SuccessorState::Accepting
                                                      : SuccessorState::Starting;
    return WrappedSuccessor{m_child.pid(), state};
}

} // namespace Hephaestus
