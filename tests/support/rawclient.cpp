// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/rawclient.h"

#include <QSocketNotifier>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace Hephaestus {
namespace {

int connectTo(const ServiceAddress &address)
{
    if (address.kind == ServiceAddress::Kind::Unix) {
        sockaddr_un name{};
        name.sun_family = AF_UNIX;
        const QByteArray path = address.path.toLocal8Bit();
        std::memcpy(name.sun_path, path.constData(), size_t(path.size()));
        const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (::connect(descriptor, reinterpret_cast<sockaddr *>(&name), sizeof name) == 0)
            return descriptor;
        ::close(descriptor);
        return -1;
    }
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(address.port);
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(address.port);
    const bool isV6 = ::inet_pton(AF_INET6, address.host.toLatin1().constData(), &v6.sin6_addr) == 1;
    if (!isV6 && ::inet_pton(AF_INET, address.host.toLatin1().constData(), &v4.sin_addr) != 1)
        v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int descriptor = ::socket(isV6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto *name = isV6 ? reinterpret_cast<sockaddr *>(&v6) : reinterpret_cast<sockaddr *>(&v4);
    if (::connect(descriptor, name, isV6 ? sizeof v6 : sizeof v4) == 0)
        return descriptor;
    ::close(descriptor);
    return -1;
}

} // namespace

QByteArray RawResponse::field(const QByteArray &name) const
{
    for (const QByteArray &line : head.split('\n')) {
        const qsizetype colon = line.indexOf(':');
        if (colon > 0 && line.first(colon).compare(name, Qt::CaseInsensitive) == 0)
            return line.sliced(colon + 1).trimmed();
    }
    return {};
}

QList<RawResponse> splitResponses(QByteArray bytes, bool bodiless)
{
    QList<RawResponse> responses;
    while (!bytes.isEmpty()) {
        const qsizetype end = bytes.indexOf("\r\n\r\n");
        RawResponse response;
        if (end < 0 || !bytes.startsWith("HTTP/1.1 ")) {
            response.status = -1;
            response.body = bytes;
            responses << response;
            break;
        }
        response.head = bytes.first(end);
        response.status = bytes.mid(9, 3).toInt();
        const qsizetype length = bodiless || response.status < 200 ? 0 : response.field("content-length").toLongLong();
        response.body = bytes.mid(end + 4, length);
        if (response.body.size() < length)
            response.status = -1; // not all of it came yet
        bytes.remove(0, end + 4 + length);
        responses << response;
    }
    return responses;
}

RawClient::RawClient(const ServiceAddress &address) : m_descriptor(connectTo(address))
{
    m_closed = m_descriptor < 0;
    if (m_closed)
        return;
    m_notifier = std::make_unique<QSocketNotifier>(m_descriptor, QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &RawClient::read);
}

RawClient::RawClient(const ServiceAddress &address, const QByteArray &request) : RawClient(address) { send(request); }

RawClient::~RawClient()
{
    m_notifier.reset();
    if (m_descriptor >= 0)
        ::close(int(m_descriptor));
}

void RawClient::send(const QByteArray &bytes)
{
    for (qsizetype sent = 0; sent < bytes.size();) {
        const ssize_t count = ::send(int(m_descriptor), bytes.constData() + sent, size_t(bytes.size() - sent),
                                     MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0)
            return; // the server closed, or does not read: what the test is about
        sent += count;
    }
}

void RawClient::finishWriting() { ::shutdown(int(m_descriptor), SHUT_WR); }

void RawClient::abort()
{
    const linger reset{1, 0};
    ::setsockopt(int(m_descriptor), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    m_notifier.reset();
    ::close(int(std::exchange(m_descriptor, -1)));
    m_closed = true;
}

void RawClient::stopReading() { m_notifier->setEnabled(false); }

void RawClient::read()
{
    char bytes[64 * 1024];
    const ssize_t count = ::recv(int(m_descriptor), bytes, sizeof bytes, MSG_DONTWAIT);
    if (count > 0) {
        m_received.append(bytes, count);
    } else if (count == 0 || errno != EAGAIN) {
        m_closed = true;
        m_notifier->setEnabled(false);
    }
}

QByteArray requestText(const QByteArray &method, const QByteArray &path, const QByteArray &fields,
                       const QByteArray &body)
{
    QByteArray text = method + ' ' + path + " HTTP/1.1\r\nHost: localhost\r\n" + fields;
    if (!body.isEmpty())
        text += "Content-Length: " + QByteArray::number(body.size()) + "\r\n";
    return text + "\r\n" + body;
}

} // namespace Hephaestus
