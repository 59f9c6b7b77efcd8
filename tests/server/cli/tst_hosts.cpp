// SPDX-License-Identifier: GPL-3.0-or-later
//
// Services of another machine, through a real sshd: that machine has a home, a fleet file and a state of its own.
#include "common/client/remotehost.h"
#include "common/protocol/fleetlistingcodec.h"
#include "common/protocol/receiptcodec.h"
#include "tests/support/ownnetwork.h"
#include "tests/support/processend.h"
#include "tests/support/sanitizer.h"
#include "tests/support/sshhost.h"

#include <QDir>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QScopeGuard>
#include <QSet>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace Hephaestus;
using namespace Hephaestus::Test;
using namespace Qt::StringLiterals;

namespace {

struct Outcome
{
    int code = -1;
    QString output;
    QString errors;
};

quint16 freePort()
{
    QTcpServer server;
    return server.listen(QHostAddress::LocalHost) ? server.serverPort() : 0;
}

/// A command with `--host`, and what comes of it.
struct HostCall
{
    const char *name; ///< of the row
    QStringList arguments;
    int code = 0;
    QString says{};         ///< on either output
    QString commandThere{}; ///< how a command line began that the host got; empty: none, it is refused
    QByteArray input{};
};

const QByteArray Initialize =
    R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},)"
    R"("clientInfo":{"name":"test","version":"1"}}})"
    "\n";

/// `port`: where web listens.
QList<HostCall> hostCalls(const QString &port)
{
    const QString fleet = u".config/hephaestus/fleet.toml"_s;
    const QString listing = u"hephaestus fleet --json"_s;
    return {
        {"serve", {u"serve"_s}, 2, u"--host: a service is started on its own machine"_s},
        {"run", {u"run"_s, u"--"_s, u"true"_s}, 2, u"--host: the wrapper is on the machine of its program"_s},
        {"status", {u"status"_s}, 0, u"● healthy"_s, listing},
        {"shutdown", {u"shutdown"_s, u"web"_s}, 0, u"stopped on build1"_s, u"hephaestus shutdown --json --steps"_s},
        {"restart", {u"restart"_s, u"web"_s}, 0, u"restarted on build1"_s, u"hephaestus restart --json --steps"_s},
        {"start", {u"start"_s, u"web"_s}, 0, u"start web on build1"_s, u"hephaestus start --json --steps"_s},
        {"up", {u"up"_s}, 0, u"start web on build1"_s, u"hephaestus start --json --steps"_s},
        {"down", {u"down"_s}, 0, u"stopped on build1"_s, u"hephaestus shutdown --json --steps"_s},
        {"fleet", {u"fleet"_s}, 0, u"shop"_s, listing},
        {"wait", {u"wait"_s, u"web"_s}, 0, {}, listing},
        {"exec", {u"exec"_s, u"--require-fresh"_s, u"--"_s, u"echo"_s, u"run here"_s}, 0, u"run here"_s, listing},
        {"affected", {u"affected"_s, u"a.txt"_s}, 1, u"/home/a.txt"_s, u"hephaestus affected a.txt"_s},
        {"logs", {u"logs"_s, u"web"_s}, 0, {}, u"hephaestus logs web"_s},
        {"events", {u"events"_s}, 0, u"web"_s, u"hephaestus events"_s},
        {"events that are followed", {u"events"_s, u"--follow"_s, u"nobody"_s}, 2, u"no service \"nobody\""_s, listing},
        {"hooks", {u"hooks"_s}, 0, u"team: "_s, u"hephaestus hooks"_s},
        {"doctor", {u"doctor"_s}, 0, u"address of web: "_s, u"hephaestus doctor"_s},
        {"deploy-check", {u"deploy-check"_s}, 2, u"--host: the server is named without it"_s},
        {"ps", {u"ps"_s}, 0, u"web"_s, u"hephaestus ps"_s},
        {"prune", {u"prune"_s, u"1"_s, u"--yes"_s}, 0, u"no service of yours"_s, u"hephaestus prune 1 --yes"_s},
        {"port", {u"port"_s, port}, 0, u"web"_s, u"hephaestus port "_s + port},
        {"targets", {u"targets"_s}, 0, u"127.0.0.1:"_s + port, u"hephaestus targets"_s},
        {"targets that are served",
         {u"targets"_s, u"--http"_s, u"127.0.0.1:0"_s},
         2,
         u"--http: this machine serves the list"_s},
        {"init",
         {u"init"_s, u"--directory"_s, u"shop"_s, u"--yes"_s},
         0,
         u"/home/shop/fleet.toml"_s,
         u"hephaestus init --directory shop --yes"_s},
        {"init without an answer",
         {u"init"_s, u"--directory"_s, u"shop"_s},
         1,
         u"nothing was written; --yes"_s,
         u"hephaestus init --directory shop"_s},
        {"mcp", {u"mcp"_s}, 0, u"\"serverInfo\""_s, u"hephaestus mcp"_s, Initialize},
        {"mcp install",
         {u"mcp"_s, u"install"_s, u"--client"_s, u"codex"_s, u"--yes"_s},
         0,
         u"/home/.codex/config.toml"_s,
         u"hephaestus mcp install --client codex --yes"_s},
        {"trust", {u"trust"_s, fleet}, 0, u"web: "_s, u"hephaestus trust "_s + fleet},
        {"check-config", {u"check-config"_s, fleet}, 0, u": ok, 1 services"_s, u"hephaestus check-config "_s + fleet},
        {"before the command", {u"port"_s, port}, 0, u"web"_s, u"hephaestus port "_s + port},
    };
}

/// Of the network of its own; empty: it has one.
QString &whyNotAlone()
{
    static QString why;
    return why;
}

/// How many processes have these arguments.
int countOf(const QByteArray &arguments)
{
    int count = 0;
    for (const QString &pid : QDir(u"/proc"_s).entryList({u"[0-9]*"_s}, QDir::Dirs)) {
        QFile file(u"/proc/%1/cmdline"_s.arg(pid));
        count += file.open(QIODevice::ReadOnly) && file.readAll() == arguments ? 1 : 0;
    }
    return count;
}

} // namespace

class TestHosts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void theFleetOfAHostAppears();
    void aHostAloneBringsItsFleet();
    void aNewServerIsExamined();
    void whatAServerSaysIsNoCommandOfOurs();
    void aCommandThatIsTooLongIsToldOf();
    void aServiceIsRestartedThere();
    void aHostileNameIsNoShellText();
    void whatKeepsAHostAwayIsToldOnce();
    void withoutHephaestusThereNothingIsStoppedForGood();
    void aHostThatWritesWithoutEndIsLeft_data();
    void aHostThatWritesWithoutEndIsLeft();
    void aLostConnectionLeavesItRunningOnce_data();
    void aLostConnectionLeavesItRunningOnce();
    void oneOfTwoHostsIsLost();
    void everyCommandIsDoneThereOrSaysWhyNot_data();
    void everyCommandIsDoneThereOrSaysWhyNot();
    void everyCommandHasARow();
    void aConversationEndsWithItsConnection();
    void anInterruptEndsTheCommandThere();
    void commandsAboutAMachineRunThere();
    void aFileSaysWhatIsWrongWithAHost_data();
    void aFileSaysWhatIsWrongWithAHost();

private:
    QProcessEnvironment environment() const
    {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"XDG_STATE_HOME"_s, m_desk->filePath(u"state"_s));
        environment.insert(u"XDG_CONFIG_HOME"_s, m_desk->filePath(u"config"_s));
        environment.remove(u"HEPHAESTUS_FLEET"_s);
        return environment;
    }

    /// As if typed at the desk.
    void begin(QProcess &process, const QStringList &arguments) const
    {
        process.setProcessEnvironment(environment());
        process.setWorkingDirectory(m_desk->path());
        process.start(QStringLiteral(HEPHAESTUS_PROGRAM), arguments);
    }

    Outcome run(const QStringList &arguments, const QByteArray &input = {}) const
    {
        QProcess process;
        begin(process, arguments);
        process.write(input);
        process.closeWriteChannel();
        if (!process.waitForFinished(120'000))
            return {};
        return {process.exitCode(), QString::fromUtf8(process.readAllStandardOutput()),
                QString::fromUtf8(process.readAllStandardError())};
    }

    /// On the host itself, without ssh.
    Outcome runThere(const QStringList &arguments) const
    {
        QProcess process;
        QProcessEnvironment there = QProcessEnvironment::systemEnvironment();
        there.insert(u"HOME"_s, m_host->home());
        there.insert(u"XDG_STATE_HOME"_s, m_host->file("state"));
        there.remove(u"XDG_CONFIG_HOME"_s);
        there.remove(u"HEPHAESTUS_FLEET"_s);
        process.setProcessEnvironment(there);
        process.setWorkingDirectory(m_host->home());
        process.start(QStringLiteral(HEPHAESTUS_PROGRAM), arguments);
        if (!process.waitForFinished(120'000))
            return {};
        return {process.exitCode(), QString::fromUtf8(process.readAllStandardOutput()),
                QString::fromUtf8(process.readAllStandardError())};
    }

    static QByteArray quoted(const QString &name)
    {
        QString text = name;
        return '"' + text.replace(u'\\', u"\\\\"_s).replace(u'"', u"\\\""_s).toUtf8() + '"';
    }

    /// The service as its own machine starts it, and as the desk names it.
    void writeFleets(const QString &name = u"web"_s)
    {
        const QByteArray url = "url = \"http://127.0.0.1:" + QByteArray::number(m_port) + "\"\n";
        m_host->writeFleet(
            "[[service]]\nname = " + quoted(name) + "\ngroup = \"shop\"\n" + url
            + "restart = { method = \"command\", command = [\"hephaestus\", \"run\", \"--name\", \"web\", "
              "\"--listen\", \"127.0.0.1:"
            + QByteArray::number(m_port) + "\", \"--\", \"sleep\", \"" + m_time + "\"] }\n");
        QFile file(m_desk->filePath(u"fleet.toml"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("[[host]]\nname = \"build1\"\n[[service]]\nhost = \"build1\"\nname = " + quoted(name) + '\n' + url);
    }

    void writeDesk(const QByteArray &toml) const
    {
        QFile file(m_desk->filePath(u"fleet.toml"_s));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(toml) == toml.size());
    }

    /// The desk's file is about that host, instead of build1.
    void nameHost(const QByteArray &name) const
    {
        QFile file(m_desk->filePath(u"fleet.toml"_s));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray text = file.readAll().replace("build1", name);
        file.close();
        writeDesk(text);
    }

    Receipt receiptIn(const QString &output) const
    {
        for (const QString &line : output.split(u'\n')) {
            if (const Result<Receipt> receipt = decodeReceipt(line.toUtf8()))
                return *receipt;
        }
        return {};
    }

    void awaitMoment(QProcess &process, const QString &moment, QByteArray &output) const;

    int running() const { return countOf("sleep" + QByteArray(1, '\0') + m_time + QByteArray(1, '\0')); }

    std::unique_ptr<SshHost> m_host;
    std::unique_ptr<QTemporaryDir> m_desk;
    quint16 m_port = 0;
    QByteArray m_time; ///< of the program's sleep: it is told from all others by that
};

void TestHosts::initTestCase()
{
    m_host = std::make_unique<SshHost>();
    QVERIFY2(m_host->start(QFileInfo(QStringLiteral(HEPHAESTUS_PROGRAM)).absolutePath()), qPrintable(m_host->why()));
}

void TestHosts::init()
{
    m_desk = std::make_unique<QTemporaryDir>();
    m_port = freePort();
    m_time = "1000." + QByteArray::number(m_port);
    writeFleets();
    QDir(m_desk->path()).mkpath(u".git"_s); // no fleet file above it counts
}

void TestHosts::cleanup()
{
    runThere({u"down"_s});
    m_desk.reset();
}

void TestHosts::theFleetOfAHostAppears()
{
    const Outcome down = run({u"status"_s, u"--host"_s, u"build1"_s});
    QVERIFY2(down.output.contains(u"unreachable"_s) && down.output.contains(u"refused the connection"_s),
             qPrintable(down.output + down.errors));
    const Outcome up = run({u"up"_s, u"--host"_s, u"build1"_s});
    QVERIFY2(up.code == 0 && up.output.contains(u"start web on build1"_s), qPrintable(up.output + up.errors));
    QCOMPARE(running(), 1);
    const Outcome status = run({u"status"_s, u"--host"_s, u"build1"_s});
    QVERIFY2(status.code == 0 && status.output.contains(u"● healthy"_s), qPrintable(status.output + status.errors));
    const Outcome listed = run({u"fleet"_s, u"--json"_s, u"--host"_s, u"build1"_s});
    const Result<FleetListing> fleet = decodeFleetListing(listed.output.toUtf8());
    QVERIFY2(fleet, qPrintable(listed.output + listed.errors));
    QCOMPARE(fleet->services.size(), 1);
    QCOMPARE(fleet->services.first().group, u"shop"_s);
    // And the desk's own file names the same service.
    const Outcome own = run({u"status"_s, u"--json"_s});
    QVERIFY2(own.code == 0 && own.output.contains(u"\"host\": \"build1\""_s), qPrintable(own.output + own.errors));
    const Outcome waited = run({u"wait"_s, u"web"_s});
    QVERIFY2(waited.code == 0, qPrintable(waited.errors));
    QVERIFY(run({u"logs"_s, u"web"_s}).code == 0);
    QVERIFY2(run({u"status"_s, u"--host"_s, u"build1"_s, u"http://127.0.0.1:%1"_s.arg(m_port)}).code == 0, "by URL");
    QCOMPARE(run({u"down"_s, u"--host"_s, u"build1"_s}).code, 0);
    QTRY_COMPARE(running(), 0);
}

void TestHosts::aHostAloneBringsItsFleet()
{
    // The desk's own service has the name of one there.
    writeDesk("[[host]]\nname = \"build1\"\n[[service]]\nname = \"web\"\nurl = \"http://127.0.0.1:1\"\n");
    const Outcome up = run({u"start"_s, u"build1/web"_s});
    QVERIFY2(up.code == 0 && up.output.contains(u"start build1/web on build1"_s), qPrintable(up.output + up.errors));
    QCOMPARE(running(), 1);
    const Outcome status = run({u"status"_s});
    QVERIFY2(status.output.contains(u"build1/web"_s) && status.output.contains(u"● healthy"_s),
             qPrintable(status.output + status.errors));
    QCOMPARE(run({u"restart"_s, u"build1/web"_s}).code, 0);
    QCOMPARE(running(), 1);
    m_host->useKey("other_key"); // who cannot ask does not say that this is all
    writeDesk("[[host]]\nname = \"build1\"\n");
    for (const QStringList &words : {QStringList{u"status"_s}, {u"up"_s}}) {
        const Outcome away = run(words);
        QVERIFY2(away.code == 1 && away.errors.contains(u"its services are not known"_s)
                     && away.errors.contains(u"permission denied"_s),
                 qPrintable(away.output + away.errors));
    }
    QCOMPARE(run({u"exec"_s, u"--require-fresh"_s, u"--"_s, u"true"_s}).code, 1);
    writeDesk("[[host]]\nname = \"build1\"\n[[service]]\nname = \"a\"\nurl = \"http://127.0.0.1:1\"\n");
    QCOMPARE(run({u"exec"_s, u"--require-fresh"_s, u"--"_s, u"true"_s}).code, 3);
    m_host->useKey("user_key");
}

void TestHosts::aNewServerIsExamined()
{
    Outcome outcome = run({u"deploy-check"_s, u"build1"_s});
    for (const QString &words : {u"● good    ssh: build1 is reached without a question"_s,
                                 u"● good    hephaestus: version "_s, u"open files: "_s, u"address of web: "_s})
        QVERIFY2(outcome.output.contains(words), qPrintable(words + u" in:\n"_s + outcome.output + outcome.errors));
    m_host->useKey("other_key");
    outcome = run({u"deploy-check"_s, u"build1"_s});
    m_host->useKey("user_key");
    QCOMPARE(outcome.code, 1);
    QVERIFY2(outcome.output.contains(u"▲ bad     ssh: build1: ssh: permission denied"_s), qPrintable(outcome.output));
    SshHost bare(u"bare"_s);
    QVERIFY2(bare.start(), qPrintable(bare.why()));
    outcome = run({u"deploy-check"_s, u"bare"_s, u"--json"_s});
    QCOMPARE(outcome.code, 1);
    QVERIFY2(outcome.output.contains(u"there is none in the PATH"_s), qPrintable(outcome.output));
    // As its tarball is unpacked.
    QDir(bare.home()).mkpath(u".local/bin"_s);
    QVERIFY(QFile::link(QStringLiteral(HEPHAESTUS_PROGRAM), bare.file("home/.local/bin/hephaestus")));
    outcome = run({u"deploy-check"_s, u"bare"_s, u"--json"_s});
    QVERIFY2(outcome.output.contains(u", as here"_s), qPrintable(outcome.output));
}

/// What is advised is typed, or copied into a shell.
void TestHosts::whatAServerSaysIsNoCommandOfOurs()
{
    const QTemporaryDir programs;
    const auto write = [&](const QString &name, const QByteArray &script) {
        QFile file(programs.filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("#!/bin/sh\n" + script);
        QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    };
    write(u"systemctl"_s,
          "case \"$*\" in\n*list-unit-files*) echo 'hephaestus.service enabled' ;;\n"
          "*list-units*) echo 'hephaestus;touch${IFS}x.service loaded failed failed y'\n"
          "echo 'hephaestus@mcp.service loaded failed failed y' ;;\n*) echo 'systemd 252' ;;\nesac\n");
    write(u"loginctl"_s, "echo no\n");
    write(u"id"_s, "echo 'me;touch${IFS}x'\n");
    SshHost bare(u"bare"_s);
    QVERIFY2(bare.start(programs.path()), qPrintable(bare.why()));
    const Outcome outcome = run({u"deploy-check"_s, u"bare"_s});
    for (const QString &words :
         {u"hephaestus;touch${IFS}x.service has failed"_s, u"`systemctl status` there says why"_s,
          u"`ssh bare systemctl status hephaestus@mcp.service` says why"_s, u"`loginctl enable-linger` there"_s})
        QVERIFY2(outcome.output.contains(words), qPrintable(words + u" in:\n"_s + outcome.output + outcome.errors));
    QVERIFY2(!outcome.output.contains(u"status hephaestus;"_s) && !outcome.output.contains(u"linger me"_s),
             qPrintable(outcome.output));
}

void TestHosts::aCommandThatIsTooLongIsToldOf()
{
    const QString file(60'000, u'x'); // each can be an argument, all of them can not
    const Outcome outcome = run({u"affected"_s, u"--host"_s, u"build1"_s, file, file, file});
    QCOMPARE(outcome.code, 1);
    QVERIFY2(outcome.errors.contains(u"build1: ssh cannot be started: "_s), qPrintable(outcome.errors));
}

void TestHosts::aServiceIsRestartedThere()
{
    QCOMPARE(runThere({u"start"_s, u"web"_s}).code, 0);
    const Outcome text = run({u"restart"_s, u"web"_s});
    QVERIFY2(text.code == 0 && text.output.contains(u"restart web on build1"_s)
                 && text.output.contains(u"restarted on build1 in "_s),
             qPrintable(text.output + text.errors));
    for (const RestartStep step : {RestartStep::Asked, RestartStep::ProcessGone, RestartStep::PortFree,
                                   RestartStep::Started, RestartStep::Healthy})
        QVERIFY2(text.output.contains(u"✓ "_s + wireName(step)), qPrintable(wireName(step)));
    const Outcome json = run({u"restart"_s, u"web"_s, u"--json"_s});
    const Receipt receipt = receiptIn(json.output);
    QVERIFY2(receipt.ok, qPrintable(json.output + json.errors));
    QCOMPARE(receipt.host, u"build1"_s);
    QCOMPARE(receipt.method, u"command"_s);
    QVERIFY(!receipt.newInstance.isEmpty() && receipt.newInstance != receipt.oldInstance);
    QCOMPARE(running(), 1);
    const Receipt stopped = receiptIn(run({u"shutdown"_s, u"web"_s, u"--json"_s}).output);
    QVERIFY2(stopped.ok && stopped.host == "build1"_L1, qPrintable(stopped.failure));
    QTRY_COMPARE(running(), 0);
    const Receipt unknown = receiptIn(run({u"start"_s, u"web"_s, u"--json"_s}).output);
    QVERIFY2(unknown.ok, qPrintable(unknown.failure));
}

void TestHosts::aHostileNameIsNoShellText()
{
    const QString name = u"$(touch x); 'touch y' `touch z` \"a\\b\" !! & -rf"_s;
    writeFleets(name);
    const Outcome started = run({u"start"_s, u"--json"_s, u"--"_s, name});
    const Receipt receipt = receiptIn(started.output);
    QVERIFY2(receipt.ok, qPrintable(started.output + started.errors));
    QCOMPARE(receipt.service, name);
    QCOMPARE(running(), 1);
    for (const char *file : {"x", "y", "z"})
        QVERIFY(!QFileInfo::exists(m_host->home() + u'/' + QLatin1StringView(file)));
}

void TestHosts::whatKeepsAHostAwayIsToldOnce()
{
    QFile file(m_desk->filePath(u"fleet.toml"_s));
    QVERIFY(file.open(QIODevice::Append));
    file.write("[[service]]\nhost = \"build1\"\nname = \"other\"\nurl = \"http://127.0.0.1:1\"\n");
    file.close();
    m_host->know({});
    const Outcome status = run({u"status"_s});
    const Outcome restart = run({u"restart"_s, u"web"_s});
    const Outcome fleet = run({u"status"_s, u"--host"_s, u"build1"_s});
    m_host->know(m_host->hostKey());
    const QString trouble = u"build1: ssh: host key not known; run `ssh build1` once"_s;
    QCOMPARE(status.code, 1);
    QVERIFY2(status.output.count(trouble) == 1 && status.output.count(u"no connection to build1"_s) == 2,
             qPrintable(status.output));
    QVERIFY2(restart.code == 1 && restart.output.contains(trouble + u"; nothing was done"_s),
             qPrintable(restart.output));
    QVERIFY2(fleet.code == 1 && fleet.errors.contains(trouble), qPrintable(fleet.errors));
}

void TestHosts::withoutHephaestusThereNothingIsStoppedForGood()
{
    QCOMPARE(runThere({u"start"_s, u"web"_s}).code, 0);
    SshHost bare(u"bare"_s);
    QVERIFY2(bare.start(), qPrintable(bare.why()));
    nameHost("bare");
    const Receipt refused = receiptIn(run({u"start"_s, u"web"_s, u"--json"_s}).output);
    QVERIFY2(refused.failure.contains(u"there is no hephaestus on bare"_s), qPrintable(refused.failure));
    // A wrapper restarts itself: for that the endpoints are enough.
    const Receipt restarted = receiptIn(run({u"restart"_s, u"web"_s, u"--json"_s}).output);
    QVERIFY2(restarted.ok && restarted.note.contains(u"by its endpoints alone"_s),
             qPrintable(restarted.failure + restarted.note));
    QCOMPARE(running(), 1);
    const Receipt stopped = receiptIn(run({u"shutdown"_s, u"web"_s, u"--json"_s}).output);
    QVERIFY2(stopped.ok && stopped.host == "bare"_L1, qPrintable(stopped.failure));
    QTRY_COMPARE(running(), 0);
    const Receipt gone = receiptIn(run({u"restart"_s, u"web"_s, u"--json"_s}).output);
    QVERIFY(!gone.ok);
    const Outcome fleet = run({u"status"_s, u"--host"_s, u"bare"_s});
    QVERIFY2(fleet.code == 1 && fleet.errors.contains(u"no hephaestus on bare"_s), qPrintable(fleet.errors));
}

void TestHosts::aHostThatWritesWithoutEndIsLeft_data()
{
    QTest::addColumn<QByteArray>("program");
    QTest::addColumn<QString>("why");
    QTest::newRow("a line") << QByteArray("yes | tr -d '\\n'") << u"a line without an end"_s;
    QTest::newRow("errors") << QByteArray("yes | head -c 40000000 >&2; exit 4") << u"ended with exit code 4"_s;
}

void TestHosts::aHostThatWritesWithoutEndIsLeft()
{
    QFETCH(QByteArray, program);
    QFETCH(QString, why);
    QFile liar(m_desk->filePath(u"hephaestus"_s));
    QVERIFY(liar.open(QIODevice::WriteOnly));
    liar.write("#!/bin/sh\n" + program + '\n');
    QVERIFY(liar.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    liar.close();
    SshHost host(u"liar"_s);
    QVERIFY2(host.start(m_desk->path()), qPrintable(host.why()));
    nameHost("liar");
    const Outcome started = run({u"start"_s, u"web"_s, u"--json"_s});
    QCOMPARE(started.code, 1);
    const QString failure = receiptIn(started.output).failure;
    QVERIFY2(failure.contains(why) && failure.size() < 1'000, qPrintable(failure.left(1'000)));
    QCOMPARE(run({u"status"_s, u"--host"_s, u"liar"_s}).code, 1);
}

void TestHosts::aLostConnectionLeavesItRunningOnce_data()
{
    QTest::addColumn<QString>("moment");
    QTest::addColumn<QString>("then");
    QTest::newRow("while it connects") << u"connecting"_s << QString();
    QTest::newRow("as the request arrives") << u"requested"_s << QString();
    for (const RestartStep step : {RestartStep::Asked, RestartStep::Drained, RestartStep::Cleaned,
                                   RestartStep::ProcessGone, RestartStep::PortFree, RestartStep::Started,
                                   RestartStep::Ready, RestartStep::Healthy, RestartStep::CodeCompared})
        QTest::newRow(qPrintable(wireName(step))) << wireName(step) << QString();
    QTest::newRow("again, as it asks how it came out") << wireName(RestartStep::Asked) << u"again"_s;
    QTest::newRow("for longer, with the server") << wireName(RestartStep::Drained) << u"gone"_s;
}

/// Until the restart under way has come so far.
void TestHosts::awaitMoment(QProcess &process, const QString &moment, QByteArray &output) const
{
    if (moment == "connecting"_L1)
        QTRY_VERIFY(m_host->connections() > 0);
    else if (moment == "requested"_L1)
        QTRY_VERIFY(!m_host->commands().filter(u"hephaestus restart "_s).isEmpty());
    else {
        const auto isReached = [&] {
            for (const QByteArray &line : output.split('\n')) {
                const Result<ActNews> news = decodeActNews(line);
                if (news && news->step && news->step->name.text() == moment)
                    return true;
            }
            return false;
        };
        while (!isReached() && process.waitForReadyRead(60'000))
            output += process.readAllStandardOutput();
        QVERIFY2(isReached(), output.constData());
    }
}

void TestHosts::aLostConnectionLeavesItRunningOnce()
{
    QFETCH(QString, moment);
    QFETCH(QString, then);
    const Receipt first = receiptIn(runThere({u"start"_s, u"web"_s, u"--json"_s}).output);
    QVERIFY2(first.ok, qPrintable(first.failure));
    m_host->forgetCommands();
    QProcess process;
    QByteArray output;
    begin(process, {u"restart"_s, u"web"_s, u"--json"_s, u"--steps"_s});
    awaitMoment(process, moment, output);
    if (then == "gone"_L1) {
        m_host->stop();
        while (!output.contains("waiting for it") && process.waitForReadyRead(60'000))
            output += process.readAllStandardOutput();
        QVERIFY2(m_host->listen(), qPrintable(m_host->why()));
    } else {
        m_host->cut();
    }
    if (then == "again"_L1) { // it has come to ask how the restart came out
        QTRY_VERIFY(!m_host->commands().filter(u"hephaestus start "_s).isEmpty());
        m_host->cut();
    }
    QVERIFY(hasEnded(process, 120'000));
    output += process.readAllStandardOutput();
    const Receipt receipt = receiptIn(QString::fromUtf8(output));
    QTRY_COMPARE(running(), 1);
    const Receipt now = receiptIn(runThere({u"start"_s, u"web"_s, u"--json"_s}).output);
    QVERIFY(now.ok && now.steps.isEmpty());
    if (moment == "connecting"_L1 && !receipt.ok) { // it had not been asked
        QVERIFY2(receipt.failure.contains(u"nothing was done"_s), qPrintable(receipt.failure));
        QCOMPARE(now.newInstance, first.newInstance);
        return;
    }
    QVERIFY2(receipt.ok, output.constData());
    QVERIFY(receipt.newInstance != first.newInstance);
    QCOMPARE(receipt.newInstance, now.newInstance);
    QCOMPARE(receipt.oldInstance, first.newInstance);
    QVERIFY2(moment == "connecting"_L1 || receipt.note.contains(u"the connection to build1 was lost"_s),
             qPrintable(receipt.note));
}

void TestHosts::oneOfTwoHostsIsLost()
{
    SshHost north(u"north"_s);
    SshHost south(u"south"_s);
    north.beUser("deployn", 61001);
    south.beUser("deploys", 61002);
    south.knowToo(north);
    const QString programs = QFileInfo(QStringLiteral(HEPHAESTUS_PROGRAM)).absolutePath();
    QVERIFY2(north.start(programs) && south.start(programs), qPrintable(north.why() + south.why()));
    const QByteArrayList names{"web", "store", "cart"};
    QByteArrayList there;
    QByteArray desk = "[[host]]\nname = \"north\"\n[[host]]\nname = \"south\"\n";
    for (const QByteArray &name : names) {
        const QByteArray entry =
            "[[service]]\nname = \"" + name + "\"\nurl = \"http://127.0.0.1:" + QByteArray::number(freePort()) + "\"\n";
        there << entry + "run = [\"sleep\", \"1000\"]\n";
        desk += entry + "host = \"" + (name == "web" ? "north" : "south") + "\"\n";
    }
    north.writeFleet(there[0]);
    south.writeFleet(there[1] + there[2]);
    writeDesk(desk);
    const auto stop = qScopeGuard([&] { run({u"down"_s}); });

    Outcome outcome = run({u"up"_s});
    QVERIFY2(outcome.code == 0, qPrintable(outcome.output + outcome.errors));
    const auto ownerOf = [](const SshHost &host) { return QFileInfo(host.file("state/hephaestus/acts")).ownerId(); };
    if (north.hasOwnUser()) {
        QCOMPARE(ownerOf(north), 61001u);
        QCOMPARE(ownerOf(south), 61002u);
    }
    const auto instances = [this] {
        QMap<QString, QString> found;
        const QString listed = run({u"status"_s, u"--json"_s}).output;
        const QJsonArray services = QJsonDocument::fromJson(listed.toUtf8()).array();
        for (const QJsonValue &each : services)
            found.insert(each["name"_L1].toString(), each["report"_L1]["instance_id"_L1].toString());
        return found;
    };
    const QMap<QString, QString> before = instances();
    QVERIFY2(before.size() == 3 && !before.values().contains(QString()), qPrintable(before.values().join(u' ')));

    south.stop();
    outcome = run({u"status"_s});
    QCOMPARE(outcome.code, 1);
    QCOMPARE(outcome.output.count(u"● healthy"_s), 1);
    QCOMPARE(outcome.output.count(u"no connection to south"_s), 2);
    QCOMPARE(outcome.output.count(u"south: ssh: "_s), 1);
    outcome = run({u"events"_s});
    QVERIFY2(outcome.output.count(u"south: ssh: "_s) == 1 && !outcome.output.contains(u"ended: "_s),
             qPrintable(outcome.output));
    outcome = run({u"restart"_s, u"web"_s, u"store"_s, u"cart"_s});
    QCOMPARE(outcome.code, 1);
    QVERIFY2(outcome.output.contains(u"restarted on north in "_s) && outcome.output.count(u"south: ssh: "_s) == 1
                 && outcome.output.contains(u"cart: failed as store did"_s),
             qPrintable(outcome.output));

    QVERIFY2(south.listen(), qPrintable(south.why()));
    QCOMPARE(run({u"status"_s}).code, 0);
    const QMap<QString, QString> after = instances();
    QVERIFY(after["web"_L1] != before["web"_L1]);
    for (const QString &name : {u"store"_s, u"cart"_s})
        QCOMPARE(after[name], before[name]);
}

void TestHosts::everyCommandIsDoneThereOrSaysWhyNot_data()
{
    QTest::addColumn<int>("row");
    const QList<HostCall> calls = hostCalls({});
    for (int row = 0; row < calls.size(); ++row)
        QTest::newRow(calls[row].name) << row;
}

void TestHosts::everyCommandIsDoneThereOrSaysWhyNot()
{
    QFETCH(int, row);
    const HostCall call = hostCalls(QString::number(m_port))[row];
    if (!whyNotAlone().isEmpty() && (call.name == "ps"_L1 || call.name == "prune"_L1))
        QSKIP(qPrintable(u"it would ask every listener of this machine: "_s + whyNotAlone()));
    QFile fleet(m_host->file("home/.config/hephaestus/fleet.toml"));
    QVERIFY(fleet.open(QIODevice::Append));
    fleet.write("[[hook]]\nname = \"team\"\non = [\"down\"]\ncommand = [\"true\"]\n");
    fleet.close();
    QDir(m_host->home()).mkpath(u"shop"_s);
    m_host->write("home/shop/Procfile", "web: sleep 1000\n");
    QFile::remove(m_host->file("home/shop/fleet.toml"));
    if (!call.commandThere.isEmpty())
        QCOMPARE(runThere({u"start"_s, u"web"_s}).code, 0);
    m_host->forgetCommands();

    QStringList words = call.arguments;
    const QStringList host{u"--host"_s, u"build1"_s};
    words = call.name == "before the command"_L1 ? host + words : words.first(1) + host + words.sliced(1);
    const Outcome outcome = run(words, call.input);
    const QString all = outcome.output + outcome.errors;
    QVERIFY2(outcome.code == call.code && all.contains(call.says), qPrintable(all));
    const QStringList commands = m_host->commands();
    if (call.commandThere.isEmpty())
        QCOMPARE(commands, QStringList());
    else
        QVERIFY2(std::any_of(commands.begin(), commands.end(),
                             [&](const QString &each) {
                                 return each.endsWith(u' ' + call.commandThere)
                                     || each.contains(u' ' + call.commandThere + u' ');
                             }),
                 qPrintable(commands.join(u'\n')));
}

void TestHosts::everyCommandHasARow()
{
    const QString help = run({u"--help"_s}).output.section(u"Commands:\n"_s, 1).section(u"\n\n"_s, 0, 0);
    QSet<QString> listed;
    for (const QString &line : help.split(u'\n'))
        listed.insert(line.trimmed().section(u' ', 0, 0));
    QSet<QString> tried;
    for (const HostCall &call : hostCalls({})) {
        const QString command = call.arguments.first();
        tried.insert(command);
        const bool isOffered = run({command, u"--help"_s}).output.contains(u"--host <NAME>"_s);
        const bool isRefused = call.commandThere.isEmpty() && call.name == command;
        QVERIFY2(isOffered != isRefused, qPrintable(command));
    }
    QVERIFY(listed.size() > 20);
    QCOMPARE(tried, listed);
}

void TestHosts::aConversationEndsWithItsConnection()
{
    QProcess process;
    begin(process, {u"mcp"_s, u"--host"_s, u"build1"_s});
    process.write(Initialize);
    QByteArray said;
    while (!said.contains("serverInfo") && process.waitForReadyRead(60'000))
        said += process.readAllStandardOutput();
    m_host->cut();
    QVERIFY(hasEnded(process));
    QCOMPARE(process.exitCode(), 1);
    const QByteArray errors = process.readAllStandardError();
    QVERIFY2(errors.contains("the connection to build1 was lost"), errors.constData());
}

void TestHosts::anInterruptEndsTheCommandThere()
{
    if (UnderThreadSanitizer)
        QSKIP("ThreadSanitizer keeps a signal back while Qt's event loop waits");
    const QByteArray there = "hephaestus" + QByteArray(1, '\0') + "mcp" + QByteArray(1, '\0') + "--allow"
        + QByteArray(1, '\0') + "stop,start" + QByteArray(1, '\0');
    QProcess process;
    begin(process, {u"mcp"_s, u"--host"_s, u"build1"_s, u"--allow"_s, u"stop,start"_s});
    QTRY_COMPARE(countOf(there), 1);
    process.terminate();
    QVERIFY(hasEnded(process));
    QCOMPARE(process.exitCode(), 128 + SIGTERM);
    QTRY_COMPARE(countOf(there), 0);
}

void TestHosts::commandsAboutAMachineRunThere()
{
    QCOMPARE(runThere({u"start"_s, u"web"_s}).code, 0);
    const Outcome port = run({u"port"_s, u"--host"_s, u"build1"_s, QString::number(m_port), u"--json"_s});
    QVERIFY2(port.code == 0 && port.output.contains(u"\"web\""_s), qPrintable(port.output + port.errors));
    const Outcome wrong = run({u"port"_s, u"--host=-oProxyCommand=x"_s, u"1"_s});
    QVERIFY2(wrong.code == 2 && wrong.errors.contains(u"--host: expected what ssh takes"_s), qPrintable(wrong.errors));
}

void TestHosts::aFileSaysWhatIsWrongWithAHost_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("problem");
    const auto row = [](const char *name, const QByteArray &text, const QString &problem) {
        QTest::newRow(name) << text << problem;
    };
    row("unknown", "[[service]]\nname = \"a\"\nurl = \"http://127.0.0.1:1\"\nhost = \"x\"\n",
        u"fleet.toml:4: service[0].host: there is no [[host]] in this file"_s);
    row("near",
        "[[host]]\nname = \"build1\"\n[[service]]\nname = \"a\"\nurl = \"http://127.0.0.1:1\"\nhost = \"build2\"\n",
        u"did you mean \"build1\"?"_s);
    row("option", "[[host]]\nname = \"a\"\nssh = \"-oProxyCommand=x\"\n",
        u"fleet.toml:3: host[0].ssh: expected what ssh"_s);
    row("twice", "[[host]]\nname = \"a\"\n[[host]]\nname = \"a\"\n", u"\"a\" is there twice"_s);
    row("tls", "[[host]]\nname = \"h\"\n[[service]]\nname = \"a\"\nurl = \"https://127.0.0.1:1\"\nhost = \"h\"\n",
        u"ssh is the way there, and encrypts it"_s);
    row("kept port", "[[host]]\nname = \"h\"\n[[service]]\nname = \"a\"\nport = \"auto\"\nhost = \"h\"\n",
        u"a port can be kept on this machine only"_s);
    row("relative socket", "[[host]]\nname = \"h\"\n[[service]]\nname = \"a\"\nurl = \"unix:a.sock\"\nhost = \"h\"\n",
        u"a socket's path begins with /"_s);
    row("unknown key", "[[host]]\nname = \"h\"\nport = 22\n", u"unknown key; expected one of name, ssh"_s);
}

void TestHosts::aFileSaysWhatIsWrongWithAHost()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, problem);
    QFile file(m_desk->filePath(u"fleet.toml"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
    file.close();
    const Outcome outcome = run({u"status"_s, u"--fleet"_s, u"fleet.toml"_s});
    QCOMPARE(outcome.code, 2);
    QVERIFY2(outcome.errors.contains(problem), qPrintable(outcome.errors));
}

int main(int argc, char **argv)
{
    whyNotAlone() = Hephaestus::Test::enterOwnNetwork(); // ps and prune ask every listener
    QCoreApplication application(argc, argv);
    TestHosts test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_hosts.moc"
