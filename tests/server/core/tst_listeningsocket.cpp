// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/listeningsocket.h"

#include "server/core/socketname.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/un.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

static ServiceAddress address(const QString &text) { return parseServiceAddress(text).value(); }

/// Whether this machine has ::1.
static bool hasIpv6()
{
    sockaddr_in6 name{};
    name.sin6_family = AF_INET6;
    name.sin6_addr = in6addr_loopback;
    return bindStreamSocket(reinterpret_cast<const sockaddr *>(&name), sizeof name).isOpen();
}

class TestListeningSocket : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void localhostIsBothFamilies_data();
    void localhostIsBothFamilies();
    void localhostIsTakenWhenOneFamilyIs();
    void anAddressIsOneSocket_data();
    void anAddressIsOneSocket();
    void aPrivateSocketIsForItsOwner_data();
    void aPrivateSocketIsForItsOwner();
    void aPrivateSocketIsNeverOpen();
    void aTwinIsLetInOnlyIfExpected_data();
    void aTwinIsLetInOnlyIfExpected();
};

void TestListeningSocket::localhostIsBothFamilies_data()
{
    QTest::addColumn<QString>("host");
    QTest::newRow("localhost") << u"localhost"_s;
    QTest::newRow("in capitals") << u"LOCALHOST"_s;
    QTest::newRow("below it") << u"orders.localhost"_s;
}

void TestListeningSocket::localhostIsBothFamilies()
{
    QFETCH(QString, host);
    const auto opened = openListeningSockets(address(host + u":0"_s));
    QVERIFY2(opened.ok(), opened.ok() ? "" : qPrintable(opened.problem().text()));
    QCOMPARE(opened->size(), std::size_t(hasIpv6() ? 2 : 1));
    const quint16 port = opened->front().address.port;
    QVERIFY(port != 0);
    const QStringList expected{u"127.0.0.1:%1"_s.arg(port), u"[::1]:%1"_s.arg(port)};
    for (std::size_t i = 0; i < opened->size(); ++i) {
        const ListeningSocket &socket = (*opened)[i];
        QCOMPARE(socket.address.text(), expected[qsizetype(i)]);
        QCOMPARE(socketName(socket.descriptor.number(), SocketEnd::Local).text(), expected[qsizetype(i)].toLatin1());
    }
}

void TestListeningSocket::localhostIsTakenWhenOneFamilyIs()
{
    const QString loopback = hasIpv6() ? u"[::1]"_s : u"127.0.0.1"_s;
    const auto other = openListeningSockets(address(loopback + u":0"_s));
    QVERIFY(other.ok());
    const quint16 port = other->front().address.port;
    const auto opened = openListeningSockets(address(u"localhost:%1"_s.arg(port)));
    QVERIFY(!opened.ok());
    QCOMPARE(opened.problem().where, u"%1:%2"_s.arg(loopback).arg(port));
    QVERIFY2(opened.problem().what.contains(u"Address already in use"_s), qPrintable(opened.problem().what));
}

void TestListeningSocket::anAddressIsOneSocket_data()
{
    QTest::addColumn<QString>("host");
    QTest::newRow("IPv4 loopback") << u"127.0.0.1"_s;
    QTest::newRow("another IPv4 loopback") << u"127.0.0.2"_s;
    QTest::newRow("every IPv4") << u"0.0.0.0"_s;
}

void TestListeningSocket::anAddressIsOneSocket()
{
    QFETCH(QString, host);
    const auto opened = openListeningSockets(address(host + u":0"_s));
    QVERIFY(opened.ok());
    QCOMPARE(opened->size(), std::size_t(1));
    QCOMPARE(opened->front().address.host, host);
    const quint16 port = opened->front().address.port;
    QCOMPARE(socketName(opened->front().descriptor.number(), SocketEnd::Local).port, port);
}

void TestListeningSocket::aPrivateSocketIsForItsOwner_data()
{
    QTest::addColumn<bool>("isPrivate");
    QTest::addColumn<int>("mode");
    QTest::newRow("private") << true << 0600;
    QTest::newRow("as the umask leaves it") << false << 0755;
}

void TestListeningSocket::aPrivateSocketIsForItsOwner()
{
    QFETCH(bool, isPrivate);
    QFETCH(int, mode);
    const QTemporaryDir directory;
    const QString path = directory.filePath(u"a.sock"_s);
    const mode_t before = ::umask(022);
    const auto opened = openListeningSockets(address(u"unix:"_s + path), {.isPrivate = isPrivate});
    ::umask(before);
    QVERIFY(opened.ok());
    struct stat status = {};
    QCOMPARE(::lstat(QFile::encodeName(path).constData(), &status), 0);
    QCOMPARE(int(status.st_mode & 0777), mode);
}

void TestListeningSocket::aPrivateSocketIsNeverOpen()
{
    // From the moment it is there: whatever takes its place after that is not touched.
    const QTemporaryDir directory;
    const QByteArray path = QFile::encodeName(directory.filePath(u"a.sock"_s));
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    QVERIFY(std::size_t(path.size()) < sizeof name.sun_path);
    std::copy(path.begin(), path.end(), name.sun_path);
    const mode_t before = ::umask(0);
    const FileDescriptor bound =
        bindStreamSocket(reinterpret_cast<const sockaddr *>(&name), sizeof name, {.isPrivate = true});
    ::umask(before);
    QVERIFY(bound.isOpen());
    struct stat status = {};
    QCOMPARE(::lstat(path.constData(), &status), 0);
    QCOMPARE(int(status.st_mode & 0777), 0600);
}

void TestListeningSocket::aTwinIsLetInOnlyIfExpected_data()
{
    QTest::addColumn<bool>("isExpected");
    QTest::newRow("expected") << true;
    QTest::newRow("not expected") << false;
}

void TestListeningSocket::aTwinIsLetInOnlyIfExpected()
{
    QFETCH(bool, isExpected);
    const auto opened = openListeningSockets(address(u"127.0.0.1:0"_s), {.mayHaveTwin = isExpected});
    QVERIFY(opened.ok());
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(opened->front().address.port);
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const FileDescriptor twin =
        bindStreamSocket(reinterpret_cast<const sockaddr *>(&name), sizeof name, {.sharesPort = true});
    QCOMPARE(twin.isOpen(), isExpected);
}

QTEST_GUILESS_MAIN(TestListeningSocket)
#include "tst_listeningsocket.moc"
