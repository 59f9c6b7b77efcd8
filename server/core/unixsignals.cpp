// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/unixsignals.h"

#include <QSocketNotifier>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <sys/socket.h>
#include <unistd.h>

namespace Hephaestus {
namespace {

constexpr qint64 ForceAfterNanoseconds = 200'000'000;
constexpr unsigned ForcedEndSeconds = 3;

int s_sockets[2] = {-1, -1}; // the handler writes to 0, the notifier watches 1
std::atomic<qint64> s_firstStop{0};
std::atomic<bool> s_stopRequested{false};
std::atomic<bool> s_tellsSecondStop{false};
std::atomic<int> s_forcedBy{0}; // the second stop's number
static_assert(std::atomic<qint64>::is_always_lock_free, "needed in a signal handler");

/// What the handler writes.
struct Arrival
{
    int number = 0;
    bool isForced = false;
    SignalSender sender;
};

qint64 monotonicNanoseconds()
{
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now); // async-signal-safe, signal-safety(7)
    return qint64(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

constexpr bool isStop(int number) { return number == SIGTERM || number == SIGINT; }

/// Those by which the kernel ends a process that did wrong, or whose time is over.
constexpr bool isOwnEnd(int number)
{
    switch (number) {
    case SIGSEGV:
    case SIGBUS:
    case SIGILL:
    case SIGFPE:
    case SIGTRAP:
    case SIGSYS:
    case SIGABRT:
    case SIGALRM:
    case SIGVTALRM:
    case SIGPROF:
    case SIGXCPU: return true;
    default: return false;
    }
}

void takeDefaultEffect(int number)
{
    if (number == SIGALRM && s_forcedBy != 0)
        ::_exit(128 + s_forcedBy);
    ::signal(number, SIG_DFL);
    ::raise(number); // delivered when the handler has returned
}

/// False: it is not to be told.
bool noteStop(Arrival &arrival)
{
    s_stopRequested = true;
    const qint64 now = monotonicNanoseconds();
    qint64 first = 0;
    if (s_firstStop.compare_exchange_strong(first, now))
        return true;
    if (now - first < ForceAfterNanoseconds)
        return false;
    if (!s_tellsSecondStop)
        ::_exit(128 + arrival.number);
    arrival.isForced = true;
    s_forcedBy = arrival.number;
    ::alarm(ForcedEndSeconds);
    return true;
}

void handle(int number, siginfo_t *info, void *)
{
    const int savedErrno = errno;
    // Of the kernel; of our own threads, abort(3) and a write to a pipe without a reader come from ourselves.
    const bool isKernel = info->si_code > 0;
    const bool isOurs = info->si_code <= 0 && info->si_pid == ::getpid();
    Arrival arrival{number, false, {isKernel, isKernel ? 0 : info->si_pid}};
    if ((isKernel || isOurs) && isOwnEnd(number))
        takeDefaultEffect(number);
    else if (!(isKernel && (number == SIGTTIN || number == SIGTTOU)) && !(number == SIGPIPE && (isKernel || isOurs))
             && (!isStop(number) || noteStop(arrival))) {
        // Non-blocking: when the socket is full, enough is waiting to be read anyway.
        [[maybe_unused]] const auto written = ::write(s_sockets[0], &arrival, sizeof arrival);
    }
    errno = savedErrno;
}

constexpr int Stops[] = {SIGTERM, SIGINT};

sigset_t heldBack()
{
    sigset_t set;
    sigfillset(&set);
    for (int number = 1; number < NSIG; ++number) {
        if (isOwnEnd(number))
            sigdelset(&set, number);
    }
    return set;
}

bool isIgnored(int number)
{
    struct sigaction action = {};
    return ::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

void resetDispositions()
{
    for (int number = 1; number < NSIG; ++number) {
        if (number != SIGHUP || !isIgnored(number))
            ::signal(number, SIG_DFL); // fails for SIGKILL and SIGSTOP, as it should
    }
}

} // namespace

UnixSignals::UnixSignals(const QList<int> &signalNumbers, SecondStop secondStop, QObject *parent)
    : QObject(parent)
    , m_numbers(signalNumbers)
{
    Q_ASSERT_X(s_sockets[0] < 0, "UnixSignals", "one object a process");
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, s_sockets) != 0)
        qFatal("no socketpair for the signal handlers: %s", std::strerror(errno));
    s_stopRequested = false;
    s_tellsSecondStop = secondStop == SecondStop::IsTold;
    m_notifier = new QSocketNotifier(s_sockets[1], QSocketNotifier::Read, this);
    connect(m_notifier, &QSocketNotifier::activated, this, &UnixSignals::read);
    if (isIgnored(SIGHUP))
        m_numbers.removeAll(SIGHUP);
    ::signal(SIGPIPE, SIG_IGN);
    struct sigaction action = {};
    action.sa_sigaction = handle;
    action.sa_flags = SA_RESTART | SA_SIGINFO;
    sigfillset(&action.sa_mask);
    for (const int number : std::as_const(m_numbers))
        ::sigaction(number, &action, nullptr);
    sigset_t none;
    sigemptyset(&none);
    ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

UnixSignals::~UnixSignals()
{
    for (const int number : std::as_const(m_numbers))
        ::signal(number, SIG_DFL);
    delete m_notifier;
    for (int &socket : s_sockets)
        ::close(std::exchange(socket, -1));
    s_firstStop = 0;
}

QList<int> UnixSignals::all()
{
    QList<int> numbers;
    for (int number = 1; number <= SIGRTMAX; ++number) {
        const bool isForLibc = number > SIGSYS && number < SIGRTMIN;
        if (number != SIGKILL && number != SIGSTOP && number != SIGCHLD && !isForLibc)
            numbers.append(number);
    }
    return numbers;
}

bool UnixSignals::stopRequested()
{
    sigset_t waiting;
    sigemptyset(&waiting);
    ::sigpending(&waiting);
    return s_stopRequested
        || std::ranges::any_of(Stops, [&waiting](int number) { return sigismember(&waiting, number) == 1; });
}

void UnixSignals::holdBack()
{
    const sigset_t held = heldBack();
    ::pthread_sigmask(SIG_BLOCK, &held, nullptr);
}

void UnixSignals::read()
{
    Arrival arrival;
    while (s_sockets[1] >= 0 && ::read(s_sockets[1], &arrival, sizeof arrival) == ssize_t(sizeof arrival)) {
        if (arrival.isForced)
            Q_EMIT forced(arrival.number);
        else
            Q_EMIT received(arrival.number, arrival.sender);
    }
}

void resetSignalsAtStart()
{
    resetDispositions();
    ::signal(SIGXFSZ, SIG_IGN); // a log over RLIMIT_FSIZE is an error to be told, not the end of the process
}

void resetSignalsInChild()
{
    resetDispositions();
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void resetSignalsForSuccessor()
{
    resetDispositions();
    sigset_t blocked;
    ::sigprocmask(SIG_BLOCK, nullptr, &blocked);
    const sigset_t held = heldBack();
    sigset_t kept;
    ::sigandset(&kept, &blocked, &held);
    ::sigprocmask(SIG_SETMASK, &kept, nullptr);
}

} // namespace Hephaestus
