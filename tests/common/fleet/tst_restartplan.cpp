// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/restartplan.h"
#include "common/fleet/restarttexts.h"

#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestRestartPlan : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theStepsFollowFromTheMethodAndTheFirstLook_data();
    void theStepsFollowFromTheMethodAndTheFirstLook();
    void itIsBuiltBeforeANewOneIsWanted_data();
    void itIsBuiltBeforeANewOneIsWanted();
    void whatCannotBeDoneSaysWhy_data();
    void whatCannotBeDoneSaysWhy();
    void aSupervisorIsAskedToStartOnlyWhatIsDown();
    void eachStepHasItsDeadline();
    void aSuccessorHasTheTimeItsWrapperGivesIt_data();
    void aSuccessorHasTheTimeItsWrapperGivesIt();
    void aStepIsOverByWhatIsSeen_data();
    void aStepIsOverByWhatIsSeen();
    void aLateStepSaysWhatIsKnown_data();
    void aLateStepSaysWhatIsKnown();
    void whatIsLeftIsToldInWholeSecondsUpwards();
    void oneRequestThatWasCutOffIsOne();
};

static FleetEntry entryWith(const RestartMethod &method)
{
    FleetEntry entry;
    entry.name = u"mcp"_s;
    entry.url = u"http://127.0.0.1:1"_s;
    entry.restart = method;
    entry.startTimeout = 7s;
    return entry;
}

static FirstLook running(const QStringList &capabilities = {}, bool isWatched = true)
{
    FirstLook look;
    look.report.emplace();
    look.report->capabilities = capabilities;
    look.isProcessWatched = isWatched;
    return look;
}

static FirstLook leaving()
{
    FirstLook look = running();
    look.report->status = ServiceStatus::ShuttingDown;
    return look;
}

/// One that offers to restart itself, in a shutdown of that mode.
static FirstLook stopping(ShutdownMode mode)
{
    FirstLook look = running({u"restart"_s});
    look.report->status = ServiceStatus::ShuttingDown;
    look.report->shutdown.emplace().mode = mode;
    return look;
}

static FirstLook withRemains() { return {.isRefused = true, .silence = u"connection refused"_s, .hasRemains = true}; }

static FirstLook wrapped(bool overlaps)
{
    FirstLook look = running({u"restart"_s});
    look.report->process.emplace().overlap = overlaps;
    look.isProgramWatched = true;
    return look;
}

/// One whose program is not ready.
static FirstLook program(ProcessState state, qint64 restarts = 0)
{
    FirstLook look = running({u"restart"_s});
    look.report->process = WrappedProcess{.state = state, .restarts = restarts, .ready = false};
    return look;
}

static FirstLook down() { return {.isRefused = true, .silence = u"connection refused"_s}; }
static FirstLook hanging() { return {.silence = u"no answer within 5 s"_s}; }

static const RestartByCommand Command{{u"mcp"_s}, {}, {}};
static const RestartBySystemd Systemd{u"mcp.service"_s, u"user"_s};

static QString textOf(const RestartPlan &plan)
{
    QStringList names;
    for (const PlannedStep &step : plan.steps)
        names << wireName(step.step);
    return names.join(u", "_s);
}

void TestRestartPlan::theStepsFollowFromTheMethodAndTheFirstLook_data()
{
    QTest::addColumn<RestartMethod>("method");
    QTest::addColumn<FleetAction>("action");
    QTest::addColumn<FirstLook>("look");
    QTest::addColumn<QString>("steps");
    const auto row = [](const char *name, const RestartMethod &method, FleetAction action, const FirstLook &look,
                        const QString &steps) { QTest::newRow(name) << method << action << look << steps; };
    using enum FleetAction;
    const QString byCommand =
        u"asked, drained, cleaned, process gone, port free, started, ready, healthy, code compared"_s;
    row("restart by command", Command, Restart, running(), byCommand);
    row("restart of one that cannot be watched", Command, Restart, running({}, false),
        u"asked, drained, cleaned, port free, started, ready, healthy, code compared"_s);
    row("restart of one that is down", Command, Restart, down(), u"started, ready, healthy, code compared"_s);
    row("restart by itself", RestartByService{}, Restart, running({u"restart"_s}),
        u"asked, drained, cleaned, started, ready, healthy, code compared"_s);
    row("restart by itself, not offered", RestartByService{Command}, Restart, running(), byCommand);
    row("restart by itself, although offered", Command, Restart, running({u"restart"_s}), byCommand);
    row("restart by itself of one that stops for good", RestartByService{Command}, Restart,
        stopping(ShutdownMode::Signal), byCommand);
    row("restart by itself of one that restarts already", RestartByService{Command}, Restart,
        stopping(ShutdownMode::Restart), u"asked, drained, cleaned, started, ready, healthy, code compared"_s);
    row("start of what is starting", Command, Start, withRemains(), u"started, ready, healthy, code compared"_s);
    row("restart of what is starting", Command, Restart, withRemains(),
        u"process gone, port free, started, ready, healthy, code compared"_s);
    row("stop of what is starting", Command, Stop, withRemains(), u"process gone, port free"_s);
    row("restart of a wrapper", RestartByService{}, Restart, wrapped(false),
        u"asked, drained, cleaned, process gone, started, ready, healthy, code compared"_s);
    row("restart that overlaps", RestartByService{}, Restart, wrapped(true),
        u"asked, successor accepts, drained, cleaned, process gone, started, ready, healthy, code compared"_s);
    row("restart by a supervisor", Systemd, Restart, running(),
        u"asked, process gone, ready, healthy, code compared"_s);
    row("restart by a supervisor of one that hangs", Systemd, Restart, hanging(),
        u"asked, ready, healthy, code compared"_s);
    row("start", Command, Start, down(), u"started, ready, healthy, code compared"_s);
    row("start of one that is leaving", Command, Start, leaving(),
        u"process gone, port free, started, ready, healthy, code compared"_s);
    row("start of one that runs", Command, Start, running(), {});
    row("start of one that is starting", Command, Start, program(ProcessState::Starting),
        u"ready, healthy, code compared"_s);
    row("start of one that somebody starts again", Command, Start, program(ProcessState::Starting, 3),
        u"ready, healthy, code compared"_s);
    row("start of one whose program is down", Command, Start, program(ProcessState::BackingOff), byCommand);
    row("start of one whose program is down, by itself", RestartByService{}, Start, program(ProcessState::BackingOff),
        u"asked, drained, cleaned, started, ready, healthy, code compared"_s);
    row("start of one whose program is down, without a method", {}, Start, program(ProcessState::BackingOff),
        u"ready, healthy, code compared"_s);
    row("start by a supervisor", Systemd, Start, down(), u"asked, ready, healthy, code compared"_s);
    row("stop", Command, Stop, running(), u"asked, drained, cleaned, process gone, port free"_s);
    row("stop of what a supervisor keeps", Systemd, Stop, running(),
        u"asked, drained, cleaned, process gone, port free"_s);
    row("stop without a method", {}, Stop, running(), u"asked, drained, cleaned, process gone, port free"_s);
    row("stop of one that is down", Command, Stop, down(), {});
}

void TestRestartPlan::theStepsFollowFromTheMethodAndTheFirstLook()
{
    QFETCH(RestartMethod, method);
    QFETCH(FleetAction, action);
    QFETCH(FirstLook, look);
    QFETCH(QString, steps);
    const RestartPlan plan = planFor(entryWith(method), action, look, {});
    QCOMPARE(plan.failure, QString());
    QCOMPARE(textOf(plan), steps);
    QCOMPARE(plan.done.isEmpty(), !steps.isEmpty());
}

void TestRestartPlan::itIsBuiltBeforeANewOneIsWanted_data()
{
    QTest::addColumn<RestartMethod>("method");
    QTest::addColumn<FleetAction>("action");
    QTest::addColumn<FirstLook>("look");
    QTest::addColumn<bool>("isBuilt");
    const auto row = [](const char *name, const RestartMethod &method, FleetAction action, const FirstLook &look,
                        bool isBuilt) { QTest::newRow(name) << method << action << look << isBuilt; };
    using enum FleetAction;
    row("restart", Command, Restart, running(), true);
    row("restart by itself", RestartByService{}, Restart, running({u"restart"_s}), true);
    row("restart by a supervisor", Systemd, Restart, running(), true);
    row("start", Command, Start, down(), true);
    row("start of one that runs", Command, Start, running(), false);
    row("start of one that is starting", Command, Start, program(ProcessState::Starting), false);
    row("start of what was launched already", Command, Start, withRemains(), false);
    row("stop", Command, Stop, running(), false);
    FirstLook built = running();
    built.isBuilt = true;
    row("restart of what is built", Command, Restart, built, false);
}

void TestRestartPlan::itIsBuiltBeforeANewOneIsWanted()
{
    QFETCH(RestartMethod, method);
    QFETCH(FleetAction, action);
    QFETCH(FirstLook, look);
    FleetEntry entry = entryWith(method);
    const QString without = textOf(planFor(entry, action, look, {}));
    entry.build = RestartByCommand{{u"make"_s}, {}, {}};
    QFETCH(bool, isBuilt);
    QCOMPARE(textOf(planFor(entry, action, look, {})), isBuilt ? u"built, "_s + without : without);
}

void TestRestartPlan::whatCannotBeDoneSaysWhy_data()
{
    QTest::addColumn<RestartMethod>("method");
    QTest::addColumn<FleetAction>("action");
    QTest::addColumn<FirstLook>("look");
    QTest::addColumn<QString>("why");
    const auto row = [](const char *name, const RestartMethod &method, FleetAction action, const FirstLook &look,
                        const QString &why) { QTest::newRow(name) << method << action << look << why; };
    using enum FleetAction;
    row("it hangs", Command, Restart, hanging(), u"no answer within 5 s"_s);
    row("it hangs, and is to be stopped", Systemd, Stop, hanging(), u"no answer within 5 s"_s);
    row("it is down, and nobody knows its command", RestartByService{}, Restart, down(),
        u"it is not running (connection refused), and mcp has no command to start it"_s);
    row("it is down in Kubernetes", RestartByKubernetes{u"deployment/mcp"_s, {}}, Restart, down(),
        u"it is not running (connection refused), and mcp is kept running by Kubernetes"_s);
    row("it cannot restart itself", RestartByService{}, Restart, running(),
        u"mcp does not offer to restart itself; write a command to start it"_s);
}

void TestRestartPlan::whatCannotBeDoneSaysWhy()
{
    QFETCH(RestartMethod, method);
    QFETCH(FleetAction, action);
    QFETCH(FirstLook, look);
    QFETCH(QString, why);
    const RestartPlan plan = planFor(entryWith(method), action, look, {});
    QVERIFY2(plan.failure.startsWith(why), qPrintable(plan.failure));
    QCOMPARE(textOf(plan), QString());
}

void TestRestartPlan::aSupervisorIsAskedToStartOnlyWhatIsDown()
{
    using Verb = SupervisorRequest::Verb;
    const FleetEntry entry = entryWith(Systemd);
    QCOMPARE(planFor(entry, FleetAction::Restart, down(), {}).verb, Verb::Start);
    QCOMPARE(planFor(entry, FleetAction::Restart, hanging(), {}).verb, Verb::Restart);
    QCOMPARE(planFor(entry, FleetAction::Restart, running(), {}).verb, Verb::Restart);
    QCOMPARE(planFor(entry, FleetAction::Start, leaving(), {}).verb, Verb::Restart);
}

void TestRestartPlan::eachStepHasItsDeadline()
{
    SequenceOptions options;
    options.shutdownTimeout = 1s;
    options.goneTimeout = 2s;
    options.portTimeout = 3s;
    QList<std::chrono::milliseconds> deadlines;
    for (const PlannedStep &step : planFor(entryWith(Command), FleetAction::Restart, running(), options).steps)
        deadlines << step.deadline;
    QCOMPARE(deadlines, (QList<std::chrono::milliseconds>{1s, 1s, 1s, 2s, 3s, 5s, 7s, 7s, 20s}));
    QCOMPARE(planFor(entryWith(Systemd), FleetAction::Restart, running(), options).steps.first().deadline, 8s);
}

void TestRestartPlan::aSuccessorHasTheTimeItsWrapperGivesIt_data()
{
    QTest::addColumn<double>("told");
    QTest::addColumn<int>("milliseconds");
    QTest::newRow("told") << 0.3 << 1'300;
    QTest::newRow("not told") << -1.0 << 8'000; // the entry's
    QTest::newRow("nonsense") << 1e9 << 8'000;
}

void TestRestartPlan::aSuccessorHasTheTimeItsWrapperGivesIt()
{
    QFETCH(double, told);
    FirstLook look = wrapped(true);
    if (told > 0)
        look.report->process->startTimeout = Seconds(told);
    SequenceOptions options;
    options.successorTime = 1s;
    const RestartPlan plan = planFor(entryWith(RestartByService{}), FleetAction::Restart, look, options);
    QCOMPARE(plan.steps[1].step, RestartStep::SuccessorAccepts);
    QTEST(int(plan.steps[1].deadline.count()), "milliseconds");
}

void TestRestartPlan::aStepIsOverByWhatIsSeen_data()
{
    QTest::addColumn<RestartStep>("step");
    QTest::addColumn<RestartMeans>("means");
    QTest::addColumn<RestartSight>("sight");
    QTest::addColumn<bool>("over");
    using enum RestartStep;
    using enum RestartMeans;
    const auto row = [](const char *name, RestartStep step, RestartMeans means, const RestartSight &sight, bool over) {
        QTest::newRow(name) << step << means << sight << over;
    };
    const auto in = [](const QString &phase) { return RestartSight{.wasShuttingDown = true, .phase = phase}; };
    const auto after = [](ClientError error) { return RestartSight{.error = error}; };
    row("nothing is seen", Asked, Shutdown, {}, false);
    row("a notice is no shutdown yet", Asked, Shutdown, in(u"notice"_s), false);
    row("a shutdown that drains was asked", Asked, Shutdown, in(u"draining"_s), true);
    row("a restart is asked once it is answered", Asked, Itself, in(u"draining"_s), false);
    row("answered", Asked, Itself, {.isAnswered = true}, true);
    row("a supervisor is asked once it is done", Asked, Supervisor, {.isAnswered = true}, true);
    row("a successor accepts when its predecessor leaves", SuccessorAccepts, Itself, in(u"draining"_s), true);
    row("or when it is there", SuccessorAccepts, Itself, {.isNew = true}, true);
    row("a successor that is not there", SuccessorAccepts, Itself, {.isAnswered = true}, false);
    row("draining", Drained, Shutdown, in(u"draining"_s), false);
    row("drained once it cleans up", Drained, Shutdown, in(u"cleaning_up"_s), true);
    row("drained once it answered", Drained, Shutdown, {.isAnswered = true}, true);
    row("the answer to a restart says nothing of its drain", Drained, Itself, {.isAnswered = true}, false);
    row("a restart drained once the new one is there", Drained, Itself, {.isNew = true}, true);
    row("cleaning", Cleaned, Shutdown, in(u"stopped"_s), false);
    row("cleaned once it answered", Cleaned, Shutdown, {.isAnswered = true}, true);
    row("a restart cleaned once it stopped", Cleaned, Itself, in(u"stopped"_s), true);
    row("or hung up", Cleaned, Itself, after(ClientError::Disconnected), true);
    row("hanging up does not drain", Drained, Itself, after(ClientError::Disconnected), false);
    row("the process is there", ProcessGone, Shutdown, after(ClientError::Refused), false);
    row("the process is gone", ProcessGone, Shutdown, {.isProcessGone = true}, true);
    row("the port is free", PortFree, Shutdown, after(ClientError::Refused), true);
    row("the port hangs", PortFree, Shutdown, after(ClientError::Timeout), false);
    row("somebody was quicker", PortFree, Shutdown, {.isNew = true}, true);
    row("started by command", Started, Command, {}, true);
    row("started by itself", Started, Itself, {}, false);
    row("started by itself, and there", Started, Itself, {.isNew = true}, true);
    row("the old one is healthy", Healthy, Command, {.isHealthy = true}, false);
    row("the new one is not", Healthy, Command, {.isNew = true}, false);
    row("the new one only answers", Healthy, Command, {.isNew = true, .isHealthy = true}, false);
    row("the new one is healthy", Healthy, Command, {.isNew = true, .isReady = true, .isHealthy = true}, true);
    row("the old one is ready", Ready, Command, {.isReady = true}, false);
    row("the new one is not ready", Ready, Itself, {.isNew = true, .isHealthy = true}, false);
    row("the new one is ready", Ready, Itself, {.isNew = true, .isReady = true}, true);
    row("the code is not compared", CodeCompared, Command, {.isNew = true, .isHealthy = true}, false);
    row("the code is compared", CodeCompared, Command, {.isCodeKnown = true}, true);
}

void TestRestartPlan::aStepIsOverByWhatIsSeen()
{
    QFETCH(RestartStep, step);
    QFETCH(RestartMeans, means);
    QFETCH(RestartSight, sight);
    QFETCH(bool, over);
    QCOMPARE(isOver({step, means, 1s}, FleetAction::Restart, sight), over);
    // A port that something else took is not free for a start or a stop.
    if (step == RestartStep::PortFree && sight.isNew)
        QVERIFY(!isOver({step, means, 1s}, FleetAction::Stop, sight));
}

void TestRestartPlan::aLateStepSaysWhatIsKnown_data()
{
    QTest::addColumn<RestartStep>("step");
    QTest::addColumn<RestartMeans>("means");
    QTest::addColumn<LateFacts>("facts");
    QTest::addColumn<QString>("text");
    using enum RestartStep;
    using enum RestartMeans;
    const auto row = [](const char *name, RestartStep step, RestartMeans means, LateFacts facts, const QString &text) {
        facts.service = u"mcp"_s;
        facts.method = u"systemd"_s;
        facts.address = u"127.0.0.1:1"_s;
        QTest::newRow(name) << step << means << facts << text;
    };
    const LateFacts refused{.answer = u"refused"_s};
    LateFacts facts;
    facts.progress = u"draining 3"_s;
    row("drained", Drained, Shutdown, facts, u"mcp has not finished its shutdown within 2 s (draining 3)"_s);
    row("cleaned", Cleaned, Shutdown, {}, u"mcp has not finished its shutdown within 2 s"_s);
    facts = {};
    facts.waitedFor = 41;
    row("gone", ProcessGone, Itself, facts, u"the process (pid 41) still runs after 2 s"_s);
    row("port", PortFree, Shutdown, refused, u"127.0.0.1:1 is not free 2 s after the process ended (refused)."_s);
    facts = {};
    facts.newInstance = u"a\nb"_s;
    row("port taken", PortFree, Shutdown, facts,
        u"something has started it again (instance a\\u{a}b): a supervisor, perhaps"_s);
    row("successor", SuccessorAccepts, Itself, refused, u"the successor of mcp does not accept after 2 s (refused)"_s);
    row("itself", Healthy, Itself, refused, u"no new instance of mcp within 2 s (refused)"_s);
    row("supervisor", Asked, Supervisor, {}, u"systemd has not done it within 2 s"_s);
    facts = refused;
    facts.isOldInstance = true;
    row("supervisor, old", Healthy, Supervisor, facts,
        u"systemd says it is done, but there is no new healthy instance at 127.0.0.1:1 after 2 s: "
        "the old instance still answers"_s);
    facts = refused;
    facts.launched = 57;
    facts.lastWords = lastWordsText({u"no table"_s, u"bye"_s});
    facts.holder = u" Held."_s;
    row("command", Ready, Command, facts,
        u"not ready within 2 s of its start (pid 57, still running): refused. Its last words: no table | "
        u"bye Held."_s);
    facts = {};
    facts.doesAnswer = true;
    facts.lastWords = lastWordsText({});
    row("command, answers", Healthy, Command, facts,
        u"not ready within 2 s of its start: it answers, but is not ready. It wrote nothing."_s);
    facts.trouble = u"the program has not sent READY=1"_s;
    row("command, says why", Ready, Command, facts,
        u"not ready within 2 s of its start: the program has not sent READY=1. It wrote nothing."_s);
    facts.newInstance = u"b"_s;
    row("itself, says why", Ready, Itself, facts,
        u"not ready within 2 s of its start: the program has not sent READY=1. It wrote nothing."_s);
}

void TestRestartPlan::aLateStepSaysWhatIsKnown()
{
    QFETCH(RestartStep, step);
    QFETCH(RestartMeans, means);
    QFETCH(LateFacts, facts);
    QTEST(lateText({step, means, 2s}, facts), "text");
}

/// As in the row of the service.
void TestRestartPlan::oneRequestThatWasCutOffIsOne()
{
    ShutdownResult result;
    result.drain = DrainReport{.abandoned = 1};
    QCOMPARE(troubleOf(result), u"1 request was cut off"_s);
    result.drain->abandoned = 2;
    QCOMPARE(troubleOf(result), u"2 requests were cut off"_s);
}

void TestRestartPlan::whatIsLeftIsToldInWholeSecondsUpwards()
{
    ShutdownProgress progress{ShutdownMode::Immediate, u"draining"_s, Seconds(26.4), 3, {}};
    QCOMPARE(restartProgressText(progress), u"draining 3, 27 s left"_s);
    progress.phase = u"cleaning_up"_s;
    progress.steps = {{u"process"_s, StepOutcome::Running, Seconds(0), {}}};
    progress.left = Seconds(34.02);
    QCOMPARE(restartProgressText(progress), u"cleaning up: process, 35 s left"_s);
    progress.left = Seconds(0);
    QCOMPARE(restartProgressText(progress), u"cleaning up: process, 0 s left"_s);
}

QTEST_GUILESS_MAIN(TestRestartPlan)
#include "tst_restartplan.moc"
