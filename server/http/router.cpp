// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/router.h"

#include "server/http/compat.h"
#include "server/http/listener.h"
#include "server/http/routingsocket.h"

namespace Hephaestus {

Router::Router()
{
    Compat::setMissingHandler(m_http, [this] { routed(nullptr); });
}

Router::~Router() = default;

void Router::bind(Listener &listener)
{
    Compat::bind(m_http, &listener);
    if (!m_socket) {
        m_socket = new RoutingSocket(&m_http);
        listener.addPendingConnection(m_socket);
    }
}

void Router::add(const QByteArray &path, const Resource &resource)
{
    Compat::addRoute(m_http, QString::fromLatin1(path), [this, &resource] { routed(&resource); });
}

bool Router::route(const QByteArray &path, const Routed &routed)
{
    m_routed = &routed;
    m_socket->deliver(path);
    return std::exchange(m_routed, nullptr) == nullptr;
}

void Router::routed(const Resource *found)
{
    if (const Routed *routed = std::exchange(m_routed, nullptr))
        (*routed)(found);
}

} // namespace Hephaestus
