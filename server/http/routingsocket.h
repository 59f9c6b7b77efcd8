// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTcpSocket>

namespace Hephaestus {

/// The one socket that QHttpServer sees; there is no network behind it. The path of each request that passed the guard
/// goes in here, and QHttpServer has routed it before deliver() returns.
///
/// So its parser, its buffers and its responders never meet a client's bytes or its disconnecting, in any version of
/// Qt. Handlers get the request from the ConnectionPool, not from here.
class RoutingSocket : public QTcpSocket
{
    Q_OBJECT

public:
    explicit RoutingSocket(QObject *parent);
    ~RoutingSocket() override;

    /// Makes QHttpServer read a request for this path: a GET, since it routes no methods that it does not know.
    void deliver(const QByteArray &path);

    qint64 bytesAvailable() const override;
    void disconnectFromHost() override {} ///< QHttpServer does not decide when a connection ends

protected:
    qint64 readData(char *data, qint64 most) override;
    qint64 writeData(const char *data, qint64 size) override;

private:
    QByteArray m_bytes; ///< not yet read by QHttpServer
};

} // namespace Hephaestus
