// SPDX-License-Identifier: GPL-3.0-or-later
//
// What serves where the system gives too little: descriptors (RLIMIT_NOFILE) or threads (RLIMIT_NPROC, pids.max).
#include "server/core/logwriter.h"
#include "server/core/watchdog.h"
#include "server/http/service.h"
#include "server/probes/fileprobe.h"
#include "server/probes/sqlpool.h"
#include "tests/support/ask.h"
#include "tests/support/nothreads.h"
#include "tests/support/processend.h"
#include "tests/support/rawhttp.h"
#include "tests/support/sanitizer.h"
#include "tests/support/serviceprocess.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

using namespace Hephaestus;
using namespace Hephaestus::Test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestFewResources : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void tooFewDescriptorsAreTold_data();
    void tooFewDescriptorsAreTold();
    void withEnoughItServes_data();
    void withEnoughItServes();
    void theLibrarySaysWhatItNeeds();
    void withoutThreadsTheStartFailsInWords_data();
    void withoutThreadsTheStartFailsInWords();
    void theWatchdogEndsItsProcessWithoutAThread();
    void whatRunsGoesOnWithoutThreads(); // the last: it is so from then on

private:
    QTemporaryDir m_directory;
};

namespace {

const QStringList Serve{u"serve"_s, u"--listen"_s, u"127.0.0.1:0"_s};
const QStringList Run{u"run"_s, u"--name"_s, u"few"_s, u"--listen"_s, u"127.0.0.1:0"_s, u"--"_s, u"sleep"_s, u"600"_s};

bool allowDescriptors(rlim_t count)
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = count;
    return ::setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

} // namespace

void TestFewResources::initTestCase()
{
    qputenv("HOME", m_directory.path().toLocal8Bit());
    qputenv("XDG_STATE_HOME", m_directory.path().toLocal8Bit());
    qputenv("XDG_RUNTIME_DIR", m_directory.path().toLocal8Bit());
}

void TestFewResources::tooFewDescriptorsAreTold_data()
{
    QTest::addColumn<QStringList>("command");
    QTest::addColumn<int>("descriptors");
    QTest::addColumn<int>("exitCode");
    for (const int count : {7, 8, 10, 12, 14, 15, 16, 17, 20, 24, 32, 48, 63}) {
        QTest::addRow("serve with %d", count) << Serve << count << 2;
        QTest::addRow("serve --check with %d", count) << QStringList{u"serve"_s, u"--check"_s} << count << 2;
        QTest::addRow("run with %d", count) << Run << count << 125;
    }
}

void TestFewResources::tooFewDescriptorsAreTold()
{
    QFETCH(QStringList, command);
    QFETCH(int, descriptors);
    if (UnderAddressSanitizer && descriptors < 16)
        QSKIP("AddressSanitizer needs descriptors of its own");
    QProcess process;
    process.setChildProcessModifier([descriptors] { allowDescriptors(rlim_t(descriptors)); });
    process.start(QStringLiteral(HEPHAESTUS_PROGRAM), command);
    QVERIFY(hasEnded(process));
    const QByteArray said = process.readAllStandardError() + process.readAllStandardOutput();
    QVERIFY2(process.exitStatus() == QProcess::NormalExit, said.constData());
    QTEST(process.exitCode(), "exitCode");
    QVERIFY2(said.contains("RLIMIT_NOFILE") && said.contains("ulimit -n") && said.count('\n') == 1, said.constData());
}

void TestFewResources::withEnoughItServes_data()
{
    QTest::addColumn<QStringList>("command");
    QTest::newRow("serve") << Serve;
    QTest::newRow("run") << Run;
}

void TestFewResources::withEnoughItServes()
{
    QFETCH(QStringList, command);
    if (UnderAddressSanitizer || UnderThreadSanitizer)
        QSKIP("sanitizers need descriptors of their own");
    ServiceProcess service;
    service.process.setChildProcessModifier([] { allowDescriptors(64); });
    QVERIFY2(service.start(QStringLiteral(HEPHAESTUS_PROGRAM), command), service.errors().constData());
    for (int i = 0; i < 100; ++i)
        QCOMPARE(rawRequest(service.port, "GET", "/health/live").status, 200);
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
}

void TestFewResources::theLibrarySaysWhatItNeeds()
{
    if (UnderAddressSanitizer || UnderThreadSanitizer)
        QSKIP("sanitizers need descriptors of their own");
    rlimit before{};
    QCOMPARE(::getrlimit(RLIMIT_NOFILE, &before), 0);
    Service service({.name = u"few"_s, .version = u"1"_s});
    QVERIFY(allowDescriptors(63));
    const auto refused = service.listen({u"127.0.0.1:0"_s});
    const auto adopted = service.adopt({::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)});
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &before), 0);
    QVERIFY(!refused && !adopted);
    QVERIFY2(refused.problem().text().contains(u"RLIMIT_NOFILE"_s), qPrintable(refused.problem().text()));
    QVERIFY(service.listen({u"127.0.0.1:0"_s}).ok());
}

void TestFewResources::withoutThreadsTheStartFailsInWords_data()
{
    QTest::addColumn<QStringList>("command");
    QTest::addColumn<int>("exitCode");
    QTest::newRow("serve") << Serve << 2;
    QTest::newRow("run") << Run << 125;
}

void TestFewResources::withoutThreadsTheStartFailsInWords()
{
    QFETCH(QStringList, command);
    if (UnderThreadSanitizer)
        QSKIP("ThreadSanitizer needs a thread of its own");
    QProcess process;
    process.setChildProcessModifier([] {
        if (!forbidThreads())
            ::_exit(77);
    });
    process.start(QStringLiteral(HEPHAESTUS_PROGRAM), command);
    QVERIFY(hasEnded(process));
    if (process.exitCode() == 77)
        QSKIP("there is no seccomp here");
    const QByteArray said = process.readAllStandardError() + process.readAllStandardOutput();
    QVERIFY2(process.exitStatus() == QProcess::NormalExit, said.constData());
    QTEST(process.exitCode(), "exitCode");
    QVERIFY2(said.contains("RLIMIT_NPROC") && !said.contains("listening on"), said.constData());
}

void TestFewResources::theWatchdogEndsItsProcessWithoutAThread()
{
    if (UnderThreadSanitizer)
        QSKIP("ThreadSanitizer needs a thread of its own");
    const pid_t pid = ::fork();
    if (pid == 0) {
        if (!forbidThreads())
            ::_exit(77);
        Watchdog watchdog;
        watchdog.arm(1h, 5, "never\n");
        watchdog.disarm();
        watchdog.arm(1ms, 4, "over\n");
        for (;;)
            ::pause();
    }
    int status = 0;
    QCOMPARE(::waitpid(pid, &status, 0), pid);
    QVERIFY(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77)
        QSKIP("there is no seccomp here");
    QCOMPARE(WEXITSTATUS(status), 4);
}

void TestFewResources::whatRunsGoesOnWithoutThreads()
{
    if (UnderThreadSanitizer)
        QSKIP("ThreadSanitizer needs a thread of its own");
    if (!forbidThreads())
        QSKIP("there is no seccomp here");
    const auto busy = std::make_shared<std::atomic<bool>>(false);
    for (int i = 0; i < 2; ++i) {
        FileProbe probe({m_directory.path(), 0}, busy, 60s);
        const Outcome outcome = ask(probe);
        QVERIFY2(!outcome.ok && outcome.message.contains(u"RLIMIT_NPROC"_s), qPrintable(outcome.message));
    }
    SqlSettings settings;
    settings.driver = u"QSQLITE"_s;
    settings.database = m_directory.filePath(u"few.db"_s);
    SqlPool pool(settings, 60s);
    QString error;
    pool.ask([&error](const QSqlError &given) { error = given.text(); });
    QTRY_VERIFY2(error.contains(u"RLIMIT_NPROC"_s), qPrintable(error));
    bool isClosed = false;
    pool.close([&isClosed] { isClosed = true; });
    QTRY_VERIFY(isClosed);
    int ends[2];
    QCOMPARE(::pipe(ends), 0);
    {
        LogWriter log(ends[1]);
        QVERIFY(log.write("a line\n"));
        QCOMPARE(log.flush(60s), QString());
    }
    char bytes[16] = {};
    QCOMPARE(::read(ends[0], bytes, sizeof bytes), 7);
    ::close(ends[0]);
    ::close(ends[1]);
    QVERIFY_EXCEPTION_THROWN(Service({.name = u"few"_s, .version = u"1"_s}), std::system_error);
}

QTEST_GUILESS_MAIN(TestFewResources)
#include "tst_fewresources.moc"
