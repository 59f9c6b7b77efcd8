// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/addressholders.h"
#include "tests/dashboard/model/reports.h"

#include <QTest>

#include <numeric>
#include <utility>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestAddressHolders : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void hundredsAreLookedForOneAfterTheOther();
    void anotherAnswerIsLookedAtAnew();
    void whatAnswersInBetweenIsForgotten();
    void itsOwnProcessThatHangsIsNotNamed();

private:
    static Arrival arrival(ServiceId id, ClientError error, Clock::TimePoint at)
    {
        return {id, Reports::failure(error), at, {}};
    }
    static ServiceRow row(ServiceId id)
    {
        ServiceRow row;
        row.id = id;
        row.entry = Reports::entry(u"mcp"_s, u"http://127.0.0.1:%1"_s.arg(id));
        return row;
    }
};

static const Clock::TimePoint Start{1h};

void TestAddressHolders::hundredsAreLookedForOneAfterTheOther()
{
    constexpr ServiceId Services = 300;
    QHash<QString, int> looks;
    AddressHolders holders(u"/nowhere"_s, [&looks](const FleetEntry &entry, const EarlierProcess &) {
        ++looks[entry.url];
        return std::optional(AddressHolder{u"nginx (pid 7)"_s, false});
    });
    int total = 0;
    for (auto now = Start; now < Start + 60s; now += 1s) { // all are asked each second, within a quarter of it
        for (ServiceId id = 1; id <= Services; ++id)
            holders.take(row(id), arrival(id, ClientError::HttpStatus, now + id * 250ms / Services));
        const int before = std::exchange(total, std::accumulate(looks.cbegin(), looks.cend(), 0));
        QVERIFY2(total - before <= 3, qPrintable(QString::number(total - before)));
    }
    QVERIFY(total > 100);
    QCOMPARE(looks.size(), total); // the same one is not looked at again, while others wait
    // Those that were looked for keep what is known of them.
    QCOMPARE(holders.take(row(1), arrival(1, ClientError::HttpStatus, Start + 60s)),
             std::optional(AddressHolder{u"nginx (pid 7)"_s, false}));
}

void TestAddressHolders::anotherAnswerIsLookedAtAnew()
{
    int looks = 0;
    AddressHolders holders(u"/nowhere"_s, [&looks](const FleetEntry &, const EarlierProcess &) {
        return std::optional(AddressHolder{QString::number(++looks), true});
    });
    const auto textAt = [&](ClientError error, Clock::TimePoint at) {
        return holders.take(row(1), arrival(1, error, at)).value_or(AddressHolder()).text;
    };
    QCOMPARE(textAt(ClientError::HttpStatus, Start), u"1"_s);
    QCOMPARE(textAt(ClientError::HttpStatus, Start + 1s), u"1"_s);
    QCOMPARE(textAt(ClientError::Timeout, Start + 1050ms), u"2"_s);
    QCOMPARE(textAt(ClientError::HttpStatus, Start + 1100ms), u"2"_s); // too soon after the other look
    QCOMPARE(textAt(ClientError::HttpStatus, Start + 1150ms), u"3"_s);
    QCOMPARE(textAt(ClientError::HttpStatus, Start + 6150ms), u"4"_s); // it may be another one by now
}

void TestAddressHolders::whatAnswersInBetweenIsForgotten()
{
    int looks = 0;
    AddressHolders holders(u"/nowhere"_s, [&looks](const FleetEntry &, const EarlierProcess &) {
        return std::optional(AddressHolder{QString::number(++looks), true});
    });
    QVERIFY(holders.take(row(1), arrival(1, ClientError::HttpStatus, Start)));
    QVERIFY(!holders.take(row(1), arrival(1, ClientError::Refused, Start + 10ms)));
    QVERIFY(
        !holders.take(row(1), arrival(1, ClientError::HttpStatus, Start + 20ms))); // not known yet: it may be itself
    QVERIFY(holders.take(row(1), arrival(1, ClientError::HttpStatus, Start + 120ms)));
    QCOMPARE(looks, 2);
}

void TestAddressHolders::itsOwnProcessThatHangsIsNotNamed()
{
    AddressHolders holders(u"/nowhere"_s, [](const FleetEntry &, const EarlierProcess &) {
        return std::optional(AddressHolder{u"mcp (pid 7)"_s, false});
    });
    QVERIFY(!holders.take(row(1), arrival(1, ClientError::Timeout, Start)));
    QVERIFY(holders.take(row(1), arrival(1, ClientError::HttpStatus, Start + 1s)));
}

QTEST_GUILESS_MAIN(TestAddressHolders)
#include "tst_addressholders.moc"
