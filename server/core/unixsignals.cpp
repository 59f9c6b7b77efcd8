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

int s_sockets[2] = {-1, -1}; // the handler writes to 0, the notifier watches 1
std::atomic<qint64> s_firstStop{0};
std::atomic<bool> s_stopRequested{false};
static_assert(std::atomic<qint64>::is_always_lock_free, "needed in a signal handler");

qint64 monotonicNanoseconds()
{
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now); // async-signal-safe, signal-safety(7)
    return qint64(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

void handle(int number)
{
    const int savedErrno = errno;
    if (number == SIGTERM || number == SIGINT) {
        s_stopRequested = true;
        const qint64 now = monotonicNanoseconds();
        qint64 first = 0;
        if (!s_firstStop.compare_exchange_strong(first, now) && now - first >= ForceAfterNanoseconds)
            ::_exit(128 + number);
    }
    const char byte = char(number);
    // Non-blocking: when the pipe is full, enough is waiting to be read anyway.
    [[maybe_unused]] const auto written = ::write(s_sockets[0], &byte, 1);
    errno = savedErrno;
}

constexpr int Stops[] = {SIGTERM, SIGINT};

sigset_t stops()
{
    sigset_t set;
    sigemptyset(&set);
    for (const int number : Stops)
        sigaddset(&set, number);
    return set;
}

void resetDispositions()
{
    for (int number = 1; number < NSIG; ++number)
        ::signal(number, SIG_DFL); // fails for SIGKILL and SIGSTOP, as it should
}

} // namespace

UnixSignals::UnixSignals(std::initializer_list<int> signalNumbers, QObject *parent)
    : QObject(parent)
    , m_numbers(signalNumbers)
{
    Q_ASSERT_X(s_sockets[0] < 0, "UnixSignals", "one object a process");
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, s_sockets) != 0)
        qFatal("no socketpair for the signal handlers: %s", std::strerror(errno));
    s_stopRequested = false;
    m_notifier = new QSocketNotifier(s_sockets[1], QSocketNotifier::Read, this);
    connect(m_notifier, &QSocketNotifier::activated, this, &UnixSignals::read);
    ::signal(SIGPIPE, SIG_IGN);
    struct sigaction action = {};
    action.sa_handler = handle;
    action.sa_flags = SA_RESTART;
    sigfillset(&action.sa_mask);
    for (const int number : m_numbers)
        ::sigaction(number, &action, nullptr);
    const sigset_t held = stops();
    ::pthread_sigmask(SIG_UNBLOCK, &held, nullptr);
}

UnixSignals::~UnixSignals()
{
    for (const int number : m_numbers)
        ::signal(number, SIG_DFL);
    delete m_notifier;
    for (int &socket : s_sockets)
        ::close(std::exchange(socket, -1));
    s_firstStop = 0;
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
    const sigset_t held = stops();
    ::pthread_sigmask(SIG_BLOCK, &held, nullptr);
}

void UnixSignals::read()
{
    char bytes[64];
    const auto count = ::read(s_sockets[1], bytes, sizeof bytes);
    for (auto i = decltype(count){0}; i < count; ++i)
        Q_EMIT received(bytes[i]);
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
    sigset_t kept;
    sigemptyset(&kept);
    for (const int number : Stops) {
        if (sigismember(&blocked, number) == 1)
            sigaddset(&kept, number);
    }
    ::sigprocmask(SIG_SETMASK, &kept, nullptr);
}

} // namespace Hephaestus
