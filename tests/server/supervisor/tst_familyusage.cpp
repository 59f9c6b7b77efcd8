// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a family of real processes uses, as /proc, control groups and sock_diag tell it.
#include "server/supervisor/childprocess.h"
#include "server/supervisor/connectioncount.h"
#include "server/supervisor/controlgroup.h"
#include "server/supervisor/familyusage.h"
#include "server/supervisor/heldsockets.h"
#include "server/supervisor/outputreader.h"

#include <QDir>
#include <QFile>
#include <QLocalSocket>
#include <QSignalSpy>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

#include <sys/socket.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestFamilyUsage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyMemberCounts();
    void whatEndedMembersUsedIsKept_data();
    void whatEndedMembersUsedIsKept();
    void ofNothingNothingIsTold();
    void aLookIsKeptForAWhile();
    void connectionsAreCounted_data();
    void connectionsAreCounted();
    void aControlGroupTells_data();
    void aControlGroupTells();
    void membersOfNestedGroupsCount();

private:
    void start(ChildProcess &child, const QByteArrayList &part);

    QByteArray output;
    std::unique_ptr<OutputReader> reader;
};

void TestFamilyUsage::start(ChildProcess &child, const QByteArrayList &part)
{
    ChildCommand command;
    command.arguments = QByteArrayList{HEPHAESTUS_TEST_CHILD} + part;
    QVERIFY(!child.start(command, {}, 60s));
    output.clear();
    reader = std::make_unique<OutputReader>(child.takeOutput());
    connect(reader.get(), &OutputReader::linesRead, this, [this](const QByteArray &lines) { output += lines; });
    QTRY_COMPARE(output, "ready\n");
}

void TestFamilyUsage::everyMemberCounts()
{
    ChildProcess child;
    start(child, {"grandchildren"});
    FamilyUsage usage;
    usage.follow({child.process()}, {});
    const Resources resources = usage.now();
    QCOMPARE(resources.threads, std::optional<qint64>(7));
    QVERIFY(resources.openFiles >= 7 * 3); // stdin, stdout, stderr
    const auto leader = readProcessCost(child.pid());
    QVERIFY(leader && resources.residentBytes > leader->residentBytes);
    QVERIFY(resources.cpuSeconds >= 0.0);
    QVERIFY(!resources.openConnections && !resources.backgroundTasks && !resources.inFlightRequests);
}

void TestFamilyUsage::whatEndedMembersUsedIsKept_data()
{
    QTest::addColumn<QByteArray>("how");
    QTest::newRow("reaped by its parent") << QByteArray("reaped");
    QTest::newRow("an orphan, reaped by us") << QByteArray("orphan");
    QTest::newRow("the program itself") << QByteArray("itself");
}

void TestFamilyUsage::whatEndedMembersUsedIsKept()
{
    QFETCH(QByteArray, how);
    ManualClock clock;
    ChildProcess child;
    QSignalSpy ended(&child, &ChildProcess::ended);
    FamilyUsage usage(clock);
    const double before = usage.now().cpuSeconds.value_or(-1);
    QVERIFY(before >= 0); // of the rows before
    start(child, {"burn", how});
    usage.follow({child.process()}, {});
    const auto burnt = [&] {
        clock.advance(1h);
        return usage.now().cpuSeconds.value_or(-1) - before;
    };
    QTRY_VERIFY(burnt() >= 0.15);
    QVERIFY(burnt() < 5);
    child.kill();
    usage.follow({}, {});
    QVERIFY(burnt() >= 0.15);
    QVERIFY(!usage.now().residentBytes);
}

void TestFamilyUsage::ofNothingNothingIsTold()
{
    FamilyUsage usage;
    ProcessEntry stranger = readProcess(::getpid()).value();
    ++stranger.startTicks; // its number is another's by now
    usage.follow({stranger}, {});
    const Resources resources = usage.now();
    QVERIFY(!resources.residentBytes && !resources.threads && !resources.openFiles && !resources.peakBytes);
}

void TestFamilyUsage::aLookIsKeptForAWhile()
{
    ManualClock clock;
    HeldSockets sockets;
    QVERIFY(!sockets.open({ServiceAddress::Kind::Tcp, u"127.0.0.1"_s, 0, {}}));
    FamilyUsage usage(clock);
    usage.follow({}, sockets.addresses());
    QCOMPARE(usage.now().openConnections, std::optional<qint64>(0));
    QTcpSocket client;
    client.connectToHost(u"127.0.0.1"_s, sockets.addresses().first().port);
    QVERIFY(client.waitForConnected());
    QCOMPARE(usage.now().openConnections, std::optional<qint64>(0));
    clock.advance(1s);
    QCOMPARE(usage.now().openConnections, std::optional<qint64>(1));
}

void TestFamilyUsage::connectionsAreCounted_data()
{
    QTest::addColumn<QString>("listen");
    QTest::addColumn<QString>("host");
    QTest::newRow("IPv4") << u"127.0.0.1:0"_s << u"127.0.0.1"_s;
    QTest::newRow("IPv6") << u"[::1]:0"_s << u"::1"_s;
    QTest::newRow("every IPv4 address") << u"0.0.0.0:0"_s << u"127.0.0.2"_s;
    QTest::newRow("every address") << u"[::]:0"_s << u"::1"_s;
    QTest::newRow("a Unix-domain socket") << u"unix:s"_s << QString();
}

void TestFamilyUsage::connectionsAreCounted()
{
    QFETCH(QString, listen);
    QFETCH(QString, host);
    QTemporaryDir directory;
    if (listen.startsWith(u"unix:"))
        listen = u"unix:"_s + directory.filePath(u"s"_s);
    HeldSockets sockets;
    HeldSockets strangers;
    QVERIFY(!sockets.open(parseServiceAddress(listen).value()));
    QVERIFY(!strangers.open({ServiceAddress::Kind::Tcp, u"127.0.0.1"_s, 0, {}}));
    const auto count = [&sockets] { return countConnections(sockets.addresses()).value_or(-1); };
    QCOMPARE(count(), 0);
    QTcpSocket other;
    other.connectToHost(u"127.0.0.1"_s, strangers.addresses().first().port);
    QVERIFY(other.waitForConnected());
    QCOMPARE(count(), 0);
    std::unique_ptr<QIODevice> clients[3];
    for (std::unique_ptr<QIODevice> &client : clients) {
        if (host.isEmpty()) {
            auto socket = std::make_unique<QLocalSocket>();
            socket->connectToServer(directory.filePath(u"s"_s));
            QVERIFY(socket->waitForConnected());
            client = std::move(socket);
        } else {
            auto socket = std::make_unique<QTcpSocket>();
            socket->connectToHost(host, sockets.addresses().first().port);
            QVERIFY(socket->waitForConnected());
            client = std::move(socket);
        }
    }
    QTRY_COMPARE(count(), 3);
    const FileDescriptor accepted(::accept(sockets.handed().first().descriptor, nullptr, nullptr));
    QVERIFY(accepted.isOpen());
    QCOMPARE(count(), 3);
}

static void writeEntry(const QString &path, const QByteArray &content)
{
    QFile file(path);
    QVERIFY(QDir().mkpath(QFileInfo(path).path()));
    QVERIFY(file.open(QFile::WriteOnly));
    file.write(content);
}

void TestFamilyUsage::aControlGroupTells_data()
{
    QTest::addColumn<QByteArray>("membership");
    QTest::addColumn<qint64>("residentBytes"); // -1: not told
    QTest::addColumn<qint64>("peakBytes");
    QTest::addColumn<qint64>("oomKills");
    QTest::addColumn<double>("cpuSeconds");
    QTest::newRow("version 2") << QByteArray("0::/unit\n") << 300LL << 900LL << 2LL << 1.5;
    QTest::newRow("version 1") << QByteArray("5:cpu,cpuacct:/a b\n4:memory:/a b\n0::/\n") << 30LL << 90LL << 1LL << 2.5;
    QTest::newRow("a path that is another namespace's")
        << QByteArray("0::/../outside\n") << -1LL << -1LL << -1LL << -1.0;
    QTest::newRow("an older kernel") << QByteArray("0::/old\n") << -1LL << -1LL << 0LL << -1.0;
    QTest::newRow("none") << QByteArray() << -1LL << -1LL << -1LL << -1.0;
}

void TestFamilyUsage::aControlGroupTells()
{
    QFETCH(QByteArray, membership);
    QTemporaryDir root;
    writeEntry(root.filePath(u"unit/memory.stat"_s), "anon 200\nfile 5000\nfile_mapped 100\n");
    writeEntry(root.filePath(u"unit/memory.peak"_s), "900\n");
    writeEntry(root.filePath(u"unit/memory.events"_s), "low 0\noom 3\noom_kill 2\noom_group_kill 0\n");
    writeEntry(root.filePath(u"unit/cpu.stat"_s), "usage_usec 1500000\nuser_usec 1\n");
    writeEntry(root.filePath(u"old/memory.stat"_s), "file 5000\n");
    writeEntry(root.filePath(u"old/memory.events"_s), "oom_kill 0\n");
    writeEntry(root.filePath(u"memory/a b/memory.stat"_s), "rss 1\ntotal_rss 20\ntotal_mapped_file 10\n");
    writeEntry(root.filePath(u"memory/a b/memory.max_usage_in_bytes"_s), "90\n");
    writeEntry(root.filePath(u"memory/a b/memory.oom_control"_s), "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n");
    writeEntry(root.filePath(u"cpuacct/a b/cpuacct.usage"_s), "2500000000\n");
    const ControlGroup group(membership, QFile::encodeName(root.path()));
    QTEST(group.residentBytes().value_or(-1), "residentBytes");
    QTEST(group.peakBytes().value_or(-1), "peakBytes");
    QTEST(group.oomKills().value_or(-1), "oomKills");
    QTEST(group.cpuSeconds().value_or(-1), "cpuSeconds");
}

void TestFamilyUsage::membersOfNestedGroupsCount()
{
    QTemporaryDir root;
    writeEntry(root.filePath(u"cgroup.procs"_s), "1\n20\n");
    writeEntry(root.filePath(u"inner/cgroup.procs"_s), "300\n");
    writeEntry(root.filePath(u"inner/most/cgroup.procs"_s), "4000\n");
    QCOMPARE(ControlGroup::members(QFile::encodeName(root.path())), (QSet<pid_t>{1, 20, 300, 4000}));
}

QTEST_GUILESS_MAIN(TestFamilyUsage)
#include "tst_familyusage.moc"
