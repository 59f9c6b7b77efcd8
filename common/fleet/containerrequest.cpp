// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/containerrequest.h"

#include "common/base/printable.h"

#include <QFileInfo>
#include <QUrl>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

QString usualSocket(const QString &engine)
{
    if (engine == "podman"_L1) {
        const QString own = qEnvironmentVariable("XDG_RUNTIME_DIR") + u"/podman/podman.sock"_s;
        return QFileInfo::exists(own) ? own : u"/run/podman/podman.sock"_s;
    }
    const QString host = qEnvironmentVariable("DOCKER_HOST");
    return host.startsWith("unix://"_L1) ? host.mid(7) : u"/var/run/docker.sock"_s;
}

} // namespace

ContainerRequest::ContainerRequest(const RestartByContainer &method, Verb verb, std::chrono::milliseconds timeout,
                                   const QString &socket)
    : m_method(method)
    , m_verb(verb)
    , m_timeout(timeout)
    , m_connection(
          {{ServiceAddress::Kind::Unix, {}, 0, socket.isEmpty() ? usualSocket(method.engine) : socket}, false, {}})
{
}

void ContainerRequest::start()
{
    HttpRequest request;
    request.method = "POST";
    request.path =
        "/containers/" + QUrl::toPercentEncoding(m_method.name) + (m_verb == Verb::Start ? "/start" : "/restart?t=30");
    request.timeout = m_timeout;
    m_connection.send(std::move(request), [this](const ServiceReply &reply) { answered(reply); });
}

void ContainerRequest::answered(const ServiceReply &reply)
{
    const bool wasRunning = m_verb == Verb::Start && reply.httpStatus == 304;
    if (reply.error == ClientError::None && (reply.httpStatus == 204 || wasRunning))
        return Q_EMIT finished({});
    const QString why = reply.error != ClientError::None ? reply.message
        : reply.httpStatus == 404                        ? u"there is no such container"_s
                                                         : u"it answered %1 %2"_s.arg(reply.httpStatus)
                                        .arg(printable(QString::fromUtf8(reply.body.trimmed().left(300))));
    Q_EMIT finished(u"%1 did not %2 the container %3: %4"_s.arg(
        m_method.engine, m_verb == Verb::Start ? u"start"_s : u"restart"_s, m_method.name, why));
}

} // namespace Hephaestus
