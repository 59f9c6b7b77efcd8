// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/actlock.h"
#include "common/fleet/plannedend.h"
#include "dashboard/model/fleetsession.h"
#include "dashboard/model/language.h"
#include "tests/dashboard/model/reports.h"
#include "tests/support/fakehttpserver.h"
#include "tests/support/serviceprocess.h"

#include <QDir>
#include <QProcess>
#include <QRegularExpression>
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
    void whatAnEarlierDayToldIsNotToldAgain();
    void inOtherWordsItIsNotToldAgainEither_data();
    void inOtherWordsItIsNotToldAgainEither();
    void whatOtherFleetsDidIsNotTold();
    void reopenedTheLastReceiptIsThere();
    void whatIsDoneHereHasAName();
    void aProgramStartedHereLeavesItsLastWords();
    void aProgramOfSomebodyElseIsBuriedToo();
    void whatWasAskedToEndIsNoDeath_data();
    void whatWasAskedToEndIsNoDeath();
    void aServiceSeenToShutDownStaysStoppedOverARestartOfTheWindow();
    void aStartElsewhereIsSeenThoughItFails();
    void whatFailedOfARestartElsewhereIsToldThoughSomethingIsLeft();
    void whoIsRestartedElsewhereIsRestartingWhileItShutsDown();
    void anActThatWasBrokenOffIsTold_data();
    void anActThatWasBrokenOffIsTold();
    void whoWasStartedSinceIsNotGoneByWhatWasBrokenOff();
    void whatFailedOfAStopElsewhereIsTold();
    void whoIsSeenToEndIsNotHealthyUntilTheNextPoll();
    void whoTakesTheAddressOfADeadServiceIsNamed();
    void aStrangerIsNotTheServiceOverARestartOfTheWindow();
    void aProgramThatIsAskedToEndIsNotDeadYet();
    void aWrappedProgramIsBuriedWithItsExitCode();
    void theEndOfAForeignServiceIsNoDeath_data();
    void theEndOfAForeignServiceIsNoDeath();
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

void TestFleetHistory::whatAnEarlierDayToldIsNotToldAgain()
{
    const QTemporaryDir state;
    FakeHttpServer server;
    server.setAnswer("/health/status", FakeAnswer::json(encode(Reports::withError())));
    for (int day = 0; day < 3; ++day) {
        Bench bench(state);
        const ServiceId id = bench.add(server.url());
        bench.session.start();
        QTRY_VERIFY(bench.session.fleet().find(id)->isCurrent());
        QTRY_COMPARE(bench.journal().count(u"qdrant fails: connection refused"_s), 1);
        QCOMPARE(bench.session.journal().index(0, EventJournal::Text).data().toString(),
                 u"qdrant fails: connection refused"_s); // not "3 times"
    }
}

/// In another language, or for another reason of the same trouble.
void TestFleetHistory::inOtherWordsItIsNotToldAgainEither_data()
{
    using Answers = QList<Answer<HealthReport>>; // one a day
    QTest::addColumn<Answers>("answers");
    QTest::addColumn<int>("told");
    HealthReport late = Reports::withError();
    late.dependencies[1].error = u"timed out"_s;
    const auto stale = [](qint64 files) {
        HealthReport report = Reports::healthy();
        const CodeChange change{u"/srv/a.py"_s, u"source"_s, u"modified"_s};
        report.code = CodeReport{CodeVerdict::Stale, QList<CodeChange>(files, change), Seconds(0), 0};
        return Reports::answer(report);
    };
    const auto refused = Reports::failure(ClientError::Refused);
    QTest::newRow("unreachable") << Answers{refused, refused, Reports::failure(ClientError::Disconnected)} << 1;
    QTest::newRow("old code") << Answers{stale(1), stale(1), stale(3)} << 1;
    QTest::newRow("a dependency") << Answers{Reports::answer(Reports::withError()),
                                             Reports::answer(Reports::withError()), Reports::answer(late)}
                                  << 1;
    QTest::newRow("another trouble") << Answers{refused, stale(1), stale(1)} << 2;
}

void TestFleetHistory::inOtherWordsItIsNotToldAgainEither()
{
    using Answers = QList<Answer<HealthReport>>;
    QFETCH(const Answers, answers);
    const QTemporaryDir state;
    const QString url = u"http://127.0.0.1:1"_s;
    const auto english = qScopeGuard([] { useLanguage(u"en"_s); });
    QSet<QString> told;
    for (int day = 0; day < int(answers.size()); ++day) {
        useLanguage(day == 1 ? u"de"_s : u"en"_s);
        Bench bench(state);
        const ServiceId id = bench.add(url);
        bench.session.fleet().applyAnswer(id, answers[day]);
        bench.obituaries(url); // answered after what was asked before
        for (const QString &text : bench.journal())
            told << text;
    }
    QTEST(int(told.size()), "told");
}

void TestFleetHistory::whatOtherFleetsDidIsNotTold()
{
    const QTemporaryDir state;
    FakeHttpServer server;
    server.setAnswer("/health/status", FakeAnswer::json(encode(Reports::withError())));
    {
        Bench bench(state);
        bench.add(server.url());
        bench.session.start();
        QTRY_VERIFY(!bench.journal().isEmpty());
    }
    FakeHttpServer another;
    HealthReport stale = Reports::healthy();
    stale.code = CodeReport{CodeVerdict::Stale, {}, {}};
    another.setAnswer("/health/status", FakeAnswer::json(encode(stale)));
    Bench bench(state);
    bench.add(another.url());
    bench.session.start();
    QTRY_COMPARE(bench.journal(), QStringList{u"runs old code"_s}); // once the earlier ones are known
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
    QSignalSpy told(&later.session.journal(), &QAbstractItemModel::rowsInserted);
    const ServiceId added = later.add(url, broken);
    QTRY_VERIFY(later.session.actions().receipt(added));
    QTRY_VERIFY(!told.isEmpty());
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

void TestFleetHistory::whatWasAskedToEndIsNoDeath_data()
{
    QTest::addColumn<FleetAction>("action");
    QTest::newRow("stopped") << FleetAction::Stop;
    QTest::newRow("restarted") << FleetAction::Restart;
}

/// Also when another process of this user asks: `hephaestus down`.
void TestFleetHistory::whatWasAskedToEndIsNoDeath()
{
    QFETCH(FleetAction, action);
    const QTemporaryDir state;
    Test::ServiceProcess service;
    QVERIFY(service.start(QStringLiteral(FAKESERVICE), {u"0"_s}));
    const QString url = u"http://127.0.0.1:%1"_s.arg(service.port);
    Bench bench(state);
    const ServiceId id = bench.add(url);
    QSignalSpy buried(bench.session.history(), &FleetHistory::buried);
    bench.session.start();
    QTRY_VERIFY(bench.session.fleet().find(id)->isCurrent());
    const qint64 pid = *bench.session.fleet().find(id)->report->pid;
    auto act = ActLock::request(bench.session.fleet().find(id)->entry, action, state.path());
    QVERIFY(act && (*act)->tryToBegin());
    service.signal(SIGTERM);
    service.exitCode();
    QTRY_VERIFY(bench.journal().contains(u"pid %1 ended as asked"_s.arg(pid)) // where the kernel tells how
                || bench.journal().contains(u"pid %1 has ended, as was asked; how nobody told"_s.arg(pid)));
    const bool isStop = action == FleetAction::Stop;
    QTRY_COMPARE(bench.session.fleet().find(id)->state(),
                 isStop ? ServiceState::ShuttingDown : ServiceState::Restarting);
    if (isStop)
        (*act)->noteStopped();
    (*act)->end({});
    QTRY_COMPARE(bench.session.fleet().find(id)->state(), isStop ? ServiceState::Stopped : ServiceState::Unreachable);
    QCOMPARE(buried.size(), 0);
    QVERIFY(bench.obituaries(url).isEmpty());
    for (int row = 0; row < bench.session.journal().rowCount() && isStop; ++row)
        QVERIFY2(bench.session.journal().event(row).kind != EventKind::Trouble,
                 qPrintable(bench.session.journal().event(row).text));
    // A window that is opened later knows, too.
    Bench later(state);
    const ServiceId known = later.add(url);
    later.session.start();
    QTRY_COMPARE(later.session.fleet().find(known)->state(),
                 isStop ? ServiceState::Stopped : ServiceState::Unreachable);
}

void TestFleetHistory::aServiceSeenToShutDownStaysStoppedOverARestartOfTheWindow()
{
    const QTemporaryDir state;
    auto server = std::make_unique<FakeHttpServer>();
    const QString url = server->url();
    server->setAnswer("/health/status", FakeAnswer::json(encode(Reports::shuttingDown())));
    for (const ServiceState expected : {ServiceState::ShuttingDown, ServiceState::Stopped}) {
        Bench bench(state);
        const ServiceId id = bench.add(url);
        bench.session.start();
        QTRY_COMPARE(bench.session.fleet().find(id)->state(), expected);
        server.reset();
        QTRY_COMPARE(bench.session.fleet().find(id)->state(), ServiceState::Stopped);
    }
}

/// By `hephaestus start`, say: it may be over long before the service is asked again.
void TestFleetHistory::aStartElsewhereIsSeenThoughItFails()
{
    const QTemporaryDir state;
    FleetEntry entry = Reports::entry(u"mcp"_s, u"http://127.0.0.1:1"_s);
    entry.interval = 1h;
    QVERIFY(recordStopped(entry, true, state.path()));
    Bench bench(state);
    const ServiceId id = bench.session.add(entry);
    const auto row = [&] { return *bench.session.fleet().find(id); };
    bench.session.start();
    QTRY_COMPARE(row().state(), ServiceState::Stopped);
    QVERIFY2(!stateReason(row()).contains(u"nothing"_s), qPrintable(stateReason(row()))); // that is not known
    auto start = ActLock::request(entry, FleetAction::Start, state.path());
    QVERIFY(start && (*start)->tryToBegin());
    QTRY_COMPARE(row().state(), ServiceState::Restarting);
    QVERIFY2(bench.journal().first().startsWith(u"is being started by "_s), qPrintable(bench.journal().first()));
    Receipt receipt;
    receipt.service = entry.name;
    receipt.action = FleetAction::Start;
    receipt.startedAt = QDateTime::currentDateTimeUtc();
    receipt.failure = u"it exited with code 1"_s;
    (*start)->end(receipt);
    QTRY_COMPARE(row().state(), ServiceState::Unreachable);
    QVERIFY2(stateReason(row()).contains(u" did not bring it up: "_s), qPrintable(stateReason(row())));
}

/// Its program crashes at its start; the wrapper that was started lives on for a while.
void TestFleetHistory::whatFailedOfARestartElsewhereIsToldThoughSomethingIsLeft()
{
    const QTemporaryDir state;
    FleetEntry entry = Reports::entry(u"gamma"_s, u"http://127.0.0.1:1"_s);
    entry.interval = 1h;
    Bench bench(state);
    const ServiceId id = bench.session.add(entry);
    bench.session.start();
    auto restart = ActLock::request(entry, FleetAction::Restart, state.path());
    QVERIFY(restart && (*restart)->tryToBegin());
    QTRY_COMPARE(bench.session.fleet().find(id)->state(), ServiceState::Restarting);
    (*restart)->noteLaunched(QCoreApplication::applicationPid());
    Receipt receipt;
    receipt.service = entry.name;
    receipt.startedAt = QDateTime::currentDateTimeUtc();
    receipt.total = Seconds(1);
    receipt.failure = u"gamma did not get ready"_s;
    (*restart)->leave(receipt);
    QTRY_COMPARE(bench.session.fleet().find(id)->state(), ServiceState::Unreachable);
    QVERIFY(bench.session.actions().receipt(id));
    QCOMPARE(bench.session.actions().receipt(id)->failure, receipt.failure);
    QCOMPARE(bench.journal().filter(QRegularExpression(u"^the restart by .* failed: "_s)).size(), 1);
}

void TestFleetHistory::whoIsRestartedElsewhereIsRestartingWhileItShutsDown()
{
    const QTemporaryDir state;
    FakeHttpServer server;
    server.setAnswer("/health/status", FakeAnswer::json(encode(Reports::healthy())));
    Bench bench(state);
    const ServiceId id = bench.add(server.url());
    const auto row = [&] { return *bench.session.fleet().find(id); };
    bench.session.start();
    QTRY_COMPARE(row().state(), ServiceState::Healthy);
    auto restart = ActLock::request(row().entry, FleetAction::Restart, state.path());
    QVERIFY(restart && (*restart)->tryToBegin());
    server.setAnswer("/health/status", FakeAnswer::json(encode(Reports::shuttingDown())));
    QTRY_VERIFY(row().isClosing());
    QCOMPARE(row().state(), ServiceState::Restarting);
    QCOMPARE(bench.journal().filter(u"is being restarted by "_s).size(), 1);
    QVERIFY(!bench.session.actions().whyNot(id, ServiceAction::Restart).isEmpty());
    // It is called off, and is to stay stopped.
    (*restart)->noteStopped();
    (*restart)->end({});
    QTRY_COMPARE(row().state(), ServiceState::ShuttingDown);
    QVERIFY(plannedEnd(row().entry, state.path())); // a window does not take it back while it shuts down
    // Which it did not do.
    server.setAnswer("/health/status", FakeAnswer::json(encode(Reports::healthy())));
    QTRY_VERIFY(!plannedEnd(row().entry, state.path()));
}

void TestFleetHistory::anActThatWasBrokenOffIsTold_data()
{
    QTest::addColumn<FleetAction>("action");
    QTest::newRow("a restart") << FleetAction::Restart;
    QTest::newRow("a start") << FleetAction::Start;
}

/// Its process was killed, or ended before its act had.
void TestFleetHistory::anActThatWasBrokenOffIsTold()
{
    QFETCH(FleetAction, action);
    const QTemporaryDir state;
    FleetEntry entry = Reports::entry(u"gamma"_s, u"http://127.0.0.1:1"_s);
    entry.interval = 100ms;
    Receipt earlier;
    earlier.service = entry.name;
    earlier.startedAt = QDateTime::currentDateTimeUtc().addSecs(-60);
    earlier.ok = true;
    auto good = ActLock::request(entry, FleetAction::Restart, state.path());
    QVERIFY(good && (*good)->tryToBegin());
    (*good)->end(earlier);
    const QString news = u" was broken off when it had come to \"started\""_s;
    {
        Bench bench(state);
        const ServiceId id = bench.session.add(entry);
        bench.session.start();
        QTRY_COMPARE(bench.session.fleet().find(id)->state(), ServiceState::Unreachable);
        auto act = ActLock::request(entry, action, state.path());
        QVERIFY(act && (*act)->tryToBegin());
        (*act)->noteStep(RestartStep::Started);
        QTRY_COMPARE(bench.session.fleet().find(id)->state(), ServiceState::Restarting);
        act->reset();
        QTRY_COMPARE(bench.session.fleet().find(id)->state(), ServiceState::Unreachable);
        QVERIFY(stateReason(*bench.session.fleet().find(id)).contains(u" did not bring it up: "_s));
        const Receipt *const receipt = bench.session.actions().receipt(id);
        QVERIFY(receipt && !receipt->ok);
        QCOMPARE(receipt->action.value(), action);
        QVERIFY2(receipt->failure.endsWith(news), qPrintable(receipt->failure));
        QCOMPARE(receipt->steps.size(), 1);
        QTRY_COMPARE(bench.journal().filter(news).size(), 1);
    }
    Bench later(state); // knows it, too, and tells it once in all
    const ServiceId id = later.session.add(entry);
    later.session.start();
    QTRY_COMPARE(later.session.fleet().find(id)->state(), ServiceState::Unreachable);
    QVERIFY(stateReason(*later.session.fleet().find(id)).contains(u" did not bring it up: "_s));
    QVERIFY(later.session.actions().receipt(id)->failure.endsWith(news));
    QTRY_COMPARE(later.journal().filter(news).size(), 1);
}

void TestFleetHistory::whoWasStartedSinceIsNotGoneByWhatWasBrokenOff()
{
    const QTemporaryDir state;
    auto server = std::make_unique<FakeHttpServer>();
    HealthReport report = Reports::healthy();
    report.startTime = QDateTime::currentDateTimeUtc().addSecs(60);
    server->setAnswer("/health/status", FakeAnswer::json(encode(report)));
    Bench bench(state);
    const ServiceId id = bench.add(server->url());
    const auto row = [&] { return *bench.session.fleet().find(id); };
    auto act = ActLock::request(row().entry, FleetAction::Restart, state.path());
    QVERIFY(act && (*act)->tryToBegin());
    act->reset();
    bench.session.start();
    QTRY_COMPARE(row().state(), ServiceState::Healthy);
    server.reset();
    QTRY_COMPARE(row().state(), ServiceState::Unreachable);
    QVERIFY2(!stateReason(row()).contains(u" did not bring it up"_s), qPrintable(stateReason(row())));
}

/// By `hephaestus down`, say.
void TestFleetHistory::whatFailedOfAStopElsewhereIsTold()
{
    const QTemporaryDir state;
    FleetEntry entry = Reports::entry(u"hanger"_s, u"http://127.0.0.1:1"_s);
    entry.interval = 1h;
    Receipt receipt;
    receipt.service = entry.name;
    receipt.action = FleetAction::Stop;
    receipt.startedAt = QDateTime::currentDateTimeUtc();
    receipt.total = Seconds(30);
    receipt.steps = {{RestartStep::Cleaned, StepOutcome::Failed, Seconds(30), u"it was killed"_s}};
    receipt.failure = u"it was killed: its clean-up did not finish"_s;
    {
        Bench bench(state);
        const ServiceId id = bench.session.add(entry);
        bench.session.start();
        QTRY_COMPARE(bench.session.fleet().find(id)->state(), ServiceState::Unreachable);
        QVERIFY(!bench.session.actions().receipt(id));
        auto stop = ActLock::request(entry, FleetAction::Stop, state.path());
        QVERIFY(stop && (*stop)->tryToBegin());
        (*stop)->end(receipt);
        QTRY_VERIFY(bench.session.actions().receipt(id));
        QCOMPARE(bench.session.actions().receipt(id)->failure, receipt.failure);
        QCOMPARE(bench.journal().filter(receipt.failure).size(), 1);
        QVERIFY2(bench.journal().filter(receipt.failure).first().startsWith(u"the shutdown by "_s),
                 qPrintable(bench.journal().join(u'\n')));
        bench.session.setOpened(id);
        QCOMPARE(bench.journal().filter(receipt.failure).size(), 1);
    }
    // A window that is opened afterwards shows it, and tells no news of it.
    QVERIFY(QFile::remove(state.filePath(u"history.db"_s)));
    receipt.total = Seconds(0);
    receipt.startedAt = receipt.startedAt.addSecs(-60);
    auto stop = ActLock::request(entry, FleetAction::Stop, state.path());
    QVERIFY(stop && (*stop)->tryToBegin());
    (*stop)->end(receipt);
    Bench later(state);
    const ServiceId id = later.session.add(entry);
    later.session.setOpened(id);
    QVERIFY(later.session.actions().receipt(id));
    QCOMPARE(later.session.actions().receipt(id)->failure, receipt.failure);
    QVERIFY2(later.journal().isEmpty(), qPrintable(later.journal().join(u'\n')));
}

void TestFleetHistory::whoIsSeenToEndIsNotHealthyUntilTheNextPoll()
{
    const QTemporaryDir state;
    Test::ServiceProcess service;
    QVERIFY(service.start(QStringLiteral(FAKESERVICE), {u"0"_s}));
    Bench bench(state);
    FleetEntry entry = Reports::entry(u"mcp"_s, u"http://127.0.0.1:%1"_s.arg(service.port));
    entry.interval = 1h;
    const ServiceId id = bench.session.add(entry);
    const auto stateNow = [&] { return bench.session.fleet().find(id)->state(); };
    bench.session.start();
    QTRY_COMPARE(stateNow(), ServiceState::Healthy);
    QTRY_VERIFY(bench.session.history()->isLocal(id));
    QList<ServiceState> toldWith;
    connect(&bench.session.journal(), &QAbstractItemModel::rowsInserted, this, [&] { toldWith << stateNow(); });
    service.signal(SIGKILL);
    QTRY_VERIFY(!toldWith.isEmpty());
    QVERIFY2(toldWith.first() != ServiceState::Healthy, qPrintable(bench.journal().join(u'\n')));
    QTRY_COMPARE(stateNow(), ServiceState::Unreachable);
    QCOMPARE(bench.obituaries(entry.url).size(), 1);
}

void TestFleetHistory::whoTakesTheAddressOfADeadServiceIsNamed()
{
    const QTemporaryDir state;
    Test::ServiceProcess service;
    QVERIFY(service.start(QStringLiteral(FAKESERVICE), {u"0"_s}));
    Bench bench(state);
    const ServiceId id = bench.add(u"http://127.0.0.1:%1"_s.arg(service.port));
    const auto row = [&] { return *bench.session.fleet().find(id); };
    bench.session.start();
    QTRY_VERIFY(row().isCurrent());
    service.signal(SIGKILL);
    service.exitCode();
    QTRY_COMPARE(row().state(), ServiceState::Unreachable);
    QProcess stranger;
    stranger.start(u"python3"_s, {u"-m"_s, u"http.server"_s, u"-b"_s, u"127.0.0.1"_s, QString::number(service.port)});
    QVERIFY(stranger.waitForStarted());
    QTRY_COMPARE_WITH_TIMEOUT(stateText(row()), u"unreachable: address taken"_s, 60'000);
    QVERIFY2(stateReason(row()).contains(u"pid %1"_s.arg(stranger.processId())), qPrintable(stateReason(row())));
    stranger.kill();
    stranger.waitForFinished();
    QTRY_VERIFY(!row().isReplaced());
    QCOMPARE(row().state(), ServiceState::Unreachable);
}

/// What is recorded of the acts on it says that it had told an instance.
void TestFleetHistory::aStrangerIsNotTheServiceOverARestartOfTheWindow()
{
    const QTemporaryDir state;
    FakeHttpServer stranger;
    stranger.setAnswer("/",
                       FakeAnswer::raw("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi"));
    Bench bench(state);
    const ServiceId id = bench.add(stranger.url());
    Receipt receipt;
    receipt.service = u"mcp"_s;
    receipt.newInstance = u"one"_s;
    receipt.startedAt = QDateTime::currentDateTimeUtc();
    receipt.ok = true;
    auto act = ActLock::request(bench.session.fleet().find(id)->entry, FleetAction::Start, state.path());
    QVERIFY(act && (*act)->tryToBegin());
    (*act)->end(receipt);
    QSignalSpy answered(&bench.session.fleet(), &FleetModel::answered);
    bench.session.start();
    QTRY_VERIFY_WITH_TIMEOUT(answered.size() >= 3, 60'000);
    QCOMPARE(bench.session.fleet().find(id)->state(), ServiceState::NotUnderstood);
    QVERIFY2(stateReason(*bench.session.fleet().find(id)).contains(u" is held by "_s),
             qPrintable(stateReason(*bench.session.fleet().find(id))));
}

void TestFleetHistory::aProgramThatIsAskedToEndIsNotDeadYet()
{
    const QTemporaryDir state;
    FakeHttpServer server;
    HealthReport report = Reports::healthy();
    const auto show = [&](const WrappedProcess &process) {
        report.process = process;
        server.setAnswer("/health/status", FakeAnswer::json(encode(report)));
    };
    show({.pid = 4312, .state = ProcessState::Running});
    Bench bench(state);
    const ServiceId id = bench.add(server.url());
    QSignalSpy buried(bench.session.history(), &FleetHistory::buried);
    QSignalSpy answered(&bench.session.fleet(), &FleetModel::answered);
    bench.session.start();
    QTRY_VERIFY(bench.session.fleet().find(id)->isCurrent());
    for (const ProcessState still : {ProcessState::Suspended, ProcessState::Stopping}) {
        show({.pid = 4312, .state = still});
        QTRY_COMPARE(bench.session.fleet().find(id)->report->process->state.value(), still);
        QVERIFY2(!bench.journal().join(u'\n').contains(u"4312"_s), qPrintable(bench.journal().join(u'\n')));
    }
    show({.pid = 4313, .state = ProcessState::Running});
    QTRY_VERIFY(bench.journal().contains(u"pid 4312 has ended, as was asked; how nobody told"_s));
    QCOMPARE(buried.size(), 0);
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

void TestFleetHistory::theEndOfAForeignServiceIsNoDeath_data()
{
    QTest::addColumn<QString>("directory");
    QTest::addColumn<int>("deaths");
    QTest::newRow("its own") << u"shop"_s << 1;
    QTest::newRow("another's") << u"other"_s << 0;
}

void TestFleetHistory::theEndOfAForeignServiceIsNoDeath()
{
    QFETCH(QString, directory);
    QFETCH(int, deaths);
    const QTemporaryDir state;
    QVERIFY(QDir(state.path()).mkdir(u"shop"_s) && QDir(state.path()).mkdir(u"other"_s));
    Bench bench(state);
    auto server = std::make_unique<FakeHttpServer>();
    const QString url = server->url();
    HealthReport report = Reports::healthy();
    report.pid.reset();
    report.identity.emplace();
    report.identity->directory = state.filePath(directory);
    server->setAnswer("/health/status", FakeAnswer::json(encode(report)));
    const ServiceId id = bench.add(url, RestartByCommand{{u"true"_s}, state.filePath(u"shop"_s), {}});
    bench.session.start();
    const auto stateNow = [&] { return bench.session.fleet().find(id)->state(); };
    QTRY_COMPARE(stateNow(), deaths > 0 ? ServiceState::Healthy : ServiceState::Foreign);
    server.reset();
    QTRY_COMPARE(stateNow(), ServiceState::Unreachable);
    QTRY_COMPARE(bench.obituaries(url).size(), deaths);
}

QTEST_GUILESS_MAIN(TestFleetHistory)
#include "tst_fleethistory.moc"
