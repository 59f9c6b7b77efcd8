// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/endnotes.h"
#include "dashboard/history/obituaries.h"
#include "tests/dashboard/model/reports.h"

#include <QCoreApplication>
#include <QDir>
#include <QProcess>
#include <QScopeGuard>
#include <QSignalSpy>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

#include <array>
#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestObituaries : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aForeignProcessIsLookedForSeldom();
    void whoIsFoundIsNotLookedForAgain();
    void theOutputOfManyIsReadAFewAtATime();
    void whoRefusesAfterAnAnswerIsBuriedOnce();
    void aProgramThatItsWrapperGivesUpHasDied();
    void aProgramThatHungAndWasKilledDidNotEndAsAsked();
    void aKillOfAWrappedProgramIsToldOnce();
    void aKillIsToldThoughTheWrapperWasQuick();
    void theProgramOfAnotherWrapperDoesNotEndAgain();
    void aSignalFromOutsideIsOneDeath_data();
    void aSignalFromOutsideIsOneDeath();
    void anAnswerReadAfterTheEndMakesNoSecondDeath();
    void theLastWordsAreThoseOfTheInstance_data();
    void theLastWordsAreThoseOfTheInstance();
    void aProgramIsBuriedWithItsOwnWords_data();
    void aProgramIsBuriedWithItsOwnWords();
    void endsQuickerThanThePollsAreTold();
    void anUncleanEndThatWasAskedForIsTold_data();
    void anUncleanEndThatWasAskedForIsTold();
    void whatAProcessLeftSaysWhyItEnded_data();
    void whatAProcessLeftSaysWhyItEnded();
    void theEndOfAWrappedProgramIsSeenAtOnce();
};

/// A process that waits until it is told to end, and which nobody reaps until this goes.
struct Waiting
{
    explicit Waiting(int code)
    {
        std::array<int, 2> pipe{-1, -1};
        if (::pipe(pipe.data()) != 0)
            return;
        pid = ::fork();
        if (pid == 0) {
            ::close(pipe[1]);
            char byte;
            ::_exit(::read(pipe[0], &byte, 1) == 0 ? code : 127);
        }
        ::close(pipe[0]);
        m_writer = pipe[1];
    }
    ~Waiting()
    {
        end();
        if (pid > 0)
            ::waitpid(pid, nullptr, 0);
    }
    Waiting(const Waiting &) = delete;
    Waiting &operator=(const Waiting &) = delete;

    void end()
    {
        if (const int writer = std::exchange(m_writer, -1); writer >= 0)
            ::close(writer);
    }

    pid_t pid = -1;

private:
    int m_writer = -1;
};

/// Obituaries whose clock and whose look at /proc are the test's.
struct Bench
{
    ManualClock time;
    QTemporaryDir state;
    HistoryStore store{state.filePath(QStringLiteral("history.db"))};
    bool found = false;
    QList<qint64> pids; ///< that were looked for, in turn
    Obituaries obituaries{store, state.path(), time, [this](const ServiceAddress &, qint64 pid) {
                              pids << pid;
                              return found;
                          }};

    /// An answer of that process every second for so long.
    void answer(ServiceId id, const FleetEntry &entry, qint64 pid, std::chrono::seconds time)
    {
        HealthReport report = Reports::healthy();
        report.pid = pid;
        for (auto passed = 0s; passed < time; passed += 1s) {
            this->time.advance(1s);
            obituaries.observe(id, entry, report, "{}");
        }
    }
};

void TestObituaries::aForeignProcessIsLookedForSeldom()
{
    Bench bench;
    const FleetEntry contained = Reports::entry(u"of a container"_s);
    bench.answer(1, contained, 7, 300s);
    QCOMPARE(bench.pids, QList<qint64>{7});
    bench.answer(1, contained, 7, 1s);
    QCOMPARE(bench.pids, (QList<qint64>{7, 7}));
    bench.answer(1, contained, 8, 60s); // another process is another matter
    QCOMPARE(bench.pids, (QList<qint64>{7, 7, 8}));
    bench.answer(2, Reports::entry(u"elsewhere"_s, u"http://192.0.2.1:80"_s), 7, 60s);
    QCOMPARE(bench.pids.size(), 3); // no process of this machine
    QVERIFY(!bench.obituaries.isLocal(1));
}

void TestObituaries::whoIsFoundIsNotLookedForAgain()
{
    Bench bench;
    bench.found = true;
    const qint64 self = QCoreApplication::applicationPid();
    bench.answer(1, Reports::entry(u"here"_s), self, 1800s);
    QCOMPARE(bench.pids, QList<qint64>{self});
    QVERIFY(bench.obituaries.isLocal(1));
}

void TestObituaries::theOutputOfManyIsReadAFewAtATime()
{
    constexpr int Services = 20;
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    QList<QTcpSocket *> open;
    int asked = 0;
    qsizetype most = 0;
    connect(&server, &QTcpServer::newConnection, &server, [&] {
        for (; QTcpSocket *const client = server.nextPendingConnection(); ++asked)
            open << client;
        most = std::max(most, open.size());
    });
    Bench bench;
    HealthReport report = Reports::healthy();
    report.capabilities << u"logs"_s;
    for (int i = 0; i < Services; ++i) {
        const FleetEntry entry =
            Reports::entry(u"service"_s, u"http://127.0.0.1:%1/%2"_s.arg(server.serverPort()).arg(i));
        bench.obituaries.observe(ServiceId(i + 1), entry, report, "{}"); // as if all had answered at once
        bench.obituaries.observe(ServiceId(i + 1), entry, report, "{}");
    }
    for (int answered = 0; answered < Services; ++answered) {
        QTRY_VERIFY(!open.isEmpty() && open.first()->canReadLine());
        open.first()->write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        open.takeFirst()->disconnectFromHost();
    }
    QCOMPARE(asked, Services);
    QVERIFY2(most <= 4, qPrintable(QString::number(most)));
}

void TestObituaries::whoRefusesAfterAnAnswerIsBuriedOnce()
{
    Bench bench;
    QSignalSpy buried(&bench.obituaries, &Obituaries::buried);
    QSignalSpy happened(&bench.obituaries, &Obituaries::happened);
    const ServiceReply refused = Reports::failure(ClientError::Refused, u"connection refused"_s).reply;
    bench.obituaries.miss(1, refused, false); // it was never there
    bench.answer(1, Reports::entry(u"elsewhere"_s, u"http://192.0.2.1:80"_s), 7, 2s);
    bench.obituaries.miss(1, Reports::failure(ClientError::Timeout).reply, false); // it may be busy
    bench.answer(1, Reports::entry(u"elsewhere"_s, u"http://192.0.2.1:80"_s), 7, 1s);
    QCOMPARE(buried.size(), 0);
    bench.obituaries.miss(1, refused, false);
    bench.obituaries.miss(1, refused, false);
    QCOMPARE(buried.size(), 1);
    QCOMPARE(happened.size(), 0); // its row tells that it is unreachable, and why
}

/// It says that it shuts down in its last moment, though nobody asked for that.
void TestObituaries::aProgramThatItsWrapperGivesUpHasDied()
{
    Bench bench;
    QSignalSpy happened(&bench.obituaries, &Obituaries::happened);
    const FleetEntry entry = Reports::entry(u"flapper"_s, u"http://127.0.0.1:1"_s);
    HealthReport report = Reports::healthy();
    report.process.emplace();
    report.process->state = ProcessState::Running;
    report.process->pid = 9;
    bench.obituaries.observe(1, entry, report, "{}");
    report.status = ServiceStatus::ShuttingDown;
    report.process->state = ProcessState::Failed;
    report.process->exitCode = 3;
    bench.obituaries.observe(1, entry, report, "{}");
    bench.obituaries.miss(1, Reports::failure(ClientError::Refused).reply, false);
    QCOMPARE(happened.size(), 1); // its wrapper ended with it
    const auto event = happened[0][0].value<Event>();
    QCOMPARE(event.text, u"pid 9 exited with code 3"_s);
    QCOMPARE(event.kind, EventKind::Trouble);
}

void TestObituaries::aProgramThatHungAndWasKilledDidNotEndAsAsked()
{
    Bench bench;
    QSignalSpy happened(&bench.obituaries, &Obituaries::happened);
    const FleetEntry entry = Reports::entry(u"hanger"_s, u"http://127.0.0.1:1"_s);
    HealthReport report = Reports::healthy();
    report.process = WrappedProcess{.pid = 9, .state = ProcessState::Stopping};
    bench.obituaries.observe(1, entry, report, "{}");
    report.process = WrappedProcess{.state = ProcessState::Ended, .signal = u"SIGKILL"_s};
    bench.obituaries.observe(1, entry, report, "{}");
    QTRY_COMPARE(happened.size(), 1);
    QCOMPARE(happened[0][0].value<Event>().text, u"pid 9 did not end when it was asked to, and was killed"_s);
}

void TestObituaries::aKillOfAWrappedProgramIsToldOnce()
{
    Bench bench;
    QSignalSpy happened(&bench.obituaries, &Obituaries::happened);
    QSignalSpy buried(&bench.obituaries, &Obituaries::buried);
    const FleetEntry entry = Reports::entry(u"hanger"_s, u"http://127.0.0.1:1"_s);
    HealthReport report = Reports::healthy();
    report.process = WrappedProcess{.pid = 9, .state = ProcessState::Stopping};
    bench.obituaries.observe(1, entry, report, "{}");
    bench.obituaries.expectKill(1, 9, u"me"_s);
    report.process = WrappedProcess{.state = ProcessState::Ended, .signal = u"SIGKILL"_s};
    bench.obituaries.observe(1, entry, report, "{}");
    QTRY_COMPARE(happened.size(), 1);
    QCOMPARE(happened[0][0].value<Event>().text, u"pid 9 was killed, as asked"_s);
    QCOMPARE(happened[0][0].value<Event>().kind, EventKind::Action);
    QCOMPARE(buried.size(), 0);
}

/// Its wrapper, gone within one poll, did not tell it.
void TestObituaries::aKillIsToldThoughTheWrapperWasQuick()
{
    Bench bench;
    bench.found = true;
    QSignalSpy happened(&bench.obituaries, &Obituaries::happened);
    QProcess wrapper;
    wrapper.start(u"sleep"_s, {u"60"_s});
    QVERIFY(wrapper.waitForStarted());
    HealthReport report = Reports::healthy();
    report.pid = wrapper.processId();
    report.process = WrappedProcess{.pid = 9, .state = ProcessState::Stopping};
    bench.obituaries.observe(1, Reports::entry(u"hanger"_s, u"http://127.0.0.1:1"_s), report, "{}");
    bench.obituaries.expectKill(1, 9, u"me"_s);
    wrapper.terminate();
    QVERIFY(wrapper.waitForFinished());
    QTRY_COMPARE(happened.size(), 1);
    QCOMPARE(happened[0][0].value<Event>().text, u"pid 9 was killed, as asked"_s);
}

/// Its end was told with that of its wrapper.
void TestObituaries::theProgramOfAnotherWrapperDoesNotEndAgain()
{
    Bench bench;
    QSignalSpy happened(&bench.obituaries, &Obituaries::happened);
    const FleetEntry entry = Reports::entry(u"mailer"_s, u"http://127.0.0.1:1"_s);
    HealthReport report = Reports::healthy();
    for (const qint64 wrapper : {10, 20}) {
        report.pid = wrapper;
        report.process = WrappedProcess{.pid = wrapper + 1, .state = ProcessState::Running};
        bench.obituaries.observe(1, entry, report, "{}");
        bench.obituaries.miss(1, Reports::failure(ClientError::Refused).reply, true);
    }
    QCOMPARE(happened.size(), 0);
}

void TestObituaries::aSignalFromOutsideIsOneDeath_data()
{
    QTest::addColumn<bool>("isProgramSeen"); ///< a poll came between the end of the program and that of its wrapper
    QTest::addColumn<ShutdownMode>("mode");
    QTest::addColumn<int>("deaths");
    QTest::newRow("not seen") << false << ShutdownMode::Signal << 1;
    QTest::newRow("seen") << true << ShutdownMode::Signal << 1;
    QTest::newRow("asked for, not seen") << false << ShutdownMode::Immediate << 0;
    QTest::newRow("asked for, seen") << true << ShutdownMode::Immediate << 0;
}

/// Which poll saw it makes no difference.
void TestObituaries::aSignalFromOutsideIsOneDeath()
{
    QFETCH(bool, isProgramSeen);
    QFETCH(ShutdownMode, mode);
    QFETCH(int, deaths);
    Bench bench;
    bench.found = true;
    QSignalSpy buried(&bench.obituaries, &Obituaries::buried);
    QProcess wrapper;
    wrapper.start(u"sleep"_s, {u"60"_s});
    QVERIFY(wrapper.waitForStarted());
    const FleetEntry entry = Reports::entry(u"mailer"_s, u"http://127.0.0.1:1"_s);
    HealthReport report = Reports::healthy();
    report.pid = wrapper.processId();
    report.process = WrappedProcess{.pid = 9, .state = ProcessState::Running};
    bench.obituaries.observe(1, entry, report, "{}");
    report.status = ServiceStatus::ShuttingDown;
    report.shutdown = ShutdownProgress{mode, {}, {}, 0, {}};
    report.process->state = ProcessState::Stopping;
    bench.obituaries.observe(1, entry, report, "{}");
    if (isProgramSeen) {
        report.process = WrappedProcess{.state = ProcessState::Ended, .exitCode = 0};
        bench.obituaries.observe(1, entry, report, "{}");
    }
    wrapper.terminate();
    QVERIFY(wrapper.waitForFinished());
    QTRY_VERIFY(!bench.obituaries.isLocal(1));
    bench.obituaries.miss(1, Reports::failure(ClientError::Refused).reply, false);
    QCOMPARE(buried.size(), deaths);
    if (deaths == 0)
        return;
    std::optional<QList<Obituary>> found;
    bench.store.askObituaries(entry.url, [&](const Result<QList<Obituary>> &result) { found = *result; });
    QTRY_VERIFY(found);
    QVERIFY(!found->first().bodies.isEmpty()); // what it answered last
}

/// It came before, and waited to be told with those of others.
void TestObituaries::anAnswerReadAfterTheEndMakesNoSecondDeath()
{
    Bench bench;
    bench.found = true;
    QSignalSpy buried(&bench.obituaries, &Obituaries::buried);
    QSignalSpy ended(&bench.obituaries, &Obituaries::ended);
    QProcess process;
    process.start(u"sh"_s, {u"-c"_s, u"read line; exit 3"_s});
    QVERIFY(process.waitForStarted());
    const FleetEntry entry = Reports::entry(u"once"_s, u"http://127.0.0.1:1"_s);
    HealthReport report = Reports::healthy();
    report.pid = process.processId();
    bench.obituaries.observe(1, entry, report, "{}");
    // Who hears of the end tells at once what else has come meanwhile.
    connect(&bench.obituaries, &Obituaries::ended, this, [&bench](ServiceId id) {
        bench.obituaries.miss(id, Reports::failure(ClientError::Disconnected).reply, false);
    });
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
    QTRY_COMPARE(buried.size(), 1);
    QCOMPARE(ended.size(), 1);
    bench.found = false;
    bench.obituaries.observe(1, entry, report, "{}");
    bench.obituaries.miss(1, Reports::failure(ClientError::Refused).reply, false);
    QCOMPARE(buried.size(), 1);
    report.pid = 7; // a later one is another matter
    report.instanceId = u"two"_s;
    bench.obituaries.observe(1, entry, report, "{}");
    bench.obituaries.miss(1, Reports::failure(ClientError::Refused).reply, false);
    QCOMPARE(buried.size(), 2);
}

void TestObituaries::theLastWordsAreThoseOfTheInstance_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QByteArray>("kept");
    QTest::addColumn<QByteArray>("words");
    const QByteArray earlier = "2026-01-31T12:00:00.000Z hephaestus: started with pid 8\n"
                               "2026-01-31T12:00:00.100Z stdout:\nhello\n"
                               "2026-01-31T12:00:01.000Z hephaestus: exited with code 3\n";
    const QByteArray start = "2026-01-31T12:00:02.000Z hephaestus: started with pid 9\n";
    const QByteArray mark = "2026-01-31T12:00:02.100Z stderr:\n";
    QTest::newRow("of a plain program") << u"logs/once.log"_s << QByteArray("it is up\n") << QByteArray("it is up\n");
    QTest::newRow("of a wrapped one") << u"logs/once.output.log"_s << earlier + start + mark + "no config\n"
                                      << start + "no config\n";
    QTest::newRow("of one that says much")
        << u"logs/once.output.log"_s << earlier + start + mark + QByteArray("a line\n").repeated(5000) + "no config\n"
        << start + "…\n" + ("\n" + QByteArray("a line\n").repeated(5000) + "no config\n").last(16 * 1024).mid(1);
}

/// Of a service that tells neither its process nor its log.
void TestObituaries::theLastWordsAreThoseOfTheInstance()
{
    QFETCH(QString, file);
    QFETCH(QByteArray, kept);
    QFETCH(QByteArray, words);
    Bench bench;
    QVERIFY(QDir(bench.state.path()).mkdir(u"logs"_s));
    QFile log(bench.state.filePath(file));
    QVERIFY(log.open(QIODevice::WriteOnly) && log.write(kept) == kept.size());
    log.close();
    const FleetEntry entry = Reports::entry(u"once"_s, u"http://127.0.0.1:1"_s);
    HealthReport report = Reports::healthy();
    report.pid.reset();
    bench.obituaries.observe(1, entry, report, "{}");
    bench.obituaries.miss(1, Reports::failure(ClientError::Refused).reply, false);
    std::optional<QList<Obituary>> found;
    bench.store.askObituaries(entry.url, [&](const Result<QList<Obituary>> &result) { found = *result; });
    QTRY_VERIFY(found);
    QCOMPARE(found->size(), 1);
    const qsizetype cut = words.indexOf("…\n");
    if (cut < 0) {
        QCOMPARE(found->first().log, words);
        return;
    }
    QVERIFY(found->first().log.startsWith(words.first(cut + QByteArray("…\n").size())));
    QVERIFY(found->first().log.endsWith("\na line\na line\nno config\n"));
    QVERIFY(found->first().log.size() <= words.size() + 10);
}

void TestObituaries::aProgramIsBuriedWithItsOwnWords_data()
{
    QTest::addColumn<bool>("isWrapper"); ///< it ends, too, and not only its program
    QTest::addColumn<QByteArray>("kept");
    QTest::addColumn<QByteArray>("words");
    const auto started = [](int pid) {
        return "2026-01-31T12:00:00.000Z hephaestus: started with pid " + QByteArray::number(pid) + '\n';
    };
    const QByteArray mark = "2026-01-31T12:00:00.100Z stdout:\n";
    const QByteArray killed = "2026-01-31T12:00:01.000Z hephaestus: killed by SIGKILL\n";
    const QByteArray givenUp = "2026-01-31T12:00:09.000Z hephaestus: given up after 5 failures\n";
    QTest::newRow("its successor writes")
        << false << started(9) + mark + "own\n" + killed + started(10) + mark + "next\n"
        << started(9) + "own\n" + killed;
    QTest::newRow("its start is longer ago than what is read")
        << false
        << started(9) + mark + QByteArray("much\n").repeated(100'000) + "own\n" + killed + started(10) + mark + "next\n"
        << "…\n" + ("much\n" + QByteArray("much\n").repeated(5000) + "own\n" + killed).last(16 * 1024 - 3);
    QTest::newRow("all that is read is its successor's")
        << false << started(9) + mark + "own\n" + killed + started(10) + mark + QByteArray("next\n").repeated(100'000)
        << QByteArray();
    QTest::newRow("a wrapper that gave up")
        << true << started(9) + mark + "own\n" + killed + started(10) + mark + "its second\n" + killed + givenUp
        << started(9) + "own\n" + killed + started(10) + "its second\n" + killed + givenUp;
}

/// Of a wrapped program, whose output is in the file with that of the others.
void TestObituaries::aProgramIsBuriedWithItsOwnWords()
{
    QFETCH(bool, isWrapper);
    QFETCH(QByteArray, kept);
    QFETCH(QByteArray, words);
    Bench bench;
    QVERIFY(QDir(bench.state.path()).mkdir(u"logs"_s));
    QFile log(bench.state.filePath(u"logs/once.output.log"_s));
    QVERIFY(log.open(QIODevice::WriteOnly) && log.write(kept) == kept.size());
    log.close();
    const FleetEntry entry = Reports::entry(u"once"_s, u"http://127.0.0.1:1"_s);
    HealthReport report = Reports::healthy();
    report.process = WrappedProcess{.pid = 9, .state = ProcessState::Running};
    bench.obituaries.observe(1, entry, report, "{\"of\": 9}");
    if (isWrapper) {
        bench.obituaries.miss(1, Reports::failure(ClientError::Refused).reply, false);
    } else {
        report.process =
            WrappedProcess{.pid = 10, .state = ProcessState::Running, .signal = u"SIGKILL"_s, .restarts = 1};
        bench.obituaries.observe(1, entry, report, "{\"of\": 10}");
        bench.obituaries.observe(1, entry, report, "{\"of\": 10}");
    }
    std::optional<QList<Obituary>> found;
    const auto isBuried = [&] {
        found.reset();
        bench.store.askObituaries(entry.url, [&](const Result<QList<Obituary>> &result) { found = *result; });
        return QTest::qWaitFor([&] { return found.has_value(); }, 60'000) && !found->isEmpty();
    };
    QTRY_VERIFY(isBuried());
    QCOMPARE(found->size(), 1);
    QCOMPARE(found->first().bodies.size(), 1);
    QCOMPARE(found->first().bodies.first().body, "{\"of\": 9}");
    QVERIFY(std::abs(found->first().log.size() - words.size()) < 10); // where much is cut, it is at a line's end
    QCOMPARE(found->first().log.first(std::min<qsizetype>(words.size(), 4)),
             words.first(std::min<qsizetype>(words.size(), 4)));
    QCOMPARE(found->first().log.last(std::min<qsizetype>(words.size(), 60)),
             words.last(std::min<qsizetype>(words.size(), 60)));
}

void TestObituaries::endsQuickerThanThePollsAreTold()
{
    Bench bench;
    QSignalSpy happened(&bench.obituaries, &Obituaries::happened);
    QSignalSpy buried(&bench.obituaries, &Obituaries::buried);
    const FleetEntry entry = Reports::entry(u"flapper"_s, u"http://127.0.0.1:1"_s);
    HealthReport report = Reports::healthy();
    const auto answer = [&](ProcessState state, std::optional<qint64> pid, int restarts) {
        report.process = WrappedProcess{.pid = pid, .state = state, .exitCode = 3, .restarts = restarts};
        bench.obituaries.observe(1, entry, report, "{}");
    };
    const auto told = [&] { return happened.isEmpty() ? QString() : happened.last()[0].value<Event>().text; };
    answer(ProcessState::Running, 9, 0);
    answer(ProcessState::BackingOff, {}, 0);
    QTRY_COMPARE(told(), u"pid 9 exited with code 3"_s);
    answer(ProcessState::BackingOff, {}, 0); // nothing new
    answer(ProcessState::BackingOff, {}, 2);
    QTRY_COMPARE(told(), u"it ended 2 time(s) between two answers; the last time: exit code 3"_s);
    answer(ProcessState::Running, 12, 3);
    answer(ProcessState::Running, 14, 5);
    QTRY_COMPARE(happened.size(), 3); // how the process of pid 12 ended nobody told
    QCOMPARE(told(), u"it ended 2 time(s) between two answers; the last time: exit code 3"_s);
    QCOMPARE(buried.size(), 3);
}

void TestObituaries::whatAProcessLeftSaysWhyItEnded_data()
{
    QTest::addColumn<EndReason>("reason");
    QTest::addColumn<int>("told"); ///< exit code, by itself
    QTest::addColumn<int>("code");
    QTest::addColumn<int>("deaths");
    QTest::addColumn<QString>("text");
    QTest::newRow("it was asked by its endpoint")
        << EndReason::Endpoint << 0 << 0 << 0 << u"pid %1 ended as asked by POST /health/shutdown"_s;
    QTest::newRow("Ctrl+C") << EndReason::Terminal << 0 << 0 << 0 << u"pid %1 ended as asked from its terminal"_s;
    QTest::newRow("systemctl stop") << EndReason::ServiceManager << 0 << 0 << 0
                                    << u"pid %1 ended as asked by systemd"_s;
    QTest::newRow("a signal") << EndReason::Signal << 0 << 0 << 1
                              << u"pid %1 exited with code 0, after it was asked to end by a signal of bash (pid 77)"_s;
    QTest::newRow("a step failed")
        << EndReason::Endpoint << 3 << 3 << 1
        << u"pid %1 exited with code 3, after it was asked to end by POST /health/shutdown"_s;
    QTest::newRow("it ended otherwise than it said")
        << EndReason::Endpoint << 0 << 134 << 1 << u"pid %1 exited with code 134"_s;
}

/// No poll saw it shut down.
void TestObituaries::whatAProcessLeftSaysWhyItEnded()
{
    QFETCH(EndReason, reason);
    QFETCH(int, told);
    QFETCH(int, code);
    QFETCH(QString, text);
    Bench bench;
    bench.found = true;
    QSignalSpy buried(&bench.obituaries, &Obituaries::buried);
    QSignalSpy happened(&bench.obituaries, &Obituaries::happened);
    Waiting process(code);
    const pid_t pid = process.pid;
    QVERIFY(pid > 0);
    HealthReport report = Reports::healthy();
    report.pid = pid;
    bench.obituaries.observe(1, Reports::entry(u"quick"_s, u"http://127.0.0.1:1"_s), report, "{}");
    QVERIFY(!leaveEndNote({report.instanceId, pid, reason, u"bash (pid 77)"_s, told}, bench.state.path()));
    process.end();
    QTRY_COMPARE(happened.size(), 1);
    QCOMPARE(happened[0][0].value<Event>().text, text.arg(pid));
    QTEST(int(buried.size()), "deaths");
}

/// Although its wrapper goes on, and is asked seldom.
void TestObituaries::theEndOfAWrappedProgramIsSeenAtOnce()
{
    Bench bench;
    bench.found = true;
    QSignalSpy ended(&bench.obituaries, &Obituaries::ended);
    QSignalSpy buried(&bench.obituaries, &Obituaries::buried);
    const auto begin = [] {
        const pid_t pid = ::fork();
        while (pid == 0)
            ::pause();
        return pid;
    };
    const pid_t old = begin();
    const pid_t program = begin();
    QVERIFY(old > 0 && program > 0);
    const auto reap = qScopeGuard([&] {
        for (const pid_t pid : {old, program})
            ::waitpid(pid, nullptr, 0);
    });
    const FleetEntry entry = Reports::entry(u"mailer"_s, u"http://127.0.0.1:1"_s);
    HealthReport report = Reports::healthy();
    report.pid = QCoreApplication::applicationPid();
    for (const pid_t pid : {old, program}) {
        report.process = WrappedProcess{.pid = pid, .state = ProcessState::Running};
        bench.obituaries.observe(1, entry, report, "{}");
    }
    ::kill(old, SIGKILL); // another one serves
    ::kill(program, SIGKILL);
    QTRY_COMPARE(ended.size(), 1);
    bench.obituaries.observe(1, entry, report, "{}"); // its wrapper has not heard of it yet
    QCoreApplication::processEvents();
    QCOMPARE(ended.size(), 1);
    QCOMPARE(buried.size(), 0); // how it ended its wrapper tells
    report.process = WrappedProcess{.state = ProcessState::BackingOff, .signal = u"SIGKILL"_s};
    bench.obituaries.observe(1, entry, report, "{}");
    QTRY_COMPARE(buried.size(), 1);
    QCOMPARE(ended.size(), 1);
}

void TestObituaries::anUncleanEndThatWasAskedForIsTold_data()
{
    QTest::addColumn<bool>("isWrapper");
    QTest::addColumn<int>("code");
    QTest::addColumn<EventKind>("kind");
    QTest::addColumn<QString>("text");
    QTest::newRow("as it should") << true << 0 << EventKind::Information << u"pid %1 ended as asked"_s;
    QTest::newRow("its program was killed")
        << true << 137 << EventKind::Trouble
        << u"pid 9 was killed by signal 9 (Killed) in its shutdown: its clean-up did not finish"_s;
    QTest::newRow("its program failed")
        << true << 1 << EventKind::Trouble
        << u"pid %1 ended as asked, but with exit code 1: its clean-up is not known to be complete"_s;
    QTest::newRow("another program") << false << 1 << EventKind::Information
                                     << u"pid %1 ended as asked, with exit code 1"_s;
}

void TestObituaries::anUncleanEndThatWasAskedForIsTold()
{
    QFETCH(bool, isWrapper);
    QFETCH(int, code);
    QFETCH(EventKind, kind);
    QFETCH(QString, text);
    Bench bench;
    bench.found = true;
    QSignalSpy happened(&bench.obituaries, &Obituaries::happened);
    Waiting process(code);
    const pid_t pid = process.pid;
    QVERIFY(pid > 0);
    HealthReport report = Reports::healthy();
    report.status = ServiceStatus::ShuttingDown;
    report.shutdown = ShutdownProgress{ShutdownMode::Immediate, {}, {}, 0, {}};
    report.pid = pid;
    if (isWrapper)
        report.process = WrappedProcess{.pid = 9, .state = ProcessState::Stopping};
    bench.obituaries.observe(1, Reports::entry(u"hanger"_s, u"http://127.0.0.1:1"_s), report, "{}");
    process.end();
    QTRY_COMPARE(happened.size(), 1);
    const auto event = happened[0][0].value<Event>();
    QCOMPARE(event.text, text.contains(u"%1"_s) ? text.arg(pid) : text);
    QCOMPARE(event.kind, kind);
}

QTEST_GUILESS_MAIN(TestObituaries)
#include "tst_obituaries.moc"
