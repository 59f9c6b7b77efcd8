// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/fleetfile.h"
#include "common/fleet/launcher.h"
#include "tests/support/allocations.h"

#include <QElapsedTimer>
#include <QFile>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestFleetFile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyFieldIsRead();
    void pathsAreRelativeToTheFile();
    void allErrorsAreToldAtOnce();
    void anErrorSaysWhereAndWhat_data();
    void anErrorSaysWhereAndWhat();
    void twoNamesForOneAddressAreTold();
    void aLongFileIsReadInTime();
    void noPasswordIsRepeated();
    void aFileThatIsNotThereIsAProblem();
    void aTokenOthersCanReadIsRefused();
    void theDemoFleetIsWhole();
    void aProgramIsWrappedByRun();
    void runNeedsNoMoreThanAName();
    void aPortThatCannotBeKeptIsTheOnlyProblem();
    void placeholdersAreFilledIn();
    void programsAreToldOfEachOtherInNoMoreThanTheirNumber();
    void programsAreToldWhereTheFleetIs();
    void filesBuildAndProfilesAreRead();
    void aProfileBringsWhatItDependsOn();
    void namesOfALoneHostAreUnique();
    void readyIsJudgedByWhoCan();
    void hooksAreRead();
};

void TestFleetFile::everyFieldIsRead()
{
    const FleetReading reading = readFleetText(R"(
[[service]]
name = "mcp"
url = "http://127.0.0.1:8000"
group = "hephaestus"
token_file = "/etc/token"
interval = "500ms"
start_timeout = "1m"
restart = { method = "command", command = ["hephaestus", "serve"], directory = "/srv", environment = { K = "V" } }

[[service]]
name = "agents"
url = "https://host.example/agents"
ca_file = "/etc/ca.pem"
fingerprint = "SHA256:000102030405060708090A0B0C0D0E0F101112131415161718191a1b1c1d1e1f"
restart = { method = "service" }
restart_on_stale = true
depends_on = ["mcp"]

[[service]]
name = "unit"
url = "http://127.0.0.1:8002"
restart = { method = "systemd", unit = "x.service", scope = "system" }

[[service]]
name = "box"
url = "http://127.0.0.1:8003"
restart = { method = "container", engine = "podman", name = "box" }

[[service]]
name = "pod"
url = "http://127.0.0.1:8004"
restart = { method = "kubernetes", workload = "deployment/pod", namespace = "dev" }

[[service]]
name = "plain"
url = "http://127.0.0.1:8005"
)",
                                               u"/f/fleet.toml"_s);
    QVERIFY2(reading.ok(), qPrintable(reading.problems.value(0).text()));
    const QList<FleetEntry> &services = reading.fleet.services;
    QCOMPARE(services.size(), 6);
    const RestartByCommand command{{u"hephaestus"_s, u"serve"_s}, u"/srv"_s, {{u"K"_s, u"V"_s}}};
    const FleetEntry mcp{u"mcp"_s, u"http://127.0.0.1:8000"_s, u"hephaestus"_s, u"/etc/token"_s, 500ms, command, 60s,
                         {}};
    FleetEntry untold = services[0];
    commandOf(untold)->told.clear();
    commandOf(untold)->port.reset();
    QCOMPARE(std::exchange(untold.fleetFile, {}), u"/f/fleet.toml"_s);
    QVERIFY(untold == mcp);
    QVERIFY(std::holds_alternative<RestartByService>(services[1].restart));
    QCOMPARE(services[1].dependsOn, QStringList{u"mcp"_s});
    QCOMPARE(services[1].caFile, u"/etc/ca.pem"_s);
    QCOMPARE(services[1].fingerprint.toHex(), "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"_ba);
    QVERIFY(services[1].restartOnStale && !services[0].restartOnStale);
    QVERIFY((services[2].restart == RestartMethod(RestartBySystemd{u"x.service"_s, u"system"_s})));
    QVERIFY((services[3].restart == RestartMethod(RestartByContainer{u"podman"_s, u"box"_s})));
    QVERIFY((services[4].restart == RestartMethod(RestartByKubernetes{u"deployment/pod"_s, u"dev"_s})));
    QVERIFY(services[5].restart == RestartMethod());
    QCOMPARE(services[5].interval, 1s);
    QVERIFY(whyNotRestartable(services[5]).contains(u"plain has no restart method"_s));
    QVERIFY(whyNotRestartable(services[0]).isEmpty());
    QCOMPARE(reading.fleet.find(u"agents"_s), &services[1]);
    QVERIFY(!reading.fleet.find(u"nobody"_s));
}

void TestFleetFile::pathsAreRelativeToTheFile()
{
    QTemporaryDir directory;
    const QString path = directory.filePath(u"fleet.toml"_s);
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("[[service]]\nname = \"a\"\nurl = \"unix:run/a.sock\"\ntoken_file = \"token\"\n"
               "restart = { method = \"command\", command = [\"./a\"], directory = \"bin\" }\n"
               "[[service]]\nname = \"b\"\nurl = \"unix:/run/b.sock\"\nrestart = { method = \"command\", command = "
               "[\"b\"] }\n");
    file.close();
    const FleetReading reading = readFleet(path);
    QVERIFY2(reading.ok(), qPrintable(reading.problems.value(0).text()));
    const FleetEntry &a = reading.fleet.services[0];
    QCOMPARE(a.url, u"unix:"_s + directory.filePath(u"run/a.sock"_s));
    QCOMPARE(a.tokenFile, directory.filePath(u"token"_s));
    QCOMPARE(a.fleetFile, path);
    QCOMPARE(commandToStart(a)->directory, directory.filePath(u"bin"_s));
    const FleetEntry &b = reading.fleet.services[1];
    QCOMPARE(b.url, u"unix:/run/b.sock"_s);
    QCOMPARE(commandToStart(b)->directory, directory.path());
}

void TestFleetFile::allErrorsAreToldAtOnce()
{
    const FleetReading reading =
        readFleetText("[[service]]\nname = \"a\"\nurl = \"nonsense\"\ninterval = 5\nrestart = { method = \"magic\" }\n"
                      "[[service]]\nname = \"a\"\nurll = \"http://h:1\"\ndepends_on = [\"b\"]\n",
                      u"fleet.toml"_s);
    QCOMPARE(reading.problems.size(), 7);
    QCOMPARE(reading.fleet.services.size(), 2);
}

void TestFleetFile::anErrorSaysWhereAndWhat_data()
{
    QTest::addColumn<QByteArray>("lines"); ///< the third and following of a service with name and URL
    QTest::addColumn<QString>("where");
    QTest::addColumn<QString>("what");
    const auto row = [](const char *name, const QByteArray &lines, const char *where, const char *what) {
        QTest::newRow(name) << lines << QString::fromLatin1(where) << QString::fromLatin1(what);
    };
    row("unknown key", "intervall = \"1s\"", "fleet.toml:4: ", "interval");
    row("interval too short", "interval = \"1ms\"", "fleet.toml:4: ", "100ms");
    row("method missing", "restart = { unit = \"x\" }", "fleet.toml:4: ", "expected one of service, command");
    row("command missing", "restart = { method = \"command\" }", "fleet.toml:4: ", "[\"program\", \"argument\"]");
    row("command as a string", "restart = { method = \"command\", command = \"rm -rf\" }", "fleet.toml:4: ", "command");
    row("restart on stale without a way", "restart_on_stale = true", "fleet.toml:4: ", "no restart method");
    row("unit missing", "restart = { method = \"systemd\" }", "fleet.toml:4: ", "missing");
    row("unknown scope", "restart = { method = \"systemd\", unit = \"x\", scope = \"global\" }",
        "fleet.toml:4: ", "user");
    row("method's key unknown", "restart = { method = \"service\", unit = \"x\" }", "fleet.toml:4: ", "unit");
    row("unknown dependency", "depends_on = [\"itslef\"]", "fleet.toml:4: ", "did you mean \"itself\"?");
    row("circle", "depends_on = [\"itself\"]", "fleet.toml:4: ", "circle");
    row("port as a word", "port = \"any\"", "fleet.toml:4: service[0].port", "expected \"auto\" or a number");
    row("port too large", "port = 65536", "fleet.toml:4: service[0].port", "65535");
    row("run empty", "run = []", "fleet.toml:4: service[0].run", "[\"program\", \"argument\"]");
    row("run as a string", "run = \"make\"", "fleet.toml:4: service[0].run", "list of strings");
    row("run and restart", "run = [\"a\"]\nrestart = { method = \"service\" }", "fleet.toml:5: service[0].restart",
        "run says");
    row("a key of run without it", "stop_signal = \"INT\"", "fleet.toml:4: service[0].stop_signal", "goes with run");
    row("stop signal", "run = [\"a\"]\nstop_signal = \"KILL\"", "fleet.toml:5: service[0].stop_signal",
        "can be handled");
    row("success exit", "run = [\"a\"]\nsuccess_exit = [300]", "fleet.toml:5: service[0].success_exit", "0 to 255");
    row("success exit as a number", "run = [\"a\"]\nsuccess_exit = 3", "fleet.toml:5: ", "whole numbers");
    row("placeholder", "run = [\"a\", \"{prot}\"]", "fleet.toml:4: service[0].run", "unknown placeholder {prot}");
    row("placeholder in environment",
        "restart = { method = \"command\", command = [\"a\"], environment = { K = \"{x}\" } }",
        "fleet.toml:4: service[0].restart.environment.K", "unknown placeholder {x}");
    row("port of nobody", "run = [\"a\", \"{port.itslef}\"]", "fleet.toml:4: ", "no service \"itslef\" with a port");
    row("no port of its own", "run = [\"a\", \"{port}\"]", "fleet.toml:4: ", "write port = \"auto\"");
    row("brace without end", "run = [\"a\", \"{port\"]", "fleet.toml:4: ", "has no end");
    row("one port for wrapper and program", "port = 1\nrun = [\"a\", \"{port}\"]",
        "fleet.toml:3: ", "which is the same");
    row("env_file for nobody", "env_file = [\".env\"]", "fleet.toml:4: service[0].env_file", "no command");
    row("build for nobody", "build = [\"make\"]", "fleet.toml:4: service[0].build", "no restart method");
    row("build empty", "build = []\nrun = [\"a\"]", "fleet.toml:4: service[0].build", "program");
    row("fingerprint without TLS", "fingerprint = \"" + QByteArray(64, 'a') + '"',
        "fleet.toml:4: service[0].fingerprint", "https://");
    row("CA file without TLS", "ca_file = \"ca.pem\"", "fleet.toml:4: service[0].ca_file", "https://");
    row("fingerprint too short", "fingerprint = \"abcd\"", "fleet.toml:4: service[0].fingerprint",
        "64 hexadecimal digits");
    row("profile empty", "profile = []", "fleet.toml:4: service[0].profile", "profiles");
    const auto hook = [&row](const char *name, const QByteArray &lines, const char *where, const char *what) {
        row(name, "[[hook]]\nname = \"h\"\n" + lines, where, what);
    };
    hook("hook without an event", "command = [\"a\"]", "fleet.toml:4: hook[0].on",
         "some of down, stale, restart_failed");
    hook("hook on something else", "on = [\"up\"]\ncommand = [\"a\"]", "fleet.toml:6: hook[0].on", "found \"up\"");
    hook("hook for nobody", "on = [\"down\"]", "fleet.toml:4: hook[0].command", "expected command, webhook or ntfy");
    hook("hook with two targets", "on = [\"down\"]\ncommand = [\"a\"]\nntfy = \"https://h/t\"",
         "fleet.toml:8: hook[0].ntfy", "one of command, webhook and ntfy");
    hook("hook with another URL", "on = [\"down\"]\nwebhook = \"file:///etc/passwd\"", "fleet.toml:7: hook[0].webhook",
         "https://");
    hook("hook on nobody", "on = [\"down\"]\ncommand = [\"a\"]\nservices = [\"itslef\"]",
         "fleet.toml:8: hook[0].services", "did you mean \"itself\"?");
    hook("hook twice", "on = [\"down\"]\ncommand = [\"a\"]\n[[hook]]\nname = \"h\"\non = [\"down\"]\ncommand = [\"a\"]",
         "fleet.toml:9: hook[1].name", "there twice");
    hook("hook's unknown key", "on = [\"down\"]\ncommand = [\"a\"]\ndebonce = \"1s\"", "fleet.toml:8: hook[0].debonce",
         "debounce");
    row("not TOML", "interval = ", "fleet.toml:4", "");
}

void TestFleetFile::anErrorSaysWhereAndWhat()
{
    QFETCH(QByteArray, lines);
    QFETCH(QString, where);
    QFETCH(QString, what);
    const FleetReading reading =
        readFleetText("[[service]]\nname = \"itself\"\nurl = \"http://h:1\"\n" + lines + "\n", u"fleet.toml"_s);
    QVERIFY(!reading.ok());
    QVERIFY2(reading.problems.first().where.startsWith(where.trimmed()), qPrintable(reading.problems.first().text()));
    QVERIFY2(reading.problems.first().text().contains(what), qPrintable(reading.problems.first().text()));
}

void TestFleetFile::twoNamesForOneAddressAreTold()
{
    const FleetReading reading = readFleetText(
        "[[service]]\nname = \"a\"\nurl = \"http://h:80/\"\n[[service]]\nname = \"b\"\nurl = \"HTTP://H\"\n"
        "[[service]]\nname = \"c\"\nurl = \"http://h:81\"\n",
        u"fleet.toml"_s);
    QVERIFY(reading.ok());
    QCOMPARE(reading.notes, QStringList{u"\"a\" and \"b\" are two names for one address: http://h"_s});
}

void TestFleetFile::noPasswordIsRepeated()
{
    const FleetReading reading =
        readFleetText("[[service]]\nname = \"a\"\nurl = \"http://me:hunter2@h:1\"\n", u"fleet.toml"_s);
    QCOMPARE(reading.problems.size(), 1);
    QVERIFY(!reading.problems[0].text().contains(u"hunter2"_s));
}

void TestFleetFile::aFileThatIsNotThereIsAProblem()
{
    const FleetReading reading = readFleet(u"/nowhere/fleet.toml"_s);
    QCOMPARE(reading.problems.size(), 1);
    QVERIFY(reading.problems.first().text().contains(u"/nowhere/fleet.toml"_s));
}

void TestFleetFile::aTokenOthersCanReadIsRefused()
{
    QTemporaryDir directory;
    QFile file(directory.filePath(u"token"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("s3cret\n");
    file.close();
    FleetEntry entry;
    entry.url = u"http://h:1"_s;
    entry.tokenFile = file.fileName();
    QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::ReadOther));
    const auto open = targetOf(entry);
    QVERIFY(!open);
    QVERIFY(!open.problem().text().contains(u"s3cret"_s));
    QVERIFY(file.setPermissions(QFile::ReadOwner));
    const auto closed = targetOf(entry);
    QVERIFY(closed);
    QCOMPARE(closed->token, u"s3cret"_s);
}

void TestFleetFile::theDemoFleetIsWhole()
{
    const FleetReading reading = readFleet(SOURCE_DIRECTORY u"/resources/demo/fleet.toml"_s);
    QVERIFY2(reading.ok(), qPrintable(reading.problems.value(0).text()));
    QCOMPARE(reading.fleet.services.size(), 3);
}

void TestFleetFile::aProgramIsWrappedByRun()
{
    const FleetReading reading = readFleetText(R"(
[[service]]
name = "web"
url = "http://127.0.0.1:8000"
port = 8001
run = ["uvicorn", "app:app", "--port", "{port}"]
directory = "/srv"
environment = { DIR = "{directory}" }
ready = "http://127.0.0.1:{port}/"
stop_signal = "QUIT"
success_exit = [143, "SIGINT"]
watch = ["src/**/*.py"]
python = true
)",
                                               u"/f/fleet.toml"_s);
    QVERIFY2(reading.ok(), qPrintable(reading.problems.value(0).text()));
    const FleetEntry &web = reading.fleet.services.first();
    const RestartByCommand *const command = commandToStart(web);
    QVERIFY(command && command->isOwnRun);
    const QStringList expected{u"hephaestus"_s,     u"run"_s,
                               u"--name"_s,         u"web"_s,
                               u"--listen"_s,       u"127.0.0.1:8000"_s,
                               u"--ready"_s,        u"http://127.0.0.1:8001/"_s,
                               u"--stop-signal"_s,  u"QUIT"_s,
                               u"--success-exit"_s, u"143,SIGINT"_s,
                               u"--watch"_s,        u"src/**/*.py"_s,
                               u"--python"_s,       u"--"_s,
                               u"uvicorn"_s,        u"app:app"_s,
                               u"--port"_s,         u"8001"_s};
    QCOMPARE(command->command, expected);
    QCOMPARE(command->directory, u"/srv"_s);
    QCOMPARE(command->environment.value(u"DIR"_s), u"/srv"_s);
    QVERIFY(whyNotRestartable(web).isEmpty());
}

void TestFleetFile::aPortThatCannotBeKeptIsTheOnlyProblem()
{
    QTemporaryDir state;
    QVERIFY(QDir(state.path()).mkpath(u"ports"_s)); // where the file ought to be
    const FleetReading reading =
        readFleetText("[[service]]\nname = \"api\"\nrun = [\"api\", \"{port}\"]\nport = \"auto\"\n"
                      "[[service]]\nname = \"web\"\nrun = [\"web\", \"{port.api}\"]\nurl = \"http://127.0.0.1:8000\"\n",
                      u"/f/fleet.toml"_s, {.stateDirectory = state.path()});
    QCOMPARE(reading.problems.size(), 1);
    QVERIFY2(reading.problems[0].text().contains(u"service[0].port: no port can be kept: "_s),
             qPrintable(reading.problems[0].text()));
}

void TestFleetFile::runNeedsNoMoreThanAName()
{
    QTemporaryDir state;
    const QByteArray text = "[[service]]\nname = \"web\"\nrun = [\"sleep\", \"9\"]\n"
                            "[[service]]\nname = \"api\"\nport = \"auto\"\nrun = [\"api\", \"{port}\"]\n";
    const FleetReadOptions options{.stateDirectory = state.path()};
    const FleetReading one = readFleetText(text, u"/f/fleet.toml"_s, options);
    QVERIFY2(one.ok(), qPrintable(one.problems.value(0).text()));
    QCOMPARE(readFleetText(text, u"/f/fleet.toml"_s, options).fleet, one.fleet); // kept
    const FleetReading other = readFleetText(text, u"/g/fleet.toml"_s, options);
    QSet<QString> urls;
    for (const FleetReading &reading : {one, other}) {
        for (const FleetEntry &entry : reading.fleet.services) {
            urls << entry.url;
            QVERIFY2(entry.url.startsWith(u"http://127.0.0.1:2"_s), qPrintable(entry.url));
        }
    }
    QCOMPARE(urls.size(), 4);
    const QString port = commandToStart(one.fleet.services[1])->command.last();
    QVERIFY(!urls.contains(u"http://127.0.0.1:"_s + port)); // the wrapper's is another
    QCOMPARE(outputNameOf(one.fleet.services[1]), u"api-"_s + port);
}

void TestFleetFile::placeholdersAreFilledIn()
{
    const FleetReading reading = readFleetText(R"(
[[service]]
name = "web"
port = 8000
[service.restart]
method = "command"
command = ["web", "{port}", "{port.db}", "{{port}}", "{{", "}"]
environment = { U = "http://h:{port.web}" }
[[service]]
name = "db"
url = "http://127.0.0.1:5432"
[[service]]
name = "socket"
url = "unix:{directory}/run/a.sock"
)",
                                               u"/f/fleet.toml"_s);
    QVERIFY2(reading.ok(), qPrintable(reading.problems.value(0).text()));
    QCOMPARE(reading.fleet.services[0].url, u"http://127.0.0.1:8000"_s);
    const RestartByCommand *const command = commandToStart(reading.fleet.services[0]);
    QCOMPARE(command->command, (QStringList{u"web"_s, u"8000"_s, u"5432"_s, u"{port}"_s, u"{"_s, u"}"_s}));
    QCOMPARE(command->environment.value(u"U"_s), u"http://h:8000"_s);
    QCOMPARE(reading.fleet.services[2].url, u"unix:/f/run/a.sock"_s);
}

/// No work is done for each pair of entries: by that, this many take minutes.
void TestFleetFile::aLongFileIsReadInTime()
{
    QByteArray toml;
    for (int i = 0; i < 15'000; ++i)
        toml += "[[service]]\nname = \"s" + QByteArray::number(i) + "\"\nurl = \"http://127.0.0.1:8000/"
            + QByteArray::number(i) + "\"\n";
    QElapsedTimer timer;
    timer.start();
    const FleetReading reading = readFleetText(toml, u"/f/fleet.toml"_s);
    QVERIFY2(timer.elapsed() < 60'000, qPrintable(QString::number(timer.elapsed())));
    QVERIFY2(reading.ok(), qPrintable(reading.problems.value(0).text()));
}

/// What each program is told of all others is not kept once for each: by that, memory and time go by the square.
void TestFleetFile::programsAreToldOfEachOtherInNoMoreThanTheirNumber()
{
    const auto cost = [](int count) {
        QByteArray toml;
        for (int i = 0; i < count; ++i) {
            const QByteArray number = QByteArray::number(i);
            toml += "[[service]]\nname = \"s" + number + "\"\nurl = \"http://127.0.0.1:" + QByteArray::number(1000 + i)
                + "\"\nport = " + QByteArray::number(9000 + i) + "\nrun = [\"serve\"]\nbuild = [\"make\"]\n";
        }
        const qint64 before = Test::allocations();
        const FleetReading reading = readFleetText(toml, u"/f/fleet.toml"_s);
        const qint64 used = Test::allocations() - before;
        return reading.ok() ? used : -1;
    };
    const qint64 few = cost(300);
    QVERIFY(few > 0);
    const qint64 many = cost(1200); // four times as many
    QVERIFY2(many > 0 && many < few * 6, qPrintable(u"%1 for 300, %2 for 1,200"_s.arg(few).arg(many)));
}

void TestFleetFile::programsAreToldWhereTheFleetIs()
{
    const FleetReading reading = readFleetText(R"(
[[service]]
name = "web-api"
url = "http://127.0.0.1:8000"
port = 8001
run = ["api"]
[[service]]
name = "db"
url = "http://127.0.0.1:5432"
restart = { method = "command", command = ["db"] }
)",
                                               u"/f/fleet.toml"_s);
    QVERIFY2(reading.ok(), qPrintable(reading.problems.value(0).text()));
    const QMap<QString, QString> urls{{u"HEPHAESTUS_URL_WEB_API"_s, u"http://127.0.0.1:8001"_s},
                                      {u"HEPHAESTUS_URL_DB"_s, u"http://127.0.0.1:5432"_s}};
    for (const auto &[index, port] : {std::pair(0, quint16(8001)), std::pair(1, quint16(5432))}) {
        const RestartByCommand *const command = commandToStart(reading.fleet.services[index]);
        QCOMPARE(command->told, urls);
        QCOMPARE(command->port, port);
        QCOMPARE(environmentOf(*command)->value(u"HEPHAESTUS_PORT"_s), QString::number(port));
        QCOMPARE(environmentOf(*command)->value(u"HEPHAESTUS_URL_DB"_s), u"http://127.0.0.1:5432"_s);
    }
}

void TestFleetFile::filesBuildAndProfilesAreRead()
{
    const FleetReading reading = readFleetText(R"(
[[service]]
name = "web"
url = "http://127.0.0.1:8000"
run = ["./web"]
env_file = [".env", "/etc/web.env"]
build = ["make", "{directory}/web"]
profile = ["dev", "test"]
[[service]]
name = "unit"
url = "http://127.0.0.1:8001"
restart = { method = "systemd", unit = "x" }
build = ["make"]
)",
                                               u"/f/fleet.toml"_s);
    QVERIFY2(reading.ok(), qPrintable(reading.problems.value(0).text()));
    const FleetEntry &web = reading.fleet.services[0];
    const QStringList files{u"/f/.env"_s, u"/etc/web.env"_s};
    QCOMPARE(commandToStart(web)->envFiles, files);
    QVERIFY(web.build);
    QCOMPARE(web.build->command, (QStringList{u"make"_s, u"/f/web"_s}));
    QCOMPARE(web.build->envFiles, files);
    QCOMPARE(web.profiles, (QStringList{u"dev"_s, u"test"_s}));
    QCOMPARE(reading.fleet.services[1].build->directory, u"/f"_s);
}

void TestFleetFile::namesOfALoneHostAreUnique()
{
    FleetReading reading =
        readFleetText("[[host]]\nname = \"b\"\n[[service]]\nname = \"web\"\nurl = \"http://h:1\"\n", u"fleet.toml"_s);
    QVERIFY(reading.ok());
    QCOMPARE(reading.fleet.loneHosts(), reading.fleet.hosts);
    QList<FleetEntry> there(4);
    const QStringList names{u"mail"_s, u"web"_s, u"b/web"_s, u"web"_s}; // as an odd host may say it
    for (int i = 0; i < 4; ++i) {
        there[i].name = names[i];
        there[i].host = reading.fleet.hosts.first();
    }
    there[0].dependsOn = {u"web"_s};
    there = reading.fleet.addFleetOf(reading.fleet.hosts.first(), there);
    QStringList given;
    for (const FleetEntry &entry : std::as_const(there))
        given << entry.name + u'=' + (entry.nameThere.isEmpty() ? entry.name : entry.nameThere);
    QCOMPARE(given, (QStringList{u"mail=mail"_s, u"b/web=web"_s, u"b/b/web=b/web"_s, u"b/b/b/web=web"_s}));
    QVERIFY(reading.fleet.services.first().name == "web"_L1 && reading.fleet.loneHosts().isEmpty());
    QVERIFY(!there[0].dependsOn.contains(u"web"_s));
}

void TestFleetFile::aProfileBringsWhatItDependsOn()
{
    const FleetReading reading =
        readFleetText("[[service]]\nname = \"always\"\nurl = \"http://h:1\"\n"
                      "[[service]]\nname = \"mail\"\nurl = \"http://h:2\"\nprofile = [\"extra\"]\n"
                      "[[service]]\nname = \"dev\"\nurl = \"http://h:3\"\nprofile = [\"dev\"]\n"
                      "depends_on = [\"mail\"]\n",
                      u"fleet.toml"_s);
    QVERIFY(reading.ok());
    const auto names = [&](const QStringList &profiles) {
        QStringList all;
        for (const FleetEntry &entry : reading.fleet.ofProfiles(profiles))
            all << entry.name;
        return all;
    };
    QCOMPARE(names({}), QStringList{u"always"_s});
    QCOMPARE(names({u"extra"_s}), (QStringList{u"always"_s, u"mail"_s}));
    QCOMPARE(names({u"dev"_s}), (QStringList{u"always"_s, u"mail"_s, u"dev"_s}));
    QCOMPARE(reading.fleet.profiles(), (QStringList{u"extra"_s, u"dev"_s}));
}

void TestFleetFile::readyIsJudgedByWhoCan()
{
    const QByteArray text =
        "[[service]]\nname = \"a\"\nurl = \"http://127.0.0.1:1\"\nrun = [\"a\"]\nready = \"soon\"\n";
    QVERIFY(readFleetText(text, u"f.toml"_s).ok());
    const FleetReading reading =
        readFleetText(text, u"f.toml"_s, {.whyNoReadyRule = [](const QString &rule) { return u"no rule: "_s + rule; }});
    QCOMPARE(reading.problems, (QList<Problem>{{u"f.toml:5: service[0].ready"_s, u"no rule: soon"_s}}));
}

void TestFleetFile::hooksAreRead()
{
    const FleetReading reading = readFleetText(R"(
[[service]]
name = "web"
url = "http://127.0.0.1:8000"
[[hook]]
name = "tell"
on = ["down", "stale", "restart_failed"]
command = ["./notify", "--loud"]
[[hook]]
name = "team"
on = ["stale"]
services = ["web"]
debounce = "1m"
webhook = "https://me:hunter2@example.org/hook"
)",
                                               u"/f/fleet.toml"_s);
    QVERIFY2(reading.ok(), qPrintable(reading.problems.value(0).text()));
    QCOMPARE(reading.fleet.hooks.size(), 2);
    const FleetHook &tell = reading.fleet.hooks[0];
    QCOMPARE(tell.on, QList<FleetHook::Event>(AllHookEvents.begin(), AllHookEvents.end()));
    QCOMPARE(tell.target.command, (QStringList{u"./notify"_s, u"--loud"_s}));
    QCOMPARE(tell.target.directory, u"/f"_s);
    QCOMPARE(tell.debounce, 5s);
    QVERIFY(tell.concerns(u"web"_s));
    QCOMPARE(whatRuns(tell), u"./notify --loud"_s);
    const FleetHook &team = reading.fleet.hooks[1];
    QCOMPARE(team.services, QStringList{u"web"_s});
    QCOMPARE(team.debounce, 60s);
    QVERIFY(!team.concerns(u"other"_s));
    QVERIFY2(whatRuns(team).startsWith(u"webhook https://"_s) && !whatRuns(team).contains(u"hunter2"_s),
             qPrintable(whatRuns(team)));
}

QTEST_GUILESS_MAIN(TestFleetFile)
#include "tst_fleetfile.moc"
