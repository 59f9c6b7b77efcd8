// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/callstoowner.h"
#include "common/base/filedescriptor.h"
#include "server/core/serverstate.h"
#include "server/http/connection.h"
#include "server/http/listeners.h"
#include "server/http/refusals.h"
#include "server/http/router.h"
#include "server/http/routetable.h"

#include <QSocketNotifier>
#include <QTimer>

#include <deque>
#include <list>
#include <memory>
#include <unordered_map>
#include <unordered_set>

namespace Hephaestus {

/// Accepts connections within the limits, serves the requests that passed a Connection's guard, and ends connections at
/// their deadlines. All of it happens in the HTTP thread, where the pool lives.
class ConnectionPool : public QObject
{
    Q_OBJECT

public:
    /// All but `options` must outlive it; `clock` measures every deadline.
    ConnectionPool(ServerState &state, Refusals &refusals, const HttpOptions &options,
                   const Clock &clock = Clock::machine());
    ~ConnectionPool() override;

    Listeners &listeners() { return m_listeners; }
    /// A path may have several routes, each for other methods. The same method twice is a programming error: it is
    /// logged, and the earlier route stays.
    void addRoute(const QByteArray &path, Route route);
    /// Ends the connections whose deadline has passed. A timer calls this at the next deadline.
    void sweep();
    /// For requests that begin from now on.
    void setLimits(const Limits &limits) { m_options.limits = limits; }

    /// Stops accepting, ends every connection, then emits closed(), 1 s later at most. Requests that wait for their
    /// turn are answered for half a second; the others get 503. `keepListening` leaves the accept queue to a successor;
    /// else the clients in it are accepted first.
    void close(bool keepListening);

    // For the connections:
    const Limits &limits() const { return m_options.limits; }
    const Clock &clock() const { return m_clock; }
    bool isClosing() const { return m_closing; }
    /// Null: nothing answers this path and method. Valid as long as the pool.
    const Route *findRoute(const RequestHead &head) const;
    qint64 bodyLimit(const Route *route) const;
    /// The access rules (access.h) for a request to `route`, which may be null.
    std::optional<Refusal> refuse(const Route *route, const RequestHead &head, const Caller &caller) const;
    /// Whether `caller` is told everything there is to read.
    bool mayReadAll(const RequestHead &head, const Caller &caller) const
    {
        return Hephaestus::mayReadAll(m_options.access, head, caller);
    }
    /// Answers a whole request that passed the guard; `route` is what findRoute() found.
    void serve(Connection &connection, const Route *route, const Request &request);
    /// The connection has another request here already; its takeTurn() is called when those of others were served.
    void waitForTurn(Connection &connection);
    void countRefusal(const QByteArray &reason, const Connection &connection);
    void wakeBy(Clock::TimePoint deadline);
    void remove(Connection &connection);
    HeldBodies &bodies() { return m_bodies; }
    const QByteArray &date();

Q_SIGNALS:
    void closed();

private:
    void accept(std::unique_ptr<Transport> transport);
    bool isFull() const;
    bool dropLongestIdle();
    bool keepForChange(Connection &connection);
    void leaveReserve(Connection &connection);
    void takeTurns();
    bool isReserveFull() const;
    void holdOff();
    void admit();
    void handle(Connection &connection, const Resource *resource, const Request &request);
    Reply replyTo(const Connection &connection);
    void answer(quint64 connection, quint64 serial, const Response &response);
    void finishIfDone();
    void finishClosing();

    ServerState &m_state;
    Refusals &m_refusals;
    HttpOptions m_options;
    const Clock &m_clock;
    RouteTable m_routes;
    Router m_router;
    Listeners m_listeners;
    HeldBodies m_bodies; ///< outlives the connections
    std::unordered_map<quint64, std::unique_ptr<Connection>> m_connections;
    struct Reserved
    {
        quint64 id;
        Clock::TimePoint since;
    };
    std::list<Reserved> m_reserved;        ///< those beyond the limit, oldest first
    std::unordered_set<quint64> m_changes; ///< those that left the reserve for an authorised change
    std::deque<quint64> m_round;           ///< who waits for a turn, in order
    size_t m_peak = 0;                     ///< of the connections, since there were none
    quint64 m_lastId = 0;
    QTimer m_sweeper;
    QTimer m_admission; ///< while it runs, nobody is accepted
    Clock::TimePoint m_nextSweep = Clock::TimePoint::max();
    qint64 m_dateSecond = -1;
    QByteArray m_date;
    bool m_closing = false;
    bool m_haveAllClosed = false; ///< those that were open when it began to close were told
    bool m_closed = false;
    const FileDescriptor m_ready; ///< always readable: m_turns comes once a turn of the event loop, after the sockets
    QSocketNotifier m_turns;      ///< enabled while somebody waits for a turn
    const std::shared_ptr<CallsToOwner> m_calls; ///< brings answers that come later or from other threads
};

} // namespace Hephaestus
