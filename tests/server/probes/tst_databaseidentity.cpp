// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/probes/databaseidentity.h"
#include "server/probes/sqlprobe.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestDatabaseIdentity : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void serversAreTheSameByHostPortAndName_data();
    void serversAreTheSameByHostPortAndName();
    void filesAreTheSameByWhatIsOpened();
    void aProbeTellsWhichFileItsConnectionsOpened();
};

static SqlSettings server(const QString &host, int port = 0, const QString &database = u"shop"_s,
                          const QString &driver = u"QPSQL"_s)
{
    SqlSettings settings;
    settings.driver = driver;
    settings.host = host;
    settings.port = port;
    settings.database = database;
    return settings;
}

static SqlSettings file(const QString &path)
{
    SqlSettings settings;
    settings.driver = u"QSQLITE"_s;
    settings.database = path;
    settings.poolSize = 1;
    return settings;
}

void TestDatabaseIdentity::serversAreTheSameByHostPortAndName_data()
{
    QTest::addColumn<SqlSettings>("one");
    QTest::addColumn<SqlSettings>("other");
    QTest::addColumn<bool>("isSame");
    SqlSettings another = server(u"db"_s);
    another.user = u"another"_s;
    another.poolSize = 3;
    QTest::newRow("another user") << server(u"db"_s) << another << true;
    QTest::newRow("the driver's port") << server(u"db"_s) << server(u"DB"_s, 5432) << true;
    QTest::newRow("this machine") << server(u"localhost"_s) << server(u"127.0.0.1"_s) << true;
    QTest::newRow("its socket") << server({}) << server(u"/run/postgresql"_s) << true;
    QTest::newRow("another host") << server(u"db"_s) << server(u"db2"_s) << false;
    QTest::newRow("another port") << server(u"db"_s) << server(u"db"_s, 5433) << false;
    QTest::newRow("another name") << server(u"db"_s) << server(u"db"_s, 0, u"test"_s) << false;
    QTest::newRow("another kind") << server(u"db"_s, 1) << server(u"db"_s, 1, u"shop"_s, u"QMYSQL"_s) << false;
}

void TestDatabaseIdentity::serversAreTheSameByHostPortAndName()
{
    QFETCH(SqlSettings, one);
    QFETCH(SqlSettings, other);
    QFETCH(bool, isSame);
    QVERIFY(databaseIdentity(one).startsWith(u"server:"_s));
    QCOMPARE(databaseIdentity(one) == databaseIdentity(other), isSame);
    QVERIFY(!databaseIdentity(one).contains(u"db"_s + u"shop"_s));
    QCOMPARE(databaseIdentity(server(u"db"_s, 0, u"dbname=shop password=x"_s)), QString()); // it may name another host
}

void TestDatabaseIdentity::filesAreTheSameByWhatIsOpened()
{
    const QTemporaryDir directory;
    const auto path = [&](const char *name) { return directory.filePath(QString::fromLatin1(name)); };
    for (const char *const name : {"a", "b"}) {
        QFile made(path(name));
        QVERIFY(made.open(QIODevice::WriteOnly));
    }
    QVERIFY(QFile::link(path("a"), path("link")));
    QVERIFY(databaseIdentity(file(path("a"))).startsWith(u"file:"_s));
    QCOMPARE(databaseIdentity(file(path("link"))), databaseIdentity(file(path("a"))));
    QVERIFY(databaseIdentity(file(path("b"))) != databaseIdentity(file(path("a"))));
    QCOMPARE(databaseIdentity(file(path("a"))).section(u':', 1, 1),
             databaseIdentity(file(path("b"))).section(u':', 1, 1)); // one machine
    QCOMPARE(databaseIdentity(file(path("none"))), QString());
    QCOMPARE(databaseIdentity(file(u":memory:"_s)), QString());
}

void TestDatabaseIdentity::aProbeTellsWhichFileItsConnectionsOpened()
{
    const QTemporaryDir directory;
    const QString path = directory.filePath(u"app.db"_s);
    SqlPool pool(file(path), 5s);
    const auto details = [&pool] {
        SqlProbe probe(pool, 30s);
        QVariantMap found;
        bool isDone = false;
        QObject::connect(&probe, &Probe::finished, &probe, [&](const Outcome &outcome) {
            found = outcome.details;
            isDone = true;
        });
        probe.start();
        return QTest::qWaitFor([&] { return isDone; }, 60'000) ? found : QVariantMap();
    };
    const QVariantMap first = details();
    QCOMPARE(first.value(u"database"_s).toString(), u"app.db"_s);
    QCOMPARE(first.value(u"database_id"_s).toString(), databaseIdentity(file(path)));
    // Another file in its place is not what the connection has open.
    QVERIFY(QFile::rename(path, path + u".old"_s));
    QFile made(path);
    QVERIFY(made.open(QIODevice::WriteOnly));
    QVERIFY(databaseIdentity(file(path)) != first.value(u"database_id"_s).toString());
    QCOMPARE(details().value(u"database_id"_s), first.value(u"database_id"_s));
}

QTEST_GUILESS_MAIN(TestDatabaseIdentity)
#include "tst_databaseidentity.moc"
