// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/handshakequeue.h"

#include <QTest>

#include <algorithm>
#include <vector>

using namespace Hephaestus;
using namespace std::chrono_literals;

class TestHandshakeQueue : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whoIsReadyBeginsAtOnce();
    void whoIsSilentTakesNoPlace();
    void theOldestGivesWayAfterItsTime();
    void theNewestWaitsForNoBurst();
    void theAddressWithTheFewestIsNext();
    void anotherAddressNeedNotWait();
    void theOldestOfTheHeaviestIsSurplus();
    void noAddressGivesWayForItsName_data();
    void noAddressGivesWayForItsName();
    void thoseWhoCameAtOnceEndOneByOne();
    void aFloodThatComesAgainKeepsNobodyOut_data();
    void aFloodThatComesAgainKeepsNobodyOut();

private:
    HandshakeQueue::Id addReady(HandshakeQueue &queue, const QByteArray &address = "a")
    {
        const auto id = queue.add(address);
        queue.setReady(id);
        return id;
    }
    ManualClock clock;
};

void TestHandshakeQueue::whoIsReadyBeginsAtOnce()
{
    HandshakeQueue queue({3, 10, 5s}, clock);
    QVERIFY(!queue.next());
    const auto first = queue.add("a"), second = addReady(queue), third = addReady(queue);
    queue.setReady(first);
    for (const auto id : {second, first, third}) { // the longest that is ready, then the newest
        const auto turn = queue.next();
        QVERIFY(turn);
        QCOMPARE(turn->begins, id);
        QVERIFY(!turn->givesWay);
    }
    QCOMPARE(queue.underWay(), 3u);
    queue.remove(third);
    QCOMPARE(queue.underWay(), 2u);
}

void TestHandshakeQueue::whoIsSilentTakesNoPlace()
{
    HandshakeQueue queue({1, 10, 5s}, clock);
    queue.add("a");
    QVERIFY(!queue.next());
    QCOMPARE(queue.underWay(), 0u);
    QVERIFY(queue.wakeTime() == clock.now() + 5s);
}

void TestHandshakeQueue::theOldestGivesWayAfterItsTime()
{
    HandshakeQueue queue({2, 10, 60s}, clock);
    std::vector<HandshakeQueue::Id> ids;
    for (int i = 0; i < 6; ++i)
        ids.push_back(addReady(queue));
    QVERIFY(!queue.next()->givesWay);
    QVERIFY(!queue.next()->givesWay);
    const std::vector order{ids[0], ids[5], ids[1], ids[2], ids[3], ids[4]};
    std::vector<Clock::TimePoint> begun(2, clock.now());
    for (size_t i = 2; i < ids.size(); ++i) {
        QVERIFY(!queue.next());
        clock.advance(queue.wakeTime() - clock.now());
        const auto turn = queue.next();
        QVERIFY(turn);
        QCOMPARE(turn->begins, order[i]);
        QCOMPARE(*turn->givesWay, order[i - 2]);
        QVERIFY(clock.now() >= begun[i - 2] + HandshakeQueue::HoldTime);
        begun.push_back(clock.now());
        queue.remove(*turn->givesWay);
    }
    QVERIFY(clock.now() <= begun[0] + 3 * HandshakeQueue::HoldTime);
}

/// It may take a busy machine long to begin them all.
void TestHandshakeQueue::theNewestWaitsForNoBurst()
{
    HandshakeQueue queue({1000, 1000, 5s}, clock);
    for (int i = 0; i < 500; ++i)
        addReady(queue);
    const auto late = addReady(queue);
    QVERIFY(queue.next()->begins == late || queue.next()->begins == late);
}

void TestHandshakeQueue::theAddressWithTheFewestIsNext()
{
    HandshakeQueue queue({10, 10, 5s}, clock);
    addReady(queue);
    queue.next();
    const auto early = addReady(queue), late = addReady(queue, "b");
    QCOMPARE(queue.next()->begins, late);
    QCOMPARE(queue.next()->begins, early);
}

void TestHandshakeQueue::anotherAddressNeedNotWait()
{
    HandshakeQueue queue({4, 10, 5s}, clock);
    std::vector<HandshakeQueue::Id> flood;
    for (int i = 0; i < 8; ++i)
        flood.push_back(addReady(queue));
    for (int i = 0; i < 4; ++i)
        queue.next();
    clock.advance(HandshakeQueue::HoldTime);
    queue.remove(*queue.next()->givesWay); // from now on they wait
    QVERIFY(!queue.next());
    const auto other = addReady(queue, "b");
    const auto turn = queue.next();
    QVERIFY(turn);
    QCOMPARE(turn->begins, other);
    QCOMPARE(*turn->givesWay, flood[7]);
}

void TestHandshakeQueue::theOldestOfTheHeaviestIsSurplus()
{
    HandshakeQueue queue({1, 3, 5s}, clock);
    queue.add("b");
    const auto oldest = queue.add("a");
    addReady(queue);
    QVERIFY(!queue.surplus());
    queue.add("c");
    QCOMPARE(*queue.surplus(), oldest);
    queue.remove(oldest);
    QVERIFY(!queue.surplus());
}

void TestHandshakeQueue::noAddressGivesWayForItsName_data()
{
    QTest::addColumn<QByteArray>("address");
    QTest::newRow("before all others") << QByteArray("0");
    QTest::newRow("among them") << QByteArray("f1a");
    QTest::newRow("behind them") << QByteArray("z");
}

/// Each of a flood has an address of its own, so none has more than another.
void TestHandshakeQueue::noAddressGivesWayForItsName()
{
    QFETCH(QByteArray, address);
    HandshakeQueue queue({4, 4, 60s}, clock);
    auto strangers = [&, last = 0](int count) mutable {
        for (; count > 0; --count)
            addReady(queue, "f" + QByteArray::number(++last));
    };
    strangers(3);
    const auto asker = addReady(queue, address);
    for (int i = 0; i < 4; ++i)
        QVERIFY(!queue.next()->givesWay);
    clock.advance(HandshakeQueue::HoldTime);
    strangers(3);
    for (int i = 0; i < 3; ++i) { // they came before
        const auto turn = queue.next();
        QVERIFY(turn && turn->givesWay);
        QVERIFY(*turn->givesWay != asker);
        queue.remove(*turn->givesWay);
        clock.advance(HandshakeQueue::HoldTime / 4);
    }
    queue.remove(asker);
    strangers(2);
    const auto waiter = queue.add(address);
    strangers(2);
    for (int i = 0; i < 2; ++i) { // likewise
        const auto surplus = queue.surplus();
        QVERIFY(surplus && *surplus != waiter);
        queue.remove(*surplus);
        strangers(1);
    }
}

/// Who came at once comes again at once, when it is closed.
void TestHandshakeQueue::thoseWhoCameAtOnceEndOneByOne()
{
    HandshakeQueue queue({500, 500, 5s}, clock);
    for (int i = 0; i < 500; ++i)
        queue.add("a");
    QVERIFY(!queue.expired());
    clock.advance(5s);
    int most = 0, all = 0;
    for (int i = 0; i < 1000; ++i) {
        int ended = 0;
        while (const auto id = queue.expired()) {
            queue.remove(*id);
            ++ended;
        }
        most = std::max(most, ended);
        all += ended;
        clock.advance(1ms);
    }
    QCOMPARE(all, 500);
    QVERIFY2(most <= 4, qPrintable(QString::number(most)));
}

/// Clients of one address that say no more after their first message, and come again as soon as they are closed; beside
/// them one that asks again and again, and takes a while to answer us.
class Flood
{
public:
    Flood(ManualClock &clock, HandshakeQueue::Bounds bounds, int clients, std::chrono::milliseconds answersAfter)
        : m_clock(clock)
        , m_queue(bounds, clock)
        , m_answersAfter(answersAfter)
    {
        for (int i = 0; i < clients; ++i)
            come();
        ask();
    }

    std::vector<std::chrono::nanoseconds> times; ///< from asking to the end of the handshake
    int resets = 0;

    /// What takes as long as the beginning of a handshake.
    void step()
    {
        m_clock.advance(250us);
        for (int i = std::exchange(m_coming, 0); i > 0; --i)
            come();
        if (m_asker == 0 && m_clock.now() >= m_asksAt)
            ask();
        while (const auto surplus = m_queue.surplus())
            close(*surplus);
        while (const auto expired = m_queue.expired())
            close(*expired);
        if (m_isBegun && m_clock.now() >= m_begun + m_answersAfter) {
            times.push_back(m_clock.now() - m_asked);
            m_queue.remove(std::exchange(m_asker, 0));
            m_isBegun = false;
            m_asksAt = m_clock.now() + 20ms;
        }
        if (const auto turn = m_queue.next()) {
            if (turn->givesWay)
                close(*turn->givesWay);
            if (turn->begins == m_asker) {
                m_isBegun = true;
                m_begun = m_clock.now();
            }
        }
    }

private:
    HandshakeQueue::Id come()
    {
        const auto id = m_queue.add("127.0.0.1");
        m_queue.setReady(id);
        return id;
    }
    void ask()
    {
        m_asker = come();
        m_asked = m_clock.now();
    }
    void close(HandshakeQueue::Id id)
    {
        m_queue.remove(id);
        if (id == m_asker) {
            ++resets;
            m_asker = come();
            m_isBegun = false;
        } else {
            ++m_coming;
        }
    }

    ManualClock &m_clock;
    HandshakeQueue m_queue;
    const std::chrono::milliseconds m_answersAfter;
    int m_coming = 0;
    HandshakeQueue::Id m_asker = 0;
    bool m_isBegun = false;
    Clock::TimePoint m_asked, m_begun, m_asksAt;
};

void TestHandshakeQueue::aFloodThatComesAgainKeepsNobodyOut_data()
{
    QTest::addColumn<int>("places");
    QTest::addColumn<int>("clients");
    QTest::addColumn<int>("answersAfter"); // ms
    QTest::addColumn<int>("median");       // ms at most, beside the time to answer
    QTest::addColumn<int>("longest");      // likewise

    QTest::newRow("all of them have a place") << 1024 << 512 << 1 << 1 << 130;
    QTest::newRow("all of them, and who asks is slow") << 1024 << 512 << 300 << 1 << 130;
    QTest::newRow("twice as many as places") << 256 << 512 << 1 << 600 << 1600;
    QTest::newRow("twice as many, and who asks is slow") << 256 << 512 << 300 << 600 << 1600;
    QTest::newRow("thrice as many") << 256 << 768 << 300 << 1100 << 2600;
}

void TestHandshakeQueue::aFloodThatComesAgainKeepsNobodyOut()
{
    QFETCH(int, places);
    QFETCH(int, clients);
    QFETCH(int, answersAfter);
    QFETCH(int, median);
    QFETCH(int, longest);
    Flood flood(clock, {places, 1024, 5s}, clients, std::chrono::milliseconds(answersAfter));
    for (int i = 0; i < 4 * 20'000; ++i) // 20 s, in which all come again several times
        flood.step();
    std::sort(flood.times.begin(), flood.times.end());
    QVERIFY(flood.times.size() >= 8);
    QCOMPARE(flood.resets, 0);
    const auto beside = [&](std::chrono::nanoseconds time) {
        return int((time - std::chrono::milliseconds(answersAfter)) / 1ms);
    };
    const int middle = beside(flood.times[flood.times.size() / 2]), last = beside(flood.times.back());
    QVERIFY2(middle <= median, qPrintable(QString::number(middle)));
    QVERIFY2(last <= longest, qPrintable(QString::number(last)));
}

QTEST_GUILESS_MAIN(TestHandshakeQueue)
#include "tst_handshakequeue.moc"
