// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/fleetevents.h"

#include <QTest>

#include <algorithm>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestFleetEvents : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theEndOfAServiceIsADeathUnlessItIsAnothers_data();
    void theEndOfAServiceIsADeathUnlessItIsAnothers();
    void aProgramThatFailsIsADeathUnlessItIsAnothers_data() { theEndOfAServiceIsADeathUnlessItIsAnothers_data(); }
    void aProgramThatFailsIsADeathUnlessItIsAnothers();
    void whoCannotBeAskedHasNotDied_data();
    void whoCannotBeAskedHasNotDied();

private:
    static FleetEvents::Look look(ServiceState state, qint64 restarts = 0)
    {
        HealthReport report;
        report.instanceId = u"i"_s;
        report.process = WrappedProcess{};
        report.process->state = ProcessState::Running;
        report.process->restarts = restarts;
        FleetEvents::Look made;
        made.snapshot.name = u"a"_s;
        made.snapshot.state = state;
        made.snapshot.isGone = state == ServiceState::Unreachable;
        if (state != ServiceState::Unreachable)
            made.snapshot.report = report;
        return made;
    }
    static int deaths(const QList<FleetEvent> &events)
    {
        return int(std::count_if(events.begin(), events.end(),
                                 [](const FleetEvent &event) { return event.kind == FleetEvent::Kind::Death; }));
    }
};

void TestFleetEvents::theEndOfAServiceIsADeathUnlessItIsAnothers_data()
{
    QTest::addColumn<ServiceState>("before");
    QTest::addColumn<int>("deathsTold");
    QTest::newRow("its own") << ServiceState::Healthy << 1;
    QTest::newRow("another's") << ServiceState::Foreign << 0;
}

void TestFleetEvents::theEndOfAServiceIsADeathUnlessItIsAnothers()
{
    QFETCH(ServiceState, before);
    FleetEvents events;
    QCOMPARE(deaths(events.compare(look(before), {})), 0);
    QTEST(deaths(events.compare(look(ServiceState::Unreachable), {})), "deathsTold");
}

void TestFleetEvents::aProgramThatFailsIsADeathUnlessItIsAnothers()
{
    QFETCH(ServiceState, before);
    FleetEvents events;
    QCOMPARE(deaths(events.compare(look(before), {})), 0);
    QTEST(deaths(events.compare(look(before, 1), {})), "deathsTold");
}

void TestFleetEvents::whoCannotBeAskedHasNotDied_data()
{
    QTest::addColumn<bool>("isHostLost");
    QTest::newRow("its host is lost") << true;
    QTest::newRow("it is silent") << false;
}

void TestFleetEvents::whoCannotBeAskedHasNotDied()
{
    QFETCH(bool, isHostLost);
    FleetEvents events;
    events.compare(look(ServiceState::Healthy), {});
    FleetEvents::Look away = look(ServiceState::Unreachable);
    away.snapshot.isGone = false;
    away.snapshot.isHostLost = isHostLost;
    const QList<FleetEvent> told = events.compare(away, {});
    QCOMPARE(deaths(told), 0);
    QCOMPARE(told.size(), 1); // that it is unreachable
    QCOMPARE(deaths(events.compare(look(ServiceState::Unreachable), {})), 1);
    QCOMPARE(deaths(events.compare(look(ServiceState::Unreachable), {})), 0);
}

QTEST_GUILESS_MAIN(TestFleetEvents)
#include "tst_fleetevents.moc"
