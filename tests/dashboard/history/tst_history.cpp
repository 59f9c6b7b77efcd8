// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/history/history.h"
#include "tests/dashboard/model/reports.h"
#include "tests/support/heap.h"

#include <QTest>

#include <memory>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestHistory : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theDifferenceOfTwoPollsIsASample();
    void aMissedPollLeavesAGapAndNoZero();
    void aNewProcessCountsFromItsBirth();
    void aCounterThatFallsIsNotANegativeNumber();
    void theOldestSampleMakesRoom();
    void olderSamplesAreSummedUpAndNothingIsLost();
    void aServiceTakesNoMoreThanItsShareOfMemory_data();
    void aServiceTakesNoMoreThanItsShareOfMemory();
    void allDependenciesAddUp();
    void onlySoManyDependenciesAreKept();
};

static const History::Time Noon = History::Time(std::chrono::hours(490'000));

static HealthReport counted(qint64 successes, qint64 failures, const QString &instance = u"one"_s)
{
    HealthReport report = Reports::healthy(instance);
    report.dependencies = {Reports::dependency(u"db"_s, DependencyStatus::Working, successes, failures)};
    return report;
}

void TestHistory::theDifferenceOfTwoPollsIsASample()
{
    History history;
    history.take(Noon, counted(40, 1));
    QVERIFY(history.samples(u"db"_s).empty());
    history.take(Noon + 1s, counted(42, 4));
    QCOMPARE(history.samples(u"db"_s), (History::Samples{{Noon, Noon + 1s, 2, 3}}));
}

void TestHistory::aMissedPollLeavesAGapAndNoZero()
{
    History history;
    history.take(Noon, counted(0, 0));
    history.take(Noon + 1s, counted(1, 0));
    history.miss();
    history.take(Noon + 3s, counted(9, 0)); // when the 8 happened is not known
    history.take(Noon + 4s, counted(10, 0));
    QCOMPARE(history.samples(u"db"_s), (History::Samples{{Noon, Noon + 1s, 1, 0}, {Noon + 3s, Noon + 4s, 1, 0}}));
}

void TestHistory::aNewProcessCountsFromItsBirth()
{
    History history;
    history.take(Noon, counted(500, 2));
    history.miss();
    HealthReport successor = counted(3, 1, u"two"_s);
    successor.startTime = successor.startTime.addSecs(60);
    successor.uptime = Seconds(2);
    history.take(Noon + 10s, successor);
    QCOMPARE(history.samples(u"db"_s), (History::Samples{{Noon + 8s, Noon + 10s, 3, 1}}));
}

void TestHistory::aCounterThatFallsIsNotANegativeNumber()
{
    History history; // the same process by all it says, but the counter was reset
    history.take(Noon, counted(500, 2));
    history.take(Noon + 1s, counted(1, 0));
    QVERIFY(history.samples(u"db"_s).empty());
    history.take(Noon + 2s, counted(2, 0));
    QCOMPARE(history.samples(u"db"_s), (History::Samples{{Noon + 1s, Noon + 2s, 1, 0}}));
}

void TestHistory::theOldestSampleMakesRoom()
{
    History history(3);
    for (int i = 0; i <= 10; ++i)
        history.take(Noon + i * 1s, counted(i * i, 0));
    QCOMPARE(history.samples(u"db"_s).size(), std::size_t(3));
    QCOMPARE(history.samples(u"db"_s).front().successes, 64 - 49);
}

void TestHistory::olderSamplesAreSummedUpAndNothingIsLost()
{
    History history(100);
    for (int second = 0; second <= 400; ++second)
        history.take(Noon + second * 1s, counted(2 * second, second));
    const History::Samples samples = history.samples(u"db"_s);
    QVERIFY(samples.size() <= 100);
    QCOMPARE(samples.front().from, Noon);
    QCOMPARE(samples.back().to, Noon + 400s);
    for (std::size_t i = 0; i < samples.size(); ++i) {
        if (i > 0)
            QCOMPARE(samples[i].from, samples[i - 1].to);
        const auto seconds = (samples[i].to - samples[i].from) / 1s;
        QCOMPARE(samples[i].successes, 2 * seconds);
        QCOMPARE(samples[i].failures, seconds);
        QVERIFY(seconds <= (i < samples.size() / 2 ? 15 : 1));
    }
}

void TestHistory::aServiceTakesNoMoreThanItsShareOfMemory_data()
{
    QTest::addColumn<int>("dependencies");
    QTest::addColumn<int>("share");
    QTest::addColumn<int>("most");
    for (const int count : {1, 6, 24, 60})
        QTest::addRow("%d dependencies", count) << count << 48 * 1024 << 48 * 1024;
    QTest::addRow("one, a sixth of it") << 1 << 8 * 1024 << 8 * 1024;
    QTest::addRow("six, the smallest share") << 6 << 4 * 1024 << 5 * 1024; // what a few samples of each take
}

/// Asks the allocator, after half an hour of polls and many marks.
void TestHistory::aServiceTakesNoMoreThanItsShareOfMemory()
{
    QFETCH(int, dependencies);
    QFETCH(const int, share);
    QFETCH(const int, most);
    constexpr int Services = 8;
    HealthReport report = Reports::healthy();
    report.dependencies.clear();
    for (int i = 0; i < dependencies; ++i)
        report.dependencies << Reports::dependency(u"backend-%1"_s.arg(i));
    std::vector<std::unique_ptr<History>> histories;
    histories.reserve(Services);
    const qint64 before = Test::heapInUse();
    for (int i = 0; i < Services; ++i) {
        histories.push_back(std::make_unique<History>());
        histories.back()->setShare(std::size_t(share));
        for (int second = 0; second < 1800; ++second) {
            for (DependencyReport &dependency : report.dependencies)
                dependency.successCount += 1;
            histories.back()->take(Noon + second * 1s, report);
            if (second % 20 == 0)
                histories.back()->mark(Noon + second * 1s, u"restarted by hand %1"_s.arg(second));
        }
    }
    const qint64 each = (Test::heapInUse() - before) / Services;
    QVERIFY2(each <= most, qPrintable(u"%1 bytes"_s.arg(each)));
    QVERIFY(each > 1024 || !Test::KnowsHeap);
    QVERIFY(histories.front()->total().size() >= 15);
}

void TestHistory::allDependenciesAddUp()
{
    History history;
    HealthReport report = counted(0, 0);
    report.dependencies << Reports::dependency(u"qdrant"_s, DependencyStatus::Error, 0, 0);
    history.take(Noon, report);
    report.dependencies[0].successCount = 5;
    report.dependencies[1].failureCount = 2;
    history.take(Noon + 1s, report);
    QCOMPARE(history.total(), (History::Samples{{Noon, Noon + 1s, 5, 2}}));
    QCOMPARE(history.dependencies(), (QStringList{u"db"_s, u"qdrant"_s}));
}

void TestHistory::onlySoManyDependenciesAreKept()
{
    History history; // a service cannot fill our memory with names
    for (int i = 0; i < 200; ++i) {
        HealthReport report = counted(1, 0);
        report.dependencies[0].name = QString::number(i);
        history.take(Noon + i * 1s, report);
    }
    QCOMPARE(history.dependencies().size(), 24);
}

QTEST_APPLESS_MAIN(TestHistory)
#include "tst_history.moc"
