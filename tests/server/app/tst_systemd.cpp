// SPDX-License-Identifier: GPL-3.0-or-later
//
// The real program as systemd runs it: told where to notify, and handed a listening socket.
#include "tests/support/processend.h"
#include "tests/support/rawhttp.h"
#include "tests/support/serviceprocess.h"

#include <QFile>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using namespace Hephaestus::Test;
using namespace Qt::StringLiterals;

namespace {

/// The other end of NOTIFY_SOCKET.
class NotifySocket
{
public:
    explicit NotifySocket(const QString &path)
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const QByteArray name = QFile::encodeName(path);
        std::copy(name.begin(), name.end(), address.sun_path);
        m_fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        m_bound = ::bind(m_fd, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0;
    }
    ~NotifySocket() { ::close(m_fd); }

    bool isBound() const { return m_bound; }
    /// All that was told so far.
    const QByteArrayList &told()
    {
        char buffer[4096];
        for (ssize_t size = 0; (size = ::recv(m_fd, buffer, sizeof buffer, 0)) > 0;)
            m_told += QByteArray(buffer, size).split('\n');
        return m_told;
    }
    qsizetype count(const QByteArray &beginning)
    {
        const QByteArrayList &all = told();
        return std::count_if(all.begin(), all.end(),
                             [&](const QByteArray &line) { return line.startsWith(beginning); });
    }

private:
    int m_fd = -1;
    bool m_bound = false;
    QByteArrayList m_told;
};

} // namespace

class TestSystemd : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void itNotifiesFromStartToStop();
    void readingTheConfigurationAgainMakesNothingReady();
    void aReloadWithoutAConfigurationEnds();
    void aSocketHandedOverIsServed();
    void theListeningSocketIsGivenToKeep();
    void whatWasKeptIsServedOrGivenUp_data();
    void whatWasKeptIsServedOrGivenUp();
    void aSocketForAnotherProcessIsLeftAlone();
    void linesForTheJournalCarryTheirPriority_data();
    void linesForTheJournalCarryTheirPriority();
    void whatKeepsItFromStartingIsAnErrorInTheJournal();

private:
    QTemporaryDir m_directory;
};

void TestSystemd::initTestCase()
{
    QVERIFY(m_directory.isValid());
    qputenv("XDG_STATE_HOME", m_directory.path().toUtf8());
}

void TestSystemd::itNotifiesFromStartToStop()
{
    NotifySocket systemd(m_directory.filePath(u"notify"_s));
    QVERIFY(systemd.isBound());
    ServiceProcess service;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"NOTIFY_SOCKET"_s, m_directory.filePath(u"notify"_s));
    environment.insert(u"WATCHDOG_USEC"_s, u"200000"_s);
    service.process.setProcessEnvironment(environment);
    QVERIFY2(service.start(QStringLiteral(HEPHAESTUS_PROGRAM), {u"serve"_s, u"--listen"_s, u"127.0.0.1:0"_s}),
             service.errors().constData());
    QTRY_COMPARE(systemd.count("READY=1"), 1);
    QTRY_VERIFY(systemd.count("WATCHDOG=1") >= 2);
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
    QCOMPARE(systemd.count("STOPPING=1"), 1);
    QVERIFY(systemd.count("EXTEND_TIMEOUT_USEC=") >= 2);
    QVERIFY(systemd.count("STATUS=cleaning up") >= 2);
}

void TestSystemd::readingTheConfigurationAgainMakesNothingReady()
{
    NotifySocket systemd(m_directory.filePath(u"reload"_s));
    QVERIFY(systemd.isBound());
    QFile config(m_directory.filePath(u"slow.toml"_s));
    QVERIFY(config.open(QFile::WriteOnly));
    const QString go = m_directory.filePath(u"go"_s);
    config.write("[service]\nlisten = [\"127.0.0.1:0\"]\n[dependencies.slow]\nkind = \"command\"\n"
                 "argv = [\"/bin/sh\", \"-c\", \"while ! test -e "
                 + go.toUtf8() + "; do sleep 0.01; done\"]\ntimeout = \"30s\"\n");
    config.close();
    ServiceProcess service;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"NOTIFY_SOCKET"_s, m_directory.filePath(u"reload"_s));
    service.process.setProcessEnvironment(environment);
    service.process.start(QStringLiteral(HEPHAESTUS_PROGRAM), {u"serve"_s, u"--config"_s, config.fileName()});
    QVERIFY(service.process.waitForStarted());
    // Before that SIGHUP would end it.
    const auto handlesHangup = [&] {
        QFile status(u"/proc/%1/status"_s.arg(service.process.processId()));
        const bool opened = status.open(QFile::ReadOnly);
        const QByteArray all = opened ? status.readAll() : QByteArray();
        const qsizetype at = all.indexOf("SigCgt:");
        return at >= 0 && (all.mid(at + 7).split('\n').first().trimmed().toULongLong(nullptr, 16) & 1);
    };
    QTRY_VERIFY(handlesHangup());
    service.signal(SIGHUP);
    QByteArray said;
    QTRY_VERIFY((said += service.errors()).contains("SIGHUP: applied"));
    QCOMPARE(systemd.count("READY=1"), 0);
    QFile file(go);
    QVERIFY(file.open(QFile::WriteOnly));
    QTRY_COMPARE(systemd.count("READY=1"), 1);
    service.signal(SIGHUP);
    QTRY_COMPARE(systemd.count("READY=1"), 2);
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
}

void TestSystemd::aSocketHandedOverIsServed()
{
    QTcpServer socket;
    QVERIFY(socket.listen(QHostAddress::LocalHost));
    const int fd = int(socket.socketDescriptor());
    ServiceProcess service;
    service.process.setChildProcessModifier([fd] { ::dup2(fd, 3); });
    QVERIFY2(service.start(u"/bin/sh"_s,
                           {u"-c"_s, u"LISTEN_PID=$$ LISTEN_FDS=1 exec \"$0\" \"$@\""_s,
                            QStringLiteral(HEPHAESTUS_PROGRAM), u"serve"_s}),
             service.errors().constData());
    QCOMPARE(service.port, socket.serverPort());
    QCOMPARE(rawRequest(socket.serverPort(), "GET", "/health/live").status, 200);
    QCOMPARE(rawRequest(socket.serverPort(), "POST", "/health/shutdown").status, 200);
    QCOMPARE(service.exitCode(), 0);
}

void TestSystemd::aReloadWithoutAConfigurationEnds()
{
    NotifySocket systemd(m_directory.filePath(u"nothing"_s));
    QVERIFY(systemd.isBound());
    ServiceProcess service;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"NOTIFY_SOCKET"_s, m_directory.filePath(u"nothing"_s));
    service.process.setProcessEnvironment(environment);
    QVERIFY2(service.start(QStringLiteral(HEPHAESTUS_PROGRAM), {u"serve"_s, u"--listen"_s, u"127.0.0.1:0"_s}),
             service.errors().constData());
    QTRY_COMPARE(systemd.count("READY=1"), 1);
    service.signal(SIGHUP);
    QTRY_COMPARE(systemd.count("READY=1"), 2);
    QCOMPARE(systemd.count("RELOADING=1"), 1);
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
}

void TestSystemd::theListeningSocketIsGivenToKeep()
{
    NotifySocket systemd(m_directory.filePath(u"store"_s));
    QVERIFY(systemd.isBound());
    ServiceProcess service;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"NOTIFY_SOCKET"_s, m_directory.filePath(u"store"_s));
    service.process.setProcessEnvironment(environment);
    const QString file = m_directory.filePath(u"unix.sock"_s);
    QVERIFY2(service.start(QStringLiteral(HEPHAESTUS_PROGRAM),
                           {u"serve"_s, u"--listen"_s, u"127.0.0.1:0"_s, u"--listen"_s, u"unix:"_s + file}),
             service.errors().constData());
    QTRY_COMPARE(systemd.count("READY=1"), 1);
    QCOMPARE(systemd.count("FDSTORE=1"), 1); // not the other one, whose file goes with the process
    QVERIFY(systemd.told().contains("FDNAME=kept=127.0.0.1%3A0"));
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
}

void TestSystemd::whatWasKeptIsServedOrGivenUp_data()
{
    QTest::addColumn<QString>("keptFor");
    QTest::addColumn<bool>("isServed");
    QTest::newRow("the same address") << u"127.0.0.1:0"_s << true;
    QTest::newRow("an address that was configured before") << u"127.0.0.1:1"_s << false;
}

void TestSystemd::whatWasKeptIsServedOrGivenUp()
{
    QFETCH(QString, keptFor);
    QFETCH(bool, isServed);
    NotifySocket systemd(m_directory.filePath(keptFor));
    QVERIFY(systemd.isBound());
    QTcpServer socket;
    QVERIFY(socket.listen(QHostAddress::LocalHost));
    const int fd = int(socket.socketDescriptor());
    ServiceProcess service;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"NOTIFY_SOCKET"_s, m_directory.filePath(keptFor));
    environment.insert(u"LISTEN_FDNAMES"_s, u"kept="_s + QString::fromLatin1(keptFor.toUtf8().toPercentEncoding()));
    service.process.setProcessEnvironment(environment);
    service.process.setChildProcessModifier([fd] { ::dup2(fd, 3); });
    QVERIFY2(service.start(u"/bin/sh"_s,
                           {u"-c"_s, u"LISTEN_PID=$$ LISTEN_FDS=1 exec \"$0\" \"$@\""_s,
                            QStringLiteral(HEPHAESTUS_PROGRAM), u"serve"_s, u"--listen"_s, u"127.0.0.1:0"_s}),
             service.errors().constData());
    QTRY_COMPARE(systemd.count("READY=1"), 1);
    QCOMPARE(service.port == socket.serverPort(), isServed);
    QCOMPARE(systemd.count("FDSTOREREMOVE=1"), isServed ? 0 : 1);
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
}

void TestSystemd::aSocketForAnotherProcessIsLeftAlone()
{
    ServiceProcess service;
    QVERIFY2(service.start(u"/bin/sh"_s,
                           {u"-c"_s, u"LISTEN_PID=1 LISTEN_FDS=1 exec \"$0\" \"$@\""_s,
                            QStringLiteral(HEPHAESTUS_PROGRAM), u"serve"_s, u"--listen"_s, u"127.0.0.1:0"_s}),
             service.errors().constData());
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
}

void TestSystemd::linesForTheJournalCarryTheirPriority_data()
{
    QTest::addColumn<QString>("format");
    QTest::addColumn<bool>("isJournal");
    QTest::addColumn<QByteArray>("beginning");
    QTest::newRow("text") << u"text"_s << true << "<6>2"_ba;
    QTest::newRow("JSON") << u"json"_s << true << "<6>{"_ba;
    QTest::newRow("text, the stream is another one") << u"text"_s << false << "2"_ba;
    QTest::newRow("JSON, the stream is another one") << u"json"_s << false << "{"_ba;
}

void TestSystemd::linesForTheJournalCarryTheirPriority()
{
    QFETCH(QString, format);
    QFETCH(bool, isJournal);
    QFETCH(QByteArray, beginning);
    QFile log(m_directory.filePath(u"journal"_s));
    QVERIFY(log.open(QIODevice::ReadWrite | QIODevice::Truncate));
    struct stat status = {};
    QCOMPARE(::fstat(log.handle(), &status), 0);
    ServiceProcess service;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"JOURNAL_STREAM"_s, u"%1:%2"_s.arg(status.st_dev).arg(status.st_ino + (isJournal ? 0 : 1)));
    service.process.setProcessEnvironment(environment);
    service.process.setStandardErrorFile(log.fileName());
    QVERIFY(service.start(QStringLiteral(HEPHAESTUS_PROGRAM),
                          {u"serve"_s, u"--listen"_s, u"127.0.0.1:0"_s, u"--log-format"_s, format}));
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
    const QByteArray lines = log.readAll();
    QVERIFY(lines.count('\n') >= 5);
    for (const QByteArray &line : lines.chopped(1).split('\n'))
        QVERIFY2(line.startsWith(beginning), line.constData());
}

void TestSystemd::whatKeepsItFromStartingIsAnErrorInTheJournal()
{
    QFile log(m_directory.filePath(u"start"_s));
    QVERIFY(log.open(QIODevice::ReadWrite | QIODevice::Truncate));
    struct stat status = {};
    QCOMPARE(::fstat(log.handle(), &status), 0);
    for (const QString &command : {u"serve"_s, u"run"_s}) {
        QProcess program;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"JOURNAL_STREAM"_s, u"%1:%2"_s.arg(status.st_dev).arg(status.st_ino));
        program.setProcessEnvironment(environment);
        program.setStandardErrorFile(log.fileName());
        program.start(QStringLiteral(HEPHAESTUS_PROGRAM), {command, u"--listen"_s, u"nowhere"_s, u"--"_s, u"true"_s});
        QVERIFY(Hephaestus::hasEnded(program));
        QVERIFY(program.exitCode() != 0);
        log.seek(0);
        const QByteArray line = log.readLine();
        QVERIFY2(line.startsWith("<3>hephaestus " + command.toUtf8()), line.constData());
    }
}

QTEST_GUILESS_MAIN(TestSystemd)
#include "tst_systemd.moc"
