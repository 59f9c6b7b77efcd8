// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/hostlookup.h"

#include <QTcpSocket>
#include <QUrl>

#include <chrono>

namespace Hephaestus {

/// Connects a socket to a host by its name: looks it up (HostLookup), and tries one address after the other.
class HostConnector : public QObject
{
    Q_OBJECT

public:
    /// `socket` outlives it. A QSslSocket is connected through TLS, and the certificate is held to the host's name.
    explicit HostConnector(QTcpSocket &socket, QObject *parent = nullptr);

    /// The lookup may take `timeout`; the time for connecting is the caller's. Leads to `connected` or `encrypted` of
    /// the socket, or to failed().
    void connectTo(const QString &host, quint16 port, std::chrono::milliseconds timeout);
    /// The same through a tunnel that an HTTP proxy makes (CONNECT). The proxy's name is looked up here, the host's
    /// there.
    void connectThrough(const QUrl &proxy, const QString &host, quint16 port, std::chrono::milliseconds timeout);

Q_SIGNALS:
    /// No address of the host takes a connection. `why` is for a person, without the host.
    void failed(const QString &why);

private:
    void tryNext();
    QString reason(QAbstractSocket::SocketError error) const;

    QTcpSocket &m_socket;
    HostLookup m_lookup;
    QUrl m_proxy; ///< empty: none
    QString m_host;
    quint16 m_port = 0;
    QStringList m_left; ///< addresses not tried yet
    QString m_tlsError;
    std::chrono::milliseconds m_timeout{0};
    bool m_isConnected = false;
};

} // namespace Hephaestus
