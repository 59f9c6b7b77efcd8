// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/fleetrows.h"
#include "tests/dashboard/model/reports.h"

#include <QAbstractItemModelTester>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestFleetRows : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void groupsStandUnderTheirHeadings();
    void groupsStandByTheFirstOfTheirServices_data();
    void groupsStandByTheFirstOfTheirServices();
    void aGroupMovesWithTheStateOfItsServices();
    void whileHeldNoGroupMoves();
    void aFoldedGroupKeepsItsHeadingAndItsServices();
    void aHeadingCountsWhatNeedsAPerson();
    void aHeadingCountsTheRowsThatAreHeldBelowIt();
    void favouritesComeFirstHoweverItIsSorted();
    void aSelectionFollowsItsServiceWhenRowsMove();
    void whatDoesNotMoveIsNotMoved();
    void whileHeldNothingMovesByItself();
    void whatIsAddedWhileHeldStandsBelow_data();
    void whatIsAddedWhileHeldStandsBelow();
    void eachOfManyThatAreFoundIsLookedAtOnce_data();
    void eachOfManyThatAreFoundIsLookedAtOnce();
    void thoseThatMoveAreLookedUpAlone();
    void aPortionIsOneChangeOfTheOrder();
    void aFilterMovesNothing();
    void itSaysTheSameAsOneMadeAnewWhateverHappens();
};

/// Counts how often it is asked for what decides where a service stands.
class CountingFleet : public FleetModel
{
public:
    QVariant data(const QModelIndex &index, int role) const override
    {
        asked += role == SortRole;
        return FleetModel::data(index, role);
    }
    mutable int asked = 0;
};

/// `count` services whose names and groups are in no order.
static QList<FleetEntry> portion(QRandomGenerator &random, int count)
{
    QList<FleetEntry> entries;
    for (int each = 0; each < count; ++each) {
        entries << Reports::entry(QString::number(random.generate()));
        entries.last().group = u"group-%1"_s.arg(random.bounded(10));
    }
    return entries;
}

/// All answer, each after another time.
static QList<Arrival> arrivalsOf(QRandomGenerator &random, const QList<ServiceId> &services)
{
    QList<Arrival> arrivals;
    for (const ServiceId id : services) {
        HealthReport report = Reports::healthy();
        report.uptime = Seconds(random.bounded(1'000'000));
        arrivals << Arrival{id, Reports::answer(report), Clock::machine().now(), Clock::machine().wall()};
    }
    return arrivals;
}

/// One word a row: `[group]` or the service's name.
static QString shown(const FleetRows &rows)
{
    QStringList words;
    for (int row = 0; row < rows.rowCount(); ++row) {
        words << (rows.isHeading(row) ? u"[%1]"_s.arg(rows.index(row, 0).data(FleetRows::HeadingRole).toString())
                                      : rows.index(row, FleetModel::Service).data().toString());
    }
    return words.join(u' ');
}

static ServiceId add(FleetModel &fleet, const QString &name, const QString &group = {}, double uptime = 100)
{
    FleetEntry entry = Reports::entry(name);
    entry.group = group;
    HealthReport report = Reports::healthy();
    report.uptime = Seconds(uptime);
    const ServiceId id = fleet.add(entry);
    fleet.applyAnswer(id, Reports::answer(report));
    return id;
}

void TestFleetRows::whileHeldNothingMovesByItself()
{
    FleetModel fleet;
    FleetRows rows(fleet);
    const QAbstractItemModelTester tester(&rows, QAbstractItemModelTester::FailureReportingMode::QtTest);
    const ServiceId a = add(fleet, u"a"_s);
    const ServiceId b = add(fleet, u"b"_s);
    add(fleet, u"c"_s);
    rows.sort(FleetModel::State);
    QSignalSpy changed(&rows, &FleetRows::outOfOrderChanged);
    rows.setHeld(true);
    fleet.applyAnswer(b, Reports::failure(ClientError::Refused));
    QCOMPARE(shown(rows), u"a b c"_s);
    QVERIFY(rows.isOutOfOrder());
    QCOMPARE(changed.size(), 1);
    rows.setHeld(false);
    QCOMPARE(shown(rows), u"b a c"_s); // trouble first
    QVERIFY(!rows.isOutOfOrder());

    rows.setQuery(*FilterQuery::parse(u"state:healthy"_s)); // a person asks
    QCOMPARE(shown(rows), u"a c"_s);
    rows.setHeld(true);
    fleet.applyAnswer(a, Reports::failure(ClientError::Refused)); // no longer matches
    fleet.applyAnswer(b, Reports::answer(Reports::healthy()));    // matches now
    QCOMPARE(shown(rows), u"a c b"_s);
    rows.arrangeAnew();
    QCOMPARE(shown(rows), u"b c"_s);
    fleet.remove(b);
    QCOMPARE(shown(rows), u"c"_s);
}

void TestFleetRows::whatIsAddedWhileHeldStandsBelow_data()
{
    QTest::addColumn<bool>("grouped");
    QTest::addColumn<int>("column");
    QTest::addColumn<QString>("held");
    QTest::addColumn<QString>("afterwards");
    QTest::newRow("as they were added") << false << -1 << u"m z k a"_s << u"m z k a"_s;
    QTest::newRow("by name") << false << int(FleetModel::Service) << u"m z a k"_s << u"a k m z"_s;
    QTest::newRow("in groups") << true << int(FleetModel::Service) << u"[data] k [shop] m z a [Without a group] -"_s
                               << u"[data] k [shop] a m z [Without a group] -"_s;
}

void TestFleetRows::whatIsAddedWhileHeldStandsBelow()
{
    QFETCH(const bool, grouped);
    QFETCH(const int, column);
    FleetModel fleet;
    FleetRows rows(fleet);
    const QAbstractItemModelTester tester(&rows, QAbstractItemModelTester::FailureReportingMode::QtTest);
    add(fleet, u"m"_s, u"shop"_s);
    add(fleet, u"z"_s, u"shop"_s);
    if (grouped)
        add(fleet, u"-"_s);
    rows.sort(column);
    rows.setGrouped(grouped);
    rows.setHeld(true);
    FleetEntry one = Reports::entry(u"k"_s);
    one.group = u"data"_s;
    FleetEntry other = Reports::entry(u"a"_s);
    other.group = u"shop"_s;
    fleet.addAll({one, other});
    QTEST(shown(rows), "held");
    QFETCH(const QString, afterwards);
    QCOMPARE(rows.isOutOfOrder(), shown(rows) != afterwards);
    rows.setHeld(false);
    QCOMPARE(shown(rows), afterwards);
}

void TestFleetRows::eachOfManyThatAreFoundIsLookedAtOnce_data()
{
    QTest::addColumn<int>("column");
    QTest::addColumn<bool>("grouped");
    QTest::addColumn<bool>("held");
    QTest::addColumn<QString>("query");
    QTest::newRow("by name") << int(FleetModel::Service) << false << false << QString();
    QTest::newRow("by state") << int(FleetModel::State) << false << false << QString();
    QTest::newRow("in groups") << int(FleetModel::Service) << true << false << QString();
    QTest::newRow("while held") << int(FleetModel::Service) << true << true << QString();
    QTest::newRow("filtered") << int(FleetModel::Uptime) << false << false << u"group-1"_s;
}

void TestFleetRows::eachOfManyThatAreFoundIsLookedAtOnce()
{
    constexpr int Portions = 40;
    constexpr int Size = 50;
    QFETCH(const int, column);
    QFETCH(const bool, grouped);
    QFETCH(const bool, held);
    QFETCH(const QString, query);
    CountingFleet fleet;
    FleetRows rows(fleet);
    rows.sort(column);
    rows.setGrouped(grouped);
    rows.setHeld(held);
    rows.setQuery(*FilterQuery::parse(query));
    QSignalSpy moved(&rows, &QAbstractItemModel::layoutChanged);
    QRandomGenerator random(1);
    for (int each = 0; each < Portions; ++each)
        fleet.addAll(portion(random, Size));
    QVERIFY2(fleet.asked <= 2 * Portions * Size, QByteArray::number(fleet.asked).constData());
    QVERIFY2(moved.count() <= Portions, QByteArray::number(moved.count()).constData());
    FleetRows anew(fleet);
    anew.sort(column);
    anew.setGrouped(grouped);
    anew.setQuery(*FilterQuery::parse(query));
    rows.setHeld(false);
    QCOMPARE(shown(rows), shown(anew));
}

void TestFleetRows::thoseThatMoveAreLookedUpAlone()
{
    CountingFleet fleet;
    FleetRows rows(fleet);
    QRandomGenerator random(2);
    const QList<ServiceId> all = fleet.addAll(portion(random, 2000));
    fleet.applyArrivals(arrivalsOf(random, all));
    rows.sort(FleetModel::Uptime);
    const QPersistentModelIndex selected = rows.index(rows.rowOf(all[7]), FleetModel::Service);
    fleet.asked = 0;
    QSignalSpy moved(&rows, &QAbstractItemModel::layoutChanged);
    fleet.applyArrivals(arrivalsOf(random, all.first(50)));
    QVERIFY2(fleet.asked <= 150, QByteArray::number(fleet.asked).constData());
    QCOMPARE(moved.count(), 1);
    QCOMPARE(selected.row(), rows.rowOf(all[7]));
    FleetRows anew(fleet);
    anew.sort(FleetModel::Uptime);
    QCOMPARE(shown(rows), shown(anew));
}

void TestFleetRows::aPortionIsOneChangeOfTheOrder()
{
    FleetModel fleet;
    FleetRows rows(fleet);
    QRandomGenerator random(3);
    const QList<ServiceId> all = fleet.addAll(portion(random, 1000));
    rows.sort(FleetModel::Service);
    rows.setGrouped(true);
    QSignalSpy removed(&rows, &QAbstractItemModel::rowsRemoved);
    QSignalSpy inserted(&rows, &QAbstractItemModel::rowsInserted);
    QSignalSpy changed(&rows, &QAbstractItemModel::dataChanged);
    rows.setQuery(*FilterQuery::parse(u"!group-1 !group-5 !group-8"_s));
    QVERIFY(removed.count() > 0 && removed.count() <= 3);
    rows.setQuery({});
    QVERIFY(inserted.count() > 0 && inserted.count() <= 3);
    changed.clear();
    fleet.applyArrivals(arrivalsOf(random, all)); // a view looks at each of them otherwise
    QVERIFY2(changed.count() < 1000, QByteArray::number(changed.count()).constData());
    QVERIFY(changed.count() > 0);
}

/// Nor does a fold: only rows that come and go have to find their places.
void TestFleetRows::aFilterMovesNothing()
{
    CountingFleet fleet;
    FleetRows rows(fleet);
    QRandomGenerator random(4);
    fleet.addAll(portion(random, 1000));
    rows.sort(FleetModel::Service);
    rows.setGrouped(true);
    fleet.asked = 0;
    rows.setQuery(*FilterQuery::parse(u"group-1"_s));
    QVERIFY2(fleet.asked < 1000, QByteArray::number(fleet.asked).constData());
    rows.setQuery({});
    QVERIFY2(fleet.asked <= 2000, QByteArray::number(fleet.asked).constData());
    fleet.asked = 0;
    rows.setFolded(u"group-3"_s, true);
    rows.setFolded(u"group-3"_s, false);
    QVERIFY2(fleet.asked < 500, QByteArray::number(fleet.asked).constData());
    FleetRows anew(fleet);
    anew.sort(FleetModel::Service);
    anew.setGrouped(true);
    QCOMPARE(shown(rows), shown(anew));
}

void TestFleetRows::groupsStandUnderTheirHeadings()
{
    FleetModel fleet;
    FleetRows rows(fleet);
    const QAbstractItemModelTester tester(&rows, QAbstractItemModelTester::FailureReportingMode::QtTest);
    add(fleet, u"one"_s, u"shop"_s);
    add(fleet, u"two"_s);
    add(fleet, u"three"_s, u"data"_s);
    add(fleet, u"four"_s, u"shop"_s);
    QCOMPARE(shown(rows), u"one two three four"_s);
    rows.setGrouped(true);
    QCOMPARE(shown(rows), u"[data] three [shop] one four [Without a group] two"_s);
    rows.setQuery(*FilterQuery::parse(u"group:shop"_s));
    QCOMPARE(shown(rows), u"[shop] one four"_s);
    rows.setQuery({});
    rows.setGrouped(false);
    QCOMPARE(shown(rows), u"one two three four"_s);
}

/// What needs a person stands first, whatever the name of its group.
void TestFleetRows::groupsStandByTheFirstOfTheirServices_data()
{
    QTest::addColumn<int>("column");
    QTest::addColumn<Qt::SortOrder>("direction");
    QTest::addColumn<QString>("rows");
    constexpr Qt::SortOrder Up = Qt::AscendingOrder;
    constexpr Qt::SortOrder Down = Qt::DescendingOrder;
    QTest::newRow("own order") << -1 << Up << u"[data] b a [shop] d c [Without a group] f e"_s;
    QTest::newRow("state") << int(FleetModel::State) << Up << u"[shop] c d [Without a group] e f [data] a b"_s;
    QTest::newRow("state, best first") << int(FleetModel::State) << Down
                                       << u"[data] a b [shop] d c [Without a group] f e"_s;
    QTest::newRow("failing dependencies")
        << int(FleetModel::Dependencies) << Down << u"[Without a group] e f [data] a b [shop] c d"_s;
    QTest::newRow("longest up") << int(FleetModel::Uptime) << Down << u"[Without a group] f e [shop] d c [data] a b"_s;
    QTest::newRow("shortest up") << int(FleetModel::Uptime) << Up << u"[data] b a [shop] c d [Without a group] e f"_s;
    QTest::newRow("name") << int(FleetModel::Service) << Up << u"[data] a b [shop] c d [Without a group] e f"_s;
    QTest::newRow("last name first") << int(FleetModel::Service) << Down
                                     << u"[data] b a [shop] d c [Without a group] f e"_s;
}

void TestFleetRows::groupsStandByTheFirstOfTheirServices()
{
    QFETCH(const int, column);
    QFETCH(const Qt::SortOrder, direction);
    FleetModel fleet;
    FleetRows rows(fleet);
    const QAbstractItemModelTester tester(&rows, QAbstractItemModelTester::FailureReportingMode::QtTest);
    rows.setGrouped(true);
    add(fleet, u"b"_s, u"data"_s, 10);
    add(fleet, u"a"_s, u"data"_s, 20);
    add(fleet, u"d"_s, u"shop"_s, 40);
    const ServiceId c = add(fleet, u"c"_s, u"shop"_s, 30);
    add(fleet, u"f"_s, {}, 60);
    HealthReport report = Reports::withError();
    report.uptime = Seconds(50);
    fleet.applyAnswer(add(fleet, u"e"_s), Reports::answer(report));
    fleet.applyAnswer(c, Reports::failure(ClientError::Refused));
    rows.sort(column, direction);
    QTEST(shown(rows), "rows");
}

void TestFleetRows::aGroupMovesWithTheStateOfItsServices()
{
    FleetModel fleet;
    FleetRows rows(fleet);
    const QAbstractItemModelTester tester(&rows, QAbstractItemModelTester::FailureReportingMode::QtTest);
    add(fleet, u"a"_s, u"data"_s);
    const ServiceId b = add(fleet, u"b"_s, u"shop"_s);
    add(fleet, u"c"_s, u"shop"_s);
    const ServiceId d = add(fleet, u"d"_s, u"ware"_s);
    rows.setGrouped(true);
    rows.sort(FleetModel::State);
    fleet.applyAnswer(b, Reports::answer(Reports::withError()));
    QCOMPARE(shown(rows), u"[shop] b c [data] a [ware] d"_s);
    rows.setFolded(u"ware"_s, true);
    fleet.applyAnswer(d, Reports::failure(ClientError::Refused)); // what is folded away counts
    QCOMPARE(shown(rows), u"[ware] [shop] b c [data] a"_s);
    rows.setQuery(*FilterQuery::parse(u"!state:unreachable"_s)); // what the filter hides does not
    QCOMPARE(shown(rows), u"[shop] b c [data] a"_s);
    rows.setQuery({});
    fleet.remove(d);
    fleet.remove(b);
    QCOMPARE(shown(rows), u"[data] a [shop] c"_s);
}

void TestFleetRows::whileHeldNoGroupMoves()
{
    FleetModel fleet;
    FleetRows rows(fleet);
    const QAbstractItemModelTester tester(&rows, QAbstractItemModelTester::FailureReportingMode::QtTest);
    add(fleet, u"a"_s, u"data"_s);
    add(fleet, u"b"_s, u"shop"_s);
    const ServiceId c = add(fleet, u"c"_s, u"ware"_s);
    rows.setGrouped(true);
    rows.sort(FleetModel::State);
    fleet.applyAnswer(c, Reports::answer(Reports::withError()));
    QCOMPARE(shown(rows), u"[ware] c [data] a [shop] b"_s);
    rows.setHeld(true);
    fleet.applyAnswer(c, Reports::answer(Reports::healthy()));
    add(fleet, u"d"_s, u"shop"_s);
    add(fleet, u"e"_s, u"area"_s);
    QCOMPARE(shown(rows), u"[ware] c [data] a [shop] b d [area] e"_s);
    rows.setHeld(false);
    QCOMPARE(shown(rows), u"[area] e [data] a [shop] b d [ware] c"_s);
    rows.setHeld(true);
    const ServiceId f = add(fleet, u"f"_s, u"ware"_s);
    fleet.remove(c);
    fleet.applyAnswer(f, Reports::failure(ClientError::Refused));
    QCOMPARE(shown(rows), u"[area] e [data] a [shop] b d [ware] f"_s);
    QVERIFY(rows.isOutOfOrder());
    rows.arrangeAnew();
    fleet.remove(f); // the reason for the place of its group
    QCOMPARE(shown(rows), u"[area] e [data] a [shop] b d"_s);
}

void TestFleetRows::aFoldedGroupKeepsItsHeadingAndItsServices()
{
    FleetModel fleet;
    FleetRows rows(fleet);
    const QAbstractItemModelTester tester(&rows, QAbstractItemModelTester::FailureReportingMode::QtTest);
    const ServiceId one = add(fleet, u"one"_s, u"shop"_s);
    const ServiceId two = add(fleet, u"two"_s, u"shop"_s);
    add(fleet, u"three"_s, u"data"_s);
    rows.setGrouped(true);
    rows.setFolded(u"shop"_s, true);
    QCOMPARE(shown(rows), u"[data] three [shop]"_s);
    QVERIFY(rows.index(2, 0).data(FleetRows::FoldedRole).toBool());
    QCOMPARE(rows.servicesOf(2), (QList<ServiceId>{one, two})); // an act on the group is an act on them
    QCOMPARE(rows.rowOf(one), -1);
    rows.setFolded(u"shop"_s, false);
    QCOMPARE(rows.rowOf(two), 4);
}

void TestFleetRows::aHeadingCountsWhatNeedsAPerson()
{
    FleetModel fleet;
    FleetRows rows(fleet);
    add(fleet, u"one"_s, u"shop"_s);
    const ServiceId two = add(fleet, u"two"_s, u"shop"_s);
    rows.setGrouped(true);
    QCOMPARE(rows.index(0, 0).data().toString(), u"2 services"_s);
    QSignalSpy changed(&rows, &QAbstractItemModel::dataChanged);
    HealthReport report = Reports::withError();
    report.code = CodeReport{CodeVerdict::Stale, {}, {}};
    fleet.applyAnswer(two, Reports::answer(report));
    QCOMPARE(rows.index(0, 0).data().toString(), u"2 services, 1 error, 1 stale"_s);
    QVERIFY(
        std::ranges::any_of(changed, [](const QList<QVariant> &call) { return call[0].toModelIndex().row() == 0; }));
}

void TestFleetRows::aHeadingCountsTheRowsThatAreHeldBelowIt()
{
    FleetModel fleet;
    FleetRows rows(fleet);
    const ServiceId one = add(fleet, u"one"_s, u"shop"_s);
    const ServiceId two = add(fleet, u"two"_s, u"shop"_s);
    add(fleet, u"three"_s, u"data"_s);
    rows.setGrouped(true);
    rows.setQuery(*FilterQuery::parse(u"group:shop state:healthy"_s));
    QCOMPARE(shown(rows), u"[shop] one two"_s);
    const auto told = [&] { return rows.index(0, 0).data().toString(); };
    rows.setHeld(true);
    fleet.applyAnswer(one, Reports::failure(ClientError::Refused)); // no longer matches
    fleet.applyAnswer(two, Reports::failure(ClientError::Refused));
    QCOMPARE(shown(rows), u"[shop] one two"_s);
    QCOMPARE(told(), u"2 services, 2 unreachable"_s);
    rows.setFolded(u"shop"_s, true); // a person asks: those that match are counted
    QCOMPARE(rows.rowCount(), 0);
    fleet.applyAnswer(one, Reports::answer(Reports::healthy())); // matches newly, and has no row yet
    rows.arrangeAnew();
    QCOMPARE(told(), u"1 service"_s);
}

void TestFleetRows::favouritesComeFirstHoweverItIsSorted()
{
    FleetModel fleet;
    FleetRows rows(fleet);
    add(fleet, u"b"_s);
    add(fleet, u"a"_s);
    fleet.setFavourite(add(fleet, u"c"_s), true);
    QCOMPARE(shown(rows), u"c b a"_s);
    rows.sort(FleetModel::Service);
    QCOMPARE(shown(rows), u"c a b"_s);
    rows.sort(FleetModel::Service, Qt::DescendingOrder);
    QCOMPARE(shown(rows), u"c b a"_s);
    rows.setQuery(*FilterQuery::parse(u"!favourite"_s));
    QCOMPARE(shown(rows), u"b a"_s);
}

void TestFleetRows::aSelectionFollowsItsServiceWhenRowsMove()
{
    FleetModel fleet;
    FleetRows rows(fleet);
    add(fleet, u"a"_s, {}, 1);
    const ServiceId b = add(fleet, u"b"_s, {}, 2);
    add(fleet, u"c"_s, {}, 3);
    rows.sort(FleetModel::Uptime);
    const QPersistentModelIndex selected = rows.index(rows.rowOf(b), FleetModel::Service);
    HealthReport older = Reports::healthy();
    older.uptime = Seconds(50);
    fleet.applyAnswer(b, Reports::answer(older));
    QCOMPARE(shown(rows), u"a c b"_s);
    QCOMPARE(selected.row(), 2);
    QCOMPARE(selected.data().toString(), u"b"_s);
}

void TestFleetRows::whatDoesNotMoveIsNotMoved()
{
    FleetModel fleet;
    FleetRows rows(fleet);
    for (const double uptime : {10, 20, 30})
        add(fleet, QString::number(uptime), {}, uptime);
    rows.sort(FleetModel::Uptime);
    QSignalSpy moved(&rows, &QAbstractItemModel::layoutChanged);
    for (int line = 0; line < fleet.rowCount(); ++line) { // each grows older, and none overtakes another
        HealthReport report = Reports::healthy();
        report.uptime = fleet.row(line).report->uptime + 1s;
        fleet.applyAnswer(fleet.row(line).id, Reports::answer(report));
    }
    QCOMPARE(moved.count(), 0);
}

void TestFleetRows::itSaysTheSameAsOneMadeAnewWhateverHappens()
{
    FleetModel fleet;
    FleetRows rows(fleet);
    const QAbstractItemModelTester tester(&rows, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSignalSpy reset(&rows, &QAbstractItemModel::modelReset);
    QRandomGenerator random(20261123);
    const QStringList groups{u""_s, u"shop"_s, u"data"_s};
    const QStringList queries{u""_s, u"state:error"_s, u"!stale"_s, u"1"_s};
    FilterQuery query;
    bool grouped = false;
    int column = -1;
    Qt::SortOrder direction = Qt::AscendingOrder;
    for (int step = 0; step < 600; ++step) {
        const QList<ServiceId> ids = fleet.ids();
        const ServiceId id = ids.isEmpty() ? NoService : ids[random.bounded(ids.size())];
        switch (random.bounded(ids.size() > 25 ? 9 : 12)) {
        case 0: fleet.remove(id); break;
        case 1: rows.setQuery(query = *FilterQuery::parse(queries[random.bounded(queries.size())])); break;
        case 2: rows.setGrouped(grouped = random.bounded(2)); break;
        case 3:
            direction = Qt::SortOrder(random.bounded(2));
            rows.sort(column = random.bounded(-1, int(FleetModel::ColumnCount)), direction);
            break;
        case 4: fleet.setFavourite(id, random.bounded(2)); break;
        case 5: fleet.applyAnswer(id, Reports::failure(ClientError::Refused)); break;
        case 6: fleet.applyAnswer(id, Reports::answer(Reports::withError())); break;
        case 7: {
            HealthReport report = Reports::healthy();
            report.uptime = Seconds(random.bounded(1000));
            fleet.applyAnswer(id, Reports::answer(report));
            break;
        }
        case 8: fleet.applyArrivals(arrivalsOf(random, ids)); break;
        case 9: {
            QList<FleetEntry> found;
            for (int each = 0; each < 4; ++each) {
                found << Reports::entry(u"%1.%2"_s.arg(step).arg(each));
                found.last().group = groups[random.bounded(groups.size())];
            }
            fleet.addAll(found);
            break;
        }
        default: add(fleet, QString::number(step), groups[random.bounded(groups.size())], random.bounded(1000));
        }
        FleetRows anew(fleet);
        anew.setQuery(query);
        anew.sort(column, direction);
        anew.setGrouped(grouped);
        QCOMPARE(shown(rows), shown(anew));
    }
    QCOMPARE(reset.count(), 0);
}

QTEST_GUILESS_MAIN(TestFleetRows)
#include "tst_fleetrows.moc"
