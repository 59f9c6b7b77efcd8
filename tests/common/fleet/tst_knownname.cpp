// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/actlock.h"
#include "common/fleet/knownname.h"

#include <QCoreApplication>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestKnownName : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theCommandSaysTheName_data();
    void theCommandSaysTheName();
    void whoCallsItselfOtherwiseIsAStranger_data();
    void whoCallsItselfOtherwiseIsAStranger();
    void whatAnActLeftIsNoStranger();
    void theSameProcessMayCallItselfOtherwise();
};

static FleetEntry entryWith(const QString &words, bool isService = false)
{
    FleetEntry entry;
    entry.name = u"shop"_s;
    entry.url = u"http://127.0.0.1:8111"_s;
    RestartByCommand command;
    command.command = words.split(u' ');
    if (isService)
        entry.restart = RestartByService{command};
    else if (!words.isEmpty())
        entry.restart = command;
    return entry;
}

static HealthReport named(const QString &service, const QString &instance = u"one"_s)
{
    HealthReport report;
    report.service = service;
    report.instanceId = instance;
    report.pid = 7;
    return report;
}

void TestKnownName::theCommandSaysTheName_data()
{
    QTest::addColumn<FleetEntry>("entry");
    QTest::addColumn<QString>("name");
    QTest::newRow("run") << entryWith(u"hephaestus run --name web -- python3 web.py"_s) << u"web"_s;
    QTest::newRow("in one word") << entryWith(u"/opt/hephaestus serve --listen :0 --name=web"_s) << u"web"_s;
    QTest::newRow("of one that restarts itself") << entryWith(u"hephaestus serve --name web"_s, true) << u"web"_s;
    QTest::newRow("the last one") << entryWith(u"hephaestus run --name a --name b -- c"_s) << u"b"_s;
    QTest::newRow("the program's own") << entryWith(u"hephaestus run -- web --name web"_s) << QString();
    QTest::newRow("in a configuration") << entryWith(u"hephaestus serve --config web.toml"_s) << QString();
    QTest::newRow("another program") << entryWith(u"docker run --name web"_s) << QString();
    QTest::newRow("no command") << entryWith({}) << QString();
}

void TestKnownName::theCommandSaysTheName()
{
    QFETCH(FleetEntry, entry);
    QTEST(nameByCommand(entry), "name");
}

void TestKnownName::whoCallsItselfOtherwiseIsAStranger_data()
{
    QTest::addColumn<FleetEntry>("entry");
    QTest::addColumn<QString>("told");
    QTest::addColumn<QString>("known");
    QTest::addColumn<QString>("stranger");
    const FleetEntry byCommand = entryWith(u"hephaestus run --name web -- python3 web.py"_s);
    const FleetEntry silent = entryWith({});
    FleetEntry ofFile = silent;
    ofFile.fleetFile = u"/srv/fleet.toml"_s;
    FleetEntry renamedHere = ofFile;
    renamedHere.nameThere = u"web"_s;
    QTest::newRow("as the command says") << byCommand << u"web"_s << QString() << QString();
    QTest::newRow("not so") << byCommand << u"intruder"_s << QString() << u"intruder (not web), pid 7"_s;
    QTest::newRow("as before") << silent << u"web"_s << u"web"_s << QString();
    QTest::newRow("not as before") << silent << u"intruder"_s << u"web"_s << u"intruder (not web), pid 7"_s;
    QTest::newRow("nothing is known") << silent << u"intruder"_s << QString() << QString();
    QTest::newRow("it says no name") << byCommand << QString() << u"web"_s << QString();
    QTest::newRow("as before, while the command is another") << byCommand << u"api"_s << u"api"_s << QString();
    QTest::newRow("as in the fleet file") << ofFile << u"shop"_s << u"web"_s << QString();
    QTest::newRow("as in the fleet file of its host") << renamedHere << u"web"_s << u"api"_s << QString();
    QTest::newRow("as the user calls it here") << silent << u"shop"_s << u"web"_s << u"shop (not web), pid 7"_s;
    QTest::newRow("a placeholder in its name") << silent << u"%1%2"_s << u"web"_s << u"%1%2 (not web), pid 7"_s;
}

void TestKnownName::whoCallsItselfOtherwiseIsAStranger()
{
    QFETCH(FleetEntry, entry);
    QFETCH(QString, told);
    QFETCH(QString, known);
    const QTemporaryDir state;
    QTEST(strangerAs(entry, named(told), {known, 0}, state.path()), "stranger");
}

void TestKnownName::whatAnActLeftIsNoStranger()
{
    const QTemporaryDir state;
    const FleetEntry entry = entryWith(u"hephaestus run --name web -- python3 web.py"_s);
    Receipt receipt;
    receipt.service = u"web"_s;
    receipt.newPid = 7;
    receipt.newInstance = u"two"_s;
    receipt.startedAt = QDateTime::currentDateTimeUtc();
    receipt.ok = true;
    auto act = ActLock::request(entry, FleetAction::Restart, state.path());
    QVERIFY(act && (*act)->tryToBegin());
    (*act)->end(receipt);
    QCOMPARE(strangerAs(entry, named(u"renamed"_s, u"two"_s), {}, state.path()), QString());
    QVERIFY(!strangerAs(entry, named(u"renamed"_s, u"one"_s), {}, state.path()).isEmpty());
}

void TestKnownName::theSameProcessMayCallItselfOtherwise()
{
    const QTemporaryDir state;
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    FleetEntry entry = entryWith({});
    HealthReport report = named(u"renamed"_s);
    report.pid = QCoreApplication::applicationPid();
    const KnownName known{u"web"_s, *report.pid};
    QVERIFY(!strangerAs(entry, report, known, state.path()).isEmpty()); // it is not seen there
    entry.url = u"http://127.0.0.1:%1"_s.arg(server.serverPort());
    QCOMPARE(strangerAs(entry, report, known, state.path()), QString());
}

QTEST_GUILESS_MAIN(TestKnownName)
#include "tst_knownname.moc"
