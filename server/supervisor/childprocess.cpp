// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/childprocess.h"

#include "server/core/awaitedchildren.h"

#include <QSocketNotifier>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>

namespace Hephaestus {

using namespace std::chrono_literals;

namespace {

constexpr auto WatchEarly = 100ms; // while it starts: daemons lose their parents then, of which nothing tells
constexpr auto EarlyFor = 2s;
constexpr auto StopEvery = 10ms; // while something is being ended
constexpr auto GiveUpAfter = 5s; // of SIGKILL: only uninterruptible sleep withstands it that long

/// Of every object: which orphan is whose depends on all of them.
QList<ProcessEntry> &leaders()
{
    static QList<ProcessEntry> leaders;
    return leaders;
}

std::atomic<qint64> s_reapedMicroseconds{0};

void reap(pid_t pid)
{
    rusage usage{};
    if (::wait4(pid, nullptr, WNOHANG, &usage) != pid)
        return;
    for (const timeval &time : {usage.ru_utime, usage.ru_stime})
        s_reapedMicroseconds += qint64(time.tv_sec) * 1'000'000 + time.tv_usec;
}

QSet<pid_t> &inherited()
{
    static QSet<pid_t> pids;
    return pids;
}

bool isAwaited(pid_t pid)
{
    return AwaitedChildren::contains(pid)
        || std::any_of(leaders().begin(), leaders().end(),
                       [pid](const ProcessEntry &leader) { return leader.pid == pid; });
}

/// Those that nobody else waits for; returns those that live. Process 1 gets every orphan of its namespace.
QList<ProcessEntry> reapAdopted()
{
    QList<ProcessEntry> living;
    for (const ProcessEntry &child : readChildren()) {
        if (!child.isZombie() && isAdopted(child) && !isAwaited(child.pid))
            living.append(child);
        const bool isOurs = isAdopted(child) || inherited().contains(child.pid) || ::getpid() == 1;
        if (!child.isZombie() || !isOurs || isAwaited(child.pid))
            continue;
        inherited().remove(child.pid);
        if (isAdopted(child))
            reap(child.pid);
        else
            ::waitpid(child.pid, nullptr, WNOHANG); // not of the program
    }
    // Without a table the kernel names one at a time; who is awaited is reaped soon by who waits.
    siginfo_t info{};
    while (!hasProcessTable() && ::getpid() == 1 && ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0
           && info.si_pid > 0 && !isAwaited(info.si_pid)) {
        ::waitpid(info.si_pid, nullptr, WNOHANG);
        info = {};
    }
    return living;
}

bool isSameProcess(const ProcessEntry &a, const ProcessEntry &b)
{
    return a.pid == b.pid && a.startTicks == b.startTicks;
}

/// How an ended child ended, leaving it unreaped; nothing if it still runs.
std::optional<ChildEnd> peekEnd(pid_t pid)
{
    siginfo_t info{};
    if (::waitid(P_PID, id_t(pid), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != pid)
        return {};
    ChildEnd end;
    if (info.si_code == CLD_EXITED)
        end.exitCode = info.si_status;
    else
        end.signalNumber = info.si_status;
    end.dumpedCore = info.si_code == CLD_DUMPED;
    return end;
}

} // namespace

ChildProcess::ChildProcess(const Clock &clock, QObject *parent) : QObject(parent), m_clock(clock)
{
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    connect(&m_timer, &QTimer::timeout, this, &ChildProcess::advance);
    connect(m_signal.get(), &ChildSignal::arrived, this, [this] { isRunning() ? advance() : reapStrays(); });
}

void ChildProcess::noteInherited()
{
    for (const ProcessEntry &child : readChildren())
        inherited().insert(child.pid);
}

std::chrono::microseconds ChildProcess::cpuOfReaped() { return std::chrono::microseconds(s_reapedMicroseconds); }

ChildProcess::~ChildProcess() { kill(); }

void ChildProcess::kill()
{
    const bool wasBlocked = blockSignals(true);
    m_deadline = m_clock.now();
    for (auto waited = 0ms; isRunning() && waited < 2s; waited += StopEvery) {
        advance();
        if (isRunning())
            std::this_thread::sleep_for(StopEvery);
    }
    blockSignals(wasBlocked);
}

std::optional<StartFailure> ChildProcess::start(const ChildCommand &command, const QList<HandedSocket> &sockets,
                                                std::chrono::milliseconds grace)
{
    Q_ASSERT(!isRunning());
    auto spawned = spawn(command, sockets, [this](const SpawnedChild &child) {
        Q_EMIT this->spawned({entryOf(child.pid), {}, {child.output.number(), child.error.number()}});
    });
    if (const auto failure = std::get_if<StartFailure>(&spawned))
        return *failure;
    watch(std::get<SpawnedChild>(std::move(spawned)), command, grace);
    return {};
}

bool ChildProcess::adopt(RunningChild child, const ChildCommand &command, std::chrono::milliseconds grace)
{
    Q_ASSERT(!isRunning());
    const auto process = readProcess(child.pid);
    SpawnedChild taken;
    taken.pid = child.pid;
    taken.pidfd.reset(int(::syscall(SYS_pidfd_open, child.pid, 0)));
    if (!process || process->parent != ::getpid() || !taken.pidfd.isOpen())
        return false;
    taken.output = std::move(child.output);
    taken.error = std::move(child.error);
    watch(std::move(taken), command, grace);
    return true;
}

RunningChild ChildProcess::release()
{
    RunningChild child;
    child.pid = m_leader.pid;
    child.output = std::move(m_child.output);
    child.error = std::move(m_child.error);
    forget();
    return child;
}

/// An unreaped child is always listed, unless /proc is not there: then only its group can be ended.
ProcessEntry ChildProcess::entryOf(pid_t pid)
{
    return readProcess(pid).value_or(ProcessEntry{pid, ::getpid(), pid, pid, 'R', 0});
}

void ChildProcess::watch(SpawnedChild child, const ChildCommand &command, std::chrono::milliseconds grace)
{
    m_stopSignal = command.stopSignal;
    m_stopScope = command.stopScope;
    m_child = std::move(child);
    m_leader = entryOf(m_child.pid);
    leaders().append(m_leader);
    m_grace = grace;
    m_end.reset();
    m_deadline.reset();
    m_asked.clear();
    m_killing = false;
    m_suspended = false;
    m_notifier = std::make_unique<QSocketNotifier>(m_child.pidfd.number(), QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &ChildProcess::advance);
    m_startedAt = m_clock.now();
    m_timer.start(0ms); // what happened before we listened
}

void ChildProcess::forget()
{
    m_timer.stop();
    m_notifier.reset();
    leaders().removeOne(m_leader);
    m_leader = {};
    m_child = {};
    m_suspended = false;
    m_deadline.reset();
    m_strays.clear();
}

void ChildProcess::stop(std::chrono::milliseconds grace)
{
    if (!isRunning())
        return;
    setDeadline(grace);
    if (!m_end && !m_asked.contains(m_leader.pid))
        ask();
    advance();
}

void ChildProcess::expectEnd(std::chrono::milliseconds grace)
{
    if (!isRunning())
        return;
    setDeadline(grace);
    m_asked.insert(m_leader.pid);
    for (const ProcessEntry &process : listRemains())
        m_asked.insert(process.pid);
    advance();
}

void ChildProcess::resumeStop(Clock::TimePoint killAt)
{
    if (!isRunning())
        return;
    setDeadline(std::chrono::ceil<std::chrono::milliseconds>(killAt - m_clock.now()));
    noteAsked();
    advance();
}

void ChildProcess::setDeadline(std::chrono::milliseconds grace)
{
    const Clock::TimePoint deadline = m_clock.now() + grace;
    m_deadline = m_deadline ? std::min(*m_deadline, deadline) : deadline;
    m_timer.start(StopEvery);
}

void ChildProcess::ask()
{
    if (m_stopScope == StopScope::Leader) {
        ::kill(m_leader.pid, m_stopSignal);
        const auto leader = readProcess(m_leader.pid);
        if (leader && leader->isSuspended())
            ::kill(m_leader.pid, SIGCONT); // or it would never see it
    } else {
        ::kill(-m_leader.pid, m_stopSignal);
        ::kill(-m_leader.pid, SIGCONT);
    }
    noteAsked();
}

void ChildProcess::noteAsked()
{
    m_asked.insert(m_leader.pid);
    for (const ProcessEntry &process : m_stopScope == StopScope::Group ? readProcesses() : QList<ProcessEntry>()) {
        if (process.group == m_leader.pid)
            m_asked.insert(process.pid);
    }
}

void ChildProcess::advance()
{
    if (!isRunning())
        return;
    if (!m_deadline)
        m_timer.stop();
    if (!m_end)
        leaderEnded();
    watchSuspension();
    reapStrays();
    if (!m_deadline && m_clock.now() - m_startedAt < EarlyFor)
        m_timer.start(WatchEarly);
    if (!m_end && (!m_deadline || m_clock.now() < *m_deadline))
        return; // those that still have the leader are its own business
    QList<ProcessEntry> remains = listRemains();
    // /proc is read one process after the other: one that lost its parent meanwhile may be in no place.
    if (m_end && remains.isEmpty())
        remains = listRemains();
    const int left = std::max(int(remains.size()), int(m_end && isGroupLeft()));
    if (m_end && left == 0)
        return finish(0);
    if (m_end && !m_deadline) {
        m_deadline = m_clock.now() + m_grace;
        m_timer.start(StopEvery);
        Q_EMIT remainsFound(left);
    }
    if (m_deadline)
        endRemains(remains);
}

void ChildProcess::leaderEnded()
{
    m_end = peekEnd(m_leader.pid);
    if (m_end)
        m_notifier.reset(); // a pidfd stays readable
}

/// Where there is no process table, the only thing that can be known of the family. The leader is reaped then, and as
/// long as anybody has its number as a group no other process gets it.
bool ChildProcess::isGroupLeft() const
{
    if (hasProcessTable())
        return false;
    while (::waitpid(-m_leader.pid, nullptr, WNOHANG) > 0) {
    }
    return ::kill(-m_leader.pid, 0) == 0;
}

void ChildProcess::watchSuspension()
{
    if (m_end)
        return;
    const auto leader = readProcess(m_leader.pid);
    if (!leader || leader->isSuspended() == m_suspended)
        return;
    m_suspended = leader->isSuspended();
    Q_EMIT suspendedChanged(m_suspended);
}

/// What of the program is alive besides its leader. Looks at every process.
QList<ProcessEntry> ChildProcess::listRemains() const
{
    QList<ProcessEntry> others = leaders();
    others.removeOne(m_leader);
    QList<ProcessEntry> remains = remainsOf(m_leader, readProcesses(), others);
    remains.removeIf([](const ProcessEntry &process) { return process.isZombie(); });
    return remains;
}

void ChildProcess::reapStrays()
{
    QList<ProcessEntry> strays = reapAdopted();
    if (std::equal(strays.begin(), strays.end(), m_strays.begin(), m_strays.end(), isSameProcess))
        return;
    m_strays = std::move(strays);
    Q_EMIT straysChanged();
}

void ChildProcess::endRemains(const QList<ProcessEntry> &remains)
{
    const Clock::TimePoint now = m_clock.now();
    if (now < *m_deadline) {
        askToEnd(remains, m_asked);
        if (m_end && isGroupLeft() && !m_asked.contains(-m_leader.pid)) {
            m_asked.insert(-m_leader.pid);
            ::kill(-m_leader.pid, SIGTERM);
            ::kill(-m_leader.pid, SIGCONT);
        }
        return;
    }
    if (!std::exchange(m_killing, true))
        Q_EMIT killing(int(remains.size()) + (m_end ? 0 : 1));
    ::kill(-m_leader.pid, SIGKILL); // all at once: none can fork away meanwhile
    for (const ProcessEntry &process : remains)
        signalProcess(process, SIGKILL);
    if (now - *m_deadline >= GiveUpAfter)
        finish(int(remains.size()) + (m_end ? 0 : 1));
}

void ChildProcess::finish(int left)
{
    ChildEnd end = m_end.value_or(ChildEnd{.signalNumber = SIGKILL});
    end.wasKilled = m_killing;
    end.left = left;
    reap(m_leader.pid);
    forget();
    reapStrays(); // what died just now under our hands
    Q_EMIT ended(end);
}

} // namespace Hephaestus
