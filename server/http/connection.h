// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"
#include "server/http/access.h"
#include "server/http/bodydecoder.h"
#include "server/http/heldbodies.h"
#include "server/http/message.h"
#include "server/http/transport.h"

namespace Hephaestus {

class ConnectionPool;
struct Route;

/// One accepted connection and its guard. Reads one request, checks it, hands it to the ConnectionPool, writes the
/// answer, and only then goes on to the next. A next one that is here already waits for its turn in the
/// ConnectionPool's round: who sends many requests at once is served one a turn, between those of others.
///
/// A client costs no more memory than a head, a body and one answer, and no more time than the Limits say. Lives in the
/// HTTP thread; owned by the ConnectionPool.
class Connection : public QObject, private Transport::Owner
{
    Q_OBJECT

public:
    /// `reserved`: accepted beyond the limit, for one health read.
    Connection(std::unique_ptr<Transport> transport, ConnectionPool &pool, quint64 id, bool reserved);
    ~Connection() override;

    quint64 id() const { return m_id; }
    bool isReserved() const { return m_reserved; }
    /// Since when it is kept between two requests with nothing to do; nothing: it has something to do.
    std::optional<Clock::TimePoint> idleSince() const;
    /// Serves the request that has waited, unless whoever asked is gone.
    void takeTurn();
    /// Gives a reserved place back, for a change that has a place of its own from now on.
    void leaveReserve() { m_reserved = false; }
    /// Numbers the request now being served; an answer to an earlier one is dropped.
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

    /// The server ends: serves a request that is already here, answers one that is abandoned, closes. One that waits
    /// for its turn is served only if there `isTime`.
    void serverCloses(bool isTime = true);
    /// Makes room for another connection: answers a request that is already here, else sends 503. Waits for nothing.
    void evict();
    /// Closes at once, without an answer.
    void abort();

private:
    enum class State { Head, Body, Handling, Writing, Lingering, Closed };

    void onReadable() override { readMore(); }
    void onProgress() override;
    void readMore();
    void process();
    bool readHead();
    bool readBody();
    bool admit();
    const Caller &caller();
    void dispatch();
    void serve();
    void send(const QByteArray &bytes, const QByteArray &body = {});
    void afterAnswer();
    void dropInput(qsizetype size);
    void finish();
    void inputEnded();
    void arm(std::chrono::milliseconds time);
    void discardInput();

    std::unique_ptr<Transport> m_transport;
    ConnectionPool &m_pool;
    const quint64 m_id;
    bool m_reserved;
    State m_state = State::Head;
    Clock::TimePoint m_deadline;
    Clock::TimePoint m_answered; ///< when the latest answer was out
    QByteArray m_input;
    std::optional<Caller> m_caller; ///< found out when first needed
    QByteArray m_admittedHost;      ///< of the latest read that was; null: none yet
    RequestHead m_head;
    const Route *m_route = nullptr; ///< what answers the request of `m_head`; null: nothing
    std::optional<BodyDecoder> m_body;
    HeldBody m_sending; ///< while a large answer goes out
    quint64 m_serial = 0;
    bool m_headStarted = false; ///< its deadline runs
    bool m_processing = false;
    bool m_waits = false; ///< for its turn
    bool m_closeAfter = false;
    bool m_inputEnded = false;
};

} // namespace Hephaestus
