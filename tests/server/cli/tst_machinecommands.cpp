// SPDX-License-Identifier: GPL-3.0-or-later
//
// The commands that look at the whole machine, in a network of their own: they ask every listener.
#include "tests/support/ownnetwork.h"
#include "tests/support/processline.h"

#include <QProcess>
#include <QRegularExpression>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;

namespace {

struct Outcome
{
    int code = -1;
    QString output;
    QString errors;
};

QString &whyNotAlone()
{
    static QString why;
    return why;
}

} // namespace

class TestMachineCommands : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        if (!whyNotAlone().isEmpty())
            QSKIP(qPrintable(u"not permitted here: "_s + whyNotAlone()));
    }
    void theHolderOfAPortIsNamed();
    void aServiceThatLostItsFolderIsPruned();
    void listenersThatSayNothingHideNoService();
    void theDoctorSaysWhatIsWrong();

private:
    std::unique_ptr<QProcess> begin(const QStringList &arguments, const QString &place = {})
    {
        auto process = std::make_unique<QProcess>();
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"XDG_STATE_HOME"_s, state.path());
        process->setProcessEnvironment(environment);
        process->setWorkingDirectory(place);
        process->start(QStringLiteral(HEPHAESTUS_PROGRAM), arguments);
        return process;
    }
    Outcome run(const QStringList &arguments)
    {
        const auto process = begin(arguments);
        bool ended = false; // our listeners live in this thread
        connect(process.get(), &QProcess::finished, this, [&] { ended = true; });
        [&] { QTRY_VERIFY_WITH_TIMEOUT(ended, 60'000); }();
        return {process->exitCode(), QString::fromUtf8(process->readAllStandardOutput()),
                QString::fromUtf8(process->readAllStandardError())};
    }

    QTemporaryDir state;
};

void TestMachineCommands::theHolderOfAPortIsNamed()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    const QString port = QString::number(server.serverPort());
    const QString own = QString::number(QCoreApplication::applicationPid());
    Outcome outcome = run({u"port"_s, port});
    QCOMPARE(outcome.code, 0);
    QVERIFY2(outcome.output.startsWith(u"127.0.0.1:%1 is held by "_s.arg(port)), qPrintable(outcome.output));
    QVERIFY2(outcome.output.contains(u"(pid %1), in "_s.arg(own)), qPrintable(outcome.output));
    outcome = run({u"port"_s, port, u"--json"_s});
    QCOMPARE(outcome.code, 0);
    QVERIFY2(outcome.output.simplified().contains(u"\"pid\": %1, "_s.arg(own)), qPrintable(outcome.output));
    server.close();
    outcome = run({u"port"_s, port});
    QCOMPARE(outcome.code, 1);
    QCOMPARE(outcome.output, u"nobody listens on port %1\n"_s.arg(port));
}

void TestMachineCommands::aServiceThatLostItsFolderIsPruned()
{
    auto project = std::make_unique<QTemporaryDir>();
    const QString folder = project->path();
    auto service = begin({u"serve"_s, u"--listen"_s, u"127.0.0.1:0"_s, u"--name"_s, u"lone"_s}, folder);
    QString said;
    QTRY_VERIFY_WITH_TIMEOUT((said += QString::fromUtf8(service->readAll())).contains(u"listening on "_s), 60'000);
    const QString port = QRegularExpression(u"listening on http://127.0.0.1:(\\d+)"_s).match(said).captured(1);
    const QString own = u"127.0.0.1:"_s + port;
    const auto lineOf = [&](const QString &output) {
        const QStringList lines = output.split(u'\n').filter(own);
        return lines.isEmpty() ? output : lines.first();
    };
    QString line = lineOf(run({u"ps"_s}).output);
    QVERIFY2(line.contains("lone"_L1) && line.endsWith(folder), qPrintable(line));
    QCOMPARE(run({u"prune"_s, u"--yes"_s, port}).output, u"no service of yours has lost its folder\n"_s);

    project.reset();
    line = lineOf(run({u"ps"_s}).output);
    QVERIFY2(line.endsWith(folder + u" (is gone)"_s), qPrintable(line));
    Outcome outcome = run({u"prune"_s, port}); // nobody is there to be asked
    QCOMPARE(outcome.code, 1);
    QVERIFY2(outcome.errors.contains("nothing was stopped"_L1), qPrintable(outcome.errors));
    QCOMPARE(service->state(), QProcess::Running);
    outcome = run({u"prune"_s, u"--yes"_s, port});
    QVERIFY2(outcome.code == 0, qPrintable(outcome.output + outcome.errors));
    QTRY_COMPARE_WITH_TIMEOUT(service->state(), QProcess::NotRunning, 60'000);
    QCOMPARE(service->exitCode(), 0);
}

void TestMachineCommands::listenersThatSayNothingHideNoService()
{
    std::vector<std::unique_ptr<QTcpServer>> silent;
    for (quint16 port = 2000; port < 2300; ++port) { // they are asked first; nobody else is in this network
        silent.push_back(std::make_unique<QTcpServer>());
        QVERIFY(silent.back()->listen(QHostAddress::LocalHost, port));
    }
    auto service = begin({u"serve"_s, u"--listen"_s, u"127.0.0.1:0"_s, u"--name"_s, u"lone"_s});
    QString said;
    QTRY_VERIFY_WITH_TIMEOUT((said += QString::fromUtf8(service->readAll())).contains(u"listening on "_s), 60'000);
    const QString output = run({u"ps"_s}).output;
    QVERIFY2(output.contains("lone"_L1), qPrintable(output));
}

static const char OldService[] = R"(
import http.server, json
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"status": "healthy", "uptime_seconds": 1, "start_time": "2026-01-01T00:00:00.000Z",
                           "version": "1", "service": "old", "should_shutdown": False,
                           "dependencies": {}, "resources": {}, "implementation": "hephaestus 0.0.1"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
)";

void TestMachineCommands::theDoctorSaysWhatIsWrong()
{
    QTcpServer stranger;
    QVERIFY(stranger.listen(QHostAddress::LocalHost));
    const QTemporaryDir project;
    const QString port = QString::number(stranger.serverPort());
    QProcess old; // a service under an earlier version
    old.start(u"/usr/bin/python3"_s, {u"-c"_s, QString::fromLatin1(OldService)});
    const QByteArray oldPort = Hephaestus::nextLine(old);
    QFile token(project.filePath(u"token"_s));
    QVERIFY(token.open(QIODevice::WriteOnly) && token.write("secret\n") > 0);
    token.close();
    QVERIFY(token.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ReadOther));
    QFile fleet(project.filePath(u"fleet.toml"_s));
    QVERIFY(fleet.open(QIODevice::WriteOnly));
    fleet.write("[[service]]\nname = \"shop\"\nurl = \"http://127.0.0.1:" + port.toUtf8()
                + "\"\nrestart = { method = \"command\", command = [\"sleep\", \"1\"] }\n"
                  "[[service]]\nname = \"locked\"\nurl = \"http://127.0.0.1:1\"\ntoken_file = \"token\"\n"
                  "[[service]]\nname = \"old\"\nurl = \"http://127.0.0.1:"
                + oldPort
                + "\"\n"
                  "[[service]]\nname = \"unit\"\nurl = \"http://127.0.0.1:2\"\n"
                  "restart = { method = \"systemd\", unit = \"a.service\", scope = \"user\" }\n");
    fleet.close();
    QVERIFY(QFile::setPermissions(state.path(), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    const QStringList question{u"doctor"_s, u"--fleet"_s, fleet.fileName()};
    Outcome outcome = run(question);
    QCOMPARE(outcome.code, 1);
    for (const QString &words :
         {u"inotify: "_s, u"open files: "_s, u"clock: "_s, u"state: "_s, u"never run by you"_s, u"hephaestus trust "_s,
          u"◐ advice  token of locked: it is not sent"_s,
          u"address of shop: http://127.0.0.1:%1 is held by "_s.arg(port),
          u"address of locked: http://127.0.0.1:1 is free"_s, u"lingering: "_s, u"session bus: "_s,
          u"version of old: it runs under hephaestus 0.0.1; this is hephaestus "_s})
        QVERIFY2(outcome.output.contains(words), qPrintable(words + u" in:\n"_s + outcome.output));
    QCOMPARE(run({u"trust"_s, fleet.fileName()}).code, 0);
    outcome = run(question);
    QVERIFY2(outcome.output.contains(u"▲ bad     token of locked: "_s), qPrintable(outcome.output));
    QVERIFY(!outcome.output.contains("secret"_L1));
    outcome = run(question + QStringList{u"--json"_s});
    QVERIFY2(outcome.output.contains("\"grade\": \"bad\""_L1), qPrintable(outcome.output));
    old.kill();
    old.waitForFinished();
}

int main(int argc, char **argv)
{
    whyNotAlone() = Hephaestus::Test::enterOwnNetwork();
    QCoreApplication application(argc, argv);
    TestMachineCommands test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_machinecommands.moc"
