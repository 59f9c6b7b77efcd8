// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/childsignal.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <sys/eventfd.h>

namespace Hephaestus {
namespace {

std::atomic<int> s_childEvent{-1};
static_assert(std::atomic<int>::is_always_lock_free, "needed in a signal handler");

/// Made once and never closed: the handler may still run in another thread when nobody listens any more.
int eventOfAll()
{
    static const int event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return event;
}

void noteChild(int)
{
    const int savedErrno = errno;
    [[maybe_unused]] const int written = ::eventfd_write(s_childEvent, 1);
    errno = savedErrno;
}

} // namespace

std::shared_ptr<ChildSignal> ChildSignal::instance()
{
    static std::weak_ptr<ChildSignal> latest;
    std::shared_ptr<ChildSignal> signal = latest.lock();
    if (!signal)
        latest = signal = std::shared_ptr<ChildSignal>(new ChildSignal);
    return signal;
}

ChildSignal::ChildSignal() : m_notifier(eventOfAll(), QSocketNotifier::Read)
{
    connect(&m_notifier, &QSocketNotifier::activated, this, [this] {
        eventfd_t count = 0;
        ::eventfd_read(eventOfAll(), &count); // before anybody looks: what comes meanwhile is looked at again
        Q_EMIT arrived();
    });
    s_childEvent = eventOfAll();
    struct sigaction action = {};
    action.sa_handler = noteChild;
    action.sa_flags = SA_RESTART;
    sigfillset(&action.sa_mask);
    ::sigaction(SIGCHLD, &action, nullptr);
}

ChildSignal::~ChildSignal() { ::signal(SIGCHLD, SIG_DFL); }

} // namespace Hephaestus
