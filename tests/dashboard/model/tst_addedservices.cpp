// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/addedservices.h"
#include "tests/support/fakehttpserver.h"

#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestAddedServices : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void theNextStartWatchesThemAgain();
    void tokensAreSentAndNotInTheSettings();
    void whatIsRemovedIsForgotten();
    void aTokenThatCannotBeHadIsSaid();
};

static FleetEntry entry(const QString &name, const QString &url, const QString &token = {})
{
    FleetEntry entry = *entryForUrl(url);
    entry.name = name;
    entry.token = token;
    return entry;
}

void TestAddedServices::initTestCase()
{
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(u"hephaestus-test"_s);
    qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent"); // nobody's keyring
}

void TestAddedServices::theNextStartWatchesThemAgain()
{
    QSettings().clear();
    const QTemporaryDir tokens;
    {
        FleetWatch watch;
        AddedServices added(watch, tokens.path());
        added.add(entry(u"one"_s, u"http://127.0.0.1:1"_s));
        added.add(entry(u"two"_s, u"http://127.0.0.1:2"_s));
        added.add(entry(u"one again"_s, u"http://127.0.0.1:1"_s));
    }
    FleetWatch watch;
    AddedServices added(watch, tokens.path());
    added.restore();
    QCOMPARE(watch.fleet().rowCount(), 2);
    QCOMPARE(watch.fleet().row(0).entry.name, u"two"_s);
    QCOMPARE(watch.fleet().row(1).entry.name, u"one again"_s);
    QCOMPARE(watch.fleet().row(1).entry.url, u"http://127.0.0.1:1"_s);
}

void TestAddedServices::tokensAreSentAndNotInTheSettings()
{
    QSettings().clear();
    const QTemporaryDir tokens;
    FakeHttpServer server;
    {
        FleetWatch watch;
        AddedServices added(watch, tokens.path());
        added.add(entry(u"secretive"_s, server.url(), u"s3cret"_s));
        QTRY_VERIFY(QFile::exists(TokenStore(tokens.path()).fileOf(server.url())));
    }
    QFile settings(QSettings().fileName());
    QVERIFY(settings.open(QIODevice::ReadOnly));
    const QByteArray written = settings.readAll();
    QVERIFY(written.contains("secretive"));
    QVERIFY(!written.contains("s3cret"));
    FleetWatch watch;
    AddedServices added(watch, tokens.path());
    added.restore();
    QTRY_COMPARE(watch.fleet().rowCount(), 1);
    watch.start();
    QTRY_VERIFY(!server.requests().isEmpty());
    QVERIFY2(server.requests().first().toLower().contains("authorization: bearer s3cret"), server.requests().first().constData());
}

void TestAddedServices::whatIsRemovedIsForgotten()
{
    QSettings().clear();
    const QTemporaryDir tokens;
    const QString url = u"http://127.0.0.1:1"_s;
    FleetWatch watch;
    AddedServices added(watch, tokens.path());
    const ServiceId id = added.add(entry(u"one"_s, url, u"s3cret"_s));
    added.add(entry(u"two"_s, u"http://127.0.0.1:2"_s));
    QTRY_VERIFY(QFile::exists(TokenStore(tokens.path()).fileOf(url)));
    watch.remove(id);
    QVERIFY(!QFile::exists(TokenStore(tokens.path()).fileOf(url)));
    FleetWatch next;
    AddedServices again(next, tokens.path());
    again.restore();
    QCOMPARE(next.fleet().rowCount(), 1);
    QCOMPARE(next.fleet().row(0).entry.name, u"two"_s);
}

void TestAddedServices::aTokenThatCannotBeHadIsSaid()
{
    QSettings().clear();
    const QTemporaryDir tokens;
    const QString url = u"http://127.0.0.1:1"_s;
    const QString file = TokenStore(tokens.path()).fileOf(url);
    {
        FleetWatch watch;
        AddedServices added(watch, tokens.path());
        added.add(entry(u"one"_s, url, u"s3cret"_s));
        QTRY_VERIFY(QFile::exists(file));
    }
    QVERIFY(QFile::remove(file));
    FleetWatch watch;
    AddedServices added(watch, tokens.path());
    QSignalSpy trouble(&added, &AddedServices::trouble);
    added.restore();
    QTRY_COMPARE(watch.fleet().rowCount(), 1); // watched all the same
    QCOMPARE(trouble.count(), 1);
    QVERIFY(trouble[0][0].toString().startsWith(u"the token of one cannot be had"_s));
}

QTEST_GUILESS_MAIN(TestAddedServices)
#include "tst_addedservices.moc"
