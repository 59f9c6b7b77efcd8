// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/metrics.h"
#include "server/core/serverstate.h"

#include <QProcess>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestMetrics : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void countsAreTold();
    void programAndWrapperAreToldApart();
    void hostileNamesAreEscaped();
    void promtoolAcceptsThem();
};

static void fill(ServerState &state)
{
    Dependency &database = state.dependency(u"database"_s);
    database.recordSuccess();
    database.recordSuccess();
    database.recordFailure(u"gone"_s);
    database.setLastCheckDuration(Seconds(0.25));
    Dependency &groq = state.dependency(u"groq"_s);
    groq.recordSuccess();
    groq.setUsed(false);
    groq.setLastCheckDuration(Seconds(0.5)); // of a check that was under way
    state.dependency(u"qdrant"_s).setUsed(true);
    state.dependency(u"a\"b\\c\nd"_s).recordSuccess();
}

void TestMetrics::countsAreTold()
{
    ServerState state(u"orders"_s, u"2.1"_s);
    fill(state);
    const QByteArray text = prometheusText(state, {{"origin", 3}});
    QVERIFY(text.contains("hephaestus_dependency_operations_total{dependency=\"database\",result=\"success\"} 2\n"));
    QVERIFY(text.contains("hephaestus_dependency_operations_total{dependency=\"database\",result=\"failure\"} 1\n"));
    QVERIFY(text.contains("hephaestus_dependency_up{dependency=\"database\"} 0\n"));
    QVERIFY(text.contains("hephaestus_dependency_check_duration_seconds{dependency=\"database\"} 0.25\n"));
    QVERIFY(text.contains("hephaestus_refused_requests_total{reason=\"origin\"} 3\n"));
    QVERIFY(text.contains("hephaestus_shutting_down 0\n"));
    QVERIFY(text.contains("hephaestus_dependency_operations_total{dependency=\"qdrant\",result=\"success\"} 0\n"));
    QVERIFY2(!text.contains("_up{dependency=\"qdrant\"}"), "whether it works is not known");
    QVERIFY2(!text.contains("code_stale"), "nobody has looked at the code");
    state.setCode({CodeVerdict::Stale, {}, Seconds(1), 0});
    QVERIFY(prometheusText(state).contains("\nhephaestus_code_stale 1\n"));
    QVERIFY2(!text.contains("groq"), "a dependency not used has no samples");
    state.announceShutdown(ShutdownMode::Scheduled);
    QVERIFY(prometheusText(state).contains("hephaestus_shutting_down 1\n"));
}

void TestMetrics::programAndWrapperAreToldApart()
{
    ServerState state(u"orders"_s, u"2.1"_s);
    const QByteArray own = prometheusText(state);
    QVERIFY2(own.contains("\nprocess_threads ") && !own.contains("process="), own.constData());
    state.setProcess({.command = {u"app"_s}, .pid = 41});
    state.setResourceReader([] {
        Resources resources;
        resources.residentBytes = 70;
        resources.peakBytes = 90;
        resources.oomKills = 2;
        return resources;
    });
    const QByteArray text = prometheusText(state);
    QVERIFY(text.contains("\nprocess_resident_memory_bytes{process=\"program\"} 70\n"));
    QVERIFY(text.contains("\nprocess_resident_memory_bytes{process=\"wrapper\"} "));
    QVERIFY(text.contains("\nhephaestus_memory_peak_bytes 90\n"));
    QVERIFY(text.contains("\nhephaestus_oom_kills_total 2\n"));
    QVERIFY2(!text.contains("process_threads"), "not known of the program");
    QVERIFY2(!text.contains("process_cpu_seconds_total{process=\"program\"}"), "nor this");
    QVERIFY2(!text.contains("open_connections"), text.constData());
    QVERIFY(state.report().process->wrapper->residentBytes > 1'000'000);
}

void TestMetrics::hostileNamesAreEscaped()
{
    ServerState state(u"orders"_s, u"2.1"_s);
    fill(state);
    QVERIFY(prometheusText(state).contains("dependency=\"a\\\"b\\\\c\\nd\""));
}

void TestMetrics::promtoolAcceptsThem()
{
    ServerState state(u"orders"_s, u"2.1"_s);
    fill(state);
    QProcess promtool;
    promtool.start(u"promtool"_s, {u"check"_s, u"metrics"_s});
    QVERIFY2(promtool.waitForStarted(), "promtool is missing (package prometheus); tests/run installs it");
    promtool.write(prometheusText(state, {{"origin", 3}}));
    promtool.closeWriteChannel();
    QVERIFY(promtool.waitForFinished());
    const QByteArray said = promtool.readAllStandardError() + promtool.readAllStandardOutput();
    QVERIFY2(promtool.exitCode() == 0, said.constData());
    QCOMPARE(said, QByteArray());
}

QTEST_GUILESS_MAIN(TestMetrics)
#include "tst_metrics.moc"
