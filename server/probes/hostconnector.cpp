// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/probes/hostconnector.h"

#include "common/base/duration.h"
#include "common/base/post.h"

#include <QMetaEnum>
#include <QNetworkProxy>
#include <QSslSocket>

namespace Hephaestus {

using namespace Qt::StringLiterals;

HostConnector::HostConnector(QTcpSocket &socket, QObject *parent) : QObject(parent), m_socket(socket)
{
    connect(&m_lookup, &HostLookup::finished, this, [this](HostLookup::Outcome outcome, const QStringList &addresses) {
        m_left = addresses;
        if (outcome == HostLookup::Outcome::Found)
            return tryNext();
        Q_EMIT failed(
            outcome == HostLookup::Outcome::TimedOut
                ? u"the name was not resolved within %1: no name server answers"_s.arg(writeDuration(m_timeout))
                : u"host not found"_s);
    });
    auto *const tls = qobject_cast<QSslSocket *>(&socket);
    if (tls)
        connect(tls, &QSslSocket::sslErrors, this,
                [this](const QList<QSslError> &errors) { m_tlsError = errors.first().errorString(); });
    const auto isConnected = [this] { m_isConnected = true; };
    if (tls)
        connect(tls, &QSslSocket::encrypted, this, isConnected);
    else
        connect(&socket, &QTcpSocket::connected, this, isConnected);
    connect(&socket, &QTcpSocket::errorOccurred, this, [this](QAbstractSocket::SocketError error) {
        if (m_isConnected)
            return;
        if (m_left.isEmpty() || !m_tlsError.isEmpty())
            Q_EMIT failed(reason(error));
        else // the socket is still in its own signal
            post(this, &HostConnector::tryNext);
    });
}

void HostConnector::connectTo(const QString &host, quint16 port, std::chrono::milliseconds timeout)
{
    m_host = host;
    m_port = port;
    m_timeout = timeout;
    m_lookup.start(m_proxy.isEmpty() ? host : m_proxy.host(QUrl::FullyEncoded), timeout);
}

void HostConnector::connectThrough(const QUrl &proxy, const QString &host, quint16 port,
                                   std::chrono::milliseconds timeout)
{
    m_proxy = proxy;
    connectTo(host, port, timeout);
}

void HostConnector::tryNext()
{
    QString address = m_left.takeFirst();
    m_socket.abort();
    if (!m_proxy.isEmpty()) {
        m_socket.setProxy(QNetworkProxy(QNetworkProxy::HttpProxy, address, quint16(m_proxy.port(80)),
                                        m_proxy.userName(QUrl::FullyDecoded), m_proxy.password(QUrl::FullyDecoded)));
        address = m_host;
    }
    if (auto *const tls = qobject_cast<QSslSocket *>(&m_socket))
        tls->connectToHostEncrypted(address, m_port, m_host);
    else
        m_socket.connectToHost(address, m_port);
}

QString HostConnector::reason(QAbstractSocket::SocketError error) const
{
    switch (error) {
    case QAbstractSocket::ConnectionRefusedError: return u"connection refused"_s;
    case QAbstractSocket::HostNotFoundError: return u"host not found"_s;
    case QAbstractSocket::SocketTimeoutError: return u"connecting timed out"_s;
    case QAbstractSocket::NetworkError: return u"the network is unreachable"_s;
    case QAbstractSocket::SslHandshakeFailedError:
        return u"TLS: "_s + (m_tlsError.isEmpty() ? u"the handshake failed"_s : m_tlsError);
    case QAbstractSocket::ProxyAuthenticationRequiredError: return u"the proxy wants credentials"_s;
    case QAbstractSocket::ProxyConnectionRefusedError: return u"the proxy refused the connection"_s;
    case QAbstractSocket::ProxyConnectionClosedError: return u"the proxy closed the connection"_s;
    case QAbstractSocket::ProxyConnectionTimeoutError: return u"the proxy did not answer"_s;
    case QAbstractSocket::ProxyProtocolError: return u"the proxy does not lead there: %1"_s.arg(m_socket.errorString());
    default: break;
    }
    const char *name = QMetaEnum::fromType<QAbstractSocket::SocketError>().valueToKey(error);
    return u"no connection: %1"_s.arg(QLatin1StringView(name));
}

} // namespace Hephaestus
