// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/probes/checkschedule.h"

#include <QSignalSpy>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// A probe the test answers for.
class HandProbe : public Probe
{
public:
    HandProbe(HandProbe **place, bool endsAtOnce) : Probe(1h), m_place(place), m_endsAtOnce(endsAtOnce)
    {
        *place = this;
    }
    ~HandProbe() override
    {
        if (*m_place == this)
            *m_place = nullptr;
    }
    void answer(Outcome outcome) { finish(std::move(outcome)); }
    bool asked = false;
    bool abandoned = false;

protected:
    void ask() override { asked = true; }
    bool abandon() override
    {
        abandoned = true;
        return m_endsAtOnce;
    }
    QString target() const override { return u"hand"_s; }

private:
    HandProbe **m_place;
    bool m_endsAtOnce;
};

} // namespace

class TestCheckSchedule : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void theFirstCheckBeginsAtOnce();
    void checksComeAtTheIntervalGiveOrTakeATenth();
    void oneCheckRunsAtATime();
    void theTrackerIsToldWithDetailsAndDuration();
    void backoff_data();
    void backoff();
    void aGoodCheckEndsTheBackoff();
    void retryAfterOfAPaidServiceIsObeyedButForAPerson();
    void whatIsOnesOwnIsAskedAgainSoon();
    void everybodyWhoAsksJoinsTheRunningCheck();
    void checkNowDoesNotWaitForTheInterval();
    void stoppingCancelsAndAwaitsTheRunningCheck();
    void stoppingAnIdleScheduleIsDoneAtOnce();
    void nothingIsCheckedBeforeTheStartOrAfterTheStop();
    void theTimerKnocksByItself();
    void deletingItEndsItsTask();

private:
    void answer(Outcome outcome)
    {
        QVERIFY(probe);
        probe->answer(std::move(outcome));
    }
    static Outcome failing(ErrorClass errorClass) { return Outcome::failure(errorClass, u"so it is"_s); }

    ManualClock clock;
    std::unique_ptr<ServerState> state;
    std::unique_ptr<CheckSchedule> schedule;
    HandProbe *probe = nullptr; ///< the latest one
    int made = 0;
    bool endsAtOnce = true;
};

void TestCheckSchedule::init()
{
    state = std::make_unique<ServerState>(u"test"_s, u"1"_s, clock);
    probe = nullptr;
    made = 0;
    endsAtOnce = true;
    const auto factory = [this] {
        ++made;
        return std::make_unique<HandProbe>(&probe, endsAtOnce);
    };
    schedule = std::make_unique<CheckSchedule>(*state, state->dependency(u"qdrant"_s), factory, 10s, Patience::ofPaid(),
                                               clock);
}

void TestCheckSchedule::cleanup()
{
    schedule.reset();
    QCOMPARE(*state->report().resources.backgroundTasks, 0);
}

void TestCheckSchedule::theFirstCheckBeginsAtOnce()
{
    QSignalSpy checked(schedule.get(), &CheckSchedule::checked);
    schedule->start();
    QVERIFY(probe && probe->asked);
    QVERIFY(!schedule->hasChecked());
    QCOMPARE(*state->report().resources.backgroundTasks, 1);
    answer(Outcome::success());
    QVERIFY(schedule->hasChecked());
    QCOMPARE(checked.size(), 1);
}

void TestCheckSchedule::checksComeAtTheIntervalGiveOrTakeATenth()
{
    schedule->start();
    auto least = 1h + 0ns, most = 0h + 0ns;
    for (int i = 0; i < 300; ++i) {
        answer(Outcome::success());
        const auto wait = schedule->nextCheck() - clock.now();
        least = std::min(least, wait);
        most = std::max(most, wait);
        clock.advance(wait - 1ms);
        schedule->advance();
        QVERIFY(!schedule->isChecking());
        clock.advance(1ms);
        schedule->advance();
        QVERIFY(schedule->isChecking());
    }
    QVERIFY(least >= 9s && least < 9500ms);
    QVERIFY(most <= 11s && most > 10500ms);
}

void TestCheckSchedule::oneCheckRunsAtATime()
{
    schedule->start();
    clock.advance(1h);
    schedule->advance();
    schedule->checkNow();
    QCOMPARE(made, 1);
}

void TestCheckSchedule::theTrackerIsToldWithDetailsAndDuration()
{
    schedule->start();
    clock.advance(250ms);
    answer(Outcome::success({{u"collections"_s, 3}}));
    DependencyReport report = state->dependency(u"qdrant"_s).report();
    QCOMPARE(report.status, DependencyStatus::Working);
    QCOMPARE(report.successCount, 1);
    QCOMPARE(report.details.value(u"collections"_s), QVariant(3));
    QCOMPARE(*state->dependency(u"qdrant"_s).lastCheckDuration(), Seconds(0.25));
    schedule->checkNow();
    answer(failing(ErrorClass::Unreachable));
    report = state->dependency(u"qdrant"_s).report();
    QCOMPARE(report.status, DependencyStatus::Error);
    QCOMPARE(report.error, u"unreachable: so it is"_s);
    QCOMPARE(report.failureCount, 1);
}

void TestCheckSchedule::backoff_data()
{
    QTest::addColumn<ErrorClass>("errorClass");
    QTest::addColumn<bool>("backsOff");
    QTest::newRow("unreachable") << ErrorClass::Unreachable << false;
    QTest::newRow("credentials") << ErrorClass::Credentials << true;
    QTest::newRow("billing") << ErrorClass::Billing << true;
    QTest::newRow("throttled") << ErrorClass::Throttled << false;
    QTest::newRow("overloaded") << ErrorClass::Overloaded << false;
    QTest::newRow("bad answer") << ErrorClass::BadAnswer << false;
}

void TestCheckSchedule::backoff()
{
    QFETCH(ErrorClass, errorClass);
    QFETCH(bool, backsOff);
    schedule->start();
    for (const std::chrono::seconds expected : {20s, 40s, 80s, 160s, 320s, 640s, 900s, 900s}) {
        answer(failing(errorClass));
        const auto wait = schedule->nextCheck() - clock.now();
        const auto middle = backsOff ? expected : 10s;
        QVERIFY2(wait >= middle * 0.9 && wait <= middle * 1.1, qPrintable(QString::number(wait / 1s)));
        clock.advance(wait);
        schedule->advance();
    }
}

void TestCheckSchedule::aGoodCheckEndsTheBackoff()
{
    schedule->start();
    answer(failing(ErrorClass::Credentials));
    schedule->checkNow(); // a person has put the right key in
    answer(Outcome::success());
    QVERIFY(schedule->nextCheck() - clock.now() <= 11s);
}

void TestCheckSchedule::retryAfterOfAPaidServiceIsObeyedButForAPerson()
{
    schedule->start();
    Outcome outcome = failing(ErrorClass::Throttled);
    outcome.retryAfter = 120s;
    answer(outcome);
    QCOMPARE(schedule->nextCheck() - clock.now(), 120s + 0ns);
    clock.advance(119s);
    schedule->advance();
    QCOMPARE(made, 1);
    schedule->checkNow();
    QCOMPARE(made, 2);
}

void TestCheckSchedule::whatIsOnesOwnIsAskedAgainSoon()
{
    const auto factory = [this] { return std::make_unique<HandProbe>(&probe, true); };
    CheckSchedule own(*state, state->dependency(u"shop"_s), factory, 10s, Patience(), clock);
    own.start();
    Outcome outcome = failing(ErrorClass::Overloaded);
    outcome.retryAfter = 3600s;
    answer(outcome);
    QVERIFY(own.nextCheck() - clock.now() <= 11s);
    for (int i = 0; i < 5; ++i) {
        own.checkNow();
        answer(failing(ErrorClass::Credentials));
        QVERIFY(own.nextCheck() - clock.now() <= 33s);
    }
}

void TestCheckSchedule::everybodyWhoAsksJoinsTheRunningCheck()
{
    int done = 0;
    schedule->start();
    schedule->checkNow([&] { ++done; });
    schedule->checkNow([&] { ++done; });
    QCOMPARE(done, 0);
    answer(Outcome::success());
    QCOMPARE(done, 2);
    QCOMPARE(made, 1);
}

void TestCheckSchedule::checkNowDoesNotWaitForTheInterval()
{
    schedule->start();
    answer(Outcome::success());
    bool done = false;
    schedule->checkNow([&] { done = true; });
    QCOMPARE(made, 2);
    answer(failing(ErrorClass::BadAnswer));
    QVERIFY(done);
    QCOMPARE(schedule->checks(), 2);
}

void TestCheckSchedule::stoppingCancelsAndAwaitsTheRunningCheck()
{
    endsAtOnce = false;
    schedule->start();
    QStringList events;
    schedule->checkNow([&] { events << u"checked"_s; });
    schedule->stop([&] { events << u"stopped"_s; });
    QVERIFY(probe->abandoned);
    QVERIFY(events.isEmpty());
    QCOMPARE(*state->report().resources.backgroundTasks, 1);
    schedule->stop([&] { events << u"stopped again"_s; });
    QVERIFY(events.isEmpty());
    answer(Outcome::success());
    QCOMPARE(events, QStringList({u"checked"_s, u"stopped"_s, u"stopped again"_s}));
    QCOMPARE(state->dependency(u"qdrant"_s).operations(), 0);
    QCOMPARE(*state->report().resources.backgroundTasks, 0);
}

void TestCheckSchedule::stoppingAnIdleScheduleIsDoneAtOnce()
{
    schedule->start();
    answer(Outcome::success());
    bool stopped = false;
    schedule->stop([&] { stopped = true; });
    QVERIFY(stopped);
    QCOMPARE(*state->report().resources.backgroundTasks, 0);
}

void TestCheckSchedule::nothingIsCheckedBeforeTheStartOrAfterTheStop()
{
    bool before = false, after = false;
    schedule->checkNow([&] { before = true; });
    schedule->advance();
    QVERIFY(before);
    QCOMPARE(made, 0);
    schedule->stop();
    schedule->start();
    schedule->checkNow([&] { after = true; });
    QVERIFY(after);
    QCOMPARE(made, 0);
}

void TestCheckSchedule::theTimerKnocksByItself()
{
    const auto factory = [this] {
        ++made;
        return std::make_unique<HandProbe>(&probe, true);
    };
    CheckSchedule quick(*state, state->dependency(u"quick"_s), factory, 20ms, Patience());
    connect(&quick, &CheckSchedule::checked, this, [] {});
    quick.start();
    for (int i = 1; i <= 3; ++i) {
        QTRY_COMPARE(made, i);
        answer(Outcome::success());
    }
}

void TestCheckSchedule::deletingItEndsItsTask()
{
    schedule->start(); // cleanup() deletes it while it checks, and looks at the count
}

QTEST_GUILESS_MAIN(TestCheckSchedule)
#include "tst_checkschedule.moc"
