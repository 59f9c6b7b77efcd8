// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/connectionpool.h"

#include <QLoggingCategory>

#include <algorithm>

namespace Hephaestus {

using namespace std::chrono_literals;

Q_LOGGING_CATEGORY(httpLog, "hephaestus.http")

namespace {

constexpr auto ClosingTime = 1s;

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

ConnectionPool::ConnectionPool(ServerState &state, Refusals &refusals, const HttpOptions &options)
    : m_state(state)
    , m_refusals(refusals)
    , m_options(options)
    , m_listeners(m_options, m_router, [this](std::unique_ptr<Transport> transport) { accept(std::move(transport)); })
    , m_replies(this, [this](quint64 connection, quint64 serial, const Response &response) {
        answer(connection, serial, response);
    })
{
    m_sweeper.setSingleShot(true);
    connect(&m_sweeper, &QTimer::timeout, this, &ConnectionPool::sweep);
    m_admission.setSingleShot(true);
    m_admission.setTimerType(Qt::PreciseTimer);
    connect(&m_admission, &QTimer::timeout, this, &ConnectionPool::admit);
}

ConnectionPool::~ConnectionPool()
{
    for (size_t i = 0; i < m_connections.size(); ++i)
        m_state.connectionClosed();
}

void ConnectionPool::addRoute(const QByteArray &path, Route route)
{
    const Methods twice = m_routes.methodsAt(path) & route.allowed();
    if (m_routes.add(path, std::move(route)))
        m_router.addPath(path);
    else
        qCCritical(httpLog, "%s has a route for %s already; the second one is ignored", path.constData(),
                   allowField(twice).constData());
}

qint64 ConnectionPool::bodyLimit(const RequestHead &head) const
{
    const Route *route = m_routes.find(head.path, head.method);
    return !route || route->isHealth ? m_options.limits.healthBody : m_options.limits.body;
}

bool ConnectionPool::outlastsShutdown(const RequestHead &head) const
{
    const Route *route = m_routes.find(head.path, head.method);
    return route && route->outlastsShutdown;
}

std::optional<Refusal> ConnectionPool::judge(const RequestHead &head, const Caller &caller) const
{
    const Route *route = m_routes.find(head.path, head.method);
    const Identity identity = route && route->isOpen ? Identity::NotNeeded : Identity::Needed;
    return refuseRequest(m_options.access, head, caller, identity);
}

void ConnectionPool::accept(std::unique_ptr<Transport> transport)
{
    const auto ordinary = m_connections.size() - m_reserved.size();
    const bool reserved = ordinary >= size_t(m_options.limits.connections);
    if (reserved && isReserveFull()) {
        // The newest wins: whoever asks at once is served, whoever only holds the place goes.
        if (const auto oldest = m_connections.find(m_reserved.front().id); oldest != m_connections.end())
            oldest->second->evict();
    }
    const quint64 id = ++m_lastId;
    m_connections.emplace(id, std::make_unique<Connection>(std::move(transport), *this, id, reserved));
    if (reserved) {
        m_reserved.push_back({id, clock().now()});
        holdOff();
    }
    m_state.connectionOpened();
}

bool ConnectionPool::isReserveFull() const { return m_reserved.size() >= size_t(m_options.limits.reservedConnections); }

/// Whoever has just come has not had the time to ask. Those who would take its place wait in the kernel's queue, and
/// ask meanwhile.
void ConnectionPool::holdOff()
{
    if (!isReserveFull() || m_closing || m_admission.isActive())
        return;
    const auto left = m_reserved.front().since + m_options.limits.reservedGrace - clock().now();
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
    if (connection.isReserved())
        m_reserved.remove_if([&connection](const Reserved &reserved) { return reserved.id == connection.id(); });
    if (m_admission.isActive() && !isReserveFull())
        admit();
    m_state.connectionClosed();
    if (m_closing && m_connections.empty())
        QMetaObject::invokeMethod(this, &ConnectionPool::finishClosing, Qt::QueuedConnection);
}

/// Reads are answered without QHttpServer, whose routing would cost more than they do.
void ConnectionPool::serve(Connection &connection, const Request &request)
{
    const Route *route = m_routes.find(request.path, request.method);
    const bool isRead = route && route->isRead(request.method);
    if (connection.isReserved() && !(isRead && route->isHealth)) {
        connection.refuse({503, "overloaded", "too many connections; only health is answered now"});
    } else if (isRead) {
        Response response;
        const bool isMade = succeeds("a read", [&] { response = route->read(request); });
        connection.answer(isMade ? response : handlerFailed());
    } else if (!m_router.route(request.method, request.path, [&] { handle(connection, request); })) {
        qCCritical(httpLog, "QHttpServer routed no request");
        connection.answer(errorResponse(500, "internal", "the request was not routed"));
    }
}

void ConnectionPool::handle(Connection &connection, const Request &request)
{
    const Methods allowed = m_routes.methodsAt(request.path);
    const Route *route = m_routes.find(request.path, request.method);
    if (!allowed) {
        connection.answer(errorResponse(404, "not_found", "there is nothing at this path"));
    } else if (!route) {
        Response response = errorResponse(405, "method_not_allowed", "this path does not take that method");
        response.fields = {{"Allow", allowField(allowed)}};
        connection.answer(response);
    } else if (route->isHealth && !request.body.isEmpty() && !isJson(request.field("content-type"))) {
        connection.refuse({415, "media_type", "the body must be application/json"});
    } else {
        const Reply reply = m_replies.reply(connection.id(), connection.serial());
        if (!succeeds("a handler", [&] { route->handle(request, reply); }))
            reply.send(handlerFailed());
    }
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
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock().now());
    m_sweeper.start(std::max(left, 0ms));
}

/// Ends what is over its deadline, and sleeps until the next one.
void ConnectionPool::sweep()
{
    const Clock::TimePoint now = clock().now();
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
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (m_dateSecond != now.tv_sec) {
        m_dateSecond = now.tv_sec;
        m_date = httpDate(now.tv_sec);
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
    for (const quint64 id : open) {
        if (const auto found = m_connections.find(id); found != m_connections.end())
            found->second->serverCloses();
    }
    if (m_connections.empty())
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
