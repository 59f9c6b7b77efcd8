// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/history.h"
#include "tests/dashboard/model/reports.h"

#include <QTest>

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
    QCOMPARE(history.samples(u"db"_s), (std::deque<History::Sample>{{Noon, Noon + 1s, 2, 3}}));
}

void TestHistory::aMissedPollLeavesAGapAndNoZero()
{
    History history;
    history.take(Noon, counted(0, 0));
    history.take(Noon + 1s, counted(1, 0));
    history.miss();
    history.take(Noon + 3s, counted(9, 0)); // when the 8 happened is not known
    history.take(Noon + 4s, counted(10, 0));
    QCOMPARE(history.samples(u"db"_s),
             (std::deque<History::Sample>{{Noon, Noon + 1s, 1, 0}, {Noon + 3s, Noon + 4s, 1, 0}}));
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
    QCOMPARE(history.samples(u"db"_s), (std::deque<History::Sample>{{Noon + 8s, Noon + 10s, 3, 1}}));
}

void TestHistory::aCounterThatFallsIsNotANegativeNumber()
{
    History history; // the same process by all it says, but the counter was reset
    history.take(Noon, counted(500, 2));
    history.take(Noon + 1s, counted(1, 0));
    QVERIFY(history.samples(u"db"_s).empty());
    history.take(Noon + 2s, counted(2, 0));
    QCOMPARE(history.samples(u"db"_s), (std::deque<History::Sample>{{Noon + 1s, Noon + 2s, 1, 0}}));
}

void TestHistory::theOldestSampleMakesRoom()
{
    History history(3);
    for (int i = 0; i <= 10; ++i)
        history.take(Noon + i * 1s, counted(i * i, 0));
    QCOMPARE(history.samples(u"db"_s).size(), std::size_t(3));
    QCOMPARE(history.samples(u"db"_s).front().successes, 64 - 49);
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
    QCOMPARE(history.total(), (std::deque<History::Sample>{{Noon, Noon + 1s, 5, 2}}));
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
    QCOMPARE(history.dependencies().size(), 64);
}

QTEST_APPLESS_MAIN(TestHistory)
#include "tst_history.moc"
