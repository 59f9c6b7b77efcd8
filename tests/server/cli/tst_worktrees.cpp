// SPDX-License-Identifier: GPL-3.0-or-later
//
// A project in two work trees of git: each has its own services, and leaves the other's alone.
#include <QDir>
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

} // namespace

class TestWorktrees : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void eachHasItsOwnPorts();
    void theOthersServiceIsNotTouched();
    void aFailedBuildAndABadEnvironmentFileStopNothing();
    void aChangedEnvironmentFileIsStale();
    void aKeptPortThatAStrangerHoldsIsTold();
    void aProfileIsChosen();
    void checkConfigReadsAFleetFile();

private:
    QString tree(const QString &name) const { return m_root->filePath(name); }
    void write(const QString &path, const QByteArray &text) const
    {
        QFile file(m_root->filePath(path));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(text) == text.size());
    }
    /// The same file in both.
    void writeFleet(const QByteArray &toml) const
    {
        for (const QString &name : {u"shop"_s, u"shop-b"_s})
            write(name + u"/fleet.toml"_s, toml);
    }
    /// Runs in a work tree.
    Outcome run(const QString &name, const QStringList &arguments) const
    {
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"XDG_STATE_HOME"_s, tree(u"state"_s));
        environment.remove(u"HEPHAESTUS_FLEET"_s);
        process.setProcessEnvironment(environment);
        process.setWorkingDirectory(tree(name));
        process.start(QStringLiteral(HEPHAESTUS_PROGRAM), arguments);
        if (!process.waitForFinished(120'000))
            return {};
        return {process.exitCode(), QString::fromUtf8(process.readAllStandardOutput()),
                QString::fromUtf8(process.readAllStandardError())};
    }
    /// The URL of the first service.
    QString urlIn(const QString &name) const
    {
        static const QRegularExpression url(u"\"url\": ?\"([^\"]+)\""_s);
        return url.match(run(name, {u"status"_s, u"--json"_s}).output).captured(1);
    }
    QString instanceIn(const QString &name) const
    {
        static const QRegularExpression id(u"\"instance_id\": ?\"([^\"]+)\""_s);
        return id.match(run(name, {u"status"_s, u"--json"_s}).output).captured(1);
    }

    std::unique_ptr<QTemporaryDir> m_root;
};

void TestWorktrees::init()
{
    m_root = std::make_unique<QTemporaryDir>();
    const QDir root(m_root->path());
    QVERIFY(root.mkpath(u"shop/.git/worktrees/b"_s) && root.mkpath(u"shop-b"_s) && root.mkpath(u"state"_s));
    write(u"shop/.git/HEAD"_s, "ref: refs/heads/main\n");
    write(u"shop/.git/worktrees/b/HEAD"_s, "ref: refs/heads/fix-cart\n");
    write(u"shop/.git/worktrees/b/commondir"_s, "../..\n");
    write(u"shop-b/.git"_s, "gitdir: " + QFile::encodeName(tree(u"shop/.git/worktrees/b"_s)) + "\n");
}

void TestWorktrees::cleanup()
{
    for (const QString &name : {u"shop"_s, u"shop-b"_s})
        run(name, {u"down"_s});
}

void TestWorktrees::eachHasItsOwnPorts()
{
    writeFleet(
        "[[service]]\nname = \"web\"\nport = \"auto\"\n"
        "run = [\"sh\", \"-c\", \"echo port $HEPHAESTUS_PORT is {port} at $HEPHAESTUS_URL_WEB; exec sleep 1000\"]\n");
    for (const QString &name : {u"shop"_s, u"shop-b"_s}) {
        const Outcome up = run(name, {u"up"_s});
        QVERIFY2(up.code == 0, qPrintable(up.output + up.errors));
        static const QRegularExpression told(u"port (\\d+) is (\\d+) at http://127.0.0.1:(\\d+)"_s);
        const QRegularExpressionMatch ports = told.match(run(name, {u"logs"_s, u"web"_s}).output);
        QVERIFY(ports.hasMatch());
        QCOMPARE(ports.captured(1), ports.captured(2));
        QCOMPARE(ports.captured(3), ports.captured(2));
    }
    const QString url = urlIn(u"shop"_s);
    QVERIFY(url != urlIn(u"shop-b"_s));
    const QString other = instanceIn(u"shop-b"_s);
    const Outcome down = run(u"shop"_s, {u"down"_s});
    QVERIFY2(down.code == 0, qPrintable(down.output + down.errors));
    QCOMPARE(instanceIn(u"shop-b"_s), other);
    QCOMPARE(run(u"shop-b"_s, {u"status"_s}).code, 0);
    QCOMPARE(run(u"shop"_s, {u"up"_s}).code, 0);
    QCOMPARE(urlIn(u"shop"_s), url); // kept
}

void TestWorktrees::theOthersServiceIsNotTouched()
{
    QTcpServer free;
    QVERIFY(free.listen(QHostAddress::LocalHost));
    const QByteArray port = QByteArray::number(free.serverPort());
    free.close();
    writeFleet("[[service]]\nname = \"web\"\nurl = \"http://127.0.0.1:" + port + "\"\nrun = [\"sleep\", \"1000\"]\n");
    const Outcome up = run(u"shop-b"_s, {u"up"_s});
    QVERIFY2(up.code == 0, qPrintable(up.output + up.errors));
    const QString instance = instanceIn(u"shop-b"_s);
    QVERIFY(!instance.isEmpty());
    const QString owner = u"/shop-b, branch fix-cart, pid "_s;
    for (const QStringList &words :
         {QStringList{u"up"_s}, QStringList{u"start"_s, u"web"_s}, QStringList{u"restart"_s, u"web"_s},
          QStringList{u"down"_s}, QStringList{u"shutdown"_s, u"web"_s},
          QStringList{u"shutdown"_s, u"--delay"_s, u"1ms"_s, u"web"_s},
          QStringList{u"shutdown"_s, u"--cancel"_s, u"web"_s}, QStringList{u"status"_s}}) {
        const Outcome refused = run(u"shop"_s, words);
        QVERIFY2(refused.code == 1 && refused.output.contains(owner),
                 qPrintable(words.join(u' ') + refused.output + refused.errors));
        QCOMPARE(instanceIn(u"shop-b"_s), instance);
    }
    QVERIFY(run(u"shop"_s, {u"status"_s}).output.contains(u"foreign"_s));
    QCOMPARE(run(u"shop"_s, {u"restart"_s, u"--stale"_s}).output, u"nothing is stale\n"_s);
    QCOMPARE(run(u"shop"_s, {u"exec"_s, u"--require-fresh"_s, u"--settle"_s, u"10ms"_s, u"--"_s, u"true"_s}).code, 3);
    QCOMPARE(run(u"shop-b"_s, {u"status"_s}).code, 0);
    QCOMPARE(run(u"shop-b"_s, {u"down"_s}).code, 0);
    QCOMPARE(run(u"shop"_s, {u"up"_s}).code, 0);
}

void TestWorktrees::aFailedBuildAndABadEnvironmentFileStopNothing()
{
    writeFleet("[[service]]\nname = \"web\"\nrun = [\"sleep\", \"1000\"]\nenv_file = [\".env\"]\n"
               "build = [\"sh\", \"-c\", \"echo built with $A; exit $A\"]\n");
    write(u"shop/.env"_s, "A=0\n");
    const Outcome up = run(u"shop"_s, {u"up"_s});
    QVERIFY2(up.code == 0 && up.output.contains(u"built"_s), qPrintable(up.output + up.errors));
    const QString instance = instanceIn(u"shop"_s);
    for (const auto &[text, words] : {std::pair("A=3\n", u"built with 3"_s), std::pair("A=3\nno\n", u".env:2"_s)}) {
        write(u"shop/.env"_s, text);
        const Outcome restart = run(u"shop"_s, {u"restart"_s, u"web"_s});
        QVERIFY2(restart.code == 1 && restart.output.contains(words), qPrintable(restart.output + restart.errors));
        QCOMPARE(instanceIn(u"shop"_s), instance);
    }
}

void TestWorktrees::aChangedEnvironmentFileIsStale()
{
    writeFleet("[[service]]\nname = \"web\"\nrun = [\"sleep\", \"1000\"]\nenv_file = [\".env\"]\n");
    write(u"shop/.env"_s, "MODEL=small\n");
    QCOMPARE(run(u"shop"_s, {u"up"_s}).code, 0);
    const QStringList freshness{u"wait"_s, u"--fresh"_s, u"--timeout"_s, u"60s"_s, u"web"_s};
    QCOMPARE(run(u"shop"_s, freshness).code, 0);
    write(u"shop/.env"_s, "MODEL=secret\n");
    const QString json = run(u"shop"_s, {u"status"_s, u"--json"_s}).output;
    QVERIFY2(json.contains(u"stale"_s) && json.contains(u"MODEL"_s) && !json.contains(u"secret"_s), qPrintable(json));
    const Outcome restart = run(u"shop"_s, {u"restart"_s, u"--stale"_s});
    QVERIFY2(restart.code == 0, qPrintable(restart.output + restart.errors));
    QCOMPARE(run(u"shop"_s, freshness).code, 0);
}

void TestWorktrees::aKeptPortThatAStrangerHoldsIsTold()
{
    writeFleet("[[service]]\nname = \"web\"\nrun = [\"sleep\", \"1000\"]\n");
    const QString port = urlIn(u"shop"_s).section(u':', -1);
    QTcpServer stranger;
    QVERIFY(stranger.listen(QHostAddress::LocalHost, port.toUShort()));
    const Outcome up = run(u"shop"_s, {u"up"_s});
    QCOMPARE(up.code, 1);
    QVERIFY2(up.output.contains(u"(pid %1"_s.arg(QCoreApplication::applicationPid())), qPrintable(up.output));
}

void TestWorktrees::aProfileIsChosen()
{
    writeFleet("[[service]]\nname = \"web\"\nrun = [\"sleep\", \"1000\"]\n"
               "[[service]]\nname = \"mail\"\nrun = [\"sleep\", \"1000\"]\nprofile = [\"dev\"]\n");
    QVERIFY(!run(u"shop"_s, {u"up"_s}).output.contains(u"mail"_s));
    QVERIFY(run(u"shop"_s, {u"up"_s, u"--profile"_s, u"dev"_s}).output.contains(u"mail: started"_s));
    const Outcome unknown = run(u"shop"_s, {u"up"_s, u"--profile"_s, u"deb"_s});
    QCOMPARE(unknown.code, 2);
    QVERIFY2(unknown.errors.contains(u"did you mean \"dev\"?"_s), qPrintable(unknown.errors));
    QVERIFY(run(u"shop"_s, {u"down"_s}).output.contains(u"mail: stopped"_s));
}

void TestWorktrees::checkConfigReadsAFleetFile()
{
    writeFleet(
        "[[service]]\nname = \"web\"\nrun = [\"a\"]\nready = \"soon\"\nstop_signal = \"KILL\"\nbuilt = [\"make\"]\n");
    const Outcome wrong = run(u"shop"_s, {u"check-config"_s, u"fleet.toml"_s});
    QCOMPARE(wrong.code, 2);
    for (const QString &words : {u"fleet.toml:4: service[0].ready: \"soon\": expected after:TIME"_s,
                                 u"fleet.toml:5: service[0].stop_signal: "_s, u"did you mean \"build\"?"_s})
        QVERIFY2(wrong.errors.contains(words), qPrintable(wrong.errors));
    writeFleet("[[service]]\nname = \"web\"\nport = \"auto\"\nrun = [\"a\", \"{port}\"]\n");
    QCOMPARE(run(u"shop"_s, {u"check-config"_s, u"fleet.toml"_s}).output, u"fleet.toml: ok, 1 services\n"_s);
    QVERIFY(!QFile::exists(tree(u"state/hephaestus/ports"_s)));
}

QTEST_GUILESS_MAIN(TestWorktrees)
#include "tst_worktrees.moc"
