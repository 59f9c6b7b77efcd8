// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/epollset.h"

#include <QEventLoop>
#include <QTest>

#include <functional>
#include <vector>

#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace Hephaestus;

namespace {

/// One end of a pair of sockets, which is watched; what is written to the other makes it ready.
class Pair : public EpollSet::Watcher
{
public:
    Pair()
    {
        int ends[2] = {-1, -1};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0) {
            near.reset(ends[0]);
            far.reset(ends[1]);
        }
    }
    void write() const { QCOMPARE(::write(far.number(), "x", 1), 1); }
    void read() const
    {
        char byte = 0;
        QCOMPARE(::read(near.number(), &byte, 1), 1);
    }
    void onReady(quint32 events) override
    {
        ++told;
        last = events;
        if (act)
            act();
    }

    FileDescriptor near;
    FileDescriptor far;
    int told = 0;
    quint32 last = 0;
    std::function<void()> act;
};

} // namespace

class TestEpollSet : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tellsEachThatIsReady();
    void saysWhenThoseOfATurnWereSeen();
    void tellsAgainUntilItIsRead();
    void whatBecomesReadyMeanwhileIsToldInTheSameTurn();
    void whatIsRemovedIsNotTold();
    void changesWhatIsWatched();
    void anEventLoopWithinACallIsTold();
    void mayBeDestroyedInACall();
    void withoutDescriptorsItSaysSo();
};

void TestEpollSet::tellsEachThatIsReady()
{
    EpollSet set;
    Pair one;
    Pair other;
    Pair silent;
    for (Pair *const pair : {&one, &other, &silent}) {
        QVERIFY(set.add(pair->near.number(), EPOLLIN, *pair));
        pair->act = [pair] { pair->read(); };
    }
    one.write();
    other.write();
    QTRY_COMPARE(one.told, 1);
    QCOMPARE(other.told, 1);
    QCOMPARE(silent.told, 0);
    QCOMPARE(one.last, quint32(EPOLLIN));
    other.act = nullptr;
    other.far.reset();
    QTRY_VERIFY(other.last & EPOLLHUP);
}

/// The last of them waits until the others have been read, which is no part of how long it took.
void TestEpollSet::saysWhenThoseOfATurnWereSeen()
{
    EpollSet set;
    Pair one;
    Pair other;
    std::vector<std::chrono::steady_clock::time_point> seen;
    for (Pair *const pair : {&one, &other}) {
        QVERIFY(set.add(pair->near.number(), EPOLLIN, *pair));
        pair->act = [&set, &seen, pair] {
            pair->read();
            seen.push_back(set.seen());
        };
        pair->write();
    }
    const auto written = std::chrono::steady_clock::now();
    QTRY_COMPARE(seen.size(), std::size_t(2));
    QVERIFY(seen[0] >= written);
    QVERIFY(seen[0] == seen[1]);
    one.write();
    QTRY_COMPARE(seen.size(), std::size_t(3));
    QVERIFY(seen[2] > seen[1]);
}

void TestEpollSet::tellsAgainUntilItIsRead()
{
    EpollSet set;
    Pair pair;
    QVERIFY(set.add(pair.near.number(), EPOLLIN, pair));
    pair.write();
    QTRY_VERIFY(pair.told >= 3);
    pair.read();
    const int told = pair.told;
    QCoreApplication::processEvents();
    QCOMPARE(pair.told, told);
}

void TestEpollSet::whatBecomesReadyMeanwhileIsToldInTheSameTurn()
{
    for (const auto &[longest, expected] : {std::pair{std::chrono::nanoseconds(0), 0}, {std::chrono::hours(1), 1}}) {
        EpollSet set(longest);
        Pair first;
        Pair second;
        QVERIFY(set.add(first.near.number(), EPOLLIN, first));
        QVERIFY(set.add(second.near.number(), EPOLLIN, second));
        int toldInTime = -1;
        first.act = [&] {
            first.read();
            QMetaObject::invokeMethod(
                this, [&] { toldInTime = second.told; }, Qt::QueuedConnection);
            second.write();
        };
        second.act = [&] { second.read(); };
        first.write();
        QTRY_COMPARE(toldInTime, expected);
        QTRY_COMPARE(second.told, 1);
    }
}

void TestEpollSet::whatIsRemovedIsNotTold()
{
    EpollSet set;
    Pair one;
    Pair other;
    for (Pair *const pair : {&one, &other}) { // whichever is told first removes both
        QVERIFY(set.add(pair->near.number(), EPOLLIN, *pair));
        pair->act = [&] {
            set.remove(one.near.number(), one);
            set.remove(other.near.number(), other);
        };
        pair->write();
    }
    QTRY_COMPARE(one.told + other.told, 1);
    QCoreApplication::processEvents();
    QCOMPARE(one.told + other.told, 1);
}

void TestEpollSet::changesWhatIsWatched()
{
    EpollSet set;
    Pair pair;
    QVERIFY(set.add(pair.near.number(), EPOLLIN, pair));
    QCoreApplication::processEvents();
    QCOMPARE(pair.told, 0);
    QVERIFY(set.change(pair.near.number(), EPOLLOUT, pair));
    QTRY_VERIFY(pair.told > 0);
    QCOMPARE(pair.last, quint32(EPOLLOUT));
}

void TestEpollSet::anEventLoopWithinACallIsTold()
{
    EpollSet set;
    Pair one;
    Pair other;
    int within = 0;
    for (const auto &[pair, peer] : {std::pair{&one, &other}, {&other, &one}}) {
        QVERIFY(set.add(pair->near.number(), EPOLLIN, *pair));
        pair->act = [pair = pair, peer = peer, &within] {
            pair->read();
            if (within++ == 0) // a dialog, such as a question
                QTRY_COMPARE(peer->told, 1);
        };
        pair->write();
    }
    QTRY_COMPARE(within, 2);
    QCOMPARE(one.told, 1);
    QCOMPARE(other.told, 1);
}

void TestEpollSet::mayBeDestroyedInACall()
{
    auto set = std::make_shared<EpollSet>();
    Pair one;
    Pair other;
    for (Pair *const pair : {&one, &other}) {
        QVERIFY(set->add(pair->near.number(), EPOLLIN, *pair));
        pair->act = [&] {
            if (!set)
                return;
            set->remove(one.near.number(), one);
            set->remove(other.near.number(), other);
            set.reset();
        };
        pair->write();
    }
    QTRY_VERIFY(!set);
    QCoreApplication::processEvents();
    QCOMPARE(one.told + other.told, 1);
}

void TestEpollSet::withoutDescriptorsItSaysSo()
{
    Pair pair;
    rlimit before{};
    QCOMPARE(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit none{0, before.rlim_max};
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &none), 0);
    EpollSet set;
    const bool added = set.add(pair.near.number(), EPOLLIN, pair);
    const int error = errno;
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &before), 0);
    QVERIFY(!added);
    QCOMPARE(error, EMFILE);
}

QTEST_GUILESS_MAIN(TestEpollSet)
#include "tst_epollset.moc"
