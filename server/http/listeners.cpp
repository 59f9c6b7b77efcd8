// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/listeners.h"

#include "server/http/router.h"
#include "server/http/socketname.h"
#include "server/http/tlsconfiguration.h"

#include <QLoggingCategory>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace Hephaestus {

Q_LOGGING_CATEGORY(listenLog, "hephaestus.http")

Listeners::Listeners(const HttpOptions &options, Router &router, Accepted accepted)
    : m_options(options)
    , m_router(router)
    , m_accepted(std::move(accepted))
{
}

Result<QList<ServiceAddress>> Listeners::open(const QList<ServiceAddress> &addresses)
{
    std::vector<std::unique_ptr<Listener>> opened;
    for (const ServiceAddress &address : addresses) {
        auto listener = openOne(address);
        if (!listener) {
            for (const auto &earlier : opened)
                earlier->stop();
            return listener.problem();
        }
        opened.push_back(*std::move(listener));
    }
    QList<ServiceAddress> bound;
    for (auto &listener : opened) {
        bound << listener->address();
        keep(std::move(listener));
    }
    return bound;
}

Result<std::unique_ptr<Listener>> Listeners::openOne(const ServiceAddress &address)
{
    if (auto problem = refuseToListen(m_options.access, m_options.tls.isOn(), address))
        return *problem;
    if (auto problem = prepareTls())
        return *problem;
    const bool tls = m_tls && address.kind == ServiceAddress::Kind::Tcp;
    auto listener = std::make_unique<Listener>([this, tls](int descriptor) { m_accepted(transport(descriptor, tls)); });
    if (auto problem = listener->open(address))
        return *problem;
    return listener;
}

Result<ServiceAddress> Listeners::adopt(int descriptor, bool removeFile)
{
    const bool tls = m_options.tls.isOn() && socketName(descriptor, SocketEnd::Local).kind == SocketName::Kind::Tcp;
    auto listener = std::make_unique<Listener>([this, tls](int accepted) { m_accepted(transport(accepted, tls)); });
    if (auto problem = listener->adopt(descriptor, removeFile))
        return *problem;
    const ServiceAddress address = listener->address();
    if (auto problem = refuseToListen(m_options.access, m_options.tls.isOn(), address))
        return *problem;
    if (auto problem = prepareTls())
        return *problem;
    keep(std::move(listener));
    return address;
}

std::optional<Problem> Listeners::prepareTls()
{
    if (!m_options.tls.isOn() || m_tls)
        return {};
    auto configuration = tlsConfiguration(m_options.tls);
    if (!configuration)
        return configuration.problem();
    m_tls = *configuration;
    return {};
}

std::unique_ptr<Transport> Listeners::transport(int descriptor, bool tls) const
{
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); // without effect on a Unix-domain socket
    return tls ? Transport::tls(descriptor, *m_tls) : Transport::plain(descriptor);
}

void Listeners::keep(std::unique_ptr<Listener> listener)
{
    const ServiceAddress address = listener->address();
    if (!address.isLoopback() && m_options.access.insecure)
        qCWarning(listenLog, "%s is open to other machines without a token and TLS: insecure = true",
                  qUtf8Printable(address.text()));
    m_router.bind(*listener);
    m_listeners.push_back(std::move(listener));
}

void Listeners::pause()
{
    for (const auto &listener : m_listeners)
        listener->pause();
}

void Listeners::resume()
{
    for (const auto &listener : m_listeners)
        listener->resume();
}

void Listeners::stop()
{
    for (const auto &listener : m_listeners)
        listener->stop();
}

void Listeners::handOver()
{
    for (const auto &listener : m_listeners)
        listener->handOver();
}

QList<std::pair<ServiceAddress, int>> Listeners::duplicates() const
{
    QList<std::pair<ServiceAddress, int>> kept;
    for (const auto &listener : m_listeners) {
        const int copy = ::fcntl(int(listener->socketDescriptor()), F_DUPFD_CLOEXEC, 3);
        if (copy >= 0)
            kept.append({listener->address(), copy});
    }
    return kept;
}

} // namespace Hephaestus
