// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/bulkactions.h"
#include "tests/dashboard/model/reports.h"
#include "tests/support/fakehttpserver.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestBulkActions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theyRunOneAfterTheOtherInTheOrderOfTheirDependencies();
    void shutdownsRunInTheReverseOrder();
    void whatDependsOnAFailureIsNotTried();
    void whoWaitsSaysSoAndCanBeTakenOut();
    void manyAreTakenOutTogether();
    void whatWasCalledOffDidNotFail();
    void whatCannotIsLeftOut();
    void readOnlyMeansNothingIsAsked();
};

/// Services that fakes answer for; each restart fails quickly, as nothing truly restarts, or hangs if asked to.
struct Bench
{
    std::vector<std::unique_ptr<FakeHttpServer>> servers;
    QTemporaryDir state;
    FleetModel fleet;
    ServiceActions actions;
    BulkActions bulk{fleet, actions};
    QSignalSpy begun{&actions, &ServiceActions::begun};
    QSignalSpy happened{&bulk, &BulkActions::happened};

    Bench() : actions(fleet, impatient()) {}

    SequenceOptions impatient() const
    {
        SequenceOptions options;
        options.stateDirectory = state.path();
        options.goneTimeout = options.portTimeout = 100ms;
        return options;
    }

    ServiceId add(const QString &name, const QStringList &dependsOn = {}, bool hangs = false)
    {
        servers.push_back(std::make_unique<FakeHttpServer>());
        FakeHttpServer &server = *servers.back();
        const HealthReport report = Reports::healthy(name);
        for (const char *path : {"/health/status", "/health/live"})
            server.setAnswer(path, FakeAnswer::json(encode(report)));
        server.setAnswer("/health/shutdown", hangs ? FakeAnswer::hang() : FakeAnswer::json(encode(ShutdownResult())));
        FleetEntry entry = Reports::entry(name, server.url());
        entry.dependsOn = dependsOn;
        entry.restart = RestartByCommand{{u"/bin/true"_s}, {}, {}};
        const ServiceId id = fleet.add(entry);
        fleet.applyAnswer(id, Reports::answer(report));
        return id;
    }

    QStringList order() const
    {
        QStringList names;
        for (const QList<QVariant> &call : begun)
            names << fleet.find(call[0].value<ServiceId>())->entry.name;
        return names;
    }

    int asked(int server) const
    {
        return int(std::ranges::count_if(servers[std::size_t(server)]->requests(),
                                         [](const QByteArray &request) { return request.startsWith("POST"); }));
    }
};

void TestBulkActions::theyRunOneAfterTheOtherInTheOrderOfTheirDependencies()
{
    Bench bench;
    const ServiceId api = bench.add(u"api"_s);
    const ServiceId web = bench.add(u"web"_s, {u"cache"_s}); // not among those restarted: no matter
    const ServiceId last = bench.add(u"last"_s);
    int atOnce = 0;
    connect(&bench.actions, &ServiceActions::begun, &bench.fleet, [&] {
        int running = 0;
        for (const ServiceId id : bench.fleet.ids())
            running += bench.actions.isRunning(id);
        atOnce = std::max(atOnce, running);
    });
    bench.bulk.perform({last, api, web}, ServiceAction::Restart);
    QCOMPARE(bench.bulk.progress().total, 3);
    QTRY_COMPARE_WITH_TIMEOUT(bench.bulk.progress().total, 0, 60'000);
    QCOMPARE(bench.order(), (QStringList{u"last"_s, u"api"_s, u"web"_s}));
    QCOMPARE(atOnce, 1);
}

void TestBulkActions::shutdownsRunInTheReverseOrder()
{
    Bench bench;
    const ServiceId web = bench.add(u"web"_s, {u"api"_s});
    const ServiceId database = bench.add(u"database"_s);
    const ServiceId api = bench.add(u"api"_s, {u"database"_s});
    bench.bulk.perform({web, database, api}, ServiceAction::ShutDown);
    QTRY_COMPARE_WITH_TIMEOUT(bench.bulk.progress().total, 0, 60'000);
    QCOMPARE(bench.order(), (QStringList{u"web"_s, u"api"_s, u"database"_s}));
}

void TestBulkActions::whatDependsOnAFailureIsNotTried()
{
    Bench bench;
    const ServiceId web = bench.add(u"web"_s, {u"api"_s});
    const ServiceId api = bench.add(u"api"_s);
    bench.bulk.perform({web, api}, ServiceAction::Restart);
    QTRY_COMPARE_WITH_TIMEOUT(bench.bulk.progress().total, 0, 60'000);
    QCOMPARE(bench.order(), QStringList{u"api"_s});
    QCOMPARE(bench.asked(0), 0);
    QVERIFY2(bench.bulk.summary().startsWith(u"2 failed: api: "_s), qPrintable(bench.bulk.summary()));
    QVERIFY(bench.bulk.summary().endsWith(u"; web: it depends on api, which failed"_s));
    bench.bulk.dismissSummary();
    QVERIFY(bench.bulk.summary().isEmpty());
    QCOMPARE(bench.happened.count(), 1);
    QCOMPARE(bench.happened[0][0].value<Event>().text, u"not tried: it depends on api, which failed"_s);
    QVERIFY(!bench.fleet.find(web)->activity);
}

void TestBulkActions::whoWaitsSaysSoAndCanBeTakenOut()
{
    Bench bench;
    const ServiceId one = bench.add(u"one"_s, {}, true);
    const ServiceId two = bench.add(u"two"_s);
    const ServiceId three = bench.add(u"three"_s);
    bench.bulk.perform({one, two, three}, ServiceAction::Restart);
    QVERIFY(bench.actions.isRunning(one));
    QVERIFY(bench.bulk.isWaiting(three));
    QCOMPARE(stateText(*bench.fleet.find(three)), u"restart, 2 before it"_s);
    QCOMPARE(bench.fleet.find(three)->state(), ServiceState::Healthy); // so far nothing has happened to it
    QVERIFY(bench.actions.whyNot(three, ServiceAction::ShutDown).contains(u"is busy"_s));
    bench.bulk.cancel({two});
    QCOMPARE(stateText(*bench.fleet.find(two)), u"healthy"_s);
    QCOMPARE(stateText(*bench.fleet.find(three)), u"restart, 1 before it"_s);
    bench.bulk.cancelWaiting();
    QVERIFY(bench.actions.isRunning(one)); // it goes on
    QCOMPARE(stateText(*bench.fleet.find(three)), u"healthy"_s);
    bench.bulk.cancel({one});
    QTRY_COMPARE(bench.bulk.progress().total, 0);
    QCOMPARE(bench.asked(1) + bench.asked(2), 0);
    QVERIFY2(bench.bulk.summary().startsWith(u"3 called off: one"_s), qPrintable(bench.bulk.summary()));
    QVERIFY2(!bench.bulk.summary().contains(u"failed"_s), qPrintable(bench.bulk.summary()));
}

void TestBulkActions::whatWasCalledOffDidNotFail()
{
    Bench bench;
    const ServiceId fails = bench.add(u"fails"_s);
    const ServiceId hangs = bench.add(u"hangs"_s, {}, true);
    const ServiceId waits = bench.add(u"waits"_s);
    bench.bulk.perform({fails, hangs, waits}, ServiceAction::Restart);
    QTRY_VERIFY_WITH_TIMEOUT(bench.actions.isRunning(hangs), 60'000);
    bench.bulk.cancel({waits});
    QCOMPARE(bench.bulk.progress().failed, 1);
    bench.bulk.cancel({hangs});
    bench.bulk.cancel({hangs}); // nor is it started
    QTRY_COMPARE_WITH_TIMEOUT(bench.bulk.progress().total, 0, 60'000);
    const QString told = bench.bulk.summary();
    QVERIFY2(told.startsWith(u"2 called off: hangs"_s), qPrintable(told));
    QVERIFY2(told.contains(u", 1 failed: fails"_s), qPrintable(told));
}

void TestBulkActions::manyAreTakenOutTogether()
{
    Bench bench;
    QList<ServiceId> ids{bench.add(u"first"_s, {}, true)};
    for (int each = 0; each < 10; ++each)
        ids << bench.add(u"next%1"_s.arg(each));
    bench.bulk.perform(ids, ServiceAction::Restart);
    QCOMPARE(bench.bulk.progress().total, 11);
    const QSignalSpy progress(&bench.bulk, &BulkActions::progressChanged);
    const QSignalSpy changed(&bench.fleet, &QAbstractItemModel::dataChanged);
    bench.bulk.cancel(ids.mid(1));
    QCOMPARE(bench.bulk.progress().total, 1);
    QCOMPARE(progress.count(), 1);
    QCOMPARE(changed.count(), 1); // of all rows together
    for (const ServiceId id : ids.mid(1))
        QVERIFY(!bench.fleet.find(id)->activity);
    bench.bulk.cancel(ids);
    QTRY_COMPARE(bench.bulk.progress().total, 0);
    QCOMPARE(bench.begun.count(), 1);
}

void TestBulkActions::whatCannotIsLeftOut()
{
    Bench bench;
    const ServiceId one = bench.add(u"one"_s);
    const ServiceId gone = bench.add(u"gone"_s);
    bench.fleet.applyAnswer(gone, Reports::failure(ClientError::Refused));
    bench.bulk.perform({one, gone}, ServiceAction::ShutDown);
    QCOMPARE(bench.bulk.progress().total, 1);
    QTRY_COMPARE_WITH_TIMEOUT(bench.bulk.progress().total, 0, 60'000);
    QCOMPARE(bench.order(), QStringList{u"one"_s});
}

void TestBulkActions::readOnlyMeansNothingIsAsked()
{
    Bench bench;
    bench.actions.setReadOnly(true);
    const QList<ServiceId> ids{bench.add(u"one"_s), bench.add(u"two"_s)};
    for (const ServiceAction action : {ServiceAction::Restart, ServiceAction::ShutDown, ServiceAction::ScheduleShutDown,
                                       ServiceAction::CancelShutDown, ServiceAction::Start, ServiceAction::CheckNow}) {
        QVERIFY(bench.actions.whyNot(ids[0], action).contains(u"--read-only"_s));
        bench.bulk.perform(ids, action);
        bench.actions.perform(ids[0], action);
    }
    QCOMPARE(bench.bulk.progress().total, 0);
    QCOMPARE(bench.begun.count(), 0);
}

QTEST_GUILESS_MAIN(TestBulkActions)
#include "tst_bulkactions.moc"
