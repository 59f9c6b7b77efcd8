// SPDX-License-Identifier: GPL-3.0-or-later
//
// `hephaestus logs` as people run it: the real program, on services of this process and on wrapped programs.
#include "common/base/filedescriptor.h"
#include "common/fleet/launcher.h"
#include "common/fleet/statepaths.h"
#include "server/core/linering.h"
#include "server/http/httpserver.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <thread>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

const OutputLine::Time Noon(1'769'860'800'000ms); // 2026-01-31T12:00:00Z

/// A service whose log a test writes.
struct LoggingService
{
    LoggingService()
    {
        state.enter(Phase::Running);
        server.setLogs([this](const LogQuery &query) {
            ++asked;
            return ring.page(query);
        });
        const auto bound = server.listen({*parseServiceAddress(u"127.0.0.1:0"_s)});
        url = u"http://"_s + bound->first().text();
    }
    void write(std::chrono::seconds at, const QByteArray &line, OutputStream stream = OutputStream::Stdout)
    {
        ring.append(stream, line + '\n', Noon + at);
    }

    LineRing ring;
    std::atomic<int> asked = 0;
    ServerState state{u"mcp"_s, u"1"_s};
    ShutdownSequence sequence{state, ShutdownTimes{50ms, 5s}};
    HttpServer server{state, sequence};
    QString url;
};

struct Outcome
{
    int code = -1;
    QString output;
    QString errors;
};

} // namespace

class TestLogsCommand : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void usageErrorsExitWithTwo_data();
    void usageErrorsExitWithTwo();
    void severalServicesAreInterleaved_data();
    void severalServicesAreInterleaved();
    void aTerminalGetsNoControlCharacters_data();
    void aTerminalGetsNoControlCharacters();
    void anyNumberOfLinesIsShown();
    void followingIsComplete();
    void whatIsLostIsCounted();
    void followingEndsWhenNobodyReads();
    void aProgramThatEndedIsStillRead();
    void followingGoesOnOverARestart();
    void thePreviousInstanceIsShown();
    void aServiceKeepsItsLogOverARestartOfItsOwn();
    void aStartedWrapperKeepsItsOutputOnce();
    void theLastWordsOfAWrappedProgramAreTold();

private:
    void start(QProcess &process, const QStringList &arguments,
               const QString &program = QStringLiteral(HEPHAESTUS_PROGRAM))
    {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"XDG_STATE_HOME"_s, directory->path());
        environment.insert(u"XDG_CONFIG_HOME"_s, directory->path());
        environment.insert(u"HEPHAESTUS_FLEET"_s, directory->filePath(u"fleet.toml"_s));
        process.setProcessEnvironment(environment);
        process.start(program, arguments);
        [&] { QVERIFY(process.waitForStarted(60'000)); }();
    }
    static Outcome endOf(QProcess &process)
    {
        [&] { QTRY_COMPARE_WITH_TIMEOUT(process.state(), QProcess::NotRunning, 60'000); }();
        return {process.exitCode(), QString::fromUtf8(process.readAllStandardOutput()),
                QString::fromUtf8(process.readAllStandardError())};
    }
    Outcome run(const QStringList &arguments)
    {
        QProcess process;
        start(process, arguments);
        return endOf(process);
    }
    /// What it has written so far.
    static QByteArray read(QProcess &process, QByteArray &all) { return all += process.readAllStandardOutput(); }

    QString fleet(const QList<std::pair<QString, QString>> &services, const QString &more = {})
    {
        QFile file(directory->filePath(u"fleet.toml"_s));
        [&] { QVERIFY(file.open(QIODevice::WriteOnly)); }();
        for (const auto &[name, url] : services)
            file.write("[[service]]\nname = \"" + name.toUtf8() + "\"\nurl = \"" + url.toUtf8() + "\"\n"
                       + more.toUtf8());
        return file.fileName();
    }
    static quint16 freePort()
    {
        QTcpServer free;
        free.listen(QHostAddress::LocalHost);
        return free.serverPort();
    }
    /// `hephaestus run` of a shell script, which has come so far that `said` is in its log.
    std::unique_ptr<QProcess> wrap(quint16 port, const QString &script, const QByteArray &said,
                                   const QStringList &options = {})
    {
        auto wrapper = std::make_unique<QProcess>();
        start(*wrapper,
              QStringList{u"run"_s, u"--name"_s, u"orders"_s, u"--listen"_s, u"127.0.0.1:%1"_s.arg(port)} + options
                  + QStringList{u"--"_s, u"sh"_s, u"-c"_s, script});
        [&] {
            QTRY_VERIFY_WITH_TIMEOUT(
                run({u"logs"_s, u"http://127.0.0.1:%1"_s.arg(port)}).output.toUtf8().contains(said), 60'000);
        }();
        return wrapper;
    }

    std::unique_ptr<QTemporaryDir> directory;
};

void TestLogsCommand::init() { directory = std::make_unique<QTemporaryDir>(); }

void TestLogsCommand::cleanup() { directory.reset(); }

void TestLogsCommand::usageErrorsExitWithTwo_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<QString>("words");
    QTest::newRow("no service") << QStringList{} << u"no service given"_s;
    const QString service = u"http://127.0.0.1:1"_s;
    QTest::newRow("tail") << QStringList{service, u"--tail"_s, u"-1"_s} << u"--tail: expected"_s;
    QTest::newRow("since") << QStringList{service, u"--since"_s, u"soon"_s} << u"--since: expected"_s;
    QTest::newRow("until") << QStringList{service, u"--until"_s, u"25:00"_s} << u"--until: expected"_s;
    QTest::newRow("grep") << QStringList{service, u"--grep"_s, u"("_s} << u"--grep: "_s;
    QTest::newRow("follow until") << QStringList{service, u"--follow"_s, u"--until"_s, u"1m"_s} << u"--follow"_s;
    QTest::newRow("follow the past") << QStringList{service, u"--follow"_s, u"--previous"_s} << u"--follow"_s;
}

void TestLogsCommand::usageErrorsExitWithTwo()
{
    QFETCH(const QStringList, options);
    QFETCH(const QString, words);
    const Outcome outcome = run(QStringList{u"logs"_s} + options);
    QCOMPARE(outcome.code, 2);
    QVERIFY2(outcome.errors.contains(words), qPrintable(outcome.errors));
}

void TestLogsCommand::severalServicesAreInterleaved_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<QString>("output");
    const auto row = [](const char *name, const QStringList &options, const QString &output) {
        QTest::newRow(name) << options << output;
    };
    row("all", {}, u"a   | a0\nbee | b1\na   | a2 Error\nbee | b3\nbee | 50%\n"_s);
    row("one", {u"a"_s}, u"a0\na2 Error\n"_s);
    row("one, unfinished", {u"bee"_s}, u"b1\nb3\n50%"_s);
    row("tail", {u"--tail"_s, u"1"_s}, u"a   | a2 Error\nbee | 50%\n"_s);
    row("none", {u"--tail"_s, u"0"_s}, u""_s);
    row("grep", {u"--grep"_s, u"(?i)error|b\\d$"_s}, u"bee | b1\na   | a2 Error\nbee | b3\n"_s);
    row("grep and tail", {u"--grep"_s, u"\\d"_s, u"--tail"_s, u"1"_s}, u"a   | a2 Error\nbee | 50%\n"_s);
    row("since", {u"--since"_s, u"2026-01-31T12:00:02Z"_s}, u"a   | a2 Error\nbee | b3\nbee | 50%\n"_s);
    row("until", {u"--until"_s, u"2026-01-31T12:00:01.500Z"_s}, u"a   | a0\nbee | b1\n"_s);
    row("since and until", {u"--since"_s, u"2026-01-31T12:00:01Z"_s, u"--until"_s, u"2026-01-31T12:00:02Z"_s},
        u"bee | b1\na   | a2 Error\n"_s);
    row("since a while", {u"--since"_s, u"5m"_s}, u""_s);
    row("colours", {u"--color"_s, u"always"_s, u"--tail"_s, u"1"_s},
        u"\x1b[36ma   |\x1b[0m a2 Error\n\x1b[33mbee |\x1b[0m 50%\n"_s);
    row("JSON", {u"--json"_s, u"--until"_s, u"2026-01-31T12:00:01.500Z"_s},
        u"{\"fleet\":\"%1\",\"service\":\"a\",\"position\":0,\"time\":\"2026-01-31T12:00:00.000Z\",\"stream\":"
        u"\"stdout\","
        "\"text\":\"a0\"}\n{\"fleet\":\"%1\",\"service\":\"bee\",\"position\":0,\"time\":\"2026-01-31T12:00:01.000Z\","
        "\"stream\":\"stderr\",\"text\":\"b1\"}\n"_s);
}

void TestLogsCommand::severalServicesAreInterleaved()
{
    QFETCH(QStringList, options);
    LoggingService a;
    LoggingService b;
    a.write(0s, "a0");
    a.write(2s, "a2 Error");
    b.write(1s, "b1", OutputStream::Stderr);
    b.write(3s, "b3");
    b.ring.setUnfinished(OutputStream::Stdout, "50%");
    fleet({{u"a"_s, a.url}, {u"bee"_s, b.url}});
    if (options.value(0).startsWith(u'-') || options.isEmpty())
        options = QStringList{u"a"_s, u"bee"_s} + options;
    const QString file = directory->filePath(u"fleet.toml"_s);
    const Outcome outcome = run(QStringList{u"logs"_s, u"--fleet"_s, file} + options);
    QCOMPARE(outcome.errors, QString());
    QTEST(QString(outcome.output).replace(file, u"%1"_s), "output");
    QCOMPARE(outcome.code, 0);
}

void TestLogsCommand::aTerminalGetsNoControlCharacters_data()
{
    QTest::addColumn<int>("columns");
    QTest::newRow("of 80 columns") << 80;
    QTest::newRow("that tells no columns") << 0; // as a serial line, or in a container
}

void TestLogsCommand::aTerminalGetsNoControlCharacters()
{
    QFETCH(int, columns);
    LoggingService service;
    service.write(0s, "\x1b]0;owned\x07 \xe2\x80\xae reversed");
    const FileDescriptor terminal(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    QVERIFY(terminal.isOpen() && ::grantpt(terminal.number()) == 0 && ::unlockpt(terminal.number()) == 0);
    winsize size{};
    size.ws_col = static_cast<unsigned short>(columns);
    QCOMPARE(::ioctl(terminal.number(), TIOCSWINSZ, &size), 0);
    QProcess process;
    process.setStandardOutputFile(QString::fromLocal8Bit(::ptsname(terminal.number())));
    start(process, {u"logs"_s, service.url});
    QCOMPARE(endOf(process).code, 0);
    QByteArray shown(4096, '\0');
    shown.truncate(std::max<ssize_t>(0, ::read(terminal.number(), shown.data(), std::size_t(shown.size()))));
    QVERIFY2(shown.contains("owned") && shown.contains("reversed"), shown.constData());
    QVERIFY2(!shown.contains('\x1b') && !shown.contains('\x07') && !shown.contains("\xe2\x80\xae"),
             shown.toHex().constData());
}

void TestLogsCommand::anyNumberOfLinesIsShown()
{
    LoggingService service;
    QByteArray all;
    for (int line = 0; line < 20'000; ++line)
        all += "a line that is far too long for any small answer: " + QByteArray::number(line) + '\n';
    service.ring.append(OutputStream::Stdout, all, Noon);
    QCOMPARE(run({u"logs"_s, service.url, u"--tail"_s, u"1000000"_s}).output.toUtf8(), all);
    QCOMPARE(run({u"logs"_s, service.url, u"--tail"_s, u"1200"_s}).output.count(u'\n'), 1200);
}

void TestLogsCommand::followingIsComplete()
{
    LoggingService service;
    service.write(0s, "before");
    QProcess follower;
    start(follower, {u"logs"_s, service.url, u"--follow"_s, u"--tail"_s, u"0"_s});
    QTRY_VERIFY_WITH_TIMEOUT(service.asked >= 2, 60'000);
    constexpr int Lines = 300'000; // many times what is kept for nobody
    std::thread writer([&service] {
        for (int line = 0; line < Lines;) {
            QByteArray some;
            for (int i = 0; i < 500; ++i, ++line)
                some += "line " + QByteArray::number(line) + '\n';
            service.ring.append(OutputStream::Stdout, some, Noon);
            std::this_thread::yield();
        }
    });
    writer.join();
    QByteArray all;
    QTRY_VERIFY_WITH_TIMEOUT(read(follower, all).endsWith("line 299999\n"), 60'000);
    ::kill(pid_t(follower.processId()), SIGINT);
    const Outcome outcome = endOf(follower);
    QCOMPARE(outcome.code, 0);
    QCOMPARE(follower.exitStatus(), QProcess::NormalExit);
    QCOMPARE(outcome.errors, QString());
    const QByteArrayList lines = all.split('\n');
    QCOMPARE(lines.size(), Lines + 1);
    for (int line = 0; line < Lines; ++line) {
        if (lines[line] != "line " + QByteArray::number(line))
            QFAIL(lines[line].constData());
    }
}

void TestLogsCommand::whatIsLostIsCounted()
{
    LoggingService service;
    QProcess follower;
    start(follower, {u"logs"_s, service.url, u"--follow"_s});
    QTRY_VERIFY_WITH_TIMEOUT(service.asked >= 2, 60'000);
    ::kill(pid_t(follower.processId()), SIGSTOP);
    constexpr int Lines = 1'000'000;
    const QByteArray thousand = QByteArray("fifty bytes, of which there are too many in total\n").repeated(1000);
    for (int line = 0; line < Lines; line += 1000)
        service.ring.append(OutputStream::Stdout, thousand, Noon);
    ::kill(pid_t(follower.processId()), SIGCONT);
    service.write(0s, "the end");
    QByteArray all;
    QTRY_VERIFY_WITH_TIMEOUT(read(follower, all).endsWith("the end\n"), 60'000);
    ::kill(pid_t(follower.processId()), SIGTERM);
    const QString errors = endOf(follower).errors;
    const auto lost = QRegularExpression(u": (\\d+) lines are lost"_s).match(errors);
    QVERIFY2(lost.hasMatch(), qPrintable(errors));
    QCOMPARE(lost.captured(1).toLongLong() + all.count('\n'), Lines + 1);
}

void TestLogsCommand::followingEndsWhenNobodyReads()
{
    LoggingService service;
    service.write(0s, "first");
    service.write(0s, "second");
    QProcess shell;
    start(shell,
          {u"-c"_s,
           u"set -o pipefail; '%1' logs --follow %2 | head -n 1; echo ended with $?"_s.arg(
               QStringLiteral(HEPHAESTUS_PROGRAM), service.url)},
          u"bash"_s);
    QCOMPARE(endOf(shell).output, u"first\nended with 0\n"_s);
}

void TestLogsCommand::aProgramThatEndedIsStillRead()
{
    const quint16 port = freePort();
    const QString file = fleet({{u"orders"_s, u"http://127.0.0.1:%1"_s.arg(port)}});
    const Outcome never = run({u"logs"_s, u"orders"_s, u"--fleet"_s, file});
    QCOMPARE(never.code, 1);
    QVERIFY2(never.errors.contains(u"orders: "_s), qPrintable(never.errors));
    auto wrapper = wrap(port, u"echo hello; exec sleep 100"_s, "hello");
    wrapper->terminate();
    endOf(*wrapper);
    const Outcome outcome = run({u"logs"_s, u"orders"_s, u"--fleet"_s, file, u"--grep"_s, u"hello|started"_s});
    QCOMPARE(outcome.code, 0);
    QVERIFY2(outcome.output.contains(u" hephaestus: started with pid "_s) && outcome.output.endsWith(u"\nhello\n"_s),
             qPrintable(outcome.output));
    QVERIFY2(outcome.errors.contains(u"this is what was kept in "_s), qPrintable(outcome.errors));
}

void TestLogsCommand::followingGoesOnOverARestart()
{
    const quint16 port = freePort();
    const QString file = fleet({{u"orders"_s, u"http://127.0.0.1:%1"_s.arg(port)}});
    const QString script = u"i=0; while [ $i -lt 2000 ]; do echo %1 $i; i=$((i+1)); done; exec sleep 100"_s;
    auto wrapper = wrap(port, script.arg(u"one"_s), "one 1999");
    QProcess follower;
    start(follower, {u"logs"_s, u"orders"_s, u"--fleet"_s, file, u"--follow"_s, u"--tail"_s, u"1"_s});
    QByteArray all;
    QTRY_VERIFY_WITH_TIMEOUT(read(follower, all).endsWith("one 1999\n"), 60'000);
    wrapper->terminate();
    endOf(*wrapper);
    QByteArray said; // a restart between two questions would not be noticed
    QTRY_VERIFY_WITH_TIMEOUT((said += follower.readAllStandardError()).contains("orders does not answer"), 60'000);
    wrapper = wrap(port, script.arg(u"two"_s), "two 1999");
    QTRY_VERIFY_WITH_TIMEOUT(read(follower, all).endsWith("two 1999\n"), 60'000);
    // Those lines may have come from the file, before the service answered.
    QTRY_VERIFY_WITH_TIMEOUT((said += follower.readAllStandardError()).contains("orders answers again"), 60'000);
    ::kill(pid_t(follower.processId()), SIGINT);
    const Outcome outcome = endOf(follower);
    QCOMPARE(outcome.code, 0);
    said += outcome.errors.toUtf8();
    QVERIFY2(!said.contains("missing") && !said.contains("lost"), said.constData());
    QCOMPARE(all.count("\none "), 0); // the last one was asked for, and nothing comes twice
    QCOMPARE(all.count("\ntwo "), 2000);
    QCOMPARE(all.count(" hephaestus: stopping: "), 1); // its last words
    QCOMPARE(all.count(" hephaestus: started with pid "), 1);
    wrapper->terminate();
    endOf(*wrapper);
}

void TestLogsCommand::thePreviousInstanceIsShown()
{
    const quint16 port = freePort();
    const QString file = fleet({{u"orders"_s, u"http://127.0.0.1:%1"_s.arg(port)}});
    const QStringList previous{u"logs"_s, u"orders"_s, u"--fleet"_s, file, u"--previous"_s, u"--grep"_s, u"run"_s};
    // Within one wrapper: the program is started again.
    const QString script =
        u"echo run >>'%1/count'; echo run $(wc -l <'%1/count'); [ $(wc -l <'%1/count') -gt 1 ] || exit 3; "
        "exec sleep 100"_s.arg(directory->path());
    auto wrapper = wrap(port, script, "run 2", {u"--restart"_s, u"on-failure"_s});
    QCOMPARE(run(previous).output, u"run 1\n"_s);
    wrapper->terminate();
    endOf(*wrapper);
    QCOMPARE(run(previous).output, u"run 1\n"_s); // of one that does not run
    // Of the run before, which only the file knows.
    wrapper = wrap(port, script, "run 3");
    QCOMPARE(run(previous).output, u"run 2\n"_s);
    QCOMPARE(run(QStringList{u"logs"_s, u"orders"_s, u"--fleet"_s, file, u"--grep"_s, u"^run"_s}).output,
             u"run 1\nrun 2\nrun 3\n"_s);
    wrapper->terminate();
    endOf(*wrapper);
    LoggingService service; // and one of which no other is known
    service.write(0s, "line");
    const Outcome none = run({u"logs"_s, service.url, u"--previous"_s});
    QCOMPARE(none.code, 1);
    QVERIFY2(none.errors.contains(u"no instance before"_s), qPrintable(none.errors));
}

void TestLogsCommand::aServiceKeepsItsLogOverARestartOfItsOwn()
{
    const QString url = u"http://127.0.0.1:%1"_s.arg(freePort());
    QProcess service;
    start(service, {u"serve"_s, u"--name"_s, u"mcp"_s, u"--listen"_s, url.mid(7)});
    QTRY_VERIFY_WITH_TIMEOUT(run({u"logs"_s, url}).output.contains(u"is ready"_s), 60'000);
    QCOMPARE(run({u"logs"_s, url, u"--previous"_s}).code, 1);
    QCOMPARE(run({u"restart"_s, url}).code, 0);
    const QString previous = run({u"logs"_s, url, u"--previous"_s}).output;
    QCOMPARE(previous.count(u"is ready"_s), 1);
    QVERIFY2(previous.section(u'\n', 0, 0).contains(u"mcp "_s) && previous.contains(u" starts with pid "_s),
             qPrintable(previous));
    QCOMPARE(run({u"logs"_s, url}).output.count(u"is ready"_s), 2);
    service.terminate();
    endOf(service);
}

void TestLogsCommand::aStartedWrapperKeepsItsOutputOnce()
{
    const QString address = u"127.0.0.1:%1"_s.arg(freePort());
    const QString file =
        fleet({{u"orders"_s, u"http://"_s + address}},
              u"restart = { method = \"command\", command = [\"%1\", \"run\", \"--name\", \"other\", "
              "\"--listen\", \"%2\", \"--\", \"sh\", \"-c\", \"echo hello[$%3]; exec sleep 100\"] }\n"_s.arg(
                  QStringLiteral(HEPHAESTUS_PROGRAM), address, QLatin1StringView(OutputVariable)));
    QCOMPARE(run({u"up"_s, u"--fleet"_s, file}).code, 0);
    QTRY_VERIFY_WITH_TIMEOUT(run({u"logs"_s, u"orders"_s, u"--fleet"_s, file}).output.contains(u"\nhello[]\n"_s),
                             60'000);
    const auto kept = [this](const QString &name) {
        QFile log(logFileOf(name, directory->filePath(u"hephaestus"_s)));
        return log.open(QIODevice::ReadOnly) ? log.readAll() : QByteArray();
    };
    QCOMPARE(kept(u"orders.output"_s).count("hello[]\n"), 1);
    QCOMPARE(kept(u"orders"_s).count("hello"), 0);
    QCOMPARE(run({u"restart"_s, u"orders"_s, u"--fleet"_s, file}).code, 0);
    QCOMPARE(run({u"down"_s, u"--fleet"_s, file}).code, 0);
    const Outcome outcome = run({u"logs"_s, u"orders"_s, u"--fleet"_s, file, u"--grep"_s, u"^hello"_s});
    QCOMPARE(outcome.output, u"hello[]\nhello[]\n"_s); // of both instances
}

void TestLogsCommand::theLastWordsOfAWrappedProgramAreTold()
{
    const QString address = u"127.0.0.1:%1"_s.arg(freePort());
    const QString file =
        fleet({{u"orders"_s, u"http://"_s + address}},
              u"restart = { method = \"command\", command = [\"%1\", \"run\", \"--name\", \"orders\", "
              "\"--listen\", \"%2\", \"--restart\", \"never\", \"--\", \"sh\", \"-c\", "
              "\"echo no such table; exit 3\"] }\n"_s.arg(QStringLiteral(HEPHAESTUS_PROGRAM), address));
    const Outcome outcome = run({u"start"_s, u"orders"_s, u"--fleet"_s, file});
    QVERIFY2((outcome.output + outcome.errors).contains(u"no such table"_s),
             qPrintable(outcome.output + outcome.errors));
}

QTEST_GUILESS_MAIN(TestLogsCommand)
#include "tst_logscommand.moc"
