// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/prometheusreader.h"

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
    void aListIsReadHoweverItIsCut_data();
    void aListIsReadHoweverItIsCut();
    void aSampleIsReadOrRefused_data();
    void aSampleIsReadOrRefused();
};

void TestPrometheusCodec::aListIsReadHoweverItIsCut_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<QByteArrayList>("elements");
    QTest::addColumn<bool>("isAnswer");
    const auto answer = [](const QByteArray &list) {
        return R"({"status": "success", "data": {"resultType": "vector", "result": [)" + list
            + R"(]}, "warnings": []})";
    };
    QTest::newRow("none") << answer("") << QByteArrayList{} << true;
    QTest::newRow("one") << answer(R"({"a": {"b": [1, {}]}})") << QByteArrayList{R"({"a": {"b": [1, {}]}})"} << true;
    QTest::newRow("brackets and quotes in strings")
        << answer(R"({"a":"}]\""} , {"b":"\\"})") << QByteArrayList{R"({"a":"}]\""})", R"({"b":"\\"})"} << true;
    QTest::newRow("what is no object") << answer(R"(1, "x", {"a":1}, null)") << QByteArrayList{R"({"a":1})"} << true;
    QTest::newRow("a list of the same name elsewhere")
        << QByteArray(R"({"result":[{"a":1}],"status":"success","data":{"x":{"result":[{"b":1}]},"result":[{"c":1}]}})")
        << QByteArrayList{R"({"c":1})"} << true;
    QTest::newRow("cut off") << QByteArray(R"({"status":"success","data":{"result":[{"a":1},{"b")")
                             << QByteArrayList{R"({"a":1})"} << false;
    QTest::newRow("an element without an end")
        << QByteArray(R"({"status":"success","data":{"result":[{"a":")" + QByteArray(70'000, 'x')) << QByteArrayList{}
        << false;
}

void TestPrometheusCodec::aListIsReadHoweverItIsCut()
{
    QFETCH(const QByteArray, answer);
    QFETCH(const QByteArrayList, elements);
    QFETCH(const bool, isAnswer);
    for (const qsizetype step : {qsizetype(1), qsizetype(7), answer.size()}) {
        QByteArrayList found;
        PrometheusListReader reader("result", [&](QByteArrayView element) { found << element.toByteArray(); });
        for (qsizetype at = 0; at < answer.size(); at += step)
            reader.feed(QByteArrayView(answer).sliced(at, std::min(step, answer.size() - at)));
        QCOMPARE(found, elements);
        QCOMPARE(bool(reader.end()), isAnswer);
    }
}

void TestPrometheusCodec::aSampleIsReadOrRefused_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<bool>("isOne");
    QTest::addColumn<QByteArray>("label"); // `a`
    QTest::addColumn<double>("value");     // -1: none
    QTest::newRow("one") << QByteArray(R"({"metric":{"a":"b"},"value":[1,"2.5"]})") << true << QByteArray("b") << 2.5;
    QTest::newRow("spaces") << QByteArray(R"( { "metric" : { "a" : "b" } , "value" : [ 1 , "2" ] } )") << true
                            << QByteArray("b") << 2.0;
    QTest::newRow("escapes") << QByteArray(R"({"metric":{"a":"\u00e9\"\\"},"value":[1,"2"]})") << true
                             << QByteArray("\xc3\xa9\"\\") << 2.0;
    QTest::newRow("no labels") << QByteArray(R"({"metric":{},"value":[1,"2"]})") << true << QByteArray() << 2.0;
    QTest::newRow("not a number") << QByteArray(R"({"metric":{},"value":[1,"NaN"]})") << true << QByteArray() << -1.0;
    QTest::newRow("endless") << QByteArray(R"({"metric":{},"value":[1,"+Inf"]})") << true << QByteArray() << -1.0;
    QTest::newRow("a label of another type")
        << QByteArray(R"({"metric":{"a":7},"value":[1,"2"]})") << false << QByteArray() << -1.0;
    QTest::newRow("a matrix") << QByteArray(R"({"metric":{},"values":[[1,"2"]]})") << false << QByteArray() << -1.0;
    QTest::newRow("cut off") << QByteArray(R"({"metric":{"a":"b)") << false << QByteArray() << -1.0;
    QTest::newRow("a lone backslash") << QByteArray(R"({"metric":{"a":"\)") << false << QByteArray() << -1.0;
    QTest::newRow("nothing") << QByteArray() << false << QByteArray() << -1.0;
}

void TestPrometheusCodec::aSampleIsReadOrRefused()
{
    QFETCH(const QByteArray, json);
    QFETCH(const bool, isOne);
    QFETCH(const QByteArray, label);
    InstantSample sample;
    QCOMPARE(sample.read(json), isOne);
    if (!isOne)
        return;
    QCOMPARE(sample.label("a").toByteArray(), label);
    QTEST(sample.value().value_or(-1), "value");
}

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
