// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/actlock.h"
#include "common/fleet/addressholder.h"
#include "common/fleet/knownprotocol.h"

#include <QCoreApplication>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestKnownProtocol : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theEntrySaysWhoServesIt_data();
    void theEntrySaysWhoServesIt();
    void whatTellsItsHealthIsKnownByItsFile();
    void anActThatFoundAnInstanceIsRemembered();
    void whoHoldsTheAddressOfWhatIsServedByUsIsAStranger_data();
    void whoHoldsTheAddressOfWhatIsServedByUsIsAStranger();
};

static FleetEntry entryWith(const RestartMethod &restart, const QString &url = u"http://127.0.0.1:8111"_s)
{
    FleetEntry entry;
    entry.name = u"web"_s;
    entry.url = url;
    entry.restart = restart;
    return entry;
}

static RestartByCommand command(const QString &words)
{
    RestartByCommand command;
    command.command = words.split(u' ');
    return command;
}

void TestKnownProtocol::theEntrySaysWhoServesIt_data()
{
    QTest::addColumn<FleetEntry>("entry");
    QTest::addColumn<bool>("isOurs");
    RestartByCommand own = command(u"hephaestus run --name web --listen 127.0.0.1:8111 -- python3 web.py"_s);
    own.isOwnRun = true;
    QTest::newRow("run") << entryWith(own) << true;
    QTest::newRow("serve") << entryWith(command(u"hephaestus serve --config web.toml"_s)) << true;
    QTest::newRow("serve, by a path") << entryWith(command(u"/opt/bin/hephaestus serve"_s)) << true;
    QTest::newRow("a wrapper there") << entryWith(command(u"hephaestus run --listen 127.0.0.1:8111 -- web"_s)) << true;
    QTest::newRow("likewise, in one word")
        << entryWith(command(u"hephaestus run --listen=127.0.0.1:8111 -- web"_s)) << true;
    QTest::newRow("a wrapper elsewhere") << entryWith(command(u"hephaestus run --listen 127.0.0.1:9000 -- web"_s))
                                         << false;
    QTest::newRow("the wrapped program's option")
        << entryWith(command(u"hephaestus run -- web --listen 127.0.0.1:8111"_s)) << false;
    QTest::newRow("restarts itself, started by serve")
        << entryWith(RestartByService{command(u"hephaestus serve"_s)}) << true;
    QTest::newRow("restarts itself") << entryWith(RestartByService{}) << false; // so has any address that is added
    QTest::newRow("another program") << entryWith(command(u"nginx"_s)) << false;
    QTest::newRow("nothing is said") << entryWith({}) << false;
}

void TestKnownProtocol::theEntrySaysWhoServesIt()
{
    QFETCH(FleetEntry, entry);
    QTEST(isServedByUs(entry), "isOurs");
    const Result<ServiceTarget> target = targetOf(entry);
    QVERIFY(target);
    QTEST(target->answers == Answers::Ours, "isOurs");
}

void TestKnownProtocol::whatTellsItsHealthIsKnownByItsFile()
{
    const QTemporaryDir state;
    const auto tells = [&state](const RestartMethod &restart, const QString &file) {
        FleetEntry entry = entryWith(restart);
        entry.fleetFile = file;
        return tellsHealth(entry, state.path());
    };
    const QString file = u"/srv/fleet.toml"_s;
    QVERIFY(tells(RestartByService{}, file));
    QVERIFY(!tells(RestartByService{}, {})); // an address that was added by hand
    QVERIFY(tells(command(u"/usr/bin/hephaestus run -- true"_s), file));
    QVERIFY(!tells(command(u"nginx"_s), file));
    QVERIFY(!tells({}, file));
}

void TestKnownProtocol::anActThatFoundAnInstanceIsRemembered()
{
    const QTemporaryDir state;
    const FleetEntry entry = entryWith({});
    QVERIFY(!tellsHealth(entry, state.path()));
    Receipt receipt;
    receipt.service = u"mcp"_s;
    receipt.newInstance = u"one"_s;
    receipt.newPid = QCoreApplication::applicationPid();
    receipt.startedAt = QDateTime::currentDateTimeUtc();
    receipt.ok = true;
    auto act = ActLock::request(entry, FleetAction::Start, state.path());
    QVERIFY(act && (*act)->tryToBegin());
    (*act)->end(receipt);
    QVERIFY(tellsHealth(entry, state.path()));
    QCOMPARE(earlierProcessOf(entry, state.path()).pid, receipt.newPid);
    QVERIFY(earlierProcessOf(entry, state.path()).seen);
}

void TestKnownProtocol::whoHoldsTheAddressOfWhatIsServedByUsIsAStranger_data()
{
    QTest::addColumn<RestartMethod>("restart");
    QTest::addColumn<bool>("isOwn"); // the holder is the process that is known as the service's
    QTest::addColumn<bool>("isStranger");
    const RestartMethod ours = command(u"hephaestus serve"_s);
    const RestartMethod other = command(u"nginx"_s);
    QTest::newRow("ours") << ours << false << true;
    QTest::newRow("ours, and its own process") << ours << true << false;
    QTest::newRow("another program") << other << false << false; // it may be the service's own
}

void TestKnownProtocol::whoHoldsTheAddressOfWhatIsServedByUsIsAStranger()
{
    QFETCH(RestartMethod, restart);
    QFETCH(bool, isOwn);
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    const FleetEntry entry = entryWith(restart, u"http://127.0.0.1:%1"_s.arg(server.serverPort()));
    const PortHolder nginx{
        {ServiceAddress::Kind::Tcp, u"127.0.0.1"_s, server.serverPort(), {}}, 4312, u"nginx: master"_s, {}};
    EarlierProcess earlier;
    if (isOwn)
        earlier = {4312, Clock::machine().wall()};
    const auto holder = addressHolderOf(entry, earlier, {nginx});
    QVERIFY(holder);
    QVERIFY2(holder->text.contains(u"pid 4312"_s), qPrintable(holder->text));
    QTEST(holder->isStranger, "isStranger");
    const auto looked = addressHolderOf(entry, {});
    QVERIFY(looked);
    QVERIFY2(looked->text.contains(u"pid %1"_s.arg(QCoreApplication::applicationPid())), qPrintable(looked->text));
}

QTEST_GUILESS_MAIN(TestKnownProtocol)
#include "tst_knownprotocol.moc"
