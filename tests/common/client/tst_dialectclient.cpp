// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/client/dialectclient.h"

#include "common/protocol/healthcodec.h"
#include "tests/support/fakehttpserver.h"

#include <QTest>

#include <optional>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestDialectClient : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyDialectIsFound_data();
    void everyDialectIsFound();
    void whatWasFoundIsAskedFromThenOn();
    void oursComesFirst();
    void aBrokenAnswerOfOursStaysNotUnderstood();
    void whoIsIllSaysSoWith503();
    void aServiceThatIsReplacedIsFoundAgain();
    void whoSpeaksNothingIsNotAskedEverythingAgainAndAgain();
    void aPastedEndpointIsItsService_data();
    void aPastedEndpointIsItsService();
};

static Answer<HealthReport> ask(DialectClient &client)
{
    std::optional<Answer<HealthReport>> answer;
    client.askStatus([&](const Answer<HealthReport> &given) { answer = given; });
    return QTest::qWaitFor([&] { return answer.has_value(); }, 60'000) ? *answer : Answer<HealthReport>();
}

static FakeAnswer page(const QByteArray &body, const QByteArray &type = "text/html")
{
    return FakeAnswer::raw("HTTP/1.1 200 OK\r\nContent-Type: " + type
                           + "\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body);
}

void TestDialectClient::everyDialectIsFound_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<FakeAnswer>("answer");
    QTest::addColumn<QString>("prefix");
    QTest::addColumn<Dialect>("dialect");
    QTest::newRow("ours") << QByteArray("/health/status") << FakeAnswer::json(encode(HealthReport())) << u""_s
                          << Dialect::Hephaestus;
    QTest::newRow("actuator") << QByteArray("/actuator/health") << FakeAnswer::json(R"({"status":"UP"})") << u""_s
                              << Dialect::Actuator;
    QTest::newRow("actuator below a path") << QByteArray("/app/actuator/health")
                                           << FakeAnswer::json(R"({"status":"UP"})") << u"/app"_s << Dialect::Actuator;
    QTest::newRow("minio") << QByteArray("/minio/health/live") << page("") << u""_s << Dialect::Minio;
    QTest::newRow("plain") << QByteArray("/health") << FakeAnswer::json(R"({"status":"healthy","version":"1"})")
                           << u""_s << Dialect::Plain;
    QTest::newRow("health+json") << QByteArray("/health") << FakeAnswer::json(R"({"status":"pass"})") << u""_s
                                 << Dialect::HealthJson;
    QTest::newRow("health+json at its own place")
        << QByteArray("/my/state") << FakeAnswer::json(R"({"status":"warn"})") << u"/my/state"_s << Dialect::HealthJson;
    QTest::newRow("a page") << QByteArray("/") << page("<h1>hello</h1>") << u""_s << Dialect::Reachable;
    QTest::newRow("a page somewhere") << QByteArray("/status") << page("all is well") << u"/status"_s
                                      << Dialect::Reachable;
    QTest::newRow("a large page") << QByteArray("/") << page(QByteArray(200'000, 'x')) << u""_s << Dialect::Reachable;
}

void TestDialectClient::everyDialectIsFound()
{
    QFETCH(QByteArray, path);
    QFETCH(FakeAnswer, answer);
    QFETCH(QString, prefix);
    FakeHttpServer server;
    server.setAnswer(path, answer);
    DialectClient client({server.url() + prefix, {}});
    const Answer<HealthReport> first = ask(client);
    QVERIFY2(first.value, qPrintable(first.reply.message));
    QCOMPARE(first.reply.error, ClientError::None);
    QVERIFY(first.reply.message.isEmpty());
    QTEST(client.dialect(), "dialect");
    QVERIFY(ask(client).value);
}

void TestDialectClient::whatWasFoundIsAskedFromThenOn()
{
    FakeHttpServer server;
    server.setAnswer("/health", FakeAnswer::json(R"({"status":"ok"})"));
    DialectClient client({server.url(), {}});
    ask(client);
    const qsizetype before = server.requests().size();
    for (int i = 0; i < 3; ++i)
        QVERIFY(ask(client).value);
    QCOMPARE(server.requests().size(), before + 3);
    QVERIFY(server.requests().last().startsWith("GET /health "));
}

void TestDialectClient::oursComesFirst()
{
    FakeHttpServer server;
    HealthReport report;
    report.service = u"mcp"_s;
    server.setAnswer("/health/status", FakeAnswer::json(encode(report)));
    server.setAnswer("/health", FakeAnswer::json(encode(BasicHealth(report))));
    DialectClient client({server.url(), {}});
    QCOMPARE(ask(client).value->service, u"mcp"_s);
    QCOMPARE(client.dialect(), Dialect::Hephaestus);
    QCOMPARE(server.requests().size(), 1);
}

void TestDialectClient::aBrokenAnswerOfOursStaysNotUnderstood()
{
    FakeHttpServer server;
    server.setAnswer("/health/status", FakeAnswer::json(R"({"status":"sideways"})"));
    server.setAnswer("/", page("hello"));
    DialectClient client({server.url(), {}});
    QCOMPARE(ask(client).reply.error, ClientError::NotUnderstood); // a page beside it is no health
    QCOMPARE(server.requests().size(), 1);
}

void TestDialectClient::whoIsIllSaysSoWith503()
{
    FakeHttpServer server;
    server.setAnswer("/actuator/health",
                     FakeAnswer::json(R"({"status":"DOWN","components":{"db":{"status":"DOWN"}}})", 503));
    DialectClient client({server.url(), {}});
    const Answer<HealthReport> answer = ask(client);
    QVERIFY(answer.value);
    QCOMPARE(answer.value->dependencies[0].status, DependencyStatus::Error);

    FakeHttpServer minio;
    minio.setAnswers("/minio/health/live", {page(""), FakeAnswer::json("", 503), page("")});
    DialectClient other({minio.url(), {}});
    QVERIFY(ask(other).value->dependencies.isEmpty());
    QCOMPARE(ask(other).value->dependencies.size(), 1);
    QVERIFY(ask(other).value->dependencies.isEmpty());
}

void TestDialectClient::aServiceThatIsReplacedIsFoundAgain()
{
    FakeHttpServer server;
    server.setAnswer("/health", FakeAnswer::json(R"({"status":"ok"})"));
    DialectClient client({server.url(), {}});
    QVERIFY(ask(client).value);
    server.setAnswer("/health", FakeAnswer::json("{}", 404));
    server.setAnswer("/health/status", FakeAnswer::json(encode(HealthReport())));
    QVERIFY(!ask(client).value);
    QVERIFY(ask(client).value);
    QCOMPARE(client.dialect(), Dialect::Hephaestus);
}

void TestDialectClient::whoSpeaksNothingIsNotAskedEverythingAgainAndAgain()
{
    FakeHttpServer server;
    DialectClient client({server.url(), {}});
    for (int i = 0; i < 10; ++i) {
        const Answer<HealthReport> answer = ask(client);
        QCOMPARE(answer.reply.error, ClientError::HttpStatus);
        QCOMPARE(answer.reply.httpStatus, 404);
    }
    QCOMPARE(server.requests().size(), 10 + 4);
}

void TestDialectClient::aPastedEndpointIsItsService_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<QString>("base");
    QTest::newRow("status") << u"http://h:1/health/status"_s << u"http://h:1"_s;
    QTest::newRow("actuator below a path") << u"http://h:1/app/actuator/health"_s << u"http://h:1/app"_s;
    QTest::newRow("health") << u"http://h:1/health"_s << u"http://h:1"_s;
    QTest::newRow("minio") << u"http://h:1/minio/health/live"_s << u"http://h:1"_s;
    QTest::newRow("a page") << u"http://h:1/status"_s << u"http://h:1/status"_s;
    QTest::newRow("unix") << u"unix:/run/x.sock"_s << u"unix:/run/x.sock"_s;
}

void TestDialectClient::aPastedEndpointIsItsService()
{
    QFETCH(QString, url);
    QTEST(DialectClient::baseOf(url), "base");
}

QTEST_GUILESS_MAIN(TestDialectClient)
#include "tst_dialectclient.moc"
