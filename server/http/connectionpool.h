// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/core/serverstate.h"
#include "server/http/connection.h"
#include "server/http/listeners.h"
#include "server/http/refusals.h"
#include "server/http/replyinbox.h"
#include "server/http/router.h"
#include "server/http/routetable.h"

#include <QTimer>

#include <list>
#include <memory>
#include <unordered_map>

namespace Hephaestus {

/// The inside of the HTTP thread, where everything here happens: accepts connections within the limits, serves the
/// requests that passed a Connection's guard, and ends connections at their deadlines.
class ConnectionPool : public QObject
{
    Q_OBJECT

public:
    ConnectionPool(ServerState &state, Refusals &refusals, const HttpOptions &options);
    ~ConnectionPool() override;

    Listeners &listeners() { return m_listeners; }
    /// A path may have several routes, for different methods. A method it has already is a programming error: logged,
    /// and the earlier route stays.
    void addRoute(const QByteArray &path, Route route);
    /// For requests that begin from now on.
    void setLimits(const Limits &limits) { m_options.limits = limits; }

    /// Stops accepting (after emptying the queue, or leaving it to a successor), ends every connection, then emits
    /// closed(); 1 s at most.
    void close(bool keepListening);

    // For the connections:
    const Limits &limits() const { return m_options.limits; }
    const Clock &clock() const { return Clock::machine(); }
    bool isClosing() const { return m_closing; }
    qint64 bodyLimit(const RequestHead &head) const;
    bool outlastsShutdown(const RequestHead &head) const;
    std::optional<Refusal> judge(const RequestHead &head, const Caller &caller) const;
    void serve(Connection &connection, const Request &request);
    void countRefusal(const QByteArray &reason, const Connection &connection);
    void wakeBy(Clock::TimePoint deadline);
    void remove(Connection &connection);
    const QByteArray &date();

Q_SIGNALS:
    void closed();

private:
    void accept(std::unique_ptr<Transport> transport);
    bool isReserveFull() const;
    void holdOff();
    void admit();
    void handle(Connection &connection, const Request &request);
    void answer(quint64 connection, quint64 serial, const Response &response);
    void sweep();
    void finishClosing();

    ServerState &m_state;
    Refusals &m_refusals;
    HttpOptions m_options;
    RouteTable m_routes;
    Router m_router;
    Listeners m_listeners;
    std::unordered_map<quint64, std::unique_ptr<Connection>> m_connections;
    struct Reserved
    {
        quint64 id;
        Clock::TimePoint since;
    };
    std::list<Reserved> m_reserved; ///< among them, oldest first
    quint64 m_lastId = 0;
    QTimer m_sweeper;
    QTimer m_admission; ///< while it runs, nobody is accepted
    Clock::TimePoint m_nextSweep = Clock::TimePoint::max();
    qint64 m_dateSecond = -1;
    QByteArray m_date;
    bool m_closing = false;
    bool m_closed = false;
    ReplyInbox m_replies; ///< for answers that come later or from elsewhere
};

} // namespace Hephaestus
