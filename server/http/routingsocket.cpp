// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/routingsocket.h"

#include <algorithm>

namespace Hephaestus {

RoutingSocket::RoutingSocket(QObject *parent) : QTcpSocket(parent)
{
    setPeerAddress(QHostAddress(QHostAddress::LocalHost));
    setOpenMode(QIODevice::ReadWrite);
    setSocketState(ConnectedState);
}

RoutingSocket::~RoutingSocket() { setSocketState(UnconnectedState); }

void RoutingSocket::deliver(const QByteArray &path)
{
    m_bytes = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    Q_EMIT readyRead();
}

qint64 RoutingSocket::bytesAvailable() const { return QIODevice::bytesAvailable() + m_bytes.size(); }

qint64 RoutingSocket::readData(char *data, qint64 most)
{
    const qint64 size = std::min<qint64>(most, m_bytes.size());
    std::copy_n(m_bytes.constData(), size, data);
    m_bytes.remove(0, size);
    return size;
}

qint64 RoutingSocket::writeData(const char *, qint64 size) { return size; }

} // namespace Hephaestus
