// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/dialect.h"

#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestDialectCodec : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void bodiesAreTakenForWhatTheyAre_data();
    void bodiesAreTakenForWhatTheyAre();
    void whatIsNoneOfThemIsAProblem_data();
    void whatIsNoneOfThemIsAProblem();
    void versionsAndDetailsAreKept();
    void noBodyMakesMoreDependenciesThanSoMany();
};

/// `database working, disk error: no space`
static QString summary(const HealthReport &report)
{
    QStringList parts;
    for (const DependencyReport &dependency : report.dependencies)
        parts << dependency.name + u' ' + wireName(dependency.status)
                + (dependency.error.isEmpty() ? QString() : u": "_s + dependency.error);
    return parts.join(u", "_s);
}

void TestDialectCodec::bodiesAreTakenForWhatTheyAre_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<Dialect>("dialect");
    QTest::addColumn<QString>("dependencies");
    // The bodies of the projects' own documentation.
    QTest::newRow("actuator, details hidden")
        << QByteArray(R"({"status":"UP","groups":["liveness","readiness"]})") << Dialect::Actuator << u""_s;
    QTest::newRow("actuator, components")
        << QByteArray(R"({"status":"DOWN","components":{"db":{"status":"DOWN",)"
                      R"("details":{"error":"org.postgresql.util.PSQLException: Connection refused"}},)"
                      R"("diskSpace":{"status":"UP","details":{"total":1,"free":1,"exists":true}},)"
                      R"("ping":{"status":"UP"}}})")
        << Dialect::Actuator
        << u"db error: org.postgresql.util.PSQLException: Connection refused, diskSpace working, ping working"_s;
    QTest::newRow("actuator before 2.2") << QByteArray(
        R"({"status":"UP","details":{"redis":{"status":"UP","details":{"version":"7.0"}}}})")
                                         << Dialect::Actuator << u"redis working"_s;
    QTest::newRow("actuator, down without a reason")
        << QByteArray(R"({"status":"OUT_OF_SERVICE"})") << Dialect::Actuator << u"service error: says OUT_OF_SERVICE"_s;
    QTest::newRow("actuator, unknown") << QByteArray(R"({"status":"UP","components":{"mail":{"status":"UNKNOWN"}}})")
                                       << Dialect::Actuator << u"mail not_used"_s;
    QTest::newRow("health+json")
        << QByteArray(R"({"status":"pass","version":"1","releaseId":"1.2.2","serviceId":"f03e522f",)"
                      R"("checks":{"cassandra:responseTime":[{"componentId":"dfd6cf2b","componentType":"datastore",)"
                      R"("observedValue":250,"observedUnit":"ms","status":"pass","output":""}],)"
                      R"("cpu:utilization":[{"componentId":"a","node":1,"status":"warn","output":""},)"
                      R"({"componentId":"b","status":"fail","output":"too hot"}]}})")
        << Dialect::HealthJson
        << u"cassandra:responseTime working, cpu:utilization a working, cpu:utilization b error: too hot"_s;
    QTest::newRow("health+json, fails") << QByteArray(R"({"status":"fail","output":"no disk"})") << Dialect::HealthJson
                                        << u"service error: no disk"_s;
    QTest::newRow("plain") << QByteArray(R"({"status":"healthy","timestamp":"2025-11-04T12:00:00","version":"1.4.0"})")
                           << Dialect::Plain << u""_s;
    QTest::newRow("plain, ok") << QByteArray(R"({"status":"ok"})") << Dialect::Plain << u""_s;
    QTest::newRow("plain, ill") << QByteArray(R"({"status":"unhealthy"})") << Dialect::Plain
                                << u"service error: says unhealthy"_s;
    QTest::newRow("components of a wrong kind")
        << QByteArray(R"({"status":"UP","components":[1,2]})") << Dialect::Actuator << u""_s;
    QTest::newRow("a component of a wrong kind")
        << QByteArray(R"({"status":"UP","components":{"db":7}})") << Dialect::Actuator << u"db error"_s;
}

void TestDialectCodec::bodiesAreTakenForWhatTheyAre()
{
    QFETCH(QByteArray, body);
    const Result<ForeignReport> foreign = decodeForeign(body);
    QVERIFY2(foreign, foreign ? "" : qPrintable(foreign.problem().text()));
    QTEST(foreign->dialect, "dialect");
    QTEST(summary(foreign->report), "dependencies");
}

void TestDialectCodec::whatIsNoneOfThemIsAProblem_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("a page") << QByteArray("<!doctype html>");
    QTest::newRow("a list") << QByteArray("[]");
    QTest::newRow("no status") << QByteArray("{}");
    QTest::newRow("another status") << QByteArray(R"({"status":"open"})");
    QTest::newRow("a status of a wrong kind") << QByteArray(R"({"status":200})");
    QTest::newRow("too deep") << QByteArray(5000, '[');
}

void TestDialectCodec::whatIsNoneOfThemIsAProblem()
{
    QFETCH(QByteArray, body);
    QVERIFY(!decodeForeign(body));
}

void TestDialectCodec::versionsAndDetailsAreKept()
{
    const auto plain = decodeForeign(R"({"status":"healthy","version":"1.4.0","service":"orders"})");
    QCOMPARE(plain->report.version, u"1.4.0"_s);
    QCOMPARE(plain->report.service, u"orders"_s);
    const auto health =
        decodeForeign(R"({"status":"pass","releaseId":"1.2.2","checks":{"up":[{"observedValue":1209600.245,)"
                      R"("observedUnit":"s","status":"pass"}]}})");
    QCOMPARE(health->report.version, u"1.2.2"_s);
    QCOMPARE(health->report.dependencies[0].details, (QVariantMap{{u"observed"_s, u"1209600.245 s"_s}}));
    const auto actuator =
        decodeForeign(R"({"status":"UP","components":{"diskSpace":{"status":"UP","details":{"free":7}}}})");
    QCOMPARE(actuator->report.dependencies[0].details.value(u"free"_s).toInt(), 7);
}

void TestDialectCodec::noBodyMakesMoreDependenciesThanSoMany()
{
    QByteArray components;
    for (int i = 0; i < 1000; ++i)
        components += (i ? ",\"" : "\"") + QByteArray::number(i) + "\":{\"status\":\"UP\"}";
    const auto foreign = decodeForeign("{\"status\":\"UP\",\"components\":{" + components + "}}");
    QVERIFY(foreign);
    QCOMPARE(foreign->report.dependencies.size(), 64);
}

QTEST_APPLESS_MAIN(TestDialectCodec)
#include "tst_dialectcodec.moc"
