// SPDX-License-Identifier: GPL-3.0-or-later
//
// The real program, told to restart over HTTP.
#include "common/protocol/healthcodec.h"
#include "tests/support/rawhttp.h"
#include "tests/support/serviceprocess.h"

#include <QDeadlineTimer>
#include <QDir>
#include <QLocalSocket>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <fcntl.h>
#include <sys/stat.h>
#include <thread>

using namespace Hephaestus;
using namespace Hephaestus::Test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestInPlaceRestart : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void aNewInstanceTakesOverTheProcess();
    void noRequestIsLost();
    void theFileNowOnDiskRuns();
    void whatCannotStartLeavesTheOldOneServing_data();
    void whatCannotStartLeavesTheOldOneServing();
    void aReaderThatDoesNotReadHoldsNothingUp();
    void aRestartThatFailsNeedsNoReader();
    void aSuccessorThatHangsIsEnded();
    void aSuccessorThatIsReadyHasNoDeadline();
    void aStopDuringARestartIsAStop();
    void duringAShutdownItIsRefused();
    void changedAddressesAreFollowed();
    void bothSocketsOfLocalhostAreKept();
    void aUnixSocketGoesWithTheLastInstance();

private:
    bool start(ServiceProcess &service, const QString &program = QStringLiteral(HEPHAESTUS_PROGRAM))
    {
        return service.start(program, {u"serve"_s, u"--config"_s, config});
    }
    void configure(const QByteArray &listen, const QByteArray &more = {})
    {
        QFile file(config);
        QVERIFY(file.open(QFile::WriteOnly));
        file.write("[service]\nname = \"orders\"\nlisten = " + listen + "\n" + more);
    }
    static QString instance(quint16 port)
    {
        const auto health = decodeBasic(rawRequest(port, "GET", "/health/live").body);
        return health ? health->instanceId : QString();
    }
    static bool isReady(quint16 port) { return rawRequest(port, "GET", "/health/ready").status == 200; }

    std::unique_ptr<QTemporaryDir> directory;
    QString config;
};

#define START(service, ...)                                                                                            \
    ServiceProcess service;                                                                                            \
    QVERIFY2(start(service __VA_OPT__(, ) __VA_ARGS__), service.errors().constData())

void TestInPlaceRestart::init()
{
    directory = std::make_unique<QTemporaryDir>();
    config = directory->filePath(u"hephaestus.toml"_s);
    qputenv("XDG_STATE_HOME", directory->path().toUtf8());
    configure("[\"127.0.0.1:0\"]");
}

void TestInPlaceRestart::aNewInstanceTakesOverTheProcess()
{
    START(service);
    const qint64 pid = service.process.processId();
    QStringList instances{instance(service.port)};
    for (int i = 0; i < 5; ++i) {
        const RawAnswer answer = rawRequest(service.port, "POST", "/health/restart");
        QCOMPARE(answer.status, 200);
        QVERIFY2(answer.body.contains("restart_scheduled") && answer.body.contains(instances.last().toLatin1()),
                 answer.body.constData());
        QTRY_VERIFY(instance(service.port) != instances.last());
        QTRY_VERIFY(isReady(service.port));
        QVERIFY(!instances.contains(instance(service.port)));
        instances.append(instance(service.port));
        const auto health = decodeBasic(rawRequest(service.port, "GET", "/health/live").body);
        QCOMPARE(*health->pid, pid);
    }
    QCOMPARE(service.process.processId(), pid);
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
}

void TestInPlaceRestart::noRequestIsLost()
{
    START(service);
    std::atomic<bool> over{false};
    std::atomic<int> asked{0};
    std::atomic<int> lost{0};
    std::vector<std::thread> clients;
    for (int i = 0; i < 4; ++i) {
        clients.emplace_back([&] {
            while (!over) {
                lost += rawRequest(service.port, "GET", "/health/live").status != 200;
                ++asked;
            }
        });
    }
    QString before = instance(service.port);
    int restarts = 0;
    // A machine that is busy makes fewer of them.
    for (QDeadlineTimer enough(15s); restarts < 25 && (restarts < 5 || !enough.hasExpired()); ++restarts) {
        if (rawRequest(service.port, "POST", "/health/restart").status != 200)
            break;
        if (!QTest::qWaitFor([&] { return instance(service.port) != before && isReady(service.port); }, 60'000))
            break;
        before = instance(service.port);
    }
    over = true;
    for (std::thread &client : clients)
        client.join();
    QVERIFY2(restarts >= 5, qPrintable(QString::number(restarts)));
    QVERIFY(asked > restarts);
    QCOMPARE(lost, 0);
}

void TestInPlaceRestart::theFileNowOnDiskRuns()
{
    const QString program = directory->filePath(u"program"_s);
    QVERIFY(QFile::copy(QStringLiteral(HEPHAESTUS_PROGRAM), program));
    START(service, program);
    const QString before = instance(service.port);
    QVERIFY(QFile::copy(program, program + u".new"_s));
    QCOMPARE(::rename(QFile::encodeName(program + u".new"_s).constData(), QFile::encodeName(program).constData()), 0);
    struct stat onDisk = {};
    struct stat running = {};
    const QByteArray exe = "/proc/" + QByteArray::number(service.process.processId()) + "/exe";
    QCOMPARE(::stat(QFile::encodeName(program).constData(), &onDisk), 0);
    QCOMPARE(::stat(exe.constData(), &running), 0);
    QVERIFY(onDisk.st_ino != running.st_ino);
    QCOMPARE(rawRequest(service.port, "POST", "/health/restart").status, 200);
    QTRY_VERIFY(instance(service.port) != before);
    QCOMPARE(::stat(exe.constData(), &running), 0);
    QCOMPARE(onDisk.st_ino, running.st_ino);
}

void TestInPlaceRestart::whatCannotStartLeavesTheOldOneServing_data()
{
    QTest::addColumn<QByteArray>("program");       // null: as it is
    QTest::addColumn<QByteArray>("configuration"); // behind [service]
    QTest::addColumn<QString>("why");
    QTest::addColumn<QByteArray>("listen");
    const QByteArray listen = "[\"127.0.0.1:0\"]";
    QTest::newRow("gone") << QByteArray("") << QByteArray() << u"the program file cannot be found"_s << listen;
    QTest::newRow("no program") << QByteArray("some text that is longer than a header, and is not a program in any way")
                                << QByteArray() << u"it is not a program"_s << listen;
    QTest::newRow("fails at once") << QByteArray("#!/bin/sh\necho library missing >&2\nexit 127\n") << QByteArray()
                                   << u"library missing"_s << listen;
    QTest::newRow("broken configuration")
        << QByteArray() << QByteArray("[shutdown]\nnotice = \"soon\"\n") << u"shutdown.notice"_s << listen;
    QTest::newRow("open to all") << QByteArray() << QByteArray() << u"needs a token and TLS"_s
                                 << QByteArray("[\"0.0.0.0:0\"]");
    QTest::newRow("no directory") << QByteArray() << QByteArray() << u"there is no directory"_s
                                  << QByteArray("[\"unix:/nonexistent/s\"]");
    QTest::newRow("no certificate") << QByteArray()
                                    << QByteArray("[access]\ntls_certificate = \"c.pem\"\ntls_key = \"k.pem\"\n")
                                    << u"c.pem"_s << listen;
    static QTcpServer other;
    QVERIFY(other.isListening() || other.listen(QHostAddress::LocalHost));
    QTest::newRow("taken port") << QByteArray() << QByteArray() << u"in use"_s
                                << "[\"127.0.0.1:" + QByteArray::number(other.serverPort()) + "\"]";
}

void TestInPlaceRestart::whatCannotStartLeavesTheOldOneServing()
{
    QFETCH(QByteArray, program);
    QFETCH(QByteArray, configuration);
    QFETCH(QString, why);
    QFETCH(QByteArray, listen);
    const QString path = directory->filePath(u"program"_s);
    QVERIFY(QFile::copy(QStringLiteral(HEPHAESTUS_PROGRAM), path));
    START(service, path);
    const QString before = instance(service.port);
    if (!program.isNull())
        QVERIFY(QFile::remove(path));
    if (!program.isEmpty()) {
        QFile file(path);
        QVERIFY(file.open(QFile::WriteOnly));
        file.write(program);
        file.setPermissions(QFile::ReadOwner | QFile::ExeOwner);
    }
    configure(listen, configuration);
    const RawAnswer answer = rawRequest(service.port, "POST", "/health/restart");
    QCOMPARE(answer.status, 409);
    QVERIFY2(QString::fromUtf8(answer.body).contains(why), answer.body.constData());
    QVERIFY(isReady(service.port));
    QCOMPARE(instance(service.port), before);
}

/// Whoever started it may leave its output alone; each life writes a line there.
void TestInPlaceRestart::aReaderThatDoesNotReadHoldsNothingUp()
{
    const QByteArray pipe = QFile::encodeName(directory->filePath(u"stdout"_s));
    QCOMPARE(::mkfifo(pipe.constData(), 0600), 0);
    const int reader = ::open(pipe.constData(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    while (::write(reader, "full", 4) > 0) {
    }
    const QString path = directory->filePath(u"service.sock"_s);
    configure("[\"unix:" + path.toUtf8() + "\"]");
    ServiceProcess service;
    service.process.setStandardOutputFile(QFile::decodeName(pipe));
    service.process.start(QStringLiteral(HEPHAESTUS_PROGRAM), {u"serve"_s, u"--config"_s, config});
    const auto isReady = [&] {
        QLocalSocket local;
        local.connectToServer(path);
        local.write("GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        return local.waitForReadyRead(1000) && local.readAll().startsWith("HTTP/1.1 200");
    };
    QTRY_VERIFY(isReady());
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
    ::close(reader);
}

/// Its last line has nowhere to go; it ends all the same.
void TestInPlaceRestart::aRestartThatFailsNeedsNoReader()
{
    const QString path = directory->filePath(u"program"_s);
    QVERIFY(QFile::copy(QStringLiteral(HEPHAESTUS_PROGRAM), path));
    const QByteArray pipe = QFile::encodeName(directory->filePath(u"stderr"_s));
    QCOMPARE(::mkfifo(pipe.constData(), 0600), 0);
    const int reader = ::open(pipe.constData(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    while (::write(reader, "full", 4) > 0) {
    }
    ServiceProcess service;
    service.process.setStandardErrorFile(QFile::decodeName(pipe));
    QVERIFY(start(service, path));
    QVERIFY(QFile::remove(path));
    QFile file(path);
    QVERIFY(file.open(QFile::WriteOnly));
    file.write("#!/bin/sh\nrm \"$0\"\n"); // tried out, it is fine; and then it is gone
    file.setPermissions(QFile::ReadOwner | QFile::ExeOwner);
    file.close();
    QCOMPARE(rawRequest(service.port, "POST", "/health/restart").status, 200);
    QCOMPARE(service.exitCode(), 127);
    ::close(reader);
}

void TestInPlaceRestart::aSuccessorThatHangsIsEnded()
{
    configure("[\"127.0.0.1:0\"]\nstart_timeout = \"300ms\"");
    const QString path = directory->filePath(u"program"_s);
    QVERIFY(QFile::copy(QStringLiteral(HEPHAESTUS_PROGRAM), path));
    START(service, path);
    QVERIFY(QFile::remove(path));
    QFile file(path);
    QVERIFY(file.open(QFile::WriteOnly));
    file.write("#!/bin/sh\n[ \"$1\" = --version ] || exec sleep 1000\n");
    file.setPermissions(QFile::ReadOwner | QFile::ExeOwner);
    file.close();
    QCOMPARE(rawRequest(service.port, "POST", "/health/restart").status, 200);
    QCOMPARE(service.exitCode(), 128 + SIGALRM);
    QTcpSocket client;
    client.connectToHost(u"127.0.0.1"_s, service.port);
    QVERIFY(!client.waitForConnected());
    QCOMPARE(client.error(), QAbstractSocket::ConnectionRefusedError);
}

void TestInPlaceRestart::aSuccessorThatIsReadyHasNoDeadline()
{
    for (const auto timeout : {1s, 4s, 16s}) {
        configure("[\"127.0.0.1:0\"]\nstart_timeout = \"" + QByteArray::number(qint64(timeout.count())) + "s\"");
        START(service);
        const QString before = instance(service.port);
        QCOMPARE(rawRequest(service.port, "POST", "/health/restart").status, 200);
        QString after;
        const auto isAnother = [&] {
            after = instance(service.port);
            return !after.isEmpty() && after != before && isReady(service.port);
        };
        QTRY_VERIFY(isAnother() || service.process.state() == QProcess::NotRunning);
        if (service.process.state() == QProcess::NotRunning)
            continue; // the machine is so busy that it was not ready in time
        const auto uptime = [&] {
            const auto health = decodeBasic(rawRequest(service.port, "GET", "/health/live").body);
            return health ? health->uptime : Seconds(0);
        };
        QTRY_VERIFY(uptime() > timeout + 500ms);
        QCOMPARE(instance(service.port), after);
        return;
    }
    QFAIL("no successor was ready in time");
}

void TestInPlaceRestart::aStopDuringARestartIsAStop()
{
    for (int i = 0; i < 10; ++i) {
        START(service);
        QCOMPARE(rawRequest(service.port, "POST", "/health/restart").status, 200);
        service.signal(SIGTERM);
        const int exitCode = service.exitCode();
        // Before the restart, or in the moment when the successor has no handlers yet, or by the successor.
        QVERIFY2(exitCode == 0 || exitCode == 128 + SIGTERM, qPrintable(QString::number(exitCode)));
    }
}

void TestInPlaceRestart::duringAShutdownItIsRefused()
{
    START(service);
    QCOMPARE(rawRequest(service.port, "POST", "/health/shutdown/schedule", "{\"delay_seconds\": 60}").status, 200);
    const RawAnswer answer = rawRequest(service.port, "POST", "/health/restart");
    QCOMPARE(answer.status, 409);
    QVERIFY2(answer.body.contains("a shutdown is under way"), answer.body.constData());
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
}

void TestInPlaceRestart::changedAddressesAreFollowed()
{
    configure("[\"127.0.0.1:0\", \"localhost:0\"]");
    START(service);
    QCOMPARE(rawRequest(service.port, "GET", "/health/live").status, 200);
    const QString before = instance(service.port);
    const QString path = directory->filePath(u"new.sock"_s);
    configure("[\"127.0.0.1:0\", \"unix:" + path.toUtf8() + "\"]");
    QCOMPARE(rawRequest(service.port, "POST", "/health/restart").status, 200);
    QTRY_VERIFY(instance(service.port) != before); // the port that was free then is kept
    const auto isReached = [&path] {               // the new instance opens it after the port that it was handed
        QLocalSocket local;
        local.connectToServer(path);
        return local.waitForConnected();
    };
    QTRY_VERIFY_WITH_TIMEOUT(isReached(), 20'000);
}

void TestInPlaceRestart::bothSocketsOfLocalhostAreKept()
{
    const auto families = [](quint16 port) {
        QStringList reached;
        for (const QString &host : {u"127.0.0.1"_s, u"::1"_s}) {
            QTcpSocket client;
            client.connectToHost(host, port);
            if (client.waitForConnected())
                reached << host;
        }
        return reached;
    };
    configure("[\"localhost:0\"]");
    START(service);
    const QString before = instance(service.port);
    const QStringList reached = families(service.port);
    QVERIFY(reached.contains(u"127.0.0.1"_s));
    for (int restarts = 1; restarts <= 2; ++restarts) {
        const QString last = instance(service.port);
        QCOMPARE(rawRequest(service.port, "POST", "/health/restart").status, 200);
        QTRY_VERIFY(instance(service.port) != last);
        QCOMPARE(families(service.port), reached);
        QTRY_VERIFY(isReady(service.port));
    }
    QVERIFY(instance(service.port) != before);
}

void TestInPlaceRestart::aUnixSocketGoesWithTheLastInstance()
{
    const QString path = directory->filePath(u"service.sock"_s);
    configure("[\"127.0.0.1:0\", \"unix:" + path.toUtf8() + "\"]");
    START(service);
    const QString before = instance(service.port);
    QCOMPARE(rawRequest(service.port, "POST", "/health/restart").status, 200);
    QTRY_VERIFY(instance(service.port) != before);
    QLocalSocket local;
    local.connectToServer(path);
    QVERIFY(local.waitForConnected());
    QTRY_VERIFY(isReady(service.port));
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
    QVERIFY(!QFile::exists(path));
}

QTEST_GUILESS_MAIN(TestInPlaceRestart)
#include "tst_inplacerestart.moc"
