// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/watchdog.h"

#include "common/base/writewithoutblocking.h"

#include <unistd.h>

namespace Hephaestus {

Watchdog::~Watchdog() { disarm(); }

void Watchdog::arm(std::chrono::milliseconds budget, int exitCode, const char *lastWords)
{
    disarm();
    m_armed = true;
    m_thread = std::thread([this, until = std::chrono::steady_clock::now() + budget, exitCode, lastWords] {
        std::unique_lock lock(m_mutex);
        if (m_changed.wait_until(lock, until, [this] { return !m_armed; }))
            return;
        // Nothing is flushed or destroyed: whatever hangs may hold any lock.
        // Nor is a reader of stderr waited for.
        writeWithoutBlocking(STDERR_FILENO, lastWords);
        ::_exit(exitCode);
    });
}

void Watchdog::disarm()
{
    {
        const std::lock_guard lock(m_mutex);
        m_armed = false;
    }
    m_changed.notify_all();
    if (m_thread.joinable())
        m_thread.join();
}

} // namespace Hephaestus
