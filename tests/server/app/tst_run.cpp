// SPDX-License-Identifier: GPL-3.0-or-later
//
// The real `hephaestus run`, around programs that misbehave.
#include "common/base/filedescriptor.h"
#include "common/protocol/healthcodec.h"
#include "server/supervisor/processtable.h"
#include "tests/support/leftovers.h"
#include "tests/support/processend.h"
#include "tests/support/rawhttp.h"
#include "tests/support/serviceprocess.h"
#include "tests/support/settledfiles.h"

#include <QDeadlineTimer>
#include <QDir>
#include <QFileInfo>
#include <QRandomGenerator>
#include <QRegularExpression>
#include <QScopeGuard>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

#include <fcntl.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/resource.h>

using namespace Hephaestus;
using namespace Hephaestus::Test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestRun : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void theExitCodeIsThePrograms_data();
    void theExitCodeIsThePrograms();
    void aFullDiskForOurLogChangesNoExitCode();
    void theOutputPassesUnchanged_data();
    void theOutputPassesUnchanged();
    void aReaderInSmallStepsGetsEverything_data();
    void aReaderInSmallStepsGetsEverything();
    void aClosedReaderEndsNothing_data();
    void aClosedReaderEndsNothing();
    void theInputIsOursIfAskedFor();
    void theEnvironmentIsOurs();
    void whateverTheParentLeftTheStartIsClean_data();
    void whateverTheParentLeftTheStartIsClean();
    void everySignalReachesTheProgramOnce_data();
    void everySignalReachesTheProgramOnce();
    void aClosedTerminalIsAStop();
    void theStopSignalIsTheOneAskedFor();
    void aSecondStopLeavesNothing_data();
    void aSecondStopLeavesNothing();
    void whoTellsTheWholeGroupIsNotEchoed_data();
    void whoTellsTheWholeGroupIsNotEchoed();
    void theLinesAreCountedAsTheyAreKept();
    void theResourcesAreThePrograms();
    void atRestNoTimerRuns();
    void aStopEndsTheWholeFamily_data();
    void aStopEndsTheWholeFamily();
    void aCrashIsNeverToldAsHealthy();
    void killedItselfItTakesTheProgramAlong_data();
    void killedItselfItTakesTheProgramAlong();
    void killedItselfItFindsWhoeverHides_data();
    void killedItselfItFindsWhoeverHides();
    void whatItSaysWhenItsSupervisorIsKilledIsKept();
    void aStopThatHadBegunIsNotToldAgain_data();
    void aStopThatHadBegunIsNotToldAgain();
    void killedItselfItLeavesAnUpstreamToItsShutdown();
    void aGuardianThatIsKilledAtItsWorkIsReplacedToo();
    void aGuardianHoldsNothingOfItsWrapper();
    void aGuardianThatIsKilledIsReplaced();
    void aGuardianAtRestGivesPagesBackAndStillGuards_data();
    void aGuardianAtRestGivesPagesBackAndStillGuards();
    void theOutputIsAmongTheLogs();
    void aRestartKeepsTheHeldSocket();
    void anOverlappingRestartLeavesNobodyWaiting();
    void aProgramThatClosedItsOutputIsHandedOver_data();
    void aProgramThatClosedItsOutputIsHandedOver();
    void anOverlappingRestartThatFailsLosesNothing();
    void aStopDuringAnOverlappingRestartLeavesNothing();
    void aStopLetsASuccessorThatAcceptsEndByItself_data();
    void aStopLetsASuccessorThatAcceptsEndByItself();
    void anOverlappingRestartWaitsForANotice();
    void aRestartIsNotKeptWaitingByTheOldProgramsWork();
    void aPredecessorIsKilledAtItsDeadline();
    void killedWhileItRestartsItTakesBothAlong();
    void whoCannotGoOnWithASuccessorEndsIt_data();
    void whoCannotGoOnWithASuccessorEndsIt();
    void dependenciesAreCheckedOnItsBehalf();
    void theProgramsOwnEndpointsAreMergedAndAskedFirst();
    void aRelativeSocketIsFoundFromAnyDirectory();
    void aTokenIsShownToTheProgram();
    void anUpstreamThatIsSomebodyElseIsNotBelieved();
    void anEditedModuleMarksOnlyTheProgramsThatImportedIt();
    void aNodeProgramReportsWhatItLoads_data();
    void aNodeProgramReportsWhatItLoads();
    void aNodeProgramWithoutItsAdapterIsUnknown();
    void aWatchedFileAndTheExecutableAreTheProgramsCode();
    void eachProcessOfTheProgramIsJudgedByItself();
    void theConfigurationItReadCountsFromThen();
    void nothingIsLeftOfTheAdapter();

private:
    QStringList command(const QStringList &options, const QStringList &program) const
    {
        return QStringList{u"run"_s, u"--name"_s, u"wrapped"_s} + options + QStringList{u"--"_s} + program;
    }
    static QStringList child(const QStringList &part)
    {
        return QStringList{QStringLiteral(HEPHAESTUS_TEST_CHILD)} + part;
    }
    static HealthReport status(quint16 port)
    {
        const auto report = decodeReport(rawRequest(port, "GET", "/health/status").body);
        return report ? *report : HealthReport();
    }
    static WrappedProcess program(quint16 port) { return status(port).process.value_or(WrappedProcess()); }
    static QString stateOf(quint16 port) { return program(port).state.text(); }
    static QString successorOf(quint16 port)
    {
        const WrappedProcess process = program(port);
        return process.successor ? process.successor->state.text() : QString();
    }
    static QByteArray pidOf(const HealthReport &report)
    {
        return report.process && report.process->pid ? QByteArray::number(*report.process->pid) : QByteArray("none");
    }
    static bool hasNode()
    {
        QProcess node;
        node.start(u"node"_s,
                   {u"-p"_s, u"const [a, b] = process.versions.node.split('.'); a > 18 || (a == 18 && b > 18)"_s});
        return node.waitForFinished() && node.readAll().trimmed() == "true";
    }
    static void killProgram(quint16 port, int signal)
    {
        const auto pid = program(port).pid;
        QVERIFY(pid);
        ::kill(pid_t(*pid), signal);
    }
    void write(const QString &name, const QByteArray &content) const
    {
        QFile file(directory->filePath(name));
        QVERIFY(file.open(QFile::WriteOnly));
        file.write(content);
    }
    /// `verdict change name, …`
    QString code(quint16 port) const
    {
        const HealthReport report = status(port);
        QStringList parts;
        for (const CodeChange &change : report.code ? report.code->changed : QList<CodeChange>())
            parts << change.change + u' ' + change.path.section(u'/', -1);
        return (report.code ? wireName(report.code->verdict) : u"none"_s)
            + (parts.isEmpty() ? QString() : u' ' + parts.join(u", "_s));
    }
    static QByteArray logs(quint16 port) { return rawRequest(port, "GET", "/health/logs?tail=2000").body; }
    static QByteArray pidServedBy(quint16 port)
    {
        QTcpSocket socket;
        socket.connectToHost(u"127.0.0.1"_s, port);
        return socket.waitForReadyRead(10'000) ? socket.readAll() : QByteArray();
    }

    std::unique_ptr<QTemporaryDir> directory;
    std::unique_ptr<Leftovers> leftovers;
};

#define START(service, ...)                                                                                            \
    ServiceProcess service;                                                                                            \
    QVERIFY2(service.start(QStringLiteral(HEPHAESTUS_PROGRAM), command(__VA_ARGS__)), service.errors().constData())

void TestRun::init()
{
    directory = std::make_unique<QTemporaryDir>();
    leftovers = std::make_unique<Leftovers>();
    qputenv("XDG_STATE_HOME", directory->path().toUtf8());
    qputenv("HEPHAESTUS_TEST_MARK",
            leftovers->mark().mid(leftovers->mark().indexOf('=') + 1)); // inherited by all that is started
}

void TestRun::cleanup() { QTRY_COMPARE(leftovers->pids(), QList<int>()); }

void TestRun::theExitCodeIsThePrograms_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<QString>("says");
    const QStringList never{u"--restart"_s, u"never"_s};
    const auto row = [&](const char *name, const QStringList &arguments, int exitCode, const QString &says) {
        QTest::newRow(name) << arguments << exitCode << says;
    };
    row("exit 0", command({}, child({u"exit"_s, u"0"_s})), 0, u"exited with code 0"_s);
    row("exit 7", command(never, child({u"exit"_s, u"7"_s})), 7, u"exited with code 7"_s);
    row("segmentation fault", command(never, child({u"crash"_s})), 139, u"killed by SIGSEGV"_s);
    row("grandchildren left behind",
        command(never + QStringList{u"--stop-timeout"_s, u"200ms"_s}, child({u"grandchildren"_s, u"leave"_s})), 0,
        u"left 6 processes behind"_s);
    row("double fork",
        command(never + QStringList{u"--stop-timeout"_s, u"200ms"_s}, child({u"fork-twice"_s, u"leave"_s})), 0,
        u"processes behind"_s);
    row("flood", command(never, child({u"flood"_s, u"16"_s})), 0, u"exited with code 0"_s);
    row("not found", command({}, {u"/nowhere/at/all"_s}), 127, u"no such file"_s);
    row("not executable", command({}, {u"/etc/passwd"_s}), 126, u"may not execute"_s);
    row("no program", {u"run"_s, u"--name"_s, u"x"_s}, 125, u"expected -- and the program"_s);
    row("no name", {u"run"_s, u"--"_s, u"true"_s}, 125, u"expected a name"_s);
    row("wrong word", command({u"--restart"_s, u"sometimes"_s}, {u"true"_s}), 125,
        u"expected on-failure, always or never"_s);
    row("wrong stop signal", command({u"--stop-signal"_s, u"STOPP"_s}, {u"true"_s}), 125, u"--stop-signal: "_s);
    row("a stop signal nobody can handle", command({u"--stop-signal"_s, u"KILL"_s}, {u"true"_s}), 125,
        u"expected a signal that can be handled"_s);
    row("wrong stop scope", command({u"--stop-scope"_s, u"all"_s}, {u"true"_s}), 125, u"expected leader or group"_s);
    row("wrong output", command({u"--output"_s, u"lose"_s}, {u"true"_s}), 125, u"expected pass or drop"_s);
    row("wrong success", command({u"--success-exit"_s, u"0,x"_s}, {u"true"_s}), 125, u"--success-exit: "_s);
    row("a success", command(QStringList{u"--success-exit"_s, u"7"_s}, child({u"exit"_s, u"7"_s})), 7,
        u"exited with code 7"_s);
    row("no restart on it", command(QStringList{u"--no-restart-on"_s, u"SEGV"_s}, child({u"crash"_s})), 139,
        u"killed by SIGSEGV"_s);
    row("wrong duration", command({u"--stop-timeout"_s, u"soon"_s}, {u"true"_s}), 125, u"--stop-timeout"_s);
    row("wrong socket", command({u"--socket"_s, u"here"_s}, {u"true"_s}), 125, u"expected HOST:PORT"_s);
    row("overlap without a socket", command({u"--overlap"_s}, {u"true"_s}), 125, u"--overlap: expected --socket"_s);
    row("overlap beside an upstream",
        command({u"--overlap"_s, u"--socket"_s, u"127.0.0.1:0"_s, u"--upstream"_s, u"unix:/x"_s}, {u"true"_s}), 125,
        u"--overlap: unexpected beside --upstream"_s);
    row("address of another machine", command({u"--listen"_s, u"192.0.2.1:1"_s}, {u"true"_s}), 125, u"192.0.2.1:1"_s);
    row("token without upstream", command({u"--upstream-token-file"_s, u"/x"_s}, {u"true"_s}), 125,
        u"expected --upstream"_s);
    row("no token", command({u"--upstream"_s, u"unix:/x"_s, u"--upstream-token-file"_s, u"/nowhere"_s}, {u"true"_s}),
        125, u"/nowhere"_s);
    row("wrong upstream", command({u"--upstream"_s, u"ftp://x"_s}, {u"true"_s}), 125, u"--upstream: "_s);
    row("missing configuration", command({u"--config"_s, u"/nowhere.toml"_s}, {u"true"_s}), 125, u"/nowhere.toml"_s);
}

void TestRun::theExitCodeIsThePrograms()
{
    QFETCH(QStringList, arguments);
    QFETCH(QString, says);
    QProcess process;
    process.start(QStringLiteral(HEPHAESTUS_PROGRAM), arguments);
    QVERIFY(hasEnded(process));
    const QByteArray errors = process.readAllStandardError();
    QVERIFY2(QString::fromUtf8(errors).contains(says), errors.constData());
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QTEST(process.exitCode(), "exitCode");
}

void TestRun::theOutputPassesUnchanged_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QByteArray all;
    for (int i = 0; i < 256; ++i)
        all += char(i);
    QTest::newRow("a line") << QByteArray("{\"a\":1}\n");
    QTest::newRow("no end") << QByteArray("answer");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("every byte") << all.repeated(20);
    QTest::newRow("a long line") << QByteArray(400'000, 'x') + '\n';
    QTest::newRow("a long line without end") << QByteArray(400'000, 'x');
    QTest::newRow("ends of lines only") << QByteArray(100'000, '\n');
    QTest::newRow("progress") << QByteArray("10%\r20%\r\n");
}

void TestRun::aFullDiskForOurLogChangesNoExitCode()
{
    QProcess process;
    process.setStandardErrorFile(u"/dev/full"_s);
    process.start(QStringLiteral(HEPHAESTUS_PROGRAM), command({}, {u"sh"_s, u"-c"_s, u"echo done"_s}));
    QVERIFY(hasEnded(process));
    QCOMPARE(process.exitCode(), 0);
}

void TestRun::theOutputPassesUnchanged()
{
    QFETCH(QByteArray, bytes);
    write(u"bytes"_s, bytes);
    for (const bool toStderr : {false, true}) {
        QProcess process;
        const QString line = toStderr ? u"exec cat \"$0\" >&2"_s : u"exec cat \"$0\""_s;
        process.start(
            QStringLiteral(HEPHAESTUS_PROGRAM),
            command({u"--log-level"_s, u"warning"_s}, {u"sh"_s, u"-c"_s, line, directory->filePath(u"bytes"_s)}));
        QVERIFY(hasEnded(process));
        QCOMPARE(process.exitCode(), 0);
        QVERIFY(process.readAllStandardOutput() == (toStderr ? QByteArray() : bytes));
        // What we say ourselves is on stderr, perhaps amid the program's words.
        QByteArray errors = process.readAllStandardError();
        if (const qsizetype own = errors.indexOf("listening on http://"); own >= 0)
            errors.remove(own, errors.indexOf('\n', own) + 1 - own);
        QVERIFY(errors == (toStderr ? bytes : QByteArray()));
    }
}

void TestRun::aReaderInSmallStepsGetsEverything_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<bool>("mayBeLess");
    QTest::newRow("pass") << QStringList{} << false;
    QTest::newRow("drop") << QStringList{u"--output"_s, u"drop"_s} << true;
}

void TestRun::aReaderInSmallStepsGetsEverything()
{
    QFETCH(QStringList, options);
    QFETCH(bool, mayBeLess);
    QProcess process;
    process.start(
        u"sh"_s,
        QStringList{u"-c"_s, u"\"$0\" \"$@\" | dd bs=512 2>/dev/null | wc -c"_s, QStringLiteral(HEPHAESTUS_PROGRAM)}
            + command(options, child({u"flood"_s, u"16"_s})));
    QVERIFY(hasEnded(process));
    const qint64 got = process.readAllStandardOutput().trimmed().toLongLong();
    const QByteArray errors = process.readAllStandardError();
    constexpr qint64 All = 16 << 20;
    static const QRegularExpression dropped(u"hephaestus.process: .*: (\\d+) bytes of its stdout were dropped"_s);
    qint64 told = 0;
    for (const auto &match : dropped.globalMatch(QString::fromLatin1(errors)))
        told += match.captured(1).toLongLong();
    QCOMPARE(got + told, All);
    QVERIFY(mayBeLess || told == 0);
}

void TestRun::aClosedReaderEndsNothing_data()
{
    QTest::addColumn<QString>("redirection");
    QTest::newRow("stdout") << u"> >(exec true)"_s;
    QTest::newRow("a socket") << u"> /dev/tcp/127.0.0.1/%1"_s;
}

void TestRun::aClosedReaderEndsNothing()
{
    QFETCH(QString, redirection);
    QTcpServer reader; // which takes nobody in
    QVERIFY(reader.listen(QHostAddress::LocalHost));
    if (redirection.contains(u'%'))
        redirection = redirection.arg(reader.serverPort());
    ServiceProcess service;
    QVERIFY(
        service.start(u"bash"_s,
                      QStringList{u"-c"_s, u"exec \"$0\" \"$@\" "_s + redirection, QStringLiteral(HEPHAESTUS_PROGRAM)}
                          + command({}, child({u"record-signals"_s}))));
    QTRY_VERIFY(logs(service.port).contains("ready\n"));
    delete reader.nextPendingConnection();
    reader.close();
    const QByteArray gone("its stdout is not passed on: ");
    const auto isTold = [&] {
        service.signal(SIGUSR1);
        return logs(service.port).contains(gone);
    };
    QTRY_VERIFY(isTold());
    service.signal(SIGUSR2);
    QTRY_VERIFY(logs(service.port).contains("got 12\n")); // and the program goes on
    QCOMPARE(logs(service.port).count(gone), 1);
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
}

void TestRun::theInputIsOursIfAskedFor()
{
    for (const bool isAskedFor : {true, false}) {
        QProcess process;
        process.start(QStringLiteral(HEPHAESTUS_PROGRAM),
                      command(isAskedFor ? QStringList{u"--stdin"_s} : QStringList(), child({u"repeat-input"_s})));
        process.write("typed\n");
        process.closeWriteChannel();
        QVERIFY(hasEnded(process));
        QCOMPARE(process.readAllStandardOutput(), isAskedFor ? "typed\nend of input\n" : "end of input\n");
    }
}

/// And nothing of what this process chooses for itself by variables.
void TestRun::theEnvironmentIsOurs()
{
    QProcess process;
    process.start(QStringLiteral(HEPHAESTUS_PROGRAM), command({}, {u"env"_s, u"-0"_s}));
    QVERIFY(hasEnded(process));
    QCOMPARE(process.exitCode(), 0);
    QByteArrayList own;
    for (char **variable = environ; *variable; ++variable)
        own << *variable;
    const QByteArrayList seen = process.readAllStandardOutput().split('\0');
    QVERIFY(seen.contains("HEPHAESTUS_TEST_MARK=" + qgetenv("HEPHAESTUS_TEST_MARK")));
    for (const QByteArray &variable : seen) {
        if (!variable.isEmpty() && !variable.startsWith("HEPHAESTUS_RUN="))
            QVERIFY2(own.contains(variable), variable.constData());
    }
}

void TestRun::whateverTheParentLeftTheStartIsClean_data()
{
    QTest::addColumn<int>("ignored");
    QTest::addColumn<int>("blocked");
    QTest::addColumn<QByteArray>("said");
    QTest::newRow("SIGCHLD ignored") << SIGCHLD << 0 << QByteArray("signals\n");
    QTest::newRow("SIGPIPE ignored") << SIGPIPE << 0 << QByteArray("signals\n");
    QTest::newRow("SIGTERM ignored") << SIGTERM << 0 << QByteArray("signals\n");
    QTest::newRow("SIGTERM blocked") << 0 << SIGTERM << QByteArray("signals\n");
    QTest::newRow("SIGCHLD blocked") << 0 << SIGCHLD << QByteArray("signals\n");
    QTest::newRow("nohup") << SIGHUP << 0 << QByteArray("signals 1\n");
}

void TestRun::whateverTheParentLeftTheStartIsClean()
{
    QFETCH(int, ignored);
    QFETCH(int, blocked);
    QFETCH(QByteArray, said);
    ServiceProcess service;
    service.process.setChildProcessModifier([=] {
        sigset_t set;
        sigemptyset(&set);
        if (blocked != 0)
            sigaddset(&set, blocked);
        ::sigprocmask(SIG_SETMASK, &set, nullptr);
        if (ignored != 0)
            ::signal(ignored, SIG_IGN);
    });
    const QString line = u"\"$0\" describe; exec \"$0\" record-signals"_s;
    QVERIFY(service.start(QStringLiteral(HEPHAESTUS_PROGRAM),
                          command({}, {u"sh"_s, u"-c"_s, line, QStringLiteral(HEPHAESTUS_TEST_CHILD)})));
    QTRY_VERIFY(logs(service.port).contains("ready\n"));
    QVERIFY2(logs(service.port).contains(said), logs(service.port).constData());
    service.signal(SIGHUP); // handed on, or still ignored
    service.signal(SIGUSR1);
    QTRY_VERIFY(logs(service.port).contains("got 10\n"));
    QCOMPARE(logs(service.port).contains("got 1\n"), ignored != SIGHUP);
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
}

void TestRun::everySignalReachesTheProgramOnce_data()
{
    QTest::addColumn<int>("number");
    for (int number = 1; number <= SIGRTMAX; ++number) {
        const bool isForLibc = number > SIGSYS && number < SIGRTMIN;
        const bool isStop = number == SIGTERM || number == SIGINT;
        // SIGXFSZ is ours: a log file over its limit.
        if (number != SIGKILL && number != SIGSTOP && number != SIGCHLD && number != SIGXFSZ && !isForLibc && !isStop
            && (number < SIGRTMIN + 2 || number == SIGRTMAX))
            QTest::addRow("%d", number) << number;
    }
}

void TestRun::everySignalReachesTheProgramOnce()
{
    QFETCH(int, number);
    START(service, {}, child({u"record-signals"_s}));
    QTRY_VERIFY(logs(service.port).contains("ready\n"));
    const QByteArray got = "got " + QByteArray::number(number) + '\n';
    service.signal(number);
    QTRY_VERIFY(logs(service.port).contains(got));
    QCOMPARE(rawRequest(service.port, "POST", "/health/shutdown").status, 200);
    QCOMPARE(service.exitCode(), 0);
    QFile log(directory->filePath(u"hephaestus/logs/wrapped.output.log"_s));
    QVERIFY(log.open(QFile::ReadOnly));
    const QByteArray said = log.readAll();
    QCOMPARE(said.count(got), 1);
    QCOMPARE(said.count("got 15\n"), 1); // and the stop, once
}

void TestRun::aClosedTerminalIsAStop()
{
    int master = -1;
    int slave = -1;
    QCOMPARE(::openpty(&master, &slave, nullptr, nullptr, nullptr), 0);
    ::fcntl(master, F_SETFD, FD_CLOEXEC);
    ServiceProcess service;
    service.process.setChildProcessModifier([slave] {
        ::setsid();
        ::ioctl(slave, TIOCSCTTY, 0);
        ::dup2(slave, STDOUT_FILENO);
    });
    QVERIFY(service.start(QStringLiteral(HEPHAESTUS_PROGRAM),
                          command({u"--restart"_s, u"always"_s}, child({u"record-signals"_s}))));
    ::close(slave);
    QTRY_VERIFY(logs(service.port).contains("ready\n"));
    service.signal(SIGHUP); // somebody's, who wants the program to read its configuration again
    QTRY_VERIFY(logs(service.port).contains("got 1\n"));
    ::close(master);
    QCOMPARE(service.exitCode(), 0);
    QVERIFY(service.errors().contains("the terminal is closed"));
}

void TestRun::theStopSignalIsTheOneAskedFor()
{
    for (const bool isByIt : {false, true}) {
        START(service,
              QStringList{u"--stop-signal"_s, u"QUIT"_s, u"--restart"_s, u"always"_s, u"--stop-timeout"_s, u"10s"_s},
              {u"python3"_s, u"-c"_s,
               u"import signal, sys, time\n"
               "signal.signal(signal.SIGQUIT, lambda *_: (print('told', flush=True), sys.exit(0)))\n"
               "print('ready', flush=True)\n"
               "time.sleep(1000)\n"_s});
        QTRY_VERIFY(logs(service.port).contains("ready\n"));
        service.signal(isByIt ? SIGQUIT : SIGTERM);
        QCOMPARE(service.exitCode(), 0);
        QVERIFY(service.errors().contains("stopping: SIGQUIT, and SIGKILL after 10 s"));
    }
}

void TestRun::aSecondStopLeavesNothing_data()
{
    QTest::addColumn<QStringList>("part");
    QTest::addColumn<int>("second");
    QTest::newRow("hangs at TERM") << QStringList{u"hang-at-term"_s} << SIGTERM;
    QTest::newRow("ignores TERM") << QStringList{u"ignore-term"_s} << SIGINT;
    QTest::newRow("grandchildren") << QStringList{u"grandchildren"_s} << SIGTERM;
    QTest::newRow("double fork") << QStringList{u"fork-twice"_s} << SIGINT;
}

void TestRun::aSecondStopLeavesNothing()
{
    QFETCH(QStringList, part);
    QFETCH(int, second);
    START(service, QStringList{u"--socket"_s, u"127.0.0.1:0"_s}, child(part));
    QTRY_VERIFY(logs(service.port).contains("ready\n"));
    const quint16 held = quint16(program(service.port).sockets.value(0).section(u':', -1).toUInt());
    service.signal(SIGTERM);
    QTRY_VERIFY(logs(service.port).contains("stopping: SIGTERM"));
    const auto ended = [&] { // the second one is one from 200 ms after the first on
        service.signal(second);
        return service.process.state() == QProcess::NotRunning || service.process.waitForFinished(50);
    };
    QTRY_VERIFY(ended());
    QCOMPARE(service.exitCode(), 128 + second);
    QCOMPARE(leftovers->pids(), QList<int>()); // by now, and not some time later
    QTcpServer next;
    QVERIFY(next.listen(QHostAddress::LocalHost, held));
}

namespace {

/// The guardian of a wrapper; 0: there is none now.
pid_t guardianOf(qint64 wrapper)
{
    QFile children(u"/proc/%1/task/%1/children"_s.arg(wrapper));
    if (!children.open(QFile::ReadOnly))
        return 0;
    for (const QByteArray &pid : children.readAll().simplified().split(' ')) {
        QFile name(u"/proc/%1/comm"_s.arg(QString::fromLatin1(pid)));
        if (name.open(QFile::ReadOnly) && name.readAll() == "guardian\n")
            return pid.toInt();
    }
    return 0;
}

} // namespace

void TestRun::whoTellsTheWholeGroupIsNotEchoed_data()
{
    QTest::addColumn<bool>("isGroup");
    QTest::newRow("the whole control group") << true;
    QTest::newRow("the wrapper alone") << false;
}

void TestRun::whoTellsTheWholeGroupIsNotEchoed()
{
    QFETCH(bool, isGroup);
    START(service, QStringList{u"--stop-timeout"_s, u"500ms"_s},
          {u"python3"_s, u"-c"_s,
           u"import signal, time\n"
           "signal.signal(signal.SIGTERM, lambda *_: print('told', flush=True))\n"
           "print('ready', flush=True)\n"
           "while True: time.sleep(1000)\n"_s});
    QTRY_VERIFY(logs(service.port).contains("ready\n"));
    const auto wrapped = pid_t(program(service.port).pid.value_or(0));
    QVERIFY(wrapped > 0);
    service.signal(SIGTERM); // in systemd's order, its main process first
    if (isGroup) {
        ::kill(guardianOf(service.process.processId()), SIGTERM);
        ::kill(wrapped, SIGTERM);
    }
    QCOMPARE(service.exitCode(), 137);
    QFile log(directory->filePath(u"hephaestus/logs/wrapped.output.log"_s));
    QVERIFY(log.open(QFile::ReadOnly));
    const QByteArray said = log.readAll();
    QCOMPARE(said.count("told\n"), 1);
    QCOMPARE(said.contains("sent by who stops us"), isGroup);
}

void TestRun::theLinesAreCountedAsTheyAreKept()
{
    START(service, {}, {u"sh"_s, u"-c"_s, u"for i in 1 2 3 4 5 6 7 8 9; do echo $i; done; exec sleep 1000"_s});
    QTRY_VERIFY(logs(service.port).contains("\n9\n"));
    QCOMPARE(program(service.port).outputLines, logs(service.port).count('\n'));
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
}

void TestRun::theResourcesAreThePrograms()
{
    START(service, {u"--socket"_s, u"127.0.0.1:0"_s}, child({u"hold"_s, u"200"_s}));
    const auto report = [&service] { return status(service.port); };
    constexpr qint64 held = 200 * 1024 * 1024;
    QTRY_VERIFY(report().resources.residentBytes >= held);
    const HealthReport now = report();
    QVERIFY(now.process && now.process->wrapper);
    QCOMPARE(now.process->wrapper->pid, now.pid);
    QVERIFY(now.process->wrapper->residentBytes > 0 && now.process->wrapper->residentBytes < held);
    QVERIFY(now.process->wrapper->cpuSeconds > 0 && now.resources.cpuSeconds > 0);
    QCOMPARE(now.resources.threads, std::optional<qint64>(1));
    QCOMPARE(now.resources.openConnections, std::optional<qint64>(0));
    QVERIFY2(!now.resources.backgroundTasks && !now.resources.inFlightRequests, "nobody can know them");
    const QByteArray metrics = rawRequest(service.port, "GET", "/metrics").body;
    for (const char *const sample :
         {"process_resident_memory_bytes{process=\"program\"} 2", "process_resident_memory_bytes{process=\"wrapper\"} ",
          "process_cpu_seconds_total{process=\"wrapper\"} "})
        QVERIFY2(metrics.contains(sample), metrics.constData());
    killProgram(service.port, SIGKILL);
    QTRY_COMPARE(program(service.port).restarts, 1);
    QTRY_VERIFY(report().resources.residentBytes >= held);
    QVERIFY(report().resources.cpuSeconds >= now.resources.cpuSeconds); // of both runs
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
}

namespace {

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QFile::ReadOnly) ? file.readAll() : QByteArray();
}

/// How often a thread has waited for something, and gone on.
qint64 wakeUpsOf(pid_t process, pid_t thread)
{
    const QByteArray key = "\nvoluntary_ctxt_switches:";
    const QByteArray status = contentOf(u"/proc/%1/task/%2/status"_s.arg(process).arg(thread));
    const qsizetype at = status.indexOf(key);
    return at < 0 ? -1 : status.mid(at + key.size()).split('\n').first().trimmed().toLongLong();
}

} // namespace

/// But in the thread that looks at the code: those looks become rarer (TestCodeWatch).
void TestRun::atRestNoTimerRuns()
{
    START(service, {u"--ready"_s, u"after:100ms"_s}, {u"sleep"_s, u"1000"_s});
    const auto wrapper = pid_t(service.process.processId());
    const auto wakeUps = [wrapper] {
        const pid_t guardian = guardianOf(wrapper);
        QList<qint64> counts{wakeUpsOf(wrapper, wrapper), wakeUpsOf(guardian, guardian)};
        const QString tasks = u"/proc/%1/task/"_s.arg(wrapper);
        for (const QString &thread : QDir(tasks).entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
            if (const QByteArray name = contentOf(tasks + thread + u"/comm"_s); name == "http\n" || name == "log\n")
                counts << wakeUpsOf(wrapper, thread.toInt());
        }
        return counts;
    };
    QCOMPARE(wakeUps().size(), 4);
    bool rests = false;
    for (const QDeadlineTimer deadline(60s); !rests && !deadline.hasExpired();) {
        const QList<qint64> before = wakeUps();
        QTest::qWait(2'000); // a timer would run meanwhile
        rests = wakeUps() == before && !before.contains(-1);
    }
    QVERIFY(rests);
}

void TestRun::aStopEndsTheWholeFamily_data()
{
    QTest::addColumn<QStringList>("part");
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<int>("exitCode");
    const auto row = [](const char *name, const QStringList &part, int exitCode, const QStringList &options = {}) {
        QTest::newRow(name) << part << options << exitCode;
    };
    row("ends by the signal", {u"wait"_s}, 0);
    row("handles TERM", {u"handle-term"_s, u"0"_s}, 0);
    row("handles TERM, exits with 9", {u"handle-term"_s, u"9"_s}, 9);
    row("handles TERM, exits with 9, a success", {u"handle-term"_s, u"9"_s}, 0, {u"--success-exit"_s, u"0,9"_s});
    row("suspended", {u"suspend-itself"_s}, 0);
    row("ignores TERM", {u"ignore-term"_s}, 137);
    row("grandchildren", {u"grandchildren"_s}, 137);
    row("double fork", {u"fork-twice"_s}, 137);
    row("a master that waits for its worker", {u"master"_s}, 0);
    row("a master whose worker is told too", {u"master"_s}, 9, {u"--stop-scope"_s, u"group"_s});
}

void TestRun::aStopEndsTheWholeFamily()
{
    QFETCH(QStringList, part);
    QFETCH(QStringList, options);
    QFETCH(int, exitCode);
    for (const bool isOverHttp : {true, false}) {
        START(service, options + QStringList{u"--stop-timeout"_s, u"300ms"_s}, child(part));
        QTRY_VERIFY(logs(service.port).contains("ready"));
        if (isOverHttp) {
            const RawAnswer answer = rawRequest(service.port, "POST", "/health/shutdown");
            QCOMPARE(answer.status, exitCode == 0 ? 200 : 500);
            const auto result = decodeShutdownResult(answer.body);
            QVERIFY(result);
            QCOMPARE(result->complete, exitCode == 0);
            QCOMPARE(result->exitCode.value_or(-1), exitCode);
        } else {
            service.signal(SIGTERM);
        }
        QCOMPARE(service.exitCode(), exitCode);
    }
}

void TestRun::aCrashIsNeverToldAsHealthy()
{
    START(service, {u"--restart"_s, u"on-failure"_s}, child({u"wait"_s}));
    QTRY_COMPARE(stateOf(service.port), u"running"_s);
    killProgram(service.port, SIGSEGV);
    // It is down for less than a second: what is said of that is kept from one look, which asks for the readiness
    // first.
    HealthReport down;
    int ready = 0;
    const auto isDown = [&] { return ready == 503 && down.process && down.process->state == ProcessState::BackingOff; };
    const auto wasSeenDown = [&] {
        if (!isDown()) {
            ready = rawRequest(service.port, "GET", "/health/ready").status;
            down = status(service.port);
        }
        return isDown();
    };
    QTRY_VERIFY(wasSeenDown());
    QCOMPARE(down.status, ServiceStatus::Healthy); // which says that no shutdown is under way, and no more
    QVERIFY(!down.shouldShutdown);
    QCOMPARE(down.process->signal, u"SIGSEGV"_s);
    QTRY_COMPARE(stateOf(service.port), u"running"_s);
    QCOMPARE(status(service.port).status, ServiceStatus::Healthy);
    QCOMPARE(program(service.port).restarts, 1);
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
}

void TestRun::killedItselfItTakesTheProgramAlong_data()
{
    QTest::addColumn<QStringList>("part");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("handles TERM") << QStringList{u"handle-term"_s, u"0"_s} << QByteArray("it has ended");
    QTest::newRow("ignores TERM") << QStringList{u"ignore-term"_s} << QByteArray("SIGKILL to 1 processes");
    QTest::newRow("hangs at TERM") << QStringList{u"hang-at-term"_s} << QByteArray("SIGKILL to 1 processes");
    QTest::newRow("suspended") << QStringList{u"suspend-itself"_s} << QByteArray("it has ended");
    QTest::newRow("grandchildren") << QStringList{u"grandchildren"_s} << QByteArray("SIGKILL to 6 processes");
    QTest::newRow("double fork") << QStringList{u"fork-twice"_s} << QByteArray("SIGKILL to 1 processes");
}

void TestRun::killedItselfItTakesTheProgramAlong()
{
    QFETCH(QStringList, part);
    QFETCH(QByteArray, says);
    START(service, {u"--stop-timeout"_s, u"300ms"_s}, child(part));
    QTRY_VERIFY(logs(service.port).contains("ready"));
    QFile log(program(service.port).logFile);
    service.signal(SIGKILL);
    service.process.waitForFinished(0); // its stderr stays open while somebody speaks for it
    QTRY_COMPARE(leftovers->pids(), QList<int>());
    QVERIFY(log.open(QFile::ReadOnly));
    const QByteArray told = log.readAll();
    QVERIFY2(told.contains("its supervisor (pid "), told.constData());
    QVERIFY2(told.contains(says), told.constData());
}

void TestRun::whatItSaysWhenItsSupervisorIsKilledIsKept()
{
    START(service, {},
          {u"sh"_s, u"-c"_s,
           u"trap 'echo stopping; echo to stderr >&2; echo done; exit 0' TERM; echo ready; while :; do sleep "
           u"0.01; done"_s});
    QTRY_VERIFY(logs(service.port).contains("ready\n"));
    QFile log(program(service.port).logFile);
    service.signal(SIGKILL);
    service.process.waitForFinished(0);
    QTRY_COMPARE(leftovers->pids(), QList<int>());
    QVERIFY(log.open(QFile::ReadOnly));
    const QByteArray told = log.readAll();
    for (const char *line : {"stopping\n", "to stderr\n", "done\n"})
        QVERIFY2(told.count(line) == 1, told.constData()); // told once, and no line of its killed it
}

void TestRun::killedItselfItFindsWhoeverHides_data()
{
    QTest::addColumn<QString>("script");
    QTest::newRow("its environment cleared") << u"env -i sleep %1 &"_s;
    QTest::newRow("in a session of its own") << u"setsid env -i sleep %1 &"_s;
    QTest::newRow("without a parent, writing") << u"(setsid env -i sleep %1 &)"_s;
}

void TestRun::killedItselfItFindsWhoeverHides()
{
    QFETCH(QString, script);
    const QString time = u"7777.%1"_s.arg(QRandomGenerator::global()->bounded(1'000'000'000));
    const auto hidden = [&] {
        QList<pid_t> found;
        for (const ProcessEntry &process : readProcesses()) {
            QFile file(u"/proc/%1/cmdline"_s.arg(process.pid));
            if (file.open(QFile::ReadOnly) && file.readAll() == "sleep" + QByteArray(1, 0) + time.toLatin1() + '\0')
                found.append(process.pid);
        }
        return found;
    };
    START(service, {u"--stop-timeout"_s, u"300ms"_s},
          {u"sh"_s, u"-c"_s, script.arg(time) + u"\necho ready; while :; do sleep 1000; done"_s});
    QTRY_VERIFY(logs(service.port).contains("ready\n"));
    QTRY_COMPARE(hidden().size(), 1);
    service.signal(SIGKILL);
    service.process.waitForFinished(0);
    QTRY_COMPARE(hidden(), QList<pid_t>());
    QTRY_COMPARE(leftovers->pids(), QList<int>());
}

void TestRun::aStopThatHadBegunIsNotToldAgain_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::newRow("the program") << QStringList();
    QTest::newRow("its group") << QStringList{u"--stop-scope"_s, u"group"_s};
    QTest::newRow("by its own signal") << QStringList{u"--stop-signal"_s, u"USR1"_s};
}

void TestRun::aStopThatHadBegunIsNotToldAgain()
{
    QFETCH(QStringList, options);
    START(service, options + QStringList{u"--stop-timeout"_s, u"2s"_s},
          {u"python3"_s, u"-c"_s,
           u"import signal, time\n"
           "for one in signal.SIGTERM, signal.SIGUSR1: signal.signal(one, lambda *_: print('told', flush=True))\n"
           "print('ready', flush=True)\n"
           "while True: time.sleep(1000)\n"_s});
    QTRY_VERIFY(logs(service.port).contains("ready\n"));
    QFile log(program(service.port).logFile);
    service.signal(SIGTERM);
    QTRY_VERIFY(logs(service.port).contains("told\n"));
    service.signal(SIGKILL);
    service.process.waitForFinished(0);
    QTRY_COMPARE(leftovers->pids(), QList<int>());
    QVERIFY(log.open(QFile::ReadOnly));
    const QByteArray said = log.readAll();
    QVERIFY2(said.count("told\n") == 1, said.constData());
    QVERIFY2(said.contains("was killed while it stopped: SIGKILL after "), said.constData());
}

/// Asked at its own endpoints, it needs no signal to end.
void TestRun::killedItselfItLeavesAnUpstreamToItsShutdown()
{
    QTcpServer other;
    QVERIFY(other.listen(QHostAddress::LocalHost));
    const QString port = QString::number(other.serverPort());
    other.close();
    START(service, {u"--upstream"_s, u"http://127.0.0.1:"_s + port, u"--stop-timeout"_s, u"4s"_s},
          {u"sh"_s, u"-c"_s, u"trap 'echo told' TERM; \"$0\" \"$@\" & while kill -0 $!; do wait $!; done"_s,
           QStringLiteral(HEPHAESTUS_FAKE_SERVICE), port, u"hang-in-shutdown"_s});
    QTRY_VERIFY(program(service.port).ready.value_or(false));
    QFile log(program(service.port).logFile);
    service.signal(SIGTERM);
    const auto isAsked = [&] {
        const auto shutdown = status(service.port).shutdown;
        return shutdown && std::any_of(shutdown->steps.begin(), shutdown->steps.end(), [](const StepReport &step) {
                   return step.name == "process"_L1 && step.outcome == StepOutcome::Running;
               });
    };
    QTRY_VERIFY(isAsked());
    service.signal(SIGKILL);
    service.process.waitForFinished(0);
    QTRY_COMPARE_WITH_TIMEOUT(leftovers->pids(), QList<int>(), 30'000);
    QVERIFY(log.open(QFile::ReadOnly));
    const QByteArray said = log.readAll();
    QVERIFY2(!said.contains("told\n"), said.constData());
    QVERIFY2(said.contains("was killed while it stopped: SIGKILL after "), said.constData());
}

void TestRun::aGuardianThatIsKilledAtItsWorkIsReplacedToo()
{
    START(service, {u"--stop-timeout"_s, u"1s"_s}, child({u"ignore-term"_s}));
    QTRY_VERIFY(logs(service.port).contains("ready"));
    QFile log(program(service.port).logFile);
    const pid_t guardian = guardianOf(service.process.processId());
    QVERIFY(guardian > 0);
    service.signal(SIGKILL);
    service.process.waitForFinished(0);
    QVERIFY(log.open(QFile::ReadOnly));
    QByteArray said;
    const auto hasBegun = [&] { return (said += log.readAll()).contains("its supervisor (pid "); };
    QTRY_VERIFY(hasBegun());
    const auto hasBackup = [&] { return childrenOf(guardian).value_or(QList<pid_t>()).size() == 1; };
    QTRY_VERIFY(hasBackup());
    ::kill(guardian, SIGKILL);
    QTRY_COMPARE(leftovers->pids(), QList<int>());
    said += log.readAll();
    QVERIFY2(said.contains("SIGKILL to 1 processes") && said.contains("it has ended, and its supervisor is gone"),
             said.constData());
}

/// Whoever has one of its clients' connections keeps it open, and the client waits.
void TestRun::aGuardianHoldsNothingOfItsWrapper()
{
    rlimit before{};
    QCOMPARE(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit more{std::min<rlim_t>(4096, before.rlim_max), before.rlim_max};
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &more), 0);
    const FileDescriptor high(::fcntl(STDIN_FILENO, F_DUPFD, 2000)); // the wrapper gets it, too
    const auto restore = qScopeGuard([&before] { ::setrlimit(RLIMIT_NOFILE, &before); });
    QVERIFY(high.isOpen());
    START(service, {}, child({u"handle-term"_s, u"0"_s}));
    QVERIFY(QFileInfo(u"/proc/%1/fd/2000"_s.arg(service.process.processId())).isSymLink());
    const pid_t guardian = guardianOf(service.process.processId());
    QVERIFY(guardian > 0);
    const QDir held(u"/proc/%1/fd"_s.arg(guardian));
    QTRY_VERIFY(!held.entryList(QDir::Files | QDir::System).contains(u"2000"_s));
    QVERIFY(!held.entryList(QDir::Files | QDir::System).isEmpty());
}

void TestRun::aGuardianThatIsKilledIsReplaced()
{
    START(service, {}, child({u"handle-term"_s, u"0"_s}));
    QTRY_VERIFY(logs(service.port).contains("ready\n"));
    QFile log(program(service.port).logFile);
    const qint64 wrapper = service.process.processId();
    for (int i = 0; i < 3; ++i) {
        const pid_t before = guardianOf(wrapper);
        QVERIFY(before > 0);
        ::kill(before, SIGKILL);
        QTRY_VERIFY(guardianOf(wrapper) > 0 && guardianOf(wrapper) != before);
        QTRY_VERIFY(logs(service.port)
                        .contains("its guardian (pid " + QByteArray::number(before)
                                  + ") was killed by SIGKILL, and is replaced\n"));
    }
    service.signal(SIGKILL);
    service.process.waitForFinished(0);
    QTRY_COMPARE(leftovers->pids(), QList<int>());
    QVERIFY(log.open(QFile::ReadOnly));
    const QByteArray told = log.readAll();
    QVERIFY2(told.contains("ending\n") && told.contains("it has ended, and its supervisor is gone"), told.constData());
}

namespace {

/// Of the files that a process maps, in KiB; -1: it is gone.
qint64 residentFilePages(pid_t process)
{
    const QByteArray key = "\nRssFile:";
    const QByteArray status = contentOf(u"/proc/%1/status"_s.arg(process));
    const qsizetype at = status.indexOf(key);
    return at < 0 ? -1 : status.mid(at + key.size()).split('\n').first().simplified().split(' ').first().toLongLong();
}

} // namespace

void TestRun::aGuardianAtRestGivesPagesBackAndStillGuards_data()
{
    QTest::addColumn<bool>("isReplaced");
    QTest::newRow("the first") << false;
    QTest::newRow("forked beside the wrapper's threads") << true;
}

void TestRun::aGuardianAtRestGivesPagesBackAndStillGuards()
{
    QFETCH(bool, isReplaced);
    START(service, {}, child({u"handle-term"_s, u"0"_s}));
    QTRY_VERIFY(logs(service.port).contains("ready\n"));
    QFile log(program(service.port).logFile);
    const qint64 wrapper = service.process.processId();
    pid_t guardian = guardianOf(wrapper);
    if (isReplaced) {
        ::kill(guardian, SIGKILL);
        QTRY_VERIFY(guardianOf(wrapper) > 0 && guardianOf(wrapper) != guardian);
        guardian = guardianOf(wrapper);
    }
    qint64 most = 0;
    const auto gaveBack = [&] {
        const qint64 now = residentFilePages(guardian);
        most = std::max(most, now);
        return now > 0 && now < most - 64;
    };
    QTRY_VERIFY_WITH_TIMEOUT(gaveBack(), 60'000);
    service.signal(SIGKILL);
    service.process.waitForFinished(0);
    QTRY_COMPARE(leftovers->pids(), QList<int>());
    QVERIFY(log.open(QFile::ReadOnly));
    QVERIFY(log.readAll().contains("it has ended, and its supervisor is gone"));
}

void TestRun::theOutputIsAmongTheLogs()
{
    START(service, {}, {u"sh"_s, u"-c"_s, u"echo to stdout; echo to stderr >&2; exec sleep 1000"_s});
    QTRY_VERIFY(logs(service.port).contains("to stdout\n"));
    QTRY_VERIFY(logs(service.port).contains("to stderr\n"));
    const QString file = program(service.port).logFile;
    QVERIFY(file.startsWith(directory->path()));
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
    QFile onDisk(file);
    QVERIFY(onDisk.open(QFile::ReadOnly));
    QVERIFY(onDisk.readAll().contains("to stdout\n"));
}

void TestRun::aRestartKeepsTheHeldSocket()
{
    START(service, {u"--socket"_s, u"127.0.0.1:0"_s}, child({u"serve"_s}));
    HealthReport before = status(service.port);
    const quint16 held = quint16(before.process->sockets.value(0).section(u':', -1).toUInt());
    const qint64 pid = service.process.processId();
    bool connected = true;
    for (int i = 0; i < 5; ++i) {
        QCOMPARE(pidServedBy(held), pidOf(before));
        QCOMPARE(rawRequest(service.port, "POST", "/health/restart").status, 200);
        const auto isNew = [&] {
            QTcpSocket client; // never refused, though whom the old program took and did not serve it loses itself
            client.connectToHost(u"127.0.0.1"_s, held);
            connected = connected && client.waitForConnected();
            return status(service.port).instanceId != before.instanceId;
        };
        QTRY_VERIFY(isNew());
        QVERIFY(connected);
        QTRY_COMPARE(stateOf(service.port), u"running"_s);
        const HealthReport after = status(service.port);
        QCOMPARE(*after.pid, pid);
        QVERIFY(pidOf(after) != pidOf(before));
        before = after;
    }
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
}

namespace {

/// Serves its pid over HTTP, by what `body` of an ASGI application does at its start.
QByteArray application(const QByteArray &start = {})
{
    return start
        + "import os\n"
          "async def app(scope, receive, send):\n"
          "    if scope['type'] == 'http':\n"
          "        body = str(os.getpid()).encode()\n"
          "        await send({'type': 'http.response.start', 'status': 200, 'headers': [(b'content-length', b'%d' % "
          "len(body))]})\n"
          "        await send({'type': 'http.response.body', 'body': body})\n";
}

/// Waits for clients at descriptor 3 once there is no file `wait`; told to end it says `asked PID`, and ends, with
/// `ended PID`, once there is no file hold.PID.
constexpr char Holding[] = "import os, select, signal, time\n"
                           "def end(*_):\n"
                           "    print('asked', os.getpid(), flush=True)\n"
                           "    while os.path.exists('hold.%d' % os.getpid()): time.sleep(0.01)\n"
                           "    print('ended', os.getpid(), flush=True)\n"
                           "    os._exit(0)\n"
                           "signal.signal(signal.SIGTERM, end)\n"
                           "while os.path.exists('wait'): time.sleep(0.01)\n"
                           "poll = select.epoll()\n"
                           "poll.register(3, select.EPOLLIN)\n"
                           "print('waits', flush=True)\n"
                           "while True: time.sleep(1000)\n";

QStringList uvicorn(const QString &directory)
{
    return {u"/usr/bin/python3"_s, u"-m"_s,   u"uvicorn"_s, u"--loop"_s, u"asyncio"_s,
            u"--app-dir"_s,        directory, u"--fd"_s,    u"3"_s,      u"app:app"_s};
}

} // namespace

/// A newer uvicorn raises the signal again once it has ended its work.
static bool isEndOfUvicorn(int exitCode) { return exitCode == 0 || exitCode == 128 + SIGTERM; }

void TestRun::anOverlappingRestartLeavesNobodyWaiting()
{
    // Long enough at its start that who waited for it would show.
    write(u"app.py"_s, application("import time; time.sleep(1)\n"));
    START(service, {u"--overlap"_s, u"--python"_s, u"--socket"_s, u"127.0.0.1:0"_s}, uvicorn(directory->path()));
    HealthReport before = status(service.port);
    const quint16 held = quint16(before.process->sockets.value(0).section(u':', -1).toUInt());
    QTRY_COMPARE(rawRequest(held, "GET", "/").status, 200);
    for (int i = 0; i < 3; ++i) {
        const QByteArray old = pidOf(before);
        QCOMPARE(rawRequest(service.port, "POST", "/health/restart").status, 200);
        QTRY_COMPARE(successorOf(service.port), u"starting"_s); // once the one before has ended
        QCOMPARE(program(service.port).startTimeout, std::optional<Seconds>(30s));
        QCOMPARE(status(service.port).status, ServiceStatus::Healthy);
        // Those who have the old program's answer were not made to wait for the new one's start.
        // At its end uvicorn closes a connection that it accepted and has not read from: that one client gets no
        // answer.
        int answeredByTheOld = 0;
        int closedByTheOld = 0;
        QByteArray by = old;
        while (by == old) {
            const auto answer = rawRequest(held, "GET", "/");
            if (answer.status == 0) {
                QCOMPARE(++closedByTheOld, 1);
                continue;
            }
            QCOMPARE(answer.status, 200);
            by = answer.body;
            answeredByTheOld += by == old;
        }
        QVERIFY2(answeredByTheOld > 10, QByteArray::number(answeredByTheOld).constData());
        QTRY_VERIFY(!status(service.port).instanceId.isEmpty() && status(service.port).instanceId != before.instanceId);
        const HealthReport after = status(service.port);
        QCOMPARE(pidOf(after), by);
        QVERIFY(!after.process->successor);
        QCOMPARE(*after.pid, *before.pid);
        QTRY_COMPARE(code(service.port), u"fresh"_s);
        QVERIFY(logs(service.port)
                    .contains("Started server process [" + by + ']')); // which it said to the supervisor before
        before = after;
    }
    write(u"app.py"_s, application("changed = 1\n"));
    QTRY_COMPARE(code(service.port), u"stale modified app.py"_s); // it is judged by what it loaded itself
    service.signal(SIGTERM);
    QVERIFY(isEndOfUvicorn(service.exitCode()));
    QVERIFY(QDir(directory->filePath(u"hephaestus/python"_s)).isEmpty());
}

void TestRun::aProgramThatClosedItsOutputIsHandedOver_data()
{
    QTest::addColumn<QString>("redirection");
    QTest::newRow("stdout") << u">>app.log"_s;
    QTest::newRow("stderr") << u"2>>app.log"_s;
    QTest::newRow("both") << u">>app.log 2>&1"_s;
}

void TestRun::aProgramThatClosedItsOutputIsHandedOver()
{
    QFETCH(QString, redirection);
    write(u"app.py"_s, application());
    const QString line = u"cd \"$0\" && exec \"$@\" "_s + redirection;
    START(service, {u"--overlap"_s, u"--socket"_s, u"127.0.0.1:0"_s},
          QStringList{u"sh"_s, u"-c"_s, line, directory->path()} + uvicorn(directory->path()));
    HealthReport before = status(service.port);
    const quint16 held = quint16(before.process->sockets.value(0).section(u':', -1).toUInt());
    QTRY_COMPARE(rawRequest(held, "GET", "/").status, 200);
    for (int i = 0; i < 2; ++i) { // the second of one that was handed over itself
        QCOMPARE(rawRequest(service.port, "POST", "/health/restart").status, 200);
        const auto isNew = [&] {
            const HealthReport after = status(service.port);
            return !after.instanceId.isEmpty() && after.instanceId != before.instanceId;
        };
        QTRY_VERIFY2_WITH_TIMEOUT(isNew(), service.errors().constData(), 60'000);
        const HealthReport after = status(service.port);
        QCOMPARE(rawRequest(held, "GET", "/").body, pidOf(after));
        before = after;
    }
    service.signal(SIGTERM);
    QVERIFY(isEndOfUvicorn(service.exitCode()));
}

void TestRun::anOverlappingRestartThatFailsLosesNothing()
{
    write(u"app.py"_s, application());
    START(service, {u"--overlap"_s, u"--socket"_s, u"127.0.0.1:0"_s}, uvicorn(directory->path()));
    const HealthReport before = status(service.port);
    const quint16 held = quint16(before.process->sockets.value(0).section(u':', -1).toUInt());
    const QByteArray pid = pidOf(before);
    QTRY_COMPARE(rawRequest(held, "GET", "/").body, pid);
    write(u"app.py"_s, application("raise RuntimeError('no database')\n"));
    QProcess receipt;
    receipt.start(QStringLiteral(HEPHAESTUS_PROGRAM), {u"restart"_s, u"http://127.0.0.1:%1"_s.arg(service.port)});
    while (!receipt.waitForFinished(1))
        QCOMPARE(rawRequest(held, "GET", "/").body, pid);
    const QByteArray told = receipt.readAll() + receipt.readAllStandardError();
    QCOMPARE(receipt.exitCode(), 1);
    QVERIFY2(told.contains("it exited with code 1 before it took over (it last said: RuntimeError: no database); pid "
                           + pid + " goes on"),
             told.constData());
    const HealthReport after = status(service.port);
    QCOMPARE(after.instanceId, before.instanceId);
    QCOMPARE(after.status, ServiceStatus::Healthy);
    QVERIFY(after.process->restartError.contains(u"no database"_s));
    QVERIFY(logs(service.port).contains("the restart failed"));
    // And it is not the last one.
    write(u"app.py"_s, application());
    receipt.start(QStringLiteral(HEPHAESTUS_PROGRAM), {u"restart"_s, u"http://127.0.0.1:%1"_s.arg(service.port)});
    QVERIFY(hasEnded(receipt));
    QVERIFY2(receipt.exitCode() == 0, receipt.readAllStandardError().constData());
    QVERIFY(receipt.readAllStandardOutput().contains("process gone"));
    QVERIFY(program(service.port).restartError.isEmpty());
    service.signal(SIGTERM);
    QVERIFY(isEndOfUvicorn(service.exitCode()));
}

void TestRun::aStopDuringAnOverlappingRestartLeavesNothing()
{
    write(u"app.py"_s, application());
    START(service, {u"--overlap"_s, u"--socket"_s, u"127.0.0.1:0"_s, u"--stop-timeout"_s, u"3s"_s},
          uvicorn(directory->path()));
    QTRY_VERIFY(logs(service.port).contains("Uvicorn running"));
    write(u"app.py"_s, "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(1000)\n");
    QCOMPARE(rawRequest(service.port, "POST", "/health/restart").status, 200);
    QTRY_COMPARE(successorOf(service.port), u"starting"_s);
    service.signal(SIGTERM);
    QVERIFY(isEndOfUvicorn(service.exitCode()));
}

void TestRun::aStopLetsASuccessorThatAcceptsEndByItself_data()
{
    QTest::addColumn<bool>("isTurnedOver");
    QTest::newRow("accepting") << false;     // a notice came first, and the restart waits for it
    QTest::newRow("after turnover") << true; // the old program is asked to end already
}

void TestRun::aStopLetsASuccessorThatAcceptsEndByItself()
{
    QFETCH(bool, isTurnedOver);
    write(u"holding.py"_s, Holding);
    START(service, {u"--overlap"_s, u"--socket"_s, u"127.0.0.1:0"_s, u"--stop-timeout"_s, u"10s"_s},
          {u"sh"_s, u"-c"_s, u"cd \"$0\" && exec python3 holding.py"_s, directory->path()});
    QTRY_VERIFY(logs(service.port).contains("waits"));
    const HealthReport before = status(service.port);
    const auto isSaid = [&](const char *word, const QString &pid) {
        QFile log(before.process->logFile);
        return log.open(QFile::ReadOnly) && log.readAll().contains(word + (' ' + pid.toLatin1()) + '\n');
    };
    const QString old = QString::fromLatin1(pidOf(before));
    if (isTurnedOver)
        write(u"hold."_s + old, {});
    write(u"wait"_s, {});
    QCOMPARE(rawRequest(service.port, "POST", "/health/restart").status, 200);
    const std::optional<WrappedSuccessor> started = program(service.port).successor;
    QVERIFY(started && started->pid);
    const QString successor = QString::number(*started->pid);
    write(u"hold."_s + successor, {});
    if (!isTurnedOver)
        QCOMPARE(rawRequest(service.port, "POST", "/health/shutdown/schedule", R"({"delay_seconds": 60})").status, 200);
    QVERIFY(QFile::remove(directory->filePath(u"wait"_s)));
    if (isTurnedOver)
        QTRY_VERIFY(isSaid("asked", old)); // the next image may have taken both over by now
    else
        QTRY_COMPARE(successorOf(service.port), u"accepting"_s);
    service.signal(SIGTERM);
    QTRY_VERIFY(isSaid("asked", successor));
    QVERIFY(QFile::remove(directory->filePath(u"hold."_s + (isTurnedOver ? old : successor))));
    QTRY_VERIFY(isSaid("ended", isTurnedOver ? old : successor));
    if (isTurnedOver)
        QVERIFY(QFile::remove(directory->filePath(u"hold."_s + successor)));
    QCOMPARE(service.exitCode(), 0);
    QVERIFY(isSaid("ended", old));
    QVERIFY(isSaid("ended", successor));
}

void TestRun::anOverlappingRestartWaitsForANotice()
{
    write(u"holding.py"_s, Holding);
    START(service, {u"--overlap"_s, u"--socket"_s, u"127.0.0.1:0"_s},
          {u"sh"_s, u"-c"_s, u"cd \"$0\" && exec python3 holding.py"_s, directory->path()});
    QTRY_VERIFY(logs(service.port).contains("waits"));
    const HealthReport before = status(service.port);
    write(u"wait"_s, {});
    QCOMPARE(rawRequest(service.port, "POST", "/health/restart").status, 200);
    QCOMPARE(rawRequest(service.port, "POST", "/health/shutdown/schedule", R"({"delay_seconds": 60})").status, 200);
    QVERIFY(QFile::remove(directory->filePath(u"wait"_s)));
    QTRY_COMPARE(successorOf(service.port), u"accepting"_s);
    const auto next = program(service.port).successor.value_or(WrappedSuccessor()).pid;
    QCOMPARE(status(service.port).instanceId, before.instanceId);
    QCOMPARE(rawRequest(service.port, "DELETE", "/health/shutdown/schedule").status, 200);
    const auto isNew = [&] {
        const HealthReport after = status(service.port);
        return !after.instanceId.isEmpty() && after.instanceId != before.instanceId;
    };
    QTRY_VERIFY(isNew());
    QCOMPARE(program(service.port).pid, next);
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
}

void TestRun::aRestartIsNotKeptWaitingByTheOldProgramsWork()
{
    write(u"holding.py"_s, Holding);
    START(service, {u"--overlap"_s, u"--socket"_s, u"127.0.0.1:0"_s},
          {u"sh"_s, u"-c"_s, u"cd \"$0\" && exec python3 holding.py"_s, directory->path()});
    QTRY_VERIFY(logs(service.port).contains("waits"));
    const HealthReport first = status(service.port);
    const auto hold = [&](const HealthReport &report) { return u"hold."_s + QString::fromLatin1(pidOf(report)); };
    write(hold(first), {});
    const auto restart = [&] { return rawRequest(service.port, "POST", "/health/restart").status; };
    QCOMPARE(restart(), 200);
    HealthReport second;
    const auto isAfter = [&](const HealthReport &before, HealthReport &after) {
        after = status(service.port);
        return !after.instanceId.isEmpty() && after.instanceId != before.instanceId && after.process->pid;
    };
    QTRY_VERIFY(isAfter(first, second)); // while the old one is still at work
    QTRY_VERIFY(logs(service.port).contains("its predecessor (pid " + pidOf(first) + ") still finishes its work\n"));
    QVERIFY(readProcess(*first.process->pid));
    QTRY_COMPARE(stateOf(service.port), u"running"_s);
    // One more restart begins once the old one has ended, and is not forgotten meanwhile.
    QCOMPARE(restart(), 200);
    QTRY_VERIFY(logs(service.port).contains("the restart begins when its predecessor (pid " + pidOf(first)));
    QVERIFY(status(service.port).process->startTimeout > Seconds(30));
    QCOMPARE(status(service.port).instanceId, second.instanceId);
    QVERIFY(QFile::remove(directory->filePath(hold(first))));
    HealthReport third;
    QTRY_VERIFY(isAfter(second, third));
    QFile log(first.process->logFile);
    QVERIFY(log.open(QFile::ReadOnly)); // the lines of the image that saw it are gone with it
    QVERIFY(log.readAll().contains("its predecessor exited with code 0\n"));
    QVERIFY(pidOf(third) != pidOf(second));
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
}

void TestRun::aPredecessorIsKilledAtItsDeadline()
{
    write(u"holding.py"_s, Holding);
    START(service, {u"--overlap"_s, u"--socket"_s, u"127.0.0.1:0"_s, u"--stop-timeout"_s, u"500ms"_s},
          {u"sh"_s, u"-c"_s, u"cd \"$0\" && exec python3 holding.py"_s, directory->path()});
    QTRY_VERIFY(logs(service.port).contains("waits"));
    const HealthReport first = status(service.port);
    write(u"hold."_s + QString::fromLatin1(pidOf(first)), {});
    QCOMPARE(rawRequest(service.port, "POST", "/health/restart").status, 200);
    QTRY_VERIFY(logs(service.port).contains("did not end in time: SIGKILL to 1 processes"));
    QTRY_VERIFY(!readProcess(*first.process->pid));
    QTRY_COMPARE(stateOf(service.port), u"running"_s);
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
}

void TestRun::killedWhileItRestartsItTakesBothAlong()
{
    write(u"holding.py"_s, Holding);
    START(service, {u"--overlap"_s, u"--socket"_s, u"127.0.0.1:0"_s, u"--stop-timeout"_s, u"1s"_s},
          {u"sh"_s, u"-c"_s, u"cd \"$0\" && exec python3 holding.py"_s, directory->path()});
    QTRY_VERIFY(logs(service.port).contains("waits"));
    const HealthReport first = status(service.port);
    QFile log(first.process->logFile);
    write(u"hold."_s + QString::fromLatin1(pidOf(first)), {});
    QCOMPARE(rawRequest(service.port, "POST", "/health/restart").status, 200);
    QTRY_VERIFY(logs(service.port).contains("its predecessor (pid " + pidOf(first)));
    QTRY_COMPARE(stateOf(service.port), u"running"_s);
    const QByteArray second = pidOf(status(service.port));
    service.signal(SIGKILL);
    service.process.waitForFinished(0);
    QTRY_COMPARE(leftovers->pids(), QList<int>());
    QVERIFY(log.open(QFile::ReadOnly));
    const QByteArray told = log.readAll();
    QVERIFY2(told.count("asked " + pidOf(first)) == 1, told.constData());
    QVERIFY2(told.count("ended " + second) == 1, told.constData());
}

void TestRun::whoCannotGoOnWithASuccessorEndsIt_data()
{
    QTest::addColumn<QByteArray>("listen"); // configured meanwhile; empty: the program file is removed, or another
    QTest::addColumn<int>("exitCode");
    QTest::newRow("no program file") << QByteArray() << 127;
    QTest::newRow("a program file that hangs") << QByteArray() << 128 + SIGALRM; // and so its guardian has to
    QTest::newRow("a wrong configuration") << QByteArray("\"here\"") << 125;
    QTest::newRow("an address in use") << QByteArray("\"127.0.0.1:%1\"") << 125;
}

void TestRun::whoCannotGoOnWithASuccessorEndsIt()
{
    QFETCH(QByteArray, listen);
    QFETCH(int, exitCode);
    const QString program = directory->filePath(u"hephaestus"_s);
    QVERIFY(QFile::copy(QStringLiteral(HEPHAESTUS_PROGRAM), program));
    QTcpServer other;
    QVERIFY(other.listen(QHostAddress::LocalHost));
    listen.replace("%1", QByteArray::number(other.serverPort()));
    write(u"holding.py"_s, Holding);
    write(u"run.toml"_s, "[service]\nlisten = [\"127.0.0.1:0\"]\nstart_timeout = \"5s\"\n");
    ServiceProcess service;
    const QStringList options{u"--config"_s,    directory->filePath(u"run.toml"_s),
                              u"--overlap"_s,   u"--socket"_s,
                              u"127.0.0.1:0"_s, u"--stop-timeout"_s,
                              u"300ms"_s};
    QVERIFY(service.start(
        program, command(options, {u"sh"_s, u"-c"_s, u"cd \"$0\" && exec python3 holding.py"_s, directory->path()})));
    QTRY_VERIFY(logs(service.port).contains("waits"));
    write(u"wait"_s, {});
    QCOMPARE(rawRequest(service.port, "POST", "/health/restart").status, 200);
    const std::optional<WrappedSuccessor> started = TestRun::program(service.port).successor;
    QVERIFY(started && started->pid);
    const QString successor = QString::number(*started->pid);
    write(u"hold."_s + successor, {}); // SIGTERM alone, as by the kernel, would not do
    if (listen.isEmpty())
        QVERIFY(QFile::remove(program));
    if (exitCode > 128) {
        write(u"hephaestus"_s, "#!/bin/sh\nexec sleep 1000\n");
        QVERIFY(QFile::setPermissions(program, QFile::ReadOwner | QFile::ExeOwner));
    }
    if (!listen.isEmpty())
        write(u"run.toml"_s, "[service]\nlisten = [" + listen + "]\n");
    QVERIFY(QFile::remove(directory->filePath(u"wait"_s)));
    QCOMPARE(service.exitCode(), exitCode);
    if (exitCode <= 128)
        QCOMPARE(leftovers->pids(), QList<int>());
}

void TestRun::dependenciesAreCheckedOnItsBehalf()
{
    QFile config(directory->filePath(u"run.toml"_s));
    QVERIFY(config.open(QFile::WriteOnly));
    config.write("[service]\nlisten = [\"127.0.0.1:0\"]\n[dependencies.disk]\nkind = \"file\"\npath = \""
                 + directory->path().toUtf8() + "\"\n");
    config.close();
    START(service, {u"--config"_s, config.fileName()}, child({u"wait"_s}));
    const QList<DependencyReport> dependencies = status(service.port).dependencies;
    QCOMPARE(dependencies.size(), 1); // and nothing that nobody has configured
    QCOMPARE(dependencies[0].name, u"disk"_s);
    QCOMPARE(dependencies[0].status, DependencyStatus::Working);
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
}

void TestRun::theProgramsOwnEndpointsAreMergedAndAskedFirst()
{
    const QString address = u"unix:"_s + directory->filePath(u"own.sock"_s);
    START(service, {u"--upstream"_s, address},
          {QStringLiteral(HEPHAESTUS_PROGRAM), u"serve"_s, u"--name"_s, u"inner"_s, u"--listen"_s, address});
    const auto find = [&](const QString &name) {
        for (const DependencyReport &one : status(service.port).dependencies) {
            if (one.name == name)
                return one.status;
        }
        return DependencyStatus::NotUsed;
    };
    QTRY_COMPARE(find(u"upstream"_s), DependencyStatus::Working);
    QTRY_COMPARE(find(u"database"_s), DependencyStatus::Working); // the program's own
    QCOMPARE(status(service.port).service, u"wrapped"_s);
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
    const QByteArray errors = service.errors();
    QVERIFY2(!errors.contains("stopping: SIGTERM"), errors.constData()); // it needed no signal
    QVERIFY2(errors.contains("exited with code 0"), errors.constData());
}

void TestRun::aRelativeSocketIsFoundFromAnyDirectory()
{
    const QString before = QDir::currentPath();
    QVERIFY(QDir::setCurrent(directory->path()));
    QProcess process;
    process.start(QStringLiteral(HEPHAESTUS_PROGRAM),
                  {u"run"_s, u"--name"_s, u"a"_s, u"--listen"_s, u"unix:own.sock"_s, u"--"_s, u"sleep"_s, u"1000"_s});
    QVERIFY(QDir::setCurrent(before));
    QVERIFY(process.waitForStarted());
    QByteArray errors;
    const QByteArray address = "unix:" + directory->filePath(u"own.sock"_s).toUtf8();
    const auto isTold = [&] { return (errors += process.readAllStandardError()).contains(address); };
    QTRY_VERIFY2(isTold(), errors.constData());
    process.terminate();
    QVERIFY(hasEnded(process));
    QVERIFY(!QFile::exists(directory->filePath(u"own.sock"_s)));
}

void TestRun::aTokenIsShownToTheProgram()
{
    QFile token(directory->filePath(u"token"_s));
    QVERIFY(token.open(QFile::WriteOnly));
    token.write("4b1d-long-enough-and-secret-9c77\n");
    token.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
    token.close();
    const QString address = u"unix:"_s + directory->filePath(u"own.sock"_s);
    START(
        service, {u"--upstream"_s, address, u"--upstream-token-file"_s, token.fileName()},
        {QStringLiteral(HEPHAESTUS_PROGRAM), u"serve"_s, u"--token-file"_s, token.fileName(), u"--listen"_s, address});
    const auto isWorking = [&] {
        const QList<DependencyReport> dependencies = status(service.port).dependencies;
        return std::any_of(dependencies.begin(), dependencies.end(), [](const DependencyReport &one) {
            return one.name == u"upstream"_s && one.status == DependencyStatus::Working;
        });
    };
    QTRY_VERIFY(isWorking());
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
    const QByteArray errors = service.errors();
    QVERIFY2(!errors.contains("stopping: SIGTERM"), errors.constData()); // only who shows it may ask for the shutdown
}

void TestRun::anUpstreamThatIsSomebodyElseIsNotBelieved()
{
    ServiceProcess other;
    QVERIFY(other.start(QStringLiteral(HEPHAESTUS_PROGRAM), {u"serve"_s, u"--listen"_s, u"127.0.0.1:0"_s}));
    START(service, {u"--upstream"_s, u"http://127.0.0.1:%1"_s.arg(other.port)}, child({u"wait"_s}));
    const auto error = [&] {
        for (const DependencyReport &one : status(service.port).dependencies) {
            if (one.name == u"upstream"_s)
                return one.error;
        }
        return QString();
    };
    QTRY_COMPARE(error(), u"another program answers there (pid %1)"_s.arg(other.process.processId()));
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
    QCOMPARE(rawRequest(other.port, "GET", "/health/ready").status, 200); // and it was not shut down for it
    other.signal(SIGTERM);
    QCOMPARE(other.exitCode(), 0);
}

void TestRun::anEditedModuleMarksOnlyTheProgramsThatImportedIt()
{
    const QByteArray loop("import time, %1\nprint('ready', flush=True)\nwhile True:\n    time.sleep(0.05)\n");
    write(u"uses.py"_s, QByteArray(loop).replace("%1", "manager"));
    write(u"other.py"_s, QByteArray(loop).replace("%1", "json"));
    write(u"manager.py"_s, "value = 1\n");
    Test::letFilesSettle();
    START(uses, {u"--python"_s}, {u"python3"_s, directory->filePath(u"uses.py"_s)});
    START(other, {u"--python"_s}, {u"python3"_s, directory->filePath(u"other.py"_s)});
    QTRY_VERIFY(logs(uses.port).contains("ready\n") && logs(other.port).contains("ready\n"));
    QTRY_COMPARE(code(uses.port), u"fresh"_s);
    QTRY_COMPARE(code(other.port), u"fresh"_s);
    write(u"manager.py"_s, "value = 2\n");
    QTRY_COMPARE(code(uses.port), u"stale modified manager.py"_s);
    QCOMPARE(code(other.port), u"fresh"_s);
    write(u"manager.py"_s, "value = 1\n");
    QTRY_COMPARE(code(uses.port), u"fresh"_s);
    const QByteArray question =
        "/health/code?path=" + directory->filePath(u"manager.py"_s).toUtf8().toPercentEncoding() + "&path=/nowhere";
    QVERIFY(rawRequest(uses.port, "GET", question).body.contains(R"({"kind":"source","loaded":true,"path":)"));
    QVERIFY(!rawRequest(other.port, "GET", question).body.contains("true"));
    QCOMPARE(rawRequest(uses.port, "HEAD", question).status, 200);
    for (const char *wrong : {"/health/code", "/health/code?path=", "/health/code?path=a.py",
                              "/health/code?path=/a&x=1", "/health/code?path=/a%00"})
        QCOMPARE(rawRequest(uses.port, "GET", wrong).status, 400);
    for (ServiceProcess *service : {&uses, &other}) {
        service->signal(SIGTERM);
        QCOMPARE(service->exitCode(), 0);
    }
}

void TestRun::aNodeProgramReportsWhatItLoads_data()
{
    QTest::addColumn<QString>("edited");
    QTest::newRow("required") << u"lib/one.js"_s;
    QTest::newRow("data") << u"lib/data.json"_s;
    QTest::newRow("imported by a module") << u"lib/three.mjs"_s;
    QTest::newRow("in another thread") << u"lib/worker.js"_s;
    QTest::newRow("what names the main file of a package") << u"node_modules/named/package.json"_s;
    QTest::newRow("what a package exports") << u"node_modules/exported/package.json"_s;
    QTest::newRow("what names the main file of a folder") << u"lib/folder/package.json"_s;
    QTest::newRow("what says of which kind modules are") << u"package.json"_s;
    QTest::newRow("through a link") << u"current/release.js"_s;
    QTest::newRow("the script") << u"main.js"_s;
}

void TestRun::aNodeProgramReportsWhatItLoads()
{
    QFETCH(QString, edited);
    if (!hasNode())
        QSKIP("wants Node.js 18.19 or later");
    for (const char *folder : {"lib/folder", "node_modules/named", "node_modules/exported", "r1", "r2"})
        QVERIFY(QDir(directory->path()).mkpath(QString::fromLatin1(folder)));
    QVERIFY(QFile::link(u"r1"_s, directory->filePath(u"current"_s)));
    write(u"main.js"_s,
          "require('./lib/one'); require('./lib/data'); require('./current/release'); require('./lib/folder')\n"
          "require('named')\n"
          "const { Worker } = require('worker_threads')\n"
          "new Worker(__dirname + '/lib/worker.js').once('message', () =>\n"
          "    import('./lib/two.mjs').then(() => console.log('ready')))\n"
          "setInterval(() => {}, 1000)\n");
    write(u"lib/one.js"_s, "exports.one = 1\n");
    write(u"lib/data.json"_s, "{}\n");
    write(u"lib/two.mjs"_s, "import './three.mjs'\nimport 'exported'\n");
    write(u"package.json"_s, "{}\n");
    write(u"lib/folder/package.json"_s, "{\"main\": \"main.js\"}\n");
    write(u"lib/folder/main.js"_s, "1\n");
    write(u"node_modules/named/package.json"_s, "{\"main\": \"some.js\"}\n");
    write(u"node_modules/named/some.js"_s, "1\n");
    write(u"node_modules/exported/package.json"_s, "{\"exports\": \"./some/module.mjs\"}\n");
    QVERIFY(QDir(directory->path()).mkdir(u"node_modules/exported/some"_s));
    write(u"node_modules/exported/some/package.json"_s, "{}\n");
    write(u"node_modules/exported/some/module.mjs"_s, "export const some = 1\n");
    write(u"lib/three.mjs"_s, "export const three = 3\n");
    write(u"lib/worker.js"_s, "require('worker_threads').parentPort.postMessage(1); setInterval(() => {}, 1000)\n");
    write(u"lib/unused.js"_s, "1\n");
    write(u"r1/release.js"_s, "exports.release = 1\n");
    write(u"r2/release.js"_s, "exports.release = 2\n");
    Test::letFilesSettle();
    START(service, {u"--node"_s}, {u"node"_s, directory->filePath(u"main.js"_s)});
    QTRY_VERIFY(logs(service.port).contains("ready"));
    QTRY_COMPARE(code(service.port), u"fresh"_s);
    write(u"lib/unused.js"_s, "2\n");
    if (edited.startsWith(u"current"_s)) {
        QVERIFY(QFile::link(u"r2"_s, directory->filePath(u"next"_s)));
        QCOMPARE(::rename(QFile::encodeName(directory->filePath(u"next"_s)).constData(),
                          QFile::encodeName(directory->filePath(u"current"_s)).constData()),
                 0);
    } else {
        write(edited, "other\n");
    }
    QTRY_COMPARE(code(service.port), u"stale modified "_s + edited.section(u'/', -1));
    service.signal(SIGTERM);
    service.exitCode();
}

void TestRun::aNodeProgramWithoutItsAdapterIsUnknown()
{
    if (!hasNode())
        QSKIP("wants Node.js 18.19 or later");
    write(u"main.js"_s, "setInterval(() => {}, 1000)\n");
    Test::letFilesSettle();
    START(service, {u"--node"_s}, {u"env"_s, u"-u"_s, u"NODE_OPTIONS"_s, u"node"_s, directory->filePath(u"main.js"_s)});
    const auto isTold = [&] {
        return status(service.port).code->reasons.join(u' ').contains(u"runs without the Node.js adapter"_s);
    };
    QTRY_VERIFY(isTold());
    QCOMPARE(code(service.port), u"unknown"_s);
    service.signal(SIGTERM);
    service.exitCode();
}

void TestRun::aWatchedFileAndTheExecutableAreTheProgramsCode()
{
    const QString program = directory->filePath(u"program"_s);
    QVERIFY(QFile::copy(QStringLiteral(HEPHAESTUS_TEST_CHILD), program));
    QVERIFY(QDir(directory->path()).mkdir(u"src"_s));
    write(u"src/main.js"_s, "1");
    Test::letFilesSettle();
    START(service, {u"--watch"_s, directory->filePath(u"src/**/*.js"_s)}, {program, u"wait"_s});
    QTRY_COMPARE(code(service.port), u"fresh"_s);
    write(u"src/main.js"_s, "2");
    QTRY_COMPARE(code(service.port), u"stale modified main.js"_s);
    write(u"src/main.js"_s, "1");
    QTRY_COMPARE(code(service.port), u"fresh"_s);
    QVERIFY(QFile::remove(program)); // as an upgrade does
    QVERIFY(QFile::copy(QStringLiteral(HEPHAESTUS_PROGRAM), program));
    QTRY_COMPARE(code(service.port), u"stale modified program"_s);
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
}

void TestRun::eachProcessOfTheProgramIsJudgedByItself()
{
    write(u"app.py"_s,
          "import manager, time\nprint('value', manager.value, flush=True)\nwhile True:\n    time.sleep(0.05)\n");
    write(u"manager.py"_s, "value = 1\n");
    Test::letFilesSettle();
    START(service, {u"--python"_s, u"--restart"_s, u"always"_s},
          {u"python3"_s, u"-B"_s, directory->filePath(u"app.py"_s)});
    QTRY_VERIFY(logs(service.port).contains("value 1"));
    QTRY_COMPARE(code(service.port), u"fresh"_s);
    write(u"manager.py"_s, "value = 2\n");
    QTRY_COMPARE(code(service.port), u"stale modified manager.py"_s);
    killProgram(service.port, SIGKILL);
    QTRY_COMPARE(code(service.port), u"unknown"_s); // nothing runs
    QTRY_VERIFY(logs(service.port).contains("value 2"));
    QTRY_COMPARE(code(service.port), u"fresh"_s);
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
}

void TestRun::theConfigurationItReadCountsFromThen()
{
    const QByteArray config("[service]\nlisten = [\"127.0.0.1:0\"]\n[code]\nwatch = [\"*.js\"]\n");
    write(u"run.toml"_s, config);
    write(u"main.js"_s, "1");
    Test::letFilesSettle();
    START(service, {u"--config"_s, directory->filePath(u"run.toml"_s), u"--restart"_s, u"always"_s},
          child({u"wait"_s}));
    QTRY_COMPARE(code(service.port), u"fresh"_s);
    write(u"run.toml"_s, config + "# changed\n");
    QTRY_COMPARE(code(service.port), u"stale modified run.toml"_s);
    write(u"main.js"_s, "2");
    QTRY_COMPARE(code(service.port), u"stale modified run.toml, modified main.js"_s);
    killProgram(service.port, SIGKILL); // a new process, under the configuration as it was
    QTRY_COMPARE(code(service.port), u"stale modified run.toml"_s);
    QCOMPARE(rawRequest(service.port, "POST", "/health/restart").status, 200);
    QTRY_COMPARE(code(service.port), u"fresh"_s);
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
}

void TestRun::nothingIsLeftOfTheAdapter()
{
    const QDir adapters(directory->filePath(u"hephaestus/python"_s));
    QVERIFY(QDir().mkpath(adapters.filePath(u"killed.999999999"_s))); // of a process that could not tidy up
    START(service, {u"--python"_s}, child({u"wait"_s}));
    QCOMPARE(adapters.entryList(QDir::Dirs | QDir::NoDotAndDotDot),
             QStringList{u"wrapped.%1"_s.arg(service.process.processId())});
    QTRY_COMPARE(code(service.port), u"unknown"_s); // this one is no Python, and does not say what it loads
    QTRY_VERIFY(status(service.port).code->reasons.join(u' ').contains(u"taken the adapter"_s));
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
    QVERIFY(adapters.isEmpty());
}

QTEST_GUILESS_MAIN(TestRun)
#include "tst_run.moc"
