// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/hostlookup.h"

#include <QSignalSpy>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestHostLookup : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void namesHaveAddresses_data();
    void namesHaveAddresses();
    void allWhoAskGetTheAnswer();
    void whoIsGoneIsNotCalled();
    void aSecondQuestionForgetsTheFirst();
    void aThreadMayWait();
};

void TestHostLookup::namesHaveAddresses_data()
{
    QTest::addColumn<QString>("host");
    QTest::addColumn<HostLookup::Outcome>("outcome");
    QTest::addColumn<QString>("address");
    QTest::addColumn<bool>("isNumeric");
    using enum HostLookup::Outcome;
    QTest::newRow("IPv4") << u"127.0.0.1"_s << Found << u"127.0.0.1"_s << true;
    QTest::newRow("short IPv4") << u"127.1"_s << Found << u"127.0.0.1"_s << true;
    QTest::newRow("IPv6") << u"0:0::1"_s << Found << u"::1"_s << true;
    QTest::newRow("localhost") << u"localhost"_s << Found << QString() << false;
    QTest::newRow("nobody") << u"nobody.invalid"_s << NoSuchHost << QString() << false;
    QTest::newRow("no name at all") << QString(300, u'x') << NoSuchHost << QString() << false;
}

void TestHostLookup::namesHaveAddresses()
{
    QFETCH(QString, host);
    QFETCH(HostLookup::Outcome, outcome);
    QFETCH(QString, address);
    QTEST(HostLookup::isNumeric(host), "isNumeric");
    HostLookup lookup;
    QSignalSpy finished(&lookup, &HostLookup::finished);
    lookup.start(host, 60s);
    QVERIFY(finished.isEmpty()); // never from within the call
    QVERIFY(finished.wait(60'000));
    QCOMPARE(finished.size(), 1);
    QCOMPARE(finished[0][0].value<HostLookup::Outcome>(), outcome);
    QCOMPARE(finished[0][1].toStringList().isEmpty(), outcome != HostLookup::Outcome::Found);
    if (!address.isEmpty())
        QCOMPARE(finished[0][1].toStringList(), QStringList{address});
}

void TestHostLookup::allWhoAskGetTheAnswer()
{
    std::vector<std::unique_ptr<HostLookup>> lookups;
    int answers = 0;
    for (int i = 0; i < 20; ++i) {
        lookups.push_back(std::make_unique<HostLookup>());
        connect(lookups.back().get(), &HostLookup::finished, this, [&] { ++answers; });
        lookups.back()->start(u"localhost"_s, 60s);
    }
    QTRY_COMPARE_WITH_TIMEOUT(answers, 20, 60'000);
}

void TestHostLookup::whoIsGoneIsNotCalled()
{
    for (int i = 0; i < 50; ++i)
        HostLookup().start(u"localhost"_s, 60s);
    HostLookup last;
    QSignalSpy finished(&last, &HostLookup::finished);
    last.start(u"localhost"_s, 60s);
    QVERIFY(finished.wait(60'000));
}

void TestHostLookup::aSecondQuestionForgetsTheFirst()
{
    HostLookup lookup;
    QSignalSpy finished(&lookup, &HostLookup::finished);
    lookup.start(u"nobody.invalid"_s, 60s);
    lookup.start(u"127.0.0.1"_s, 60s);
    QVERIFY(finished.wait(60'000));
    QCOMPARE(finished[0][1].toStringList(), QStringList{u"127.0.0.1"_s});
}

void TestHostLookup::aThreadMayWait()
{
    QCOMPARE(HostLookup::wait(u"127.0.0.1"_s, 0ms), HostLookup::Outcome::Found);
    QCOMPARE(HostLookup::wait(u"localhost"_s, 60s), HostLookup::Outcome::Found);
    QCOMPARE(HostLookup::wait(u"nobody.invalid"_s, 60s), HostLookup::Outcome::NoSuchHost);
}

QTEST_GUILESS_MAIN(TestHostLookup)
#include "tst_hostlookup.moc"
