// SPDX-License-Identifier: GPL-3.0-or-later
//
// What can go wrong with a program under `hephaestus run`, one row each: how that is named, which exit code it has, and
// that nothing is left. A jump of the clock and a crash loop need a clock of the test's own: they are in
// tst_supervisor.
#include "common/protocol/healthcodec.h"
#include "tests/support/leftovers.h"
#include "tests/support/rawhttp.h"
#include "tests/support/sanitizer.h"
#include "tests/support/serviceprocess.h"

#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

#include <functional>
#include <sys/resource.h>

using namespace Hephaestus;
using namespace Hephaestus::Test;
using namespace Qt::StringLiterals;

namespace {

/// A `hephaestus run` and its program.
struct Scene
{
    ServiceProcess service;
    QString directory;

    HealthReport health() const
    {
        const auto report = decodeReport(rawRequest(service.port, "GET", "/health/status").body);
        return report ? *report : HealthReport();
    }
    WrappedProcess program() const { return health().process.value_or(WrappedProcess()); }
    QString state() const { return program().state.text(); }
    bool logs(const QByteArray &text) const
    {
        return rawRequest(service.port, "GET", "/health/logs?tail=100").body.contains(text);
    }
    void signalProgram(int number) const
    {
        const auto pid = program().pid;
        QVERIFY(pid);
        ::kill(pid_t(*pid), number);
    }
    void terminate() { service.signal(SIGTERM); }
    QString file(const QString &name, const QByteArray &content = {}) const
    {
        QFile file(directory + u'/' + name);
        if (!content.isNull() && file.open(QFile::WriteOnly)) {
            file.write(content);
            file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        }
        return file.fileName();
    }
    DependencyReport upstream() const
    {
        for (const DependencyReport &one : health().dependencies) {
            if (one.name == u"upstream"_s)
                return one;
        }
        return {};
    }
};

using Deed = std::function<void(Scene &)>;

/// What is there before it starts: the options of run, and the program with its arguments.
struct Setting
{
    QStringList options;
    QStringList program;
};
using Prepare = std::function<Setting(Scene &)>;

Prepare plain(const QStringList &part, const QStringList &options = {})
{
    return [=](Scene &) { return Setting{options, QStringList{QStringLiteral(HEPHAESTUS_TEST_CHILD)} + part}; };
}

/// The same, started by a shell that does something before.
const QString BeforeShell = u"--before-by-shell"_s;

void nothing(Scene &) {}

void terminateWhenReady(Scene &scene)
{
    QTRY_VERIFY(scene.logs("ready\n"));
    scene.terminate();
}

} // namespace

Q_DECLARE_METATYPE(Prepare)
Q_DECLARE_METATYPE(Deed)

class TestFaults : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyFaultHasANamedEnd_data();
    void everyFaultHasANamedEnd();
};

void TestFaults::everyFaultHasANamedEnd_data()
{
    QTest::addColumn<Prepare>("prepare");
    QTest::addColumn<Deed>("deed");
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<QString>("says");
    const auto row = [](const char *name, const Prepare &prepare, const Deed &deed, int exitCode, const QString &says) {
        QTest::newRow(name) << prepare << deed << exitCode << says;
    };
    const QStringList never{u"--restart"_s, u"never"_s};
    const QStringList soon{u"--stop-timeout"_s, u"300ms"_s};

    row("exit 0", plain({u"exit"_s, u"0"_s}), nothing, 0, u"exited with code 0"_s);
    row("exit 1", plain({u"exit"_s, u"1"_s}, never), nothing, 1, u"exited with code 1"_s);
    row("segmentation fault", plain({u"crash"_s}, never), nothing, 139, u"killed by SIGSEGV"_s);
    row(
        "killed", plain({u"wait"_s}, never), [](Scene &scene) { scene.signalProgram(SIGKILL); }, 137,
        u"killed by SIGKILL"_s);
    row(
        "stopped", plain({u"wait"_s}),
        [](Scene &scene) {
            scene.signalProgram(SIGSTOP);
            QTRY_COMPARE(scene.state(), u"suspended"_s);
            QCOMPARE(scene.health().ready, std::optional(false));
            scene.terminate();
        },
        0, u"suspended by a signal"_s);
    row("ignores TERM", plain({u"ignore-term"_s}, soon), terminateWhenReady, 137,
        u"did not end in time: SIGKILL to 1 processes"_s);
    row("grandchildren", plain({u"grandchildren"_s}, soon), terminateWhenReady, 137, u"SIGKILL to 6 processes"_s);
    row("double fork", plain({u"fork-twice"_s}, soon), terminateWhenReady, 137, u"SIGKILL to 1 processes"_s);
    row("floods stdout", plain({u"flood"_s, u"64"_s}), nothing, 0, u"exited with code 0"_s);
    row(
        "missing binary",
        [](Scene &) {
            return Setting{{}, {u"/nowhere/at/all"_s}};
        },
        nothing, 127, u"there is no such file"_s);
    row(
        "not executable",
        [](Scene &) {
            return Setting{{}, {u"/etc/passwd"_s}};
        },
        nothing, 126, u"may not execute"_s);
    row(
        "wrong architecture",
        [](Scene &scene) {
            QFile own(QStringLiteral(HEPHAESTUS_TEST_CHILD));
            QByteArray foreign = own.open(QFile::ReadOnly) ? own.readAll() : QByteArray();
            foreign[18] = 0x16; // e_machine: IBM S/390
            foreign[19] = 0;
            return Setting{{}, {scene.file(u"foreign"_s, foreign)}};
        },
        nothing, 126, u"another architecture"_s);
    for (const char *option : {"--listen", "--socket"}) {
        const QByteArray name = QByteArray("port taken, ") + option;
        row(
            name.constData(),
            [option](Scene &scene) {
                auto *holder = new QTcpServer(&scene.service.process);
                holder->listen(QHostAddress::LocalHost);
                return Setting{{QString::fromLatin1(option), u"127.0.0.1:%1"_s.arg(holder->serverPort())}, {u"true"_s}};
            },
            nothing, 125, u"in use"_s);
    }
    row(
        "bad working directory",
        [](Scene &scene) {
            QDir().mkpath(scene.file(u"gone"_s));
            scene.service.process.setWorkingDirectory(scene.file(u"gone"_s));
            return plain({u"wait"_s})(scene);
        },
        [](Scene &scene) {
            QVERIFY(QDir().rmdir(scene.file(u"gone"_s)));
            const RawAnswer answer = rawRequest(scene.service.port, "POST", "/health/restart");
            QCOMPARE(answer.status, 409);
            QVERIFY2(answer.body.contains("the directory this was started in is gone"), answer.body.constData());
            QTRY_COMPARE(scene.state(), u"running"_s);
            scene.terminate();
        },
        0, u"killed by SIGTERM"_s);
    row(
        "read-only state directory",
        [](Scene &scene) {
            qputenv("XDG_STATE_HOME", "/proc/self");
            return plain({u"wait"_s})(scene);
        },
        [](Scene &scene) {
            QTRY_VERIFY(scene.program().logError.contains(u"cannot be opened"_s));
            QTRY_VERIFY(scene.logs("ready\n")); // kept all the same, but not on disk
            QTRY_COMPARE(scene.state(), u"running"_s);
            scene.terminate();
        },
        0, u"the program's output is not kept on disk"_s);
    row(
        "disk full", plain({u"wait"_s}, {BeforeShell, u"ulimit -f 0"_s}),
        [](Scene &scene) {
            QTRY_VERIFY(scene.program().logError.contains(u"cannot be written"_s));
            QTRY_VERIFY(scene.logs("ready\n"));
            QTRY_COMPARE(scene.state(), u"running"_s);
            scene.terminate();
        },
        0, u"the program's output is not kept on disk"_s);
    if constexpr (!UnderAddressSanitizer) { // which opens files of its own and ends the process when it cannot
        row(
            "out of descriptors", plain({u"wait"_s}),
            [](Scene &scene) {
                const auto pid = pid_t(scene.service.process.processId());
                rlimit before{};
                QCOMPARE(::prlimit(pid, RLIMIT_NOFILE, nullptr, &before), 0);
                const int program = int(scene.program().pid.value_or(0));
                const rlimit few{8, before.rlim_max}; // poll(2) takes no more entries, and all of these are in use
                QCOMPARE(::prlimit(pid, RLIMIT_NOFILE, &few, nullptr), 0);
                ::kill(program, SIGKILL);
                QByteArray said;
                QTRY_VERIFY((said += scene.service.errors()).contains("Too many open files"));
                QCOMPARE(::prlimit(pid, RLIMIT_NOFILE, &before, nullptr), 0);
                QTRY_COMPARE(scene.state(), u"running"_s);
                scene.terminate();
            },
            0, u"killed by SIGTERM"_s);
    }
    row(
        "hangs at start",
        [](Scene &scene) {
            return plain({u"wait"_s}, {u"--upstream"_s, u"unix:"_s + scene.file(u"own.sock"_s)})(scene);
        },
        [](Scene &scene) {
            QTRY_COMPARE(scene.upstream().status, DependencyStatus::Error);
            QVERIFY(!scene.upstream().error.isEmpty());
            scene.terminate();
        },
        0, u"killed by SIGTERM"_s);
    row("hangs at stop", plain({u"hang-at-term"_s}, soon), terminateWhenReady, 137,
        u"did not end in time: SIGKILL to 1 processes"_s);
    row(
        "configuration broken between stop and start",
        [](Scene &scene) {
            const QString file = scene.file(u"run.toml"_s, "[service]\nlisten = [\"127.0.0.1:0\"]\n");
            return plain({u"wait"_s}, {u"--config"_s, file})(scene);
        },
        [](Scene &scene) {
            scene.file(u"run.toml"_s, "[shutdown]\nnotice = \"soon\"\n");
            const RawAnswer answer = rawRequest(scene.service.port, "POST", "/health/restart");
            QCOMPARE(answer.status, 409);
            QVERIFY2(answer.body.contains("run.toml:2: shutdown.notice"), answer.body.constData());
            QTRY_COMPARE(scene.state(), u"running"_s);
            scene.terminate();
        },
        0, u"killed by SIGTERM"_s);
    row(
        "upstream lies: it says that it shut down, and stays",
        [](Scene &) {
            QTcpServer free;
            free.listen(QHostAddress::LocalHost);
            const QString port = QString::number(free.serverPort());
            return Setting{{u"--upstream"_s, u"http://127.0.0.1:"_s + port},
                           {QStringLiteral(HEPHAESTUS_FAKE_SERVICE), port, u"stay"_s}};
        },
        [](Scene &scene) {
            QTRY_COMPARE(scene.upstream().status, DependencyStatus::Working);
            scene.terminate();
        },
        0, u"stopping: SIGTERM"_s);
    row(
        "the supervisor itself is killed", plain({u"handle-term"_s, u"0"_s}),
        [](Scene &scene) {
            QTRY_VERIFY(scene.logs("ready\n"));
            scene.service.signal(SIGKILL); // the program gets SIGTERM by its parent's death
        },
        137, QString());
}

void TestFaults::everyFaultHasANamedEnd()
{
    QFETCH(Prepare, prepare);
    QFETCH(Deed, deed);
    QFETCH(int, exitCode);
    QFETCH(QString, says);
    QTemporaryDir directory;
    Leftovers leftovers;
    qputenv("XDG_STATE_HOME", directory.path().toUtf8());
    qputenv("HEPHAESTUS_TEST_MARK",
            leftovers.mark().mid(leftovers.mark().indexOf('=') + 1)); // inherited by all that is started
    Scene scene;
    scene.directory = directory.path();
    Setting setting = prepare(scene);
    QString program = QStringLiteral(HEPHAESTUS_PROGRAM);
    QStringList arguments;
    if (setting.options.value(0) == BeforeShell) {
        arguments = {u"-c"_s, setting.options.value(1) + u" && exec \"$@\""_s, u"sh"_s, program};
        program = u"sh"_s;
        setting.options.clear();
    }
    arguments +=
        QStringList{u"run"_s, u"--name"_s, u"faulty"_s} + setting.options + QStringList{u"--"_s} + setting.program;
    if (scene.service.start(program, arguments))
        deed(scene);
    if (!QTest::currentTestFailed())
        QCOMPARE(scene.service.exitCode(), exitCode);
    const QString errors = QString::fromUtf8(scene.service.errors());
    QVERIFY2(errors.contains(says), qPrintable(errors));
    QTRY_COMPARE(leftovers.pids(), QList<int>());
}

QTEST_GUILESS_MAIN(TestFaults)
#include "tst_faults.moc"
