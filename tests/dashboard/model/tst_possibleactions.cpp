// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/possibleactions.h"
#include "tests/dashboard/model/reports.h"

#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestPossibleActions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anAnswerThatChangesNothingAsksNothing();
    void aServiceThatTurnsUnreachableIsAskedAboutAlone();
    void whatAServiceOffersIsSeen();
    void anotherEntryIsSeen();
    void anActivityMakesBusyUntilItEnds();
    void favouritesAreCounted();
    void readOnlyTakesEverythingAway();
    void whoLeavesTheFleetIsNoLongerCounted();
    void aLargerSelectionAsksOnlyAboutWhoIsNew();
    void theCountsAreThoseOfAskingAboutEach();
};

/// Five services that answer, can be restarted and are all selected.
struct Bench
{
    FleetModel fleet;
    ServiceActions actions{fleet};
    int asked = 0; ///< how often a service's action was decided
    PossibleActions possible{fleet, [this](ServiceId id, ServiceAction action) {
                                 ++asked;
                                 return actions.whyNot(id, action).isEmpty();
                             }};
    QList<ServiceId> ids;

    Bench()
    {
        for (int each = 0; each < 5; ++each)
            ids << add(u"service%1"_s.arg(each));
        possible.setServices(ids);
        asked = 0;
    }

    ServiceId add(const QString &name)
    {
        FleetEntry entry = Reports::entry(name, u"http://127.0.0.1:1/"_s + name);
        entry.restart = RestartByCommand{{u"/bin/true"_s}, {}, {}};
        const ServiceId id = fleet.add(entry);
        fleet.applyAnswer(id, Reports::answer(Reports::healthy()));
        return id;
    }

    /// What the counts must be.
    int decided(ServiceAction action) const
    {
        return int(std::ranges::count_if(possible.services(),
                                         [&](ServiceId id) { return actions.whyNot(id, action).isEmpty(); }));
    }
};

void TestPossibleActions::anAnswerThatChangesNothingAsksNothing()
{
    Bench bench;
    QCOMPARE(bench.possible.count(ServiceAction::Restart), 5);
    QCOMPARE(bench.possible.count(ServiceAction::Start), 0);
    const QSignalSpy changed(&bench.possible, &PossibleActions::changed);
    HealthReport later = Reports::healthy();
    later.uptime += Seconds(1);
    later.resources.inFlightRequests = 7;
    for (const ServiceId id : bench.ids)
        bench.fleet.applyAnswer(id, Reports::answer(later));
    QCOMPARE(bench.asked, 0);
    QCOMPARE(changed.count(), 0);
}

void TestPossibleActions::aServiceThatTurnsUnreachableIsAskedAboutAlone()
{
    Bench bench;
    bench.fleet.applyAnswer(bench.ids[2], Reports::failure(ClientError::Refused));
    QCOMPARE(bench.asked, int(std::size(AllServiceActions)));
    QCOMPARE(bench.possible.count(ServiceAction::ShutDown), 4);
    QCOMPARE(bench.possible.count(ServiceAction::Start), 1);
    bench.fleet.applyAnswer(bench.ids[2], Reports::answer(Reports::healthy()));
    QCOMPARE(bench.possible.count(ServiceAction::ShutDown), 5);
    QCOMPARE(bench.possible.count(ServiceAction::Start), 0);
}

void TestPossibleActions::whatAServiceOffersIsSeen()
{
    Bench bench;
    QCOMPARE(bench.possible.count(ServiceAction::CheckNow), 0);
    HealthReport report = Reports::healthy();
    report.capabilities = {u"check"_s};
    bench.fleet.applyAnswer(bench.ids[1], Reports::answer(report)); // no cell of its row reads differently
    QCOMPARE(bench.possible.count(ServiceAction::CheckNow), 1);
}

void TestPossibleActions::anotherEntryIsSeen()
{
    Bench bench;
    bench.fleet.setRestart(bench.ids[0], {});
    QCOMPARE(bench.possible.count(ServiceAction::Restart), 4);
    bench.fleet.setRestart(bench.ids[0], RestartByCommand{{u"/bin/true"_s}, {}, {}});
    QCOMPARE(bench.possible.count(ServiceAction::Restart), 5);
}

void TestPossibleActions::anActivityMakesBusyUntilItEnds()
{
    Bench bench;
    QHash<ServiceId, Activity> activities;
    for (const ServiceId id : bench.ids)
        activities.insert(id, {ServiceState::Healthy, u"to be restarted"_s});
    bench.fleet.setActivities(activities);
    QCOMPARE(bench.possible.busy(), 5);
    QCOMPARE(bench.possible.count(ServiceAction::Restart), 0);
    bench.asked = 0;
    activities.clear();
    activities.insert(bench.ids[0], {ServiceState::Healthy, u"to be restarted soon"_s}); // as busy as before
    bench.fleet.setActivities(activities);
    QCOMPARE(bench.asked, 0);
    bench.fleet.endActivities(bench.ids.mid(1));
    QCOMPARE(bench.possible.busy(), 1);
    QCOMPARE(bench.possible.count(ServiceAction::Restart), 4);
}

void TestPossibleActions::favouritesAreCounted()
{
    Bench bench;
    const QSignalSpy signalled(&bench.fleet, &QAbstractItemModel::dataChanged);
    bench.fleet.setFavourites(bench.ids, true);
    QCOMPARE(signalled.count(), 1);
    QCOMPARE(bench.possible.favourites(), 5);
    bench.fleet.setFavourite(bench.ids[3], false);
    QCOMPARE(bench.possible.favourites(), 4);
}

void TestPossibleActions::readOnlyTakesEverythingAway()
{
    Bench bench;
    connect(&bench.actions, &ServiceActions::readOnlyChanged, &bench.possible, &PossibleActions::reconsiderAll);
    bench.actions.setReadOnly(true);
    for (const ServiceAction action : AllServiceActions)
        QCOMPARE(bench.possible.count(action), 0);
    bench.actions.setReadOnly(false);
    QCOMPARE(bench.possible.count(ServiceAction::Restart), 5);
}

void TestPossibleActions::whoLeavesTheFleetIsNoLongerCounted()
{
    Bench bench;
    const QSignalSpy changed(&bench.possible, &PossibleActions::changed);
    bench.fleet.remove(bench.ids[4]);
    QCOMPARE(bench.possible.services(), bench.ids.mid(0, 4));
    QCOMPARE(bench.possible.count(ServiceAction::Restart), 4);
    QCOMPARE(changed.count(), 1);
    QCOMPARE(bench.asked, 0);
}

void TestPossibleActions::aLargerSelectionAsksOnlyAboutWhoIsNew()
{
    Bench bench;
    bench.possible.setServices(bench.ids + QList{bench.add(u"new"_s)});
    QCOMPARE(bench.asked, int(std::size(AllServiceActions)));
    QCOMPARE(bench.possible.count(ServiceAction::Restart), 6);
    bench.possible.setServices({});
    QCOMPARE(bench.possible.count(ServiceAction::Restart), 0);
}

void TestPossibleActions::theCountsAreThoseOfAskingAboutEach()
{
    Bench bench;
    HealthReport offers = Reports::healthy();
    offers.capabilities = {u"check"_s, u"restart"_s};
    QRandomGenerator random(7);
    for (int step = 0; step < 2000; ++step) {
        const ServiceId id = bench.ids[random.bounded(bench.ids.size())];
        switch (random.bounded(9)) {
        case 0: bench.fleet.applyAnswer(id, Reports::failure(ClientError::Timeout)); break;
        case 1: bench.fleet.applyAnswer(id, Reports::answer(Reports::shuttingDown())); break;
        case 2: bench.fleet.applyAnswer(id, Reports::answer(offers)); break;
        case 3: bench.fleet.applyAnswer(id, Reports::answer(Reports::withError())); break;
        case 4: bench.fleet.setActivity(id, Activity{}); break;
        case 5: bench.fleet.setActivity(id, {}); break;
        case 6: bench.fleet.setRestart(id, RestartByService{}); break;
        case 7: bench.fleet.setRestart(id, {}); break;
        case 8: bench.fleet.setStopped(id); break;
        }
        for (const ServiceAction action : AllServiceActions)
            QCOMPARE(bench.possible.count(action), bench.decided(action));
    }
}

QTEST_GUILESS_MAIN(TestPossibleActions)
#include "tst_possibleactions.moc"
