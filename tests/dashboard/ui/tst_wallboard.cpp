// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/commandpalette.h"
#include "dashboard/ui/directedtext.h"
#include "dashboard/ui/wallboard.h"
#include "tests/dashboard/model/reports.h"

#include <QApplication>
#include <QSignalSpy>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestWallboard : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tilesAreAsLargeAsTheyCanBe_data();
    void tilesAreAsLargeAsTheyCanBe();
    void troubleComesFirstAndNothingOverlaps();
    void ofALargeFleetOnlyWhatNeedsAPersonHasATile_data();
    void ofALargeFleetOnlyWhatNeedsAPersonHasATile();
    void fewTilesFillALargeScreen_data();
    void fewTilesFillALargeScreen();
    void namesThatBeginAlikeAreToldApart();
    void theTimeThatIsLeftIsNotCut();
    void aTileSaysWhatItsTimeMeans_data();
    void aTileSaysWhatItsTimeMeans();
    void whatDoesNotAnswerSaysHowOldItIs();
    void whatAlertmanagerTellsIsSeen();
    void manyChangesAreOneRefresh();
    void aClickGoesToTheService();
    void commandsAreFoundAsPeopleAbbreviate_data();
    void commandsAreFoundAsPeopleAbbreviate();
};

void TestWallboard::tilesAreAsLargeAsTheyCanBe_data()
{
    QTest::addColumn<QSize>("area");
    QTest::addColumn<int>("count");
    QTest::addColumn<int>("columns");
    QTest::newRow("one") << QSize(1600, 900) << 1 << 1;
    QTest::newRow("two beside each other would be flat") << QSize(900, 1600) << 2 << 1;
    QTest::newRow("two on a strip") << QSize(1600, 200) << 2 << 2;
    QTest::newRow("sixty on a screen") << QSize(1400, 840) << 60 << 6;
}

void TestWallboard::tilesAreAsLargeAsTheyCanBe()
{
    QFETCH(QSize, area);
    QFETCH(int, count);
    QTEST(bestColumns(area, count, 2.4), "columns");
}

static QString nameOf(const FleetModel &fleet, ServiceId id) { return fleet.find(id)->entry.name; }

void TestWallboard::troubleComesFirstAndNothingOverlaps()
{
    FleetModel fleet;
    for (int each = 0; each < 30; ++each)
        fleet.applyAnswer(fleet.add(Reports::entry(u"service-%1"_s.arg(each, 2, 10, QChar(u'0')))),
                          Reports::answer(Reports::healthy()));
    HealthReport stale = Reports::healthy();
    stale.code = CodeReport{CodeVerdict::Stale, {}, {}};
    fleet.applyAnswer(fleet.ids()[20], Reports::answer(stale));
    fleet.applyAnswer(fleet.ids()[21], Reports::failure(ClientError::Refused));
    fleet.applyAnswer(fleet.ids()[22], Reports::answer(Reports::withError()));
    Wallboard board(fleet, nullptr);
    board.resize(1400, 900);
    const auto tiles = board.tiles();
    QCOMPARE(tiles.size(), 30);
    QCOMPARE(nameOf(fleet, tiles[0].first), u"service-21"_s); // nobody there: the worst
    QCOMPARE(nameOf(fleet, tiles[1].first), u"service-22"_s);
    QCOMPARE(nameOf(fleet, tiles[2].first), u"service-20"_s);
    QCOMPARE(nameOf(fleet, tiles[3].first), u"service-00"_s);
    for (qsizetype one = 0; one < tiles.size(); ++one) {
        QVERIFY(board.rect().contains(tiles[one].second));
        for (qsizetype other = 0; other < one; ++other)
            QVERIFY(!tiles[one].second.intersects(tiles[other].second));
    }
    QVERIFY(board.accessibleName().contains(u"1 error"_s) && board.accessibleName().contains(u"1 stale"_s));
    board.grab();
    board.resize(20, 20); // too small for anything; nothing breaks
    board.grab();
}

void TestWallboard::ofALargeFleetOnlyWhatNeedsAPersonHasATile_data()
{
    QTest::addColumn<int>("services");
    QTest::addColumn<int>("down"); // every so many-th is
    QTest::addColumn<QSize>("size");
    QTest::addColumn<int>("tiles");
    const QSize large(1400, 900);
    QTest::newRow("all fit") << 60 << 20 << large << 60;
    QTest::newRow("sixty on a small screen") << 60 << 20 << QSize(800, 500) << 3;
    QTest::newRow("few in trouble") << 5'000 << 1'000 << large << 5;
    QTest::newRow("none in trouble") << 5'000 << 10'000 << large << 0;
    QTest::newRow("more in trouble than fit") << 5'000 << 2 << large << -1; // as many as fit
}

void TestWallboard::ofALargeFleetOnlyWhatNeedsAPersonHasATile()
{
    QFETCH(int, services);
    QFETCH(int, down);
    QFETCH(QSize, size);
    QFETCH(int, tiles);
    FleetModel fleet;
    QList<FleetEntry> entries;
    for (int each = 0; each < services; ++each)
        entries << Reports::entry(u"service-%1"_s.arg(each, 5, 10, QChar(u'0')));
    QList<Arrival> arrivals;
    for (const ServiceId id : fleet.addAll(entries))
        arrivals << Arrival{
            id, id % down ? Reports::answer(Reports::healthy()) : Reports::failure(ClientError::Refused), {}, {}};
    fleet.applyArrivals(arrivals);
    Wallboard board(fleet, nullptr);
    board.resize(size);
    const auto shown = board.tiles();
    if (tiles >= 0)
        QCOMPARE(shown.size(), tiles);
    else
        QVERIFY2(shown.size() > 50 && shown.size() < 500, qPrintable(QString::number(shown.size())));
    for (const auto &[id, area] : shown) {
        QVERIFY(board.rect().contains(area));
        // Three lines, the smallest three quarters as large as the window's; else nobody reads it across the room.
        QVERIFY2(area.height() >= 4 * board.fontMetrics().height(), qPrintable(QString::number(area.height())));
        if (services > 100)
            QCOMPARE(fleet.find(id)->state(), ServiceState::Unreachable);
    }
    QVERIFY2(board.accessibleName().contains(u"%1 services"_s.arg(services)), qPrintable(board.accessibleName()));
    QVERIFY(!board.grab().isNull());
}

void TestWallboard::fewTilesFillALargeScreen_data()
{
    QTest::addColumn<int>("services");
    for (const int services : {1, 3, 7, 16, 30})
        QTest::addRow("%d", services) << services;
}

void TestWallboard::fewTilesFillALargeScreen()
{
    QFETCH(int, services);
    FleetModel fleet;
    for (int each = 0; each < services; ++each)
        fleet.add(Reports::entry(u"service-%1"_s.arg(each)));
    Wallboard board(fleet, nullptr);
    board.resize(2560, 1440);
    int lowest = 0;
    for (const auto &[id, area] : board.tiles())
        lowest = std::max(lowest, area.bottom());
    QVERIFY2(lowest > 1440 * 4 / 5, qPrintable(QString::number(lowest)));
    QVERIFY(!board.grab().isNull());
}

void TestWallboard::namesThatBeginAlikeAreToldApart()
{
    QFont font = QApplication::font();
    font.setPixelSize(40);
    const double room = QFontMetricsF(font).horizontalAdvance(u"hephaestus"_s);
    const TileLine one = fitted({u"hephaestus-storefront-mcp"_s, font}, room, elidedName);
    const TileLine other = fitted({u"hephaestus-storefront-monitor"_s, font}, room, elidedName);
    QVERIFY2(one.text != other.text, qPrintable(one.text));
    for (const TileLine &line : {one, other}) {
        QVERIFY(line.font.pixelSize() < 40); // smaller first
        QVERIFY(QFontMetricsF(line.font).horizontalAdvance(line.text) <= room);
    }
    QCOMPARE(fitted({u"mcp"_s, font}, room, elidedName).font.pixelSize(), 40);
}

void TestWallboard::theTimeThatIsLeftIsNotCut()
{
    QFont font = QApplication::font();
    font.setPixelSize(40);
    const double room = QFontMetricsF(font).horizontalAdvance(u"cleaning up: flush"_s);
    const TileLine line = fitted({u"cleaning up: flush the log of orders, 17 s left"_s, font}, room, elidedState);
    QVERIFY2(line.text.endsWith(u", 17 s left"_s), qPrintable(line.text));
    QCOMPARE(fitted({u"unreachable: disconnected"_s, font}, room / 1.6, elidedState).text, u"unreachable"_s);
}

void TestWallboard::aTileSaysWhatItsTimeMeans_data()
{
    QTest::addColumn<CodeVerdict>("verdict");
    QTest::addColumn<std::chrono::minutes>("uptime");
    QTest::addColumn<QString>("line");
    const std::chrono::minutes day(7 * 60 + 17);
    QTest::newRow("fresh") << CodeVerdict::Fresh << day << u"up 7 h 17 min"_s;
    QTest::newRow("stale") << CodeVerdict::Stale << day << u"stale · up 7 h 17 min"_s; // it is not stale for so long
    QTest::newRow("does not say since when") << CodeVerdict::Unknown << 0min << u"127.0.0.1:8002"_s;
}

void TestWallboard::aTileSaysWhatItsTimeMeans()
{
    QFETCH(CodeVerdict, verdict);
    QFETCH(std::chrono::minutes, uptime);
    QFETCH(QString, line);
    HealthReport report = Reports::healthy();
    report.uptime = uptime;
    report.startTime = QDateTime();
    report.code = CodeReport{verdict, {}, {}};
    FleetModel fleet;
    const ServiceId id = fleet.add(Reports::entry(u"orders"_s, u"http://127.0.0.1:8002"_s));
    fleet.applyAnswer(id, Reports::answer(report));
    QCOMPARE(tileText(*fleet.find(id), Clock::machine().now()), line);
}

void TestWallboard::whatDoesNotAnswerSaysHowOldItIs()
{
    FleetModel fleet;
    FleetEntry entry = Reports::entry(u"orders"_s, u"http://127.0.0.1:8002"_s);
    const ServiceId id = fleet.add(entry);
    fleet.applyAnswer(id, Reports::failure(ClientError::Refused));
    const auto told = [&] { return tileText(*fleet.find(id), Clock::machine().now() + 2min); };
    QCOMPARE(told(), u"127.0.0.1:8002"_s); // it has never been seen
    HealthReport stale = Reports::healthy();
    stale.code = CodeReport{CodeVerdict::Stale, {}, {}};
    fleet.applyAnswer(id, Reports::answer(stale));
    fleet.applyAnswer(id, Reports::failure(ClientError::Refused));
    QVERIFY2(told().startsWith(u"last seen 2 min"_s), qPrintable(told()));
    FiringAlert alert;
    alert.labels.insert(u"alertname"_s, u"Slow"_s);
    fleet.setAlerts({{id, {alert}}}, {});
    QVERIFY2(told().startsWith(u"last seen 2 min"_s) && told().endsWith(u"ago · alert: Slow"_s), qPrintable(told()));
}

void TestWallboard::whatAlertmanagerTellsIsSeen()
{
    FleetModel fleet;
    for (const QString &name : {u"calm"_s, u"slow"_s, u"down"_s})
        fleet.applyAnswer(fleet.add(Reports::entry(name)),
                          name == "down"_L1 ? Reports::failure(ClientError::Refused)
                                            : Reports::answer(Reports::healthy()));
    FiringAlert alert;
    alert.labels.insert(u"alertname"_s, u"Slow"_s);
    FiringAlert silenced = alert;
    silenced.state = FiringAlert::State::Suppressed;
    fleet.setAlerts({{fleet.ids()[0], {silenced}}, {fleet.ids()[1], {alert}}}, {});
    Wallboard board(fleet, nullptr);
    board.resize(800, 600);
    QCOMPARE(nameOf(fleet, board.tiles()[0].first), u"down"_s);
    QCOMPARE(nameOf(fleet, board.tiles()[1].first), u"slow"_s);
    QVERIFY(board.accessibleName().contains(u"1 with alerts"_s));
    QVERIFY(!board.accessibleName().contains(u"not known"_s));
    fleet.setAlerts({}, u"Alertmanager does not answer"_s);
    QTRY_VERIFY(board.accessibleName().contains(u"alerts not known"_s));
    QVERIFY(!board.accessibleName().contains(u"with alerts"_s));
    fleet.endAlerts();
    QTRY_VERIFY(!board.accessibleName().contains(u"not known"_s));
}

/// To count all services anew with each of thousands of changes a second would be all that it does.
void TestWallboard::manyChangesAreOneRefresh()
{
    FleetModel fleet;
    fleet.applyAnswer(fleet.add(Reports::entry(u"mcp"_s)), Reports::answer(Reports::healthy()));
    Wallboard board(fleet, nullptr);
    const QString before = board.accessibleName();
    fleet.applyAnswer(fleet.ids().first(), Reports::failure(ClientError::Refused));
    QCOMPARE(board.accessibleName(), before);
    QTRY_VERIFY(board.accessibleName().contains(u"1 unreachable"_s));
}

void TestWallboard::aClickGoesToTheService()
{
    FleetModel fleet;
    const ServiceId id = fleet.add(Reports::entry(u"mcp"_s));
    auto *const board = new Wallboard(fleet, nullptr); // deletes itself
    board->resize(800, 600);
    board->show();
    QSignalSpy chosen(board, &Wallboard::serviceChosen);
    QSignalSpy gone(board, &QObject::destroyed);
    QTest::mouseClick(board, Qt::LeftButton, {}, board->tiles()[0].second.center());
    QCOMPARE(chosen.count(), 1);
    QCOMPARE(chosen[0][0].value<ServiceId>(), id);
    QTRY_COMPARE(gone.count(), 1);
}

void TestWallboard::commandsAreFoundAsPeopleAbbreviate_data()
{
    QTest::addColumn<QString>("typed");
    QTest::addColumn<bool>("found");
    QTest::newRow("nothing yet") << u""_s << true;
    QTest::newRow("beginning") << u"rest"_s << true;
    QTest::newRow("middle") << u"STALE"_s << true;
    QTest::newRow("letters in order") << u"rstl"_s << true;
    QTest::newRow("with blanks") << u"res st"_s << true;
    QTest::newRow("out of order") << u"elats"_s << false;
    QTest::newRow("another letter") << u"restx"_s << false;
}

void TestWallboard::commandsAreFoundAsPeopleAbbreviate()
{
    QFETCH(QString, typed);
    QTEST(looseMatch(u"Restart all stale…"_s, typed).has_value(), "found");
    if (typed.size() > 2 && looseMatch(u"Restart all stale…"_s, typed)) // the whole word is the better match
        QVERIFY(*looseMatch(u"Restart all stale…"_s, u"stale"_s) < *looseMatch(u"Restart all stale…"_s, u"rstl"_s));
}

QTEST_MAIN(TestWallboard)
#include "tst_wallboard.moc"
