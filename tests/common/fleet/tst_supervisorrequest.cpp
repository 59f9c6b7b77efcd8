// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/restartsequence.h"
#include "common/fleet/supervisorrequest.h"
#include "tests/support/fakehttpserver.h"
#include "tests/support/processend.h"
#include "tests/support/processline.h"

#include <QDBusConnection>
#include <QDBusContext>
#include <QDBusMessage>
#include <QDBusObjectPath>
#include <QProcess>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using Verb = SupervisorRequest::Verb;

/// The few calls of systemd's manager that are used, on a bus of the test's own. Like systemd it sends no signal before
/// somebody subscribed, and tells of the jobs of others too.
class FakeSystemd : public QObject, protected QDBusContext
{
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.systemd1.Manager")

public:
    static constexpr auto Bus = "fake systemd";

    QStringList calls;
    QString result = u"done"_s;
    QString error; ///< its name; empty: a job is queued
    bool isSignalFirst = false;
    bool isSilent = false; ///< answers, and goes on with the job for ever

public Q_SLOTS:
    void Subscribe() { calls << u"Subscribe"_s; }
    QDBusObjectPath StartUnit(const QString &unit, const QString &mode) { return queue(u"StartUnit"_s, unit, mode); }
    QDBusObjectPath RestartUnit(const QString &unit, const QString &mode)
    {
        return queue(u"RestartUnit"_s, unit, mode);
    }

private:
    QDBusObjectPath queue(const QString &verb, const QString &unit, const QString &mode)
    {
        calls << verb + u' ' + unit + u' ' + mode;
        if (!error.isEmpty()) {
            sendErrorReply(error, u"so says the fake"_s);
            return {};
        }
        const auto tell = [this, unit] {
            if (isSilent || !calls.contains(u"Subscribe"_s))
                return;
            removed(6, u"other.service"_s, u"failed"_s);
            removed(7, unit, result);
        };
        isSignalFirst ? tell() : QTimer::singleShot(20, this, tell);
        return QDBusObjectPath(u"/org/freedesktop/systemd1/job/7"_s);
    }
    static void removed(uint job, const QString &unit, const QString &result)
    {
        QDBusMessage signal = QDBusMessage::createSignal(u"/org/freedesktop/systemd1"_s,
                                                         u"org.freedesktop.systemd1.Manager"_s, u"JobRemoved"_s);
        signal << job << QVariant::fromValue(QDBusObjectPath(u"/org/freedesktop/systemd1/job/%1"_s.arg(job))) << unit
               << result;
        QDBusConnection(QString::fromLatin1(Bus)).send(signal);
    }
};

class TestSupervisorRequest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void aUnitIsRestarted_data();
    void aUnitIsRestarted();
    void whatSystemdDoesNotDoIsTold_data();
    void whatSystemdDoesNotDoIsTold();
    void withoutSystemdThatIsTold_data();
    void withoutSystemdThatIsTold();
    void aBusThatGoesAwayIsTold();
    void aContainerIsRestarted();
    void aContainerThatRunsIsStarted();
    void engineTroubleIsTold_data();
    void engineTroubleIsTold();
    void aWorkloadIsRolledOut();
    void kubectlTroubleIsTold();
    void aSequenceWaitsForTheNewInstance();
    void aSequenceTellsWhenNothingNewCame();
    void aReceiptSaysWhySystemdDidNot();

private:
    /// What finished() said; nothing if it said it more or less than once.
    std::optional<QString> ask(const RestartMethod &method, Verb verb = Verb::Restart)
    {
        const auto request = supervisorRequest(method, verb, 5s, places);
        QSignalSpy finished(request.get(), &SupervisorRequest::finished);
        request->start();
        if (!finished.isEmpty())
            return {}; // from within the call
        [&] { QTRY_VERIFY_WITH_TIMEOUT(!finished.isEmpty(), 60'000); }();
        QCoreApplication::processEvents();
        return finished.size() == 1 ? std::optional(finished.first().first().toString()) : std::nullopt;
    }
    /// The receipt of a whole restart, whose service is to be there anew within the time.
    Receipt restart(const FakeHttpServer &service, const RestartMethod &method,
                    std::chrono::milliseconds startTimeout = FleetEntry().startTimeout)
    {
        FleetEntry entry;
        entry.name = u"mcp"_s;
        entry.url = service.url();
        entry.startTimeout = startTimeout;
        entry.restart = method;
        SequenceOptions options;
        options.supervisors = places;
        RestartSequence sequence(entry, FleetAction::Restart, options);
        QSignalSpy finished(&sequence, &RestartSequence::finished);
        sequence.start();
        [&] { QTRY_COMPARE(finished.size(), 1); }();
        return sequence.receipt();
    }
    void writeKubectl(const QByteArray &script)
    {
        QFile file(places.kubectl);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("#!/bin/sh\necho \"$@\" >> \"$0.calls\"\n" + script);
        QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    }

    void startBus();
    void stopBus();

    QTemporaryDir directory;
    SupervisorPlaces places;
    std::unique_ptr<QProcess> daemon;
    std::unique_ptr<FakeSystemd> systemd;
    std::unique_ptr<FakeHttpServer> engine;
};

void TestSupervisorRequest::init()
{
    places.containerSocket = directory.filePath(u"engine.sock"_s);
    places.kubectl = directory.filePath(u"kubectl"_s);
    engine.reset();
    engine = std::make_unique<FakeHttpServer>();
    QVERIFY(engine->listenLocally(places.containerSocket));
    QFile::remove(places.kubectl + u".calls"_s);
}

void TestSupervisorRequest::cleanup() { stopBus(); }

/// A bus that nobody else is on, with the fake as its systemd.
void TestSupervisorRequest::startBus()
{
    QFile configuration(directory.filePath(u"bus.conf"_s));
    QVERIFY(configuration.open(QIODevice::WriteOnly));
    configuration.write(
        "<busconfig><listen>unix:dir=" + directory.path().toUtf8()
        + "</listen><policy context='default'>"
          "<allow send_destination='*'/><allow receive_sender='*'/><allow own='*'/></policy></busconfig>");
    configuration.close();
    daemon = std::make_unique<QProcess>();
    daemon->start(
        u"dbus-daemon"_s,
        {u"--config-file="_s + configuration.fileName(), u"--nofork"_s, u"--nosyslog"_s, u"--print-address"_s});
    places.bus = QString::fromLatin1(nextLine(*daemon));
    QVERIFY2(!places.bus.isEmpty(), qPrintable(daemon->errorString()));
    systemd = std::make_unique<FakeSystemd>();
    QDBusConnection bus = QDBusConnection::connectToBus(places.bus, QString::fromLatin1(FakeSystemd::Bus));
    QVERIFY2(bus.isConnected(), qPrintable(bus.lastError().message()));
    QVERIFY(bus.registerObject(u"/org/freedesktop/systemd1"_s, systemd.get(), QDBusConnection::ExportAllSlots));
    QVERIFY(bus.registerService(u"org.freedesktop.systemd1"_s));
}

void TestSupervisorRequest::stopBus()
{
    QDBusConnection::disconnectFromBus(QString::fromLatin1(FakeSystemd::Bus));
    if (daemon) {
        daemon->terminate();
        QVERIFY(hasEnded(*daemon));
    }
    daemon.reset();
    systemd.reset();
}

void TestSupervisorRequest::aUnitIsRestarted_data()
{
    QTest::addColumn<Verb>("verb");
    QTest::addColumn<bool>("isSignalFirst");
    QTest::addColumn<QString>("call");
    QTest::newRow("restart") << Verb::Restart << false << u"RestartUnit mcp.service replace"_s;
    QTest::newRow("start") << Verb::Start << false << u"StartUnit mcp.service replace"_s;
    QTest::newRow("the job ends before the call is answered")
        << Verb::Restart << true << u"RestartUnit mcp.service replace"_s;
}

void TestSupervisorRequest::aUnitIsRestarted()
{
    QFETCH(Verb, verb);
    QFETCH(bool, isSignalFirst);
    QFETCH(QString, call);
    startBus();
    systemd->isSignalFirst = isSignalFirst;
    QCOMPARE(ask(RestartBySystemd{u"mcp.service"_s, u"user"_s}, verb), QString());
    QCOMPARE(systemd->calls, QStringList({u"Subscribe"_s, call}));
}

void TestSupervisorRequest::whatSystemdDoesNotDoIsTold_data()
{
    QTest::addColumn<QString>("error");
    QTest::addColumn<QString>("result");
    QTest::addColumn<QString>("words");
    const auto ended = [](const char *result, const QString &words) {
        QTest::newRow(result) << QString() << QString::fromLatin1(result) << words;
    };
    ended("failed", u"the unit failed; journalctl -u mcp.service says more"_s);
    ended("timeout", u"it took longer than the unit's file allows"_s);
    ended("dependency", u"a unit it depends on failed"_s);
    ended("canceled", u"another job for the unit came in its place"_s);
    ended("skipped", u"a condition in the unit's file was not met"_s);
    ended("collected", u"the job ended as \"collected\""_s);
    const auto refused = [](const char *row, const QString &error, const QString &words) {
        QTest::newRow(row) << error << QString() << words;
    };
    refused("no such unit", u"org.freedesktop.systemd1.NoSuchUnit"_s,
            u"there is no such unit in scope \"system\" (so says the fake)"_s);
    refused("masked", u"org.freedesktop.systemd1.UnitMasked"_s, u"the unit is masked"_s);
    refused("not authorised", u"org.freedesktop.DBus.Error.AccessDenied"_s, u"this user is not authorised"_s);
    refused("nobody to type a password", u"org.freedesktop.DBus.Error.InteractiveAuthorizationRequired"_s,
            u"this user is not authorised"_s);
    refused("the bus cannot start it", u"org.freedesktop.DBus.Error.Spawn.ChildExited"_s,
            u"it is not on the bus of scope \"system\""_s);
    refused("anything else", u"org.freedesktop.systemd1.TransactionIsDestructive"_s, u"so says the fake"_s);
}

void TestSupervisorRequest::whatSystemdDoesNotDoIsTold()
{
    QFETCH(QString, error);
    QFETCH(QString, result);
    QFETCH(QString, words);
    startBus();
    systemd->error = error;
    systemd->result = result;
    const auto failure = ask(RestartBySystemd{u"mcp.service"_s, u"system"_s});
    QVERIFY(failure);
    QVERIFY2(failure->startsWith(u"systemd did not restart mcp.service: "_s + words), qPrintable(*failure));
}

void TestSupervisorRequest::withoutSystemdThatIsTold_data()
{
    QTest::addColumn<bool>("hasBus");
    QTest::addColumn<QString>("words");
    QTest::newRow("no bus") << false << u"there is no D-Bus to ask it by"_s;
    QTest::newRow("a bus without systemd") << true << u"it is not on the bus of scope \"user\""_s;
}

void TestSupervisorRequest::withoutSystemdThatIsTold()
{
    QFETCH(bool, hasBus);
    QFETCH(QString, words);
    startBus();
    if (hasBus)
        QVERIFY(
            QDBusConnection(QString::fromLatin1(FakeSystemd::Bus)).unregisterService(u"org.freedesktop.systemd1"_s));
    else
        stopBus();
    const auto failure = ask(RestartBySystemd{u"mcp.service"_s, u"user"_s}, Verb::Start);
    QVERIFY(failure);
    QVERIFY2(failure->startsWith(u"systemd did not start mcp.service: "_s + words), qPrintable(*failure));
}

void TestSupervisorRequest::aBusThatGoesAwayIsTold()
{
    startBus();
    systemd->isSilent = true;
    const auto request = supervisorRequest(RestartBySystemd{u"mcp.service"_s, u"user"_s}, Verb::Restart, 5s, places);
    QSignalSpy finished(request.get(), &SupervisorRequest::finished);
    request->start();
    QTRY_COMPARE(systemd->calls.size(), 2);
    stopBus();
    QTRY_COMPARE(finished.size(), 1);
    QCOMPARE(finished.first().first().toString(),
             u"systemd did not restart mcp.service: the bus went away meanwhile"_s);
}

void TestSupervisorRequest::aContainerIsRestarted()
{
    engine->setAnswer("/containers/my%2Fbox/restart", FakeAnswer::raw("HTTP/1.1 204 No Content\r\n\r\n"));
    QCOMPARE(ask(RestartByContainer{u"docker"_s, u"my/box"_s}), QString());
    QVERIFY(engine->requests().first().startsWith("POST /containers/my%2Fbox/restart?t=30 HTTP/1.1\r\n"));
}

void TestSupervisorRequest::aContainerThatRunsIsStarted()
{
    engine->setAnswer("/containers/box/start", FakeAnswer::raw("HTTP/1.1 304 Not Modified\r\n\r\n"));
    QCOMPARE(ask(RestartByContainer{u"docker"_s, u"box"_s}, Verb::Start), QString());
}

void TestSupervisorRequest::engineTroubleIsTold_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<QString>("words");
    QTest::newRow("no such container") << QByteArray("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}")
                                       << u"there is no such container"_s;
    QTest::newRow("trouble") << QByteArray("HTTP/1.1 500 X\r\nContent-Length: 9\r\n\r\ndisk full")
                             << u"500 disk full"_s;
    QTest::newRow("gone") << QByteArray("") << u"closed the connection"_s;
}

void TestSupervisorRequest::engineTroubleIsTold()
{
    QFETCH(QByteArray, answer);
    QFETCH(QString, words);
    engine->setAnswer("/containers/box/restart", FakeAnswer::raw(answer, FakeAnswer::Then::Close));
    const auto failure = ask(RestartByContainer{u"podman"_s, u"box"_s});
    QVERIFY(failure);
    QVERIFY2(failure->startsWith(u"podman did not restart the container box: "_s) && failure->contains(words),
             qPrintable(*failure));
}

void TestSupervisorRequest::aWorkloadIsRolledOut()
{
    writeKubectl("exit 0\n");
    QCOMPARE(ask(RestartByKubernetes{u"deployment/mcp"_s, u"dev; rm -rf"_s}), QString());
    QFile calls(places.kubectl + u".calls"_s);
    QVERIFY(calls.open(QIODevice::ReadOnly));
    QCOMPARE(calls.readAll(),
             "rollout restart --namespace=dev; rm -rf -- deployment/mcp\n"
             "rollout status --timeout=5s --namespace=dev; rm -rf -- deployment/mcp\n");
}

void TestSupervisorRequest::kubectlTroubleIsTold()
{
    writeKubectl("echo 'deployments.apps \"mcp\" not found' >&2\nexit 1\n");
    const auto failure = ask(RestartByKubernetes{u"deployment/mcp"_s, {}});
    QVERIFY(failure);
    QVERIFY2(failure->contains(u"\"mcp\" not found"_s), qPrintable(*failure));
    QFile::remove(places.kubectl);
    const auto missing = ask(RestartByKubernetes{u"deployment/mcp"_s, {}});
    QVERIFY(missing);
    QVERIFY2(missing->contains(u"cannot be started"_s), qPrintable(*missing));
}

void TestSupervisorRequest::aSequenceWaitsForTheNewInstance()
{
    FakeHttpServer service;
    const auto instance = [](const QByteArray &id) {
        return FakeAnswer::json(R"({"status":"healthy","instance_id":")" + id + "\"}");
    };
    service.setAnswers("/health/status", {instance("old"), instance("old"), instance("old"), instance("new")});
    engine->setAnswer("/containers/box/restart", FakeAnswer::raw("HTTP/1.1 204 No Content\r\n\r\n"));
    const Receipt receipt = restart(service, RestartByContainer{u"docker"_s, u"box"_s});
    QVERIFY2(receipt.ok, qPrintable(receipt.failure));
    QCOMPARE(receipt.oldInstance, u"old"_s);
    QCOMPARE(receipt.newInstance, u"new"_s);
}

void TestSupervisorRequest::aSequenceTellsWhenNothingNewCame()
{
    FakeHttpServer service;
    service.setAnswer("/health/status", FakeAnswer::json(R"({"status":"healthy","instance_id":"old"})"));
    engine->setAnswer("/containers/box/restart", FakeAnswer::raw("HTTP/1.1 204 No Content\r\n\r\n"));
    const Receipt receipt = restart(service, RestartByContainer{u"docker"_s, u"box"_s}, 200ms);
    QVERIFY2(receipt.failure.contains(u"the old instance still answers"_s), qPrintable(receipt.failure));
}

void TestSupervisorRequest::aReceiptSaysWhySystemdDidNot()
{
    startBus();
    systemd->result = u"failed"_s;
    FakeHttpServer service;
    service.setAnswer("/health/status", FakeAnswer::json(R"({"status":"healthy","instance_id":"old"})"));
    const Receipt receipt = restart(service, RestartBySystemd{u"mcp.service"_s, u"user"_s});
    QCOMPARE(receipt.method, u"systemd"_s);
    QCOMPARE(receipt.failure,
             u"systemd did not restart mcp.service: the unit failed; journalctl --user -u mcp.service says more"_s);
    QCOMPARE(receipt.steps.size(), 1);
    QCOMPARE(receipt.steps.first().outcome, StepOutcome::Failed);
}

QTEST_GUILESS_MAIN(TestSupervisorRequest)
#include "tst_supervisorrequest.moc"
