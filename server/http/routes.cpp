// SPDX-License-Identifier: GPL-3.0-or-later
//
// The health and shutdown endpoints, all of them. What is read is answered in the HTTP thread from a snapshot; what
// changes something is handed to the main thread, which answers through the reply.
#include "common/protocol/endpoints.h"
#include "common/protocol/healthcodec.h"
#include "server/http/connectionpool.h"
#include "server/http/httpserver.h"
#include "server/http/snapshot.h"

namespace Hephaestus {

void HttpServer::addHealthRoutes()
{
    const auto basic = std::make_shared<Snapshot>(m_state, [this] { return encode(m_state.basic()); });
    const auto live = [basic](const Request &) { return Response{200, basic->body()}; };
    addRead(Endpoint::Live.data(), live);
    addRead(Endpoint::LiveAlias.data(), live);

    const auto detailed = std::make_shared<Snapshot>(m_state, [this] { return encode(m_state.report()); });
    addRead(Endpoint::Status.data(), [detailed](const Request &) { return Response{200, detailed->body()}; });

    addRead(Endpoint::Ready.data(), [this, basic](const Request &) {
        const bool isReady = m_state.phase() == Phase::Running && m_state.basic().status == ServiceStatus::Healthy;
        return Response{isReady ? 200 : 503, basic->body()};
    });

    Route shutdown;
    shutdown.methods = Method::Post;
    shutdown.isHealth = true;
    shutdown.outlastsShutdown = true;
    shutdown.handle = [this](const Request &, const Reply &reply) {
        m_state.announceShutdown(ShutdownMode::Immediate);
        QMetaObject::invokeMethod(
            this, [this, reply] { waitForShutdown(reply); }, Qt::QueuedConnection);
    };
    add(Endpoint::Shutdown.data(), shutdown);
    add(Endpoint::ShutdownAlias.data(), shutdown);

    Route scheduled;
    scheduled.methods = Method::Post | Method::Delete;
    scheduled.isHealth = true;
    scheduled.outlastsShutdown = true;
    scheduled.handle = [this](const Request &request, const Reply &reply) {
        if (request.method == Method::Delete) {
            QMetaObject::invokeMethod(
                this, [this, reply] { cancel(reply); }, Qt::QueuedConnection);
            return;
        }
        const auto delay = decodeScheduleRequest(request.body);
        if (!delay) {
            reply.fail(400, "bad_body", delay.problem().text().toUtf8());
            return;
        }
        m_state.announceShutdown(ShutdownMode::Scheduled);
        QMetaObject::invokeMethod(
            this, [this, delay = *delay] { schedule(delay); }, Qt::QueuedConnection);
        reply.send(200, encodeScheduled());
    };
    add(Endpoint::Schedule.data(), scheduled);
}

} // namespace Hephaestus
