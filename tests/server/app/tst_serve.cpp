// SPDX-License-Identifier: GPL-3.0-or-later
//
// The real program, started as a user starts it and asked over real sockets.
#include "common/protocol/endnotecodec.h"
#include "common/protocol/healthcodec.h"
#include "tests/support/processend.h"
#include "tests/support/rawhttp.h"
#include "tests/support/serviceprocess.h"

#include <QDir>
#include <QElapsedTimer>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

#include <fcntl.h>
#include <unistd.h>

using namespace Hephaestus;
using namespace Hephaestus::Test;
using namespace Qt::StringLiterals;

class TestServe : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void itTellsItsHealth();
    void theDatabaseIsRealAndTheOthersAreNotUsed();
    void aScheduledShutdownIsSeenBeforeItHappens();
    void aScheduledShutdownCanBeCancelled();
    void aBlockingShutdownAnswersWhenAllIsDone_data();
    void aBlockingShutdownAnswersWhenAllIsDone();
    void aSignalShutsItDown_data();
    void aSignalShutsItDown();
    void aNoteSaysWhoAskedItToEnd_data();
    void aNoteSaysWhoAskedItToEnd();
    void aSecondSignalAtOnceForcesNothing();
    void twoBlockingCallersGetTheSameResult();
    void aClientThatHangsUpDoesNotStopTheShutdown();
    void aReaderOfTheLogThatDoesNotReadHoldsNothingUp();
    void aLogThatCannotBeWrittenIsToldAtTheEnd();
    void aLogThatMayNotGrowIsNotItsEnd();
    void itStartsAgainOnTheSamePort();
    void itTellsWhetherItRunsTheCodeOnDisk();
    void readingTheConfigurationAgainAppliesWhatItCan();
    void aStartThatFailsLeavesNoSocketFile();
    void globalOptionsMayComeFirst_data();
    void globalOptionsMayComeFirst();
    void closedStandardDescriptorsAreNotGivenToSockets();
    void wrongUsageAndConfigurationExitWith2_data();
    void wrongUsageAndConfigurationExitWith2();

private:
    bool start(ServiceProcess &service, const QStringList &more = {})
    {
        return service.start(QStringLiteral(HEPHAESTUS_PROGRAM),
                             QStringList{u"serve"_s, u"--listen"_s, u"127.0.0.1:0"_s} + more);
    }
    QString file(const QString &name, const QByteArray &content)
    {
        QFile file(m_directory.filePath(name));
        const bool written = file.open(QIODevice::WriteOnly) && file.write(content) == content.size();
        return written ? file.fileName() : QString();
    }

    QTemporaryDir m_directory;
};

#define START(service, ...)                                                                                            \
    ServiceProcess service;                                                                                            \
    QVERIFY2(start(service __VA_OPT__(, ) __VA_ARGS__), service.errors().constData())

void TestServe::initTestCase()
{
    QVERIFY(m_directory.isValid());
    qputenv("XDG_STATE_HOME", m_directory.path().toUtf8());
}

void TestServe::itTellsItsHealth()
{
    START(service, {u"--name"_s, u"orders"_s});
    for (const char *path : {"/health", "/health/live", "/health/live?x=1"}) {
        const RawAnswer answer = rawRequest(service.port, "GET", path);
        QCOMPARE(answer.status, 200);
        const Result<BasicHealth> health = decodeBasic(answer.body);
        QVERIFY2(health, answer.body.constData());
        QCOMPARE(health->status, ServiceStatus::Healthy);
        QCOMPARE(health->service, u"orders"_s);
        QCOMPARE(*health->pid, service.process.processId());
        QVERIFY(!health->instanceId.isEmpty());
        QVERIFY(qAbs(health->startTime.msecsTo(QDateTime::currentDateTimeUtc())) < 60'000);
    }
    QCOMPARE(rawRequest(service.port, "GET", "/health/ready").status, 200);
    QCOMPARE(rawRequest(service.port, "GET", "/nothing").status, 404);
    const RawAnswer wrong = rawRequest(service.port, "GET", "/health/shutdown");
    QCOMPARE(wrong.status, 405);
    QVERIFY2(wrong.head.toLower().contains("allow: post"), wrong.head.constData());
    QVERIFY(decodeError(wrong.body));
}

void TestServe::theDatabaseIsRealAndTheOthersAreNotUsed()
{
    START(service, {u"--name"_s, u"with-database"_s});
    Result<HealthReport> report = Problem();
    QMap<QString, DependencyReport> byName;
    const auto look = [&] {
        report = decodeReport(rawRequest(service.port, "GET", "/health/status").body);
        for (const DependencyReport &dependency : report->dependencies)
            byName.insert(dependency.name, dependency);
        return byName[u"database"_s].details.value(u"pool_size"_s).toInt();
    };
    QTRY_COMPARE(look(), 5); // the connections are opened side by side
    QCOMPARE(byName.keys(),
             QStringList({u"anthropic"_s, u"database"_s, u"groq"_s, u"lmstudio"_s, u"openai"_s, u"qdrant"_s}));
    QCOMPARE(byName[u"database"_s].status, DependencyStatus::Working);
    QVERIFY2(byName[u"database"_s].successCount >= 1, "checked once before it calls itself started");
    QCOMPARE(byName[u"groq"_s].status, DependencyStatus::NotUsed);
    QVERIFY(QFile::exists(m_directory.filePath(u"hephaestus/with-database.db"_s)));
    QCOMPARE(QFile::permissions(m_directory.filePath(u"hephaestus"_s)) & QFile::Permissions(0x0077),
             QFile::Permissions());
    QVERIFY(*report->resources.openConnections >= 1);
    QVERIFY(*report->resources.threads >= 2);
}

void TestServe::aScheduledShutdownIsSeenBeforeItHappens()
{
    START(service);
    const RawAnswer answer = rawRequest(service.port, "POST", "/health/shutdown/schedule");
    QCOMPARE(answer.status, 200);
    QVERIFY2(answer.body.contains("\"shutdown_scheduled\""), answer.body.constData());
    const Result<HealthReport> report = decodeReport(rawRequest(service.port, "GET", "/health/status").body);
    QVERIFY(report);
    QCOMPARE(report->status, ServiceStatus::ShuttingDown);
    QVERIFY(report->shouldShutdown);
    QCOMPARE(service.exitCode(), 0);
}

void TestServe::aScheduledShutdownCanBeCancelled()
{
    START(service);
    QCOMPARE(rawRequest(service.port, "DELETE", "/health/shutdown/schedule").status, 409);
    QCOMPARE(rawRequest(service.port, "POST", "/health/shutdown/schedule", R"({"delay_seconds": 60})").status, 200);
    QCOMPARE(rawRequest(service.port, "POST", "/health/shutdown/schedule", R"({"delay_seconds": -1})").status, 400);
    QCOMPARE(rawRequest(service.port, "DELETE", "/health/shutdown/schedule").status, 200);
    QCOMPARE(decodeBasic(rawRequest(service.port, "GET", "/health/live").body)->status, ServiceStatus::Healthy);
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
}

void TestServe::aBlockingShutdownAnswersWhenAllIsDone_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::newRow("path") << "/health/shutdown"_ba;
    QTest::newRow("alias") << "/shutdown"_ba;
}

void TestServe::aBlockingShutdownAnswersWhenAllIsDone()
{
    QFETCH(QByteArray, path);
    START(service);
    const RawAnswer answer = rawRequest(service.port, "POST", path);
    QCOMPARE(answer.status, 200);
    const Result<ShutdownResult> result = decodeShutdownResult(answer.body);
    QVERIFY2(result, answer.body.constData());
    QVERIFY(result->complete);
    QCOMPARE(result->mode, ShutdownMode::Immediate);
    QCOMPARE(*result->exitCode, 0);
    for (const StepReport &step : result->steps)
        QCOMPARE(step.outcome, StepOutcome::Ok);
    QVERIFY(!result->steps.isEmpty());
    QCOMPARE(service.exitCode(), 0);
}

void TestServe::aSignalShutsItDown_data()
{
    QTest::addColumn<int>("number");
    QTest::newRow("SIGTERM") << SIGTERM;
    QTest::newRow("SIGINT") << SIGINT;
}

void TestServe::aSignalShutsItDown()
{
    QFETCH(int, number);
    START(service);
    service.signal(number);
    QCOMPARE(service.exitCode(), 0);
}

void TestServe::aNoteSaysWhoAskedItToEnd_data()
{
    QTest::addColumn<bool>("isByEndpoint");
    QTest::newRow("its endpoint") << true;
    QTest::newRow("a signal") << false;
}

/// Who watches it may ask too seldom to see that it shuts down.
void TestServe::aNoteSaysWhoAskedItToEnd()
{
    QFETCH(bool, isByEndpoint);
    START(service);
    const auto health = decodeBasic(rawRequest(service.port, "GET", "/health/live").body);
    QVERIFY(health);
    if (isByEndpoint)
        rawRequest(service.port, "POST", "/health/shutdown");
    else
        service.signal(SIGTERM);
    QVERIFY(service.process.waitForFinished());
    QFile file(m_directory.filePath(u"hephaestus/ends/%1.json"_s.arg(health->instanceId)));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const Result<EndNote> note = decodeEndNote(file.readAll());
    QVERIFY(note);
    QCOMPARE(note->pid, *health->pid);
    QCOMPARE(note->exitCode, 0);
    QCOMPARE(note->reason, isByEndpoint ? EndReason::Endpoint : EndReason::Signal);
    if (!isByEndpoint)
        QVERIFY2(note->by.endsWith(u"(pid %1)"_s.arg(QCoreApplication::applicationPid())), qPrintable(note->by));
}

void TestServe::aSecondSignalAtOnceForcesNothing()
{
    START(service);
    ::kill(pid_t(service.process.processId()), SIGSTOP); // so that both signals are there before it acts on one
    service.signal(SIGTERM);
    service.signal(SIGINT);
    ::kill(pid_t(service.process.processId()), SIGCONT);
    // Within 200 ms of each other: an orderly shutdown. That a later one forces the exit is a row of tests/conformance.
    const int exitCode = service.exitCode();
    QVERIFY2(exitCode == 0, QByteArray::number(exitCode).constData());
}

void TestServe::twoBlockingCallersGetTheSameResult()
{
    START(service);
    const QByteArray request = "POST /health/shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n";
    QTcpSocket first;
    QTcpSocket second;
    for (QTcpSocket *socket : {&first, &second}) {
        socket->connectToHost(u"127.0.0.1"_s, service.port);
        QVERIFY(socket->waitForConnected());
    }
    for (QTcpSocket *socket : {&first, &second}) {
        socket->write(request);
        socket->flush();
    }
    QByteArray bodies[2];
    int i = 0;
    for (QTcpSocket *socket : {&first, &second}) {
        QByteArray bytes;
        while (socket->waitForReadyRead(10'000))
            bytes += socket->readAll();
        bodies[i++] = bytes.mid(bytes.indexOf("\r\n\r\n") + 4);
    }
    QVERIFY2(decodeShutdownResult(bodies[0]), bodies[0].constData());
    QCOMPARE(bodies[0], bodies[1]);
    QCOMPARE(service.exitCode(), 0);
}

void TestServe::aClientThatHangsUpDoesNotStopTheShutdown()
{
    START(service);
    service.process.setReadChannel(QProcess::StandardError);
    QTcpSocket client;
    client.connectToHost(u"127.0.0.1"_s, service.port);
    QVERIFY(client.waitForConnected());
    client.write("POST /health/shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n");
    QVERIFY(client.waitForBytesWritten());
    // Gone as soon as the log tells that it has begun, without having read a byte.
    QByteArray log;
    while (!log.contains("draining") && service.process.waitForReadyRead(10'000))
        log += service.process.readAllStandardError();
    client.abort();
    QCOMPARE(service.exitCode(), 0);
}

/// Written full, so that the service's first line waits for a reader.
static int fullPipe(int (&ends)[2])
{
    if (::pipe2(ends, O_CLOEXEC) != 0 || ::fcntl(ends[1], F_SETFL, O_NONBLOCK) != 0)
        return -1;
    while (::write(ends[1], "x", 1) == 1)
        ;
    return ::fcntl(ends[1], F_SETFL, 0);
}

void TestServe::aReaderOfTheLogThatDoesNotReadHoldsNothingUp()
{
    int ends[2];
    QCOMPARE(fullPipe(ends), 0);
    ServiceProcess service;
    service.process.setChildProcessModifier([&ends] { ::dup2(ends[1], STDERR_FILENO); });
    QVERIFY(start(service));
    QTRY_VERIFY(rawRequest(service.port, "GET", "/health/logs").body.contains(" is ready\n"));
    QCOMPARE(rawRequest(service.port, "GET", "/health/live").status, 200);
    const RawAnswer answer = rawRequest(service.port, "POST", "/health/shutdown");
    QCOMPARE(answer.status, 500);
    QVERIFY2(answer.body.contains("lines wait for a reader"), answer.body.constData());
    QCOMPARE(service.exitCode(), 3);
    ::close(ends[0]);
    ::close(ends[1]);
}

void TestServe::aLogThatCannotBeWrittenIsToldAtTheEnd()
{
    ServiceProcess service;
    service.process.setStandardErrorFile(u"/dev/full"_s);
    QVERIFY(start(service));
    const RawAnswer answer = rawRequest(service.port, "POST", "/health/shutdown");
    QCOMPARE(answer.status, 500);
    QVERIFY2(answer.body.contains("No space left on device"), answer.body.constData());
    QCOMPARE(service.exitCode(), 3);
}

/// RLIMIT_FSIZE, as a full disk: the signal that the kernel sends by then would kill it.
void TestServe::aLogThatMayNotGrowIsNotItsEnd()
{
    ServiceProcess service;
    // In blocks of 512 bytes. Not 0: ThreadSanitizer writes a file of its own at each start.
    const QString line = u"ulimit -f 2048; exec \"$0\" serve --listen 127.0.0.1:0 2>>\"$1\""_s;
    const QString full = file(u"full.log"_s, QByteArray(2048 * 512, 'x'));
    QVERIFY(service.start(u"/bin/sh"_s, {u"-c"_s, line, QStringLiteral(HEPHAESTUS_PROGRAM), full}));
    QCOMPARE(rawRequest(service.port, "GET", "/health/live").status, 200);
    service.signal(SIGTERM);
    const int code = service.exitCode();
    QVERIFY2(code >= 0 && code < 128, qPrintable(QString::number(code)));
}

void TestServe::itStartsAgainOnTheSamePort()
{
    quint16 port = 0;
    for (int i = 0; i < 20; ++i) {
        ServiceProcess service;
        const QString address = u"127.0.0.1:%1"_s.arg(port);
        QVERIFY2(service.start(QStringLiteral(HEPHAESTUS_PROGRAM), {u"serve"_s, u"--listen"_s, address}),
                 service.errors().constData());
        port = service.port;
        QCOMPARE(rawRequest(port, "GET", "/health/live").status, 200);
        QCOMPARE(rawRequest(port, "POST", "/health/shutdown").status, 200);
        QCOMPARE(service.exitCode(), 0);
    }
}

void TestServe::itTellsWhetherItRunsTheCodeOnDisk()
{
    const QByteArray configuration = "[code]\nwatch = [\"code/**/*.py\"]\n";
    QVERIFY(QDir(m_directory.path()).mkpath(u"code/deep"_s));
    const QString source = file(u"code/deep/manager.py"_s, "value = 1\n");
    const QString config = file(u"code.toml"_s, configuration);
    const auto written = QDateTime::currentDateTimeUtc();
    QTRY_VERIFY(written.msecsTo(QDateTime::currentDateTimeUtc()) > 50); // what changes while it starts is unknown
    START(service, {u"--config"_s, config});
    const auto code = [&service] {
        const Result<HealthReport> report = decodeReport(rawRequest(service.port, "GET", "/health/status").body);
        return report && report->code ? *report->code : CodeReport();
    };
    QTRY_COMPARE_WITH_TIMEOUT(code().verdict, CodeVerdict::Fresh, 60'000);
    QVERIFY(!file(u"code/deep/manager.py"_s, "value = 2\n").isEmpty());
    QTRY_COMPARE_WITH_TIMEOUT(code().verdict, CodeVerdict::Stale, 60'000);
    QCOMPARE(code().changed, (QList<CodeChange>{{source, u"source"_s, u"modified"_s}}));
    QVERIFY(!file(u"code/deep/manager.py"_s, "value = 1\n").isEmpty());
    QTRY_COMPARE_WITH_TIMEOUT(code().verdict, CodeVerdict::Fresh, 60'000);
    QVERIFY(!file(u"code.toml"_s, configuration + "# edited\n").isEmpty());
    QTRY_COMPARE_WITH_TIMEOUT(code().verdict, CodeVerdict::Stale, 60'000);
    QCOMPARE(code().changed, (QList<CodeChange>{{config, u"configuration"_s, u"modified"_s}}));
}

void TestServe::readingTheConfigurationAgainAppliesWhatItCan()
{
    const QByteArray database = "[dependencies.database]\nkind = \"sql\"\ndatabase = \"reload.db\"\n";
    const QString config =
        file(u"reload.toml"_s, "[service]\nname = \"reload\"\nlisten = [\"127.0.0.1:1\"]\n" + database);
    QTemporaryDir elsewhere;
    ServiceProcess service;
    service.process.setWorkingDirectory(elsewhere.path());
    QVERIFY2(start(service, {u"--config"_s, config}), service.errors().constData());
    const QByteArray longField = "X-Long: " + QByteArray(2000, 'x') + "\r\n";
    QCOMPARE(rawRequest(service.port, "GET", "/health/live", {}, longField).status, 200);

    QVERIFY(!file(u"reload.toml"_s,
                  "[service]\nname = \"reload\"\nlisten = [\"127.0.0.1:1\"]\n[limits]\nhead_bytes = 1024\n" + database)
                 .isEmpty());
    service.signal(SIGHUP);
    QByteArray said;
    QTRY_VERIFY((said += service.errors()).contains("SIGHUP: applied"));
    QVERIFY2(!said.contains("needs a restart"), said.constData());
    QCOMPARE(rawRequest(service.port, "GET", "/health/live", {}, longField).status, 431);
    QCOMPARE(rawRequest(service.port, "POST", "/health/check").status, 200);
    QVERIFY(QFile::exists(m_directory.filePath(u"hephaestus/reload.db"_s)));
    QVERIFY2(QDir(elsewhere.path()).isEmpty(), "the database stays where it is");

    QVERIFY(!file(u"reload.toml"_s, "[service]\nname = \"renamed\"\n" + database).isEmpty());
    service.signal(SIGHUP);
    said.clear();
    QTRY_VERIFY((said += service.errors()).contains("SIGHUP: applied"));
    QVERIFY2(said.contains("needs a restart: service.name\n"), said.constData());
}

void TestServe::aStartThatFailsLeavesNoSocketFile()
{
    QTcpServer other;
    QVERIFY(other.listen(QHostAddress::LocalHost));
    const QString path = m_directory.filePath(u"first.sock"_s);
    QProcess process;
    process.start(
        QStringLiteral(HEPHAESTUS_PROGRAM),
        {u"serve"_s, u"--listen"_s, u"unix:"_s + path, u"--listen"_s, u"127.0.0.1:%1"_s.arg(other.serverPort())});
    QVERIFY(hasEnded(process, 20'000));
    QCOMPARE(process.exitCode(), 2);
    QVERIFY(!QFile::exists(path));
}

void TestServe::globalOptionsMayComeFirst_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("said");
    const QString config = file(u"fine.toml"_s, "[service]\nname = \"fine\"\n");
    QTest::newRow("before the command") << QStringList{u"--log-level"_s, u"debug"_s, u"--color=never"_s,
                                                       u"check-config"_s, config}
                                        << "ok"_ba;
    QTest::newRow("behind it") << QStringList{u"check-config"_s, u"--log-level=debug"_s, config} << "ok"_ba;
    QTest::newRow("help") << QStringList{u"--color"_s, u"never"_s, u"serve"_s, u"--help"_s}
                          << "Usage: hephaestus serve [options]\n"_ba;
    QTest::newRow("version") << QStringList{u"serve"_s, u"--version"_s} << "hephaestus "_ba;
}

void TestServe::globalOptionsMayComeFirst()
{
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, said);
    QProcess process;
    process.start(QStringLiteral(HEPHAESTUS_PROGRAM), arguments);
    QVERIFY(hasEnded(process, 20'000));
    QCOMPARE(process.exitCode(), 0);
    const QByteArray output = process.readAllStandardOutput();
    QVERIFY2(output.contains(said), output.constData());
}

void TestServe::closedStandardDescriptorsAreNotGivenToSockets()
{
    QProcess shell;
    const QString socket = m_directory.filePath(u"closed.sock"_s);
    shell.start(
        u"/bin/sh"_s,
        {u"-c"_s, u"exec \"$0\" serve --listen \"unix:$1\" <&- 2>&-"_s, QStringLiteral(HEPHAESTUS_PROGRAM), socket});
    QVERIFY(shell.waitForReadyRead(20'000));
    for (const int descriptor : {0, 2})
        QCOMPARE(QFile::symLinkTarget(u"/proc/%1/fd/%2"_s.arg(shell.processId()).arg(descriptor)), u"/dev/null"_s);
    ::kill(pid_t(shell.processId()), SIGTERM);
    QVERIFY(hasEnded(shell, 20'000));
    QCOMPARE(shell.exitCode(), 0);
}

void TestServe::wrongUsageAndConfigurationExitWith2_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("said");
    const QString broken =
        file(u"broken.toml"_s, "[service]\nnmae = \"x\"\nlisten = [\"nowhere\"]\n[shutdown]\nnotice = 5\n");
    QTest::newRow("no command") << QStringList() << "Usage: hephaestus"_ba;
    QTest::newRow("unknown command") << QStringList{u"srve"_s} << "no command \"srve\""_ba;
    QTest::newRow("unknown option") << QStringList{u"serve"_s, u"--prot"_s} << "prot"_ba;
    QTest::newRow("bad address") << QStringList{u"serve"_s, u"--listen"_s, u"8000"_s} << "HOST:PORT"_ba;
    QTest::newRow("no such file") << QStringList{u"serve"_s, u"--config"_s, u"/nonexistent.toml"_s}
                                  << "/nonexistent.toml"_ba;
    QTest::newRow("log level") << QStringList{u"serve"_s, u"--log-level"_s, u"loud"_s} << "--log-level"_ba;
    QTest::newRow("unknown key") << QStringList{u"serve"_s, u"--config"_s, broken}
                                 << "broken.toml:2: service.nmae: unknown key; did you mean \"name\"?"_ba;
    QTest::newRow("all at once") << QStringList{u"check-config"_s, broken} << "broken.toml:5: shutdown.notice"_ba;
    QTest::newRow("a name with a path") << QStringList{u"serve"_s, u"--name"_s, u"../../evil"_s, u"--listen"_s,
                                                       u"127.0.0.1:0"_s}
                                        << "service.name"_ba;
    QTest::newRow("no name") << QStringList{u"serve"_s, u"--name"_s, QString(), u"--listen"_s, u"127.0.0.1:0"_s}
                             << "service.name"_ba;
    const QString open =
        file(u"open.toml"_s,
             "[service]\nlisten = [\"0.0.0.0:80\", \"unix:/nonexistent/s\", \"unix:" + QByteArray(100, 'x') + "\"]\n");
    QTest::newRow("checked: open to all")
        << QStringList{u"check-config"_s, open}
        << "open.toml: service.listen: 0.0.0.0:80: is reachable from other machines"_ba;
    QTest::newRow("checked: no directory")
        << QStringList{u"check-config"_s, open} << "there is no directory /nonexistent"_ba;
    QTest::newRow("checked: long path") << QStringList{u"check-config"_s, open} << "a path of 1 to 107 bytes"_ba;
    const QString tls = file(u"tls.toml"_s, "[access]\ntls_certificate = \"none.pem\"\ntls_key = \"none.key\"\n");
    QTest::newRow("checked: certificate") << QStringList{u"check-config"_s, tls} << "none.pem"_ba;
    QTest::newRow("qt's option") << QStringList{u"serve"_s, u"--help-all"_s} << "help-all"_ba;
    QTest::newRow("beyond loopback") << QStringList{u"serve"_s, u"--listen"_s, u"0.0.0.0:0"_s} << "token"_ba;
}

void TestServe::wrongUsageAndConfigurationExitWith2()
{
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, said);
    QProcess process;
    process.start(QStringLiteral(HEPHAESTUS_PROGRAM), arguments);
    QVERIFY(hasEnded(process, 20'000));
    const QByteArray errors = process.readAllStandardError();
    QVERIFY2(errors.contains(said), errors.constData());
    QCOMPARE(process.exitCode(), 2);
}

QTEST_GUILESS_MAIN(TestServe)
#include "tst_serve.moc"
