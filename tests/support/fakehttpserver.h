// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QLocalServer>
#include <QLocalSocket>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTimer>

#include <functional>

namespace Hephaestus {

/// What a FakeHttpServer does when it has read a whole request.
struct FakeAnswer
{
    enum class Then { KeepOpen, Close, Reset };

    QByteArray bytes; ///< written as they are; empty: nothing is answered
    Then then = Then::KeepOpen;
    bool drip = false; ///< one byte every 20 ms

    static FakeAnswer json(const QByteArray &body, int status = 200)
    {
        return {"HTTP/1.1 " + QByteArray::number(status) + " X\r\nContent-Type: application/json\r\nContent-Length: "
                    + QByteArray::number(body.size()) + "\r\n\r\n" + body,
                Then::KeepOpen, false};
    }
    static FakeAnswer hang() { return {}; }
    static FakeAnswer raw(const QByteArray &bytes, Then then = Then::KeepOpen) { return {bytes, then, false}; }
};

/// A real listening socket, TCP or Unix, that answers by script. Answers are set by path (without the query); several
/// for one path are given in turn, and the last of them again and again.
class FakeHttpServer : public QObject
{
public:
    FakeHttpServer()
    {
        connect(&m_tcp, &QTcpServer::newConnection, this, [this] {
            while (QTcpSocket *socket = m_tcp.nextPendingConnection())
                accept(socket);
        });
        connect(&m_local, &QLocalServer::newConnection, this, [this] {
            while (QLocalSocket *socket = m_local.nextPendingConnection())
                accept(socket);
        });
        if (!m_tcp.listen(QHostAddress::LocalHost))
            qFatal("no port to listen on");
    }

    /// Ends all connections, and refuses others until it is told to accept them at the same port again.
    bool setRefusing(bool refuses)
    {
        if (!refuses)
            return m_tcp.listen(QHostAddress::LocalHost, m_port);
        if (m_tcp.isListening())
            m_port = m_tcp.serverPort();
        m_tcp.close();
        for (QTcpSocket *const socket : m_tcp.findChildren<QTcpSocket *>())
            socket->abort();
        return true;
    }

    bool listenLocally(const QString &path) { return m_local.listen(path); }
    QString url() const { return QStringLiteral("http://127.0.0.1:%1").arg(m_tcp.serverPort()); }
    quint16 port() const { return m_tcp.serverPort(); }

    void setAnswers(const QByteArray &path, const QList<FakeAnswer> &answers) { m_answers[path] = answers; }
    void setAnswer(const QByteArray &path, const FakeAnswer &answer) { setAnswers(path, {answer}); }
    /// What is asked there is answered by `handler`, which gets the whole request.
    using Handler = std::function<FakeAnswer(const QByteArray &request)>;
    void setHandler(const QByteArray &path, const Handler &handler) { m_handlers[path] = handler; }

    const QList<QByteArray> &requests() const { return m_requests; } ///< whole, in the order of arrival
    int connections() const { return m_connections; }                ///< ever accepted

private:
    void accept(QIODevice *socket)
    {
        ++m_connections;
        auto *buffer = new QByteArray;
        connect(socket, &QObject::destroyed, this, [buffer] { delete buffer; });
        connect(socket, &QIODevice::readyRead, this, [this, socket, buffer] {
            *buffer += socket->readAll();
            while (const qsizetype length = requestLength(*buffer)) {
                const QByteArray request = buffer->left(length);
                buffer->remove(0, length);
                m_requests << request;
                answer(socket, request);
            }
        });
    }

    /// Of the first whole request; 0 if it has not arrived.
    static qsizetype requestLength(const QByteArray &bytes)
    {
        const qsizetype head = bytes.indexOf("\r\n\r\n");
        if (head < 0)
            return 0;
        const QByteArray fields = bytes.left(head + 2).toLower(); // Qt 6.8 writes their names so
        const qsizetype length = fields.indexOf("\r\ncontent-length: ");
        const qsizetype body =
            length < 0 ? 0 : fields.mid(length + 18, fields.indexOf('\r', length + 2) - length - 18).toLongLong();
        return bytes.size() >= head + 4 + body ? head + 4 + body : 0;
    }

    void answer(QIODevice *socket, const QByteArray &request)
    {
        const QByteArray path = request.split(' ').value(1).split('?').first();
        QList<FakeAnswer> &answers = m_answers[path];
        const auto handler = m_handlers.constFind(path);
        const FakeAnswer answer = handler != m_handlers.cend() ? (*handler)(request)
            : answers.isEmpty()  ? FakeAnswer::json(R"({"error":{"code":"not_found","message":"no such path"}})", 404)
            : answers.size() > 1 ? answers.takeFirst()
                                 : answers.first();
        if (answer.drip)
            return drip(socket, answer.bytes);
        socket->write(answer.bytes);
        if (answer.then == FakeAnswer::Then::KeepOpen)
            return;
        if (auto *tcp = qobject_cast<QTcpSocket *>(socket))
            answer.then == FakeAnswer::Then::Reset ? tcp->abort() : tcp->disconnectFromHost();
        else if (auto *local = qobject_cast<QLocalSocket *>(socket))
            local->disconnectFromServer();
    }

    void drip(QIODevice *socket, const QByteArray &bytes)
    {
        auto *timer = new QTimer(socket);
        connect(timer, &QTimer::timeout, socket,
                [socket, bytes, sent = 0]() mutable { socket->write(bytes.mid(sent++, 1)); });
        timer->start(20);
    }

    QTcpServer m_tcp;
    QLocalServer m_local;
    QHash<QByteArray, QList<FakeAnswer>> m_answers;
    QHash<QByteArray, Handler> m_handlers;
    QList<QByteArray> m_requests;
    int m_connections = 0;
    quint16 m_port = 0; ///< while it refuses
};

} // namespace Hephaestus
