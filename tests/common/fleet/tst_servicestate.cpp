// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a service that answered is in, for the command and the window: what wraps a program is as that program is.
#include "common/fleet/servicestate.h"

#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestServiceState : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aServiceIsAsItsProgramIs_data();
    void aServiceIsAsItsProgramIs();
    void aFailingDependencyIsAnErrorOfWhatServes();
    void whatWasNotCheckedYetIsNeitherHealthyNorAnError();
    void whatShutsDownIsNotReady();
    void aWrapperThatGivesUpWasNotStoppedOnPurpose();
    void onlyWhatWasAskedToStopHasStopped_data();
    void onlyWhatWasAskedToStopHasStopped();
    void theTroubleIsNamed_data();
    void theTroubleIsNamed();
    void itIsKnownWhatWillNotBecomeReady_data();
    void itIsKnownWhatWillNotBecomeReady();

private:
    static HealthReport reportWith(const std::optional<WrappedProcess> &process, std::optional<bool> ready = {})
    {
        HealthReport report;
        report.process = process;
        report.ready = ready;
        return report;
    }
    static WrappedProcess program(WireWord<ProcessState> state, std::optional<bool> ready = {}, qint64 restarts = 0)
    {
        WrappedProcess process;
        process.state = state;
        process.ready = ready;
        process.restarts = restarts;
        return process;
    }
};

Q_DECLARE_METATYPE(Hephaestus::HealthReport)

void TestServiceState::aServiceIsAsItsProgramIs_data()
{
    QTest::addColumn<HealthReport>("report");
    QTest::addColumn<ServiceState>("state");
    QTest::addColumn<bool>("ready");
    using enum ProcessState;
    const auto row = [](const char *name, const HealthReport &report, ServiceState state) {
        QTest::newRow(name) << report << state << (state == ServiceState::Healthy);
    };
    row("wraps none", reportWith({}), ServiceState::Healthy);
    HealthReport page;
    page.isPage = true;
    QTest::newRow("a page, which says nothing") << page << ServiceState::Reachable << true;
    row("wraps none, ready", reportWith({}, true), ServiceState::Healthy);
    row("wraps none, not ready", reportWith({}, false), ServiceState::Starting);
    row("starting", reportWith(program(Starting, false)), ServiceState::Starting);
    row("running and ready", reportWith(program(Running, true), true), ServiceState::Healthy);
    row("running, no longer ready", reportWith(program(Running, false), false), ServiceState::DependencyError);
    row("program ready, service not", reportWith(program(Running, true), false), ServiceState::DependencyError);
    row("running, of a wrapper that does not say", reportWith(program(Running)), ServiceState::Healthy);
    row("suspended, of a wrapper that does not say", reportWith(program(Suspended)), ServiceState::DependencyError);
    row("backing off", reportWith(program(BackingOff, false), false), ServiceState::DependencyError);
    row("backing off, of a wrapper that does not say", reportWith(program(BackingOff)), ServiceState::DependencyError);
    row("ended", reportWith(program(Ended)), ServiceState::DependencyError);
    row("failed", reportWith(program(Failed)), ServiceState::DependencyError);
    row("failed, and told as ready", reportWith(program(Failed, true), true), ServiceState::DependencyError);
    const auto migrating = WireWord<ProcessState>::read(u"migrating"_s, AllProcessStates);
    row("a word of a newer wrapper", reportWith(program(migrating, true)), ServiceState::Healthy);
    row("a word of a newer wrapper, not ready", reportWith(program(migrating, false)), ServiceState::DependencyError);
}

void TestServiceState::aServiceIsAsItsProgramIs()
{
    QFETCH(HealthReport, report);
    QTEST(stateOf(report), "state");
    QTEST(isReady(report), "ready");
    QCOMPARE(programTrouble(report).isEmpty(), isReady(report) || !report.process);
}

void TestServiceState::aFailingDependencyIsAnErrorOfWhatServes()
{
    DependencyReport broken;
    broken.name = u"qdrant"_s;
    broken.status = DependencyStatus::Error;
    HealthReport report = reportWith(program(ProcessState::Running, true), true);
    report.dependencies << broken;
    QCOMPARE(stateOf(report), ServiceState::DependencyError);
    QVERIFY(isReady(report));
    report = reportWith(program(ProcessState::Starting, false), false);
    report.dependencies << broken;
    QCOMPARE(stateOf(report), ServiceState::Starting); // upstream fails as long as the program does not serve
}

void TestServiceState::whatWasNotCheckedYetIsNeitherHealthyNorAnError()
{
    DependencyReport unchecked;
    unchecked.name = u"database"_s;
    unchecked.status = DependencyStatus::Unknown;
    HealthReport report = reportWith({}, true); // its configuration was read again
    report.dependencies << unchecked;
    QCOMPARE(stateOf(report), ServiceState::Starting);
    QCOMPARE(unknownDependencies(report), QStringList{u"database"_s});
    QCOMPARE(failingDependencies(report), QStringList());
    report.dependencies << unchecked;
    report.dependencies.last().status = DependencyStatus::Error;
    QCOMPARE(stateOf(report), ServiceState::DependencyError);

    report = reportWith(program(ProcessState::Running, true), false); // its wrapper has not looked at everything yet
    report.dependencies << unchecked;
    QCOMPARE(stateOf(report), ServiceState::Starting);
    QCOMPARE(programTrouble(report), QString());
    QVERIFY(!isReady(report));
    report.process = program(ProcessState::BackingOff, true);
    QCOMPARE(stateOf(report), ServiceState::DependencyError);
}

void TestServiceState::whatShutsDownIsNotReady()
{
    HealthReport report = reportWith(program(ProcessState::Running, true), true);
    report.status = ServiceStatus::ShuttingDown;
    QCOMPARE(stateOf(report), ServiceState::ShuttingDown);
    QVERIFY(!isReady(report));
    QCOMPARE(programTrouble(report), QString());
    QCOMPARE(whyNeverReady(report), u"it shuts down"_s);
}

void TestServiceState::aWrapperThatGivesUpWasNotStoppedOnPurpose()
{
    HealthReport report = reportWith(program(ProcessState::Failed, false, 4), false);
    report.process->exitCode = 3;
    report.status = ServiceStatus::ShuttingDown; // as it says in its last moment
    Answer<HealthReport> last;
    last.value = report;
    QCOMPARE(stateOf(last), ServiceState::DependencyError);
    QVERIFY(!isReady(report));
    QCOMPARE(programTrouble(report), u"the program has ended (exit code 3)"_s);
    QCOMPARE(whyNeverReady(report), u"the program has ended (exit code 3)"_s);
    Answer<HealthReport> gone;
    gone.reply.error = ClientError::Refused;
    QCOMPARE(stateOf(gone, stateOf(last)), ServiceState::Unreachable);
    last.value->process->state = ProcessState::Ended; // as it should, or by a user
    QCOMPARE(stateOf(gone, stateOf(last)), ServiceState::Stopped);
}

void TestServiceState::onlyWhatWasAskedToStopHasStopped_data()
{
    QTest::addColumn<std::optional<ShutdownProgress>>("shutdown");
    QTest::addColumn<ServiceState>("gone");
    const auto by = [](ShutdownMode mode) { return std::optional(ShutdownProgress{mode, {}, {}, 0, {}}); };
    QTest::newRow("it does not say why") << std::optional<ShutdownProgress>() << ServiceState::Stopped;
    QTest::newRow("asked") << by(ShutdownMode::Immediate) << ServiceState::Stopped;
    QTest::newRow("scheduled") << by(ShutdownMode::Scheduled) << ServiceState::Stopped;
    QTest::newRow("by a signal") << by(ShutdownMode::Signal) << ServiceState::Unreachable;
    QTest::newRow("it was to come back") << by(ShutdownMode::Restart) << ServiceState::Unreachable;
}

void TestServiceState::onlyWhatWasAskedToStopHasStopped()
{
    QFETCH(std::optional<ShutdownProgress>, shutdown);
    HealthReport report = reportWith({}, true);
    report.process.reset();
    report.status = ServiceStatus::ShuttingDown;
    report.shutdown = shutdown;
    Answer<HealthReport> gone;
    gone.reply.error = ClientError::Refused;
    QTEST(stateOf(gone, stateOf(report), &report), "gone");
    QCOMPARE(stateOf(gone, ServiceState::Stopped, &report), ServiceState::Stopped); // as somebody knows otherwise
    QCOMPARE(stateOf(gone, ServiceState::Healthy, &report), ServiceState::Unreachable);
}

void TestServiceState::theTroubleIsNamed_data()
{
    QTest::addColumn<WrappedProcess>("process");
    QTest::addColumn<QString>("trouble");
    using enum ProcessState;
    WrappedProcess process = program(BackingOff, false);
    QTest::newRow("ended") << process << u"the program has ended"_s;
    process.signal = u"SIGSEGV"_s;
    QTest::newRow("by a signal") << process << u"the program has ended (SIGSEGV)"_s;
    process.signal.clear();
    process.exitCode = 3;
    QTest::newRow("with a code") << process << u"the program has ended (exit code 3)"_s;
    process.error = u"it exited with code 3, starts again"_s;
    QTest::newRow("as its wrapper says") << process << process.error;
    QTest::newRow("not ready") << program(Starting, false) << u"the program is not ready"_s;
}

void TestServiceState::theTroubleIsNamed()
{
    QFETCH(WrappedProcess, process);
    QTEST(programTrouble(reportWith(process)), "trouble");
}

void TestServiceState::itIsKnownWhatWillNotBecomeReady_data()
{
    QTest::addColumn<WrappedProcess>("process");
    QTest::addColumn<int>("restarts");
    QTest::addColumn<bool>("never");
    using enum ProcessState;
    QTest::newRow("starting") << program(Starting, false) << 0 << false;
    QTest::newRow("down") << program(BackingOff, false) << 0 << true;
    QTest::newRow("given up") << program(Failed, false) << 0 << true;
    QTest::newRow("started again meanwhile") << program(Starting, false, 1) << 0 << true;
    QTest::newRow("started again before") << program(Starting, false, 1) << 1 << false;
    QTest::newRow("started again, and serves") << program(Running, true, 1) << 0 << false;
    QTest::newRow("an upstream that does not answer") << program(Running, false) << 0 << false;
}

void TestServiceState::itIsKnownWhatWillNotBecomeReady()
{
    QFETCH(WrappedProcess, process);
    QFETCH(int, restarts);
    QFETCH(bool, never);
    QCOMPARE(!whyNeverReady(reportWith(process), restarts).isEmpty(), never);
}

QTEST_GUILESS_MAIN(TestServiceState)
#include "tst_servicestate.moc"
