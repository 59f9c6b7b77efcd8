// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/plannedend.h"
#include "common/fleet/portholders.h"
#include "common/fleet/processwatch.h"
#include "common/fleet/restartsequence.h"
#include "tests/support/processend.h"

#include <QDir>
#include <QEventLoop>
#include <QFile>
#include <QProcess>
#include <QSignalSpy>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>
#include <QTimeZone>
#include <QTimer>

#include <csignal>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestRestartSequence : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void aCommandIsRestartedStepByStep();
    void aServiceThatRestartsItselfKeepsItsEnvironment();
    void aServiceRestartsItself();
    void aStoppedServiceIsStarted();
    void startingWhatRunsIsDone();
    void aStartWaitsForWhatIsNotReadyYet();
    void stoppingWhatIsStoppedIsDone();
    void onlyWhatAStopEndedIsStoppedOnPurpose_data();
    void onlyWhatAStopEndedIsStoppedOnPurpose();
    void aStopProvesThatTheProcessIsGone();
    void progressIsTold();
    void anInstanceWithoutAnIdIsToldByItsStartTime();
    void aForeignPidIsNotWatched();
    void behindAForwarderThePortIsLeftOut();
    void aServiceThatDiesInItsShutdownIsRestarted();
    void aServiceKilledInItsCleanUpHasNotCleanedUp_data();
    void aServiceKilledInItsCleanUpHasNotCleanedUp();
    void aCleanUpIsJudgedByHowItsProcessEnded();
    void anIncompleteCleanUpIsTold();
    void failuresAreExplained_data();
    void failuresAreExplained();
    void deadlinesAndDurationsGoByTheClock();
    void aTakenPortNamesItsHolder_data();
    void aTakenPortNamesItsHolder();
    void aWrongProcessOnThePortIsNamed();
    void noMethodSaysWhatToWrite();
    void cancellingBeforeTheServiceIsAskedChangesNothing();
    void aCancelledRestartStartsTheServiceFirst();
    void cancellingTwiceSaysWhatItLeaves();
    void cancellingAStartLeavesWhatItStarted();
    void whatCannotBeStartedIsFoundBeforeTheOldOneIsStopped_data();
    void whatCannotBeStartedIsFoundBeforeTheOldOneIsStopped();
    void whatIsToBeBuiltIsBuiltFirst();
    void aFailedBuildKeepsTheOldProcess();
    void aBuildThatIsCalledOffIsEnded();
    void aBadEnvironmentFileKeepsTheOldProcess();
    void restartsAtOnceShareOneRestart();
    void aStopCallsOffAStartUnderWay();
    void aStopCallsOffARestartUnderWay();
    void withoutAPlaceForTurnsItIsDoneAndTold();
    void aStartAfterAStopWaitsForIt();
    void whatABrokenOffStartLaunchedIsUsed_data();
    void whatABrokenOffStartLaunchedIsUsed();
    void anotherInstanceAtTheAddressIsNoProof();
    void destroyingItInTheMiddleIsHarmless();

private:
    FleetEntry entryWith(const QStringList &faults = {}) const
    {
        FleetEntry entry;
        entry.name = u"fake"_s;
        entry.url = u"http://127.0.0.1:%1"_s.arg(port);
        entry.restart = RestartByCommand{QStringList{FAKESERVICE, QString::number(port)} + faults, {}, {}};
        entry.startTimeout = 10s;
        return entry;
    }
    SequenceOptions options() const
    {
        SequenceOptions options;
        options.stateDirectory = state->path();
        options.shutdownTimeout = 20s;
        return options;
    }
    /// For what is to be late.
    SequenceOptions impatient() const
    {
        SequenceOptions options = this->options();
        options.goneTimeout = 500ms;
        options.portTimeout = 300ms;
        options.shutdownTimeout = 2s;
        options.successorTime = 200ms;
        return options;
    }
    Receipt run(const FleetEntry &entry, FleetAction action = FleetAction::Restart)
    {
        return run(entry, action, options());
    }
    Receipt run(const FleetEntry &entry, FleetAction action, const SequenceOptions &options)
    {
        RestartSequence sequence(entry, action, options);
        QSignalSpy finished(&sequence, &RestartSequence::finished);
        sequence.start();
        [&] { QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, 20'000); }();
        remember(sequence.receipt());
        return sequence.receipt();
    }
    void remember(const Receipt &receipt)
    {
        for (const auto &pid : {receipt.oldPid, receipt.newPid}) {
            if (pid && *pid > 1)
                pids.insert(*pid);
        }
    }
    Receipt startFake(const QStringList &faults = {}) { return run(entryWith(faults), FleetAction::Start); }
    /// One whose address is refused until the file `go` is there.
    FleetEntry slowEntry() const
    {
        FleetEntry entry = entryWith();
        entry.restart = RestartByCommand{{u"/bin/sh"_s, u"-c"_s,
                                          u"while [ ! -e \"$0\" ]; do sleep 0.05; done; exec \"$1\" \"$2\""_s, goFile(),
                                          FAKESERVICE, QString::number(port)},
                                         {},
                                         {}};
        return entry;
    }
    QString goFile() const { return state->filePath(u"go"_s); }
    void letItGo() const
    {
        QFile file(goFile());
        QVERIFY(file.open(QIODevice::WriteOnly));
    }
    /// Starts `sequence`, and returns when it has come to `step`.
    static void bringTo(RestartSequence &sequence, RestartStep step)
    {
        QEventLoop loop; // returns before the sequence goes on from there
        bool isThere = false;
        connect(&sequence, &RestartSequence::stepStarted, &loop, [&](RestartStep begun) {
            isThere = begun == step;
            if (isThere)
                loop.quit();
        });
        QTimer::singleShot(20'000, &loop, &QEventLoop::quit);
        sequence.start();
        if (!isThere)
            loop.exec();
        QVERIFY(isThere);
    }
    static bool isEnded(qint64 pid)
    {
        const auto watch = ProcessWatch::open(pid);
        return !watch || watch->isGone();
    }
    static QStringList namesOf(const Receipt &receipt)
    {
        QStringList names;
        for (const ReceiptStep &step : receipt.steps)
            names << step.name.text();
        return names;
    }
    static bool isAlive(qint64 pid) { return ::kill(pid_t(pid), 0) == 0; }

    std::unique_ptr<QTemporaryDir> state;
    quint16 port = 0;
    QSet<qint64> pids; ///< of fakes to end
};

void TestRestartSequence::init()
{
    state = std::make_unique<QTemporaryDir>();
    QTcpServer free;
    QVERIFY(free.listen(QHostAddress::LocalHost));
    port = free.serverPort();
}

void TestRestartSequence::cleanup()
{
    for (const qint64 pid : std::exchange(pids, {}))
        ::kill(pid_t(pid), SIGKILL);
    // One that tells a foreign pid is known by its port only.
    const auto holder = findPortHolder({ServiceAddress::Kind::Tcp, u"127.0.0.1"_s, port, {}});
    if (holder && holder->command.startsWith(QString(FAKESERVICE)))
        ::kill(pid_t(holder->pid), SIGKILL);
    state.reset();
}

void TestRestartSequence::aServiceThatRestartsItselfKeepsItsEnvironment()
{
    FleetEntry entry = entryWith();
    RestartByCommand command = std::get<RestartByCommand>(entry.restart);
    command.environment = {{u"MODEL"_s, u"small"_s}};
    entry.restart = RestartByService{command};
    const Receipt started = run(entry, FleetAction::Start);
    QVERIFY2(started.ok, qPrintable(started.failure));
    QCOMPARE(started.code, CodeVerdict::Unknown); // it does not say, and its environment is as its entry says
    command.environment = {{u"MODEL"_s, u"large"_s}};
    entry.restart = RestartByService{command};
    const Receipt byItself = run(entry);
    QVERIFY2(byItself.ok, qPrintable(byItself.failure));
    QCOMPARE(byItself.code, CodeVerdict::Stale);
    entry.restart = command;
    const Receipt byCommand = run(entry);
    QVERIFY2(byCommand.ok, qPrintable(byCommand.failure));
    QCOMPARE(byCommand.code, CodeVerdict::Unknown);
}

void TestRestartSequence::aCommandIsRestartedStepByStep()
{
    const Receipt started = startFake();
    QVERIFY2(started.ok, qPrintable(started.failure));
    QCOMPARE(namesOf(started), QStringList({u"started"_s, u"ready"_s, u"healthy"_s}));

    RestartSequence sequence(entryWith(), FleetAction::Restart, options());
    QSignalSpy begun(&sequence, &RestartSequence::stepStarted);
    QSignalSpy finished(&sequence, &RestartSequence::finished);
    sequence.start();
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, 20'000);
    const Receipt receipt = sequence.receipt();
    remember(receipt);
    QVERIFY2(receipt.ok, qPrintable(receipt.failure));
    QCOMPARE(namesOf(receipt),
             QStringList({u"asked"_s, u"drained"_s, u"cleaned"_s, u"process gone"_s, u"port free"_s, u"started"_s,
                          u"ready"_s, u"healthy"_s}));
    QCOMPARE(begun.size(), receipt.steps.size());
    for (const ReceiptStep &step : receipt.steps)
        QCOMPARE(step.outcome, StepOutcome::Ok);
    QCOMPARE(receipt.oldPid, started.newPid);
    QVERIFY(receipt.newPid != receipt.oldPid);
    QCOMPARE(receipt.oldInstance, started.newInstance);
    QVERIFY(!receipt.newInstance.isEmpty() && receipt.newInstance != receipt.oldInstance);
    QVERIFY(!isAlive(*receipt.oldPid));
    QVERIFY(isAlive(*receipt.newPid));
}

void TestRestartSequence::aServiceRestartsItself()
{
    const Receipt started = startFake();
    FleetEntry entry = entryWith();
    entry.restart = RestartByService{};
    const Receipt receipt = run(entry);
    QVERIFY2(receipt.ok, qPrintable(receipt.failure));
    QCOMPARE(namesOf(receipt),
             QStringList({u"asked"_s, u"drained"_s, u"cleaned"_s, u"started"_s, u"ready"_s, u"healthy"_s}));
    QCOMPARE(receipt.newPid, started.newPid); // executed in place
    QVERIFY(receipt.newInstance != started.newInstance);
}

void TestRestartSequence::aStoppedServiceIsStarted()
{
    const Receipt receipt = run(entryWith());
    QVERIFY2(receipt.ok, qPrintable(receipt.failure));
    QCOMPARE(namesOf(receipt), QStringList({u"started"_s, u"ready"_s, u"healthy"_s}));
    QVERIFY(receipt.oldInstance.isEmpty());
}

void TestRestartSequence::aStartWaitsForWhatIsNotReadyYet()
{
    QProcess service;
    service.start(FAKESERVICE, {QString::number(port), u"ready-late"_s});
    QVERIFY(service.waitForReadyRead());
    const Receipt receipt = startFake();
    QVERIFY2(receipt.ok, qPrintable(receipt.failure));
    QCOMPARE(namesOf(receipt), QStringList({u"ready"_s, u"healthy"_s}));
    QCOMPARE(receipt.newPid, std::optional(service.processId()));
    QVERIFY(startFake().steps.isEmpty()); // it serves by now
    service.kill();
    QVERIFY(hasEnded(service));
}

void TestRestartSequence::startingWhatRunsIsDone()
{
    const Receipt started = startFake();
    const Receipt again = startFake();
    QVERIFY(again.ok);
    QVERIFY(again.steps.isEmpty());
    QCOMPARE(again.newPid, started.newPid);
}

void TestRestartSequence::stoppingWhatIsStoppedIsDone()
{
    const Receipt receipt = run(entryWith(), FleetAction::Stop);
    QVERIFY(receipt.ok);
    QVERIFY(receipt.steps.isEmpty());
}

void TestRestartSequence::onlyWhatAStopEndedIsStoppedOnPurpose_data()
{
    QTest::addColumn<bool>("isStarted");
    QTest::addColumn<bool>("hasCrashed");
    QTest::addColumn<bool>("isOnPurpose");
    QTest::newRow("it never ran") << false << false << false;
    QTest::newRow("it had crashed") << true << true << false;
    QTest::newRow("it ran") << true << false << true;
}

void TestRestartSequence::onlyWhatAStopEndedIsStoppedOnPurpose()
{
    QFETCH(bool, isStarted);
    QFETCH(bool, hasCrashed);
    QFETCH(bool, isOnPurpose);
    const Receipt started = isStarted ? startFake() : Receipt();
    if (hasCrashed) {
        ::kill(pid_t(*started.newPid), SIGKILL);
        QTRY_VERIFY(isEnded(*started.newPid));
    }
    for (int times = 0; times < 2; ++times) { // the second one finds it as the first one left it
        const Receipt receipt = run(entryWith(), FleetAction::Stop);
        QVERIFY2(receipt.ok, qPrintable(receipt.failure));
        QCOMPARE(plannedEnd(entryWith(), state->path()).has_value(), isOnPurpose);
    }
}

void TestRestartSequence::aStopProvesThatTheProcessIsGone()
{
    const Receipt started = startFake();
    const Receipt receipt = run(entryWith(), FleetAction::Stop);
    QVERIFY2(receipt.ok, qPrintable(receipt.failure));
    QCOMPARE(namesOf(receipt),
             QStringList({u"asked"_s, u"drained"_s, u"cleaned"_s, u"process gone"_s, u"port free"_s}));
    QVERIFY(!isAlive(*started.newPid));
    QVERIFY(receipt.newInstance.isEmpty());
}

void TestRestartSequence::progressIsTold()
{
    startFake({u"drain"_s});
    RestartSequence sequence(entryWith(), FleetAction::Stop, options());
    QStringList told;
    connect(&sequence, &RestartSequence::stepStarted, this,
            [&](RestartStep step) { told << u"> "_s + wireName(step); });
    connect(&sequence, &RestartSequence::progressed, this, [&](const QString &text) { told << text; });
    QSignalSpy finished(&sequence, &RestartSequence::finished);
    sequence.start();
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, 20'000);
    remember(sequence.receipt());
    const qsizetype draining = told.indexOf(u"draining 3, 27 s left"_s);
    const qsizetype cleaning = told.indexOf(u"cleaning up: database, 5 s left"_s);
    QVERIFY2(draining > 0 && cleaning > draining, qPrintable(told.join(u'\n')));
    QVERIFY(told.indexOf(u"> cleaned"_s) > draining);
    QCOMPARE(sequence.receipt().steps[1].name.text(), u"drained"_s);
    QVERIFY(sequence.receipt().steps[1].duration > Seconds(0));
}

void TestRestartSequence::anInstanceWithoutAnIdIsToldByItsStartTime()
{
    startFake({u"no-instance-id"_s});
    const Receipt receipt = run(entryWith({u"no-instance-id"_s}));
    QVERIFY2(receipt.ok, qPrintable(receipt.failure));
    QVERIFY(receipt.newPid != receipt.oldPid);
}

void TestRestartSequence::aForeignPidIsNotWatched()
{
    const Receipt started = startFake({u"foreign-pid"_s});
    const Receipt receipt = run(entryWith(), FleetAction::Stop);
    QVERIFY2(receipt.ok, qPrintable(receipt.failure));
    QVERIFY(!namesOf(receipt).contains(u"process gone"_s));
    QVERIFY(namesOf(receipt).contains(u"port free"_s));
}

/// As through a tunnel: its process is on another machine, and who listens here is not the service.
void TestRestartSequence::behindAForwarderThePortIsLeftOut()
{
    const quint16 behind = port;
    QVERIFY(startFake({u"elsewhere"_s}).ok);
    QTcpServer forwarder;
    QVERIFY(forwarder.listen(QHostAddress::LocalHost));
    connect(&forwarder, &QTcpServer::newConnection, &forwarder, [&] {
        while (QTcpSocket *const near = forwarder.nextPendingConnection()) {
            auto *const far = new QTcpSocket(near);
            far->connectToHost(QHostAddress(QHostAddress::LocalHost), behind);
            connect(near, &QTcpSocket::readyRead, far, [near, far] { far->write(near->readAll()); });
            connect(far, &QTcpSocket::readyRead, near, [near, far] { near->write(far->readAll()); });
            connect(near, &QTcpSocket::disconnected, near, &QObject::deleteLater);
            connect(far, &QTcpSocket::disconnected, near, &QTcpSocket::disconnectFromHost);
            connect(far, &QTcpSocket::errorOccurred, near, &QTcpSocket::disconnectFromHost);
        }
    });
    FleetEntry entry = entryWith({u"elsewhere"_s}); // its command starts it behind the forwarder
    entry.url = u"http://127.0.0.1:%1"_s.arg(forwarder.serverPort());
    const Receipt receipt = run(entry);
    QVERIFY2(receipt.ok, qPrintable(receipt.failure));
    QVERIFY(receipt.newInstance != receipt.oldInstance);
    QVERIFY(!namesOf(receipt).contains(u"process gone"_s));
    const auto free = std::find_if(receipt.steps.begin(), receipt.steps.end(),
                                   [](const ReceiptStep &step) { return step.name == RestartStep::PortFree; });
    QVERIFY(free != receipt.steps.end());
    QVERIFY2(free->message.contains(u"is not on this machine"_s), qPrintable(free->message));
    const Receipt stopped = run(entry, FleetAction::Stop);
    QVERIFY2(stopped.ok, qPrintable(stopped.failure));
}

void TestRestartSequence::aServiceThatDiesInItsShutdownIsRestarted()
{
    startFake({u"die-in-shutdown"_s});
    const Receipt receipt = run(entryWith());
    QVERIFY2(receipt.ok, qPrintable(receipt.failure));
    QCOMPARE(receipt.steps.first().message, u"it ended without an answer"_s);
    for (const ReceiptStep &step : receipt.steps) { // nobody saw them done
        const bool isUnseen = step.name == RestartStep::Drained || step.name == RestartStep::Cleaned;
        QCOMPARE(step.outcome, isUnseen ? StepOutcome::Failed : StepOutcome::Ok);
        if (isUnseen)
            QVERIFY2(step.message.contains(u"whether its clean-up finished is not known"_s), qPrintable(step.message));
    }
}

void TestRestartSequence::aServiceKilledInItsCleanUpHasNotCleanedUp_data()
{
    QTest::addColumn<bool>("isAsked");
    QTest::addColumn<QString>("failure");
    const QString after = u": its clean-up did not finish (last seen: cleaning up: database)"_s;
    QTest::newRow("by somebody") << false << u"it was killed by signal 9 (Killed)"_s + after;
    QTest::newRow("as asked here") << true << u"it was killed, as asked"_s + after;
}

void TestRestartSequence::aServiceKilledInItsCleanUpHasNotCleanedUp()
{
    QFETCH(bool, isAsked);
    QFETCH(QString, failure);
    const Receipt started = startFake({u"drain"_s, u"hang-in-cleanup"_s});
    RestartSequence sequence(entryWith(), FleetAction::Stop, options());
    QSignalSpy finished(&sequence, &RestartSequence::finished);
    connect(&sequence, &RestartSequence::progressed, &sequence, [&](const QString &text) {
        if (!text.startsWith("cleaning up"_L1))
            return;
        if (isAsked)
            sequence.noteKilled();
        ::kill(pid_t(*started.newPid), SIGKILL);
    });
    sequence.start();
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, 60'000);
    const Receipt receipt = finished[0][0].value<Receipt>();
    QVERIFY(!receipt.ok);
    if (!isAsked && !receipt.failure.contains(u"signal"_s)) // the kernel does not tell
        failure.replace(u"was killed by signal 9 (Killed): its clean-up did not finish"_s,
                        u"ended without an answer: whether its clean-up finished is not known"_s);
    QCOMPARE(receipt.failure, failure);
    const auto cleaned =
        std::ranges::find_if(receipt.steps, [](const ReceiptStep &step) { return step.name == RestartStep::Cleaned; });
    QVERIFY(cleaned != receipt.steps.end());
    QCOMPARE(cleaned->outcome, StepOutcome::Failed);
    QCOMPARE(cleaned->message, failure);
    QCOMPARE(receipt.steps.last().name, WireWord<RestartStep>(RestartStep::PortFree));
    QCOMPARE(receipt.steps.last().outcome, StepOutcome::Ok);
}

void TestRestartSequence::aCleanUpIsJudgedByHowItsProcessEnded()
{
    startFake({u"drain"_s, u"hang-up"_s});
    const Receipt receipt = run(entryWith(), FleetAction::Stop);
    QVERIFY(!receipt.ok);
    const auto cleaned =
        std::ranges::find_if(receipt.steps, [](const ReceiptStep &step) { return step.name == RestartStep::Cleaned; });
    QVERIFY(cleaned != receipt.steps.end());
    QCOMPARE(cleaned->outcome, StepOutcome::Failed);
    QCOMPARE(cleaned->message, receipt.failure);
}

void TestRestartSequence::anIncompleteCleanUpIsTold()
{
    startFake({u"step-fails"_s});
    const Receipt restarted = run(entryWith({u"step-fails"_s}));
    QVERIFY2(restarted.ok, qPrintable(restarted.failure));
    QCOMPARE(restarted.steps[2].outcome, StepOutcome::Failed);
    QCOMPARE(restarted.steps[2].message, u"database timed out"_s);
    const Receipt stopped = run(entryWith(), FleetAction::Stop);
    QVERIFY(!stopped.ok);
    QVERIFY2(stopped.failure.contains(u"database timed out"_s), qPrintable(stopped.failure));
}

void TestRestartSequence::failuresAreExplained_data()
{
    QTest::addColumn<QStringList>("runsWith");
    QTest::addColumn<QStringList>("command"); ///< program and arguments; the port follows the program
    QTest::addColumn<QString>("step");
    QTest::addColumn<QString>("words");
    QTest::addColumn<bool>("byService");
    const QString fake = FAKESERVICE;
    const auto row = [](const char *name, QStringList runsWith, QStringList command, QString step, QString words,
                        bool byService = false) {
        QTest::newRow(name) << runsWith << command << step << words << byService;
    };
    row("no such program", {}, {u"/nowhere/program"_s}, u"started"_s, u"cannot be found"_s);
    row("not in PATH", {}, {u"no-such-program-anywhere"_s}, u"started"_s, u"no such program in PATH"_s);
    row("not executable", {}, {u"/etc/passwd"_s}, u"started"_s, u"may not execute"_s);
    row("exits at once", {}, {fake, u"exit-at-once"_s}, u"ready"_s, u"exited with code 9"_s);
    row("says why it exits", {}, {fake, u"exit-at-once"_s}, u"ready"_s, u"fatal: no such table: orders"_s);
    row("never healthy", {}, {fake, u"never-healthy"_s}, u"ready"_s, u"did not get ready: it shuts down"_s);
    row("its program ends", {}, {fake, u"program-ends"_s}, u"ready"_s,
        u"fake did not get ready: the program has ended (exit code 3). Its last words: no module named orders"_s);
    row("its program is never ready", {}, {fake, u"never-ready"_s}, u"ready"_s, u"not ready within 1 s of its start"_s);
    row("refuses the shutdown", {u"refuse-shutdown"_s}, {fake}, u"asked"_s, u"you may not"_s);
    row("hangs in its shutdown", {u"hang-in-shutdown"_s}, {fake}, u"drained"_s,
        u"has not finished its shutdown within 2 s"_s);
    row("answers, and stays", {u"stay"_s}, {fake}, u"process gone"_s, u"still runs"_s);
    row("answers and stays, not to be watched", {u"stay"_s, u"foreign-pid"_s}, {fake}, u"port free"_s, u"is held by"_s);
    row("goes on as it was", {u"restart-fails"_s}, {fake}, {}, u"goes on as the old instance"_s, true);
    row("cannot be executed", {u"exec-fails"_s}, {fake}, u"started"_s, u"could not be executed: No such file"_s, true);
    row("its successor hangs", {u"successor-hangs"_s}, {fake}, u"successor accepts"_s,
        u"does not accept after 500 ms"_s, true);
    row("cannot restart itself", {u"no-restart"_s}, {fake}, {}, u"does not offer to restart itself"_s, true);
}

void TestRestartSequence::failuresAreExplained()
{
    QFETCH(QStringList, runsWith);
    QFETCH(QStringList, command);
    QFETCH(QString, step);
    QFETCH(QString, words);
    QFETCH(bool, byService);
    if (!runsWith.isEmpty())
        startFake(runsWith);
    FleetEntry entry = entryWith();
    command.insert(1, QString::number(port));
    entry.restart = byService ? RestartMethod(RestartByService{}) : RestartMethod(RestartByCommand{command, {}, {}});
    entry.startTimeout = 1s;
    const Receipt receipt = run(entry, FleetAction::Restart, impatient());
    QVERIFY(!receipt.ok);
    QVERIFY2(receipt.failure.contains(words), qPrintable(receipt.failure));
    if (!step.isEmpty()) {
        QCOMPARE(receipt.steps.last().name.text(), step);
        QCOMPARE(receipt.steps.last().outcome, StepOutcome::Failed);
    }
}

void TestRestartSequence::deadlinesAndDurationsGoByTheClock()
{
    const Receipt started = startFake({u"hang-in-shutdown"_s});
    SequenceOptions patient = options();
    patient.shutdownTimeout = 1h;
    ManualClock clock;
    RestartSequence sequence(entryWith(), FleetAction::Restart, patient, clock);
    QSignalSpy begun(&sequence, &RestartSequence::stepStarted);
    QSignalSpy finished(&sequence, &RestartSequence::finished);
    sequence.start();
    QTRY_COMPARE(begun.size(), 2); // asked, and draining for good
    QCOMPARE(begun[1][0].value<RestartStep>(), RestartStep::Drained);
    clock.advance(1h);
    QTRY_COMPARE(finished.size(), 1);
    const Receipt receipt = sequence.receipt();
    QCOMPARE(receipt.failure, u"fake has not finished its shutdown within 1 h"_s);
    QCOMPARE(receipt.steps[0].duration, Seconds(0));
    QCOMPARE(receipt.steps[1].duration, Seconds(1h));
    QCOMPARE(receipt.total, Seconds(1h));
    QCOMPARE(receipt.startedAt, QDateTime({2026, 1, 2}, {12, 0}, QTimeZone::utc()));
    QCOMPARE(receipt.oldPid, started.newPid);
}

void TestRestartSequence::aTakenPortNamesItsHolder_data()
{
    QTest::addColumn<bool>("isUnix");
    QTest::addColumn<QString>("does");
    QTest::newRow("says something else") << false << u"c.sendall(b'SSH-2.0-x\\r\\n')"_s;
    QTest::newRow("says nothing") << false << u"kept.append(c)"_s;
    QTest::newRow("hangs up") << false << u"c.close()"_s;
    QTest::newRow("does not accept any more") << false << u"time.sleep(1000)"_s;
    QTest::newRow("hangs up, a Unix socket") << true << u"c.close()"_s;
    QTest::newRow("says nothing, a Unix socket") << true << u"kept.append(c)"_s;
}

void TestRestartSequence::aTakenPortNamesItsHolder()
{
    QFETCH(bool, isUnix);
    QFETCH(QString, does);
    // It answers neither HTTP nor anything else: the service is not running, its address is.
    const QString path = state->filePath(u"s"_s);
    FleetEntry entry = entryWith();
    if (isUnix)
        entry.url = u"unix:"_s + path;
    const QString bind =
        isUnix ? u"socket.AF_UNIX)\ns.bind('%1')"_s.arg(path) : u")\ns.bind(('127.0.0.1',%1))"_s.arg(port);
    QProcess holder;
    holder.setWorkingDirectory(state->path());
    holder.start(u"python3"_s,
                 {u"-c"_s,
                  u"import socket,sys,time\ns=socket.socket(%1\ns.listen()\nprint('x',flush=True)\n"
                  "kept=[]\nwhile True:\n c=s.accept()[0]\n %2"_s.arg(bind, does)});
    QVERIFY(holder.waitForReadyRead(10'000));
    const Receipt receipt = run(entry);
    holder.kill();
    holder.waitForFinished();
    QVERIFY(!receipt.ok);
    QVERIFY2(receipt.failure.contains(u"python3 -c"_s), qPrintable(receipt.failure));
    QVERIFY2(receipt.failure.contains(u"pid "_s), qPrintable(receipt.failure));
    QVERIFY2(receipt.failure.contains(state->path()), qPrintable(receipt.failure));
}

void TestRestartSequence::aWrongProcessOnThePortIsNamed()
{
    // The service asked about is elsewhere; the command to start it wants a port that another one holds.
    QTcpServer taken;
    QVERIFY(taken.listen(QHostAddress::LocalHost));
    FleetEntry entry = entryWith();
    entry.restart = RestartByCommand{{FAKESERVICE, QString::number(taken.serverPort())}, {}, {}};
    const Receipt receipt = run(entry);
    QVERIFY(!receipt.ok);
    QVERIFY2(receipt.failure.contains(u"exited with code 7"_s), qPrintable(receipt.failure));
    QVERIFY2(receipt.failure.contains(u"cannot listen on port"_s), qPrintable(receipt.failure));
}

void TestRestartSequence::noMethodSaysWhatToWrite()
{
    FleetEntry entry = entryWith();
    entry.restart = {};
    const Receipt receipt = run(entry);
    QVERIFY(!receipt.ok);
    QVERIFY2(receipt.failure.contains(u"restart = {"_s), qPrintable(receipt.failure));
}

void TestRestartSequence::cancellingBeforeTheServiceIsAskedChangesNothing()
{
    const Receipt started = startFake();
    RestartSequence sequence(entryWith(), FleetAction::Restart, options());
    QSignalSpy finished(&sequence, &RestartSequence::finished);
    sequence.start();
    sequence.cancel();
    QTRY_COMPARE(finished.size(), 1);
    QCOMPARE(sequence.receipt().failure, u"cancelled"_s);
    QCOMPARE(startFake().newInstance, started.newInstance);
}

void TestRestartSequence::aCancelledRestartStartsTheServiceFirst()
{
    const Receipt started = startFake({u"drain"_s});
    RestartSequence sequence(entryWith(), FleetAction::Restart, options());
    QSignalSpy finished(&sequence, &RestartSequence::finished);
    bringTo(sequence, RestartStep::Drained);
    sequence.cancel();
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, 20'000);
    const Receipt receipt = sequence.receipt();
    remember(receipt);
    QVERIFY(!receipt.ok);
    QVERIFY2(receipt.failure.contains(u"started again as pid"_s), qPrintable(receipt.failure));
    QCOMPARE(receipt.steps.last().name, RestartStep::Started);
    QCOMPARE(receipt.steps.last().outcome, StepOutcome::Ok);
    QVERIFY(isEnded(*started.newPid));
    // The next start finds it, and starts no second one.
    const Receipt next = startFake();
    QVERIFY2(next.ok, qPrintable(next.failure));
    QCOMPARE(next.newPid, receipt.newPid);
    QCOMPARE(next.note, QString()); // it was not broken off: it came to an end that was told
}

void TestRestartSequence::cancellingTwiceSaysWhatItLeaves()
{
    startFake({u"hang-in-shutdown"_s});
    RestartSequence sequence(entryWith(), FleetAction::Restart, options());
    QSignalSpy finished(&sequence, &RestartSequence::finished);
    bringTo(sequence, RestartStep::Asked);
    QVERIFY2(sequence.afterCancel().endsWith(u"is started again first"_s), qPrintable(sequence.afterCancel()));
    sequence.cancel();
    QTRY_VERIFY(sequence.afterCancel().contains(u"is not started again"_s)); // it is a request
    sequence.cancel();
    QTRY_COMPARE(finished.size(), 1);
    QVERIFY(!sequence.isRunning());
    QCOMPARE(sequence.receipt().steps.last().outcome, StepOutcome::Failed);
    QVERIFY2(sequence.receipt().failure.contains(u"hephaestus start fake"_s), qPrintable(sequence.receipt().failure));
    QVERIFY(sequence.isCalledOff());
    QCOMPARE(plannedEnd(entryWith(), state->path()), PlannedEnd{}); // as was wanted
}

void TestRestartSequence::cancellingAStartLeavesWhatItStarted()
{
    RestartSequence sequence(slowEntry(), FleetAction::Start, options());
    QSignalSpy finished(&sequence, &RestartSequence::finished);
    bringTo(sequence, RestartStep::Ready);
    sequence.cancel();
    QTRY_COMPARE(finished.size(), 1);
    remember(sequence.receipt());
    QVERIFY2(sequence.receipt().failure.contains(u"was not waited for"_s), qPrintable(sequence.receipt().failure));
    QVERIFY(!isEnded(*sequence.receipt().newPid));
}

void TestRestartSequence::whatCannotBeStartedIsFoundBeforeTheOldOneIsStopped_data()
{
    QTest::addColumn<QStringList>("command");
    QTest::addColumn<QString>("directory");
    QTest::addColumn<QString>("words");
    const QString port = u"1"_s;
    QTest::newRow("no file") << QStringList{u"/nowhere/service"_s} << QString() << u"cannot be found"_s;
    QTest::newRow("not in PATH") << QStringList{u"no-such-service"_s} << QString() << u"no such program in PATH"_s;
    QTest::newRow("not executable") << QStringList{u"/etc/passwd"_s} << QString() << u"may not execute"_s;
    QTest::newRow("no directory") << QStringList{FAKESERVICE, port} << u"/nowhere"_s << u"no directory /nowhere"_s;
    QTest::newRow("relative to the directory")
        << QStringList{u"./service"_s} << QDir::tempPath() << u"cannot be found"_s;
}

void TestRestartSequence::whatCannotBeStartedIsFoundBeforeTheOldOneIsStopped()
{
    QFETCH(QStringList, command);
    QFETCH(QString, directory);
    QFETCH(QString, words);
    const Receipt started = startFake();
    FleetEntry entry = entryWith();
    entry.restart = RestartByCommand{command, directory, {}};
    const Receipt receipt = run(entry);
    QVERIFY(!receipt.ok);
    QVERIFY2(receipt.failure.contains(words), qPrintable(receipt.failure));
    QCOMPARE(namesOf(receipt), QStringList{u"started"_s});
    QCOMPARE(startFake().newInstance, started.newInstance);
}

void TestRestartSequence::whatIsToBeBuiltIsBuiltFirst()
{
    FleetEntry entry = entryWith();
    const QString program = state->filePath(u"built"_s); // it is not there before
    entry.build = RestartByCommand{{u"/bin/ln"_s, u"-s"_s, u"-f"_s, FAKESERVICE, program}, {}, {}};
    entry.restart = RestartByCommand{{program, QString::number(port)}, {}, {}};
    const Receipt started = run(entry, FleetAction::Start);
    QVERIFY2(started.ok, qPrintable(started.failure));
    QCOMPARE(namesOf(started), (QStringList{u"built"_s, u"started"_s, u"ready"_s, u"healthy"_s}));
    const Receipt receipt = run(entry);
    QVERIFY2(receipt.ok, qPrintable(receipt.failure));
    QCOMPARE(namesOf(receipt).first(2), (QStringList{u"built"_s, u"asked"_s}));
    QCOMPARE(receipt.oldInstance, started.newInstance);
    QVERIFY(receipt.newInstance != started.newInstance);
    QVERIFY(run(entry, FleetAction::Start).steps.isEmpty()); // it runs already
    QVERIFY(!namesOf(run(entry, FleetAction::Stop)).contains(u"built"_s));
}

void TestRestartSequence::aFailedBuildKeepsTheOldProcess()
{
    const Receipt started = startFake();
    FleetEntry entry = entryWith();
    entry.build = RestartByCommand{{u"/bin/sh"_s, u"-c"_s, u"echo one; echo 'error: two' >&2; exit 2"_s}, {}, {}};
    const Receipt receipt = run(entry);
    QVERIFY(!receipt.ok);
    QCOMPARE(namesOf(receipt), QStringList{u"built"_s});
    QCOMPARE(receipt.steps.first().outcome, StepOutcome::Failed);
    QCOMPARE(receipt.steps.first().output, (QStringList{u"one"_s, u"error: two"_s}));
    QVERIFY2(receipt.failure.contains(u"exited with code 2"_s), qPrintable(receipt.failure));
    QCOMPARE(startFake().newInstance, started.newInstance);
    entry.build->command = {u"/nowhere/make"_s};
    QVERIFY(run(entry).failure.contains(u"/nowhere/make"_s));
    QCOMPARE(startFake().newInstance, started.newInstance);
}

void TestRestartSequence::aBuildThatIsCalledOffIsEnded()
{
    const Receipt started = startFake();
    FleetEntry entry = entryWith();
    const QString pidFile = state->filePath(u"pid"_s);
    entry.build = RestartByCommand{
        {u"/bin/sh"_s, u"-c"_s, u"sh -c 'echo $$ > \"$0\".new; mv \"$0\".new \"$0\"; exec sleep 1000' \"$0\" & wait"_s,
         pidFile},
        {},
        {}};
    RestartSequence sequence(entry, FleetAction::Restart, options());
    QSignalSpy finished(&sequence, &RestartSequence::finished);
    bringTo(sequence, RestartStep::Built);
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(pidFile), 20'000);
    QCOMPARE(sequence.afterCancel(), QString()); // nothing was asked of the service
    sequence.cancel();
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, 20'000);
    QCOMPARE(sequence.receipt().failure, u"cancelled"_s);
    QFile file(pidFile);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const qint64 worker = file.readAll().trimmed().toLongLong();
    QVERIFY(worker > 1);
    QTRY_VERIFY_WITH_TIMEOUT(isEnded(worker), 20'000);
    QCOMPARE(startFake().newInstance, started.newInstance);
}

void TestRestartSequence::aBadEnvironmentFileKeepsTheOldProcess()
{
    const Receipt started = startFake();
    FleetEntry entry = entryWith();
    commandOf(entry)->envFiles = {state->filePath(u".env"_s)};
    QFile file(state->filePath(u".env"_s));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("A=1\nno line\n") > 0);
    file.close();
    const Receipt receipt = run(entry);
    QVERIFY(!receipt.ok);
    QVERIFY2(receipt.failure.contains(u".env:2"_s), qPrintable(receipt.failure));
    QCOMPARE(startFake().newInstance, started.newInstance);
}

void TestRestartSequence::restartsAtOnceShareOneRestart()
{
    const Receipt started = startFake({u"drain"_s});
    std::vector<std::unique_ptr<RestartSequence>> sequences;
    int finished = 0;
    for (int i = 0; i < 20; ++i) {
        sequences.push_back(std::make_unique<RestartSequence>(entryWith(), FleetAction::Restart, options()));
        connect(sequences.back().get(), &RestartSequence::finished, this, [&] { ++finished; });
        sequences.back()->start();
    }
    QTRY_COMPARE_WITH_TIMEOUT(finished, 20, 60'000);
    QSet<QString> instances;
    for (const auto &sequence : sequences) {
        const Receipt &receipt = sequence->receipt();
        remember(receipt);
        QVERIFY2(receipt.ok, qPrintable(receipt.failure));
        QCOMPARE(receipt.oldInstance, started.newInstance);
        instances << receipt.newInstance;
    }
    QCOMPARE(instances.size(), 1); // all asked before it was launched
    QCOMPARE(startFake().newInstance, *instances.begin());
    QCOMPARE(std::count_if(sequences.begin(), sequences.end(),
                           [](const auto &sequence) { return sequence->receipt().note.contains(u"joined"_s); }),
             19);
}

void TestRestartSequence::aStopCallsOffAStartUnderWay()
{
    RestartSequence start(slowEntry(), FleetAction::Start, options());
    QSignalSpy finished(&start, &RestartSequence::finished);
    bringTo(start, RestartStep::Ready);
    const qint64 pid = *start.receipt().newPid;
    const Receipt stop = run(entryWith(), FleetAction::Stop);
    QVERIFY2(stop.ok, qPrintable(stop.failure));
    QVERIFY2(stop.note.contains(u"waited for"_s), qPrintable(stop.note));
    QCOMPARE(finished.size(), 1);
    QVERIFY2(start.receipt().failure.contains(u"was called off"_s), qPrintable(start.receipt().failure));
    QVERIFY(isEnded(pid));
    QVERIFY(start.isCalledOff());
    QCOMPARE(plannedEnd(entryWith(), state->path()), PlannedEnd{});
}

void TestRestartSequence::aStopCallsOffARestartUnderWay()
{
    const Receipt started = startFake({u"drain"_s});
    RestartSequence restart(entryWith(), FleetAction::Restart, options());
    QSignalSpy finished(&restart, &RestartSequence::finished);
    bringTo(restart, RestartStep::Drained);
    const Receipt stop = run(entryWith(), FleetAction::Stop);
    QVERIFY2(stop.ok, qPrintable(stop.failure));
    QCOMPARE(finished.size(), 1);
    QVERIFY2(restart.receipt().failure.contains(u"was called off"_s), qPrintable(restart.receipt().failure));
    QVERIFY(!restart.receipt().newPid);
    QVERIFY(isEnded(*started.newPid));
    QVERIFY(!findPortHolder({ServiceAddress::Kind::Tcp, u"127.0.0.1"_s, port, {}}));
    QCOMPARE(plannedEnd(entryWith(), state->path()), PlannedEnd{});
}

void TestRestartSequence::withoutAPlaceForTurnsItIsDoneAndTold()
{
    startFake();
    FleetEntry entry = entryWith();
    entry.restart = RestartByService{};
    SequenceOptions options = this->options();
    options.stateDirectory = u"/proc/nowhere"_s;
    const Receipt receipt = run(entry, FleetAction::Restart, options);
    QVERIFY2(receipt.ok, qPrintable(receipt.failure));
    QVERIFY2(receipt.note.contains(u"were not seen"_s), qPrintable(receipt.note));
}

void TestRestartSequence::aStartAfterAStopWaitsForIt()
{
    const Receipt started = startFake({u"drain"_s});
    RestartSequence stop(entryWith(), FleetAction::Stop, options());
    QSignalSpy finished(&stop, &RestartSequence::finished);
    bringTo(stop, RestartStep::Drained);
    const Receipt again = startFake();
    QVERIFY2(again.ok, qPrintable(again.failure));
    QVERIFY(again.newPid != started.newPid);
    QCOMPARE(finished.size(), 1);
    QVERIFY2(stop.receipt().ok, qPrintable(stop.receipt().failure));
}

void TestRestartSequence::whatABrokenOffStartLaunchedIsUsed_data()
{
    QTest::addColumn<FleetAction>("action");
    QTest::addColumn<QStringList>("steps");
    QTest::newRow("start goes on with it") << FleetAction::Start << QStringList{u"started"_s, u"ready"_s, u"healthy"_s};
    QTest::newRow("restart replaces it") << FleetAction::Restart
                                         << QStringList{u"process gone"_s, u"port free"_s, u"started"_s, u"ready"_s,
                                                        u"healthy"_s};
    QTest::newRow("stop ends it") << FleetAction::Stop << QStringList{u"process gone"_s, u"port free"_s};
}

void TestRestartSequence::whatABrokenOffStartLaunchedIsUsed()
{
    QFETCH(FleetAction, action);
    QFETCH(QStringList, steps);
    auto broken = std::make_unique<RestartSequence>(slowEntry(), FleetAction::Start, options());
    bringTo(*broken, RestartStep::Ready);
    const qint64 pid = *broken->receipt().newPid;
    pids.insert(pid);
    broken.reset();

    RestartSequence next(slowEntry(), action, options());
    QSignalSpy finished(&next, &RestartSequence::finished);
    bringTo(next, action == FleetAction::Stop ? RestartStep::ProcessGone : RestartStep::Ready);
    letItGo();
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, 20'000);
    const Receipt receipt = next.receipt();
    remember(receipt);
    QVERIFY2(receipt.ok, qPrintable(receipt.failure));
    QVERIFY2(receipt.note.contains(u"broken off"_s), qPrintable(receipt.note));
    QCOMPARE(namesOf(receipt), steps);
    QCOMPARE(receipt.newPid == std::optional(pid), action == FleetAction::Start);
    QTRY_COMPARE(isEnded(pid), action != FleetAction::Start);
}

void TestRestartSequence::anotherInstanceAtTheAddressIsNoProof()
{
    FleetEntry entry = slowEntry();
    RestartSequence start(entry, FleetAction::Start, options());
    QSignalSpy finished(&start, &RestartSequence::finished);
    bringTo(start, RestartStep::Ready);
    QProcess other; // not by the command of the entry
    other.start(FAKESERVICE, {QString::number(port)});
    QVERIFY(other.waitForReadyRead());
    letItGo();
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, 20'000);
    QVERIFY(!start.receipt().ok);
    QVERIFY2(start.receipt().failure.contains(QString::number(other.processId())), qPrintable(start.receipt().failure));
    QCOMPARE(other.state(), QProcess::Running);
    other.kill();
    other.waitForFinished();
}

void TestRestartSequence::destroyingItInTheMiddleIsHarmless()
{
    startFake({u"drain"_s});
    auto *sequence = new RestartSequence(entryWith(), FleetAction::Restart, options());
    QSignalSpy begun(sequence, &RestartSequence::stepStarted);
    sequence->start();
    QTRY_VERIFY(!begun.isEmpty());
    delete sequence;
    // The shutdown that was asked for stands, and the next one learns of it.
    RestartSequence after(entryWith(), FleetAction::Stop, options());
    QSignalSpy finished(&after, &RestartSequence::finished);
    after.start();
    QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, 20'000);
    QVERIFY2(after.receipt().note.contains(u"was broken off when it had come to"_s), qPrintable(after.receipt().note));
}

QTEST_GUILESS_MAIN(TestRestartSequence)
#include "tst_restartsequence.moc"
