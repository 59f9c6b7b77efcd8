// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/client/hostconnection.h"
#include "tests/support/processend.h"

#include "common/client/serviceclient.h"
#include "tests/support/fakehttpserver.h"
#include "tests/support/sshhost.h"

#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

using namespace Hephaestus;
using namespace Hephaestus::Test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

const QByteArray Healthy = R"({"status":"healthy","uptime_seconds":1.5,"start_time":"2025-11-04T12:00:00.000Z",)"
                           R"("version":"1.4.0","service":"orders","instance_id":"a1"})";

Answer<BasicHealth> ask(ServiceClient &client)
{
    std::optional<Answer<BasicHealth>> answer;
    client.askLive([&](const Answer<BasicHealth> &given) { answer = given; });
    [&] { QTRY_VERIFY(answer); }();
    return answer.value_or(Answer<BasicHealth>{});
}

} // namespace

class TestHostConnection : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void manyServicesShareOneConnection();
    void nobodyElseCanReachTheSockets();
    void aPortWithoutAListenerIsRefused();
    void aHostThatForbidsItIsNoServiceThatIsDown();
    void whatKeepsItAwayIsTold_data();
    void whatKeepsItAwayIsTold();
    void aLostConnectionIsOpenedAgain();
    void aTokenGoesThroughIt();
    void aDestinationIsNoOption_data();
    void aDestinationIsNoOption();
    void everyShellReadsTheSameWords_data();
    void everyShellReadsTheSameWords();

private:
    RemoteHost host() const { return {u"build1"_s, u"build1"_s}; }
    ServiceTarget target(const QString &url) const { return {urlThrough(host(), url), {}, {}, host()}; }

    std::unique_ptr<SshHost> m_host;
    std::unique_ptr<FakeHttpServer> m_server;
};

void TestHostConnection::init()
{
    m_host = std::make_unique<SshHost>();
    m_server = std::make_unique<FakeHttpServer>();
    m_server->setAnswer("/health/live", FakeAnswer::json(Healthy));
}

void TestHostConnection::cleanup()
{
    HostConnection::endAll();
    m_server.reset();
    m_host.reset();
}

void TestHostConnection::manyServicesShareOneConnection()
{
    QVERIFY2(m_host->start(), qPrintable(m_host->why()));
    FakeHttpServer other;
    other.setAnswer("/health/live", FakeAnswer::json(Healthy));
    const QTemporaryDir folder;
    QVERIFY(other.listenLocally(folder.filePath(u"other.sock"_s)));
    ServiceClient first(target(m_server->url()));
    ServiceClient second(target(other.url()));
    ServiceClient third(target(u"unix:"_s + folder.filePath(u"other.sock"_s)));
    for (ServiceClient *const client : {&first, &second, &third, &first}) {
        const Answer<BasicHealth> answer = ask(*client);
        QVERIFY2(answer.value, qPrintable(answer.reply.message));
        QCOMPARE(answer.value->instanceId, u"a1"_s);
    }
    QCOMPARE(m_server->connections(), 1); // kept between two reads
    QVERIFY(HostConnection::to(host())->isOpen());
    QCOMPARE(m_server->requests().first().count("Host: 127.0.0.1:"), 1);
    QCOMPARE(m_host->connections(), 1);
}

void TestHostConnection::nobodyElseCanReachTheSockets()
{
    QVERIFY2(m_host->start(), qPrintable(m_host->why()));
    QString path;
    {
        HostConnection connection(host());
        QObject context;
        std::optional<QString> trouble;
        connection.forward({ServiceAddress::Kind::Tcp, u"127.0.0.1"_s, m_server->port(), {}}, &context,
                           [&](const Result<QString> &found) {
                               path = found ? *found : QString();
                               trouble = found ? QString() : found.problem().text();
                           });
        QTRY_VERIFY(trouble);
        QCOMPARE(*trouble, QString());
        struct stat folder = {};
        QCOMPARE(::stat(qPrintable(QFileInfo(path).absolutePath()), &folder), 0);
        QCOMPARE(folder.st_mode & 0777, mode_t(0700));
        QCOMPARE(folder.st_uid, ::geteuid());
        struct stat socket = {};
        QCOMPARE(::stat(qPrintable(path), &socket), 0);
        QCOMPARE(socket.st_mode & 0077, mode_t(0));
    }
    QVERIFY(!QFileInfo::exists(QFileInfo(path).absolutePath()));
    QTRY_COMPARE(m_host->connections(), 0);
}

void TestHostConnection::aPortWithoutAListenerIsRefused()
{
    QVERIFY2(m_host->start(), qPrintable(m_host->why()));
    const QString url = m_server->url();
    m_server.reset();
    ServiceClient client(target(url));
    for (int i = 0; i < 2; ++i) {
        const Answer<BasicHealth> answer = ask(client);
        QCOMPARE(answer.reply.error, ClientError::Refused);
        QCOMPARE(answer.reply.message,
                 u"%1 on build1 refused the connection: nothing listens there"_s.arg(url.sliced(7)));
    }
}

void TestHostConnection::aHostThatForbidsItIsNoServiceThatIsDown()
{
    m_host->configure("AllowTcpForwarding no\n");
    QVERIFY2(m_host->start(), qPrintable(m_host->why()));
    ServiceClient client(target(m_server->url()));
    const Answer<BasicHealth> answer = ask(client);
    QCOMPARE(answer.reply.error, ClientError::Unreachable);
    QVERIFY2(answer.reply.message.contains(u"administratively prohibited"_s), qPrintable(answer.reply.message));
}

void TestHostConnection::whatKeepsItAwayIsTold_data()
{
    QTest::addColumn<QString>("obstacle");
    QTest::addColumn<QString>("trouble");
    QTest::newRow("unknown key") << u"unknown"_s << u"build1: ssh: host key not known; run `ssh build1` once"_s;
    QTest::newRow("changed key") << u"changed"_s
                                 << u"build1: ssh: the host key has changed; `ssh build1` says what to do"_s;
    QTest::newRow("no right") << u"key"_s
                              << u"build1: ssh: permission denied (publickey); `ssh build1` must work without a "
                                 "question (ssh-add loads a key into the agent)"_s;
    QTest::newRow("no server") << u"server"_s << u"Connection refused"_s;
    QTest::newRow("no such name") << u"name"_s << u"build1: ssh: could not resolve the name of build1.invalid"_s;
    QTest::newRow("no ssh") << u"ssh"_s << u"install OpenSSH's client"_s;
}

void TestHostConnection::whatKeepsItAwayIsTold()
{
    QFETCH(QString, obstacle);
    QFETCH(QString, trouble);
    QVERIFY2(m_host->start(), qPrintable(m_host->why()));
    ServiceTarget there = target(m_server->url());
    if (obstacle == "unknown"_L1)
        m_host->know({});
    else if (obstacle == "changed"_L1)
        m_host->know(m_host->otherKey());
    else if (obstacle == "key"_L1)
        m_host->useKey("other_key");
    else if (obstacle == "server"_L1)
        m_host->stop();
    else if (obstacle == "name"_L1)
        there = {urlThrough({u"build1"_s, u"build1.invalid"_s}, m_server->url()),
                 {},
                 {},
                 {u"build1"_s, u"build1.invalid"_s}};
    const QByteArray path = qgetenv("PATH");
    if (obstacle == "ssh"_L1)
        qputenv("PATH", "/nowhere");
    ServiceClient client(there);
    const Answer<BasicHealth> answer = ask(client);
    qputenv("PATH", path);
    QCOMPARE(answer.reply.error, ClientError::HostLost);
    QVERIFY2(answer.reply.message.contains(trouble), qPrintable(answer.reply.message));
    QVERIFY(m_server->requests().isEmpty());
    // What a person must mend is not tried at every poll.
    QCOMPARE(ask(client).reply.message, answer.reply.message);
}

void TestHostConnection::aLostConnectionIsOpenedAgain()
{
    QVERIFY2(m_host->start(), qPrintable(m_host->why()));
    ServiceClient client(target(m_server->url()));
    for (int i = 0; i < 3; ++i) {
        QTRY_VERIFY(ask(client).value);
        m_host->cut();
        QTRY_COMPARE(m_host->connections(), 0);
        const Answer<BasicHealth> answer = ask(client);
        QVERIFY2(answer.value || answer.reply.error == ClientError::HostLost, qPrintable(answer.reply.message));
    }
    m_host->stop();
    QTRY_COMPARE(ask(client).reply.error, ClientError::HostLost);
    QVERIFY2(m_host->listen(), qPrintable(m_host->why()));
    const auto began = std::chrono::steady_clock::now();
    QTRY_VERIFY(ask(client).value);
    qInfo("back after %lld ms", (long long)((std::chrono::steady_clock::now() - began) / 1ms));
}

void TestHostConnection::aTokenGoesThroughIt()
{
    QVERIFY2(m_host->start(), qPrintable(m_host->why()));
    m_server->setAnswer(
        "/health/shutdown/schedule",
        FakeAnswer::json(R"({"status":"shutdown_scheduled","should_shutdown":true,"mode":"scheduled"})"));
    ServiceTarget there = target(m_server->url());
    there.token = u"secret"_s;
    ServiceClient client(there);
    std::optional<Answer<Acknowledgement>> answer;
    client.schedule({}, [&](const Answer<Acknowledgement> &given) { answer = given; });
    QTRY_VERIFY(answer);
    QVERIFY2(answer->value, qPrintable(answer->reply.message));
    QVERIFY(m_server->requests().first().contains("Authorization: Bearer secret"));
}

void TestHostConnection::aDestinationIsNoOption_data()
{
    QTest::addColumn<QString>("ssh");
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("name") << u"build1"_s << QStringList{u"--"_s, u"build1"_s};
    QTest::newRow("user") << u"deploy@build1"_s << QStringList{u"--"_s, u"deploy@build1"_s};
    QTest::newRow("port") << u"deploy@build1:2222"_s << QStringList{u"-p"_s, u"2222"_s, u"--"_s, u"deploy@build1"_s};
    QTest::newRow("uri") << u"ssh://deploy@build1:2222"_s << QStringList{u"--"_s, u"ssh://deploy@build1:2222"_s};
    QTest::newRow("IPv6") << u"fe80::1"_s << QStringList{u"--"_s, u"fe80::1"_s};
    QTest::newRow("option") << u"-oProxyCommand=touch"_s << QStringList();
    QTest::newRow("blank") << u"build1 -v"_s << QStringList();
    QTest::newRow("nothing") << QString() << QStringList();
}

void TestHostConnection::aDestinationIsNoOption()
{
    QFETCH(QString, ssh);
    QFETCH(QStringList, arguments);
    QCOMPARE(whyNoDestination(ssh).isEmpty(), !arguments.isEmpty());
    if (!arguments.isEmpty())
        QCOMPARE(destinationOf({u"h"_s, ssh}), arguments);
}

void TestHostConnection::everyShellReadsTheSameWords_data()
{
    QTest::addColumn<QString>("shell");
    for (const char *shell : {"sh", "bash", "zsh", "fish"})
        QTest::newRow(shell) << QString::fromLatin1(shell);
}

void TestHostConnection::everyShellReadsTheSameWords()
{
    QFETCH(QString, shell);
    const QStringList words{u"printf"_s,    u"%s|"_s,       u"plain"_s, u"two words"_s, u"it's"_s, u"$(touch x)"_s,
                            u"`touch x`"_s, u"; touch x"_s, u"a\\b"_s,  u"\\\\"_s,      u"!!"_s,   u"\"quoted\""_s,
                            u"*"_s,         u"~"_s,         u"$HOME"_s, u"#no"_s,       u"ä€"_s,   u"'\\!'"_s,
                            u"a=b"_s,       QString(),      u"{a,b}"_s};
    QProcess process;
    process.start(shell, {u"-c"_s, remoteCommandLine(words)});
    QVERIFY2(hasEnded(process), qPrintable(process.errorString()));
    QCOMPARE(QString::fromUtf8(process.readAllStandardOutput()), words.sliced(2).join(u'|') + u'|');
}

QTEST_GUILESS_MAIN(TestHostConnection)
#include "tst_hostconnection.moc"
