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
    void nothingOverlapsAtAnySize();
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
    QVERIFY2(told().contains(u"1 other service"_s), qPrintable(told()));
    for (const auto &[id, file] : {std::pair(fleet.orders, u"file:m:1"_s), std::pair(fleet.alone, u"file:m:2"_s)}) {
        HealthReport report = Reports::healthy();
        report.dependencies[0].details = {{u"database"_s, u"app.db"_s}, {u"database_id"_s, file}};
        fleet.session.fleet().applyAnswer(id, Reports::answer(report));
    }
    QTRY_VERIFY2(told().contains(u"one is open in alone; another in orders"_s), qPrintable(told()));
}

void TestServiceMapWindow::nothingOverlapsAtAnySize()
{
    FleetModel fleet;
    for (int i = 0; i < 40; ++i) {
        FleetEntry entry = Reports::entry(u"a service with a long name, number %1"_s.arg(i), u"http://h/%1"_s.arg(i));
        if (i > 0)
            entry.dependsOn = {u"a service with a long name, number %1"_s.arg((i - 1) / 2)};
        fleet.add(entry);
    }
    ServiceMapView view;
    view.show(mapOf(fleet));
    const QList<QRect> boxes = view.boxes();
    QCOMPARE(boxes.size(), 40);
    const QRect all({0, 0}, view.sizeHint());
    for (qsizetype one = 0; one < boxes.size(); ++one) {
        QVERIFY(all.contains(boxes[one]));
        for (qsizetype other = 0; other < one; ++other)
            QVERIFY(!boxes[one].intersects(boxes[other]));
    }
    view.grab();
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
