// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/watchdog.h"

#include "common/base/beginthread.h"
#include "common/base/writewithoutblocking.h"

#include <algorithm>
#include <atomic>

#include <csignal>
#include <unistd.h>

namespace Hephaestus {
namespace {

std::atomic<const char *> wordsAtAlarm{nullptr};
std::atomic<int> codeAtAlarm{0};

/// Nothing is flushed or destroyed: whatever hangs may hold any lock. Nor is a reader of stderr waited for.
[[noreturn]] void endProcess(int exitCode, const char *lastWords)
{
    writeWithoutBlocking(STDERR_FILENO, lastWords);
    ::_exit(exitCode);
}

} // namespace

Watchdog::~Watchdog() { disarm(); }

void Watchdog::arm(std::chrono::milliseconds budget, int exitCode, const char *lastWords)
{
    disarm();
    m_armed = true;
    m_thread = beginThread([this, until = std::chrono::steady_clock::now() + budget, exitCode, lastWords] {
        std::unique_lock lock(m_mutex);
        if (!m_changed.wait_until(lock, until, [this] { return !m_armed; }))
            endProcess(exitCode, lastWords);
    });
    if (!m_thread)
        armTimer(budget, exitCode, lastWords);
}

void Watchdog::armTimer(std::chrono::milliseconds budget, int exitCode, const char *lastWords)
{
    wordsAtAlarm = lastWords;
    codeAtAlarm = exitCode;
    ::signal(SIGALRM, [](int) { endProcess(codeAtAlarm, wordsAtAlarm); });
    sigevent event{};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGALRM;
    timer_t timer{};
    if (::timer_create(CLOCK_MONOTONIC, &event, &timer) != 0)
        return;
    m_timer = timer;
    const auto left = std::max<std::chrono::nanoseconds>(budget, std::chrono::nanoseconds(1)); // 0 would be never
    itimerspec time{};
    time.it_value = {left.count() / 1'000'000'000, left.count() % 1'000'000'000};
    ::timer_settime(timer, 0, &time, nullptr);
}

void Watchdog::disarm()
{
    {
        const std::lock_guard lock(m_mutex);
        m_armed = false;
    }
    m_changed.notify_all();
    if (m_thread)
        m_thread->join();
    m_thread.reset();
    if (m_timer) {
        ::timer_delete(*m_timer);
        ::signal(SIGALRM, SIG_DFL);
    }
    m_timer.reset();
}

} // namespace Hephaestus
