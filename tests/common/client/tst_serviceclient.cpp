// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/client/serviceclient.h"
#include "tests/support/fakehttpserver.h"
#include "tests/support/strangeserver.h"

#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

const QByteArray Healthy = R"({"status":"healthy","uptime_seconds":1.5,"start_time":"2025-11-04T12:00:00.000Z",)"
                           R"("version":"1.4.0","service":"orders","instance_id":"a1"})";

} // namespace

class TestServiceClient : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aHealthyServiceIsRead();
    void aComparisonCountsFromTheQuestionOn_data();
    void aComparisonCountsFromTheQuestionOn();
    void readsKeepOneConnection();
    void aKeptConnectionThatWasClosedIsOpenedAgain();
    void everyFailureHasItsName_data();
    void everyFailureHasItsName();
    void aHangingServiceTimesOut();
    void aDrippingServiceTimesOut();
    void aRequestThatChangesSomethingIsSentOnce();
    void aReadCarriesTheTokenOnlyWhenAsked();
    void aReadThatWasToldOfMoreCarriesTheToken();
    void aChangeCarriesTheToken();
    void aStrangerGetsNoToken_data();
    void aStrangerGetsNoToken();
    void aStrangerGetsNothingWhereTheUserIsRequired();
    void aTokenThatWouldBreakTheHeaderIsNotSent();
    void aRedirectIsNotFollowed();
    void anIncompleteShutdownIsAValue();
    void schedulingSaysTheDelay();
    void onlyWhatTheServiceSaysIsDone_data();
    void onlyWhatTheServiceSaysIsDone();
    void aUnixSocketIsAsked();
    void aUnixSocketThatIsNotThereIsRefused();
    void noCallbackComesAfterAbortOrDestruction();
    void aCallbackMayDestroyTheClient();
    void pathsKeepTheirPrefix();

private:
    template <typename T>
    Answer<T> ask(ServiceClient &client, void (ServiceClient::*question)(const ServiceClient::Callback<T> &))
    {
        std::optional<Answer<T>> answer;
        int calls = 0;
        (client.*question)([&](const Answer<T> &given) {
            answer = given;
            ++calls;
        });
        if (calls != 0)
            qFatal("called back from within the call");
        [&] { QTRY_VERIFY_WITH_TIMEOUT(answer, 60'000); }();
        return answer.value_or(Answer<T>{});
    }
};

void TestServiceClient::aHealthyServiceIsRead()
{
    FakeHttpServer server;
    server.setAnswer("/health/live", FakeAnswer::json(Healthy));
    ServiceClient client({server.url(), {}});
    const auto answer = ask<BasicHealth>(client, &ServiceClient::askLive);
    QVERIFY2(answer.value, qPrintable(answer.reply.message));
    QCOMPARE(answer.value->service, u"orders"_s);
    QCOMPARE(answer.reply.httpStatus, 200);
    QCOMPARE(answer.reply.body, Healthy);
    QVERIFY(answer.reply.latency > 0ns);
    QVERIFY(server.requests().first().startsWith(
        "GET /health/live HTTP/1.1\r\nHost: 127.0.0.1:" + QByteArray::number(server.port()) + "\r\n"));
}

void TestServiceClient::aComparisonCountsFromTheQuestionOn_data()
{
    QTest::addColumn<QByteArray>("code");
    QTest::addColumn<CodeVerdict>("verdict");
    QTest::addColumn<bool>("isConclusive");
    const auto row = [](const char *name, const QByteArray &code, CodeVerdict verdict, bool isConclusive) {
        QTest::newRow(name) << code << verdict << isConclusive;
    };
    row("fresh since", R"("verdict":"fresh","checked_seconds":0)", CodeVerdict::Fresh, true);
    row("stale since", R"("verdict":"stale","checked_seconds":0)", CodeVerdict::Stale, true);
    row("unknown since", R"("verdict":"unknown","checked_seconds":0)", CodeVerdict::Unknown, true);
    row("fresh before", R"("verdict":"fresh","checked_seconds":3600)", CodeVerdict::Unknown, false);
    row("unknown before", R"("verdict":"unknown","checked_seconds":3600)", CodeVerdict::Unknown, false);
    row("never compared", R"("verdict":"unknown","checked_seconds":-1)", CodeVerdict::Unknown, false);
}

void TestServiceClient::aComparisonCountsFromTheQuestionOn()
{
    QFETCH(QByteArray, code);
    FakeHttpServer server;
    server.setAnswer("/health/status",
                     FakeAnswer::json(Healthy.chopped(1) + R"(,"should_shutdown":false,"code":{)" + code + "}}"));
    ServiceClient client({server.url(), {}});
    const auto answer = ask<HealthReport>(client, &ServiceClient::askStatusAnew);
    QVERIFY2(answer.value && answer.value->code, qPrintable(answer.reply.message));
    QTEST(answer.value->code->verdict, "verdict");
    QTEST(answer.value->code->isConclusive, "isConclusive");
}

void TestServiceClient::readsKeepOneConnection()
{
    FakeHttpServer server;
    server.setAnswer("/health/live", FakeAnswer::json(Healthy));
    ServiceClient client({server.url(), {}});
    for (int i = 0; i < 5; ++i)
        QVERIFY(ask<BasicHealth>(client, &ServiceClient::askLive).value);
    int answered = 0;
    for (int i = 0; i < 5; ++i)
        client.askLive([&](const auto &answer) { answered += answer.value.has_value(); });
    QTRY_COMPARE(answered, 5);
    QCOMPARE(server.requests().size(), 10);
    QCOMPARE(server.connections(), 1);
}

void TestServiceClient::aKeptConnectionThatWasClosedIsOpenedAgain()
{
    FakeHttpServer server;
    const FakeAnswer good = FakeAnswer::json(Healthy);
    // The second request is read and the connection closed without a word, as when an idle timeout and it cross.
    server.setAnswers("/health/live", {good, FakeAnswer::raw({}, FakeAnswer::Then::Close), good});
    ServiceClient client({server.url(), {}});
    QVERIFY(ask<BasicHealth>(client, &ServiceClient::askLive).value);
    QVERIFY(ask<BasicHealth>(client, &ServiceClient::askLive).value);
    QCOMPARE(server.requests().size(), 3);
    QCOMPARE(server.connections(), 2);
}

void TestServiceClient::everyFailureHasItsName_data()
{
    using Then = FakeAnswer::Then;
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("then");
    QTest::addColumn<ClientError>("error");
    const auto row = [](const char *name, const FakeAnswer &answer, ClientError error) {
        QTest::newRow(name) << answer.bytes << int(answer.then) << error;
    };
    row("closed without a word", FakeAnswer::raw({}, Then::Close), ClientError::Disconnected);
    row("reset", FakeAnswer::raw({}, Then::Reset), ClientError::Disconnected);
    row("closed in the head", FakeAnswer::raw("HTTP/1.1 200 OK\r\nConte", Then::Close), ClientError::Disconnected);
    row("closed in the body", FakeAnswer::raw("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", Then::Close),
        ClientError::Disconnected);
    row("not HTTP", FakeAnswer::raw("SSH-2.0-OpenSSH_9.2\r\n"), ClientError::NotUnderstood);
    row("not JSON", FakeAnswer::json("<html>"), ClientError::NotUnderstood);
    row("JSON of another kind", FakeAnswer::json(R"({"status":"UP"})"), ClientError::NotUnderstood);
    row("JSON, cut", FakeAnswer::json(R"({"status":"healthy",)"), ClientError::NotUnderstood);
    row("nested 100,000 deep", FakeAnswer::json(QByteArray(30'000, '[')), ClientError::NotUnderstood);
    row("too large, said", FakeAnswer::json(QByteArray(65 * 1024, ' ')), ClientError::TooLarge);
    row("too large, unsaid", FakeAnswer::raw("HTTP/1.1 200 OK\r\n\r\n" + QByteArray(200 * 1024, ' ')),
        ClientError::TooLarge);
    row("endless header", FakeAnswer::raw("HTTP/1.1 200 OK\r\nX: " + QByteArray(100 * 1024, 'x')),
        ClientError::TooLarge);
    row("401", FakeAnswer::json(R"({"error":{"code":"unauthorized","message":"token missing"}})", 401),
        ClientError::Unauthorized);
    row("403", FakeAnswer::json("", 403), ClientError::Unauthorized);
    row("302", FakeAnswer::raw("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"),
        ClientError::Redirected);
    row("404", FakeAnswer::json("", 404), ClientError::HttpStatus);
    row("503", FakeAnswer::json(R"({"error":{"code":"draining","message":"shutting down"}})", 503),
        ClientError::HttpStatus);
}

void TestServiceClient::everyFailureHasItsName()
{
    QFETCH(QByteArray, bytes);
    QFETCH(int, then);
    QFETCH(ClientError, error);
    FakeHttpServer server;
    server.setAnswer("/health/live", {bytes, FakeAnswer::Then(then), false});
    ServiceClient client({server.url(), {}});
    const auto answer = ask<BasicHealth>(client, &ServiceClient::askLive);
    QCOMPARE(answer.reply.error, error);
    QVERIFY(!answer.value);
    QVERIFY(!answer.reply.message.isEmpty());
    QVERIFY(answer.reply.body.size() <= ServiceReply::MaximumBody);
}

void TestServiceClient::aHangingServiceTimesOut()
{
    FakeHttpServer server;
    server.setAnswer("/health/shutdown", FakeAnswer::hang());
    ServiceClient client({server.url(), {}});
    std::optional<ServiceReply> reply;
    client.shutdown([&](const auto &answer) { reply = answer.reply; }, 150ms);
    QTRY_VERIFY(reply);
    QCOMPARE(reply->error, ClientError::Timeout);
    QVERIFY2(reply->message.contains(u"took the connection"_s), qPrintable(reply->message));
    QVERIFY(reply->latency >= 150ms);
}

void TestServiceClient::aDrippingServiceTimesOut()
{
    FakeHttpServer server;
    FakeAnswer drip = FakeAnswer::json(Healthy);
    drip.drip = true;
    server.setAnswer("/health/shutdown", drip);
    ServiceClient client({server.url(), {}});
    std::optional<ServiceReply> reply;
    client.shutdown([&](const auto &answer) { reply = answer.reply; }, 300ms);
    QTRY_VERIFY(reply);
    QCOMPARE(reply->error, ClientError::Timeout);
}

void TestServiceClient::aRequestThatChangesSomethingIsSentOnce()
{
    FakeHttpServer server;
    server.setAnswer("/health/live", FakeAnswer::json(Healthy));
    server.setAnswer("/health/shutdown", FakeAnswer::raw({}, FakeAnswer::Then::Close));
    ServiceClient client({server.url(), {}});
    QVERIFY(ask<BasicHealth>(client, &ServiceClient::askLive).value);
    std::optional<ServiceReply> reply;
    client.shutdown([&](const auto &answer) { reply = answer.reply; });
    QTRY_VERIFY(reply);
    QCOMPARE(reply->error, ClientError::Disconnected);
    QVERIFY(ask<BasicHealth>(client, &ServiceClient::askLive).value);
    int posts = 0;
    for (const QByteArray &request : server.requests())
        posts += request.startsWith("POST");
    QCOMPARE(posts, 1);
}

void TestServiceClient::aReadCarriesTheTokenOnlyWhenAsked()
{
    FakeHttpServer server;
    server.setAnswers(
        "/health/live",
        {FakeAnswer::json(R"({"error":{"code":"token_required","message":"no"}})", 401), FakeAnswer::json(Healthy)});
    server.setAnswer("/health/status", FakeAnswer::json(Healthy));
    ServiceClient client({server.url(), u"s3cret"_s});
    QVERIFY(ask<BasicHealth>(client, &ServiceClient::askLive).value);
    QCOMPARE(server.requests().size(), 2);
    QVERIFY(!server.requests()[0].contains("s3cret"));
    QVERIFY(server.requests()[1].contains("\r\nAuthorization: Bearer s3cret\r\n"));
    QVERIFY(ask<BasicHealth>(client, &ServiceClient::askLive).value); // this path has asked
    QCOMPARE(server.requests().size(), 3);
    QVERIFY(server.requests()[2].contains("s3cret"));
    std::ignore = ask<HealthReport>(client, &ServiceClient::askStatus); // that one has not
    QVERIFY(!server.requests()[3].contains("s3cret"));
}

void TestServiceClient::aReadThatWasToldOfMoreCarriesTheToken()
{
    FakeHttpServer server;
    server.setAnswer("/health/live",
                     FakeAnswer::raw("HTTP/1.1 200 OK\r\nWWW-Authenticate: Bearer\r\nContent-Length: "
                                     + QByteArray::number(Healthy.size()) + "\r\n\r\n" + Healthy));
    ServiceClient client({server.url(), u"s3cret"_s});
    QVERIFY(ask<BasicHealth>(client, &ServiceClient::askLive).value);
    QVERIFY(ask<BasicHealth>(client, &ServiceClient::askLive).value);
    QCOMPARE(server.requests().size(), 2);
    QVERIFY(!server.requests()[0].contains("s3cret"));
    QVERIFY(server.requests()[1].contains("s3cret"));
}

void TestServiceClient::aChangeCarriesTheToken()
{
    FakeHttpServer server;
    server.setAnswer("/health/restart", FakeAnswer::json("", 409));
    ServiceClient client({server.url(), u"s3cret"_s});
    std::ignore = ask<Acknowledgement>(client, &ServiceClient::restart);
    QCOMPARE(server.requests().size(), 1);
    QVERIFY(server.requests()[0].contains("\r\nAuthorization: Bearer s3cret\r\n"));
}

void TestServiceClient::aStrangerGetsNoToken_data()
{
    QTest::addColumn<bool>("isLocal");
    QTest::addColumn<bool>("isNamed"); // the fleet file says that the service is that user's
    QTest::newRow("TCP") << false << false;
    QTest::newRow("Unix socket") << true << false;
    QTest::newRow("TCP, the service's own user") << false << true;
    QTest::newRow("Unix socket, the service's own user") << true << true;
}

void TestServiceClient::aStrangerGetsNoToken()
{
    QFETCH(bool, isLocal);
    QFETCH(bool, isNamed);
    const StrangeServer stranger(isLocal);
    ServiceTarget target{stranger.url(), u"s3cret"_s};
    if (isNamed)
        target.user = stranger.user();
    ServiceClient client(target);
    const bool mayHave = isNamed || stranger.user() == ::geteuid(); // without root, nobody here is another user
    const auto changed = ask<Acknowledgement>(client, &ServiceClient::restart);
    QCOMPARE(changed.reply.error, ClientError::Unauthorized);
    const auto read = ask<BasicHealth>(client, &ServiceClient::askLive); // which is answered with 401
    QCOMPARE(read.reply.error, ClientError::Unauthorized);
    QCOMPARE(read.reply.message.contains(u"another user"_s), !mayHave);
    QCOMPARE(stranger.heard().contains("s3cret"), mayHave);
    QVERIFY(stranger.heard().contains("GET /health/live"));
    QCOMPARE(stranger.heard().contains("POST /health/restart"), mayHave);
}

void TestServiceClient::aStrangerGetsNothingWhereTheUserIsRequired()
{
    const StrangeServer stranger(false);
    ServiceClient client({stranger.url(), {}});
    uid_t asked = 0;
    client.requireUser([&](uid_t user) {
        asked = user;
        return false;
    });
    QCOMPARE(ask<BasicHealth>(client, &ServiceClient::askLive).reply.error, ClientError::Unauthorized);
    QCOMPARE(asked, stranger.user());
    QCOMPARE(stranger.heard(), QByteArray());
}

void TestServiceClient::aTokenThatWouldBreakTheHeaderIsNotSent()
{
    FakeHttpServer server;
    ServiceClient client({server.url(), u"a\r\nX: y"_s});
    const auto answer = ask<BasicHealth>(client, &ServiceClient::askLive);
    QCOMPARE(answer.reply.error, ClientError::BadAddress);
    QVERIFY(!answer.reply.message.contains(u"X: y"_s));
    QCOMPARE(server.connections(), 0);
}

void TestServiceClient::aRedirectIsNotFollowed()
{
    FakeHttpServer elsewhere;
    FakeHttpServer server;
    server.setAnswer("/health/live",
                     FakeAnswer::raw("HTTP/1.1 307 X\r\nLocation: " + elsewhere.url().toLatin1()
                                     + "/\r\nContent-Length: 0\r\n\r\n"));
    ServiceClient client({server.url(), u"s3cret"_s});
    QCOMPARE(ask<BasicHealth>(client, &ServiceClient::askLive).reply.error, ClientError::Redirected);
    QCOMPARE(elsewhere.connections(), 0);
}

void TestServiceClient::anIncompleteShutdownIsAValue()
{
    FakeHttpServer server;
    server.setAnswers("/health/shutdown",
                      {FakeAnswer::json(R"({"status":"shutdown_incomplete","mode":"immediate"})", 500),
                       FakeAnswer::json("oops", 500)});
    ServiceClient client({server.url(), {}});
    std::optional<Answer<ShutdownResult>> answer;
    client.shutdown([&](const auto &given) { answer = given; });
    QTRY_VERIFY(answer);
    QVERIFY(answer->value);
    QVERIFY(!answer->value->complete);
    answer.reset();
    client.shutdown([&](const auto &given) { answer = given; });
    QTRY_VERIFY(answer);
    QVERIFY(!answer->value);
    QCOMPARE(answer->reply.error, ClientError::HttpStatus);
}

void TestServiceClient::schedulingSaysTheDelay()
{
    FakeHttpServer server;
    server.setAnswer("/health/shutdown/schedule",
                     FakeAnswer::json(R"({"status":"shutdown_scheduled","should_shutdown":true})"));
    ServiceClient client({server.url(), {}});
    std::optional<Answer<Acknowledgement>> answer;
    client.schedule(10s, [&](const auto &given) { answer = given; });
    QTRY_VERIFY(answer);
    QCOMPARE(answer->value.value_or(Acknowledgement{}).status, u"shutdown_scheduled"_s);
    QVERIFY(server.requests().last().contains("\r\nContent-Type: application/json\r\n"));
    QVERIFY(server.requests().last().endsWith(R"({"delay_seconds":10})"));
}

void TestServiceClient::onlyWhatTheServiceSaysIsDone_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<bool>("isScheduled");
    QTest::addColumn<bool>("isCancelled");
    QTest::newRow("scheduled") << QByteArray(R"({"status":"shutdown_scheduled"})") << true << false;
    QTest::newRow("cancelled") << QByteArray(R"({"status":"shutdown_cancelled"})") << false << true;
    QTest::newRow("a report") << QByteArray(R"({"status":"healthy","uptime_seconds":1})") << false << false;
    QTest::newRow("another program's") << QByteArray(R"({"status":"ok"})") << false << false;
}

void TestServiceClient::onlyWhatTheServiceSaysIsDone()
{
    QFETCH(QByteArray, body);
    FakeHttpServer server;
    server.setAnswer("/health/shutdown/schedule", FakeAnswer::json(body));
    ServiceClient client({server.url(), {}});
    std::optional<Answer<Acknowledgement>> scheduled;
    std::optional<Answer<Acknowledgement>> cancelled;
    client.schedule({}, [&](const auto &given) { scheduled = given; });
    QTRY_VERIFY(scheduled);
    client.cancelSchedule([&](const auto &given) { cancelled = given; });
    QTRY_VERIFY(cancelled);
    QTEST(scheduled->value.has_value(), "isScheduled");
    QTEST(cancelled->value.has_value(), "isCancelled");
    QCOMPARE(scheduled->reply.error == ClientError::None, scheduled->value.has_value());
}

void TestServiceClient::aUnixSocketIsAsked()
{
    QTemporaryDir directory;
    FakeHttpServer server;
    const QString path = directory.filePath(u"s.sock"_s);
    QVERIFY(server.listenLocally(path));
    server.setAnswer("/health/live",
                     FakeAnswer::raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                     + QByteArray::number(Healthy.size(), 16) + "\r\n" + Healthy + "\r\n0\r\n\r\n"));
    ServiceClient client({u"unix:"_s + path, {}});
    for (int i = 0; i < 3; ++i) {
        const auto answer = ask<BasicHealth>(client, &ServiceClient::askLive);
        QVERIFY2(answer.value, qPrintable(answer.reply.message));
    }
    QCOMPARE(server.connections(), 1);
    QVERIFY(server.requests().first().contains("\r\nHost: localhost\r\n"));
}

void TestServiceClient::aUnixSocketThatIsNotThereIsRefused()
{
    QTemporaryDir directory;
    ServiceClient client({u"unix:"_s + directory.filePath(u"none.sock"_s), {}});
    QCOMPARE(ask<BasicHealth>(client, &ServiceClient::askLive).reply.error, ClientError::Refused);
}

void TestServiceClient::noCallbackComesAfterAbortOrDestruction()
{
    FakeHttpServer server;
    server.setAnswer("/health/live", FakeAnswer::json(Healthy));
    server.setAnswer("/health/shutdown", FakeAnswer::json(R"({"status":"shutdown_complete"})"));
    int calls = 0;
    ServiceClient client({server.url(), {}});
    client.askLive([&](const auto &) { ++calls; });
    client.shutdown([&](const auto &) { ++calls; });
    client.abort();
    {
        ServiceClient shortLived({server.url(), {}});
        shortLived.askLive([&](const auto &) { ++calls; });
        ServiceClient wrong({u"ftp://x"_s, {}});
        wrong.askLive([&](const auto &) { ++calls; });
    }
    QVERIFY(ask<BasicHealth>(client, &ServiceClient::askLive).value); // and it goes on working
    QCOMPARE(calls, 0);
}

void TestServiceClient::aCallbackMayDestroyTheClient()
{
    FakeHttpServer server;
    server.setAnswers("/health/live",
                      {FakeAnswer::json(Healthy), FakeAnswer::raw("x"), FakeAnswer::raw({}, FakeAnswer::Then::Close),
                       FakeAnswer::raw("HTTP/1.1 200 OK\r\n\r\n" + Healthy, FakeAnswer::Then::Close)});
    QTemporaryDir directory;
    for (const QString &url : {server.url(), server.url(), server.url(), server.url(), u"http://127.0.0.1:1"_s,
                               u"unix:"_s + directory.filePath(u"none.sock"_s), u"nonsense"_s}) {
        auto *client = new ServiceClient({url, {}});
        bool called = false;
        client->askLive([&](const auto &) {
            called = true;
            delete client;
        });
        QTRY_VERIFY(called);
    }
}

void TestServiceClient::pathsKeepTheirPrefix()
{
    FakeHttpServer server;
    server.setAnswer("/orders/health/live", FakeAnswer::json(Healthy));
    ServiceClient client({server.url() + u"/orders/"_s, {}});
    QVERIFY(ask<BasicHealth>(client, &ServiceClient::askLive).value);
}

QTEST_GUILESS_MAIN(TestServiceClient)
#include "tst_serviceclient.moc"
