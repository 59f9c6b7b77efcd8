// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/http/message.h"

#include <QHttpServer>
#include <QSet>

#include <functional>

namespace Hephaestus {

class RoutingSocket;
class Listener;

/// QHttpServer, and what is asked of it: to route. What it makes of sockets, malformed bytes, pipelining and late
/// replies differs between Qt versions and is unsafe in each, so it sees no client: a request that passed the guard
/// goes in through the RoutingSocket. Lives in the HTTP thread.
class Router
{
public:
    Router();
    ~Router();
    Q_DISABLE_COPY_MOVE(Router)

    /// Lets QHttpServer have a listening socket, without which it routes nothing. Listeners must go before the router.
    void bind(Listener &listener);
    /// Makes the path known; once more does nothing.
    void addPath(const QByteArray &path);
    /// Calls `routed` when QHttpServer has found the path's route, or that there is none, and then returns true; false:
    /// it did neither.
    bool route(Method method, const QByteArray &path, const std::function<void()> &routed);

private:
    void routed();

    QHttpServer m_http;
    RoutingSocket *m_socket = nullptr; ///< from the first listener on; QHttpServer owns it
    QSet<QByteArray> m_paths;
    const std::function<void()> *m_routed = nullptr; ///< while a request is being routed
};

} // namespace Hephaestus
