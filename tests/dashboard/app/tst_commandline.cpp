// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/processend.h"
#include "tests/support/serviceprocess.h"

#include <QProcess>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

/// The program as people start it: what it prints, and how it ends.
class TestCommandLine : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void questionsAreAnsweredWithoutADisplay_data();
    void questionsAreAnsweredWithoutADisplay();
    void everythingThatIsWrongWithAFleetFileIsSaidAtOnce();
    void aSignalClosesItCleanly_data();
    void aSignalClosesItCleanly();
    void itAnswersForItselfAndEndsWhenAsked();

private:
    struct Ended
    {
        int code;
        QString output;
        QString errors;
    };

    static QProcessEnvironment environment(const QString &home)
    {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"XDG_CONFIG_HOME"_s, home);
        environment.insert(u"XDG_STATE_HOME"_s, home);
        return environment;
    }

    static Ended run(const QStringList &arguments)
    {
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"QT_QPA_PLATFORM"_s, u"xcb"_s); // and no display: it must not be needed
        environment.remove(u"DISPLAY"_s);
        process.setProcessEnvironment(environment);
        process.start(QStringLiteral(DASHBOARD), arguments);
        if (!process.waitForFinished(20'000))
            qFatal("the dashboard did not end");
        return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
                QString::fromUtf8(process.readAllStandardOutput()), QString::fromUtf8(process.readAllStandardError())};
    }
};

void TestCommandLine::questionsAreAnsweredWithoutADisplay_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("said");
    QTest::newRow("all help") << QStringList{u"--help-all"_s} << 0 << u"--fleet"_s;
    QTest::newRow("one dash") << QStringList{u"-revers"_s} << 2 << u"'revers'"_s;
    QTest::newRow("help") << QStringList{u"--help"_s} << 0 << u"--fleet"_s;
    QTest::newRow("version") << QStringList{u"--version"_s} << 0 << u"hephaestus-dashboard 0."_s;
    QTest::newRow("unknown option") << QStringList{u"--flet"_s} << 2 << u"flet"_s;
    QTest::newRow("argument, no such file")
        << QStringList{u"/nonexistent/fleet.toml"_s} << 2 << u"/nonexistent/fleet.toml"_s;
    QTest::newRow("no such file") << QStringList{u"--fleet"_s, u"/nonexistent/fleet.toml"_s} << 2
                                  << u"/nonexistent/fleet.toml"_s;
    QTest::newRow("no URL") << QStringList{u"--service"_s, u"ftp://x"_s} << 2 << u"--service: "_s;
    QTest::newRow("no such token") << QStringList{u"--token-file"_s, u"/nonexistent/token"_s} << 2
                                   << u"/nonexistent/token"_s;
    QTest::newRow("colours") << QStringList{u"--colors"_s, u"pink"_s} << 2 << u"expected system, light or dark"_s;
}

void TestCommandLine::questionsAreAnsweredWithoutADisplay()
{
    QFETCH(QStringList, arguments);
    QFETCH(int, code);
    QFETCH(QString, said);
    const Ended ended = run(arguments);
    QCOMPARE(ended.code, code);
    const QString &where = code == 0 ? ended.output : ended.errors;
    QVERIFY2(where.contains(said), qPrintable(ended.output + ended.errors));
}

void TestCommandLine::everythingThatIsWrongWithAFleetFileIsSaidAtOnce()
{
    const QTemporaryDir directory;
    QFile file(directory.filePath(u"fleet.toml"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("[[service]]\nname = \"a\"\nurl = 7\n[[service]]\nname = \"b\"\n");
    file.close();
    const Ended ended = run({u"--fleet"_s, file.fileName()});
    QCOMPARE(ended.code, 2);
    QVERIFY2(ended.errors.count(u"fleet.toml"_s) >= 2, qPrintable(ended.errors));
}

void TestCommandLine::aSignalClosesItCleanly_data()
{
    QTest::addColumn<int>("number");
    QTest::newRow("SIGTERM") << SIGTERM;
    QTest::newRow("SIGINT") << SIGINT;
}

void TestCommandLine::aSignalClosesItCleanly()
{
    QFETCH(int, number);
    const QTemporaryDir home;
    QProcess process;
    QProcessEnvironment environment = this->environment(home.path());
    environment.insert(u"QT_QPA_PLATFORM"_s, u"offscreen"_s);
    process.setProcessEnvironment(environment);
    process.start(QStringLiteral(DASHBOARD), {u"--service"_s, u"http://127.0.0.1:1"_s});
    QVERIFY(process.waitForStarted());
    // It catches signals once /proc says so.
    const auto catches = [&] {
        QFile status(u"/proc/%1/status"_s.arg(process.processId()));
        if (!status.open(QIODevice::ReadOnly))
            return false;
        for (const QByteArray &line : status.readAll().split('\n')) {
            if (line.startsWith("SigCgt:"))
                return (line.mid(7).trimmed().toULongLong(nullptr, 16) >> (number - 1) & 1) != 0;
        }
        return false;
    };
    QTRY_VERIFY_WITH_TIMEOUT(catches(), 60'000);
    ::kill(pid_t(process.processId()), number);
    QVERIFY(hasEnded(process, 20'000));
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 0);
    QVERIFY(QFile::exists(home.filePath(u"hephaestus/hephaestus-dashboard.conf"_s))); // the layout was saved
}

/// Sends a request and reads until the peer closes.
static QByteArray ask(quint16 port, const QByteArray &request)
{
    QTcpSocket socket;
    socket.connectToHost(QHostAddress::LocalHost, port);
    if (!socket.waitForConnected(10'000))
        return {};
    socket.write(request + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    QByteArray answer;
    while (socket.waitForReadyRead(20'000))
        answer += socket.readAll();
    return answer + socket.readAll();
}

void TestCommandLine::itAnswersForItselfAndEndsWhenAsked()
{
    const QTemporaryDir home;
    Test::ServiceProcess service;
    QProcessEnvironment environment = this->environment(home.path());
    environment.insert(u"QT_QPA_PLATFORM"_s, u"offscreen"_s);
    service.process.setProcessEnvironment(environment);
    QVERIFY2(service.start(QStringLiteral(DASHBOARD),
                           {u"--service"_s, u"http://127.0.0.1:1"_s, u"--listen"_s, u"127.0.0.1:0"_s}),
             service.errors().constData());
    const QByteArray live = ask(service.port, "GET /health/live");
    QVERIFY2(live.startsWith("HTTP/1.1 200") && live.contains("\"service\":\"hephaestus-dashboard\""),
             live.constData());
    const QByteArray ended = ask(service.port, "POST /health/shutdown");
    for (const char *step : {"restarts under way", "polling", "layout"})
        QVERIFY2(ended.contains(step), ended.constData());
    QVERIFY2(ended.contains("shutdown_complete"), ended.constData());
    QCOMPARE(service.exitCode(), 0);
    QVERIFY(QFile::exists(home.filePath(u"hephaestus/hephaestus-dashboard.conf"_s)));
}

QTEST_GUILESS_MAIN(TestCommandLine)
#include "tst_commandline.moc"
