// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/statepaths.h"
#include "dashboard/ui/codepage.h"
#include "dashboard/ui/deathspage.h"
#include "dashboard/ui/dependencygraph.h"
#include "dashboard/ui/detailheader.h"
#include "dashboard/ui/detailpages.h"
#include "dashboard/ui/detailpane.h"
#include "dashboard/ui/elidedlabel.h"
#include "dashboard/ui/fleetview.h"
#include "dashboard/ui/graphpage.h"
#include "dashboard/ui/logspage.h"
#include "dashboard/ui/mainwindow.h"
#include "dashboard/ui/overviewpage.h"
#include "dashboard/ui/servicechooser.h"
#include "server/core/linering.h"
#include "server/http/httpserver.h"
#include "tests/dashboard/model/reports.h"
#include "tests/support/fakehttpserver.h"

#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDesktopServices>
#include <QFileDialog>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QPlainTextEdit>
#include <QProcess>
#include <QPushButton>
#include <QScrollBar>
#include <QSet>
#include <QSettings>
#include <QStandardPaths>
#include <QTabBar>
#include <QTabWidget>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QTextBlock>
#include <QToolButton>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestDetailPages : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void theGraphShowsWhatWasSeenBeforeTheWindowWasOpened();
    void theWheelZoomsADragMovesAndADoubleClickReturns();
    void whoHasNoDependenciesShowsItsLatency();
    void severalServicesAreDrawnBeneathEachOtherOnOneScale();
    void whatIsComparedIsFoundByItsName();
    void theValuesAndThePictureAreSaved();
    void theOverviewLeadsToEachGraph();
    void beforeTheHistoryHasAnsweredNothingIsSaidOfIt();
    void graphsBeneathEachOtherBeginAtTheSameX();
    void errorsAreAPercentageAndRestartsAreCounted();
    void theErrorOfADependencyIsInSight_data();
    void theErrorOfADependencyIsInSight();
    void aNumberOfADependencyLeadsToItsGraph();
    void theLogIsFollowedUntilSomebodyReadsInIt();
    void theLogIsReadInPages();
    void aServiceWithoutPositionsIsFollowedToo();
    void aSearchKeepsItsPlace();
    void theLogIsSearched();
    void aLogFileIsFollowedWhereTheServiceTellsNothing();
    void severalLogsAreInterleavedByTime();
    void severalDeadServicesAreInterleavedToo();
    void thePreviousInstanceIsShown();
    void previousInstancesAreInterleavedToo();
    void theLogsFileIsOpened();
    void ofADeadServiceWhatIsKeptOfItsLogIsShown_data();
    void ofADeadServiceWhatIsKeptOfItsLogIsShown();
    void theCodePageNamesTheFiles();
    void whyTheCodeIsNotKnownIsSaid();
    void aLongPathIsNotCutAtTheFilesName();
    void aChangedFileIsOpenedAndCompared();
    void allTabsFitBesideTheTable();
    void aReceiptSaysHowLongItTook_data();
    void aReceiptSaysHowLongItTook();
    void earlierReceiptsCanBeRead();
    void aDeathCanBeReadAfterwards();
    void nothingIsSaidOfDeathsBeforeTheyAreRead();
    void theServiceIsCopiedAsCurlAndAsJson();
};

/// A window on fakes, with a history.
struct Bench
{
    QTemporaryDir state;
    FakeHttpServer server;
    FakeHttpServer second;
    FleetSession session;
    std::unique_ptr<MainWindow> window;

    explicit Bench() : session(options(state.path()))
    {
        for (FakeHttpServer *const each : {&server, &second})
            show(Reports::healthy(), *each);
    }

    static SequenceOptions options(const QString &state)
    {
        SequenceOptions options;
        options.stateDirectory = state;
        return options;
    }

    void show(const HealthReport &report) { show(report, server); }
    static void show(const HealthReport &report, FakeHttpServer &server)
    {
        server.setAnswer("/health/status", FakeAnswer::json(encode(report)));
    }

    QString historyFile() const { return state.filePath(u"history.db"_s); }

    /// Operations of `count` seconds that ended `ago`.
    void remember(const QString &url, std::chrono::seconds ago, int count, qint64 successes, qint64 failures = 0)
    {
        HistoryStore store(historyFile());
        const History::Time end = std::chrono::system_clock::now() - ago;
        for (int second = count; second > 0; --second) {
            Observation observation;
            observation.url = url;
            observation.to = end - second * 1s;
            observation.from = observation.to - 1s;
            observation.latency = 3ms;
            observation.operations[u"database"_s] = {successes, failures};
            store.record(observation);
        }
        store.record(
            Event{end, NoService, u"mcp"_s, EventKind::Recovery, u"a new process answers"_s, {}, u"restarted"_s}, url);
    }

    ServiceId add(const QString &name, const QString &url)
    {
        FleetEntry entry = Reports::entry(name, url);
        entry.interval = 100ms;
        return session.add(entry);
    }

    bool start(bool withHistory = true)
    {
        if (withHistory)
            session.keepHistory(historyFile());
        window = std::make_unique<MainWindow>(session);
        session.start();
        window->resize(1200, 800);
        window->show();
        return QTest::qWaitForWindowExposed(window.get());
    }

    template <typename Page>
    Page *openPage()
    {
        auto *const tabs = window->findChild<QTabWidget *>();
        Page *const page = window->findChild<Page *>();
        tabs->setCurrentWidget(page);
        return page;
    }
};

template <typename T>
static T *named(QWidget *parent, const QString &accessibleName)
{
    for (T *const each : parent->findChildren<T *>()) {
        if (each->accessibleName() == accessibleName)
            return each;
    }
    return nullptr;
}

static QList<TimeGraph *> graphsOf(QWidget *page)
{
    QList<TimeGraph *> graphs = page->findChildren<TimeGraph *>();
    std::ranges::sort(graphs, {}, [](const TimeGraph *graph) { return graph->y(); });
    return graphs;
}

/// The field of the list to choose from, which a click opens.
static QLineEdit *openChooser(QWidget *page)
{
    for (QPushButton *const button : page->findChildren<QPushButton *>()) {
        if (button->text() == u"Compare…"_s)
            button->click();
    }
    auto *const chooser = page->findChild<ServiceChooser *>();
    return chooser ? chooser->findChild<QLineEdit *>() : nullptr;
}

/// What would be opened by the desktop's program for files.
struct OpenedUrls : QObject
{
    Q_OBJECT

public:
    OpenedUrls() { QDesktopServices::setUrlHandler(u"file"_s, this, "open"); }
    ~OpenedUrls() override { QDesktopServices::unsetUrlHandler(u"file"_s); }
    Q_INVOKABLE void open(const QUrl &url) { urls << url; }

    QList<QUrl> urls;
};

void TestDetailPages::initTestCase()
{
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(u"hephaestus-test"_s);
    QSettings().clear();
}

void TestDetailPages::theGraphShowsWhatWasSeenBeforeTheWindowWasOpened()
{
    Bench bench;
    bench.remember(bench.server.url(), 2h, 600, 2);
    QVERIFY(bench.start());
    bench.add(u"mcp"_s, bench.server.url());
    auto *const page = bench.openPage<GraphPage>();
    auto *const span = named<QComboBox>(page, u"Time span"_s);
    span->setCurrentText(u"last 6 h"_s);
    QTRY_VERIFY2(graphsOf(page).first()->accessibleDescription().contains(u"1.2 k succeeded"_s),
                 qPrintable(graphsOf(page).first()->accessibleDescription()));
    // Between that and now nothing is known: hatched, and the restart is a line with its word.
    auto *const graph = graphsOf(page).first();
    int gaps = 0;
    QStringList words;
    for (int i = 0; i < graph->itemCount(); ++i) {
        gaps += qobject_cast<QCPItemRect *>(graph->item(i)) != nullptr;
        if (auto *const text = qobject_cast<QCPItemText *>(graph->item(i)))
            words << text->text().trimmed();
    }
    QVERIFY2(gaps >= 2, qPrintable(QString::number(gaps)));
    QVERIFY2(words.contains(u"restarted"_s), qPrintable(words.join(u'|')));
    // The process's own measures are there too.
    auto *const which = named<QComboBox>(page, u"What is shown"_s);
    which->setCurrentIndex(which->findText(u"Latency"_s));
    Q_EMIT which->activated(which->currentIndex());
    QTRY_COMPARE(graphsOf(page).first()->accessibleName(), u"Graph of Latency"_s);
    QTRY_VERIFY(graphsOf(page).first()->accessibleDescription().contains(u"latency now"_s));
}

void TestDetailPages::theWheelZoomsADragMovesAndADoubleClickReturns()
{
    Bench bench;
    QVERIFY(bench.start());
    bench.add(u"mcp"_s, bench.server.url());
    auto *const page = bench.openPage<GraphPage>();
    TimeGraph *const graph = graphsOf(page).first();
    QTRY_VERIFY(graph->isVisible() && graph->width() > 100);
    const double before = graph->xAxis->range().size();
    QToolButton *live = nullptr;
    for (QToolButton *const button : page->findChildren<QToolButton *>()) {
        if (button->text() == "Live"_L1)
            live = button;
    }
    QVERIFY(live && graph->isFollowing() && !live->isEnabled()); // it is live already
    const QPoint middle = graph->rect().center();
    QWheelEvent wheel(middle, graph->mapToGlobal(middle), {}, {0, 120}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase,
                      false);
    QCoreApplication::sendEvent(graph, &wheel);
    const QCPRange zoomed = graph->xAxis->range();
    QVERIFY(zoomed.size() < before);
    QVERIFY(live->isEnabled());
    QComboBox *span = nullptr;
    for (QComboBox *const box : page->findChildren<QComboBox *>()) {
        if (box->accessibleName() == "Time span"_L1)
            span = box;
    }
    QVERIFY(span && span->currentIndex() < 0);
    QVERIFY2(span->placeholderText().startsWith(u"paused at "_s), qPrintable(span->placeholderText()));
    QTest::mouseClick(live, Qt::LeftButton);
    QVERIFY(graph->isFollowing() && !live->isEnabled());
    QCOMPARE(span->currentText(), u"last 5 min"_s);
    QCoreApplication::sendEvent(graph, &wheel);
    QTest::mousePress(graph, Qt::LeftButton, {}, middle);
    QTest::mouseMove(graph, middle + QPoint(40, 0));
    QMouseEvent drag(QEvent::MouseMove, middle + QPoint(60, 0), graph->mapToGlobal(middle + QPoint(60, 0)),
                     Qt::LeftButton, Qt::LeftButton, {});
    QCoreApplication::sendEvent(graph, &drag);
    QTest::mouseRelease(graph, Qt::LeftButton, {}, middle + QPoint(60, 0));
    QVERIFY(graph->xAxis->range().upper < zoomed.upper);
    QVERIFY(qAbs(graph->xAxis->range().size() - zoomed.size()) < 0.5);
    QTest::mouseDClick(graph, Qt::LeftButton, {}, middle);
    QTRY_COMPARE(graph->xAxis->range().size(), before);
    // The crosshair tells the time and the values.
    QMouseEvent hover(QEvent::MouseMove, middle, graph->mapToGlobal(middle), Qt::NoButton, Qt::NoButton, {});
    QCoreApplication::sendEvent(graph, &hover);
    bool told = false;
    for (int i = 0; i < graph->itemCount(); ++i) {
        auto *const text = qobject_cast<QCPItemText *>(graph->item(i));
        told |=
            text && text->visible() && (text->text().contains(u"no data"_s) || text->text().contains(u"succeeded\n"_s));
    }
    QVERIFY(told);
}

void TestDetailPages::whoHasNoDependenciesShowsItsLatency()
{
    Bench bench;
    HealthReport alone = Reports::healthy();
    alone.dependencies.clear();
    bench.show(alone);
    QVERIFY(bench.start());
    bench.add(u"mcp"_s, bench.server.url());
    auto *const page = bench.openPage<GraphPage>();
    QTRY_VERIFY(!graphsOf(page).isEmpty() && graphsOf(page).first()->accessibleName() == u"Graph of Latency"_s);
    // Until it has some.
    bench.show(Reports::healthy());
    QTRY_VERIFY(graphsOf(page).first()->accessibleName() != u"Graph of Latency"_s);
}

void TestDetailPages::severalServicesAreDrawnBeneathEachOtherOnOneScale()
{
    Bench bench;
    bench.remember(bench.server.url(), 1min, 120, 1);
    bench.remember(bench.second.url(), 1min, 120, 9);
    QVERIFY(bench.start());
    bench.add(u"mcp"_s, bench.server.url());
    const ServiceId other = bench.add(u"agents"_s, bench.second.url());
    auto *const page = bench.openPage<GraphPage>();
    bench.window->findChild<DetailPane *>()->setServices({bench.session.fleet().ids().first(), other});
    QTRY_COMPARE(graphsOf(page).size(), 2);
    const auto title = [&] {
        return bench.window->findChild<DetailHeader *>()->findChild<ElidedLabel *>()->fullText();
    };
    QCOMPARE(title(), u"mcp, beside agents"_s); // who is shown is named
    const QList<TimeGraph *> graphs = graphsOf(page);
    QTRY_VERIFY(graphs[0]->accessibleDescription().contains(u"120 succeeded"_s)
                && graphs[1]->accessibleDescription().contains(u"1.08 k succeeded"_s));
    QTRY_COMPARE(graphs[0]->yAxis->range().upper, graphs[1]->yAxis->range().upper);
    QCOMPARE(graphs[0]->xAxis->range().size(), graphs[1]->xAxis->range().size());
    // What is zoomed in one is zoomed in the other.
    graphs[0]->xAxis->setRange(graphs[0]->xAxis->range().lower + 100, graphs[0]->xAxis->range().upper - 50);
    QTRY_COMPARE(graphs[1]->xAxis->range(), graphs[0]->xAxis->range());
    // And by the button on the page, without a selection.
    bench.window->findChild<DetailPane *>()->setServices({});
    QTRY_COMPARE(graphsOf(page).size(), 1);
    QCOMPARE(title(), u"mcp"_s);
    auto *const field = openChooser(page);
    QVERIFY(field);
    QCOMPARE(field->parentWidget()->findChild<QListWidget *>()->count(), 1);
    QTest::keyClick(field, Qt::Key_Return);
    QTRY_COMPARE(graphsOf(page).size(), 2);
    QCOMPARE(title(), u"mcp, beside agents"_s);
    bench.window->findChild<DetailPane *>()->setPage(0); // of one alone
    QCOMPARE(title(), u"mcp"_s);
}

/// Of sixty, too: in the order of names, by typing.
void TestDetailPages::whatIsComparedIsFoundByItsName()
{
    Bench bench;
    QVERIFY(bench.start());
    bench.add(u"mcp"_s, bench.server.url());
    for (int each = 60; each > 0; --each)
        bench.session.fleet().add(Reports::entry(u"gateway-%1"_s.arg(each), u"http://127.0.0.1:1/%1"_s.arg(each)));
    auto *const page = bench.openPage<GraphPage>();
    QTRY_COMPARE(graphsOf(page).size(), 1);
    auto *const field = openChooser(page);
    QVERIFY(field);
    QPointer<QWidget> chooser = field->parentWidget();
    auto *const list = chooser->findChild<QListWidget *>();
    QCOMPARE(list->count(), 60);
    QVERIFY(static_cast<const QAbstractItemView *>(list)->sizeHintForRow(0) >= list->fontMetrics().height() * 5 / 4);
    QCOMPARE(list->item(1)->text(), u"gateway-2"_s);
    QCOMPARE(list->item(9)->text(), u"gateway-10"_s);
    const QRect place = chooser->geometry();
    const QRect screen = chooser->screen()->availableGeometry();
    QVERIFY2(screen.contains(place), qPrintable(QDebug::toString(place) + u" in "_s + QDebug::toString(screen)));
    QTest::keyClicks(field, u"way-5"_s);
    QCOMPARE(list->currentItem()->text(), u"gateway-5"_s);
    QTest::keyClick(field, Qt::Key_Down);
    QCOMPARE(list->currentItem()->text(), u"gateway-15"_s);
    for (int each = 0; each < 10; ++each) {
        QTest::keyClick(field, Qt::Key_Return);
        QTest::keyClick(field, Qt::Key_Down);
    }
    QTRY_COMPARE(graphsOf(page).size(), 8); // as many as can be read
    QVERIFY(!(list->item(0)->flags() & Qt::ItemIsEnabled));
    QTest::keyClicks(field, u"no such name"_s);
    QVERIFY(!list->currentItem());
    QTest::keyClick(field, Qt::Key_Escape);
    QTRY_VERIFY(!chooser);
}

void TestDetailPages::theValuesAndThePictureAreSaved()
{
    Bench bench;
    bench.remember(bench.server.url(), 1min, 60, 3);
    QVERIFY(bench.start());
    bench.add(u"=mcp,1"_s, bench.server.url());
    auto *const page = bench.openPage<GraphPage>();
    QTRY_VERIFY(graphsOf(page).first()->accessibleDescription().contains(u"180 succeeded"_s));
    for (const QString &suffix : {u"csv"_s, u"png"_s}) {
        const QString path = bench.state.filePath(u"graph."_s + suffix);
        for (QPushButton *const button : page->findChildren<QPushButton *>()) {
            if (button->text() != "Export"_L1)
                continue;
            for (QAction *const action : button->menu()->actions()) {
                if (action->text().contains(suffix.toUpper().left(1))
                    && action->text().remove(u'&').contains(suffix.toUpper()))
                    action->trigger();
            }
        }
        QTRY_VERIFY(page->findChild<QFileDialog *>());
        QFileDialog *const dialog = page->findChild<QFileDialog *>();
        Q_EMIT dialog->fileSelected(path);
        dialog->close();
        QTRY_VERIFY(!page->findChild<QFileDialog *>());
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray content = file.readAll();
        if (suffix == "png"_L1) {
            const QImage picture = QImage::fromData(content);
            QCOMPARE(picture.width(), 2 * graphsOf(page).first()->width());
            QVERIFY(picture.height() > 2 * graphsOf(page).first()->height()); // a title is above it
            continue;
        }
        const QList<QByteArray> lines = content.split('\n');
        QCOMPARE(lines[0], QByteArray("service,of,from,to,succeeded,failed\r"));
        QVERIFY2(lines[1].startsWith("\"'=mcp,1\",all dependencies,20"), lines[1].constData()); // no formula
        qint64 sum = 0;
        for (const QByteArray &line : lines.mid(1))
            sum += line.trimmed().split(',').value(5).toLongLong(); // the name has a comma of its own
        QCOMPARE(sum, 180);
    }
}

void TestDetailPages::theOverviewLeadsToEachGraph()
{
    Bench bench;
    bench.remember(bench.server.url(), 2min, 100, 2);
    QVERIFY(bench.start());
    bench.add(u"mcp"_s, bench.server.url());
    auto *const tabs = bench.window->findChild<QTabWidget *>();
    auto *const overview = bench.openPage<OverviewPage>();
    const auto graph = [&](const QString &name) { return named<TimeGraph>(overview, u"Graph of "_s + name); };
    for (const QString &name :
         {u"Latency"_s, u"Error rate"_s, u"CPU"_s, u"Memory"_s, u"Restarts"_s, u"database"_s, u"qdrant"_s})
        QTRY_VERIFY2(graph(name) && graph(name)->isVisible(), qPrintable(name));
    const auto saysUnit = [&](const QString &name, const QString &title) { // above it: beside it would be cut
        QStringList texts;
        for (int i = 0; i < graph(name)->itemCount(); ++i) {
            if (auto *const text = qobject_cast<QCPItemText *>(graph(name)->item(i)))
                texts << text->text();
        }
        return graph(name)->yAxis->label().isEmpty() && texts.contains(title);
    };
    QTRY_VERIFY(saysUnit(u"database"_s, u"database, each 15 s"_s));
    QCOMPARE(graph(u"Latency"_s)->yAxis->label(), u"ms"_s); // there is room for that
    QTRY_VERIFY2(graph(u"database"_s)->accessibleDescription().contains(u"200 succeeded"_s),
                 qPrintable(graph(u"database"_s)->accessibleDescription()));
    const auto chosen = [&] {
        return named<QComboBox>(bench.window->findChild<GraphPage *>(), u"What is shown"_s)->currentText();
    };
    for (const QString &name : {u"qdrant"_s, u"Memory"_s, u"Error rate"_s, u"Restarts"_s}) {
        tabs->setCurrentWidget(overview);
        QTest::mouseClick(graph(name), Qt::LeftButton);
        QCOMPARE(tabs->currentWidget(), bench.window->findChild<GraphPage *>());
        QCOMPARE(chosen(), name);
    }
}

void TestDetailPages::beforeTheHistoryHasAnsweredNothingIsSaidOfIt()
{
    Bench bench;
    bench.remember(bench.server.url(), 2min, 100, 2);
    QVERIFY(bench.start());
    bench.add(u"mcp"_s, bench.server.url());
    auto *const overview = bench.openPage<OverviewPage>(); // it has asked; nothing has answered yet
    const auto *const graph = named<TimeGraph>(overview, u"Graph of Latency"_s);
    QVERIFY(graph);
    QVERIFY2(!graph->accessibleDescription().contains(u"No data"_s), qPrintable(graph->accessibleDescription()));
    QVERIFY(!graph->yAxis->tickLabels() && graph->yAxis->label().isEmpty());
    QTRY_COMPARE(graph->yAxis->label(), u"ms"_s);
    QVERIFY(graph->yAxis->tickLabels());
}

/// Whatever the numbers beside them are.
void TestDetailPages::graphsBeneathEachOtherBeginAtTheSameX()
{
    Bench bench;
    bench.remember(bench.server.url(), 2min, 100, 12'345);
    QVERIFY(bench.start());
    const ServiceId first = bench.add(u"mcp"_s, bench.server.url());
    const ServiceId second = bench.add(u"agents"_s, bench.second.url());
    bench.window->findChild<FleetView *>()->select(first);
    const auto beginsOf = [](QWidget *page) {
        QMap<int, QSet<int>> begins; // of the values, by column
        for (const TimeGraph *const graph : graphsOf(page)) {
            if (graph->isVisible())
                begins[graph->x()].insert(graph->axisRect()->left());
        }
        return begins;
    };
    auto *const overview = bench.openPage<OverviewPage>();
    const auto *const database = [&] {
        [[maybe_unused]] const bool isThere =
            QTest::qWaitFor([&] { return named<TimeGraph>(overview, u"Graph of database"_s); }, 30'000);
        return named<TimeGraph>(overview, u"Graph of database"_s);
    }();
    QVERIFY(database);
    QTRY_VERIFY(database->accessibleDescription().contains(u"succeeded"_s) && database->top() > 1000);
    for (const int width : {1200, 2600, 700}) {
        bench.window->resize(width, 800);
        QTRY_VERIFY(!beginsOf(overview).isEmpty());
        const auto areSame = [&] {
            const auto begins = beginsOf(overview);
            return std::ranges::all_of(begins, [](const QSet<int> &each) { return each.size() == 1; });
        };
        QTRY_VERIFY2(areSame(), qPrintable(QString::number(width)));
    }
    bench.window->resize(1200, 800);
    auto *const page = bench.openPage<GraphPage>();
    page->setServices({first, second});
    page->select(u"database"_s);
    QTRY_COMPARE(graphsOf(page).size(), 2);
    QTRY_COMPARE(beginsOf(page).first().size(), 1);
}

void TestDetailPages::errorsAreAPercentageAndRestartsAreCounted()
{
    Bench bench;
    bench.remember(bench.server.url(), 2min, 100, 3, 1);
    QVERIFY(bench.start());
    bench.add(u"mcp"_s, bench.server.url());
    auto *const overview = bench.openPage<OverviewPage>();
    const auto says = [&](const QString &name) {
        const auto *const graph = named<TimeGraph>(overview, u"Graph of "_s + name);
        return graph ? graph->accessibleDescription() : QString();
    };
    QTRY_COMPARE(says(u"Error rate"_s), u"error rate now 25 %"_s);
    QTRY_COMPARE(says(u"Restarts"_s), u"restarts now 1"_s);
    QTest::mouseClick(named<TimeGraph>(overview, u"Graph of Error rate"_s), Qt::LeftButton);
    auto *const page = bench.window->findChild<GraphPage *>();
    QTRY_VERIFY2(page->csv().contains("Error rate") && page->csv().contains(",0.25"), page->csv().constData());
}

void TestDetailPages::theErrorOfADependencyIsInSight_data()
{
    QTest::addColumn<int>("letters"); // of the pane's width
    for (const int letters : {60, 80, 120, 200})
        QTest::addRow("%d letters", letters) << letters;
}

void TestDetailPages::theErrorOfADependencyIsInSight()
{
    QFETCH(int, letters);
    DependenciesPage page;
    page.resize(letters * page.fontMetrics().averageCharWidth(), 200);
    page.setVisible(true);
    page.show(Reports::withError().dependencies, {}, {});
    auto *const table = page.findChild<QTableView *>();
    const QModelIndex error = table->model()->index(1, DependencyModel::Error);
    QVERIFY(!error.data().toString().isEmpty());
    QTRY_VERIFY(!table->isColumnHidden(DependencyModel::Error)
                && table->columnWidth(DependencyModel::Error)
                    > table->fontMetrics().horizontalAdvance(error.data().toString()));
    QVERIFY(table->viewport()->rect().contains(table->visualRect(error)));
    QVERIFY(!table->isColumnHidden(DependencyModel::Name) && !table->isColumnHidden(DependencyModel::Status));
}

void TestDetailPages::aNumberOfADependencyLeadsToItsGraph()
{
    Bench bench;
    QVERIFY(bench.start());
    bench.add(u"mcp"_s, bench.server.url());
    auto *const tabs = bench.window->findChild<QTabWidget *>();
    auto *const page = bench.openPage<DependenciesPage>();
    auto *const table = page->findChild<QTableView *>();
    QTRY_COMPARE(table->model()->rowCount(), 2);
    const auto click = [&](int column) {
        QTest::mouseClick(table->viewport(), Qt::LeftButton, {},
                          table->visualRect(table->model()->index(1, column)).center());
    };
    const QRect name = table->visualRect(table->model()->index(0, DependencyModel::Name));
    QVERIFY(name.width() > table->fontMetrics().horizontalAdvance(u"database"_s)); // before the other columns
    click(DependencyModel::Name);                                                  // a name is only selected
    QCOMPARE(tabs->currentWidget(), page);
    QCOMPARE(table->model()->index(1, DependencyModel::FailurePercent).data().toString(), u"0 %"_s);
    click(DependencyModel::FailurePercent);
    QCOMPARE(tabs->currentWidget(), bench.window->findChild<GraphPage *>());
    QCOMPARE(named<QComboBox>(tabs->currentWidget(), u"What is shown"_s)->currentText(), u"qdrant"_s);
}

namespace {

/// A service of ours whose log a test writes.
struct LoggingService
{
    LoggingService()
    {
        state.enter(Phase::Running);
        server.setLogs([this](const LogQuery &query) {
            ++asked;
            return ring.page(query);
        });
    }

    bool start()
    {
        const auto bound = server.listen({*parseServiceAddress(u"127.0.0.1:0"_s)});
        if (bound.ok())
            url = u"http://"_s + bound->first().text();
        return bound.ok();
    }
    void write(int from, int to, const QByteArray &what = "line ")
    {
        QByteArray lines;
        for (int line = from; line < to; ++line)
            lines += what + QByteArray::number(line) + '\n';
        ring.append(OutputStream::Stdout, lines, OutputLine::Time(1s));
    }

    LineRing ring{LineRing::Lines * 10, 64 << 20};
    std::atomic<int> asked = 0;
    ServerState state{u"mcp"_s, u"1"_s};
    ShutdownSequence sequence{state, ShutdownTimes{50ms, 5s}};
    HttpServer server{state, sequence};
    QString url;
};

} // namespace

void TestDetailPages::theLogIsFollowedUntilSomebodyReadsInIt()
{
    Bench bench;
    LoggingService service;
    QVERIFY(service.start());
    service.write(0, 500);
    QVERIFY(bench.start());
    bench.add(u"mcp"_s, service.url);
    auto *const page = bench.openPage<LogsPage>();
    auto *const text = named<QPlainTextEdit>(page, u"The log"_s);
    QTRY_VERIFY(text->toPlainText().endsWith(u"line 499"_s));
    QCOMPARE(text->verticalScrollBar()->value(), text->verticalScrollBar()->maximum());
    text->verticalScrollBar()->setValue(10); // somebody reads
    QVERIFY(!page->findChild<QCheckBox *>()->isChecked());
    service.ring.append(OutputStream::Stdout, "<b>new</b>\x1b[31\n", {});
    service.ring.setUnfinished(OutputStream::Stdout, "50 %");
    QTRY_VERIFY(text->toPlainText().endsWith(u"<b>new</b>\\u{1b}[31\n50 %"_s)); // literally
    service.ring.setUnfinished(OutputStream::Stdout, "60 %");
    QTRY_VERIFY(text->toPlainText().endsWith(u"<b>new</b>\\u{1b}[31\n60 %"_s)); // its latest state only
    service.ring.append(OutputStream::Stdout, "done\n", {});
    QTRY_VERIFY(text->toPlainText().endsWith(u"<b>new</b>\\u{1b}[31\ndone"_s));
    QCOMPARE(text->blockCount(), 502);
    QCOMPARE(text->verticalScrollBar()->value(), 10);
    QTest::mouseClick(page->findChild<QCheckBox *>(), Qt::LeftButton, {},
                      QPoint(5, page->findChild<QCheckBox *>()->height() / 2));
    QCOMPARE(text->verticalScrollBar()->value(), text->verticalScrollBar()->maximum());
    // Nobody looks: nobody asks.
    bench.add(u"other"_s, bench.server.url());
    bench.window->findChild<QTabWidget *>()->setCurrentIndex(0);
    const auto passLooks = [&](int looks) { // of a log
        const auto polls = [&] {
            return std::ranges::count_if(bench.server.requests(), [](const QByteArray &request) {
                return request.startsWith("GET /health/status ");
            });
        };
        const auto before = polls();
        QTRY_VERIFY_WITH_TIMEOUT(polls() >= before + looks, 60'000);
    };
    passLooks(2);
    const int before = service.asked;
    passLooks(15);
    QCOMPARE(service.asked.load(), before);
}

void TestDetailPages::theLogIsReadInPages()
{
    Bench bench;
    LoggingService service;
    QVERIFY(service.start());
    service.write(0, 30'000, "a line that makes the log larger than any one answer was, and more: ");
    QVERIFY(bench.start());
    bench.add(u"mcp"_s, service.url);
    auto *const page = bench.openPage<LogsPage>();
    auto *const text = named<QPlainTextEdit>(page, u"The log"_s);
    QTRY_VERIFY(text->toPlainText().endsWith(u" 29999"_s));
    QCOMPARE(text->blockCount(), LogFollower::Lines);
    // Scrolling up loads what came earlier, and what is read stays in its place.
    text->verticalScrollBar()->setValue(0);
    QTRY_VERIFY(text->blockCount() > LogFollower::Lines);
    const int loaded = text->blockCount() - LogFollower::Lines;
    QCOMPARE(text->verticalScrollBar()->value(), loaded);
    QTRY_VERIFY_WITH_TIMEOUT(
        [&] {
            text->verticalScrollBar()->setValue(0);
            return text->blockCount() == 30'000;
        }(),
        60'000);
    QVERIFY(text->document()->firstBlock().text().endsWith(u" 0"_s));
    for (int line : {1, 12'345, 28'999, 29'000, 29'999})
        QVERIFY(text->document()->findBlockByNumber(line).text().endsWith(u" %1"_s.arg(line)));
    // It is followed on.
    service.write(30'000, 30'100);
    QTRY_VERIFY(text->toPlainText().endsWith(u"line 30099"_s));
    QCOMPARE(text->blockCount(), 30'100);
    // At the end again only so many are shown.
    text->verticalScrollBar()->setValue(text->verticalScrollBar()->maximum());
    service.write(30'100, 32'000);
    QTRY_VERIFY(text->toPlainText().endsWith(u"line 31999"_s));
    QVERIFY(text->blockCount() < LogText::FollowedLines * 11 / 10);
    QCOMPARE(text->verticalScrollBar()->value(), text->verticalScrollBar()->maximum());
}

void TestDetailPages::aSearchKeepsItsPlace()
{
    Bench bench;
    LoggingService service;
    QVERIFY(service.start());
    service.write(0, 14, "an error, ");
    QVERIFY(bench.start());
    bench.add(u"mcp"_s, service.url);
    auto *const page = bench.openPage<LogsPage>();
    auto *const text = named<QPlainTextEdit>(page, u"The log"_s);
    const auto says = [&](const QString &what) {
        return std::ranges::any_of(page->findChildren<QLabel *>(),
                                   [&](const QLabel *label) { return label->text() == what; });
    };
    QTRY_COMPARE(text->blockCount(), 14);
    auto *const search = named<QLineEdit>(page, u"Search in the log"_s);
    QTest::keyClicks(search, u"error"_s);
    QVERIFY(says(u"14 found"_s));
    for (int i = 0; i < 12; ++i)
        QTest::keyClick(search, Qt::Key_Return);
    QVERIFY(says(u"3 of 14"_s));
    service.write(14, 1000);
    QTRY_COMPARE(text->blockCount(), 1000);
    QVERIFY(says(u"3 of 14"_s));
    QCOMPARE(text->textCursor().blockNumber(), 2);
    service.write(0, 3, "another error ");
    QTRY_VERIFY(says(u"3 of 17"_s));
    QTest::keyClick(search, Qt::Key_F3);
    QVERIFY(says(u"4 of 17"_s));
}

void TestDetailPages::aServiceWithoutPositionsIsFollowedToo()
{
    Bench bench;
    HealthReport report = Reports::healthy();
    report.capabilities << u"logs"_s;
    bench.show(report);
    QByteArray log;
    for (int line = 0; line < 500; ++line)
        log += "line " + QByteArray::number(line) + "\n";
    bench.server.setAnswer("/health/logs", FakeAnswer::json(log));
    QVERIFY(bench.start());
    bench.add(u"mcp"_s, bench.server.url());
    auto *const page = bench.openPage<LogsPage>();
    auto *const text = named<QPlainTextEdit>(page, u"The log"_s);
    QTRY_VERIFY(text->toPlainText().endsWith(u"line 499"_s));
    QCOMPARE(text->verticalScrollBar()->value(), text->verticalScrollBar()->maximum());
    text->verticalScrollBar()->setValue(10); // somebody reads
    QVERIFY(!page->findChild<QCheckBox *>()->isChecked());
    log = log.mid(log.indexOf("line 3\n")) + "<b>new</b>\x1b[31\n"; // the service keeps so many lines only
    bench.server.setAnswer("/health/logs", FakeAnswer::json(log));
    QTRY_VERIFY(text->toPlainText().endsWith(u"<b>new</b>\\u{1b}[31"_s)); // literally
    QCOMPARE(text->blockCount(), 501);                                    // and nothing twice
    QCOMPARE(text->verticalScrollBar()->value(), 10);
    QTest::mouseClick(page->findChild<QCheckBox *>(), Qt::LeftButton, {},
                      QPoint(5, page->findChild<QCheckBox *>()->height() / 2));
    QCOMPARE(text->verticalScrollBar()->value(), text->verticalScrollBar()->maximum());
}

void TestDetailPages::theLogIsSearched()
{
    Bench bench;
    HealthReport report = Reports::healthy();
    report.capabilities << u"logs"_s;
    bench.show(report);
    bench.server.setAnswer("/health/logs", FakeAnswer::json("one error\ntwo\nanother Error\nfour\n"));
    QVERIFY(bench.start());
    bench.add(u"mcp"_s, bench.server.url());
    auto *const page = bench.openPage<LogsPage>();
    auto *const text = named<QPlainTextEdit>(page, u"The log"_s);
    QTRY_COMPARE(text->blockCount(), 4);
    text->setFocus();
    QTest::keyClick(text, Qt::Key_Slash);
    auto *const search = named<QLineEdit>(page, u"Search in the log"_s);
    QTest::keyClicks(search, u"error"_s);
    QCOMPARE(text->extraSelections().size(), 2);
    QTest::keyClick(search, Qt::Key_Return); // the newest first
    QCOMPARE(text->textCursor().blockNumber(), 2);
    QTest::keyClick(search, Qt::Key_Return);
    QCOMPARE(text->textCursor().blockNumber(), 0);
    QTest::keyClick(search, Qt::Key_F3);
    QCOMPARE(text->textCursor().blockNumber(), 2);
    QTest::keyClicks(search, u"s"_s);
    QCOMPARE(text->extraSelections().size(), 0);
}

void TestDetailPages::aLogFileIsFollowedWhereTheServiceTellsNothing()
{
    Bench bench;
    QVERIFY(bench.start());
    bench.add(u"mcp"_s, bench.server.url());
    auto *const page = bench.openPage<LogsPage>();
    auto *const text = named<QPlainTextEdit>(page, u"The log"_s);
    const auto says = [&](const QString &part) {
        return std::ranges::any_of(page->findChildren<QLabel *>(),
                                   [&](const QLabel *label) { return label->text().contains(part); });
    };
    QTRY_VERIFY(says(u"does not offer its log"_s));
    QCOMPARE(text->placeholderText(), QString()); // nobody knows that nothing was written
    QVERIFY(QDir(bench.state.path()).mkpath(u"logs"_s));
    QFile log(logFileOf(u"mcp"_s, bench.state.path()));
    QVERIFY(log.open(QIODevice::WriteOnly | QIODevice::Unbuffered));
    log.write("first\nhalf a ");
    QTRY_COMPARE(text->toPlainText(), u"first"_s);
    log.write("line\n");
    QTRY_COMPARE(text->toPlainText(), u"first\nhalf a line"_s);
    QVERIFY(says(log.fileName()));
    log.close();
    QVERIFY(QFile::rename(log.fileName(), log.fileName() + u".1"_s)); // rotated
    QVERIFY(log.open(QIODevice::WriteOnly));
    log.write("of the next\n");
    log.close();
    QTRY_COMPARE(text->toPlainText(), u"first\nhalf a line\nof the next"_s);
}

static QAction *actionOf(QWidget *page, const QString &text)
{
    for (QAction *const action : page->findChildren<QAction *>()) {
        if (action->text().remove(u'&') == text)
            return action;
    }
    return nullptr;
}

void TestDetailPages::severalLogsAreInterleavedByTime()
{
    Bench bench;
    LoggingService one;
    LoggingService other;
    QVERIFY(one.start() && other.start());
    const auto write = [](LoggingService &service, std::chrono::seconds at, const QByteArray &line) {
        service.ring.append(OutputStream::Stdout, line + '\n', OutputLine::Time(at));
    };
    write(one, 10s, "first");
    write(one, 30s, "\x1b[31mthird\x1b[m");
    write(other, 20s, "second");
    write(other, 40s, "fourth");
    other.ring.setUnfinished(OutputStream::Stdout, "half a li");
    QVERIFY(bench.start());
    bench.add(u"mcp"_s, one.url);
    bench.add(u"agents"_s, other.url);
    auto *const page = bench.openPage<LogsPage>();
    auto *const text = page->findChild<LogText *>();
    QTRY_COMPARE(text->toPlainText(), u"first\nthird"_s);
    QTRY_COMPARE(bench.session.fleet().totals().states.value(ServiceState::Healthy), 2);
    bench.window->activateWindow();
    bench.window->findChild<FleetView *>()->setFocus();
    QTest::keyClick(bench.window->findChild<FleetView *>(), Qt::Key_A, Qt::ControlModifier);
    QTRY_COMPARE(text->blockCount(), 4);
    QStringList lines = text->toPlainText().split(u'\n');
    QCOMPARE(lines[0], u"mcp    │ first"_s);
    QCOMPARE(lines[1], u"agents │ second"_s);
    QCOMPARE(lines[2], u"mcp    │ third"_s);
    QCOMPARE(lines[3], u"agents │ fourth"_s);
    const auto formats = text->document()->findBlockByNumber(2).layout()->formats();
    QCOMPARE(formats.size(), 2); // of the name, and the program's
    QCOMPARE(formats[1].start, 9);
    QCOMPARE(formats[1].length, 5);
    // It is followed, and a line comes when it is whole.
    other.ring.append(OutputStream::Stdout, "half a line\n", OutputLine::Time(60s));
    write(one, 50s, "fifth");
    QTRY_VERIFY(text->toPlainText().contains(u"agents │ half a line"_s));
    QTRY_VERIFY(text->toPlainText().contains(u"mcp    │ fifth"_s));
    QCOMPARE(text->blockCount(), 6);
    // And back to one.
    bench.window->findChild<FleetView *>()->clearSelection();
    bench.window->findChild<FleetView *>()->select(bench.session.fleet().ids().last());
    QTRY_COMPARE(text->toPlainText(), u"second\nfourth\nhalf a line"_s);
}

/// What each wrote last is kept in its file.
void TestDetailPages::severalDeadServicesAreInterleavedToo()
{
    Bench bench;
    auto one = std::make_unique<LoggingService>();
    auto other = std::make_unique<LoggingService>();
    QVERIFY(one->start() && other->start());
    const auto write = [](LoggingService &service, std::chrono::seconds at, const QByteArray &line) {
        service.ring.append(OutputStream::Stdout, line + '\n', OutputLine::Time(at));
    };
    write(*one, 10s, "first");
    write(*one, 30s, "third");
    write(*other, 20s, "second");
    write(*other, 40s, "fourth");
    QVERIFY(bench.start());
    bench.add(u"mcp"_s, one->url);
    bench.add(u"agents"_s, other->url);
    auto *const page = bench.openPage<LogsPage>();
    auto *const text = page->findChild<LogText *>();
    auto *const table = bench.window->findChild<FleetView *>();
    QTRY_COMPARE(bench.session.fleet().totals().states.value(ServiceState::Healthy), 2);
    bench.window->activateWindow();
    const auto selectBoth = [&] {
        table->setFocus();
        QTest::keyClick(table, Qt::Key_A, Qt::ControlModifier);
    };
    selectBoth();
    QTRY_COMPARE(text->blockCount(), 4);
    QVERIFY(QDir(bench.state.path()).mkpath(u"logs"_s));
    const auto keep = [&](const QString &name, const QByteArray &content) {
        QFile log(logFileOf(name + u".output"_s, bench.state.path()));
        QVERIFY(log.open(QIODevice::WriteOnly) && log.write(content) == content.size());
    };
    keep(u"mcp"_s,
         "1970-01-01T00:00:10.000Z stdout:\nfirst\n1970-01-01T00:00:30.000Z stdout:\nthird\n"
         "1970-01-01T00:00:50.000Z stdout:\nlast words\n");
    keep(u"agents"_s,
         "1970-01-01T00:00:20.000Z stdout:\nsecond\n1970-01-01T00:00:40.000Z stdout:\nfourth\n"
         "1970-01-01T00:01:00.000Z stdout:\nfarewell\n");
    one.reset();
    other.reset();
    QTRY_VERIFY(text->toPlainText().contains(u"mcp    │ last words"_s));
    QTRY_VERIFY(text->toPlainText().contains(u"agents │ farewell"_s));
    QCOMPARE(text->blockCount(), 6); // and no line twice
    // Also where they are chosen only afterwards.
    table->clearSelection();
    table->select(bench.session.fleet().ids().last());
    QTRY_COMPARE(text->toPlainText(), u"second\nfourth\nfarewell"_s);
    selectBoth();
    QTRY_COMPARE(text->blockCount(), 6);
    QStringList lines;
    for (const QString &line : text->toPlainText().split(u'\n'))
        lines << line.section(u" │ "_s, 1);
    QCOMPARE(lines.join(u", "_s), u"first, second, third, fourth, last words, farewell"_s);
}

void TestDetailPages::previousInstancesAreInterleavedToo()
{
    Bench bench;
    LoggingService one;
    LoggingService other;
    QVERIFY(one.start() && other.start());
    const auto write = [](LoggingService &service, int second, const QByteArray &line) {
        const bool begins = line.startsWith("started");
        const QByteArray text = begins ? "2026-01-31T12:00:00.000Z hephaestus: " + line : line;
        service.ring.append(begins ? OutputStream::Event : OutputStream::Stdout, text + '\n',
                            OutputLine::Time(std::chrono::seconds(second)));
    };
    int second = 0;
    for (const QByteArray &pid : {"17"_ba, "18"_ba}) {
        for (LoggingService *const service : {&one, &other})
            write(*service, ++second, "started with pid " + pid);
        for (const QByteArray &line : {"a"_ba, "b"_ba, "c"_ba, "d"_ba})
            write(line == "a" || line == "d" ? one : other, ++second, line + " of " + pid);
    }
    QVERIFY(bench.start());
    bench.add(u"mcp"_s, one.url);
    bench.add(u"agents"_s, other.url);
    auto *const page = bench.openPage<LogsPage>();
    auto *const text = page->findChild<LogText *>();
    auto *const table = bench.window->findChild<FleetView *>();
    QTRY_COMPARE(bench.session.fleet().totals().states.value(ServiceState::Healthy), 2);
    bench.window->activateWindow();
    table->setFocus();
    QTest::keyClick(table, Qt::Key_A, Qt::ControlModifier);
    QTRY_COMPARE(text->blockCount(), 12);
    text->setFocus();
    QTest::keyClick(text, Qt::Key_P, Qt::AltModifier);
    QTRY_COMPARE(text->blockCount(), 6);
    QVERIFY(text->toPlainText().endsWith(u"mcp    │ a of 17\nagents │ b of 17\nagents │ c of 17\nmcp    │ d of 17"_s));
}

void TestDetailPages::thePreviousInstanceIsShown()
{
    Bench bench;
    LoggingService service;
    QVERIFY(service.start());
    const auto event = [&](const QByteArray &text) {
        service.ring.append(OutputStream::Event, text + '\n', OutputLine::Time(1s));
    };
    event("2026-01-31T12:00:00.000Z hephaestus: started with pid 17");
    service.write(0, 3, "old ");
    event("2026-01-31T12:00:00.000Z hephaestus: started with pid 18");
    service.write(0, 2, "new ");
    QVERIFY(bench.start());
    bench.add(u"mcp"_s, service.url);
    auto *const page = bench.openPage<LogsPage>();
    auto *const text = page->findChild<LogText *>();
    QTRY_COMPARE(text->blockCount(), 7);
    text->setFocus();
    QTest::keyClick(text, Qt::Key_P, Qt::AltModifier);
    QTRY_COMPARE(text->blockCount(), 4);
    QVERIFY(text->toPlainText().endsWith(u"17\nold 0\nold 1\nold 2"_s));
    service.write(2, 4, "new ");
    QTest::keyClick(text, Qt::Key_P, Qt::AltModifier);
    QTRY_VERIFY(text->toPlainText().endsWith(u"new 3"_s));
    QCOMPARE(text->blockCount(), 9);
}

void TestDetailPages::theLogsFileIsOpened()
{
    Bench bench;
    QVERIFY(bench.start());
    bench.add(u"mcp"_s, bench.server.url());
    auto *const page = bench.openPage<LogsPage>();
    auto *const menu = page->findChild<QMenu *>();
    QAction *const open = actionOf(page, u"Open the file"_s);
    QTRY_COMPARE(bench.session.fleet().totals().states.value(ServiceState::Healthy), 1);
    Q_EMIT menu->aboutToShow();
    QVERIFY(!open->isEnabled()); // there is none
    QVERIFY(QDir(bench.state.path()).mkpath(u"logs"_s));
    QFile log(logFileOf(u"mcp"_s, bench.state.path()));
    QVERIFY(log.open(QIODevice::WriteOnly));
    log.close();
    Q_EMIT menu->aboutToShow();
    QVERIFY(open->isEnabled());
    OpenedUrls opened;
    open->trigger();
    QCOMPARE(opened.urls, QList<QUrl>{QUrl::fromLocalFile(log.fileName())});
}

void TestDetailPages::ofADeadServiceWhatIsKeptOfItsLogIsShown_data()
{
    QTest::addColumn<bool>("isOurs");
    QTest::newRow("its own") << true;
    QTest::newRow("of an earlier one") << false;
}

void TestDetailPages::ofADeadServiceWhatIsKeptOfItsLogIsShown()
{
    QFETCH(bool, isOurs);
    Bench bench;
    auto service = std::make_unique<LoggingService>();
    QVERIFY(service->start());
    service->write(0, 3);
    QVERIFY(bench.start());
    bench.add(u"mcp"_s, service->url);
    auto *const page = bench.openPage<LogsPage>();
    auto *const text = page->findChild<LogText *>();
    QTRY_COMPARE(text->blockCount(), 3);
    QVERIFY(QDir(bench.state.path()).mkpath(u"logs"_s));
    QFile log(logFileOf(u"mcp"_s, bench.state.path()));
    QVERIFY(log.open(QIODevice::WriteOnly) && log.write("line 0\nline 1\nline 2\nlast words\n") > 0);
    log.close();
    const auto says = [&](const QString &what) {
        return std::ranges::any_of(page->findChildren<QLabel *>(),
                                   [&](const QLabel *label) { return label->text().contains(what); });
    };
    if (!isOurs) { // an earlier instance wrote it
        QVERIFY(log.open(QIODevice::ReadWrite));
        QVERIFY(log.setFileTime(QDateTime::currentDateTime().addDays(-7), QFileDevice::FileModificationTime));
        log.close();
        service.reset();
        QTRY_VERIFY(says(u"refused the connection"_s));
        QCOMPARE(text->blockCount(), 3); // what it told stays
        return;
    }
    service.reset();
    QTRY_VERIFY(text->toPlainText().endsWith(u"last words"_s)); // though it is gone
    QCOMPARE(text->blockCount(), 4);                            // and no line twice
    QVERIFY(says(u"It does not answer. What is kept here of its output: "_s + log.fileName()));
    // Also where it is opened only afterwards.
    bench.window->findChild<QTabWidget *>()->setCurrentIndex(0);
    bench.openPage<LogsPage>();
    QTRY_VERIFY(text->toPlainText().endsWith(u"last words"_s));
    QCOMPARE(text->blockCount(), 4);
}

void TestDetailPages::theCodePageNamesTheFiles()
{
    CodeModel model;
    const QAbstractItemModelTester tester(&model);
    model.show({{u"a"_s, u"source"_s, u"modified"_s}});
    model.show({});

    Bench bench;
    HealthReport report = Reports::healthy();
    report.code = CodeReport{
        CodeVerdict::Stale,
        {{u"/srv/app/orders.py"_s, u"source"_s, u"modified"_s}, {u"/usr/lib/libx.so"_s, u"library"_s, u"removed"_s}},
        Seconds(3),
        4};
    bench.show(report);
    QVERIFY(bench.start());
    bench.add(u"mcp"_s, bench.server.url());
    auto *const page = bench.openPage<CodePage>();
    auto *const table = named<QTableView>(page, u"Changed files"_s);
    QTRY_COMPARE(table->model()->rowCount(), 2);
    QCOMPARE(table->model()->index(0, CodeModel::Path).data().toString(), u"/srv/app/orders.py"_s);
    QStringList said;
    for (const QLabel *const label : page->findChildren<QLabel *>())
        said << label->text();
    QVERIFY2(said.join(u'\n').contains(u"6 files on disk differ"_s), qPrintable(said.join(u'\n')));
    QVERIFY(said.join(u'\n').contains(u"4 more changes are not listed"_s));
}

void TestDetailPages::whyTheCodeIsNotKnownIsSaid()
{
    ServiceRow row;
    row.report = Reports::healthy();
    row.answered = true;
    row.report->code = CodeReport{CodeVerdict::Unknown, {}, Seconds(0), 0, {u"not readable: 2 files"_s}};
    CodePage page;
    const auto said = [&] {
        page.show(row);
        QStringList texts;
        for (const QLabel *const label : page.findChildren<QLabel *>())
            texts << label->text();
        return texts.join(u'\n');
    };
    QVERIFY2(said().contains(u"Not known: not readable: 2 files."_s), qPrintable(said()));
    QVERIFY2(!said().contains(u"Compared"_s), qPrintable(said())); // nothing was
    row.report->code->coverage.libraries = 40;
    QVERIFY2(said().contains(u"Compared"_s), qPrintable(said()));
    QVERIFY2(!said().contains(u"nothing"_s), qPrintable(said()));
    row.report->code->verdict = CodeVerdict::Fresh;
    QVERIFY2(said().contains(u"Runs the code on disk."_s), qPrintable(said()));
    row.answered = false; // it is gone: nothing is so now
    QVERIFY2(!said().contains(u"Runs the code"_s) && !said().contains(u"Compared"_s), qPrintable(said()));
    QVERIFY2(said().contains(u"Ran the code on disk when it last answered."_s), qPrintable(said()));
    row.answered = true;
    row.report->code.reset();
    QVERIFY2(said().contains(u"does not say which code"_s), qPrintable(said()));
    row.report->owner = u"another"_s;
    QVERIFY2(said().contains(u"Another service has its address."_s), qPrintable(said()));
}

void TestDetailPages::aLongPathIsNotCutAtTheFilesName()
{
    ServiceRow row;
    row.report = Reports::healthy();
    row.report->code = CodeReport{CodeVerdict::Stale, {}, Seconds(3), 0};
    for (const QString &name : {u"selected.py"_s, u"orders.py"_s, u"invoices.py"_s})
        row.report->code->changed << CodeChange{u"/srv/"_s + QString(60, u'a') + u'/' + name, u"source"_s,
                                                u"modified"_s};
    CodePage page;
    page.show(row);
    page.resize(500, 300);
    page.setVisible(true); // its show() takes a row
    auto *const table = named<QTableView>(&page, u"Changed files"_s);
    const auto painted = [&](int line) {
        return table->viewport()->grab(table->visualRect(table->model()->index(line, CodeModel::Path))).toImage();
    };
    QVERIFY(painted(1) != painted(2));
}

void TestDetailPages::aChangedFileIsOpenedAndCompared()
{
    QTemporaryDir tree;
    const QString name = u"app[1].py"_s; // a pattern that matches the other one, to who takes it for one
    const auto write = [&](const QByteArray &text, const QString &to) {
        QFile file(tree.filePath(to));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
    };
    const auto git = [&](const QStringList &arguments) {
        QProcess process;
        process.setWorkingDirectory(tree.path());
        process.start(u"git"_s, QStringList{u"-c"_s, u"user.name=a"_s, u"-c"_s, u"user.email=a@b"_s} + arguments);
        return process.waitForFinished(60'000) && process.exitCode() == 0
            ? QString::fromLatin1(process.readAllStandardOutput().trimmed())
            : u"failed"_s;
    };
    write("old line\n", name);
    write("other old\n", u"app1.py"_s);
    QVERIFY(git({u"init"_s, u"-q"_s}) != "failed"_L1);
    QVERIFY(git({u"add"_s, u"."_s}) != "failed"_L1);
    QVERIFY(git({u"commit"_s, u"-q"_s, u"-m"_s, u"one"_s}) != "failed"_L1);
    write("new line\n", name);
    write("other new\n", u"app1.py"_s);

    Bench bench;
    HealthReport report = Reports::healthy();
    report.code = CodeReport{CodeVerdict::Stale, {{tree.filePath(name), u"source"_s, u"modified"_s}}, Seconds(3), 0};
    report.identity = ServiceIdentity{tree.path(), tree.path(), u"main"_s, git({u"rev-parse"_s, u"HEAD"_s}), false, {}};
    bench.show(report);
    QVERIFY(bench.start());
    bench.add(u"mcp"_s, bench.server.url());
    auto *const page = bench.openPage<CodePage>();
    const auto button = [&](const QString &text) {
        for (QToolButton *const each : page->findChildren<QToolButton *>()) {
            if (each->text().remove(u'&') == text)
                return each;
        }
        return static_cast<QToolButton *>(nullptr);
    };
    QTRY_VERIFY(button(u"What changed"_s)->isVisible() && button(u"What changed"_s)->isEnabled());
    OpenedUrls opened;
    QTest::mouseClick(button(u"Open in the editor"_s), Qt::LeftButton);
    QCOMPARE(opened.urls, QList<QUrl>{QUrl::fromLocalFile(tree.filePath(name))});
    QTest::mouseClick(button(u"What changed"_s), Qt::LeftButton);
    QTRY_VERIFY(page->findChild<QDialog *>());
    auto *const text = named<QPlainTextEdit>(page->findChild<QDialog *>(), u"What changed"_s);
    QTRY_VERIFY_WITH_TIMEOUT(text->toPlainText().contains(u"-old line\n+new line"_s), 30'000);
    QVERIFY(!text->toPlainText().contains(u"other"_s));
    QTest::keyClick(text, Qt::Key_Escape);
    QTRY_VERIFY(!page->findChild<QDialog *>());
    // A commit that is none is no argument for git.
    report.identity->commit = u"--output=/tmp/x"_s;
    bench.show(report);
    QTRY_VERIFY(!button(u"What changed"_s)->isEnabled());
    QVERIFY(button(u"What changed"_s)->toolTip().contains(u"does not say from which commit"_s));
}

void TestDetailPages::allTabsFitBesideTheTable()
{
    Bench bench;
    QVERIFY(bench.start(false));
    bench.add(u"mcp"_s, bench.server.url());
    auto *const tabs = bench.window->findChild<QTabWidget *>();
    auto *const bar = tabs->findChild<QTabBar *>();
    int words = 0;
    QList<int> shown;
    for (int tab = 0; tab < bar->count(); ++tab) {
        if (!bar->isTabVisible(tab)) // of alerts that nobody is asked for
            continue;
        shown << tab;
        words += bar->fontMetrics().horizontalAdvance(bar->tabText(tab));
    }
    const auto areWhole = [&] {
        for (const int tab : std::as_const(shown)) {
            const QRect place = bar->tabRect(tab);
            if (!bar->rect().contains(place) || place.width() < bar->fontMetrics().horizontalAdvance(bar->tabText(tab)))
                return false;
        }
        return true;
    };
    for (const int room : {words + 10 * int(shown.size()), 3 * words}) {
        tabs->setMinimumWidth(room);
        tabs->setMaximumWidth(room);
        QTRY_COMPARE(tabs->width(), room);
        QTRY_VERIFY2(areWhole(), qPrintable(QString::number(room)));
    }
}

void TestDetailPages::aReceiptSaysHowLongItTook_data()
{
    QTest::addColumn<bool>("ok");
    QTest::addColumn<Seconds>("total");
    QTest::addColumn<RestartStep>("step");
    QTest::addColumn<Seconds>("ofStep");
    QTest::addColumn<QString>("summary");
    QTest::addColumn<QString>("took");
    QTest::newRow("done") << true << Seconds(0.2) << RestartStep::Healthy << Seconds(0.1)
                          << u"Restart of web done in 200 ms."_s << u"100 ms"_s;
    QTest::newRow("and compared") << true << Seconds(0.2) << RestartStep::CodeCompared << Seconds(0.5)
                                  << u"Restart of web done in 200 ms. To compare its code took 500 ms more."_s
                                  << u"500 ms"_s;
    QTest::newRow("failed") << false << Seconds(2) << RestartStep::Drained << Seconds(1)
                            << u"Restart of web failed after 2 s."_s << u"1 s"_s;
    QTest::newRow("broken off") << false << Seconds(-1) << RestartStep::Drained << Seconds(-1)
                                << u"Restart of web was broken off; when is not known."_s << u"–"_s;
}

void TestDetailPages::aReceiptSaysHowLongItTook()
{
    QFETCH(Seconds, total);
    QFETCH(RestartStep, step);
    QFETCH(Seconds, ofStep);
    QFETCH(QString, summary);
    Receipt receipt;
    receipt.service = u"web"_s;
    QFETCH(bool, ok);
    receipt.ok = ok;
    receipt.total = total;
    receipt.steps << ReceiptStep{step, ok ? StepOutcome::Ok : StepOutcome::Failed, ofStep, {}};
    ReceiptPage page;
    page.show(&receipt, {}, false);
    QStringList texts;
    for (const QLabel *const label : page.findChildren<QLabel *>())
        texts << label->text();
    QVERIFY2(texts.contains(summary), qPrintable(texts.join(u'|')));
    const QAbstractItemModel &steps = *page.findChild<QTableView *>()->model();
    QTEST(steps.index(0, ReceiptModel::Duration).data().toString(), "took");
}

void TestDetailPages::earlierReceiptsCanBeRead()
{
    Bench bench;
    {
        HistoryStore store(bench.historyFile());
        Receipt receipt;
        receipt.service = u"mcp"_s;
        receipt.action = FleetAction::Restart;
        receipt.startedAt = QDateTime::currentDateTimeUtc().addSecs(-600);
        receipt.failure = u"the port was taken"_s;
        store.record(receipt, bench.server.url());
        receipt.startedAt = receipt.startedAt.addSecs(300);
        receipt.ok = true;
        receipt.failure.clear();
        store.record(receipt, bench.server.url());
    }
    QVERIFY(bench.start());
    const ServiceId id = bench.add(u"mcp"_s, bench.server.url());
    auto *const page = bench.openPage<ReceiptPage>();
    const auto says = [&](const QString &part) {
        return std::ranges::any_of(page->findChildren<QLabel *>(), [&](const QLabel *label) {
            return label->isVisible() && label->text().contains(part);
        });
    };
    QTRY_VERIFY(says(u"Restart of mcp done"_s));
    auto *const choice = named<QComboBox>(page, u"Which receipt"_s);
    QTRY_VERIFY(choice->isVisible());
    QCOMPARE(choice->count(), 2);
    choice->setFocus();
    QTest::keyClick(choice, Qt::Key_Down);
    QVERIFY(says(u"Restart of mcp failed"_s) && says(u"the port was taken"_s));
    // What happens now is seen at once, and another service has none of it.
    bench.add(u"other"_s, bench.second.url());
    bench.window->findChild<FleetView *>()->select(bench.session.fleet().ids().last());
    QTRY_VERIFY(says(u"No restart, start or stop of it"_s));
    QVERIFY(!choice->isVisible());
    bench.window->findChild<FleetView *>()->select(id);
    QTRY_VERIFY(says(u"Restart of mcp done"_s));
    QTRY_VERIFY(choice->isVisible());
}

void TestDetailPages::aDeathCanBeReadAfterwards()
{
    Bench bench;
    {
        HistoryStore store(bench.historyFile());
        const History::Time now = std::chrono::system_clock::now();
        store.record(Obituary{
            now - 26h, bench.server.url(), u"mcp"_s, 17, ExitStatus{0, 0}, u"pid 17 exited with code 0"_s, {}, {}});
        store.record(Obituary{now - 25h,
                              bench.server.url(),
                              u"mcp"_s,
                              4312,
                              ExitStatus{0, 11},
                              u"pid 4312 was killed by signal 11 (Segmentation fault)"_s,
                              {{now - 25h - 31ms, "{\"status\":\"healthy\"}"}},
                              "\x1b[1;31mabout\x1b[0m to crash\n"});
    }
    QVERIFY(bench.start());
    bench.add(u"mcp"_s, bench.server.url());
    auto *const page = bench.openPage<DeathsPage>();
    auto *const list = page->findChild<QListWidget *>();
    QTRY_COMPARE(list->count(), 2);
    QVERIFY(list->item(0)->text().contains(u"pid 4312 was killed by signal 11"_s));
    const auto *const text = named<QPlainTextEdit>(page, u"Last words"_s);
    QVERIFY(text->toPlainText().contains(u"about to crash"_s));
    QVERIFY(text->toPlainText().contains(u"perhaps of processes before it:"_s)); // no line tells where it begins
    QVERIFY(text->toPlainText().contains(u"\"status\": \"healthy\""_s));
    QVERIFY2(text->toPlainText().contains(u"What it answered 31 ms before:"_s), qPrintable(text->toPlainText()));
    QVERIFY(list->iconSize().isValid() && list->iconSize().height() < list->visualItemRect(list->item(0)).height());
    list->setFocus();
    QTest::keyClick(list, Qt::Key_Down);
    QVERIFY(text->toPlainText().contains(u"exited with code 0"_s));
}

void TestDetailPages::nothingIsSaidOfDeathsBeforeTheyAreRead()
{
    Bench bench;
    QVERIFY(bench.start());
    const ServiceId id = bench.session.fleet().add(Reports::entry(u"mcp"_s, u"http://127.0.0.1:1/mcp"_s));
    DeathsPage page(bench.session);
    const auto *const note = page.findChild<QLabel *>();
    page.setService(id); // nobody sees it, and it asks nobody
    QVERIFY2(note->text().contains(u"is being read"_s), qPrintable(note->text()));
    page.setVisible(true);
    QTRY_VERIFY2(note->text().startsWith(u"No death of a process of it is recorded"_s), qPrintable(note->text()));
}

void TestDetailPages::theServiceIsCopiedAsCurlAndAsJson()
{
    Bench bench;
    QFile token(bench.state.filePath(u"to'ken"_s));
    QVERIFY(token.open(QIODevice::WriteOnly));
    token.write("very-secret");
    token.close();
    QVERIFY(token.setPermissions(QFile::ReadOwner | QFile::WriteOwner));
    FleetEntry entry = Reports::entry(u"mcp"_s, bench.server.url());
    entry.tokenFile = token.fileName();
    QVERIFY(bench.start());
    const ServiceId id = bench.session.add(entry);
    QTRY_VERIFY(bench.session.fleet().find(id)->isCurrent());
    bench.window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(bench.window.get()));
    QTest::keyClick(bench.window.get(), Qt::Key_U, Qt::ControlModifier | Qt::ShiftModifier);
    const QString curl = QGuiApplication::clipboard()->text();
    QVERIFY2(!curl.contains(u"very-secret"_s), "the token is in it");
    // It works: a shell and curl get what we get, and the token goes along.
    QProcess shell;
    shell.start(u"/bin/sh"_s, {u"-c"_s, curl});
    QTRY_VERIFY(shell.state() == QProcess::NotRunning);
    QVERIFY2(shell.exitCode() == 0, shell.readAllStandardError().constData());
    QVERIFY(shell.readAllStandardOutput().contains("\"healthy\""));
    QVERIFY(std::ranges::any_of(bench.server.requests(), [](const QByteArray &request) {
        return request.contains("curl/") && request.contains("Authorization: Bearer very-secret");
    }));
    QTest::keyClick(bench.window.get(), Qt::Key_J, Qt::ControlModifier | Qt::ShiftModifier);
    const Result<HealthReport> copied = decodeReport(QGuiApplication::clipboard()->text().toUtf8());
    QVERIFY(copied);
    QCOMPARE(copied->service, Reports::healthy().service);
}

QTEST_MAIN(TestDetailPages)
#include "tst_detailpages.moc"
