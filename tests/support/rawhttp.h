// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QTcpSocket>

namespace Hephaestus::Test {

/// What came back on a connection of one request, as it came.
struct RawAnswer
{
    int status = 0; ///< 0: there was none
    QByteArray head;
    QByteArray body;
};

/// Sends a request on a connection of its own and waits, 60 s at most, until the peer closes it. For tests: it blocks.
inline RawAnswer rawRequest(quint16 port, const QByteArray &method, const QByteArray &path, const QByteArray &body = {},
                            const QByteArray &fields = {})
{
    QTcpSocket socket;
    socket.connectToHost(QStringLiteral("127.0.0.1"), port);
    if (!socket.waitForConnected(60'000))
        return {};
    QByteArray request = method + ' ' + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + QByteArray::number(port)
        + "\r\nConnection: close\r\n" + fields;
    if (!body.isEmpty())
        request += "Content-Type: application/json\r\n";
    if (!body.isEmpty() || method == "POST")
        request += "Content-Length: " + QByteArray::number(body.size()) + "\r\n";
    socket.write(request + "\r\n" + body);
    QByteArray bytes;
    while (socket.waitForReadyRead(60'000))
        bytes += socket.readAll();
    bytes += socket.readAll();
    RawAnswer answer;
    const qsizetype end = bytes.indexOf("\r\n\r\n");
    if (end < 0)
        return answer;
    answer.head = bytes.left(end);
    answer.body = bytes.mid(end + 4);
    answer.status = answer.head.mid(9, 3).toInt();
    return answer;
}

} // namespace Hephaestus::Test
