// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/listeners.h"

#include "common/base/beginthread.h"
#include "common/base/printable.h"
#include "common/base/secretfile.h"
#include "server/http/router.h"
#include "server/http/tlssession.h"

#include <QLoggingCategory>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto LongestReading = 1ms; ///< then timers, new connections and those who wait have their turn

} // namespace

Q_LOGGING_CATEGORY(listenLog, "hephaestus.http")

Listeners::Listeners(const HttpOptions &options, Router &router, Accepted accepted, Handshakes::Failed failed)
    : m_options(options)
    , m_router(router)
    , m_accepted(std::move(accepted))
    , m_failed(std::move(failed))
    , m_sockets(LongestReading)
{
}

Result<QList<ServiceAddress>> Listeners::open(const QList<ServiceAddress> &addresses)
{
    std::vector<std::unique_ptr<Listener>> opened;
    for (const ServiceAddress &address : addresses) {
        if (auto problem = open(address, opened)) {
            for (const auto &earlier : opened)
                earlier->stop();
            return *problem;
        }
    }
    QList<ServiceAddress> bound;
    for (auto &listener : opened) {
        bound << listener->address();
        keep(std::move(listener));
    }
    return bound;
}

std::optional<Problem> Listeners::open(const ServiceAddress &address, std::vector<std::unique_ptr<Listener>> &opened)
{
    if (auto problem = refuseToListen(m_options.access, m_options.tls.isOn(), address))
        return problem;
    if (auto problem = prepareTls())
        return problem;
    auto sockets = openListeningSockets(address, {.isPrivate = true});
    if (!sockets)
        return sockets.problem();
    for (ListeningSocket &socket : *sockets) {
        opened.push_back(listenerFor(socket.address));
        if (auto problem = opened.back()->serve(std::move(socket)))
            return problem;
    }
    return {};
}

Result<ServiceAddress> Listeners::adopt(int descriptor, bool removeFile)
{
    auto socket = adoptListeningSocket(FileDescriptor(descriptor), removeFile);
    if (!socket)
        return socket.problem();
    const ServiceAddress address = socket->address;
    auto listener = listenerFor(address);
    if (auto problem = listener->serve(*std::move(socket)))
        return *problem;
    if (auto problem = refuseToListen(m_options.access, m_options.tls.isOn(), address))
        return *problem;
    if (auto problem = prepareTls())
        return *problem;
    keep(std::move(listener));
    return address;
}

std::unique_ptr<Listener> Listeners::listenerFor(const ServiceAddress &address)
{
    const bool tls = m_options.tls.isOn() && address.kind == ServiceAddress::Kind::Tcp;
    return std::make_unique<Listener>([this, tls](int descriptor) { accept(descriptor, tls); });
}

std::optional<Problem> Listeners::prepareTls()
{
    if (!m_options.tls.isOn() || m_handshakes)
        return {};
    const auto context = makeTlsContext(m_options.tls);
    if (!context)
        return context.problem();
    if (const QString why = whyExposed(m_options.tls.key); !why.isEmpty())
        qCWarning(listenLog, "the key of TLS is no secret: %s", qUtf8Printable(printable(why)));
    try {
        m_handshakes = std::make_unique<Handshakes>(
            *context,
            HandshakeQueue::Bounds{m_options.limits.handshakes, m_options.limits.connections,
                                   m_options.limits.headTime},
            [this](std::unique_ptr<TlsSession> session) { m_accepted(Transport::tls(std::move(session), m_sockets)); },
            m_failed);
    } catch (const std::system_error &error) {
        const bool isThread = error.code() == std::errc::resource_unavailable_try_again;
        return Problem{u"TLS"_s,
                       isThread ? noOtherThread()
                                : u"no handshake can be done: %1"_s.arg(QString::fromLocal8Bit(error.what()))};
    }
    return {};
}

void Listeners::accept(int descriptor, bool tls)
{
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); // without effect on a Unix-domain socket
    if (tls)
        m_handshakes->begin(descriptor);
    else
        m_accepted(Transport::plain(descriptor, m_sockets));
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
