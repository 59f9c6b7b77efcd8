// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/processusage.h"
#include "server/probes/sqlpool.h"
#include "server/probes/sqlprobe.h"
#include "tests/support/events.h"
#include "tests/support/postgresserver.h"

#include <QFile>
#include <QSet>
#include <QSignalSpy>
#include <QSqlQuery>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <future>

#include <signal.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

static QSqlError execute(QSqlDatabase &database, const QString &statement)
{
    QSqlQuery query(database);
    query.exec(statement);
    return query.lastError();
}

/// Locks its SQLite database by one of its connections, until `release`.
static void lock(SqlPool &pool, std::promise<void> &release, const std::function<void(const QSqlError &)> &done)
{
    const auto locked = std::make_shared<std::promise<void>>();
    pool.run(
        [locked, ready = release.get_future().share()](QSqlDatabase &database) {
            const QSqlError error = execute(database, u"BEGIN EXCLUSIVE"_s);
            locked->set_value();
            ready.wait();
            return error.isValid() ? error : execute(database, u"ROLLBACK"_s);
        },
        done);
    locked->get_future().wait();
}

/// Everything that must hold for every database is a row of _data(); what needs a server to be hurt is PostgreSQL's.
/// The machine's clock, which a test may put forward.
class ShiftedClock : public Clock
{
public:
    TimePoint now() const override { return Clock::now() + m_ahead.load(); }
    void advance(std::chrono::seconds step) { m_ahead = m_ahead.load() + step; }

private:
    std::atomic<std::chrono::seconds> m_ahead{};
};

class TestSqlPool : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanup();
    void allConnectionsAreOpenedAndClosed_data() { databases(); }
    void allConnectionsAreOpenedAndClosed();
    void workIsDoneByAllConnectionsAtOnce_data() { databases(); }
    void workIsDoneByAllConnectionsAtOnce();
    void workThatThrowsIsAnErrorAndThePoolGoesOn_data() { databases(); }
    void workThatThrowsIsAnErrorAndThePoolGoesOn();
    void closingAnswersWhatIsQueued_data() { databases(); }
    void closingAnswersWhatIsQueued();
    void nothingIsLeftOverAfterManyChecks_data() { databases(); }
    void nothingIsLeftOverAfterManyChecks();
    void aBusyPoolFailsTheCheckInTime();
    void aLockedDatabaseIsToldAsSuch();
    void aCheckThatWaitsForALockIsCut();
    void errorsSayTheirClassAndNoSecret_data();
    void errorsSayTheirClassAndNoSecret();
    void whatADatabaseSaysBecomesOneLine_data();
    void whatADatabaseSaysBecomesOneLine();
    void aPasswordInTheDatabasesNameIsNotTold_data();
    void aPasswordInTheDatabasesNameIsNotTold();
    void aDeletedFileIsAnErrorAndIsNotMadeAnew();
    void connectionsAreSeenByTheServer();
    void aServerRestartedBetweenTwoChecksIsNoError();
    void aServerThatWasAwayIsUsedAgain();
    void aFrozenConnectionIsCutAndThePoolRecovers();
    void workGivenUpIsCutOffAndItsConnectionReplaced();
    void aPoolDeletedWhileAStatementHangsDoesNotHang();

private:
    void databases();
    SqlSettings sqlite() const;
    SqlSettings postgres() const;
    void open(const SqlSettings &settings, std::chrono::milliseconds timeout = 5s);
    Outcome check(std::chrono::milliseconds timeout = 5s);
    QSqlError run(SqlPool::Work work);

    QTemporaryDir directory;
    PostgresServer server;
    ShiftedClock clock;
    std::unique_ptr<SqlPool> pool;
};

void TestSqlPool::initTestCase() { QCOMPARE(server.start(), QString()); }

void TestSqlPool::cleanup()
{
    pool.reset();
    QCOMPARE(server.start(), QString());
}

void TestSqlPool::databases()
{
    QTest::addColumn<SqlSettings>("settings");
    QTest::newRow("SQLite") << sqlite();
    QTest::newRow("PostgreSQL") << postgres();
}

SqlSettings TestSqlPool::sqlite() const
{
    SqlSettings settings;
    settings.driver = u"QSQLITE"_s;
    settings.database = directory.filePath(u"test.db"_s);
    return settings;
}

SqlSettings TestSqlPool::postgres() const
{
    SqlSettings settings;
    settings.driver = u"QPSQL"_s;
    settings.database = u"postgres"_s;
    settings.host = u"127.0.0.1"_s;
    settings.port = server.port();
    settings.user = server.user();
    settings.password = {u"the test"_s, server.password()};
    return settings;
}

void TestSqlPool::open(const SqlSettings &settings, std::chrono::milliseconds timeout)
{
    pool = std::make_unique<SqlPool>(settings, timeout, clock);
    QTRY_COMPARE(pool->openConnections(), settings.poolSize);
}

Outcome TestSqlPool::check(std::chrono::milliseconds timeout)
{
    SqlProbe probe(*pool, timeout);
    QSignalSpy finished(&probe, &Probe::finished);
    probe.start();
    if (finished.isEmpty() && !finished.wait(int(timeout.count()) + 5000))
        return Outcome::failure(ErrorClass::BadAnswer, u"the probe never finished"_s);
    auto outcome = finished.first().first().value<Outcome>();
    outcome.details.clear(); // tst_databaseidentity compares them
    return outcome;
}

QSqlError TestSqlPool::run(SqlPool::Work work)
{
    std::optional<QSqlError> result;
    pool->run(std::move(work), [&](const QSqlError &error) { result = error; });
    if (!QTest::qWaitFor([&] { return result.has_value(); }, 60'000))
        return QSqlError(u"no answer"_s, {}, QSqlError::UnknownError);
    return *result;
}

void TestSqlPool::allConnectionsAreOpenedAndClosed()
{
    QFETCH(SqlSettings, settings);
    const auto before = ProcessUsage::now();
    open(settings);
    QCOMPARE(check(), Outcome::success());
    QSignalSpy counts(pool.get(), &SqlPool::openConnectionsChanged);
    bool closed = false;
    pool->close([&] { closed = true; });
    QTRY_VERIFY(closed);
    QCOMPARE(pool->openConnections(), 0);
    QCOMPARE(counts.last().first().toInt(), 0);
    // Fewer is possible: what an earlier row left to a thread that ended meanwhile.
    QVERIFY(*ProcessUsage::now().openFiles <= *before.openFiles);
    QTRY_COMPARE(*ProcessUsage::now().threads, *before.threads); // the kernel takes a moment after the join
    bool again = false;
    pool->close([&] { again = true; });
    QVERIFY(again);
    QCOMPARE(check().message.section(u':', 0, 0), u"unreachable"_s);
}

void TestSqlPool::workIsDoneByAllConnectionsAtOnce()
{
    QFETCH(SqlSettings, settings);
    open(settings);
    std::mutex mutex;
    std::condition_variable changed;
    QSet<std::thread::id> threads;
    int answers = 0;
    for (int i = 0; i < settings.poolSize; ++i) {
        pool->run(
            [&](QSqlDatabase &) {
                // Each waits for all the others: only as many threads as connections can end this.
                std::unique_lock lock(mutex);
                threads.insert(std::this_thread::get_id());
                changed.notify_all();
                changed.wait_for(lock, 10s, [&] { return threads.size() == settings.poolSize; });
                return QSqlError();
            },
            [&](const QSqlError &error) { answers += error.isValid() ? 0 : 1; });
    }
    QTRY_COMPARE(answers, settings.poolSize);
    QCOMPARE(threads.size(), settings.poolSize);
}

void TestSqlPool::workThatThrowsIsAnErrorAndThePoolGoesOn()
{
    QFETCH(SqlSettings, settings);
    open(settings);
    QCOMPARE(run([](QSqlDatabase &) -> QSqlError { throw std::runtime_error("out of cheese"); }).driverText(),
             u"out of cheese"_s);
    QVERIFY(run([](QSqlDatabase &database) { return execute(database, u"SELECT nonsense FROM nowhere"_s); }).isValid());
    QVERIFY(!run([](QSqlDatabase &) { return QSqlError(); }).isValid());
    QCOMPARE(pool->openConnections(), settings.poolSize);
}

void TestSqlPool::closingAnswersWhatIsQueued()
{
    QFETCH(SqlSettings, settings);
    settings.poolSize = 1;
    open(settings);
    std::promise<void> begun, release;
    QStringList events;
    const auto tell = [&](const QString &who) {
        return
            [&events, who](const QSqlError &error) { events << who + (error.isValid() ? u" failed"_s : u" done"_s); };
    };
    pool->run(
        [&](QSqlDatabase &) {
            begun.set_value();
            release.get_future().wait();
            return QSqlError();
        },
        tell(u"first"_s));
    begun.get_future().wait();
    pool->run([](QSqlDatabase &) { return QSqlError(); }, tell(u"second"_s));
    pool->run([](QSqlDatabase &) { return QSqlError(); }, tell(u"third"_s));
    pool->close([&] { events << u"closed"_s; });
    release.set_value();
    QTRY_VERIFY(events.contains(u"closed"_s));
    QCOMPARE(events, QStringList({u"second failed"_s, u"third failed"_s, u"first done"_s, u"closed"_s}));
}

void TestSqlPool::nothingIsLeftOverAfterManyChecks()
{
    QFETCH(SqlSettings, settings);
    open(settings);
    QVERIFY(check().ok);
    const auto before = ProcessUsage::now();
    for (int i = 0; i < 1000; ++i)
        QVERIFY(check().ok);
    const auto after = ProcessUsage::now();
    QVERIFY(*after.openFiles <= *before.openFiles);
    QCOMPARE(*after.threads, *before.threads);
}

void TestSqlPool::aBusyPoolFailsTheCheckInTime()
{
    SqlSettings settings = sqlite();
    settings.poolSize = 1;
    open(settings);
    std::promise<void> release;
    bool done = false;
    pool->run(
        [ready = release.get_future().share()](QSqlDatabase &) {
            ready.wait();
            return QSqlError();
        },
        [&](const QSqlError &) { done = true; });
    QCOMPARE(check(50ms).message, u"unreachable: no answer within 50ms (test.db)"_s);
    release.set_value();
    QTRY_VERIFY(done);
    QVERIFY(check().ok);
}

void TestSqlPool::aLockedDatabaseIsToldAsSuch()
{
    SqlSettings settings = sqlite();
    settings.database = directory.filePath(u"locked.db"_s);
    open(settings, 1s);
    QVERIFY(!run([](QSqlDatabase &database) { return execute(database, u"CREATE TABLE t (x)"_s); }).isValid());
    std::promise<void> release;
    bool unlocked = false;
    lock(*pool, release, [&](const QSqlError &error) { unlocked = !error.isValid(); });
    for (int i = 0; i < 3; ++i)
        QCOMPARE(check(20s).message, u"overloaded: database is locked (locked.db)"_s);
    QCOMPARE(pool->openConnections(), settings.poolSize); // they are as good as before
    release.set_value();
    QTRY_VERIFY(unlocked);
    QVERIFY(check().ok);
}

void TestSqlPool::aCheckThatWaitsForALockIsCut()
{
    SqlSettings settings = sqlite();
    settings.database = directory.filePath(u"cut.db"_s);
    open(settings, 1h);
    QVERIFY(!run([](QSqlDatabase &database) { return execute(database, u"CREATE TABLE t (x)"_s); }).isValid());
    SqlPool other(settings, 5s);
    std::promise<void> release;
    lock(other, release, [](const QSqlError &) {});
    SqlProbe waiting(*pool, 1h);
    SqlProbe cancelled(*pool, 1h);
    waiting.start();
    cancelled.start();
    Test::deliverEvents();
    cancelled.cancel();
    bool closed = false;
    pool->close([&] { closed = true; });
    QTRY_VERIFY(closed);
    release.set_value();
}

void TestSqlPool::errorsSayTheirClassAndNoSecret_data()
{
    QTest::addColumn<SqlSettings>("settings");
    QTest::addColumn<ErrorClass>("errorClass");
    QTest::addColumn<QString>("words");
    SqlSettings settings = sqlite();
    settings.database = u"/nonexistent/deep/test.db"_s;
    QTest::newRow("no directory") << settings << ErrorClass::Unreachable << u"unable to open database file"_s;
    settings.database = directory.filePath(u"garbage.db"_s);
    QFile garbage(settings.database);
    QVERIFY(garbage.open(QIODevice::WriteOnly));
    garbage.write(QByteArray(4096, 'x'));
    QTest::newRow("not a database") << settings << ErrorClass::BadAnswer << u"file is not a database"_s;
    settings = postgres();
    settings.password.value = "wrong-secret-9";
    QTest::newRow("wrong password") << settings << ErrorClass::Credentials << u"password authentication failed"_s;
    settings = postgres();
    settings.password = {};
    QTest::newRow("no password") << settings << ErrorClass::Credentials << u"no password supplied"_s;
    settings = postgres();
    settings.database = u"missing"_s;
    QTest::newRow("no such database") << settings << ErrorClass::BadAnswer << u"does not exist"_s;
    settings = postgres();
    settings.port = 1;
    QTest::newRow("refused") << settings << ErrorClass::Unreachable << u"Connection refused"_s;
    settings.driver = u"QMYSQL"_s;
    const bool installed = QSqlDatabase::isDriverAvailable(settings.driver);
    QTest::newRow("MySQL") << settings << ErrorClass::Unreachable
                           << (installed ? u"connect"_s : u"install the package libqt6sql6-mysql"_s);
}

void TestSqlPool::errorsSayTheirClassAndNoSecret()
{
    QFETCH(SqlSettings, settings);
    QFETCH(ErrorClass, errorClass);
    QFETCH(QString, words);
    pool = std::make_unique<SqlPool>(settings, 5s);
    const Outcome outcome = check();
    QCOMPARE(outcome.errorClass, errorClass);
    QVERIFY2(outcome.message.startsWith(Hephaestus::words(errorClass) + u": "_s), qPrintable(outcome.message));
    QVERIFY2(outcome.message.contains(words), qPrintable(outcome.message));
    QVERIFY2(!outcome.message.contains(u"secret"_s), qPrintable(outcome.message));
    QVERIFY2(!outcome.message.contains(u'\n'), qPrintable(outcome.message));
    QCOMPARE(pool->openConnections(), 0);
}

void TestSqlPool::whatADatabaseSaysBecomesOneLine_data()
{
    QTest::addColumn<QString>("driver");
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("code");
    QTest::addColumn<QString>("message");
    const auto row = [](const QString &driver, const QString &text, const QString &code, const QString &message) {
        QTest::newRow(qPrintable(message)) << driver << text << code << message;
    };
    row(u"QPSQL"_s,
        u"server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n"_s, {},
        u"unreachable: server closed the connection unexpectedly (d at h)"_s);
    row(u"QPSQL"_s, u"FATAL:  terminating connection due to administrator command\n(57P01)"_s, u"57P01"_s,
        u"unreachable: FATAL: terminating connection due to administrator command (d at h)"_s);
    row(u"QPSQL"_s, u"ERROR:  canceling statement due to statement timeout\n(57014)"_s, u"57014"_s,
        u"overloaded: ERROR: canceling statement due to statement timeout (d at h)"_s);
    row(u"QPSQL"_s, u"FATAL:  sorry, too many clients already"_s, {},
        u"overloaded: FATAL: sorry, too many clients already (d at h)"_s);
    row(u"QPSQL"_s, u"ERROR:  permission denied for table t (42501)"_s, u"42501"_s,
        u"credentials: ERROR: permission denied for table t (d at h)"_s);
    row(u"QPSQL"_s, u"ERROR:  relation \"t\" does not exist\nLINE 1: SELECT pw FROM t\n(42P01)"_s, u"42P01"_s,
        u"bad answer: ERROR: relation \"t\" does not exist (d at h)"_s);
    row(u"QPSQL"_s, u"FATAL:  wrong hunter2-secret"_s, u"28P01"_s, u"credentials: FATAL: wrong *** (d at h)"_s);
    row(u"QPSQL"_s, u"missing \"=\" after \"SEKRIT2\" in connection info string"_s, {},
        u"bad answer: missing \"=\" after \"***\" in connection info string (d at h)"_s);
    row(u"QPSQL"_s, u"invalid connection option \"SEKRIT3\""_s, {},
        u"bad answer: invalid connection option \"***\" (d at h)"_s);
    row(u"QPSQL"_s, u"cannot read /etc/SEKRIT4.key, sslmode require is not supported"_s, {},
        u"bad answer: cannot read ***, sslmode require is not supported (d at h)"_s);
    row(u"QSQLITE"_s, u"database is locked"_s, u"5"_s, u"overloaded: database is locked (d)"_s);
    row(u"QSQLITE"_s, u"database is being recovered"_s, u"261"_s, u"overloaded: database is being recovered (d)"_s);
    row(u"QSQLITE"_s, u"database disk image is malformed"_s, u"11"_s,
        u"bad answer: database disk image is malformed (d)"_s);
    row(u"QMYSQL"_s, u"Access denied for user"_s, u"1045"_s, u"credentials: Access denied for user (d at h)"_s);
    row(u"QMYSQL"_s, u"Can't connect to server"_s, u"2003"_s, u"unreachable: Can't connect to server (d at h)"_s);
}

void TestSqlPool::whatADatabaseSaysBecomesOneLine()
{
    QFETCH(QString, driver);
    QFETCH(QString, text);
    QFETCH(QString, code);
    QFETCH(QString, message);
    SqlSettings settings;
    settings.driver = driver;
    settings.database = u"d"_s;
    settings.host = u"h"_s;
    settings.password.value = "hunter2-secret";
    settings.options = u"sslmode=require;sslpassword=my SEKRIT2 'SEKRIT3=x';sslkey=/etc/SEKRIT4.key"_s;
    QCOMPARE(outcomeOf(QSqlError(u"driver's words"_s, text, QSqlError::StatementError, code), settings).message,
             message);
}

void TestSqlPool::aPasswordInTheDatabasesNameIsNotTold_data()
{
    QTest::addColumn<QString>("database");
    QTest::addColumn<QString>("said"); // by the database
    QTest::addColumn<QString>("message");
    QTest::newRow("a name") << u"shop"_s << u"no such database"_s << u"unreachable: no such database (shop at h)"_s;
    QTest::newRow("words") << u"host=db dbname=shop password=SEKRIT1"_s
                           << u"invalid password \"SEKRIT1\" for \"host=db dbname=shop password=SEKRIT1\""_s
                           << u"unreachable: invalid password \"***\" for \"host=db dbname=shop password=***\" "
                              "(shop at h)"_s;
    QTest::newRow("ODBC") << u"Driver={PG};Database=shop;Uid=me;Pwd=SEKRIT1"_s << u"no SEKRIT1"_s
                          << u"unreachable: no *** (shop at h)"_s;
    QTest::newRow("a URL") << u"postgresql://me:SEK%52IT1@db:5432/shop?sslpassword=SEKRIT2"_s
                           << u"no SEK%52IT1, SEKRIT1, SEKRIT2"_s << u"unreachable: no ***, ***, *** (shop at h)"_s;
    QTest::newRow("no name in it") << u"password=SEKRIT1"_s << u"no"_s << u"unreachable: no (a database at h)"_s;
}

void TestSqlPool::aPasswordInTheDatabasesNameIsNotTold()
{
    QFETCH(QString, database);
    QFETCH(QString, said);
    QFETCH(QString, message);
    SqlSettings settings;
    settings.driver = u"QODBC"_s;
    settings.database = database;
    settings.host = u"h"_s;
    QCOMPARE(outcomeOf(QSqlError({}, said, QSqlError::ConnectionError, {}), settings).message, message);
}

void TestSqlPool::aDeletedFileIsAnErrorAndIsNotMadeAnew()
{
    SqlSettings settings = sqlite();
    settings.database = directory.filePath(u"gone.db"_s);
    open(settings);
    QVERIFY(!run([](QSqlDatabase &database) { return execute(database, u"CREATE TABLE t (x)"_s); }).isValid());
    const QString aside = directory.filePath(u"aside.db"_s);
    QVERIFY(QFile::rename(settings.database, aside));
    QTRY_COMPARE(check().message, u"unreachable: the database file is gone (gone.db)"_s);
    QVERIFY(!QFile::exists(settings.database));
    QVERIFY(QFile::rename(aside, settings.database));
    QVERIFY(check().ok);
    QVERIFY(!run([](QSqlDatabase &database) { return execute(database, u"SELECT x FROM t"_s); }).isValid());
}

void TestSqlPool::connectionsAreSeenByTheServer()
{
    open(postgres());
    QCOMPARE(server.backends().size(), 5);
    bool closed = false;
    pool->close([&] { closed = true; });
    QTRY_VERIFY(closed);
    QTRY_COMPARE(server.backends().size(), 0); // the server's processes end after the sockets
}

void TestSqlPool::aServerRestartedBetweenTwoChecksIsNoError()
{
    open(postgres());
    QVERIFY(check().ok);
    server.stop();
    QCOMPARE(server.start(), QString());
    clock.advance(1s); // a connection that was not used for 500 ms is proved first
    QVERIFY(check().ok);
    QTRY_COMPARE(pool->openConnections(), 5);
    QTRY_COMPARE(server.backends().size(), 5);
}

void TestSqlPool::aServerThatWasAwayIsUsedAgain()
{
    open(postgres());
    QVERIFY(check().ok);
    server.stop();
    QCOMPARE(check().errorClass, ErrorClass::Unreachable);
    QTRY_COMPARE(pool->openConnections(), 0);
    QCOMPARE(check().errorClass, ErrorClass::Unreachable);
    QCOMPARE(server.start(), QString());
    QVERIFY(check().ok);
    QTRY_VERIFY(check().ok && pool->openConnections() == 5);
}

void TestSqlPool::aFrozenConnectionIsCutAndThePoolRecovers()
{
    open(postgres());
    const QList<qint64> frozen = server.backends();
    QCOMPARE(frozen.size(), 5);
    for (qint64 pid : frozen)
        QCOMPARE(::kill(pid_t(pid), SIGSTOP), 0);
    QCOMPARE(check(300ms).errorClass, ErrorClass::Unreachable);
    // The other connections hang in their proof; each check given up cuts those that did so for a timeout.
    QTRY_VERIFY_WITH_TIMEOUT(check(300ms).ok, 60'000);
    QTRY_COMPARE_WITH_TIMEOUT((check().ok, pool->openConnections()), 5, 60'000);
    for (qint64 pid : frozen)
        ::kill(pid_t(pid), SIGCONT);
    QTRY_COMPARE(server.backends().size(), 5);
}

void TestSqlPool::workGivenUpIsCutOffAndItsConnectionReplaced()
{
    open(postgres());
    std::promise<void> begun;
    std::optional<QSqlError> result;
    const SqlPool::Job job = pool->run(
        [&](QSqlDatabase &database) {
            begun.set_value();
            return execute(database, u"SELECT pg_sleep(600)"_s);
        },
        [&](const QSqlError &error) { result = error; });
    begun.get_future().wait();
    QTRY_VERIFY((pool->abandon(job), result.has_value())); // again, should the statement not have begun before
    QVERIFY(result->isValid());
    QTRY_COMPARE((check().ok, pool->openConnections()), 5);
}

void TestSqlPool::aPoolDeletedWhileAStatementHangsDoesNotHang()
{
    const auto threads = *ProcessUsage::now().threads;
    const auto sleepersBefore = server.backends().size(); // cut off by an earlier row, and still asleep
    open(postgres());
    std::promise<void> begun;
    pool->run(
        [&](QSqlDatabase &database) {
            begun.set_value();
            return execute(database, u"SELECT pg_sleep(600)"_s);
        },
        [](const QSqlError &) { QFAIL("nobody is there to be told"); });
    begun.get_future().wait();
    pool.reset();
    QTRY_COMPARE(*ProcessUsage::now().threads, threads);
    QTRY_VERIFY_WITH_TIMEOUT(server.backends().size() <= sleepersBefore + 1,
                             30'000); // the sleeping one notices when it wakes
}

QTEST_GUILESS_MAIN(TestSqlPool)
#include "tst_sqlpool.moc"
