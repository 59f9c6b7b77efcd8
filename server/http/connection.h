// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"
#include "server/http/access.h"
#include "server/http/bodydecoder.h"
#include "server/http/message.h"
#include "server/http/transport.h"

namespace Hephaestus {

class ConnectionPool;

/// One accepted connection and its guard: reads one request at a time, checks it, hands it to the ConnectionPool,
/// writes the answer, and only then looks at the next. A client costs no more than a head, a body and one answer in
/// memory, and no more time than the Limits say. Lives in the HTTP thread; owned by the ConnectionPool.
class Connection : public QObject
{
    Q_OBJECT

public:
    /// `reserved`: accepted beyond the limit, for one health read.
    Connection(std::unique_ptr<Transport> transport, ConnectionPool &pool, quint64 id, bool reserved);
    ~Connection() override;

    quint64 id() const { return m_id; }
    bool isReserved() const { return m_reserved; }
    /// The request now being served; an answer for another one bounces.
    quint64 serial() const { return m_serial; }
    /// `127.0.0.1:43125`, or `unix`.
    QByteArray peerName() const;

    /// Answers the request now being served.
    void answer(const Response &response);
    /// The same with an error, counted; the connection ends with it.
    void refuse(const Refusal &refusal);

    Clock::TimePoint deadline() const { return m_deadline; }
    /// Called by the ConnectionPool when the deadline has passed.
    void expire();

    /// The server ends: serves what was already sent, answers what nobody answers any more, closes.
    void serverCloses();
    /// Makes room for another: answers what was asked by now, else 503, without waiting for anything.
    void evict();
    /// At once, without a word.
    void abort();

private:
    enum class State { Head, Body, Handling, Writing, Lingering, Closed };

    void readMore();
    void process();
    bool readHead();
    bool readBody();
    bool admit();
    const Caller &caller();
    void dispatch();
    void send(const QByteArray &bytes);
    void onProgress();
    void afterAnswer();
    void finish();
    void inputEnded();
    void arm(std::chrono::milliseconds time);
    void discardInput();

    std::unique_ptr<Transport> m_transport;
    ConnectionPool &m_pool;
    const quint64 m_id;
    const bool m_reserved;
    State m_state = State::Head;
    Clock::TimePoint m_deadline;
    QByteArray m_input;
    std::optional<Caller> m_caller; ///< looked at when first needed
    RequestHead m_head;
    std::optional<BodyDecoder> m_body;
    quint64 m_serial = 0;
    bool m_headStarted = false; ///< its deadline runs
    bool m_processing = false;
    bool m_closeAfter = false;
    bool m_inputEnded = false;
};

} // namespace Hephaestus
