// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/http/httpoptions.h"
#include "server/http/listener.h"
#include "server/http/transport.h"

#include <QSslConfiguration>

#include <list>

namespace Hephaestus {

class Router;

/// The listening sockets of a service, plain and TLS, and the rule of where it may listen. Lives in the HTTP thread.
class Listeners
{
public:
    using Accepted = std::function<void(std::unique_ptr<Transport>)>;

    /// `options` and `router` must outlive it.
    Listeners(const HttpOptions &options, Router &router, Accepted accepted);

    /// All of them or none; each with its real port.
    Result<QList<ServiceAddress>> open(const QList<ServiceAddress> &addresses);
    /// Takes the descriptor, whatever comes of it.
    Result<ServiceAddress> adopt(int descriptor, bool removeFile);

    /// Listener::pause(), resume(), stop() and handOver(), of all.
    void pause();
    void resume();
    void stop();
    void handOver();
    /// Of the sockets that are open, each descriptor the caller's own (close-on-exec set).
    QList<std::pair<ServiceAddress, int>> duplicates() const;

private:
    Result<std::unique_ptr<Listener>> openOne(const ServiceAddress &address);
    std::optional<Problem> prepareTls();
    std::unique_ptr<Transport> transport(int descriptor, bool tls) const;
    void keep(std::unique_ptr<Listener> listener);

    const HttpOptions &m_options;
    Router &m_router;
    const Accepted m_accepted;
    std::optional<QSslConfiguration> m_tls;
    std::list<std::unique_ptr<Listener>> m_listeners;
};

} // namespace Hephaestus
