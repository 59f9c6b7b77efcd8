// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/serviceactions.h"
#include "tests/dashboard/model/reports.h"
#include "tests/support/fakehttpserver.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestServiceActions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatCannotBeDoneSaysWhy_data();
    void whatCannotBeDoneSaysWhy();
    void aScheduledShutdownIsAskedForWithItsDelay();
    void aRefusalIsTold();
    void aCheckUpdatesTheRowAtOnce();
    void aFailedRestartLeavesAReceiptAndNoActivity();
    void aRunningSequenceKeepsOthersOutAndCanBeCancelled();
};

static SequenceOptions impatient(const QString &stateDirectory)
{
    SequenceOptions options;
    options.stateDirectory = stateDirectory;
    options.shutdownTimeout = std::chrono::seconds(20);
    options.goneTimeout = options.portTimeout = std::chrono::milliseconds(300);
    return options;
}

/// A fleet of one service that a fake answers for.
struct Bench
{
    FakeHttpServer server;
    QTemporaryDir state;
    FleetModel fleet;
    ServiceActions actions{fleet, impatient(state.path())};
    QSignalSpy happened{&actions, &ServiceActions::happened};
    QSignalSpy finished{&actions, &ServiceActions::finished};
    ServiceId id = NoService;

    explicit Bench(const RestartMethod &restart = {}, const HealthReport &report = Reports::healthy())
    {
        FleetEntry entry = Reports::entry(u"mcp"_s, server.url());
        entry.restart = restart;
        server.setAnswer("/health/status", FakeAnswer::json(encode(report)));
        server.setAnswer("/health/live", FakeAnswer::json(encode(BasicHealth(report))));
        id = fleet.add(entry);
        fleet.applyAnswer(id, Reports::answer(report));
    }

    QString lastEvent() const { return happened.isEmpty() ? QString() : happened.last()[0].value<Event>().text; }

    int asked(const QByteArray &line) const
    {
        return int(std::count_if(server.requests().begin(), server.requests().end(),
                                 [&](const QByteArray &request) { return request.startsWith(line); }));
    }
};

void TestServiceActions::whatCannotBeDoneSaysWhy_data()
{
    QTest::addColumn<ServiceAction>("action");
    QTest::addColumn<QString>("situation");
    QTest::addColumn<QString>("why");
    QTest::newRow("restart without a way") << ServiceAction::Restart << u"healthy"_s << u"no restart method"_s;
    QTest::newRow("restart of a URL that does not offer it")
        << ServiceAction::Restart << u"url"_s << u"does not offer to restart itself"_s;
    QTest::newRow("restart by command") << ServiceAction::Restart << u"command"_s << u""_s;
    QTest::newRow("restart while it closes") << ServiceAction::Restart << u"closing"_s << u"is shutting down"_s;
    QTest::newRow("shut down") << ServiceAction::ShutDown << u"healthy"_s << u""_s;
    QTest::newRow("shut down what is gone") << ServiceAction::ShutDown << u"gone"_s << u"does not answer"_s;
    QTest::newRow("hurry a shutdown") << ServiceAction::ShutDown << u"closing"_s << u""_s;
    QTest::newRow("schedule twice") << ServiceAction::ScheduleShutDown << u"closing"_s << u"shutting down already"_s;
    QTest::newRow("cancel nothing") << ServiceAction::CancelShutDown << u"healthy"_s << u"no shutdown scheduled"_s;
    QTest::newRow("cancel") << ServiceAction::CancelShutDown << u"closing"_s << u""_s;
    QTest::newRow("start what runs") << ServiceAction::Start << u"command"_s << u"runs already"_s;
    QTest::newRow("start without command") << ServiceAction::Start << u"gone"_s << u"no command to start it"_s;
    QTest::newRow("start of another dialect") << ServiceAction::Start << u"plain, command, gone"_s << u""_s;
    QTest::newRow("start of another dialect without command")
        << ServiceAction::Start << u"plain, gone"_s << u"no command to start it"_s;
    QTest::newRow("start of another dialect that runs")
        << ServiceAction::Start << u"plain, command"_s << u"runs already"_s;
    QTest::newRow("restart of another dialect that is gone")
        << ServiceAction::Restart << u"plain, command, gone"_s << u""_s;
    QTest::newRow("restart of another dialect that runs")
        << ServiceAction::Restart << u"plain, command"_s << u"not asked for this"_s;
    QTest::newRow("restart of another dialect by its supervisor")
        << ServiceAction::Restart << u"plain, systemd"_s << u""_s;
    QTest::newRow("restart of another dialect without a way")
        << ServiceAction::Restart << u"plain, gone"_s << u"no restart method"_s;
    QTest::newRow("shut down another dialect that is gone")
        << ServiceAction::ShutDown << u"plain, command, gone"_s << u"not asked for this"_s;
    QTest::newRow("check not offered") << ServiceAction::CheckNow << u"healthy"_s << u"does not offer to check"_s;
}

void TestServiceActions::whatCannotBeDoneSaysWhy()
{
    QFETCH(ServiceAction, action);
    QFETCH(QString, situation);
    QFETCH(QString, why);
    RestartMethod restart;
    if (situation.contains("command"_L1))
        restart = RestartByCommand{{u"/bin/true"_s}, {}, {}};
    else if (situation.contains("systemd"_L1))
        restart = RestartBySystemd{u"orders.service"_s};
    else if (situation == "url"_L1)
        restart = RestartByService{};
    Bench bench(restart, situation == "closing"_L1 ? Reports::shuttingDown() : Reports::healthy());
    if (situation.contains("plain"_L1))
        bench.fleet.applyArrivals(
            {{bench.id, Reports::answer(Reports::healthy()), {}, Clock::machine().wall(), Dialect::Plain}});
    if (situation.contains("gone"_L1))
        bench.fleet.applyAnswer(bench.id, Reports::failure(ClientError::Refused));
    const QString said = bench.actions.whyNot(bench.id, action);
    QVERIFY2(why.isEmpty() ? said.isEmpty() : said.contains(why), qPrintable(said));
    QVERIFY(!bench.actions.whyNot(NoService, action).isEmpty());
    QCOMPARE(bench.actions.mayDo(bench.id, action), said.isEmpty());
    QVERIFY(!bench.actions.mayDo(NoService, action));
}

void TestServiceActions::aScheduledShutdownIsAskedForWithItsDelay()
{
    Bench bench;
    bench.server.setAnswer("/health/shutdown/schedule", FakeAnswer::json(encodeScheduled()));
    QSignalSpy wanted(&bench.actions, &ServiceActions::answerWanted);
    bench.actions.perform(bench.id, ServiceAction::ScheduleShutDown, Seconds(10));
    QTRY_COMPARE(wanted.count(), 1);
    QVERIFY(bench.server.requests().last().startsWith("POST /health/shutdown/schedule "));
    QVERIFY(bench.server.requests().last().endsWith(R"({"delay_seconds":10})"));
    QCOMPARE(bench.lastEvent(), u"shutdown scheduled in 10 s"_s);
}

void TestServiceActions::aRefusalIsTold()
{
    Bench bench;
    bench.server.setAnswer("/health/shutdown/schedule",
                           FakeAnswer::json(encode(ErrorBody{u"forbidden"_s, u"not for you"_s}), 403));
    bench.actions.perform(bench.id, ServiceAction::ScheduleShutDown);
    QTRY_VERIFY2(bench.lastEvent().contains(u"not for you"_s), qPrintable(bench.lastEvent()));
    QCOMPARE(bench.happened.last()[0].value<Event>().kind, EventKind::Trouble);
}

void TestServiceActions::aCheckUpdatesTheRowAtOnce()
{
    HealthReport offering = Reports::healthy();
    offering.capabilities = QStringList{u"check"_s};
    Bench bench({}, offering);
    HealthReport failing = Reports::withError();
    failing.capabilities = offering.capabilities;
    bench.server.setAnswer("/health/check", FakeAnswer::json(encode(failing)));
    bench.actions.perform(bench.id, ServiceAction::CheckNow);
    QTRY_COMPARE(bench.fleet.find(bench.id)->state(), ServiceState::DependencyError);
}

void TestServiceActions::aFailedRestartLeavesAReceiptAndNoActivity()
{
    // The fake answers the shutdown and stays: what was asked for did not truly happen.
    Bench bench(RestartByCommand{{u"/bin/true"_s}, {}, {}});
    ShutdownResult result;
    bench.server.setAnswer("/health/shutdown", FakeAnswer::json(encode(result)));
    bench.actions.perform(bench.id, ServiceAction::Restart);
    QCOMPARE(bench.fleet.find(bench.id)->state(), ServiceState::Restarting);
    QTRY_COMPARE_WITH_TIMEOUT(bench.finished.count(), 1, 60'000);
    const Receipt *const receipt = bench.actions.receipt(bench.id);
    QVERIFY(receipt);
    QVERIFY(!receipt->ok);
    QVERIFY(!receipt->failure.isEmpty());
    QVERIFY(!bench.fleet.find(bench.id)->activity);
    QVERIFY(bench.lastEvent().startsWith(u"restart failed: "_s));
    // Its row tells it until it is well, or somebody has looked.
    bench.fleet.applyAnswer(bench.id, Reports::failure(ClientError::Refused));
    QCOMPARE(stateText(*bench.fleet.find(bench.id)), u"restart failed"_s);
    QCOMPARE(bench.fleet.find(bench.id)->state(), ServiceState::Unreachable);
    bench.fleet.setFailure(bench.id, {});
    QVERIFY(stateText(*bench.fleet.find(bench.id)).startsWith(u"unreachable"_s));
    QCOMPARE(bench.asked("POST /health/shutdown "), 1); // never twice
}

void TestServiceActions::aRunningSequenceKeepsOthersOutAndCanBeCancelled()
{
    Bench bench(RestartByCommand{{u"/bin/true"_s}, {}, {}});
    bench.server.setAnswer("/health/shutdown", FakeAnswer::hang());
    bench.actions.perform(bench.id, ServiceAction::Restart);
    for (const ServiceAction action : {ServiceAction::Restart, ServiceAction::ShutDown, ServiceAction::ScheduleShutDown,
                                       ServiceAction::CancelShutDown, ServiceAction::Start, ServiceAction::CheckNow})
        QVERIFY(bench.actions.whyNot(bench.id, action).contains(u"is busy"_s));
    QTRY_COMPARE(bench.asked("POST /health/shutdown "), 1);
    bench.actions.cancel(bench.id);
    QTRY_VERIFY(bench.actions.afterCancel(bench.id).endsWith(u"is not started again"_s)); // there is a button to start
    QVERIFY(bench.actions.isRunning(bench.id)); // it is to be started again first
    bench.actions.cancel(bench.id);
    QTRY_COMPARE(bench.finished.count(), 1);
    QVERIFY(!bench.actions.isRunning(bench.id));
    QVERIFY(!bench.actions.receipt(bench.id)->ok);
    // That is no trouble: it was wanted.
    QVERIFY2(bench.lastEvent().startsWith(u"restart: cancelled"_s), qPrintable(bench.lastEvent()));
    QVERIFY2(!bench.lastEvent().contains(u"hephaestus start"_s), qPrintable(bench.lastEvent()));
    QCOMPARE(bench.happened.last()[0].value<Event>().kind, EventKind::Information);
    QCOMPARE(bench.fleet.find(bench.id)->failure, QString());
}

QTEST_GUILESS_MAIN(TestServiceActions)
#include "tst_serviceactions.moc"
