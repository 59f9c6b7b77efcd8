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
    void addedAgainItTakesItsNewToken();
    void addedAgainWithoutATokenItHasNone();
    void whatAFleetFileWatchesIsLeftToIt();
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

void TestAddedServices::addedAgainItTakesItsNewToken()
{
    QSettings().clear();
    const QTemporaryDir tokens;
    FakeHttpServer server;
    FleetWatch watch;
    AddedServices added(watch, tokens.path());
    QSignalSpy refused(&added, &AddedServices::refused);
    added.add(entry(u"secretive"_s, server.url()));
    watch.start();
    QTRY_VERIFY(!server.requests().isEmpty());
    QVERIFY(!server.requests().first().toLower().contains("authorization"));
    const ServiceId id = added.add(entry(u"secretive"_s, server.url(), u"s3cret"_s));
    QTRY_VERIFY(server.requests().last().toLower().contains("authorization: bearer s3cret"));
    QTRY_VERIFY(QFile::exists(TokenStore(tokens.path()).fileOf(server.url())));
    QCOMPARE(watch.fleet().ids(), QList<ServiceId>{id});
    QCOMPARE(refused.count(), 0);
}

void TestAddedServices::addedAgainWithoutATokenItHasNone()
{
    QSettings().clear();
    const QTemporaryDir tokens;
    const QString url = u"http://127.0.0.1:1"_s;
    FleetWatch watch;
    AddedServices added(watch, tokens.path());
    added.add(entry(u"one"_s, url, u"s3cret"_s));
    QTRY_VERIFY(QFile::exists(TokenStore(tokens.path()).fileOf(url)));
    added.add(entry(u"one"_s, url));
    QVERIFY(!QFile::exists(TokenStore(tokens.path()).fileOf(url)));
    QCOMPARE(watch.fleet().rowCount(), 1);
    QCOMPARE(watch.fleet().row(0).entry.token, QString());
}

void TestAddedServices::whatAFleetFileWatchesIsLeftToIt()
{
    QSettings().clear();
    const QTemporaryDir directory;
    const QString url = u"http://127.0.0.1:1"_s;
    QFile file(directory.filePath(u"fleet.toml"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("[[service]]\nname = \"a\"\nurl = \"http://127.0.0.1:1\"\n");
    file.close();
    FleetWatch watch;
    QCOMPARE(watch.open(file.fileName()), QList<Problem>());
    watch.add(entry(u"b"_s, u"http://127.0.0.1:2"_s)); // of the command line, for one
    AddedServices added(watch, directory.path());
    QSignalSpy refused(&added, &AddedServices::refused);
    const ServiceId id = watch.find(url);
    QCOMPARE(added.add(entry(u"by hand"_s, url, u"s3cret"_s)), id);
    QVERIFY2(refused.value(0).value(0).toString().contains(file.fileName()), "it names the file");
    QCOMPARE(added.add(entry(u"by hand"_s, u"http://127.0.0.1:2"_s, u"s3cret"_s)), watch.find(u"http://127.0.0.1:2"_s));
    QVERIFY(refused.value(1).value(0).toString().contains(u"was not added by hand"_s));
    QCOMPARE(watch.fleet().find(id)->entry.name, u"a"_s);
    FleetWatch next;
    AddedServices(next, directory.path()).restore();
    QCOMPARE(next.fleet().rowCount(), 0); // nothing was remembered
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
