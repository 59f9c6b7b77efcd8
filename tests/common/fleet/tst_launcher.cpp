// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/launcher.h"
#include "common/fleet/statepaths.h"

#include <QFile>
#include <QFileInfo>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestLauncher : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theOutputGoesToAFile();
    void exitsAreTold_data();
    void exitsAreTold();
    void argumentsArriveUnchanged();
    void theChildInheritsNothingOfOurs();
    void directoryAndEnvironmentAreSet();
    void aProgramBesideUsIsFoundWithoutPath();
    void whatCannotBeStartedIsAProblem_data();
    void whatCannotBeStartedIsAProblem();
    void lastLinesAreThoseOfThisStart();
    void anyNameIsAFileName();

private:
    /// Runs it to its end; what it wrote.
    QString outputOf(const RestartByCommand &command, ExitStatus *status = nullptr)
    {
        const auto process = launch(u"test"_s, command, state.path());
        if (!process)
            return u"problem: "_s + process.problem().text();
        const QStringList before = (*process)->lastLines(1000);
        QString output;
        bool ended = false;
        connect(*process, &LaunchedProcess::exited, this, [&, process = *process](const ExitStatus &exit) {
            output = process->lastLines(1000).join(u'\n');
            if (status)
                *status = exit;
            ended = true;
        });
        [&] { QTRY_VERIFY_WITH_TIMEOUT(ended, 60'000); }();
        return output;
    }

    QTemporaryDir state;
};

void TestLauncher::theOutputGoesToAFile()
{
    QCOMPARE(outputOf({{u"sh"_s, u"-c"_s, u"echo out; echo err >&2"_s}, {}, {}}), u"out\nerr"_s);
    QCOMPARE(QFile(logFileOf(u"test"_s, state.path())).permissions() & (QFile::ReadOther | QFile::ReadGroup),
             QFile::Permissions());
}

void TestLauncher::exitsAreTold_data()
{
    QTest::addColumn<QString>("script");
    QTest::addColumn<QString>("text");
    QTest::newRow("zero") << u"exit 0"_s << u"exited with code 0"_s;
    QTest::newRow("three") << u"exit 3"_s << u"exited with code 3"_s;
    QTest::newRow("killed") << u"kill -SEGV $$"_s << u"was killed by signal 11 (Segmentation fault)"_s;
}

void TestLauncher::exitsAreTold()
{
    QFETCH(QString, script);
    ExitStatus status;
    outputOf({{u"sh"_s, u"-c"_s, script}, {}, {}}, &status);
    QTEST(status.text(), "text");
}

void TestLauncher::argumentsArriveUnchanged()
{
    const QStringList hostile{u"$(id)"_s, u"`id`"_s,   u"; exit 1"_s,
                              u"a b"_s,   u"\"'\\"_s,  u"*"_s,
                              u"%s"_s,    u"--help"_s, QString::fromUtf8("日本"),
                              u"-"_s};
    const QString output = outputOf({QStringList{u"printf"_s, u"<%s>\\n"_s} + hostile, {}, {}});
    QCOMPARE(output, u"<"_s + hostile.join(u">\n<"_s) + u">"_s);
}

void TestLauncher::theChildInheritsNothingOfOurs()
{
    sigset_t blocked;
    sigset_t before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
    const auto oldPipe = ::signal(SIGPIPE, SIG_IGN);
    QFile open(state.filePath(u"open"_s));
    QVERIFY(open.open(QIODevice::WriteOnly));
    const int inherited = ::dup(open.handle()); // without close-on-exec
    const QString output =
        outputOf({{u"python3"_s, u"-c"_s,
                   u"import os,signal\n"
                   "print([l.split()[1] for l in open('/proc/self/status') if l.startswith(('SigBlk', 'SigIgn'))])\n"
                   "print(sorted(int(n) for n in os.listdir('/proc/self/fd'))[:4], os.getsid(0) == os.getpid())\n"
                   "print(os.readlink('/proc/self/fd/0'))"_s},
                  {},
                  {}});
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ::signal(SIGPIPE, oldPipe);
    ::close(inherited);
    const QStringList lines = output.split(u'\n');
    QCOMPARE(lines.size(), 3);
    // Python itself ignores SIGPIPE (13) and SIGXFSZ (25): nothing beyond those.
    QCOMPARE(lines[0], u"['0000000000000000', '0000000001001000']"_s);
    QCOMPARE(lines[1], u"[0, 1, 2, 3] True"_s); // 3 is the listing itself
    QCOMPARE(lines[2], u"/dev/null"_s);
}

void TestLauncher::directoryAndEnvironmentAreSet()
{
    QCOMPARE(
        outputOf({{u"sh"_s, u"-c"_s, u"pwd; echo \"$GREETING\""_s}, state.path(), {{u"GREETING"_s, u"hello world"_s}}}),
        state.path() + u"\nhello world"_s);
    const QString link = state.filePath(u"current"_s);
    QVERIFY(QFile::link(u"/usr"_s, link));
    QCOMPARE(outputOf({{u"sh"_s, u"-c"_s, u"pwd; pwd -P"_s}, link, {}}), link + u"\n/usr"_s);
}

void TestLauncher::aProgramBesideUsIsFoundWithoutPath()
{
    const QString ourselves = QFileInfo(QCoreApplication::applicationFilePath()).fileName();
    QVERIFY(QStandardPaths::findExecutable(ourselves).isEmpty());
    const QString output = outputOf({{ourselves, u"-functions"_s}, state.path(), {}});
    QVERIFY2(output.contains(u"aProgramBesideUsIsFoundWithoutPath()"_s), qPrintable(output));
}

void TestLauncher::whatCannotBeStartedIsAProblem_data()
{
    QTest::addColumn<RestartByCommand>("command");
    QTest::addColumn<QString>("words");
    QTest::newRow("nothing") << RestartByCommand{} << u"expected a program"_s;
    QTest::newRow("missing") << RestartByCommand{{u"/nowhere/x"_s}, {}, {}} << u"no such file"_s;
    QTest::newRow("not in PATH") << RestartByCommand{{u"no-such-program-anywhere"_s}, {}, {}} << u"PATH"_s;
    QTest::newRow("not executable") << RestartByCommand{{u"/etc/passwd"_s}, {}, {}} << u"may not be executed"_s;
    QTest::newRow("a directory") << RestartByCommand{{u"/etc"_s}, {}, {}} << u"may not be executed"_s;
    QTest::newRow("no directory") << RestartByCommand{{u"true"_s}, u"/nowhere"_s, {}} << u"no directory /nowhere"_s;
    QTest::newRow("zero byte") << RestartByCommand{{u"true"_s, QString(QChar(u'\0'))}, {}, {}} << u"zero bytes"_s;
}

void TestLauncher::whatCannotBeStartedIsAProblem()
{
    QFETCH(RestartByCommand, command);
    QFETCH(QString, words);
    const auto process = launch(u"test"_s, command, state.path());
    QVERIFY(!process);
    QVERIFY2(process.problem().text().contains(words), qPrintable(process.problem().text()));
}

void TestLauncher::lastLinesAreThoseOfThisStart()
{
    outputOf({{u"echo"_s, u"old"_s}, {}, {}});
    QCOMPARE(outputOf({{u"echo"_s, u"new \x1b[31m"_s}, {}, {}}), u"new "_s);
}

void TestLauncher::anyNameIsAFileName()
{
    for (const QString &name :
         {u"../../etc/passwd"_s, u"."_s, u".."_s, u"a/b"_s, u"http://127.0.0.1:8000"_s, QString(500, u'x')}) {
        const QString file = logFileOf(name, u"/state"_s);
        QVERIFY2(file.startsWith("/state/logs/"_L1) && file.count(u'/') == 3 && file.size() < 230, qPrintable(file));
    }
}

QTEST_GUILESS_MAIN(TestLauncher)
#include "tst_launcher.moc"
