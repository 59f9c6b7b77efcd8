// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/clock.h"
#include "server/core/metrics.h"
#include "server/core/serverstate.h"
#include "tests/support/processend.h"

#include <QLocale>
#include <QProcess>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestMetrics : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void countsAreTold();
    void programAndWrapperAreToldApart();
    void hostileNamesAreEscaped();
    void openMetricsNamesTheFamiliesItsWay();
    void callsAndChecksAreTimed();
    void histogramsAreBounded();
    void theVerdictIsOneOfAll();
    void theDrainIsTimed();
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
    const QByteArray text = metricsText(state, MetricsFormat::Text, {{"origin", 3}});
    QVERIFY(text.contains("hephaestus_dependency_operations_total{dependency=\"database\",result=\"success\"} 2\n"));
    QVERIFY(text.contains("hephaestus_dependency_operations_total{dependency=\"database\",result=\"failure\"} 1\n"));
    QVERIFY(text.contains("hephaestus_dependency_up{dependency=\"database\"} 0\n"));
    QVERIFY(text.contains("hephaestus_dependency_check_duration_seconds{dependency=\"database\"} 0.25\n"));
    QVERIFY(text.contains("hephaestus_refused_requests_total{reason=\"origin\"} 3\n"));
    QVERIFY(text.contains("hephaestus_shutting_down 0\n"));
    QVERIFY(text.contains("hephaestus_dependency_operations_total{dependency=\"qdrant\",result=\"success\"} 0\n"));
    QVERIFY2(!text.contains("_up{dependency=\"qdrant\"}"), "whether it works is not known");
    HealthReport upstream;
    upstream.dependencies = {{u"mailer"_s, DependencyStatus::Unknown, NotCheckedYet, {}, {}, 0, 0, {}}};
    state.setUpstream(upstream);
    QVERIFY2(!metricsText(state).contains("_up{dependency=\"mailer\"}"), "nor of what the wrapped program tells");
    QVERIFY2(!text.contains("hephaestus_code"), "nobody has looked at the code");
    state.setCode({CodeVerdict::Stale, {}, Seconds(1), 0});
    QVERIFY(metricsText(state).contains("\nhephaestus_code_stale 1\n"));
    QVERIFY2(!text.contains("groq"), "a dependency not used has no samples");
    state.announceShutdown(ShutdownMode::Scheduled);
    QVERIFY(metricsText(state).contains("hephaestus_shutting_down 1\n"));
}

void TestMetrics::programAndWrapperAreToldApart()
{
    ServerState state(u"orders"_s, u"2.1"_s);
    const QByteArray own = metricsText(state);
    QVERIFY2(own.contains("\nprocess_threads ") && !own.contains("process="), own.constData());
    state.setProcess({.command = {u"app"_s}, .pid = 41});
    state.setResourceReader([] {
        Resources resources;
        resources.residentBytes = 70;
        resources.peakBytes = 90;
        resources.oomKills = 2;
        return resources;
    });
    const QByteArray text = metricsText(state);
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
    QVERIFY(metricsText(state).contains("dependency=\"a\\\"b\\\\c\\nd\""));
}

void TestMetrics::openMetricsNamesTheFamiliesItsWay()
{
    ServerState state(u"orders"_s, u"2.1"_s);
    fill(state);
    state.setProcess({.restarts = 2});
    state.countDeath(u"SIGSEGV"_s);
    state.countDeath(u"SIGSEGV"_s);
    const QByteArray text = metricsText(state, MetricsFormat::Text);
    const QByteArray open = metricsText(state, MetricsFormat::OpenMetrics);
    const QByteArray began = QByteArray::number(double(state.report().startTime.toMSecsSinceEpoch()) / 1000.0, 'g',
                                                QLocale::FloatingPointShortest);
    const std::pair<QByteArray, QByteArray> lines[] = {
        {"# TYPE hephaestus_service_info gauge\n", "# TYPE hephaestus_service info\n"},
        {"# TYPE hephaestus_build_info gauge\n", "# TYPE hephaestus_build info\n"},
        {"# TYPE hephaestus_process_restarts_total counter\nhephaestus_process_restarts_total 2\n",
         "# TYPE hephaestus_process_restarts counter\nhephaestus_process_restarts_total 2\n"
         "hephaestus_process_restarts_created "
             + began + '\n'},
        {"hephaestus_process_deaths_total{reason=\"SIGSEGV\"} 2\n",
         "hephaestus_process_deaths_created{reason=\"SIGSEGV\"} " + began + '\n'},
    };
    for (const auto &[inText, inOpen] : lines) {
        QVERIFY2(text.contains(inText), text.constData());
        QVERIFY2(open.contains(inOpen), open.constData());
    }
    QVERIFY2(!text.contains("_created") && !text.contains("# EOF"), text.constData());
    QVERIFY2(open.endsWith("\n# EOF\n"), open.constData());
    QVERIFY2(!open.contains("process_cpu_seconds_created"), "since when a program counts is not known");
}

void TestMetrics::callsAndChecksAreTimed()
{
    ManualClock clock;
    ServerState state(u"orders"_s, u"2.1"_s, clock);
    Dependency &database = state.dependency(u"database"_s);
    for (const auto duration : {5ms, 6ms, 300ms}) {
        DependencyCall call = database.call();
        clock.advance(duration);
        call.success();
    }
    {
        const DependencyCall dropped = database.call();
        clock.advance(11s);
    }
    database.setLastCheckDuration(Seconds(1));
    const QByteArray text = metricsText(state);
    const QByteArray name = "hephaestus_dependency_duration_seconds";
    for (const auto &[bound, count] :
         {std::pair("0.005", 1), std::pair("0.025", 2), std::pair("0.1", 2), std::pair("0.5", 3), std::pair("2.5", 4),
          std::pair("10.0", 4), std::pair("+Inf", 5)}) {
        const QByteArray line =
            name + "_bucket{dependency=\"database\",le=\"" + bound + "\"} " + QByteArray::number(count);
        QVERIFY2(text.contains(line + '\n'), (line + "\n\n" + text).constData());
    }
    QVERIFY2(text.contains(name + "_sum{dependency=\"database\"} 12.311\n"), text.constData());
    QVERIFY2(text.contains(name + "_count{dependency=\"database\"} 5\n"), text.constData());
}

void TestMetrics::histogramsAreBounded()
{
    ServerState state(u"orders"_s, u"2.1"_s);
    for (int i = 0; i < 60; ++i)
        state.dependency(u"customer-%1"_s.arg(i)).recordSuccess();
    const QByteArray text = metricsText(state);
    QCOMPARE(text.count("hephaestus_dependency_duration_seconds_count{"), 50);
    QCOMPARE(text.count("hephaestus_dependency_up{"), 60);
}

void TestMetrics::theVerdictIsOneOfAll()
{
    ServerState state(u"orders"_s, u"2.1"_s);
    ServiceIdentity identity;
    identity.worktree = u"/srv/orders"_s;
    identity.commit = u"c0ffee"_s;
    state.setIdentity(identity);
    state.setCode({CodeVerdict::Unknown, {}, {}, 0, {u"it was not asked"_s}});
    const QByteArray text = metricsText(state);
    QVERIFY2(text.contains("hephaestus_code_verdict{verdict=\"unknown\"} 1\n"), text.constData());
    QVERIFY2(text.contains("hephaestus_code_verdict{verdict=\"fresh\"} 0\n"), text.constData());
    QVERIFY2(text.contains("hephaestus_code_verdict{verdict=\"stale\"} 0\n"), text.constData());
    QVERIFY2(!text.contains("hephaestus_code_stale"), "it is not known");
    QVERIFY2(text.contains("hephaestus_build_info{version=\"2.1\",commit=\"c0ffee\",worktree=\"/srv/orders\"} 1\n"),
             text.constData());
}

void TestMetrics::theDrainIsTimed()
{
    ManualClock clock;
    ServerState state(u"orders"_s, u"2.1"_s, clock);
    const auto drained = [&state] { return state.drained().value_or(Seconds(-1)).count(); };
    state.enter(Phase::Running);
    QVERIFY2(!metricsText(state).contains("drain_seconds"), "there is none");
    state.enter(Phase::Draining);
    clock.advance(2s);
    QCOMPARE(drained(), 2.0);
    state.enter(Phase::CleaningUp);
    clock.advance(3s);
    QCOMPARE(drained(), 2.0);
    QVERIFY(metricsText(state).contains("hephaestus_drain_seconds 2\n"));
}

void TestMetrics::promtoolAcceptsThem()
{
    ServerState state(u"orders"_s, u"2.1"_s);
    fill(state);
    QProcess promtool;
    promtool.start(u"promtool"_s, {u"check"_s, u"metrics"_s});
    QVERIFY2(promtool.waitForStarted(), "promtool is missing (package prometheus); tests/run installs it");
    promtool.write(metricsText(state, MetricsFormat::Text, {{"origin", 3}}));
    promtool.closeWriteChannel();
    QVERIFY(hasEnded(promtool));
    const QByteArray said = promtool.readAllStandardError() + promtool.readAllStandardOutput();
    QVERIFY2(promtool.exitCode() == 0, said.constData());
    QCOMPARE(said, QByteArray());
}

QTEST_GUILESS_MAIN(TestMetrics)
#include "tst_metrics.moc"
