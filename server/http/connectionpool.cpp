// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/connectionpool.h"

#include "common/base/post.h"

#include <QLoggingCategory>

#include <algorithm>

#include <malloc.h>
#include <sys/eventfd.h>

namespace Hephaestus {

using namespace std::chrono_literals;

Q_LOGGING_CATEGORY(httpLog, "hephaestus.http")

namespace {

constexpr size_t ManyConnections = 256; ///< connections; giving memory back takes its time
constexpr auto ClosingTime = 1s;
constexpr auto LastTurns = 500ms; ///< of it, for requests that wait for their turn when the pool closes
constexpr auto RoundTime = 1ms;   ///< for requests that wait for their turn, between two looks at the sockets

bool isJson(const QByteArray &contentType)
{
    const qsizetype parameters = contentType.indexOf(';');
    return contentType.first(parameters < 0 ? contentType.size() : parameters).trimmed().toLower()
        == "application/json";
}

/// Calls `function`; if it throws, that is logged and false returned.
template <typename Function>
bool succeeds(const char *what, const Function &function)
{
    try {
        function();
        return true;
    } catch (const std::exception &error) {
        qCCritical(httpLog, "%s threw: %s", what, error.what());
    } catch (...) {
        qCCritical(httpLog, "%s threw something that is no std::exception", what);
    }
    return false;
}

Response handlerFailed() { return errorResponse(500, "handler_failed", "the service failed to answer"); }

} // namespace

ConnectionPool::ConnectionPool(ServerState &state, Refusals &refusals, const HttpOptions &options, const Clock &clock)
    : m_state(state)
    , m_refusals(refusals)
    , m_options(options)
    , m_clock(clock)
    , m_listeners(
          m_options, m_router, [this](std::unique_ptr<Transport> transport) { accept(std::move(transport)); },
          [this](const QByteArray &peer) {
              m_refusals.add("tls_handshake", [&peer] { return peer; });
              finishIfDone();
          })
    , m_bodies(m_options.limits.unsent)
    , m_ready(::eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK))
    , m_turns(m_ready.number(), QSocketNotifier::Read)
    , m_calls(std::make_shared<CallsToOwner>(this))
{
    m_turns.setEnabled(false);
    connect(&m_turns, &QSocketNotifier::activated, this, &ConnectionPool::takeTurns);
    m_sweeper.setSingleShot(true);
    connect(&m_sweeper, &QTimer::timeout, this, &ConnectionPool::sweep);
    m_admission.setSingleShot(true);
    m_admission.setTimerType(Qt::PreciseTimer);
    connect(&m_admission, &QTimer::timeout, this, &ConnectionPool::admit);
}

ConnectionPool::~ConnectionPool()
{
    m_calls->close();
    for (size_t i = 0; i < m_connections.size(); ++i)
        m_state.connectionClosed();
}

void ConnectionPool::addRoute(const QByteArray &path, Route route)
{
    const Methods allowed = route.allowed();
    const Resource *known = m_routes.find(path);
    const Resource *resource = m_routes.add(path, std::move(route));
    if (!resource)
        qCCritical(httpLog, "%s has a route for %s already; the second one is ignored", path.constData(),
                   allowField(known->allowed() & allowed).constData());
    else if (!known)
        m_router.add(path, *resource);
}

const Route *ConnectionPool::findRoute(const RequestHead &head) const
{
    const Resource *resource = m_routes.find(head.path);
    return resource ? resource->find(head.method) : nullptr;
}

qint64 ConnectionPool::bodyLimit(const Route *route) const
{
    return !route || route->isHealth ? m_options.limits.healthBody : m_options.limits.body;
}

std::optional<Refusal> ConnectionPool::refuse(const Route *route, const RequestHead &head, const Caller &caller) const
{
    if (route && route->isPrivate && isSafe(head.method))
        return refusePrivateRead(m_options.access, head, caller);
    const Identity identity = route && route->isOpen ? Identity::NotNeeded : Identity::Needed;
    return refuseRequest(m_options.access, head, caller, identity);
}

void ConnectionPool::accept(std::unique_ptr<Transport> transport)
{
    const bool reserved = isFull() && !dropLongestIdle();
    if (reserved && isReserveFull()) {
        // The newest wins: whoever asks at once is served, whoever only holds the place goes.
        if (const auto oldest = m_connections.find(m_reserved.front().id); oldest != m_connections.end())
            oldest->second->evict();
    }
    const quint64 id = ++m_lastId;
    Connection &connection =
        *m_connections.emplace(id, std::make_unique<Connection>(std::move(transport), *this, id, reserved))
             .first->second;
    if (reserved) {
        m_reserved.push_back({id, m_clock.now()});
        holdOff();
    }
    m_peak = std::max(m_peak, m_connections.size());
    m_state.connectionOpened();
    if (m_closed)
        connection.abort();
    else if (m_haveAllClosed)
        connection.serverCloses(); // its handshake had begun before
}

bool ConnectionPool::isFull() const
{
    const auto ordinary = m_connections.size() - m_reserved.size() - m_changes.size();
    return ordinary >= size_t(m_options.limits.connections);
}

/// Whoever keeps a connection for later can open another; whoever asks now cannot wait. False: nobody is idle.
bool ConnectionPool::dropLongestIdle()
{
    Connection *longest = nullptr;
    Clock::TimePoint since = m_clock.now() - m_options.limits.idleGrace;
    for (const auto &[id, connection] : m_connections) {
        const auto idle = connection->isReserved() ? std::nullopt : connection->idleSince();
        if (idle && *idle <= since) {
            since = *idle;
            longest = connection.get();
        }
    }
    if (!longest)
        return false;
    countRefusal("idle_at_limit", *longest);
    longest->abort();
    return true;
}

bool ConnectionPool::isReserveFull() const { return m_reserved.size() >= size_t(m_options.limits.reservedConnections); }

/// A client that has just come has had no time to ask. Those who would get its place wait in the kernel's queue, and
/// send their requests meanwhile.
void ConnectionPool::holdOff()
{
    if (!isReserveFull() || m_closing || m_admission.isActive())
        return;
    const auto left = m_reserved.front().since + m_options.limits.reservedGrace - m_clock.now();
    if (left <= 0ms)
        return;
    m_listeners.pause();
    m_admission.start(std::chrono::ceil<std::chrono::milliseconds>(left));
}

void ConnectionPool::admit()
{
    m_admission.stop();
    if (!m_closing)
        m_listeners.resume();
}

void ConnectionPool::remove(Connection &connection)
{
    const auto found = m_connections.find(connection.id());
    if (found == m_connections.end())
        return;
    found->second.release()->deleteLater(); // it may be on the stack
    m_connections.erase(found);
    m_changes.erase(connection.id());
    leaveReserve(connection);
    m_state.connectionClosed();
    if (m_connections.empty() && std::exchange(m_peak, 0) >= ManyConnections)
        post(this, [] { ::malloc_trim(0); }); // after it was deleted
    finishIfDone();
}

void ConnectionPool::finishIfDone()
{
    if (m_closing && m_connections.empty() && m_listeners.handshakes() == 0)
        post(this, &ConnectionPool::finishClosing);
}

/// Reads are answered without QHttpServer, whose routing would cost more than they do.
void ConnectionPool::serve(Connection &connection, const Route *route, const Request &request)
{
    const bool waits = route && !connection.isReserved() && route->isWaiting(request);
    const bool isRead = route && route->isRead(request.method) && !waits;
    if (connection.isReserved() && !(route && route->isHealth && (isRead || keepForChange(connection)))) {
        connection.refuse({503, "overloaded", "too many connections; only health is answered now"});
    } else if (isRead) {
        Response response;
        const bool isMade = succeeds("a read", [&] { response = route->read(request); });
        connection.answer(isMade ? response : handlerFailed());
    } else if (!m_router.route(request.path, [&](const Resource *found) {
                   // QHttpServer takes %2F for a slash. What is served is what was judged, by findRoute().
                   handle(connection, found == m_routes.find(request.path) ? found : nullptr, request);
               })) {
        qCCritical(httpLog, "QHttpServer routed no request");
        connection.answer(errorResponse(500, "internal", "the request was not routed"));
    }
}

/// A change that has come this far was authorised. It may take long (a blocking shutdown), and no newer client gets its
/// place. False: too many have one.
bool ConnectionPool::keepForChange(Connection &connection)
{
    if (m_changes.size() >= size_t(m_options.limits.reservedChanges))
        return false;
    m_changes.insert(connection.id());
    leaveReserve(connection);
    return true;
}

void ConnectionPool::leaveReserve(Connection &connection)
{
    m_reserved.remove_if([&connection](const Reserved &reserved) { return reserved.id == connection.id(); });
    connection.leaveReserve();
    if (m_admission.isActive() && !isReserveFull())
        admit();
}

void ConnectionPool::waitForTurn(Connection &connection)
{
    m_round.push_back(connection.id());
    m_turns.setEnabled(true);
}

/// One request of each in turn, again and again, but no longer than that takes a moment: then those who have just come
/// are read.
void ConnectionPool::takeTurns()
{
    const Clock::TimePoint end = m_clock.now() + RoundTime;
    do {
        if (m_round.empty())
            break;
        const quint64 id = m_round.front();
        m_round.pop_front();
        if (const auto found = m_connections.find(id); found != m_connections.end())
            found->second->takeTurn();
    } while (m_clock.now() < end);
    m_turns.setEnabled(!m_round.empty());
}

void ConnectionPool::handle(Connection &connection, const Resource *resource, const Request &request)
{
    const Route *route = resource ? resource->find(request.method) : nullptr;
    if (!resource) {
        connection.answer(errorResponse(404, "not_found", "there is nothing at this path"));
    } else if (!route) {
        Response response = errorResponse(405, "method_not_allowed", "this path does not take that method");
        response.fields = {{"Allow", allowField(resource->allowed())}};
        connection.answer(response);
    } else if (route->isHealth && !request.body.isEmpty() && !isJson(request.field("content-type"))) {
        connection.refuse({415, "media_type", "the body must be application/json"});
    } else {
        const Reply reply = replyTo(connection);
        if (!succeeds("a handler", [&] { route->handle(request, reply); }))
            reply.send(handlerFailed());
    }
}

/// The connection may be gone by then, and another request may be served on it: its number and serial say which.
Reply ConnectionPool::replyTo(const Connection &connection)
{
    return Reply([this, calls = m_calls, id = connection.id(), serial = connection.serial()](const Response &response) {
        calls->call([this, id, serial, response] { answer(id, serial, response); });
    });
}

void ConnectionPool::answer(quint64 id, quint64 serial, const Response &response)
{
    const auto found = m_connections.find(id);
    if (found != m_connections.end() && found->second->serial() == serial)
        found->second->answer(response);
}

void ConnectionPool::countRefusal(const QByteArray &reason, const Connection &connection)
{
    m_refusals.add(reason, [&connection] { return connection.peerName(); });
}

void ConnectionPool::wakeBy(Clock::TimePoint deadline)
{
    if (deadline >= m_nextSweep)
        return;
    m_nextSweep = deadline;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - m_clock.now());
    m_sweeper.start(std::max(left, 0ms));
}

/// Ends what is over its deadline, and sleeps until the next one.
void ConnectionPool::sweep()
{
    const Clock::TimePoint now = m_clock.now();
    std::vector<quint64> late;
    for (const auto &[id, connection] : m_connections) {
        if (connection->deadline() <= now)
            late.push_back(id);
    }
    for (const quint64 id : late) {
        if (const auto found = m_connections.find(id); found != m_connections.end())
            found->second->expire();
    }
    Clock::TimePoint next = Clock::TimePoint::max();
    for (const auto &[id, connection] : m_connections)
        next = std::min(next, connection->deadline());
    m_nextSweep = Clock::TimePoint::max();
    if (next != Clock::TimePoint::max())
        wakeBy(next);
}

const QByteArray &ConnectionPool::date()
{
    const qint64 second = std::chrono::system_clock::to_time_t(m_clock.wall());
    if (m_dateSecond != second) {
        m_dateSecond = second;
        m_date = httpDate(second);
    }
    return m_date;
}

void ConnectionPool::close(bool keepListening)
{
    if (m_closing)
        return;
    m_closing = true;
    m_admission.stop();
    if (keepListening)
        m_listeners.handOver();
    else
        m_listeners.stop();
    std::vector<quint64> open;
    for (const auto &[id, connection] : m_connections)
        open.push_back(id);
    const Clock::TimePoint end = m_clock.now() + LastTurns;
    for (const quint64 id : open) {
        if (const auto found = m_connections.find(id); found != m_connections.end())
            found->second->serverCloses(m_clock.now() < end);
    }
    m_haveAllClosed = true;
    if (m_connections.empty() && m_listeners.handshakes() == 0)
        finishClosing();
    else
        QTimer::singleShot(ClosingTime, this, &ConnectionPool::finishClosing);
}

void ConnectionPool::finishClosing()
{
    if (std::exchange(m_closed, true))
        return;
    while (!m_connections.empty())
        m_connections.begin()->second->abort();
    Q_EMIT closed();
}

} // namespace Hephaestus
