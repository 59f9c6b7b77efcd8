// SPDX-License-Identifier: GPL-3.0-or-later
//
// What one poll of thousands allocates, where nothing but numbers has changed since the one before.
#include "common/protocol/reportreader.h"
#include "dashboard/model/alertcause.h"
#include "dashboard/model/fleetsession.h"
#include "tests/dashboard/model/reports.h"
#include "tests/support/allocations.h"

#include <QSignalSpy>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int Polls = 100;

HealthReport poll(int number)
{
    HealthReport report = Reports::healthy();
    report.dependencies.clear();
    for (const QString &name : {u"database"_s, u"qdrant"_s, u"openai"_s, u"anthropic"_s, u"lmstudio"_s, u"groq"_s})
        report.dependencies << Reports::dependency(name, DependencyStatus::Working, 1000 + number);
    report.uptime = Seconds(1000 + number);
    report.resources.openConnections = number;
    return report;
}

} // namespace

class TestAllocations : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everythingIsCounted();
    void aBodyWithOtherNumbersIsNotDecodedAnew();
    void cellsThatReadTheSameAreNotWrittenOut();
    void aCauseIsFoundWithoutALookAtOthers();
    void agesThatReadTheSameAreNotWrittenOut();
    void whatCanBeDoneIsFoundWithoutAWord();
    void manyAreRemovedWithOneLookAtTheOthers();
};

void TestAllocations::everythingIsCounted()
{
    const qint64 before = Test::allocations();
    const QString text = QString::number(123456789);
    const std::unique_ptr<int> number = std::make_unique<int>(int(text.size()));
    QCOMPARE(Test::allocations() - before, 2);
    QCOMPARE(*number, 9);
}

void TestAllocations::aBodyWithOtherNumbersIsNotDecodedAnew()
{
    QList<QByteArray> bodies;
    for (int each = 0; each < Polls + 2; ++each)
        bodies << encode(poll(each));
    ReportReader reader;
    QVERIFY(reader.read(bodies[0]));
    QVERIFY(reader.read(bodies[1])); // finds out where the numbers are
    const qint64 decoded = Test::allocations();
    QVERIFY(decodeReport(bodies[1]));
    const qint64 before = Test::allocations();
    QVERIFY(before - decoded > 100);
    for (int each = 2; each < Polls + 2; ++each)
        QVERIFY(reader.read(bodies[each]));
    const qint64 perPoll = (Test::allocations() - before) / Polls;
    QVERIFY2(perPoll <= 4, QByteArray::number(perPoll).constData());
}

void TestAllocations::cellsThatReadTheSameAreNotWrittenOut()
{
    FleetModel fleet;
    FleetEntry entry;
    entry.name = u"mcp"_s;
    entry.url = u"http://127.0.0.1:1"_s;
    const ServiceId id = fleet.add(entry);
    QList<QList<Arrival>> arrivals;
    const History::Time start = Clock::machine().wall();
    for (int each = 0; each < Polls + 2; ++each)
        arrivals << QList<Arrival>{{id, Reports::answer(poll(each)), Clock::machine().now(), start + each * 1s}};
    fleet.applyArrivals(arrivals[0]);
    fleet.applyArrivals(arrivals[1]);
    const qint64 before = Test::allocations();
    for (int each = 2; each < Polls + 2; ++each)
        fleet.applyArrivals(arrivals[each]);
    const qint64 perPoll = (Test::allocations() - before) / Polls;
    QVERIFY2(perPoll <= 20, QByteArray::number(perPoll).constData());
    QVERIFY(fleet.index(0, FleetModel::Dependencies).data().toString().startsWith(u"database "_s));
}

void TestAllocations::aCauseIsFoundWithoutALookAtOthers()
{
    FleetModel fleet;
    QList<FleetEntry> entries;
    for (int each = 0; each < 2000; ++each)
        entries << Reports::entry(u"service-%1"_s.arg(each), u"http://10.0.0.7:%1"_s.arg(each + 1));
    const QList<ServiceId> ids = fleet.addAll(entries);
    AlertCauses causes(fleet);
    for (const ServiceId id : ids.mid(0, 2))
        fleet.applyAnswer(id, Reports::failure(ClientError::Timeout));
    const qint64 before = Test::allocations();
    const auto found = causes.of({ids[0], ids[1]});
    const qint64 taken = Test::allocations() - before;
    QVERIFY2(taken <= 50, QByteArray::number(taken).constData());
    QVERIFY(found.value(ids[0]).kind == AlertCause::Kind::Itself); // of so many on the machine two are few
}

void TestAllocations::agesThatReadTheSameAreNotWrittenOut()
{
    ManualClock time;
    FleetModel fleet(time);
    QList<FleetEntry> entries;
    for (int each = 0; each < 200; ++each)
        entries << Reports::entry(u"service-%1"_s.arg(each));
    for (const ServiceId id : fleet.addAll(entries)) {
        fleet.applyAnswer(id, Reports::answer(Reports::healthy()));
        fleet.applyAnswer(id, Reports::failure(ClientError::Timeout));
    }
    time.advance(2h);
    fleet.updateAges();
    time.advance(1s);
    const qint64 before = Test::allocations();
    fleet.updateAges();
    QVERIFY(Test::allocations() - before < 10);
}

void TestAllocations::whatCanBeDoneIsFoundWithoutAWord()
{
    FleetModel fleet;
    const ServiceId id = fleet.add(Reports::entry(u"mcp"_s));
    const ServiceActions actions(fleet);
    const qint64 before = Test::allocations();
    for (const ServiceAction action : AllServiceActions)
        QVERIFY(!actions.mayDo(id, action));
    QCOMPARE(Test::allocations() - before, 0);
}

void TestAllocations::manyAreRemovedWithOneLookAtTheOthers()
{
    const auto taken = [](int services) { // to remove every second one
        FleetSession session;
        QList<FleetEntry> entries;
        for (int each = 0; each < services; ++each)
            entries << Reports::entry(u"service-%1"_s.arg(each), u"http://127.0.0.1:%1"_s.arg(20'000 + each));
        session.addAll(entries, u"/shop/fleet.toml"_s);
        QList<ServiceId> gone;
        for (const ServiceId id : session.fleet().ids()) {
            if (id % 2 == 0)
                gone << id;
        }
        QSignalSpy removed(&session.fleet(), &QAbstractItemModel::rowsRemoved);
        const qint64 before = Test::allocations();
        session.removeAll(gone);
        const qint64 all = Test::allocations() - before;
        if (removed.count() != 1 || session.fleet().rowCount() != services - int(gone.size())
            || session.servicesOf(u"/shop/fleet.toml"_s) != session.fleet().ids()
            || session.find(u"http://127.0.0.1:20001"_s) != NoService)
            return qint64(-1);
        return all;
    };
    const qint64 few = taken(500);
    const qint64 many = taken(2000);
    QVERIFY(few > 0);
    QVERIFY2(many > 0 && many <= 6 * few, qPrintable(u"%1, of four times as many %2"_s.arg(few).arg(many)));
}

QTEST_GUILESS_MAIN(TestAllocations)
#include "tst_allocations.moc"
