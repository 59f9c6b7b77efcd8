// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/calmclock.h"

#include <QTest>

using namespace Hephaestus;
using namespace std::chrono_literals;

class TestCalmClock : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aJumpIsNotFollowedUntilItLasts_data();
    void aJumpIsNotFollowedUntilItLasts();
    void aJumpThatIsTakenBackLeavesNothing();
    void smallCorrectionsAreFollowed();
    void sleepIsNoJump();
};

void TestCalmClock::aJumpIsNotFollowedUntilItLasts_data()
{
    QTest::addColumn<qint64>("seconds");
    QTest::newRow("an hour ahead") << qint64(3600);
    QTest::newRow("two minutes back") << qint64(-120);
    QTest::newRow("sixty days ahead") << qint64(60 * 86400);
    QTest::newRow("to 1970") << qint64(-56 * 365 * 86400LL);
}

void TestCalmClock::aJumpIsNotFollowedUntilItLasts()
{
    QFETCH(qint64, seconds);
    ManualClock machine;
    const CalmClock clock(machine);
    const auto began = clock.wall();
    machine.setWallBy(std::chrono::seconds(seconds));
    for (int i = 0; i < 60; ++i) {
        QVERIFY(clock.wall() == began + i * 1s);
        machine.advance(1s);
    }
    QVERIFY(clock.wall() == machine.wall());
}

void TestCalmClock::aJumpThatIsTakenBackLeavesNothing()
{
    ManualClock machine;
    const CalmClock clock(machine);
    const auto began = clock.wall();
    for (int i = 1; i <= 20; ++i) { // back and forth, for ever
        machine.setWallBy(i % 2 ? 3600s : -3600s);
        machine.advance(7s);
        QVERIFY(clock.wall() == began + i * 7s);
    }
}

void TestCalmClock::smallCorrectionsAreFollowed()
{
    ManualClock machine;
    const CalmClock clock(machine);
    for (int i = 0; i < 10; ++i) {
        machine.setWallBy(1500ms);
        machine.advance(1s);
        QVERIFY(clock.wall() == machine.wall());
    }
}

void TestCalmClock::sleepIsNoJump()
{
    ManualClock machine;
    const CalmClock clock(machine);
    machine.sleep(8h);
    QVERIFY(clock.wall() == machine.wall());
}

QTEST_APPLESS_MAIN(TestCalmClock)
#include "tst_calmclock.moc"
