// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/httpserver.h"

#include "common/protocol/healthcodec.h"
#include "server/core/linering.h"
#include "tests/support/rawclient.h"

#include <QElapsedTimer>
#include <QFileInfo>
#include <QScopeGuard>
#include <QSemaphore>
#include <QSignalSpy>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>

#include <atomic>
#include <stdexcept>
#include <thread>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestHttpServer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void everyPathAnswersItsMethods_data();
    void everyPathAnswersItsMethods();
    void theBasicBodySaysWhoIsThere();
    void theDetailedBodyFollowsTheState();
    void headHasTheFieldsOfGetAndNoBody();
    void readinessFollowsThePhase();
    void aQueryDoesNotMatter();
    void livenessIsAnsweredWhileAHandlerBlocksTheMainThread();
    void aBlockingShutdownAnswersWhenAllIsDone();
    void allWhoAskForTheShutdownGetItsResult();
    void aFailedStepMakesTheAnswerIncomplete();
    void aClientThatLeavesDoesNotStopTheShutdown();
    void whoAsksAfterTheEndGetsTheResultToo();
    void aRequestOnTheWayIsAnsweredWhileClosing();
    void aScheduledShutdownAnswersAtOnce();
    void aScheduleCanBeCancelled();
    void aBadScheduleIsRefused_data();
    void aBadScheduleIsRefused();
    void aRouteAnswersFromItsHandler();
    void anotherSpellingOfAPathIsAnotherPath();
    void methodsOfOnePathMayHaveTheirOwnHandlers();
    void aReplyMayComeLaterFromAnotherThread();
    void aDroppedReplyAnswers500();
    void aThrowingHandlerAnswers500();
    void aReplyAfterTheServerIsGoneDoesNothing();
    void noNewWorkWhileDraining();
    void anAbandonedRequestIsToldSo();
    void pipelinedRequestsAreAnsweredInOrder();
    void checksAnswerWhenAllHaveEnded();
    void aStatusMayWaitForALaterComparison();
    void aRestartNeedsAHandler();
    void aDocumentIsServedAsItIs();
    void metricsNeedNobodyToAnswerThem();
    void metricsComeInTheFormatThatIsAccepted_data();
    void metricsComeInTheFormatThatIsAccepted();
    void logsNeedSomebodyToAnswerThem();
    void logsComeInPages_data();
    void logsComeInPages();
    void manyPagesOfALogDoNotKeepAProbeWaiting();
    void logsAreJsonForWhoAcceptsIt_data();
    void logsAreJsonForWhoAcceptsIt();
    void localhostIsBothFamilies();
    void connectionsAreCounted();
    void aUnixSocketIsPrivateAndGoesAway();
    void aStaleUnixSocketIsReplacedAndALiveOneIsNot();
    void aTakenPortIsAProblem();
    void anAdoptedSocketIsServed();
    void whatDoesNotListenIsNotAdopted();
    void aRequestOnItsWayIsAnsweredBeforeTheEnd();
    void theListeningSocketCanOutliveTheServer();

private:
    void listen(const QString &address = u"127.0.0.1:0"_s)
    {
        const auto bound = server->listen({*parseServiceAddress(address)});
        QVERIFY2(bound.ok(), bound.ok() ? "" : qPrintable(bound.problem().text()));
        service = bound->first();
    }
    /// Sends the request, waits for its one response and returns it.
    RawResponse ask(const QByteArray &request, bool bodiless = false)
    {
        RawClient client(service, request);
        const auto isThere = [&] {
            const auto responses = client.responses(bodiless);
            return !responses.isEmpty() && responses.first().status > 0;
        };
        if (!QTest::qWaitFor(isThere, 60'000))
            return {};
        return client.responses(bodiless).first();
    }
    void addStep(const QString &name, std::function<void(CleanupDone)> run)
    {
        sequence->addStep({name, 1s, std::move(run)});
    }

    std::unique_ptr<ServerState> state;
    std::unique_ptr<ShutdownSequence> sequence;
    std::optional<LineRing> log;
    std::unique_ptr<HttpServer> server;
    ServiceAddress service;
};

void TestHttpServer::init()
{
    state = std::make_unique<ServerState>(u"test"_s, u"1.2"_s);
    sequence = std::make_unique<ShutdownSequence>(*state, ShutdownTimes{50ms, 5s});
    log.emplace();
    server = std::make_unique<HttpServer>(*state, *sequence);
    state->enter(Phase::Running);
    listen();
}

void TestHttpServer::cleanup()
{
    server.reset();
    sequence.reset();
    state.reset();
}

void TestHttpServer::everyPathAnswersItsMethods_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("allow");

    const auto row = [](const char *method, const char *path, int status, const char *allow = "") {
        QTest::addRow("%s %s", method, path) << QByteArray(method) << QByteArray(path) << status << QByteArray(allow);
    };
    row("GET", "/health", 200);
    row("GET", "/health/live", 200);
    row("GET", "/health/status", 200);
    row("GET", "/health/ready", 200);
    row("GET", "/he%61lth/live", 200);
    row("POST", "/health/live", 405, "GET, HEAD");
    row("OPTIONS", "/health/live", 405, "GET, HEAD");
    row("BREW", "/health/live", 405, "GET, HEAD");
    row("DELETE", "/health/status", 405, "GET, HEAD");
    row("GET", "/health/shutdown", 405, "POST");
    row("GET", "/shutdown", 405, "POST");
    row("HEAD", "/health/shutdown/schedule", 405, "POST, DELETE");
    row("PUT", "/health/shutdown/schedule", 405, "POST, DELETE");
    row("GET", "/", 404);
    row("GET", "/health/", 404);
    row("GET", "/health/live/", 404);
    row("GET", "/Health/live", 404);
    row("GET", "/health/../health/live", 404);
    row("GET", "/health%2Flive", 404);
    row("GET", "/health%2fshutdown", 404);
    row("POST", "/health%2fshutdown", 404);
    row("DELETE", "/health%2Fshutdown%2fschedule", 404);
    row("GET", "/health/openapi.json", 200);
    row("POST", "/health/openapi.json", 405, "GET, HEAD");
    row("POST", "/metrics", 405, "GET, HEAD");
    row("GET", "/health/logs", 404);
    row("GET", "/health/code", 404);
    row("GET", "/health/restart", 404);
    row("POST", "/health/check", 404);
    row("DELETE", "/nothing", 404);
    row("BREW", "/nothing", 404);
    row("DELETE", "/health/shutdown/schedule", 409);
}

void TestHttpServer::everyPathAnswersItsMethods()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, path);
    QFETCH(int, status);
    QFETCH(QByteArray, allow);

    const RawResponse response = ask(requestText(method, path), method == "HEAD");
    QCOMPARE(response.status, status);
    QCOMPARE(response.field("Allow"), allow);
    QCOMPARE(response.field("Content-Type"), "application/json");
    if (method == "HEAD") {
        QCOMPARE(response.body, QByteArray());
    } else if (status >= 400) {
        const auto error = decodeError(response.body);
        QVERIFY(error.ok());
        QVERIFY(!error->code.isEmpty());
        QVERIFY(!error->message.isEmpty());
    }
    QCOMPARE(state->phase(), Phase::Running);
}

void TestHttpServer::theBasicBodySaysWhoIsThere()
{
    const auto health = decodeBasic(ask(requestText("GET", "/health/live")).body);
    QVERIFY(health.ok());
    QCOMPARE(health->status, ServiceStatus::Healthy);
    QCOMPARE(health->service, u"test"_s);
    QCOMPARE(health->version, u"1.2"_s);
    QCOMPARE(health->instanceId, state->instanceId());
    QCOMPARE(*health->pid, qint64(::getpid()));
}

void TestHttpServer::theDetailedBodyFollowsTheState()
{
    QCOMPARE(decodeReport(ask(requestText("GET", "/health/status")).body)->dependencies.size(), 0);
    state->dependency(u"database"_s).recordFailure(u"disk full"_s);
    const auto report = decodeReport(ask(requestText("GET", "/health/status")).body);
    QVERIFY(report.ok());
    QCOMPARE(report->dependencies.size(), 1);
    QCOMPARE(report->dependencies.first().error, u"disk full"_s);
    QCOMPARE(report->status, ServiceStatus::Healthy);
    QCOMPARE(*report->resources.openConnections, 1);
    QCOMPARE(*report->resources.inFlightRequests, 0);
}

void TestHttpServer::headHasTheFieldsOfGetAndNoBody()
{
    RawClient client(service, requestText("HEAD", "/health/live") + requestText("HEAD", "/nothing"));
    QTRY_COMPARE(client.responses(true).size(), 2);
    const auto responses = client.responses(true);
    QCOMPARE(responses[0].status, 200);
    QVERIFY(responses[0].field("Content-Length").toInt() > 50);
    QCOMPARE(responses[1].status, 404);
}

void TestHttpServer::readinessFollowsThePhase()
{
    QCOMPARE(ask(requestText("GET", "/health/ready")).status, 200);
    state->enter(Phase::Draining);
    QCOMPARE(ask(requestText("GET", "/health/ready")).status, 503);
    ServerState starting;
    ShutdownSequence other(starting);
    server = std::make_unique<HttpServer>(starting, other);
    listen();
    QCOMPARE(ask(requestText("GET", "/health/ready")).status, 503);
    QCOMPARE(ask(requestText("GET", "/health/live")).status, 200);
    server.reset();
}

void TestHttpServer::aQueryDoesNotMatter()
{
    QCOMPARE(ask(requestText("GET", "/health/live?verbose=1&x=/y?z")).status, 200);
}

/// Asks on a new connection, with nothing but system calls, and waits for the end of the answer; its status, or 0.
static int statusFromAnyThread(const ServiceAddress &service, const QByteArray &request)
{
    const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto close = qScopeGuard([client] { ::close(client); });
    const timeval patience{5, 0};
    ::setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(service.port);
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(client, reinterpret_cast<sockaddr *>(&name), sizeof name) != 0
        || ::send(client, request.constData(), size_t(request.size()), MSG_NOSIGNAL) != request.size())
        return 0;
    QByteArray answer;
    char bytes[4096];
    for (ssize_t size; (size = ::recv(client, bytes, sizeof bytes, 0)) > 0;)
        answer.append(bytes, size);
    return splitResponses(answer).value(0).status;
}

void TestHttpServer::livenessIsAnsweredWhileAHandlerBlocksTheMainThread()
{
    constexpr int Questions = 200;
    int answered = 0;
    std::chrono::nanoseconds longest{0};
    server->addRoute("/block", Method::Post, [&](const Request &, const Reply &reply) {
        // Joined without turning this thread's event loop: only another thread can have answered.
        std::thread asking([&] {
            for (int i = 0; i < Questions; ++i) {
                const auto began = std::chrono::steady_clock::now();
                answered +=
                    statusFromAnyThread(service, requestText("GET", "/health/live", "Connection: close\r\n")) == 200;
                longest = std::max(longest, std::chrono::nanoseconds(std::chrono::steady_clock::now() - began));
            }
        });
        asking.join();
        reply.send(200, "{}");
    });
    QCOMPARE(ask(requestText("POST", "/block")).status, 200);
    QCOMPARE(answered, Questions);
    qInfo("%d answers meanwhile, the slowest after %.2f ms", answered,
          std::chrono::duration<double, std::milli>(longest).count());
}

void TestHttpServer::aBlockingShutdownAnswersWhenAllIsDone()
{
    std::optional<CleanupDone> finishStep;
    addStep(u"database"_s, [&](CleanupDone done) { finishStep = done; });
    QSignalSpy closed(server.get(), &HttpServer::closed);
    RawClient client(service, requestText("POST", "/health/shutdown"));
    QTRY_VERIFY(finishStep);
    const auto health = decodeBasic(ask(requestText("GET", "/health/live")).body);
    QCOMPARE(health->status, ServiceStatus::ShuttingDown);
    QVERIFY(client.received().isEmpty());
    (*finishStep)();
    QTRY_VERIFY(client.isClosed());
    const auto responses = client.responses();
    QCOMPARE(responses.size(), 1);
    QCOMPARE(responses.first().status, 200);
    QCOMPARE(responses.first().field("Connection"), "close");
    const auto result = decodeShutdownResult(responses.first().body);
    QVERIFY(result.ok());
    QVERIFY(result->complete);
    QCOMPARE(result->mode, ShutdownMode::Immediate);
    QTRY_COMPARE(closed.size(), 1);
    QVERIFY2(RawClient(service).isClosed(), "nobody listens any more");
}

void TestHttpServer::allWhoAskForTheShutdownGetItsResult()
{
    std::optional<CleanupDone> finishStep;
    addStep(u"slow"_s, [&](CleanupDone done) { finishStep = done; });
    RawClient first(service, requestText("POST", "/health/shutdown"));
    QTRY_VERIFY(finishStep);
    RawClient second(service, requestText("POST", "/shutdown"));
    QTRY_COMPARE(*state->report().resources.openConnections, 2);
    (*finishStep)();
    QTRY_VERIFY(first.isClosed() && second.isClosed());
    QCOMPARE(first.responses().first().status, 200);
    QCOMPARE(second.responses().first().body, first.responses().first().body);
}

void TestHttpServer::aFailedStepMakesTheAnswerIncomplete()
{
    addStep(u"database"_s, [](CleanupDone done) { done.failed(u"disk full"_s); });
    const RawResponse response = ask(requestText("POST", "/health/shutdown"));
    QCOMPARE(response.status, 500);
    const auto result = decodeShutdownResult(response.body);
    QVERIFY(!result->complete);
    QCOMPARE(result->steps.first().error, u"disk full"_s);
}

void TestHttpServer::aClientThatLeavesDoesNotStopTheShutdown()
{
    std::optional<CleanupDone> finishStep;
    addStep(u"slow"_s, [&](CleanupDone done) { finishStep = done; });
    QSignalSpy closed(server.get(), &HttpServer::closed);
    RawClient resets(service, requestText("POST", "/health/shutdown"));
    RawClient finishes(service, requestText("POST", "/health/shutdown"));
    finishes.finishWriting();
    QTRY_VERIFY(finishStep);
    resets.abort();
    (*finishStep)();
    QTRY_VERIFY(finishes.isClosed());
    QCOMPARE(finishes.responses().first().status, 200);
    QTRY_COMPARE(closed.size(), 1);
    QCOMPARE(sequence->result().exitCode, 0);
}

void TestHttpServer::whoAsksAfterTheEndGetsTheResultToo()
{
    // Both are there before the event loop turns: the second is answered after the sequence ended within the first's
    // call.
    RawClient first(service, requestText("POST", "/health/shutdown"));
    RawClient second(service, requestText("POST", "/health/shutdown"));
    QTRY_VERIFY(first.isClosed() && second.isClosed());
    QCOMPARE(first.responses().first().status, 200);
    QCOMPARE(second.responses().first().status, 200);
}

void TestHttpServer::aRequestOnTheWayIsAnsweredWhileClosing()
{
    QSignalSpy closed(server.get(), &HttpServer::closed);
    RawClient late(service);
    RawClient silent(service);
    QTRY_COMPARE(*state->report().resources.openConnections, 2);
    sequence->request(ShutdownMode::Immediate); // over when it returns; the server closes
    late.send(requestText("POST", "/health/shutdown"));
    QTRY_VERIFY(late.isClosed() && silent.isClosed());
    QCOMPARE(late.responses().first().status, 200);
    QVERIFY(decodeShutdownResult(late.responses().first().body).ok());
    QVERIFY(silent.received().isEmpty());
    QTRY_COMPARE(closed.size(), 1);
}

void TestHttpServer::aScheduledShutdownAnswersAtOnce()
{
    QSignalSpy closed(server.get(), &HttpServer::closed);
    const RawResponse response = ask(requestText("POST", "/health/shutdown/schedule"));
    QCOMPARE(response.status, 200);
    QVERIFY(response.body.contains("shutdown_scheduled"));
    QCOMPARE(decodeBasic(ask(requestText("GET", "/health/live")).body)->status, ServiceStatus::ShuttingDown);
    QTRY_COMPARE(closed.size(), 1);
    QCOMPARE(sequence->result().mode, ShutdownMode::Scheduled);
}

void TestHttpServer::aScheduleCanBeCancelled()
{
    const QByteArray json = "Content-Type: application/json; charset=utf-8\r\n";
    QCOMPARE(ask(requestText("POST", "/health/shutdown/schedule", json, R"({"delay_seconds": 60})")).status, 200);
    QTRY_COMPARE(state->phase(), Phase::Notice);
    QCOMPARE(ask(requestText("DELETE", "/health/shutdown/schedule")).status, 200);
    QCOMPARE(state->phase(), Phase::Running);
    QCOMPARE(decodeBasic(ask(requestText("GET", "/health/live")).body)->status, ServiceStatus::Healthy);
    QCOMPARE(ask(requestText("DELETE", "/health/shutdown/schedule")).status, 409);
}

void TestHttpServer::aBadScheduleIsRefused_data()
{
    QTest::addColumn<QByteArray>("type");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<int>("status");

    QTest::newRow("no JSON") << QByteArray("application/json") << QByteArray("soon") << 400;
    QTest::newRow("negative") << QByteArray("application/json") << QByteArray(R"({"delay_seconds": -1})") << 400;
    QTest::newRow("text") << QByteArray("application/json") << QByteArray(R"({"delay_seconds": "10"})") << 400;
    QTest::newRow("a form") << QByteArray("application/x-www-form-urlencoded") << QByteArray("delay_seconds=1") << 415;
    QTest::newRow("too large") << QByteArray("application/json") << QByteArray(64 * 1024 + 1, ' ') << 413;
}

void TestHttpServer::aBadScheduleIsRefused()
{
    QFETCH(QByteArray, type);
    QFETCH(QByteArray, body);
    QFETCH(int, status);
    QCOMPARE(ask(requestText("POST", "/health/shutdown/schedule", "Content-Type: " + type + "\r\n", body)).status,
             status);
    QCOMPARE(state->phase(), Phase::Running);
    QCOMPARE(state->basic().status, ServiceStatus::Healthy);
}

void TestHttpServer::aRouteAnswersFromItsHandler()
{
    server->addRoute("/orders", Method::Get | Method::Post, [this](const Request &request, const Reply &reply) {
        QCOMPARE(QThread::currentThread(), thread());
        QCOMPARE(request.query, "limit=3");
        reply.send(201, request.body + '!', "text/plain");
    });
    const RawResponse response = ask(requestText("POST", "/orders?limit=3", {}, "coffee"));
    QCOMPARE(response.status, 201);
    QCOMPARE(response.body, "coffee!");
    QCOMPARE(response.field("content-type"), "text/plain");
    QCOMPARE(ask(requestText("HEAD", "/orders?limit=3"), true).status, 405);
    QTRY_COMPARE(state->requestsInFlight(), 0);
}

void TestHttpServer::anotherSpellingOfAPathIsAnotherPath()
{
    server->addRoute("/orders/private", Method::Get,
                     [](const Request &, const Reply &reply) { reply.send(200, "got"); });
    QCOMPARE(ask(requestText("GET", "/orders/private")).status, 200);
    QCOMPARE(ask(requestText("GET", "/orders%2Fprivate")).status, 404); // it was not judged by that route's rules
}

void TestHttpServer::methodsOfOnePathMayHaveTheirOwnHandlers()
{
    const auto answer = [](const QByteArray &text) {
        return [text](const Request &, const Reply &reply) { reply.send(200, text); };
    };
    server->addRoute("/orders", Method::Get, answer("got"));
    server->addRoute("/orders", Method::Post | Method::Put, answer("posted"));
    QTest::ignoreMessage(QtCriticalMsg, "/orders has a route for PUT already; the second one is ignored");
    server->addRoute("/orders", Method::Put | Method::Delete, answer("second"));
    QCOMPARE(ask(requestText("GET", "/orders")).body, "got");
    QCOMPARE(ask(requestText("PUT", "/orders")).body, "posted");
    QCOMPARE(ask(requestText("DELETE", "/orders")).field("Allow"), "GET, POST, PUT");
}

void TestHttpServer::aReplyMayComeLaterFromAnotherThread()
{
    std::optional<Reply> kept;
    server->addRoute("/slow", Method::Get, [&](const Request &, const Reply &reply) { kept = reply; });
    RawClient client(service, requestText("GET", "/slow"));
    QTRY_VERIFY(kept);
    QCOMPARE(state->requestsInFlight(), 1);
    std::thread([reply = *std::exchange(kept, {})] {
        reply.send(200, "done", "text/plain");
        reply.send(500, "too late");
    }).join();
    QTRY_COMPARE(client.responses().size(), 1);
    QCOMPARE(client.responses().first().body, "done");
    QTRY_COMPARE(state->requestsInFlight(), 0);
}

void TestHttpServer::aDroppedReplyAnswers500()
{
    server->addRoute("/forgetful", Method::Get, [](const Request &, const Reply &) {});
    QCOMPARE(ask(requestText("GET", "/forgetful")).status, 500);
    QTRY_COMPARE(state->requestsInFlight(), 0);
}

void TestHttpServer::aThrowingHandlerAnswers500()
{
    server->addRoute("/throws", Method::Get,
                     [](const Request &, const Reply &) { throw std::runtime_error("secret"); });
    server->addRoute("/throws/oddly", Method::Get, [](const Request &, const Reply &) { throw 7; });
    server->addDocument("/throws/reading", "text/plain",
                        [](const Request &) -> QByteArray { throw std::runtime_error("x"); });
    const RawResponse response = ask(requestText("GET", "/throws"));
    QCOMPARE(response.status, 500);
    QVERIFY(!response.body.contains("secret"));
    QCOMPARE(ask(requestText("GET", "/throws/oddly")).status, 500);
    QCOMPARE(ask(requestText("GET", "/throws/reading")).status, 500);
    QCOMPARE(ask(requestText("GET", "/health/live")).status, 200);
    QTRY_COMPARE(state->requestsInFlight(), 0);
}

void TestHttpServer::aReplyAfterTheServerIsGoneDoesNothing()
{
    std::optional<Reply> kept;
    server->addRoute("/slow", Method::Get, [&](const Request &, const Reply &reply) { kept = reply; });
    RawClient client(service, requestText("GET", "/slow"));
    QTRY_VERIFY(kept);
    server.reset();
    kept->send(200, "nobody listens");
    QTRY_VERIFY(client.isClosed());
    QVERIFY(client.received().isEmpty());
}

void TestHttpServer::noNewWorkWhileDraining()
{
    std::optional<Reply> kept;
    server->addRoute("/slow", Method::Get, [&](const Request &, const Reply &reply) { kept = reply; });
    RawClient client(service, requestText("GET", "/slow"));
    QTRY_VERIFY(kept);
    RawClient shutdown(service, requestText("POST", "/health/shutdown"));
    QTRY_COMPARE(state->phase(), Phase::Draining);
    const RawResponse refused = ask(requestText("GET", "/slow"));
    QCOMPARE(refused.status, 503);
    QCOMPARE(refused.field("Connection"), "close");
    QVERIFY(refused.field("Retry-After").toInt() > 0);
    QVERIFY(shutdown.received().isEmpty());
    kept->send(200, "done");
    QTRY_VERIFY(shutdown.isClosed());
    QCOMPARE(client.responses().first().status, 200);
    QCOMPARE(decodeShutdownResult(shutdown.responses().first().body)->drain->completed, 1);
}

void TestHttpServer::anAbandonedRequestIsToldSo()
{
    sequence->setTimes({50ms, 20ms});
    QList<Reply> kept;
    server->addRoute("/never", Method::Get, [&](const Request &, const Reply &reply) { kept << reply; });
    RawClient client(service, requestText("GET", "/never"));
    QTRY_COMPARE(kept.size(), 1);
    QCOMPARE(ask(requestText("POST", "/health/shutdown")).status, 500);
    QTRY_VERIFY(client.isClosed());
    QCOMPARE(client.responses().first().status, 503);
    QCOMPARE(sequence->result().exitCode, 4);
}

void TestHttpServer::pipelinedRequestsAreAnsweredInOrder()
{
    QList<Reply> kept;
    server->addRoute("/slow", Method::Get, [&](const Request &, const Reply &reply) { kept << reply; });
    RawClient client(service,
                     requestText("GET", "/slow") + requestText("GET", "/health/live") + requestText("GET", "/slow"));
    QTRY_COMPARE(kept.size(), 1);
    kept.takeFirst().send(200, "first");
    QTRY_COMPARE(kept.size(), 1);
    kept.takeFirst().send(200, "third");
    QTRY_COMPARE(client.responses().size(), 3);
    const auto responses = client.responses();
    QCOMPARE(responses[0].body, "first");
    QVERIFY(decodeBasic(responses[1].body).ok());
    QCOMPARE(responses[2].body, "third");
}

void TestHttpServer::checksAnswerWhenAllHaveEnded()
{
    QList<std::function<void()>> running;
    server->setCheckHandler([&](const std::function<void()> &done) { running << done; });
    RawClient first(service, requestText("POST", "/health/check"));
    RawClient second(service, requestText("POST", "/health/check"));
    QTRY_COMPARE(running.size(), 1);
    QTRY_COMPARE(*state->report().resources.openConnections, 2);
    QVERIFY(first.received().isEmpty());
    state->dependency(u"database"_s).recordSuccess();
    std::thread(running.first()).join();
    QTRY_COMPARE(first.responses().size(), 1);
    const auto report = decodeReport(first.responses().first().body);
    QCOMPARE(report->dependencies.first().successCount, 1);
    QVERIFY(report->capabilities.contains(u"check"_s));
}

void TestHttpServer::aStatusMayWaitForALaterComparison()
{
    QCOMPARE(ask(requestText("GET", "/health/status?fresh_after=60")).status, 200); // nobody compares anything
    QList<std::function<void()>> comparing;
    server->setComparison([&](const std::function<void()> &done) { comparing << done; });
    RawClient client(service, requestText("GET", "/health/status?fresh_after=60"));
    QTRY_COMPARE(comparing.size(), 1);
    QVERIFY(client.received().isEmpty());
    QCOMPARE(ask(requestText("GET", "/health/status")).status, 200);
    QCOMPARE(ask(requestText("GET", "/health/status?fresh_after=soon")).status, 200);
    QCOMPARE(comparing.size(), 1);
    CodeReport code;
    code.verdict = CodeVerdict::Stale;
    state->setCode(code);
    std::thread(comparing.first()).join();
    QTRY_COMPARE(client.responses().size(), 1);
    QCOMPARE(decodeReport(client.responses().first().body)->code->verdict, CodeVerdict::Stale);

    QCOMPARE(ask(requestText("GET", "/health/status?fresh_after=0.01")).status, 200); // it takes too long
    QCOMPARE(comparing.size(), 2);
}

void TestHttpServer::aRestartNeedsAHandler()
{
    QCOMPARE(ask(requestText("POST", "/health/restart")).status, 404);
    std::optional<Problem> problem = Problem{u"server"_s, u"is not on disk any more"_s};
    server->setRestartHandler([&] { return problem; });
    QCOMPARE(ask(requestText("POST", "/health/restart")).status, 409);
    problem.reset();
    const RawResponse response = ask(requestText("POST", "/health/restart"));
    QCOMPARE(response.status, 200);
    QVERIFY(response.body.contains(state->instanceId().toLatin1()));
}

void TestHttpServer::aDocumentIsServedAsItIs()
{
    server->addDocument("/prices", "text/csv", [](const Request &request) { return "tea,1\n" + request.query; });
    const RawResponse response = ask(requestText("GET", "/prices?tail=3"));
    QCOMPARE(response.body, "tea,1\ntail=3");
    QCOMPARE(response.field("Content-Type"), "text/csv");
}

void TestHttpServer::metricsNeedNobodyToAnswerThem()
{
    QCOMPARE(ask("GET /health/live HTTP/1.1\r\nHost: evil.test\r\n\r\n").status, 403);
    const RawResponse response = ask(requestText("GET", "/metrics"));
    QCOMPARE(response.status, 200);
    QCOMPARE(response.field("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
    QVERIFY2(response.body.contains("host_not_allowed"), response.body.constData());
}

void TestHttpServer::metricsComeInTheFormatThatIsAccepted_data()
{
    QTest::addColumn<QByteArray>("accept");
    QTest::addColumn<bool>("isOpen");
    QTest::newRow("a browser") << QByteArray("text/html,*/*;q=0.8") << false;
    QTest::newRow("nonsense") << QByteArray(";q=;,,/;version") << false;
    QTest::newRow("Prometheus 2") << QByteArray("application/openmetrics-text;version=1.0.0,"
                                                "application/openmetrics-text;version=0.0.1;q=0.75,"
                                                "text/plain;version=0.0.4;q=0.5,*/*;q=0.1")
                                  << true;
    QTest::newRow("Prometheus 3") << QByteArray("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
                                                "application/openmetrics-text;version=0.0.1;q=0.5,"
                                                "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
                                                "text/plain;version=0.0.4;q=0.3,*/*;q=0.2")
                                  << true;
    QTest::newRow("text first") << QByteArray(
        "text/plain;version=0.0.4, application/openmetrics-text; version=1.0.0; q=0.5")
                                << false;
    QTest::newRow("only an old draft") << QByteArray("application/openmetrics-text; version=0.0.1") << false;
    QTest::newRow("any version") << QByteArray("application/openmetrics-text") << true;
    QTest::newRow("not wanted") << QByteArray("application/openmetrics-text; version=1.0.0; q=0") << false;
}

void TestHttpServer::metricsComeInTheFormatThatIsAccepted()
{
    QFETCH(const QByteArray, accept);
    QFETCH(const bool, isOpen);
    const RawResponse response = ask("GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept: " + accept + "\r\n\r\n");
    QCOMPARE(response.status, 200);
    QCOMPARE(response.field("Content-Type"),
             isOpen ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                    : "text/plain; version=0.0.4; charset=utf-8");
    QCOMPARE(response.field("Vary"), "Accept");
    QCOMPARE(response.body.endsWith("\n# EOF\n"), isOpen);
}

void TestHttpServer::logsNeedSomebodyToAnswerThem()
{
    QCOMPARE(ask(requestText("GET", "/health/logs")).status, 404);
    QVERIFY(!state->report().capabilities.contains(u"logs"_s));
    server->setLogs([this](const LogQuery &query) { return log->page(query); });
    log->append(OutputStream::Stdout, "one\ntwo\n", OutputLine::Time(1'769'860'800'123ms));
    log->append(OutputStream::Stderr, "a \"third\"\n", OutputLine::Time(1'769'860'800'124ms));
    const RawResponse response = ask(requestText("GET", "/health/logs?tail=2"));
    QCOMPARE(response.body, "two\na \"third\"\n");
    QCOMPARE(response.field("Content-Type"), "text/plain; charset=utf-8");
    QCOMPARE(response.field("X-First-Position"), "1");
    QCOMPARE(response.field("X-Next-Position"), "3");
    QCOMPARE(response.field("X-Log-Id"), log->page({}).log);
    QCOMPARE(ask(requestText("GET", "/health/logs?tail=many")).body, "one\ntwo\na \"third\"\n");
    QVERIFY(state->report().capabilities.contains(u"logs"_s));
}

void TestHttpServer::logsComeInPages_data()
{
    QTest::addColumn<QByteArray>("query");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("next");
    const auto row = [](const char *query, int status, const char *body = "", const char *next = "") {
        QTest::newRow(query) << QByteArray(query) << status << QByteArray(body) << QByteArray(next);
    };
    row("from=0&limit=9", 200, "one\ntwo\n", "2");
    row("from=2&limit=9", 200, "three\n", "3");
    row("from=3&limit=9", 200, "four\n", "4");
    row("from=4", 200, "", "4");
    row("from=400", 200, "one\ntwo\nthree\nfour\n", "4"); // of another numbering: nothing is left out
    row("before=3&limit=10", 200, "two\nthree\n", "3");
    row("before=1", 200, "one\n", "1");
    row("before=0", 200, "", "0");
    row("from=1&before=3", 200, "two\nthree\n", "3");
    row("tail=4&limit=12", 200, "three\nfour\n", "4"); // cut at the front, not refused
    row("tail=1&limit=3", 200, "ur\n", "4");
    row("tail=0", 200, "", "4");
    row("tail=2&before=2", 200, "one\ntwo\n", "2");
    row("from=many", 400);
    row("before=-1", 400);
    row("limit=", 400);
    row("from=99999999999999999999", 400);
}

void TestHttpServer::logsComeInPages()
{
    QFETCH(const QByteArray, query);
    QFETCH(const int, status);
    server->setLogs([this](const LogQuery &query) { return log->page(query); });
    log->append(OutputStream::Stdout, "one\ntwo\nthree\nfour\n", {});
    const RawResponse response = ask(requestText("GET", "/health/logs?" + query));
    QCOMPARE(response.status, status);
    if (status == 200)
        QTEST(response.body, "body");
    else
        QVERIFY2(response.body.contains("bad_query"), response.body.constData());
    QTEST(response.field("X-Next-Position"), "next");
}

void TestHttpServer::manyPagesOfALogDoNotKeepAProbeWaiting()
{
    constexpr int Readers = 30;
    QSemaphore allHaveAsked;
    QSemaphore probeIsAnswered;
    std::atomic<int> pages = 0;
    const auto end = qScopeGuard([&] { // whatever failed: its thread uses what is here
        allHaveAsked.release();
        probeIsAnswered.release();
        server.reset();
    });
    server->setLogs([&](const LogQuery &query) {
        const int page = ++pages;
        if (page == 1)
            allHaveAsked.tryAcquire(1, 30'000);
        if (page == Readers / 2)
            probeIsAnswered.tryAcquire(1, 30'000);
        QElapsedTimer time;
        for (time.start(); time.elapsed() < 3;) { // what a large page costs
        }
        return log->page(query);
    });
    std::vector<std::unique_ptr<RawClient>> readers;
    for (int i = 0; i < Readers; ++i)
        readers.push_back(std::make_unique<RawClient>(service, requestText("GET", "/health/logs")));
    RawClient probe(service, requestText("GET", "/health/live"));
    QTRY_VERIFY_WITH_TIMEOUT(pages == 1, 60'000);
    allHaveAsked.release();
    QTRY_COMPARE_WITH_TIMEOUT(probe.responses().size(), 1, 60'000);
    QVERIFY(pages <= Readers / 2);
    probeIsAnswered.release();
    for (const auto &reader : readers)
        QTRY_COMPARE_WITH_TIMEOUT(reader->responses().size(), 1, 60'000);
}

void TestHttpServer::logsAreJsonForWhoAcceptsIt_data()
{
    QTest::addColumn<QByteArray>("accept");
    QTest::addColumn<bool>("isJson");
    QTest::newRow("lines of JSON") << QByteArray("application/x-ndjson") << true;
    QTest::newRow("JSON lines") << QByteArray("application/jsonl;q=0.9, */*") << true;
    QTest::newRow("JSON") << QByteArray("application/json, text/plain") << true;
    QTest::newRow("text first") << QByteArray("text/plain, application/json") << false;
    QTest::newRow("anything") << QByteArray("*/*") << false;
}

void TestHttpServer::logsAreJsonForWhoAcceptsIt()
{
    QFETCH(const bool, isJson);
    QFETCH(const QByteArray, accept);
    server->setLogs([this](const LogQuery &query) { return log->page(query); });
    log->append(OutputStream::Stderr, "a \"third\"\n", OutputLine::Time(1'769'860'800'124ms));
    log->setUnfinished(OutputStream::Stdout, "50%");
    const RawResponse response = ask(requestText("GET", "/health/logs?from=0", "Accept: " + accept + "\r\n"));
    QCOMPARE(response.field("Content-Type"),
             isJson ? QByteArray("application/x-ndjson") : QByteArray("text/plain; charset=utf-8"));
    QCOMPARE(response.body,
             isJson ? QByteArray(R"({"position":0,"time":"2026-01-31T12:00:00.124Z","stream":"stderr",)"
                                 R"("text":"a \"third\""})"
                                 "\n"
                                 R"({"position":1,"time":"2026-01-31T12:00:00.124Z","stream":"stdout",)"
                                 R"("text":"50%","unfinished":true})"
                                 "\n")
                    : QByteArray("a \"third\"\n"));
    QCOMPARE(response.field("X-Next-Position"), "1");
}

void TestHttpServer::localhostIsBothFamilies()
{
    const auto bound = server->listen({*parseServiceAddress(u"localhost:0"_s)});
    QVERIFY(bound.ok());
    QCOMPARE(bound->first().host, u"127.0.0.1"_s);
    QVERIFY(bound->size() == 1 || (*bound)[1].text() == u"[::1]:%1"_s.arg(bound->first().port));
    for (const ServiceAddress &address : *bound) {
        QTcpSocket client;
        client.connectToHost(address.host, address.port);
        client.write(requestText("GET", "/health/live"));
        QVERIFY(client.waitForReadyRead(5000));
        QVERIFY(client.readAll().startsWith("HTTP/1.1 200"));
    }
}

void TestHttpServer::connectionsAreCounted()
{
    auto one = std::make_unique<RawClient>(service);
    RawClient two(service);
    QTRY_COMPARE(*state->report().resources.openConnections, 2);
    one.reset();
    QTRY_COMPARE(*state->report().resources.openConnections, 1);
}

void TestHttpServer::aUnixSocketIsPrivateAndGoesAway()
{
    QTemporaryDir directory;
    const QString path = directory.filePath(u"mcp.sock"_s);
    listen(u"unix:"_s + path);
    QCOMPARE(QFileInfo(path).permissions() & QFile::Permissions(0x77),
             QFile::Permissions()); // nothing for group and others
    QCOMPARE(ask(requestText("GET", "/health/live")).status, 200);
    QCOMPARE(ask(requestText("POST", "/health/shutdown")).status, 200);
    QTRY_VERIFY(!QFileInfo::exists(path));
}

/// As a process that was killed leaves it.
static void leaveSocketFile(const QString &path)
{
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    const QByteArray encoded = QFile::encodeName(path);
    std::copy(encoded.begin(), encoded.end(), name.sun_path);
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    QCOMPARE(::bind(descriptor, reinterpret_cast<const sockaddr *>(&name), sizeof name), 0);
    ::close(descriptor);
}

void TestHttpServer::aStaleUnixSocketIsReplacedAndALiveOneIsNot()
{
    QTemporaryDir directory;
    const QString path = directory.filePath(u"mcp.sock"_s);
    listen(u"unix:"_s + path);
    const auto taken = server->listen({service});
    QVERIFY(!taken.ok());
    QVERIFY(taken.problem().text().contains(u"in use"_s));
    server.reset();
    QVERIFY(!QFileInfo::exists(path));
    leaveSocketFile(path);
    QVERIFY(QFileInfo::exists(path));
    server = std::make_unique<HttpServer>(*state, *sequence);
    listen(u"unix:"_s + path);
    QCOMPARE(ask(requestText("GET", "/health/live")).status, 200);
}

void TestHttpServer::aTakenPortIsAProblem()
{
    const auto taken = server->listen({*parseServiceAddress(u"127.0.0.1:0"_s), service});
    QVERIFY(!taken.ok());
    QCOMPARE(taken.problem().where, service.text());
}

void TestHttpServer::anAdoptedSocketIsServed()
{
    QTcpServer listening;
    QVERIFY(listening.listen(QHostAddress::LocalHost));
    const int descriptor = ::dup(int(listening.socketDescriptor()));
    // It waits in the queue before anybody serves it.
    RawClient early(*parseServiceAddress(u"127.0.0.1:%1"_s.arg(listening.serverPort())),
                    requestText("GET", "/health/live"));
    const auto adopted = server->adopt(descriptor);
    listening.close();
    QVERIFY(adopted.ok());
    QTRY_COMPARE(early.responses().size(), 1);
    service = *adopted;
    QCOMPARE(ask(requestText("GET", "/health/live")).status, 200);
}

void TestHttpServer::whatDoesNotListenIsNotAdopted()
{
    int pair[2];
    QCOMPARE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    QVERIFY(!server->adopt(pair[0]).ok());
    QVERIFY(!server->adopt(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)).ok());
    QVERIFY(!server->adopt(::dup(0)).ok());
    QVERIFY(!server->adopt(-1).ok());
    ::close(pair[1]);
}

void TestHttpServer::aRequestOnItsWayIsAnsweredBeforeTheEnd()
{
    RawClient early(service, "GET /health/live HTTP/1.1\r\n");
    RawClient late(service);
    RawClient idle(service, requestText("GET", "/health/live"));
    QTRY_COMPARE(idle.responses().size(), 1);
    QSignalSpy closed(server.get(), &HttpServer::closed);
    sequence->request(ShutdownMode::Immediate);
    QTRY_VERIFY(idle.isClosed()); // the end has begun: who has nothing under way is sent off
    early.send("Host: localhost\r\n\r\n");
    late.send(requestText("GET", "/health/live"));
    QTRY_COMPARE(closed.size(), 1);
    QTRY_COMPARE(late.responses().size(), 1);
    QTRY_COMPARE(early.responses().size(), 1);
    QCOMPARE(late.responses().first().status, 200);
    QCOMPARE(early.responses().first().status, 200);
}

void TestHttpServer::theListeningSocketCanOutliveTheServer()
{
    QSignalSpy closed(server.get(), &HttpServer::closed);
    server->setKeepListening(true);
    sequence->request(ShutdownMode::Restart);
    QTRY_COMPARE(closed.size(), 1);
    RawClient waiting(service, requestText("GET", "/health/live"));
    const auto kept = server->keptSockets();
    QCOMPARE(kept.size(), 1);
    QCOMPARE(kept.first().first, service);
    server.reset();
    ShutdownSequence next(*state);
    server = std::make_unique<HttpServer>(*state, next);
    QVERIFY(server->adopt(kept.first().second).ok());
    QTRY_COMPARE(waiting.responses().size(), 1);
    QCOMPARE(waiting.responses().first().status, 200);
    server.reset();
}

QTEST_GUILESS_MAIN(TestHttpServer)
#include "tst_httpserver.moc"
