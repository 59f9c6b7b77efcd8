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
    void aFoldedGroupKeepsItsHeadingAndItsServices();
    void aHeadingCountsWhatNeedsAPerson();
    void favouritesComeFirstHoweverItIsSorted();
    void aSelectionFollowsItsServiceWhenRowsMove();
    void whatDoesNotMoveIsNotMoved();
    void whileHeldNothingMovesByItself();
    void itSaysTheSameAsOneMadeAnewWhateverHappens();
};

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
    for (int step = 0; step < 600; ++step) {
        const QList<ServiceId> ids = fleet.ids();
        const ServiceId id = ids.isEmpty() ? NoService : ids[random.bounded(ids.size())];
        switch (random.bounded(ids.size() > 25 ? 8 : 10)) {
        case 0: fleet.remove(id); break;
        case 1: rows.setQuery(query = *FilterQuery::parse(queries[random.bounded(queries.size())])); break;
        case 2: rows.setGrouped(grouped = random.bounded(2)); break;
        case 3: rows.sort(column = random.bounded(-1, int(FleetModel::ColumnCount)), Qt::AscendingOrder); break;
        case 4: fleet.setFavourite(id, random.bounded(2)); break;
        case 5: fleet.applyAnswer(id, Reports::failure(ClientError::Refused)); break;
        case 6: fleet.applyAnswer(id, Reports::answer(Reports::withError())); break;
        case 7: {
            HealthReport report = Reports::healthy();
            report.uptime = Seconds(random.bounded(1000));
            fleet.applyAnswer(id, Reports::answer(report));
            break;
        }
        default: add(fleet, QString::number(step), groups[random.bounded(groups.size())], random.bounded(1000));
        }
        FleetRows anew(fleet);
        anew.setQuery(query);
        anew.sort(column, Qt::AscendingOrder);
        anew.setGrouped(grouped);
        QCOMPARE(shown(rows), shown(anew));
    }
    QCOMPARE(reset.count(), 0);
}

QTEST_GUILESS_MAIN(TestFleetRows)
#include "tst_fleetrows.moc"
