// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/processusage.h"
#include "server/core/shutdownsequence.h"
#include "server/probes/checks.h"
#include "server/probes/sqlpool.h"
#include "tests/support/fakehttpserver.h"
#include "tests/support/postgresserver.h"

#include <QPointer>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestChecks : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void onlyWhatWasConfiguredIsReported();
    void withNothingToCheckTheFirstRoundIsOver();
    void theFirstRoundEndsWhenEachWasCheckedOnce();
    void lookingAtTheReportChecksNothing();
    void checkAllEndsWithTheLastCheck();
    void aDependencySwitchedOffIsNotUsed();
    void aChangedIntervalKeepsTheConnections();
    void changedSettingsBeginAnew();
    void anUnchangedConfigurationChangesNothing();
    void aServerThatGoesAndComesIsCountedRight();
    void measuredDetailsAreNullWhileTheyCannotBeMeasured();
    void detailsOfAFormerConfigurationAreGone();
    void configuredDetailsAreReported();
    void theCleanUpStepsEndChecksAndConnections();
    void nothingIsLeftOverAfterManyChangesAndChecks();

private:
    DependencyConfig database(const QString &file = u"a.db"_s) const;
    DependencyReport report(const QString &name) const { return state->dependency(name).report(); }
    void checkAll();

    QTemporaryDir directory;
    std::unique_ptr<ServerState> state;
    std::unique_ptr<Checks> checks;
};

void TestChecks::init()
{
    state = std::make_unique<ServerState>(u"test"_s, u"1"_s);
    checks = std::make_unique<Checks>(*state);
}

void TestChecks::cleanup()
{
    checks.reset();
    QCOMPARE(*state->report().resources.backgroundTasks, 0);
}

DependencyConfig TestChecks::database(const QString &file) const
{
    SqlSettings settings;
    settings.driver = u"QSQLITE"_s;
    settings.database = directory.filePath(file);
    DependencyConfig config;
    config.name = u"database"_s;
    config.interval = 1h;
    config.settings = settings;
    return config;
}

void TestChecks::checkAll()
{
    bool done = false;
    checks->checkAll([&] { done = true; });
    QTRY_VERIFY(done);
}

void TestChecks::onlyWhatWasConfiguredIsReported()
{
    QCOMPARE(state->report().dependencies.size(), 0);
    DependencyConfig off = database(u"b.db"_s);
    off.name = u"archive"_s;
    off.enabled = false;
    checks->apply({database(), off});
    const auto statuses = [this] {
        QMap<QString, DependencyStatus> all;
        for (const DependencyReport &one : state->report().dependencies)
            all.insert(one.name, one.status);
        return all;
    };
    using Statuses = QMap<QString, DependencyStatus>;
    constexpr auto Off = DependencyStatus::NotUsed;
    QTRY_COMPARE(statuses(), (Statuses{{u"archive"_s, Off}, {u"database"_s, DependencyStatus::Working}}));
    checks->apply({});
    QCOMPARE(statuses(), (Statuses{{u"archive"_s, Off}, {u"database"_s, Off}})); // it was there
}

void TestChecks::withNothingToCheckTheFirstRoundIsOver()
{
    QSignalSpy finished(checks.get(), &Checks::firstRoundFinished);
    checks->apply({});
    QVERIFY(finished.isEmpty());
    QVERIFY(finished.wait(60'000));
    QVERIFY(checks->isFirstRoundFinished());
    checks->apply({});
    checkAll();
    QCOMPARE(finished.size(), 1);
}

void TestChecks::theFirstRoundEndsWhenEachWasCheckedOnce()
{
    DependencyConfig broken = database(u"no/such/directory.db"_s);
    broken.name = u"archive"_s;
    QSignalSpy finished(checks.get(), &Checks::firstRoundFinished);
    checks->apply({database(), broken});
    QCOMPARE(report(u"database"_s).status, DependencyStatus::Unknown);
    QCOMPARE(report(u"database"_s).error, u"not checked yet"_s);
    QVERIFY(finished.wait(60'000));
    QCOMPARE(report(u"database"_s).status, DependencyStatus::Working);
    QCOMPARE(report(u"database"_s).successCount, 1);
    QTRY_COMPARE(report(u"database"_s).details.value(u"pool_size"_s), QVariant(5));
    QCOMPARE(report(u"archive"_s).status, DependencyStatus::Error);
    QCOMPARE(report(u"archive"_s).failureCount, 1);
    QCOMPARE(report(u"archive"_s).details.value(u"pool_size"_s), QVariant(0));
    QCOMPARE(*state->report().resources.backgroundTasks, 2);
}

void TestChecks::lookingAtTheReportChecksNothing()
{
    checks->apply({database()});
    QTRY_VERIFY(checks->isFirstRoundFinished());
    for (int i = 0; i < 100; ++i)
        QCOMPARE(state->report().dependencies.first().successCount, 1);
}

void TestChecks::checkAllEndsWithTheLastCheck()
{
    DependencyConfig second = database(u"b.db"_s);
    second.name = u"second"_s;
    checks->apply({database(), second});
    QTRY_VERIFY(checks->isFirstRoundFinished());
    checkAll();
    QCOMPARE(report(u"database"_s).successCount, 2);
    QCOMPARE(report(u"second"_s).successCount, 2);
}

void TestChecks::aDependencySwitchedOffIsNotUsed()
{
    checks->apply({database()});
    QTRY_VERIFY(checks->isFirstRoundFinished());
    DependencyConfig off = database();
    off.enabled = false;
    checks->apply({off});
    QCOMPARE(report(u"database"_s).status, DependencyStatus::NotUsed);
    QVERIFY(!checks->pool(u"database"_s));
    QTRY_COMPARE(*state->report().resources.backgroundTasks, 0);
    checks->apply({database()});
    QTRY_COMPARE(report(u"database"_s).successCount, 2); // it goes on counting
    QCOMPARE(report(u"database"_s).status, DependencyStatus::Working);
}

void TestChecks::aChangedIntervalKeepsTheConnections()
{
    checks->apply({database()});
    QTRY_VERIFY(checks->isFirstRoundFinished());
    SqlPool *pool = checks->pool(u"database"_s);
    DependencyConfig changed = database();
    changed.interval = 2h;
    checks->apply({changed});
    QCOMPARE(checks->pool(u"database"_s), pool);
    QTRY_COMPARE(report(u"database"_s).successCount, 2);
    QTRY_COMPARE(report(u"database"_s).details.value(u"pool_size"_s), QVariant(5));
}

void TestChecks::changedSettingsBeginAnew()
{
    checks->apply({database()});
    QTRY_VERIFY(checks->isFirstRoundFinished());
    DependencyConfig changed = database();
    std::get<SqlSettings>(changed.settings).poolSize = 2;
    checks->apply({changed});
    QTRY_COMPARE(report(u"database"_s).details.value(u"pool_size"_s), QVariant(2));
    QTRY_COMPARE(report(u"database"_s).successCount, 2);
    checks->apply({database(u"no/such/directory.db"_s)});
    QTRY_COMPARE(report(u"database"_s).status, DependencyStatus::Error);
}

void TestChecks::anUnchangedConfigurationChangesNothing()
{
    checks->apply({database()});
    QTRY_VERIFY(checks->isFirstRoundFinished());
    SqlPool *pool = checks->pool(u"database"_s);
    checks->apply({database()});
    QCOMPARE(checks->pool(u"database"_s), pool);
    checkAll();
    QCOMPARE(report(u"database"_s).successCount, 2); // the first, and this
}

void TestChecks::aServerThatGoesAndComesIsCountedRight()
{
    PostgresServer server;
    QCOMPARE(server.start(), QString());
    DependencyConfig config = database();
    config.settings = SqlSettings{
        u"QPSQL"_s, u"postgres"_s, u"127.0.0.1"_s, server.port(), server.user(), {u"the test"_s, server.password()}, {},
        5};
    checks->apply({config});
    QTRY_VERIFY(checks->isFirstRoundFinished());
    checkAll();
    QTRY_COMPARE(report(u"database"_s).details.value(u"pool_size"_s), QVariant(5));
    QCOMPARE(server.backends().size(), 5);
    server.stop();
    checkAll();
    QCOMPARE(report(u"database"_s).status, DependencyStatus::Error);
    QVERIFY2(report(u"database"_s).error.startsWith(u"unreachable: "_s), qPrintable(report(u"database"_s).error));
    QTRY_COMPARE(report(u"database"_s).details.value(u"pool_size"_s), QVariant(0));
    QCOMPARE(server.start(), QString());
    checkAll();
    QCOMPARE(report(u"database"_s).status, DependencyStatus::Working);
    QCOMPARE(report(u"database"_s).successCount, 3);
    QCOMPARE(report(u"database"_s).failureCount, 1);
    bool closed = false;
    checks->stop([&] { checks->closeDatabases([&] { closed = true; }); });
    QTRY_VERIFY(closed);
    QTRY_COMPARE(server.backends().size(), 0);
}

void TestChecks::measuredDetailsAreNullWhileTheyCannotBeMeasured()
{
    FakeHttpServer server;
    server.setAnswers("/collections",
                      {FakeAnswer::json(R"({"result":{"collections":[{},{}]}})"), FakeAnswer::json("{}", 500)});
    HttpSettings settings;
    settings.service = HttpService::Qdrant;
    settings.url = QUrl(server.url());
    DependencyConfig config;
    config.name = u"qdrant"_s;
    config.interval = 1h;
    config.settings = settings;
    checks->apply({config});
    QTRY_VERIFY(checks->isFirstRoundFinished());
    QCOMPARE(report(u"qdrant"_s).details.value(u"collections"_s), QVariant(2LL));
    checkAll();
    QCOMPARE(report(u"qdrant"_s).status, DependencyStatus::Error);
    QVERIFY(report(u"qdrant"_s).details.contains(u"collections"_s));
    QVERIFY(report(u"qdrant"_s).details.value(u"collections"_s).isNull());
}

void TestChecks::detailsOfAFormerConfigurationAreGone()
{
    FakeHttpServer server;
    server.setAnswer("/collections", FakeAnswer::json(R"({"result":{"collections":[{},{}]}})"));
    HttpSettings settings;
    settings.service = HttpService::Qdrant;
    settings.url = QUrl(server.url());
    DependencyConfig config = database();
    config.settings = settings;
    checks->apply({config});
    QTRY_COMPARE(report(u"database"_s).details, QVariantMap({{u"collections"_s, 2LL}}));
    checks->apply({database()});
    QTRY_COMPARE(report(u"database"_s).details.value(u"pool_size"_s).toInt(), 5);
    QVERIFY(!report(u"database"_s).details.contains(u"collections"_s));
    QTRY_COMPARE(report(u"database"_s).successCount, 2); // what is under way when it changes is not counted
    config.settings = TcpSettings{u"127.0.0.1"_s, server.port()};
    checks->apply({config});
    QTRY_COMPARE(report(u"database"_s).successCount, 3);
    QCOMPARE(report(u"database"_s).details, QVariantMap());
    QVERIFY(state->dependency(u"database"_s).lastCheckDuration());
    checks->apply({});
    QVERIFY(!state->dependency(u"database"_s).lastCheckDuration());
}

void TestChecks::configuredDetailsAreReported()
{
    HttpSettings settings;
    settings.service = HttpService::OpenAi; // without a key: not asked, and yet described
    settings.url = QUrl(u"https://api.openai.com/v1"_s);
    settings.details = {{u"embedding_model"_s, u"text-embedding-3-large"_s}};
    DependencyConfig config;
    config.name = u"openai"_s;
    config.settings = settings;
    checks->apply({config});
    QTRY_VERIFY(checks->isFirstRoundFinished());
    QCOMPARE(report(u"openai"_s).details, settings.details);
    QVERIFY(report(u"openai"_s).error.startsWith(u"credentials: "_s));
}

void TestChecks::theCleanUpStepsEndChecksAndConnections()
{
    checks->apply({database()});
    QTRY_COMPARE(checks->pool(u"database"_s)->openConnections(), 5);
    state->enter(Phase::Running);
    ShutdownSequence sequence(*state);
    for (const CleanupStep &step : checks->cleanupSteps())
        sequence.addStep(step);
    sequence.request(ShutdownMode::Immediate);
    QTRY_VERIFY(sequence.isFinished());
    QCOMPARE(sequence.result().exitCode, 0);
    QCOMPARE(sequence.result().steps.size(), 2);
    QCOMPARE(checks->pool(u"database"_s)->openConnections(), 0);
    QCOMPARE(*state->report().resources.backgroundTasks, 0);
    const qint64 operations = state->dependency(u"database"_s).operations();
    checkAll();
    checks->apply({});
    QCOMPARE(state->dependency(u"database"_s).operations(), operations);
}

void TestChecks::nothingIsLeftOverAfterManyChangesAndChecks()
{
    const auto settle = [this] {
        const QPointer<SqlPool> last = checks->pool(u"database"_s);
        checks->apply({});
        QTRY_VERIFY(!last);
        QTRY_COMPARE(*state->report().resources.backgroundTasks, 0);
    };
    checks->apply({database()});
    QTRY_VERIFY(checks->isFirstRoundFinished());
    settle();
    const auto before = ProcessUsage::now();
    for (int i = 0; i < 50; ++i) {
        checks->apply({database(i % 2 ? u"a.db"_s : u"b.db"_s)});
        checkAll();
    }
    settle();
    QTRY_VERIFY(*ProcessUsage::now().openFiles <= *before.openFiles); // fewer: left by an earlier row
    QTRY_COMPARE(*ProcessUsage::now().threads, *before.threads);
}

QTEST_GUILESS_MAIN(TestChecks)
#include "tst_checks.moc"
