// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/processusage.h"
#include "server/probes/tcpprobe.h"
#include "tests/support/ask.h"
#include "tests/support/events.h"

#include <QTcpServer>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestTcpProbe : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void somebodyListeningIsWell();
    void nobodyListeningIsUnreachable();
    void anUnknownHostIsUnreachable();
    void aFullBacklogIsNoAnswerInTime();
    void nothingIsLeftOverAfterManyChecks();

private:
    static Outcome ask(const QString &host, int port, std::chrono::milliseconds timeout = 10s)
    {
        TcpProbe probe({host, port}, timeout);
        return Hephaestus::ask(probe);
    }
};

void TestTcpProbe::somebodyListeningIsWell()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    QCOMPARE(ask(u"127.0.0.1"_s, server.serverPort()), Outcome::success());
}

void TestTcpProbe::nobodyListeningIsUnreachable()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    const int port = server.serverPort();
    server.close();
    QCOMPARE(ask(u"127.0.0.1"_s, port).message, u"unreachable: connection refused (127.0.0.1:%1)"_s.arg(port));
}

void TestTcpProbe::anUnknownHostIsUnreachable()
{
    QCOMPARE(ask(u"nobody.invalid"_s, 80).errorClass, ErrorClass::Unreachable);
}

void TestTcpProbe::aFullBacklogIsNoAnswerInTime()
{
    QTcpServer server;
    server.setListenBacklogSize(0);
    QVERIFY(server.listen(QHostAddress::LocalHost));
    server.pauseAccepting();
    std::vector<std::unique_ptr<QTcpSocket>> crowd;
    for (int i = 0; i < 4; ++i) { // the kernel takes one or two, and leaves the others without an answer
        crowd.push_back(std::make_unique<QTcpSocket>());
        crowd.back()->connectToHost(u"127.0.0.1"_s, server.serverPort());
    }
    QTRY_COMPARE(crowd.front()->state(), QAbstractSocket::ConnectedState);
    QCOMPARE(ask(u"127.0.0.1"_s, server.serverPort(), 200ms).message,
             u"unreachable: no answer within 200ms (127.0.0.1:%1)"_s.arg(server.serverPort()));
}

void TestTcpProbe::nothingIsLeftOverAfterManyChecks()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    connect(&server, &QTcpServer::newConnection, &server, [&] { server.nextPendingConnection()->deleteLater(); });
    QVERIFY(ask(u"127.0.0.1"_s, server.serverPort()).ok);
    Test::deliverEvents();
    const auto before = ProcessUsage::now();
    for (int i = 0; i < 1000; ++i)
        QVERIFY(ask(u"127.0.0.1"_s, server.serverPort()).ok);
    QTRY_VERIFY(*ProcessUsage::now().openFiles <= *before.openFiles); // fewer: left by an earlier row
    QTRY_COMPARE(*ProcessUsage::now().threads, *before.threads);
}

QTEST_GUILESS_MAIN(TestTcpProbe)
#include "tst_tcpprobe.moc"
