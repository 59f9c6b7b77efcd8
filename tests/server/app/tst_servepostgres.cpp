// SPDX-License-Identifier: GPL-3.0-or-later
//
// `hephaestus serve` beside a real PostgreSQL that goes away and comes back.
#include "common/protocol/healthcodec.h"
#include "tests/support/postgresserver.h"
#include "tests/support/rawhttp.h"
#include "tests/support/serviceprocess.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Hephaestus::Test;
using namespace Qt::StringLiterals;

class TestServePostgres : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void allConnectionsAreClosedBeforeTheAnswer();
    void aServerThatIsStoppedAndStartedIsToldInTime();

private:
    DependencyReport database() const
    {
        const auto report = decodeReport(rawRequest(m_service->port, "GET", "/health/status").body);
        for (const DependencyReport &dependency : report ? report->dependencies : QList<DependencyReport>()) {
            if (dependency.name == u"database"_s)
                return dependency;
        }
        return {};
    }

    QTemporaryDir m_directory;
    PostgresServer m_postgres;
    std::unique_ptr<ServiceProcess> m_service;
};

void TestServePostgres::initTestCase()
{
    QVERIFY(m_directory.isValid());
    qputenv("XDG_STATE_HOME", m_directory.path().toUtf8());
    qputenv("TEST_DATABASE_PASSWORD", PostgresServer::password());
}

void TestServePostgres::init()
{
    const QString trouble = m_postgres.start();
    QVERIFY2(trouble.isEmpty(), qPrintable(trouble));
    QFile config(m_directory.filePath(u"service.toml"_s));
    QVERIFY(config.open(QIODevice::WriteOnly));
    config.write(QStringLiteral(R"(
[checks]
interval = "500ms"
timeout = "1s"
[dependencies.database]
kind = "sql"
driver = "QPSQL"
host = "127.0.0.1"
port = %1
user = "%2"
password_env = "TEST_DATABASE_PASSWORD"
database = "postgres"
pool_size = 5
)")
                     .arg(m_postgres.port())
                     .arg(PostgresServer::user())
                     .toUtf8());
    config.close();
    m_service = std::make_unique<ServiceProcess>();
    QVERIFY2(m_service->start(QStringLiteral(HEPHAESTUS_PROGRAM),
                              {u"serve"_s, u"--listen"_s, u"127.0.0.1:0"_s, u"--config"_s, config.fileName()}),
             m_service->errors().constData());
}

void TestServePostgres::allConnectionsAreClosedBeforeTheAnswer()
{
    QTRY_COMPARE(m_postgres.backends().size(), 5);
    QTRY_COMPARE(database().details.value(u"pool_size"_s).toInt(), 5);
    QCOMPARE(rawRequest(m_service->port, "POST", "/health/shutdown").status, 200);
    // The server's process of a closed connection may take a moment to go.
    QTRY_COMPARE(m_postgres.backends().size(), 0);
    QCOMPARE(m_service->exitCode(), 0);
}

void TestServePostgres::aServerThatIsStoppedAndStartedIsToldInTime()
{
    QTRY_VERIFY(database().successCount >= 2);
    const DependencyReport before = database();
    QCOMPARE(before.status, DependencyStatus::Working);
    QCOMPARE(before.failureCount, 0);

    m_postgres.stop();
    // One interval and one timeout are 1.5 s; QTRY's 5 s leave room for a busy machine, not for a second look at a
    // hanging server.
    QTRY_COMPARE(database().status, DependencyStatus::Error);
    const DependencyReport away = database();
    QVERIFY2(away.error.contains(u"unreachable"_s), qPrintable(away.error));
    QVERIFY2(!away.error.contains(QString::fromLatin1(PostgresServer::password())), "no secret");
    QVERIFY(away.successCount >= before.successCount);
    QVERIFY(away.failureCount >= 1);
    QVERIFY(rawRequest(m_service->port, "GET", "/health/live").body.contains("\"healthy\""));

    const QString trouble = m_postgres.start();
    QVERIFY2(trouble.isEmpty(), qPrintable(trouble));
    QTRY_COMPARE(database().status, DependencyStatus::Working);
    const DependencyReport again = database();
    QVERIFY(again.error.isEmpty());
    QVERIFY(again.successCount > away.successCount);
    QTRY_COMPARE(m_postgres.backends().size(), 5);
    m_service->signal(SIGTERM);
    QCOMPARE(m_service->exitCode(), 0);
    QTRY_COMPARE(m_postgres.backends().size(), 0);
}

QTEST_GUILESS_MAIN(TestServePostgres)
#include "tst_servepostgres.moc"
