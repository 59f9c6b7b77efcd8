// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/history/deathwatch.h"

#include <QScopeGuard>
#include <QSignalSpy>
#include <QTest>

#include <array>
#include <csignal>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace Hephaestus;

using Exit = std::optional<ExitStatus>;

class TestDeathWatch : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anEndThatNobodyReapedIsToldTruly_data();
    void anEndThatNobodyReapedIsToldTruly();
    void noMoreThanSoManyAreWatched();
};

namespace {

constexpr uid_t Nobody = 65534;

/// A child that waits until `pipe` is closed, and then exits with `code`.
pid_t startVictim(const std::array<int, 2> &pipe, int code)
{
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::close(pipe[1]);
        char byte;
        const ssize_t count = ::read(pipe[0], &byte, 1);
        ::_exit(count == 0 ? code : 127);
    }
    return pid;
}

} // namespace

void TestDeathWatch::anEndThatNobodyReapedIsToldTruly_data()
{
    QTest::addColumn<bool>("isKilled");
    QTest::addColumn<bool>("isAnotherUsers");
    QTest::addColumn<Exit>("told");

    QTest::newRow("killed") << true << false << Exit(ExitStatus{0, SIGKILL});
    QTest::newRow("exited") << false << false << Exit(ExitStatus{3, 0});
    if (::geteuid() == 0) { // who else could look at a process as a stranger does, and reap it
        QTest::newRow("killed, another user's") << true << true << Exit();
        QTest::newRow("exited, another user's") << false << true << Exit();
    }
}

void TestDeathWatch::anEndThatNobodyReapedIsToldTruly()
{
    QFETCH(bool, isKilled);
    QFETCH(bool, isAnotherUsers);
    QFETCH(Exit, told);

    std::array<int, 2> pipe;
    QCOMPARE(::pipe(pipe.data()), 0);
    const pid_t pid = startVictim(pipe, 3);
    ::close(pipe[0]);
    QVERIFY(pid > 0);
    const auto reap = qScopeGuard([&] {
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
        std::ignore = ::seteuid(::getuid());
    });
    if (isAnotherUsers)
        QCOMPARE(::setresuid(uid_t(-1), Nobody, uid_t(-1)), 0); // its real user may still send the signal
    DeathWatch watch;
    QSignalSpy died(&watch, &DeathWatch::died);
    Exit seen = ExitStatus{-1, -1};
    connect(&watch, &DeathWatch::died, this, [&](ServiceId, qint64, const Exit &exit) { seen = exit; });
    watch.watch(1, pid);
    QVERIFY(watch.isWatching(1, pid));
    if (isKilled)
        QCOMPARE(::kill(pid, SIGKILL), 0);
    ::close(pipe[1]);
    QTRY_COMPARE(died.size(), 1);
    QVERIFY(seen == told);
}

void TestDeathWatch::noMoreThanSoManyAreWatched()
{
    std::array<int, 2> pipe;
    QCOMPARE(::pipe(pipe.data()), 0);
    std::vector<pid_t> pids;
    for (std::size_t i = 0; i <= DeathWatch::MostWatched; ++i)
        pids.push_back(startVictim(pipe, 0));
    const auto reap = qScopeGuard([&] {
        for (const pid_t pid : pids)
            ::waitpid(pid, nullptr, 0);
    });
    const auto end = qScopeGuard([&] { // of all
        ::close(pipe[0]);
        ::close(pipe[1]);
    });
    DeathWatch watch;
    for (const pid_t pid : pids) {
        QCOMPARE(watch.isFull(), pid == pids.back());
        watch.watch(ServiceId(pid), pid);
        QCOMPARE(watch.isWatching(ServiceId(pid), pid), pid != pids.back());
    }
    watch.forget(ServiceId(pids.front())); // makes room
    watch.watch(ServiceId(pids.back()), pids.back());
    QVERIFY(watch.isWatching(ServiceId(pids.back()), pids.back()));
}

QTEST_GUILESS_MAIN(TestDeathWatch)
#include "tst_deathwatch.moc"
