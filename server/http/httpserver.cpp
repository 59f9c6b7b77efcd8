// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/httpserver.h"

#include "common/base/filedescriptor.h"
#include "common/base/post.h"
#include "server/http/connectionpool.h"
#include "server/http/routes.h"

#include <QLoggingCategory>

namespace Hephaestus {

Q_LOGGING_CATEGORY(serverLog, "hephaestus.http.server")

namespace {

HttpOptions effective(HttpOptions options)
{
    options.limits = withinDescriptors(options.limits);
    return options;
}

} // namespace

HttpServer::HttpServer(ServerState &state, ShutdownSequence &sequence, const HttpOptions &options, const Clock &clock,
                       QObject *parent)
    : QObject(parent)
    , m_state(state)
    , m_sequence(sequence)
    , m_options(effective(options))
    , m_refusals(std::make_unique<Refusals>(clock))
    , m_thread("http")
{
    // Made where it lives: sockets and timers belong to the thread that makes them.
    m_thread.call([&] { m_pool = new ConnectionPool(m_state, *m_refusals, m_options, clock); });
    connect(m_pool, &ConnectionPool::closed, m_pool, [this] { post(this, &HttpServer::closed); });
    connect(&m_sequence, &ShutdownSequence::finished, this, &HttpServer::finish);
    const auto add = [this](const QByteArray &path, Route route) { this->add(path, std::move(route)); };
    m_routes = std::make_unique<Routes>(m_state, m_sequence, *m_refusals, add, clock);
}

HttpServer::~HttpServer() { post(m_pool, &QObject::deleteLater); }

Result<QList<ServiceAddress>> HttpServer::listen(const QList<ServiceAddress> &addresses)
{
    if (auto problem = whyTooFewDescriptors())
        return *problem;
    Result<QList<ServiceAddress>> bound(QList<ServiceAddress>{});
    m_thread.call([&] { bound = m_pool->listeners().open(addresses); });
    return bound;
}

Result<ServiceAddress> HttpServer::adopt(int descriptor, bool removeFile)
{
    FileDescriptor owned(descriptor);
    if (auto problem = whyTooFewDescriptors())
        return *problem;
    owned.release();
    Result<ServiceAddress> bound(ServiceAddress{});
    m_thread.call([&] { bound = m_pool->listeners().adopt(descriptor, removeFile); });
    return bound;
}

void HttpServer::setLimits(const Limits &limits)
{
    m_thread.call([&] { m_pool->setLimits(withinDescriptors(limits)); });
}

void HttpServer::add(const QByteArray &path, Route route)
{
    m_thread.call([&] { m_pool->addRoute(path, std::move(route)); });
}

void HttpServer::addRoute(const QByteArray &path, Methods methods, Handler handler, Access access)
{
    Route route;
    route.methods = methods;
    route.isOpen = access == Access::Open;
    route.handle = [this, handler = std::move(handler)](const Request &request, const Reply &reply) {
        if (!m_state.beginRequest()) {
            Response busy = m_state.phase() == Phase::Starting && m_state.basic().status == ServiceStatus::Healthy
                ? errorResponse(503, "starting", "the service is starting and takes no work yet")
                : errorResponse(503, "shutting_down", "the service is shutting down and takes no new work");
            busy.fields = {{"Retry-After", QByteArray::number(qint64(m_options.retryAfter.count()))}};
            busy.close = true;
            reply.send(busy);
            return;
        }
        // Given back when the last copy of this goes: with the answer, or unanswered with the reply.
        const std::shared_ptr<void> inFlight(nullptr, [&state = m_state](void *) { state.endRequest(); });
        const Reply counted([reply, inFlight](Response response) { reply.send(std::move(response)); });
        const auto run = [handler, request, counted] {
            try {
                handler(request, counted);
            } catch (const std::exception &error) {
                qCCritical(serverLog, "the handler of %s threw: %s", request.path.constData(), error.what());
                counted.fail(500, "handler_failed", "the service failed to answer");
            } catch (...) {
                qCCritical(serverLog, "the handler of %s threw something that is no std::exception",
                           request.path.constData());
                counted.fail(500, "handler_failed", "the service failed to answer");
            }
        };
        post(this, run);
    };
    add(path, std::move(route));
}

void HttpServer::addDocument(const QByteArray &path, const QByteArray &mime, Document body)
{
    Route route;
    route.read = [mime, body = std::move(body)](const Request &request) {
        return Response{200, body(request), mime, {}};
    };
    route.isHealth = true;
    add(path, std::move(route));
}

void HttpServer::setLogs(Logs logs) { m_routes->setLogs(std::move(logs)); }

void HttpServer::setCheckHandler(Check check) { m_routes->setCheck(std::move(check)); }

void HttpServer::setCodeQuery(CodeQuery query) { m_routes->setCodeQuery(std::move(query)); }

void HttpServer::setComparison(Comparison comparison) { m_routes->setComparison(std::move(comparison)); }

void HttpServer::setRestartHandler(Restart restart) { m_routes->setRestart(std::move(restart)); }

QList<std::pair<ServiceAddress, int>> HttpServer::keptSockets() const
{
    QList<std::pair<ServiceAddress, int>> kept;
    if (m_keepListening)
        m_thread.call([&] { kept = m_pool->listeners().duplicates(); });
    return kept;
}

QMap<QByteArray, qint64> HttpServer::refusals() const { return m_refusals->counts(); }

void HttpServer::finish(const ShutdownResult &result)
{
    m_routes->answerShutdown(result);
    const bool keep = m_keepListening && result.mode == ShutdownMode::Restart;
    // Queued behind the answers, so that they go out first.
    post(m_pool, [pool = m_pool, keep] { pool->close(keep); });
}

} // namespace Hephaestus
