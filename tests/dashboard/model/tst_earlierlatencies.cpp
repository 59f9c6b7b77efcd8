// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/earlierlatencies.h"

#include "dashboard/model/displaytext.h"
#include "tests/dashboard/model/reports.h"

#include <QTest>

#include <cmath>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// Answers when it is told to.
class HeldSource : public HistorySource
{
public:
    void askRange(const QString &url, History::Time from, History::Time to, std::chrono::seconds step,
                  const std::function<void(const Result<HistoryRange> &)> &done) override
    {
        asked << url;
        span = std::chrono::duration_cast<std::chrono::seconds>(to - from);
        finest = step;
        answer = done;
    }

    QStringList asked;
    std::chrono::seconds span{0};
    std::chrono::seconds finest{0};
    std::function<void(const Result<HistoryRange> &)> answer;
};

HistoryRange seconds(std::initializer_list<double> latencies)
{
    HistoryRange range;
    for (const double latency : latencies) {
        Stretch stretch;
        stretch.polls = latency > 0 ? 1 : 0;
        stretch.latency = Seconds(latency);
        range.stretches.push_back(stretch);
    }
    return range;
}

} // namespace

class TestEarlierLatencies : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theyComeBeforeWhatIsSeenNow();
    void whoDoesNotAnswerWasSeenEarlier();
    void oneThatIsGoneMeanwhileIsNoTrouble();
};

void TestEarlierLatencies::theyComeBeforeWhatIsSeenNow()
{
    FleetModel fleet;
    HeldSource source;
    const EarlierLatencies earlier(fleet, source);
    const ServiceId id = fleet.add(Reports::entry(u"mcp"_s));
    QCOMPARE(source.asked, QStringList{u"http://127.0.0.1:1"_s});
    QCOMPARE(source.span, std::chrono::seconds(10min));
    QCOMPARE(source.finest, 1s);
    fleet.applyAnswer(id, Reports::answer(Reports::healthy()));
    source.answer(seconds({0.25, 0, 0.5})); // in the second one nobody answered for
    const auto shown = fleet.index(0, 0).data(FleetModel::LatenciesRole).value<QList<float>>();
    QCOMPARE(shown.size(), 4);
    QCOMPARE(shown[0], 0.25F);
    QCOMPARE(shown[1], 0.5F);
    QVERIFY(std::isnan(shown[2])); // nobody watched
    QCOMPARE(shown[3], 0.003F);
    HistoryRange many;
    many.stretches.assign(500, seconds({1}).stretches.front());
    source.answer(many);
    const auto bounded = fleet.index(0, 0).data(FleetModel::LatenciesRole).value<QList<float>>();
    QCOMPARE(bounded.size(), FleetModel::LatenciesKept);
    QCOMPARE(bounded.last(), 0.003F);
}

void TestEarlierLatencies::whoDoesNotAnswerWasSeenEarlier()
{
    const ManualClock clock;
    FleetModel fleet(clock);
    HeldSource source;
    const EarlierLatencies earlier(fleet, source, clock);
    const ServiceId id = fleet.add(Reports::entry(u"mcp"_s));
    fleet.applyAnswer(id, Reports::failure(ClientError::Refused));
    const auto seen = [&fleet] { return fleet.index(0, FleetModel::LastSeen).data().toString(); };
    QCOMPARE(seen(), u"not seen here"_s);
    HistoryRange range = seconds({0.25, 0});
    range.stretches.front().to = clock.wall() - 2min;
    source.answer(range);
    QCOMPARE(seen(), formatAge(2min));
    QCOMPARE(fleet.index(0, FleetModel::Dependencies).data().toString(), u"last seen "_s + formatAge(2min));
    QVERIFY(!fleet.find(id)->isCurrent());
    const ServiceRow before = *fleet.find(id);
    fleet.applyAnswer(id, Reports::answer(Reports::healthy()));
    QCOMPARE(eventsBetween(before, *fleet.find(id), {}).last().text, u"answers again"_s);
    source.answer(range); // what is known by now is later
    QCOMPARE(seen(), formatAge(0s));
}

void TestEarlierLatencies::oneThatIsGoneMeanwhileIsNoTrouble()
{
    FleetModel fleet;
    HeldSource source;
    const EarlierLatencies earlier(fleet, source);
    fleet.remove(fleet.add(Reports::entry(u"mcp"_s)));
    source.answer(seconds({0.25}));
    QCOMPARE(fleet.rowCount(), 0);
    source.answer(Result<HistoryRange>(Problem{u"history"_s, u"cannot be read"_s}));
}

QTEST_GUILESS_MAIN(TestEarlierLatencies)
#include "tst_earlierlatencies.moc"
