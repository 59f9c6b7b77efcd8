// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/desktopapplication.h"
#include "tests/dashboard/model/reports.h"
#include "tests/support/fakehttpserver.h"
#include "tests/support/processend.h"
#include "tests/support/processline.h"

#include <QDBusConnectionInterface>
#include <QDBusMessage>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <QUrl>

#include <csignal>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

/// The dashboard as a desktop starts it: real programs on a bus of the test's own, which starts them as well.
class TestOneInstance : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void aLaterStartGivesItsFilesToTheFirst();
    void theBusStartsItForAFile();
    void whatIsNoFileIsRefused();
    void anOptionMakesItOneOfItsOwn();
    void theNameIsFreeOnceItsWindowIsClosed();
    void aFirstOneThatHangsKeepsNobodyWaiting();
    void withoutABusItIsAlone();

private:
    QString fleetFile(const FakeHttpServer &server) const
    {
        const QString path = m_home->filePath(u"a fleet.toml"_s); // a name that a URI writes differently
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly))
            qFatal("no fleet file");
        file.write(u"[[service]]\nname = \"fake\"\nurl = \"%1\"\ninterval = \"200ms\"\n"_s.arg(server.url()).toUtf8());
        return path;
    }
    QProcessEnvironment environment(const QString &bus) const
    {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        for (const QString &name : {u"XDG_CONFIG_HOME"_s, u"XDG_STATE_HOME"_s, u"HOME"_s})
            environment.insert(name, m_home->path());
        environment.insert(u"QT_QPA_PLATFORM"_s, u"offscreen"_s);
        environment.insert(u"DBUS_SESSION_BUS_ADDRESS"_s, bus);
        return environment;
    }
    std::unique_ptr<QProcess> start(const QStringList &arguments) const
    {
        auto process = std::make_unique<QProcess>();
        process->setProcessEnvironment(environment(m_address));
        process->start(QStringLiteral(DASHBOARD), arguments);
        return process;
    }
    /// The process that has the name; 0: none.
    qint64 owner() const
    {
        const QDBusReply<uint> pid = m_connection->interface()->servicePid(DesktopApplication::busName());
        return pid.isValid() ? pid.value() : 0;
    }
    QDBusMessage call(const QString &method, const QVariantList &arguments) const
    {
        QDBusMessage message = QDBusMessage::createMethodCall(
            DesktopApplication::busName(), u"/io/hephaestus/Dashboard"_s, u"org.freedesktop.Application"_s, method);
        message.setArguments(arguments);
        return m_connection->call(message, QDBus::Block, 60'000);
    }

    std::unique_ptr<QTemporaryDir> m_home;
    QProcess m_bus;
    QString m_address;
    std::unique_ptr<QDBusConnection> m_connection;
};

void TestOneInstance::init()
{
    m_home = std::make_unique<QTemporaryDir>();
    QFile service(QStringLiteral(SERVICE_FILE));
    QVERIFY(service.open(QIODevice::ReadOnly));
    QFile ours(m_home->filePath(u"io.hephaestus.Dashboard.service"_s));
    QVERIFY(ours.open(QIODevice::WriteOnly));
    ours.write(service.readAll().replace("/usr/bin/hephaestus-dashboard", DASHBOARD));
    ours.close();
    QFile configuration(m_home->filePath(u"bus.conf"_s));
    QVERIFY(configuration.open(QIODevice::WriteOnly));
    configuration.write(u"<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><servicedir>%1</servicedir>"
                        "<policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/>"
                        "<allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>"_s.arg(m_home->path())
                            .toUtf8());
    configuration.close();
    m_bus.setProcessEnvironment(environment({}));
    m_bus.start(u"dbus-daemon"_s, {u"--config-file"_s, configuration.fileName(), u"--nofork"_s, u"--print-address"_s});
    m_address = QString::fromUtf8(nextLine(m_bus));
    QVERIFY2(!m_address.isEmpty(), m_bus.readAllStandardError().constData());
    m_connection = std::make_unique<QDBusConnection>(QDBusConnection::connectToBus(m_address, u"test"_s));
    QVERIFY(m_connection->isConnected());
}

void TestOneInstance::cleanup()
{
    if (const qint64 pid = owner()) {
        ::kill(pid_t(pid), SIGKILL);
        QTRY_COMPARE(owner(), 0);
    }
    m_connection.reset();
    QDBusConnection::disconnectFromBus(u"test"_s);
    m_bus.terminate();
    QVERIFY(hasEnded(m_bus));
}

void TestOneInstance::aLaterStartGivesItsFilesToTheFirst()
{
    FakeHttpServer server;
    server.setAnswer("/health/status", FakeAnswer::json(encode(Reports::healthy())));
    const auto first = start({});
    QTRY_COMPARE(owner(), first->processId());
    const auto second = start({fleetFile(server), u"--wallboard"_s});
    QTRY_COMPARE(second->state(), QProcess::NotRunning);
    QCOMPARE(second->exitCode(), 0);
    QTRY_VERIFY(!server.requests().isEmpty());
    QCOMPARE(owner(), first->processId());
    QCOMPARE(first->state(), QProcess::Running);
    first->terminate();
    QVERIFY(hasEnded(*first));
    QCOMPARE(first->exitCode(), 0);
}

void TestOneInstance::theBusStartsItForAFile()
{
    FakeHttpServer server;
    server.setAnswer("/health/status", FakeAnswer::json(encode(Reports::healthy())));
    const QString uri = QUrl::fromLocalFile(fleetFile(server)).toString(QUrl::FullyEncoded);
    QCOMPARE(owner(), 0);
    const QDBusMessage opened = call(u"Open"_s, {QStringList{uri}, QVariantMap()});
    QVERIFY2(opened.type() == QDBusMessage::ReplyMessage, qPrintable(opened.errorMessage()));
    QTRY_VERIFY(!server.requests().isEmpty());
    const qint64 pid = owner();
    QVERIFY(pid != 0);
    for (const QString &action : {u"wallboard"_s, u"add-service"_s}) {
        const QDBusMessage acted = call(u"ActivateAction"_s, {action, QVariant(QVariantList()), QVariantMap()});
        QVERIFY2(acted.type() == QDBusMessage::ReplyMessage, qPrintable(acted.errorMessage()));
    }
    QCOMPARE(call(u"Activate"_s, {QVariantMap()}).type(), QDBusMessage::ReplyMessage);
    QCOMPARE(owner(), pid);
}

void TestOneInstance::whatIsNoFileIsRefused()
{
    const QDBusMessage refused = call(u"Open"_s, {QStringList{u"https://example.org/fleet.toml"_s}, QVariantMap()});
    QCOMPARE(refused.errorName(), u"org.freedesktop.DBus.Error.InvalidArgs"_s);
    QVERIFY2(refused.errorMessage().contains(u"https://example.org/fleet.toml"_s), qPrintable(refused.errorMessage()));
    QVERIFY(owner() != 0);
}

void TestOneInstance::anOptionMakesItOneOfItsOwn()
{
    FakeHttpServer server;
    server.setAnswer("/health/status", FakeAnswer::json(encode(Reports::healthy())));
    const auto first = start({});
    QTRY_COMPARE(owner(), first->processId());
    const auto second = start({u"--fleet"_s, fleetFile(server)});
    QTRY_VERIFY(!server.requests().isEmpty());
    QCOMPARE(second->state(), QProcess::Running);
    QCOMPARE(owner(), first->processId());
    for (QProcess *const each : {first.get(), second.get()}) {
        each->terminate();
        QVERIFY(hasEnded(*each));
    }
}

void TestOneInstance::theNameIsFreeOnceItsWindowIsClosed()
{
    const auto first = start({});
    QTRY_COMPARE(owner(), first->processId());
    first->terminate();
    QTRY_COMPARE(owner(), 0);
    const auto second = start({});
    QTRY_COMPARE(owner(), second->processId());
    second->terminate();
    QTRY_COMPARE(first->state(), QProcess::NotRunning);
    QVERIFY(hasEnded(*second));
}

void TestOneInstance::aFirstOneThatHangsKeepsNobodyWaiting()
{
    FakeHttpServer server;
    server.setAnswer("/health/status", FakeAnswer::json(encode(Reports::healthy())));
    const auto first = start({});
    QTRY_COMPARE(owner(), first->processId());
    ::kill(pid_t(first->processId()), SIGSTOP);
    const auto second = start({fleetFile(server)});
    QTRY_VERIFY(!server.requests().isEmpty());
    QByteArray said;
    QTRY_VERIFY((said += second->readAllStandardError()).contains("does not answer"));
    second->terminate();
    QVERIFY(hasEnded(*second));
    first->kill();
    QVERIFY(hasEnded(*first));
}

void TestOneInstance::withoutABusItIsAlone()
{
    FakeHttpServer server;
    server.setAnswer("/health/status", FakeAnswer::json(encode(Reports::healthy())));
    QProcess process;
    process.setProcessEnvironment(environment(u"unix:path=/nonexistent"_s));
    process.start(QStringLiteral(DASHBOARD), {fleetFile(server)});
    QTRY_VERIFY(!server.requests().isEmpty());
    process.terminate();
    QVERIFY(hasEnded(process));
    QCOMPARE(process.exitCode(), 0);
}

QTEST_GUILESS_MAIN(TestOneInstance)
#include "tst_oneinstance.moc"
