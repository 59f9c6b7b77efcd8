// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/childprocess.h"
#include "server/supervisor/childsignal.h"
#include "server/supervisor/outputreader.h"
#include "server/supervisor/processtable.h"
#include "tests/support/leftovers.h"
#include "tests/support/processend.h"

#include <QProcess>
#include <QSignalSpy>
#include <QTest>

#include <csignal>
#include <sys/wait.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestChildProcess : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void theEndIsTold_data();
    void theEndIsTold();
    void aStopLeavesNothing_data();
    void aStopLeavesNothing();
    void anEndLeavesNothing_data();
    void anEndLeavesNothing();
    void whoIsAskedFirst_data();
    void whoIsAskedFirst();
    void whoWasToldIsNotToldAgain();
    void theStopSignalIsTheCommands();
    void killingItWaitsForNothing();
    void theGraceIsTheClocks();
    void aShorterGraceCounts();
    void aSuspendedProgramIsSeenAndStopped();
    void orphansAreReapedMeanwhile();
    void whoLosesItsParentIsKnown();
    void allWhoDescendFromUsAreFound();
    void othersChildrenAreLeftAlone();
    void destroyingItEndsEverything();
    void itStartsAgainFromItsEnd();

private:
    void start(const QByteArrayList &arguments, std::chrono::milliseconds grace = 60s)
    {
        command.arguments = QByteArrayList{HEPHAESTUS_TEST_CHILD} + arguments;
        command.environment = {leftovers.mark()};
        const auto failure = child->start(command, {}, grace);
        QVERIFY2(!failure, qPrintable(failure ? failure->what : QString()));
        reader = std::make_unique<OutputReader>(child->takeOutput());
        connect(reader.get(), &OutputReader::linesRead, this, [this](const QByteArray &lines) { output += lines; });
    }

    Leftovers leftovers;
    ManualClock clock;
    ChildCommand command;
    std::unique_ptr<ChildProcess> child;
    std::unique_ptr<QSignalSpy> ended;
    std::unique_ptr<OutputReader> reader;
    QByteArray output;
    int descriptors = 0;
};

Q_DECLARE_METATYPE(ChildEnd)

void TestChildProcess::init()
{
    ChildSignal::instance(); // keeps one descriptor, of the process
    descriptors = Leftovers::openDescriptors();
    child = std::make_unique<ChildProcess>(clock);
    ended = std::make_unique<QSignalSpy>(child.get(), &ChildProcess::ended);
    output.clear();
    command = {};
}

void TestChildProcess::cleanup()
{
    reader.reset();
    ended.reset();
    child.reset();
    QCOMPARE(leftovers.pids(), QList<int>());
    QCOMPARE(Leftovers::openDescriptors(), descriptors);
}

void TestChildProcess::theEndIsTold_data()
{
    QTest::addColumn<QByteArrayList>("arguments");
    QTest::addColumn<int>("status");
    QTest::addColumn<QString>("text");
    QTest::newRow("exit 0") << QByteArrayList{"exit", "0"} << 0 << "exited with code 0";
    QTest::newRow("exit 1") << QByteArrayList{"exit", "1"} << 1 << "exited with code 1";
    QTest::newRow("exit 255") << QByteArrayList{"exit", "255"} << 255 << "exited with code 255";
    QTest::newRow("crash") << QByteArrayList{"crash"} << 139 << "killed by SIGSEGV";
}

void TestChildProcess::theEndIsTold()
{
    QFETCH(QByteArrayList, arguments);
    QFETCH(QString, text);
    start(arguments);
    QTRY_COMPARE(ended->count(), 1);
    const auto end = ended->first().first().value<ChildEnd>();
    QTEST(end.exitStatus(), "status");
    QVERIFY2(end.text().startsWith(text), qPrintable(end.text()));
    QVERIFY(!child->isRunning());
}

void TestChildProcess::aStopLeavesNothing_data()
{
    QTest::addColumn<QByteArrayList>("arguments");
    QTest::addColumn<int>("stubborn"); // processes that need SIGKILL
    QTest::addColumn<int>("status");
    QTest::newRow("ends at once") << QByteArrayList{"wait"} << 0 << 128 + SIGTERM;
    QTest::newRow("ends by itself") << QByteArrayList{"handle-term", "7"} << 0 << 7;
    QTest::newRow("ignores TERM") << QByteArrayList{"ignore-term"} << 1 << 128 + SIGKILL;
    QTest::newRow("stopped") << QByteArrayList{"suspend-itself"} << 0 << 128 + SIGTERM;
    QTest::newRow("grandchildren") << QByteArrayList{"grandchildren"} << 6 << 128 + SIGTERM;
    QTest::newRow("double fork") << QByteArrayList{"fork-twice"} << 1 << 128 + SIGTERM;
}

void TestChildProcess::aStopLeavesNothing()
{
    QFETCH(QByteArrayList, arguments);
    QFETCH(int, stubborn);
    QSignalSpy killing(child.get(), &ChildProcess::killing);
    start(arguments);
    QTRY_COMPARE(output, "ready\n");
    child->stop(10s);
    if (stubborn > 0) {
        // The program itself, though it may have ended, is kept until its family is gone.
        QTRY_COMPARE(leftovers.pids().size(), arguments.first() == "ignore-term" ? 1 : stubborn + 1);
        QCOMPARE(ended->count(), 0);
        clock.advance(10s);
    }
    QTRY_COMPARE(ended->count(), 1);
    QTEST(ended->first().first().value<ChildEnd>().exitStatus(), "status");
    QCOMPARE(killing.count(), stubborn > 0 ? 1 : 0);
    if (stubborn > 0)
        QCOMPARE(killing.first().first().toInt(), stubborn);
    QCOMPARE(leftovers.pids(), QList<int>());
}

void TestChildProcess::anEndLeavesNothing_data()
{
    QTest::addColumn<QByteArrayList>("arguments");
    QTest::newRow("grandchildren") << QByteArrayList{"grandchildren", "leave"};
    QTest::newRow("double fork") << QByteArrayList{"fork-twice", "leave"};
}

void TestChildProcess::anEndLeavesNothing()
{
    QFETCH(QByteArrayList, arguments);
    QSignalSpy remains(child.get(), &ChildProcess::remainsFound);
    start(arguments, 5s);
    QTRY_COMPARE(remains.count(), 1);
    QCOMPARE(ended->count(), 0);
    clock.advance(5s);
    QTRY_COMPARE(ended->count(), 1);
    QCOMPARE(ended->first().first().value<ChildEnd>(), (ChildEnd{.exitCode = 0, .wasKilled = true}));
    QCOMPARE(leftovers.pids(), QList<int>());
}

void TestChildProcess::whoIsAskedFirst_data()
{
    QTest::addColumn<StopScope>("scope");
    QTest::addColumn<QByteArray>("said");
    QTest::addColumn<int>("status");
    QTest::newRow("leader") << StopScope::Leader << QByteArray("ready\nending\ntask done\n") << 0;
    QTest::newRow("group") << StopScope::Group << QByteArray("worker told\n") << 9;
}

void TestChildProcess::whoIsAskedFirst()
{
    QFETCH(StopScope, scope);
    QFETCH(QByteArray, said);
    command.stopScope = scope;
    start({"master"});
    QTRY_COMPARE(output, "ready\n");
    child->stop(1h);
    QTRY_COMPARE(ended->count(), 1);
    reader->finish();
    QVERIFY2(output.contains(said), output.constData());
    QTEST(ended->first().first().value<ChildEnd>().exitStatus(), "status");
}

void TestChildProcess::whoWasToldIsNotToldAgain()
{
    start({"record-signals"});
    QTRY_COMPARE(output, "ready\n");
    ::kill(child->pid(), SIGUSR1); // by somebody else
    child->expectEnd(1h);
    child->expectEnd(1h);
    child->stop(1h);
    QTRY_COMPARE(output, "ready\ngot 10\n");
    for (int i = 0; i < 5; ++i)
        child->advance();
    QCOMPARE(output, "ready\ngot 10\n");
    ::kill(child->pid(), SIGTERM);
    QTRY_COMPARE(ended->count(), 1);
    QVERIFY(!ended->first().first().value<ChildEnd>().wasKilled);
}

void TestChildProcess::theStopSignalIsTheCommands()
{
    command.stopSignal = SIGUSR2;
    start({"record-signals"});
    QTRY_COMPARE(output, "ready\n");
    child->stop(10s);
    child->stop(10s);
    QTRY_COMPARE(output, "ready\ngot 12\n");
    clock.advance(10s);
    QTRY_COMPARE(ended->count(), 1);
    QVERIFY(ended->first().first().value<ChildEnd>().wasKilled);
}

void TestChildProcess::killingItWaitsForNothing()
{
    start({"grandchildren"});
    QTRY_COMPARE(output, "ready\n");
    child->stop(1h);
    child->kill();
    QVERIFY(!child->isRunning());
    QCOMPARE(leftovers.pids(), QList<int>());
    QCOMPARE(ended->count(), 0); // who asked for it knows
}

void TestChildProcess::theGraceIsTheClocks()
{
    start({"ignore-term"});
    QTRY_COMPARE(output, "ready\n");
    child->stop(30s);
    clock.advance(30s - 1ns);
    child->advance();
    QVERIFY(!readProcess(child->pid())->isZombie());
    clock.advance(1ns);
    QTRY_COMPARE(ended->count(), 1);
}

void TestChildProcess::aShorterGraceCounts()
{
    start({"ignore-term"});
    QTRY_COMPARE(output, "ready\n");
    child->stop(1h);
    child->stop(0s);
    QTRY_COMPARE(ended->count(), 1);
}

void TestChildProcess::aSuspendedProgramIsSeenAndStopped()
{
    QSignalSpy suspended(child.get(), &ChildProcess::suspendedChanged);
    start({"suspend-itself"});
    QTRY_COMPARE(suspended.count(), 1);
    QVERIFY(child->isSuspended());
    ::kill(child->pid(), SIGCONT);
    QTRY_COMPARE(suspended.count(), 2);
    QVERIFY(!child->isSuspended());
    ::kill(child->pid(), SIGSTOP);
    QTRY_COMPARE(suspended.count(), 3);
    child->stop(1h);
    QTRY_COMPARE(ended->count(), 1);
    QCOMPARE(ended->first().first().value<ChildEnd>().exitStatus(), 128 + SIGTERM);
}

void TestChildProcess::orphansAreReapedMeanwhile()
{
    start({"orphans", "20"});
    QTRY_COMPARE(output, "ready\n");
    QTRY_COMPARE(leftovers.pids(), QList<int>{int(child->pid())}); // counts our zombies too
    child->stop(1h);
    QTRY_COMPARE(ended->count(), 1);
}

void TestChildProcess::whoLosesItsParentIsKnown()
{
    const QSignalSpy changed(child.get(), &ChildProcess::straysChanged);
    start({"fork-twice"});
    QTRY_COMPARE(child->strays().size(), 2);
    QVERIFY(changed.count() > 0);
    ::kill(child->strays().first().pid, SIGKILL);
    QTRY_COMPARE(child->strays().size(), 1);
}

/// A child, its child, and one whose parent is gone; nobody else of the machine.
void TestChildProcess::allWhoDescendFromUsAreFound()
{
    command.arguments = {"sh", "-c", "sleep 1000 & echo $!; (setsid sleep 1000 & echo $!); wait"};
    command.environment = {leftovers.mark()};
    QVERIFY(!child->start(command, {}, 60s));
    reader = std::make_unique<OutputReader>(child->takeOutput());
    connect(reader.get(), &OutputReader::linesRead, this, [this](const QByteArray &lines) { output += lines; });
    QTRY_COMPARE(output.count('\n'), 2);
    QSet<pid_t> wanted{child->pid()};
    for (const QByteArray &line : output.trimmed().split('\n'))
        wanted.insert(line.toInt());
    const auto found = [] {
        QSet<pid_t> pids;
        for (const ProcessEntry &process : readDescendants())
            pids.insert(process.pid);
        return pids;
    };
    QTRY_COMPARE(found(), wanted);
    child->stop(0ms);
    QTRY_COMPARE(ended->count(), 1);
    QCOMPARE(found(), QSet<pid_t>());
}

void TestChildProcess::othersChildrenAreLeftAlone()
{
    QProcess other;
    other.start(u"sleep"_s, {u"1000"_s});
    QVERIFY(other.waitForStarted());
    start({"grandchildren", "leave"}, 0s);
    QTRY_COMPARE(ended->count(), 1);
    QCOMPARE(other.state(), QProcess::Running);
    QVERIFY(!readProcess(pid_t(other.processId()))->isZombie());
    other.kill();
    QVERIFY(hasEnded(other));
    QCOMPARE(other.exitStatus(), QProcess::CrashExit); // QProcess itself reaped it
}

void TestChildProcess::destroyingItEndsEverything()
{
    start({"fork-twice"});
    QTRY_COMPARE(output, "ready\n");
    child.reset();
    QCOMPARE(leftovers.pids(), QList<int>());
}

void TestChildProcess::itStartsAgainFromItsEnd()
{
    int runs = 0;
    connect(child.get(), &ChildProcess::ended, this, [&] {
        if (++runs < 50)
            start({"exit", "0"});
    });
    start({"exit", "0"});
    QTRY_COMPARE(runs, 50);
    QCOMPARE(ended->count(), 50);
}

QTEST_GUILESS_MAIN(TestChildProcess)
#include "tst_childprocess.moc"
