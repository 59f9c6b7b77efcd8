// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/guardian.h"

#include "common/base/duration.h"
#include "common/base/writewithoutblocking.h"
#include "server/core/awaitedchildren.h"
#include "server/supervisor/childend.h"
#include "server/supervisor/eventline.h"
#include "server/supervisor/outputfile.h"

#include <QFile>
#include <QSocketNotifier>
#include <QTimer>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int ChannelPlace = 3;
constexpr auto GuardianLooks = 20ms;       // at all of /proc
constexpr auto GuardianLooksLater = 100ms; // after the first second
constexpr auto GuardianGivesUp = 5s;       // of SIGKILL
constexpr auto LivesAtLeast = 50ms;        // one that does not is replaced later: it cannot live here
constexpr auto ReplacedLater = 1s;
constexpr std::size_t MostPrograms = 2;
constexpr std::size_t MostOutputs = 2 * MostPrograms;
constexpr qsizetype LongestKept = 256 * 1024; // of a line without an end

/// What goes through the channel, as it is, with the descriptors of the outputs that are open.
struct Guarded
{
    std::array<ProcessEntry, MostPrograms> leaders{}; ///< pid 0: none
    std::array<bool, MostOutputs> isOpen{};           ///< stdout and stderr of each
};

/// A program's output that is held, and read once its supervisor is gone.
struct HeldOutput
{
    FileDescriptor descriptor;
    OutputStream stream = OutputStream::Stdout;
    QByteArray partial;
};

/// What the process does that is to outlive its parent. It may have been forked beside other threads: no event loop, no
/// locale, nothing that takes a lock of theirs.
class Watch
{
public:
    Watch(pid_t supervisor, QByteArray mark, GuardianOptions options)
        : m_supervisor(supervisor)
        , m_mark(std::move(mark))
        , m_options(std::move(options))
    {
    }

    [[noreturn]] void run(int channel);

private:
    bool receive();
    QList<ProcessEntry> remains() const;
    bool isLed() const;
    void askLeaders();
    void endRemains();
    void endGroups();
    void drain(std::chrono::milliseconds time);
    void read(HeldOutput &output);
    void say(const QString &text);

    const pid_t m_supervisor;
    const QByteArray m_mark;
    const GuardianOptions m_options;
    Guarded m_guarded;
    std::array<HeldOutput, MostOutputs> m_outputs;
    std::optional<OutputFile> m_file;
    QSet<pid_t> m_asked;
};

void Watch::run(int channel)
{
    // No part in the terminal's signals, nor in anything this process' parent has open.
    ::setpgid(0, 0);
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
    ::prctl(PR_SET_NAME, "guardian");
    ::dup2(channel, ChannelPlace);
    for (int number = ChannelPlace + 1; number < 1024; ++number)
        ::close(number);
    const FileDescriptor null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    ::dup2(null.number(), STDIN_FILENO);
    ::dup2(null.number(), STDOUT_FILENO);
    if (::chdir("/") != 0) {
    } // what it was started in may be removed
    while (receive()) {
    }
    // Also without a leader: it may have been told of none yet, or that it has ended, while others are left.
    const bool hasLeader = std::any_of(m_guarded.leaders.begin(), m_guarded.leaders.end(),
                                       [](const ProcessEntry &leader) { return leader.pid > 0; });
    if (!hasProcessTable())
        endGroups();
    else if (hasLeader || !remains().isEmpty())
        endRemains();
    ::_exit(0);
}

/// Waits for the supervisor's next word; false: it is gone.
bool Watch::receive()
{
    Guarded guarded;
    std::array<int, MostOutputs> received{};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof received)] = {};
    iovec part{&guarded, sizeof guarded};
    msghdr message = {};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const auto count = ::recvmsg(ChannelPlace, &message, MSG_CMSG_CLOEXEC);
    if (count != ssize_t(sizeof guarded))
        return count > 0 || (count < 0 && errno == EINTR);
    std::size_t descriptors = 0;
    if (const cmsghdr *header = CMSG_FIRSTHDR(&message); header && header->cmsg_type == SCM_RIGHTS) {
        descriptors = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        std::memcpy(received.data(), CMSG_DATA(header), descriptors * sizeof(int));
    }
    m_guarded = guarded;
    std::size_t next = 0;
    for (std::size_t i = 0; i < MostOutputs; ++i) {
        m_outputs[i].descriptor.reset(guarded.isOpen[i] && next < descriptors ? received[next++] : -1);
        m_outputs[i].stream = i % 2 == 0 ? OutputStream::Stdout : OutputStream::Stderr;
    }
    return true;
}

QList<ProcessEntry> Watch::remains() const
{
    const QList<ProcessEntry> all = readProcesses();
    QSet<pid_t> family;
    for (const ProcessEntry &leader : m_guarded.leaders) {
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

/// Whether a leader still runs: its family is its own business then.
bool Watch::isLed() const
{
    return std::any_of(m_guarded.leaders.begin(), m_guarded.leaders.end(), [](const ProcessEntry &leader) {
        const auto present = leader.pid > 0 ? readProcess(leader.pid) : std::nullopt;
        return present && present->startTicks == leader.startTicks && !present->isZombie();
    });
}

/// The kernel has told them when their supervisor ended (spawn()), but for one that changed its user; and a suspended
/// one does not see it.
void Watch::askLeaders()
{
    for (const ProcessEntry &leader : m_guarded.leaders) {
        const auto present = leader.pid > 0 ? readProcess(leader.pid) : std::nullopt;
        if (!present)
            continue;
        m_asked.insert(leader.pid);
        struct stat status = {};
        const QByteArray path = "/proc/" + QByteArray::number(leader.pid);
        if (::stat(path.constData(), &status) == 0 && status.st_uid != ::geteuid())
            signalProcess(leader, m_options.stopSignal);
        if (present->isSuspended())
            signalProcess(leader, SIGCONT);
    }
}

void Watch::endRemains()
{
    if (!m_options.logFile.isEmpty())
        m_file.emplace(m_options.logFile);
    say(u"its supervisor (pid %1) was killed: %2, and SIGKILL after %3"_s.arg(m_supervisor)
            .arg(signalName(m_options.stopSignal), formatDuration(m_options.grace)));
    const auto began = std::chrono::steady_clock::now();
    askLeaders();
    for (bool isKilling = false;;) {
        const QList<ProcessEntry> remains = this->remains();
        const auto time = std::chrono::steady_clock::now() - began;
        if (remains.isEmpty()) {
            drain(0ms);
            return say(u"it has ended, and its supervisor is gone"_s);
        }
        if (time >= m_options.grace && !std::exchange(isKilling, true))
            say(u"did not end in time: SIGKILL to %1 processes"_s.arg(remains.size()));
        if (time >= m_options.grace + GuardianGivesUp)
            return say(u"%1 of its processes cannot be ended"_s.arg(remains.size()));
        if (isKilling) {
            for (const ProcessEntry &process : remains)
                signalProcess(process, SIGKILL);
        } else if (m_options.stopScope == StopScope::Group || !isLed()) {
            askToEnd(remains, m_asked);
        }
        drain(time < 1s ? GuardianLooks : GuardianLooksLater);
    }
}

/// Without a process table: the kernel has told the leaders, and what can be seen is whether a group has members.
void Watch::endGroups()
{
    if (!m_options.logFile.isEmpty())
        m_file.emplace(m_options.logFile);
    say(u"its supervisor (pid %1) was killed: SIGKILL to its process group after %2; without /proc no other of its "
        "processes can be found"_s.arg(m_supervisor)
            .arg(formatDuration(m_options.grace)));
    const auto began = std::chrono::steady_clock::now();
    const auto isLeft = [](const ProcessEntry &leader) { return leader.pid > 0 && ::kill(-leader.pid, 0) == 0; };
    while (std::any_of(m_guarded.leaders.begin(), m_guarded.leaders.end(), isLeft)) {
        if (std::chrono::steady_clock::now() - began < m_options.grace) {
            drain(GuardianLooksLater);
            continue;
        }
        for (const ProcessEntry &leader : m_guarded.leaders) {
            if (isLeft(leader))
                ::kill(-leader.pid, SIGKILL);
        }
        break;
    }
    drain(0ms);
}

/// Reads what the program says into its log, for that long.
void Watch::drain(std::chrono::milliseconds time)
{
    const auto until = std::chrono::steady_clock::now() + time;
    for (;;) {
        std::array<pollfd, MostOutputs> waited{};
        for (std::size_t i = 0; i < MostOutputs; ++i)
            waited[i] = {m_outputs[i].descriptor.number(), POLLIN, 0}; // a negative one is left out
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        ::poll(waited.data(), waited.size(), int(std::max(left, 0ms).count()));
        for (std::size_t i = 0; i < MostOutputs; ++i) {
            if (waited[i].revents != 0)
                read(m_outputs[i]);
        }
        if (left <= 0ms)
            return;
    }
}

void Watch::read(HeldOutput &output)
{
    QByteArray bytes(64 * 1024, Qt::Uninitialized);
    const auto count = ::read(output.descriptor.number(), bytes.data(), std::size_t(bytes.size()));
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    bytes.truncate(std::max<qsizetype>(count, 0));
    output.partial += bytes;
    if (count <= 0)
        output.descriptor.reset();
    if (!output.partial.isEmpty() && (count <= 0 || output.partial.size() > LongestKept))
        output.partial += output.partial.endsWith('\n') ? "" : "\n";
    const qsizetype end = output.partial.lastIndexOf('\n') + 1;
    if (m_file && end > 0)
        m_file->write(output.stream, QByteArrayView(output.partial).first(end), timeOfNow());
    output.partial.remove(0, end);
}

void Watch::say(const QString &text)
{
    const QByteArray line = eventLine(text);
    writeWithoutBlocking(STDERR_FILENO, line);
    if (m_file)
        m_file->write(OutputStream::Event, line, timeOfNow());
}

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
    m_pid = ::fork();
    if (m_pid == 0) {
        ::close(m_channel.release());
        Watch(parent, m_mark, m_options).run(reading.number());
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
        ::waitpid(m_pid, nullptr, 0);
        AwaitedChildren::remove(std::exchange(m_pid, 0));
        if (std::chrono::steady_clock::now() - m_startedAt >= LivesAtLeast)
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
}

void Guardian::guard(const QList<ProcessEntry> &leaders, const QList<int> &outputs)
{
    if (m_isTold && leaders == m_leaders && outputs == m_outputs)
        return;
    m_leaders = leaders.first(std::min<qsizetype>(leaders.size(), MostPrograms));
    m_outputs = outputs.first(std::min<qsizetype>(outputs.size(), MostOutputs));
    send();
}

void Guardian::send()
{
    m_isTold = false; // if that fails, it is told again the next time
    if (m_pid <= 0)
        return;
    Guarded guarded;
    std::copy(m_leaders.begin(), m_leaders.end(), guarded.leaders.begin());
    std::array<int, MostOutputs> open{};
    std::size_t count = 0;
    for (qsizetype i = 0; i < m_outputs.size(); ++i) {
        guarded.isOpen[std::size_t(i)] = m_outputs[i] >= 0;
        if (m_outputs[i] >= 0)
            open[count++] = m_outputs[i];
    }
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof open)] = {};
    iovec part{&guarded, sizeof guarded};
    msghdr message = {};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (count > 0) {
        message.msg_control = control;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
        cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(count * sizeof(int));
        std::memcpy(CMSG_DATA(header), open.data(), count * sizeof(int));
    }
    m_isTold = ::sendmsg(m_channel.number(), &message, MSG_DONTWAIT | MSG_NOSIGNAL) == ssize_t(sizeof guarded);
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
