// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/core/serverstate.h"
#include "server/http/access.h"
#include "server/http/connection.h"
#include "server/http/httpoptions.h"
#include "server/http/inlet.h"
#include "server/http/listener.h"
#include "server/http/refusals.h"
#include "server/http/reply.h"

#include <QHash>
#include <QHttpServer>
#include <QSslConfiguration>
#include <QTimer>

#include <list>
#include <memory>
#include <unordered_map>
#include <vector>

namespace Hephaestus {

/// What answers one path. The functions are called in the HTTP thread, must not wait, and may throw (500).
struct Route
{
    using Read = std::function<Response(const Request &)>;
    using Handle = std::function<void(const Request &, Reply)>;

    Methods methods; ///< those of `handle`; GET and HEAD are `read`'s where there is one
    Read read;
    Handle handle;
    bool isHealth = false;       ///< small body, JSON only; reads are served on reserved connections too
    bool isOpen = false;         ///< its requests that change state need no token and no same user, but the Host and Origin rules
    bool outlastsShutdown = false; ///< still answered when the server closes

    Methods allowed() const { return read ? methods | Method::Get | Method::Head : methods; }
};

/// The inside of the HTTP thread: listening sockets, connections, routes. Everything here happens in that thread.
///
/// QHttpServer routes, and that is all it does: what it makes of sockets, malformed bytes, pipelining and late
/// replies differs between Qt versions and is unsafe in each. So a Connection reads, checks and writes, and a request that passed goes
/// into QHttpServer through the Inlet. Reads (Route::read) are answered without it.
class Edge : public QObject
{
    Q_OBJECT

public:
    Edge(ServerState &state, Refusals &refusals, const HttpOptions &options);
    ~Edge() override;

    /// All of them or none; each with its real port.
    Result<QList<ServiceAddress>> listen(const QList<ServiceAddress> &addresses);
    Result<ServiceAddress> adopt(int descriptor, bool removeFile);
    /// A path may have several routes, for different methods. A method it has already is a programming error: logged, and the
    /// earlier route stays.
    void addRoute(const QByteArray &path, Route route);
    /// For requests that begin from now on.
    void setLimits(const Limits &limits) { m_options.limits = limits; }

    /// Stops accepting (after emptying the queue, or leaving it to a successor), ends every connection, then emits closed();
    /// 1 s at most.
    void close(bool keepListening);
    /// Descriptors of the listening sockets that close() kept, each a duplicate the caller owns.
    QList<std::pair<ServiceAddress, int>> duplicateListeners() const;

    // For the connections:
    const Limits &limits() const { return m_options.limits; }
    const Clock &clock() const { return Clock::steady(); }
    bool isClosing() const { return m_closing; }
    qint64 bodyLimit(const RequestHead &head) const;
    bool outlastsShutdown(const RequestHead &head) const;
    std::optional<Refusal> judge(const RequestHead &head, const Caller &caller) const;
    void serve(Connection &connection, Request &&request);
    void countRefusal(const QByteArray &reason, const Connection &connection);
    void wakeBy(Clock::TimePoint deadline);
    void remove(Connection &connection);
    const QByteArray &date();

Q_SIGNALS:
    void closed();

private:
    struct Mailbox; ///< outlives the edge in the hands of replies that come late

    Result<std::unique_ptr<Listener>> openListener(const ServiceAddress &address);
    std::optional<Problem> prepareTls();
    void keep(std::unique_ptr<Listener> listener);
    const Route *find(const QByteArray &path, Method method) const;
    Methods methodsAt(const QByteArray &path) const;
    void accept(int descriptor, bool tls);
    void routed();
    void answer(quint64 connection, quint64 serial, const Response &response);
    Reply makeReply(const Connection &connection);
    void sweep();
    void finishClosing();

    ServerState &m_state;
    Refusals &m_refusals;
    HttpOptions m_options;
    std::shared_ptr<Mailbox> m_mailbox;
    QHttpServer m_http;
    Inlet *m_inlet = nullptr; ///< from the first listener on; QHttpServer owns it
    std::list<std::unique_ptr<Listener>> m_listeners;
    std::unordered_map<quint64, std::unique_ptr<Connection>> m_connections;
    std::list<quint64> m_reserved; ///< the reserved among them, oldest first
    QHash<QByteArray, std::vector<Route>> m_routes;
    std::optional<QSslConfiguration> m_tls;
    QTimer m_sweeper;
    Clock::TimePoint m_nextSweep = Clock::TimePoint::max();
    quint64 m_lastId = 0;
    Connection *m_current = nullptr; ///< whose request QHttpServer is routing
    Request m_request;               ///< that request
    qint64 m_dateSecond = -1;
    QByteArray m_date;
    bool m_closing = false;
    bool m_closed = false;
};

} // namespace Hephaestus
