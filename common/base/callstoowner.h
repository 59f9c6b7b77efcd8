// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/post.h"

#include <QObject>
#include <QThread>

#include <functional>
#include <mutex>

namespace Hephaestus {

/// Calls functions in the thread of an object, which may be gone by then. Other threads share it (std::shared_ptr) and
/// so never touch the object itself. Calls that come after close() are dropped.
class CallsToOwner
{
public:
    /// `owner` calls close() in its destructor, in its own thread.
    explicit CallsToOwner(QObject *owner) : m_owner(owner) {}

    /// Calls `function` later, through the owner's event loop. From any thread.
    void post(std::function<void()> function)
    {
        const std::lock_guard lock(m_mutex);
        if (m_owner)
            Hephaestus::post(m_owner, std::move(function));
    }

    /// The same, but at once if this is the owner's thread.
    void call(std::function<void()> function)
    {
        {
            const std::lock_guard lock(m_mutex);
            if (!m_owner)
                return;
            if (m_owner->thread() != QThread::currentThread()) {
                Hephaestus::post(m_owner, std::move(function));
                return;
            }
        }
        function(); // outside the lock: only this thread can close()
    }

    void close()
    {
        const std::lock_guard lock(m_mutex);
        m_owner = nullptr;
    }

private:
    std::mutex m_mutex;
    QObject *m_owner;
};

} // namespace Hephaestus
