// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/client/logfeed.h"

#include "common/protocol/logcodec.h"
#include "tests/support/fakehttpserver.h"

#include <QSignalSpy>
#include <QTest>

#include <algorithm>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestLogFeed : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void itGoesOnWhereItWas();
    void aGapIsTold();
    void anotherNumberingIsReadFromItsBeginning();
    void whatFailsIsToldOnce();
    void earlierLinesAreAskedFor();
    void aServiceWithoutPositionsIsCompared();
    void whatIsNoPageIsAFailure();

private:
    /// A page of lines `first`, `first` + 1, …, each with its position as its text.
    static FakeAnswer page(const QByteArray &log, qint64 first, qint64 next)
    {
        LogPage page{log, {}, next};
        for (qint64 position = first; position < next; ++position)
            page.lines.append(
                {position, OutputLine::Time(1s), OutputStream::Stdout, QByteArray::number(position) + '\n'});
        const QByteArray body = encodeFitting(page, {.from = first}, LogBody::JsonLines);
        return FakeAnswer::raw("HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nX-Log-Id: " + log
                               + "\r\nX-Next-Position: " + QByteArray::number(next)
                               + "\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body);
    }
    void answer(const QList<FakeAnswer> &answers) { m_server->setAnswers("/health/logs", answers); }
    bool wasAsked(const QByteArray &query) const
    {
        return std::ranges::any_of(m_server->requests(), [&](const QByteArray &request) {
            return request.startsWith("GET /health/logs?" + query + "&limit=");
        });
    }

    std::unique_ptr<FakeHttpServer> m_server;
    std::unique_ptr<LogFeed> m_feed;
    QList<qint64> m_positions;
};

void TestLogFeed::init()
{
    m_server = std::make_unique<FakeHttpServer>();
    m_feed = std::make_unique<LogFeed>(ServiceTarget{m_server->url(), {}});
    m_positions.clear();
    connect(m_feed.get(), &LogFeed::arrived, this, [this](const QList<OutputLine> &lines) {
        for (const OutputLine &line : lines)
            m_positions << line.position;
    });
}

void TestLogFeed::cleanup()
{
    m_feed.reset();
    m_server.reset();
}

void TestLogFeed::itGoesOnWhereItWas()
{
    QSignalSpy lost(m_feed.get(), &LogFeed::lost);
    answer({page("a", 7, 10), page("a", 10, 10), page("a", 10, 12), page("a", 12, 12)});
    m_feed->start(3);
    QTRY_COMPARE(m_positions, (QList<qint64>{7, 8, 9, 10, 11}));
    QTRY_VERIFY(wasAsked("from=12"));
    QVERIFY(wasAsked("tail=3") && wasAsked("from=10"));
    QVERIFY(m_server->requests().first().contains("\r\nAccept: application/x-ndjson"));
    QCOMPARE(lost.size(), 0);
    QCOMPARE(m_server->connections(), 1);
}

void TestLogFeed::aGapIsTold()
{
    QSignalSpy lost(m_feed.get(), &LogFeed::lost);
    answer({page("a", 0, 2), page("a", 100, 102), page("a", 102, 102)});
    m_feed->start(10);
    QTRY_COMPARE(m_positions, (QList<qint64>{0, 1, 100, 101}));
    QCOMPARE(lost.size(), 1);
    QCOMPARE(lost[0][0].toLongLong(), 98);
}

void TestLogFeed::anotherNumberingIsReadFromItsBeginning()
{
    QSignalSpy restarted(m_feed.get(), &LogFeed::restarted);
    answer({page("a", 0, 3), page("b", 3, 5), page("b", 0, 5), page("b", 5, 5)});
    m_feed->start(10);
    QTRY_COMPARE(m_positions, (QList<qint64>{0, 1, 2, 0, 1, 2, 3, 4}));
    QCOMPARE(restarted.size(), 1);
    QVERIFY(wasAsked("from=0"));
}

void TestLogFeed::whatFailsIsToldOnce()
{
    QSignalSpy failed(m_feed.get(), &LogFeed::failed);
    QSignalSpy recovered(m_feed.get(), &LogFeed::recovered);
    const FakeAnswer error = FakeAnswer::json(R"({"error":{"code":"x","message":"not now"}})", 503);
    answer({page("a", 0, 1), error, error, error, page("a", 1, 2), page("a", 2, 2)});
    m_feed->start(10);
    QTRY_COMPARE(m_positions, (QList<qint64>{0, 1}));
    QCOMPARE(failed.size(), 1);
    QCOMPARE(failed[0][0].value<ServiceReply>().message, u"not now"_s);
    QCOMPARE(recovered.size(), 1);
}

void TestLogFeed::earlierLinesAreAskedFor()
{
    QList<OutputLine> earlier;
    connect(m_feed.get(), &LogFeed::earlier, this, [&](const QList<OutputLine> &lines) { earlier = lines; });
    answer({page("a", 50, 60)});
    m_feed->start(10);
    QTRY_VERIFY(!m_positions.isEmpty());
    m_feed->stop();
    answer({page("a", 40, 50)});
    m_feed->askEarlier(50, 1000);
    m_feed->askEarlier(50, 1000); // one question at a time
    QTRY_COMPARE(earlier.size(), 10);
    QCOMPARE(earlier.first().position, 40);
    QVERIFY(m_server->requests().last().startsWith("GET /health/logs?before=50&limit=1000 "));
    QCOMPARE(std::ranges::count_if(m_server->requests(),
                                   [](const QByteArray &request) { return request.contains("before="); }),
             1);
}

void TestLogFeed::aServiceWithoutPositionsIsCompared()
{
    QByteArrayList texts;
    connect(m_feed.get(), &LogFeed::arrived, this, [&](const QList<OutputLine> &lines) {
        for (const OutputLine &line : lines)
            texts << line.text.trimmed();
    });
    const auto text = [](const QByteArray &body) { return FakeAnswer::json(body); };
    answer({text("one\ntwo\n"), text("one\ntwo\nthree\n"), text("three\nthree\nfour\n"), text("nine\n")});
    m_feed->start(10);
    QTRY_COMPARE(texts, (QByteArrayList{"one", "two", "three", "three", "four", "nine"}));
}

void TestLogFeed::whatIsNoPageIsAFailure()
{
    QSignalSpy failed(m_feed.get(), &LogFeed::failed);
    answer({FakeAnswer::raw("HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nContent-Length: 2\r\n\r\n{}")});
    m_feed->start(10);
    QTRY_COMPARE(failed.size(), 1);
    QCOMPARE(failed[0][0].value<ServiceReply>().error, ClientError::NotUnderstood);
}

QTEST_GUILESS_MAIN(TestLogFeed)
#include "tst_logfeed.moc"
