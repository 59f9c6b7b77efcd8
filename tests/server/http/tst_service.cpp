// SPDX-License-Identifier: GPL-3.0-or-later
//
// Shutdowns that do not go well, of a real process that embeds the library.
#include "common/protocol/endnotes.h"
#include "common/protocol/healthcodec.h"
#include "tests/support/processline.h"
#include "tests/support/rawhttp.h"
#include "tests/support/serviceprocess.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>
#include <QThread>

using namespace Hephaestus;
using namespace Hephaestus::Test;
using namespace Qt::StringLiterals;

class TestService : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyServiceHasTheEndpointsThatNeedNothing_data();
    void everyServiceHasTheEndpointsThatNeedNothing();
    void aStepThatGoesWrongIsRecordedAndTheNextOnesRun_data();
    void aStepThatGoesWrongIsRecordedAndTheNextOnesRun();
    void whoIsStillInFlightAtTheDrainsDeadlineIsToldAndTheExitCodeIs4();
    void theWatchdogEndsAProcessWhoseMainThreadIsStuck();
    void aLaterSecondSignalForcesTheEnd_data();
    void aLaterSecondSignalForcesTheEnd();
    void aShutdownWhileStartingIsNeverReportedHealthy_data();
    void aShutdownWhileStartingIsNeverReportedHealthy();
    void itLeavesANoteOfWhoAskedItToEnd_data();
    void itLeavesANoteOfWhoAskedItToEnd();

private:
    static bool start(ServiceProcess &service, const QStringList &arguments)
    {
        return service.start(QStringLiteral(AWKWARD_SERVICE), arguments);
    }
};

#define START(service, ...)                                                                                            \
    ServiceProcess service;                                                                                            \
    QVERIFY2(start(service, QStringList __VA_ARGS__), service.errors().constData())

/// Asks on a connection of its own without waiting; the answer is there when `finished`.
class Asked
{
public:
    Asked(quint16 port, const QByteArray &method, const QByteArray &path)
        : m_thread(QThread::create([this, port, method, path] { m_answer = rawRequest(port, method, path); }))
    {
        m_thread->start();
    }
    const RawAnswer &answer()
    {
        m_thread->wait();
        return m_answer;
    }
    ~Asked() { m_thread->wait(); }

private:
    RawAnswer m_answer;
    std::unique_ptr<QThread> m_thread;
};

void TestService::everyServiceHasTheEndpointsThatNeedNothing_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("contains");
    QTest::newRow("live") << QByteArray("/health/live") << 200 << QByteArray("awkward");
    QTest::newRow("metrics") << QByteArray("/metrics") << 200 << QByteArray("# TYPE hephaestus_");
    QTest::newRow("OpenAPI") << QByteArray("/health/openapi.json") << 200 << QByteArray("\"openapi\": \"3.1");
    QTest::newRow("logs") << QByteArray("/health/logs") << 404 << QByteArray("not_found");
    QTest::newRow("code") << QByteArray("/health/code") << 404 << QByteArray("not_found");
}

void TestService::everyServiceHasTheEndpointsThatNeedNothing()
{
    QFETCH(QByteArray, path);
    QFETCH(int, status);
    QFETCH(QByteArray, contains);
    START(service, {u"ok"_s});
    const RawAnswer answer = rawRequest(service.port, "GET", path);
    QCOMPARE(answer.status, status);
    QVERIFY2(answer.body.contains(contains), answer.body.constData());
}

void TestService::aStepThatGoesWrongIsRecordedAndTheNextOnesRun_data()
{
    QTest::addColumn<QStringList>("steps");
    QTest::addColumn<QStringList>("outcomes");
    QTest::addColumn<int>("exitCode");
    QTest::newRow("all well") << QStringList{u"ok"_s, u"ok"_s} << QStringList{u"ok"_s, u"ok"_s} << 0;
    QTest::newRow("fails") << QStringList{u"fails"_s, u"ok"_s} << QStringList{u"failed"_s, u"ok"_s} << 3;
    QTest::newRow("throws") << QStringList{u"throws"_s, u"ok"_s} << QStringList{u"failed"_s, u"ok"_s} << 3;
    QTest::newRow("hangs") << QStringList{u"hangs"_s, u"ok"_s} << QStringList{u"timed_out"_s, u"ok"_s} << 3;
    QTest::newRow("all of them") << QStringList{u"throws"_s, u"hangs"_s, u"fails"_s, u"ok"_s}
                                 << QStringList{u"failed"_s, u"timed_out"_s, u"failed"_s, u"ok"_s} << 3;
}

void TestService::aStepThatGoesWrongIsRecordedAndTheNextOnesRun()
{
    QFETCH(QStringList, steps);
    QFETCH(QStringList, outcomes);
    QFETCH(int, exitCode);
    START(service, (steps));
    const RawAnswer answer = rawRequest(service.port, "POST", "/health/shutdown");
    QCOMPARE(answer.status, exitCode ? 500 : 200);
    const QJsonObject body = QJsonDocument::fromJson(answer.body).object();
    QCOMPARE(body[u"status"].toString(), exitCode ? u"shutdown_incomplete"_s : u"shutdown_complete"_s);
    QCOMPARE(body[u"exit_code"].toInt(), exitCode);
    QStringList names;
    QStringList told;
    for (const QJsonValue &step : body[u"steps"].toArray()) {
        names << step[u"name"].toString();
        told << step[u"outcome"].toString();
    }
    QCOMPARE(names, steps);
    QCOMPARE(told, outcomes);
    QCOMPARE(service.exitCode(), exitCode);
    QStringList began = QString::fromUtf8(service.process.readAllStandardOutput()).split(u'\n', Qt::SkipEmptyParts);
    QCOMPARE(began.replaceInStrings(u"step "_s, QString()), steps);
}

void TestService::whoIsStillInFlightAtTheDrainsDeadlineIsToldAndTheExitCodeIs4()
{
    START(service, {u"--drain"_s, u"300"_s, u"ok"_s});
    Asked slow(service.port, "GET", "/slow");
    const auto inFlight = [&] {
        return decodeReport(rawRequest(service.port, "GET", "/health/status").body)->resources.inFlightRequests;
    };
    QTRY_COMPARE(inFlight(), 1);
    const RawAnswer answer = rawRequest(service.port, "POST", "/health/shutdown");
    QCOMPARE(answer.status, 500);
    const QJsonObject drain = QJsonDocument::fromJson(answer.body).object()[u"drain"].toObject();
    QCOMPARE(drain[u"abandoned"].toInt(), 1);
    QVERIFY(drain[u"waited_seconds"].toDouble() >= 0.3);
    QCOMPARE(slow.answer().status, 503);
    QVERIFY2(slow.answer().body.contains("abandoned"), slow.answer().body.constData());
    QCOMPARE(service.exitCode(), 4);
    QCOMPARE(service.process.readAllStandardOutput(), "step ok\n");
}

void TestService::theWatchdogEndsAProcessWhoseMainThreadIsStuck()
{
    START(service, {u"--drain"_s, u"100"_s, u"blocks"_s, u"ok"_s});
    service.signal(SIGTERM);
    QCOMPARE(nextLine(service.process), "step blocks");
    // Health is answered until the last moment: sockets have a thread of their own.
    const RawAnswer live = rawRequest(service.port, "GET", "/health/live");
    QCOMPARE(live.status, 200);
    QVERIFY(live.body.contains("shutting_down"));
    QCOMPARE(service.exitCode(), 4);
    QVERIFY2(service.errors().contains("exit code 4"), "it says why");
}

void TestService::aLaterSecondSignalForcesTheEnd_data()
{
    QTest::addColumn<int>("number");
    QTest::newRow("SIGTERM") << SIGTERM;
    QTest::newRow("SIGINT") << SIGINT;
}

void TestService::aLaterSecondSignalForcesTheEnd()
{
    QFETCH(int, number);
    START(service, {u"blocks"_s});
    service.signal(number);
    QVERIFY(service.process.waitForReadyRead(20'000));
    // Those that come within 200 ms of the first one force nothing.
    QTRY_VERIFY((service.signal(number), service.process.state() == QProcess::NotRunning));
    QCOMPARE(service.exitCode(), 128 + number);
}

void TestService::aShutdownWhileStartingIsNeverReportedHealthy_data()
{
    QTest::addColumn<bool>("bySignal");
    QTest::newRow("POST /health/shutdown") << false;
    QTest::newRow("SIGTERM") << true;
}

void TestService::aShutdownWhileStartingIsNeverReportedHealthy()
{
    QFETCH(bool, bySignal);
    START(service, {u"--never-ready"_s, u"--drain"_s, u"5000"_s, u"hangs"_s, u"ok"_s});
    QCOMPARE(rawRequest(service.port, "GET", "/health/ready").status, 503);
    std::optional<Asked> asked;
    if (bySignal)
        service.signal(SIGTERM);
    else
        asked.emplace(service.port, "POST", "/health/shutdown");
    const auto live = [&] { return rawRequest(service.port, "GET", "/health/live").body; };
    QTRY_VERIFY(live().contains("shutting_down"));
    for (QByteArray body = live(); !body.isEmpty(); body = live())
        QVERIFY2(body.contains("shutting_down"), body.constData());
    if (asked)
        QCOMPARE(asked->answer().status, 500); // one step hangs
    QCOMPARE(service.exitCode(), 3);
    QCOMPARE(service.process.readAllStandardOutput(), "step hangs\nstep ok\n");
}

void TestService::itLeavesANoteOfWhoAskedItToEnd_data()
{
    QTest::addColumn<bool>("isByEndpoint");
    QTest::addColumn<QString>("step");
    QTest::addColumn<int>("exitCode");
    QTest::newRow("its endpoint") << true << u"ok"_s << 0;
    QTest::newRow("its endpoint, with a step that fails") << true << u"fails"_s << 3;
    QTest::newRow("a signal") << false << u"ok"_s << 0;
}

void TestService::itLeavesANoteOfWhoAskedItToEnd()
{
    QFETCH(bool, isByEndpoint);
    QFETCH(QString, step);
    START(service, {step});
    const auto health = decodeBasic(rawRequest(service.port, "GET", "/health/live").body);
    QVERIFY(health);
    if (isByEndpoint)
        rawRequest(service.port, "POST", "/health/shutdown");
    else
        service.signal(SIGTERM);
    QTEST(service.exitCode(), "exitCode");
    const std::optional<EndNote> note = readEndNote(health->instanceId, health->pid.value_or(0), {});
    QVERIFY(note);
    QCOMPARE(note->reason, isByEndpoint ? EndReason::Endpoint : EndReason::Signal);
    QTEST(note->exitCode, "exitCode");
}

QTEST_GUILESS_MAIN(TestService)
#include "tst_service.moc"
