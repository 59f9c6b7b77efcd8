// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/processentry.h"

#include <QByteArray>
#include <QTest>

#include <csignal>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <limits>

using namespace Hephaestus;

/// The fields behind the command, up to the number of the last one wanted, each but `state` its own number.
static QByteArray fields(char state, int last)
{
    QByteArray text(1, state);
    for (int field = 4; field <= last; ++field)
        text += ' ' + QByteArray::number(field);
    return text;
}

class TestProcessEntry : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theLineIsRead_data();
    void theLineIsRead();
    void whatItIsCalledDoesNotMatter();
    void howAZombieEndedIsTold_data();
    void howAZombieEndedIsTold();
    void noProcessIsNothing_data();
    void noProcessIsNothing();
    void itsAgeCountsFromItsStart();
};

void TestProcessEntry::theLineIsRead_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<char>("state"); // 0: nothing is read
    QTest::newRow("plain") << "7 (sh) " + fields('S', 52) + '\n' << 'S';
    QTest::newRow("no end of the line") << "7 (sh) " + fields('R', 52) << 'R';
    QTest::newRow("a later kernel's") << "7 (sh) " + fields('R', 54) + '\n' << 'R';
    QTest::newRow("no command") << "7 () " + fields('Z', 52) + '\n' << 'Z';
    QTest::newRow("a command with spaces and parentheses") << "7 (a (b) c) " + fields('T', 52) + '\n' << 'T';
    QTest::newRow("a command like the fields behind it") << "7 (x) Z 1 1 1 (y) " + fields('S', 52) + '\n' << 'S';
    QTest::newRow("a command with line breaks") << "7 (a\n) Z\n) " + fields('S', 52) + '\n' << 'S';
    QTest::newRow("empty") << QByteArray() << '\0';
    QTest::newRow("cut in the command") << QByteArray("7 (s") << '\0';
    QTest::newRow("cut after the command") << QByteArray("7 (sh)") << '\0';
    QTest::newRow("cut before the state") << QByteArray("7 (sh) ") << '\0';
    QTest::newRow("cut before the start") << "7 (sh) " + fields('S', 21) << '\0';
    QTest::newRow("cut before the status") << "7 (sh) " + fields('S', 51) + '\n' << '\0';
    QTest::newRow("turned around") << QByteArray(") 7 (sh") << '\0';
}

void TestProcessEntry::theLineIsRead()
{
    QFETCH(QByteArray, line);
    QFETCH(char, state);
    const auto process = parseProcess(line);
    QCOMPARE(process.has_value(), state != '\0');
    if (process)
        QCOMPARE(
            *process,
            (ProcessEntry{
                .pid = 7, .parent = 4, .group = 5, .session = 6, .state = state, .startTicks = 22, .waitStatus = 52}));
}

void TestProcessEntry::whatItIsCalledDoesNotMatter()
{
    char former[16];
    QCOMPARE(::prctl(PR_GET_NAME, former), 0);
    QCOMPARE(::prctl(PR_SET_NAME, "a) Z 1 (b) "), 0); // of this thread, the process' first
    const auto process = readProcess(::getpid());
    ::prctl(PR_SET_NAME, former);
    QVERIFY(process);
    QCOMPARE(process->pid, ::getpid());
    QCOMPARE(process->parent, ::getppid());
    QCOMPARE(process->group, ::getpgid(0));
    QCOMPARE(process->session, ::getsid(0));
    QCOMPARE(process->state, 'R');
    QCOMPARE(process->waitStatus, 0);
}

void TestProcessEntry::howAZombieEndedIsTold_data()
{
    QTest::addColumn<int>("signalNumber"); // 0: it exits
    QTest::addColumn<int>("waitStatus");
    QTest::newRow("exit 3") << 0 << 3 * 256;
    QTest::newRow("killed") << SIGKILL << SIGKILL;
}

void TestProcessEntry::howAZombieEndedIsTold()
{
    QFETCH(int, signalNumber);
    QFETCH(int, waitStatus);
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::raise(signalNumber);
        ::_exit(3);
    }
    siginfo_t info{};
    QCOMPARE(::waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT), 0);
    const auto process = readProcess(pid);
    QCOMPARE(::waitpid(pid, nullptr, 0), pid);
    QVERIFY(process && process->isZombie());
    QCOMPARE(process->waitStatus, waitStatus);
    QCOMPARE(process->parent, ::getpid());
    QVERIFY(!readProcess(pid)); // it is gone
}

void TestProcessEntry::noProcessIsNothing_data()
{
    QTest::addColumn<qint64>("pid");
    QTest::newRow("none") << qint64(0);
    QTest::newRow("below") << qint64(-1);
    QTest::newRow("beyond a pid, and this one cut to it") << (qint64(1) << 32) + ::getpid();
    QTest::newRow("the greatest") << std::numeric_limits<qint64>::max();
}

void TestProcessEntry::noProcessIsNothing()
{
    QFETCH(qint64, pid);
    QVERIFY(!readProcess(pid));
}

void TestProcessEntry::itsAgeCountsFromItsStart()
{
    using namespace std::chrono;
    const nanoseconds before = ProcessEntry{}.age(); // of one that began with the machine: its uptime
    const auto process = readProcess(::getpid());
    QVERIFY(process);
    ProcessEntry tenSecondsIn;
    tenSecondsIn.startTicks = quint64(10 * ::sysconf(_SC_CLK_TCK));
    const nanoseconds later = tenSecondsIn.age() + 10s;
    const nanoseconds own = process->age();
    const nanoseconds after = ProcessEntry{}.age();
    QVERIFY(before > 0s && later >= before && later <= after);
    QVERIFY(own > 0s && own < after);
}

QTEST_GUILESS_MAIN(TestProcessEntry)
#include "tst_processentry.moc"
