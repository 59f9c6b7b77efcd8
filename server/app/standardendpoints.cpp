// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/standardendpoints.h"

#include "common/fleet/launcher.h"
#include "common/protocol/endpoints.h"
#include "server/core/metrics.h"
#include "server/http/openapi.h"

#include <QUrlQuery>

namespace Hephaestus {

using namespace Qt::StringLiterals;

void addStandardEndpoints(Service &service, Checks &checks, LogTail tail)
{
    HttpServer &http = service.http();
    ServerState &state = service.state();
    http.addDocument(Endpoint::Metrics.data(), PrometheusMediaType,
                     [&state, &http](const Request &) { return prometheusText(state, http.refusals()); });
    http.addDocument(Endpoint::OpenApi.data(), "application/json", [](const Request &) { return openApiDocument(); });
    http.addDocument(
        Endpoint::Logs.data(), "text/plain; charset=utf-8", [tail = std::move(tail)](const Request &request) {
            bool isNumber = false;
            const auto lines =
                QUrlQuery(QString::fromUtf8(request.query)).queryItemValue(u"tail"_s).toLongLong(&isNumber);
            return tail(isNumber ? lines : 100);
        });
    state.addCapability(u"logs"_s);
    http.setCheckHandler([&checks](std::function<void()> done) { checks.checkAll(std::move(done)); });
}

QString stateDirectory()
{
    const QString given = qEnvironmentVariable("STATE_DIRECTORY").section(u':', 0, 0);
    return given.isEmpty() ? defaultStateDirectory() : given;
}

} // namespace Hephaestus
