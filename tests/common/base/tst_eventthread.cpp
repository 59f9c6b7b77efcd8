// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/eventthread.h"

#include <QTest>
#include <QThread>
#include <QTimer>

#include <atomic>

using namespace Hephaestus;
using namespace std::chrono_literals;

class TestEventThread : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void callsInItsThreadAndWaits();
    void runsTimersOfObjectsThatLiveThere();
    void deletesWhatWasToldToGo();
    void hasEndedWithItsThreadLocalVariables();
};

void TestEventThread::callsInItsThreadAndWaits()
{
    const EventThread thread("calls");
    QThread *where = nullptr;
    thread.call([&] { where = QThread::currentThread(); });
    QCOMPARE(where, thread.thread());
    QVERIFY(where != QThread::currentThread());
}

void TestEventThread::runsTimersOfObjectsThatLiveThere()
{
    const EventThread thread("timers");
    std::atomic<int> fired = 0;
    auto *timer = new QTimer;
    connect(timer, &QTimer::timeout, timer, [&fired] { ++fired; });
    timer->moveToThread(thread.thread());
    QMetaObject::invokeMethod(timer, [timer] { timer->start(1ms); });
    QTRY_VERIFY(fired > 2);
    thread.call([timer] { delete timer; });
}

void TestEventThread::deletesWhatWasToldToGo()
{
    std::atomic<bool> gone = false;
    {
        const EventThread thread("deletes");
        auto *object = new QObject;
        connect(object, &QObject::destroyed, object, [&gone] { gone = true; });
        object->moveToThread(thread.thread());
        object->deleteLater();
    }
    QVERIFY(gone);
}

/// QThread::wait() returns while they still run.
void TestEventThread::hasEndedWithItsThreadLocalVariables()
{
    static std::atomic<bool> ended;
    struct SlowToGo
    {
        ~SlowToGo()
        {
            std::this_thread::sleep_for(50ms);
            ended = true;
        }
    };
    ended = false;
    {
        const EventThread thread("slow-to-go");
        thread.call([] { static thread_local const SlowToGo local; });
    }
    QVERIFY(ended);
}

QTEST_GUILESS_MAIN(TestEventThread)
#include "tst_eventthread.moc"
