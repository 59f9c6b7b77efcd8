// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the whole window does for services that are found a portion at a time, as a Prometheus server tells of them.
// Counted are allocations: each of the parts that look at rows makes some.
#include "dashboard/ui/fleetview.h"
#include "dashboard/ui/mainwindow.h"
#include "tests/dashboard/model/reports.h"
#include "tests/support/allocations.h"
#include "tests/support/events.h"

#include <QRandomGenerator>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

namespace {

constexpr int PortionSize = 50;

QList<QList<FleetEntry>> portions(int count)
{
    QRandomGenerator random(1);
    QList<QList<FleetEntry>> portions;
    for (int each = 0; each < count; ++each) {
        if (each % PortionSize == 0)
            portions.emplace_back();
        const QString name = u"service-%1"_s.arg(random.generate());
        portions.last() << Reports::entry(name, u"http://10.0.%1.%2:80"_s.arg(each / 250).arg(each % 250));
        portions.last().last().group = u"group-%1"_s.arg(random.bounded(10));
        portions.last().last().restart = RestartByService{};
    }
    return portions;
}

/// How many allocations each of so many services takes, from when it is found until it has answered and is painted.
qint64 perService(int count, int column, bool grouped)
{
    FleetSession session;
    MainWindow window(session);
    window.resize(1200, 800);
    window.show();
    auto *const table = window.findChild<FleetView *>();
    table->sortByColumn(column, Qt::AscendingOrder);
    table->setGrouped(grouped);
    Test::deliverEvents();
    qint64 taken = 0;
    int found = 0;
    for (const QList<FleetEntry> &portion : portions(count)) {
        const qint64 before = Test::allocations();
        session.addAll(portion);
        QList<Arrival> arrivals;
        for (int line = found; line < session.fleet().rowCount(); ++line)
            arrivals << Arrival{session.fleet().row(line).id, Reports::answer(Reports::healthy()),
                                Clock::machine().now(), Clock::machine().wall()};
        found += int(portion.size());
        session.fleet().applyArrivals(arrivals);
        Test::deliverEvents();
        taken += Test::allocations() - before;
    }
    return table->rows().rowCount() < count ? -1 : taken / count;
}

} // namespace

class TestManyFound : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void eachTakesNoMoreForThoseThatAreThere_data();
    void eachTakesNoMoreForThoseThatAreThere();
    void aFilterIsOneChangeOfTheSelection();
    void manyAreRemovedFromTheWindowAtOnce();
};

void TestManyFound::initTestCase()
{
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(u"hephaestus-test"_s);
    QCoreApplication::setApplicationName(u"tst_manyfound"_s);
    QSettings().clear();
}

void TestManyFound::eachTakesNoMoreForThoseThatAreThere_data()
{
    QTest::addColumn<int>("column");
    QTest::addColumn<bool>("grouped");
    QTest::newRow("as they were found") << -1 << false;
    QTest::newRow("by name") << int(FleetModel::Service) << false;
    QTest::newRow("by latency, in groups") << int(FleetModel::Latency) << true;
}

void TestManyFound::eachTakesNoMoreForThoseThatAreThere()
{
    QFETCH(const int, column);
    QFETCH(const bool, grouped);
    const qint64 few = perService(500, column, grouped);
    const qint64 many = perService(3000, column, grouped);
    QVERIFY(few > 0);
    QVERIFY2(many <= few + few / 4, qPrintable(u"%1 of few, %2 of many"_s.arg(few).arg(many)));
}

/// Also where all rows were selected, and the current one is taken away.
void TestManyFound::aFilterIsOneChangeOfTheSelection()
{
    FleetSession session;
    MainWindow window(session);
    window.show();
    auto *const table = window.findChild<FleetView *>();
    for (const QList<FleetEntry> &portion : portions(500))
        session.addAll(portion);
    table->setGrouped(false);
    table->selectAll();
    Test::deliverEvents();
    const ServiceId first = table->currentService();
    QCOMPARE(table->selectedServices().size(), 500);
    QSignalSpy selected(table, &FleetView::selectedServicesChanged);
    QSignalSpy current(table, &FleetView::currentServiceChanged);
    const QString name = session.fleet().find(first)->entry.name;
    table->setQuery(*FilterQuery::parse(u"service-1 !"_s + name));
    QVERIFY(table->currentService() != NoService && table->currentService() != first);
    QCOMPARE(current.count(), 1);
    QCOMPARE(current.first().first().value<ServiceId>(), table->currentService());
    QCOMPARE(selected.count(), 1);
    QCOMPARE(selected.first().first().value<QList<ServiceId>>(), table->selectedServices());
    table->setQuery({});
    QCOMPARE(current.count(), 1); // it stays
    QVERIFY(selected.count() <= 2);
}

void TestManyFound::manyAreRemovedFromTheWindowAtOnce()
{
    const auto taken = [](int count) { // of each service, when every second one goes
        FleetSession session;
        MainWindow window(session);
        window.show();
        auto *const table = window.findChild<FleetView *>();
        QList<FleetEntry> entries;
        for (const QList<FleetEntry> &portion : portions(count))
            entries << portion;
        session.addAll(entries, u"/shop/fleet.toml"_s);
        table->setGrouped(true);
        Test::deliverEvents();
        QList<ServiceId> gone = session.fleet().ids();
        gone.removeIf([](ServiceId id) { return id % 2 == 1; });
        QSignalSpy removed(&session.fleet(), &QAbstractItemModel::rowsRemoved);
        const qint64 before = Test::allocations();
        session.removeAll(gone);
        Test::deliverEvents();
        const qint64 all = Test::allocations() - before;
        return removed.count() == 1 && table->rows().rowCount() >= count / 2 ? all / count : -1;
    };
    const qint64 few = taken(300);
    const qint64 many = taken(2400);
    QVERIFY(few > 0);
    QVERIFY2(many > 0 && many <= few + few / 4, qPrintable(u"%1 of few, %2 of many"_s.arg(few).arg(many)));
}

QTEST_MAIN(TestManyFound)
#include "tst_manyfound.moc"
