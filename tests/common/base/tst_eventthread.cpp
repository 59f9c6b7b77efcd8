// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/eventthread.h"
#include "common/base/post.h"

#include <QTest>
#include <QThread>
#include <QTimer>

#include <atomic>
#include <fstream>

using namespace Hephaestus;
using namespace std::chrono_literals;

namespace {

/// Whether the kernel says that it waits. Safe in a thread that has lost its thread-local variables.
bool mainThreadSleeps()
{
    std::ifstream stat("/proc/self/stat"); // 12 (name) S …
    std::string text;
    std::getline(stat, text);
    return text.substr(text.rfind(')') + 1).starts_with(" S");
}

} // namespace

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
    QTimer *timer = nullptr;
    thread.call([&] {
        timer = new QTimer;
        connect(timer, &QTimer::timeout, timer, [&fired] { ++fired; });
        timer->start(1ms);
    });
    QTRY_VERIFY(fired > 2);
    thread.call([timer] { delete timer; });
}

void TestEventThread::deletesWhatWasToldToGo()
{
    std::atomic<bool> gone = false;
    {
        const EventThread thread("deletes");
        QObject *object = nullptr;
        thread.call([&] {
            object = new QObject;
            connect(object, &QObject::destroyed, object, [&gone] { gone = true; });
        });
        post(object, &QObject::deleteLater);
    }
    QVERIFY(gone);
}

/// QThread::wait() returns while they still run.
void TestEventThread::hasEndedWithItsThreadLocalVariables()
{
    static std::atomic<bool> returned;
    static std::atomic<bool> ended;
    struct LastToGo
    {
        ~LastToGo()
        {
            while (!returned && !mainThreadSleeps())
                std::this_thread::yield();
            ended = !returned;
        }
    };
    returned = false;
    ended = false;
    {
        const EventThread thread("last-to-go");
        thread.call([] { static thread_local const LastToGo local; });
    }
    returned = true;
    QVERIFY(ended);
}

QTEST_GUILESS_MAIN(TestEventThread)
#include "tst_eventthread.moc"
