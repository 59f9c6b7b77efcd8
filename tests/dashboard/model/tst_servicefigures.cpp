// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/figurecells.h"
#include "dashboard/model/fleetmodel.h"
#include "tests/dashboard/model/reports.h"

#include <QDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestServiceFigures : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void processorTimeIsARateOfTwoSeconds();
    void anotherProcessHasNoRateYet();
    void failuresAreThoseOfTheLastMinute();
    void whatFailedWhileNobodyAnsweredIsNotPlaced();
    void newProcessesAreCounted();
    void restartsOfAWrappedProgramAreCounted();
    void theStateHasATime();
    void theCellsSayWhatIsKnown();
};

namespace {

HealthReport at(double uptime, double processor, qint64 failures, const QString &instance = u"one"_s)
{
    HealthReport report = Reports::healthy(instance);
    report.uptime = Seconds(uptime);
    report.resources.cpuSeconds = processor;
    report.dependencies = {Reports::dependency(u"database"_s, DependencyStatus::Working, 1000, failures)};
    return report;
}

/// One service; its clock goes with that of the window.
struct Watched
{
    ManualClock time;
    FigureCount count;
    ServiceFigures figures;

    void take(const HealthReport &report, std::chrono::seconds later = 1s)
    {
        time.advance(later);
        count.take(report, time.now(), figures);
    }
};

} // namespace

void TestServiceFigures::processorTimeIsARateOfTwoSeconds()
{
    Watched service;
    service.take(at(100, 10, 0));
    QVERIFY(!service.figures.cores);
    service.take(at(101, 10.9, 0));
    QVERIFY(!service.figures.cores); // too short to be a measurement
    service.take(at(102, 11, 0));
    QCOMPARE(service.figures.cores, std::optional(0.5));
    service.take(at(103, 12, 0));
    QCOMPARE(service.figures.cores, std::optional(0.5)); // until the next two seconds are over
    service.take(at(104, 12, 0));
    QCOMPARE(service.figures.cores, std::optional(0.5));
    service.count.miss(service.figures);
    QVERIFY(!service.figures.cores);
}

void TestServiceFigures::anotherProcessHasNoRateYet()
{
    Watched service;
    service.take(at(100, 10, 0));
    service.take(at(102, 11, 0));
    service.take(at(1, 0.25, 0, u"two"_s));
    QVERIFY(!service.figures.cores);
    service.take(at(3, 0.75, 0, u"two"_s));
    QCOMPARE(service.figures.cores, std::optional(0.25));
}

void TestServiceFigures::failuresAreThoseOfTheLastMinute()
{
    Watched service;
    service.take(at(100, 0, 70));
    QVERIFY(!service.figures.failures); // of the time before nobody knows when it was
    service.take(at(101, 0, 73));
    QCOMPARE(service.figures.failures, std::optional<qint64>(3));
    service.take(at(131, 0, 75), 30s);
    QCOMPARE(service.figures.failures, std::optional<qint64>(5));
    service.take(at(166, 0, 75), 35s);
    QCOMPARE(service.figures.failures, std::optional<qint64>(2));
    service.take(at(1000, 0, 75), 1000s);
    QCOMPARE(service.figures.failures, std::optional<qint64>(0));
    service.take(at(2, 0, 4, u"two"_s)); // all it counts it did since its birth
    QCOMPARE(service.figures.failures, std::optional<qint64>(4));
}

void TestServiceFigures::whatFailedWhileNobodyAnsweredIsNotPlaced()
{
    Watched service;
    service.take(at(100, 0, 0));
    service.take(at(101, 0, 1));
    service.count.miss(service.figures);
    service.take(at(500, 0, 900), 399s);
    QCOMPARE(service.figures.failures, std::optional<qint64>(0));
    service.take(at(501, 0, 902));
    QCOMPARE(service.figures.failures, std::optional<qint64>(2));
}

void TestServiceFigures::newProcessesAreCounted()
{
    Watched service;
    service.take(at(100, 0, 0));
    QCOMPARE(service.figures.restarts, 0);
    service.take(at(1, 0, 0, u"two"_s));
    service.take(at(2, 0, 0, u"two"_s));
    service.count.miss(service.figures);
    service.take(at(1, 0, 0, u"three"_s), 60s);
    QCOMPARE(service.figures.restarts, 2);
}

void TestServiceFigures::restartsOfAWrappedProgramAreCounted()
{
    Watched service;
    const auto wrapped = [](qint64 pid, qint64 restarts) {
        HealthReport report = at(100, 0, 0);
        report.process = WrappedProcess();
        report.process->pid = pid;
        report.process->restarts = restarts;
        return report;
    };
    service.take(wrapped(10, 7));
    QCOMPARE(service.figures.restarts, 0); // they were before
    service.take(wrapped(12, 9));
    QCOMPARE(service.figures.restarts, 2);
    service.take(wrapped(13, 9)); // somebody asked for it
    QCOMPARE(service.figures.restarts, 3);
    service.take(wrapped(13, 9));
    QCOMPARE(service.figures.restarts, 3);
}

void TestServiceFigures::theStateHasATime()
{
    ManualClock time;
    FleetModel model(time);
    const ServiceId id = model.add(Reports::entry(u"mcp"_s));
    QVERIFY(!model.find(id)->figures.since);
    model.applyAnswer(id, Reports::answer(Reports::healthy()));
    const Clock::WallTime first = time.wall();
    QCOMPARE(model.find(id)->figures.since, std::optional(first));
    QVERIFY(model.find(id)->figures.wasSo);
    time.advance(10s);
    model.applyAnswer(id, Reports::answer(Reports::healthy()));
    QCOMPARE(model.find(id)->figures.since, std::optional(first));
    model.applyAnswer(id, Reports::failure(ClientError::Refused));
    QCOMPARE(model.find(id)->figures.since, std::optional(time.wall()));
    QVERIFY(!model.find(id)->figures.wasSo);
}

void TestServiceFigures::theCellsSayWhatIsKnown()
{
    ManualClock time;
    FleetModel model(time);
    const ServiceId id = model.add(Reports::entry(u"mcp"_s, u"http://127.0.0.1:8002/prefix"_s));
    const auto cell = [&](FleetModel::Column column) { return model.index(0, column).data().toString(); };
    for (const auto column : {FleetModel::Cpu, FleetModel::Memory, FleetModel::Pid, FleetModel::Directory,
                              FleetModel::Failures, FleetModel::Restarts, FleetModel::Since})
        QCOMPARE(cell(column), u"–"_s);
    QCOMPARE(cell(FleetModel::Address), u"127.0.0.1:8002/prefix"_s);
    HealthReport report = at(100, 1, 0);
    report.pid = 4312;
    report.resources.residentBytes = 40 * 1024 * 1024;
    report.identity = ServiceIdentity{
        QDir::homePath() + u"/shop/server"_s, QDir::homePath() + u"/shop"_s, u"main"_s, u"abc"_s, false, u"me"_s};
    model.applyAnswer(id, Reports::answer(report));
    time.advance(2s);
    report.uptime += 2s;
    report.resources.cpuSeconds = 1.5;
    model.applyAnswer(id, Reports::answer(report));
    QCOMPARE(cell(FleetModel::Cpu), u"25 %"_s);
    QCOMPARE(cell(FleetModel::Memory), u"40 MiB"_s);
    QCOMPARE(cell(FleetModel::Pid), u"4312"_s);
    QCOMPARE(cell(FleetModel::Directory), u"~/shop"_s);
    QVERIFY(model.index(0, FleetModel::Directory).data(Qt::ToolTipRole).toString().contains(u"Branch: main"_s));
    QCOMPARE(cell(FleetModel::Failures), u"0"_s);
    QVERIFY(cell(FleetModel::Since).startsWith(u"before "_s));
    model.applyAnswer(id, Reports::failure(ClientError::Refused));
    QCOMPARE(cell(FleetModel::Cpu), u"–"_s); // what it uses now nobody knows
    QCOMPARE(cell(FleetModel::Pid), u"–"_s);
    QCOMPARE(cell(FleetModel::Directory), u"~/shop"_s); // where it ran
    QVERIFY(!cell(FleetModel::Since).startsWith(u"before "_s));
}

QTEST_GUILESS_MAIN(TestServiceFigures)
#include "tst_servicefigures.moc"
