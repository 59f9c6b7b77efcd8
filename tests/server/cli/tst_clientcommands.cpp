// SPDX-License-Identifier: GPL-3.0-or-later
//
// The client subcommands as people run them: the real program, its output and exit codes.
#include "common/fleet/actlock.h"
#include "common/fleet/lastanswers.h"
#include "common/protocol/endnotes.h"
#include "common/protocol/receiptcodec.h"
#include "tests/support/fakehttpserver.h"

#include <QDir>
#include <QElapsedTimer>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <sys/stat.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

namespace {

struct Outcome
{
    int code = -1;
    QString output;
    QString errors;
};

} // namespace

class TestClientCommands : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void usageErrorsExitWithTwo_data();
    void usageErrorsExitWithTwo();
    void everyErrorOfTheFleetFileIsTold();
    void theProjectsFleetIsTaken();
    void theTableShowsEachService();
    void aTimeThatIsNotToldIsNoZero_data();
    void aTimeThatIsNotToldIsNoZero();
    void aCommandIsRunOnlyIfNothingIsStale_data();
    void aCommandIsRunOnlyIfNothingIsStale();
    void theServicesThatLoadedAFileAreListed();
    void nobodyIsAffectedByAFileThatNobodyLoaded();
    void aPageThatAnswersIsReachableAndNotHealthy();
    void aStrangerAtTheAddressIsNotTheService_data();
    void aStrangerAtTheAddressIsNotTheService();
    void anotherServiceAtTheAddressIsNotTheService();
    void whatAWindowHasLearnedTellsStrangers();
    void howAServiceEndedIsTold_data();
    void howAServiceEndedIsTold();
    void theEndOfAnEarlierInstanceIsNotThatOfTheLast();
    void oneThatShutsDownToComeBackIsRestarting_data();
    void oneThatShutsDownToComeBackIsRestarting();
    void theTableNamesThePhaseOfAShutdown();
    void hostileTextDoesNotReachTheTerminal();
    void statusAsJsonCarriesTheReports();
    void aTokenFileThatIsAFifoKeepsNobodyWaiting();
    void noFileOfTheUserIsSentBecauseAFleetFileSaysSo_data();
    void noFileOfTheUserIsSentBecauseAFleetFileSaysSo();
    void theFleetGoesUpRestartsAndGoesDown();
    void aReceiptCanBeHadAsJson();
    void aRestartThatDidNotHappenExitsWithOne();
    void onlyStaleServicesAreRestarted();
    void aServiceIsStaleIfItsEntrySetsAnotherEnvironment();
    void staleServicesAreRestartedAsTheyTurnStale();
    void whatCannotBeStartedStaysRunning_data();
    void whatCannotBeStartedStaysRunning();
    void anInterruptedRestartLeavesTheServiceRunning_data();
    void anInterruptedRestartLeavesTheServiceRunning();
    void aRestartWhoseReaderLeavesIsDone();
    void theLaterOfUpAndDownHolds();
    void anotherCopysServiceIsLeftAlone_data();
    void anotherCopysServiceIsLeftAlone();
    void waitingEndsAtItsDeadline();
    void waitingKeepsItsDeadlineWhenAServiceDoesNotAnswer();
    void waitingForFreshCodeExitsWithThree();
    void logsAreShown();
    void logsThatNeverEndAreRefused_data();
    void logsThatNeverEndAreRefused();
    void aScheduledShutdownIsAsked();

private:
    Outcome run(const QStringList &arguments, const QString &place = {})
    {
        QProcess process;
        process.setWorkingDirectory(place);
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"XDG_STATE_HOME"_s, directory->path());
        environment.insert(u"XDG_CONFIG_HOME"_s, directory->path());
        process.setProcessEnvironment(environment);
        bool ended = false;
        connect(&process, &QProcess::finished, this, [&] { ended = true; });
        process.start(QStringLiteral(HEPHAESTUS_PROGRAM), arguments);
        [&] { QTRY_VERIFY_WITH_TIMEOUT(ended, 60'000); }(); // our fakes live in this thread
        return {process.exitCode(), QString::fromUtf8(process.readAllStandardOutput()),
                QString::fromUtf8(process.readAllStandardError())};
    }
    QString state() const { return directory->filePath(u"hephaestus"_s); }
    /// Running beside us, its output as it comes.
    std::unique_ptr<QProcess> begin(const QStringList &arguments)
    {
        auto process = std::make_unique<QProcess>();
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"XDG_STATE_HOME"_s, directory->path());
        process->setProcessEnvironment(environment);
        process->setProcessChannelMode(QProcess::MergedChannels);
        process->start(QStringLiteral(HEPHAESTUS_PROGRAM), arguments);
        return process;
    }
    /// Makes the command of an entry take two seconds before it listens.
    static void makeSlow(QByteArray &entry)
    {
        entry.replace("command = [\"", R"(command = ["/bin/sh", "-c", "sleep 2; exec \"$0\" \"$1\" $2", ")");
    }
    static bool hasEnded(const QProcess &process) { return process.state() == QProcess::NotRunning; }
    Receipt receiptOf(const QStringList &arguments)
    {
        const auto receipt = decodeReceipt(run(arguments + QStringList{u"--json"_s}).output.toUtf8());
        return receipt ? *receipt : Receipt{};
    }
    QString fleetFile(const QByteArray &text)
    {
        QFile file(directory->filePath(u"fleet.toml"_s));
        if (!file.open(QIODevice::WriteOnly) || file.write(text) < 0)
            qFatal("no fleet file");
        return file.fileName();
    }
    QByteArray fakeEntry(const QByteArray &name, const QByteArray &more = {}, const QByteArray &fault = {})
    {
        QTcpServer free;
        free.listen(QHostAddress::LocalHost);
        const QByteArray port = QByteArray::number(free.serverPort());
        return "[[service]]\nname = \"" + name + "\"\nurl = \"http://127.0.0.1:" + port
            + "\"\nrestart = { method = \"command\", command = [\"" + QString(FAKESERVICE).toUtf8() + "\", \"" + port
            + (fault.isEmpty() ? "" : "\", \"" + fault) + "\"] }\n" + more + "\n";
    }
    static QByteArray body(const QByteArray &more)
    {
        return R"({"status":"healthy","service":"x","version":"1.4.0","uptime_seconds":7440)" + more + "}";
    }

    std::unique_ptr<QTemporaryDir> directory;
    std::unique_ptr<FakeHttpServer> server;
};

void TestClientCommands::init()
{
    directory = std::make_unique<QTemporaryDir>();
    server = std::make_unique<FakeHttpServer>();
}

void TestClientCommands::cleanup()
{
    server.reset();
    if (QFile::exists(directory->filePath(u"fleet.toml"_s)))
        run({u"down"_s, u"--fleet"_s, directory->filePath(u"fleet.toml"_s)});
    directory.reset();
}

void TestClientCommands::usageErrorsExitWithTwo_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("words");
    QTest::newRow("no fleet") << QStringList{u"status"_s} << u"there is no fleet.toml in this project"_s;
    QTest::newRow("fleet not there") << QStringList{u"status"_s, u"--fleet"_s, u"/nowhere"_s} << u"/nowhere"_s;
    QTest::newRow("bad URL") << QStringList{u"status"_s, u"ftp://x"_s} << u"expected http://HOST:PORT"_s;
    QTest::newRow("unknown option") << QStringList{u"status"_s, u"--frobnicate"_s} << u"frobnicate"_s;
    QTest::newRow("bad colour") << QStringList{u"status"_s, u"--color"_s, u"pink"_s, u"http://h:1"_s}
                                << u"auto, always or never"_s;
    QTest::newRow("nothing to shut down") << QStringList{u"shutdown"_s} << u"no service given"_s;
    QTest::newRow("nothing to restart") << QStringList{u"restart"_s, u"--fleet"_s, u"FLEET"_s} << u"no service given"_s;
    QTest::newRow("near name") << QStringList{u"start"_s, u"alhpa"_s, u"--fleet"_s, u"FLEET"_s}
                               << u"did you mean \"alpha\"?"_s;
    QTest::newRow("down takes no names") << QStringList{u"down"_s, u"alpha"_s, u"--fleet"_s, u"FLEET"_s}
                                         << u"whole fleet"_s;
    QTest::newRow("bad delay") << QStringList{u"shutdown"_s, u"http://h:1"_s, u"--delay"_s, u"soon"_s}
                               << u"--delay: expected a duration"_s;
    QTest::newRow("cancel and schedule") << QStringList{u"shutdown"_s, u"http://h:1"_s, u"--cancel"_s, u"--schedule"_s}
                                         << u"exclude"_s;
    QTest::newRow("bad timeout") << QStringList{u"wait"_s, u"http://h:1"_s, u"--timeout"_s, u"5"_s}
                                 << u"--timeout: expected a duration"_s;
    QTest::newRow("bad tail") << QStringList{u"logs"_s, u"http://h:1"_s, u"--tail"_s, u"many"_s}
                              << u"--tail: expected a number"_s;
    QTest::newRow("no port") << QStringList{u"port"_s} << u"something is missing"_s;
    QTest::newRow("port beyond numbers") << QStringList{u"port"_s, u"65536"_s} << u"from 1 to 65535"_s;
    QTest::newRow("ps of something") << QStringList{u"ps"_s, u"x"_s} << u"unexpected \"x\""_s;
    QTest::newRow("prune of a name") << QStringList{u"prune"_s, u"shop"_s} << u"expected a port"_s;
    QTest::newRow("prune as JSON, asked") << QStringList{u"prune"_s, u"--json"_s} << u"goes with --yes"_s;
    QTest::newRow("port zero") << QStringList{u"port"_s, u"0"_s} << u"from 1 to 65535"_s;
    QTest::newRow("watch without stale") << QStringList{u"restart"_s, u"http://h:1"_s, u"--watch"_s}
                                         << u"--watch goes with --stale"_s;
}

void TestClientCommands::usageErrorsExitWithTwo()
{
    QFETCH(QStringList, arguments);
    QFETCH(QString, words);
    const QString fleet = fleetFile(fakeEntry("alpha"));
    arguments.replaceInStrings(u"FLEET"_s, fleet);
    const Outcome outcome = run(arguments);
    QCOMPARE(outcome.code, 2);
    QVERIFY2(outcome.errors.contains(words), qPrintable(outcome.errors));
    QCOMPARE(outcome.output.isEmpty(), !arguments.contains(u"--json"_s));
    QVERIFY2(outcome.output.isEmpty() || outcome.output.startsWith("{\"error\":{\"code\":\"usage\","_L1),
             qPrintable(outcome.output));
}

void TestClientCommands::everyErrorOfTheFleetFileIsTold()
{
    const Outcome outcome =
        run({u"status"_s, u"--fleet"_s, fleetFile("[[service]]\nname = \"a\"\nurl = \"x\"\nintervall = \"1s\"\n")});
    QCOMPARE(outcome.code, 2);
    QVERIFY2(outcome.errors.contains(u"fleet.toml:3: "_s) && outcome.errors.contains(u"fleet.toml:4: "_s),
             qPrintable(outcome.errors));
    QFile::remove(directory->filePath(u"fleet.toml"_s));
}

void TestClientCommands::theProjectsFleetIsTaken()
{
    const QTemporaryDir project;
    QVERIFY(QDir(project.path()).mkpath(u"shop/.git"_s) && QDir(project.path()).mkpath(u"shop/api"_s));
    QVERIFY(QFile::rename(fleetFile(fakeEntry("alpha")), project.filePath(u"shop/fleet.toml"_s)));
    const Outcome outcome = run({u"status"_s}, project.filePath(u"shop/api"_s));
    QCOMPARE(outcome.code, 1); // it does not run
    QVERIFY2(outcome.output.contains("alpha"_L1), qPrintable(outcome.output));
    QCOMPARE(outcome.errors,
             u"hephaestus status: fleet file %1 (of this project)\n"_s.arg(project.filePath(u"shop/fleet.toml"_s)));
}

void TestClientCommands::aTimeThatIsNotToldIsNoZero_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<QString>("up");
    QTest::newRow("told") << body({}) << u"2 h 4 min"_s;
    QTest::newRow("has just begun") << QByteArray(R"({"status":"healthy","uptime_seconds":0,)"
                                                  R"("start_time":"2026-11-30T12:00:00.000Z"})")
                                    << u"0 s"_s;
    QTest::newRow("says no more than that it is well") << QByteArray(R"({"status":"ok"})") << u"—"_s;
}

void TestClientCommands::aTimeThatIsNotToldIsNoZero()
{
    QFETCH(QByteArray, answer);
    QFETCH(QString, up);
    server->setAnswer("/health/status", FakeAnswer::json(answer));
    const QString row = run({u"status"_s, server->url()}).output.section(u'\n', 1, 1);
    QVERIFY2(row.contains(QRegularExpression(u"\\s{2,}%1\\s{2,}"_s.arg(up) + u"—$"_s)), qPrintable(row));
}

void TestClientCommands::aCommandIsRunOnlyIfNothingIsStale_data()
{
    QTest::addColumn<QString>("code");
    QTest::addColumn<int>("exit");
    QTest::newRow("fresh") << u",\"code\":{\"verdict\":\"fresh\"}"_s << 42;
    QTest::newRow("stale") << u",\"code\":{\"verdict\":\"stale\"}"_s << 3;
    QTest::newRow("unknown") << u",\"code\":{\"verdict\":\"unknown\"}"_s << 3;
    QTest::newRow("it never says") << QString() << 42;
}

void TestClientCommands::aCommandIsRunOnlyIfNothingIsStale()
{
    QFETCH(QString, code);
    QFETCH(int, exit);
    server->setAnswer("/health/status", FakeAnswer::json(body(code.toUtf8())));
    QFile fleet(directory->filePath(u"fleet.toml"_s));
    QVERIFY(fleet.open(QIODevice::WriteOnly));
    fleet.write("[[service]]\nname = \"a\"\nurl = \"" + server->url().toUtf8() + "\"\n");
    fleet.close();
    const Outcome outcome =
        run({u"exec"_s, u"--require-fresh"_s, u"--settle"_s, u"100ms"_s, u"--fleet"_s, fleet.fileName(), u"--"_s,
             u"sh"_s, u"-c"_s, u"echo \"$1\"; exit 42"_s, u"sh"_s, u"--two words"_s});
    QCOMPARE(outcome.code, exit);
    QCOMPARE(outcome.output, exit == 42 ? u"--two words\n"_s : QString());
}

void TestClientCommands::theServicesThatLoadedAFileAreListed()
{
    FakeHttpServer other;
    FakeHttpServer silent; // answers 404
    server->setAnswer(
        "/health/code",
        FakeAnswer::json(R"({"files":[{"path":"a","loaded":true,"kind":"source"},{"path":"b","loaded":false}]})"));
    other.setAnswer("/health/code",
                    FakeAnswer::json(R"({"files":[{"path":"a","loaded":false},{"path":"b","loaded":false}]})"));
    silent.setAnswer("/health/code", FakeAnswer::json(R"({"error":{"code":"not_found","message":"nothing"}})", 404));
    const auto entry = [](const QByteArray &name, const QString &url) {
        return "[[service]]\nname = \"" + name + "\"\nurl = \"" + url.toUtf8() + "\"\n";
    };
    const QString fleet = fleetFile(entry("uses", server->url()) + entry("other", other.url())
                                    + entry("silent", silent.url()) + entry("gone", u"http://127.0.0.1:1"_s));
    const QStringList question{u"affected"_s, u"--fleet"_s, fleet, u"/srv/app/../manager [1]&.py"_s, u"b.py"_s};
    const Outcome outcome = run(question);
    QCOMPARE(outcome.code, 0);
    const QString here = QDir::current().absoluteFilePath(u"b.py"_s);
    const QString lines =
        u"/srv/manager [1]&.py\n  uses  source\n"_s + here + u"\n  no service that answered has loaded it\n"_s;
    QVERIFY2(outcome.output.startsWith(lines), qPrintable(outcome.output));
    QVERIFY2(outcome.output.contains(u"not known for gone: "_s)
                 && outcome.output.contains(u"not known for silent: does not say"_s),
             qPrintable(outcome.output));
    QVERIFY2(server->requests().last().startsWith("GET /health/code?path=/srv/manager%20%5B1%5D%26.py&path=/"),
             server->requests().last().constData());
    const QString json = run(question + QStringList{u"--json"_s}).output.simplified();
    QVERIFY2(
        json.contains(u" \"files\": [ { \"path\": \"/srv/manager [1]&.py\", \"services\": [ { \"kind\": \"source\", "
                      u"\"name\": \"uses\" } ] }"_s),
        qPrintable(json));
}

void TestClientCommands::nobodyIsAffectedByAFileThatNobodyLoaded()
{
    server->setAnswer("/health/code", FakeAnswer::json(R"({"files":[{"path":"a","loaded":false}]})"));
    const QString fleet = fleetFile("[[service]]\nname = \"a\"\nurl = \"" + server->url().toUtf8() + "\"\n");
    const Outcome outcome = run({u"affected"_s, u"--fleet"_s, fleet, u"/a"_s});
    QCOMPARE(outcome.code, 1);
    QCOMPARE(outcome.output, u"/a\n  no service has loaded it\n"_s);
    QCOMPARE(run({u"affected"_s, u"--fleet"_s, fleet}).code, 2);
}

void TestClientCommands::theTableShowsEachService()
{
    server->setAnswer(
        "/health/status",
        FakeAnswer::json(
            body(R"(,"code":{"verdict":"stale"},"dependencies":{"database":{"status":"working"},)"
                 R"("groq":{"status":"not_used"},"qdrant":{"status":"error","error":"connection refused"}})")));
    const Outcome outcome = run({u"status"_s, server->url(), u"http://127.0.0.1:1"_s});
    QCOMPARE(outcome.code, 1);
    const QStringList lines = outcome.output.split(u'\n');
    QVERIFY(lines[0].startsWith(u"STATE"_s));
    QVERIFY2(lines[1].startsWith(u"▲ error"_s), qPrintable(lines[1]));
    QVERIFY2(lines[1].contains(u"◆ stale"_s) && lines[1].contains(u"1.4.0"_s) && lines[1].contains(u"2 h 4 min"_s),
             qPrintable(lines[1]));
    QVERIFY2(lines[1].endsWith(u"database ok, qdrant error: connection refused"_s), qPrintable(lines[1]));
    QVERIFY2(lines[2].startsWith(u"✕ unreachable"_s) && lines[2].contains(u"refused the connection"_s),
             qPrintable(lines[2]));
    QVERIFY(!outcome.output.contains(u'\x1b'));
    QVERIFY(run({u"status"_s, server->url(), u"--color"_s, u"always"_s}).output.contains(u"\x1b[31m▲ error"_s));
}

void TestClientCommands::aPageThatAnswersIsReachableAndNotHealthy()
{
    const QByteArray page = "<h1>hello</h1>";
    server->setAnswer("/",
                      FakeAnswer::raw("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: "
                                      + QByteArray::number(page.size()) + "\r\n\r\n" + page));
    const Outcome status = run({u"status"_s, server->url()});
    QCOMPARE(status.code, 1);
    QVERIFY2(status.output.contains(u"○ reachable"_s), qPrintable(status.output));
    QVERIFY2(!status.output.contains(u"● healthy"_s), qPrintable(status.output));
    const Outcome waiting = run({u"wait"_s, server->url(), u"--healthy"_s, u"--timeout"_s, u"1s"_s});
    QCOMPARE(waiting.code, 1);
    QVERIFY2(waiting.output.contains(u"○ reachable"_s), qPrintable(waiting.output));
}

void TestClientCommands::aStrangerAtTheAddressIsNotTheService_data()
{
    QTest::addColumn<QByteArray>("entry"); // without its address
    QTest::newRow("run") << QByteArray("run = [\"python3\", \"web.py\"]");
    QTest::newRow("serve") << QByteArray("restart = { method = \"command\", command = [\"" HEPHAESTUS_PROGRAM
                                         "\", \"serve\"] }");
}

void TestClientCommands::aStrangerAtTheAddressIsNotTheService()
{
    QFETCH(QByteArray, entry);
    server->setAnswer("/",
                      FakeAnswer::raw("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi"));
    const QString fleet =
        fleetFile("[[service]]\nname = \"web\"\nurl = \"" + server->url().toUtf8() + "\"\n" + entry + "\n");
    const Outcome status = run({u"status"_s, u"--fleet"_s, fleet});
    QCOMPARE(status.code, 1);
    QVERIFY2(status.output.contains(u"✕ unreachable"_s), qPrintable(status.output));
    QVERIFY2(status.output.contains(u"(pid %1"_s.arg(QCoreApplication::applicationPid())), qPrintable(status.output));
    QCOMPARE(run({u"wait"_s, u"web"_s, u"--healthy"_s, u"--timeout"_s, u"1s"_s, u"--fleet"_s, fleet}).code, 1);
}

void TestClientCommands::anotherServiceAtTheAddressIsNotTheService()
{
    server->setAnswer("/health/status",
                      FakeAnswer::json(R"({"status":"healthy","service":"intruder","pid":7,)"
                                       R"("instance_id":"one","dependencies":{}})"));
    const QString fleet = fleetFile("[[service]]\nname = \"web\"\nurl = \"" + server->url().toUtf8()
                                    + "\"\nrun = [\"python3\", \"web.py\"]\n");
    const QStringList ofFleet{u"--fleet"_s, fleet};
    const Outcome status = run(QStringList{u"status"_s} + ofFleet);
    QCOMPARE(status.code, 1);
    QVERIFY2(status.output.contains(u"✕ unreachable"_s), qPrintable(status.output));
    QVERIFY2(status.output.contains(u"it answers as intruder (not web), pid 7"_s), qPrintable(status.output));
    QCOMPARE(run(QStringList{u"wait"_s, u"web"_s, u"--healthy"_s, u"--timeout"_s, u"1s"_s} + ofFleet).code, 1);
    for (const QStringList &act : {QStringList{u"restart"_s}, {u"shutdown"_s}, {u"shutdown"_s, u"--schedule"_s}}) {
        const Outcome outcome = run(act + QStringList{u"web"_s} + ofFleet);
        QCOMPARE(outcome.code, 1);
        QVERIFY2((outcome.output + outcome.errors).contains(u"held by intruder (not web), pid 7"_s),
                 qPrintable(outcome.output + outcome.errors));
    }
    const Outcome exec = run(QStringList{u"exec"_s, u"--require-fresh"_s, u"--settle"_s, u"0s"_s} + ofFleet
                             + QStringList{u"--"_s, u"true"_s});
    QCOMPARE(exec.code, 3);
    QVERIFY(std::ranges::none_of(server->requests(),
                                 [](const QByteArray &request) { return request.startsWith("POST "); }));
    QCOMPARE(run({u"status"_s, server->url()}).code, 0); // by its address any service is meant
}

void TestClientCommands::whatAWindowHasLearnedTellsStrangers()
{
    server->setAnswer("/health/status",
                      FakeAnswer::json(R"({"status":"healthy","service":"intruder","pid":7,)"
                                       R"("instance_id":"two","dependencies":{}})"));
    const QString fleet = fleetFile("[[service]]\nname = \"web\"\nurl = \"" + server->url().toUtf8() + "\"\n");
    const QStringList status{u"status"_s, u"--fleet"_s, fleet};
    QCOMPARE(run(status).code, 0); // nobody knows how it calls itself
    FleetEntry entry;
    entry.name = u"api"_s;
    entry.url = server->url();
    entry.fleetFile = directory->filePath(u"another.toml"_s);
    LastAnswers window(state());
    window.note(entry, {u"shop"_s, u"one"_s, 5, 1});
    QVERIFY(!window.save());
    QCOMPARE(run(status).code, 0); // it is another project's that is called so
    entry.name = u"web"_s;
    entry.fleetFile = fleet;
    window.note(entry, {u"shop"_s, u"one"_s, 5, 1});
    QVERIFY(!window.save());
    const Outcome outcome = run(status);
    QCOMPARE(outcome.code, 1);
    QVERIFY2(outcome.output.contains(u"name the entry so in "_s), qPrintable(outcome.output));
    QVERIFY2(outcome.output.contains(u"it answers as intruder (not shop), pid 7"_s), qPrintable(outcome.output));
    QCOMPARE(run({u"status"_s, server->url()}).code, 0); // by its address any service is meant
}

void TestClientCommands::howAServiceEndedIsTold_data()
{
    QTest::addColumn<std::optional<EndReason>>("reason");
    QTest::addColumn<QString>("state");
    QTest::addColumn<QString>("text");
    using Reason = std::optional<EndReason>;
    QTest::newRow("as asked") << Reason(EndReason::Endpoint) << u"✕ unreachable"_s
                              << u"ended as asked by POST /health/shutdown at "_s;
    QTest::newRow("by a signal") << Reason(EndReason::Signal) << u"✕ unreachable"_s
                                 << u"asked to end by a signal of bash (pid 9)"_s;
    QTest::newRow("nobody knows") << Reason() << u"✕ unreachable"_s
                                  << u"is gone, and left no note of who asked it to end"_s;
}

void TestClientCommands::howAServiceEndedIsTold()
{
    QFETCH(std::optional<EndReason>, reason);
    QFETCH(QString, state);
    QFETCH(QString, text);
    QProcess ended;
    ended.start(u"true"_s, QStringList());
    QVERIFY(ended.waitForStarted());
    const qint64 pid = ended.processId();
    QVERIFY(ended.waitForFinished());
    FleetEntry entry;
    entry.url = server->url();
    server->setRefusing(true);
    LastAnswers window(this->state());
    window.note(entry, {u"shop"_s, u"one"_s, pid, 1});
    QVERIFY(!window.save());
    if (reason)
        QVERIFY(!leaveEndNote({u"one"_s, pid, *reason, u"bash (pid 9)"_s, 0}, this->state()));
    for (const QString &command : {u"status"_s, u"events"_s}) {
        const QString told = run({command, entry.url}).output;
        QVERIFY2(command == "events"_L1 || told.contains(state), qPrintable(told));
        QVERIFY2(told.contains(text), qPrintable(told));
    }
}

/// The first one ended as asked, which a window has seen, and the second one crashed.
void TestClientCommands::theEndOfAnEarlierInstanceIsNotThatOfTheLast()
{
    FleetEntry entry;
    entry.url = server->url();
    QVERIFY(recordStopped(entry, true, state()));
    QVERIFY(!leaveEndNote({u"one"_s, 4'000'001, EndReason::Endpoint, {}, 0}, state()));
    for (const QByteArray &instance : {QByteArray("one"), QByteArray("two")}) {
        const QByteArray pid = instance == "one" ? "4000001" : "4000002";
        server->setAnswer("/health/status",
                          FakeAnswer::json(R"({"status":"healthy","service":"shop","pid":)" + pid
                                           + R"(,"instance_id":")" + instance + R"(","dependencies":{}})"));
        QCOMPARE(run({u"status"_s, server->url()}).code, 0);
    }
    const QString url = server->url();
    QVERIFY(server->setRefusing(true));
    const Outcome outcome = run({u"status"_s, url});
    QCOMPARE(outcome.code, 1);
    QVERIFY2(outcome.output.contains(u"✕ unreachable"_s), qPrintable(outcome.output));
    QVERIFY2(outcome.output.contains(u"pid 4000002, which answered last, is gone"_s), qPrintable(outcome.output));
}

void TestClientCommands::oneThatShutsDownToComeBackIsRestarting_data()
{
    QTest::addColumn<FleetAction>("action");
    QTest::addColumn<QString>("state");
    QTest::newRow("a restart") << FleetAction::Restart << u"restarting"_s;
    QTest::newRow("a stop") << FleetAction::Stop << u"shutting_down"_s;
}

void TestClientCommands::oneThatShutsDownToComeBackIsRestarting()
{
    QFETCH(FleetAction, action);
    server->setAnswer("/health/status", FakeAnswer::json(R"({"status":"shutting_down","dependencies":{}})"));
    FleetEntry entry;
    entry.url = server->url();
    const auto act = ActLock::request(entry, action, state());
    QVERIFY(act && (*act)->tryToBegin());
    const QString told = run({u"status"_s, u"--json"_s, server->url()}).output;
    QFETCH(QString, state);
    QVERIFY2(told.contains(u"\"state\": \"%1\""_s.arg(state)), qPrintable(told));
}

void TestClientCommands::theTableNamesThePhaseOfAShutdown()
{
    for (const auto &[phase, words] :
         {std::pair{"notice", u"shutdown scheduled; —"_s}, std::pair{"cleaning_up", u"cleaning up; —"_s}}) {
        server->setAnswer(
            "/health/status",
            FakeAnswer::json(body(QByteArray(R"(,"shutdown":{"mode":"scheduled","phase":")") + phase + R"("})")));
        const QString table = run({u"status"_s, server->url()}).output;
        QVERIFY2(table.trimmed().endsWith(words), qPrintable(table));
    }
}

void TestClientCommands::hostileTextDoesNotReachTheTerminal()
{
    server->setAnswer(
        "/health/status",
        FakeAnswer::json(R"({"status":"healthy","version":"\u001b[2J\u202e","dependencies":{"a\nb":{"status":"error",)"
                         R"("error":"\u001b]0;x\u0007"}}})"));
    const Outcome outcome = run({u"status"_s, server->url()});
    QCOMPARE(outcome.code, 1);
    QCOMPARE(outcome.output.count(u'\n'), 2);
    QVERIFY2(!outcome.output.contains(u'\x1b') && !outcome.output.contains(QChar(0x202e)), qPrintable(outcome.output));
}

void TestClientCommands::statusAsJsonCarriesTheReports()
{
    server->setAnswer("/health/status", FakeAnswer::json(body({})));
    const Outcome outcome = run({u"status"_s, server->url(), u"--json"_s});
    QCOMPARE(outcome.code, 0);
    QVERIFY2(outcome.output.contains(u"\"state\": \"healthy\""_s)
                 && outcome.output.contains(u"\"version\": \"1.4.0\""_s),
             qPrintable(outcome.output));
}

void TestClientCommands::aTokenFileThatIsAFifoKeepsNobodyWaiting()
{
    QCOMPARE(::mkfifo(QFile::encodeName(directory->filePath(u"token"_s)).constData(), 0600), 0);
    const QString fleet =
        fleetFile("[[service]]\nname = \"a\"\nurl = \"" + server->url().toUtf8() + "\"\ntoken_file = \"token\"\n");
    QCOMPARE(run({u"trust"_s, fleet}).code, 0);
    const Outcome outcome = run({u"status"_s, u"--fleet"_s, fleet, u"--json"_s});
    QCOMPARE(outcome.code, 1);
    QVERIFY2(outcome.output.contains(u"token of a: expected a regular file, found a FIFO"_s),
             qPrintable(outcome.output));
    QCOMPARE(server->requests().size(), 0);
}

/// A fleet file that somebody else wrote names a file of the user, and an address for it.
void TestClientCommands::noFileOfTheUserIsSentBecauseAFleetFileSaysSo_data()
{
    QTest::addColumn<QStringList>("words");
    QTest::newRow("status") << QStringList{u"status"_s};
    QTest::newRow("logs") << QStringList{u"logs"_s, u"docs"_s};
    QTest::newRow("wait") << QStringList{u"wait"_s, u"docs"_s, u"--timeout"_s, u"300ms"_s};
    QTest::newRow("shutdown") << QStringList{u"shutdown"_s, u"docs"_s};
    QTest::newRow("schedule") << QStringList{u"shutdown"_s, u"docs"_s, u"--schedule"_s};
    QTest::newRow("down") << QStringList{u"down"_s};
    QTest::newRow("affected") << QStringList{u"affected"_s, u"/etc/hosts"_s};
    QTest::newRow("doctor") << QStringList{u"doctor"_s};
}

void TestClientCommands::noFileOfTheUserIsSentBecauseAFleetFileSaysSo()
{
    QFETCH(QStringList, words);
    const FakeAnswer refusal = FakeAnswer::json(R"({"error":{"code":"token_required","message":"not for you"}})", 401);
    for (const char *const path : {"/health/status", "/health/live", "/health/logs", "/health/code", "/health/shutdown",
                                   "/health/shutdown/schedule"})
        server->setAnswer(path, refusal);
    QFile secret(directory->filePath(u"key"_s));
    QVERIFY(secret.open(QIODevice::WriteOnly) && secret.write("sk-secret\n") > 0);
    secret.close();
    QVERIFY(secret.setPermissions(QFile::ReadOwner));
    const QString fleet =
        fleetFile("[[service]]\nname = \"docs\"\nurl = \"" + server->url().toUtf8() + "\"\ntoken_file = \"key\"\n");
    const auto isSent = [&] { return server->requests().join().contains("sk-secret"); };
    const Outcome outcome = run(words + QStringList{u"--fleet"_s, fleet});
    QVERIFY2(!isSent(), qPrintable(outcome.output + outcome.errors));
    QVERIFY2((outcome.output + outcome.errors).contains(u"hephaestus trust "_s),
             qPrintable(outcome.output + outcome.errors));
    const Outcome agreed = run({u"trust"_s, fleet});
    QVERIFY2(agreed.code == 0 && agreed.output.contains(u"docs: sends the token in "_s), qPrintable(agreed.output));
    run({u"status"_s, u"--fleet"_s, fleet});
    QVERIFY(isSent());
}

void TestClientCommands::theFleetGoesUpRestartsAndGoesDown()
{
    const QString fleet = fleetFile(fakeEntry("beta", "depends_on = [\"alpha\"]") + fakeEntry("alpha"));
    const Outcome up = run({u"up"_s, u"--fleet"_s, fleet});
    QVERIFY2(up.code == 0, qPrintable(up.output + up.errors));
    QVERIFY(up.output.indexOf(u"alpha: started in"_s) < up.output.indexOf(u"beta: started in"_s));
    QCOMPARE(run({u"status"_s, u"--fleet"_s, fleet}).code, 0);
    QCOMPARE(run({u"wait"_s, u"alpha"_s, u"beta"_s, u"--fleet"_s, fleet}).code, 0);
    const QString again = run({u"start"_s, u"alpha"_s, u"--fleet"_s, fleet}).output;
    QVERIFY2(again.contains(u"alpha: is running already: pid "_s) && !again.contains(u"→"_s), qPrintable(again));
    const Outcome restart = run({u"restart"_s, u"--all"_s, u"--fleet"_s, fleet});
    QVERIFY2(restart.code == 0, qPrintable(restart.output + restart.errors));
    for (const QString &step : {u"asked"_s, u"process gone"_s, u"port free"_s, u"healthy"_s})
        QVERIFY2(restart.output.count(u"✓ "_s + step) == 2, qPrintable(restart.output));
    const Outcome down = run({u"down"_s, u"--fleet"_s, fleet});
    QVERIFY2(down.code == 0, qPrintable(down.output + down.errors));
    QVERIFY(down.output.indexOf(u"beta: stopped in"_s) < down.output.indexOf(u"alpha: stopped in"_s));
    const Outcome status = run({u"status"_s, u"--fleet"_s, fleet});
    QCOMPARE(status.code, 1);
    QCOMPARE(status.output.count(u"◌ stopped"_s), 2);
    QVERIFY2(!status.output.contains(u"unreachable"_s), qPrintable(status.output));
}

void TestClientCommands::aReceiptCanBeHadAsJson()
{
    const QString fleet = fleetFile(fakeEntry("alpha"));
    QCOMPARE(run({u"up"_s, u"--fleet"_s, fleet}).code, 0);
    const Outcome outcome = run({u"restart"_s, u"alpha"_s, u"--json"_s, u"--fleet"_s, fleet});
    QCOMPARE(outcome.output.count(u'\n'), 1);
    const auto receipt = decodeReceipt(outcome.output.toUtf8());
    QVERIFY(receipt);
    QVERIFY(receipt->ok && receipt->oldPid && receipt->newPid && receipt->steps.size() == 8);
}

void TestClientCommands::aRestartThatDidNotHappenExitsWithOne()
{
    const QString fleet = fleetFile("[[service]]\nname = \"a\"\nurl = \"http://127.0.0.1:1\"\n[[service]]\nname = "
                                    "\"b\"\nurl = \"http://127.0.0.1:1\"\n"
                                    "restart = { method = \"command\", command = [\"/nowhere/x\"] }\n");
    const Outcome noMethod = run({u"restart"_s, u"a"_s, u"--fleet"_s, fleet});
    QCOMPARE(noMethod.code, 1);
    QVERIFY2(noMethod.output.contains(u"a has no restart method; write restart = {"_s), qPrintable(noMethod.output));
    const Outcome noProgram = run({u"restart"_s, u"b"_s, u"--fleet"_s, fleet});
    QCOMPARE(noProgram.code, 1);
    QVERIFY2(noProgram.output.contains(u"✗ started"_s) && noProgram.output.contains(u"cannot be found"_s),
             qPrintable(noProgram.output));
}

void TestClientCommands::onlyStaleServicesAreRestarted()
{
    server->setAnswer("/health/status", FakeAnswer::json(body(R"(,"code":{"verdict":"fresh"})")));
    const Outcome outcome = run({u"restart"_s, u"--stale"_s, server->url()});
    QCOMPARE(outcome.code, 0);
    QCOMPARE(outcome.output, u"nothing is stale\n"_s);
    server->setAnswer("/health/status", FakeAnswer::json(body(R"(,"code":{"verdict":"stale"})")));
    const Outcome stale = run({u"restart"_s, u"--stale"_s, server->url()});
    QCOMPARE(stale.code, 1); // it is tried: this one offers no way
    QVERIFY2(stale.output.contains(u"does not offer to restart itself"_s), qPrintable(stale.output));
}

void TestClientCommands::aServiceIsStaleIfItsEntrySetsAnotherEnvironment()
{
    QByteArray text = fakeEntry("alpha").replace("\"] }", "\"], environment = { MODEL = \"small\" } }");
    const QString fleet = fleetFile(text);
    QCOMPARE(run({u"up"_s, u"--fleet"_s, fleet}).code, 0);
    QCOMPARE(run({u"restart"_s, u"--stale"_s, u"--fleet"_s, fleet}).output, u"nothing is stale\n"_s);
    fleetFile(text.replace("small", "large"));
    const Outcome status = run({u"status"_s, u"--fleet"_s, fleet});
    QVERIFY2(status.output.contains(u"◆ stale"_s), qPrintable(status.output));
    const QString json = run({u"status"_s, u"--json"_s, u"--fleet"_s, fleet}).output;
    QVERIFY2(json.contains(u"MODEL"_s) && !json.contains(u"small"_s) && !json.contains(u"large"_s), qPrintable(json));
    QCOMPARE(run({u"wait"_s, u"alpha"_s, u"--fresh"_s, u"--timeout"_s, u"300ms"_s, u"--fleet"_s, fleet}).code, 3);
    QCOMPARE(run({u"exec"_s, u"--require-fresh"_s, u"--fleet"_s, fleet, u"--"_s, u"true"_s}).code, 3);
    const Outcome restart = run({u"restart"_s, u"--stale"_s, u"--fleet"_s, fleet});
    QCOMPARE(restart.code, 0);
    QVERIFY2(restart.output.contains(u"alpha: restarted"_s) && !restart.output.contains(u"code stale"_s),
             qPrintable(restart.output));
    QCOMPARE(run({u"restart"_s, u"--stale"_s, u"--fleet"_s, fleet}).output, u"nothing is stale\n"_s);
}

void TestClientCommands::staleServicesAreRestartedAsTheyTurnStale()
{
    const QByteArray stale = R"(,"instance_id":"1","capabilities":["restart"],"code":{"verdict":"stale",)"
                             R"("changed":[{"path":"/a.py"}]},"resources":{"in_flight_requests":%1})";
    const FakeAnswer busy = FakeAnswer::json(body(QByteArray(stale).replace("%1", "1")));
    server->setAnswers("/health/status",
                       {busy, busy, busy, busy, FakeAnswer::json(body(QByteArray(stale).replace("%1", "0")))});
    server->setAnswer("/health/live", FakeAnswer::json(body(R"(,"instance_id":"1")")));
    server->setAnswer("/health/restart",
                      FakeAnswer::json(R"({"error":{"code":"restart_impossible","message":"no such file"}})", 409));
    const QByteArray entry =
        "[[service]]\nname = \"a\"\nurl = \"" + server->url().toUtf8() + "\"\nrestart = { method = \"service\" }\n";
    const QStringList command{u"restart"_s, u"--stale"_s, u"--watch"_s, u"--fleet"_s, fleetFile(entry)};
    const Outcome nobody = run(command);
    QCOMPARE(nobody.code, 2);
    QVERIFY2(nobody.errors.contains(u"restart_on_stale = true"_s), qPrintable(nobody.errors));

    fleetFile(entry + "restart_on_stale = true\n");
    const Outcome untrusted = run(command);
    QCOMPARE(untrusted.code, 2);
    QVERIFY2(untrusted.errors.contains(u"hephaestus trust "_s), qPrintable(untrusted.errors));
    QCOMPARE(run({u"trust"_s, command.last()}).code, 0);
    const std::unique_ptr<QProcess> process = begin(command);
    QByteArray output;
    const auto says = [&](const char *text) {
        output += process->readAllStandardOutput();
        return output.contains(text);
    };
    QTRY_VERIFY2_WITH_TIMEOUT(says("a is stale: the last restart failed: "), output.constData(), 60'000);
    QVERIFY2(output.contains("a is stale: a request is in flight\n") && output.contains("no such file"),
             output.constData());
    process->terminate();
    QTRY_COMPARE(process->state(), QProcess::NotRunning);
    const auto restarts =
        std::count_if(server->requests().begin(), server->requests().end(),
                      [](const QByteArray &request) { return request.startsWith("POST /health/restart "); });
    QCOMPARE(restarts, 1);
    QFile::remove(directory->filePath(u"fleet.toml"_s));
}

void TestClientCommands::whatCannotBeStartedStaysRunning_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<bool>("isGone");
    QTest::newRow("by command, gone") << QByteArray("command") << true;
    QTest::newRow("by command, not executable") << QByteArray("command") << false;
    QTest::newRow("by itself, gone") << QByteArray("service") << true;
    QTest::newRow("by itself, not executable") << QByteArray("service") << false;
}

void TestClientCommands::whatCannotBeStartedStaysRunning()
{
    QFETCH(QByteArray, method);
    QFETCH(bool, isGone);
    QFile program(directory->filePath(u"program"_s));
    QVERIFY(program.open(QIODevice::WriteOnly) && program.write("#!/bin/sh\nexec sleep 1000\n") > 0);
    program.close();
    QVERIFY(program.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    const QByteArray address = "unix:" + directory->filePath(u"a.sock"_s).toUtf8();
    const QString fleet =
        fleetFile("[[service]]\nname = \"a\"\nurl = \"" + address + "\"\nrestart = { method = \"" + method
                  + "\", command = [\"" HEPHAESTUS_PROGRAM "\", \"run\", \"--name\", \"a\", \"--listen\", \"" + address
                  + "\", \"--\", \"" + program.fileName().toUtf8() + "\"] }\n");
    const Receipt up = receiptOf({u"start"_s, u"a"_s, u"--fleet"_s, fleet});
    QVERIFY2(up.ok, qPrintable(up.failure));
    if (isGone)
        QVERIFY(program.remove());
    else
        QVERIFY(program.setPermissions(QFile::ReadOwner | QFile::WriteOwner));
    const Outcome restart = run({u"restart"_s, u"a"_s, u"--fleet"_s, fleet});
    QCOMPARE(restart.code, 1);
    QVERIFY2(restart.output.contains(program.fileName()), qPrintable(restart.output));
    const Receipt again = receiptOf({u"start"_s, u"a"_s, u"--fleet"_s, fleet});
    QVERIFY2(again.ok, qPrintable(again.failure));
    QCOMPARE(again.newInstance, up.newInstance);
}

void TestClientCommands::anInterruptedRestartLeavesTheServiceRunning_data()
{
    QTest::addColumn<int>("number");
    QTest::addColumn<QString>("after"); ///< the step that has ended when the signal comes
    QTest::addColumn<bool>("isByItself");
    const std::pair<const char *, int> signalNumbers[] = {{"INT", SIGINT}, {"TERM", SIGTERM}, {"HUP", SIGHUP}};
    for (const auto &[name, number] : signalNumbers) {
        for (const QString &step : {u"restart a"_s, u"asked"_s, u"drained"_s, u"started"_s})
            QTest::addRow("%s after %s", name, qPrintable(step)) << number << step << false;
        QTest::addRow("%s, of one that restarts itself", name) << number << u"asked"_s << true;
    }
}

void TestClientCommands::anInterruptedRestartLeavesTheServiceRunning()
{
    QFETCH(int, number);
    QFETCH(QString, after);
    QFETCH(bool, isByItself);
    QByteArray entry = fakeEntry("a", {}, "drain"); // long enough to be interrupted
    if (after == "started"_L1)
        makeSlow(entry);
    if (isByItself)
        entry.replace("\"command\", command", "\"service\", command");
    const QString fleet = fleetFile(entry);
    const Receipt up = receiptOf({u"start"_s, u"a"_s, u"--fleet"_s, fleet});
    QVERIFY2(up.ok, qPrintable(up.failure));
    const auto restart = begin({u"restart"_s, u"a"_s, u"--fleet"_s, fleet});
    QString said;
    const auto hasSaid = [&](const QString &words) {
        said += QString::fromUtf8(restart->readAll());
        return said.contains(words);
    };
    QTRY_VERIFY2_WITH_TIMEOUT(hasSaid(after), qPrintable(said), 20'000);
    QVERIFY2(!hasEnded(*restart), qPrintable(said));
    ::kill(pid_t(restart->processId()), number);
    QTRY_VERIFY_WITH_TIMEOUT(hasEnded(*restart), 20'000);
    said += QString::fromUtf8(restart->readAll());
    QCOMPARE(restart->exitStatus(), QProcess::NormalExit);
    QVERIFY2(restart->exitCode() == 128 + number, qPrintable(said));
    // Nobody does anything: it runs, or comes by itself.
    const Outcome wait = run({u"wait"_s, u"a"_s, u"--timeout"_s, u"20s"_s, u"--fleet"_s, fleet});
    QVERIFY2(wait.code == 0, qPrintable(said + wait.output));
    // And is one.
    const Receipt down = receiptOf({u"shutdown"_s, u"a"_s, u"--fleet"_s, fleet});
    QVERIFY2(down.ok, qPrintable(down.failure));
}

void TestClientCommands::aRestartWhoseReaderLeavesIsDone()
{
    const QString fleet = fleetFile(fakeEntry("a", {}, "drain"));
    const Receipt up = receiptOf({u"start"_s, u"a"_s, u"--fleet"_s, fleet});
    QVERIFY2(up.ok, qPrintable(up.failure));
    const auto restart = begin({u"restart"_s, u"a"_s, u"--fleet"_s, fleet});
    QVERIFY(restart->waitForReadyRead());
    restart->closeReadChannel(QProcess::StandardOutput);
    QTRY_VERIFY_WITH_TIMEOUT(hasEnded(*restart), 20'000);
    QCOMPARE(restart->exitStatus(), QProcess::NormalExit);
    QCOMPARE(restart->exitCode(), 0);
    const Receipt again = receiptOf({u"start"_s, u"a"_s, u"--fleet"_s, fleet});
    QVERIFY(again.ok);
    QVERIFY(again.newInstance != up.newInstance);
}

void TestClientCommands::theLaterOfUpAndDownHolds()
{
    QByteArray slow = fakeEntry("a");
    makeSlow(slow);
    const QString fleet = fleetFile(slow + fakeEntry("b", "depends_on = [\"a\"]"));
    const auto up = begin({u"up"_s, u"--fleet"_s, fleet});
    QString said;
    const auto hasSaid = [&](const QString &words) {
        said += QString::fromUtf8(up->readAll());
        return said.contains(words);
    };
    QTRY_VERIFY_WITH_TIMEOUT(hasSaid(u"✓ started"_s), 20'000);
    const Outcome down = run({u"down"_s, u"--fleet"_s, fleet});
    QVERIFY2(down.code == 0, qPrintable(down.output));
    QTRY_VERIFY_WITH_TIMEOUT(hasEnded(*up), 20'000);
    QVERIFY2(hasSaid(u"called off: hephaestus down"_s), qPrintable(said));
    QCOMPARE(up->exitCode(), 1);
    const Outcome status = run({u"status"_s, u"--fleet"_s, fleet});
    QCOMPARE(status.output.count(u"unreachable"_s), 1); // what was never up
    QCOMPARE(status.output.count(u"◌ stopped"_s), 1);
}

void TestClientCommands::anotherCopysServiceIsLeftAlone_data()
{
    QTest::addColumn<QByteArray>("words"); ///< between the program and its address
    QTest::addColumn<QByteArray>("rest");
    QTest::newRow("serve") << QByteArray("\"serve\"") << QByteArray();
    QTest::newRow("run") << QByteArray("\"run\"") << QByteArray(", \"--\", \"sleep\", \"1000\"");
}

void TestClientCommands::anotherCopysServiceIsLeftAlone()
{
    QFETCH(QByteArray, words);
    QFETCH(QByteArray, rest);
    QTcpServer free;
    QVERIFY(free.listen(QHostAddress::LocalHost));
    const QByteArray address = "127.0.0.1:" + QByteArray::number(free.serverPort());
    free.close();
    QStringList fleets;
    for (const QString &copy : {u"one"_s, u"two"_s}) {
        QVERIFY(QDir(directory->path()).mkpath(copy));
        QFile file(directory->filePath(copy + u"/fleet.toml"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("[[service]]\nname = \"a\"\nurl = \"http://" + address
                   + "\"\nrestart = { method = \"command\", command = [\"" HEPHAESTUS_PROGRAM "\", " + words
                   + ", \"--name\", \"a\", \"--listen\", \"" + address + "\"" + rest + "] }\n");
        fleets << file.fileName();
    }
    const Receipt up = receiptOf({u"start"_s, u"a"_s, u"--fleet"_s, fleets[0]});
    QVERIFY2(up.ok, qPrintable(up.failure));
    for (const QStringList &act : {QStringList{u"up"_s}, QStringList{u"restart"_s, u"a"_s},
                                   QStringList{u"shutdown"_s, u"a"_s}, QStringList{u"down"_s}}) {
        const Outcome outcome = run(act + QStringList{u"--fleet"_s, fleets[1]});
        QCOMPARE(outcome.code, 1);
        QVERIFY2(outcome.output.contains(u" is held by "_s) && outcome.output.contains(u"/one, pid "_s),
                 qPrintable(outcome.output));
    }
    const Receipt again = receiptOf({u"start"_s, u"a"_s, u"--fleet"_s, fleets[0]});
    QCOMPARE(again.newInstance, up.newInstance);
    const Receipt down = receiptOf({u"shutdown"_s, u"a"_s, u"--fleet"_s, fleets[0]});
    QVERIFY2(down.ok, qPrintable(down.failure));
}

void TestClientCommands::waitingEndsAtItsDeadline()
{
    const Outcome outcome = run({u"wait"_s, u"http://127.0.0.1:1"_s, u"--timeout"_s, u"100ms"_s});
    QCOMPARE(outcome.code, 1);
    QVERIFY(outcome.output.contains(u"unreachable"_s));
}

void TestClientCommands::waitingKeepsItsDeadlineWhenAServiceDoesNotAnswer()
{
    server->setAnswer("/health/status", FakeAnswer::hang());
    QElapsedTimer clock;
    clock.start();
    const Outcome outcome = run({u"wait"_s, server->url(), u"--timeout"_s, u"200ms"_s});
    QVERIFY(clock.elapsed() < 4'500); // less than a read may take
    QCOMPARE(outcome.code, 1);
    QVERIFY2(outcome.output.contains(u"did not answer within"_s), qPrintable(outcome.output));
}

void TestClientCommands::waitingForFreshCodeExitsWithThree()
{
    server->setAnswer("/health/status", FakeAnswer::json(body(R"(,"code":{"verdict":"stale"})")));
    QCOMPARE(run({u"wait"_s, u"--fresh"_s, server->url(), u"--timeout"_s, u"2s"_s}).code, 3);
    server->setAnswers("/health/status",
                       {FakeAnswer::json(body(R"(,"code":{"verdict":"stale"})")),
                        FakeAnswer::json(body(R"(,"code":{"verdict":"fresh"})"))});
    QCOMPARE(run({u"wait"_s, u"--fresh"_s, server->url()}).code, 0);
}

void TestClientCommands::logsAreShown()
{
    server->setAnswer("/health/logs", FakeAnswer::raw("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\none\ntwo\n"));
    const Outcome outcome = run({u"logs"_s, server->url(), u"--tail"_s, u"2"_s});
    QCOMPARE(outcome.code, 0);
    QCOMPARE(outcome.output, u"one\ntwo\n"_s);
    QVERIFY(server->requests().last().startsWith("GET /health/logs?tail=2&"));
    const QString fleet = fleetFile(fakeEntry("alpha")); // keeps no logs itself: what start kept is shown
    QCOMPARE(run({u"up"_s, u"--fleet"_s, fleet}).code, 0);
    QVERIFY(run({u"logs"_s, u"alpha"_s, u"--fleet"_s, fleet}).output.startsWith(u"listening on http://127.0.0.1:"_s));
}

void TestClientCommands::logsThatNeverEndAreRefused_data()
{
    QTest::addColumn<QByteArray>("position");
    QTest::newRow("the same page again and again") << QByteArray("1");
    QTest::newRow("below 0") << QByteArray("-5");
}

void TestClientCommands::logsThatNeverEndAreRefused()
{
    QFETCH(QByteArray, position);
    const QByteArray line = R"({"position":)" + position
        + R"(,"time":"2026-01-31T12:00:00.000Z","stream":"stdout","text":"here I am"})" + '\n';
    server->setAnswer("/health/logs",
                      FakeAnswer::raw("HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nX-Log-Id: a\r\n"
                                      "X-Next-Position: 2\r\nContent-Length: "
                                      + QByteArray::number(line.size()) + "\r\n\r\n" + line));
    const Outcome outcome = run({u"logs"_s, server->url(), u"--grep"_s, u"here"_s});
    QCOMPARE(outcome.code, position == "1" ? 1 : 0); // what ends below 0 has no lines before
    QVERIFY(server->requests().size() < 10);
}

void TestClientCommands::aScheduledShutdownIsAsked()
{
    server->setAnswers("/health/shutdown/schedule",
                       {FakeAnswer::json(R"({"status":"shutdown_scheduled"})"),
                        FakeAnswer::json(R"({"status":"shutdown_cancelled"})")});
    const Outcome outcome = run({u"shutdown"_s, server->url(), u"--delay"_s, u"1m 30s"_s});
    QCOMPARE(outcome.code, 0);
    QVERIFY(server->requests().last().startsWith("POST /health/shutdown/schedule "));
    QVERIFY(server->requests().last().endsWith(R"({"delay_seconds":90})"));
    QCOMPARE(run({u"shutdown"_s, server->url(), u"--cancel"_s}).code, 0);
    QVERIFY(server->requests().last().startsWith("DELETE /health/shutdown/schedule "));
}

QTEST_GUILESS_MAIN(TestClientCommands)
#include "tst_clientcommands.moc"
