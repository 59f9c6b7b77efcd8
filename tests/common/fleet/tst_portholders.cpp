// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/portholders.h"

#include <QCoreApplication>
#include <QDir>
#include <QLocalServer>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestPortHolders : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void ourOwnSocketIsFound_data();
    void ourOwnSocketIsFound();
    void aFreePortHasNoListener();
    void aUnixSocketIsSeenToBeHeld();
    void anotherMachineIsNotLookedUp();
};

void TestPortHolders::ourOwnSocketIsFound_data()
{
    QTest::addColumn<QString>("listenOn");
    QTest::addColumn<QString>("lookFor");
    QTest::newRow("IPv4") << u"127.0.0.1"_s << u"127.0.0.1"_s;
    QTest::newRow("by name") << u"127.0.0.1"_s << u"localhost"_s;
    QTest::newRow("every address") << u"0.0.0.0"_s << u"127.0.0.1"_s;
    QTest::newRow("every address, both") << u"::"_s << u"127.0.0.1"_s;
    if (QTcpServer probe; probe.listen(QHostAddress::LocalHostIPv6))
        QTest::newRow("IPv6") << u"::1"_s << u"::1"_s;
}

void TestPortHolders::ourOwnSocketIsFound()
{
    QFETCH(QString, listenOn);
    QFETCH(QString, lookFor);
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress(listenOn)));
    const ServiceAddress address{ServiceAddress::Kind::Tcp, lookFor, server.serverPort(), {}};
    const auto listener = findPortHolder(address);
    QVERIFY(listener);
    QCOMPARE(listener->pid, QCoreApplication::applicationPid());
    QVERIFY2(listener->command.contains(u"tst_portholders"_s), qPrintable(listener->command));
    QVERIFY(isHeldBy(address, QCoreApplication::applicationPid()));
    QVERIFY(!isHeldBy(address, 1));
    const QList<PortHolder> all = portHolders();
    QVERIFY(std::any_of(all.begin(), all.end(), [&](const PortHolder &one) { return one == *listener; }));
}

void TestPortHolders::aFreePortHasNoListener()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    const ServiceAddress address{ServiceAddress::Kind::Tcp, u"127.0.0.1"_s, server.serverPort(), {}};
    server.close();
    QVERIFY(!findPortHolder(address));
    QVERIFY(!isHeldBy(address, QCoreApplication::applicationPid()));
}

void TestPortHolders::aUnixSocketIsSeenToBeHeld()
{
    QTemporaryDir directory;
    QLocalServer server;
    const QString path = directory.filePath(u"a b.sock"_s);
    QVERIFY(server.listen(path));
    QVERIFY(isHeldBy({ServiceAddress::Kind::Unix, {}, 0, path}, QCoreApplication::applicationPid()));
    const auto holder = findPortHolder({ServiceAddress::Kind::Unix, {}, 0, path});
    QVERIFY(holder);
    QCOMPARE(holder->pid, QCoreApplication::applicationPid());
    QVERIFY2(holder->command.contains(u"tst_portholders"_s), qPrintable(holder->command));
    const ServiceAddress other{ServiceAddress::Kind::Unix, {}, 0, directory.filePath(u"b.sock"_s)};
    QVERIFY(!isHeldBy(other, QCoreApplication::applicationPid()));
    QVERIFY(!findPortHolder(other));
}

void TestPortHolders::anotherMachineIsNotLookedUp()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::AnyIPv4));
    QVERIFY(
        !findPortHolder({ServiceAddress::Kind::Tcp, u"192.0.2.1"_s, server.serverPort(), {}})); // RFC 5737: nobody's
    QVERIFY(!findPortHolder({ServiceAddress::Kind::Tcp, u"host.example"_s, server.serverPort(), {}}));
}

QTEST_GUILESS_MAIN(TestPortHolders)
#include "tst_portholders.moc"
