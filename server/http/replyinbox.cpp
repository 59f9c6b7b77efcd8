// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/replyinbox.h"

#include <QThread>

#include <mutex>

namespace Hephaestus {

struct ReplyInbox::Shared
{
    std::mutex mutex;
    QObject *owner = nullptr; ///< nothing once it is gone
    Deliver deliver;          ///< called in the owner's thread only
};

ReplyInbox::ReplyInbox(QObject *owner, Deliver deliver) : m_shared(std::make_shared<Shared>())
{
    m_shared->owner = owner;
    m_shared->deliver = std::move(deliver);
}

ReplyInbox::~ReplyInbox()
{
    const std::lock_guard lock(m_shared->mutex);
    m_shared->owner = nullptr;
}

Reply ReplyInbox::reply(quint64 connection, quint64 serial) const
{
    return Reply([shared = m_shared, connection, serial](const Response &response) {
        {
            const std::lock_guard lock(shared->mutex);
            if (!shared->owner)
                return;
            if (shared->owner->thread() != QThread::currentThread()) {
                const auto later = [shared, connection, serial, response] {
                    shared->deliver(connection, serial, response);
                };
                QMetaObject::invokeMethod(shared->owner, later, Qt::QueuedConnection);
                return;
            }
        }
        shared->deliver(connection, serial, response); // our own thread: the owner cannot go away meanwhile
    });
}

} // namespace Hephaestus
