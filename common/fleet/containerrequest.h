// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/client/httpconnection.h"
#include "common/fleet/supervisorrequest.h"

namespace Hephaestus {

/// Starts or restarts a container by the engine's HTTP API on its Unix socket (Docker Engine API, ContainerRestart and
/// ContainerStart, which Podman answers too). The engine sends SIGTERM, and waits 30 s before it kills.
class ContainerRequest : public SupervisorRequest
{
    Q_OBJECT

public:
    ContainerRequest(const RestartByContainer &method, Verb verb, std::chrono::milliseconds timeout,
                     const QString &socket);

    void start() override;

private:
    void answered(const ServiceReply &reply);

    RestartByContainer m_method;
    Verb m_verb;
    std::chrono::milliseconds m_timeout;
    HttpConnection m_connection;
};

} // namespace Hephaestus
