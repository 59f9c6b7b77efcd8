// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/prometheuscodec.h"

#include <QTest>

using namespace Hephaestus;
using namespace std::chrono_literals;

class TestPrometheusCodec : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void onlyTimesWithinAllTimeAreTaken_data();
    void onlyTimesWithinAllTimeAreTaken();
    void onlyNumbersBecomePoints_data();
    void onlyNumbersBecomePoints();
};

void TestPrometheusCodec::onlyTimesWithinAllTimeAreTaken_data()
{
    QTest::addColumn<QByteArray>("lastScrape");
    QTest::addColumn<QByteArray>("duration");
    QTest::addColumn<qint64>("scraped"); // milliseconds since the epoch; 0: never
    QTest::addColumn<double>("seconds");
    QTest::newRow("nanoseconds") << QByteArray("2026-01-01T00:00:00.123456789Z") << QByteArray("0.001")
                                 << qint64(1767225600123) << 0.001;
    QTest::newRow("another zone") << QByteArray("2026-01-01T02:00:00+02:00") << QByteArray("0") << qint64(1767225600000)
                                  << 0.0;
    // Beyond what 64 bits of nanoseconds hold, which ends in 2262.
    QTest::newRow("a far date") << QByteArray("4378-01-01T00:00:00.123456789Z") << QByteArray("0.001") << qint64(0)
                                << 0.001;
    QTest::newRow("before the epoch") << QByteArray("0001-01-01T00:00:00Z") << QByteArray("-1") << qint64(0) << 0.0;
    QTest::newRow("an endless scrape") << QByteArray("") << QByteArray("1e300") << qint64(0) << 0.0;
}

void TestPrometheusCodec::onlyTimesWithinAllTimeAreTaken()
{
    QFETCH(QByteArray, lastScrape);
    QFETCH(QByteArray, duration);
    const auto targets = decodeTargets(R"({"status":"success","data":{"activeTargets":[{"health":"up","lastScrape":")"
                                       + lastScrape + R"(","lastScrapeDuration":)" + duration + "}]}}");
    QVERIFY(targets);
    QCOMPARE(targets->size(), 1);
    QTEST(
        qint64(
            std::chrono::duration_cast<std::chrono::milliseconds>(targets->first().scraped.time_since_epoch()).count()),
        "scraped");
    QTEST(targets->first().duration.count(), "seconds");
}

void TestPrometheusCodec::onlyNumbersBecomePoints_data()
{
    QTest::addColumn<QByteArray>("point");
    QTest::addColumn<int>("points");
    QTest::newRow("a number") << QByteArray(R"([1700000000.5,"1"])") << 1;
    QTest::newRow("not a number") << QByteArray(R"([1700000000,"NaN"])") << 0;
    QTest::newRow("endless") << QByteArray(R"([1700000000,"+Inf"])") << 0;
    QTest::newRow("more than a double holds") << QByteArray(R"([1700000000,"1e999"])") << 0;
    QTest::newRow("a word") << QByteArray(R"([1700000000,"x"])") << 0;
    QTest::newRow("beyond all time") << QByteArray(R"([1e300,"1"])") << 0;
    QTest::newRow("before the epoch") << QByteArray(R"([-1,"1"])") << 0;
}

void TestPrometheusCodec::onlyNumbersBecomePoints()
{
    QFETCH(QByteArray, point);
    const auto series =
        decodeSeries(R"({"status":"success","data":{"result":[{"metric":{},"values":[)" + point + "]}]}}");
    QVERIFY(series);
    QCOMPARE(series->size(), 1);
    QTEST(int(series->first().points.size()), "points");
}

QTEST_APPLESS_MAIN(TestPrometheusCodec)
#include "tst_prometheuscodec.moc"
