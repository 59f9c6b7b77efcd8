// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/guardianprocess.h"

#include "common/base/duration.h"
#include "common/base/writewithoutblocking.h"
#include "server/supervisor/childend.h"
#include "server/supervisor/eventline.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int ChannelPlace = 3;
constexpr auto GuardianLooks = 20ms;          // at all of /proc
constexpr auto GuardianLooksLater = 100ms;    // after the first second
constexpr auto GuardianGivesUp = 5s;          // of SIGKILL
constexpr auto QuietAfter = 3s;               // it has started
constexpr auto SureAfter = 1s;                // an execve(2) that takes longer is none of ours
constexpr int QuietFamilyLooks = 2;           // /proc is read one process after the other: one look may miss one
constexpr qsizetype LongestKept = 256 * 1024; // of a line without an end

using Steady = std::chrono::steady_clock;

bool isPresent(const ProcessEntry &leader)
{
    const auto present = leader.pid > 0 ? readProcess(leader.pid) : std::nullopt;
    return present && present->startTicks == leader.startTicks && !present->isZombie();
}

/// Shows in ps(1) what this process is. Whoever ends all wrappers by their command line does not mean their guardians.
void showAsGuardian(pid_t supervisor)
{
    ::prctl(PR_SET_NAME, "guardian");
    const FileDescriptor file(::open("/proc/self/stat", O_RDONLY | O_CLOEXEC));
    QByteArray line(2048, Qt::Uninitialized);
    line.truncate(std::max<qsizetype>(::read(file.number(), line.data(), std::size_t(line.size())), 0));
    const QList<QByteArray> fields = line.mid(line.lastIndexOf(')') + 2).split(' '); // from field 3 on
    if (fields.size() < 47)
        return;
    auto *const begin = reinterpret_cast<char *>(fields[45].toULongLong()); // arg_start, arg_end
    const auto size = qsizetype(fields[46].toULongLong() - fields[45].toULongLong());
    const QByteArray name = "guardian of " + QByteArray::number(supervisor);
    if (!begin || size <= 0)
        return;
    std::memset(begin, 0, std::size_t(size));
    std::memcpy(begin, name.constData(), std::size_t(std::min(name.size(), size - 1)));
}

/// Nothing comes for a while: what only the start needed is needed no more.
bool isQuiet(int channel)
{
    pollfd entry{channel, POLLIN, 0};
    return ::poll(&entry, 1, int(std::chrono::milliseconds(QuietAfter).count())) == 0;
}

} // namespace

GuardianProcess::GuardianProcess(pid_t supervisor, const QByteArray &mark, GuardianOptions options)
    : m_supervisor(supervisor)
    , m_options(std::move(options))
    , m_family(mark)
{
}

void GuardianProcess::run(int channel, const ProgramPages &pages)
{
    standAlone(channel);
    bool isSettled = false;
    do {
        if (!isSettled && isQuiet(ChannelPlace)) {
            isSettled = true;
            ::malloc_trim(0); // fork(2) has made its locks anew
            release(pages);
            releaseStackPages();
        }
    } while (receive());
    if (!hasProcessTable())
        endGroups();
    else if (m_wasTold || !m_options.isStandby)
        endFamily();
    ::_exit(0);
}

/// No part in the terminal's signals, nor in anything this process' parent has open.
void GuardianProcess::standAlone(int channel)
{
    ::setpgid(0, 0);
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
    showAsGuardian(m_supervisor);
    ::dup2(channel, ChannelPlace);
    if (::close_range(ChannelPlace + 1, ~0U, 0) != 0) { // older than Linux 5.9
        rlimit most{};
        ::getrlimit(RLIMIT_NOFILE, &most);
        for (rlim_t number = ChannelPlace + 1; number < most.rlim_cur; ++number)
            ::close(int(number));
    }
    const FileDescriptor null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    ::dup2(null.number(), STDIN_FILENO);
    ::dup2(null.number(), STDOUT_FILENO);
    if (::chdir("/") != 0) {
    } // what it was started in may be removed
}

/// Waits for the supervisor's next word; false: it is gone. A program that it had just forked holds the channel, too,
/// until it is executed. From then on it has the mark.
bool GuardianProcess::receive()
{
    struct Message
    {
        GuardedState state;
        std::array<ProcessEntry, GuardedState::MostStrays> strays;
    };
    static_assert(std::is_trivially_destructible_v<Message>);
    alignas(Message) static std::byte space[sizeof(Message)]; // what no message has filled is no memory
    auto &message = reinterpret_cast<Message &>(space);
    std::array<int, GuardedState::MostOutputs> received{};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof received)] = {};
    iovec part{&message, sizeof message};
    msghdr header = {};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    const auto count = ::recvmsg(ChannelPlace, &header, MSG_CMSG_CLOEXEC);
    if (count < ssize_t(sizeof message.state))
        return count > 0 || (count < 0 && errno == EINTR);
    std::size_t descriptors = 0;
    if (const cmsghdr *rights = CMSG_FIRSTHDR(&header); rights && rights->cmsg_type == SCM_RIGHTS) {
        descriptors = (rights->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        std::memcpy(received.data(), CMSG_DATA(rights), descriptors * sizeof(int));
    }
    accept(message.state, message.strays.data(), received.data(), descriptors);
    return true;
}

void GuardianProcess::accept(const GuardedState &state, const ProcessEntry *strays, const int *descriptors,
                             std::size_t count)
{
    m_wasTold = true;
    m_state = state;
    m_family.clear();
    std::size_t next = 0;
    for (std::size_t i = 0; i < m_outputs.size(); ++i) {
        const bool isOpen = state.programs[i / 2].isOpen[i % 2];
        m_outputs[i].descriptor.reset(isOpen && next < count ? descriptors[next++] : -1);
        m_outputs[i].stream = i % 2 == 0 ? OutputStream::Stdout : OutputStream::Stderr;
        m_family.addOutput(m_outputs[i].descriptor.number());
    }
    for (const GuardedState::Program &program : state.programs) {
        if (program.leader.pid > 0)
            m_family.addLeader(program.leader);
    }
    for (std::size_t i = 0; i < state.strays; ++i)
        m_family.add(strays[i]);
}

/// At any moment: the supervisor may have told of no program yet, or that it has ended, while others are left.
void GuardianProcess::endFamily()
{
    m_family.followChildren(); // first of all: who loses its parent now may show nothing else any more
    m_began = Steady::now();
    bool hasBegun = false;
    for (int quiet = 0;;) {
        const QList<ProcessEntry> remains = m_family.look();
        if (!hasBegun && !remains.isEmpty()) {
            hasBegun = true;
            begin(remains);
        }
        const auto time = Steady::now() - m_began;
        quiet = remains.isEmpty() ? quiet + 1 : 0;
        if (quiet >= QuietFamilyLooks && (m_family.isCertain() || time >= SureAfter))
            break;
        if (m_isKilling && Steady::now() >= m_killAt + GuardianGivesUp && !remains.isEmpty()) {
            say(u"%1 of its processes cannot be ended"_s.arg(remains.size()));
            break;
        }
        endRemains(remains);
        watchBackup();
        drain(time < 1s ? GuardianLooks : GuardianLooksLater);
    }
    if (!hasBegun)
        begin({});
    drain(0ms);
    say(u"it has ended, and its supervisor is gone"_s);
    const char done = 0;
    if (m_toBackup.isOpen() && ::write(m_toBackup.number(), &done, 1) != 1) {
    } // it is gone
}

/// Without a process table: the kernel has told the leaders (ChildCommand::endsWithParent), and what can be seen is
/// whether a group has members.
void GuardianProcess::endGroups()
{
    if (!m_options.logFile.isEmpty())
        m_file.emplace(m_options.logFile);
    say(u"its supervisor (pid %1) was killed: SIGKILL to its process group after %2; without /proc no other of its "
        "processes can be found"_s.arg(m_supervisor)
            .arg(formatDuration(m_options.grace)));
    m_began = Steady::now();
    const auto isLeft = [](const GuardedState::Program &program) {
        return program.leader.pid > 0 && ::kill(-program.leader.pid, 0) == 0;
    };
    while (std::any_of(m_state.programs.begin(), m_state.programs.end(), isLeft)) {
        if (Steady::now() - m_began < m_options.grace) {
            drain(GuardianLooksLater);
            continue;
        }
        for (const GuardedState::Program &program : m_state.programs) {
            if (isLeft(program))
                ::kill(-program.leader.pid, SIGKILL);
        }
        break;
    }
    drain(0ms);
}

void GuardianProcess::begin(const QList<ProcessEntry> &remains)
{
    if (!m_options.logFile.isEmpty())
        m_file.emplace(m_options.logFile);
    findLeader(remains);
    bool isUntold = false;
    auto killAt = 0ns;
    for (const GuardedState::Program &program : m_state.programs) {
        isUntold = isUntold || (program.leader.pid > 0 && !program.isTold);
        killAt = std::max(killAt, program.isTold ? program.killAt : 0ns);
    }
    m_killAt = isUntold || killAt == 0ns
        ? m_began + m_options.grace
        : std::min(m_began + m_options.grace, Steady::time_point(std::chrono::duration_cast<Steady::duration>(killAt)));
    const QString grace =
        formatDuration(std::chrono::ceil<std::chrono::milliseconds>(std::max(m_killAt - m_began, Steady::duration(0))));
    if (remains.isEmpty())
        say(u"its supervisor (pid %1) was killed, and nothing of it runs"_s.arg(m_supervisor));
    else if (isUntold)
        say(u"its supervisor (pid %1) was killed: %2, and SIGKILL after %3"_s.arg(m_supervisor)
                .arg(signalName(m_options.stopSignal), grace));
    else
        say(u"its supervisor (pid %1) was killed while it stopped: SIGKILL after %2"_s.arg(m_supervisor).arg(grace));
    tellLeaders();
    beBackedUp();
}

/// Of a program that the supervisor had started and not told of: the first that leads a session.
void GuardianProcess::findLeader(const QList<ProcessEntry> &remains)
{
    if (std::any_of(m_state.programs.begin(), m_state.programs.end(),
                    [](const GuardedState::Program &program) { return program.leader.pid > 0; }))
        return;
    for (const ProcessEntry &process : remains) {
        ProcessEntry &leader = m_state.programs[0].leader;
        if (process.session == process.pid && (leader.pid == 0 || process.startTicks < leader.startTicks))
            leader = process;
    }
    if (m_state.programs[0].leader.pid > 0)
        m_family.addLeader(m_state.programs[0].leader);
}

/// Once: who was told by the supervisor is not told again.
void GuardianProcess::tellLeaders()
{
    for (const GuardedState::Program &program : m_state.programs) {
        if (!isPresent(program.leader))
            continue;
        const bool isGroup = m_options.stopScope == StopScope::Group;
        m_asked.insert(program.leader.pid);
        for (const ProcessEntry &process : isGroup ? readProcesses() : QList<ProcessEntry>()) {
            if (process.group == program.leader.pid)
                m_asked.insert(process.pid);
        }
        if (!program.isTold && isGroup)
            ::kill(-program.leader.pid, m_options.stopSignal);
        else if (!program.isTold)
            signalProcess(program.leader, m_options.stopSignal);
        const auto present = readProcess(program.leader.pid);
        if (isGroup)
            ::kill(-program.leader.pid, SIGCONT);
        else if (present && present->isSuspended())
            signalProcess(program.leader, SIGCONT); // or it would never see it
    }
}

void GuardianProcess::endRemains(const QList<ProcessEntry> &remains)
{
    if (remains.isEmpty())
        return;
    if (Steady::now() < m_killAt) {
        if (m_options.stopScope == StopScope::Group || !isLed())
            askToEnd(remains, m_asked);
        return;
    }
    if (!std::exchange(m_isKilling, true))
        say(u"did not end in time: SIGKILL to %1 processes"_s.arg(remains.size()));
    for (const ProcessEntry &process : remains)
        signalProcess(process, SIGKILL);
}

/// Whether a leader still runs: its family is its own business then.
bool GuardianProcess::isLed() const
{
    return std::any_of(m_state.programs.begin(), m_state.programs.end(),
                       [](const GuardedState::Program &program) { return isPresent(program.leader); });
}

/// From now on nobody else would notice that this process is killed: another one, which waits, goes on then.
void GuardianProcess::beBackedUp()
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return;
    FileDescriptor reading(ends[0]);
    FileDescriptor writing(ends[1]);
    m_toBackup.reset();
    m_backup = ::fork();
    if (m_backup != 0) {
        m_toBackup = std::move(writing);
        m_family.exclude(m_backup);
        return;
    }
    writing.reset();
    m_family.exclude(::getpid());
    char done = 0;
    ssize_t count = 0;
    do {
        count = ::read(reading.number(), &done, 1);
    } while (count < 0 && errno == EINTR);
    if (count == 1)
        ::_exit(0);
    beBackedUp();
}

void GuardianProcess::watchBackup()
{
    if (m_backup > 0 && ::waitpid(m_backup, nullptr, WNOHANG) == m_backup)
        beBackedUp();
}

/// Reads what the program says into its log, for that long.
void GuardianProcess::drain(std::chrono::milliseconds time)
{
    const auto until = Steady::now() + time;
    for (;;) {
        std::array<pollfd, GuardedState::MostOutputs> waited{};
        for (std::size_t i = 0; i < waited.size(); ++i)
            waited[i] = {m_outputs[i].descriptor.number(), POLLIN, 0}; // a negative one is left out
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Steady::now());
        ::poll(waited.data(), waited.size(), int(std::max(left, 0ms).count()));
        for (std::size_t i = 0; i < waited.size(); ++i) {
            if (waited[i].revents != 0)
                read(m_outputs[i]);
        }
        if (left <= 0ms)
            return;
    }
}

void GuardianProcess::read(HeldOutput &output)
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

void GuardianProcess::say(const QString &text)
{
    const QByteArray line = eventLine(text);
    writeWithoutBlocking(STDERR_FILENO, line);
    if (m_file)
        m_file->write(OutputStream::Event, line, timeOfNow());
}

} // namespace Hephaestus
