// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/http/reply.h"

#include <QObject>

namespace Hephaestus {

/// Takes answers, from whichever thread they come, to the thread of `owner`: through its event loop, or at once from
/// that thread itself. Those that come after the inbox is gone are dropped, so it goes first when the owner does.
class ReplyInbox
{
public:
    /// `connection` and `serial` say which request is answered, as they were given to reply().
    using Deliver = std::function<void(quint64 connection, quint64 serial, const Response &response)>;

    ReplyInbox(QObject *owner, Deliver deliver);
    ~ReplyInbox(); ///< in the thread of the owner
    Q_DISABLE_COPY_MOVE(ReplyInbox)

    Reply reply(quint64 connection, quint64 serial) const;

private:
    struct Shared; ///< outlives the mailbox in the hands of replies that come late
    std::shared_ptr<Shared> m_shared;
};

} // namespace Hephaestus
