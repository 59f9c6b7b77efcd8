// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/fleetrows.h"
#include "tests/dashboard/model/reports.h"
#include "tests/support/heap.h"

#include <QAbstractItemModelTester>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestFleetModel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anAgeIsRight_data();
    void anAgeIsRight();
    void anUnchangedRowIsSilent();
    void onlyTheChangedCellsAreSignalled();
    void aFailureGreysTheRowAndKeepsItsValues();
    void aNameIsPaintedAnewWhereItsGreyEnds();
    void whoseProcessWasSeenToEndIsWellNoMore();
    void nothingResetsOnAPoll();
    void agesGrowWithoutAnAnswer();
    void totalsFollowTheStates();
    void whatDoesNotAnswerIsNotCountedAsStale();
    void rowsAreFoundByTheirIdAfterOthersAreRemoved();
    void whicheverAreRemovedTheOthersAreFound();
    void manyAreRemovedWithTheSignalsOfOne_data();
    void manyAreRemovedWithTheSignalsOfOne();
    void hostileTextIsEscaped();
    void rowsAreFilteredAndSortedByValue();
    void aQueryThatNoLongerMatchesDropsTheRow();
    void aLatencyThatNobodyMeasuredIsNotToldAsNone();
    void whatChangesTogetherIsSignalledTogether();
    void aRowThatGoesTakesNoSignalOfAnother();
    void servicesAreCountedByName();
    void aConfirmationMakesNoFigureNew();
    void whatIsConfirmedMustBeWhatIsShown_data();
    void whatIsConfirmedMustBeWhatIsShown();
    void aServiceOfALargeFleetTakesLittleMemory();
};

/// The column ranges of all dataChanged signals.
static QList<std::pair<int, int>> ranges(const QSignalSpy &spy)
{
    QList<std::pair<int, int>> ranges;
    for (const QList<QVariant> &call : spy)
        ranges << std::pair(call[0].toModelIndex().column(), call[1].toModelIndex().column());
    return ranges;
}

void TestFleetModel::anAgeIsRight_data()
{
    QTest::addColumn<std::chrono::seconds>("seen"); ///< before now, as is remembered; 0: it has answered here
    QTest::addColumn<std::chrono::seconds>("asleep");
    QTest::addColumn<QString>("age");
    QTest::newRow("it answered here") << 0s << 0s << u"now"_s;
    QTest::newRow("the machine slept since") << 0s << 7200s << u"2 h ago"_s;
    QTest::newRow("on an earlier day") << 86400s << 0s << u"1 d ago"_s;
    QTest::newRow("by a clock that was set back since") << -60s << 0s << u"not seen here"_s;
}

void TestFleetModel::anAgeIsRight()
{
    QFETCH(std::chrono::seconds, seen);
    QFETCH(std::chrono::seconds, asleep);
    ManualClock time;
    FleetModel model(time);
    const ServiceId id = model.add(Reports::entry(u"mcp"_s));
    if (seen == 0s)
        model.applyAnswer(id, Reports::answer(Reports::healthy()));
    else
        model.setSeenEarlier(id, time.wall() - seen);
    model.applyAnswer(id, Reports::failure(ClientError::Refused));
    time.sleep(asleep);
    QTEST(model.index(0, FleetModel::LastSeen).data().toString(), "age");
}

void TestFleetModel::anUnchangedRowIsSilent()
{
    ManualClock time;
    FleetModel model(time);
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    const ServiceId id = model.add(Reports::entry(u"mcp"_s));
    for (int each = 0; each < 2; ++each) // from the second on it is known what fails
        model.applyAnswer(id, Reports::answer(Reports::healthy()));
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    QSignalSpy answered(&model, &FleetModel::answered);
    model.applyAnswer(id, Reports::answer(Reports::healthy()));
    QCOMPARE(changed.count(), 0);
    QCOMPARE(answered.count(), 1);
}

void TestFleetModel::onlyTheChangedCellsAreSignalled()
{
    ManualClock time;
    FleetModel model(time);
    const ServiceId id = model.add(Reports::entry(u"mcp"_s));
    for (int each = 0; each < 2; ++each)
        model.applyAnswer(id, Reports::answer(Reports::healthy()));
    time.advance(1s);
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    HealthReport later = Reports::healthy();
    later.uptime += 1s;
    model.applyAnswer(id, Reports::answer(later));
    QCOMPARE(ranges(changed), (QList<std::pair<int, int>>{{FleetModel::Uptime, FleetModel::Uptime}}));
    changed.clear();
    HealthReport failing = Reports::withError();
    failing.uptime = later.uptime;
    model.applyAnswer(id, Reports::answer(failing));
    QCOMPARE(ranges(changed),
             (QList<std::pair<int, int>>{{FleetModel::State, FleetModel::State},
                                         {FleetModel::Dependencies, FleetModel::Dependencies},
                                         {FleetModel::Failures, FleetModel::Failures},
                                         {FleetModel::Since, FleetModel::Since}}));
}

void TestFleetModel::aFailureGreysTheRowAndKeepsItsValues()
{
    ManualClock time;
    FleetModel model(time);
    const ServiceId id = model.add(Reports::entry(u"mcp"_s));
    model.applyAnswer(id, Reports::answer(Reports::healthy()));
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    model.applyAnswer(id, Reports::failure(ClientError::Timeout));
    QCOMPARE(ranges(changed), (QList<std::pair<int, int>>{{0, FleetModel::ColumnCount - 1}}));
    QVERIFY(!model.index(0, 0).data(FleetModel::CurrentRole).toBool());
    QCOMPARE(model.index(0, FleetModel::Version).data().toString(), u"1.4.0"_s);
    QCOMPARE(model.index(0, FleetModel::Uptime).data().toString(), u"–"_s); // it may be another process by now
    QCOMPARE(model.index(0, 0).data(FleetModel::StateRole).value<ServiceState>(), ServiceState::Unreachable);
}

void TestFleetModel::aNameIsPaintedAnewWhereItsGreyEnds()
{
    ManualClock time;
    FleetModel model(time);
    const ServiceId id = model.add(Reports::entry(u"mcp"_s));
    model.applyAnswer(id, Reports::answer(Reports::healthy()));
    model.setProcessEnded(id); // grey: nothing is claimed of it
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    model.applyAnswer(id, Reports::failure(ClientError::Refused));
    QCOMPARE(ranges(changed).value(0), (std::pair<int, int>{FleetModel::State, FleetModel::Service}));
}

void TestFleetModel::whoseProcessWasSeenToEndIsWellNoMore()
{
    ManualClock time;
    FleetModel model(time);
    const ServiceId id = model.add(Reports::entry(u"mcp"_s));
    model.setProcessEnded(id); // nobody has answered
    QCOMPARE(stateText(*model.find(id)), u"not asked yet"_s);
    model.applyAnswer(id, Reports::answer(Reports::healthy()));
    QSignalSpy happened(&model, &FleetModel::happened);
    model.setProcessEnded(id);
    const ServiceRow *const row = model.find(id);
    QVERIFY(!row->isCurrent());
    QCOMPARE(stateText(*row), u"process ended"_s);
    QVERIFY(!stateReason(*row).isEmpty());
    QCOMPARE(model.totals().states.value(ServiceState::Healthy), 0);
    QCOMPARE(model.index(0, FleetModel::Uptime).data().toString(), u"–"_s);
    QCOMPARE(happened.size(), 0); // who saw it end tells it
    HealthReport next = Reports::healthy(u"two"_s);
    next.pid = 7;
    model.applyAnswer(id, Reports::answer(next));
    QCOMPARE(row->state(), ServiceState::Healthy);
    QVERIFY(!row->figures.wasSo); // it is known since when
    QCOMPARE(happened.size(), 1);
    QCOMPARE(happened[0][0].value<Event>().text, u"a new process answers (pid 7)"_s);
    model.applyAnswer(id, Reports::answer(Reports::shuttingDown()));
    model.setProcessEnded(id);
    model.applyAnswer(id, Reports::failure(ClientError::Refused));
    QCOMPARE(row->state(), ServiceState::Stopped);
}

void TestFleetModel::nothingResetsOnAPoll()
{
    ManualClock time;
    FleetModel model(time);
    FleetRows rows(model);
    const QAbstractItemModelTester tester(&rows, QAbstractItemModelTester::FailureReportingMode::QtTest);
    rows.setQuery(*FilterQuery::parse(u"state:healthy"_s));
    rows.sort(FleetModel::State);
    const ServiceId one = model.add(Reports::entry(u"a"_s));
    const ServiceId two = model.add(Reports::entry(u"b"_s));
    QSignalSpy reset(&rows, &QAbstractItemModel::modelReset);
    for (int i = 0; i < 20; ++i) {
        model.applyAnswer(one, i % 3 ? Reports::answer(Reports::healthy()) : Reports::failure(ClientError::Refused));
        model.applyAnswer(two, i % 2 ? Reports::answer(Reports::withError()) : Reports::answer(Reports::healthy()));
        time.advance(1s);
    }
    QCOMPARE(reset.count(), 0);
    QCOMPARE(rows.rowCount(), 1); // after i = 19: a is healthy, b in error
}

void TestFleetModel::agesGrowWithoutAnAnswer()
{
    ManualClock time;
    FleetModel model(time);
    const ServiceId id = model.add(Reports::entry(u"mcp"_s));
    model.applyAnswer(id, Reports::answer(Reports::healthy()));
    model.applyAnswer(id, Reports::failure(ClientError::Timeout)); // at the same moment: age 0
    time.advance(12s);
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    model.updateAges();
    model.updateAges();
    QCOMPARE(ranges(changed),
             (QList<std::pair<int, int>>{{FleetModel::Dependencies, FleetModel::Dependencies},
                                         {FleetModel::LastSeen, FleetModel::LastSeen}}));
    QCOMPARE(model.index(0, FleetModel::LastSeen).data().toString(), u"12 s ago"_s);
}

void TestFleetModel::totalsFollowTheStates()
{
    FleetModel model;
    QSignalSpy totals(&model, &FleetModel::totalsChanged);
    const ServiceId one = model.add(Reports::entry(u"a"_s));
    const ServiceId two = model.add(Reports::entry(u"b"_s));
    HealthReport stale = Reports::healthy();
    stale.code = CodeReport{CodeVerdict::Stale, {}, {}};
    model.applyAnswer(one, Reports::answer(stale));
    model.applyAnswer(two, Reports::answer(Reports::withError()));
    QCOMPARE(model.totals().services, 2);
    QCOMPARE(model.totals().stale, 1);
    QCOMPARE(model.totals().states.value(ServiceState::Healthy), 1);
    QCOMPARE(model.totals().states.value(ServiceState::DependencyError), 1);
    const auto before = totals.count();
    model.applyAnswer(two, Reports::answer(Reports::withError()));
    QCOMPARE(totals.count(), before);
}

/// What was stale when it was last seen may have been restarted since: nobody knows.
void TestFleetModel::whatDoesNotAnswerIsNotCountedAsStale()
{
    FleetModel model;
    const ServiceId id = model.add(Reports::entry(u"a"_s));
    HealthReport stale = Reports::healthy();
    stale.code = CodeReport{CodeVerdict::Stale, {}, {}};
    const FilterQuery wanted = *FilterQuery::parse(u"stale"_s);
    model.applyAnswer(id, Reports::answer(stale));
    QCOMPARE(model.totals().stale, 1);
    QVERIFY(wanted.matches(*model.find(id)));
    QSignalSpy totals(&model, &FleetModel::totalsChanged);
    model.setActivity(id, Activity{ServiceState::Restarting, {}}); // so that the state stays what it is
    const auto before = totals.count();
    model.applyAnswer(id, Reports::failure(ClientError::Refused));
    QCOMPARE(model.totals().stale, 0);
    QVERIFY(totals.count() > before);
    QVERIFY(!wanted.matches(*model.find(id)));
    QCOMPARE(model.index(0, FleetModel::Code).data().toString(), u"stale"_s); // grey, as all that is old
    model.applyAnswer(id, Reports::answer(stale));
    QCOMPARE(model.totals().stale, 1);
}

void TestFleetModel::rowsAreFoundByTheirIdAfterOthersAreRemoved()
{
    FleetModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    const ServiceId one = model.add(Reports::entry(u"a"_s));
    const ServiceId two = model.add(Reports::entry(u"b"_s));
    model.remove(one);
    model.applyAnswer(one, Reports::answer(Reports::healthy())); // too late: nobody minds
    QCOMPARE(model.rowCount(), 1);
    QCOMPARE(model.indexOf(two).row(), 0);
    QVERIFY(!model.find(one));
    QVERIFY(model.add(Reports::entry(u"c"_s)) != one);
}

void TestFleetModel::whicheverAreRemovedTheOthersAreFound()
{
    constexpr int Services = 200;
    QRandomGenerator random(20'000);
    FleetModel model;
    QList<ServiceId> there;
    QList<ServiceId> gone{0, Services + 1};
    for (int i = 0; i < Services; ++i)
        there << model.add(Reports::entry(QString::number(i)));
    while (!there.isEmpty()) {
        for (int row = 0; row < there.size(); ++row)
            QCOMPARE(model.indexOf(there[row]).row(), row);
        for (const ServiceId id : gone)
            QVERIFY(!model.indexOf(id).isValid());
        const qsizetype next = random.bounded(int(there.size()));
        gone << there[next];
        model.remove(there.takeAt(next));
    }
    for (const ServiceId id : gone)
        QVERIFY(!model.indexOf(id).isValid());
}

void TestFleetModel::manyAreRemovedWithTheSignalsOfOne_data()
{
    QTest::addColumn<int>("every");
    QTest::addColumn<int>("first");
    QTest::newRow("all") << 1 << 0;
    QTest::newRow("the last") << 1 << 90;
    QTest::newRow("every second") << 2 << 0;
    QTest::newRow("every third") << 3 << 1;
}

void TestFleetModel::manyAreRemovedWithTheSignalsOfOne()
{
    QFETCH(int, every);
    QFETCH(int, first);
    FleetModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    const FleetRows rows(model);
    QList<ServiceId> kept;
    QList<ServiceId> gone;
    for (int each = 0; each < 100; ++each) {
        const ServiceId id = model.add(Reports::entry(u"service-%1"_s.arg(each)));
        (each >= first && (each - first) % every == 0 ? gone : kept) << id;
    }
    const QList<ServiceId> before = model.ids();
    QList<QPersistentModelIndex> held;
    for (int line = 0; line < model.rowCount(); ++line)
        held << model.index(line, FleetModel::Code);
    QList<ServiceId> heard;
    connect(&model, &QAbstractItemModel::rowsAboutToBeRemoved, &model, [&](const QModelIndex &, int top, int bottom) {
        for (int line = top; line <= bottom; ++line) {
            heard << model.row(line).id;
            QCOMPARE(model.indexOf(heard.last()).row(), line);
        }
        for (const ServiceId id : kept)
            QCOMPARE(model.row(model.indexOf(id).row()).id, id);
    });
    QSignalSpy removed(&model, &QAbstractItemModel::rowsRemoved);
    QSignalSpy totals(&model, &FleetModel::totalsChanged);
    QSignalSpy removedRows(&rows, &QAbstractItemModel::rowsRemoved);
    model.removeAll(gone + gone + QList<ServiceId>{NoService});
    QCOMPARE(heard, gone);
    QCOMPARE(removed.count(), 1);
    QCOMPARE(totals.count(), 1);
    QVERIFY(removedRows.count() <= 3);
    QCOMPARE(model.ids(), kept);
    QCOMPARE(model.totals().services, int(kept.size()));
    QCOMPARE(rows.rowCount(), int(kept.size()));
    for (qsizetype each = 0; each < before.size(); ++each)
        QCOMPARE(held[each].isValid() ? model.row(held[each].row()).id : NoService,
                 kept.contains(before[each]) ? before[each] : NoService);
    for (const ServiceId id : std::as_const(gone))
        QVERIFY(!model.indexOf(id).isValid());
    QCOMPARE(model.countNamed(u"service-99"_s), int(kept.contains(before.last())));
    QCOMPARE(model.indexOf(model.add(Reports::entry(u"new"_s))).row(), int(kept.size()));
}

void TestFleetModel::hostileTextIsEscaped()
{
    FleetModel model;
    const ServiceId id = model.add(Reports::entry(u"a\u202Eb"_s));
    HealthReport report = Reports::healthy();
    report.version = u"1\n2"_s;
    report.dependencies[0].name = u"d\u200Bb"_s;
    model.applyAnswer(id, Reports::answer(report));
    QCOMPARE(model.index(0, FleetModel::Service).data().toString(), u"a\\u{202e}b"_s);
    QCOMPARE(model.index(0, FleetModel::Version).data().toString(), u"1\\u{a}2"_s);
    QVERIFY(model.index(0, FleetModel::Dependencies).data().toString().startsWith(u"d\\u{200b}b"_s));
}

void TestFleetModel::rowsAreFilteredAndSortedByValue()
{
    FleetModel model;
    FleetRows rows(model);
    const auto names = [&] {
        QStringList names;
        for (int row = 0; row < rows.rowCount(); ++row)
            names << rows.index(row, FleetModel::Service).data().toString();
        return names.join(u' ');
    };
    const std::pair<QString, double> services[] = {
        {u"ten"_s, 10}, {u"nine"_s, 9}, {u"hundred"_s, 100}, {u"another-ten"_s, 10}};
    for (const auto &[name, uptime] : services) {
        HealthReport report = Reports::healthy();
        report.uptime = Seconds(uptime);
        model.applyAnswer(model.add(Reports::entry(name)), Reports::answer(report));
    }
    rows.sort(FleetModel::Uptime, Qt::AscendingOrder);
    QCOMPARE(names(), u"nine another-ten ten hundred"_s);
    rows.sort(FleetModel::Uptime, Qt::DescendingOrder);
    QCOMPARE(names(), u"hundred another-ten ten nine"_s);
    rows.setQuery(*FilterQuery::parse(u"ten"_s));
    QCOMPARE(names(), u"another-ten ten"_s);
}

void TestFleetModel::aQueryThatNoLongerMatchesDropsTheRow()
{
    FleetModel model;
    FleetRows rows(model);
    const ServiceId id = model.add(Reports::entry(u"mcp"_s));
    model.applyAnswer(id, Reports::answer(Reports::healthy()));
    rows.setQuery(*FilterQuery::parse(u"!state:error"_s));
    QCOMPARE(rows.rowCount(), 1);
    model.applyAnswer(id, Reports::answer(Reports::withError()));
    QCOMPARE(rows.rowCount(), 0);
}

void TestFleetModel::aLatencyThatNobodyMeasuredIsNotToldAsNone()
{
    FleetModel model;
    const ServiceId id = model.add(Reports::entry(u"mcp"_s));
    const QModelIndex cell = model.index(0, FleetModel::Latency);
    Answer<HealthReport> answer = Reports::answer(Reports::healthy());
    answer.reply.latency = std::chrono::milliseconds(2);
    model.applyAnswer(id, answer);
    QCOMPARE(cell.data().toString(), u"2 ms"_s);
    QCOMPARE(cell.data(FleetModel::SortRole).toDouble(), 2e6);
    answer.reply.latency = {}; // as of a service that Prometheus did not scrape itself
    model.applyAnswer(id, answer);
    QCOMPARE(cell.data().toString(), u"–"_s);
    QCOMPARE(cell.data(FleetModel::SortRole).toDouble(), -1.0);
}

void TestFleetModel::whatChangesTogetherIsSignalledTogether()
{
    FleetModel model;
    FleetRows rows(model);
    QList<FleetEntry> entries;
    for (int each = 0; each < 500; ++each)
        entries << Reports::entry(u"service-%1"_s.arg(each));
    const QList<ServiceId> ids = model.addAll(entries);
    rows.setGrouped(true);
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    QSignalSpy regrouped(&model, &FleetModel::groupsChanged);
    QSignalSpy settled(&model, &FleetModel::settled);
    QSignalSpy moved(&rows, &QAbstractItemModel::layoutChanged);
    {
        const FleetModel::Batch together(model);
        for (const ServiceId id : ids) {
            model.setGroup(id, id % 2 ? u"odd"_s : u"even"_s);
            model.rename(id, u"renamed-%1"_s.arg(id));
            model.setQuiet(id, Quiet{.mutedUntil = {}, .state = true, .code = false, .rules = {}});
        }
        QCOMPARE(changed.count(), 0);
    }
    QCOMPARE(ranges(changed), (QList<std::pair<int, int>>{{0, FleetModel::ColumnCount - 1}}));
    QCOMPARE(regrouped.count(), 1);
    QCOMPARE(settled.count(), 1);
    QVERIFY(moved.count() <= 2);
    QCOMPARE(rows.rowCount(), 502); // with two headings
    {
        const FleetModel::Batch together(model);
        model.setGroup(ids[0], model.find(ids[0])->entry.group);
    }
    QCOMPARE(settled.count(), 1); // nothing was changed
}

void TestFleetModel::aRowThatGoesTakesNoSignalOfAnother()
{
    FleetModel model;
    const ServiceId first = model.add(Reports::entry(u"first"_s));
    const ServiceId second = model.add(Reports::entry(u"second"_s));
    QStringList told;
    connect(&model, &QAbstractItemModel::dataChanged, &model, [&](const QModelIndex &from, const QModelIndex &to) {
        for (int row = from.row(); row <= to.row(); ++row)
            told << model.row(row).entry.name;
    });
    {
        const FleetModel::Batch together(model);
        model.setFavourite(second, true);
        model.remove(first);
    }
    QCOMPARE(told, QStringList{u"second"_s});
}

void TestFleetModel::servicesAreCountedByName()
{
    FleetModel model;
    const ServiceId one = model.add(Reports::entry(u"shop"_s));
    const ServiceId two = model.add(Reports::entry(u"shop"_s));
    QCOMPARE(model.countNamed(u"shop"_s), 2);
    model.rename(one, u"till"_s);
    QCOMPARE(model.countNamed(u"shop"_s), 1);
    QCOMPARE(model.countNamed(u"till"_s), 1);
    model.remove(two);
    QCOMPARE(model.countNamed(u"shop"_s), 0);
}

/// Asks the allocator: 50,000 rows, of which some are asked, for a quarter of an hour.
void TestFleetModel::aServiceOfALargeFleetTakesLittleMemory()
{
    using Test::heapInUse;
    if (!Test::KnowsHeap)
        QSKIP("A sanitizer's allocator tells nothing.");
    constexpr int Most = 10'000; // bytes
    constexpr int Services = 50'000;
    constexpr int Asked = 500;
    const qint64 empty = heapInUse();
    ManualClock time;
    FleetModel model(time);
    {
        QList<FleetEntry> entries;
        for (int each = 0; each < Services; ++each)
            entries << Reports::entry(u"service-%1"_s.arg(each),
                                      u"http://10.0.%1.%2:8000"_s.arg(each >> 8).arg(each & 255));
        model.addAll(entries);
    }
    const QList<ServiceId> ids = model.ids().mid(0, Asked);
    const qint64 before = heapInUse();
    for (int scrape = 0; scrape < 60; ++scrape) {
        time.advance(15s);
        QList<Arrival> arrivals;
        for (const ServiceId id : ids) {
            HealthReport report = Reports::healthy(u"instance-%1"_s.arg(id));
            report.uptime = Seconds(15 * scrape);
            report.dependencies.clear();
            for (int each = 0; each < 6; ++each)
                report.dependencies << Reports::dependency(u"backend-%1"_s.arg(each), DependencyStatus::Working,
                                                           scrape);
            arrivals << Arrival{id, Answer<HealthReport>{report, {}}, time.now(), time.wall()};
        }
        model.applyArrivals(arrivals);
    }
    const qint64 each = (before - empty) / Services + (heapInUse() - before) / Asked;
    QVERIFY2(each <= Most, qPrintable(u"%1 bytes"_s.arg(each)));
    QVERIFY(model.history(ids[0]).total().size() >= 15);
}

static void confirm(FleetModel &model, const ManualClock &time, ServiceId id, std::optional<Clock::TimePoint> answer)
{
    Arrival arrival{.id = id, .answer = {}, .steady = time.now(), .wall = time.wall()};
    arrival.answer.reply.httpStatus = 200;
    arrival.answer.reply.latency = 7ms;
    arrival.confirms = answer;
    model.applyArrivals({arrival});
}

void TestFleetModel::aConfirmationMakesNoFigureNew()
{
    ManualClock time;
    FleetModel model(time);
    const ServiceId id = model.add(Reports::entry(u"mcp"_s));
    model.applyAnswer(id, Reports::answer(Reports::healthy()));
    const ServiceRow before = *model.find(id);
    QSignalSpy answered(&model, &FleetModel::answered);
    QSignalSpy confirmed(&model, &FleetModel::confirmed);
    const QString plain = model.index(0, FleetModel::InFlight).data(Qt::ToolTipRole).toString();
    time.advance(20s);
    confirm(model, time, id, before.read);
    QCOMPARE(confirmed.size(), 1);
    QCOMPARE(answered.size(), 0); // to whom that would be a count, or an idle service
    const ServiceRow &row = *model.find(id);
    QVERIFY(row.isCurrent());
    QCOMPARE(row.lastSeen, std::optional(time.now()));
    QCOMPARE(row.reply.latency, 7ms);
    QCOMPARE(row.report->uptime, before.report->uptime + 20s);
    QCOMPARE(row.report->resources, before.report->resources);
    QCOMPARE(row.figures, before.figures);
    QCOMPARE(row.read, before.read);
    QVERIFY(model.history(id).total().empty());
    const QString aged = model.index(0, FleetModel::InFlight).data(Qt::ToolTipRole).toString();
    QVERIFY2(aged != plain && aged.contains(u"20 s"_s), qPrintable(aged));

    HealthReport later = Reports::healthy(); // and its counts are those of the whole time
    later.uptime += 40s;
    for (DependencyReport &dependency : later.dependencies)
        dependency.successCount += 5;
    time.advance(20s);
    model.applyAnswer(id, Reports::answer(later));
    QCOMPARE(model.history(id).total().size(), 1);
    QCOMPARE(model.history(id).total()[0].to - model.history(id).total()[0].from, 40s);
    QCOMPARE(model.find(id)->read, std::optional(time.now()));
    QCOMPARE(model.index(0, FleetModel::InFlight).data(Qt::ToolTipRole).toString(), plain);
}

void TestFleetModel::whatIsConfirmedMustBeWhatIsShown_data()
{
    QTest::addColumn<bool>("isFailure"); // what the row was told since
    QTest::newRow("nobody answers") << true;
    QTest::newRow("the service said otherwise itself") << false;
}

void TestFleetModel::whatIsConfirmedMustBeWhatIsShown()
{
    QFETCH(const bool, isFailure);
    ManualClock time;
    FleetModel model(time);
    const ServiceId id = model.add(Reports::entry(u"mcp"_s));
    model.applyAnswer(id, Reports::answer(Reports::healthy()));
    const auto first = model.find(id)->read;
    time.advance(1s);
    model.applyAnswer(id, isFailure ? Reports::failure(ClientError::Timeout) : Reports::answer(Reports::withError()));
    const ServiceRow before = *model.find(id);
    time.advance(1s);
    confirm(model, time, id, first);
    QCOMPARE(model.find(id)->lastSeen, before.lastSeen);
    QCOMPARE(model.find(id)->observed, before.observed);
    QCOMPARE(model.find(id)->isCurrent(), before.isCurrent());
}

QTEST_GUILESS_MAIN(TestFleetModel)
#include "tst_fleetmodel.moc"
