// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/probes/redisprobe.h"
#include "tests/support/ask.h"
#include "tests/support/processend.h"

#include <QProcess>
#include <QTcpServer>
#include <QTemporaryDir>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

/// Against a real Redis where it can be brought to say so, against scripted lines where it cannot.
class TestRedisProbe : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void aRealRedisIsAsked_data();
    void aRealRedisIsAsked();
    void whatEachLineComesTo_data();
    void whatEachLineComesTo();
    void aPasswordThatIsNotSetIsToldWithoutAsking();

private:
    RedisSettings settings(int port, const QByteArray &password = {}, const QString &user = {}) const;
    static Outcome ask(const RedisSettings &settings, std::chrono::milliseconds timeout = 5s)
    {
        RedisProbe probe(settings, timeout);
        return Hephaestus::ask(probe);
    }

    QTemporaryDir directory;
    QProcess redis;
    int port = 0;
};

RedisSettings TestRedisProbe::settings(int port, const QByteArray &password, const QString &user) const
{
    RedisSettings settings{u"127.0.0.1"_s, port, user, {}};
    if (!password.isEmpty())
        settings.password = {u"the test"_s, password};
    return settings;
}

void TestRedisProbe::initTestCase()
{
    QTcpServer free;
    QVERIFY(free.listen(QHostAddress::LocalHost));
    port = free.serverPort();
    free.close();
    redis.setWorkingDirectory(directory.path());
    redis.start(u"redis-server"_s,
                {u"--port"_s, QString::number(port), u"--bind"_s, u"127.0.0.1"_s, u"--save"_s, QString(),
                 u"--requirepass"_s, u"redis-secret-5"_s, u"--user"_s, u"watcher"_s, u"on"_s, u">watcher-secret-6"_s,
                 u"+ping"_s});
    QVERIFY2(redis.waitForStarted(), "redis-server is not installed (package redis-server)");
    QTRY_VERIFY_WITH_TIMEOUT(ask(settings(port, "redis-secret-5")).ok, 60'000);
}

void TestRedisProbe::cleanupTestCase()
{
    redis.terminate();
    QVERIFY(hasEnded(redis, 10000));
}

void TestRedisProbe::aRealRedisIsAsked_data()
{
    QTest::addColumn<QByteArray>("password");
    QTest::addColumn<QString>("user");
    QTest::addColumn<QString>("message");
    QTest::newRow("right password") << "redis-secret-5"_ba << QString() << QString();
    QTest::newRow("user and password") << "watcher-secret-6"_ba << u"watcher"_s << QString();
    QTest::newRow("wrong password") << "wrong-secret"_ba << QString() << u"credentials: WRONGPASS"_s;
    QTest::newRow("no password") << ""_ba << QString() << u"credentials: NOAUTH"_s;
    QTest::newRow("line breaks in the password")
        << "a\r\nPING\r\nsecret"_ba << QString() << u"credentials: WRONGPASS"_s;
}

void TestRedisProbe::aRealRedisIsAsked()
{
    QFETCH(QByteArray, password);
    QFETCH(QString, user);
    QFETCH(QString, message);
    const Outcome outcome = ask(settings(port, password, user));
    QCOMPARE(outcome.ok, message.isEmpty());
    QVERIFY2(outcome.message.startsWith(message), qPrintable(outcome.message));
    QVERIFY2(!outcome.message.contains(u"secret"_s), qPrintable(outcome.message));
}

void TestRedisProbe::whatEachLineComesTo_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QByteArray>("password");
    QTest::addColumn<QString>("message");
    QTest::newRow("pong") << "+PONG\r\n"_ba
                          << ""_ba << QString();
    QTest::newRow("in two parts") << "+OK\r\n+PONG\r\n"_ba
                                  << "pw"_ba << QString();
    QTest::newRow("loading") << "-LOADING Redis is loading the dataset in memory\r\n"_ba
                             << ""_ba << u"overloaded: LOADING Redis is loading"_s;
    QTest::newRow("full") << "-ERR max number of clients reached\r\n"_ba
                          << "pw"_ba << u"overloaded: ERR max number"_s;
    QTest::newRow("no password there") << "-ERR AUTH <password> called without any password configured\r\n"_ba
                                       << "pw"_ba << u"credentials: ERR AUTH"_s;
    QTest::newRow("quotes the password") << "-ERR bad password hunter2-secret\r\n"_ba
                                         << "hunter2-secret"_ba << u"credentials: ERR bad password ***"_s;
    QTest::newRow("read-only trouble") << "-MISCONF Redis is configured to save\r\n"_ba
                                       << ""_ba << u"bad answer: MISCONF"_s;
    QTest::newRow("something else") << "HTTP/1.1 400 Bad Request\r\n"_ba
                                    << ""_ba << u"bad answer: no answer of Redis"_s;
    QTest::newRow("no line") << QByteArray(10000, 'x') << ""_ba << u"bad answer: no answer of Redis"_s;
    QTest::newRow("closed") << ""_ba
                            << ""_ba << u"bad answer: the connection was closed"_s;
    QTest::newRow("half a line") << "+PON"_ba
                                 << ""_ba << u"bad answer: the connection was closed"_s;
}

void TestRedisProbe::whatEachLineComesTo()
{
    QFETCH(QByteArray, line);
    QFETCH(QByteArray, password);
    QFETCH(QString, message);
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    connect(&server, &QTcpServer::newConnection, &server, [&] {
        QTcpSocket *socket = server.nextPendingConnection();
        connect(socket, &QTcpSocket::readyRead, socket, [socket, line] {
            socket->readAll();
            socket->write(line);
            socket->disconnectFromHost();
        });
    });
    const Outcome outcome = ask(settings(server.serverPort(), password));
    QCOMPARE(outcome.ok, message.isEmpty());
    QVERIFY2(outcome.message.startsWith(message), qPrintable(outcome.message));
    QVERIFY(!outcome.message.contains(u"secret"_s));
}

void TestRedisProbe::aPasswordThatIsNotSetIsToldWithoutAsking()
{
    RedisSettings asked = settings(port);
    asked.password.source = u"the environment variable REDIS_PASSWORD"_s;
    QCOMPARE(ask(asked).message,
             u"credentials: the environment variable REDIS_PASSWORD is not set (127.0.0.1:%1)"_s.arg(port));
}

QTEST_GUILESS_MAIN(TestRedisProbe)
#include "tst_redisprobe.moc"
