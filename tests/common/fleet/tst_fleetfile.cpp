// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/fleetfile.h"

#include <QFile>
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
    void noPasswordIsRepeated();
    void aFileThatIsNotThereIsAProblem();
    void aTokenOthersCanReadIsRefused();
    void theDemoFleetIsWhole();
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
    QVERIFY(services[0] == mcp);
    QVERIFY(std::holds_alternative<RestartByService>(services[1].restart));
    QCOMPARE(services[1].dependsOn, QStringList{u"mcp"_s});
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

QTEST_GUILESS_MAIN(TestFleetFile)
#include "tst_fleetfile.moc"
