// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/http/message.h"

#include <functional>
#include <memory>

namespace Hephaestus {

/// The answer to one request, to be given once: now or later, from any thread. Copies share it. Whatever comes after
/// the first answer is ignored; when the last copy goes unanswered, the client gets 500. The client or the whole server
/// may be gone by then: answering is safe always.
class Reply
{
public:
    using Sink = std::function<void(Response)>; ///< thread-safe, called exactly once

    explicit Reply(Sink sink);

    void send(Response response) const;
    void send(int status, QByteArray body, QByteArray mime = "application/json") const;
    /// `code` is stable, for programs; `message` one line for a person.
    void fail(int status, QByteArrayView code, QByteArrayView message) const;

private:
    struct Shared;
    std::shared_ptr<Shared> m_shared;
};

} // namespace Hephaestus
