// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/fleetrun.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

FleetEntry entryOf(const QString &name, const QStringList &dependsOn = {})
{
    FleetEntry entry;
    entry.name = name;
    entry.dependsOn = dependsOn;
    return entry;
}

} // namespace

class TestFleetRun : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void startOrder_data();
    void startOrder();
    void aCircleIsNamed();
    void aLongChainIsOrderedAtOnce_data();
    void aLongChainIsOrderedAtOnce();
    void theFleetGoesUpAndDownInOrder();
    void whatDependsOnAFailureIsNotTried();
    void cancellingEndsTheRest();

private:
    FleetEntry runnable(const QString &name, const QStringList &dependsOn = {})
    {
        FleetEntry entry = entryOf(name, dependsOn);
        QTcpServer free;
        free.listen(QHostAddress::LocalHost);
        entry.url = u"http://127.0.0.1:%1"_s.arg(free.serverPort());
        entry.restart = RestartByCommand{{FAKESERVICE, QString::number(free.serverPort())}, {}, {}};
        return entry;
    }
    QList<Receipt> run(const QList<FleetEntry> &entries, FleetAction action)
    {
        FleetRun fleetRun(entries, action, options);
        QSignalSpy finished(&fleetRun, &FleetRun::finished);
        fleetRun.start();
        [&] { QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, 60'000); }();
        return fleetRun.receipts();
    }
    static QStringList namesOf(const QList<Receipt> &receipts)
    {
        QStringList names;
        for (const Receipt &receipt : receipts)
            names << receipt.service;
        return names;
    }

    QTemporaryDir state;
    SequenceOptions options;
};

void TestFleetRun::initTestCase() { options.stateDirectory = state.path(); }

void TestFleetRun::startOrder_data()
{
    QTest::addColumn<QStringList>("lines"); ///< `name: dependency…`
    QTest::addColumn<QStringList>("order");
    QTest::newRow("as written") << QStringList{u"a"_s, u"b"_s} << QStringList{u"a"_s, u"b"_s};
    QTest::newRow("dependency later in the file")
        << QStringList{u"a b"_s, u"b"_s, u"c"_s} << QStringList{u"b"_s, u"a"_s, u"c"_s};
    QTest::newRow("diamond") << QStringList{u"d b c"_s, u"b a"_s, u"c a"_s, u"a"_s}
                             << QStringList{u"a"_s, u"b"_s, u"c"_s, u"d"_s};
    QTest::newRow("none") << QStringList{} << QStringList{};
}

void TestFleetRun::startOrder()
{
    QFETCH(QStringList, lines);
    QFETCH(QStringList, order);
    QList<FleetEntry> entries;
    for (const QString &line : lines)
        entries << entryOf(line.section(u' ', 0, 0), line.split(u' ').mid(1));
    const auto sorted = inStartOrder(entries);
    QVERIFY(sorted);
    QStringList names;
    for (const FleetEntry &entry : *sorted)
        names << entry.name;
    QCOMPARE(names, order);
}

void TestFleetRun::aCircleIsNamed()
{
    const auto sorted = inStartOrder(
        {entryOf(u"x"_s), entryOf(u"a"_s, {u"x"_s, u"b"_s}), entryOf(u"b"_s, {u"c"_s}), entryOf(u"c"_s, {u"b"_s})});
    QVERIFY(!sorted);
    QVERIFY2(sorted.problem().what.contains(u"b → c → b"_s), qPrintable(sorted.problem().what));
}

void TestFleetRun::aLongChainIsOrderedAtOnce_data()
{
    QTest::addColumn<bool>("isCircle");
    QTest::newRow("chain") << false;
    QTest::newRow("circle") << true;
}

/// Each depends on the next of the file: the worst order, in which the square of this many takes minutes.
void TestFleetRun::aLongChainIsOrderedAtOnce()
{
    QFETCH(bool, isCircle);
    constexpr int Count = 20'000;
    QList<FleetEntry> entries;
    for (int i = 0; i < Count; ++i)
        entries << entryOf(QString::number(i), i + 1 < Count ? QStringList{QString::number(i + 1)} : QStringList());
    if (isCircle)
        entries.last().dependsOn << u"0"_s;
    QElapsedTimer timer;
    timer.start();
    const auto sorted = inStartOrder(entries);
    QVERIFY2(timer.elapsed() < 10'000, qPrintable(QString::number(timer.elapsed())));
    QCOMPARE(bool(sorted), !isCircle);
    if (!isCircle)
        QCOMPARE(sorted->first().name, QString::number(Count - 1));
}

void TestFleetRun::theFleetGoesUpAndDownInOrder()
{
    const QList<FleetEntry> fleet{runnable(u"c"_s, {u"b"_s}), runnable(u"b"_s, {u"a"_s}), runnable(u"a"_s)};
    const QList<Receipt> up = run(fleet, FleetAction::Start);
    for (const Receipt &receipt : up)
        QVERIFY2(receipt.ok, qPrintable(receipt.failure));
    QCOMPARE(namesOf(up), QStringList({u"a"_s, u"b"_s, u"c"_s}));
    const QList<Receipt> down = run(fleet, FleetAction::Stop);
    QCOMPARE(namesOf(down), QStringList({u"c"_s, u"b"_s, u"a"_s}));
    for (qsizetype i = 0; i < down.size(); ++i) {
        QVERIFY2(down[i].ok, qPrintable(down[i].failure));
        QVERIFY(::kill(pid_t(*down[i].oldPid), 0) != 0);
    }
}

void TestFleetRun::whatDependsOnAFailureIsNotTried()
{
    FleetEntry broken = runnable(u"broken"_s);
    broken.restart = RestartByCommand{{u"/nowhere"_s}, {}, {}};
    const QList<Receipt> receipts =
        run({broken, runnable(u"user"_s, {u"broken"_s}), runnable(u"beyond"_s, {u"user"_s}), runnable(u"other"_s)},
            FleetAction::Start);
    QCOMPARE(receipts.size(), 4);
    QVERIFY(!receipts[0].ok);
    QVERIFY2(receipts[1].failure.contains(u"depends on broken"_s), qPrintable(receipts[1].failure));
    QVERIFY2(receipts[2].failure.contains(u"depends on user"_s), qPrintable(receipts[2].failure));
    QVERIFY2(receipts[3].ok, qPrintable(receipts[3].failure));
    ::kill(pid_t(*receipts[3].newPid), SIGKILL);
}

void TestFleetRun::cancellingEndsTheRest()
{
    FleetRun fleetRun({runnable(u"a"_s), runnable(u"b"_s)}, FleetAction::Start, options);
    connect(&fleetRun, &FleetRun::serviceStarted, this, [&] { fleetRun.cancel(); });
    QSignalSpy finished(&fleetRun, &FleetRun::finished);
    fleetRun.start();
    QTRY_COMPARE(finished.size(), 1);
    QCOMPARE(fleetRun.receipts().size(), 2);
    QVERIFY(fleetRun.receipts().last().failure.contains(u"cancelled"_s));
    QVERIFY(!fleetRun.receipts().last().newPid);
    if (const auto pid = fleetRun.receipts().first().newPid)
        ::kill(pid_t(*pid), SIGKILL);
}

QTEST_GUILESS_MAIN(TestFleetRun)
#include "tst_fleetrun.moc"
