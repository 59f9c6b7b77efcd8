// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/guardian.h"

#include "common/base/duration.h"
#include "common/base/writewithoutblocking.h"
#include "server/supervisor/eventline.h"

#include <QFile>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int PipePlace = 3;
constexpr auto GuardianLooks = 20ms;       // at all of /proc
constexpr auto GuardianLooksLater = 100ms; // after the first second
constexpr auto GuardianGivesUp = 5s;       // of SIGKILL

using Leaders = std::array<ProcessEntry, 2>; // what goes through the pipe, as it is; pid 0: none

/// What the process does that is to outlive its parent.
class Watch
{
public:
    Watch(pid_t supervisor, QByteArray mark, QString logFile, std::chrono::milliseconds grace)
        : m_supervisor(supervisor)
        , m_mark(std::move(mark))
        , m_logFile(std::move(logFile))
        , m_grace(grace)
    {
    }

    [[noreturn]] void run(int pipe);

private:
    QList<ProcessEntry> remains() const;
    void endRemains();
    void say(const QString &text) const;

    const pid_t m_supervisor;
    const QByteArray m_mark;
    const QString m_logFile;
    const std::chrono::milliseconds m_grace;
    Leaders m_leaders{};
};

void Watch::run(int pipe)
{
    // No part in the terminal's signals, nor in anything this process' parent has open.
    ::setpgid(0, 0);
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
    ::prctl(PR_SET_NAME, "guardian");
    ::dup2(pipe, PipePlace);
    for (int number = PipePlace + 1; number < 1024; ++number)
        ::close(number);
    const FileDescriptor null(::open("/dev/null", O_RDWR));
    ::dup2(null.number(), STDIN_FILENO);
    ::dup2(null.number(), STDOUT_FILENO);
    if (::chdir("/") != 0) {
    } // what it was started in may be removed
    for (;;) {
        Leaders leaders;
        const auto count = ::read(PipePlace, &leaders, sizeof leaders);
        if (count == ssize_t(sizeof leaders))
            m_leaders = leaders;
        else if (count == 0 || errno != EINTR)
            break;
    }
    if (std::any_of(m_leaders.begin(), m_leaders.end(), [](const ProcessEntry &leader) { return leader.pid > 0; }))
        endRemains();
    ::_exit(0);
}

QList<ProcessEntry> Watch::remains() const
{
    const QList<ProcessEntry> all = readProcesses();
    QSet<pid_t> family;
    for (const ProcessEntry &leader : m_leaders) {
        if (leader.pid == 0)
            continue;
        const auto present = readProcess(leader.pid);
        if (present && present->startTicks != leader.startTicks)
            continue; // a stranger's number by now, and so would be its group and children
        family.insert(leader.pid);
        for (const ProcessEntry &process : remainsOf(leader, all))
            family.insert(process.pid);
    }
    QList<ProcessEntry> remains = all;
    remains.removeIf([&](const ProcessEntry &process) {
        if (process.isZombie() || process.pid == ::getpid())
            return true;
        QFile environment(u"/proc/%1/environ"_s.arg(process.pid));
        return !family.contains(process.pid)
            && !(environment.open(QFile::ReadOnly) && environment.readAll().split('\0').contains(m_mark));
    });
    return remains;
}

void Watch::endRemains()
{
    say(u"its supervisor (pid %1) was killed: SIGTERM, and SIGKILL after %2"_s.arg(m_supervisor)
            .arg(formatDuration(m_grace)));
    const auto began = std::chrono::steady_clock::now();
    QSet<pid_t> asked;
    bool isKilling = false;
    for (;;) {
        const QList<ProcessEntry> remains = this->remains();
        const auto time = std::chrono::steady_clock::now() - began;
        if (remains.isEmpty())
            return say(u"it has ended, and its supervisor is gone"_s);
        if (time >= m_grace && !std::exchange(isKilling, true))
            say(u"did not end in time: SIGKILL to %1 processes"_s.arg(remains.size()));
        if (time >= m_grace + GuardianGivesUp)
            return say(u"%1 of its processes cannot be ended"_s.arg(remains.size()));
        if (!isKilling) {
            askToEnd(remains, asked);
        } else {
            for (const ProcessEntry &process : remains)
                signalProcess(process, SIGKILL);
        }
        std::this_thread::sleep_for(time < 1s ? GuardianLooks : GuardianLooksLater);
    }
}

void Watch::say(const QString &text) const
{
    const QByteArray line = eventLine(text);
    writeWithoutBlocking(STDERR_FILENO, line);
    QFile file(m_logFile);
    if (!m_logFile.isEmpty() && file.open(QFile::WriteOnly | QFile::Append))
        file.write(line);
}

} // namespace

Guardian::Guardian(const QString &logFile, std::chrono::milliseconds grace)
{
    const auto self = readProcess(::getpid());
    m_mark = "HEPHAESTUS_RUN=" + QByteArray::number(::getpid()) + '-' + QByteArray::number(self ? self->startTicks : 0);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return;
    const FileDescriptor reading(ends[0]);
    m_pipe.reset(ends[1]);
    ::fcntl(m_pipe.number(), F_SETFL, O_NONBLOCK);
    const pid_t parent = ::getpid();
    m_pid = ::fork();
    if (m_pid == 0) {
        m_pipe.reset();
        Watch(parent, m_mark, logFile, grace).run(reading.number());
    }
}

Guardian::Guardian(pid_t pid, FileDescriptor pipe) : m_pipe(std::move(pipe))
{
    const auto process = readProcess(pid);
    if (process && process->parent == ::getpid())
        m_pid = pid;
}

Guardian::~Guardian()
{
    if (m_pid <= 0)
        return;
    // Not by the pipe: after an execve(2) that failed its number may be another's, and its end still open.
    ::kill(m_pid, SIGKILL);
    while (::waitpid(m_pid, nullptr, 0) < 0 && errno == EINTR) {
    }
}

void Guardian::guard(const QList<ProcessEntry> &leaders)
{
    if (m_pid <= 0 || leaders == m_guarded)
        return;
    Leaders message{};
    std::copy_n(leaders.begin(), std::min<std::size_t>(message.size(), std::size_t(leaders.size())), message.begin());
    if (::write(m_pipe.number(), &message, sizeof message)
        == ssize_t(sizeof message)) // below PIPE_BUF: whole or not at all
        m_guarded = leaders;        // else told again the next time
}

} // namespace Hephaestus
