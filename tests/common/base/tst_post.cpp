// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/eventthread.h"
#include "common/base/post.h"

#include <QTest>
#include <QThread>

#include <memory>

using namespace Hephaestus;

class TestPost : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void callsLaterInTheThreadOfTheReceiver();
    void keepsTheOrder();
    void whatCameBeforeIsSeenThere();
    void whatIsNeverCalledGoesWithTheReceiver();
    void callsSlotsToo();

public:
    void count() { ++m_counted; }

private:
    int m_counted = 0;
};

void TestPost::callsLaterInTheThreadOfTheReceiver()
{
    QThread *where = nullptr;
    post(this, [&where] { where = QThread::currentThread(); });
    QVERIFY(!where);
    QTRY_COMPARE(where, QThread::currentThread());

    const EventThread thread("post");
    QObject *receiver = nullptr;
    thread.call([&receiver] { receiver = new QObject; });
    post(receiver, [this, receiver, &where] {
        post(this, [&where, from = receiver->thread()] { where = from; });
        receiver->deleteLater();
    });
    QTRY_COMPARE(where, thread.thread());
}

void TestPost::keepsTheOrder()
{
    QList<int> seen;
    for (int i = 0; i < 3; ++i)
        post(this, [&seen, i] { seen << i; });
    QTRY_COMPARE(seen.size(), 3);
    QCOMPARE(seen, (QList{0, 1, 2}));
}

/// To and fro, without atomics or locks: ThreadSanitizer reports a race unless the crossings say what comes first.
void TestPost::whatCameBeforeIsSeenThere()
{
    const EventThread thread("post");
    std::unique_ptr<QObject> receiver;
    thread.call([&receiver] { receiver = std::make_unique<QObject>(); });
    auto message = std::make_unique<QByteArray>("there"); // only to be moved
    std::unique_ptr<QByteArray> answer;                   // of this thread
    int steps = 0;                                        // of whoever has the message
    ++steps;
    post(receiver.get(), [this, &steps, &answer, message = std::move(message)]() mutable {
        ++steps;
        *message += " and back";
        post(this, [&answer, message = std::move(message)]() mutable { answer = std::move(message); });
    });
    QTRY_VERIFY(answer);
    QCOMPARE(*answer, "there and back");
    QCOMPARE(++steps, 3);
    thread.call([&receiver] { receiver.reset(); });
}

void TestPost::whatIsNeverCalledGoesWithTheReceiver()
{
    const auto kept = std::make_shared<int>(1);
    bool called = false;
    {
        QObject receiver;
        post(&receiver, [kept, &called] { called = true; });
        QCOMPARE(kept.use_count(), 2);
    }
    QCOMPARE(kept.use_count(), 1);
    QVERIFY(!called);
}

void TestPost::callsSlotsToo()
{
    post(this, &TestPost::count);
    QCOMPARE(m_counted, 0);
    QTRY_COMPARE(m_counted, 1);
}

QTEST_GUILESS_MAIN(TestPost)
#include "tst_post.moc"
