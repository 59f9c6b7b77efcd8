// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/childsignal.h"
#include "server/supervisor/successor.h"
#include "tests/support/leftovers.h"

#include <QSignalSpy>
#include <QTcpSocket>
#include <QTest>

#include <csignal>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

// Each serves descriptor 3, and says its pid to whoever connects.
constexpr char Polling[] = "import asyncio, os, socket\n"
                           "async def serve():\n"
                           "    async def answer(reader, writer):\n"
                           "        writer.write(str(os.getpid()).encode()); writer.close()\n"
                           "    print('ready', flush=True)\n"
                           "    server = await asyncio.start_server(answer, sock=socket.socket(fileno=os.dup(3)))\n"
                           "    await server.serve_forever()\n"
                           "asyncio.run(serve())\n";
constexpr char PollingInAChild[] =
    "import os, select, socket, time\n"
    "if os.fork():\n"
    "    time.sleep(1000)\n"
    "listener = socket.socket(fileno=3)\n"
    "poll = select.epoll()\n"
    "poll.register(3, select.EPOLLIN)\n"
    "while poll.poll():\n"
    "    client, _ = listener.accept(); client.send(str(os.getpid()).encode()); client.close()\n";
constexpr char Blocking[] =
    "import os, socket\n"
    "listener = socket.socket(fileno=3)\n"
    "print('ready', flush=True)\n"
    "while True:\n"
    "    client, _ = listener.accept(); client.send(str(os.getpid()).encode()); client.close()\n";
constexpr char Hanging[] = "import signal, time\n"
                           "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
                           "print('hangs', flush=True)\n"
                           "time.sleep(1000)\n";
constexpr char Failing[] = "import sys\n"
                           "sys.exit('there is no database')\n";

} // namespace

class TestSuccessor : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void itTakesOverOnceItAccepts_data();
    void itTakesOverOnceItAccepts();
    void oneThatDoesNotAcceptLosesNothing_data();
    void oneThatDoesNotAcceptLosesNothing();
    void oneThatCannotBeStartedLosesNothing();
    void aStopEndsIt();
    void anOrphanIsItsOwn();

private:
    ChildCommand python(const char *program) const
    {
        return {{"/usr/bin/python3", "-c", program}, {}, {leftovers.mark()}};
    }
    void startOld(const char *program);
    void make(const ChildCommand &command);
    /// Who serves a new client.
    qint64 served() const
    {
        QTcpSocket socket;
        socket.connectToHost(u"127.0.0.1"_s, sockets->addresses().first().port);
        return socket.waitForReadyRead(10'000) ? socket.readAll().toLongLong() : 0;
    }

    Leftovers leftovers;
    ManualClock clock;
    std::unique_ptr<HeldSockets> sockets;
    std::unique_ptr<ChildProcess> old;
    std::unique_ptr<Successor> successor;
    std::unique_ptr<QSignalSpy> accepting;
    std::unique_ptr<QSignalSpy> failed;
    int descriptors = 0;
};

void TestSuccessor::init()
{
    ChildSignal::instance(); // keeps one descriptor, of the process
    descriptors = Leftovers::openDescriptors();
    sockets = std::make_unique<HeldSockets>(true);
    QVERIFY(!sockets->open(parseServiceAddress(u"127.0.0.1:0"_s).value()));
}

void TestSuccessor::cleanup()
{
    accepting.reset();
    failed.reset();
    successor.reset();
    old.reset();
    sockets.reset();
    QCOMPARE(leftovers.pids(), QList<int>());
    QCOMPARE(Leftovers::openDescriptors(), descriptors);
}

void TestSuccessor::startOld(const char *program)
{
    old = std::make_unique<ChildProcess>(clock);
    QVERIFY(!old->start(python(program), sockets->handed(), 1s));
    QVERIFY(served() > 0);
}

void TestSuccessor::make(const ChildCommand &command)
{
    successor = std::make_unique<Successor>(SuccessorOptions{command, 30s, 3s, 10s}, *sockets, clock);
    accepting = std::make_unique<QSignalSpy>(successor.get(), &Successor::accepting);
    failed = std::make_unique<QSignalSpy>(successor.get(), &Successor::failed);
}

void TestSuccessor::itTakesOverOnceItAccepts_data()
{
    QTest::addColumn<QByteArray>("before");
    QTest::addColumn<QByteArray>("after");
    QTest::addColumn<bool>("isSeen"); // to accept: without a look at the clock
    QTest::newRow("both poll") << QByteArray(Polling) << QByteArray(Polling) << true;
    QTest::newRow("a child polls") << QByteArray(PollingInAChild) << QByteArray(PollingInAChild) << true;
    QTest::newRow("both block") << QByteArray(Blocking) << QByteArray(Blocking) << false;
    QTest::newRow("it polls now") << QByteArray(Blocking) << QByteArray(Polling) << true;
    QTest::newRow("nothing before") << QByteArray() << QByteArray(Blocking) << false;
}

void TestSuccessor::itTakesOverOnceItAccepts()
{
    QFETCH(QByteArray, before);
    QFETCH(QByteArray, after);
    QFETCH(bool, isSeen);
    if (!before.isEmpty())
        startOld(before.constData());
    make(python(after.constData()));
    QVERIFY(!successor->start(old ? std::optional(old->process()) : std::nullopt));
    QVERIFY(successor->describe());
    QCOMPARE(successor->describe()->state.text(), u"starting"_s);
    const qint64 pid = successor->describe()->pid.value_or(0);
    if (!isSeen) {
        QTRY_VERIFY(successor->output().tail(1) == "ready\n");
        clock.advance(3s - 1ms);
        successor->look();
        QCOMPARE(accepting->count(), 0);
        clock.advance(1ms);
    }
    QTRY_COMPARE(accepting->count(), 1);
    QCOMPARE(successor->describe()->state.text(), u"accepting"_s);
    const qint64 servedBefore = old ? served() : 0;
    QVERIFY(servedBefore != pid);
    sockets->turnOver();
    if (old) {
        QTRY_VERIFY(sockets->isOldServed());
        QSignalSpy ended(old.get(), &ChildProcess::ended);
        old->stop(10s);
        QTRY_COMPARE(ended.count(), 1); // and nobody else's
    }
    const qint64 servedNow = served();
    QVERIFY(servedNow > 0 && servedNow != servedBefore);
    // Whoever goes on with it.
    RunningChild child = successor->release();
    QCOMPARE(qint64(child.pid), pid);
    successor.reset();
    ChildProcess next(clock);
    QVERIFY(next.adopt(std::move(child), {}, 1s));
    QCOMPARE(served(), servedNow);
    QSignalSpy ended(&next, &ChildProcess::ended);
    next.stop(10s);
    QTRY_COMPARE(ended.count(), 1);
    QCOMPARE(failed->count(), 0);
}

void TestSuccessor::oneThatDoesNotAcceptLosesNothing_data()
{
    QTest::addColumn<QByteArray>("before");
    QTest::addColumn<QByteArray>("after");
    QTest::addColumn<bool>("isLate");
    QTest::addColumn<QString>("why");
    QTest::newRow("it exits") << QByteArray(Polling) << QByteArray(Failing) << false
                              << u"it exited with code 1 before it took over (it last said: there is no database)"_s;
    QTest::newRow("it exits, and polling was not seen")
        << QByteArray(Blocking) << QByteArray(Failing) << false
        << u"it exited with code 1 before it took over (it last said: there is no database)"_s;
    QTest::newRow("it hangs, and ignores SIGTERM") << QByteArray(Polling) << QByteArray(Hanging) << true
                                                   << u"it did not accept within 30 s (it last said: hangs)"_s;
    QTest::newRow("its predecessor polls") << QByteArray(Polling) << QByteArray(Blocking) << true
                                           << u"it did not accept within 30 s (it last said: ready)"_s;
}

void TestSuccessor::oneThatDoesNotAcceptLosesNothing()
{
    QFETCH(QByteArray, before);
    QFETCH(QByteArray, after);
    QFETCH(bool, isLate);
    startOld(before.constData());
    make(python(after.constData()));
    for (int attempt = 1; attempt <= 2; ++attempt) {
        QVERIFY(!successor->start(old->process()));
        for (int i = 0; i < 50; ++i)
            QCOMPARE(served(), qint64(old->pid()));
        if (isLate) {
            QTRY_VERIFY(successor->output().lineCount() == attempt);
            clock.advance(30s);
            QTRY_VERIFY(!successor->describe() || successor->describe()->state == SuccessorState::Stopping);
            clock.advance(5s);
        }
        QTRY_COMPARE(failed->count(), attempt);
        QTEST(failed->last().first().toString(), "why");
        QVERIFY(!successor->describe());
        QCOMPARE(served(), qint64(old->pid()));
    }
    QCOMPARE(accepting->count(), 0);
}

void TestSuccessor::oneThatCannotBeStartedLosesNothing()
{
    startOld(Polling);
    make({{"/nowhere/at/all"}, {}, {leftovers.mark()}});
    const auto failure = successor->start(old->process());
    QVERIFY(failure);
    QCOMPARE(failure->exitCode, StartFailure::NotFound);
    QVERIFY(!successor->isRunning());
    QCOMPARE(served(), qint64(old->pid()));
}

void TestSuccessor::aStopEndsIt()
{
    startOld(Polling);
    make(python(Hanging));
    QVERIFY(!successor->start(old->process()));
    QTRY_VERIFY(successor->output().tail(1) == "hangs\n");
    successor->stop(u"the service stops"_s);
    clock.advance(10s - 1ms);
    QCOMPARE(failed->count(), 0);
    clock.advance(1ms);
    QTRY_COMPARE(failed->count(), 1);
    QCOMPARE(served(), qint64(old->pid()));
}

/// A process that left its family while two programs run is the younger one's: the older one's end does not take it
/// along.
void TestSuccessor::anOrphanIsItsOwn()
{
    old = std::make_unique<ChildProcess>(clock);
    QVERIFY(!old->start({{HEPHAESTUS_TEST_CHILD, "fork-twice"}, {}, {leftovers.mark()}}, {}, 1s));
    OutputReader reader(old->takeOutput());
    QByteArray output;
    connect(&reader, &OutputReader::linesRead, this, [&](const QByteArray &lines) { output += lines; });
    QTRY_COMPARE(output, "ready\n");
    make({{HEPHAESTUS_TEST_CHILD, "fork-twice"}, {}, {leftovers.mark()}});
    QVERIFY(!successor->start({}));
    QTRY_VERIFY(successor->output().tail(1) == "ready\n");
    QCOMPARE(leftovers.pids().size(), 2 * 3);
    QSignalSpy ended(old.get(), &ChildProcess::ended);
    old->stop(1s);
    clock.advance(1s);
    QTRY_COMPARE(ended.count(), 1);
    QCOMPARE(leftovers.pids().size(), 3);
    successor->stop(u"the service stops"_s);
    clock.advance(10s);
    QTRY_COMPARE(failed->count(), 1);
    QCOMPARE(leftovers.pids(), QList<int>());
}

QTEST_GUILESS_MAIN(TestSuccessor)
#include "tst_successor.moc"
