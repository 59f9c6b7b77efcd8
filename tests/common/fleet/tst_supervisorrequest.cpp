// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/restartsequence.h"
#include "common/fleet/supervisorrequest.h"
#include "tests/support/fakehttpserver.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using Verb = SupervisorRequest::Verb;

class TestSupervisorRequest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void aContainerIsRestarted();
    void aContainerThatRunsIsStarted();
    void engineTroubleIsTold_data();
    void engineTroubleIsTold();
    void aWorkloadIsRolledOut();
    void kubectlTroubleIsTold();
    void aSequenceWaitsForTheNewInstance();
    void aSequenceTellsWhenNothingNewCame();

private:
    /// What finished() said; nothing if it said it more or less than once.
    std::optional<QString> ask(const RestartMethod &method, Verb verb = Verb::Restart)
    {
        const auto request = supervisorRequest(method, verb, 5s, places);
        QSignalSpy finished(request.get(), &SupervisorRequest::finished);
        request->start();
        if (!finished.isEmpty())
            return {}; // from within the call
        [&] { QTRY_VERIFY_WITH_TIMEOUT(!finished.isEmpty(), 10'000); }();
        QCoreApplication::processEvents();
        return finished.size() == 1 ? std::optional(finished.first().first().toString()) : std::nullopt;
    }
    void writeKubectl(const QByteArray &script)
    {
        QFile file(places.kubectl);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("#!/bin/sh\necho \"$@\" >> \"$0.calls\"\n" + script);
        QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    }

    QTemporaryDir directory;
    SupervisorPlaces places;
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
    QTest::newRow("no such container") << QByteArray("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}") << u"there is no such container"_s;
    QTest::newRow("trouble") << QByteArray("HTTP/1.1 500 X\r\nContent-Length: 9\r\n\r\ndisk full") << u"500 disk full"_s;
    QTest::newRow("gone") << QByteArray("") << u"closed the connection"_s;
}

void TestSupervisorRequest::engineTroubleIsTold()
{
    QFETCH(QByteArray, answer);
    QFETCH(QString, words);
    engine->setAnswer("/containers/box/restart", FakeAnswer::raw(answer, FakeAnswer::Then::Close));
    const auto failure = ask(RestartByContainer{u"podman"_s, u"box"_s});
    QVERIFY(failure);
    QVERIFY2(failure->startsWith(u"podman did not restart the container box: "_s) && failure->contains(words), qPrintable(*failure));
}

void TestSupervisorRequest::aWorkloadIsRolledOut()
{
    writeKubectl("exit 0\n");
    QCOMPARE(ask(RestartByKubernetes{u"deployment/mcp"_s, u"dev; rm -rf"_s}), QString());
    QFile calls(places.kubectl + u".calls"_s);
    QVERIFY(calls.open(QIODevice::ReadOnly));
    QCOMPARE(calls.readAll(), "rollout restart --namespace=dev; rm -rf -- deployment/mcp\n"
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
    const auto instance = [](const QByteArray &id) { return FakeAnswer::json(R"({"status":"healthy","instance_id":")" + id + "\"}"); };
    service.setAnswers("/health/status", {instance("old"), instance("old"), instance("old"), instance("new")});
    FleetEntry entry;
    entry.name = u"mcp"_s;
    entry.url = service.url();
    entry.restart = RestartByContainer{u"docker"_s, u"box"_s};
    engine->setAnswer("/containers/box/restart", FakeAnswer::raw("HTTP/1.1 204 No Content\r\n\r\n"));
    SequenceOptions options;
    options.supervisors = places;
    RestartSequence sequence(entry, FleetAction::Restart, options);
    QSignalSpy finished(&sequence, &RestartSequence::finished);
    sequence.start();
    QTRY_COMPARE(finished.size(), 1);
    QVERIFY2(sequence.receipt().ok, qPrintable(sequence.receipt().failure));
    QCOMPARE(sequence.receipt().oldInstance, u"old"_s);
    QCOMPARE(sequence.receipt().newInstance, u"new"_s);
}

void TestSupervisorRequest::aSequenceTellsWhenNothingNewCame()
{
    FakeHttpServer service;
    service.setAnswer("/health/status", FakeAnswer::json(R"({"status":"healthy","instance_id":"old"})"));
    engine->setAnswer("/containers/box/restart", FakeAnswer::raw("HTTP/1.1 204 No Content\r\n\r\n"));
    FleetEntry entry;
    entry.name = u"mcp"_s;
    entry.url = service.url();
    entry.startTimeout = 200ms;
    entry.restart = RestartByContainer{u"docker"_s, u"box"_s};
    SequenceOptions options;
    options.supervisors = places;
    RestartSequence sequence(entry, FleetAction::Restart, options);
    QSignalSpy finished(&sequence, &RestartSequence::finished);
    sequence.start();
    QTRY_COMPARE(finished.size(), 1);
    QVERIFY2(sequence.receipt().failure.contains(u"the old instance still answers"_s), qPrintable(sequence.receipt().failure));
}

QTEST_GUILESS_MAIN(TestSupervisorRequest)
#include "tst_supervisorrequest.moc"
