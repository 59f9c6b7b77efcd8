// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/processentry.h"
#include "server/supervisor/spawn.h"
#include "tests/support/leftovers.h"

#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

namespace {

/// What a program writes to stdout until it ends; reaps it.
QByteArray outputOf(SpawnedChild child)
{
    ::fcntl(child.output.number(), F_SETFL, 0);
    QByteArray output;
    char buffer[64 * 1024];
    for (;;) {
        const auto count = ::read(child.output.number(), buffer, sizeof buffer);
        if (count <= 0)
            break;
        output.append(buffer, count);
    }
    ::waitpid(child.pid, nullptr, 0);
    return output;
}

ChildCommand child(const QByteArrayList &arguments)
{
    return {.arguments = QByteArrayList{HEPHAESTUS_TEST_CHILD} + arguments, .directory = {}, .environment = {}};
}

} // namespace

class TestSpawn : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void theChildGetsACleanStart();
    void whatNohupIgnoresStaysIgnored();
    void theProgramRunsWhenItWasNoted();
    void theProgramNeverRunsIfItsParentEndsBefore();
    void itsInputIsOursOrNothing_data();
    void itsInputIsOursOrNothing();
    void theSocketsStartAtThree();
    void aNameIsLookedUpAlongThePath();
    void hostileArgumentsPassUnchanged();
    void whatCannotStartSaysWhy_data();
    void whatCannotStartSaysWhy();
    void withoutDescriptorsNothingIsLeft();

private:
    std::unique_ptr<QTemporaryDir> directory;
    int descriptors = 0;
};

void TestSpawn::init()
{
    directory = std::make_unique<QTemporaryDir>();
    descriptors = Leftovers::openDescriptors();
}

void TestSpawn::cleanup()
{
    QCOMPARE(Leftovers::openDescriptors(), descriptors);
    QCOMPARE(::waitpid(-1, nullptr, WNOHANG), -1); // no child, not even a zombie
}

void TestSpawn::theChildGetsACleanStart()
{
    ::signal(SIGPIPE, SIG_IGN);
    sigset_t usr1;
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    ::sigprocmask(SIG_BLOCK, &usr1, nullptr);
    const int leaked = ::open("/dev/null", O_RDONLY); // without FD_CLOEXEC, as a careless library does
    ChildCommand command = child({"describe"});
    command.directory = QFile::encodeName(directory->path());
    command.environment = {"MARK=new"};
    qputenv("MARK", "old");
    qputenv("LISTEN_FDS", "2");
    qputenv("LISTEN_PID", QByteArray::number(::getpid()));
    auto spawned = spawn(command, {});
    ::sigprocmask(SIG_UNBLOCK, &usr1, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    ::close(leaked);
    qunsetenv("LISTEN_FDS");
    qunsetenv("LISTEN_PID");
    QVERIFY(std::holds_alternative<SpawnedChild>(spawned));
    QCOMPARE(outputOf(std::get<SpawnedChild>(std::move(spawned))),
             "descriptors 0 1 2\nsignals\nleads yes\nparent death 15\ndirectory " + command.directory
                 + "\nLISTEN_FDS unset\nLISTEN_FDNAMES unset\nMARK new\nLISTEN_PID unset\n");
}

void TestSpawn::whatNohupIgnoresStaysIgnored()
{
    const auto hangup = ::signal(SIGHUP, SIG_IGN);
    const auto quit = ::signal(SIGQUIT, SIG_IGN); // as a shell has it for what runs in the background
    auto spawned = spawn(child({"describe"}), {});
    ::signal(SIGHUP, hangup);
    ::signal(SIGQUIT, quit);
    const QByteArray said = outputOf(std::get<SpawnedChild>(std::move(spawned)));
    QVERIFY2(said.contains("\nsignals 1\n"), said.constData());
}

void TestSpawn::theProgramRunsWhenItWasNoted()
{
    const auto programOf = [](pid_t pid) { return QFile::symLinkTarget(u"/proc/%1/exe"_s.arg(pid)); };
    std::optional<ProcessEntry> noted;
    QString program;
    auto spawned = spawn(child({"describe"}), {}, [&](const SpawnedChild &child) {
        noted = readProcess(child.pid);
        program = programOf(child.pid);
    });
    QVERIFY(noted);
    QCOMPARE(program, programOf(::getpid()));
    QCOMPARE(noted->session, noted->pid);
    QVERIFY(outputOf(std::get<SpawnedChild>(std::move(spawned))).contains("leads yes"));
}

void TestSpawn::theProgramNeverRunsIfItsParentEndsBefore()
{
    const QByteArray mark = QFile::encodeName(directory->filePath(u"ran"_s));
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    ChildCommand command{.arguments = {"touch", mark}, .directory = {}, .environment = {}};
    command.endsWithParent = false;
    const pid_t parent = ::fork();
    if (parent == 0) {
        spawn(command, {}, [](const SpawnedChild &) { ::raise(SIGKILL); });
        ::_exit(0);
    }
    int status = 0;
    QCOMPARE(::waitpid(parent, &status, 0), parent);
    QVERIFY(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    const pid_t orphan = ::waitpid(-1, &status, 0); // it came to us
    ::prctl(PR_SET_CHILD_SUBREAPER, 0);
    QVERIFY(orphan > 0);
    QVERIFY(WIFEXITED(status));
    QCOMPARE(WEXITSTATUS(status), int(StartFailure::Own));
    QVERIFY(::access(mark.constData(), F_OK) != 0);
}

void TestSpawn::itsInputIsOursOrNothing_data()
{
    QTest::addColumn<bool>("isShared");
    QTest::addColumn<QByteArray>("said");
    QTest::newRow("ours") << true << QByteArray("typed\nend of input\n");
    QTest::newRow("nothing") << false << QByteArray("end of input\n");
}

void TestSpawn::itsInputIsOursOrNothing()
{
    QFETCH(bool, isShared);
    int ends[2];
    QCOMPARE(::pipe2(ends, O_CLOEXEC), 0);
    QCOMPARE(::write(ends[1], "typed\n", 6), 6);
    ::close(ends[1]);
    const FileDescriptor before(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
    QCOMPARE(::dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    ::close(ends[0]);
    ChildCommand command = child({"repeat-input"});
    command.sharesInput = isShared;
    auto spawned = spawn(command, {});
    QCOMPARE(::dup2(before.number(), STDIN_FILENO), STDIN_FILENO);
    QTEST(outputOf(std::get<SpawnedChild>(std::move(spawned))), "said");
}

void TestSpawn::theSocketsStartAtThree()
{
    // In whatever order their numbers are, and though they are among those the child is to have.
    const FileDescriptor first(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const FileDescriptor second(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    auto spawned = spawn(child({"describe"}), {{"b", second.number()}, {"a", first.number()}});
    QVERIFY(std::holds_alternative<SpawnedChild>(spawned));
    const QByteArray output = outputOf(std::get<SpawnedChild>(std::move(spawned)));
    QVERIFY2(output.contains("descriptors 0 1 2 3 4\n"), output.constData());
    QVERIFY2(output.contains("LISTEN_FDS 2\nLISTEN_FDNAMES b:a\n"), output.constData());
    QVERIFY2(output.contains("LISTEN_PID right\n"), output.constData());
}

void TestSpawn::aNameIsLookedUpAlongThePath()
{
    ChildCommand command{{"hephaestus_test_child", "arguments", "x"},
                         {},
                         {"PATH=/nowhere:" + QByteArray(HEPHAESTUS_TEST_CHILD).chopped(22)}};
    auto spawned = spawn(command, {});
    QVERIFY(std::holds_alternative<SpawnedChild>(spawned));
    QCOMPARE(outputOf(std::get<SpawnedChild>(std::move(spawned))), QByteArray("x\0", 2));
}

void TestSpawn::hostileArgumentsPassUnchanged()
{
    QByteArrayList hostile{"",
                           " ",
                           "'",
                           "\"",
                           "\\",
                           "$(reboot)",
                           "`id`",
                           "; rm -rf /",
                           "&& true",
                           "| cat",
                           "> file",
                           "*",
                           "?",
                           "~",
                           "-",
                           "--",
                           "--help",
                           "-rf",
                           "%s%n",
                           "\n",
                           "\r\n",
                           "\t",
                           "\x1b[31m",
                           "\xff\xfe",
                           "\xc0\x80",
                           "\xed\xa0\x80",
                           "a=b",
                           "LISTEN_PID=1",
                           "#",
                           "!!",
                           "\xe2\x80\xae",
                           QByteArray(100'000, 'x')};
    QRandomGenerator random(5);
    while (hostile.size() < 10'000) {
        QByteArray argument(random.bounded(1, 40), Qt::Uninitialized);
        for (char &byte : argument)
            byte = char(random.bounded(1, 256)); // anything but the zero byte
        hostile.append(argument);
    }
    QByteArray expected;
    QByteArray output;
    for (qsizetype at = 0; at < hostile.size(); at += 1000) {
        const QByteArrayList some = hostile.mid(at, 1000);
        auto spawned = spawn(child(QByteArrayList{"arguments"} + some), {});
        QVERIFY(std::holds_alternative<SpawnedChild>(spawned));
        output += outputOf(std::get<SpawnedChild>(std::move(spawned)));
        for (const QByteArray &argument : some)
            expected += argument + '\0';
    }
    QCOMPARE(output.size(), expected.size());
    QVERIFY(output == expected);
}

void TestSpawn::whatCannotStartSaysWhy_data()
{
    QTest::addColumn<QByteArrayList>("arguments");
    QTest::addColumn<QByteArray>("where");
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<QString>("what");
    const QTemporaryDir files;
    const auto program = [](const char *name, const QByteArray &content, QFile::Permissions permissions) {
        const QString path =
            QDir::tempPath() + u"/hephaestus_tst_spawn_%1_%2"_s.arg(::getpid()).arg(QString::fromLatin1(name));
        QFile file(path);
        if (file.open(QFile::WriteOnly))
            file.write(content);
        file.setPermissions(permissions);
        return QFile::encodeName(path);
    };
    const QFile::Permissions executable = QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner;
    QFile own(QString::fromLocal8Bit(HEPHAESTUS_TEST_CHILD));
    QVERIFY(own.open(QFile::ReadOnly));
    QByteArray foreign = own.readAll();
    foreign[18] = 0x16; // e_machine: IBM S/390
    foreign[19] = 0;
    QByteArray noLoader = own.seek(0) ? own.readAll() : QByteArray();
    noLoader.replace("/lib64/ld-linux", "/lib64/xx-linux").replace("/lib/ld-linux", "/lib/xx-linux");

    QTest::newRow("nothing") << QByteArrayList{} << QByteArray() << 127 << "no program";
    QTest::newRow("empty name") << QByteArrayList{""} << QByteArray() << 127 << "no program";
    QTest::newRow("missing binary") << QByteArrayList{"/nowhere/at/all"} << QByteArray() << 127
                                    << "there is no such file";
    QTest::newRow("missing name") << QByteArrayList{"no-such-program-anywhere"} << QByteArray() << 127
                                  << "not found along PATH";
    QTest::newRow("below a file") << QByteArrayList{"/etc/passwd/x"} << QByteArray() << 127 << "not a directory";
    QTest::newRow("not executable") << QByteArrayList{program("plain", "x", QFile::ReadOwner)} << QByteArray() << 126
                                    << "may not execute";
    QTest::newRow("a directory") << QByteArrayList{"/tmp"} << QByteArray() << 126 << "may not execute";
    QTest::newRow("wrong architecture") << QByteArrayList{program("foreign", foreign, executable)} << QByteArray()
                                        << 126 << "another architecture";
    QTest::newRow("no #! line") << QByteArrayList{program("script", "echo hello\n", executable)} << QByteArray() << 126
                                << "script without a #! line";
    QTest::newRow("no interpreter") << QByteArrayList{program("lost", "#!/nowhere/python\n", executable)}
                                    << QByteArray() << 126 << "interpreter";
    QTest::newRow("no loader") << QByteArrayList{program("loader", noLoader, executable)} << QByteArray() << 126
                               << "loader";
    QTest::newRow("too many arguments") << (QByteArrayList{HEPHAESTUS_TEST_CHILD}
                                            + QByteArrayList(64, QByteArray(127 * 1024, 'x')))
                                        << QByteArray() << 126 << "larger than the kernel takes";
    QTest::newRow("zero byte") << QByteArrayList{HEPHAESTUS_TEST_CHILD, QByteArray("a\0b", 3)} << QByteArray() << 125
                               << "argument 1 contains a zero byte";
    QTest::newRow("bad working directory")
        << QByteArrayList{"/bin/true"} << QByteArray("/nowhere") << 125 << "/nowhere cannot be entered: No such file";
    QTest::newRow("a file for a directory")
        << QByteArrayList{"/bin/true"} << QByteArray("/etc/passwd") << 125 << "cannot be entered: Not a directory";
}

void TestSpawn::whatCannotStartSaysWhy()
{
    QFETCH(QByteArrayList, arguments);
    QFETCH(QByteArray, where);
    QFETCH(QString, what);
    const auto spawned = spawn({arguments, where, {}}, {});
    if (arguments.value(0).contains("hephaestus_tst_spawn_"))
        QFile::remove(QFile::decodeName(arguments.first()));
    const auto failure = std::get_if<StartFailure>(&spawned);
    QVERIFY(failure);
    QVERIFY2(failure->what.contains(what), qPrintable(failure->what));
    QTEST(failure->exitCode, "exitCode");
}

void TestSpawn::withoutDescriptorsNothingIsLeft()
{
    rlimit before{};
    QCOMPARE(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const int next = ::dup(0);
    ::close(next);
    int started = 0;
    for (rlim_t room = 0; room <= 12; ++room) {
        rlimit few = before;
        few.rlim_cur = rlim_t(next) + room;
        QCOMPARE(::setrlimit(RLIMIT_NOFILE, &few), 0);
        auto spawned = spawn(child({"exit", "0"}), {});
        QCOMPARE(::setrlimit(RLIMIT_NOFILE, &before), 0);
        if (const auto failure = std::get_if<StartFailure>(&spawned)) {
            QVERIFY2(failure->what.endsWith(u"Too many open files"_s), qPrintable(failure->what));
            QCOMPARE(failure->exitCode, 125);
        } else {
            outputOf(std::get<SpawnedChild>(std::move(spawned)));
            ++started;
        }
        QCOMPARE(::waitpid(-1, nullptr, WNOHANG), -1);
    }
    QVERIFY(started > 0 && started < 13);
}

QTEST_GUILESS_MAIN(TestSpawn)
#include "tst_spawn.moc"
