// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHttpServer>

#include <functional>

namespace Hephaestus {

class Listener;
class Resource;
class RoutingSocket;

/// QHttpServer stays because the project is built on it: it finds the resource for every request but plain reads.
/// It does not see clients, accept, parse what they sent, or write answers: those differ between Qt versions.
///
/// A request that passed the guard reaches it through the RoutingSocket. Lives in the HTTP thread.
class Router
{
public:
    /// The resource of the request's path; null: there is none.
    using Routed = std::function<void(const Resource *found)>;

    Router();
    ~Router();
    Q_DISABLE_COPY_MOVE(Router)

    /// Gives QHttpServer a listening socket, without which it routes nothing. The listeners must go before the router.
    void bind(Listener &listener);
    /// Once for each path; `resource` must outlive the router.
    void add(const QByteArray &path, const Resource &resource);
    /// Calls `routed` before it returns true. False: QHttpServer did not route the request.
    bool route(const QByteArray &path, const Routed &routed);

private:
    void routed(const Resource *found);

    QHttpServer m_http;
    RoutingSocket *m_socket = nullptr; ///< from the first listener on; QHttpServer owns it
    const Routed *m_routed = nullptr;  ///< while a request is being routed
};

} // namespace Hephaestus
