// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/edge.h"

#include "server/http/compat.h"
#include "server/http/peercredentials.h"
#include "server/http/socketname.h"
#include "server/http/tlsconfiguration.h"

#include <QLoggingCategory>
#include <QThread>

#include <fcntl.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

Q_LOGGING_CATEGORY(httpLog, "hephaestus.http")

namespace {

constexpr auto ClosingTime = 1s;

QByteArray allowField(Methods methods)
{
    static constexpr std::pair<Method, const char *> names[] = {
        {Method::Get, "GET"}, {Method::Head, "HEAD"},     {Method::Post, "POST"},  {Method::Put, "PUT"},
        {Method::Delete, "DELETE"}, {Method::Patch, "PATCH"}, {Method::Options, "OPTIONS"},
    };
    QByteArrayList allowed;
    for (const auto &[method, name] : names) {
        if (methods.testFlag(method))
            allowed << name;
    }
    return allowed.join(", ");
}

bool isJson(const QByteArray &contentType)
{
    const qsizetype parameters = contentType.indexOf(';');
    return contentType.first(parameters < 0 ? contentType.size() : parameters).trimmed().toLower() == "application/json";
}

/// What `read` answers, or 500 if it throws.
template <typename Read>
Response guarded(const Read &read)
{
    try {
        return read();
    } catch (const std::exception &error) {
        qCCritical(httpLog, "a read threw: %s", error.what());
    } catch (...) {
        qCCritical(httpLog, "a read threw something that is no std::exception");
    }
    return errorResponse(500, "handler_failed", "the service failed to answer");
}

} // namespace

struct Edge::Mailbox
{
    std::mutex mutex;
    Edge *edge = nullptr; ///< nothing once it is gone
};

Edge::Edge(ServerState &state, Refusals &refusals, const HttpOptions &options)
    : m_state(state), m_refusals(refusals), m_options(options), m_mailbox(std::make_shared<Mailbox>())
{
    m_mailbox->edge = this;
    m_sweeper.setSingleShot(true);
    connect(&m_sweeper, &QTimer::timeout, this, &Edge::sweep);
    Compat::setMissingHandler(m_http, [this] { routed(); });
}

Edge::~Edge()
{
    {
        const std::lock_guard lock(m_mailbox->mutex);
        m_mailbox->edge = nullptr;
    }
    for (size_t i = 0; i < m_connections.size(); ++i)
        m_state.connectionClosed();
    m_connections.clear(); // their destructors close
}

Result<QList<ServiceAddress>> Edge::listen(const QList<ServiceAddress> &addresses)
{
    std::vector<std::unique_ptr<Listener>> opened;
    for (const ServiceAddress &address : addresses) {
        auto listener = openListener(address);
        if (!listener) {
            for (const auto &earlier : opened)
                earlier->stop();
            return listener.problem();
        }
        opened.push_back(*std::move(listener));
    }
    QList<ServiceAddress> bound;
    for (auto &listener : opened) {
        bound << listener->address();
        keep(std::move(listener));
    }
    return bound;
}

Result<std::unique_ptr<Listener>> Edge::openListener(const ServiceAddress &address)
{
    if (auto problem = refuseToListen(m_options.access, m_options.tls.isOn(), address))
        return *problem;
    if (auto problem = prepareTls())
        return *problem;
    const bool tls = m_tls && address.kind == ServiceAddress::Kind::Tcp;
    auto listener = std::make_unique<Listener>([this, tls](int descriptor) { accept(descriptor, tls); });
    if (auto problem = listener->open(address))
        return *problem;
    if (!address.isLoopback() && m_options.access.insecure)
        qCWarning(httpLog, "%s is open to other machines without a token and TLS: insecure = true", qUtf8Printable(address.text()));
    return listener;
}

Result<ServiceAddress> Edge::adopt(int descriptor, bool removeFile)
{
    const bool tls = m_options.tls.isOn() && socketName(descriptor, SocketEnd::Local).kind == SocketName::Kind::Tcp;
    auto listener = std::make_unique<Listener>([this, tls](int accepted) { accept(accepted, tls); });
    if (auto problem = listener->adopt(descriptor, removeFile))
        return *problem;
    const ServiceAddress address = listener->address();
    if (auto problem = refuseToListen(m_options.access, m_options.tls.isOn(), address))
        return *problem;
    if (auto problem = prepareTls())
        return *problem;
    keep(std::move(listener));
    return address;
}

std::optional<Problem> Edge::prepareTls()
{
    if (!m_options.tls.isOn() || m_tls)
        return {};
    auto configuration = tlsConfiguration(m_options.tls);
    if (!configuration)
        return configuration.problem();
    m_tls = *configuration;
    return {};
}

void Edge::keep(std::unique_ptr<Listener> listener)
{
    Compat::bind(m_http, listener.get());
    if (!m_inlet) {
        m_inlet = new Inlet(&m_http);
        listener->addPendingConnection(m_inlet);
    }
    m_listeners.push_back(std::move(listener));
}

void Edge::addRoute(const QByteArray &path, Route route)
{
    if (const Methods twice = methodsAt(path) & route.allowed()) {
        qCCritical(httpLog, "%s has a route for %s already; the second one is ignored", path.constData(), allowField(twice).constData());
        return;
    }
    if (!m_routes.contains(path))
        Compat::addRoute(m_http, QString::fromLatin1(path), [this] { routed(); });
    m_routes[path].push_back(std::move(route));
}

const Route *Edge::find(const QByteArray &path, Method method) const
{
    const auto found = m_routes.constFind(path);
    if (found == m_routes.cend())
        return nullptr;
    const auto takes = [method](const Route &route) { return route.allowed().testFlag(method); };
    const auto route = std::find_if(found->begin(), found->end(), takes);
    return route == found->end() ? nullptr : &*route;
}

/// None: there is no such path.
Methods Edge::methodsAt(const QByteArray &path) const
{
    Methods methods;
    if (const auto found = m_routes.constFind(path); found != m_routes.cend()) {
        for (const Route &route : *found)
            methods |= route.allowed();
    }
    return methods;
}

qint64 Edge::bodyLimit(const RequestHead &head) const
{
    const Route *route = find(head.path, head.method);
    return !route || route->isHealth ? m_options.limits.healthBody : m_options.limits.body;
}

bool Edge::outlastsShutdown(const RequestHead &head) const
{
    const Route *route = find(head.path, head.method);
    return route && route->outlastsShutdown;
}

std::optional<Refusal> Edge::judge(const RequestHead &head, const Caller &caller) const
{
    const Route *route = find(head.path, head.method);
    const Identity identity = route && route->isOpen ? Identity::NotNeeded : Identity::Needed;
    return refuseRequest(m_options.access, head, caller, identity);
}

void Edge::accept(int descriptor, bool tls)
{
    const auto ordinary = m_connections.size() - m_reserved.size();
    const bool reserved = ordinary >= size_t(m_options.limits.connections);
    if (reserved && m_reserved.size() >= size_t(m_options.limits.reservedConnections)) {
        // The newest wins: whoever asks at once is served, whoever only holds the place goes.
        if (const auto oldest = m_connections.find(m_reserved.front()); oldest != m_connections.end())
            oldest->second->evict();
    }
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); // without effect on a Unix-domain socket
    const quint64 id = ++m_lastId;
    auto transport = tls ? Transport::tls(descriptor, *m_tls) : Transport::plain(descriptor);
    m_connections.emplace(id, std::make_unique<Connection>(std::move(transport), *this, id, reserved));
    if (reserved)
        m_reserved.push_back(id);
    m_state.connectionOpened();
}

void Edge::remove(Connection &connection)
{
    const auto found = m_connections.find(connection.id());
    if (found == m_connections.end())
        return;
    found->second.release()->deleteLater(); // it may be on the stack
    m_connections.erase(found);
    if (connection.isReserved())
        m_reserved.remove(connection.id());
    if (m_current == &connection)
        m_current = nullptr;
    m_state.connectionClosed();
    if (m_closing && m_connections.empty())
        QMetaObject::invokeMethod(this, &Edge::finishClosing, Qt::QueuedConnection);
}

void Edge::serve(Connection &connection, Request &&request)
{
    const Route *route = find(request.path, request.method);
    const bool isRead = route && route->read && (request.method == Method::Get || request.method == Method::Head);
    if (connection.isReserved() && !(isRead && route->isHealth)) {
        connection.refuse({503, "overloaded", "too many connections; only health is answered now"});
        return;
    }
    if (isRead) {
        connection.answer(guarded([&] { return route->read(request); }));
        return;
    }
    m_current = &connection;
    m_request = std::move(request);
    m_inlet->deliver(m_request.method, m_request.path);
    if (Connection *forgotten = std::exchange(m_current, nullptr)) {
        qCCritical(httpLog, "QHttpServer routed no request");
        forgotten->answer(errorResponse(500, "internal", "the request was not routed"));
    }
}

/// QHttpServer calls this for the request in m_request, whether it found a route or not.
void Edge::routed()
{
    if (!m_current)
        return;
    Connection &connection = *std::exchange(m_current, nullptr);
    const Request request = std::exchange(m_request, {});
    const Methods allowed = methodsAt(request.path);
    const Route *route = find(request.path, request.method);
    if (!allowed) {
        connection.answer(errorResponse(404, "not_found", "there is nothing at this path"));
    } else if (!route) {
        Response response = errorResponse(405, "method_not_allowed", "this path does not take that method");
        response.fields = {{"Allow", allowField(allowed)}};
        connection.answer(response);
    } else if (route->isHealth && !request.body.isEmpty() && !isJson(request.field("content-type"))) {
        connection.refuse({415, "media_type", "the body must be application/json"});
    } else {
        const Reply reply = makeReply(connection);
        try {
            route->handle(request, reply);
        } catch (const std::exception &error) {
            qCCritical(httpLog, "a handler threw: %s", error.what());
            reply.fail(500, "handler_failed", "the service failed to answer");
        } catch (...) {
            qCCritical(httpLog, "a handler threw something that is no std::exception");
            reply.fail(500, "handler_failed", "the service failed to answer");
        }
    }
}

Reply Edge::makeReply(const Connection &connection)
{
    return Reply([mailbox = m_mailbox, id = connection.id(), serial = connection.serial()](const Response &response) {
        Edge *here = nullptr;
        {
            const std::lock_guard lock(mailbox->mutex);
            if (mailbox->edge && mailbox->edge->thread() != QThread::currentThread()) {
                const auto deliver = [edge = mailbox->edge, id, serial, response] { edge->answer(id, serial, response); };
                QMetaObject::invokeMethod(mailbox->edge, deliver, Qt::QueuedConnection);
            } else {
                here = mailbox->edge; // our own thread: it cannot go away meanwhile
            }
        }
        if (here)
            here->answer(id, serial, response);
    });
}

void Edge::answer(quint64 id, quint64 serial, const Response &response)
{
    const auto found = m_connections.find(id);
    if (found != m_connections.end() && found->second->serial() == serial)
        found->second->answer(response);
}

void Edge::countRefusal(const QByteArray &reason, const Connection &connection)
{
    m_refusals.add(reason, [&connection] { return connection.peerName(); });
}

void Edge::wakeBy(Clock::TimePoint deadline)
{
    if (deadline >= m_nextSweep)
        return;
    m_nextSweep = deadline;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock().now());
    m_sweeper.start(std::max(left, 0ms));
}

/// Ends what is over its deadline, and sleeps until the next one.
void Edge::sweep()
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

const QByteArray &Edge::date()
{
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (m_dateSecond != now.tv_sec) {
        m_dateSecond = now.tv_sec;
        m_date = httpDate(now.tv_sec);
    }
    return m_date;
}

void Edge::close(bool keepListening)
{
    if (m_closing)
        return;
    m_closing = true;
    for (const auto &listener : m_listeners) {
        if (keepListening)
            listener->handOver();
        else
            listener->stop();
    }
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
        QTimer::singleShot(ClosingTime, this, &Edge::finishClosing);
}

void Edge::finishClosing()
{
    if (std::exchange(m_closed, true))
        return;
    while (!m_connections.empty())
        m_connections.begin()->second->abort();
    Q_EMIT closed();
}

QList<std::pair<ServiceAddress, int>> Edge::duplicateListeners() const
{
    QList<std::pair<ServiceAddress, int>> kept;
    for (const auto &listener : m_listeners) {
        const int copy = ::fcntl(int(listener->socketDescriptor()), F_DUPFD_CLOEXEC, 3);
        if (copy >= 0)
            kept.append({listener->address(), copy});
    }
    return kept;
}

} // namespace Hephaestus
