// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/guardian.h"

#include "server/core/awaitedchildren.h"
#include "server/supervisor/childend.h"
#include "server/supervisor/guardianprocess.h"

#include <QFile>
#include <QSocketNotifier>
#include <QTimer>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto LivesAtLeast = 50ms;
constexpr int ShortLives = 3; // so many in a row: it cannot live here, and is replaced later
constexpr auto ReplacedLater = 1s;

} // namespace

Guardian::Guardian(GuardianOptions options) : m_options(std::move(options))
{
    const auto self = readProcess(::getpid());
    m_mark = "HEPHAESTUS_RUN=" + QByteArray::number(::getpid()) + '-' + QByteArray::number(self ? self->startTicks : 0);
    start();
}

Guardian::Guardian(pid_t pid, FileDescriptor channel) : m_channel(std::move(channel))
{
    const auto process = readProcess(pid);
    if (process && process->parent == ::getpid())
        m_pid = pid;
    AwaitedChildren::add(m_pid);
}

Guardian::~Guardian() { end(); }

void Guardian::end()
{
    m_notifier.reset();
    if (m_pid <= 0)
        return;
    // Not by the channel: after an execve(2) that failed its number may be another's, and its end still open.
    ::kill(m_pid, SIGKILL);
    while (::waitpid(m_pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    AwaitedChildren::remove(std::exchange(m_pid, 0));
}

void Guardian::start()
{
    m_pid = 0;
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return;
    const FileDescriptor reading(ends[0]);
    m_channel.reset(ends[1]);
    m_startedAt = std::chrono::steady_clock::now();
    // A handler of ours must not run in the child, where it would write to what the child shares with us.
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    const pid_t parent = ::getpid();
    const ProgramPages pages =
        programPages(); // the child can't ask for them: another thread may hold the loader's lock
    m_pid = ::fork();
    if (m_pid == 0) {
        ::close(m_channel.release());
        GuardianProcess(parent, m_mark, m_options).run(reading.number(), pages);
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    AwaitedChildren::add(m_pid);
}

void Guardian::watch()
{
    m_pidfd.reset(m_pid > 0 ? int(::syscall(SYS_pidfd_open, m_pid, 0)) : -1);
    if (!m_pidfd.isOpen())
        return;
    m_notifier = std::make_unique<QSocketNotifier>(m_pidfd.number(), QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, [this] {
        m_notifier.release()->deleteLater();
        int status = 0;
        ::waitpid(m_pid, &status, 0);
        m_lost = u"its guardian (pid %1) %2"_s.arg(m_pid).arg(
            WIFSIGNALED(status) ? u"was killed by "_s + signalName(WTERMSIG(status)) : u"ended"_s);
        AwaitedChildren::remove(std::exchange(m_pid, 0));
        const bool hasLived = std::chrono::steady_clock::now() - m_startedAt >= LivesAtLeast;
        m_shortLives = hasLived ? 0 : m_shortLives + 1;
        if (m_shortLives < ShortLives)
            replace();
        else
            QTimer::singleShot(ReplacedLater, this, &Guardian::replace);
    });
}

void Guardian::replace()
{
    start();
    send();
    watch();
    if (m_pid > 0)
        Q_EMIT replaced(m_lost + u", and is replaced"_s);
}

void Guardian::guard(const QList<GuardedProgram> &programs, const QList<ProcessEntry> &strays)
{
    if (m_isTold && programs == m_programs && strays == m_strays)
        return;
    m_programs = programs.first(std::min<qsizetype>(programs.size(), GuardedState::MostPrograms));
    m_strays = strays.first(std::min<qsizetype>(strays.size(), GuardedState::MostStrays));
    send();
}

void Guardian::send()
{
    m_isTold = false; // if that fails, it is told again the next time
    if (m_pid <= 0)
        return;
    GuardedState state;
    std::array<int, GuardedState::MostOutputs> open{};
    std::size_t count = 0;
    for (std::size_t i = 0; i < std::size_t(m_programs.size()); ++i) {
        const GuardedProgram &program = m_programs[qsizetype(i)];
        state.programs[i].leader = program.leader;
        state.programs[i].isTold = program.killAt.has_value();
        state.programs[i].killAt = program.killAt ? program.killAt->time_since_epoch() : std::chrono::nanoseconds(0);
        for (std::size_t j = 0; j < std::min<std::size_t>(std::size_t(program.outputs.size()), 2); ++j) {
            const int descriptor = program.outputs[qsizetype(j)];
            state.programs[i].isOpen[j] = descriptor >= 0;
            if (descriptor >= 0)
                open[count++] = descriptor;
        }
    }
    state.strays = std::size_t(m_strays.size());
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof open)] = {};
    iovec parts[] = {{&state, sizeof state}, {m_strays.data(), state.strays * sizeof(ProcessEntry)}};
    msghdr message = {};
    message.msg_iov = parts;
    message.msg_iovlen = std::size(parts);
    if (count > 0) {
        message.msg_control = control;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
        cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(count * sizeof(int));
        std::memcpy(CMSG_DATA(header), open.data(), count * sizeof(int));
    }
    m_isTold = ::sendmsg(m_channel.number(), &message, MSG_DONTWAIT | MSG_NOSIGNAL) > 0;
}

bool Guardian::wasAskedToEnd() const
{
    QFile status(u"/proc/%1/status"_s.arg(m_pid));
    if (m_pid <= 0 || !hasProcessTable() || !status.open(QFile::ReadOnly))
        return false;
    // It blocks every signal: one that was sent stays pending.
    for (const QByteArray &line : status.readAll().split('\n')) {
        if (line.startsWith("ShdPnd:"))
            return line.mid(7).trimmed().toULongLong(nullptr, 16) & (1ULL << (SIGTERM - 1));
    }
    return false;
}

} // namespace Hephaestus
