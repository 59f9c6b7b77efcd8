// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/shutdownsequence.h"

#include <QSignalSpy>
#include <QTest>

#include <stdexcept>
#include <thread>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestShutdownSequence : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void stepsRunUsersBeforeWhatTheyUse();
    void requestsInFlightAreWaitedFor();
    void theDrainEndsAtItsDeadline();
    void aStuckStepIsSkippedAtItsDeadline();
    void aStepThatFailsOrThrowsIsRecordedAndTheNextRuns();
    void aLateAnswerBounces();
    void aStepMayAnswerFromAnotherThread();
    void aNoticeShowsBeforeTheDrain();
    void aNoticeCanBeCancelledUntilDraining();
    void anImmediateRequestEndsTheNotice();
    void allRequestsJoinOneShutdown();
    void aStopThatJoinsARestartMakesItAStop();
    void aShutdownWhileStartingUndoesTheSteps();
    void progressIsTold();
    void anAnnouncementWorksBeforeTheMainThreadGetsToIt_data();
    void anAnnouncementWorksBeforeTheMainThreadGetsToIt();

private:
    CleanupStep step(const QString &name, CleanupStage stage = CleanupStage::Registered)
    {
        return {name, 1s,
                [this, name](CleanupDone done) {
                    ran << name;
                    done();
                },
                stage};
    }
    void start() { state->enter(Phase::Running); }

    ManualClock clock;
    std::unique_ptr<ServerState> state;
    std::unique_ptr<ShutdownSequence> sequence;
    QStringList ran;
};

void TestShutdownSequence::init()
{
    state = std::make_unique<ServerState>(u"test"_s, u"1"_s, clock);
    sequence = std::make_unique<ShutdownSequence>(*state, ShutdownTimes{1s, 30s}, clock);
    ran.clear();
}

void TestShutdownSequence::cleanup()
{
    sequence.reset();
    state.reset();
}

void TestShutdownSequence::stepsRunUsersBeforeWhatTheyUse()
{
    start();
    sequence->addStep(step(u"files"_s, CleanupStage::Files));
    sequence->addStep(step(u"database"_s, CleanupStage::Databases));
    sequence->addStep(step(u"first"_s));
    sequence->addStep(step(u"logs"_s, CleanupStage::Logs));
    sequence->addStep(step(u"second"_s));
    sequence->addStep(step(u"tasks"_s, CleanupStage::BackgroundTasks));
    sequence->request(ShutdownMode::Immediate);
    QVERIFY(sequence->isFinished());
    QCOMPARE(ran, QStringList({u"tasks"_s, u"second"_s, u"first"_s, u"database"_s, u"files"_s, u"logs"_s}));
    QCOMPARE(sequence->result().exitCode, 0);
    QVERIFY(sequence->result().complete);
    QCOMPARE(state->phase(), Phase::Stopped);
}

void TestShutdownSequence::requestsInFlightAreWaitedFor()
{
    start();
    sequence->addStep(step(u"database"_s));
    QVERIFY(state->beginRequest());
    QVERIFY(state->beginRequest());
    sequence->request(ShutdownMode::Immediate);
    QCOMPARE(state->phase(), Phase::Draining);
    QVERIFY2(!state->beginRequest(), "no new work is accepted");
    clock.advance(2s);
    state->endRequest();
    sequence->advance();
    QCOMPARE(state->phase(), Phase::Draining);
    state->endRequest(); // knocks by itself, through the event loop
    QTRY_VERIFY(sequence->isFinished());
    QCOMPARE(ran, QStringList{u"database"_s});
    const DrainReport expected{2s, 2, 0};
    QVERIFY(*sequence->result().drain == expected);
}

void TestShutdownSequence::theDrainEndsAtItsDeadline()
{
    start();
    sequence->addStep(step(u"database"_s));
    QVERIFY(state->beginRequest());
    sequence->request(ShutdownMode::Immediate);
    clock.advance(30s - 1ms);
    sequence->advance();
    QCOMPARE(state->phase(), Phase::Draining);
    clock.advance(1ms);
    sequence->advance();
    QVERIFY(sequence->isFinished());
    QCOMPARE(ran, QStringList{u"database"_s});
    QCOMPARE(sequence->result().exitCode, 4);
    QCOMPARE(sequence->result().drain->abandoned, 1);
    QVERIFY(!sequence->result().complete);
}

void TestShutdownSequence::aStuckStepIsSkippedAtItsDeadline()
{
    start();
    sequence->addStep(step(u"after"_s));
    sequence->addStep({u"stuck"_s, 5s, [](CleanupDone) {}});
    sequence->request(ShutdownMode::Immediate);
    QVERIFY(!sequence->isFinished());
    clock.advance(5s);
    sequence->advance();
    QVERIFY(sequence->isFinished());
    QCOMPARE(ran, QStringList{u"after"_s});
    QCOMPARE(sequence->result().steps.first().outcome, StepOutcome::TimedOut);
    QCOMPARE(sequence->result().steps.first().duration, Seconds(5));
    QCOMPARE(sequence->result().exitCode, 3);
}

void TestShutdownSequence::aStepThatFailsOrThrowsIsRecordedAndTheNextRuns()
{
    start();
    sequence->addStep(step(u"last"_s));
    sequence->addStep({u"throws"_s, 1s, [](CleanupDone) { throw std::runtime_error("disk full"); }});
    sequence->addStep({u"fails"_s, 1s, [](CleanupDone done) {
                           done.failed(u"no table"_s);
                           done();
                       }});
    sequence->request(ShutdownMode::Immediate);
    QVERIFY(sequence->isFinished());
    const QList<StepReport> &steps = sequence->result().steps;
    QCOMPARE(steps.size(), 3);
    QCOMPARE(steps[0].outcome, StepOutcome::Failed);
    QCOMPARE(steps[0].error, u"no table"_s);
    QCOMPARE(steps[1].error, u"threw: disk full"_s);
    QCOMPARE(steps[2].outcome, StepOutcome::Ok);
    QCOMPARE(sequence->result().exitCode, 3);
}

void TestShutdownSequence::aLateAnswerBounces()
{
    start();
    std::optional<CleanupDone> late;
    sequence->addStep({u"second"_s, 5s, [](CleanupDone) {}});
    sequence->addStep({u"first"_s, 1s, [&](CleanupDone done) { late = done; }});
    sequence->request(ShutdownMode::Immediate);
    clock.advance(1s);
    sequence->advance();
    (*late)(); // the second step is running now, and must not be ended by the first one's answer
    sequence->advance();
    QVERIFY(!sequence->isFinished());
    sequence.reset();
    late->failed(u"nobody listens"_s);
}

void TestShutdownSequence::aStepMayAnswerFromAnotherThread()
{
    start();
    std::thread worker;
    sequence->addStep({u"threaded"_s, 5s, [&](CleanupDone done) { worker = std::thread([done] { done(); }); }});
    sequence->request(ShutdownMode::Immediate);
    QTRY_VERIFY(sequence->isFinished());
    worker.join();
    QCOMPARE(sequence->result().exitCode, 0);
}

void TestShutdownSequence::aNoticeShowsBeforeTheDrain()
{
    start();
    sequence->request(ShutdownMode::Scheduled);
    QCOMPARE(state->phase(), Phase::Notice);
    QVERIFY(state->report().shouldShutdown);
    QCOMPARE(state->basic().status, ServiceStatus::ShuttingDown);
    QVERIFY2(state->beginRequest(), "work is accepted until the drain");
    state->endRequest();
    clock.advance(1s);
    sequence->advance();
    QVERIFY(sequence->isFinished());
    QCOMPARE(sequence->result().mode, ShutdownMode::Scheduled);
}

void TestShutdownSequence::aNoticeCanBeCancelledUntilDraining()
{
    start();
    QVERIFY(!sequence->cancel());
    sequence->request(ShutdownMode::Scheduled, 10s);
    QVERIFY(sequence->cancel());
    QCOMPARE(state->phase(), Phase::Running);
    QVERIFY(!state->report().shutdown);
    clock.advance(1h);
    sequence->advance();
    QCOMPARE(state->phase(), Phase::Running);
    QVERIFY(state->beginRequest());
    sequence->request(ShutdownMode::Immediate);
    QVERIFY(!sequence->cancel());
    state->endRequest();
    sequence->advance();
    QVERIFY(sequence->isFinished());
}

void TestShutdownSequence::anImmediateRequestEndsTheNotice()
{
    start();
    sequence->request(ShutdownMode::Scheduled, 10s);
    sequence->request(ShutdownMode::Immediate);
    QVERIFY(sequence->isFinished());
    QCOMPARE(sequence->result().mode, ShutdownMode::Immediate);
}

void TestShutdownSequence::allRequestsJoinOneShutdown()
{
    start();
    sequence->addStep(step(u"once"_s));
    QSignalSpy finished(sequence.get(), &ShutdownSequence::finished);
    QVERIFY(state->beginRequest());
    sequence->request(ShutdownMode::Immediate);
    sequence->request(ShutdownMode::Signal);
    sequence->request(ShutdownMode::Scheduled);
    state->endRequest();
    sequence->advance();
    sequence->request(ShutdownMode::Immediate);
    QCOMPARE(finished.size(), 1);
    QCOMPARE(ran, QStringList{u"once"_s});
    QCOMPARE(sequence->result().mode, ShutdownMode::Immediate);
}

void TestShutdownSequence::aStopThatJoinsARestartMakesItAStop()
{
    start();
    QVERIFY(state->beginRequest());
    QSignalSpy revoked(sequence.get(), &ShutdownSequence::restartRevoked);
    sequence->request(ShutdownMode::Restart);
    sequence->request(ShutdownMode::Restart);
    QCOMPARE(sequence->result().mode, ShutdownMode::Restart);
    QCOMPARE(revoked.count(), 0);
    sequence->request(ShutdownMode::Signal);
    sequence->request(ShutdownMode::Restart); // the other way round nothing changes
    QCOMPARE(sequence->result().mode, ShutdownMode::Signal);
    QCOMPARE(revoked.count(), 1);
    state->endRequest();
    sequence->advance();
    QVERIFY(sequence->isFinished());
    QCOMPARE(sequence->result().mode, ShutdownMode::Signal);
}

void TestShutdownSequence::aShutdownWhileStartingUndoesTheSteps()
{
    sequence->addStep(step(u"database"_s));
    sequence->request(ShutdownMode::Signal);
    QVERIFY(sequence->isFinished());
    QCOMPARE(ran, QStringList{u"database"_s});
    QVERIFY2(!state->enter(Phase::Running), "never reported healthy afterwards");
}

void TestShutdownSequence::progressIsTold()
{
    start();
    sequence->addStep({u"stuck"_s, 5s, [](CleanupDone) {}});
    sequence->addStep(step(u"quick"_s));
    QVERIFY(state->beginRequest());
    sequence->request(ShutdownMode::Immediate);
    clock.advance(3s);
    HealthReport report = state->report();
    QCOMPARE(report.shutdown->phase, u"draining"_s);
    QCOMPARE(report.shutdown->inFlight, 1);
    QCOMPARE(*report.shutdown->left, Seconds(27));
    QCOMPARE(report.shutdown->steps.size(), 2);
    state->endRequest();
    sequence->advance();
    report = state->report();
    QCOMPARE(report.shutdown->phase, u"cleaning_up"_s);
    QCOMPARE(report.shutdown->steps[0].outcome, StepOutcome::Ok);
    QCOMPARE(report.shutdown->steps[1].outcome, StepOutcome::Running);
}

void TestShutdownSequence::anAnnouncementWorksBeforeTheMainThreadGetsToIt_data()
{
    QTest::addColumn<ShutdownMode>("mode");
    QTest::addColumn<bool>("acceptsWork");
    QTest::addColumn<QString>("phase");
    QTest::newRow("immediate") << ShutdownMode::Immediate << false << u"draining"_s;
    QTest::newRow("scheduled") << ShutdownMode::Scheduled << true << u"notice"_s;
}

void TestShutdownSequence::anAnnouncementWorksBeforeTheMainThreadGetsToIt()
{
    QFETCH(ShutdownMode, mode);
    QFETCH(bool, acceptsWork);
    start();
    state->announceShutdown(mode);
    QCOMPARE(state->basic().status, ServiceStatus::ShuttingDown);
    const std::optional<ShutdownProgress> told = state->report().shutdown; // as long as it says that it shuts down
    QVERIFY(told);
    QCOMPARE(told->mode, mode);
    QTEST(told->phase, "phase");
    QVERIFY(told->left && *told->left > Seconds(0));
    QCOMPARE(state->beginRequest(), acceptsWork);
}

QTEST_GUILESS_MAIN(TestShutdownSequence)
#include "tst_shutdownsequence.moc"
