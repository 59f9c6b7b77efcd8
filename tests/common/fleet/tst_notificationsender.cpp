// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/notificationsender.h"

#include <QSignalSpy>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>
#include <QTimer>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// Answers a request by `head`, and then by `more` again and again, each time that there is room or 20 ms have passed.
class Talker : public QTcpServer
{
public:
    Talker(const QByteArray &head, const QByteArray &more, bool isSlow) : m_head(head), m_more(more), m_isSlow(isSlow)
    {
        listen(QHostAddress::LocalHost);
    }
    qint64 sent() const { return m_sent; }

protected:
    void incomingConnection(qintptr descriptor) override
    {
        auto *const socket = new QTcpSocket(this);
        socket->setSocketDescriptor(descriptor);
        connect(socket, &QTcpSocket::readyRead, this, [this, socket] {
            socket->readAll();
            socket->write(std::exchange(m_head, {}));
            if (m_isSlow) {
                auto *const timer = new QTimer(socket);
                connect(timer, &QTimer::timeout, socket, [this, socket] { write(socket); });
                timer->start(20ms);
                return;
            }
            connect(socket, &QTcpSocket::bytesWritten, this, [this, socket] { write(socket); });
            write(socket);
        });
    }

private:
    void write(QTcpSocket *socket)
    {
        if (socket->bytesToWrite() > 0 || m_more.isEmpty())
            return;
        m_sent += m_more.size();
        socket->write(m_more);
    }

    QByteArray m_head;
    const QByteArray m_more;
    const bool m_isSlow;
    qint64 m_sent = 0;
};

} // namespace

class TestNotificationSender : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anAnswerWithoutAnEndIsCutOff_data();
    void anAnswerWithoutAnEndIsCutOff();
};

void TestNotificationSender::anAnswerWithoutAnEndIsCutOff_data()
{
    QTest::addColumn<QByteArray>("head");
    QTest::addColumn<QByteArray>("more");
    QTest::addColumn<bool>("isSlow");
    QTest::addColumn<QString>("failure");
    const QByteArray ok = "HTTP/1.1 200 OK\r\n\r\n", bad = "HTTP/1.1 500 X\r\n\r\n", much(100'000, 'x');
    const QString late = u"a notification did not reach 127.0.0.1: it did not answer within 300 ms"_s;
    const QString refused = u"a notification did not reach 127.0.0.1: it answered 500"_s;
    QTest::newRow("endless") << ok << much << false << u""_s;
    QTest::newRow("slow") << ok << QByteArray("x") << true << u""_s;
    QTest::newRow("refused endlessly") << bad << much << false << refused;
    QTest::newRow("refused slowly") << bad << QByteArray("x") << true << refused;
    QTest::newRow("nothing") << QByteArray() << QByteArray() << false << late;
    QTest::newRow("a slow head") << QByteArray("HTTP/1.1 200 OK\r\n") << QByteArray("X: y\r\n") << true << late;
    QTest::newRow("an endless head") << QByteArray("HTTP/1.1 200 OK\r\n") << QByteArray("X: " + much + "\r\n") << false
                                     << late;
}

void TestNotificationSender::anAnswerWithoutAnEndIsCutOff()
{
    QFETCH(QByteArray, head);
    QFETCH(QByteArray, more);
    QFETCH(bool, isSlow);
    QFETCH(QString, failure);
    Talker talker(head, more, isSlow);
    NotificationSender sender(nullptr, 300ms);
    QSignalSpy failed(&sender, &NotificationSender::failed);
    QSignalSpy ended(&sender, &NotificationSender::ended);
    NotificationTarget target;
    target.kind = NotificationTarget::Kind::Webhook;
    target.url = QUrl(u"http://127.0.0.1:%1/hook"_s.arg(talker.serverPort()));
    sender.send(target, {});
    QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 1, 60'000);
    QCOMPARE(failed.value(0).value(0).toString(), failure);
    QCOMPARE(sender.underWay(), 0);
    QVERIFY2(talker.sent() < 32'000'000, qPrintable(QString::number(talker.sent())));
}

QTEST_GUILESS_MAIN(TestNotificationSender)
#include "tst_notificationsender.moc"
