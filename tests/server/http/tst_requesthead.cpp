// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/requesthead.h"

#include <QTest>

using namespace Hephaestus;

class TestRequestHead : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aPlainRequestIsRead();
    void everyPrefixIsIncomplete();
    void whatIsAcceptedIsReadRight_data();
    void whatIsAcceptedIsReadRight();
    void whatIsDoubtfulIsRefused_data();
    void whatIsDoubtfulIsRefused();
    void garbageIsRefusedBeforeItsEnd_data();
    void garbageIsRefusedBeforeItsEnd();

private:
    const Limits limits;
};

void TestRequestHead::aPlainRequestIsRead()
{
    const QByteArray bytes =
        "POST /orders?a=b HTTP/1.1\r\nHost: LocalHost:80\r\nContent-Length: 3\r\nX-Odd:  a b \r\n\r\nabcGET";
    const auto parsed = parseHead(bytes, limits);
    QVERIFY(std::holds_alternative<RequestHead>(parsed));
    const auto &head = std::get<RequestHead>(parsed);
    QCOMPARE(head.method, Method::Post);
    QCOMPARE(head.path, "/orders");
    QCOMPARE(head.query, "a=b");
    QCOMPARE(head.host, "localhost:80");
    QCOMPARE(*head.contentLength, 3);
    QVERIFY(head.keepAlive);
    QCOMPARE(valueOf(head.fields, "x-odd"), "a b");
    QCOMPARE(head.size, bytes.size() - 6);
}

void TestRequestHead::everyPrefixIsIncomplete()
{
    const QByteArray bytes = "\r\nGET /health/live HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n";
    for (qsizetype size = 0; size < bytes.size(); ++size)
        QVERIFY2(std::holds_alternative<Incomplete>(parseHead(bytes.first(size), limits)),
                 bytes.first(size).constData());
    QVERIFY(std::holds_alternative<RequestHead>(parseHead(bytes, limits)));
}

void TestRequestHead::whatIsAcceptedIsReadRight_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QByteArray>("host");
    QTest::addColumn<bool>("keepAlive");
    QTest::addColumn<bool>("hasBody");

    const auto row = [](const char *name, const QByteArray &bytes, const char *path, const QByteArray &host,
                        bool keepAlive, bool hasBody) {
        QTest::newRow(name) << bytes << QByteArray(path) << host << keepAlive << hasBody;
    };
    row("HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", "/", {}, false, false);
    row("close among others", "GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n", "/", "a", false, false);
    row("absolute form", "GET http://Example.org:81/x?y HTTP/1.1\r\nHost: example.org:81\r\n\r\n", "/x",
        "example.org:81", true, false);
    row("absolute form without path", "GET http://a HTTP/1.1\r\nHost: a\r\n\r\n", "/", "a", true, false);
    row("asterisk", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "*", "a", true, false);
    row("IPv6", "GET / HTTP/1.1\r\nHost: [::1]:8000\r\n\r\n", "/", "[::1]:8000", true, false);
    row("chunked", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n", "/", "a", true, true);
    row("empty body", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "/", "a", true, false);
    row("unreserved characters", "GET /%61%2D%2F%e4 HTTP/1.1\r\nHost: a\r\n\r\n", "/a-%2F%e4", "a", true, false);
    row("UTF-8 in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: \xc3\xa4\r\n\r\n", "/", "a", true, false);
    row("empty value", "GET / HTTP/1.1\r\nHost: a\r\nX:\r\n\r\n", "/", "a", true, false);
}

void TestRequestHead::whatIsAcceptedIsReadRight()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, path);
    QFETCH(QByteArray, host);
    QFETCH(bool, keepAlive);
    QFETCH(bool, hasBody);
    const auto parsed = parseHead(bytes, limits);
    QVERIFY(std::holds_alternative<RequestHead>(parsed));
    const auto &head = std::get<RequestHead>(parsed);
    QCOMPARE(head.path, path);
    QCOMPARE(head.host, host);
    QCOMPARE(head.keepAlive, keepAlive);
    QCOMPARE(head.hasBody(), hasBody);
}

void TestRequestHead::whatIsDoubtfulIsRefused_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("status");

    const auto row = [](const char *name, const QByteArray &bytes, int status = 400) {
        QTest::newRow(name) << bytes << status;
    };
    const auto fields = [row](const char *name, const QByteArray &text, int status = 400) {
        row(name, "POST / HTTP/1.1\r\nHost: a\r\n" + text + "\r\n\r\n", status);
    };
    row("no version", "GET /\r\n\r\n");
    row("no target", "GET HTTP/1.1\r\n\r\n");
    row("two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n");
    row("a space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n");
    row("a space at the end", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n");
    row("a leading space", " GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    row("lower-case version", "GET / http/1.1\r\nHost: a\r\n\r\n");
    row("odd version", "GET / HTTP/1.11\r\nHost: a\r\n\r\n");
    row("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505);
    row("HTTP/0.9", "GET / HTTP/0.9\r\n\r\n", 505);
    row("no slash", "GET health HTTP/1.1\r\nHost: a\r\n\r\n");
    row("authority form", "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n");
    row("asterisk with GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n");
    row("fragment", "GET /#x HTTP/1.1\r\nHost: a\r\n\r\n");
    row("bad percent", "GET /%4 HTTP/1.1\r\nHost: a\r\n\r\n");
    row("bytes beyond ASCII", "GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n");
    row("long target", "GET /" + QByteArray(9000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414);
    row("no Host", "GET / HTTP/1.1\r\n\r\n");
    row("two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n");
    row("empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n");
    row("a list of Hosts", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n");
    row("user in Host", "GET / HTTP/1.1\r\nHost: me@a\r\n\r\n");
    row("bad port in Host", "GET / HTTP/1.1\r\nHost: a:x\r\n\r\n");
    row("half an IPv6 Host", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n");
    row("Host and target differ", "GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n");
    row("no host in target", "GET http:///x HTTP/1.1\r\nHost: b\r\n\r\n");
    row("bare LF", "GET / HTTP/1.1\nHost: a\n\n");
    row("bare LF in a field", "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n");
    row("bare CR in a field", "GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n");
    row("bare CR at the end of a field", "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\r\n\r\n");
    row("vertical tab before a value", "GET / HTTP/1.1\r\nHost: a\r\nX:\v y\r\n\r\n");
    fields("vertical tab before an encoding", "Transfer-Encoding: \vchunked");
    fields("form feed after a length", "Content-Length: 5\f");
    row("NUL", "GET / HTTP/1.1\r\nHost: a\r\nX: " + QByteArray(1, '\0') + "\r\n\r\n");
    fields("no colon", "X");
    fields("no name", ": x");
    fields("space before the colon", "X : y");
    fields("folding", "X: y\r\n z");
    fields("space before the name", " X: y");
    fields("bad name", "X(: y");
    fields("two lengths", "Content-Length: 1\r\nContent-Length: 1");
    fields("a list of lengths", "Content-Length: 1, 1");
    fields("length of letters", "Content-Length: abc");
    fields("negative length", "Content-Length: -1");
    fields("signed length", "Content-Length: +1");
    fields("hexadecimal length", "Content-Length: 0x10");
    fields("empty length", "Content-Length:");
    fields("endless length", "Content-Length: 18446744073709551615");
    fields("length and chunked", "Content-Length: 1\r\nTransfer-Encoding: chunked");
    fields("xchunked", "Transfer-Encoding: xchunked");
    fields("gzip, chunked", "Transfer-Encoding: gzip, chunked");
    fields("chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked");
    fields("identity", "Transfer-Encoding: identity");
    row("chunked in HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    fields("another expectation", "Expect: 200-ok", 417);
    fields("WebSocket", "Connection: Upgrade\r\nUpgrade: WebSocket");
    fields("many fields", QByteArray("X: y\r\n").repeated(100) + "X: y", 431);
    fields("a large field", "X: " + QByteArray(17000, 'a'), 431);
}

void TestRequestHead::whatIsDoubtfulIsRefused()
{
    QFETCH(QByteArray, bytes);
    QFETCH(int, status);
    const auto parsed = parseHead(bytes, limits);
    QVERIFY(std::holds_alternative<Refusal>(parsed));
    QCOMPARE(std::get<Refusal>(parsed).status, status);
}

void TestRequestHead::garbageIsRefusedBeforeItsEnd_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("status");
    QTest::newRow("a TLS greeting") << QByteArray("\x16\x03\x01\x02\x00\x01", 6) << 400;
    QTest::newRow("bare LF") << QByteArray("GET / HTTP/1.1\n") << 400;
    QTest::newRow("an endless line") << QByteArray(9000, 'a') << 414;
    QTest::newRow("endless fields") << "GET / HTTP/1.1\r\n" + QByteArray("X: y\r\n").repeated(4000) << 431;
}

void TestRequestHead::garbageIsRefusedBeforeItsEnd()
{
    QFETCH(QByteArray, bytes);
    QFETCH(int, status);
    const auto parsed = parseHead(bytes, limits);
    QVERIFY(std::holds_alternative<Refusal>(parsed));
    QCOMPARE(std::get<Refusal>(parsed).status, status);
}

QTEST_APPLESS_MAIN(TestRequestHead)
#include "tst_requesthead.moc"
