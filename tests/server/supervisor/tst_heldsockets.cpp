// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/heldsockets.h"

#include <QFile>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

namespace {

ServiceAddress address(const QString &text) { return parseServiceAddress(text).value(); }

/// 0, or the errno of connecting there.
int connectTo(const ServiceAddress &address)
{
    if (address.kind == ServiceAddress::Kind::Unix) {
        const FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un name{};
        name.sun_family = AF_UNIX;
        qstrncpy(name.sun_path, QFile::encodeName(address.path).constData(), sizeof name.sun_path);
        return ::connect(socket.number(), reinterpret_cast<const sockaddr *>(&name), sizeof name) == 0 ? 0 : errno;
    }
    const FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(address.port);
    ::inet_pton(AF_INET, address.host.toLatin1().constData(), &name.sin_addr);
    return ::connect(socket.number(), reinterpret_cast<const sockaddr *>(&name), sizeof name) == 0 ? 0 : errno;
}

} // namespace

class TestHeldSockets : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { directory = std::make_unique<QTemporaryDir>(); }
    void aFreePortIsTaken();
    void localhostIsBothFamilies();
    void aClosedSocketRefuses();
    void theSamePortIsBoundAgainAtOnce();
    void aUnixSocketComesAndGoes();
    void aStaleUnixSocketIsReplaced();
    void aReplacedFileIsLeftAlone();
    void whatCannotBeListenedOnIsTold_data();
    void whatCannotBeListenedOnIsTold();
    void anInheritedSocketIsChecked();
    void newClientsWaitForTheNextProgram_data();
    void newClientsWaitForTheNextProgram();
    void aUnixSocketIsNotTurnedOver();
    void noStrangerTakesTheAddress_data();
    void noStrangerTakesTheAddress();

private:
    QString unixPath() const { return directory->filePath(u"held.sock"_s); }
    std::unique_ptr<QTemporaryDir> directory;
};

void TestHeldSockets::aFreePortIsTaken()
{
    HeldSockets sockets;
    QVERIFY(!sockets.open(address(u"127.0.0.1:0"_s)));
    QVERIFY(!sockets.open(address(u"127.0.0.2:0"_s)));
    QCOMPARE(sockets.addresses().size(), 2);
    QVERIFY(sockets.addresses().first().port != 0);
    QCOMPARE(sockets.addresses().first().host, u"127.0.0.1"_s);
    QCOMPARE(connectTo(sockets.addresses().first()), 0);
    QCOMPARE(sockets.handed().size(), 2);
}

void TestHeldSockets::localhostIsBothFamilies()
{
    HeldSockets sockets;
    QVERIFY(!sockets.open(address(u"localhost:0"_s)));
    const QList<ServiceAddress> addresses = sockets.addresses();
    QCOMPARE(addresses.first().host, u"127.0.0.1"_s);
    QVERIFY(addresses.size() == 1 || addresses[1].text() == u"[::1]:%1"_s.arg(addresses.first().port));
    for (const ServiceAddress &each : addresses) {
        QTcpSocket client;
        client.connectToHost(each.host, each.port);
        QVERIFY(client.waitForConnected());
    }
    QCOMPARE(sockets.handed().size(), addresses.size());
}

void TestHeldSockets::noStrangerTakesTheAddress_data()
{
    QTest::addColumn<QString>("where");
    QTest::addColumn<bool>("willOverlap");
    for (const bool willOverlap : {false, true}) {
        for (const char *where : {"127.0.0.1:0", "0.0.0.0:0", "[::1]:0", "[::]:0", "localhost:0"})
            QTest::addRow("%s%s", where, willOverlap ? ", overlapping" : "")
                << QString::fromLatin1(where) << willOverlap;
    }
}

/// Of this user, with SO_REUSEPORT: before the first restart, after each, and after one that came to nothing.
void TestHeldSockets::noStrangerTakesTheAddress()
{
    QFETCH(QString, where);
    QFETCH(bool, willOverlap);
    HeldSockets sockets(willOverlap);
    if (const auto problem = sockets.open(address(where)))
        QSKIP(qPrintable(problem->text())); // no IPv6 here
    const auto areTaken = [&] {
        for (const HandedSocket &socket : sockets.handed()) {
            sockaddr_storage name{};
            socklen_t size = sizeof name;
            ::getsockname(socket.descriptor, reinterpret_cast<sockaddr *>(&name), &size);
            if (bindStreamSocket(reinterpret_cast<const sockaddr *>(&name), size, {.sharesPort = true}).isOpen())
                return false;
        }
        return true;
    };
    QVERIFY(areTaken());
    for (int restart = 0; restart < 3; ++restart) {
        sockets.openTwins();
        sockets.turnOver();
        sockets.settle();
        QVERIFY(areTaken());
        sockets.openTwins();
        sockets.dropTwins();
        QVERIFY(areTaken());
    }
}

void TestHeldSockets::aClosedSocketRefuses()
{
    HeldSockets sockets;
    QVERIFY(!sockets.open(address(u"127.0.0.1:0"_s)));
    const ServiceAddress where = sockets.addresses().first();
    sockets.close();
    QVERIFY(sockets.isEmpty());
    QCOMPARE(connectTo(where), ECONNREFUSED);
}

void TestHeldSockets::theSamePortIsBoundAgainAtOnce()
{
    HeldSockets sockets;
    QVERIFY(!sockets.open(address(u"127.0.0.1:0"_s)));
    const ServiceAddress where = sockets.addresses().first();
    for (int i = 0; i < 20; ++i) {
        QCOMPARE(connectTo(where), 0);
        sockets.close();
        const auto problem = sockets.open(where);
        QVERIFY2(!problem, qPrintable(problem ? problem->text() : QString()));
    }
}

void TestHeldSockets::aUnixSocketComesAndGoes()
{
    HeldSockets sockets;
    QVERIFY(!sockets.open(address(u"unix:"_s + unixPath())));
    QCOMPARE(sockets.addresses().first().path, unixPath());
    QCOMPARE(connectTo(sockets.addresses().first()), 0);
    sockets.close();
    QVERIFY(!QFile::exists(unixPath()));
}

void TestHeldSockets::aStaleUnixSocketIsReplaced()
{
    {
        const FileDescriptor stale(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un name{};
        name.sun_family = AF_UNIX;
        qstrncpy(name.sun_path, QFile::encodeName(unixPath()).constData(), sizeof name.sun_path);
        QCOMPARE(::bind(stale.number(), reinterpret_cast<const sockaddr *>(&name), sizeof name), 0);
    }
    QVERIFY(QFile::exists(unixPath()));
    HeldSockets sockets;
    QVERIFY(!sockets.open(address(u"unix:"_s + unixPath())));
    QCOMPARE(connectTo(sockets.addresses().first()), 0);
}

void TestHeldSockets::aReplacedFileIsLeftAlone()
{
    HeldSockets sockets;
    QVERIFY(!sockets.open(address(u"unix:"_s + unixPath())));
    QVERIFY(QFile::remove(unixPath()));
    HeldSockets successor;
    QVERIFY(!successor.open(address(u"unix:"_s + unixPath())));
    sockets.close();
    QCOMPARE(connectTo(successor.addresses().first()), 0);
}

void TestHeldSockets::whatCannotBeListenedOnIsTold_data()
{
    QTest::addColumn<QString>("where");
    QTest::addColumn<QString>("why");
    QTest::newRow("taken port") << QString() << u"cannot listen there: Address already in use"_s;
    QTest::newRow("not an address of this machine")
        << u"192.0.2.1:0"_s << u"cannot listen there: Cannot assign requested address"_s;
    QTest::newRow("unknown host") << u"no.such.host.invalid:80"_s << u"unknown host"_s;
    QTest::newRow("a file") << u"unix:/etc/passwd"_s << u"not a socket is already there"_s;
    QTest::newRow("no directory") << u"unix:/nowhere/x.sock"_s << u"cannot listen there: No such file or directory"_s;
}

void TestHeldSockets::whatCannotBeListenedOnIsTold()
{
    QFETCH(QString, where);
    QFETCH(QString, why);
    HeldSockets holder;
    QVERIFY(!holder.open(address(u"127.0.0.1:0"_s)));
    HeldSockets sockets;
    const auto problem = sockets.open(where.isEmpty() ? holder.addresses().first() : address(where));
    QVERIFY(problem);
    QVERIFY2(problem->what.contains(why), qPrintable(problem->text()));
    QVERIFY(sockets.isEmpty());
}

void TestHeldSockets::anInheritedSocketIsChecked()
{
    HeldSockets holder;
    QVERIFY(!holder.open(address(u"127.0.0.1:0"_s)));
    HeldSockets sockets;
    QVERIFY(!sockets.adopt(::dup(holder.handed().first().descriptor), true));
    QCOMPARE(sockets.addresses(), holder.addresses());
    QVERIFY(sockets.adopt(::socket(AF_INET, SOCK_STREAM, 0), false)); // does not listen
    QVERIFY(sockets.adopt(::socket(AF_INET, SOCK_DGRAM, 0), false));
    QVERIFY(sockets.adopt(::dup(STDERR_FILENO), false));
    QVERIFY(sockets.adopt(-1, false));
    QCOMPARE(sockets.handed().size(), 1);
}

void TestHeldSockets::newClientsWaitForTheNextProgram_data()
{
    QTest::addColumn<QString>("where");
    QTest::newRow("IPv4") << u"127.0.0.1:0"_s;
    QTest::newRow("IPv6") << u"[::1]:0"_s;
}

void TestHeldSockets::newClientsWaitForTheNextProgram()
{
    QFETCH(QString, where);
    HeldSockets sockets;
    QVERIFY(!sockets.open(address(where)));
    const auto connected = [&] {
        QTcpSocket client;
        client.connectToHost(sockets.addresses().first().host, sockets.addresses().first().port);
        return client.waitForConnected() ? FileDescriptor(::dup(int(client.socketDescriptor()))) : FileDescriptor();
    };
    const auto accepted = [](int listener) {
        return FileDescriptor(::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    };
    // As one program after the other has them, each by a descriptor of its own.
    for (int life = 0; life < 3; ++life) {
        const FileDescriptor program(::fcntl(sockets.handed().first().descriptor, F_DUPFD_CLOEXEC, 0));
        ::fcntl(program.number(), F_SETFL, O_NONBLOCK);
        const FileDescriptor before = connected();
        QCOMPARE(::write(before.number(), "request", 7), 7);
        sockets.turnOver();
        QVERIFY(sockets.handed().first().descriptor != program.number());
        std::vector<FileDescriptor> after;
        for (int i = 0; i < 20; ++i)
            after.push_back(connected());
        QVERIFY(!sockets.isOldServed()); // it is in the queue
        const FileDescriptor served = accepted(program.number());
        QVERIFY(served.isOpen());
        QVERIFY(!accepted(program.number()).isOpen());
        QVERIFY(!sockets.isOldServed()); // its request was not read
        char request[16];
        QCOMPARE(::read(served.number(), request, sizeof request), 7);
        QVERIFY(sockets.isOldServed());
        const int next = sockets.handed().first().descriptor;
        ::fcntl(next, F_SETFL, O_NONBLOCK);
        int count = 0;
        while (accepted(next).isOpen())
            ++count;
        QCOMPARE(count, 20);
    }
    // A client that was accepted and has said nothing yet counts too.
    const FileDescriptor silent = connected();
    const FileDescriptor taken = accepted(sockets.handed().first().descriptor);
    QVERIFY(taken.isOpen());
    sockets.turnOver();
    QVERIFY(!sockets.isOldServed());
    const ServiceAddress here = sockets.addresses().first();
    HeldSockets other;
    QVERIFY(other.open(here)); // taken, for others
    sockets.close();
    QVERIFY(!other.open(here));
}

void TestHeldSockets::aUnixSocketIsNotTurnedOver()
{
    HeldSockets sockets;
    QVERIFY(!sockets.open(address(u"unix:"_s + unixPath())));
    const int before = sockets.handed().first().descriptor;
    sockets.turnOver();
    QCOMPARE(sockets.handed().first().descriptor, before);
    QVERIFY(sockets.isOldServed());
    QCOMPARE(connectTo(sockets.addresses().first()), 0);
}

QTEST_GUILESS_MAIN(TestHeldSockets)
#include "tst_heldsockets.moc"
