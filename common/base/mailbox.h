// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include <functional>
#include <mutex>

namespace Hephaestus {

/// Brings answers from other threads to an object that may be gone by then. Shared by both sides.
class Mailbox
{
public:
    /// `owner` calls close() in its destructor.
    explicit Mailbox(QObject *owner) : m_owner(owner) {}

    /// Calls `letter` in the owner's thread, later; never once the owner has closed. From any thread.
    void post(std::function<void()> letter)
    {
        const std::lock_guard lock(m_mutex);
        if (m_owner)
            QMetaObject::invokeMethod(m_owner, std::move(letter), Qt::QueuedConnection);
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
