// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/restartpolicy.h"

#include <QRandomGenerator>
#include <QTest>

using namespace Hephaestus;
using namespace std::chrono_literals;
using Action = RestartPolicy::Action;

class TestRestartPolicy : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theWordDecides_data();
    void theWordDecides();
    void theDelayDoublesUpToAMinute();
    void afterTenSecondsTheRestartIsImmediate();
    void whatIsWantedOfAnEndComesFirst_data();
    void whatIsWantedOfAnEndComesFirst();
    void fiveFailuresWithinAMinuteAreTheEnd();
    void failuresFurtherApartAreNot();
    void cleanExitsAreNeverFailures();
    void theJitterOnlyShortens();
    void aClockThatJumpsOnlyForgets();
    void aUsersStopNeverRestarts();

private:
    RestartPolicy policy(RestartWhen when, double dice = 0.0)
    {
        return RestartPolicy(RestartRules{.when = when}, clock, [dice] { return dice; });
    }
    ManualClock clock;
};

void TestRestartPolicy::theWordDecides_data()
{
    QTest::addColumn<QString>("word");
    QTest::addColumn<bool>("success");
    QTest::addColumn<Action>("action");
    QTest::newRow("on-failure, exit 0") << "on-failure" << true << Action::Finish;
    QTest::newRow("on-failure, exit 1") << "on-failure" << false << Action::Restart;
    QTest::newRow("always, exit 0") << "always" << true << Action::Restart;
    QTest::newRow("always, exit 1") << "always" << false << Action::Restart;
    QTest::newRow("never, exit 0") << "never" << true << Action::Finish;
    QTest::newRow("never, exit 1") << "never" << false << Action::Fail;
}

void TestRestartPolicy::theWordDecides()
{
    QFETCH(QString, word);
    QFETCH(bool, success);
    const auto when = restartWhen(word);
    QVERIFY(when);
    QTEST(policy(*when).ended(success, false).action, "action");
    QVERIFY(!restartWhen(word.toUpper()));
}

void TestRestartPolicy::theDelayDoublesUpToAMinute()
{
    RestartPolicy always = policy(RestartWhen::Always);
    QList<std::chrono::milliseconds> delays;
    for (int i = 0; i < 8; ++i) {
        always.started();
        clock.advance(1s);
        delays.append(always.ended(true, false).delay);
    }
    QCOMPARE(delays, (QList<std::chrono::milliseconds>{1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}));
}

void TestRestartPolicy::afterTenSecondsTheRestartIsImmediate()
{
    RestartPolicy always = policy(RestartWhen::Always);
    const auto delayAfter = [&](std::chrono::milliseconds life) {
        always.started();
        clock.advance(life);
        return always.ended(true, false).delay;
    };
    QCOMPARE(delayAfter(10s), 0s);
    QCOMPARE(delayAfter(9'999ms), 1s);
    QCOMPARE(delayAfter(0s), 2s);
    QCOMPARE(delayAfter(1h), 0s);
    QCOMPARE(delayAfter(0s), 1s);
}

void TestRestartPolicy::whatIsWantedOfAnEndComesFirst_data()
{
    QTest::addColumn<RestartWhen>("when");
    QTest::addColumn<bool>("success");
    QTest::addColumn<bool>("isWanted");
    QTest::addColumn<Action>("action");
    QTest::newRow("never, but wanted") << RestartWhen::Never << false << true << Action::Restart;
    QTest::newRow("a success, but wanted") << RestartWhen::OnFailure << true << true << Action::Restart;
    QTest::newRow("always, but not wanted") << RestartWhen::Always << true << false << Action::Finish;
    QTest::newRow("a failure, but not wanted") << RestartWhen::OnFailure << false << false << Action::Fail;
}

void TestRestartPolicy::whatIsWantedOfAnEndComesFirst()
{
    QFETCH(RestartWhen, when);
    QFETCH(bool, success);
    QFETCH(bool, isWanted);
    QTEST(policy(when).ended(success, false, isWanted).action, "action");
    QCOMPARE(policy(when).ended(success, true, isWanted).action, Action::Finish); // a user's stop comes before all
}

void TestRestartPolicy::fiveFailuresWithinAMinuteAreTheEnd()
{
    RestartPolicy always = policy(RestartWhen::Always);
    for (int i = 0; i < 4; ++i) {
        always.started();
        QCOMPARE(always.ended(false, false).action, Action::Restart);
        clock.advance(15s);
    }
    always.started();
    QCOMPARE(always.ended(false, false).action, Action::Fail);
    QCOMPARE(always.recentFailures(), 5);
}

void TestRestartPolicy::failuresFurtherApartAreNot()
{
    RestartPolicy onFailure = policy(RestartWhen::OnFailure);
    for (int i = 0; i < 50; ++i) {
        onFailure.started();
        clock.advance(16s);
        QCOMPARE(onFailure.ended(false, false).action, Action::Restart);
    }
}

void TestRestartPolicy::cleanExitsAreNeverFailures()
{
    RestartPolicy always = policy(RestartWhen::Always);
    for (int i = 0; i < 50; ++i)
        QCOMPARE(always.ended(true, false).action, Action::Restart);
    QCOMPARE(always.recentFailures(), 0);
}

void TestRestartPolicy::theJitterOnlyShortens()
{
    RestartPolicy most = policy(RestartWhen::Always, 0.999999);
    RestartPolicy half = policy(RestartWhen::Always, 0.5);
    QCOMPARE(most.ended(true, false).delay, 800ms);
    QCOMPARE(half.ended(true, false).delay, 900ms);
    QCOMPARE(half.ended(true, false).delay, 1800ms); // of the doubled delay, not of the shortened one
}

void TestRestartPolicy::aClockThatJumpsOnlyForgets()
{
    RestartPolicy onFailure = policy(RestartWhen::OnFailure);
    for (int i = 0; i < 4; ++i)
        (void)onFailure.ended(false, false);
    clock.advance(std::chrono::hours(24 * 365));
    QCOMPARE(onFailure.recentFailures(), 0);
    QCOMPARE(onFailure.ended(false, false).action, Action::Restart);
}

void TestRestartPolicy::aUsersStopNeverRestarts()
{
    // Whatever came before: 10,000 random histories, each ended by a user.
    QRandomGenerator random(20251104);
    for (int history = 0; history < 10'000; ++history) {
        RestartPolicy any = policy(RestartWhen(random.bounded(3)), random.generateDouble());
        for (int i = random.bounded(8); i > 0; --i) {
            any.started();
            const std::chrono::milliseconds life(random.bounded(20'000));
            clock.advance(life);
            const auto decision = any.ended(random.bounded(2) == 0, false);
            QVERIFY(decision.delay <= 60s);
            QVERIFY((decision.action == Action::Restart && life < 10s) == (decision.delay >= 800ms));
        }
        QCOMPARE(any.ended(random.bounded(2) == 0, true).action, Action::Finish);
    }
}

QTEST_GUILESS_MAIN(TestRestartPolicy)
#include "tst_restartpolicy.moc"
