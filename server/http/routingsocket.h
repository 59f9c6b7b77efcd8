// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/http/message.h"

#include <QTcpSocket>

namespace Hephaestus {

/// The one socket QHttpServer sees, and no network behind it: each request that passed the guard goes in here, whole
/// and in its plainest form, and QHttpServer routes it before deliver() returns. So its parser, its buffers and its
/// responders never meet a byte or a disconnect of a client, in whatever version of Qt.
///
/// Pure mechanism: what a handler needs of the request it takes from the ConnectionPool, not from here.
class RoutingSocket : public QTcpSocket
{
    Q_OBJECT

public:
    explicit RoutingSocket(QObject *parent);
    ~RoutingSocket() override;

    void deliver(Method method, const QByteArray &path);

    qint64 bytesAvailable() const override;
    void disconnectFromHost() override {} ///< QHttpServer has no say in when a connection ends

protected:
    qint64 readData(char *data, qint64 most) override;
    qint64 writeData(const char *data, qint64 size) override;

private:
    QByteArray m_bytes; ///< not yet read by QHttpServer
};

} // namespace Hephaestus
