// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/httpresponseparser.h"

#include <QRandomGenerator>
#include <QTest>

#include <tuple>

using namespace Hephaestus;
using State = HttpResponseParser::State;

class TestHttpResponseParser : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void responsesAreJudged_data();
    void responsesAreJudged();
    void everySplitOfTheBytesIsTheSame();
    void thePacketsDoNotMatter_data();
    void thePacketsDoNotMatter();
    void aBodyWithoutALengthEndsWithTheConnection();
    void whatFollowsTheResponseEndsTheKeeping();
};

void TestHttpResponseParser::responsesAreJudged_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("state");
    QTest::addColumn<QByteArray>("body");
    const auto row = [](const char *name, QByteArray bytes, State state, QByteArray body = {}) {
        QTest::newRow(name) << bytes << int(state) << body;
    };
    row("length", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", State::Complete, "hi");
    row("no reason phrase", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", State::Complete);
    row("bare line feeds", "HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", State::Complete, "hi");
    row("body still missing", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi", State::Body, "hi");
    row("head still missing", "HTTP/1.1 200 OK\r\nContent-Le", State::Head);
    row("no content", "HTTP/1.1 204 No Content\r\n\r\n", State::Complete);
    row("continue first", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx", State::Complete,
        "x");
    row("chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n00A;x=y\r\n0123456789\r\n0\r\n\r\n",
        State::Complete, "ab0123456789");
    row("chunks with trailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\n\r\n",
        State::Complete, "a");
    row("chunk size missing", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", State::Broken);
    row("chunk size signed", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n+2\r\nab\r\n", State::Broken);
    row("chunk size huge", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", State::Broken);
    row("chunk longer than said", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", State::Broken,
        "a");
    row("chunks over the limit", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n" + QByteArray(32, 'a'),
        State::TooLarge, QByteArray(20, 'a'));
    row("length over the limit", "HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n", State::TooLarge);
    row("until close over the limit", "HTTP/1.0 200 OK\r\n\r\n" + QByteArray(21, 'a'), State::TooLarge,
        QByteArray(20, 'a'));
    row("endless head", "HTTP/1.1 200 OK\r\n" + QByteArray(17000, 'a'), State::TooLarge);
    row("endless interim answers", QByteArray("HTTP/1.1 100 Continue\r\n\r\n").repeated(1000), State::TooLarge);
    row("the same length twice", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi", State::Complete,
        "hi");
    row("the same length in a list", "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nhi", State::Complete, "hi");
    row("two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi", State::Broken);
    row("length and chunks",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        State::Complete, "abc");
    row("chunked in capitals", "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
        State::Complete, "a");
    row("another coding within chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        State::Complete);
    row("another coding until the end", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx", State::Body, "x");
    row("chunked twice", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", State::Broken);
    row("chunk size with many zeros",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n000000000000000001\r\na\r\n0000\r\n\r\n", State::Complete,
        "a");
    row("a length beyond numbers", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", State::TooLarge);
    row("blanks before the first header", "HTTP/1.1 200 OK\r\n X: y\r\nContent-Length: 0\r\n\r\n", State::Complete);
    row("a blank before the colon", "HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nhi", State::Complete, "hi");
    row("not modified", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", State::Complete);
    row("early hints first", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
        State::Complete);
    row("an empty reason", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", State::Complete);
    row("identity is no coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 2\r\n\r\nhi",
        State::Complete, "hi");
    row("a header without a value", "HTTP/1.1 200 OK\r\nX:\r\nContent-Length: 0\r\n\r\n", State::Complete);
    row("reset content", "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n", State::Complete);
    row("a quoted chunk extension",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;a=\"b;c\"\r\na\r\n0\r\n\r\n", State::Complete, "a");
    row("HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", State::Complete, "hi");
    row("negative length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", State::Broken);
    row("length of words", "HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\n", State::Broken);
    row("folded header", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 0\r\n\r\n", State::Complete);
    row("header without a colon", "HTTP/1.1 200 OK\r\nA\r\n\r\n", State::Broken);
    row("another protocol", "SSH-2.0-OpenSSH_9.2\r\n", State::Broken);
    row("HTTP/2", "HTTP/2 200\r\n\r\n", State::Broken);
    row("status of letters", "HTTP/1.1 2xx OK\r\n\r\n", State::Broken);
    row("other protocol from now on", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", State::Broken);
}

void TestHttpResponseParser::responsesAreJudged()
{
    QFETCH(QByteArray, bytes);
    QFETCH(int, state);
    QFETCH(QByteArray, body);
    HttpResponseParser parser(20);
    QCOMPARE(int(parser.feed(bytes)), state);
    QCOMPARE(parser.body(), body);
    const bool isProblem = parser.state() == State::Broken || parser.state() == State::TooLarge;
    QCOMPARE(parser.problem().isEmpty(), !isProblem);
}

void TestHttpResponseParser::everySplitOfTheBytesIsTheSame()
{
    const QByteArray bytes =
        "HTTP/1.1 200 OK\r\nX-A: b\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n";
    for (qsizetype split = 0; split <= bytes.size(); ++split) {
        HttpResponseParser parser(100);
        parser.feed(bytes.left(split));
        QCOMPARE(parser.feed(bytes.mid(split)), State::Complete);
        QCOMPARE(parser.body(), "abcde");
        QCOMPARE(parser.header("x-a"), "b");
        QVERIFY(parser.keepAlive());
    }
    HttpResponseParser byteByByte(100);
    for (const char byte : bytes)
        byteByByte.feed(QByteArrayView(&byte, 1));
    QCOMPARE(byteByByte.state(), State::Complete);
}

void TestHttpResponseParser::thePacketsDoNotMatter_data()
{
    QTest::addColumn<QByteArray>("bytes");
    const auto chunked = [](const QByteArray &chunks) {
        return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks;
    };
    QTest::newRow("chunks") << chunked("2\r\nab\r\n3;x=y\r\ncde\r\n0\r\nX: y\r\n\r\nrest");
    QTest::newRow("a long extension") << chunked("2;" + QByteArray(300, 'x') + "\r\nab\r\n0\r\n\r\n");
    QTest::newRow("the longest extension") << chunked("2;" + QByteArray(253, 'x') + "\r\nab\r\n0\r\n\r\n");
    QTest::newRow("a long trailer") << chunked("0\r\nX: " + QByteArray(400, 'x') + "\r\n\r\n");
    QTest::newRow("too long a trailer") << chunked("0\r\n" + QByteArray("X: 12345\r\n").repeated(1800) + "\r\n");
    QTest::newRow("a chunk longer than its size") << chunked("2\r\n" + QByteArray(300, 'x') + "\r\n0\r\n\r\n");
    QTest::newRow("too long a body") << chunked("65\r\n" + QByteArray(0x65, 'x') + "\r\n0\r\n\r\n");
    QTest::newRow("another protocol, at length") << QByteArray("SSH-2.0 ") + QByteArray(17 * 1024, 'x') + "\n\n";
    QTest::newRow("a long head") << "HTTP/1.1 200 OK\r\nX: " + QByteArray(17 * 1024, 'x') + "\r\n\r\n";
    QTest::newRow("interim heads") << QByteArray("HTTP/1.1 100 Continue\r\n\r\n").repeated(700)
            + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab";
    QTest::newRow("an interim head, and no HTTP")
        << QByteArray("HTTP/1.1 103 X\r\n\r\nSSH") + QByteArray(17 * 1024, 'x');
    QTest::newRow("line feeds alone") << QByteArray("HTTP/1.1 200 OK\nA: b\n\r\n\nrest");
}

/// As they are, and with bytes left out, doubled and exchanged by a fixed rule.
void TestHttpResponseParser::thePacketsDoNotMatter()
{
    QFETCH(QByteArray, bytes);
    using Outcome = std::tuple<int, int, QByteArray, bool, QString>;
    const auto outcome = [](HttpResponseParser &parser) {
        parser.end();
        return Outcome{int(parser.state()), parser.status(), parser.body(), parser.keepAlive(), parser.problem()};
    };
    QRandomGenerator random(1);
    for (int round = 0; round < 200; ++round) {
        QByteArray changed = bytes;
        for (int i = 0; i < round % 4 && !changed.isEmpty(); ++i) {
            const qsizetype at = random.bounded(qMin<qsizetype>(changed.size(), 400));
            switch (random.bounded(4)) {
            case 0: changed.remove(at, 1); break;
            case 1: changed.insert(at, changed[at]); break;
            case 2: changed[at] = "\r\n:0a \t;"[random.bounded(8)]; break;
            case 3: changed.insert(at, changed.mid(at, random.bounded(300))); break;
            }
        }
        HttpResponseParser whole(100);
        whole.feed(changed);
        const Outcome expected = outcome(whole);
        for (const int most : {1, 7, 300, 5000}) {
            HttpResponseParser pieces(100);
            for (qsizetype at = 0; at < changed.size();) {
                const qsizetype size = most == 1 ? 1 : 1 + random.bounded(most);
                pieces.feed(QByteArrayView(changed).sliced(at, qMin(size, changed.size() - at)));
                at += size;
            }
            QVERIFY2(outcome(pieces) == expected, changed.left(200).toPercentEncoding().constData());
        }
    }
}

void TestHttpResponseParser::aBodyWithoutALengthEndsWithTheConnection()
{
    HttpResponseParser parser(100);
    QCOMPARE(parser.feed("HTTP/1.1 200 OK\r\n\r\nabc"), State::Body);
    QCOMPARE(parser.end(), State::Complete);
    QCOMPARE(parser.body(), "abc");
    HttpResponseParser cut(100);
    cut.feed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc");
    QCOMPARE(cut.end(), State::Body);
}

void TestHttpResponseParser::whatFollowsTheResponseEndsTheKeeping()
{
    HttpResponseParser parser(100);
    parser.feed("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab");
    QCOMPARE(parser.state(), State::Complete);
    QCOMPARE(parser.body(), "a");
    QVERIFY(!parser.keepAlive());
}

QTEST_GUILESS_MAIN(TestHttpResponseParser)
#include "tst_httpresponseparser.moc"
