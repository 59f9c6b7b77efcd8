// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/epollset.h"
#include "server/http/handshakes.h"
#include "server/http/httpoptions.h"
#include "server/http/listener.h"
#include "server/http/transport.h"

#include <list>
#include <vector>

namespace Hephaestus {

class Router;

/// The listening sockets of a service, plain and TLS, and the rule of where it may listen. Lives in the HTTP thread.
class Listeners
{
public:
    using Accepted = std::function<void(std::unique_ptr<Transport>)>;

    /// `options` and `router` must outlive it. `failed`: the handshake of that peer.
    Listeners(const HttpOptions &options, Router &router, Accepted accepted, Handshakes::Failed failed);

    /// TLS handshakes that go on; each leads to `accepted` or `failed`, also after stop().
    qsizetype handshakes() const { return m_handshakes ? m_handshakes->underWay() : 0; }

    /// Opens all of them or none, as openListeningSockets() does. Returns one address for each socket.
    Result<QList<ServiceAddress>> open(const QList<ServiceAddress> &addresses);
    /// As adoptListeningSocket().
    Result<ServiceAddress> adopt(int descriptor, bool removeFile);

    /// Listener::pause(), resume(), stop() and handOver() of each.
    void pause();
    void resume();
    void stop();
    void handOver();
    /// Of the sockets that are open, each descriptor the caller's own (close-on-exec set).
    QList<std::pair<ServiceAddress, int>> duplicates() const;

private:
    /// Adds what it opens to `opened`.
    std::optional<Problem> open(const ServiceAddress &address, std::vector<std::unique_ptr<Listener>> &opened);
    std::unique_ptr<Listener> listenerFor(const ServiceAddress &address);
    std::optional<Problem> prepareTls();
    void accept(int descriptor, bool tls);
    void keep(std::unique_ptr<Listener> listener);

    const HttpOptions &m_options;
    Router &m_router;
    const Accepted m_accepted;
    const Handshakes::Failed m_failed;
    EpollSet m_sockets;                       ///< outlives the connections
    std::unique_ptr<Handshakes> m_handshakes; ///< null: no TLS
    std::list<std::unique_ptr<Listener>> m_listeners;
};

} // namespace Hephaestus
