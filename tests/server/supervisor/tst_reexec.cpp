// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/reexec.h"
#include "tests/support/processend.h"
#include "tests/support/processline.h"

#include <QDir>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>
#include <unistd.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

namespace {

constexpr QFile::Permissions Executable = QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner;

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QFile::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TestReexec : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void theProgramNowOnDiskTakesOver();
    void aLinkIsFollowedAnew();
    void aLinkToTheDirectoryIsFollowedAnew();
    void aLinkToTheDirectoryThatIsGoneIsNotMissed();
    void aHundredLivesLeakNothing();
    void aFileThatCannotBeExecutedIsFoundBefore_data();
    void aFileThatCannotBeExecutedIsFoundBefore();
    void aFileThatFailsIsFoundByTryingIt();
    void aFailureEndsWithACode();
    void aStopBetweenTwoLivesIsTakenByTheNext();

private:
    void start(const QString &path, const QString &where = {});
    QByteArray ask(const QByteArray &command);
    QByteArray line();
    void replace(const QByteArray &content, QFile::Permissions permissions = Executable);
    /// What a successor says of itself.
    QString introduction() const
    {
        return u"pid %1 descriptors 0 1 2 3 directory %2 mark first arguments one  two signals default "
               u"listeners 1 held right"_s.arg(process.processId())
                   .arg(directory->path());
    }

    std::unique_ptr<QTemporaryDir> directory;
    QString program;
    QProcess process;
};

void TestReexec::init()
{
    directory = std::make_unique<QTemporaryDir>();
    program = directory->filePath(u"program"_s);
    QVERIFY(QFile::copy(QStringLiteral(HEPHAESTUS_REEXEC_CHILD), program));
}

void TestReexec::cleanup()
{
    process.write("end\n");
    process.waitForFinished();
    process.kill();
    process.waitForFinished();
}

void TestReexec::start(const QString &path, const QString &where)
{
    process.setWorkingDirectory(where.isEmpty() ? directory->path() : where);
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"PWD"_s, process.workingDirectory()); // as a shell does
    environment.insert(u"MARK"_s, u"first"_s);
    process.setProcessEnvironment(environment);
    process.start(path, {u"one"_s, {}, u"two"_s});
    QVERIFY(process.waitForStarted());
}

QByteArray TestReexec::line() { return nextLine(process); }

QByteArray TestReexec::ask(const QByteArray &command)
{
    process.write(command + '\n');
    return line();
}

/// As an installation does: a new file under the old name.
void TestReexec::replace(const QByteArray &content, QFile::Permissions permissions)
{
    QFile file(program + u".new"_s);
    QVERIFY(file.open(QFile::WriteOnly | QFile::Truncate));
    file.write(content);
    file.close();
    QVERIFY(file.setPermissions(permissions));
    QCOMPARE(::rename(QFile::encodeName(file.fileName()).constData(), QFile::encodeName(program).constData()), 0);
}

void TestReexec::theProgramNowOnDiskTakesOver()
{
    start(program);
    QVERIFY(line().endsWith("listeners   first"));
    const QByteArray port = line();
    QCOMPARE(ask("replaced"), "no");
    QCOMPARE(ask("check"), "fine");
    replace(contentOf(program));
    QCOMPARE(ask("replaced"), "yes");
    QCOMPARE(ask("check"), "fine");
    QCOMPARE(QString::fromLocal8Bit(ask("restart")), introduction());
    QCOMPARE(line(), port);
    QCOMPARE(ask("replaced"), "no"); // it runs the new file, not the one that is gone
}

void TestReexec::aLinkIsFollowedAnew()
{
    const QString newer = directory->filePath(u"newer"_s);
    const QString link = directory->filePath(u"link"_s);
    QVERIFY(QFile::copy(program, newer));
    QVERIFY(QFile::link(program, link));
    start(link);
    line();
    line();
    QVERIFY(QFile::remove(link));
    QVERIFY(QFile::link(newer, link));
    QCOMPARE(ask("replaced"), "yes");
    QCOMPARE(QString::fromLocal8Bit(ask("restart")), introduction());
    QCOMPARE(QFile::symLinkTarget(u"/proc/%1/exe"_s.arg(process.processId())), newer);
}

void TestReexec::aLinkToTheDirectoryIsFollowedAnew()
{
    const QDir root(directory->path());
    const QString current = root.filePath(u"current"_s);
    QVERIFY(root.mkdir(u"one"_s) && root.mkdir(u"two"_s));
    QVERIFY(QFile::link(root.filePath(u"one"_s), current));
    start(program, current);
    QVERIFY(line().contains("directory " + QFile::encodeName(root.filePath(u"one"_s)) + ' '));
    line();
    QVERIFY(QFile::remove(current));
    QVERIFY(QFile::link(root.filePath(u"two"_s), current));
    QVERIFY(ask("restart").contains("directory " + QFile::encodeName(root.filePath(u"two"_s)) + ' '));
}

void TestReexec::aLinkToTheDirectoryThatIsGoneIsNotMissed()
{
    const QDir root(directory->path());
    const QString current = root.filePath(u"current"_s);
    QVERIFY(root.mkdir(u"one"_s) && QFile::link(root.filePath(u"one"_s), current));
    start(program, current);
    line();
    line();
    QVERIFY(QFile::remove(current));
    QCOMPARE(ask("check"), "fine");
    QVERIFY(ask("restart").contains("directory " + QFile::encodeName(root.filePath(u"one"_s)) + ' '));
}

void TestReexec::aHundredLivesLeakNothing()
{
    start(program);
    line();
    const QByteArray port = line();
    for (int life = 0; life < 100; ++life) {
        QCOMPARE(QString::fromLocal8Bit(ask("restart")), introduction());
        QCOMPARE(line(), port);
    }
}

void TestReexec::aFileThatCannotBeExecutedIsFoundBefore_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<bool>("executable");
    QTest::addColumn<QString>("what");
    const QByteArray own = contentOf(QStringLiteral(HEPHAESTUS_REEXEC_CHILD));
    QByteArray foreign = own;
    foreign[18] = 0x16;
    QByteArray smallEndian = own;
    smallEndian[5] = 2;
    QByteArray noLoader = own;
    noLoader.replace("/lib64/ld-linux", "/lib64/xx-linux").replace("/lib/ld-linux", "/lib/xx-linux");
    QTest::newRow("not executable") << own << false << u"this user may not execute it"_s;
    QTest::newRow("empty") << QByteArray() << true << u"not a program"_s;
    QTest::newRow("text") << QByteArray(
        "hello, this is not a program but a text of some length, longer than a header is")
                          << true << u"not a program"_s;
    QTest::newRow("another machine") << foreign << true << u"another kind of machine"_s;
    QTest::newRow("another byte order") << smallEndian << true << u"another kind of machine"_s;
    QTest::newRow("half copied") << own.left(4096) << true << u"cut off"_s;
    QTest::newRow("no loader") << noLoader << true << u"loader"_s;
    QTest::newRow("no interpreter") << QByteArray("#! /nowhere/python -x\n") << true
                                    << u"interpreter /nowhere/python is not there"_s;
    QTest::newRow("a script") << QByteArray("#!/bin/sh\n") << true << u"fine"_s;
}

void TestReexec::aFileThatCannotBeExecutedIsFoundBefore()
{
    QFETCH(QByteArray, content);
    QFETCH(bool, executable);
    QFETCH(QString, what);
    start(program);
    line();
    line();
    replace(content, executable ? Executable : QFile::ReadOwner | QFile::WriteOwner);
    const QByteArray answer = ask("check");
    QVERIFY2(QString::fromLocal8Bit(answer).contains(what), answer.constData());
    QFile::remove(program);
    QVERIFY(ask("check").contains("the program file cannot be found"));
    QCOMPARE(process.state(), QProcess::Running);
}

void TestReexec::aFileThatFailsIsFoundByTryingIt()
{
    start(program);
    line();
    line();
    QCOMPARE(ask("try 0"), "fine");
    QVERIFY(ask("try 3").endsWith("tried out, it failed: last words"));
    QVERIFY(ask("try never").endsWith("tried out, it did not end within 300 ms"));
    replace("#!/bin/sh\nkill -SEGV $$\n");
    QVERIFY(ask("try 0").endsWith("tried out, it failed: without a word"));
    replace("no program");
    QVERIFY(ask("try 0").contains("not a program for this machine"));
}

void TestReexec::aFailureEndsWithACode()
{
    start(program);
    line();
    line();
    QVERIFY(QFile::remove(program));
    QVERIFY(ask("restart").endsWith("there is no such file"));
    QVERIFY(hasEnded(process));
    QCOMPARE(process.exitCode(), 127);
}

void TestReexec::aStopBetweenTwoLivesIsTakenByTheNext()
{
    start(program);
    QVERIFY(line().startsWith("pid "));
    QVERIFY(line().startsWith("port "));
    QCOMPARE(ask("stop"), QByteArray("waits"));
    process.write("restart\n");
    QCOMPARE(QString::fromUtf8(line()), introduction());
    QVERIFY(line().startsWith("port "));
    QCOMPARE(ask("stopped"), QByteArray("yes"));
    QCOMPARE(ask("stopped"), QByteArray("no")); // it was one
}

QTEST_GUILESS_MAIN(TestReexec)
#include "tst_reexec.moc"
