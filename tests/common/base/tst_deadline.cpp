// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/deadline.h"

#include <QTest>

#include <memory>
#include <vector>

using namespace Hephaestus;
using namespace std::chrono_literals;

using std::chrono::steady_clock;

class TestDeadline : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theyAreToldInTheirOrder();
    void whatIsWithdrawnIsNotTold();
    void whatIsPutOffIsToldOnce();
    void whatIsSetWhileItIsToldIsToldAgain();
    void allMayGoWhileOneIsTold();
    void oneTimerServesAll();
};

void TestDeadline::theyAreToldInTheirOrder()
{
    std::vector<int> told;
    Deadline second([&told] { told.push_back(2); });
    Deadline first([&told] { told.push_back(1); });
    Deadline third([&told] { told.push_back(3); });
    const auto now = steady_clock::now();
    second.set(now + 2ms);
    third.set(now + 3ms);
    first.set(now - 1s);
    QVERIFY(first.isSet());
    QVERIFY(told.empty()); // from the event loop only
    QTRY_COMPARE(told, (std::vector<int>{1, 2, 3}));
    QVERIFY(!first.isSet());
}

void TestDeadline::whatIsWithdrawnIsNotTold()
{
    std::vector<int> told;
    Deadline first([&told] { told.push_back(1); });
    Deadline second([&told] { told.push_back(2); });
    const auto now = steady_clock::now();
    first.set(now);
    second.set(now + 2ms);
    {
        Deadline gone([&told] { told.push_back(3); });
        gone.set(now);
    }
    first.withdraw();
    QTRY_COMPARE(told, std::vector<int>{2});
}

void TestDeadline::whatIsPutOffIsToldOnce()
{
    std::vector<int> told;
    Deadline moved([&told] { told.push_back(1); });
    Deadline last([&told] { told.push_back(2); });
    const auto now = steady_clock::now();
    moved.set(now);
    moved.set(now + 1h);
    last.set(now + 1ms);
    QTRY_COMPARE(told, std::vector<int>{2});
    moved.set(now); // brought forward
    QTRY_COMPARE(told, (std::vector<int>{2, 1}));
}

void TestDeadline::whatIsSetWhileItIsToldIsToldAgain()
{
    int told = 0;
    std::unique_ptr<Deadline> again;
    again = std::make_unique<Deadline>([&] {
        if (++told < 3)
            again->set(steady_clock::now());
    });
    again->set(steady_clock::now());
    QTRY_COMPARE(told, 3);
    QVERIFY(!again->isSet());
}

void TestDeadline::allMayGoWhileOneIsTold()
{
    std::vector<std::unique_ptr<Deadline>> all;
    int told = 0;
    for (int each = 0; each < 3; ++each) {
        all.push_back(std::make_unique<Deadline>([&] {
            ++told;
            all.clear();
        }));
        all.back()->set(steady_clock::now());
    }
    QTRY_VERIFY(all.empty());
    QCOMPARE(told, 1);
    Deadline later([&told] { ++told; });
    later.set(steady_clock::now());
    QTRY_COMPARE(told, 2);
}

/// Counts the timers that come.
class TimerEvents : public QObject
{
public:
    int count = 0;

    bool eventFilter(QObject *, QEvent *event) override
    {
        count += event->type() == QEvent::Timer;
        return false;
    }
};

void TestDeadline::oneTimerServesAll()
{
    constexpr int Connections = 50;
    constexpr int Requests = 20;
    TimerEvents events;
    bool isOver = false;
    Deadline last([&isOver] { isOver = true; });
    std::vector<std::unique_ptr<Deadline>> deadlines;
    for (int each = 0; each < Connections; ++each)
        deadlines.push_back(std::make_unique<Deadline>([] { QFAIL("it was withdrawn"); }));
    QCoreApplication::instance()->installEventFilter(&events);
    for (int request = 0; request < Requests; ++request) {
        for (const auto &each : deadlines) // those of answers that come in time
            each->set(steady_clock::now() + 5ms);
        for (const auto &each : deadlines)
            each->withdraw();
    }
    last.set(steady_clock::now() + 20ms);
    while (!isOver)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    QVERIFY2(events.count <= 4, qPrintable(QString::number(events.count)));
}

QTEST_GUILESS_MAIN(TestDeadline)
#include "tst_deadline.moc"
