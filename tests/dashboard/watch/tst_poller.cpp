// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/watch/poller.h"
#include "tests/dashboard/model/reports.h"

#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

using namespace Hephaestus;
using namespace std::chrono_literals;

/// A poller driven by hand: time stands still, and questions wait until they are answered.
struct Bench
{
    ManualClock time;
    std::unordered_map<ServiceId, Poller::Done> waiting;
    std::vector<ServiceId> asked;
    std::vector<ServiceId> givenUp;
    Poller poller{[this](ServiceId id, const Poller::Done &done) {
                      asked.push_back(id);
                      waiting[id] = done;
                  },
                  [this](ServiceId id) { givenUp.push_back(id); }, time};

    void answer(ServiceId id, ClientError error = ClientError::None, std::chrono::milliseconds latency = 3ms)
    {
        const Poller::Done done = std::exchange(waiting[id], {});
        static const auto Healthy = Reports::answer(Reports::healthy()); // hundreds of thousands are given
        auto answer = error == ClientError::None ? Healthy : Reports::failure(error);
        answer.reply.latency = latency;
        done(answer);
    }

    /// All turns of the event loop in which somebody is asked: time stands still.
    void poll()
    {
        for (std::size_t before = asked.size() + 1; before != asked.size();) {
            before = asked.size();
            poller.poll();
        }
    }

    /// How often `id` is asked in the time that follows, when each question is answered at once by `error`.
    int count(ServiceId id, std::chrono::milliseconds span, ClientError error)
    {
        int count = 0;
        for (auto passed = 0ms; passed < span; passed += 50ms) {
            time.advance(50ms);
            asked.clear();
            poll();
            for (const ServiceId each : asked) {
                count += each == id;
                answer(each, error);
            }
        }
        return count;
    }
};

class TestPoller : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aServiceIsAskedAtItsInterval();
    void oneQuestionAtATimeForEachService();
    void manyServicesAreSpreadOverTheInterval();
    void fewAndThoseOfAHostAreAskedInPortions_data();
    void fewAndThoseOfAHostAreAskedInPortions();
    void fewThatFellOutOfStepAreAskedTogetherAgain();
    void theFirstAnswersDoNotWaitForTheLastQuestions();
    void whetherAnswersAreToBeExpected();
    void anAnswerOfBeforeIsNotWaitedFor();
    void whoDoesNotAnswerIsAskedLessOften();
    void whoRefusesButAnswersIsAskedAsUsual();
    void whoseHostIsLostIsAskedAsUsual();
    void anEagerServiceIsAskedAtItsIntervalThoughItIsGone();
    void theAnswerForARemovedServiceBounces();
    void noMoreThanSoManyQuestionsAreInFlight();
    void thoseThatHangNeverDelayTheOthers();
    void theSlowNeverDelayTheOthers_data();
    void theSlowNeverDelayTheOthers();
    void whoWaitedLongestIsGivenUpForOneThatWaits();
    void everybodyIsAskedSoonThoughManyHangFromTheStart();
    void theStatisticsForgetWhatIsOld();
};

void TestPoller::aServiceIsAskedAtItsInterval()
{
    Bench bench;
    bench.poller.add(1, 1s);
    bench.poll();
    bench.answer(1);
    QCOMPARE(bench.count(1, 10s, ClientError::None), 10);
}

void TestPoller::oneQuestionAtATimeForEachService()
{
    Bench bench;
    bench.poller.add(1, 1s);
    for (int i = 0; i < 20; ++i) {
        bench.poll();
        bench.time.advance(1s);
    }
    QCOMPARE(bench.asked, std::vector<ServiceId>{1});
}

void TestPoller::anAnswerOfBeforeIsNotWaitedFor()
{
    Bench bench;
    bench.poller.add(1, 60s);
    bench.poll();
    bench.poller.hurry(1); // it is being asked
    bench.poll();
    QCOMPARE(bench.asked, std::vector<ServiceId>{1});
    QSignalSpy answered(&bench.poller, &Poller::answered);
    const Poller::Done early = bench.waiting[1];
    bench.poller.askAnew(1);
    bench.poll();
    QCOMPARE(bench.asked, (std::vector<ServiceId>{1, 1}));
    early({});
    QCOMPARE(answered.size(), 0);
    bench.answer(1);
    QCOMPARE(answered.size(), 1);
    bench.poller.askAnew(1); // that waits for its time
    bench.poll();
    QCOMPARE(bench.asked, (std::vector<ServiceId>{1, 1, 1}));
}

void TestPoller::manyServicesAreSpreadOverTheInterval()
{
    constexpr ServiceId Services = 150;
    Bench bench;
    for (ServiceId id = 1; id <= Services; ++id)
        bench.poller.add(id, 1s);
    bench.poll();
    QCOMPARE(int(bench.asked.size()), Poller::AtOnce); // those at once for the first time
    for (int step = 0; step < 40; ++step) {            // all have got their places
        for (const ServiceId id : std::exchange(bench.asked, {}))
            bench.answer(id);
        bench.time.advance(50ms);
        bench.poll();
    }
    for (const ServiceId id : std::exchange(bench.asked, {}))
        bench.answer(id);
    std::size_t most = 0;
    for (int step = 0; step < 40; ++step) {
        bench.time.advance(50ms);
        bench.asked.clear();
        bench.poll();
        most = std::max(most, bench.asked.size());
        for (const ServiceId id : std::vector(bench.asked))
            bench.answer(id);
    }
    QVERIFY2(most <= 20, qPrintable(QString::number(most))); // 7.5 on average
}

void TestPoller::fewAndThoseOfAHostAreAskedInPortions_data()
{
    QTest::addColumn<int>("services");
    QTest::addColumn<int>("host");
    QTest::addColumn<bool>("isLate"); // the first time
    QTest::addColumn<int>("portions");
    QTest::newRow("few") << 50 << 0 << false << 1;
    QTest::newRow("few, answered late once") << 50 << 0 << true << 1;
    QTest::newRow("of a host") << 200 << 7 << false << Poller::Portions;
    QTest::newRow("of a host, answered late once") << 200 << 7 << true << Poller::Portions;
}

void TestPoller::fewAndThoseOfAHostAreAskedInPortions()
{
    QFETCH(int, services);
    QFETCH(int, host);
    QFETCH(bool, isLate);
    QFETCH(int, portions);
    Bench bench;
    for (ServiceId id = 1; id <= ServiceId(services); ++id)
        bench.poller.add(id, 1s, std::size_t(host));
    const auto step = [&bench] {
        bench.time.advance(50ms);
        bench.asked.clear();
        bench.poll();
        return bench.asked.size();
    };
    const auto answerAll = [&bench] {
        for (const ServiceId id : std::vector(bench.asked))
            bench.answer(id);
    };
    bench.poll();
    if (isLate)
        bench.time.advance(1'730ms);
    answerAll();
    for (int i = 0; i < 60; ++i, answerAll())
        step();
    std::map<ServiceId, int> times;
    int found = 0;
    for (int i = 0; i < 60; ++i, answerAll()) {
        found += step() > 0 ? 1 : 0;
        for (const ServiceId id : bench.asked)
            ++times[id];
    }
    QCOMPARE(found, 3 * portions);
    QCOMPARE(times.size(), std::size_t(services));
    QVERIFY(std::ranges::all_of(times, [](const auto &each) { return each.second == 3; }));
}

void TestPoller::fewThatFellOutOfStepAreAskedTogetherAgain()
{
    Bench bench;
    for (ServiceId id = 1; id <= 50; ++id)
        bench.poller.add(id, 1s);
    const auto answerThoseOfOneKind = [&bench](ServiceId kind) {
        for (const ServiceId id : std::vector(bench.asked)) {
            if (id % 2 == kind && bench.waiting[id])
                bench.answer(id);
        }
    };
    const auto step = [&] {
        bench.time.advance(50ms);
        bench.asked.clear();
        bench.poll();
        return bench.asked.size();
    };
    bench.poll();
    answerThoseOfOneKind(0);
    answerThoseOfOneKind(1);
    while (step() < 50)
        ;
    answerThoseOfOneKind(0);
    const std::vector<ServiceId> late = bench.asked;
    for (int i = 0; i < 27; ++i, answerThoseOfOneKind(0))
        step();
    bench.asked = late;
    answerThoseOfOneKind(1);
    std::vector<std::size_t> found;
    for (int i = 0; i < 100; ++i) {
        if (const std::size_t asked = step())
            found.push_back(asked);
        answerThoseOfOneKind(0);
        answerThoseOfOneKind(1);
    }
    QVERIFY(found.size() >= 4);
    QCOMPARE(std::vector(found.end() - 3, found.end()), (std::vector<std::size_t>{50, 50, 50}));
}

void TestPoller::theFirstAnswersDoNotWaitForTheLastQuestions()
{
    Bench bench;
    for (ServiceId id = 1; id <= 50; ++id)
        bench.poller.add(id, 1s);
    bench.poller.poll(); // a turn of the event loop, in which no answer is read
    QCOMPARE(int(bench.asked.size()), Poller::InATurn);
    bench.poller.poll();
    QCOMPARE(int(bench.asked.size()), 50);
}

void TestPoller::whetherAnswersAreToBeExpected()
{
    Bench bench;
    for (ServiceId id = 1; id <= 50; ++id)
        bench.poller.add(id, 1s);
    QVERIFY(bench.poller.isAsking()); // soon
    bench.poller.poll();
    for (ServiceId id = 1; id <= ServiceId(Poller::InATurn); ++id)
        bench.answer(id);
    QVERIFY(bench.poller.isAsking()); // the others
    bench.poll();
    for (ServiceId id = Poller::InATurn + 1; id <= 50; ++id) {
        QVERIFY(bench.poller.isAsking());
        bench.answer(id, ClientError::None, id == 50 ? 2'000ms : 3ms);
    }
    QVERIFY(!bench.poller.isAsking());
    bench.time.advance(1s);
    QVERIFY(bench.poller.isAsking());
    bench.poll();
    for (ServiceId id = 1; id < 50; ++id)
        bench.answer(id);
    QVERIFY(!bench.poller.isAsking()); // for the slow one nobody waits
    bench.answer(50, ClientError::Timeout);
    bench.poller.remove(50);
    QVERIFY(!bench.poller.isAsking());
}

void TestPoller::whoDoesNotAnswerIsAskedLessOften()
{
    Bench bench;
    bench.poller.add(1, 1s);
    const int first =
        bench.count(1, 60s, ClientError::Refused); // once more, then after 2, 4, 8, and every 10 s, or a bit less
    QVERIFY2(first >= 8 && first <= 10, qPrintable(QString::number(first)));
    const int later = bench.count(1, 100s, ClientError::Refused);
    QVERIFY2(later >= 10 && later <= 12, qPrintable(QString::number(later)));
    bench.count(1, 10s, ClientError::None);
    QCOMPARE(bench.count(1, 10s, ClientError::None), 10); // and as usual once it answers
}

void TestPoller::whoRefusesButAnswersIsAskedAsUsual()
{
    Bench bench;
    bench.poller.add(1, 1s);
    bench.count(1, 5s, ClientError::Unauthorized);
    QCOMPARE(bench.count(1, 10s, ClientError::Unauthorized), 10);
}

void TestPoller::whoseHostIsLostIsAskedAsUsual()
{
    Bench bench;
    bench.poller.add(1, 1s);
    bench.count(1, 60s, ClientError::Timeout); // as the link hung
    bench.count(1, 10s, ClientError::HostLost);
    QCOMPARE(bench.count(1, 10s, ClientError::HostLost), 10);
}

void TestPoller::anEagerServiceIsAskedAtItsIntervalThoughItIsGone()
{
    Bench bench;
    bench.poller.add(1, 1s);
    bench.count(1, 60s, ClientError::Timeout);
    bench.poller.setEager(1, true);
    bench.count(1, 2s, ClientError::Timeout);
    QCOMPARE(bench.count(1, 10s, ClientError::Timeout), 10);
}

void TestPoller::theAnswerForARemovedServiceBounces()
{
    Bench bench;
    int answers = 0;
    QObject::connect(&bench.poller, &Poller::answered, [&] { ++answers; });
    bench.poller.add(1, 1s);
    bench.poll();
    bench.poller.remove(1);
    bench.poller.add(1, 1s); // the same number again is another question
    bench.answer(1);
    QCOMPARE(answers, 0);
    bench.poll();
    bench.answer(1);
    QCOMPARE(answers, 1);
}

void TestPoller::noMoreThanSoManyQuestionsAreInFlight()
{
    Bench bench;
    for (ServiceId id = 1; id <= 2000; ++id)
        bench.poller.add(id, 1s);
    bench.poll();
    QCOMPARE(int(bench.asked.size()), Poller::AtOnce);
    bench.time.advance(900ms);
    bench.poll();
    bench.poll();
    QCOMPARE(int(bench.asked.size()), Poller::MostUnproven); // nobody has answered yet
    // Whoever waits longest comes next: nobody starves behind those that are asked again and again.
    std::set<ServiceId> everybody(bench.asked.begin(), bench.asked.end());
    for (int round = 0; round < 80; ++round) {
        for (const ServiceId id : std::exchange(bench.asked, {}))
            bench.answer(id);
        bench.time.advance(1s);
        bench.poll();
        QVERIFY(int(bench.asked.size()) <= Poller::MostInFlight);
        everybody.insert(bench.asked.begin(), bench.asked.end());
    }
    QCOMPARE(everybody.size(), std::size_t(2000));
}

/// Of 1000 services every fifth takes the question and says nothing, for ever.
void TestPoller::thoseThatHangNeverDelayTheOthers()
{
    Bench bench;
    for (ServiceId id = 1; id <= 1000; ++id)
        bench.poller.add(id, 1s);
    const auto hangs = [](ServiceId id) { return id % 5 == 0; };
    std::unordered_map<ServiceId, Clock::TimePoint> answered;
    std::map<ServiceId, Clock::TimePoint> hanging;
    for (int step = 0; step < 1200; ++step) {
        bench.time.advance(50ms);
        bench.poll();
        const auto now = bench.time.now();
        for (const ServiceId id : std::exchange(bench.asked, {})) {
            if (hangs(id)) {
                hanging[id] = now;
                continue;
            }
            if (step > 200) {
                const auto age = now - answered[id];
                QVERIFY2(age <= 2s, qPrintable(QStringLiteral("%1 after %2 ms").arg(id).arg(age / 1ms)));
            }
            answered[id] = now;
            bench.answer(id);
        }
        for (auto it = hanging.begin(); it != hanging.end();) { // the client's own patience
            if (now - it->second < 5s) {
                ++it;
                continue;
            }
            bench.answer(it->first, ClientError::Timeout);
            it = hanging.erase(it);
        }
    }
    QCOMPARE(answered.size(), std::size_t(800));
}

void TestPoller::theSlowNeverDelayTheOthers_data()
{
    QTest::addColumn<std::chrono::milliseconds>("before");
    QTest::addColumn<std::chrono::milliseconds>("after");
    QTest::addColumn<bool>("everAnswers"); // within the client's own patience
    QTest::newRow("a fifth takes 0.9 s") << 900ms << 900ms << true;
    QTest::newRow("a fifth takes 0.5 s") << 500ms << 500ms << true;
    QTest::newRow("a fifth takes 2 s") << 2000ms << 2000ms << true;
    QTest::newRow("a fifth turns slow") << 3ms << 2000ms << true;
    QTest::newRow("a fifth begins to hang") << 3ms << 60'000ms << false;
}

/// 5,000 services, asked every second. A fifth takes its time, from the start or from the tenth second on.
void TestPoller::theSlowNeverDelayTheOthers()
{
    QFETCH(std::chrono::milliseconds, before);
    QFETCH(std::chrono::milliseconds, after);
    QFETCH(bool, everAnswers);
    constexpr auto Step = 20ms;
    constexpr auto ClientPatience = 5s;
    Bench bench;
    for (ServiceId id = 1; id <= 5000; ++id)
        bench.poller.add(id, 1s);
    const auto isSlow = [](ServiceId id) { return id % 5 == 0; };
    std::map<ServiceId, Clock::TimePoint> asked;
    std::unordered_map<ServiceId, Clock::TimePoint> answered;
    const auto begun = bench.time.now();
    std::size_t slowAnswers = 0;
    while (bench.time.now() - begun < 60s) {
        bench.time.advance(Step);
        const auto now = bench.time.now();
        for (auto it = asked.begin(); it != asked.end();) {
            const auto [id, since] = *it;
            const std::chrono::milliseconds needed = !isSlow(id) ? 3ms : now - begun < 10s ? before : after;
            if (now - since < std::min<std::chrono::milliseconds>(needed, ClientPatience)) {
                ++it;
                continue;
            }
            it = asked.erase(it);
            const bool inTime = needed < ClientPatience;
            slowAnswers += isSlow(id) && inTime && now - begun > 20s;
            if (const auto known = answered.find(id); known != answered.end() && !isSlow(id) && now - begun > 5s) {
                const auto age = now - known->second;
                QVERIFY2(age <= 2s,
                         qPrintable(QStringLiteral("%1 after %2 ms, in the %3. second")
                                        .arg(id)
                                        .arg(age / 1ms)
                                        .arg((now - begun) / 1s)));
            }
            answered[id] = now;
            bench.answer(id, inTime ? ClientError::None : ClientError::Timeout,
                         std::chrono::duration_cast<std::chrono::milliseconds>(now - since));
        }
        bench.poll();
        for (const ServiceId id : std::exchange(bench.givenUp, {}))
            asked.erase(id);
        for (const ServiceId id : std::exchange(bench.asked, {}))
            asked[id] = now;
        QVERIFY(int(asked.size()) <= Poller::MostInFlight);
    }
    QCOMPARE(answered.size(), std::size_t(5000));
    QCOMPARE(slowAnswers > 0, everAnswers); // the slow are heard, too
}

/// All that were well begin to hang at the same moment, but for one.
void TestPoller::whoWaitedLongestIsGivenUpForOneThatWaits()
{
    Bench bench;
    const ServiceId last = 600;
    for (ServiceId id = 1; id <= last; ++id)
        bench.poller.add(id, 1s);
    for (int step = 0; step < 60; ++step) {
        bench.time.advance(50ms);
        bench.poll();
        for (const ServiceId id : std::exchange(bench.asked, {}))
            bench.answer(id);
    }
    auto answered = bench.time.now();
    for (int step = 0; step < 200; ++step) {
        bench.time.advance(50ms);
        bench.poll();
        for (const ServiceId id : std::exchange(bench.asked, {})) {
            if (id != last)
                continue;
            const auto now = bench.time.now();
            QVERIFY2(now - answered <= 4s, qPrintable(QString::number((now - answered) / 1ms)));
            answered = now;
            bench.answer(id);
        }
    }
    QVERIFY(!bench.givenUp.empty());
    QVERIFY(bench.time.now() - answered <= 4s);
}

void TestPoller::everybodyIsAskedSoonThoughManyHangFromTheStart()
{
    Bench bench;
    for (ServiceId id = 1; id <= 2000; ++id)
        bench.poller.add(id, 1s);
    std::set<ServiceId> good;
    for (int step = 0; step < 100; ++step) {
        bench.time.advance(50ms);
        bench.poll();
        for (const ServiceId id : std::exchange(bench.asked, {})) {
            if (id % 5 == 0)
                continue; // 400 never say a word
            good.insert(id);
            bench.answer(id);
        }
    }
    QCOMPARE(good.size(), std::size_t(1600)); // after five seconds, the patience with a single one
}

void TestPoller::theStatisticsForgetWhatIsOld()
{
    Bench bench;
    bench.poller.add(1, 1s);
    bench.count(1, 20s, ClientError::None);
    QVERIFY(std::abs(bench.poller.statistics().pollsPerSecond - 1) < 0.2);
    QCOMPARE(bench.poller.statistics().slowest, std::chrono::nanoseconds(3ms));
    bench.time.advance(1min);
    QCOMPARE(bench.poller.statistics().pollsPerSecond, 0.0);
}

QTEST_APPLESS_MAIN(TestPoller)
#include "tst_poller.moc"
