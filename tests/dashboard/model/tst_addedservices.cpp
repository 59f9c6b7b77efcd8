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
    void init();
    void theNextStartWatchesThemAgain();
    void tokensAreSentAndNotInTheSettings();
    void whatIsRemovedIsForgotten();
    void addedAgainItTakesItsNewToken();
    void addedAgainWithoutATokenItHasNone();
    void whatAFleetFileWatchesIsLeftToIt();
    void aTokenThatCannotBeHadIsSaid();
};

/// The dashboard from one start to the next; the settings, and the directory of the tokens, outlive it.
struct Session
{
    explicit Session(const QTemporaryDir &tokens) : added(session, tokens.path()) {}

    FleetSession session;
    AddedServices added;
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

void TestAddedServices::init() { QSettings().clear(); }

void TestAddedServices::theNextStartWatchesThemAgain()
{
    const QTemporaryDir tokens;
    {
        Session session(tokens);
        session.added.add(entry(u"one"_s, u"http://127.0.0.1:1"_s));
        session.added.add(entry(u"two"_s, u"http://127.0.0.1:2"_s));
        session.added.add(entry(u"one again"_s, u"http://127.0.0.1:1"_s));
    }
    Session session(tokens);
    session.added.restore();
    QCOMPARE(session.session.fleet().rowCount(), 2);
    QCOMPARE(session.session.fleet().row(0).entry.name, u"two"_s);
    QCOMPARE(session.session.fleet().row(1).entry.name, u"one again"_s);
    QCOMPARE(session.session.fleet().row(1).entry.url, u"http://127.0.0.1:1"_s);
}

void TestAddedServices::tokensAreSentAndNotInTheSettings()
{
    const QTemporaryDir tokens;
    FakeHttpServer server;
    server.setAnswer("/health/status", FakeAnswer::json(R"({"error":{"code":"token_required","message":"no"}})", 401));
    {
        Session session(tokens);
        session.added.add(entry(u"secretive"_s, server.url(), u"s3cret"_s));
        QTRY_VERIFY(QFile::exists(TokenStore(tokens.path()).fileOf(server.url())));
    }
    QFile settings(QSettings().fileName());
    QVERIFY(settings.open(QIODevice::ReadOnly));
    const QByteArray written = settings.readAll();
    QVERIFY(written.contains("secretive"));
    QVERIFY(!written.contains("s3cret"));
    Session session(tokens);
    session.added.restore();
    QTRY_COMPARE(session.session.fleet().rowCount(), 1);
    session.session.start();
    QTRY_VERIFY(server.requests().size() > 1); // it is sent when it is asked for
    QVERIFY2(server.requests()[1].toLower().contains("authorization: bearer s3cret"), server.requests()[1].constData());
}

void TestAddedServices::whatIsRemovedIsForgotten()
{
    const QTemporaryDir tokens;
    const QString url = u"http://127.0.0.1:1"_s;
    Session session(tokens);
    const ServiceId id = session.added.add(entry(u"one"_s, url, u"s3cret"_s));
    session.added.add(entry(u"two"_s, u"http://127.0.0.1:2"_s));
    QTRY_VERIFY(QFile::exists(TokenStore(tokens.path()).fileOf(url)));
    session.session.remove(id);
    QVERIFY(!QFile::exists(TokenStore(tokens.path()).fileOf(url)));
    Session next(tokens);
    next.added.restore();
    QCOMPARE(next.session.fleet().rowCount(), 1);
    QCOMPARE(next.session.fleet().row(0).entry.name, u"two"_s);
}

void TestAddedServices::addedAgainItTakesItsNewToken()
{
    const QTemporaryDir tokens;
    FakeHttpServer server;
    server.setAnswer("/health/status", FakeAnswer::json(R"({"error":{"code":"token_required","message":"no"}})", 401));
    Session session(tokens);
    QSignalSpy refused(&session.added, &AddedServices::refused);
    session.added.add(entry(u"secretive"_s, server.url()));
    session.session.start();
    QTRY_VERIFY(!server.requests().isEmpty());
    QVERIFY(!server.requests().first().toLower().contains("authorization"));
    const ServiceId id = session.added.add(entry(u"secretive"_s, server.url(), u"s3cret"_s));
    QTRY_VERIFY(server.requests().last().toLower().contains("authorization: bearer s3cret"));
    QTRY_VERIFY(QFile::exists(TokenStore(tokens.path()).fileOf(server.url())));
    QCOMPARE(session.session.fleet().ids(), QList<ServiceId>{id});
    QCOMPARE(refused.count(), 0);
}

void TestAddedServices::addedAgainWithoutATokenItHasNone()
{
    const QTemporaryDir tokens;
    const QString url = u"http://127.0.0.1:1"_s;
    Session session(tokens);
    session.added.add(entry(u"one"_s, url, u"s3cret"_s));
    QTRY_VERIFY(QFile::exists(TokenStore(tokens.path()).fileOf(url)));
    session.added.add(entry(u"one"_s, url));
    QVERIFY(!QFile::exists(TokenStore(tokens.path()).fileOf(url)));
    QCOMPARE(session.session.fleet().rowCount(), 1);
    QCOMPARE(session.session.fleet().row(0).entry.token, QString());
}

void TestAddedServices::whatAFleetFileWatchesIsLeftToIt()
{
    const QTemporaryDir directory;
    const QString url = u"http://127.0.0.1:1"_s;
    QFile file(directory.filePath(u"fleet.toml"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("[[service]]\nname = \"a\"\nurl = \"http://127.0.0.1:1\"\n");
    file.close();
    FleetSession session;
    QCOMPARE(session.open(file.fileName()), QList<Problem>());
    session.add(entry(u"b"_s, u"http://127.0.0.1:2"_s)); // of the command line, for one
    AddedServices added(session, directory.path());
    QSignalSpy refused(&added, &AddedServices::refused);
    const ServiceId id = session.find(url);
    QCOMPARE(added.add(entry(u"by hand"_s, url, u"s3cret"_s)), id);
    QVERIFY2(refused.value(0).value(0).toString().contains(file.fileName()), "it names the file");
    QCOMPARE(added.add(entry(u"by hand"_s, u"http://127.0.0.1:2"_s, u"s3cret"_s)),
             session.find(u"http://127.0.0.1:2"_s));
    QVERIFY(refused.value(1).value(0).toString().contains(u"was not added by hand"_s));
    QCOMPARE(session.fleet().find(id)->entry.name, u"a"_s);
    FleetSession next;
    AddedServices(next, directory.path()).restore();
    QCOMPARE(next.fleet().rowCount(), 0); // nothing was remembered
}

void TestAddedServices::aTokenThatCannotBeHadIsSaid()
{
    const QTemporaryDir tokens;
    const QString url = u"http://127.0.0.1:1"_s;
    const QString file = TokenStore(tokens.path()).fileOf(url);
    {
        Session session(tokens);
        session.added.add(entry(u"one"_s, url, u"s3cret"_s));
        QTRY_VERIFY(QFile::exists(file));
    }
    QVERIFY(QFile::remove(file));
    Session session(tokens);
    QSignalSpy trouble(&session.added, &AddedServices::trouble);
    session.added.restore();
    QTRY_COMPARE(session.session.fleet().rowCount(), 1); // watched all the same
    QCOMPARE(trouble.count(), 1);
    QVERIFY(trouble[0][0].toString().startsWith(u"the token of one cannot be had"_s));
}

QTEST_GUILESS_MAIN(TestAddedServices)
#include "tst_addedservices.moc"
