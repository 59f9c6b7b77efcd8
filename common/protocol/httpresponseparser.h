// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QList>
#include <QString>

#include <functional>
#include <utility>

namespace Hephaestus {

/// Reads one HTTP/1.1 response (RFC 9112) as its bytes arrive: Content-Length, chunked, or until the peer closes. Keeps
/// at most a head of 16 KiB and the body allowed. What the RFC tells a client to accept is accepted: folded headers,
/// the same length twice, chunks beside a length. It never guesses: two lengths that differ are broken.
class HttpResponseParser
{
public:
    enum class State { Head, Body, Complete, Broken, TooLarge };

    using Sink = std::function<void(QByteArrayView)>;

    explicit HttpResponseParser(qsizetype maximumBody = 0) : m_maximumBody(maximumBody) {}

    /// The body of an answer of status 200 goes there as it arrives, and is not kept. It must not destroy this.
    void setSink(Sink sink) { m_sink = std::move(sink); }

    State state() const { return m_state; }
    /// Takes more bytes, and says how it stands. What follows a complete response is not read: keepAlive() is false
    /// then.
    State feed(QByteArrayView bytes);
    /// The peer closed: a body that runs until then is complete; anything else stays unfinished.
    State end();

    bool hasStarted() const { return m_started; } ///< any byte has arrived
    /// The head of the final answer has arrived: status() and header() are its own, whatever becomes of the body.
    bool isHeadComplete() const { return m_headComplete; }
    int status() const { return m_status; }
    const QByteArray &body() const { return m_body; }
    QByteArray header(QByteArrayView name) const; ///< the first of that name; empty if none
    /// What the body is coded by besides chunks (`gzip`), which is not undone; empty: it is as it should be.
    const QByteArray &coding() const { return m_coding; }
    /// All of them; names in lower case.
    const QList<std::pair<QByteArray, QByteArray>> &headers() const { return m_headers; }
    bool keepAlive() const { return m_keepAlive; }
    const QString &problem() const { return m_problem; } ///< what is Broken or TooLarge

private:
    enum class Framing { Length, Chunked, UntilClose };
    enum class Chunk { Size, Data, DataEnd, Trailer };

    bool parseHead();
    bool parseStatusLine(QByteArrayView line);
    void chooseFraming();
    void takeBody();
    bool takeChunk();
    bool append(QByteArrayView bytes);
    void fail(State state, const QString &problem);

    QByteArray m_buffer; ///< received and not yet understood
    QByteArray m_body;
    Sink m_sink;            ///< null: the body is kept
    qsizetype m_passed = 0; ///< bytes that went there
    QByteArray m_coding;
    QList<std::pair<QByteArray, QByteArray>> m_headers; ///< names in lower case
    QString m_problem;
    qsizetype m_maximumBody;
    qint64 m_left = 0;       ///< of the body, or of the present chunk
    qsizetype m_interim = 0; ///< bytes of heads with 1xx, which count as parts of the head
    qsizetype m_trailer = 0;
    qsizetype m_searched = 0; ///< of the buffer: no head or line ends before, so that the cost is linear
    int m_status = 0;
    State m_state = State::Head;
    Framing m_framing = Framing::UntilClose;
    Chunk m_chunk = Chunk::Size;
    bool m_keepAlive = true;
    bool m_started = false;
    bool m_headComplete = false;
};

} // namespace Hephaestus
