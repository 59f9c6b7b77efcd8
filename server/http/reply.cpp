// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/reply.h"

#include <atomic>

namespace Hephaestus {

struct Reply::Shared
{
    explicit Shared(Sink sink) : sink(std::move(sink)) {}
    ~Shared() { answer(errorResponse(500, "no_answer", "the service gave no answer")); }
    Q_DISABLE_COPY_MOVE(Shared)

    void answer(Response response)
    {
        if (answered.exchange(true))
            return;
        sink(std::move(response));
        sink = {};
    }

    Sink sink;
    std::atomic<bool> answered{false};
};

Reply::Reply(Sink sink) : m_shared(std::make_shared<Shared>(std::move(sink))) {}

void Reply::send(Response response) const { m_shared->answer(std::move(response)); }

void Reply::send(int status, QByteArray body, QByteArray mime) const
{
    send(Response{status, std::move(body), std::move(mime), {}});
}

void Reply::fail(int status, QByteArrayView code, QByteArrayView message) const
{
    send(errorResponse(status, code, message));
}

} // namespace Hephaestus
