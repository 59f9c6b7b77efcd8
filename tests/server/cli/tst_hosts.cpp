// SPDX-License-Identifier: GPL-3.0-or-later
//
// Services of another machine, through a real sshd: that machine has a home, a fleet file and a state of its own.
#include "common/client/remotehost.h"
#include "common/protocol/fleetlistingcodec.h"
#include "common/protocol/receiptcodec.h"
#include "tests/support/sshhost.h"

#include <QDir>
#include <QFileInfo>
#include <QProcess>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

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
    void aServiceIsRestartedThere();
    void aHostileNameIsNoShellText();
    void whatKeepsAHostAwayIsToldOnce();
    void withoutHephaestusThereNothingIsStoppedForGood();
    void aHostThatWritesWithoutEndIsLeft_data();
    void aHostThatWritesWithoutEndIsLeft();
    void aLostConnectionLeavesItRunningOnce_data();
    void aLostConnectionLeavesItRunningOnce();
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

    Outcome run(const QStringList &arguments) const
    {
        QProcess process;
        process.setProcessEnvironment(environment());
        process.setWorkingDirectory(m_desk->path());
        process.start(QStringLiteral(HEPHAESTUS_PROGRAM), arguments);
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
    QTest::newRow("connecting") << QString();
    for (const RestartStep step :
         {RestartStep::Asked, RestartStep::ProcessGone, RestartStep::Started, RestartStep::CodeCompared})
        QTest::newRow(qPrintable(wireName(step))) << wireName(step);
}

void TestHosts::aLostConnectionLeavesItRunningOnce()
{
    QFETCH(QString, moment);
    const Receipt first = receiptIn(runThere({u"start"_s, u"web"_s, u"--json"_s}).output);
    QVERIFY2(first.ok, qPrintable(first.failure));
    QProcess process;
    process.setProcessEnvironment(environment());
    process.setWorkingDirectory(m_desk->path());
    process.start(QStringLiteral(HEPHAESTUS_PROGRAM), {u"restart"_s, u"web"_s, u"--json"_s, u"--steps"_s});
    if (moment.isEmpty())
        QTRY_VERIFY(m_host->connections() > 0);
    QByteArray output;
    bool isCut = moment.isEmpty();
    while (!isCut && process.waitForReadyRead(60'000)) {
        output += process.readAllStandardOutput();
        isCut = output.contains("\"name\":\"" + moment.toUtf8() + "\",\"outcome\":\"running\"")
            || output.contains("\"outcome\":\"running\",\"name\":\"" + moment.toUtf8());
        for (const QByteArray &line : output.split('\n')) {
            const Result<ActNews> news = decodeActNews(line);
            isCut = isCut || (news && news->step && news->step->name.text() == moment);
        }
    }
    QVERIFY2(isCut, output.constData());
    m_host->cut();
    QVERIFY(process.waitForFinished(120'000));
    output += process.readAllStandardOutput();
    const Receipt receipt = receiptIn(QString::fromUtf8(output));
    QTRY_COMPARE(running(), 1);
    const Receipt now = receiptIn(runThere({u"start"_s, u"web"_s, u"--json"_s}).output);
    QVERIFY(now.ok && now.steps.isEmpty());
    if (moment.isEmpty() && !receipt.ok) { // it had not been asked
        QVERIFY2(receipt.failure.contains(u"nothing was done"_s), qPrintable(receipt.failure));
        QCOMPARE(now.newInstance, first.newInstance);
        return;
    }
    QVERIFY2(receipt.ok, output.constData());
    QVERIFY(receipt.newInstance != first.newInstance);
    QCOMPARE(receipt.newInstance, now.newInstance);
    QCOMPARE(receipt.oldInstance, first.newInstance);
    QVERIFY2(moment.isEmpty() || receipt.note.contains(u"the connection to build1 was lost"_s),
             qPrintable(receipt.note));
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

QTEST_GUILESS_MAIN(TestHosts)
#include "tst_hosts.moc"
