// SPDX-License-Identifier: GPL-3.0-or-later
//
// When a wrapped program is told as ready, by `hephaestus run` itself and by the commands that start it: never before
// it serves, never once it has ended.
#include "common/protocol/healthcodec.h"
#include "tests/support/fakehttpserver.h"
#include "tests/support/leftovers.h"
#include "tests/support/processend.h"
#include "tests/support/rawhttp.h"
#include "tests/support/serviceprocess.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Hephaestus::Test;
using namespace Qt::StringLiterals;

namespace {

/// Shell and Python that wait until the file `gate` is there.
const QString ShellGate = u"until [ -e gate ]; do sleep 0.02; done; "_s;
const QString PythonGate = u"import os, time\nwhile not os.path.exists('gate'): time.sleep(0.02)\n"_s;

QStringList shell(const QString &script) { return {u"sh"_s, u"-c"_s, script}; }
QStringList python(const QString &script) { return {u"python3"_s, u"-c"_s, script}; }

} // namespace

class TestRunReadiness : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void aProgramIsStartingUntilItIsReady_data();
    void aProgramIsStartingUntilItIsReady();
    void whatIsNotEnoughIsNotReady_data();
    void whatIsNotEnoughIsNotReady();
    void aProgramThatEndsIsNoShutdown_data();
    void aProgramThatEndsIsNoShutdown();
    void anUpstreamThatStopsAnsweringIsNotReady();
    void aSuccessorTakesOverWhenItIsReady_data();
    void aSuccessorTakesOverWhenItIsReady();
    void aWrongRuleIsRefused_data();
    void aWrongRuleIsRefused();
    void aStartFailsWithTheProgram_data();
    void aStartFailsWithTheProgram();
    void aRestartFailsWithTheProgram_data();
    void aRestartFailsWithTheProgram();
    void aStartWaitsForTheRule();

private:
    QStringList run(const QStringList &options, const QStringList &program) const
    {
        return QStringList{u"run"_s, u"--name"_s, u"wrapped"_s} + options + QStringList{u"--"_s} + program;
    }
    static HealthReport status(quint16 port)
    {
        const auto report = decodeReport(rawRequest(port, "GET", "/health/status").body);
        return report ? *report : HealthReport();
    }
    static QByteArray readyBody(quint16 port) { return rawRequest(port, "GET", "/health/ready").body; }
    static int ready(quint16 port) { return rawRequest(port, "GET", "/health/ready").status; }
    static QString stateOf(quint16 port) { return status(port).process.value_or(WrappedProcess()).state.text(); }
    void write(const QString &name, const QByteArray &content) const
    {
        QFile file(directory->filePath(name));
        QVERIFY(file.open(QFile::WriteOnly));
        file.write(content);
    }
    static quint16 freePort()
    {
        QTcpServer server;
        server.listen(QHostAddress::LocalHost);
        return server.serverPort();
    }
    /// A fleet of two, the second of which depends on the first.
    void writeFleet(const QStringList &options, const QStringList &program)
    {
        port = freePort();
        other = freePort();
        const auto list = [](const QStringList &words) {
            QStringList quoted;
            for (QString word : words)
                quoted << u'"' + word.replace(u'\\', u"\\\\"_s).replace(u'"', u"\\\""_s).replace(u'\n', u"\\n"_s)
                        + u'"';
            return u'[' + quoted.join(u", "_s) + u']';
        };
        const auto entry = [&](const QString &name, quint16 at, const QStringList &more, const QStringList &words) {
            return u"[[service]]\nname = \"%1\"\nurl = \"http://127.0.0.1:%2\"\nstart_timeout = \"20s\"\n%3"
                   "restart = { method = \"service\", command = %4, directory = \"%5\" }\n"_s.arg(name)
                       .arg(at)
                       .arg(name == u"user"_s ? u"depends_on = [\"app\"]\n"_s : QString(),
                            list(QStringList{QStringLiteral(HEPHAESTUS_PROGRAM), u"run"_s, u"--name"_s, name,
                                             u"--listen"_s, u"127.0.0.1:%1"_s.arg(at)}
                                 + more + QStringList{u"--"_s} + words),
                            directory->path());
        };
        write(
            u"fleet.toml"_s,
            (entry(u"app"_s, port, options, program) + entry(u"user"_s, other, {}, {u"sleep"_s, u"1000"_s})).toUtf8());
    }
    /// The exit code of a command on that fleet, and what it says.
    std::pair<int, QString> act(const QStringList &words) const
    {
        QProcess process;
        process.setProcessChannelMode(QProcess::MergedChannels);
        process.start(QStringLiteral(HEPHAESTUS_PROGRAM),
                      words + QStringList{u"--fleet"_s, directory->filePath(u"fleet.toml"_s)});
        if (!process.waitForFinished(60'000))
            return {-1, u"it hangs"_s};
        return {process.exitCode(), QString::fromUtf8(process.readAll())};
    }

    std::unique_ptr<QTemporaryDir> directory;
    std::unique_ptr<Leftovers> leftovers;
    quint16 port = 0;
    quint16 other = 0;
};

#define START(service, ...)                                                                                            \
    ServiceProcess service;                                                                                            \
    service.process.setWorkingDirectory(directory->path());                                                            \
    QVERIFY2(service.start(QStringLiteral(HEPHAESTUS_PROGRAM), run(__VA_ARGS__)), service.errors().constData())

void TestRunReadiness::init()
{
    directory = std::make_unique<QTemporaryDir>();
    leftovers = std::make_unique<Leftovers>();
    port = other = 0;
    qputenv("XDG_STATE_HOME", directory->path().toUtf8());
    qputenv("HEPHAESTUS_TEST_MARK", leftovers->mark().mid(leftovers->mark().indexOf('=') + 1));
}

void TestRunReadiness::cleanup()
{
    if (QFile::exists(directory->filePath(u"fleet.toml"_s)))
        act({u"down"_s});
    QTRY_COMPARE(leftovers->pids(), QList<int>());
}

void TestRunReadiness::aProgramIsStartingUntilItIsReady_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<QStringList>("program");
    QTest::addColumn<QString>("waits");
    const auto row = [](const char *name, const QStringList &options, const QStringList &program,
                        const QString &waits) { QTest::newRow(name) << options << program << waits; };
    const auto rule = [](const QString &text) { return QStringList{u"--ready"_s, text}; };
    const auto notifying = [](const QString &more) {
        return python(PythonGate
                      + u"import socket, subprocess, sys\n"
                        "say = '''import os, socket; socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto("
                        "b\"STATUS=up\\\\nREADY=1\", os.environ[\"NOTIFY_SOCKET\"].replace(\"@\", \"\\\\0\"))'''\n"_s
                      + more + u"\ntime.sleep(1000)"_s);
    };
    row("a line", rule(u"log:listening on [0-9]+"_s), shell(ShellGate + u"echo listening on 80; exec sleep 1000"_s),
        u"has not written a line like"_s);
    row("a line without end", rule(u"log:listening"_s),
        shell(ShellGate + u"printf 'list'; sleep 0.3; printf ening; exec sleep 1000"_s),
        u"has not written a line like"_s);
    row("a line of stderr", rule(u"log:^up$"_s), shell(ShellGate + u"echo down; echo up >&2; exec sleep 1000"_s),
        u"has not written a line like"_s);
    row("a command", rule(u"command:test -e gate"_s), {u"sleep"_s, u"1000"_s}, u"does not satisfy the command"_s);
    row("a command that hangs at first", rule(u"command:sh -c 'test -e gate || exec sleep 1000'"_s),
        {u"sleep"_s, u"1000"_s}, u"does not satisfy the command"_s);
    row("a notification", rule(u"notify"_s), notifying(u"exec(say)"_s), u"has not sent READY=1"_s);
    row("twice", rule(u"notify"_s), notifying(u"exec(say); exec(say)"_s), u"has not sent READY=1"_s);
    row("of a child", rule(u"notify"_s), notifying(u"subprocess.run([sys.executable, '-c', say])"_s),
        u"has not sent READY=1"_s);
    row("a socket", rule(u"unix:own.sock"_s),
        python(PythonGate
               + u"import socket\ns = socket.socket(socket.AF_UNIX)\ns.bind('own.sock')\ntime.sleep(0.2)\n"
                 "s.listen()\ntime.sleep(1000)"_s),
        u"does not take connections at unix:own.sock"_s);
    const QString held = PythonGate + u"import select, socket, threading\ns = socket.socket(fileno=3)\n"_s;
    const QStringList socket{u"--socket"_s, u"127.0.0.1:0"_s};
    const QString accepts = u"does not accept on the sockets held for it"_s;
    row("accept", socket, python(held + u"while True: s.accept()"_s), accepts);
    row("accept in a thread", socket, python(held + u"threading.Thread(target=s.accept).start()\ntime.sleep(1000)"_s),
        accepts);
    row("accept in a child", socket, python(held + u"if os.fork() == 0: s.accept()\ntime.sleep(1000)"_s), accepts);
    row("poll", socket, python(held + u"p = select.poll()\np.register(s, select.POLLIN)\nwhile True: p.poll(500)"_s),
        accepts);
    row("select", socket, python(held + u"while True: select.select([s], [], [])"_s), accepts);
    row("epoll", socket, python(held + u"e = select.epoll()\ne.register(s)\ntime.sleep(1000)"_s), accepts);
    row("an upstream", {u"--upstream"_s, u"unix:own.sock"_s},
        shell(ShellGate
              + u"exec %1 serve --name inner --listen unix:own.sock"_s.arg(QStringLiteral(HEPHAESTUS_PROGRAM))),
        u"its upstream unix:own.sock does not answer"_s);
    row("an upstream and a rule", {u"--upstream"_s, u"unix:own.sock"_s, u"--ready"_s, u"command:test -e gate"_s},
        shell(u"exec %1 serve --name inner --listen unix:own.sock"_s.arg(QStringLiteral(HEPHAESTUS_PROGRAM))),
        u"does not satisfy the command"_s);
}

void TestRunReadiness::aProgramIsStartingUntilItIsReady()
{
    QFETCH(QStringList, options);
    QFETCH(QStringList, program);
    QFETCH(QString, waits);
    START(service, options, program);
    QTRY_VERIFY2(readyBody(service.port).contains(waits.toUtf8()), readyBody(service.port).constData());
    QCOMPARE(ready(service.port), 503);
    const HealthReport before = status(service.port);
    QCOMPARE(before.status, ServiceStatus::Healthy);
    QVERIFY(!before.shouldShutdown);
    QCOMPARE(before.ready, std::optional(false));
    QVERIFY(before.process);
    QCOMPARE(before.process->state, WireWord(ProcessState::Starting));
    QCOMPARE(before.process->ready, std::optional(false));
    QVERIFY2(before.process->error.contains(waits), qPrintable(before.process->error));
    write(u"gate"_s, {});
    QTRY_COMPARE(ready(service.port), 200);
    const HealthReport after = status(service.port);
    QCOMPARE(after.process->state, WireWord(ProcessState::Running));
    QCOMPARE(after.process->ready, std::optional(true));
    QCOMPARE(after.ready, std::optional(true));
    QCOMPARE(after.process->error, QString());
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
}

void TestRunReadiness::whatIsNotEnoughIsNotReady_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<QStringList>("program");
    const auto row = [](const char *name, const QString &rule, const QStringList &program) {
        QTest::newRow(name) << QStringList{u"--ready"_s, rule} << program;
    };
    row("a line of another program", u"log:^up$"_s, shell(u"echo upper; echo ' up'; echo done; exec sleep 1000"_s));
    row("a line in two", u"log:list.*ening"_s, shell(u"echo list; echo ening; echo done; exec sleep 1000"_s));
    row("a line across both streams", u"log:listening"_s,
        shell(u"printf list; printf ening >&2; echo; echo >&2; echo done; exec sleep 1000"_s));
    row("a notification of something else", u"notify"_s,
        python(u"import os, socket, time\nsocket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto("
               "b'STATUS=READY=1\\nREADY=0', os.environ['NOTIFY_SOCKET'].replace('@', '\\0'))\n"
               "print('done', flush=True)\ntime.sleep(1000)"_s));
    row("a socket bound, not listening", u"unix:own.sock"_s,
        python(u"import socket, time\ns = socket.socket(socket.AF_UNIX)\ns.bind('own.sock')\n"
               "print('done', flush=True)\ntime.sleep(1000)"_s));
    QTest::newRow("a held socket that nobody accepts on")
        << QStringList{u"--socket"_s, u"127.0.0.1:0"_s}
        << python(u"import socket, time\ns = socket.socket(fileno=3)\nprint('done', flush=True)\ntime.sleep(1000)"_s);
    QTest::newRow("one of two held sockets")
        << QStringList{u"--socket"_s, u"127.0.0.1:0"_s, u"--socket"_s, u"127.0.0.1:0"_s}
        << python(u"import socket\ns = socket.socket(fileno=3)\nprint('done', flush=True)\ns.accept()"_s);
}

void TestRunReadiness::whatIsNotEnoughIsNotReady()
{
    QFETCH(QStringList, options);
    QFETCH(QStringList, program);
    START(service, options, program);
    QTRY_VERIFY(rawRequest(service.port, "GET", "/health/logs?tail=50").body.contains("done\n"));
    for (int look = 0; look < 50; ++look) { // the wrapper has looked several times meanwhile
        QCOMPARE(stateOf(service.port), u"starting"_s);
        QCOMPARE(ready(service.port), 503);
    }
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
}

void TestRunReadiness::aProgramThatEndsIsNoShutdown_data()
{
    QTest::addColumn<QString>("script");
    QTest::newRow("on its first line") << u"exit 3"_s;
    QTest::newRow("after 300 ms") << u"sleep 0.3; exit 3"_s;
    QTest::newRow("after it was ready") << u"echo up; sleep 0.3; exit 3"_s;
}

void TestRunReadiness::aProgramThatEndsIsNoShutdown()
{
    QFETCH(QString, script);
    START(service, {u"--ready"_s, u"log:up"_s}, shell(script));
    // It is down for less than a second: what is said of that is kept from one look.
    HealthReport down;
    const auto wasSeenDown = [&] {
        if (stateOf(service.port) != "backing_off"_L1)
            return false;
        const int is = ready(service.port);
        down = status(service.port);
        return is == 503 && down.process->state == ProcessState::BackingOff;
    };
    QTRY_VERIFY(wasSeenDown());
    QCOMPARE(down.status, ServiceStatus::Healthy);
    QVERIFY(!down.shouldShutdown);
    QCOMPARE(down.process->ready, std::optional(false));
    QCOMPARE(down.process->exitCode, std::optional(3));
    QVERIFY2(down.process->error.contains(u"exited with code 3"_s), qPrintable(down.process->error));
    const auto metrics = [&] { return rawRequest(service.port, "GET", "/metrics").body; };
    QTRY_VERIFY(metrics().contains("hephaestus_process_restarts_total 1"));
    QVERIFY(metrics().contains("hephaestus_process_deaths_total{reason=\"exit_3\"} "));
    QVERIFY(metrics().contains("hephaestus_shutting_down 0"));
    service.signal(SIGTERM);
    const int code = service.exitCode(); // of its latest end, if it was down again when the stop came
    QVERIFY2(code == 0 || code == 3, QByteArray::number(code).constData());
}

void TestRunReadiness::anUpstreamThatStopsAnsweringIsNotReady()
{
    FakeHttpServer upstream;
    const FakeAnswer well = FakeAnswer::json(R"({"status":"healthy"})");
    upstream.setAnswer("/health/status", well);
    START(service, {u"--upstream"_s, upstream.url()}, {u"sleep"_s, u"1000"_s});
    const auto readyWithin = [&] { // the fake answers by this thread's event loop
        QProcess curl;
        curl.start(u"curl"_s,
                   {u"-s"_s, u"-o"_s, u"/dev/null"_s, u"-w"_s, u"%{http_code}"_s,
                    u"http://127.0.0.1:%1/health/ready"_s.arg(service.port)});
        QSignalSpy finished(&curl, &QProcess::finished);
        return finished.wait(60'000) ? curl.readAll() : QByteArray("none");
    };
    for (int round = 0; round < 2; ++round) {
        QTRY_COMPARE(readyWithin(), "200");
        QCOMPARE(stateOf(service.port), u"running"_s);
        upstream.setAnswer("/health/status", FakeAnswer::json("{}", 503));
        QTRY_COMPARE(readyWithin(), "503");
        QCOMPARE(stateOf(service.port), u"running"_s); // it served before
        upstream.setAnswer("/health/status", FakeAnswer::json(R"({"status":"shutting_down"})"));
        QTRY_VERIFY(readyBody(service.port).contains("is shutting down"));
        upstream.setAnswer("/health/status", well);
    }
    QTRY_COMPARE(readyWithin(), "200");
    upstream.setAnswer("/health/shutdown", FakeAnswer::json(R"({"status":"shutdown_incomplete"})", 500));
    service.signal(SIGTERM);
    QTRY_COMPARE(service.process.state(), QProcess::NotRunning);
    QCOMPARE(service.exitCode(), 0);
}

void TestRunReadiness::aSuccessorTakesOverWhenItIsReady_data()
{
    QTest::addColumn<QString>("rule");
    QTest::addColumn<QString>("says");
    QTest::newRow("log") << u"log:now"_s << u"print('now', flush=True)"_s;
    QTest::newRow("notify") << u"notify"_s
                            << u"socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'READY=1', "
                               "os.environ['NOTIFY_SOCKET'].replace('@', '\\0'))"_s;
    QTest::newRow("command") << u"command:test -e gate"_s << u"pass"_s;
}

void TestRunReadiness::aSuccessorTakesOverWhenItIsReady()
{
    QFETCH(QString, rule);
    QFETCH(QString, says);
    write(u"gate"_s, {});
    const QString program =
        u"import os, select, socket, time\ns = socket.socket(fileno=3)\ne = select.epoll()\ne.register(s)\n"
        "while not os.path.exists('gate'): time.sleep(0.02)\n%1\n"
        "while True:\n    e.poll()\n    c, _ = s.accept()\n    c.close()\n"_s.arg(says);
    START(service, {u"--overlap"_s, u"--socket"_s, u"127.0.0.1:0"_s, u"--ready"_s, rule}, python(program));
    QTRY_COMPARE(ready(service.port), 200);
    const HealthReport before = status(service.port);
    QVERIFY(QFile::remove(directory->filePath(u"gate"_s)));
    QCOMPARE(rawRequest(service.port, "POST", "/health/restart").status, 200);
    const auto successor = [&] {
        const WrappedProcess process = status(service.port).process.value_or(WrappedProcess());
        return process.successor ? process.successor->state.text() : QString();
    };
    QTRY_COMPARE(successor(), u"accepting"_s);
    for (int look = 0; look < 50; ++look) { // and is not taken for ready meanwhile
        QCOMPARE(status(service.port).instanceId, before.instanceId);
        QCOMPARE(status(service.port).process->pid, before.process->pid);
    }
    write(u"gate"_s, {});
    QTRY_VERIFY(status(service.port).instanceId != before.instanceId);
    QTRY_COMPARE(ready(service.port), 200);
    QVERIFY(status(service.port).process->pid != before.process->pid);
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
}

void TestRunReadiness::aWrongRuleIsRefused_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::newRow("unknown") << QStringList{u"--ready"_s, u"soon"_s};
    QTest::newRow("no time") << QStringList{u"--ready"_s, u"after:x"_s};
    QTest::newRow("no expression") << QStringList{u"--ready"_s, u"log:("_s};
    QTest::newRow("accept without a socket") << QStringList{u"--ready"_s, u"accept"_s};
}

void TestRunReadiness::aWrongRuleIsRefused()
{
    QFETCH(QStringList, options);
    QProcess process;
    process.start(QStringLiteral(HEPHAESTUS_PROGRAM), run(options, {u"true"_s}));
    QVERIFY(hasEnded(process));
    QCOMPARE(process.exitCode(), 125);
    const QByteArray errors = process.readAllStandardError();
    QVERIFY2(errors.contains("--ready: ") && errors.contains("expected"), errors.constData());
}

void TestRunReadiness::aStartFailsWithTheProgram_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<QStringList>("program");
    QTest::addColumn<QString>("words");
    const QStringList usual;
    const QStringList tcp{u"--ready"_s, u"tcp:1"_s};
    QTest::newRow("on its first line") << usual << python(u"import a_module_that_is_not_there"_s)
                                       << u"No module named 'a_module_that_is_not_there'"_s;
    QTest::newRow("after 300 ms") << usual << shell(u"sleep 0.3; echo no table >&2; exit 4"_s) << u"no table"_s;
    QTest::newRow("by a signal") << usual << shell(u"echo oh; kill -SEGV $$"_s) << u"oh"_s;
    QTest::newRow("well, and too early") << usual << shell(u"echo nothing to do"_s) << u"nothing to do"_s;
    QTest::newRow("never again") << QStringList{u"--restart"_s, u"never"_s} << shell(u"echo bye; exit 4"_s) << u"bye"_s;
    QTest::newRow("before it binds") << tcp << shell(u"sleep 0.5; echo cannot bind; exit 1"_s) << u"cannot bind"_s;
    QTest::newRow("beside its held socket") << QStringList{u"--socket"_s, u"127.0.0.1:0"_s}
                                            << shell(u"sleep 0.2; echo no config; exit 1"_s) << u"no config"_s;
}

/// At once, with its last words; and what depends on it is not started.
void TestRunReadiness::aStartFailsWithTheProgram()
{
    QFETCH(QStringList, options);
    QFETCH(QStringList, program);
    QFETCH(QString, words);
    writeFleet(options, program);
    QElapsedTimer timer;
    timer.start();
    const auto [code, said] = act({u"up"_s});
    QVERIFY2(code == 1, qPrintable(said));
    QVERIFY2(said.contains(words), qPrintable(said));
    QVERIFY2(!said.contains(u"✓ ready"_s) && !said.contains(u"✓ healthy"_s), qPrintable(said));
    QVERIFY2(timer.elapsed() < 15'000, qPrintable(said)); // not at the deadline of 20 s
    QVERIFY2(said.contains(u"user: not tried: it depends on app, which failed"_s), qPrintable(said));
    QCOMPARE(rawRequest(other, "GET", "/health/live").status, 0);
    QCOMPARE(act({u"wait"_s, u"app"_s, u"--timeout"_s, u"300ms"_s}).first, 1);
}

void TestRunReadiness::aRestartFailsWithTheProgram_data()
{
    QTest::addColumn<QByteArray>("script");
    QTest::newRow("on its first line") << QByteArray("#!/bin/sh\necho broken edit >&2\nexit 1\n");
    QTest::newRow("after 300 ms") << QByteArray("#!/bin/sh\nsleep 0.3\necho broken edit\nexit 1\n");
}

void TestRunReadiness::aRestartFailsWithTheProgram()
{
    QFETCH(QByteArray, script);
    const auto install = [&](const QByteArray &content) {
        write(u"new"_s, content);
        QFile::setPermissions(directory->filePath(u"new"_s), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        QFile::remove(directory->filePath(u"app"_s));
        QVERIFY(QFile::rename(directory->filePath(u"new"_s), directory->filePath(u"app"_s)));
    };
    install("#!/bin/sh\nexec sleep 1000\n");
    writeFleet({u"--ready"_s, u"after:700ms"_s}, {directory->filePath(u"app"_s)});
    auto [code, said] = act({u"start"_s, u"app"_s});
    QVERIFY2(code == 0 && said.contains(u"✓ ready"_s), qPrintable(said));
    install(script);
    std::tie(code, said) = act({u"restart"_s, u"app"_s});
    QVERIFY2(code == 1 && said.contains(u"broken edit"_s), qPrintable(said));
    QVERIFY2(!said.contains(u"✓ ready"_s) && !said.contains(u"fresh"_s), qPrintable(said));
    std::tie(code, said) = act({u"wait"_s, u"app"_s, u"--timeout"_s, u"20s"_s});
    QVERIFY2(code == 1 && said.contains(u"broken edit"_s), qPrintable(said));
    std::tie(code, said) = act({u"status"_s, u"app"_s});
    QVERIFY2(code == 1, qPrintable(said));
    install("#!/bin/sh\nexec sleep 1000\n");
    std::tie(code, said) = act({u"start"_s, u"app"_s}); // at once, not when its wrapper would start it again
    QVERIFY2(code == 0 && said.contains(u"✓ ready"_s), qPrintable(said));
}

void TestRunReadiness::aStartWaitsForTheRule()
{
    writeFleet({u"--ready"_s, u"log:listening"_s}, shell(u"sleep 0.7; echo listening; exec sleep 1000"_s));
    QElapsedTimer timer;
    timer.start();
    auto [code, said] = act({u"up"_s});
    QVERIFY2(code == 0, qPrintable(said));
    QVERIFY(timer.elapsed() >= 700);
    QCOMPARE(ready(port), 200);
    QCOMPARE(ready(other), 200);
    std::tie(code, said) = act({u"wait"_s, u"app"_s, u"user"_s});
    QVERIFY2(code == 0, qPrintable(said));
}

QTEST_GUILESS_MAIN(TestRunReadiness)
#include "tst_runreadiness.moc"
