// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/fleetwatch.h"
#include "tests/dashboard/model/reports.h"
#include "tests/support/fakehttpserver.h"

#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestFleetWatch : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aStaleServiceIsRestartedByItselfIfItsEntrySaysSo_data();
    void aStaleServiceIsRestartedByItselfIfItsEntrySaysSo();
};

void TestFleetWatch::aStaleServiceIsRestartedByItselfIfItsEntrySaysSo_data()
{
    QTest::addColumn<bool>("asked");
    QTest::newRow("it does") << true;
    QTest::newRow("it does not") << false;
}

void TestFleetWatch::aStaleServiceIsRestartedByItselfIfItsEntrySaysSo()
{
    QFETCH(bool, asked);
    HealthReport report = Reports::healthy();
    report.code = CodeReport{CodeVerdict::Stale, {{u"/srv/manager.py"_s, u"source"_s, u"modified"_s}}, Seconds(0), 0};
    report.capabilities = {u"restart"_s};
    FakeHttpServer server;
    server.setAnswer("/health/status", FakeAnswer::json(encode(report)));
    server.setAnswer("/health/live", FakeAnswer::json(encode(BasicHealth(report))));
    server.setAnswer("/health/restart", FakeAnswer::json(R"({"error":{"code":"restart_impossible","message":"no such file"}})", 409));
    FleetEntry entry = Reports::entry(u"mcp"_s, server.url());
    entry.restart = RestartByService{};
    entry.restartOnStale = asked;
    entry.interval = 100ms;
    const auto restarts = [&server] {
        return std::count_if(server.requests().begin(), server.requests().end(),
                             [](const QByteArray &request) { return request.startsWith("POST /health/restart "); });
    };

    FleetWatch watch;
    const ServiceId id = watch.add(entry);
    watch.start();
    const auto looks = [&server] { return server.requests().size(); };
    if (!asked) {
        QTRY_VERIFY_WITH_TIMEOUT(looks() > 30, 30'000); // three seconds of them, or more
        QCOMPARE(restarts(), 0);
        return;
    }
    QTRY_COMPARE_WITH_TIMEOUT(restarts(), 1, 30'000);
    QTRY_VERIFY(watch.actions().receipt(id) && !watch.actions().isRunning(id));
    QVERIFY(watch.actions().receipt(id)->failure.contains(u"no such file"_s));
    const auto soFar = looks();
    QTRY_VERIFY_WITH_TIMEOUT(looks() > soFar + 30, 30'000);
    QCOMPARE(restarts(), 1); // it failed: that was that
}

QTEST_GUILESS_MAIN(TestFleetWatch)
#include "tst_fleetwatch.moc"
