// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/fleetwatch.h"
#include "tests/dashboard/model/reports.h"
#include "tests/support/fakehttpserver.h"
#include "tests/support/serviceprocess.h"

#include <QSignalSpy>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestHistoryKeeper : public QObject
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
    void aForeignProcessIsLookedForSeldom();
    void whoIsFoundIsNotLookedForAgain();
    void theOutputOfManyIsReadAFewAtATime();
};

/// A fleet whose history is kept in a directory that outlives it.
struct Bench
{
    QString directory;
    FleetWatch watch;

    explicit Bench(const QTemporaryDir &state) : directory(state.path()), watch(options(state.path()))
    {
        watch.keepHistory(directory + u"/history.db"_s);
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
        return watch.add(entry);
    }

    QList<Obituary> obituaries(const QString &url)
    {
        std::optional<QList<Obituary>> found;
        watch.history()->store().askObituaries(
            url, [&](const Result<QList<Obituary>> &result) { found = result ? *result : QList<Obituary>(); });
        return QTest::qWaitFor([&] { return found.has_value(); }, 20'000) ? *found : QList<Obituary>();
    }

    QStringList journal()
    {
        QStringList lines;
        for (int row = 0; row < watch.journal().rowCount(); ++row)
            lines << watch.journal().event(row).text;
        return lines;
    }
};

void TestHistoryKeeper::answersAreThereAfterwards()
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
        QSignalSpy answered(&bench.watch.fleet(), &FleetModel::answered);
        bench.watch.start();
        QTRY_VERIFY(answered.size() >= 3);
        HealthReport later = report;
        later.dependencies[0].successCount += 5;
        later.dependencies[1].failureCount += 2;
        server.setAnswer("/health/status", FakeAnswer::json(encode(later)));
        QTRY_COMPARE(bench.watch.fleet().find(id)->report->dependencies[0].successCount,
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

void TestHistoryKeeper::reopenedTheJournalTellsWhatHappenedBefore()
{
    const QTemporaryDir state;
    FakeHttpServer server;
    server.setAnswer("/health/status", FakeAnswer::json(encode(Reports::withError())));
    {
        Bench bench(state);
        bench.add(server.url());
        bench.watch.start();
        QTRY_VERIFY(bench.journal().contains(u"qdrant fails: connection refused"_s));
    }
    Bench bench(state);
    const ServiceId id = bench.add(server.url());
    QTRY_VERIFY(bench.journal().contains(u"qdrant fails: connection refused"_s));
    QCOMPARE(bench.watch.journal().event(0).service, id); // Enter on it goes to the service of today
}

void TestHistoryKeeper::reopenedTheLastReceiptIsThere()
{
    const QTemporaryDir state;
    const QString url = u"http://127.0.0.1:1"_s;
    const RestartByCommand broken{{u"/bin/false"_s}, {}, {}};
    Receipt failed;
    {
        Bench bench(state);
        const ServiceId id = bench.add(url, broken);
        bench.watch.actions().perform(id, ServiceAction::Start);
        QTRY_VERIFY(bench.watch.actions().receipt(id) && !bench.watch.actions().isRunning(id));
        failed = *bench.watch.actions().receipt(id);
        QVERIFY(!failed.ok && failed.failure.contains(u"exited with code 1"_s));
    }
    Bench bench(state);
    const ServiceId id = bench.add(url, broken);
    QTRY_VERIFY(bench.watch.actions().receipt(id));
    QCOMPARE(bench.watch.actions().receipt(id)->failure, failed.failure);
    QCOMPARE(bench.watch.actions().receipt(id)->steps.size(), failed.steps.size());

    // Of a service that is added later too; and what is done since counts more.
    Bench later(state);
    QTRY_VERIFY(!later.journal().isEmpty());
    const ServiceId added = later.add(url, broken);
    QTRY_VERIFY(later.watch.actions().receipt(added));
    later.watch.actions().remember(added, Receipt());
    QCOMPARE(later.watch.actions().receipt(added)->failure, failed.failure);
}

void TestHistoryKeeper::whatIsDoneHereHasAName()
{
    const QTemporaryDir state;
    FakeHttpServer server;
    HealthReport report = Reports::healthy();
    server.setAnswer("/health/status", FakeAnswer::json(encode(report)));
    server.setAnswer("/health/shutdown/schedule", FakeAnswer::json(encodeScheduled()));
    Bench bench(state);
    const ServiceId id = bench.add(server.url());
    bench.watch.start();
    QTRY_VERIFY(bench.watch.fleet().find(id)->isCurrent());
    bench.watch.actions().perform(id, ServiceAction::ScheduleShutDown, Seconds(10));
    QTRY_VERIFY(!bench.journal().isEmpty());
    QVERIFY(!bench.watch.journal().event(0).by.isEmpty());
    QVERIFY(bench.watch.journal()
                .index(0, EventJournal::Text)
                .data()
                .toString()
                .endsWith(u"by "_s + bench.watch.journal().event(0).by));
}

void TestHistoryKeeper::aProgramStartedHereLeavesItsLastWords()
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
    QSignalSpy buried(bench.watch.history(), &HistoryKeeper::buried);
    bench.watch.start();
    bench.watch.actions().perform(id, ServiceAction::Start);
    QTRY_VERIFY_WITH_TIMEOUT(!bench.watch.actions().isRunning(id) && bench.watch.fleet().find(id)->isCurrent(), 20'000);
    const qint64 pid = *bench.watch.fleet().find(id)->report->pid;
    ::kill(pid_t(pid), SIGSEGV);
    QTRY_COMPARE_WITH_TIMEOUT(buried.size(), 1, 20'000);
    QTRY_VERIFY(!bench.watch.fleet().find(id)->isCurrent()); // and the poll that finds nobody adds no second one
    const QList<Obituary> obituaries = bench.obituaries(url);
    QCOMPARE(obituaries.size(), 1);
    QCOMPARE(obituaries[0].pid, pid);
    QCOMPARE(obituaries[0].exit, (std::optional<ExitStatus>(ExitStatus{0, SIGSEGV})));
    QVERIFY2(obituaries[0].log.contains("listening on"), obituaries[0].log.constData());
    QVERIFY(!obituaries[0].bodies.isEmpty() && obituaries[0].bodies.last().body.contains("\"healthy\""));
    QVERIFY(bench.journal().contains(obituaries[0].reason));
}

void TestHistoryKeeper::aProgramOfSomebodyElseIsBuriedToo()
{
    const QTemporaryDir state;
    Test::ServiceProcess service;
    QVERIFY(service.start(QStringLiteral(FAKESERVICE), {u"0"_s}));
    const QString url = u"http://127.0.0.1:%1"_s.arg(service.port);
    Bench bench(state);
    const ServiceId id = bench.add(url);
    QSignalSpy buried(bench.watch.history(), &HistoryKeeper::buried);
    bench.watch.start();
    QTRY_VERIFY(bench.watch.fleet().find(id)->isCurrent());
    service.signal(SIGKILL);
    QCOMPARE(service.exitCode(), 128 + SIGKILL);
    QTRY_COMPARE_WITH_TIMEOUT(buried.size(), 1, 20'000);
    const QList<Obituary> obituaries = bench.obituaries(url);
    QCOMPARE(obituaries.size(), 1);
    QVERIFY(!obituaries[0].bodies.isEmpty());
    if (obituaries[0].exit) // where the kernel tells
        QCOMPARE(*obituaries[0].exit, (ExitStatus{0, SIGKILL}));
    QVERIFY(obituaries[0].reason.contains(QString::number(obituaries[0].pid)));
}

void TestHistoryKeeper::aWrappedProgramIsBuriedWithItsExitCode()
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
    QSignalSpy buried(bench.watch.history(), &HistoryKeeper::buried);
    bench.watch.start();
    QTRY_VERIFY(bench.watch.fleet().find(id)->isCurrent());
    report.process = WrappedProcess{.state = ProcessState::BackingOff, .exitCode = 3};
    server.setAnswer("/health/status", FakeAnswer::json(encode(report)));
    QTRY_COMPARE(buried.size(), 1);
    const QList<Obituary> obituaries = bench.obituaries(server.url());
    QCOMPARE(obituaries.size(), 1);
    QCOMPARE(obituaries[0].pid, 4312);
    QCOMPARE(obituaries[0].exit, (std::optional<ExitStatus>(ExitStatus{3, 0})));
    QCOMPARE(obituaries[0].log, QByteArray("no such table: orders\n"));
}

/// A keeper whose clock and whose look at /proc are the test's.
struct Looks
{
    ManualClock time;
    FleetModel fleet{time};
    ServiceActions actions{fleet};
    EventJournal journal;
    QTemporaryDir state;
    HistoryStore store{state.filePath(QStringLiteral("history.db"))};
    bool found = false;
    QList<qint64> pids; ///< that were looked for, in turn
    HistoryKeeper keeper{
        fleet, actions, journal, store, state.path(), time, [this](const ServiceAddress &, qint64 pid) {
            pids << pid;
            return found;
        }};

    /// An answer of that process every second for so long.
    void answer(ServiceId id, qint64 pid, std::chrono::seconds time)
    {
        HealthReport report = Reports::healthy();
        report.pid = pid;
        for (auto passed = 0s; passed < time; passed += 1s) {
            this->time.advance(1s);
            fleet.take(id, Reports::answer(report));
        }
    }
};

void TestHistoryKeeper::aForeignProcessIsLookedForSeldom()
{
    Looks looks;
    const ServiceId id = looks.fleet.add(Reports::entry(u"of a container"_s));
    looks.answer(id, 7, 300s);
    QCOMPARE(looks.pids, QList<qint64>{7});
    looks.answer(id, 7, 1s);
    QCOMPARE(looks.pids, (QList<qint64>{7, 7}));
    looks.answer(id, 8, 60s); // another process is another matter
    QCOMPARE(looks.pids, (QList<qint64>{7, 7, 8}));
    const ServiceId elsewhere = looks.fleet.add(Reports::entry(u"elsewhere"_s, u"http://192.0.2.1:80"_s));
    looks.answer(elsewhere, 7, 60s);
    QCOMPARE(looks.pids.size(), 3); // no process of this machine
    QVERIFY(!looks.keeper.isLocal(id));
}

void TestHistoryKeeper::whoIsFoundIsNotLookedForAgain()
{
    Looks looks;
    looks.found = true;
    const ServiceId id = looks.fleet.add(Reports::entry(u"here"_s));
    const qint64 self = QCoreApplication::applicationPid();
    looks.answer(id, self, 1800s);
    QCOMPARE(looks.pids, QList<qint64>{self});
    QVERIFY(looks.keeper.isLocal(id));
}

void TestHistoryKeeper::theOutputOfManyIsReadAFewAtATime()
{
    constexpr int Services = 20;
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    QList<QTcpSocket *> open;
    int asked = 0;
    qsizetype most = 0;
    connect(&server, &QTcpServer::newConnection, &server, [&] {
        for (; QTcpSocket *const client = server.nextPendingConnection(); ++asked)
            open << client;
        most = std::max(most, open.size());
    });
    Looks looks;
    HealthReport report = Reports::healthy();
    report.capabilities << u"logs"_s;
    for (int i = 0; i < Services; ++i) {
        const ServiceId id =
            looks.fleet.add(Reports::entry(u"service"_s, u"http://127.0.0.1:%1/%2"_s.arg(server.serverPort()).arg(i)));
        looks.fleet.take(id, Reports::answer(report)); // as if all had answered at once
        looks.fleet.take(id, Reports::answer(report));
    }
    for (int answered = 0; answered < Services; ++answered) {
        QTRY_VERIFY(!open.isEmpty() && open.first()->canReadLine());
        open.first()->write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        open.takeFirst()->disconnectFromHost();
    }
    QCOMPARE(asked, Services);
    QVERIFY2(most <= 4, qPrintable(QString::number(most)));
}

QTEST_GUILESS_MAIN(TestHistoryKeeper)
#include "tst_historykeeper.moc"
