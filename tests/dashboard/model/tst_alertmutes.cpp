// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/alertlistmodel.h"
#include "dashboard/model/alertrule.h"
#include "tests/dashboard/model/reports.h"

#include <QAbstractItemModelTester>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// Two services of the group `shop` and one of none, their alerts, and what was told.
struct Bench
{
    ManualClock &time;
    FleetModel fleet{time};
    AlertMutes mutes{fleet, time};
    AlertCauses causes{fleet};
    Alerts alerts{fleet, causes, time};
    RuleAlerts rules{fleet, time};
    QStringList told;
    QStringList journal;
    ServiceId orders;
    ServiceId payments;
    ServiceId lone;

    explicit Bench(ManualClock &clock) : time(clock)
    {
        QObject::connect(&alerts, &Alerts::raised, &fleet, [this](const Alert &alert) { told << alert.title; });
        QObject::connect(&rules, &RuleAlerts::raised, &fleet, [this](const Alert &alert) { told << alert.title; });
        QObject::connect(&rules, &RuleAlerts::acknowledgedEnded, &mutes, &AlertMutes::endRule);
        QObject::connect(&mutes, &AlertMutes::happened, &fleet,
                         [this](const Event &event) { journal << event.serviceName + u": "_s + event.text; });
        orders = add(u"orders"_s, u"http://127.0.0.1:1"_s, u"shop"_s);
        payments = add(u"payments"_s, u"http://127.0.0.1:2"_s, u"shop"_s);
        lone = add(u"lone"_s, u"http://127.0.0.1:3"_s, {});
    }

    ServiceId add(const QString &name, const QString &url, const QString &group)
    {
        FleetEntry entry = Reports::entry(name, url);
        entry.group = group;
        return fleet.add(entry);
    }
    void fail(ServiceId id) { fleet.applyAnswer(id, Reports::answer(Reports::withError())); }
    void lose(ServiceId id) { fleet.applyAnswer(id, Reports::failure(ClientError::Refused)); }
    void heal(ServiceId id) { fleet.applyAnswer(id, Reports::answer(Reports::healthy())); }
    const Quiet &quiet(ServiceId id) const { return fleet.find(id)->quiet; }

    /// What is told within the next 12 s.
    QStringList wait(std::chrono::milliseconds first = 0ms)
    {
        time.advance(first);
        told.clear();
        for (int second = 0; second < 12; ++second) {
            time.advance(1s);
            mutes.check();
            alerts.check();
            rules.check();
        }
        return told;
    }
};

} // namespace

class TestAlertMutes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void nothingIsToldOfWhatIsMuted();
    void aMuteThatEndedSaysSoOnceAndTellsWhatIsAmiss();
    void aGroupIsMutedAsAWhole();
    void aLargeGroupIsMutedWithFewSignals();
    void aMuteIsKeptOverARestart();
    void aMuteThatEndedMeanwhileIsSaidAtTheNextStart();
    void whatIsAcknowledgedMakesNoNoiseUntilItsStateChanges();
    void itsRecoveryIsTold();
    void anAcknowledgementIsKeptOverARestart();
    void aRestartFromHereEndsNoAcknowledgementByItself();
    void oldCodeIsAcknowledged();
    void aBrokenRuleIsAcknowledgedUntilItIsKept();
    void anAcknowledgementCanBeTakenBack();
    void oneThatIsAmissIsToldThoughAnotherIsQuiet();
    void theListNamesGroupsAndServices();
    void whatOneCauseExplainsIsOneRowToBeOpened();
    void theWorstComesFirst();
    void theListSaysWhatBecameOfAnAlert_data();
    void theListSaysWhatBecameOfAnAlert();
    void tomorrowMorningIsAnotherDay();

private:
    ManualClock m_time;
};

void TestAlertMutes::initTestCase()
{
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(u"hephaestus-test"_s);
    QCoreApplication::setApplicationName(u"tst_alertmutes"_s);
}

void TestAlertMutes::init() { QSettings().clear(); }

void TestAlertMutes::nothingIsToldOfWhatIsMuted()
{
    Bench bench(m_time);
    bench.mutes.mute({bench.orders}, m_time.wall() + 1h);
    QVERIFY(bench.quiet(bench.orders).mutedUntil == m_time.wall() + 1h);
    bench.fail(bench.orders);
    QCOMPARE(bench.wait(), QStringList());
    bench.heal(bench.orders);
    QCOMPARE(bench.wait(), QStringList()); // nor its recovery
    bench.fail(bench.orders);
    bench.mutes.unmute({bench.orders});
    QVERIFY(!bench.quiet(bench.orders).mutedUntil);
    QCOMPARE(bench.wait(), QStringList{u"orders: error"_s});
}

void TestAlertMutes::aMuteThatEndedSaysSoOnceAndTellsWhatIsAmiss()
{
    Bench bench(m_time);
    bench.mutes.mute({bench.orders, bench.lone}, m_time.wall() + 1h);
    bench.fail(bench.orders);
    bench.heal(bench.lone);
    bench.wait();
    bench.journal.clear();
    QCOMPARE(bench.wait(2h), QStringList{u"orders: error"_s});
    bench.journal.sort();
    QCOMPARE(bench.journal,
             QStringList({u"lone: its alerts are no longer muted: it is healthy"_s,
                          u"orders: its alerts are no longer muted: it is error"_s}));
    QCOMPARE(bench.wait(), QStringList());
    QCOMPARE(bench.journal.size(), 2);
}

void TestAlertMutes::aGroupIsMutedAsAWhole()
{
    Bench bench(m_time);
    bench.mutes.muteGroup(u"shop"_s, m_time.wall() + 1h);
    bench.fail(bench.orders);
    bench.lose(bench.payments);
    bench.lose(bench.lone);
    const QStringList told = bench.wait();
    QCOMPARE(told.size(), 1);
    QVERIFY2(told.first().startsWith(u"lone: unreachable"_s), qPrintable(told.first()));
    QVERIFY(bench.quiet(bench.payments).mutedUntil);
    QVERIFY(!bench.mutes.isMutedItself(bench.payments));
    bench.mutes.unmute({bench.payments}); // it has no mute of its own
    QVERIFY(bench.quiet(bench.payments).mutedUntil);
    bench.fleet.setGroup(bench.payments, u"other"_s);
    QVERIFY(!bench.quiet(bench.payments).mutedUntil);
    bench.mutes.unmuteGroup(u"shop"_s);
    QVERIFY(!bench.quiet(bench.orders).mutedUntil);
}

void TestAlertMutes::aLargeGroupIsMutedWithFewSignals()
{
    Bench bench(m_time);
    QList<FleetEntry> entries;
    for (int each = 0; each < 300; ++each) {
        entries << Reports::entry(u"service-%1"_s.arg(each), u"http://127.0.0.1:%1"_s.arg(1000 + each));
        entries.last().group = u"large"_s;
    }
    const QList<ServiceId> ids = bench.fleet.addAll(entries);
    QSignalSpy changed(&bench.fleet, &QAbstractItemModel::dataChanged);
    QSignalSpy settled(&bench.fleet, &FleetModel::settled);
    bench.mutes.muteGroup(u"large"_s, m_time.wall() + 1h);
    QVERIFY(bench.quiet(ids.last()).mutedUntil);
    QCOMPARE(changed.count(), 1);
    QCOMPARE(settled.count(), 1);
}

void TestAlertMutes::aMuteIsKeptOverARestart()
{
    {
        Bench bench(m_time);
        bench.mutes.mute({bench.lone}, m_time.wall() + 1h);
        bench.mutes.muteGroup(u"shop"_s, m_time.wall() + 2h);
    }
    Bench bench(m_time);
    QVERIFY(bench.quiet(bench.lone).mutedUntil == m_time.wall() + 1h);
    QVERIFY(bench.quiet(bench.orders).mutedUntil == m_time.wall() + 2h);
    for (const ServiceId id : {bench.orders, bench.payments, bench.lone})
        bench.lose(id);
    QCOMPARE(bench.wait(), QStringList());
}

void TestAlertMutes::aMuteThatEndedMeanwhileIsSaidAtTheNextStart()
{
    {
        Bench bench(m_time);
        bench.mutes.mute({bench.lone}, m_time.wall() + 1h);
    }
    m_time.advance(2h);
    Bench bench(m_time);
    bench.wait();
    QVERIFY(!bench.quiet(bench.lone).mutedUntil);
    QCOMPARE(bench.journal, QStringList()); // nobody knows yet how it is
    bench.heal(bench.lone);
    bench.wait();
    QCOMPARE(bench.journal, QStringList{u"lone: its alerts are no longer muted: it is healthy"_s});
    Bench next(m_time);
    next.heal(next.lone);
    next.wait();
    QCOMPARE(next.journal, QStringList());
}

void TestAlertMutes::whatIsAcknowledgedMakesNoNoiseUntilItsStateChanges()
{
    Bench bench(m_time);
    bench.fail(bench.orders);
    QVERIFY(AlertMutes::canAcknowledge(*bench.fleet.find(bench.orders)));
    bench.mutes.acknowledge({bench.orders});
    QVERIFY(bench.quiet(bench.orders).state);
    QVERIFY(!AlertMutes::canAcknowledge(*bench.fleet.find(bench.orders)));
    QCOMPARE(bench.wait(), QStringList());
    bench.lose(bench.orders); // another state
    QVERIFY(!bench.quiet(bench.orders).isAcknowledged());
    const QStringList told = bench.wait();
    QCOMPARE(told.size(), 1);
    QVERIFY2(told.first().startsWith(u"orders: unreachable"_s), qPrintable(told.first()));
    bench.fail(bench.orders); // as it was: nobody has acknowledged it anew
    QVERIFY(!bench.quiet(bench.orders).isAcknowledged());
}

void TestAlertMutes::itsRecoveryIsTold()
{
    Bench bench(m_time);
    bench.fail(bench.orders);
    bench.mutes.acknowledge({bench.orders});
    QCOMPARE(bench.wait(), QStringList());
    bench.heal(bench.orders);
    QCOMPARE(bench.wait(), QStringList{u"orders is healthy again"_s});
    bench.fail(bench.orders);
    QCOMPARE(bench.wait(), QStringList{u"orders: error"_s});
}

void TestAlertMutes::anAcknowledgementIsKeptOverARestart()
{
    {
        Bench bench(m_time);
        bench.fail(bench.orders);
        bench.mutes.acknowledge({bench.orders});
    }
    Bench bench(m_time);
    QVERIFY(!bench.quiet(bench.orders).state); // nobody knows yet how it is
    bench.wait();
    bench.fail(bench.orders);
    QVERIFY(bench.quiet(bench.orders).state);
    QCOMPARE(bench.wait(), QStringList());
}

void TestAlertMutes::aRestartFromHereEndsNoAcknowledgementByItself()
{
    Bench bench(m_time);
    bench.fail(bench.orders);
    bench.mutes.acknowledge({bench.orders});
    bench.fleet.setActivity(bench.orders, Activity{ServiceState::Restarting, u"restart in 3 s"_s});
    bench.lose(bench.orders);
    bench.fail(bench.orders);
    bench.fleet.setActivity(bench.orders, {}); // and it is as before
    QVERIFY(bench.quiet(bench.orders).state);
    QCOMPARE(bench.wait(), QStringList());
}

void TestAlertMutes::oldCodeIsAcknowledged()
{
    HealthReport old = Reports::healthy();
    old.code = CodeReport{CodeVerdict::Stale, {}, {}};
    {
        Bench bench(m_time);
        bench.fleet.applyAnswer(bench.orders, Reports::answer(old));
        bench.mutes.acknowledge({bench.orders});
        QVERIFY(bench.quiet(bench.orders).code && !bench.quiet(bench.orders).state);
    }
    Bench bench(m_time);
    bench.fleet.applyAnswer(bench.orders, Reports::answer(old));
    QCOMPARE(bench.wait(), QStringList());
    HealthReport fresh = old;
    fresh.code = CodeReport{CodeVerdict::Fresh, {}, {}};
    bench.fleet.applyAnswer(bench.orders, Reports::answer(fresh));
    QVERIFY(!bench.quiet(bench.orders).isAcknowledged());
    bench.fleet.applyAnswer(bench.orders, Reports::answer(old));
    QCOMPARE(bench.wait(), QStringList{u"orders runs old code"_s});
}

void TestAlertMutes::aBrokenRuleIsAcknowledgedUntilItIsKept()
{
    const auto use = [](Bench &bench, qint64 bytes) {
        HealthReport report = Reports::healthy();
        report.resources.residentBytes = bytes;
        bench.fleet.applyAnswer(bench.orders, Reports::answer(report));
    };
    const QList<AlertRule> rules{*AlertRule::parse(u"memory > 1MiB for 5s"_s)};
    {
        Bench bench(m_time);
        bench.rules.setRules(rules);
        use(bench, 2 << 20);
        QCOMPARE(bench.wait(), QStringList{u"orders: memory > 1MiB for 5s"_s});
        QCOMPARE(bench.fleet.find(bench.orders)->brokenRules, QStringList{u"memory > 1MiB for 5s"_s});
        bench.mutes.acknowledge({bench.orders});
        QVERIFY(!AlertMutes::canAcknowledge(*bench.fleet.find(bench.orders)));
    }
    Bench bench(m_time);
    bench.rules.setRules(rules);
    use(bench, 2 << 20);
    QCOMPARE(bench.wait(), QStringList());
    use(bench, 100);
    QCOMPARE(bench.wait(), QStringList{u"orders: over, memory > 1MiB for 5s"_s});
    QVERIFY(!bench.quiet(bench.orders).isAcknowledged());
    QVERIFY(bench.fleet.find(bench.orders)->brokenRules.isEmpty());
    use(bench, 2 << 20);
    QCOMPARE(bench.wait(), QStringList{u"orders: memory > 1MiB for 5s"_s});
}

void TestAlertMutes::anAcknowledgementCanBeTakenBack()
{
    Bench bench(m_time);
    bench.fail(bench.orders);
    bench.mutes.acknowledge({bench.orders});
    bench.wait();
    bench.mutes.withdraw({bench.orders});
    QVERIFY(!bench.quiet(bench.orders).isAcknowledged());
    QCOMPARE(bench.wait(), QStringList{u"orders: error"_s});
}

void TestAlertMutes::oneThatIsAmissIsToldThoughAnotherIsQuiet()
{
    Bench bench(m_time);
    bench.lose(bench.orders);
    bench.lose(bench.lone);
    bench.mutes.acknowledge({bench.orders});
    const QStringList told = bench.wait();
    QCOMPARE(told.size(), 1);
    QVERIFY2(told.first().startsWith(u"lone: unreachable"_s), qPrintable(told.first()));
}

/// Its cells, row by row.
static QStringList linesOf(AlertListModel &list)
{
    list.refresh();
    QStringList lines;
    for (int row = 0; row < list.rowCount(); ++row) {
        QStringList cells;
        for (int column = 0; column < AlertListModel::ColumnCount; ++column)
            cells << list.index(row, column).data().toString();
        lines << cells.join(u'|');
    }
    return lines;
}

void TestAlertMutes::theListNamesGroupsAndServices()
{
    Bench bench(m_time);
    AlertListModel list(bench.fleet, bench.causes, bench.mutes);
    const auto shown = [&list] { return linesOf(list); };
    QCOMPARE(shown(), QStringList());
    bench.fail(bench.orders);
    bench.heal(bench.payments);
    bench.heal(bench.lone);
    bench.mutes.mute({bench.lone}, m_time.wall() + 1h);
    const QString until = momentText(m_time.wall() + 1h);
    QCOMPARE(shown(), QStringList({u"orders|error|not told yet"_s, u"lone|healthy|muted until "_s + until}));
    bench.mutes.acknowledge({bench.orders});
    bench.mutes.muteGroup(u"shop"_s, m_time.wall() + 1h);
    QCOMPARE(shown(),
             QStringList({u"All of shop||muted until "_s + until,
                          u"orders|error|muted until "_s + until + u", acknowledged"_s,
                          u"lone|healthy|muted until "_s + until}));
    bench.mutes.muteGroup(u"shop"_s, m_time.wall() + 2h); // it is one mute
    QCOMPARE(shown().size(), 3);
    bench.fleet.remove(bench.orders);
    QCOMPARE(shown().size(), 2);
}

void TestAlertMutes::whatOneCauseExplainsIsOneRowToBeOpened()
{
    Bench bench(m_time);
    AlertListModel list(bench.fleet, bench.causes, bench.mutes);
    const QAbstractItemModelTester tester(&list, QAbstractItemModelTester::FailureReportingMode::QtTest);
    for (const ServiceId id : {bench.orders, bench.payments, bench.lone}) {
        bench.heal(id);
        bench.lose(id);
    }
    const ServiceId other = bench.add(u"other"_s, u"http://127.0.0.1:4"_s, {});
    bench.heal(other);
    const QString amiss = u"|do not answer since %1|"_s.arg(momentText(m_time.wall()));
    const QString head = u"3 of 4 services"_s + amiss + u"not told yet"_s;
    const QString row = u"%1|unreachable: refused|not told yet"_s;
    const QStringList members{row.arg(u"orders"_s), row.arg(u"payments"_s), row.arg(u"lone"_s)};
    QCOMPARE(linesOf(list), QStringList{head});
    QCOMPARE(list.servicesAt(0), (QList<ServiceId>{bench.orders, bench.payments, bench.lone}));
    list.setFolded(0, false);
    QCOMPARE(linesOf(list), QStringList{head} + members);
    // One that it reaches later is not told by itself.
    bench.fleet.setTold({bench.orders, bench.payments, bench.lone}, [&](AlertsTold &all) {
        all.state = AlertTold{m_time.wall(), AlertTold::Desktop::InFront, 0};
    });
    m_time.advance(5s);
    bench.lose(other);
    const QString told = u"not sent: the window was in front"_s;
    QCOMPARE(linesOf(list).first(), u"4 of 4 services"_s + amiss + told);
    QCOMPARE(linesOf(list).last(), u"other|unreachable: refused|not by itself; of its cause: "_s + told);
    // The first one recovers: it is the same outage for the others.
    bench.heal(bench.orders);
    QCOMPARE(linesOf(list).size(), 4);
    QCOMPARE(linesOf(list).first(), u"3 of 4 services"_s + amiss + told);
    bench.mutes.acknowledge({bench.lone});
    QCOMPARE(linesOf(list).first(), u"3 of 4 services"_s + amiss + u"not the same for all"_s);
    list.setFolded(0, true);
    QCOMPARE(linesOf(list).size(), 1);
    for (const ServiceId id : {bench.payments, bench.lone})
        bench.heal(id);
    QCOMPARE(linesOf(list), QStringList(u"other|unreachable: refused|not told yet"_s));
}

void TestAlertMutes::theWorstComesFirst()
{
    Bench bench(m_time);
    AlertListModel list(bench.fleet, bench.causes, bench.mutes);
    const QAbstractItemModelTester tester(&list, QAbstractItemModelTester::FailureReportingMode::QtTest);
    HealthReport stale = Reports::healthy();
    stale.code = CodeReport{CodeVerdict::Stale, {}, {}};
    bench.fleet.applyAnswer(bench.orders, Reports::answer(stale));
    bench.fail(bench.payments);
    bench.heal(bench.lone);
    const auto names = [&] {
        QStringList shown;
        for (const QString &line : linesOf(list))
            shown << line.section(u'|', 0, 0);
        return shown;
    };
    QCOMPARE(names(), (QStringList{u"payments"_s, u"orders"_s}));
    QVERIFY(list.index(1, AlertListModel::Amiss).data(AlertListModel::StaleRole).toBool());
    QVERIFY(!list.index(0, AlertListModel::Amiss).data(AlertListModel::StaleRole).toBool());
    bench.lose(bench.lone);
    QCOMPARE(names(), (QStringList{u"lone"_s, u"payments"_s, u"orders"_s}));
    // Nobody knows since when these have been silent.
    for (int each = 0; each < 3; ++each)
        bench.lose(bench.add(u"down-%1"_s.arg(each), u"http://127.0.0.1:1%1"_s.arg(each), {}));
    const QString since = u"3 of 6 services|do not answer, since before %1|not told yet"_s;
    QCOMPARE(linesOf(list)[1], since.arg(momentText(m_time.wall())));
}

void TestAlertMutes::theListSaysWhatBecameOfAnAlert_data()
{
    QTest::addColumn<AlertTold::Desktop>("desktop");
    QTest::addColumn<int>("targets");
    QTest::addColumn<QString>("words");
    using enum AlertTold::Desktop;
    const QString at = momentText(m_time.wall());
    QTest::newRow("told") << Notified << 0 << u"told at "_s + at;
    QTest::newRow("in front") << InFront << 0 << u"not sent: the window was in front"_s;
    QTest::newRow("off") << Off << 0 << u"not sent: notifications are off"_s;
    QTest::newRow("muted") << Muted << 0 << u"not sent: notifications were muted"_s;
    QTest::newRow("unavailable") << Unavailable << 0 << u"not sent: this desktop takes no notifications"_s;
    QTest::newRow("told, and given to others") << Notified << 2 << u"told at %1, given to 2 targets at %1"_s.arg(at);
    QTest::newRow("in front, and given to another")
        << InFront << 1 << u"given to 1 target at %1; not sent: the window was in front"_s.arg(at);
}

void TestAlertMutes::theListSaysWhatBecameOfAnAlert()
{
    QFETCH(AlertTold::Desktop, desktop);
    QFETCH(int, targets);
    QFETCH(QString, words);
    Bench bench(m_time);
    AlertListModel list(bench.fleet, bench.causes, bench.mutes);
    bench.fail(bench.orders);
    bench.fleet.setTold({bench.orders}, [&](AlertsTold &all) {
        all.state = AlertTold{m_time.wall(), desktop, targets};
    });
    QCOMPARE(linesOf(list), QStringList(u"orders|error|"_s + words));
    bench.heal(bench.orders);
    bench.fail(bench.orders); // that is another trouble
    QCOMPARE(linesOf(list), QStringList(u"orders|error|not told yet"_s));
}

void TestAlertMutes::tomorrowMorningIsAnotherDay()
{
    const auto at = [](const QTime &time) {
        return Clock::WallTime(std::chrono::milliseconds(QDateTime({2026, 1, 2}, time).toMSecsSinceEpoch()));
    };
    const Clock::WallTime morning(std::chrono::milliseconds(QDateTime({2026, 1, 3}, {8, 0}).toMSecsSinceEpoch()));
    for (const QTime &time : {QTime(0, 0), QTime(7, 59), QTime(12, 0), QTime(23, 59)})
        QCOMPARE(tomorrowMorning(at(time)), morning);
}

QTEST_GUILESS_MAIN(TestAlertMutes)
#include "tst_alertmutes.moc"
