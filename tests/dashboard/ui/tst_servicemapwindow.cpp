// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/fleetview.h"
#include "dashboard/ui/mainwindow.h"
#include "dashboard/ui/servicemapview.h"
#include "dashboard/ui/servicemapwindow.h"
#include "dashboard/ui/theme.h"
#include "tests/dashboard/model/reports.h"

#include <QLabel>
#include <QListWidget>
#include <QSettings>
#include <QSplitter>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestServiceMapWindow : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void theMapIsOpenedReadAndLeftByKeys();
    void aClickChoosesAndADoubleClickGoesThere();
    void whatIsSplitIsTold();
    void nothingOverlapsAtAnySize_data();
    void nothingOverlapsAtAnySize();
    void linesAreSeen();
    void sixtyServicesAreSeenAtOnce();
    void theListIsReadAtAnyWidth();
};

/// The main window over a fleet whose answers the test gives.
struct MappedFleet
{
    QTemporaryDir state;
    FleetSession session{options(state.path())};
    MainWindow window{session};
    ServiceId gateway = add(u"gateway"_s, {u"orders"_s});
    ServiceId orders = add(u"orders"_s, {});
    ServiceId alone = add(u"alone"_s, {});

    static SequenceOptions options(const QString &state)
    {
        SequenceOptions options;
        options.stateDirectory = state;
        return options;
    }

    ServiceId add(const QString &name, const QStringList &needs)
    {
        FleetEntry entry = Reports::entry(name, u"http://127.0.0.1/"_s + name);
        entry.dependsOn = needs;
        return session.add(entry);
    }

    /// Opened by its key.
    ServiceMapWindow *open()
    {
        window.show();
        window.activateWindow();
        if (!QTest::qWaitForWindowActive(&window))
            return nullptr;
        QTest::keyClick(&window, Qt::Key_M, Qt::ControlModifier);
        auto *const map = window.findChild<ServiceMapWindow *>();
        if (map)
            map->activateWindow();
        return map && QTest::qWaitForWindowActive(map) ? map : nullptr;
    }
};

void TestServiceMapWindow::initTestCase()
{
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(u"hephaestus-test"_s);
    QSettings().clear();
}

void TestServiceMapWindow::theMapIsOpenedReadAndLeftByKeys()
{
    MappedFleet fleet;
    QPointer<ServiceMapWindow> map = fleet.open();
    QVERIFY(map);
    auto *const list = map->findChild<QListWidget *>();
    QTRY_VERIFY(list->hasFocus());
    QCOMPARE(list->count(), 2);
    QVERIFY(list->item(0)->text().startsWith(u"gateway"_s) && list->item(0)->text().contains(u"needs orders"_s));
    QVERIFY(list->item(1)->text().contains(u"needed by gateway"_s));
    // What happens is shown, and what is chosen stays so.
    QTest::keyClick(list, Qt::Key_Down);
    fleet.session.fleet().applyAnswer(fleet.orders, Reports::failure(ClientError::Refused));
    fleet.session.fleet().applyAnswer(fleet.gateway, Reports::failure(ClientError::Refused));
    QTRY_VERIFY(list->item(0)->text().contains(u"because of orders"_s));
    QVERIFY(list->currentItem()->text().startsWith(u"orders"_s));
    QTest::keyClick(list, Qt::Key_Return);
    QTRY_VERIFY(!map);
    QCOMPARE(fleet.window.findChild<FleetView *>()->currentService(), fleet.orders);
    map = fleet.open();
    QVERIFY(map);
    QTest::keyClick(map->findChild<QListWidget *>(), Qt::Key_Escape);
    QTRY_VERIFY(!map);
}

void TestServiceMapWindow::aClickChoosesAndADoubleClickGoesThere()
{
    MappedFleet fleet;
    const QPointer<ServiceMapWindow> map = fleet.open();
    QVERIFY(map);
    auto *const view = map->findChild<ServiceMapView *>();
    auto *const list = map->findChild<QListWidget *>();
    QCOMPARE(view->boxes().size(), 2);
    for (const QRect &box : view->boxes()) // there is room for it beside the list
        QVERIFY2(view->visibleRegion().contains(box), qPrintable(QString::number(box.right())));
    QTest::mouseClick(view, Qt::LeftButton, {}, view->boxes()[0].center()); // what is needed comes first
    QVERIFY(list->currentItem()->text().startsWith(u"orders"_s));
    QTest::mouseDClick(view, Qt::LeftButton, {}, view->boxes()[1].center());
    QTRY_VERIFY(!map);
    QCOMPARE(fleet.window.findChild<FleetView *>()->currentService(), fleet.gateway);
}

void TestServiceMapWindow::whatIsSplitIsTold()
{
    MappedFleet fleet;
    const QPointer<ServiceMapWindow> map = fleet.open();
    QVERIFY(map);
    const auto told = [&] {
        QStringList texts;
        for (const QLabel *const label : map->findChildren<QLabel *>()) {
            if (label->isVisible())
                texts << label->text();
        }
        return texts.join(u'\n');
    };
    QVERIFY(!told().contains(u"is not one file"_s));
    QVERIFY(!told().contains(u"other service"_s)); // nobody knows yet what it shares
    fleet.session.fleet().applyAnswer(fleet.alone, Reports::answer(Reports::healthy()));
    QTRY_VERIFY2(told().contains(u"1 other service"_s), qPrintable(told()));
    for (const auto &[id, file] : {std::pair(fleet.orders, u"file:m:1"_s), std::pair(fleet.alone, u"file:m:2"_s)}) {
        HealthReport report = Reports::healthy();
        report.dependencies[0].details = {{u"database"_s, u"app.db"_s}, {u"database_id"_s, file}};
        fleet.session.fleet().applyAnswer(id, Reports::answer(report));
    }
    QTRY_VERIFY2(told().contains(u"one is open in alone; another in orders"_s), qPrintable(told()));
}

namespace {

/// Forty that need one another in a tree, and all of them one more.
FleetModel &treeOf(FleetModel &fleet)
{
    const auto name = [](int i) { return u"a service with a long name, number %1"_s.arg(i); };
    for (int i = 0; i < 40; ++i) {
        FleetEntry entry = Reports::entry(name(i), u"http://h/%1"_s.arg(i));
        entry.dependsOn = {u"what all need"_s};
        if (i > 0)
            entry.dependsOn << name((i - 1) / 2);
        fleet.add(entry);
    }
    fleet.add(Reports::entry(u"what all need"_s, u"http://h/all"_s));
    return fleet;
}

} // namespace

void TestServiceMapWindow::nothingOverlapsAtAnySize_data()
{
    QTest::addColumn<int>("width");
    for (const int width : {1, 300, 640, 800, 1380, 2560})
        QTest::addRow("%d pixels", width) << width;
}

/// No box lies on another, no line behind a box, and only a width without room for one column scrolls sideways.
void TestServiceMapWindow::nothingOverlapsAtAnySize()
{
    QFETCH(int, width);
    FleetModel fleet;
    const ServiceMap map = mapOf(treeOf(fleet));
    ServiceMapView view;
    view.resize(width, 400);
    view.show(map);
    view.grab(); // delivers the resize
    const QList<QRect> &boxes = view.boxes();
    QCOMPARE(boxes.size(), 41);
    const QRect all({0, 0}, view.sizeHint());
    QVERIFY2(all.width() <= std::max(width, view.minimumWidth()), qPrintable(QString::number(all.width())));
    QCOMPARE(view.minimumHeight(), all.height());
    for (qsizetype one = 0; one < boxes.size(); ++one) {
        QVERIFY(all.contains(boxes[one]));
        for (qsizetype other = 0; other < one; ++other)
            QVERIFY(!boxes[one].intersects(boxes[other]));
    }
    const ServiceMapLayout layout(map, {boxes[0].size(), 24, 40, 4}, width);
    for (int needed = 0; needed < int(map.nodes.size()); ++needed) {
        for (const int user : map.nodes[needed].users) {
            const QPolygon way = layout.way(user, needed);
            QVERIFY(layout.boxes()[user].contains(way.first()) && layout.boxes()[needed].contains(way.last()));
        }
        for (const QLine &line : layout.linesTo(needed)) {
            QVERIFY(line.dx() == 0 || line.dy() == 0);
            for (const QRect &box : layout.boxes()) { // it may touch the edge where it begins or ends
                QVERIFY(!box.adjusted(1, 1, -1, -1).intersects(QRect(line.p1(), line.p2())));
                const bool isOfBox = line.dx() == 0 && line.x1() == box.center().x();
                QVERIFY(isOfBox || !box.adjusted(-5, -5, 5, 5).intersects(QRect(line.p1(), line.p2())));
            }
        }
    }
}

/// What means something has a contrast of 3 : 1 (WCAG 2.1, 1.4.11).
void TestServiceMapWindow::linesAreSeen()
{
    for (const QPalette &colours : {Theme::light(), Theme::dark()}) {
        FleetModel fleet;
        const ServiceMap map = mapOf(treeOf(fleet));
        ServiceMapView view;
        view.setPalette(colours);
        view.resize(1000, 400);
        view.show(map);
        const QImage picture = view.grab().toImage();
        const int needed = 0; // without trouble, as all here
        const QRect &box = view.boxes()[needed];
        const QPoint above(box.center().x(), box.top() - 3); // within the arrow
        QVERIFY(!map.nodes[needed].isInTrouble());
        const double ratio = contrast(picture.pixelColor(above), colours.color(QPalette::Base));
        QVERIFY2(ratio >= 3, qPrintable(QString::number(ratio)));
    }
}

/// A fleet whose services need the same few things is seen at once, without scrolling sideways.
void TestServiceMapWindow::sixtyServicesAreSeenAtOnce()
{
    FleetModel fleet;
    for (int i = 0; i < 60; ++i) {
        FleetEntry entry = Reports::entry(u"gateway-%1"_s.arg(i), u"http://h/%1"_s.arg(i));
        entry.dependsOn = {u"openai"_s, u"database"_s};
        fleet.add(entry);
    }
    fleet.add(Reports::entry(u"openai"_s, u"http://h/openai"_s));
    fleet.add(Reports::entry(u"database"_s, u"http://h/database"_s));
    auto *const map = new ServiceMapWindow(fleet, nullptr); // deletes itself
    map->resize(1380, 860);
    map->show();
    QVERIFY(QTest::qWaitForWindowExposed(map));
    const auto *const view = map->findChild<ServiceMapView *>();
    QCOMPARE(view->boxes().size(), 62);
    for (const QRect &box : view->boxes())
        QTRY_VERIFY2(view->visibleRegion().contains(box), qPrintable(u"%1, %2"_s.arg(box.x()).arg(box.y())));
    map->close();
}

/// Each sentence has as many lines as it needs at the list's width, whatever that was before.
void TestServiceMapWindow::theListIsReadAtAnyWidth()
{
    FleetModel fleet;
    fleet.add(Reports::entry(u"database of all orders and invoices"_s, u"http://h/0"_s));
    for (int i = 1; i < 6; ++i) {
        FleetEntry entry = Reports::entry(u"a service with a long name, number %1"_s.arg(i), u"http://h/%1"_s.arg(i));
        entry.dependsOn = {u"database of all orders and invoices"_s};
        fleet.add(entry);
    }
    auto *const map = new ServiceMapWindow(fleet, nullptr); // deletes itself
    map->resize(1380, 600);
    map->show();
    QVERIFY(QTest::qWaitForWindowExposed(map));
    const auto *const list = map->findChild<QListWidget *>();
    for (int width = 1380; width > 640; width -= 31) {
        map->resize(width, 600);
        QTRY_COMPARE(map->width(), width);
        QTRY_VERIFY(map->findChild<QSplitter *>()->orientation() == (width < 900 ? Qt::Vertical : Qt::Horizontal));
        for (int row = 0; row < list->count(); ++row) {
            const auto place = [&] { return list->visualItemRect(list->item(row)); };
            const auto needed = [&] {
                const int room = place().width() - spacing(list->fontMetrics(), 10); // the shape and margins
                return list->fontMetrics()
                    .boundingRect({0, 0, room, 1000}, Qt::TextWordWrap, list->item(row)->text())
                    .height();
            };
            const int line = list->fontMetrics().height();
            QTRY_VERIFY2(place().height() >= needed() && place().height() < needed() + 2 * line, // and no line is empty
                         qPrintable(u"%1: %2 of %3"_s.arg(width).arg(place().height()).arg(needed())));
        }
    }
    map->close();
}

QTEST_MAIN(TestServiceMapWindow)
#include "tst_servicemapwindow.moc"
