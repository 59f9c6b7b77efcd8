// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/history/historydatabase.h"
#include "dashboard/history/historystore.h"
#include "dashboard/history/recorder.h"
#include "tests/support/processend.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QSignalSpy>
#include <QSqlDatabase>
#include <QSqlQuery>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <sys/resource.h>
#include <sys/stat.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestHistoryStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theStepFitsTheSpan_data();
    void theStepFitsTheSpan();
    void whatWasSeenIsThereAfterReopening();
    void aGapIsAGapInEveryTier();
    void idleDependenciesAreZeroOnlyWhereTheServiceAnswered();
    void eachTierForgetsAtItsOwnAge();
    void theFileStaysAsLargeAsItMay();
    void ofManyServicesLessIsKept();
    void aLargeFleetLosesNothing();
    void whileNothingCanBeWrittenTheFinestIsGivenUp();
    void eventsSayWhatWhenAndByWhom();
    void anObituaryKeepsTheLastWords();
    void obituariesWaitForNothingElse();
    void ofEachServiceTheLastReceiptIsThere();
    void asWhatEachServiceAnsweredLastIsThere();
    void ofEachServiceTheLatestReceiptsAreThere();
    void aFileFromBeforeReceiptsGetsThem();
    void aFileWithoutWhatEventsAreAboutGetsIt();
    void aFileOfTheFirstFormatKeepsAll();
    void aKilledWriterLosesNothingItWasToldIsThere();
    void aDamagedFileIsKeptAndSaid_data();
    void aDamagedFileIsKeptAndSaid();
    void damageThatShowsLaterIsKeptAndSaidToo();
    void aFifoIsToldAndHangsNothing_data();
    void aFifoIsToldAndHangsNothing();
    void aFullDiskIsSaidAndNothingIsLost();
    void aFileOfANewerDashboardIsLeftAlone();
    void aSecondDashboardOnlyReads();
    void whatCannotBeMadeIsSaid();
    void nothingComesBackOnceTheStoreIsGone();
    void aWrongClockErasesNothing_data();
    void aWrongClockErasesNothing();
    void whatIsTooOldIsForgottenInTheEnd();
    void aBucketOfAWrongClockDoesNotCostTheTier_data();
    void aBucketOfAWrongClockDoesNotCostTheTier();
    void aClockThatIsSetCountsNothingTwice_data();
    void aClockThatIsSetCountsNothingTwice();
    void otherSpellingsOfAnAddressAreOneService();

private:
    /// Somebody else changes the file.
    void change(const QString &sql)
    {
        {
            QSqlDatabase other = QSqlDatabase::addDatabase(u"QSQLITE"_s, u"other"_s);
            other.setDatabaseName(path());
            QVERIFY(other.open());
            QVERIFY(QSqlQuery(other).exec(sql));
            other.close();
        }
        QSqlDatabase::removeDatabase(u"other"_s);
    }
    QString path() const { return m_directory->filePath(u"history.db"_s); }

    std::unique_ptr<QTemporaryDir> m_directory;

private Q_SLOTS:
    void init() { m_directory = std::make_unique<QTemporaryDir>(); }
};

static const History::Time Noon = History::Time(std::chrono::hours(490'000));
static const QString Url = u"http://127.0.0.1:8000"_s;

static Observation observation(History::Time to, qint64 successes = 0, qint64 failures = 0, const QString &url = Url)
{
    Observation observation;
    observation.url = url;
    observation.from = to - 1s;
    observation.to = to;
    observation.latency = 2ms;
    observation.resources.residentBytes = 1000;
    observation.operations[u"db"_s] = {successes, failures};
    return observation;
}

/// `count` answers, a second apart, the last one at `end`.
static HistoryBatch answers(History::Time end, int count, qint64 successes = 1, const QString &url = Url)
{
    HistoryBatch batch;
    for (int second = count - 1; second >= 0; --second)
        batch.add(observation(end - second * 1s, successes, 0, url));
    return batch;
}

static qint64 successesOf(const HistoryRange &range)
{
    qint64 sum = 0;
    for (const History::Sample &sample : range.total())
        sum += sample.successes;
    return sum;
}

/// What `ask` hands to its callback.
template <typename T, typename Ask>
static Result<T> wait(Ask ask)
{
    std::optional<Result<T>> answer;
    ask([&](const Result<T> &result) { answer.emplace(result); });
    if (!QTest::qWaitFor([&] { return answer.has_value(); }, 60'000))
        return Problem{{}, u"no answer"_s};
    return *answer;
}

static Result<HistoryStore::StoredEvents> eventsOf(HistoryStore &store, int limit = 1'000'000)
{
    return wait<HistoryStore::StoredEvents>([&](const auto &done) { store.askEvents(limit, done); });
}

void TestHistoryStore::theStepFitsTheSpan_data()
{
    QTest::addColumn<qint64>("step");
    QTest::addColumn<qint64>("age"); // of the oldest that is wanted, in minutes
    QTest::addColumn<qint64>("tier");
    QTest::newRow("the last minute") << qint64(1) << qint64(1) << qint64(1);
    QTest::newRow("half an hour in bars of 30 s") << qint64(30) << qint64(30) << qint64(10);
    QTest::newRow("a day") << qint64(1200) << qint64(1440) << qint64(600);
    QTest::newRow("one minute of this morning") << qint64(1) << qint64(300) << qint64(10);
    QTest::newRow("one minute of yesterday") << qint64(1) << qint64(1440) << qint64(60);
    QTest::newRow("one minute of last week") << qint64(1) << qint64(7 * 1440) << qint64(600);
    QTest::newRow("before all that is kept") << qint64(1) << qint64(60 * 1440) << qint64(600);
}

void TestHistoryStore::theStepFitsTheSpan()
{
    QFETCH(qint64, step);
    QFETCH(qint64, age);
    QTEST(qint64(tierFor(std::chrono::seconds(step), Noon - std::chrono::minutes(age), Noon).step.count()), "tier");
}

void TestHistoryStore::whatWasSeenIsThereAfterReopening()
{
    {
        HistoryStore store(path());
        for (int second = 0; second < 120; ++second)
            store.record(observation(Noon + second * 1s, 2, 1));
    } // ended: what waited is written
    for (const HistoryTier &tier : HistoryTiers) {
        HistoryDatabase database(path(), {});
        QVERIFY(!database.open());
        const Result<HistoryRange> range = database.range(Url, Noon - 10s, Noon + 200s, tier.step, Noon + 120s);
        QVERIFY2(range, range ? "" : qPrintable(range.problem().text()));
        QCOMPARE(range->step, tier.step);
        QCOMPARE(successesOf(*range), 240);
        QCOMPARE(range->stretches.front().from, Noon - 1s);
        QCOMPARE(range->stretches.back().to, Noon + 119s);
        qint64 polls = 0;
        for (const Stretch &stretch : range->stretches)
            polls += stretch.polls;
        QCOMPARE(polls, 120);
        QVERIFY(qFuzzyCompare(range->stretches.back().latency.count(), 0.002));
        QCOMPARE(range->stretches.back().highest.residentBytes, std::optional<qint64>(1000));
        QVERIFY(!range->stretches.back().highest.openFiles); // nobody said: not known, no zero
    }
}

void TestHistoryStore::aGapIsAGapInEveryTier()
{
    HistoryDatabase database(path(), {});
    QVERIFY(!database.open());
    QVERIFY(!database.write(answers(Noon, 100), Noon));
    QVERIFY(!database.write(answers(Noon + 1h, 100), Noon + 1h));
    for (const HistoryTier &tier : HistoryTiers) {
        const Result<HistoryRange> range = database.range(Url, Noon - 100s, Noon + 1h, tier.step, Noon + 3599s);
        QVERIFY(range);
        std::vector<Stretch> const &stretches = range->stretches;
        int gaps = 0;
        for (std::size_t i = 1; i < stretches.size(); ++i)
            gaps += stretches[i].from > stretches[i - 1].to;
        QCOMPARE(gaps, 1);
        const auto after = std::ranges::find_if(stretches, [](const Stretch &stretch) { return stretch.from > Noon; });
        QCOMPARE(after->from, Noon + 1h - 100s);
        QCOMPARE(std::prev(after)->to, Noon);
    }
}

void TestHistoryStore::idleDependenciesAreZeroOnlyWhereTheServiceAnswered()
{
    HistoryDatabase database(path(), {});
    QVERIFY(!database.open());
    QVERIFY(!database.write(answers(Noon, 30, 0), Noon));
    Observation withSecond = observation(Noon + 1s);
    withSecond.operations[u"qdrant"_s] = {0, 3};
    HistoryBatch batch;
    batch.add(withSecond);
    QVERIFY(!database.write(batch, Noon));
    const Result<HistoryRange> range = database.range(Url, Noon - 30s, Noon + 10s, 1s, Noon);
    QVERIFY(range);
    QCOMPARE(range->operations[u"db"_s].size(), std::size_t(31));
    QCOMPARE(range->operations[u"qdrant"_s], (History::Samples{{Noon, Noon + 1s, 0, 3}})); // it was not there before
    QCOMPARE(successesOf(*range), 0);
}

void TestHistoryStore::eachTierForgetsAtItsOwnAge()
{
    HistoryDatabase database(path(), {});
    QVERIFY(!database.open());
    QVERIFY(!database.write(answers(Noon, 60), Noon));
    for (const auto &[age, left] : {std::pair(30min, 4), {2h, 3}, {12h, 2}, {3 * 24h, 1}, {31 * 24h, 0}}) {
        QVERIFY(!database.prune(Noon + age));
        int tiers = 0;
        for (const HistoryTier &tier : HistoryTiers) {
            const Result<HistoryRange> range = database.range(Url, Noon - 2min, Noon, tier.step, Noon);
            QVERIFY(range);
            tiers += !range->stretches.empty() && range->step == tier.step;
        }
        QCOMPARE(tiers, left);
    }
}

void TestHistoryStore::theFileStaysAsLargeAsItMay()
{
    HistoryLimits limits;
    limits.bytes = 300 * 1024;
    limits.events = 100;
    HistoryDatabase database(path(), limits);
    QVERIFY(!database.open());
    History::Time at = Noon;
    for (int round = 0; round < 24; ++round) {
        at += 300s;
        HistoryBatch batch;
        for (int service = 0; service < 2; ++service) {
            for (int second = 0; second < 300; ++second)
                batch.add(observation(at + second * 1s, 1, 0, u"http://127.0.0.1:%1"_s.arg(service)));
        }
        batch.add(Event{at, NoService, u"mcp"_s, EventKind::Information, u"event"_s}, Url);
        const std::optional<Problem> problem = database.write(batch, at);
        QVERIFY2(!problem, problem ? qPrintable(problem->text()) : "");
        if (round % 6 == 5)
            QVERIFY(!database.prune(at));
    }
    QVERIFY2(QFileInfo(path()).size() <= limits.bytes * 12 / 10, qPrintable(QString::number(QFileInfo(path()).size())));
    // The coarse tiers are what is kept.
    const Result<HistoryRange> range = database.range(u"http://127.0.0.1:1"_s, Noon, at + 300s, 600s, at);
    QVERIFY(range);
    QCOMPARE(successesOf(*range), 24 * 300);
}

void TestHistoryStore::ofManyServicesLessIsKept()
{
    HistoryStore store(path());
    const History::Time now = std::chrono::system_clock::now();
    for (int service = 0; service < 2500; ++service)
        store.record(observation(now - 2s, 1, 0, u"http://127.0.0.1:%1"_s.arg(service)));
    store.flush();
    for (int service = 0; service < 2500; ++service)
        store.record(observation(now - 1s, 1, 0, u"http://127.0.0.1:%1"_s.arg(service)));
    // Asked for seconds, it answers with what there is, and nothing is missing.
    for (const QString &url : {u"http://127.0.0.1:7"_s, u"http://127.0.0.1:2400"_s}) {
        const auto range =
            wait<HistoryRange>([&](const auto &done) { store.askRange(url, now - 1min, now, 1s, done); });
        QVERIFY(range);
        QCOMPARE(range->step, 60s);
        QCOMPARE(successesOf(*range), 2);
    }
}

void TestHistoryStore::aLargeFleetLosesNothing()
{
    constexpr int Services = 5000;
    constexpr int Dependencies = 12;
    const auto urlOf = [](int service) { return u"http://127.0.0.1:%1"_s.arg(10'000 + service); };
    HistoryBatch batch;
    for (const History::Time at : {Noon, Noon + 30s}) { // in two buckets of the finest tier that is kept
        for (int service = 0; service < Services; ++service) {
            Observation one = observation(at, 1, 0, urlOf(service));
            for (int dependency = 1; dependency < Dependencies; ++dependency)
                one.operations[u"dependency %1"_s.arg(dependency)] = {1, 0};
            batch.add(one);
        }
    }
    HistoryDatabase database(path(), {});
    QVERIFY(!database.open());
    QVERIFY(!database.write(batch, Noon));
    for (const int service : {0, Services / 2, Services - 1}) {
        const Result<HistoryRange> range = database.range(urlOf(service), Noon - 1min, Noon + 1min, 60s, Noon);
        QVERIFY(range);
        QCOMPARE(successesOf(*range), 2 * Dependencies);
    }
}

void TestHistoryStore::whileNothingCanBeWrittenTheFinestIsGivenUp()
{
    HistoryBatch batch;
    constexpr int Hours = 12;
    const auto seconds = [](const auto &rows) {
        return std::ranges::count(rows, 1, [](const auto &row) { return row.first.step; });
    };
    for (int second = 1; second <= Hours * 3600; ++second) {
        batch.add(observation(Noon + second * 1s, 1));
        if (second == 3600)
            QCOMPARE(seconds(batch.services()[Url].looks), 3600);
    }
    const HistoryBatch::ServiceRows &rows = batch.services()[Url];
    QVERIFY(rows.looks.size() + rows.counts.at(u"db"_s).size() <= HistoryBatch::MostRows + HistoryBatch::MostRowsEach);
    QVERIFY(seconds(rows.looks) < Hours * 3600);
    QCOMPARE(rows.looks.rbegin()->first.step, 600); // and of what is coarser all is there
    QCOMPARE(rows.looks.count({600, std::chrono::floor<std::chrono::seconds>(Noon.time_since_epoch()).count()}),
             std::size_t(1));
    HistoryDatabase database(path(), {});
    QVERIFY(!database.open());
    QVERIFY(!database.write(batch, Noon));
    const Result<HistoryRange> range = database.range(Url, Noon, Noon + Hours * 1h, 600s, Noon + Hours * 1h);
    QVERIFY(range);
    QCOMPARE(successesOf(*range), Hours * 3600);
}

void TestHistoryStore::eventsSayWhatWhenAndByWhom()
{
    const Event event{Noon,           7,     u"mcp"_s,    EventKind::Action, u"restart asked for"_s, u"anna"_s,
                      u"restarted"_s, false, u"restart"_s};
    {
        HistoryStore store(path());
        store.record(event, Url);
        store.record(Event{Noon + 1s, 7, u"mcp"_s, EventKind::Trouble, u"qdrant fails"_s}, Url);
    }
    HistoryStore store(path());
    const auto events = eventsOf(store);
    QVERIFY(events);
    QCOMPARE(events->size(), 2);
    Event expected = event;
    expected.service = NoService; // numbers are of one session
    QCOMPARE(events->first().event, expected);
    QCOMPARE(events->first().url, Url);
    const auto range =
        wait<HistoryRange>([&](const auto &done) { store.askRange(Url, Noon - 1s, Noon + 1s, 1s, done); });
    QVERIFY(range);
    QCOMPARE(range->marks, (History::Marks{{Noon, u"restarted"_s}}));
}

void TestHistoryStore::anObituaryKeepsTheLastWords()
{
    Obituary obituary{Noon,
                      Url,
                      u"mcp"_s,
                      4312,
                      ExitStatus{0, 11},
                      u"pid 4312 was killed by signal 11"_s,
                      {{Noon - 2s, "{\"status\":\"healthy\"}"}, {Noon - 1s, QByteArray("\0\xff", 2)}},
                      "segmentation fault\n"};
    Obituary unknown = obituary;
    unknown.at = Noon - 1h;
    unknown.exit.reset();
    unknown.bodies.clear();
    unknown.log.clear();
    {
        HistoryStore store(path());
        store.record(unknown);
        store.record(obituary);
    }
    HistoryStore store(path());
    const auto found = wait<QList<Obituary>>([&](const auto &done) { store.askObituaries(Url, done); });
    QVERIFY(found);
    QCOMPARE(*found, (QList<Obituary>{obituary, unknown}));
}

/// Somebody looks at them, while much is written and read.
void TestHistoryStore::obituariesWaitForNothingElse()
{
    const Obituary obituary{Noon, Url, u"mcp"_s, 4312, {}, u"pid 4312 is gone"_s, {}, {}};
    HistoryStore store(path());
    constexpr int Reads = 200;
    int reads = 0;
    for (int each = 0; each < Reads; ++each) {
        for (int second = 0; second < 20; ++second) {
            Observation observation;
            observation.url = u"http://127.0.0.1:%1"_s.arg(each);
            observation.from = Noon + second * 1s;
            observation.to = observation.from + 1s;
            store.record(observation);
        }
        store.askRange(Url, Noon - 1h, Noon + 1h, 1s, [&](const auto &) { ++reads; });
    }
    store.record(obituary);
    std::optional<int> readsBefore;
    QList<Obituary> found;
    store.askObituaries(Url, [&](const Result<QList<Obituary>> &answer) {
        readsBefore = reads;
        found = answer ? *answer : QList<Obituary>();
    });
    QTRY_VERIFY_WITH_TIMEOUT(readsBefore, 60'000);
    QCOMPARE(found, QList<Obituary>{obituary}); // although nothing was written yet
    QVERIFY2(*readsBefore < Reads, "it waited for all that was asked before");
    QTRY_COMPARE_WITH_TIMEOUT(reads, Reads, 60'000);
    const auto kept = wait<QList<Obituary>>([&](const auto &done) { store.askObituaries(Url, done); });
    QCOMPARE(*kept, QList<Obituary>{obituary}); // and once only
}

static Receipt receipt(FleetAction action, bool ok)
{
    Receipt receipt;
    receipt.service = u"mcp"_s;
    receipt.action = action;
    receipt.method = u"command"_s;
    receipt.startedAt = QDateTime::fromString(u"2026-01-02T03:04:05.678Z"_s, Qt::ISODateWithMs);
    receipt.oldInstance = u"one"_s;
    receipt.oldPid = 4312;
    receipt.steps = {
        {RestartStep::Asked, StepOutcome::Ok, Seconds(0.25), {}},
        {RestartStep::Healthy, ok ? StepOutcome::Ok : StepOutcome::Failed, Seconds(0.5), u"exited with code 2"_s}};
    receipt.total = Seconds(0.75);
    receipt.ok = ok;
    receipt.failure = ok ? QString() : u"exited with code 2"_s;
    return receipt;
}

static Result<QHash<QString, Receipt>> receiptsOf(HistoryStore &store)
{
    return wait<QHash<QString, Receipt>>([&](const auto &done) { store.askReceipts(done); });
}

void TestHistoryStore::ofEachServiceTheLastReceiptIsThere()
{
    const QString other = u"http://127.0.0.1:8001"_s;
    {
        HistoryStore store(path());
        store.record(receipt(FleetAction::Start, true), Url);
        store.flush();
        store.record(receipt(FleetAction::Restart, false), Url);
        store.record(receipt(FleetAction::Stop, true), other);
    }
    HistoryStore store(path());
    const auto receipts = receiptsOf(store);
    QVERIFY(receipts);
    QCOMPARE(receipts->size(), 2);
    QCOMPARE(receipts->value(Url), receipt(FleetAction::Restart, false));
    QCOMPARE(receipts->value(other), receipt(FleetAction::Stop, true));
}

void TestHistoryStore::asWhatEachServiceAnsweredLastIsThere()
{
    const QString other = u"http://127.0.0.1:8001"_s;
    {
        HistoryStore store(path());
        store.record(KnownService{{u"web"_s, 7}, true, {}}, Url);
        store.record(observation(Noon + 30s));
    }
    {
        HistoryStore store(path());
        store.record(KnownService{{u"shop"_s, 8}, true, {}}, Url);
        store.record(observation(Noon + 20s)); // by a clock that was set back
        store.record(KnownService(), other);
    }
    HistoryStore store(path());
    const auto known = wait<QHash<QString, KnownService>>([&](const auto &done) { store.askKnown(done); });
    QVERIFY(known);
    QCOMPARE(known->size(), 2);
    QCOMPARE(known->value(Url), (KnownService{{u"shop"_s, 8}, true, Noon + 20s}));
    QCOMPARE(known->value(other), KnownService());
}

void TestHistoryStore::ofEachServiceTheLatestReceiptsAreThere()
{
    HistoryStore store(path());
    QList<Receipt> all; // newest first
    for (int number = 0; number < HistoryLimits().pastReceipts + 5; ++number) {
        Receipt each = receipt(FleetAction::Restart, number % 2 == 0);
        each.startedAt = each.startedAt.addSecs(number);
        store.record(each, Url);
        all.prepend(each);
    }
    store.record(receipt(FleetAction::Stop, true), u"http://127.0.0.1:8001"_s);
    const auto past = wait<QList<Receipt>>([&](const auto &done) { store.askReceiptsOf(Url, done); });
    QVERIFY(past);
    QCOMPARE(past->size(), HistoryLimits().pastReceipts);
    QCOMPARE(*past, all.first(HistoryLimits().pastReceipts));
}

void TestHistoryStore::aFileFromBeforeReceiptsGetsThem()
{
    {
        HistoryStore store(path());
    }
    change(u"DROP TABLE receipt"_s);
    change(u"DROP TABLE past_receipt"_s);
    HistoryStore store(path());
    QSignalSpy trouble(&store, &HistoryStore::trouble);
    store.record(receipt(FleetAction::Restart, true), Url);
    const auto receipts = receiptsOf(store);
    QVERIFY(receipts);
    QCOMPARE(receipts->value(Url), receipt(FleetAction::Restart, true));
    QCOMPARE(trouble.size(), 0);
}

/// While another dashboard, which does not know it, keeps the file, too.
void TestHistoryStore::aFileWithoutWhatEventsAreAboutGetsIt()
{
    {
        HistoryStore store(path());
        store.record(Event{Noon, NoService, u"mcp"_s, EventKind::Trouble, u"old"_s}, Url);
    }
    change(u"ALTER TABLE event DROP COLUMN about"_s);
    for (const bool isAlone : {false, true}) {
        std::unique_ptr<HistoryStore> other;
        if (!isAlone) {
            other = std::make_unique<HistoryStore>(path());
            QVERIFY(eventsOf(*other));
            change(u"ALTER TABLE event DROP COLUMN about"_s);
        }
        HistoryStore store(path());
        const auto before = eventsOf(store);
        QVERIFY2(before, before ? "" : qPrintable(before.problem().text()));
        QCOMPARE(before->first().event.text, u"old"_s);
        if (!isAlone)
            continue;
        store.record(Event{Noon + 1s, NoService, u"mcp"_s, EventKind::Trouble, u"new"_s, {}, {}, false, u"code"_s},
                     Url);
        const auto events = eventsOf(store);
        QVERIFY(events);
        QCOMPARE(events->last().event.about, u"code"_s);
    }
}

void TestHistoryStore::aFileOfTheFirstFormatKeepsAll()
{
    const auto ranges = [](HistoryDatabase &database) {
        QList<std::pair<std::size_t, qint64>> found;
        for (const HistoryTier &tier : HistoryTiers) {
            const Result<HistoryRange> range = database.range(Url, Noon - 2min, Noon, tier.step, Noon);
            found << (range ? std::pair(range->stretches.size(), successesOf(*range))
                            : std::pair(std::size_t(0), qint64(0)));
        }
        return found;
    };
    QList<std::pair<std::size_t, qint64>> before;
    {
        HistoryDatabase database(path(), {});
        QVERIFY(!database.open());
        QVERIFY(!database.write(answers(Noon, 60), Noon));
        before = ranges(database);
    }
    change(u"CREATE TABLE first_look (step INTEGER, service INTEGER, start INTEGER, since INTEGER, until INTEGER, "
           u"polls INTEGER, latency REAL, "
           "slowest REAL, in_flight INTEGER, connections INTEGER, files INTEGER, threads INTEGER, resident INTEGER, "
           "cpu REAL, "
           "PRIMARY KEY (step, service, start)) WITHOUT ROWID"_s);
    change(u"CREATE TABLE first_operations (step INTEGER, dependency INTEGER, start INTEGER, successes INTEGER, "
           u"failures INTEGER, "
           "PRIMARY KEY (step, dependency, start)) WITHOUT ROWID"_s);
    for (const QString &table : {u"look"_s, u"operations"_s}) {
        change(u"INSERT INTO first_%1 SELECT * FROM %1"_s.arg(table));
        change(u"DROP TABLE %1"_s.arg(table));
        change(u"ALTER TABLE first_%1 RENAME TO %1"_s.arg(table));
    }
    change(u"PRAGMA user_version = 1"_s);
    {
        HistoryDatabase database(path(), {});
        QVERIFY(!database.open());
        QCOMPARE(ranges(database), before);
        QVERIFY(!database.write(answers(Noon + 60s, 60), Noon + 60s));
    }
    QFile file(path()); // https://www.sqlite.org/fileformat.html#user_version_number
    QVERIFY(file.open(QIODevice::ReadOnly) && file.seek(60));
    QCOMPARE(file.read(4), QByteArray("\0\0\0\2", 4));
}

void TestHistoryStore::aKilledWriterLosesNothingItWasToldIsThere()
{
    int total = 0;
    for (int round = 0; round < 2; ++round) {
        QProcess writer;
        writer.start(QStringLiteral(HISTORYWRITER), {path()});
        QByteArray output;
        while (output.count('\n') < 40 * (round + 1)) {
            QVERIFY2(writer.waitForReadyRead(20'000), writer.readAllStandardError().constData());
            output += writer.readAllStandardOutput();
        }
        ::kill(pid_t(writer.processId()), SIGKILL);
        QVERIFY(hasEnded(writer));
        output += writer.readAllStandardOutput();
        total += int(output.left(output.lastIndexOf('\n')).split('\n').last().toInt());
        HistoryStore store(path());
        QSignalSpy trouble(&store, &HistoryStore::trouble);
        const auto events = eventsOf(store);
        QVERIFY2(events, events ? "" : qPrintable(events.problem().text()));
        QVERIFY2(events->size() >= total, qPrintable(u"%1 of %2"_s.arg(events->size()).arg(total)));
        QVERIFY2(events->size() <= total + round + 1, "one may have been written and not yet told");
        QCOMPARE(trouble.size(), 0);
    }
}

void TestHistoryStore::aDamagedFileIsKeptAndSaid_data()
{
    QTest::addColumn<QString>("damage");
    QTest::newRow("another kind of file") << u"text"_s;
    QTest::newRow("a broken head") << u"head"_s;
    QTest::newRow("an empty page of tables") << u"schema"_s;
}

void TestHistoryStore::aDamagedFileIsKeptAndSaid()
{
    QFETCH(QString, damage);
    {
        HistoryStore store(path());
        store.record(observation(Noon, 1));
    }
    QFile file(path());
    QVERIFY(file.open(QIODevice::ReadWrite));
    if (damage == "text"_L1) {
        file.resize(0);
        file.write(QByteArray("these are my notes\n").repeated(500));
    } else if (damage == "head"_L1) {
        file.write(QByteArray(64, 'x'));
    } else {
        file.seek(100);
        file.write(QByteArray(3000, '\0'));
    }
    file.seek(0);
    const QByteArray before = file.readAll();
    file.close();
    HistoryStore store(path());
    QSignalSpy trouble(&store, &HistoryStore::trouble);
    store.record(Event{Noon, NoService, u"mcp"_s, EventKind::Information, u"new"_s}, Url);
    const auto events = eventsOf(store);
    QVERIFY2(events, events ? "" : qPrintable(events.problem().text()));
    QCOMPARE(events->size(), 1);
    QTRY_COMPARE(trouble.size(), 1);
    const QStringList aside = QDir(m_directory->path()).entryList({u"history.db.damaged-*"_s});
    const auto isFile = [](const QString &name) { return !name.endsWith("-wal"_L1) && !name.endsWith("-shm"_L1); };
    const QString kept = *std::ranges::find_if(aside, isFile);
    QVERIFY2(trouble[0][0].toString().contains(kept), qPrintable(trouble[0][0].toString()));
    QFile keptFile(m_directory->filePath(kept));
    QVERIFY(keptFile.open(QIODevice::ReadOnly));
    QCOMPARE(keptFile.readAll(), before);
}

void TestHistoryStore::damageThatShowsLaterIsKeptAndSaidToo()
{
    {
        HistoryDatabase database(path(), {});
        QVERIFY(!database.open());
        for (int service = 0; service < 20; ++service)
            QVERIFY(!database.write(answers(Noon, 600, 1, u"http://127.0.0.1:%1"_s.arg(service)), Noon));
    }
    QFile file(path());
    QVERIFY(file.open(QIODevice::ReadWrite));
    file.seek(file.size() / 4); // far behind the tables' names: it opens
    file.write(QByteArray(int(file.size() / 2), '\xee'));
    file.close();
    HistoryDatabase database(path(), {});
    QVERIFY(!database.open());
    bool noticed = false;
    for (int service = 0; service < 20 && !noticed; ++service)
        noticed = !database.range(u"http://127.0.0.1:%1"_s.arg(service), Noon - 600s, Noon, 1s, Noon).ok();
    QVERIFY(noticed);
    QVERIFY(database.takeNotice().contains(u".damaged-"_s));
    QVERIFY(!database.write(answers(Noon + 10s, 10), Noon)); // a new one has begun
    const Result<HistoryRange> range = database.range(Url, Noon, Noon + 10s, 1s, Noon);
    QVERIFY(range);
    QCOMPARE(successesOf(*range), 10);
}

void TestHistoryStore::aFifoIsToldAndHangsNothing_data()
{
    QTest::addColumn<QString>("suffix");
    for (const char *suffix : {"", "-wal", "-shm", "-journal"})
        QTest::addRow("history.db%s", suffix) << QString::fromLatin1(suffix);
}

void TestHistoryStore::aFifoIsToldAndHangsNothing()
{
    QFETCH(QString, suffix);
    {
        HistoryDatabase database(path(), {});
        QVERIFY(!database.open());
    }
    QFile::remove(path() + suffix);
    QCOMPARE(::mkfifo(QFile::encodeName(path() + suffix).constData(), 0600), 0);
    HistoryDatabase database(path(), {});
    const std::optional<Problem> problem = database.open();
    QVERIFY(problem);
    QVERIFY2(problem->text().contains(u"no regular file"_s), qPrintable(problem->text()));
}

void TestHistoryStore::aFullDiskIsSaidAndNothingIsLost()
{
    HistoryDatabase database(path(), {});
    QVERIFY(!database.open());
    QVERIFY(!database.write(answers(Noon, 60), Noon));
    // No file of this process may grow: what a full disk does, without filling one.
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit full = before;
    full.rlim_cur = rlim_t(QFileInfo(path()).size() / 2);
    ::setrlimit(RLIMIT_FSIZE, &full);
    const HistoryBatch batch = answers(Noon + 60s, 60);
    const std::optional<Problem> problem = database.write(batch, Noon);
    const Result<HistoryRange> meanwhile = database.range(Url, Noon - 60s, Noon + 60s, 1s, Noon);
    ::setrlimit(RLIMIT_FSIZE, &before);
    ::signal(SIGXFSZ, SIG_DFL);
    QVERIFY(problem);
    QVERIFY2(problem->text().contains(u"cannot be written"_s), qPrintable(problem->text()));
    QVERIFY(meanwhile); // what was there can be read
    QCOMPARE(successesOf(*meanwhile), 60);
    QVERIFY(QDir(m_directory->path()).entryList({u"*damaged*"_s}).isEmpty());
    QVERIFY(!database.write(batch, Noon)); // and the batch is written when there is room again
    const Result<HistoryRange> range = database.range(Url, Noon - 60s, Noon + 60s, 1s, Noon);
    QVERIFY(range);
    QCOMPARE(successesOf(*range), 120);
}

void TestHistoryStore::aFileOfANewerDashboardIsLeftAlone()
{
    {
        HistoryStore store(path());
        store.record(observation(Noon));
    }
    change(u"PRAGMA user_version = 99"_s);
    QFile file(path());
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray before = file.readAll();
    {
        HistoryStore store(path());
        QSignalSpy trouble(&store, &HistoryStore::trouble);
        QTRY_COMPARE(trouble.size(), 1);
        QVERIFY2(trouble[0][0].toString().contains(u"newer dashboard"_s), qPrintable(trouble[0][0].toString()));
        store.record(observation(Noon + 1s));
        store.flush();
    }
    file.seek(0);
    QCOMPARE(file.readAll(), before);
}

void TestHistoryStore::aSecondDashboardOnlyReads()
{
    HistoryStore first(path());
    first.record(Event{Noon, NoService, u"mcp"_s, EventKind::Information, u"one"_s}, Url);
    QVERIFY(eventsOf(first));
    HistoryStore second(path());
    QSignalSpy trouble(&second, &HistoryStore::trouble);
    second.record(Event{Noon, NoService, u"mcp"_s, EventKind::Information, u"twice"_s}, Url);
    const auto events = eventsOf(second);
    QVERIFY2(events, events ? "" : qPrintable(events.problem().text()));
    QCOMPARE(events->size(), 1); // counted once, however many look
    QTRY_COMPARE(trouble.size(), 1);
}

void TestHistoryStore::whatCannotBeMadeIsSaid()
{
    QFile inTheWay(m_directory->filePath(u"file"_s));
    QVERIFY(inTheWay.open(QIODevice::WriteOnly));
    HistoryStore store(inTheWay.fileName() + u"/history.db"_s);
    QSignalSpy trouble(&store, &HistoryStore::trouble);
    QTRY_COMPARE(trouble.size(), 1);
    store.record(observation(Noon));
    QVERIFY(!eventsOf(store));
    QCOMPARE(trouble.size(), 1); // once for each change, not for each attempt
}

void TestHistoryStore::nothingComesBackOnceTheStoreIsGone()
{
    bool answered = false;
    {
        HistoryStore store(path());
        store.askEvents(1, [&](const auto &) { answered = true; });
    }
    QCoreApplication::processEvents();
    QVERIFY(!answered);
}

static qint64 keptOf(HistoryStore &store, History::Time from, History::Time to, std::chrono::seconds step)
{
    const Result<HistoryRange> range =
        wait<HistoryRange>([&](const auto &done) { store.askRange(Url, from, to, step, done); });
    return range ? successesOf(*range) : -1;
}

void TestHistoryStore::aWrongClockErasesNothing_data()
{
    QTest::addColumn<qint64>("days");
    QTest::newRow("sixty days ahead") << qint64(60);
    QTest::newRow("ten years ahead") << qint64(3650);
    QTest::newRow("to 1970") << qint64(-20'000);
}

void TestHistoryStore::aWrongClockErasesNothing()
{
    QFETCH(qint64, days);
    ManualClock clock;
    const History::Time began = clock.wall();
    {
        HistoryStore store(path(), {}, clock);
        for (int second = 0; second < 100; ++second)
            store.record(observation(began + second * 1s, 1));
    }
    clock.advance(100s);
    for (int time = 0; time < 3; ++time) { // also a dashboard that is started while the clock is wrong
        clock.setWallBy(std::chrono::hours(24 * days));
        HistoryStore store(path(), {}, clock);
        store.record(observation(clock.wall(), 1));
        QVERIFY(eventsOf(store));
        clock.setWallBy(std::chrono::hours(-24 * days));
        QCOMPARE(keptOf(store, began - 10s, began + 100s, 1s), 100);
    }
}

void TestHistoryStore::whatIsTooOldIsForgottenInTheEnd()
{
    HistoryDatabase database(path(), {});
    QVERIFY(!database.open());
    QVERIFY(!database.write(answers(Noon, 100), Noon));
    QVERIFY(!database.prune(Noon + 2h));
    const Result<HistoryRange> fine = database.range(Url, Noon - 200s, Noon, 1s, Noon);
    QVERIFY(fine);
    QCOMPARE(successesOf(*fine), 0);
}

void TestHistoryStore::aBucketOfAWrongClockDoesNotCostTheTier_data()
{
    QTest::addColumn<qint64>("hours");
    QTest::newRow("1970") << qint64(-490'000);
    QTest::newRow("before 1970") << qint64(-490'001);
    QTest::newRow("sixty days ahead") << qint64(60 * 24);
    QTest::newRow("a century ahead") << qint64(876'000);
}

void TestHistoryStore::aBucketOfAWrongClockDoesNotCostTheTier()
{
    QFETCH(qint64, hours);
    HistoryLimits limits;
    limits.bytes = 1024 * 1024;
    HistoryDatabase database(path(), limits);
    QVERIFY(!database.open());
    HistoryBatch wrong;
    wrong.add(observation(Noon + std::chrono::hours(hours), 1));
    QVERIFY(!database.write(wrong, Noon));
    for (int service = 0; service < 8; ++service)
        QVERIFY(!database.write(answers(Noon, 2000, 1, Url + QString::number(service)), Noon));
    QVERIFY(!database.prune(Noon)); // too large: the oldest quarters of the finest tier go, and not the tier
    const Result<HistoryRange> range = database.range(Url + u'0', Noon - 60s, Noon, 1s, Noon);
    QVERIFY(range);
    QCOMPARE(successesOf(*range), 60);
}

void TestHistoryStore::aClockThatIsSetCountsNothingTwice_data()
{
    QTest::addColumn<qint64>("seconds");
    for (const qint64 seconds : {-7200, -120, -5, 5, 120, 7200})
        QTest::addRow("%lld s", seconds) << seconds;
}

void TestHistoryStore::aClockThatIsSetCountsNothingTwice()
{
    QFETCH(qint64, seconds);
    ManualClock clock;
    HistoryStore store(path(), {}, clock);
    Recorder recorder(store);
    History history;
    const FleetEntry entry = *entryForUrl(Url);
    HealthReport report;
    report.instanceId = u"one"_s;
    report.dependencies << DependencyReport{u"db"_s, DependencyStatus::Working, {}, {}, {}, 0, 0, {}};
    const History::Time began = clock.wall();
    for (int poll = 0; poll < 60; ++poll) {
        if (poll == 30)
            clock.setWallBy(std::chrono::seconds(seconds));
        report.dependencies[0].successCount += 100;
        report.uptime = Seconds(poll);
        history.take(clock.wall(), report);
        recorder.record(ServiceId(1), entry, report, 1ms, history, clock.wall());
        clock.advance(1s);
    }
    const Result<HistoryRange> range =
        wait<HistoryRange>([&](const auto &done) { store.askRange(Url, began - 3h, began + 3h, 600s, done); });
    QVERIFY(range);
    QVERIFY2(successesOf(*range) <= 5'900 && successesOf(*range) >= 5'700,
             qPrintable(QString::number(successesOf(*range))));
}

void TestHistoryStore::otherSpellingsOfAnAddressAreOneService()
{
    {
        HistoryDatabase database(path(), {});
        QVERIFY(!database.open());
        QVERIFY(!database.write(answers(Noon - 100s, 50), Noon));
        QVERIFY(!database.write(answers(Noon, 50, 1, u"HTTP://127.0.0.1:8000/"_s), Noon));
    }
    HistoryDatabase database(path(), {});
    QVERIFY(!database.open());
    const Result<HistoryRange> range = database.range(Url, Noon - 200s, Noon, 1s, Noon);
    QVERIFY(range);
    QCOMPARE(successesOf(*range), 100);
    QCOMPARE(range->operations.size(), 1);
}

QTEST_GUILESS_MAIN(TestHistoryStore)
#include "tst_historystore.moc"
