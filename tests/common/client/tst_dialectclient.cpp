// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/client/dialectclient.h"

#include "common/protocol/healthcodec.h"
#include "tests/support/fakehttpserver.h"
#include "tests/support/heap.h"

#include <QTest>

#include <memory>
#include <optional>
#include <vector>

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
    void aPageIsNotWhatIsKnownToTellItsHealth();
    void aBrokenAnswerIsHealthNowhere_data();
    void aBrokenAnswerIsHealthNowhere();
    void onlyAReportOfOursMayBeLong_data();
    void onlyAReportOfOursMayBeLong();
    void whoIsIllSaysSoWith503();
    void aServiceThatIsReplacedIsFoundAgain();
    void whoSpeaksNothingIsNotAskedEverythingAgainAndAgain();
    void theAddressGivenIsAskedFirstAndIsEnough_data();
    void theAddressGivenIsAskedFirstAndIsEnough();
    void whatHidesEverythingElseIsStillFound_data();
    void whatHidesEverythingElseIsStillFound();
    void nothingIsCalledWellThatIsNot_data();
    void nothingIsCalledWellThatIsNot();
    void noPageStandsForHealthThatIsTooLong_data();
    void noPageStandsForHealthThatIsTooLong();
    void whoSpokeOfHealthIsNoPageLater_data();
    void whoSpokeOfHealthIsNoPageLater();
    void whatIsServedByThisProjectHasNoOtherAnswer_data();
    void whatIsServedByThisProjectHasNoOtherAnswer();
    void aPastedEndpointIsItsService_data();
    void aPastedEndpointIsItsService();
    void aClientThatWaitsTakesLittleMemory();
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
    QTest::newRow("actuator where ours would be")
        << QByteArray("/health/status") << FakeAnswer::json(R"({"status":"UP"})") << u""_s << Dialect::Actuator;
    QTest::newRow("a word at /healthz") << QByteArray("/healthz") << page("ok", "text/plain") << u""_s
                                        << Dialect::Plain;
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
    QCOMPARE(first.value->isPage, client.dialect() == Dialect::Reachable);
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

void TestDialectClient::aBrokenAnswerIsHealthNowhere_data()
{
    QTest::addColumn<QByteArray>("rest"); // after the status line, whatever is asked for
    QTest::newRow("two lengths") << QByteArray("Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello");
    QTest::newRow("a length below 0") << QByteArray("Content-Length: -5\r\n\r\nhello");
    QTest::newRow("a chunk out of range") << QByteArray("Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nhello");
    QTest::newRow("another coding") << QByteArray("Transfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
    QTest::newRow("cut off") << QByteArray("Content-Length: 500\r\n\r\n");
}

void TestDialectClient::aBrokenAnswerIsHealthNowhere()
{
    QFETCH(QByteArray, rest);
    FakeHttpServer server;
    for (const char *path : {"/", "/health", "/healthz", "/health/status", "/actuator/health", "/minio/health/live"})
        server.setAnswer(path, FakeAnswer::raw("HTTP/1.1 200 OK\r\n" + rest, FakeAnswer::Then::Close));
    DialectClient client({server.url(), {}});
    for (int i = 0; i < 2; ++i) {
        const Answer<HealthReport> answer = ask(client);
        QVERIFY(!answer.value);
        QVERIFY(answer.reply.error != ClientError::None);
    }
}

void TestDialectClient::aPageIsNotWhatIsKnownToTellItsHealth()
{
    FakeHttpServer server;
    server.setAnswer("/", page("<h1>another program</h1>"));
    DialectClient client({server.url(), {}});
    QVERIFY(ask(client).value);
    client.narrow(Answers::Health); // it becomes known late
    QVERIFY(!ask(client).value);
    server.setAnswer("/health/status", FakeAnswer::json(encode(HealthReport())));
    QTRY_VERIFY(ask(client).value);
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

void TestDialectClient::onlyAReportOfOursMayBeLong_data()
{
    QTest::addColumn<QByteArray>("more");
    QTest::addColumn<ClientError>("error");
    QTest::newRow("another program's") << QByteArray() << ClientError::TooLarge;
    QTest::newRow("ours") << QByteArray(R"("uptime_seconds":1,)") << ClientError::None;
}

void TestDialectClient::onlyAReportOfOursMayBeLong()
{
    QFETCH(QByteArray, more);
    QFETCH(ClientError, error);
    FakeHttpServer server;
    const QByteArray name(ServiceReply::MaximumBody, 'n');
    server.setAnswer("/health/status",
                     FakeAnswer::json("{" + more + R"("status":"healthy","dependencies":{")" + name
                                      + R"(":{"status":"working"}}})"));
    DialectClient client({server.url(), {}});
    for (int i = 0; i < 3; ++i) { // the same at every poll, whatever was found before
        const Answer<HealthReport> answer = ask(client);
        QCOMPARE(answer.reply.error, error);
        QCOMPARE(answer.value.has_value(), error == ClientError::None);
        QVERIFY(answer.reply.body.size() <= ServiceReply::MaximumBody);
    }
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
    QCOMPARE(server.requests().size(), 10 + 5);
}

static FakeAnswer status(int code)
{
    return FakeAnswer::raw("HTTP/1.1 " + QByteArray::number(code)
                           + " X\r\nLocation: /login\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nno");
}

static void refuseEverything(FakeHttpServer &server, int code)
{
    for (const char *path :
         {"/", "/health", "/healthz", "/health/status", "/actuator/health", "/minio/health/live", "/app",
          "/app/health/status", "/app/actuator/health", "/app/health", "/app/healthz", "/app/minio/health/live"})
        server.setAnswer(path, status(code));
}

void TestDialectClient::theAddressGivenIsAskedFirstAndIsEnough_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<int>("others");
    for (const char *path : {"/actuator/health", "/health", "/healthz", "/app", "/minio/health/live"}) {
        for (const int code : {302, 401, 403, 404, 503})
            QTest::addRow("%s beside %d", path, code) << QByteArray(path) << code;
    }
}

void TestDialectClient::theAddressGivenIsAskedFirstAndIsEnough()
{
    QFETCH(QByteArray, path);
    QFETCH(int, others);
    FakeHttpServer server;
    refuseEverything(server, others);
    server.setAnswer(path, path.contains("minio") ? page("") : FakeAnswer::json(R"({"status":"UP"})"));
    DialectClient client({server.url() + path, {}});
    const Answer<HealthReport> answer = ask(client);
    QVERIFY2(answer.value, qPrintable(answer.reply.message));
    QVERIFY(answer.value->dependencies.isEmpty());
    QCOMPARE(server.requests().size(), 1);
    server.setAnswer(path, FakeAnswer::json(R"({"status":"DOWN"})", 503));
    QCOMPARE(ask(client).value.value_or(HealthReport()).dependencies.size(), 1);
}

void TestDialectClient::whatHidesEverythingElseIsStillFound_data()
{
    QTest::addColumn<int>("others");
    for (const int code : {302, 401, 403, 404})
        QTest::addRow("%d", code) << code;
}

void TestDialectClient::whatHidesEverythingElseIsStillFound()
{
    QFETCH(int, others);
    FakeHttpServer server;
    refuseEverything(server, others);
    server.setAnswer("/actuator/health", FakeAnswer::json(R"({"status":"UP"})"));
    DialectClient client({server.url(), {}});
    QVERIFY(ask(client).value);
    QCOMPARE(client.dialect(), Dialect::Actuator);
}

void TestDialectClient::nothingIsCalledWellThatIsNot_data()
{
    QTest::addColumn<QByteArray>("url"); // the path of the address
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<FakeAnswer>("answer");
    QTest::addColumn<int>("others");
    const QByteArray ours = encode(BasicHealth());
    const auto row = [](const char *name, const char *url, const char *path, const FakeAnswer &answer, int others) {
        QTest::newRow(name) << QByteArray(url) << QByteArray(path) << answer << others;
    };
    row("a page where the health is refused", "", "/", page("hello"), 401);
    row("a login where the health is", "", "/", page("hello"), 302);
    row("ours, and its status refused", "", "/health", FakeAnswer::json(ours), 403);
    row("an address of ours, and its status refused", "/health/live", "/health/live", FakeAnswer::json(ours), 401);
    row("a status of an unknown word", "/my", "/my", FakeAnswer::json(R"({"status":"sideways"})"), 404);
    row("UP with 503", "", "/actuator/health", FakeAnswer::json(R"({"status":"UP"})", 503), 404);
    row("healthy where ours would be, with a failed check", "", "/health/status",
        FakeAnswer::json(R"({"status":"healthy","checks":{"db":{"status":"fail"}}})"), 404);
    row("UP everywhere but for a part", "", "/health/status",
        FakeAnswer::json(R"({"status":"UP","components":{"db":{"status":"DOWN"}}})"), 404);
    row("too much JSON", "/my", "/my", FakeAnswer::json(R"({"status":"UP","x":")" + QByteArray(2'000'000, 'x') + "\"}"),
        404);
    const QByteArray ill = R"({"status":"DOWN","x":")" + QByteArray(200'000, 'x') + "\"}";
    row("too much of another kind of JSON", "/my", "/my", page(ill, "application/vnd.spring-boot.actuator.v3+json"),
        404);
    row("too much JSON that calls itself health", "/my", "/my", page(ill, "Application/Health+JSON; charset=utf-8"),
        404);
    row("too much JSON that calls itself text", "/my", "/my", page(ill, "text/plain"), 404);
    row("too much JSON of no kind", "/my", "/my", page(ill, ""), 404);
    row("too much behind spaces", "/my", "/my",
        FakeAnswer::raw("HTTP/1.1 200 OK\r\n\r\n" + QByteArray(100'000, ' ') + ill, FakeAnswer::Then::Close), 404);
    row("too many checks, one a line", "/my", "/my", page(QByteArray("[+]ping ok\n").repeated(20'000), "text/plain"),
        404);
    row("text without an end", "/my", "/my",
        FakeAnswer::raw("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + QByteArray("5\r\nhello\r\n").repeated(20'000)),
        404);
    row("half of a body", "/my", "/my", FakeAnswer::json(R"({"status":"UP)"), 404);
    row("MinIO that is ill", "", "/minio/health/live", FakeAnswer::json("", 503), 403);
    row("the page answers 503", "/my", "/my", status(503), 404);
}

void TestDialectClient::nothingIsCalledWellThatIsNot()
{
    QFETCH(QByteArray, url);
    QFETCH(QByteArray, path);
    QFETCH(FakeAnswer, answer);
    QFETCH(int, others);
    FakeHttpServer server;
    refuseEverything(server, others);
    server.setAnswer(path, answer);
    DialectClient client({server.url() + url, {}});
    for (int i = 0; i < 3; ++i) {
        const Answer<HealthReport> given = ask(client);
        QVERIFY(given.value || !given.reply.message.isEmpty());
        if (given.value)
            QVERIFY(!given.value->dependencies.isEmpty());
    }
}

void TestDialectClient::noPageStandsForHealthThatIsTooLong_data()
{
    QTest::addColumn<QByteArray>("url");
    QTest::addColumn<QByteArray>("path"); // of the health
    QTest::newRow("beside the address") << QByteArray() << QByteArray("/health");
    QTest::newRow("beside an address with a path") << QByteArray("/app") << QByteArray("/app/health");
    QTest::newRow("where ours would be") << QByteArray("/app") << QByteArray("/app/health/status");
}

void TestDialectClient::noPageStandsForHealthThatIsTooLong()
{
    QFETCH(QByteArray, url);
    QFETCH(QByteArray, path);
    FakeHttpServer server;
    server.setAnswer(url.isEmpty() ? "/" : url, page("hello"));
    const QByteArray ill = R"({"status":"DOWN","x":")" + QByteArray(5'000'000, 'x') + "\"}";
    server.setAnswer(path, page(ill, "application/health+json"));
    DialectClient client({server.url() + url, {}});
    for (int i = 0; i < 3; ++i) {
        const Answer<HealthReport> answer = ask(client);
        QVERIFY(!answer.value);
        QVERIFY(!answer.reply.message.isEmpty());
    }
}

void TestDialectClient::whoSpokeOfHealthIsNoPageLater_data()
{
    QTest::addColumn<QByteArray>("url");
    QTest::addColumn<QByteArray>("path"); // where it spoke
    QTest::addColumn<FakeAnswer>("health");
    QTest::addColumn<FakeAnswer>("later");
    const FakeAnswer up = FakeAnswer::json(R"({"status":"UP"})");
    const FakeAnswer large = page(QByteArray(200'000, 'x'));
    const FakeAnswer endless =
        FakeAnswer::raw("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + QByteArray(200'000, 'x'));
    for (const QByteArray path : {"/my", "/health", "/actuator/health"}) {
        for (const QByteArray &url : {path, QByteArray()}) {
            if (url.isEmpty() && path == "/my")
                continue;
            const auto row = [&](const char *what, const FakeAnswer &health, const FakeAnswer &later) {
                QTest::addRow("%s at %s%s", what, path.constData(), url.isEmpty() ? ", found" : "")
                    << url << path << health << later;
            };
            row("a page", up, page("<h1>soon back</h1>"));
            row("a large page", up, large);
            row("an endless page", up, endless);
        }
    }
    const FakeAnswer ours = FakeAnswer::json(encode(HealthReport()));
    QTest::newRow("a page instead of ours") << QByteArray() << QByteArray("/health/status") << ours << page("hello");
}

void TestDialectClient::whoSpokeOfHealthIsNoPageLater()
{
    QFETCH(QByteArray, url);
    QFETCH(QByteArray, path);
    QFETCH(FakeAnswer, health);
    QFETCH(FakeAnswer, later);
    FakeHttpServer server;
    server.setAnswer("/", page("hello"));
    server.setAnswer(path, health);
    DialectClient client({server.url() + url, {}});
    QVERIFY(ask(client).value);
    server.setAnswer(path, later);
    for (int i = 0; i < 3; ++i) {
        const Answer<HealthReport> answer = ask(client);
        QVERIFY(!answer.value);
        QVERIFY(!answer.reply.message.isEmpty());
    }
    server.setAnswer(path, health); // as soon as it speaks again, it is understood
    QTRY_VERIFY(ask(client).value);
}

void TestDialectClient::whatIsServedByThisProjectHasNoOtherAnswer_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<FakeAnswer>("answer");
    QTest::newRow("a page") << QByteArray("/") << page("<h1>hello</h1>");
    QTest::newRow("a word") << QByteArray("/health") << page("ok", "text/plain");
    QTest::newRow("actuator") << QByteArray("/health/status") << FakeAnswer::json(R"({"status":"UP"})");
}

void TestDialectClient::whatIsServedByThisProjectHasNoOtherAnswer()
{
    QFETCH(QByteArray, path);
    QFETCH(FakeAnswer, answer);
    FakeHttpServer server;
    server.setAnswer(path, answer);
    ServiceTarget target{server.url(), {}};
    target.answers = Answers::Ours;
    DialectClient client(target);
    const Answer<HealthReport> stranger = ask(client);
    QVERIFY(!stranger.value);
    QVERIFY(stranger.reply.error == ClientError::HttpStatus || stranger.reply.error == ClientError::NotUnderstood);
    server.setAnswer("/health/status", FakeAnswer::json(encode(HealthReport())));
    QVERIFY(ask(client).value);
    QCOMPARE(client.dialect(), Dialect::Hephaestus);
}

void TestDialectClient::aPastedEndpointIsItsService_data()
{
    QTest::addColumn<QByteArray>("path");
    for (const char *path : {"", "/", "/health/status", "/health/live", "/health/ready", "/health"})
        QTest::addRow("\"%s\"", path) << QByteArray(path);
}

/// Of ours every endpoint leads to the whole report.
void TestDialectClient::aPastedEndpointIsItsService()
{
    QFETCH(QByteArray, path);
    FakeHttpServer server;
    HealthReport report;
    report.dependencies << DependencyReport{u"db"_s, DependencyStatus::Error, u"gone"_s, {}, {}, 0, 1, {}};
    server.setAnswer("/health/status", FakeAnswer::json(encode(report)));
    for (const char *basic : {"/health/live", "/health/ready", "/health"})
        server.setAnswer(basic, FakeAnswer::json(encode(BasicHealth(report))));
    DialectClient client({server.url() + path, {}});
    for (int i = 0; i < 2; ++i) {
        const Answer<HealthReport> answer = ask(client);
        QVERIFY2(answer.value, qPrintable(answer.reply.message));
        QCOMPARE(answer.value->dependencies.size(), 1);
        QCOMPARE(client.dialect(), Dialect::Hephaestus);
    }
}

/// Thousands are kept between two polls.
void TestDialectClient::aClientThatWaitsTakesLittleMemory()
{
    using Test::heapInUse;
    if (!Test::KnowsHeap)
        QSKIP("A sanitizer's allocator tells nothing.");
    constexpr int Clients = 50;
    constexpr int Polls = 4;
    constexpr int Most = 9'500; // bytes of each, with its body
    FakeHttpServer server;
    qint64 count = 0;
    server.setHandler("/health/status", [&count](const QByteArray &) {
        HealthReport report;
        report.service = u"orders"_s;
        report.version = u"1.4.0"_s;
        report.instanceId = u"0123456789abcdef"_s;
        report.capabilities = QStringList{u"ready"_s, u"restart"_s, u"check"_s, u"logs"_s};
        for (const QString &name : {u"database"_s, u"qdrant"_s, u"openai"_s, u"anthropic"_s, u"lmstudio"_s, u"groq"_s})
            report.dependencies << DependencyReport{
                name, DependencyStatus::Working, {}, Seconds(1), {}, 1000 + ++count, 0, {}};
        return FakeAnswer::json(encode(report));
    });
    std::vector<std::unique_ptr<DialectClient>> clients;
    for (int each = 0; each < Clients; ++each)
        clients.push_back(std::make_unique<DialectClient>(ServiceTarget{server.url(), {}}));
    for (int poll = 0; poll < Polls; ++poll) {
        for (const auto &client : clients)
            QVERIFY(ask(*client).value);
    }
    QCOMPARE(server.connections(), Clients); // all are kept
    const qint64 before = heapInUse();
    clients.clear();
    const qint64 each = (before - heapInUse()) / Clients;
    QVERIFY2(each > 0 && each <= Most, qPrintable(u"%1 bytes"_s.arg(each)));
}

QTEST_GUILESS_MAIN(TestDialectClient)
#include "tst_dialectclient.moc"
