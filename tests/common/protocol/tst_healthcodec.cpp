// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/healthcodec.h"

#include <QTest>
#include <QTimeZone>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestHealthCodec : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aDependencyMayBeNamedInAnyScript();
    void whatIsFreshHasNotChanged();
    void whatWasNotCheckedYetHasNotFailed();
    void whatIsEncodedReadsBackTheSame();
    void theBasicBodyHasTheFieldsOfTheProtocol();
    void aDependencyNotUsedSaysOnlyThat();
    void whatAnyImplementationMaySendIsRead_data();
    void whatAnyImplementationMaySendIsRead();
    void whatIsWrongIsNamedWithItsPlace_data();
    void whatIsWrongIsNamedWithItsPlace();
    void aStartTimeWithoutZoneIsUtc();
    void whatWasReadIsWrittenReadably_data();
    void whatWasReadIsWrittenReadably();
    void aWrappedProgramHasTheFieldsOfTheProtocol();
    void aStateOfANewerWrapperIsKept();
    void wordsOfOlderWrappersAreRead_data();
    void wordsOfOlderWrappersAreRead();
    void loadedFilesReadBackTheSame();
    void aShutdownResultReadsBackTheSame();
    void anAbsurdExitCodeStaysAbsurd_data();
    void anAbsurdExitCodeStaysAbsurd();
    void aScheduleRequestIsRead_data();
    void aScheduleRequestIsRead();
};

static HealthReport fullReport()
{
    HealthReport report;
    report.status = ServiceStatus::ShuttingDown;
    report.uptime = Seconds(123.456);
    report.startTime = QDateTime({2025, 11, 4}, {12, 0, 0, 7}, QTimeZone::utc());
    report.version = u"1.4.0"_s;
    report.service = u"hephaestus-mcp"_s;
    report.instanceId = u"abc"_s;
    report.pid = 4312;
    report.shouldShutdown = true;
    report.dependencies = {
        {u"database"_s, DependencyStatus::Working, {}, Seconds(1.25), {}, 42, 0, {{u"pool_size"_s, 5.0}}},
        {u"qdrant"_s, DependencyStatus::Error, u"connection refused (127.0.0.1:6333)"_s, {}, Seconds(0.5), 0, 3, {}},
    };
    report.resources.openConnections = 3;
    report.resources.backgroundTasks = 7;
    report.resources.cpuSeconds = 0.25;
    report.resources.peakBytes = 300'000;
    report.resources.oomKills = 1;
    report.capabilities = QStringList{u"check"_s, u"restart"_s};
    report.shutdown = ShutdownProgress{ShutdownMode::Scheduled,
                                       u"draining"_s,
                                       Seconds(27),
                                       3,
                                       {{u"database"_s, StepOutcome::Pending, Seconds(0), {}}}};
    report.code = CodeReport{CodeVerdict::Stale, {{u"/src/a.py"_s, u"source"_s, u"modified"_s}}, Seconds(2), 9'900};
    report.code->changed.first().pids = {41, 42};
    report.code->reasons = QStringList{u"process 43 runs without the Python adapter"_s};
    report.code->coverage = {3, 1, 20, 50, 7, 2, 1};
    report.code->buildIds = {u"755b1902"_s, u"a1b2c3d4"_s};
    report.process = WrappedProcess{.command = {u"python3"_s, u"app.py"_s},
                                    .pid = 4313,
                                    .state = ProcessState::Running,
                                    .exitCode = 3,
                                    .restarts = 1,
                                    .outputLines = 120,
                                    .ready = true,
                                    .sockets = {u"127.0.0.1:8000"_s},
                                    .logFile = u"/state/app.log"_s,
                                    .overlap = true,
                                    .startTimeout = Seconds(30),
                                    .successor = WrappedSuccessor{4314, SuccessorState::Accepting},
                                    .restartError = u"it did not accept"_s,
                                    .wrapper = Wrapper{4312, 9'000'000, 0.5}};
    report.identity = ServiceIdentity{u"/home/a/shop"_s, u"/home/a"_s, u"fix-cart"_s, u"c0ffee"_s, true, u"a"_s};
    return report;
}

void TestHealthCodec::whatIsEncodedReadsBackTheSame()
{
    const Result<HealthReport> read = decodeReport(encode(fullReport()));
    QVERIFY2(read, read.ok() ? "" : qPrintable(read.problem().text()));
    QCOMPARE(encode(*read), encode(fullReport()));
    QVERIFY(*read == fullReport());
}

void TestHealthCodec::theBasicBodyHasTheFieldsOfTheProtocol()
{
    BasicHealth health;
    health.uptime = Seconds(123.456);
    health.startTime = QDateTime({2025, 11, 4}, {12, 0}, QTimeZone::utc());
    health.version = u"1.4.0"_s;
    health.service = u"hephaestus-mcp"_s;
    QCOMPARE(encode(health),
             R"({"service":"hephaestus-mcp","start_time":"2025-11-04T12:00:00.000Z","status":"healthy",)"
             R"("uptime_seconds":123.456,"version":"1.4.0"})"_ba);
}

void TestHealthCodec::aDependencyNotUsedSaysOnlyThat()
{
    HealthReport report;
    report.startTime = QDateTime({2025, 11, 4}, {12, 0}, QTimeZone::utc());
    report.dependencies = {{u"groq"_s, DependencyStatus::NotUsed, {}, {}, {}, 0, 0, {{u"model"_s, u"x"_s}}}};
    QVERIFY2(encode(report).contains(R"("groq":{"status":"not_used"})"), encode(report).constData());
}

void TestHealthCodec::whatAnyImplementationMaySendIsRead_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::newRow("status only") << R"({"status":"healthy"})"_ba;
    QTest::newRow("nulls")
        << R"({"status":"healthy","uptime_seconds":null,"start_time":null,"version":null,"service":null,)"
           R"("dependencies":null,"resources":null,"code":null,"pid":null})"_ba;
    QTest::newRow("null dependency") << R"({"status":"healthy","dependencies":{"groq":null}})"_ba;
    QTest::newRow("null counts") << R"({"status":"healthy","dependencies":{"groq":{"status":"not_used","error":null,)"
                                    R"("success_count":null,"last_success_seconds":null}}})"_ba;
    QTest::newRow("never")
        << R"({"status":"healthy","dependencies":{"db":{"status":"working","last_success_seconds":-1}}})"_ba;
    QTest::newRow("unknown fields") << R"({"status":"healthy","x":[1,{"y":2}],"resources":{"gpu":1}})"_ba;
    QTest::newRow("integer uptime") << R"({"status":"healthy","uptime_seconds":3})"_ba;
}

void TestHealthCodec::whatAnyImplementationMaySendIsRead()
{
    QFETCH(QByteArray, json);
    const Result<HealthReport> read = decodeReport(json);
    QVERIFY2(read, read.ok() ? "" : qPrintable(read.problem().text()));
    QCOMPARE(read->status, ServiceStatus::Healthy);
    for (const DependencyReport &dependency : read->dependencies)
        QVERIFY(!dependency.lastSuccess);
}

void TestHealthCodec::whatIsWrongIsNamedWithItsPlace_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QString>("where");
    QTest::newRow("no json") << "hello"_ba << u"byte 1"_s;
    QTest::newRow("a list") << "[]"_ba << QString();
    QTest::newRow("no status") << "{}"_ba << u"status"_s;
    QTest::newRow("another status") << R"({"status":"ok"})"_ba << u"status"_s;
    QTest::newRow("uptime as text") << R"({"status":"healthy","uptime_seconds":"3"})"_ba << u"uptime_seconds"_s;
    QTest::newRow("no time") << R"({"status":"healthy","start_time":"yesterday"})"_ba << u"start_time"_s;
    QTest::newRow("dependency no object")
        << R"({"status":"healthy","dependencies":{"db":3}})"_ba << u"dependencies.db"_s;
    QTest::newRow("dependency status") << R"({"status":"healthy","dependencies":{"db":{"status":"fine"}}})"_ba
                                       << u"dependencies.db.status"_s;
    QTest::newRow("half a count")
        << R"({"status":"healthy","dependencies":{"db":{"status":"working","success_count":1.5}}})"_ba
        << u"dependencies.db.success_count"_s;
    QTest::newRow("negative count") << R"({"status":"healthy","resources":{"open_connections":-2}})"_ba
                                    << u"resources.open_connections"_s;
    QTest::newRow("command as text") << R"({"status":"healthy","process":{"command":"app"}})"_ba
                                     << u"process.command"_s;
    QTest::newRow("successor no object") << R"({"status":"healthy","process":{"successor":4}})"_ba
                                         << u"process.successor"_s;
    QTest::newRow("step no object") << R"({"status":"healthy","shutdown":{"steps":[{"name":"a"},7]}})"_ba
                                    << u"shutdown.steps[1]"_s;
}

void TestHealthCodec::whatIsWrongIsNamedWithItsPlace()
{
    QFETCH(QByteArray, json);
    QFETCH(QString, where);
    const Result<HealthReport> read = decodeReport(json);
    QVERIFY(!read);
    QCOMPARE(read.problem().where, where);
    QVERIFY(!read.problem().what.isEmpty());
}

void TestHealthCodec::aStartTimeWithoutZoneIsUtc()
{
    const auto read = decodeBasic(R"({"status":"healthy","start_time":"2025-11-04T12:00:00.500"})");
    QVERIFY(read);
    QCOMPARE(read->startTime, QDateTime({2025, 11, 4}, {12, 0, 0, 500}, QTimeZone::utc()));
    const auto zoned = decodeBasic(R"({"status":"healthy","start_time":"2025-11-04T13:00:00+01:00"})");
    QVERIFY(zoned);
    QCOMPARE(zoned->startTime, QDateTime({2025, 11, 4}, {12, 0}, QTimeZone::utc()));
}

void TestHealthCodec::whatWasReadIsWrittenReadably_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::newRow("no start time") << R"({"status":"healthy"})"_ba;
    QTest::newRow("huge uptime") << R"({"status":"healthy","uptime_seconds":1e305})"_ba;
}

void TestHealthCodec::whatWasReadIsWrittenReadably()
{
    QFETCH(QByteArray, json);
    const auto first = decodeReport(json);
    QVERIFY(first);
    const auto second = decodeReport(encode(*first));
    QVERIFY2(second, second ? "" : qPrintable(second.problem().text()));
    QCOMPARE(second->uptime.count(), first->uptime.count());
    QCOMPARE(second->startTime, first->startTime);
}

void TestHealthCodec::aWrappedProgramHasTheFieldsOfTheProtocol()
{
    HealthReport report;
    report.process = WrappedProcess{.command = {u"app"_s}, .state = ProcessState::BackingOff, .signal = u"SIGSEGV"_s};
    QVERIFY(encode(report).contains(R"("process":{"command":["app"],"exit_code":null,"output_lines":0,"pid":null,)"
                                    R"("restarts":0,"signal":"SIGSEGV","state":"backing_off"})"));
    report.process = WrappedProcess{.command = {u"app"_s},
                                    .pid = 41,
                                    .state = ProcessState::Running,
                                    .error = u"stopping"_s,
                                    .sockets = {u"unix:/s"_s},
                                    .logFile = u"/f"_s,
                                    .logError = u"full"_s,
                                    .overlap = true,
                                    .startTimeout = Seconds(0.5),
                                    .successor = WrappedSuccessor{42, SuccessorState::Starting},
                                    .restartError = u"why"_s,
                                    .wrapper = Wrapper{40, 9, {}}};
    QVERIFY(encode(report).contains(
        R"("process":{"command":["app"],"error":"stopping","exit_code":null,"log_error":"full","log_file":"/f",)"
        R"("output_lines":0,"overlap":true,"pid":41,"restart_error":"why","restarts":0,"signal":null,)"
        R"("sockets":["unix:/s"],"start_timeout_seconds":0.5,"state":"running",)"
        R"("successor":{"pid":42,"state":"starting"},"wrapper":{"pid":40,"resident_bytes":9}})"));
}

void TestHealthCodec::aStateOfANewerWrapperIsKept()
{
    const auto report = decodeReport(
        R"({"status":"healthy","process":{"state":"migrating","successor":{"state":"warm"},"cgroup":"/a"}})");
    QVERIFY(report && report->process);
    QVERIFY(!report->process->state.value());
    QCOMPARE(report->process->state.text(), u"migrating"_s);
    QCOMPARE(report->process->successor->state.text(), u"warm"_s);
    QVERIFY(!(report->process->state == ProcessState::Starting));
}

void TestHealthCodec::wordsOfOlderWrappersAreRead_data()
{
    QTest::addColumn<QByteArray>("process");
    QTest::addColumn<ProcessState>("state");
    QTest::addColumn<QByteArray>("written");
    QTest::newRow("exited") << R"({"state":"exited"})"_ba << ProcessState::Ended << R"("state":"ended")"_ba;
    QTest::newRow("ended") << R"({"state":"ended"})"_ba << ProcessState::Ended << R"("state":"ended")"_ba;
    QTest::newRow("suspended") << R"({"state":"suspended"})"_ba << ProcessState::Suspended
                               << R"("state":"running","suspended":true)"_ba;
    QTest::newRow("running, suspended") << R"({"state":"running","suspended":true})"_ba << ProcessState::Suspended
                                        << R"("state":"running","suspended":true)"_ba;
    QTest::newRow("running") << R"({"state":"running","suspended":false})"_ba << ProcessState::Running
                             << R"("state":"running"})"_ba;
    QTest::newRow("stopping, was suspended")
        << R"({"state":"stopping","suspended":true})"_ba << ProcessState::Stopping << R"("state":"stopping"})"_ba;
}

/// A reader that knows the words of the contract only must find no other.
void TestHealthCodec::wordsOfOlderWrappersAreRead()
{
    QFETCH(QByteArray, process);
    QFETCH(ProcessState, state);
    QFETCH(QByteArray, written);
    const auto report = decodeReport(R"({"status":"healthy","process":)" + process + '}');
    QVERIFY(report && report->process);
    QCOMPARE(report->process->state, WireWord(state));
    QVERIFY2(encode(*report).contains(written), encode(*report).constData());
}

void TestHealthCodec::loadedFilesReadBackTheSame()
{
    const QList<CodeFile> files{{u"/srv/a b.py"_s, true, u"source"_s}, {u"/etc/x"_s, false, {}}};
    QVERIFY(encode(files).contains(R"({"kind":null,"loaded":false,"path":"/etc/x"})"));
    const auto read = decodeCodeFiles(encode(files));
    QVERIFY2(read, read ? "" : qPrintable(read.problem().text()));
    QCOMPARE(*read, files);
    QCOMPARE(decodeCodeFiles(R"({"files":[{"path":1}]})").problem().where, u"files[0].path"_s);
}

void TestHealthCodec::aShutdownResultReadsBackTheSame()
{
    ShutdownResult result;
    result.complete = false;
    result.mode = ShutdownMode::Scheduled;
    result.cleanupDuration = Seconds(0.123);
    result.shutdownId = u"f00"_s;
    result.exitCode = 3;
    result.drain = DrainReport{Seconds(1.5), 7, 1};
    result.steps = {{u"database"_s, StepOutcome::TimedOut, Seconds(10), u"no answer"_s}};
    const Result<ShutdownResult> read = decodeShutdownResult(encode(result));
    QVERIFY2(read, read.ok() ? "" : qPrintable(read.problem().text()));
    QVERIFY(*read == result);
}

void TestHealthCodec::anAbsurdExitCodeStaysAbsurd_data()
{
    QTest::addColumn<QByteArray>("code");
    QTest::addColumn<int>("read");
    QTest::newRow("usual") << "137"_ba << 137;
    QTest::newRow("beyond an int") << "3444444444444444444"_ba << 1'000'000;
    QTest::newRow("below an int") << "-1e300"_ba << -1'000'000;
}

void TestHealthCodec::anAbsurdExitCodeStaysAbsurd()
{
    QFETCH(QByteArray, code);
    QFETCH(int, read);
    const auto result = decodeShutdownResult(R"({"status":"shutdown_incomplete","exit_code":)" + code + '}');
    QVERIFY2(result, result.ok() ? "" : qPrintable(result.problem().text()));
    QCOMPARE(result->exitCode, std::optional(read));
}

void TestHealthCodec::aScheduleRequestIsRead_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<bool>("good");
    QTest::addColumn<double>("delay"); // -1: none asked for
    QTest::newRow("no body") << ""_ba << true << -1.0;
    QTest::newRow("blank") << " \r\n"_ba << true << -1.0;
    QTest::newRow("empty object") << "{}"_ba << true << -1.0;
    QTest::newRow("ten") << R"({"delay_seconds":10})"_ba << true << 10.0;
    QTest::newRow("none") << R"({"delay_seconds":0})"_ba << true << 0.0;
    QTest::newRow("negative") << R"({"delay_seconds":-1})"_ba << false << 0.0;
    QTest::newRow("too long") << R"({"delay_seconds":86401})"_ba << false << 0.0;
    QTest::newRow("text") << R"({"delay_seconds":"10s"})"_ba << false << 0.0;
    QTest::newRow("broken") << R"({"delay_seconds":)"_ba << false << 0.0;
}

void TestHealthCodec::aScheduleRequestIsRead()
{
    QFETCH(QByteArray, json);
    QFETCH(bool, good);
    QFETCH(double, delay);
    const auto read = decodeScheduleRequest(json);
    QCOMPARE(read.ok(), good);
    if (good)
        QCOMPARE(read->value_or(Seconds(-1)).count(), delay);
}

void TestHealthCodec::aDependencyMayBeNamedInAnyScript()
{
    const auto report =
        decodeReport(R"({"status":"healthy","dependencies":{"キュー":{"status":"error","error":"full"}}})");
    QVERIFY(report);
    QCOMPARE(report->dependencies.size(), 1);
    QCOMPARE(report->dependencies[0].name, u"キュー"_s);
    QCOMPARE(report->dependencies[0].status, DependencyStatus::Error);
    QCOMPARE(report->dependencies[0].error, u"full"_s);
}

void TestHealthCodec::whatWasNotCheckedYetHasNotFailed()
{
    const auto report = decodeReport(
        R"({"status":"healthy","dependencies":{"db":{"status":"error","error":"not checked yet","success_count":2}}})");
    QVERIFY(report);
    QCOMPARE(report->dependencies[0].status, DependencyStatus::Unknown);
    QCOMPARE(report->dependencies[0].error, u"not checked yet"_s);
    const QByteArray body = encode(*report);
    QVERIFY2(body.contains(R"("status":"error")"), body.constData()); // readers know three words
    QCOMPARE(decodeReport(body)->dependencies, report->dependencies);
}

/// Of a service in another language, which contradicts itself.
void TestHealthCodec::whatIsFreshHasNotChanged()
{
    const auto report = decodeReport(
        R"({"status":"healthy","code":{"verdict":"fresh","changed":[{"path":"/srv/a.py","change":"modified"}]}})");
    QVERIFY(report && report->code);
    QCOMPARE(report->code->verdict, CodeVerdict::Unknown);
    QVERIFY(!report->code->reasons.isEmpty());
}

QTEST_APPLESS_MAIN(TestHealthCodec)
#include "tst_healthcodec.moc"
