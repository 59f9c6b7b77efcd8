// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/http/refusal.h"
#include "server/http/requesthead.h"

namespace Hephaestus {

/// Decodes a request's body as its head frames it, plain or chunked (RFC 9112 section 7.1), strictly and
/// within a limit. What chunking adds to the wire is bounded too, so that a stream of tiny chunks ends.
class BodyDecoder
{
public:
    BodyDecoder(const RequestHead &head, qint64 limit);

    /// Reads what it needs from the beginning of `bytes` and returns how much that was; stops at the end of the body.
    qsizetype feed(QByteArrayView bytes);

    bool isDone() const { return m_state == State::Done; }
    const std::optional<Refusal> &refusal() const { return m_refusal; } ///< once set, nothing more is read
    QByteArray takeBody() { return std::move(m_body); }

private:
    enum class State { Plain, Size, Data, DataEnd, Trailer, Done };

    bool feedLine(char c);
    void endLine();
    void fail(int status, const char *code, const char *message) { m_refusal = Refusal{status, code, message}; }

    State m_state;
    const qint64 m_limit;
    qint64 m_left = 0;     ///< of the plain body, or of the chunk
    qint64 m_overhead = 0; ///< bytes on the wire that are not the body
    QByteArray m_line;
    QByteArray m_body;
    std::optional<Refusal> m_refusal;
};

} // namespace Hephaestus
