// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/momentrange.h"
#include "tests/dashboard/model/reports.h"

#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

const History::Time Noon = History::Time(std::chrono::hours(490'000));
using Sample = PrometheusFleet::Sample;

/// A scrape so long after noon, of a process that was born at noon unless it is said otherwise.
Sample scrape(std::chrono::seconds at, qint64 successes, qint64 failures, const QString &instance = u"one"_s,
              std::chrono::seconds born = 0s)
{
    Sample sample{Noon + at, {}};
    HealthReport report = Reports::healthy(instance);
    report.uptime = at - born;
    report.dependencies = {Reports::dependency(u"db"_s, DependencyStatus::Working, successes, failures)};
    report.resources.cpuSeconds = double(successes) / 100;
    report.resources.threads = successes;
    sample.answer.value = report;
    sample.answer.reply.latency = 4ms;
    return sample;
}

Sample failure(std::chrono::seconds at)
{
    Sample sample{Noon + at, {}};
    sample.answer.reply.error = ClientError::Unreachable;
    return sample;
}

} // namespace

class TestMomentRange : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void betweenTwoMomentsIsASample_data();
    void betweenTwoMomentsIsASample();
    void stretchesSayWhatWasMeasured();
    void marksAreThoseOfADashboardThatPolls();
};

Q_DECLARE_METATYPE(History::Samples)
Q_DECLARE_METATYPE(QList<Sample>)

void TestMomentRange::betweenTwoMomentsIsASample_data()
{
    QTest::addColumn<QList<Sample>>("given");
    QTest::addColumn<std::chrono::seconds>("step");
    QTest::addColumn<History::Samples>("samples");
    using Samples = History::Samples;
    QTest::newRow("nothing") << QList<Sample>() << 1s << Samples();
    QTest::newRow("one") << QList<Sample>{scrape(10s, 5, 1)} << 1s << Samples();
    QTest::newRow("differences") << QList<Sample>{scrape(10s, 5, 1), scrape(20s, 7, 1), scrape(30s, 7, 4)} << 1s
                                 << Samples{{Noon + 10s, Noon + 20s, 2, 0}, {Noon + 20s, Noon + 30s, 0, 3}};
    QTest::newRow("a failed scrape is a gap")
        << QList<Sample>{scrape(10s, 5, 1), failure(20s), scrape(30s, 9, 1), scrape(40s, 10, 1)} << 1s
        << Samples{{Noon + 30s, Noon + 40s, 1, 0}};
    QTest::newRow("nobody scraped for long")
        << QList<Sample>{scrape(10s, 5, 1), scrape(300s, 9, 1), scrape(310s, 10, 1)} << 1s
        << Samples{{Noon + 300s, Noon + 310s, 1, 0}};
    QTest::newRow("long steps are no gaps") << QList<Sample>{scrape(1000s, 5, 1), scrape(4600s, 9, 1)}
                                            << std::chrono::seconds(1h) << Samples{{Noon + 1000s, Noon + 4600s, 4, 0}};
    QTest::newRow("a new process counts from its birth")
        << QList<Sample>{scrape(10s, 5, 1), scrape(20s, 2, 1, u"two"_s, 14s)} << 1s
        << Samples{{Noon + 14s, Noon + 20s, 2, 1}};
    QTest::newRow("a counter that falls is not negative")
        << QList<Sample>{scrape(10s, 5, 1), scrape(20s, 2, 1), scrape(30s, 3, 1)} << 1s
        << Samples{{Noon + 20s, Noon + 30s, 1, 0}};
}

void TestMomentRange::betweenTwoMomentsIsASample()
{
    QFETCH(QList<Sample>, given);
    QFETCH(std::chrono::seconds, step);
    QFETCH(History::Samples, samples);
    const HistoryRange range = rangeOf(given, step);
    QCOMPARE(range.step, step);
    QCOMPARE(range.operations.value(u"db"_s), samples);
}

void TestMomentRange::stretchesSayWhatWasMeasured()
{
    const HistoryRange range = rangeOf(
        {scrape(10s, 100, 0), scrape(20s, 150, 0), failure(30s), scrape(40s, 160, 0), scrape(50s, 1, 0, u"two"_s, 45s)},
        1s);
    QCOMPARE(range.stretches.size(), std::size_t(4));
    const auto &[first, second, third, fourth] =
        std::tie(range.stretches[0], range.stretches[1], range.stretches[2], range.stretches[3]);
    QCOMPARE(first.from, Noon + 10s - 4ms); // before it nothing is known
    QCOMPARE(first.highest.cpuSeconds, std::nullopt);
    QCOMPARE(second.from, first.to);
    QCOMPARE(second.to, Noon + 20s);
    QCOMPARE(second.highest.cpuSeconds, std::optional(0.5));
    QCOMPARE(second.highest.threads, std::optional<qint64>(150));
    QCOMPARE(second.latency, Seconds(0.004));
    QCOMPARE(third.from, Noon + 40s - 4ms);
    QCOMPARE(fourth.from, third.to);
    QCOMPARE(fourth.highest.cpuSeconds, std::nullopt); // another process
}

void TestMomentRange::marksAreThoseOfADashboardThatPolls()
{
    Sample stale = scrape(30s, 3, 0, u"two"_s, 15s);
    stale.answer.value->code = CodeReport{CodeVerdict::Stale, {}, {}, 0};
    const HistoryRange range = rangeOf({scrape(10s, 1, 0), scrape(20s, 1, 0, u"two"_s, 15s), stale}, 1s);
    QCOMPARE(range.marks, (History::Marks{{Noon + 20s, u"restarted"_s}, {Noon + 30s, u"stale"_s}}));
}

QTEST_GUILESS_MAIN(TestMomentRange)
#include "tst_momentrange.moc"
