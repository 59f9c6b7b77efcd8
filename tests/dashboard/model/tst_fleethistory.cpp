// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/fleetsession.h"
#include "tests/dashboard/model/reports.h"
#include "tests/support/fakehttpserver.h"
#include "tests/support/serviceprocess.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestFleetHistory : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void answersAreThereAfterwards();
    void reopenedTheJournalTellsWhatHappenedBefore();
    void reopenedTheLastReceiptIsThere();
    void whatIsDoneHereHasAName();
    void aProgramStartedHereLeavesItsLastWords();
    void aProgramOfSomebodyElseIsBuriedToo();
    void aWrappedProgramIsBuriedWithItsExitCode();
};

/// A fleet whose history is kept in a directory that outlives it.
struct Bench
{
    QString directory;
    FleetSession session;

    explicit Bench(const QTemporaryDir &state) : directory(state.path()), session(options(state.path()))
    {
        session.keepHistory(directory + u"/history.db"_s);
    }

    static SequenceOptions options(const QString &state)
    {
        SequenceOptions options;
        options.stateDirectory = state;
        return options;
    }

    ServiceId add(const QString &url, const RestartMethod &restart = {})
    {
        FleetEntry entry = Reports::entry(u"mcp"_s, url);
        entry.interval = 100ms;
        entry.restart = restart;
        return session.add(entry);
    }

    QList<Obituary> obituaries(const QString &url)
    {
        std::optional<QList<Obituary>> found;
        session.history()->store().askObituaries(
            url, [&](const Result<QList<Obituary>> &result) { found = result ? *result : QList<Obituary>(); });
        return QTest::qWaitFor([&] { return found.has_value(); }, 60'000) ? *found : QList<Obituary>();
    }

    QStringList journal()
    {
        QStringList lines;
        for (int row = 0; row < session.journal().rowCount(); ++row)
            lines << session.journal().event(row).text;
        return lines;
    }
};

void TestFleetHistory::answersAreThereAfterwards()
{
    const QTemporaryDir state;
    FakeHttpServer server;
    HealthReport report = Reports::healthy();
    report.resources.residentBytes = 4096;
    server.setAnswer("/health/status", FakeAnswer::json(encode(report)));
    const History::Time from = std::chrono::system_clock::now();
    {
        Bench bench(state);
        const ServiceId id = bench.add(server.url());
        QSignalSpy answered(&bench.session.fleet(), &FleetModel::answered);
        bench.session.start();
        QTRY_VERIFY(answered.size() >= 3);
        HealthReport later = report;
        later.dependencies[0].successCount += 5;
        later.dependencies[1].failureCount += 2;
        server.setAnswer("/health/status", FakeAnswer::json(encode(later)));
        QTRY_COMPARE(bench.session.fleet().find(id)->report->dependencies[0].successCount,
                     later.dependencies[0].successCount);
    }
    HistoryStore store(state.filePath(u"history.db"_s));
    std::optional<HistoryRange> range;
    store.askRange(server.url(), from - 1s, from + 60s, 1s,
                   [&](const Result<HistoryRange> &result) { range = result ? *result : HistoryRange(); });
    QTRY_VERIFY(range);
    QVERIFY(!range->stretches.empty());
    QCOMPARE(range->stretches.back().highest.residentBytes, std::optional<qint64>(4096));
    QVERIFY(range->stretches.back().latency > 0s);
    qint64 successes = 0;
    qint64 failures = 0;
    for (const History::Sample &sample : range->total()) {
        successes += sample.successes;
        failures += sample.failures;
    }
    QCOMPARE(successes, 5);
    QCOMPARE(failures, 2);
}

void TestFleetHistory::reopenedTheJournalTellsWhatHappenedBefore()
{
    const QTemporaryDir state;
    FakeHttpServer server;
    server.setAnswer("/health/status", FakeAnswer::json(encode(Reports::withError())));
    {
        Bench bench(state);
        bench.add(server.url());
        bench.session.start();
        QTRY_VERIFY(bench.journal().contains(u"qdrant fails: connection refused"_s));
    }
    Bench bench(state);
    const ServiceId id = bench.add(server.url());
    QTRY_VERIFY(bench.journal().contains(u"qdrant fails: connection refused"_s));
    QCOMPARE(bench.session.journal().event(0).service, id); // Enter on it goes to the service of today
}

void TestFleetHistory::reopenedTheLastReceiptIsThere()
{
    const QTemporaryDir state;
    const QString url = u"http://127.0.0.1:1"_s;
    const RestartByCommand broken{{u"/bin/false"_s}, {}, {}};
    Receipt failed;
    {
        Bench bench(state);
        const ServiceId id = bench.add(url, broken);
        bench.session.actions().perform(id, ServiceAction::Start);
        QTRY_VERIFY(bench.session.actions().receipt(id) && !bench.session.actions().isRunning(id));
        failed = *bench.session.actions().receipt(id);
        QVERIFY(!failed.ok && failed.failure.contains(u"exited with code 1"_s));
    }
    Bench bench(state);
    const ServiceId id = bench.add(url, broken);
    QTRY_VERIFY(bench.session.actions().receipt(id));
    QCOMPARE(bench.session.actions().receipt(id)->failure, failed.failure);
    QCOMPARE(bench.session.actions().receipt(id)->steps.size(), failed.steps.size());

    // Of a service that is added later too; and what is done since counts more.
    Bench later(state);
    QTRY_VERIFY(!later.journal().isEmpty());
    const ServiceId added = later.add(url, broken);
    QTRY_VERIFY(later.session.actions().receipt(added));
    later.session.actions().remember(added, Receipt());
    QCOMPARE(later.session.actions().receipt(added)->failure, failed.failure);
}

void TestFleetHistory::whatIsDoneHereHasAName()
{
    const QTemporaryDir state;
    FakeHttpServer server;
    HealthReport report = Reports::healthy();
    server.setAnswer("/health/status", FakeAnswer::json(encode(report)));
    server.setAnswer("/health/shutdown/schedule", FakeAnswer::json(encodeScheduled()));
    Bench bench(state);
    const ServiceId id = bench.add(server.url());
    bench.session.start();
    QTRY_VERIFY(bench.session.fleet().find(id)->isCurrent());
    bench.session.actions().perform(id, ServiceAction::ScheduleShutDown, Seconds(10));
    QTRY_VERIFY(!bench.journal().isEmpty());
    QVERIFY(!bench.session.journal().event(0).by.isEmpty());
    QVERIFY(bench.session.journal()
                .index(0, EventJournal::Text)
                .data()
                .toString()
                .endsWith(u"by "_s + bench.session.journal().event(0).by));
}

void TestFleetHistory::aProgramStartedHereLeavesItsLastWords()
{
    const QTemporaryDir state;
    Test::ServiceProcess once; // a port that is free
    QVERIFY(once.start(QStringLiteral(FAKESERVICE), {u"0"_s}));
    const QString port = QString::number(once.port);
    once.signal(SIGKILL);
    once.exitCode();
    const QString url = u"http://127.0.0.1:"_s + port;
    Bench bench(state);
    const ServiceId id = bench.add(url, RestartByCommand{{QStringLiteral(FAKESERVICE), port}, {}, {}});
    QSignalSpy buried(bench.session.history(), &FleetHistory::buried);
    bench.session.start();
    bench.session.actions().perform(id, ServiceAction::Start);
    QTRY_VERIFY_WITH_TIMEOUT(!bench.session.actions().isRunning(id) && bench.session.fleet().find(id)->isCurrent(),
                             60'000);
    const qint64 pid = *bench.session.fleet().find(id)->report->pid;
    ::kill(pid_t(pid), SIGSEGV);
    QTRY_COMPARE_WITH_TIMEOUT(buried.size(), 1, 60'000);
    QTRY_VERIFY(!bench.session.fleet().find(id)->isCurrent()); // and the poll that finds nobody adds no second one
    const QList<Obituary> obituaries = bench.obituaries(url);
    QCOMPARE(obituaries.size(), 1);
    QCOMPARE(obituaries[0].pid, pid);
    QCOMPARE(obituaries[0].exit, (std::optional<ExitStatus>(ExitStatus{0, SIGSEGV})));
    QVERIFY2(obituaries[0].log.contains("listening on"), obituaries[0].log.constData());
    QVERIFY(!obituaries[0].bodies.isEmpty() && obituaries[0].bodies.last().body.contains("\"healthy\""));
    QVERIFY(bench.journal().contains(obituaries[0].reason));
}

void TestFleetHistory::aProgramOfSomebodyElseIsBuriedToo()
{
    const QTemporaryDir state;
    Test::ServiceProcess service;
    QVERIFY(service.start(QStringLiteral(FAKESERVICE), {u"0"_s}));
    const QString url = u"http://127.0.0.1:%1"_s.arg(service.port);
    Bench bench(state);
    const ServiceId id = bench.add(url);
    QSignalSpy buried(bench.session.history(), &FleetHistory::buried);
    bench.session.start();
    QTRY_VERIFY(bench.session.fleet().find(id)->isCurrent());
    service.signal(SIGKILL);
    QCOMPARE(service.exitCode(), 128 + SIGKILL);
    QTRY_COMPARE_WITH_TIMEOUT(buried.size(), 1, 60'000);
    const QList<Obituary> obituaries = bench.obituaries(url);
    QCOMPARE(obituaries.size(), 1);
    QVERIFY(!obituaries[0].bodies.isEmpty());
    if (obituaries[0].exit) // where the kernel tells
        QCOMPARE(*obituaries[0].exit, (ExitStatus{0, SIGKILL}));
    QVERIFY(obituaries[0].reason.contains(QString::number(obituaries[0].pid)));
}

void TestFleetHistory::aWrappedProgramIsBuriedWithItsExitCode()
{
    const QTemporaryDir state;
    FakeHttpServer server;
    HealthReport report = Reports::healthy();
    report.capabilities << u"logs"_s;
    report.process = WrappedProcess{.pid = 4312, .state = ProcessState::Running};
    server.setAnswer("/health/status", FakeAnswer::json(encode(report)));
    server.setAnswer("/health/logs", FakeAnswer::json("no such table: orders\n"));
    Bench bench(state);
    const ServiceId id = bench.add(server.url());
    QSignalSpy buried(bench.session.history(), &FleetHistory::buried);
    bench.session.start();
    QTRY_VERIFY(bench.session.fleet().find(id)->isCurrent());
    report.process = WrappedProcess{.state = ProcessState::BackingOff, .exitCode = 3};
    server.setAnswer("/health/status", FakeAnswer::json(encode(report)));
    QTRY_COMPARE(buried.size(), 1);
    const QList<Obituary> obituaries = bench.obituaries(server.url());
    QCOMPARE(obituaries.size(), 1);
    QCOMPARE(obituaries[0].pid, 4312);
    QCOMPARE(obituaries[0].exit, (std::optional<ExitStatus>(ExitStatus{3, 0})));
    QCOMPARE(obituaries[0].log, QByteArray("no such table: orders\n"));
}

QTEST_GUILESS_MAIN(TestFleetHistory)
#include "tst_fleethistory.moc"
