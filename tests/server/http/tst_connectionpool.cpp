// SPDX-License-Identifier: GPL-3.0-or-later
//
// The deadlines of connections, by a clock that only the test moves.
#include "server/http/connectionpool.h"

#include "tests/support/rawclient.h"

#include <QSignalSpy>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestConnectionPool : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void slowClientsAreCut_data();
    void slowClientsAreCut();
    void aTricklingHeadIsCutAllTheSame();
    void idleConnectionsEndWithoutAWord();
    void theDateIsTheClocks();
    void aCloseHasNoTimeForAllWhoWait();
    void whoIsGoneIsNotServed();

private:
    /// Adds a resource that takes turns, each of which takes `time`.
    void addSlowPages(std::chrono::milliseconds time)
    {
        Route route;
        route.takesTurns = true;
        route.read = [this, time](const Request &) {
            clock.advance(time);
            ++pages;
            return Response{200, "{}"};
        };
        pool->addRoute("/pages", route);
    }

    void pass(std::chrono::milliseconds time)
    {
        clock.advance(time);
        pool->sweep();
        QCoreApplication::processEvents();
    }

    const Limits limits;
    ManualClock clock;
    std::unique_ptr<ServerState> state;
    std::unique_ptr<Refusals> refusals;
    std::unique_ptr<ConnectionPool> pool;
    ServiceAddress service;
    int pages = 0; ///< that were made
};

void TestConnectionPool::init()
{
    pages = 0;
    state = std::make_unique<ServerState>(u"test"_s, u"1"_s);
    refusals = std::make_unique<Refusals>(clock);
    HttpOptions options;
    options.limits = limits;
    pool = std::make_unique<ConnectionPool>(*state, *refusals, options, clock);
    Route route;
    route.methods = Method::Post;
    route.read = [](const Request &) { return Response{200, "{}"}; };
    route.handle = [](const Request &request, const Reply &reply) { reply.send(200, request.body); };
    pool->addRoute("/echo", route);
    const auto bound = pool->listeners().open({*parseServiceAddress(u"127.0.0.1:0"_s)});
    QVERIFY2(bound.ok(), bound.ok() ? "" : qPrintable(bound.problem().text()));
    service = bound->first();
}

void TestConnectionPool::cleanup()
{
    pool.reset();
    refusals.reset();
    state.reset();
}

void TestConnectionPool::slowClientsAreCut_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("half a head") << QByteArray("GET /echo HT");
    QTest::newRow("half a body") << QByteArray(
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhello");
    QTest::newRow("half a chunk") << QByteArray(
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhello");
    QTest::newRow("half a second request") << requestText("GET", "/echo") + "GET /";
}

void TestConnectionPool::slowClientsAreCut()
{
    QFETCH(QByteArray, bytes);
    RawClient client(service, bytes);
    QTRY_COMPARE(*state->report().resources.openConnections, 1);
    pass(limits.headTime - 1ms);
    QVERIFY(!client.isClosed());
    // Now its deadline passes, whenever the bytes were read.
    QTRY_VERIFY((pass(limits.bodyTime), client.isClosed()));
    QCOMPARE(client.responses().last().status, 408);
}

void TestConnectionPool::aTricklingHeadIsCutAllTheSame()
{
    RawClient client(service, "GET /echo HTTP/1.1\r\n");
    QTRY_COMPARE(*state->report().resources.openConnections, 1);
    for (auto passed = 0ms; passed < limits.headTime; passed += 500ms) {
        QVERIFY(!client.isClosed());
        client.send("X: y\r\n");
        pass(500ms);
    }
    // Its time began when its first byte was read, whenever that was.
    QTRY_VERIFY((client.send("X: y\r\n"), pass(500ms), client.isClosed()));
    QCOMPARE(client.responses().first().status, 408);
}

void TestConnectionPool::idleConnectionsEndWithoutAWord()
{
    RawClient silent(service);
    RawClient idle(service, requestText("GET", "/echo"));
    QTRY_COMPARE(idle.responses().size(), 1);
    QTRY_COMPARE(*state->report().resources.openConnections, 2);
    pass(limits.idleTime - 1ms);
    QTRY_VERIFY(silent.isClosed());
    QVERIFY(!idle.isClosed());
    pass(1ms);
    QTRY_VERIFY(idle.isClosed());
    QVERIFY(silent.received().isEmpty());
    QCOMPARE(idle.responses().size(), 1);
    QCOMPARE(idle.responses().first().status, 200);
}

void TestConnectionPool::theDateIsTheClocks()
{
    RawClient client(service, requestText("GET", "/echo"));
    QTRY_COMPARE(client.responses().size(), 1);
    const qint64 second = std::chrono::system_clock::to_time_t(clock.wall());
    QCOMPARE(client.responses().first().field("Date"), httpDate(second));
}

void TestConnectionPool::aCloseHasNoTimeForAllWhoWait()
{
    addSlowPages(100ms);
    QSignalSpy closed(pool.get(), &ConnectionPool::closed);
    // All have asked, and none has had its turn, when the pool closes.
    Route route;
    route.read = [this](const Request &) {
        pool->close(false);
        return Response{200, "{}"};
    };
    pool->addRoute("/close", route);
    std::vector<std::unique_ptr<RawClient>> waiting;
    for (int i = 0; i < 20; ++i)
        waiting.push_back(std::make_unique<RawClient>(service));
    QTRY_COMPARE(*state->report().resources.openConnections, 20);
    for (const auto &client : waiting)
        client->send(requestText("GET", "/pages"));
    RawClient last(service, requestText("GET", "/close"));
    for (const auto &client : waiting)
        QTRY_COMPARE(client->responses().size(), 1);
    QTRY_COMPARE(closed.size(), 1);
    int refused = 0;
    for (const auto &client : waiting) {
        if (client->responses().first().status == 200)
            continue;
        QCOMPARE(client->responses().first().status, 503);
        ++refused;
    }
    QCOMPARE(pages + refused, 20);
    QVERIFY2(refused >= 1, "a close made all pages");
}

void TestConnectionPool::whoIsGoneIsNotServed()
{
    addSlowPages(0ms);
    RawClient gone(service);
    RawClient other(service);
    Route route; // it is answered at once, before anybody's turn
    route.read = [&gone](const Request &) {
        gone.abort();
        return Response{200, "{}"};
    };
    pool->addRoute("/reset", route);
    QTRY_COMPARE(*state->report().resources.openConnections, 2);
    gone.send(requestText("GET", "/pages"));
    other.send(requestText("GET", "/reset"));
    QTRY_COMPARE(other.responses().size(), 1);
    QTRY_COMPARE(*state->report().resources.openConnections, 1);
    QCOMPARE(pages, 0);
}

QTEST_GUILESS_MAIN(TestConnectionPool)
#include "tst_connectionpool.moc"
