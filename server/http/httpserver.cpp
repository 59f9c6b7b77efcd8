// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/httpserver.h"

#include "common/protocol/endpoints.h"
#include "common/protocol/healthcodec.h"
#include "server/http/connectionpool.h"

#include <QLoggingCategory>
#include <QPointer>

namespace Hephaestus {

using namespace Qt::StringLiterals;

Q_LOGGING_CATEGORY(serverLog, "hephaestus.http.server")

namespace {

HttpOptions effective(HttpOptions options)
{
    options.limits = withinDescriptors(options.limits);
    return options;
}

constexpr qsizetype MostCodePaths = 100;

/// The values of `path=…` in a query, in bytes as the kernel has them; empty if there is anything else.
QByteArrayList codePaths(const QByteArray &query)
{
    QByteArrayList paths;
    for (const QByteArray &item : query.split('&')) {
        const QByteArray path =
            item.startsWith("path=") ? QByteArray::fromPercentEncoding(item.sliced(5)) : QByteArray();
        if (!path.startsWith('/') || path.contains('\0'))
            return {};
        paths << path;
    }
    return paths;
}

} // namespace

HttpServer::HttpServer(ServerState &state, ShutdownSequence &sequence, const HttpOptions &options, QObject *parent)
    : QObject(parent)
    , m_state(state)
    , m_sequence(sequence)
    , m_options(effective(options))
    , m_refusals(std::make_unique<Refusals>())
    , m_thread("http")
{
    // Made where it lives: sockets and timers belong to the thread that makes them.
    m_thread.call([this] { m_pool = new ConnectionPool(m_state, *m_refusals, m_options); });
    connect(m_pool, &ConnectionPool::closed, this, &HttpServer::closed);
    connect(&m_sequence, &ShutdownSequence::finished, this, &HttpServer::finish);
    addHealthRoutes();
}

HttpServer::~HttpServer() { m_pool->deleteLater(); }

Result<QList<ServiceAddress>> HttpServer::listen(const QList<ServiceAddress> &addresses)
{
    Result<QList<ServiceAddress>> bound(QList<ServiceAddress>{});
    m_thread.call([&] { bound = m_pool->listeners().open(addresses); });
    return bound;
}

Result<ServiceAddress> HttpServer::adopt(int descriptor, bool removeFile)
{
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
        QMetaObject::invokeMethod(this, run, Qt::QueuedConnection);
    };
    add(path, std::move(route));
}

void HttpServer::addRead(const QByteArray &path, std::function<Response(const Request &)> read)
{
    Route route;
    route.read = std::move(read);
    route.isHealth = true;
    add(path, std::move(route));
}

void HttpServer::addDocument(const QByteArray &path, const QByteArray &mime, Document body)
{
    addRead(path, [mime, body = std::move(body)](const Request &request) {
        return Response{200, body(request), mime, {}};
    });
}

void HttpServer::setCheckHandler(Check check)
{
    const bool isNew = !std::exchange(m_check, std::move(check));
    if (!isNew)
        return;
    Route route;
    route.methods = Method::Post;
    route.isHealth = true;
    route.handle = [this](const Request &, const Reply &reply) {
        QMetaObject::invokeMethod(
            this, [this, reply] { this->check(reply); }, Qt::QueuedConnection);
    };
    add(Endpoint::Check.data(), std::move(route));
    m_state.addCapability(u"check"_s);
}

void HttpServer::setCodeQuery(CodeQuery query)
{
    const bool isNew = !std::exchange(m_codeQuery, std::move(query));
    if (!isNew)
        return;
    Route route;
    route.methods = Method::Get | Method::Head;
    route.isHealth = true;
    route.handle = [this](const Request &request, const Reply &reply) {
        const QByteArrayList paths = codePaths(request.query);
        if (paths.isEmpty() || paths.size() > MostCodePaths)
            return reply.fail(400, "bad_query",
                              "expected 1 to 100 absolute paths, as in ?path=/srv/app/main.py&path=/srv/app/other.py");
        QMetaObject::invokeMethod(
            this,
            [this, paths, reply] {
                m_codeQuery(paths, [reply](const QList<CodeFile> &files) { reply.send(200, encode(files)); });
            },
            Qt::QueuedConnection);
    };
    add(Endpoint::Code.data(), std::move(route));
}

void HttpServer::setRestartHandler(Restart restart)
{
    const bool isNew = !std::exchange(m_restart, std::move(restart));
    if (!isNew)
        return;
    Route route;
    route.methods = Method::Post;
    route.isHealth = true;
    route.outlastsShutdown = true;
    route.handle = [this](const Request &, const Reply &reply) {
        QMetaObject::invokeMethod(
            this, [this, reply] { this->restart(reply); }, Qt::QueuedConnection);
    };
    add(Endpoint::Restart.data(), std::move(route));
    m_state.addCapability(u"restart"_s);
}

QList<std::pair<ServiceAddress, int>> HttpServer::keptSockets() const
{
    QList<std::pair<ServiceAddress, int>> kept;
    if (m_keepListening)
        m_thread.call([&] { kept = m_pool->listeners().duplicates(); });
    return kept;
}

QMap<QByteArray, qint64> HttpServer::refusals() const { return m_refusals->counts(); }

void HttpServer::waitForShutdown(const Reply &reply)
{
    m_waiting << reply;
    if (m_sequence.isFinished())
        finish(m_sequence.result());
    else
        m_sequence.request(ShutdownMode::Immediate);
}

void HttpServer::schedule(std::optional<Seconds> delay)
{
    std::optional<std::chrono::milliseconds> notice;
    if (delay)
        notice = std::chrono::ceil<std::chrono::milliseconds>(*delay);
    m_sequence.request(ShutdownMode::Scheduled, notice);
}

void HttpServer::cancel(const Reply &reply)
{
    if (m_sequence.cancel())
        reply.send(200, encodeCancelled());
    else
        reply.fail(409, "not_cancellable", "no shutdown is scheduled, or it has begun already");
}

/// Everybody who asks while a check runs gets that one's result.
void HttpServer::check(const Reply &reply)
{
    m_checking << reply;
    if (m_checking.size() > 1)
        return;
    const QPointer<HttpServer> self(this);
    m_check([self] {
        if (self)
            QMetaObject::invokeMethod(self, &HttpServer::answerChecks, Qt::QueuedConnection);
    });
}

void HttpServer::answerChecks()
{
    const QByteArray report = encode(m_state.report());
    for (const Reply &reply : std::exchange(m_checking, {}))
        reply.send(200, report);
}

void HttpServer::restart(const Reply &reply)
{
    if (const auto problem = m_restart())
        reply.fail(409, "restart_impossible", problem->text().toUtf8());
    else
        reply.send(200, encodeRestartScheduled(m_state.instanceId()));
}

void HttpServer::finish(const ShutdownResult &result)
{
    Response response{result.complete ? 200 : 500, encode(result)};
    response.close = true;
    for (const Reply &reply : std::exchange(m_waiting, {}))
        reply.send(response);
    const bool keep = m_keepListening && result.mode == ShutdownMode::Restart;
    // Queued behind the answers, so that they go out first.
    QMetaObject::invokeMethod(
        m_pool, [pool = m_pool, keep] { pool->close(keep); }, Qt::QueuedConnection);
}

} // namespace Hephaestus
