// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/servicemap.h"
#include "tests/dashboard/model/reports.h"

#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestServiceMap : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whoNeedsSomethingStandsAboveIt_data();
    void whoNeedsSomethingStandsAboveIt();
    void theOrderOfAddingDoesNotMatter();
    void sharedDatabasesAreKnownByTheirIdentity();
    void whatIsDownBecauseOfWhatIsSaid();
    void whatFailsForSomeSaysForWhom_data();
    void whatFailsForSomeSaysForWhom();
    void whatNobodyCheckedIsNotSaidToWork();
    void whatIsOldSaysNothingOfADependency();
    void ofWhoHasNotAnsweredItIsNotKnown();
    void databasesThatAreNotOneAreTold_data();
    void databasesThatAreNotOneAreTold();
    void aLongChainAndManyServicesAreFast();
    void ofALargeFleetTroubleAndWhatItNeedsAreShown();
};

static ServiceId add(FleetModel &fleet, const QString &name, const QStringList &needs = {}, const QString &group = {})
{
    FleetEntry entry = Reports::entry(name, u"http://127.0.0.1/"_s + name);
    entry.dependsOn = needs;
    entry.group = group;
    return fleet.add(entry);
}

static DependencyReport database(const QString &name, const QString &file, const QString &id,
                                 DependencyStatus status = DependencyStatus::Working)
{
    DependencyReport dependency = Reports::dependency(name, status);
    dependency.details = {{u"database"_s, file}, {u"database_id"_s, id}};
    return dependency;
}

static void answer(FleetModel &fleet, ServiceId id, const QList<DependencyReport> &dependencies)
{
    HealthReport report = Reports::healthy();
    report.dependencies = dependencies;
    fleet.applyAnswer(id, Reports::answer(report));
}

static QString shape(const ServiceMap &map)
{
    QStringList parts;
    for (const MapNode &node : map.nodes)
        parts << u"%1:%2"_s.arg(node.layer).arg(node.name);
    return parts.join(u' ');
}

static QString sentenceOf(const ServiceMap &map, const QString &name)
{
    for (const MapNode &node : map.nodes) {
        if (node.name == name)
            return node.sentence;
    }
    return {};
}

void TestServiceMap::whoNeedsSomethingStandsAboveIt_data()
{
    QTest::addColumn<QStringList>("fleet"); // NAME>NEEDED,NEEDED
    QTest::addColumn<QString>("shape");
    QTest::newRow("none") << QStringList{u"a"_s, u"b"_s} << u""_s;
    QTest::newRow("one") << QStringList{u"a>b"_s, u"b"_s, u"c"_s} << u"0:b 1:a"_s;
    QTest::newRow("the longest way") << QStringList{u"a>b,c"_s, u"b>c"_s, u"c"_s} << u"0:c 1:b 2:a"_s;
    QTest::newRow("unknown name") << QStringList{u"a>x,b"_s, u"b"_s} << u"0:b 1:a"_s;
    QTest::newRow("itself") << QStringList{u"a>a"_s} << u""_s;
    QTest::newRow("a circle") << QStringList{u"a>b"_s, u"b>a"_s} << u"0:a 0:b"_s;
    QTest::newRow("above a circle") << QStringList{u"a>b"_s, u"b>a,d"_s, u"c>a"_s, u"d"_s} << u"0:a 0:d 1:c 1:b"_s;
    QTest::newRow("above each other") << QStringList{u"a>z"_s, u"b>y"_s, u"y"_s, u"z"_s} << u"0:y 0:z 1:b 1:a"_s;
}

void TestServiceMap::whoNeedsSomethingStandsAboveIt()
{
    QFETCH(QStringList, fleet);
    FleetModel model;
    for (const QString &each : fleet)
        add(model, each.section(u'>', 0, 0), each.section(u'>', 1).split(u',', Qt::SkipEmptyParts));
    QTEST(shape(mapOf(model)), "shape");
}

void TestServiceMap::theOrderOfAddingDoesNotMatter()
{
    const QStringList names{u"e"_s, u"a"_s, u"d"_s, u"b"_s, u"c"_s};
    const QHash<QString, QStringList> needs{{u"a"_s, {u"c"_s, u"d"_s}}, {u"b"_s, {u"d"_s}}, {u"e"_s, {u"c"_s}}};
    QString first;
    for (int turn = 0; turn < int(names.size()); ++turn) {
        FleetModel model;
        for (int i = 0; i < int(names.size()); ++i) {
            const QString name = names[(i + turn) % names.size()];
            answer(model, add(model, name, needs.value(name)), {Reports::dependency(u"queue"_s)});
        }
        const QString now = shape(mapOf(model));
        if (first.isEmpty())
            first = now;
        QCOMPARE(now, first);
    }
    QVERIFY(first.contains(u"queue"_s));
}

void TestServiceMap::sharedDatabasesAreKnownByTheirIdentity()
{
    FleetModel fleet;
    const ServiceId a = add(fleet, u"a"_s);
    const ServiceId b = add(fleet, u"b"_s);
    const ServiceId c = add(fleet, u"c"_s);
    answer(fleet, a, {database(u"main"_s, u"shop at db"_s, u"server:1"_s), Reports::dependency(u"api"_s)});
    answer(fleet, b, {database(u"store"_s, u"shop at db"_s, u"server:1"_s)});
    answer(fleet, c, {database(u"main"_s, u"shop at db"_s, u"server:2"_s), Reports::dependency(u"api"_s)});
    const ServiceMap map = mapOf(fleet);
    QCOMPARE(shape(map), u"0:api 0:main (shop at db) 1:c 1:a 1:b"_s);
    QCOMPARE(sentenceOf(map, u"main (shop at db)"_s), u"main (shop at db): works · needed by a, b"_s);
    QCOMPARE(map.others, 0);
    QVERIFY(map.splits.isEmpty());
}

void TestServiceMap::whatIsDownBecauseOfWhatIsSaid()
{
    FleetModel fleet;
    const ServiceId gateway = add(fleet, u"gateway"_s, {u"orders"_s, u"users"_s});
    const ServiceId orders = add(fleet, u"orders"_s);
    const ServiceId users = add(fleet, u"users"_s);
    const DependencyReport failing = database(u"db"_s, u"shop"_s, u"server:1"_s, DependencyStatus::Error);
    answer(fleet, gateway, {Reports::dependency(u"orders"_s, DependencyStatus::Error)});
    answer(fleet, orders, {failing});
    answer(fleet, users, {database(u"db"_s, u"shop"_s, u"server:1"_s)});
    ServiceMap map = mapOf(fleet);
    QVERIFY2(sentenceOf(map, u"gateway"_s).contains(u"because of db (shop) · needs"_s),
             qPrintable(sentenceOf(map, u"gateway"_s)));
    QVERIFY(sentenceOf(map, u"orders"_s).contains(u"because of db (shop)"_s));
    QVERIFY(!sentenceOf(map, u"users"_s).contains(u"because"_s)); // it is well
    QVERIFY(sentenceOf(map, u"db (shop)"_s).startsWith(u"db (shop): fails"_s));
    fleet.applyAnswer(orders, Reports::failure(ClientError::Refused));
    map = mapOf(fleet);
    QVERIFY(sentenceOf(map, u"gateway"_s).contains(u"because of orders ·"_s));
    QVERIFY(!sentenceOf(map, u"orders"_s).contains(u"because"_s)); // the database is not known to fail any more
}

/// Two that only use the same name may mean two things: that one fails says nothing of the other.
void TestServiceMap::whatFailsForSomeSaysForWhom_data()
{
    QTest::addColumn<QString>("id");
    QTest::addColumn<QStringList>("failing");
    QTest::addColumn<ServiceState>("state");
    QTest::addColumn<QString>("says");
    const QString named = u"; only its name is known, and it may be more than one"_s;
    QTest::newRow("a name, one of three")
        << u""_s << QStringList{u"b"_s} << ServiceState::Unknown << u"fails for b, works for 2 others"_s + named;
    QTest::newRow("a name, two of three") << u""_s << QStringList{u"a"_s, u"c"_s} << ServiceState::Unknown
                                          << u"fails for a, c, works for 1 other"_s + named;
    QTest::newRow("a name, all") << u""_s << QStringList{u"a"_s, u"b"_s, u"c"_s} << ServiceState::DependencyError
                                 << u"fails"_s;
    QTest::newRow("one database") << u"server:1"_s << QStringList{u"b"_s} << ServiceState::DependencyError
                                  << u"fails for b, works for 2 others"_s;
}

void TestServiceMap::whatFailsForSomeSaysForWhom()
{
    QFETCH(const QString, id);
    QFETCH(const QStringList, failing);
    FleetModel fleet;
    const QStringList names{u"a"_s, u"b"_s, u"c"_s};
    for (const QString &name : names) {
        const bool fails = failing.contains(name);
        const DependencyReport shared =
            database(u"db"_s, u"shop"_s, id, fails ? DependencyStatus::Error : DependencyStatus::Working);
        DependencyReport own = Reports::dependency(u"own-"_s + name, DependencyStatus::Error); // all are in trouble
        answer(fleet, add(fleet, name), {shared, own});
    }
    const ServiceMap map = mapOf(fleet);
    const QString name = id.isEmpty() ? u"db"_s : u"db (shop)"_s;
    const auto node = std::ranges::find(map.nodes, name, &MapNode::name);
    QVERIFY(node != map.nodes.end());
    QTEST(node->state, "state");
    QFETCH(const QString, says);
    QCOMPARE(node->sentence, u"%1: %2 · needed by a, b, c"_s.arg(name, says));
    for (const QString &each : names)
        QCOMPARE(sentenceOf(map, each).contains(u"because of "_s + name), failing.contains(each));
}

void TestServiceMap::whatNobodyCheckedIsNotSaidToWork()
{
    FleetModel fleet;
    const ServiceId a = add(fleet, u"a"_s);
    const ServiceId b = add(fleet, u"b"_s);
    DependencyReport unchecked = database(u"db"_s, u"shop"_s, u"server:1"_s, DependencyStatus::Unknown);
    unchecked.error = NotCheckedYet;
    answer(fleet, a, {unchecked});
    answer(fleet, b, {unchecked});
    const ServiceMap map = mapOf(fleet);
    const auto node = std::ranges::find(map.nodes, u"db (shop)"_s, &MapNode::name);
    QVERIFY(node != map.nodes.end());
    QCOMPARE(node->state, ServiceState::Unknown);
}

void TestServiceMap::whatIsOldSaysNothingOfADependency()
{
    FleetModel fleet;
    const ServiceId a = add(fleet, u"a"_s);
    const ServiceId b = add(fleet, u"b"_s);
    for (const ServiceId id : {a, b})
        answer(fleet, id, {Reports::dependency(u"api"_s)});
    QCOMPARE(sentenceOf(mapOf(fleet), u"api"_s), u"api: works · needed by a, b"_s);
    for (const ServiceId id : {a, b})
        fleet.applyAnswer(id, Reports::failure(ClientError::Refused));
    QCOMPARE(sentenceOf(mapOf(fleet), u"api"_s), u"api: not known · needed by a, b"_s);
}

/// A window that is opened in an outage has heard of no dependency: that does not mean that there are none.
void TestServiceMap::ofWhoHasNotAnsweredItIsNotKnown()
{
    FleetModel fleet;
    const ServiceId orders = add(fleet, u"orders"_s);
    const ServiceId billing = add(fleet, u"billing"_s);
    fleet.applyAnswer(orders, Reports::failure(ClientError::Refused));
    QCOMPARE(mapOf(fleet).unheard, 2);
    QCOMPARE(mapOf(fleet).others, 0);
    answer(fleet, orders, {});
    QCOMPARE(mapOf(fleet).unheard, 1);
    QCOMPARE(mapOf(fleet).others, 1);
    fleet.applyAnswer(orders, Reports::failure(ClientError::Refused)); // what it once said is known still
    answer(fleet, billing, {});
    QCOMPARE(mapOf(fleet).unheard, 0);
    QCOMPARE(mapOf(fleet).others, 2);
}

void TestServiceMap::databasesThatAreNotOneAreTold_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("id");
    QTest::addColumn<QString>("group");
    QTest::addColumn<bool>("isSplit");
    QTest::newRow("another file") << u"db"_s << u"app.db"_s << u"file:m:2"_s << u"shop"_s << true;
    QTest::newRow("the same") << u"db"_s << u"app.db"_s << u"file:m:1"_s << u"shop"_s << false;
    QTest::newRow("another machine") << u"db"_s << u"app.db"_s << u"file:n:2"_s << u"shop"_s << false;
    QTest::newRow("another group") << u"db"_s << u"app.db"_s << u"file:m:2"_s << u"other"_s << false;
    QTest::newRow("another file name") << u"db"_s << u"test.db"_s << u"file:m:2"_s << u"shop"_s << false;
    QTest::newRow("another dependency") << u"cache"_s << u"app.db"_s << u"file:m:2"_s << u"shop"_s << false;
    QTest::newRow("a server") << u"db"_s << u"app.db"_s << u"server:2"_s << u"shop"_s << false;
}

void TestServiceMap::databasesThatAreNotOneAreTold()
{
    QFETCH(QString, name);
    QFETCH(QString, file);
    QFETCH(QString, id);
    QFETCH(QString, group);
    QFETCH(bool, isSplit);
    FleetModel fleet;
    answer(fleet, add(fleet, u"orders"_s, {}, u"shop"_s), {database(u"db"_s, u"app.db"_s, u"file:m:1"_s)});
    const ServiceId other = add(fleet, u"billing"_s, {}, group);
    answer(fleet, other, {database(name, file, id)});
    const QStringList told = mapOf(fleet).splits;
    QCOMPARE(told,
             isSplit ? QStringList{u"db (app.db) is not one file: one is open in billing; another in "
                                   "orders."_s}
                     : QStringList());
    fleet.applyAnswer(other, Reports::failure(ClientError::Refused)); // nobody knows what it has open
    QCOMPARE(mapOf(fleet).splits, QStringList());
}

void TestServiceMap::aLongChainAndManyServicesAreFast()
{
    FleetModel fleet;
    QList<FleetEntry> entries;
    for (int i = 0; i < 1000; ++i) {
        FleetEntry entry = Reports::entry(u"s%1"_s.arg(i, 4, 10, QChar(u'0')), u"http://127.0.0.1:%1"_s.arg(i + 1));
        if (i > 0)
            entry.dependsOn = {u"s%1"_s.arg(i - 1, 4, 10, QChar(u'0'))};
        entries << entry;
    }
    for (int i = 0; i < 4000; ++i)
        entries << Reports::entry(u"alone%1"_s.arg(i), u"http://127.0.0.1:%1"_s.arg(i + 2000));
    fleet.addAll(entries);
    const ServiceMap map = mapOf(fleet);
    QCOMPARE(map.nodes.size(), 1000);
    QCOMPARE(map.nodes.last().layer, 999);
    QCOMPARE(map.unheard, 5000);
}

void TestServiceMap::ofALargeFleetTroubleAndWhatItNeedsAreShown()
{
    FleetModel fleet;
    QList<FleetEntry> entries;
    for (int i = 0; i < 6000; ++i)
        entries << Reports::entry(u"s%1"_s.arg(i, 4, 10, QChar(u'0')), u"http://127.0.0.1:%1"_s.arg(i + 1));
    entries[5998].dependsOn = {u"s5999"_s};
    entries[5999].dependsOn = {u"s5997"_s};
    const QList<ServiceId> ids = fleet.addAll(entries);
    QCOMPARE(mapOf(fleet).leftOut, 1000);
    QVERIFY(mapOf(fleet).nodes.isEmpty()); // by their names these three are left out
    fleet.applyAnswer(ids[5998], Reports::failure(ClientError::Refused));
    const ServiceMap map = mapOf(fleet);
    QCOMPARE(shape(map), u"0:s5997 1:s5999 2:s5998"_s);
    QCOMPARE(map.leftOut, 998);
    QCOMPARE(map.unheard, 4999 + 3);
}

QTEST_GUILESS_MAIN(TestServiceMap)
#include "tst_servicemap.moc"
