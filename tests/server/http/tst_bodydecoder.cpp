// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/bodydecoder.h"

#include <QTest>

using namespace Hephaestus;

class TestBodyDecoder : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aBodyIsTheSameHoweverItArrives_data();
    void aBodyIsTheSameHoweverItArrives();
    void whatIsWrongIsRefused_data();
    void whatIsWrongIsRefused();
    void aLengthBeyondTheLimitIsRefusedAtOnce();

private:
    static RequestHead chunked()
    {
        RequestHead head;
        head.chunked = true;
        return head;
    }
    static RequestHead plain(qint64 length)
    {
        RequestHead head;
        head.contentLength = length;
        return head;
    }
};

void TestBodyDecoder::aBodyIsTheSameHoweverItArrives_data()
{
    QTest::addColumn<bool>("isChunked");
    QTest::addColumn<QByteArray>("wire");
    QTest::addColumn<QByteArray>("body");
    QTest::newRow("plain") << false << QByteArray("hello") << QByteArray("hello");
    QTest::newRow("empty") << false << QByteArray() << QByteArray();
    QTest::newRow("one chunk") << true << QByteArray("5\r\nhello\r\n0\r\n\r\n") << QByteArray("hello");
    QTest::newRow("chunks") << true << QByteArray("2\r\nhe\r\n03\r\nllo\r\n0\r\n\r\n") << QByteArray("hello");
    QTest::newRow("line ends as data") << true << QByteArray("4\r\n\r\n\r\n\r\n0\r\n\r\n") << QByteArray("\r\n\r\n");
    QTest::newRow("extension") << true << QByteArray("A;x=\"y\"\r\n0123456789\r\n0\r\n\r\n")
                               << QByteArray("0123456789");
    QTest::newRow("trailer") << true << QByteArray("1\r\na\r\n0\r\nX: y\r\n\r\n") << QByteArray("a");
    QTest::newRow("no data") << true << QByteArray("0\r\n\r\n") << QByteArray();
}

void TestBodyDecoder::aBodyIsTheSameHoweverItArrives()
{
    QFETCH(bool, isChunked);
    QFETCH(QByteArray, wire);
    QFETCH(QByteArray, body);
    const QByteArray next = "GET / HTTP/1.1\r\n";
    for (qsizetype piece = 1; piece <= wire.size() + next.size(); ++piece) {
        BodyDecoder decoder(isChunked ? chunked() : plain(body.size()), 1024);
        QByteArray rest = wire + next;
        while (!decoder.isDone() && !rest.isEmpty()) {
            const qsizetype taken = decoder.feed(QByteArrayView(rest).first(std::min(piece, rest.size())));
            rest.remove(0, taken);
            QVERIFY(!decoder.refusal());
        }
        QVERIFY(decoder.isDone());
        QCOMPARE(decoder.takeBody(), body);
        QCOMPARE(rest, next);
    }
}

void TestBodyDecoder::whatIsWrongIsRefused_data()
{
    QTest::addColumn<QByteArray>("wire");
    QTest::addColumn<int>("status");
    const auto row = [](const char *name, const QByteArray &wire, int status = 400) {
        QTest::newRow(name) << wire << status;
    };
    row("letters", "x\r\n");
    row("empty size", "\r\n");
    row("negative", "-1\r\n");
    row("a space", "5 \r\nhello\r\n");
    row("0x", "0x5\r\nhello\r\n");
    row("overflow", "ffffffffffffffffff\r\n");
    row("bare LF", "5\nhello\n");
    row("bare CR", "5\rx\r\n");
    row("longer than its size", "5\r\nhello!\r\n0\r\n\r\n");
    row("NUL in the size", QByteArray("5\0\r\n", 4));
    row("NUL in a trailer", QByteArray("0\r\nX: \0\r\n\r\n", 11));
    row("too large", "401\r\n", 413);
    row("too large together", "400\r\n" + QByteArray(1024, 'x') + "\r\n1\r\n", 413);
    row("long extension", "1;" + QByteArray(5000, 'x') + "\r\n", 413);
    row("endless trailers", "0\r\n" + QByteArray("X: y\r\n").repeated(12000), 413);
}

void TestBodyDecoder::whatIsWrongIsRefused()
{
    QFETCH(QByteArray, wire);
    QFETCH(int, status);
    BodyDecoder decoder(chunked(), 1024);
    decoder.feed(wire);
    QVERIFY(decoder.refusal());
    QCOMPARE(decoder.refusal()->status, status);
    QVERIFY(!decoder.isDone());
    QCOMPARE(decoder.feed("0\r\n\r\n"), 0);
}

void TestBodyDecoder::aLengthBeyondTheLimitIsRefusedAtOnce()
{
    BodyDecoder decoder(plain(1025), 1024);
    QCOMPARE(decoder.refusal()->status, 413);
}

QTEST_APPLESS_MAIN(TestBodyDecoder)
#include "tst_bodydecoder.moc"
