// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/dependencymodel.h"
#include "dashboard/ui/alertlistdialog.h"
#include "dashboard/ui/alertspage.h"
#include "dashboard/ui/bulkprogress.h"
#include "dashboard/ui/codepage.h"
#include "dashboard/ui/detailheader.h"
#include "dashboard/ui/detailpages.h"
#include "dashboard/ui/detailpane.h"
#include "dashboard/ui/elidedlabel.h"
#include "dashboard/ui/eventlist.h"
#include "dashboard/ui/fittingcolumns.h"
#include "dashboard/ui/fleetdelegates.h"
#include "dashboard/ui/fleetview.h"
#include "dashboard/ui/graphpage.h"
#include "dashboard/ui/listandtext.h"
#include "dashboard/ui/logspage.h"
#include "dashboard/ui/logtext.h"
#include "dashboard/ui/mainwindow.h"
#include "dashboard/ui/overviewpage.h"
#include "dashboard/ui/shortcutswindow.h"
#include "dashboard/ui/theme.h"
#include "dashboard/ui/totalsstrip.h"
#include "tests/dashboard/model/reports.h"
#include "tests/support/events.h"

#include <QApplication>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QPushButton>
#include <QRegularExpression>
#include <QScrollArea>
#include <QScrollBar>
#include <QSettings>
#include <QStandardPaths>
#include <QStatusBar>
#include <QStyle>
#include <QTabWidget>
#include <QTableView>
#include <QTest>
#include <QToolButton>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

/// What each page of the details still shows where there is little room.
class TestSmallWindow : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void theReceiptShowsItsVerdictAndSteps_data();
    void theReceiptShowsItsVerdictAndSteps();
    void aReceiptIsReadToItsEndByKeys();
    void theCodePageShowsWhichFileChanged();
    void theLogShowsSixLines();
    void aGraphIsSeenWithItsAxis_data();
    void aGraphIsSeenWithItsAxis();
    void theOverviewShowsWholeRows_data();
    void theOverviewShowsWholeRows();
    void fourDependenciesAreSeen();
    void widthIsSharedByNeed_data();
    void widthIsSharedByNeed();
    void noColumnIsCutBesideRoomInAnother_data();
    void noColumnIsCutBesideRoomInAnother();
    void theNameOfADependencyIsWholeBesideItsNumbers();
    void theStepOfAnActIsReadBesideDependencies();
    void aLongerStateThatFitsDoesNotWidenItsColumn();
    void whyItIsUnreachableIsReadBesideManyDependencies();
    void inAWideTableALongNameIsWhole();
    void ofAStateTheReasonIsLeftOutBeforeAPartOfIt();
    void aNameOfADependencyTakesTheRoomThatIsLeft();
    void thatThereAreMoreDependenciesIsNotCut();
    void whoHasNotAnsweredSaysWhyThereAreNoDependencies();
    void ofTheTotalsTroubleKeepsItsWords_data();
    void ofTheTotalsTroubleKeepsItsWords();
    void newTroubleIsSeenWhileThePointerIsOverTheTotals_data();
    void newTroubleIsSeenWhileThePointerIsOverTheTotals();
    void noNumberOfTheFactsIsCut();
    void ofTheFactsALongVersionIsCut();
    void theNextStepIsReadAfterALongCommand_data();
    void theNextStepIsReadAfterALongCommand();
    void noTimeLiesOnANumberOfAGraph();
    void withoutAlertsTheirPageBeginsAtItsTop();
    void theFiltersExampleIsWholeOrNotThere();
    void aListShowsWholeRows();
    void whatIsSelectedStaysInSightWhateverTheFilter();
    void whatIsSaidInTheStatusBarHasRoom();
    void theSummaryOfAnActOnManyMovesNoEvent_data();
    void theSummaryOfAnActOnManyMovesNoEvent();
    void theTableKeepsTheChosenRowAndThreeMore();
    void nothingAboveThePagesMoves();
    void theNameAndTheStateKeepRoomBesideTheButtons_data();
    void theNameAndTheStateKeepRoomBesideTheButtons();
    void theSheetOfKeysLeavesRoomToItsFrame();
    void aLongStateLeavesRoomToTheName();
    void theReasonAndTheFactsStandBesideEachOther();
    void whatIsOldSaysSoInTheOneLine_data();
    void whatIsOldSaysSoInTheOneLine();
};

namespace {

constexpr QSize Small{800, 500};

/// A window on services that say what the test lets them say, once.
struct Bench
{
    FleetSession session;
    MainWindow window{session};
    ServiceId id = NoService;

    Bench()
    {
        for (const QString &name : {u"mcp"_s, u"agents"_s, u"monitor"_s, u"billing"_s, u"mailer"_s, u"search"_s}) {
            FleetEntry entry = Reports::entry(name, u"http://127.0.0.1:1/"_s + name);
            entry.interval = 1h;
            const ServiceId added = session.fleet().add(entry);
            id = id == NoService ? added : id;
            session.fleet().applyAnswer(added, Reports::answer(Reports::healthy()));
        }
    }

    bool show(const QSize &size = Small)
    {
        window.show();
        const bool isShown = QTest::qWaitForWindowExposed(&window);
        window.resize(size);
        Test::deliverEvents();
        Test::deliverEvents(); // a layout that another one caused
        return isShown && window.size() == size;
    }

    QTabWidget *tabs() { return window.findChild<DetailPane *>()->findChild<QTabWidget *>(); }

    template <class Page>
    Page *open()
    {
        auto *const page = window.findChild<Page *>();
        tabs()->setCurrentWidget(page);
        Test::deliverEvents();
        return page;
    }
};

/// All of it can be seen.
bool isWhole(const QWidget *widget) { return widget->visibleRegion().boundingRect() == widget->rect(); }

/// How many whole rows can be seen.
int rowsSeen(QTableView *table)
{
    const QRegion seen = table->viewport()->visibleRegion();
    int rows = 0;
    for (int row = 0; row < table->model()->rowCount(); ++row) {
        const int height = table->rowHeight(row);
        const QRect place(1, table->rowViewportPosition(row), 1, height);
        rows += seen.intersected(place).boundingRect().height() == height;
    }
    return rows;
}

Receipt receiptOf(int steps, bool ok = true)
{
    Receipt receipt;
    receipt.service = u"mcp"_s;
    receipt.startedAt = QDateTime::currentDateTimeUtc();
    receipt.ok = ok;
    receipt.total = Seconds(1.67);
    if (!ok)
        receipt.failure = u"Port 8000 is held by python3 (pid 4312). Stop it, or change the port."_s;
    for (int step = 0; step < steps; ++step)
        receipt.steps << ReceiptStep{RestartStep(step), StepOutcome::Ok, Seconds(0.2), {}};
    return receipt;
}

} // namespace

void TestSmallWindow::initTestCase()
{
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(u"hephaestus-test-small"_s);
    QFont font = QApplication::font();
    font.setPointSizeF(9); // as of a desktop at 100 %
    QApplication::setFont(font);
}

void TestSmallWindow::init() { QSettings().clear(); }

void TestSmallWindow::theReceiptShowsItsVerdictAndSteps_data()
{
    QTest::addColumn<QSize>("size");
    QTest::addColumn<bool>("ok");
    QTest::addColumn<int>("steps");
    QTest::newRow("small") << Small << true << 4;
    QTest::newRow("small, failed") << Small << false << 3;
    QTest::newRow("the smallest") << QSize(640, 400) << true << 2;
    QTest::newRow("low") << QSize(1000, 500) << true << 4;
    QTest::newRow("narrow") << QSize(800, 700) << true << 7;
    QTest::newRow("as at first") << QSize(1380, 860) << true << 7;
}

void TestSmallWindow::theReceiptShowsItsVerdictAndSteps()
{
    QFETCH(QSize, size);
    QFETCH(bool, ok);
    QFETCH(int, steps);
    Bench bench;
    QVERIFY(bench.show(size));
    auto *const page = bench.open<ReceiptPage>();
    const Receipt receipt = receiptOf(7, ok);
    Receipt earlier = receipt;
    earlier.startedAt = receipt.startedAt.addSecs(-60);
    page->show(&receipt, {}, false);
    page->setPast({receipt, earlier}); // so that there is something to choose
    Test::deliverEvents();
    QVERIFY(page->findChild<QComboBox *>()->isVisible());
    const auto isSaid = [page](const QString &part) {
        const QList<QLabel *> labels = page->findChildren<QLabel *>();
        return std::ranges::any_of(labels,
                                   [&](const QLabel *label) { return label->text().contains(part) && isWhole(label); });
    };
    QVERIFY(isSaid(ok ? u"Restart of mcp done in"_s : u"Restart of mcp failed after"_s));
    QVERIFY(ok || isSaid(receipt.failure));
    auto *const table = page->findChild<QTableView *>();
    QVERIFY2(rowsSeen(table) >= steps, qPrintable(QString::number(rowsSeen(table))));
    const int above = table->mapTo(page, QPoint()).y() / page->fontMetrics().height();
    QVERIFY2(above <= 6, qPrintable(QString::number(above))); // lines: no hole
}

void TestSmallWindow::aReceiptIsReadToItsEndByKeys()
{
    Bench bench;
    QVERIFY(bench.show());
    auto *const page = bench.open<ReceiptPage>();
    const Receipt receipt = receiptOf(7, false);
    page->show(&receipt, {}, false);
    Test::deliverEvents();
    const QScrollBar *const bar = page->findChild<QScrollArea *>()->verticalScrollBar();
    QVERIFY(bar->maximum() > 0); // the page, not the table in it
    auto *const table = page->findChild<QTableView *>();
    QCOMPARE(table->verticalScrollBar()->maximum(), 0);
    bench.window.activateWindow();
    table->setFocus();
    QTRY_VERIFY(table->hasFocus());
    table->setCurrentIndex(table->model()->index(0, 0));
    for (int row = 1; row < 7; ++row) {
        QTest::keyClick(table, Qt::Key_Down);
        const QRect place = table->visualRect(table->currentIndex());
        QVERIFY(table->viewport()->visibleRegion().contains(place));
    }
    QCOMPARE(bar->value(), bar->maximum()); // what stands below the steps is seen too
    QTest::keyClick(table, Qt::Key_Home, Qt::ControlModifier);
    QCOMPARE(bar->value(), 0);
}

void TestSmallWindow::theCodePageShowsWhichFileChanged()
{
    Bench bench;
    QVERIFY(bench.show());
    HealthReport stale = Reports::healthy();
    stale.code = CodeReport{CodeVerdict::Stale, {{u"/srv/mcp/manager.py"_s, u"source"_s, u"modified"_s}}, Seconds(1)};
    bench.session.fleet().applyAnswer(bench.id, Reports::answer(stale));
    auto *const page = bench.open<CodePage>();
    QCOMPARE(rowsSeen(page->findChild<QTableView *>()), 1);
    int said = 0;
    for (const QLabel *const label : page->findChildren<QLabel *>())
        said += label->text().startsWith(u"Runs old code"_s) && isWhole(label);
    QCOMPARE(said, 1);
    int buttons = 0;
    for (const QToolButton *const button : page->findChildren<QToolButton *>())
        buttons += isWhole(button);
    QCOMPARE(buttons, 2);
}

void TestSmallWindow::theLogShowsSixLines()
{
    Bench bench;
    QVERIFY(bench.show());
    auto *const page = bench.open<LogsPage>();
    auto *const text = page->findChild<LogText *>();
    QList<LogLine> lines;
    for (int line = 0; line < 20; ++line)
        lines << LogLine{LogLine::NoPosition, {}, {u"line %1 "_s.arg(line) + QString(300, u'x'), {}}};
    text->append(lines);
    Test::deliverEvents();
    QVERIFY(text->horizontalScrollBar()->isVisible() || text->lineWrapMode() != QPlainTextEdit::NoWrap);
    const int line = QFontMetrics(text->font()).lineSpacing();
    const int seen = (text->viewport()->visibleRegion().boundingRect().height() - 2) / line;
    QVERIFY2(seen >= 6, qPrintable(QString::number(seen)));
}

void TestSmallWindow::aGraphIsSeenWithItsAxis_data()
{
    QTest::addColumn<QSize>("size");
    QTest::newRow("small") << Small;
    QTest::newRow("the smallest") << QSize(640, 400);
    QTest::newRow("low") << QSize(1000, 500);
}

void TestSmallWindow::aGraphIsSeenWithItsAxis()
{
    QFETCH(QSize, size);
    Bench bench;
    QVERIFY(bench.show(size));
    auto *const page = bench.open<GraphPage>();
    page->select(Measure::Latency);
    Test::deliverEvents();
    auto *const graph = page->findChild<TimeGraph *>();
    QVERIFY(graph);
    QVERIFY2(isWhole(graph), qPrintable(QString::number(graph->visibleRegion().boundingRect().height())));
    graph->replot();
    QVERIFY2(graph->axisRect()->height() >= 18, qPrintable(QString::number(graph->axisRect()->height())));
}

void TestSmallWindow::theOverviewShowsWholeRows_data()
{
    QTest::addColumn<QSize>("size");
    QTest::addColumn<int>("graphs");
    QTest::newRow("small") << Small << 2;
    QTest::newRow("the smallest") << QSize(640, 400) << 1;
    QTest::newRow("as at first") << QSize(1380, 860) << 3;
    QTest::newRow("narrow") << QSize(800, 700) << 4;
}

void TestSmallWindow::theOverviewShowsWholeRows()
{
    QFETCH(QSize, size);
    QFETCH(int, graphs);
    Bench bench;
    QVERIFY(bench.show(size));
    auto *const page = bench.open<OverviewPage>();
    const auto look = [page] {
        int whole = 0;
        int cut = 0;
        for (const TimeGraph *const graph : page->findChildren<TimeGraph *>()) {
            if (isWhole(graph))
                ++whole;
            else if (!graph->visibleRegion().isEmpty())
                ++cut;
        }
        return std::pair(whole, cut);
    };
    const auto [whole, cut] = look();
    QVERIFY2(whole >= graphs, qPrintable(QString::number(whole)));
    QVERIFY2(cut == 0 || page->findChild<QScrollBar *>()->maximum() == 0, qPrintable(QString::number(cut)));
}

void TestSmallWindow::fourDependenciesAreSeen()
{
    Bench bench;
    QVERIFY(bench.show());
    HealthReport report = Reports::healthy();
    for (int each = 0; each < 4; ++each)
        report.dependencies << Reports::dependency(u"another%1"_s.arg(each));
    bench.session.fleet().applyAnswer(bench.id, Reports::answer(report));
    auto *const page = bench.open<DependenciesPage>();
    const int seen = rowsSeen(page->findChild<QTableView *>());
    QVERIFY2(seen >= 4, qPrintable(QString::number(seen)));
}

void TestSmallWindow::widthIsSharedByNeed_data()
{
    using Widths = QList<int>;
    QTest::addColumn<Widths>("needs");
    QTest::addColumn<Widths>("least");
    QTest::addColumn<int>("room");
    QTest::addColumn<Widths>("widths");
    QTest::newRow("none") << Widths{} << Widths{} << 100 << Widths{};
    QTest::newRow("enough for all") << Widths{30, 50} << Widths{10, 10} << 100 << Widths{30, 50};
    QTest::newRow("who needs little has it all") << Widths{30, 500} << Widths{10, 10} << 100 << Widths{30, 70};
    QTest::newRow("the others get equally much")
        << Widths{20, 300, 400} << Widths{0, 0, 0} << 100 << Widths{20, 40, 40};
    QTest::newRow("none falls below its least")
        << Widths{90, 300, 400} << Widths{60, 0, 0} << 100 << Widths{60, 20, 20};
    QTest::newRow("not even for the least") << Widths{90, 90} << Widths{60, 60} << 100 << Widths{60, 60};
}

void TestSmallWindow::widthIsSharedByNeed()
{
    QFETCH(QList<int>, needs);
    QFETCH(QList<int>, least);
    QFETCH(int, room);
    QTEST(sharedWidths(needs, least, room), "widths");
}

void TestSmallWindow::noColumnIsCutBesideRoomInAnother_data()
{
    QTest::addColumn<QSize>("size");
    for (const QSize &size : {Small, QSize(1000, 700), QSize(1380, 860), QSize(2560, 1440)})
        QTest::addRow("%d x %d", size.width(), size.height()) << size;
}

namespace {

/// Columns that are cut or hidden while another one has more than it needs; empty: none.
QString cutBesideRoom(const QTableView *table)
{
    const QHeaderView *const header = table->horizontalHeader();
    int spare = 0;
    QStringList cut;
    for (int column = 0; column < header->count(); ++column) {
        const QString title = table->model()->headerData(column, Qt::Horizontal).toString();
        const int titleWidth = header->isHidden()
            ? 0
            : header->fontMetrics().horizontalAdvance(title) + 4 * spacing(table->fontMetrics(), 1);
        const int need = std::max(static_cast<const QAbstractItemView *>(table)->sizeHintForColumn(column), titleWidth);
        spare += std::max(0, table->columnWidth(column) - need);
        if (table->columnWidth(column) < need) // 0: hidden
            cut << u"%1: %2 of %3"_s.arg(title).arg(table->columnWidth(column)).arg(need);
    }
    // Of a hidden column not even the least fits; and what a column once needed it keeps.
    const int negligible = 18 * table->fontMetrics().horizontalAdvance(u'0');
    return spare > negligible && !cut.isEmpty() ? cut.join(u", "_s) + u"; to spare: %1"_s.arg(spare) : QString();
}

} // namespace

void TestSmallWindow::noColumnIsCutBesideRoomInAnother()
{
    QFETCH(QSize, size);
    Bench bench;
    HealthReport report = Reports::withError();
    report.dependencies[1].error = u"connection to 127.0.0.1:6333 was refused"_s;
    bench.session.fleet().applyAnswer(bench.id, Reports::answer(report));
    bench.session.journal().append(
        {Clock::machine().wall(), bench.id, u"mcp"_s, EventKind::Trouble,
         u"qdrant failed: connection refused by 127.0.0.1:6333, and what came of it; "_s.repeated(4)});
    QVERIFY(bench.show(size));
    auto *const dependencies = bench.open<DependenciesPage>()->findChild<QTableView *>();
    QTRY_COMPARE(cutBesideRoom(dependencies), QString());
    QTRY_COMPARE(cutBesideRoom(bench.window.findChild<EventList *>()), QString());
    AlertMutes mutes(bench.session.fleet());
    AlertListDialog alerts(bench.session.fleet(), bench.window.causes(), mutes, &bench.window);
    alerts.setAttribute(Qt::WA_DeleteOnClose, false);
    alerts.show();
    QVERIFY(QTest::qWaitForWindowExposed(&alerts));
    QTRY_COMPARE(cutBesideRoom(alerts.findChild<QTableView *>()), QString());
}

/// One knows it by its name.
void TestSmallWindow::theNameOfADependencyIsWholeBesideItsNumbers()
{
    Bench bench;
    HealthReport report = Reports::withError();
    report.dependencies[0].name = u"primary-database-eu"_s;
    report.dependencies[1].error = u"connection to 127.0.0.1:6333 was refused"_s;
    bench.session.fleet().applyAnswer(bench.id, Reports::answer(report));
    QVERIFY(bench.show({1380, 860}));
    auto *const table = bench.open<DependenciesPage>()->findChild<QTableView *>();
    const auto needed = [table](int column) {
        return static_cast<const QAbstractItemView *>(table)->sizeHintForColumn(column);
    };
    QTRY_VERIFY2(table->columnWidth(DependencyModel::Name) >= needed(DependencyModel::Name),
                 qPrintable(QString::number(table->columnWidth(DependencyModel::Name))));
}

/// The step is what somebody waits for: names of dependencies are shortened before it.
void TestSmallWindow::theStepOfAnActIsReadBesideDependencies()
{
    Bench bench;
    HealthReport report = Reports::healthy();
    for (int each = 0; each < 4; ++each)
        report.dependencies << Reports::dependency(u"embeddings-%1"_s.arg(each));
    for (const ServiceId id : bench.session.fleet().ids())
        bench.session.fleet().applyAnswer(id, Reports::answer(report));
    QVERIFY(bench.show({1380, 860}));
    auto *const table = bench.window.findChild<FleetView *>();
    bench.session.fleet().setActivity(bench.id,
                                      Activity{ServiceState::ShuttingDown, u"cleaning up mails, 1 min 50 s left"_s});
    const auto needed = [&](int column) {
        return static_cast<const QAbstractItemView *>(table)->sizeHintForColumn(column);
    };
    QTRY_VERIFY2(table->columnWidth(FleetModel::State) >= needed(FleetModel::State),
                 qPrintable(QString::number(table->columnWidth(FleetModel::State))));
    QVERIFY(table->columnWidth(FleetModel::Service) >= needed(FleetModel::Service));
}

/// The service of a long name tells that what is in view was measured.
void TestSmallWindow::aLongerStateThatFitsDoesNotWidenItsColumn()
{
    Bench bench;
    FleetModel &fleet = bench.session.fleet();
    QVERIFY(bench.show({2560, 1440}));
    auto *const table = bench.window.findChild<FleetView *>();
    const auto needed = [table](int column) {
        return static_cast<const QAbstractItemView *>(table)->sizeHintForColumn(column);
    };
    const auto measureWith = [&](const QString &name) {
        fleet.applyAnswer(fleet.add(Reports::entry(name, u"http://127.0.0.1:2/"_s + name)),
                          Reports::answer(Reports::healthy()));
        return QTest::qWaitFor([&] { return table->columnWidth(FleetModel::Service) >= needed(FleetModel::Service); });
    };
    QVERIFY(measureWith(u"orders-api-of-the-storefront-in-two-regions"_s));
    const int before = table->columnWidth(FleetModel::State);
    fleet.setActivity(bench.id, Activity{ServiceState::ShuttingDown, u"draining 3, 1 min 50 s left"_s});
    QVERIFY(needed(FleetModel::State) < before);
    QVERIFY(measureWith(u"orders-api-of-the-storefront-of-others-in-two-regions-and-elsewhere"_s));
    QCOMPARE(table->columnWidth(FleetModel::State), before);
}

namespace {

HealthReport withDependencies(const QStringList &names)
{
    HealthReport report = Reports::healthy();
    report.dependencies.clear();
    for (const QString &name : names)
        report.dependencies << Reports::dependency(name);
    return report;
}

const QStringList ManyNames{u"primary-database"_s,
                            u"replica-for-reports"_s,
                            u"payment-provider"_s,
                            u"message-queue"_s,
                            u"object-storage"_s,
                            u"feature-flags"_s,
                            u"search-index"_s,
                            u"mail"_s,
                            u"a"_s};

int neededIn(const QTableView *table, int column)
{
    return static_cast<const QAbstractItemView *>(table)->sizeHintForColumn(column);
}

} // namespace

/// The line beside a latency gives its room first.
void TestSmallWindow::whyItIsUnreachableIsReadBesideManyDependencies()
{
    Bench bench;
    auto &fleet = bench.session.fleet();
    fleet.applyAnswer(bench.id, Reports::answer(withDependencies(ManyNames)));
    fleet.applyAnswer(fleet.ids().at(1), Reports::failure(ClientError::Disconnected));
    QVERIFY(bench.show());
    auto *const table = bench.window.findChild<FleetView *>();
    table->offerAlerts();                                         // another column
    bench.window.findChild<FleetView *>()->setMinimumHeight(200); // so that both are in view
    QTRY_VERIFY2(
        table->columnWidth(FleetModel::State) >= neededIn(table, FleetModel::State),
        qPrintable(u"%1 of %2"_s.arg(table->columnWidth(FleetModel::State)).arg(neededIn(table, FleetModel::State))));
}

void TestSmallWindow::inAWideTableALongNameIsWhole()
{
    Bench bench;
    auto &fleet = bench.session.fleet();
    fleet.applyAnswer(
        fleet.add(Reports::entry(u"orders-api-of-the-storefront-in-two-regions"_s, u"http://127.0.0.1:2"_s)),
        Reports::answer(withDependencies(ManyNames + ManyNames)));
    QVERIFY(bench.show({2560, 1440}));
    auto *const table = bench.window.findChild<FleetView *>();
    QTRY_VERIFY2(
        table->columnWidth(FleetModel::Service) >= neededIn(table, FleetModel::Service),
        qPrintable(
            u"%1 of %2"_s.arg(table->columnWidth(FleetModel::Service)).arg(neededIn(table, FleetModel::Service))));
}

/// It is told in full above the pages.
void TestSmallWindow::ofAStateTheReasonIsLeftOutBeforeAPartOfIt()
{
    const QFontMetrics metrics(QApplication::font());
    const QString whole = u"unreachable: disconnected"_s;
    const int word = metrics.horizontalAdvance(u"unreachable"_s);
    for (int width = metrics.horizontalAdvance(whole) + 5; width > word; width -= 5) {
        ElidedLabel label;
        label.setIsState(true);
        label.resize(width, 20);
        label.setText(whole);
        QCOMPARE(label.text(), width < metrics.horizontalAdvance(whole) ? u"unreachable"_s : whole);
    }
}

namespace {

/// The first and the last column of pixels in which the chips of `names` are painted, in a cell of `width`.
std::pair<int, int> paintedChips(const QStringList &names, const std::function<int(int whole)> &widthOf)
{
    FleetModel fleet;
    const ServiceId id = fleet.add(Reports::entry(u"mcp"_s));
    fleet.applyAnswer(id, Reports::answer(withDependencies(names)));
    const QModelIndex index = fleet.indexOf(id).siblingAtColumn(FleetModel::Dependencies);
    const DependencyChipsDelegate cell(FleetModel::CurrentRole);
    QStyleOptionViewItem option;
    option.font = QApplication::font();
    option.fontMetrics = QFontMetrics(option.font);
    option.rect = QRect(0, 0, widthOf(cell.sizeHint(option, index).width()), 28);
    QImage image(option.rect.size(), QImage::Format_RGB32);
    image.fill(Qt::white);
    QPainter painter(&image);
    cell.paint(&painter, option, index);
    painter.end();
    std::pair painted(image.width(), 0);
    for (int x = 0; x < image.width(); ++x) {
        for (int y = 0; y < image.height(); ++y) {
            if (image.pixelColor(x, y) != Qt::white)
                painted = {std::min(painted.first, x), x};
        }
    }
    return painted;
}

} // namespace

void TestSmallWindow::aNameOfADependencyTakesTheRoomThatIsLeft()
{
    int width = 0;
    const auto [first, last] = paintedChips({u"a_service_of_others"_s}, [&](int whole) { return width = whole - 20; });
    QVERIFY2(last > width * 3 / 4, qPrintable(u"%1 of %2"_s.arg(last).arg(width)));
}

void TestSmallWindow::thatThereAreMoreDependenciesIsNotCut()
{
    const int margin = spacing(QFontMetrics(QApplication::font()), 2);
    for (int width = 60; width < 200; ++width) {
        const auto [first, last] = paintedChips(ManyNames, [&](int) { return width; });
        QVERIFY2(last <= width - margin, qPrintable(u"%1 of %2"_s.arg(last).arg(width)));
    }
}

void TestSmallWindow::whoHasNotAnsweredSaysWhyThereAreNoDependencies()
{
    Bench bench;
    const ServiceId silent = bench.session.fleet().add(Reports::entry(u"silent"_s, u"http://127.0.0.1:1/silent"_s));
    QVERIFY(bench.show());
    auto *const page = bench.open<DependenciesPage>();
    const auto *const table = page->findChild<QTableView *>();
    QVERIFY(table->isVisible());
    const auto told = [&] {
        Test::deliverEvents();
        QString told;
        for (const QLabel *const label : page->findChildren<QLabel *>())
            told += label->isVisible() && isWhole(label) ? label->text() : QString();
        return told;
    };
    QCOMPARE(told(), QString());
    bench.window.findChild<FleetView *>()->select(silent);
    QVERIFY2(told().startsWith(u"Its dependencies are not known"_s), qPrintable(told()));
    QVERIFY(!table->isVisible()); // no bare header
    HealthReport report = Reports::healthy();
    report.dependencies.clear();
    bench.session.fleet().applyAnswer(silent, Reports::answer(report));
    QCOMPARE(told(), u"It tells of no dependencies."_s);
}

void TestSmallWindow::ofTheTotalsTroubleKeepsItsWords_data()
{
    QTest::addColumn<bool>("isHeld");
    QTest::newRow("the pointer is elsewhere") << false;
    QTest::newRow("the pointer is over it") << true;
}

/// They become numbers one after the other.
void TestSmallWindow::ofTheTotalsTroubleKeepsItsWords()
{
    QFETCH(const bool, isHeld);
    FleetModel fleet;
    HealthReport stale = Reports::healthy();
    stale.code = CodeReport{CodeVerdict::Stale, {}, {}};
    for (const Answer<HealthReport> &answer :
         {Reports::answer(Reports::healthy()), Reports::failure(ClientError::Refused),
          Reports::failure(ClientError::Unauthorized), Reports::failure(ClientError::NotUnderstood),
          Reports::answer(Reports::withError()), Reports::answer(Reports::shuttingDown()), Reports::answer(stale)})
        fleet.applyAnswer(fleet.add(Reports::entry(u"mcp"_s)), answer);
    TotalsStrip strip(fleet);
    strip.resize(1600, 40);
    strip.show();
    Test::deliverEvents();
    QEnterEvent enter(QPointF(1, 1), QPointF(1, 1), QPointF(1, 1));
    QEvent leave(QEvent::Leave);
    QApplication::sendEvent(&strip, isHeld ? static_cast<QEvent *>(&enter) : &leave);
    bool wereSome = false;
    for (int width = 1600; width > 100; width -= 10) {
        strip.resize(width, 40);
        Test::deliverEvents();
        int used = 0;
        int words = 0;
        int numbers = 0;
        QStringList shortened;
        for (const QToolButton *const button : strip.findChildren<QToolButton *>()) {
            if (button->isHidden())
                continue;
            const bool isWhole = button->text() == button->accessibleName();
            (isWhole ? words : numbers) += 1;
            used += button->sizeHint().width();
            if (!isWhole)
                shortened << button->accessibleName();
        }
        QVERIFY2(used <= width || words == 0, qPrintable(QString::number(width)));
        QVERIFY(numbers == 0 || shortened.contains(u"2 healthy"_s));    // what is well, first
        QVERIFY(words == 0 || !shortened.contains(u"1 unreachable"_s)); // the worst, last
        wereSome |= words > 0 && numbers > 0;
    }
    QVERIFY(wereSome);
}

void TestSmallWindow::newTroubleIsSeenWhileThePointerIsOverTheTotals_data()
{
    QTest::addColumn<int>("width"); ///< in characters
    QTest::addColumn<bool>("holds");
    QTest::newRow("there is room") << 200 << true;
    QTest::newRow("there is none") << 34 << false;
}

void TestSmallWindow::newTroubleIsSeenWhileThePointerIsOverTheTotals()
{
    QFETCH(const int, width);
    QFETCH(const bool, holds);
    FleetModel fleet;
    const ServiceId well = fleet.add(Reports::entry(u"well"_s));
    const ServiceId gone = fleet.add(Reports::entry(u"gone"_s));
    for (const ServiceId id : {well, gone})
        fleet.applyAnswer(id, Reports::answer(Reports::healthy()));
    TotalsStrip strip(fleet);
    strip.resize(width * strip.fontMetrics().averageCharWidth(), 40);
    strip.show();
    QVERIFY(QTest::qWaitForWindowExposed(&strip));
    const auto find = [&](const QString &name) -> const QToolButton * {
        for (const QToolButton *const button : strip.findChildren<QToolButton *>()) {
            if (button->accessibleName() == name && button->isVisible())
                return button;
        }
        return nullptr;
    };
    const auto isSeen = [&](const QString &name) {
        const QToolButton *const button = find(name);
        return button && button->geometry().right() <= strip.width() && button->sizeHint().width() <= button->width();
    };
    const auto placeOf = [&](const QString &name) { return find(name)->geometry(); };
    const QRect before = placeOf(u"2 healthy"_s);
    QEnterEvent enter(QPointF(before.center()), before.center(), before.center());
    QApplication::sendEvent(&strip, &enter);
    fleet.applyAnswer(gone, Reports::failure(ClientError::Refused));
    Test::deliverEvents();
    QVERIFY(isSeen(u"1 unreachable"_s));
    QVERIFY(isSeen(u"1 healthy"_s));
    QCOMPARE(placeOf(u"1 healthy"_s) == before, holds);
    fleet.applyAnswer(gone, Reports::answer(Reports::healthy()));
    QCOMPARE(find(u"0 unreachable"_s), nullptr); // what has come and gone is not kept
    fleet.applyAnswer(gone, Reports::failure(ClientError::Refused));
    QEvent leave(QEvent::Leave);
    QApplication::sendEvent(&strip, &leave);
    Test::deliverEvents();
    QVERIFY(placeOf(u"1 unreachable"_s).x() < placeOf(u"1 healthy"_s).x()); // what is worst is first
    QVERIFY(isSeen(u"1 unreachable"_s));
}

void TestSmallWindow::noNumberOfTheFactsIsCut()
{
    const QFontMetrics metrics(QApplication::font());
    const QString whole = u"127.0.0.1:8002 · version 1.4.0 · pid 4312 · up 17 min"_s;
    for (int width = metrics.horizontalAdvance(whole) + 5; width > metrics.horizontalAdvance(u"up 17 min 1.2…"_s);
         width -= 3) {
        ElidedLabel label;
        label.setCutsParts(true);
        label.resize(width, 20);
        label.setText(whole);
        const QString shown = label.text();
        QVERIFY2(metrics.horizontalAdvance(shown) <= width, qPrintable(shown));
        QVERIFY2(shown.endsWith(u"up 17 min"_s), qPrintable(shown));
        const QStringList parts = shown.split(u" · "_s);
        for (qsizetype each = 1; each < parts.size(); ++each)
            QVERIFY2(parts[each] == u"…"_s || whole.contains(parts[each]), qPrintable(shown));
    }
    Bench bench; // and so in the window
    QVERIFY(bench.show());
    HealthReport report = Reports::healthy();
    report.version = u"20260102-with-a-long-name-of-a-branch-and-a-commit-of-it-0123456789abcdef"_s.repeated(2);
    report.uptime = 17min;
    bench.session.fleet().applyAnswer(bench.id, Reports::answer(report));
    Test::deliverEvents();
    QStringList told;
    for (const ElidedLabel *const label : bench.window.findChild<DetailHeader *>()->findChildren<ElidedLabel *>())
        told << label->text();
    for (const ElidedLabel *const label : bench.window.findChild<DetailPane *>()->findChildren<ElidedLabel *>())
        told << label->text();
    const bool isWhole = std::ranges::any_of(told, [](const QString &each) { return each.endsWith(u"· up 17 min"_s); });
    QVERIFY2(isWhole, qPrintable(told.join(u'|')));
}

/// And nothing is left out for it.
void TestSmallWindow::ofTheFactsALongVersionIsCut()
{
    const QFontMetrics metrics(QApplication::font());
    const QString whole =
        u"127.0.0.1:8002 · version 2026.11.30-rc.4+build.20261130T120512Z.5f2c9d0 · pid 4312 · up 17 min"_s;
    ElidedLabel label;
    label.setCutsParts(true);
    label.resize(metrics.horizontalAdvance(whole) * 3 / 4, 20);
    label.setText(whole);
    const QStringList parts = label.text().split(u" · "_s);
    QCOMPARE(parts.size(), 4);
    QVERIFY2(parts[1].startsWith(u"version 2026"_s) && parts[1].contains(u'…'), qPrintable(label.text()));
    QCOMPARE(parts[2], u"pid 4312"_s);
    QVERIFY(metrics.horizontalAdvance(label.text()) <= label.width());
}

void TestSmallWindow::theNextStepIsReadAfterALongCommand_data()
{
    QTest::addColumn<QSize>("size");
    QTest::newRow("small") << Small;
    QTest::newRow("as at first") << QSize(1380, 860);
}

void TestSmallWindow::theNextStepIsReadAfterALongCommand()
{
    QFETCH(QSize, size);
    Bench bench;
    QVERIFY(bench.show(size));
    const QString command = u"/opt/python/bin/python3 "_s + u"/srv/shop/standin.py "_s.repeated(10);
    Arrival arrival{bench.id, Reports::failure(ClientError::NotUnderstood), Clock::machine().now(),
                    Clock::machine().wall()};
    arrival.holder = AddressHolder{command, true};
    bench.session.fleet().applyArrivals({arrival});
    Test::deliverEvents();
    QStringList said;
    for (const QLabel *const label : bench.window.findChild<DetailPane *>()->findChildren<QLabel *>())
        said << (isWhole(label) ? label->text() : QString());
    QVERIFY2(!said.filter(QRegularExpression(u"^Another.*… ?\\. Stop that, or change the address\\.$"_s)).isEmpty(),
             qPrintable(said.join(u'|')));
}

void TestSmallWindow::noTimeLiesOnANumberOfAGraph()
{
    Bench bench;
    QVERIFY(bench.show());
    auto *const graph = bench.open<GraphPage>()->findChild<TimeGraph *>();
    bool isSome = false;
    for (int second = 0; second < 120; second += 5) {
        graph->xAxis->setRange(1'700'000'000.0 + second, 1'700'000'300.0 + second);
        graph->replot();
        QVector<double> ticks;
        QVector<QString> labels;
        graph->xAxis->ticker()->generate(graph->xAxis->range(), {}, u'g', 6, ticks, nullptr, &labels);
        for (qsizetype each = 0; each < labels.size(); ++each) {
            if (labels[each].isEmpty() || !graph->xAxis->range().contains(ticks[each]))
                continue;
            const int half = QFontMetrics(graph->xAxis->tickLabelFont()).horizontalAdvance(labels[each]) / 2;
            QVERIFY(graph->xAxis->coordToPixel(ticks[each]) - half >= graph->axisRect()->left());
            isSome = true;
        }
    }
    QVERIFY(isSome);
}

void TestSmallWindow::withoutAlertsTheirPageBeginsAtItsTop()
{
    FleetSession session;
    AlertsPage page(session);
    page.resize(600, 500);
    page.setVisible(true);
    QVERIFY(QTest::qWaitForWindowExposed(&page));
    const int line = page.fontMetrics().height();
    for (const QPushButton *const button : page.findChildren<QPushButton *>())
        QVERIFY2(button->y() + button->parentWidget()->y() < 6 * line, qPrintable(QString::number(button->y())));
}

void TestSmallWindow::theFiltersExampleIsWholeOrNotThere()
{
    Bench bench;
    for (const QSize &size : {QSize(640, 400), Small, QSize(1000, 700), QSize(1380, 860)}) {
        QVERIFY(bench.show(size));
        const auto *const filter = bench.window.findChild<QLineEdit *>();
        QCOMPARE(filter->accessibleName(), u"Filter"_s);
        const int text = filter->fontMetrics().horizontalAdvance(filter->placeholderText());
        const int icon = filter->style()->pixelMetric(QStyle::PM_LineEditIconSize);
        QVERIFY2(text + 2 * icon < filter->width(), qPrintable(filter->placeholderText()));
    }
}

void TestSmallWindow::aListShowsWholeRows()
{
    const std::unique_ptr<QListWidget> list(makeWholeRowsList());
    const int row = listRowHeight(list->fontMetrics());
    list->setFrameShape(QFrame::NoFrame);
    list->show();
    for (int height = 2 * row; height < 4 * row; height += 5) {
        list->resize(200, height);
        Test::deliverEvents();
        QCOMPARE(list->viewport()->height() % row, 0);
        QVERIFY(list->viewport()->height() > height - row);
    }
}

void TestSmallWindow::whatIsSelectedStaysInSightWhateverTheFilter()
{
    Bench bench;
    for (int each = 0; each < 60; ++each)
        bench.session.fleet().add(Reports::entry(u"gateway-%1"_s.arg(each), u"http://127.0.0.1:1/%1"_s.arg(each)));
    QVERIFY(bench.show());
    auto *const table = bench.window.findChild<FleetView *>();
    auto *const filter = bench.window.findChild<QLineEdit *>();
    filter->setText(u"gateway-40"_s);
    Test::deliverEvents();
    table->select(bench.session.fleet().ids().at(46));
    for (const QString &text : {u""_s, u"gateway"_s, u""_s}) {
        filter->setText(text);
        Test::deliverEvents();
        QCOMPARE(table->currentIndex().siblingAtColumn(FleetModel::Service).data().toString(), u"gateway-40"_s);
        QVERIFY2(table->viewport()->rect().contains(table->visualRect(table->currentIndex()).center()),
                 qPrintable(text));
    }
}

/// Neither what is always there nor the summary of what was done to many takes it away.
void TestSmallWindow::whatIsSaidInTheStatusBarHasRoom()
{
    Bench bench;
    QVERIFY(bench.show());
    QStatusBar *const bar = bench.window.statusBar();
    QVERIFY(!bar->accessibleName().isEmpty());
    bar->showMessage(u"Pinned. Ctrl+P shows all that are."_s);
    QCOMPARE(bar->accessibleName(), u"Pinned. Ctrl+P shows all that are."_s);
    QVERIFY(!bar->isAncestorOf(bench.window.findChild<BulkProgress *>()));
    for (ElidedLabel *const label : bar->findChildren<ElidedLabel *>())
        label->setText(u"host one does not answer, and so do all the others; "_s.repeated(9));
    Test::deliverEvents();
    for (const ElidedLabel *const label : bar->findChildren<ElidedLabel *>())
        QVERIFY2(label->x() >= Small.width() * 2 / 5, qPrintable(QString::number(label->x())));
    QCOMPARE(bench.window.size(), Small);
}

void TestSmallWindow::theSummaryOfAnActOnManyMovesNoEvent_data()
{
    QTest::addColumn<QSize>("size");
    for (const QSize &size : {Small, QSize(1380, 860)})
        QTest::addRow("%d x %d", size.width(), size.height()) << size;
}

void TestSmallWindow::theSummaryOfAnActOnManyMovesNoEvent()
{
    QFETCH(QSize, size);
    Bench bench;
    FleetModel &fleet = bench.session.fleet();
    for (const ServiceId id : fleet.ids()) {
        RestartByCommand command;
        command.command = {u"/there/is/no/such/program"_s};
        fleet.setRestart(id, command);
        fleet.applyAnswer(id, Reports::failure(ClientError::Refused));
    }
    QVERIFY(bench.show(size));
    auto *const events = bench.window.findChild<EventList *>();
    auto *const line = bench.window.findChild<BulkProgress *>();
    const auto place = [&] { return events->mapTo(&bench.window, QPoint(0, 0)).y(); };
    const int before = place();
    BulkActions &bulk = bench.session.bulk();
    bulk.perform(fleet.ids().first(2), ServiceAction::Start);
    QTRY_VERIFY(!bulk.summary().isEmpty());
    Test::deliverEvents();
    QVERIFY(line->isVisible() && isWhole(line));
    QCOMPARE(place(), before);
    QVERIFY2(rowsSeen(events) >= 1, qPrintable(QString::number(rowsSeen(events))));
    bulk.dismissSummary();
    Test::deliverEvents();
    QVERIFY(!line->isVisible());
    QCOMPARE(place(), before);
}

void TestSmallWindow::theTableKeepsTheChosenRowAndThreeMore()
{
    Bench bench;
    QVERIFY(bench.show());
    auto *const table = bench.window.findChild<FleetView *>();
    table->select(bench.session.fleet().ids().last());
    Test::deliverEvents();
    QVERIFY2(rowsSeen(table) >= 4, qPrintable(QString::number(rowsSeen(table))));
    QVERIFY(table->viewport()->rect().contains(table->visualRect(table->currentIndex()).center()));
}

void TestSmallWindow::nothingAboveThePagesMoves()
{
    Bench bench;
    QVERIFY(bench.show());
    QTabWidget *const tabs = bench.tabs();
    const QRect before(tabs->mapTo(&bench.window, QPoint()), tabs->size());
    const auto isSame = [&] {
        Test::deliverEvents();
        return QRect(tabs->mapTo(&bench.window, QPoint()), tabs->size()) == before && bench.window.size() == Small;
    };
    for (int page = 0; page < tabs->count(); ++page) {
        tabs->setCurrentIndex(page);
        QVERIFY2(isSame(), qPrintable(tabs->tabText(page)));
    }
    HealthReport failing = Reports::withError();
    failing.dependencies[1].error = QString(300, u'x').replace(20, 1, u' ');
    for (const Answer<HealthReport> &answer :
         {Reports::answer(failing), Reports::failure(ClientError::Refused), Reports::answer(Reports::shuttingDown()),
          Reports::answer(Reports::healthy())}) {
        bench.session.fleet().applyAnswer(bench.id, answer);
        QVERIFY(isSame());
    }
}

void TestSmallWindow::theNameAndTheStateKeepRoomBesideTheButtons_data()
{
    QTest::addColumn<QSize>("size");
    QTest::addColumn<bool>("allWords"); ///< on the buttons
    QTest::newRow("small") << Small << true;
    QTest::newRow("the smallest") << QSize(640, 400) << false;
}

void TestSmallWindow::theNameAndTheStateKeepRoomBesideTheButtons()
{
    QFETCH(QSize, size);
    QFETCH(bool, allWords);
    Bench bench;
    QVERIFY(bench.show(size));
    const auto *const pane = bench.window.findChild<DetailPane *>();
    int words = 0;
    for (const QToolButton *const button : pane->findChildren<QToolButton *>()) {
        if (!button->defaultAction() || !button->isVisible())
            continue;
        QVERIFY2(isWhole(button), qPrintable(button->text()));
        words += button->toolButtonStyle() == Qt::ToolButtonTextBesideIcon;
    }
    QVERIFY2(allWords ? words == 4 : words >= 2 && words < 4, qPrintable(QString::number(words)));
    int seen = 0;
    for (const QLabel *const label : pane->findChildren<QLabel *>())
        seen += isWhole(label) && (label->text() == "mcp"_L1 || label->text() == "healthy"_L1);
    QCOMPARE(seen, 2);
}

void TestSmallWindow::theSheetOfKeysLeavesRoomToItsFrame()
{
    Bench bench;
    QVERIFY(bench.show({640, 400}));
    bench.window.openShortcuts();
    const auto *const sheet = bench.window.findChild<ShortcutsWindow *>();
    QVERIFY(sheet && sheet->isVisible());
    QVERIFY2(sheet->height() <= 400 - 20 && sheet->width() <= 640, qPrintable(QString::number(sheet->height())));
}

void TestSmallWindow::aLongStateLeavesRoomToTheName()
{
    Bench bench;
    QVERIFY(bench.show());
    bench.session.fleet().setActivity(
        bench.id, Activity{ServiceState::ShuttingDown, u"cleaning up: the process, 2 min 4 s left"_s});
    Test::deliverEvents();
    QStringList seen;
    for (const QLabel *const label : bench.window.findChild<DetailPane *>()->findChildren<QLabel *>()) {
        if (isWhole(label))
            seen << label->text();
    }
    QVERIFY2(seen.contains(u"mcp"_s), qPrintable(seen.join(u'|')));
    QVERIFY2(!seen.filter(QRegularExpression(u"^cleaning.*2 min 4 s left$"_s)).isEmpty(), qPrintable(seen.join(u'|')));
}

void TestSmallWindow::theReasonAndTheFactsStandBesideEachOther()
{
    Bench bench;
    QVERIFY(bench.show());
    const auto place = [&](const QString &beginning) {
        for (const QLabel *const label : bench.window.findChild<DetailPane *>()->findChildren<QLabel *>()) {
            if (label->isVisible() && label->text().startsWith(beginning))
                return QRect(label->mapTo(&bench.window, QPoint()), label->size());
        }
        return QRect();
    };
    QVERIFY(!place(u"127.0.0.1:1"_s).isNull()); // the facts alone
    for (const qsizetype letters : {20, 400}) { // and a reason
        HealthReport failing = Reports::withError();
        failing.dependencies[1].error = QString(letters, u'x');
        bench.session.fleet().applyAnswer(bench.id, Reports::answer(failing));
        Test::deliverEvents();
        const QRect reason = place(u"qdrant: xx"_s);
        const QRect facts = place(u"127"_s);
        QVERIFY(!reason.isEmpty() && !facts.isEmpty());
        QVERIFY2(reason.right() < facts.left(), qPrintable(u"%1, %2"_s.arg(reason.right()).arg(facts.left())));
        QVERIFY(facts.right() <= Small.width());
        bench.session.fleet().applyAnswer(bench.id, Reports::answer(Reports::healthy()));
        Test::deliverEvents();
    }
}

void TestSmallWindow::whatIsOldSaysSoInTheOneLine_data()
{
    QTest::addColumn<QSize>("size");
    QTest::newRow("small") << Small;
    QTest::newRow("the smallest") << QSize(640, 400);
}

void TestSmallWindow::whatIsOldSaysSoInTheOneLine()
{
    QFETCH(QSize, size);
    Bench bench;
    QVERIFY(bench.show(size));
    bench.session.fleet().applyAnswer(bench.id, Reports::failure(ClientError::Refused, QString(400, u'y')));
    Test::deliverEvents();
    int said = 0;
    for (const QLabel *const label : bench.window.findChild<DetailPane *>()->findChildren<QLabel *>())
        said += isWhole(label) && label->text().startsWith(u"All below is what it last said, "_s)
            && label->text().endsWith(u'.'); // its age is not cut
    QCOMPARE(said, 1);
}

QTEST_MAIN(TestSmallWindow)
#include "tst_smallwindow.moc"
