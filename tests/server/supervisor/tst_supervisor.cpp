// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/childsignal.h"
#include "server/supervisor/supervisor.h"
#include "tests/support/leftovers.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <arpa/inet.h>
#include <csignal>
#include <sys/resource.h>
#include <sys/socket.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// A connection to a held socket; not open if it was refused.
FileDescriptor connectTo(const ServiceAddress &address)
{
    FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(address.port);
    ::inet_pton(AF_INET, address.host.toLatin1().constData(), &name.sin_addr);
    if (::connect(socket.number(), reinterpret_cast<const sockaddr *>(&name), sizeof name) != 0)
        socket.reset();
    return socket;
}

} // namespace

class TestSupervisor : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void everyFaultEndsInANamedState_data();
    void everyFaultEndsInANamedState();
    void aStopTellsWhetherItWentWell_data();
    void aStopTellsWhetherItWentWell();
    void anEndAfterQuitIsAUsersStop();
    void someEndsAreRestartedFromAndOthersNot_data();
    void someEndsAreRestartedFromAndOthersNot();
    void aFirstStartThatFailsIsFinal();
    void aCrashLoopIsGivenUpAndItsClientsRefused();
    void aCrashIsNeverToldAsRunning();
    void aProgramThatVanishesIsAFailure();
    void withoutDescriptorsItTriesAgain();
    void aStopEndsTheWaitForTheNextStart();
    void clientsWaitWhileItRestarts();
    void aFloodNeitherGrowsNorBlocks();
    void theOutputIsKeptInOrderOnDiskToo();
    void aLogFileThatIsTakenAwayIsMadeAnewAndTold();
    void linesAreCountedAsTheyCome();
    void anUnfinishedLineIsShown();
    void anUnwritableStateDirectoryIsToldAndNothingElse();
    void aJumpOfTheClockOnlyHurriesIt();

private:
    void make(const QByteArrayList &arguments, RestartWhen when = RestartWhen::Never);
    bool isReady() const { return supervisor->output().tail(100).contains("ready\n"); }
    QString toldState() const { return supervisor->describe().state.text(); }

    Leftovers leftovers;
    ManualClock clock;
    std::unique_ptr<QTemporaryDir> directory;
    HeldSockets sockets;
    SupervisorOptions options;
    std::unique_ptr<Supervisor> supervisor;
    std::unique_ptr<QSignalSpy> finished;
    int descriptors = 0;
};

void TestSupervisor::init()
{
    ChildSignal::instance(); // keeps one descriptor, of the process
    descriptors = Leftovers::openDescriptors();
    directory = std::make_unique<QTemporaryDir>();
    options = {};
    options.passOn = {};
}

void TestSupervisor::cleanup()
{
    finished.reset();
    supervisor.reset();
    sockets.close();
    QCOMPARE(leftovers.pids(), QList<int>());
    QCOMPARE(Leftovers::openDescriptors(), descriptors);
}

void TestSupervisor::make(const QByteArrayList &arguments, RestartWhen when)
{
    options.command = {QByteArrayList{HEPHAESTUS_TEST_CHILD} + arguments, {}, {leftovers.mark()}};
    options.restart.when = when;
    options.restart.jitter = 0;
    supervisor = std::make_unique<Supervisor>(options, sockets, clock);
    finished = std::make_unique<QSignalSpy>(supervisor.get(), &Supervisor::finished);
}

enum class Do { Nothing, Stop, StopAndOutlastGrace, Kill, Suspend };

void TestSupervisor::everyFaultEndsInANamedState_data()
{
    QTest::addColumn<QByteArrayList>("arguments");
    QTest::addColumn<Do>("deed");
    QTest::addColumn<ProcessState>("state");
    QTest::addColumn<int>("status");
    using enum ProcessState;
    QTest::newRow("exit 0") << QByteArrayList{"exit", "0"} << Do::Nothing << Ended << 0;
    QTest::newRow("exit 1") << QByteArrayList{"exit", "1"} << Do::Nothing << Failed << 1;
    QTest::newRow("segmentation fault") << QByteArrayList{"crash"} << Do::Nothing << Failed << 139;
    QTest::newRow("killed") << QByteArrayList{"wait"} << Do::Kill << Failed << 137;
    QTest::newRow("a user's stop") << QByteArrayList{"handle-term", "0"} << Do::Stop << Ended << 0;
    QTest::newRow("a user's stop, without a handler") << QByteArrayList{"wait"} << Do::Stop << Ended << 143;
    QTest::newRow("a user's stop, exit 9") << QByteArrayList{"handle-term", "9"} << Do::Stop << Ended << 9;
    QTest::newRow("suspended, then stopped") << QByteArrayList{"wait"} << Do::Suspend << Ended << 143;
    QTest::newRow("ignores TERM") << QByteArrayList{"ignore-term"} << Do::StopAndOutlastGrace << Ended << 137;
    QTest::newRow("grandchildren") << QByteArrayList{"grandchildren"} << Do::StopAndOutlastGrace << Ended << 143;
    QTest::newRow("double fork") << QByteArrayList{"fork-twice"} << Do::StopAndOutlastGrace << Ended << 143;
}

void TestSupervisor::everyFaultEndsInANamedState()
{
    QFETCH(QByteArrayList, arguments);
    QFETCH(Do, deed);
    QFETCH(ProcessState, state);
    make(arguments);
    QVERIFY(!supervisor->start());
    if (deed != Do::Nothing)
        QTRY_VERIFY(isReady());
    if (deed == Do::Kill)
        ::kill(supervisor->pid(), SIGKILL);
    if (deed == Do::Suspend) {
        ::kill(supervisor->pid(), SIGSTOP);
        QTRY_COMPARE(toldState(), u"suspended"_s);
        QCOMPARE(supervisor->trouble(), u"suspended by a signal"_s);
    }
    if (deed == Do::Stop || deed == Do::StopAndOutlastGrace || deed == Do::Suspend) {
        supervisor->stop();
        supervisor->stop(); // a second one changes nothing
    }
    if (deed == Do::StopAndOutlastGrace) {
        QCOMPARE(toldState(), u"stopping"_s);
        clock.advance(options.stopTimeout);
    }
    QTRY_COMPARE(finished->count(), 1);
    QCOMPARE(supervisor->state(), state);
    QTEST(supervisor->exitStatus(), "status");
    QVERIFY(!supervisor->describe().pid);
    QCOMPARE(supervisor->describe().exitCode.has_value(), supervisor->exitStatus() < 128);
}

void TestSupervisor::aStopTellsWhetherItWentWell_data()
{
    QTest::addColumn<QByteArrayList>("arguments");
    QTest::addColumn<ExitSet>("success");
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<QString>("failure");
    const auto row = [](const char *name, const QByteArrayList &arguments, int exitCode, const char *failure,
                        const ExitSet &success = {0}) {
        QTest::newRow(name) << arguments << success << exitCode << QString::fromLatin1(failure);
    };
    row("exit 0", {"handle-term", "0"}, 0, "");
    row("by the stop signal", {"wait"}, 0, "");
    row("exit 7", {"handle-term", "7"}, 7, "exited with code 7");
    row("exit 7, as it should", {"handle-term", "7"}, 0, "", {0, 7});
    row("killed", {"ignore-term"}, 137, "it did not end within 30 s and was killed");
    row("killed, as it should", {"ignore-term"}, 137, "it did not end within 30 s and was killed", {0, 137});
    row("its family killed", {"grandchildren"}, 137, "it did not end within 30 s and was killed");
}

void TestSupervisor::aStopTellsWhetherItWentWell()
{
    QFETCH(QByteArrayList, arguments);
    QFETCH(ExitSet, success);
    options.success = success;
    make(arguments, RestartWhen::OnFailure);
    QVERIFY(!supervisor->start());
    QTRY_VERIFY(isReady());
    supervisor->stop();
    if (arguments.first() == "ignore-term" || arguments.first() == "grandchildren")
        clock.advance(options.stopTimeout);
    QTRY_COMPARE(finished->count(), 1);
    QCOMPARE(supervisor->state(), ProcessState::Ended);
    QTEST(supervisor->exitCode(), "exitCode");
    QTEST(supervisor->stopFailure(), "failure");
}

void TestSupervisor::anEndAfterQuitIsAUsersStop()
{
    make({"wait"}, RestartWhen::Always);
    QVERIFY(!supervisor->start());
    QTRY_VERIFY(isReady());
    supervisor->sendSignal(SIGQUIT);
    QTRY_COMPARE(finished->count(), 1);
    QCOMPARE(supervisor->state(), ProcessState::Ended);
    QCOMPARE(supervisor->exitCode(), 0);
    // But a program that goes on after it (a dump of its threads) and crashes much later is started again.
    make({"record-signals"}, RestartWhen::Always);
    QVERIFY(!supervisor->start());
    QTRY_VERIFY(isReady());
    supervisor->sendSignal(SIGQUIT);
    QTRY_VERIFY(supervisor->output().tail(100).contains("got 3\n"));
    clock.advance(options.stopTimeout + 1ms);
    ::kill(supervisor->pid(), SIGKILL);
    QTRY_COMPARE(supervisor->describe().restarts, 1);
}

void TestSupervisor::someEndsAreRestartedFromAndOthersNot_data()
{
    QTest::addColumn<QByteArrayList>("arguments");
    QTest::addColumn<ExitSet>("restartOn");
    QTest::addColumn<ExitSet>("noRestartOn");
    QTest::addColumn<ProcessState>("state");
    using enum ProcessState;
    QTest::newRow("a code") << QByteArrayList{"exit", "0"} << ExitSet{0} << ExitSet{} << BackingOff;
    QTest::newRow("another code") << QByteArrayList{"exit", "0"} << ExitSet{1} << ExitSet{} << Ended;
    QTest::newRow("not a code") << QByteArrayList{"exit", "3"} << ExitSet{} << ExitSet{3} << Failed;
    QTest::newRow("not a signal") << QByteArrayList{"crash"} << ExitSet{} << ExitSet{139} << Failed;
    QTest::newRow("in both") << QByteArrayList{"exit", "3"} << ExitSet{3} << ExitSet{3} << Failed;
}

void TestSupervisor::someEndsAreRestartedFromAndOthersNot()
{
    QFETCH(QByteArrayList, arguments);
    QFETCH(ExitSet, restartOn);
    QFETCH(ExitSet, noRestartOn);
    options.restartOn = restartOn;
    options.noRestartOn = noRestartOn;
    make(arguments, RestartWhen::OnFailure);
    QVERIFY(!supervisor->start());
    QTRY_VERIFY(supervisor->state() != ProcessState::Running);
    QTEST(supervisor->state(), "state");
}

void TestSupervisor::aFirstStartThatFailsIsFinal()
{
    QVERIFY(!sockets.open(parseServiceAddress(u"127.0.0.1:0"_s).value()));
    make({}, RestartWhen::Always);
    options.command.arguments = {"/nowhere/at/all"};
    supervisor = std::make_unique<Supervisor>(options, sockets, clock);
    const auto failure = supervisor->start();
    QVERIFY(failure);
    QCOMPARE(supervisor->state(), ProcessState::Failed);
    QCOMPARE(supervisor->exitStatus(), 127);
    QVERIFY(supervisor->describe().error.contains(u"no such file"_s));
    QVERIFY(sockets.isEmpty());
}

void TestSupervisor::aCrashLoopIsGivenUpAndItsClientsRefused()
{
    QVERIFY(!sockets.open(parseServiceAddress(u"127.0.0.1:0"_s).value()));
    const ServiceAddress address = sockets.addresses().first();
    make({"exit", "3"}, RestartWhen::OnFailure);
    QVERIFY(!supervisor->start());
    for (int i = 0; i < 4; ++i) {
        QTRY_COMPARE(supervisor->state(), ProcessState::BackingOff);
        QCOMPARE(supervisor->describe().restarts, i);
        QVERIFY(connectTo(address).isOpen());
        clock.advance(1s * (1 << i) - 1ms);
        supervisor->advance();
        QCOMPARE(supervisor->state(), ProcessState::BackingOff);
        clock.advance(1ms);
        supervisor->advance();
    }
    QTRY_COMPARE(finished->count(), 1);
    QCOMPARE(supervisor->state(), ProcessState::Failed);
    QCOMPARE(supervisor->exitStatus(), 3);
    QVERIFY(!connectTo(address).isOpen());
    const QByteArray output = supervisor->output().tail(100);
    QVERIFY2(output.contains("given up after 5 failures within 1 min"), output.constData());
}

void TestSupervisor::aCrashIsNeverToldAsRunning()
{
    make({"crash"}, RestartWhen::OnFailure);
    QStringList states;
    connect(supervisor.get(), &Supervisor::changed, this, [&] {
        states.append(toldState());
        QCOMPARE(isUp(supervisor->state()), supervisor->trouble().isEmpty());
    });
    QVERIFY(!supervisor->start());
    QTRY_COMPARE(supervisor->state(), ProcessState::BackingOff);
    QCOMPARE(states, (QStringList{u"running"_s, u"backing_off"_s}));
    QCOMPARE(supervisor->describe().signal, u"SIGSEGV"_s);
    QVERIFY(supervisor->trouble().startsWith(u"killed by SIGSEGV"_s));
}

void TestSupervisor::aProgramThatVanishesIsAFailure()
{
    const QString copy = directory->filePath(u"program"_s);
    QVERIFY(QFile::copy(QString::fromLocal8Bit(HEPHAESTUS_TEST_CHILD), copy));
    make({});
    options.command.arguments = {QFile::encodeName(copy), "wait"};
    options.restart.when = RestartWhen::OnFailure;
    supervisor = std::make_unique<Supervisor>(options, sockets, clock);
    QSignalSpy over(supervisor.get(), &Supervisor::finished);
    QVERIFY(!supervisor->start());
    QVERIFY(QFile::remove(copy));
    ::kill(supervisor->pid(), SIGKILL);
    for (int i = 0; i < 4; ++i) {
        QTRY_COMPARE(supervisor->state(), ProcessState::BackingOff);
        clock.advance(8s);
        supervisor->advance();
    }
    QTRY_COMPARE(over.count(), 1);
    QCOMPARE(supervisor->state(), ProcessState::Failed);
    QCOMPARE(supervisor->exitStatus(), 127);
}

void TestSupervisor::withoutDescriptorsItTriesAgain()
{
    make({"wait"}, RestartWhen::OnFailure);
    QVERIFY(!supervisor->start());
    ::kill(supervisor->pid(), SIGKILL);
    QTRY_COMPARE(supervisor->state(), ProcessState::BackingOff);
    rlimit before{};
    QCOMPARE(::getrlimit(RLIMIT_NOFILE, &before), 0);
    rlimit few = before;
    few.rlim_cur = 5;
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &few), 0);
    clock.advance(1s);
    supervisor->advance();
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &before), 0);
    QCOMPARE(supervisor->state(), ProcessState::BackingOff);
    QVERIFY2(supervisor->trouble().contains(u"Too many open files"_s), qPrintable(supervisor->trouble()));
    QCOMPARE(supervisor->exitStatus(), 125);
    clock.advance(2s);
    supervisor->advance();
    QCOMPARE(supervisor->state(), ProcessState::Running);
    QCOMPARE(supervisor->describe().restarts, 2);
}

void TestSupervisor::aStopEndsTheWaitForTheNextStart()
{
    make({"exit", "4"}, RestartWhen::OnFailure);
    QVERIFY(!supervisor->start());
    QTRY_COMPARE(supervisor->state(), ProcessState::BackingOff);
    supervisor->stop();
    QCOMPARE(finished->count(), 1);
    QCOMPARE(supervisor->state(), ProcessState::Ended);
    QCOMPARE(supervisor->exitStatus(), 4);
    clock.advance(1h);
    supervisor->advance();
    QCOMPARE(supervisor->state(), ProcessState::Ended);
}

void TestSupervisor::clientsWaitWhileItRestarts()
{
    QVERIFY(!sockets.open(parseServiceAddress(u"127.0.0.1:0"_s).value()));
    make({"serve"}, RestartWhen::Always);
    QVERIFY(!supervisor->start());
    const QByteArray firstPid = QByteArray::number(supervisor->pid());
    const auto answer = [](const FileDescriptor &socket) {
        char buffer[32];
        const auto count = ::read(socket.number(), buffer, sizeof buffer);
        return QByteArray(buffer, std::max<qsizetype>(count, 0));
    };
    const FileDescriptor before = connectTo(sockets.addresses().first());
    QCOMPARE(answer(before), firstPid);
    const char bye = 1;
    QCOMPARE(::write(before.number(), &bye, 1), 1);
    QTRY_COMPARE(supervisor->state(), ProcessState::BackingOff);
    const FileDescriptor waiting = connectTo(sockets.addresses().first());
    QVERIFY(waiting.isOpen());
    clock.advance(1s);
    supervisor->advance();
    const QByteArray secondPid = QByteArray::number(supervisor->pid());
    QVERIFY(secondPid != firstPid);
    QCOMPARE(answer(waiting), secondPid);
}

void TestSupervisor::aFloodNeitherGrowsNorBlocks()
{
    options.logFile = directory->filePath(u"out.log"_s);
    make({"flood", "64"});
    QVERIFY(!supervisor->start());
    QTRY_COMPARE_WITH_TIMEOUT(finished->count(), 1, 60'000);
    QCOMPARE(supervisor->exitStatus(), 0);
    QVERIFY(supervisor->output().lineCount() >= 2 * 64 * 1024);
    QVERIFY(supervisor->output().tail(1'000'000).size() <= 2 << 20);
    qint64 onDisk = 0;
    for (const QFileInfo &file : QDir(directory->path()).entryInfoList(QDir::Files))
        onDisk += file.size();
    QVERIFY2(onDisk <= 4 * (10 << 20), qPrintable(QString::number(onDisk)));
}

void TestSupervisor::theOutputIsKeptInOrderOnDiskToo()
{
    options.logFile = directory->filePath(u"out.log"_s);
    make({"handle-term", "0"});
    QVERIFY(!supervisor->start());
    QTRY_VERIFY(isReady());
    supervisor->stop();
    QTRY_COMPARE(finished->count(), 1);
    QCOMPARE(supervisor->flush(), QString());
    QFile file(options.logFile);
    QVERIFY(file.open(QFile::ReadOnly));
    const QByteArray text = file.readAll();
    QByteArrayList lines = text.split('\n');
    lines.removeIf([](const QByteArray &line) { return line.endsWith("Z stdout:"); });
    QCOMPARE(lines.join('\n'), supervisor->output().tail(100));
    qsizetype at = 0;
    for (const char *line : {"started with pid", "ready\n", "stopping", "ending\n", "exited with code 0"}) {
        at = text.indexOf(line, at);
        QVERIFY2(at >= 0, text.constData());
    }
}

void TestSupervisor::aLogFileThatIsTakenAwayIsMadeAnewAndTold()
{
    options.logFile = directory->filePath(u"out.log"_s);
    make({"record-signals"});
    QVERIFY(!supervisor->start());
    QTRY_VERIFY(isReady());
    QVERIFY(QFile::rename(options.logFile, options.logFile + u".old"_s));
    supervisor->sendSignal(SIGUSR1);
    QTRY_VERIFY(supervisor->output().tail(100).contains("its log file was removed or renamed, and is made anew: "));
    QFile file(options.logFile);
    QVERIFY(file.open(QFile::ReadOnly));
    QVERIFY(file.readAll().contains("got 10\n"));
    // Where it cannot be made anew, that is told as long as it lasts.
    QVERIFY(QFile::remove(options.logFile) && QDir(directory->path()).mkdir(u"out.log"_s));
    supervisor->sendSignal(SIGUSR1);
    QTRY_VERIFY(supervisor->describe().logError.contains(u"Is a directory"_s));
    QVERIFY(QDir(directory->path()).rmdir(u"out.log"_s));
    supervisor->sendSignal(SIGUSR1);
    QTRY_VERIFY(supervisor->describe().logError.isEmpty());
}

void TestSupervisor::linesAreCountedAsTheyCome()
{
    make({"record-signals"});
    QSignalSpy kept(supervisor.get(), &Supervisor::linesKept);
    QVERIFY(!supervisor->start());
    QTRY_VERIFY(isReady());
    for (const int number : {SIGUSR1, SIGUSR2, SIGWINCH}) {
        const qint64 before = supervisor->output().lineCount();
        supervisor->sendSignal(number);
        QTRY_COMPARE(supervisor->output().lineCount(), before + 1);
        QCOMPARE(kept.last().first().toLongLong(), before + 1);
    }
}

void TestSupervisor::anUnfinishedLineIsShown()
{
    make({});
    options.command.arguments = {"sh", "-c", "printf 'Password: '; exec sleep 1000"};
    supervisor = std::make_unique<Supervisor>(options, sockets, clock);
    finished = std::make_unique<QSignalSpy>(supervisor.get(), &Supervisor::finished);
    QVERIFY(!supervisor->start());
    QTRY_VERIFY(supervisor->output().tail(100).endsWith("\nPassword: "));
    supervisor->stop();
    QTRY_COMPARE(finished->count(), 1);
    QVERIFY(supervisor->output().tail(100).contains("\nPassword: \n")); // which it never ended itself
}

void TestSupervisor::anUnwritableStateDirectoryIsToldAndNothingElse()
{
    options.logFile = u"/proc/self/out.log"_s;
    make({"handle-term", "0"});
    QVERIFY(!supervisor->start());
    QTRY_VERIFY(isReady());
    QVERIFY(supervisor->describe().logError.startsWith(u"/proc/self/out.log cannot be opened"_s));
    QCOMPARE(supervisor->state(), ProcessState::Running);
    supervisor->stop();
    QTRY_COMPARE(finished->count(), 1);
    QCOMPARE(supervisor->exitStatus(), 0);
}

void TestSupervisor::aJumpOfTheClockOnlyHurriesIt()
{
    make({"handle-term", "5"}, RestartWhen::OnFailure);
    QVERIFY(!supervisor->start());
    QTRY_VERIFY(isReady());
    clock.advance(std::chrono::hours(24 * 365));
    supervisor->advance();
    QCOMPARE(supervisor->state(), ProcessState::Running);
    ::kill(pid_t(*supervisor->describe().pid), SIGKILL);
    QTRY_COMPARE(supervisor->describe().restarts, 1); // at once, after so long a run
    QTRY_VERIFY(isReady());
    ::kill(pid_t(*supervisor->describe().pid), SIGKILL);
    QTRY_COMPARE(supervisor->state(), ProcessState::BackingOff);
    clock.advance(std::chrono::hours(24 * 365));
    supervisor->advance();
    supervisor->advance();
    QCOMPARE(supervisor->state(), ProcessState::Running);
    QCOMPARE(supervisor->describe().restarts, 2);
}

QTEST_GUILESS_MAIN(TestSupervisor)
#include "tst_supervisor.moc"
