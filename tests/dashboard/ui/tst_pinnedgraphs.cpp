// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/fleetview.h"
#include "dashboard/ui/graphpage.h"
#include "dashboard/ui/mainwindow.h"
#include "dashboard/ui/pinnedgraphs.h"
#include "tests/dashboard/model/reports.h"
#include "tests/support/fakehttpserver.h"

#include <QComboBox>
#include <QLabel>
#include <QSettings>
#include <QStandardPaths>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

template <typename T>
QList<T *> visible(QWidget *parent)
{
    QList<T *> found = parent->findChildren<T *>();
    found.removeIf([](const T *each) { return !each->isVisible(); });
    return found;
}

QToolButton *button(QWidget *parent, const QString &name)
{
    for (QToolButton *const each : visible<QToolButton>(parent)) {
        if (each->text() == name || each->accessibleName() == name)
            return each;
    }
    return nullptr;
}

/// A window on two services, with ten minutes of one of them in the history.
struct Bench
{
    QTemporaryDir state;
    FakeHttpServer servers[2];
    FleetSession session;
    std::unique_ptr<MainWindow> window;
    QList<ServiceId> ids;

    void remember()
    {
        HistoryStore store(state.filePath(u"history.db"_s));
        const History::Time now = std::chrono::system_clock::now();
        for (int second = 600; second > 0; --second) {
            Observation observation;
            observation.url = servers[0].url();
            observation.to = now - second * 1s;
            observation.from = observation.to - 1s;
            observation.latency = 3ms;
            observation.operations[u"database"_s] = {1, 0};
            store.record(observation);
        }
    }
    bool start()
    {
        remember(); // and lets go of the file: who comes second may only read it
        return open();
    }
    bool open()
    {
        session.keepHistory(state.filePath(u"history.db"_s));
        for (FakeHttpServer &server : servers) {
            server.setAnswer("/health/status", FakeAnswer::json(encode(Reports::healthy())));
            FleetEntry entry = Reports::entry(&server == servers ? u"orders"_s : u"search"_s, server.url());
            entry.interval = 100ms;
            ids << session.add(entry);
        }
        window = std::make_unique<MainWindow>(session);
        session.start();
        window->resize(1200, 800);
        window->show();
        return QTest::qWaitForWindowExposed(window.get());
    }
    /// Shows a graph of the service, and pins it by a click.
    void pin(int each, const QString &what)
    {
        window->findChild<FleetView *>()->select(ids[each]);
        auto *const page = window->findChild<GraphPage *>();
        window->findChild<QTabWidget *>()->setCurrentWidget(page);
        QComboBox *which = nullptr;
        for (QComboBox *const box : page->findChildren<QComboBox *>()) {
            if (box->accessibleName() == "What is shown"_L1)
                which = box;
        }
        QTRY_VERIFY(which->findText(what) >= 0);
        which->setCurrentIndex(which->findText(what));
        Q_EMIT which->activated(which->currentIndex());
        QTest::mouseClick(button(page, u"Pin"_s), Qt::LeftButton);
    }
    PinnedGraphs *openPinned()
    {
        QTest::keyClick(window.get(), Qt::Key_P, Qt::ControlModifier);
        auto *const pinned = window->findChild<PinnedGraphs *>();
        return pinned && QTest::qWaitForWindowExposed(pinned) ? pinned : nullptr;
    }
    static QStringList names(PinnedGraphs *pinned)
    {
        QStringList names;
        for (const QLabel *const label : visible<QLabel>(pinned))
            names << label->text();
        return names;
    }
};

} // namespace

class TestPinnedGraphs : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init() { QSettings().clear(); }
    void withoutAnyThePageSaysHow();
    void graphsOfSeveralServicesAreOnOnePage();
    void theyAreThereAgainAtTheNextStart();
    void aClickGoesToTheService();
    void thereIsABound();
};

void TestPinnedGraphs::initTestCase()
{
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(u"hephaestus-test"_s);
    QCoreApplication::setApplicationName(u"tst_pinnedgraphs"_s);
}

void TestPinnedGraphs::withoutAnyThePageSaysHow()
{
    Bench bench;
    QVERIFY(bench.start());
    auto *const pinned = bench.openPinned();
    QVERIFY(pinned);
    QCOMPARE(Bench::names(pinned).size(), 1);
    QVERIFY(Bench::names(pinned).first().startsWith(u"Nothing is pinned"_s));
    QTest::keyClick(pinned, Qt::Key_Escape);
    QTRY_VERIFY(!bench.window->findChild<PinnedGraphs *>());
}

void TestPinnedGraphs::graphsOfSeveralServicesAreOnOnePage()
{
    Bench bench;
    QVERIFY(bench.start());
    bench.pin(0, u"database"_s);
    bench.pin(0, u"database"_s); // once is enough
    bench.pin(1, u"Latency"_s);
    auto *const pinned = bench.openPinned();
    QVERIFY(pinned);
    QCOMPARE(Bench::names(pinned), QStringList({u"orders: database"_s, u"search: Latency"_s}));
    const QList<TimeGraph *> graphs = visible<TimeGraph>(pinned);
    QCOMPARE(graphs.size(), 2);
    QCOMPARE(graphs[0]->span(), 15min);
    QTRY_VERIFY2(graphs[0]->accessibleDescription().contains(u"600 succeeded"_s),
                 qPrintable(graphs[0]->accessibleDescription()));
    bench.session.fleet().rename(bench.ids[0], u"orders-api-of-the-storefront-"_s.repeated(2));
    pinned->resize(400, 400);
    QTRY_VERIFY2(Bench::names(pinned).first().contains(u'…'), qPrintable(Bench::names(pinned).first()));
    QVERIFY2(Bench::names(pinned).first().endsWith(u": database"_s), qPrintable(Bench::names(pinned).first()));
    bench.session.fleet().rename(bench.ids[0], u"orders"_s);
    QTRY_COMPARE(Bench::names(pinned).first(), u"orders: database"_s);
    QTest::mouseClick(button(pinned, u"Unpin orders: database"_s), Qt::LeftButton);
    QTRY_COMPARE(Bench::names(pinned), QStringList{u"search: Latency"_s});
}

void TestPinnedGraphs::theyAreThereAgainAtTheNextStart()
{
    {
        Bench bench;
        QVERIFY(bench.start());
        bench.pin(0, u"Error rate"_s);
    }
    const GraphPins pins;
    QCOMPARE(pins.all().size(), 1);
    QCOMPARE(pins.all().first().measure, u"errors"_s);
    Bench bench; // its services have other addresses
    QVERIFY(bench.open());
    auto *const pinned = bench.openPinned();
    QVERIFY(pinned);
    QCOMPARE(Bench::names(pinned).size(), 1);
    QVERIFY2(Bench::names(pinned).first().endsWith(u"(not watched): Error rate"_s),
             qPrintable(Bench::names(pinned).first()));
}

void TestPinnedGraphs::aClickGoesToTheService()
{
    Bench bench;
    QVERIFY(bench.start());
    bench.pin(1, u"Memory"_s);
    bench.window->findChild<FleetView *>()->select(bench.ids[0]);
    auto *const pinned = bench.openPinned();
    QVERIFY(pinned);
    QTest::mouseClick(visible<TimeGraph>(pinned).first(), Qt::LeftButton);
    QTRY_COMPARE(bench.window->findChild<FleetView *>()->currentService(), bench.ids[1]);
}

void TestPinnedGraphs::thereIsABound()
{
    GraphPins pins;
    for (qsizetype each = 0; each < GraphPins::Most; ++each)
        QVERIFY(pins.add({QString::number(each), {}, {}}));
    QVERIFY(!pins.add({u"more"_s, {}, {}}));
    QVERIFY(pins.add({u"0"_s, {}, {}})); // it is there
    QCOMPARE(pins.all().size(), GraphPins::Most);
}

QTEST_MAIN(TestPinnedGraphs)
#include "tst_pinnedgraphs.moc"
