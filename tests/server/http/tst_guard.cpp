// SPDX-License-Identifier: GPL-3.0-or-later
//
// The guard against real sockets: what hostile, broken and impatient clients get.
#include "server/http/httpserver.h"

#include "common/base/peercredentials.h"
#include "common/protocol/healthcodec.h"
#include "tests/support/rawclient.h"
#include "tests/support/sanitizer.h"

#include <QProcess>
#include <QRegularExpression>
#include <QSemaphore>
#include <QSignalSpy>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslSocket>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include <atomic>
#include <mutex>
#include <thread>

#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

/// What a TLS client says first, without its end.
const QByteArray HalfAMessage = QByteArray::fromHex("16030102000100");
/// The whole of it: a message of 2,000 bytes at most, by a client of Qt's.
QByteArray firstMessage();

class TestGuard : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void badRequestsGetOneRefusalAndTheEnd_data();
    void badRequestsGetOneRefusalAndTheEnd();
    void aRefusedHeadGetsNoBody();
    void aRequestMayArriveByteByByte();
    void connectionsEndAsTheClientWishes_data();
    void connectionsEndAsTheClientWishes();
    void aRequestWithItsFinIsAnswered_data();
    void aRequestWithItsFinIsAnswered();
    void halfARequestWithItsFinIsRefused();
    void aWaitingClientIsToldToContinue();
    void aRefusedBodyIsNotAskedFor();
    void aClientThatNeverReadsIsCut();
    void slowReadersShareWhatTheyRead();
    void aLargeAnswerReachesASlowReader();
    void endlessInputIsCut_data();
    void endlessInputIsCut();
    void bodiesHaveTheirLimits();
    void healthIsAnsweredAtTheCap();
    void theNewestReservedConnectionWins();
    void whoAskedBeforeItsPlaceWasTakenIsAnswered();
    void theLongestIdleMakesRoomAtTheCap();
    void anAuthorisedChangeHasAPlaceAtTheCap();
    void whoSendsManyAtOnceIsServedInTurn();
    void whoHasJustComeHasTimeToAsk();
    void theServerGoesOnAfterRunningOutOfDescriptors();
    void theServerClosesWithAClientAtItsDoor_data();
    void theServerClosesWithAClientAtItsDoor();
    void refusalsAreCounted();
    void changesNeedTheToken();
    void aForeignPageChangesAndReadsNothing_data();
    void aForeignPageChangesAndReadsNothing();
    void everyRequestOfAConnectionIsJudged_data();
    void everyRequestOfAConnectionIsJudged();
    void anotherUserMayReadButNotChange();
    void theOwnerOfASocketIsFound_data();
    void theOwnerOfASocketIsFound();
    void aSocketNobodyHoldsHasNoOwner();
    void otherMachinesAreKeptOutByDefault();
    void tlsServes();
    void tlsWantsTheClientsCertificate();
    void whoSpeaksNoTlsIsCutAtOnce_data();
    void whoSpeaksNoTlsIsCutAtOnce();
    void aFirstMessageMayTakeSeveralRecords_data();
    void aFirstMessageMayTakeSeveralRecords();
    void theOldestUnfinishedHandshakeGivesWay();
    void whoComesAgainAtOncePushesNobodyOut_data();
    void whoComesAgainAtOncePushesNobodyOut();
    void aSilentTlsClientTakesNoHandshake();
    void theOldestSilentTlsClientGivesWay();
    void anUnfinishedHandshakeIsCutInTime();
    void theServerMayGoWithTlsConnectionsOpen();
    void aBadCertificateIsAProblem_data();
    void aBadCertificateIsAProblem();

private:
    void start(const HttpOptions &options = {}, const QString &address = u"127.0.0.1:0"_s)
    {
        server = std::make_unique<HttpServer>(*state, *sequence, options);
        server->addRoute("/echo", Method::Get | Method::Post, [](const Request &request, const Reply &reply) {
            reply.send(200, request.body, "text/plain");
        });
        server->setLogs([](const LogQuery &) { return LogPage(); });
        server->addDocument("/big", "text/plain", [](const Request &) { return QByteArray(8 * 1024 * 1024, 'b'); });
        const auto bound = server->listen({*parseServiceAddress(address)});
        QVERIFY2(bound.ok(), bound.ok() ? "" : qPrintable(bound.problem().text()));
        service = bound->first();
    }
    int statusOf(const QByteArray &request)
    {
        RawClient client(service, request);
        const auto isThere = [&] { return !client.responses().isEmpty() && client.responses().first().status > 0; };
        return QTest::qWaitFor(isThere, 60'000) ? client.responses().first().status : -1;
    }
    HttpOptions withTls(const QString &clientCa = {}) const
    {
        HttpOptions options;
        options.tls = {certificates.filePath(u"server.pem"_s), certificates.filePath(u"server.key"_s), clientCa};
        return options;
    }
    void makeCertificate(const QString &name) const;
    QByteArray askOverTls(bool withCertificate);

    QTemporaryDir certificates;
    std::unique_ptr<ServerState> state;
    std::unique_ptr<ShutdownSequence> sequence;
    std::unique_ptr<HttpServer> server;
    ServiceAddress service;
};

void TestGuard::init()
{
    state = std::make_unique<ServerState>(u"test"_s, u"1"_s);
    sequence = std::make_unique<ShutdownSequence>(*state);
    state->enter(Phase::Running);
}

void TestGuard::cleanup()
{
    server.reset();
    sequence.reset();
    state.reset();
}

void TestGuard::badRequestsGetOneRefusalAndTheEnd_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<int>("status");

    const auto row = [](const char *name, const QByteArray &request, int status = 400) {
        QTest::newRow(name) << request << status;
    };
    const auto post = [](const QByteArray &fields, const QByteArray &body = {}) {
        return "POST /echo HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n" + body;
    };
    row("garbage", "\x16\x03\x01 hello\r\n\r\n");
    row("malformed request line", "GET /health/live\r\n\r\n");
    row("bare line feeds", "GET /health/live HTTP/1.1\nHost: localhost\n\n");
    row("two lengths", post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"));
    row("length abc", post("Content-Length: abc\r\n"));
    row("negative length", post("Content-Length: -1\r\n"));
    row("length 2^64-1", post("Content-Length: 18446744073709551615\r\n"));
    row("length and chunked", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"));
    row("xchunked", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"));
    row("bad chunk size", post("Transfer-Encoding: chunked\r\n", "zz\r\nhello\r\n0\r\n\r\n"));
    row("negative chunk size", post("Transfer-Encoding: chunked\r\n", "-5\r\nhello\r\n0\r\n\r\n"));
    row("chunk longer than its size", post("Transfer-Encoding: chunked\r\n", "3\r\nhello\r\n0\r\n\r\n"));
    row("no Host", "GET /health/live HTTP/1.1\r\n\r\n");
    row("two Hosts", "GET /health/live HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n");
    row("1 GB body", post("Content-Length: 1000000000\r\n"), 413);
    row("1 GB body on a health route",
        "POST /health/shutdown HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n", 413);
    row("long target", "GET /" + QByteArray(10'000, 'x') + " HTTP/1.1\r\nHost: localhost\r\n\r\n", 414);
    row("large head", post("X: " + QByteArray(20'000, 'x') + "\r\n"), 431);
    row("many fields", post(QByteArray("X: y\r\n").repeated(150)), 431);
    row("WebSocket",
        "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
    row("another expectation", post("Expect: magic\r\nContent-Length: 1\r\n", "x"), 417);
    row("HTTP/2 without warning", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505);
    row("a form on a health route",
        "POST /health/shutdown HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\na=b",
        415);
}

void TestGuard::badRequestsGetOneRefusalAndTheEnd()
{
    QFETCH(QByteArray, request);
    QFETCH(int, status);
    start();
    // A second request behind it must never be read: that would be request smuggling.
    RawClient client(service, request + requestText("POST", "/health/shutdown"));
    QTRY_VERIFY(client.isClosed());
    const auto responses = client.responses();
    QCOMPARE(responses.size(), 1);
    QCOMPARE(responses.first().status, status);
    QCOMPARE(responses.first().field("Connection"), "close");
    QVERIFY(decodeError(responses.first().body).ok());
    QCOMPARE(state->basic().status, ServiceStatus::Healthy);
}

void TestGuard::aRefusedHeadGetsNoBody()
{
    start();
    RawClient client(service, "HEAD /health/live HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n");
    QTRY_VERIFY(client.isClosed());
    QVERIFY(client.received().startsWith("HTTP/1.1 400 "));
    QVERIFY(client.received().endsWith("\r\n\r\n"));
    QCOMPARE(client.received().count("\r\n\r\n"), 1);
}

void TestGuard::aRequestMayArriveByteByByte()
{
    start();
    const QByteArray request =
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n";
    RawClient client(service);
    for (const char byte : request + requestText("GET", "/health/live")) {
        client.send(QByteArray(1, byte));
        QCoreApplication::processEvents();
    }
    QTRY_COMPARE(client.responses().size(), 2);
    QCOMPARE(client.responses().first().body, "hello");
    QCOMPARE(client.responses().last().status, 200);
}

void TestGuard::connectionsEndAsTheClientWishes_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<bool>("closes");
    QTest::newRow("HTTP/1.1") << requestText("GET", "/health/live") << false;
    QTest::newRow("Connection: close") << requestText("GET", "/health/live", "Connection: close\r\n") << true;
    QTest::newRow("HTTP/1.0") << QByteArray("GET /health/live HTTP/1.0\r\n\r\n") << true;
    QTest::newRow("close on a route") << requestText("GET", "/echo", "Connection: close\r\n") << true;
    QTest::newRow("not found") << requestText("GET", "/nothing") << false;
    QTest::newRow("wrong method") << requestText("PUT", "/health/live", {}, "body") << false;
}

void TestGuard::connectionsEndAsTheClientWishes()
{
    QFETCH(QByteArray, request);
    QFETCH(bool, closes);
    start();
    RawClient client(service, request + requestText("GET", "/health/live"));
    QTRY_COMPARE(client.responses().size(), closes ? 1 : 2);
    QCOMPARE(client.responses().first().field("Connection"), closes ? "close" : "");
    if (closes)
        QTRY_VERIFY(client.isClosed());
    else
        QVERIFY(!client.isClosed());
}

void TestGuard::aRequestWithItsFinIsAnswered_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::newRow("answered at once") << QByteArray("/health/live");
    QTest::newRow("answered by the main thread") << QByteArray("/echo");
}

void TestGuard::aRequestWithItsFinIsAnswered()
{
    QFETCH(QByteArray, path);
    start();
    RawClient client(service, requestText("GET", path) + requestText("GET", path));
    client.finishWriting();
    QTRY_VERIFY(client.isClosed());
    QCOMPARE(client.responses().size(), 2);
    QCOMPARE(client.responses().last().status, 200);
}

void TestGuard::halfARequestWithItsFinIsRefused()
{
    start();
    RawClient client(service, "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhello");
    client.finishWriting();
    QTRY_VERIFY(client.isClosed());
    QCOMPARE(client.responses().first().status, 400);
}

void TestGuard::aWaitingClientIsToldToContinue()
{
    start();
    RawClient client(service,
                     "POST /echo HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    QTRY_COMPARE(client.responses().size(), 1);
    QCOMPARE(client.responses().first().status, 100);
    client.send("hello");
    QTRY_COMPARE(client.responses().size(), 2);
    QCOMPARE(client.responses().last().body, "hello");
}

void TestGuard::aRefusedBodyIsNotAskedFor()
{
    start();
    RawClient client(service,
                     "POST /echo HTTP/1.1\r\nHost: evil.test\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    QTRY_VERIFY(client.isClosed());
    QCOMPARE(client.responses().size(), 1);
    QCOMPARE(client.responses().first().status, 403);
}

void TestGuard::aClientThatNeverReadsIsCut()
{
    HttpOptions options;
    options.limits.writeStall = 100ms;
    start(options);
    const qint64 before = *state->report().resources.residentBytes;
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 8; ++i) {
        clients.push_back(std::make_unique<RawClient>(service));
        clients.back()->stopReading();
        clients.back()->send(requestText("GET", "/big").repeated(1000)); // 64 GB of answers, were they made
    }
    QTRY_COMPARE(*state->report().resources.openConnections, 8);
    QVERIFY(*state->report().resources.residentBytes - before < 256 * 1024 * 1024);
    QTRY_COMPARE(*state->report().resources.openConnections, 0);
    QCOMPARE(server->refusals().value("write_stalled"), 8);
}

void TestGuard::slowReadersShareWhatTheyRead()
{
    HttpOptions options;
    options.limits.unsent = 10 * 1024 * 1024;
    start(options);
    server->addDocument("/other", "text/plain", [](const Request &) { return QByteArray(8 * 1024 * 1024, 'o'); });
    const qint64 before = *state->report().resources.residentBytes;
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 30; ++i) {
        clients.push_back(std::make_unique<RawClient>(service));
        clients.back()->stopReading();
        clients.back()->send(requestText("GET", "/big"));
    }
    QTRY_COMPARE(*state->report().resources.openConnections, 30);
    QTRY_COMPARE(statusOf(requestText("GET", "/other")), 503); // once the others have theirs
    QCOMPARE(statusOf(requestText("GET", "/health/status")), 200);
    if (!Test::UnderAddressSanitizer)                                                   // which keeps what is freed
        QVERIFY(*state->report().resources.residentBytes - before < 100 * 1024 * 1024); // of 240
    clients.clear();
    QTRY_COMPARE(statusOf(requestText("GET", "/other")), 200);
}

void TestGuard::aLargeAnswerReachesASlowReader()
{
    start();
    RawClient client(service, requestText("GET", "/big") + requestText("GET", "/health/live"));
    QTRY_COMPARE(client.responses().size(), 2);
    QCOMPARE(client.responses().first().body.size(), 8 * 1024 * 1024);
    QCOMPARE(client.responses().last().status, 200);
}

void TestGuard::endlessInputIsCut_data()
{
    QTest::addColumn<QByteArray>("start");
    QTest::addColumn<QByteArray>("more");
    QTest::addColumn<int>("status");
    QTest::newRow("headers") << QByteArray("GET / HTTP/1.1\r\nHost: localhost\r\n")
                             << QByteArray("X: y\r\n").repeated(1000) << 431;
    QTest::newRow("target") << QByteArray("GET /") << QByteArray(10'000, 'x') << 414;
    QTest::newRow("a chunk") << QByteArray(
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n")
                             << QByteArray(100'000, 'x') << 413;
    QTest::newRow("chunks") << QByteArray(
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
                            << "3e8\r\n" + QByteArray(1000, 'x') + "\r\n"
                            << 413;
    QTest::newRow("1-byte chunks") << QByteArray(
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
                                   << QByteArray("1\r\nx\r\n").repeated(1000) << 413;
    QTest::newRow("trailers") << QByteArray(
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n")
                              << QByteArray("X: y\r\n").repeated(1000) << 413;
}

void TestGuard::endlessInputIsCut()
{
    QFETCH(QByteArray, start);
    QFETCH(QByteArray, more);
    QFETCH(int, status);
    this->start();
    RawClient client(service, start);
    for (int i = 0; i < 10'000 && client.received().isEmpty(); ++i) {
        client.send(more);
        QCoreApplication::processEvents();
    }
    QTRY_VERIFY(!client.responses().isEmpty());
    QCOMPARE(client.responses().first().status, status);
    QTRY_VERIFY(client.isClosed());
}

void TestGuard::bodiesHaveTheirLimits()
{
    start();
    QCOMPARE(statusOf(requestText("POST", "/echo", {}, QByteArray(1024 * 1024, 'x'))), 200);
    QCOMPARE(statusOf(requestText("POST", "/echo", {}, QByteArray(1024 * 1024 + 1, 'x'))), 413);
    QCOMPARE(statusOf(requestText("POST", "/nothing", {}, QByteArray(64 * 1024, 'x'))), 404);
    QCOMPARE(statusOf(requestText("POST", "/nothing", {}, QByteArray(64 * 1024 + 1, 'x'))), 413);
    Limits limits;
    limits.body = 10;
    server->setLimits(limits);
    QCOMPARE(statusOf(requestText("POST", "/echo", {}, QByteArray(11, 'x'))), 413);
}

void TestGuard::healthIsAnsweredAtTheCap()
{
    HttpOptions options;
    options.limits.connections = 3;
    options.limits.reservedConnections = 2;
    start(options);
    RawClient one(service), two(service), three(service);
    QTRY_COMPARE(*state->report().resources.openConnections, 3);
    QCOMPARE(statusOf(requestText("GET", "/health/live")), 200);
    QCOMPARE(statusOf(requestText("GET", "/health/status")), 200);
    QCOMPARE(statusOf(requestText("GET", "/echo")), 503);
    for (int i = 0; i < 50; ++i)
        QCOMPARE(statusOf(requestText("GET", "/echo")), 503);
    one.abort();
    QTRY_COMPARE(*state->report().resources.openConnections, 2);
    QCOMPARE(statusOf(requestText("GET", "/echo")), 200);
}

void TestGuard::theNewestReservedConnectionWins()
{
    HttpOptions options;
    options.limits.connections = 2;
    options.limits.reservedConnections = 2;
    start(options);
    std::vector<std::unique_ptr<RawClient>> silent;
    for (int i = 0; i < 50; ++i)
        silent.push_back(std::make_unique<RawClient>(service));
    QCOMPARE(statusOf(requestText("GET", "/health/live")), 200);
    QTRY_VERIFY(silent[10]->isClosed());
    QCOMPARE(silent[10]->responses().first().status, 503);
    QVERIFY(*state->report().resources.openConnections <= 4);
}

void TestGuard::theLongestIdleMakesRoomAtTheCap()
{
    HttpOptions options;
    options.limits.connections = 3;
    options.limits.idleGrace = 0ms;
    start(options);
    const auto asked = [this](RawClient &client) {
        return QTest::qWaitFor([&client] { return client.responses().size() == 1; }, 60'000);
    };
    RawClient silent(service);
    QTRY_COMPARE(*state->report().resources.openConnections, 1);
    RawClient first(service, requestText("GET", "/health/live"));
    QVERIFY(asked(first));
    RawClient second(service, requestText("GET", "/health/live"));
    QVERIFY(asked(second));
    QCOMPARE(statusOf(requestText("GET", "/echo")), 200); // not only health
    QTRY_VERIFY(first.isClosed());
    QVERIFY(!second.isClosed());
    QVERIFY(!silent.isClosed());
    QCOMPARE(server->refusals().value("idle_at_limit"), 1);
}

void TestGuard::anAuthorisedChangeHasAPlaceAtTheCap()
{
    HttpOptions options;
    options.limits.connections = 1;
    options.limits.reservedConnections = 2;
    options.limits.reservedChanges = 1;
    start(options);
    const auto request = [](const char *path) { return requestText("POST", path); };
    RawClient silent(service);
    QTRY_COMPARE(*state->report().resources.openConnections, 1);
    QCOMPARE(statusOf(request("/echo")), 503);
    QCOMPARE(statusOf(requestText("POST", "/health/shutdown/schedule", "X-Forwarded-For: 192.0.2.1\r\n")), 403);
    // A blocking shutdown holds its place: a flood of newer ones does not take it.
    std::optional<CleanupDone> finish;
    sequence->addStep({u"step"_s, 60s, [&](const CleanupDone &done) { finish = done; }});
    RawClient shutdown(service, request("/health/shutdown"));
    QTRY_VERIFY(finish);
    std::vector<std::unique_ptr<RawClient>> silentOnes;
    for (int i = 0; i < 20; ++i)
        silentOnes.push_back(std::make_unique<RawClient>(service));
    QTRY_VERIFY(silentOnes[10]->isClosed());
    QCOMPARE(statusOf(request("/health/shutdown")), 503); // one has the place
    (*finish)();
    QTRY_COMPARE(shutdown.responses().size(), 1);
    QCOMPARE(shutdown.responses().first().status, 200);
}

void TestGuard::whoSendsManyAtOnceIsServedInTurn()
{
    start();
    // While the HTTP thread waits in here, all that follows comes into its queue.
    QSemaphore entered, released;
    std::mutex mutex;
    QList<QByteArray> served; // under the mutex: by the HTTP thread
    server->addDocument("/wait", "text/plain", [&](const Request &) {
        entered.release();
        released.acquire();
        return QByteArray();
    });
    server->addDocument("/serve", "text/plain", [&](const Request &request) {
        const std::lock_guard lock(mutex);
        served << request.query;
        return QByteArray();
    });
    RawClient waiting(service, requestText("GET", "/wait"));
    entered.acquire();
    RawClient many(service, requestText("GET", "/serve?many").repeated(200));
    RawClient others(service, requestText("HEAD", "/serve?others").repeated(200));
    RawClient one(service, requestText("GET", "/serve?one"));
    released.release();
    QTRY_COMPARE(one.responses().size(), 1);
    QTRY_COMPARE(many.responses().size(), 200);
    QTRY_COMPARE(others.responses(true).size(), 200);
    const std::lock_guard lock(mutex);
    QVERIFY2(served.indexOf("one") < 10, qPrintable(QString::number(served.indexOf("one"))));
    // In a round: none of both is ever far ahead.
    for (qsizetype i = 10; i < 400; i += 10)
        QVERIFY(qAbs(served.first(i).count("many") - served.first(i).count("others")) < 10);
}

void TestGuard::whoHasJustComeHasTimeToAsk()
{
    HttpOptions options;
    options.limits.connections = 2;
    options.limits.reservedConnections = 2;
    options.limits.reservedTime = 20s;
    options.limits.reservedGrace = 10s;
    start(options);
    RawClient one(service), two(service);
    QTRY_COMPARE(*state->report().resources.openConnections, 2);
    RawClient asking(service);
    std::vector<std::unique_ptr<RawClient>> silent;
    for (int i = 0; i < 20; ++i)
        silent.push_back(std::make_unique<RawClient>(service));
    RawClient late(service, requestText("GET", "/health/live"));
    QTRY_COMPARE(*state->report().resources.openConnections, 4);
    asking.send(requestText("GET", "/health/live"));
    QTRY_VERIFY(asking.isClosed());
    QCOMPARE(asking.responses().size(), 1);
    QCOMPARE(asking.responses().first().status, 200);
    for (int i = 0; i < 20; ++i) // each that goes lets another one in
        silent[std::size_t(i)]->abort();
    QTRY_VERIFY(late.isClosed());
    QCOMPARE(late.responses().first().status, 200);
}

void TestGuard::whoAskedBeforeItsPlaceWasTakenIsAnswered()
{
    HttpOptions options;
    options.limits.connections = 2;
    options.limits.reservedConnections = 2;
    start(options);
    // While the HTTP thread waits in here, all that follows comes into its queue.
    QSemaphore entered, released;
    server->addDocument("/wait", "text/plain", [&](const Request &) {
        entered.release();
        released.acquire();
        return QByteArray();
    });
    RawClient one(service), waiting(service, requestText("GET", "/wait"));
    entered.acquire();
    RawClient asking(service, requestText("GET", "/health/live"));
    std::vector<std::unique_ptr<RawClient>> silent;
    for (int i = 0; i < 10; ++i)
        silent.push_back(std::make_unique<RawClient>(service));
    released.release();
    QTRY_VERIFY(asking.isClosed());
    QCOMPARE(asking.responses().size(), 1);
    QCOMPARE(asking.responses().first().status, 200);
}

/// Lets this process open nothing more until it goes, and holds the client that cannot be accepted because of that.
class OutOfDescriptors
{
public:
    explicit OutOfDescriptors(const ServiceAddress &service)
    {
        const int probe = ::dup(0);
        ::close(probe);
        m_client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        ::getrlimit(RLIMIT_NOFILE, &m_before);
        // One descriptor more than the client's own is too many now.
        const rlimit tight{rlim_t(std::max(m_client, probe)) + 1, m_before.rlim_max};
        sockaddr_in name{};
        name.sin_family = AF_INET;
        name.sin_port = htons(service.port);
        name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const QByteArray request = requestText("GET", "/health/live");
        m_isThere = ::setrlimit(RLIMIT_NOFILE, &tight) == 0
            && ::connect(m_client, reinterpret_cast<sockaddr *>(&name), sizeof name) == 0
            && ::send(m_client, request.constData(), size_t(request.size()), MSG_NOSIGNAL) == request.size();
    }
    Q_DISABLE_COPY_MOVE(OutOfDescriptors)
    ~OutOfDescriptors()
    {
        end();
        ::close(m_client);
    }
    void end() const { ::setrlimit(RLIMIT_NOFILE, &m_before); }

    bool isThere() const { return m_isThere; }
    bool isAnswered(int withinMilliseconds) const
    {
        return QTest::qWaitFor(
            [this] {
                char c;
                return ::recv(m_client, &c, 1, MSG_DONTWAIT | MSG_PEEK) > 0;
            },
            withinMilliseconds);
    }

private:
    rlimit m_before{};
    int m_client = -1;
    bool m_isThere = false;
};

void TestGuard::theServerGoesOnAfterRunningOutOfDescriptors()
{
    start();
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"cannot accept"_s));
    const OutOfDescriptors outside(service);
    QVERIFY(outside.isThere());
    QVERIFY2(!outside.isAnswered(300), "the accept should have failed");
    outside.end();
    QVERIFY(outside.isAnswered(60'000));
    QCOMPARE(statusOf(requestText("GET", "/health/live")), 200);
}

void TestGuard::theServerClosesWithAClientAtItsDoor_data()
{
    QTest::addColumn<bool>("canAccept");
    QTest::newRow("with descriptors left")
        << true; // first: UBSan needs descriptors to look at a class it has not seen yet
    QTest::newRow("without descriptors left") << false;
}

void TestGuard::theServerClosesWithAClientAtItsDoor()
{
    QFETCH(bool, canAccept);
    start();
    QSignalSpy closed(server.get(), &HttpServer::closed);
    std::optional<RawClient> accepted;
    std::optional<OutOfDescriptors> outside;
    if (canAccept) {
        accepted.emplace(service, requestText("GET", "/health/live"));
    } else {
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"cannot accept"_s));
        outside.emplace(service);
        QVERIFY(outside->isThere());
    }
    sequence->request(ShutdownMode::Immediate);
    QTRY_COMPARE(closed.size(), 1);
    if (canAccept)
        QTRY_COMPARE(accepted->responses().size(), 1);
    bool isLater = false; // what it would have tried again
    QTimer::singleShot(300ms, this, [&] { isLater = true; });
    QTRY_VERIFY(isLater);
}

void TestGuard::refusalsAreCounted()
{
    start();
    QCOMPARE(statusOf("nonsense\r\n\r\n"), 400);
    QCOMPARE(statusOf("nonsense\r\n\r\n"), 400);
    QCOMPARE(statusOf("POST /health/shutdown HTTP/1.1\r\nHost: evil.test\r\n\r\n"), 403);
    QCOMPARE(statusOf(requestText("GET", "/nothing")), 404);
    const QMap<QByteArray, qint64> expected{{"bad_request", 2}, {"host_not_allowed", 1}};
    QCOMPARE(server->refusals(), expected);
}

void TestGuard::changesNeedTheToken()
{
    HttpOptions options;
    options.access.token = AccessToken("letmein");
    start(options);
    QCOMPARE(statusOf(requestText("GET", "/health/live")), 200);
    RawClient client(service, requestText("POST", "/health/shutdown"));
    QTRY_VERIFY(client.isClosed());
    QCOMPARE(client.responses().first().status, 401);
    QCOMPARE(client.responses().first().field("WWW-Authenticate"), "Bearer");
    QCOMPARE(statusOf(requestText("POST", "/health/shutdown", "Authorization: Bearer wrong\r\n")), 401);
    QCOMPARE(state->basic().status, ServiceStatus::Healthy);
    QCOMPARE(statusOf(requestText("POST", "/health/shutdown", "Authorization: Bearer letmein\r\n")), 200);
}

void TestGuard::aForeignPageChangesAndReadsNothing_data()
{
    QTest::addColumn<QByteArray>("request");
    const QByteArray form = "Content-Type: application/x-www-form-urlencoded\r\n";
    QTest::newRow("form") << requestText("POST", "/health/shutdown",
                                         "Origin: http://evil.test\r\nSec-Fetch-Site: cross-site\r\n" + form, "a=b");
    QTest::newRow("fetch without CORS") << requestText(
        "POST", "/shutdown", "Origin: http://evil.test\r\nContent-Type: text/plain\r\n", "{}");
    QTest::newRow("preflight") << requestText("OPTIONS", "/health/shutdown",
                                              "Origin: http://evil.test\r\nAccess-Control-Request-Method: DELETE\r\n");
    QTest::newRow("only fetch metadata") << requestText("POST", "/health/shutdown", "Sec-Fetch-Site: same-site\r\n");
    QTest::newRow("rebound name, POST") << QByteArray("POST /health/shutdown HTTP/1.1\r\nHost: evil.test\r\n\r\n");
    QTest::newRow("rebound name, GET") << QByteArray("GET /health/status HTTP/1.1\r\nHost: evil.test:8000\r\n\r\n");
    QTest::newRow("schedule") << requestText("POST", "/health/shutdown/schedule", "Origin: null\r\n");
}

void TestGuard::aForeignPageChangesAndReadsNothing()
{
    QFETCH(QByteArray, request);
    start();
    RawClient client(service, request);
    QTRY_VERIFY(!client.responses().isEmpty());
    const RawResponse response = client.responses().first();
    QVERIFY(response.status == 403 || response.status == 405);
    QVERIFY(!response.head.toLower().contains("access-control-allow"));
    QVERIFY(!response.body.contains("uptime"));
    QCOMPARE(state->basic().status, ServiceStatus::Healthy);
}

void TestGuard::everyRequestOfAConnectionIsJudged_data()
{
    QTest::addColumn<QByteArray>("last");
    QTest::addColumn<int>("status");
    const QByteArray origin = "Origin: http://evil.test\r\n";
    QTest::newRow("the same again") << requestText("GET", "/health/status") << 200;
    QTest::newRow("another Host") << QByteArray("GET /health/live HTTP/1.1\r\nHost: evil.test\r\n\r\n") << 403;
    QTest::newRow("a change for a page") << requestText("POST", "/health/shutdown", origin) << 403;
    QTest::newRow("a private read for a page") << requestText("GET", "/health/logs", origin) << 403;
}

/// What the first one was allowed says nothing of a later one with another Host, method or path.
void TestGuard::everyRequestOfAConnectionIsJudged()
{
    QFETCH(QByteArray, last);
    QFETCH(int, status);
    start();
    const QByteArray first = requestText("GET", "/health/live");
    RawClient client(service, first + first + last);
    QTRY_COMPARE(client.responses().size(), 3);
    QCOMPARE(client.responses()[0].status, 200);
    QCOMPARE(client.responses()[1].status, 200);
    QCOMPARE(client.responses()[2].status, status);
    QCOMPARE(state->basic().status, ServiceStatus::Healthy);
}

/// Runs as another user (the tests run as root for that) and returns the status its request got.
static int statusForOtherUser(const ServiceAddress &service, const QByteArray &request, uid_t user)
{
    int pipe[2];
    if (::pipe(pipe) != 0)
        return -1;
    const pid_t child = ::fork();
    if (child == 0) { // only system calls from here on: this process has threads
        char answer[512] = {};
        sockaddr_in name{};
        name.sin_family = AF_INET;
        name.sin_port = htons(service.port);
        name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        // The kernel remembers who made the socket, so become that user first.
        const int client = ::setresuid(user, user, user) == 0 ? ::socket(AF_INET, SOCK_STREAM, 0) : -1;
        if (::connect(client, reinterpret_cast<sockaddr *>(&name), sizeof name) != 0)
            ::_exit(1);
        ::send(client, request.constData(), size_t(request.size()), 0);
        const ssize_t size = ::recv(client, answer, sizeof answer, 0);
        ::_exit(size > 12 && ::write(pipe[1], answer + 9, 3) == 3 ? 0 : 1);
    }
    ::close(pipe[1]);
    char status[4] = {};
    const ssize_t size = ::read(pipe[0], status, 3);
    ::close(pipe[0]);
    ::waitpid(child, nullptr, 0);
    return size == 3 ? QByteArray(status, 3).toInt() : -1;
}

void TestGuard::anotherUserMayReadButNotChange()
{
    start();
    // Without root there is no becoming another user; then this at least asks as itself.
    const bool isRoot = ::geteuid() == 0;
    const uid_t user = isRoot ? 12346 : ::geteuid();
    QCOMPARE(statusForOtherUser(service, requestText("GET", "/health/status"), user), 200);
    // A method that changes things, but that this path does not take: whoever passes the guard gets 405, from the HTTP
    // thread.
    QCOMPARE(statusForOtherUser(service, requestText("PUT", "/health/live"), user), isRoot ? 403 : 405);
    QCOMPARE(server->refusals().value("other_user"), isRoot ? 1 : 0);
}

void TestGuard::theOwnerOfASocketIsFound_data()
{
    QTest::addColumn<QHostAddress>("address");
    QTest::addColumn<QHostAddress>("target");
    QTest::newRow("IPv4") << QHostAddress(u"127.0.0.1"_s) << QHostAddress(u"127.0.0.1"_s);
    QTest::newRow("IPv6") << QHostAddress(u"::1"_s) << QHostAddress(u"::1"_s);
    QTest::newRow("IPv4 to an IPv6 socket") << QHostAddress(QHostAddress::Any) << QHostAddress(u"127.0.0.1"_s);
}

void TestGuard::theOwnerOfASocketIsFound()
{
    QFETCH(QHostAddress, address);
    QFETCH(QHostAddress, target);
    QTcpServer listening;
    QVERIFY(listening.listen(address));
    QTcpSocket client;
    client.connectToHost(target, listening.serverPort());
    QVERIFY(listening.waitForNewConnection(60'000));
    const std::unique_ptr<QTcpSocket> accepted(listening.nextPendingConnection());
    const auto user = peerUser(int(accepted->socketDescriptor()));
    QVERIFY(user);
    QCOMPARE(*user, ::geteuid());
}

void TestGuard::aSocketNobodyHoldsHasNoOwner()
{
    QTcpServer listening;
    QVERIFY(listening.listen(QHostAddress::LocalHost));
    auto client = std::make_unique<QTcpSocket>();
    client->connectToHost(QHostAddress::LocalHost, listening.serverPort());
    QVERIFY(listening.waitForNewConnection(60'000));
    const std::unique_ptr<QTcpSocket> accepted(listening.nextPendingConnection());
    // Closed with its bytes sent: the kernel still knows the connection, as user 0's, but no process has it.
    client.reset();
    QVERIFY(!peerUser(int(accepted->socketDescriptor())));
}

void TestGuard::otherMachinesAreKeptOutByDefault()
{
    server = std::make_unique<HttpServer>(*state, *sequence);
    const auto bound = server->listen({*parseServiceAddress(u"127.0.0.1:0"_s), *parseServiceAddress(u"0.0.0.0:0"_s)});
    QVERIFY(!bound.ok());
    QVERIFY(bound.problem().text().contains(u"a token and TLS"_s));
    HttpOptions options;
    options.access.insecure = true;
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"insecure = true"_s));
    start(options, u"0.0.0.0:0"_s);
    QCOMPARE(statusOf(requestText("GET", "/health/live")), 200);
}

void TestGuard::makeCertificate(const QString &name) const
{
    if (QFile::exists(certificates.filePath(name + u".pem"_s)))
        return;
    QProcess openssl;
    openssl.setStandardErrorFile(QProcess::nullDevice()); // it writes dots while it works
    openssl.start(u"openssl"_s,
                  {u"req"_s, u"-x509"_s, u"-newkey"_s, u"ec"_s, u"-pkeyopt"_s, u"ec_paramgen_curve:prime256v1"_s,
                   u"-nodes"_s, u"-days"_s, u"2"_s, u"-subj"_s, u"/CN="_s + name, u"-keyout"_s,
                   certificates.filePath(name + u".key"_s), u"-out"_s, certificates.filePath(name + u".pem"_s)});
    if (!openssl.waitForFinished() || openssl.exitCode() != 0)
        qFatal("openssl made no certificate");
}

QByteArray TestGuard::askOverTls(bool withCertificate)
{
    const auto contents = [this](const QString &name) {
        QFile file(certificates.filePath(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    };
    QSslSocket client;
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setPeerVerifyMode(QSslSocket::VerifyNone);
    if (withCertificate) {
        configuration.setLocalCertificate(QSslCertificate(contents(u"client.pem"_s)));
        configuration.setPrivateKey(QSslKey(contents(u"client.key"_s), QSsl::Ec));
    }
    client.setSslConfiguration(configuration);
    client.connectToHostEncrypted(u"127.0.0.1"_s, service.port);
    client.write(requestText("GET", "/health/live") + requestText("GET", "/big", "Connection: close\r\n"));
    QByteArray received;
    const auto hasEnded = [&] {
        received += client.readAll();
        return client.state() == QAbstractSocket::UnconnectedState && client.bytesAvailable() == 0;
    };
    return QTest::qWaitFor(hasEnded, 10'000) ? received : QByteArray("the server did not close");
}

void TestGuard::tlsServes()
{
    makeCertificate(u"server"_s);
    makeCertificate(u"client"_s);
    HttpOptions options = withTls();
    options.access.token = AccessToken("letmein");
    start(options, u"0.0.0.0:0"_s);
    const auto responses = splitResponses(askOverTls(false));
    QCOMPARE(responses.size(), 2);
    QCOMPARE(responses.first().status, 200);
    QCOMPARE(responses.last().body.size(), 8 * 1024 * 1024);
    QTRY_COMPARE(*state->report().resources.openConnections, 0);
}

void TestGuard::tlsWantsTheClientsCertificate()
{
    makeCertificate(u"server"_s);
    makeCertificate(u"client"_s);
    start(withTls(certificates.filePath(u"client.pem"_s)));
    QCOMPARE(askOverTls(false), QByteArray());
    QTRY_COMPARE(server->refusals().value("tls_handshake"), 1);
    QCOMPARE(splitResponses(askOverTls(true)).size(), 2);
    QTRY_COMPARE(*state->report().resources.openConnections, 0);
}

void TestGuard::whoSpeaksNoTlsIsCutAtOnce_data()
{
    QTest::addColumn<QByteArray>("said");
    QTest::newRow("HTTP") << requestText("GET", "/health/live");
    QTest::newRow("a record that is too long") << QByteArray::fromHex("16030142000100013c");
    QTest::newRow("a message longer than its record") << QByteArray::fromHex("160301000801020000") + QByteArray(4, 'x');
    QTest::newRow("no first message") << QByteArray::fromHex("160301000402000000");
}

void TestGuard::whoSpeaksNoTlsIsCutAtOnce()
{
    QFETCH(QByteArray, said);
    makeCertificate(u"server"_s);
    HttpOptions options = withTls();
    options.limits.headTime = 60s;
    start(options);
    RawClient client(service, said);
    QTRY_VERIFY(client.isClosed());
    QVERIFY(!client.received().contains("HTTP"));
    QTRY_COMPARE(server->refusals().value("tls_handshake"), 1);
}

QByteArray firstMessage()
{
    QTcpServer listener;
    QSslSocket client;
    QByteArray said;
    if (!listener.listen(QHostAddress::LocalHost))
        qFatal("nobody listens");
    client.connectToHostEncrypted(u"127.0.0.1"_s, listener.serverPort());
    QTcpSocket *accepted = nullptr;
    const auto isWhole = [&] {
        if (!accepted)
            accepted = listener.nextPendingConnection();
        said += accepted ? accepted->readAll() : QByteArray();
        return said.size() > 5 && said.size() == 5 + (uchar(said[3]) << 8 | uchar(said[4]));
    };
    if (!QTest::qWaitFor(isWhole, 60'000))
        qFatal("the client says nothing");
    return said;
}

void TestGuard::aFirstMessageMayTakeSeveralRecords_data()
{
    QTest::addColumn<QList<int>>("cuts"); // bytes of the message before each
    QTest::newRow("one") << QList<int>{};
    QTest::newRow("cut within its head") << QList<int>{2};
    QTest::newRow("cut behind its head") << QList<int>{4};
    QTest::newRow("cut twice") << QList<int>{50, 100};
}

void TestGuard::aFirstMessageMayTakeSeveralRecords()
{
    QFETCH(QList<int>, cuts);
    makeCertificate(u"server"_s);
    start(withTls());
    const QByteArray whole = firstMessage();
    const QByteArray message = whole.mid(5);
    QByteArray said;
    int from = 0;
    for (const int to : cuts + QList{int(message.size())}) {
        const int size = to - std::exchange(from, to);
        said += whole.first(3) + char(size >> 8) + char(size & 0xff) + message.mid(to - size, size);
    }
    RawClient client(service, said.chopped(1));
    client.send(said.last(1));
    QTRY_VERIFY(client.received().startsWith('\x16')); // a handshake goes on
    QVERIFY(!client.isClosed());
}

void TestGuard::theOldestUnfinishedHandshakeGivesWay()
{
    makeCertificate(u"server"_s);
    HttpOptions options = withTls();
    options.limits.handshakes = 2;
    options.limits.headTime = 60s;
    start(options);
    std::vector<std::unique_ptr<RawClient>> begun;
    for (int i = 0; i < 5; ++i) {
        begun.push_back(std::make_unique<RawClient>(service, firstMessage()));
        QTRY_COMPARE(server->refusals().value("tls_handshake"), std::max(0, i - 1));
    }
    QTRY_VERIFY(begun[0]->isClosed() && begun[1]->isClosed() && begun[2]->isClosed());
    QCOMPARE(splitResponses(askOverTls(false)).size(), 2);
    QTRY_VERIFY(begun[3]->isClosed());
    QVERIFY(!begun[4]->isClosed());
    QTRY_COMPARE(server->refusals().value("tls_handshake"), 4);
}

/// Clients that begin a handshake, say nothing more, and come again as soon as they are closed.
class ReturningClients
{
public:
    ReturningClients(quint16 port, size_t count)
        : m_port(port)
        , m_message(firstMessage())
        , m_thread([this, count] { flood(count); })
    {
    }
    ~ReturningClients()
    {
        m_isOver = true;
        m_thread.join();
    }

private:
    int begin() const
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(m_port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (::connect(client, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0)
            ::send(client, m_message.constData(), size_t(m_message.size()), MSG_NOSIGNAL);
        return client;
    }

    /// True if the other end has closed; our answer is not read.
    static bool isClosed(int client)
    {
        char byte = 0;
        while (::recv(client, &byte, 1, MSG_DONTWAIT) > 0) {
        }
        return errno != EAGAIN;
    }

    void flood(size_t count) const
    {
        std::vector<pollfd> clients(count);
        for (pollfd &client : clients)
            client = {begin(), POLLIN, 0};
        while (!m_isOver) {
            ::poll(clients.data(), clients.size(), 50);
            for (pollfd &client : clients) {
                if (client.revents == 0 || !isClosed(client.fd))
                    continue;
                ::close(client.fd);
                client = {begin(), POLLIN, 0};
            }
        }
        for (const pollfd &client : clients)
            ::close(client.fd);
    }

    const quint16 m_port;
    const QByteArray m_message;
    std::atomic<bool> m_isOver{false};
    std::thread m_thread;
};

void TestGuard::whoComesAgainAtOncePushesNobodyOut_data()
{
    QTest::addColumn<int>("places");
    QTest::newRow("as many places as there are") << Limits().handshakes;
    QTest::newRow("fewer places than clients") << 64;
}

void TestGuard::whoComesAgainAtOncePushesNobodyOut()
{
    QFETCH(int, places);
    makeCertificate(u"server"_s);
    HttpOptions options = withTls();
    options.limits.handshakes = places;
    options.limits.headTime = 60s;
    start(options);
    const ReturningClients flood(service.port, 160);
    if (places < 160)
        QTRY_VERIFY(server->refusals().value("tls_handshake") > 100);
    for (int i = 0; i < 8; ++i)
        QCOMPARE(splitResponses(askOverTls(false)).size(), 2);
}

void TestGuard::aSilentTlsClientTakesNoHandshake()
{
    makeCertificate(u"server"_s);
    HttpOptions options = withTls();
    options.limits.handshakes = 2;
    options.limits.headTime = 60s;
    start(options);
    RawClient begun(service, firstMessage()), half(service, HalfAMessage);
    std::vector<std::unique_ptr<RawClient>> silent;
    for (int i = 0; i < 20; ++i)
        silent.push_back(std::make_unique<RawClient>(service));
    QCOMPARE(splitResponses(askOverTls(false)).size(), 2); // it comes after all of them
    QVERIFY(!begun.isClosed() && !half.isClosed());
    for (const auto &client : silent)
        QVERIFY(!client->isClosed());
}

void TestGuard::theOldestSilentTlsClientGivesWay()
{
    makeCertificate(u"server"_s);
    HttpOptions options = withTls();
    options.limits.connections = 3;
    options.limits.headTime = 60s;
    start(options);
    std::vector<std::unique_ptr<RawClient>> silent;
    for (int i = 0; i < 5; ++i)
        silent.push_back(std::make_unique<RawClient>(service));
    QTRY_VERIFY(silent[0]->isClosed() && silent[1]->isClosed());
    QCOMPARE(splitResponses(askOverTls(false)).size(), 2);
    QTRY_COMPARE(server->refusals().value("tls_handshake"), 3);
    QTRY_VERIFY(silent[2]->isClosed());
    QVERIFY(!silent[3]->isClosed() && !silent[4]->isClosed());
}

void TestGuard::anUnfinishedHandshakeIsCutInTime()
{
    makeCertificate(u"server"_s);
    HttpOptions options = withTls();
    options.limits.headTime = 200ms;
    start(options);
    RawClient silent(service), half(service, HalfAMessage), begun(service, firstMessage());
    QTRY_VERIFY(silent.isClosed() && half.isClosed() && begun.isClosed());
    QTRY_COMPARE(server->refusals().value("tls_handshake"), 3);
    QCOMPARE(splitResponses(askOverTls(false)).size(), 2);
}

void TestGuard::theServerMayGoWithTlsConnectionsOpen()
{
    makeCertificate(u"server"_s);
    start(withTls());
    QSslSocket client;
    client.setPeerVerifyMode(QSslSocket::VerifyNone);
    client.connectToHostEncrypted(u"127.0.0.1"_s, service.port);
    QTRY_VERIFY(client.isEncrypted());
    client.write("GET /health/live HTTP/1.1\r\n");
    QTRY_COMPARE(client.bytesToWrite() + client.encryptedBytesToWrite(), 0);
    server.reset(); // without closing first: its connections are destroyed as they are
    QTRY_COMPARE(client.state(), QAbstractSocket::UnconnectedState);
}

void TestGuard::aBadCertificateIsAProblem_data()
{
    QTest::addColumn<QString>("certificate");
    QTest::addColumn<QString>("key");
    QTest::addColumn<bool>("isOfTheKey");
    QTest::newRow("the key for the certificate") << u"server.key"_s << u"server.key"_s << false;
    QTest::newRow("the certificate for the key") << u"server.pem"_s << u"server.pem"_s << true;
    QTest::newRow("the key of another one") << u"server.pem"_s << u"client.key"_s << true;
    QTest::newRow("no such file") << u"none.pem"_s << u"server.key"_s << false;
}

void TestGuard::aBadCertificateIsAProblem()
{
    QFETCH(QString, certificate);
    QFETCH(QString, key);
    QFETCH(bool, isOfTheKey);
    makeCertificate(u"server"_s);
    makeCertificate(u"client"_s);
    HttpOptions options;
    options.tls = {certificates.filePath(certificate), certificates.filePath(key), {}};
    server = std::make_unique<HttpServer>(*state, *sequence, options);
    const auto bound = server->listen({*parseServiceAddress(u"127.0.0.1:0"_s)});
    QVERIFY(!bound.ok());
    QCOMPARE(bound.problem().where, isOfTheKey ? options.tls.key : options.tls.certificate);
}

QTEST_GUILESS_MAIN(TestGuard)
#include "tst_guard.moc"
