// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/processentry.h"
#include "server/core/processusage.h"
#include "server/probes/commandprobe.h"
#include "tests/support/ask.h"

#include <QFile>
#include <QTemporaryDir>

#include <signal.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestCommandProbe : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatEachEndComesTo_data();
    void whatEachEndComesTo();
    void aCommandThatHangsIsKilledWithAllItStarted();
    void cancellingAwaitsTheEnd();
    void deletingKillsIt();
    void floodsOfOutputGoNowhere();
    void signalsIgnoredOrBlockedHereAreNotInherited();
    void nothingIsLeftOverAfterManyChecks();

private:
    static CommandSettings shell(const QString &script) { return {{u"/bin/sh"_s, u"-c"_s, script}, {}}; }
    static Outcome ask(const CommandSettings &settings, std::chrono::milliseconds timeout = 10s)
    {
        CommandProbe probe(settings, timeout);
        return Hephaestus::ask(probe);
    }
    /// A shell that writes its child's pid to a file and waits for it for long.
    CommandSettings sleeper() const { return shell(u"sleep 600 & echo $! > '%1'; wait"_s.arg(pidFile())); }
    QString pidFile() const { return directory.filePath(u"pid"_s); }
    pid_t childPid() const
    {
        QFile file(pidFile());
        return file.open(QIODevice::ReadOnly) ? file.readAll().trimmed().toInt() : 0;
    }
    static bool lives(pid_t pid)
    {
        const auto process = readProcess(pid);
        return process && !process->isZombie();
    }

    QTemporaryDir directory;
};

void TestCommandProbe::whatEachEndComesTo_data()
{
    QTest::addColumn<CommandSettings>("settings");
    QTest::addColumn<QString>("message");
    QTest::newRow("exit 0") << shell(u"exit 0"_s) << QString();
    QTest::newRow("exit 3") << shell(u"exit 3"_s) << u"bad answer: exit code 3 (sh)"_s;
    QTest::newRow("signal") << shell(u"kill -SEGV $$"_s) << u"bad answer: ended by signal 11 (sh)"_s;
    QTest::newRow("no such program") << CommandSettings{{u"/nonexistent/prog"_s}, {}}
                                     << u"unreachable: cannot be started: "_s;
    QTest::newRow("no such directory") << CommandSettings{{u"/bin/true"_s}, u"/nonexistent"_s}
                                       << u"unreachable: cannot be started: "_s;
    QTest::newRow("directory") << CommandSettings{{u"/bin/sh"_s, u"-c"_s, u"test \"$PWD\" = /tmp"_s}, u"/tmp"_s}
                               << QString();
    QTest::newRow("no shell") << CommandSettings{{u"test"_s, u"$HOME"_s, u"="_s, u"$HOME"_s}, {}} << QString();
    QTest::newRow("reads nothing") << shell(u"test -z \"$(cat)\""_s) << QString();
    QTest::newRow("secret argument") << shell(u"exit 1 # token-secret"_s) << u"bad answer: exit code 1 (sh)"_s;
}

void TestCommandProbe::whatEachEndComesTo()
{
    QFETCH(CommandSettings, settings);
    QFETCH(QString, message);
    const Outcome outcome = ask(settings);
    QVERIFY2(outcome.ok == message.isEmpty() && outcome.message.startsWith(message), qPrintable(outcome.message));
    QVERIFY(!outcome.message.contains(u"secret"_s));
}

void TestCommandProbe::aCommandThatHangsIsKilledWithAllItStarted()
{
    QFile::remove(pidFile());
    QCOMPARE(ask(sleeper(), 500ms).message, u"unreachable: no answer within 500ms (sh)"_s);
    QVERIFY(childPid() > 0);
    QTRY_VERIFY(!lives(childPid()));
}

void TestCommandProbe::cancellingAwaitsTheEnd()
{
    QFile::remove(pidFile());
    CommandProbe probe(sleeper(), 1h);
    QSignalSpy finished(&probe, &Probe::finished);
    probe.start();
    QTRY_VERIFY(childPid() > 0);
    probe.cancel();
    QVERIFY2(finished.isEmpty(), "it is not gone before the event loop says so");
    QVERIFY(finished.wait(60'000));
    QTRY_VERIFY(!lives(childPid()));
}

void TestCommandProbe::deletingKillsIt()
{
    QFile::remove(pidFile());
    auto probe = std::make_unique<CommandProbe>(sleeper(), 1h);
    probe->start();
    QTRY_VERIFY(childPid() > 0);
    probe.reset();
    QTRY_VERIFY(!lives(childPid()));
}

void TestCommandProbe::floodsOfOutputGoNowhere()
{
    const qint64 before = *ProcessUsage::now().residentBytes;
    QVERIFY(ask(shell(u"head -c 200000000 /dev/zero; head -c 200000000 /dev/zero >&2"_s), 60s).ok);
    QVERIFY(*ProcessUsage::now().residentBytes - before < 20'000'000);
}

void TestCommandProbe::signalsIgnoredOrBlockedHereAreNotInherited()
{
    const auto old = ::signal(SIGUSR1, SIG_IGN); // SIGHUP would stay so: nohup(1)
    sigset_t blocked, before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
    const Outcome ignored = ask(shell(u"kill -USR1 $$; exit 0"_s));
    const Outcome masked = ask(shell(u"kill -TERM $$; exit 0"_s));
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ::signal(SIGUSR1, old);
    QCOMPARE(ignored.message, u"bad answer: ended by signal 10 (sh)"_s);
    QCOMPARE(masked.message, u"bad answer: ended by signal 15 (sh)"_s);
}

void TestCommandProbe::nothingIsLeftOverAfterManyChecks()
{
    QVERIFY(ask({{u"/bin/true"_s}, {}}).ok);
    const auto before = ProcessUsage::now();
    for (int i = 0; i < 1000; ++i)
        QVERIFY(ask({{u"/bin/true"_s}, {}}).ok);
    QTRY_VERIFY(*ProcessUsage::now().openFiles <= *before.openFiles); // fewer: left by an earlier row
    QTRY_COMPARE(*ProcessUsage::now().threads, *before.threads);
}

QTEST_GUILESS_MAIN(TestCommandProbe)
#include "tst_commandprobe.moc"
