// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/client/httpconnection.h"
#include "common/client/plainsocket.h"

#include <QSignalSpy>
#include <QTcpServer>
#include <QTest>

#include <sys/resource.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestHttpConnection : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void addressesAreRead_data();
    void addressesAreRead();
    void whatIsNoAddressIsAProblem_data();
    void whatIsNoAddressIsAProblem();
    void theTokenGoesToTheServiceAlone_data();
    void theTokenGoesToTheServiceAlone();
    void nobodyListeningIsRefused();
    void aNameWithoutAnAddressIsHostNotFound();
    void talkingTlsToAPlainServerIsATlsFailure();
    void aRequestBehindAHangingOneTimesOutByItself();
    void wantOfDescriptorsIsOurOwn();

private:
    ServiceReply send(HttpConnection &connection, HttpRequest request = {})
    {
        std::optional<ServiceReply> reply;
        connection.send(std::move(request), [&](ServiceReply given) { reply = std::move(given); });
        [&] { QTRY_VERIFY_WITH_TIMEOUT(reply, 60'000); }();
        return reply.value_or(ServiceReply{});
    }
};

void TestHttpConnection::addressesAreRead_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("address");
    QTest::addColumn<bool>("tls");
    QTest::addColumn<QString>("prefix");
    QTest::newRow("plain") << u"http://127.0.0.1:8000"_s << u"127.0.0.1:8000"_s << false << QString();
    QTest::newRow("slash") << u"http://localhost:8000/"_s << u"localhost:8000"_s << false << QString();
    QTest::newRow("default port") << u"http://host.example"_s << u"host.example:80"_s << false << QString();
    QTest::newRow("tls") << u"https://host.example"_s << u"host.example:443"_s << true << QString();
    QTest::newRow("IPv6") << u"http://[::1]:8000"_s << u"[::1]:8000"_s << false << QString();
    QTest::newRow("prefix") << u"https://h:1/a/b/"_s << u"h:1"_s << true << u"/a/b"_s;
    QTest::newRow("Unix") << u"unix:/run/x.sock"_s << u"unix:/run/x.sock"_s << false << QString();
}

void TestHttpConnection::addressesAreRead()
{
    QFETCH(QString, text);
    const Result<HttpPeer> peer = parsePeer(text);
    QVERIFY2(peer.ok(), qPrintable(text));
    QTEST(peer->address.text(), "address");
    QTEST(peer->tls, "tls");
    QTEST(peer->prefix, "prefix");
}

void TestHttpConnection::whatIsNoAddressIsAProblem_data()
{
    QTest::addColumn<QString>("text");
    for (const char *text :
         {"", "localhost:8000", "ftp://x:1", "http://", "http://:80", "http://h:0", "http://h:99999", "http://user@h:1",
          "http://h:1/?q", "http://h:1/#f", "http://h:1/ b", "unix:", "http://h\r\nX: y"})
        QTest::newRow(text) << QString::fromLatin1(text);
}

void TestHttpConnection::whatIsNoAddressIsAProblem()
{
    QFETCH(QString, text);
    QVERIFY(!parsePeer(text).ok());
}

void TestHttpConnection::theTokenGoesToTheServiceAlone_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<Answerer>("answerer");
    QTest::addColumn<QString>("why"); // a part of it; empty: it is sent
    const uid_t mine = ::geteuid();
    const QString url = u"http://127.0.0.1:8000"_s;
    QTest::newRow("this user's") << url << Answerer{true, mine} << u""_s;
    QTest::newRow("root's") << url << Answerer{true, 0} << u""_s;
    QTest::newRow("the user's that the fleet names") << url << Answerer{true, 4711} << u""_s;
    QTest::newRow("another's") << url << Answerer{true, mine + 1} << u"another user"_s;
    QTest::newRow("another's socket") << u"unix:/run/a"_s << Answerer{true, mine + 1} << u"another user"_s;
    QTest::newRow("nobody knows whose") << url << Answerer{true, {}} << u"cannot be told"_s;
    QTest::newRow("another machine's") << u"http://192.0.2.1:8000"_s << Answerer{} << u"not https"_s;
    QTest::newRow("another machine's, by TLS") << u"https://192.0.2.1"_s << Answerer{} << u""_s;
}

void TestHttpConnection::theTokenGoesToTheServiceAlone()
{
    QFETCH(QString, url);
    QFETCH(Answerer, answerer);
    QFETCH(QString, why);
    HttpPeer peer = *parsePeer(url);
    peer.user = 4711;
    const QString found = whyNoToken(peer, answerer);
    QCOMPARE(found.isEmpty(), why.isEmpty());
    QVERIFY2(found.contains(why), qPrintable(found));
}

void TestHttpConnection::nobodyListeningIsRefused()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    const quint16 port = server.serverPort();
    server.close();
    HttpConnection connection({{ServiceAddress::Kind::Tcp, u"127.0.0.1"_s, port, {}}, false, {}});
    const ServiceReply reply = send(connection);
    QCOMPARE(reply.error, ClientError::Refused);
    QVERIFY2(reply.message.contains(QString::number(port)), qPrintable(reply.message));
}

void TestHttpConnection::aNameWithoutAnAddressIsHostNotFound()
{
    HttpConnection connection({{ServiceAddress::Kind::Tcp, u"no-such-host.invalid"_s, 80, {}}, false, {}});
    QCOMPARE(send(connection).error, ClientError::HostNotFound);
}

void TestHttpConnection::talkingTlsToAPlainServerIsATlsFailure()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    connect(&server, &QTcpServer::newConnection, this, [&] {
        QTcpSocket *socket = server.nextPendingConnection();
        connect(socket, &QTcpSocket::readyRead, socket, [socket] {
            socket->write("HTTP/1.1 400 Bad Request\r\n\r\n");
            socket->disconnectFromHost();
        });
    });
    HttpConnection connection({{ServiceAddress::Kind::Tcp, u"127.0.0.1"_s, server.serverPort(), {}}, true, {}});
    const ServiceReply reply = send(connection);
    QCOMPARE(reply.error, ClientError::Tls);
}

void TestHttpConnection::aRequestBehindAHangingOneTimesOutByItself()
{
    QTcpServer server; // accepts, and never answers
    QVERIFY(server.listen(QHostAddress::LocalHost));
    HttpConnection connection({{ServiceAddress::Kind::Tcp, u"127.0.0.1"_s, server.serverPort(), {}}, false, {}});
    HttpRequest slow;
    slow.timeout = 400ms;
    HttpRequest quick;
    quick.timeout = 100ms;
    QStringList order;
    connection.send(slow, [&](ServiceReply reply) {
        order << u"slow"_s;
        QCOMPARE(reply.error, ClientError::Timeout);
    });
    connection.send(quick, [&](ServiceReply reply) {
        order << u"quick"_s;
        QCOMPARE(reply.error, ClientError::Timeout);
    });
    QTRY_COMPARE(order, QStringList({u"quick"_s, u"slow"_s}));
}

/// It is no time-out of the service that is asked.
void TestHttpConnection::wantOfDescriptorsIsOurOwn()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    rlimit before{};
    QCOMPARE(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit none{0, before.rlim_max};
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &none), 0);
    PlainSocket socket;
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &before), 0);
    QSignalSpy failed(&socket, &PlainSocket::failed);
    QSignalSpy connected(&socket, &PlainSocket::connected);
    socket.connectTo({ServiceAddress::Kind::Tcp, u"127.0.0.1"_s, server.serverPort(), {}});
    QTRY_COMPARE(failed.size(), 1);
    QCOMPARE(failed.first().first().toInt(), EMFILE);
    QVERIFY(connected.isEmpty());
}

QTEST_GUILESS_MAIN(TestHttpConnection)
#include "tst_httpconnection.moc"
