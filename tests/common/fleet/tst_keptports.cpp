// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/keptports.h"

#include <QDir>
#include <QFile>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

#include <thread>
#include <vector>

#include <sys/stat.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestKeptPorts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void aPortIsKept();
    void twoWorktreesGetDifferentOnes();
    void manyAtOnceGetDifferentOnes();
    void whatIsTakenIsNotGivenAway();
    void aKeptOneStaysThoughAStrangerHasTaken();
    void thatOfAFleetFileThatIsGoneIsFree();
    void aProposalKeepsNothing();
    void aDamagedFileIsReadAsFarAsItGoes();
    void aFifoIsNoPlaceToKeepThem();

private:
    quint16 portOf(const QString &project, const QString &entry = u"web"_s) const
    {
        const Result<QList<quint16>> ports = KeptPorts(m_state->path()).keep(fleetOf(project), {entry});
        return ports ? ports->first() : 0;
    }
    QString fleetOf(const QString &project) const { return m_root->filePath(project + u"/fleet.toml"_s); }

    std::unique_ptr<QTemporaryDir> m_root;
    std::unique_ptr<QTemporaryDir> m_state;
};

void TestKeptPorts::init()
{
    m_root = std::make_unique<QTemporaryDir>();
    m_state = std::make_unique<QTemporaryDir>();
    for (const QString &project : {u"shop"_s, u"shop-b"_s}) {
        QVERIFY(QDir(m_root->path()).mkpath(project));
        QFile file(fleetOf(project));
        QVERIFY(file.open(QIODevice::WriteOnly));
    }
}

void TestKeptPorts::aPortIsKept()
{
    const quint16 port = portOf(u"shop"_s);
    QVERIFY(port >= KeptPorts::First && port < KeptPorts::First + KeptPorts::Count);
    QCOMPARE(portOf(u"shop"_s), port);
    QVERIFY(QFile::link(m_root->filePath(u"shop"_s), m_root->filePath(u"linked"_s)));
    QCOMPARE(portOf(u"linked"_s), port);
    QVERIFY(portOf(u"shop"_s, u"worker"_s) != port);
    struct stat status = {};
    QVERIFY(::stat(QFile::encodeName(KeptPorts(m_state->path()).file()).constData(), &status) == 0);
    QCOMPARE(status.st_mode & 0777, mode_t(0600));
}

void TestKeptPorts::twoWorktreesGetDifferentOnes() { QVERIFY(portOf(u"shop"_s) != portOf(u"shop-b"_s)); }

void TestKeptPorts::manyAtOnceGetDifferentOnes()
{
    std::array<quint16, 20> ports{};
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < ports.size(); ++i)
        threads.emplace_back([&, i] { ports[i] = portOf(u"shop"_s, u"service-%1"_s.arg(i)); });
    for (std::thread &thread : threads)
        thread.join();
    std::sort(ports.begin(), ports.end());
    QVERIFY(ports.front() > 0);
    QVERIFY(std::adjacent_find(ports.begin(), ports.end()) == ports.end());
}

void TestKeptPorts::whatIsTakenIsNotGivenAway()
{
    const quint16 wanted = KeptPorts(m_state->path()).propose(fleetOf(u"shop"_s), {u"web"_s}).first();
    QTcpServer stranger;
    QVERIFY(stranger.listen(QHostAddress::LocalHost, wanted));
    QVERIFY(portOf(u"shop"_s) != wanted);
}

void TestKeptPorts::aKeptOneStaysThoughAStrangerHasTaken()
{
    const quint16 port = portOf(u"shop"_s);
    QTcpServer stranger;
    QVERIFY(stranger.listen(QHostAddress::LocalHost, port));
    QCOMPARE(portOf(u"shop"_s), port);
}

void TestKeptPorts::thatOfAFleetFileThatIsGoneIsFree()
{
    const quint16 port = portOf(u"shop"_s);
    QFile book(KeptPorts(m_state->path()).file());
    QVERIFY(QFile::remove(fleetOf(u"shop"_s)));
    // Another file that comes upon it: all others are kept for files that are there.
    QVERIFY(book.open(QIODevice::WriteOnly | QIODevice::Append));
    for (int each = KeptPorts::First; each < KeptPorts::First + KeptPorts::Count; ++each) {
        if (each != port)
            book.write(QByteArray::number(each) + ' ' + QFile::encodeName(fleetOf(u"shop-b"_s)) + " e"
                       + QByteArray::number(each) + '\n');
    }
    book.close();
    QCOMPARE(portOf(u"shop-b"_s), port);
}

void TestKeptPorts::aProposalKeepsNothing()
{
    const KeptPorts ports(m_state->path());
    QCOMPARE(ports.propose(fleetOf(u"shop"_s), {u"web"_s}).size(), 1);
    QVERIFY(!QFile::exists(ports.file()));
    const quint16 kept = portOf(u"shop"_s);
    QCOMPARE(ports.propose(fleetOf(u"shop"_s), {u"web"_s}), QList<quint16>{kept});
}

void TestKeptPorts::aDamagedFileIsReadAsFarAsItGoes()
{
    const quint16 port = portOf(u"shop"_s);
    QFile book(KeptPorts(m_state->path()).file());
    QVERIFY(book.open(QIODevice::WriteOnly | QIODevice::Append));
    book.write("\n\n99999999 /x y\n80 /x y\nport of x\n2000");
    book.close();
    QCOMPARE(portOf(u"shop"_s), port);
    const quint16 other = portOf(u"shop-b"_s);
    QCOMPARE(portOf(u"shop-b"_s), other);
}

void TestKeptPorts::aFifoIsNoPlaceToKeepThem()
{
    QVERIFY(::mkfifo(QFile::encodeName(KeptPorts(m_state->path()).file()).constData(), 0600) == 0);
    const Result<QList<quint16>> ports = KeptPorts(m_state->path()).keep(fleetOf(u"shop"_s), {u"web"_s});
    QVERIFY(!ports);
    QVERIFY2(ports.problem().text().contains(u"FIFO"_s), qPrintable(ports.problem().text()));
}

QTEST_GUILESS_MAIN(TestKeptPorts)
#include "tst_keptports.moc"
