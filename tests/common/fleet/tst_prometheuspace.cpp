// SPDX-License-Identifier: GPL-3.0-or-later
//
// What is read of a fleet that is too large to read all of it each time.
#include "common/fleet/prometheusgroup.h"
#include "tests/support/fakeprometheus.h"

#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

/// What becomes of a service between two readings.
using Change = std::function<void(Test::ScrapedService &service)>;
Q_DECLARE_METATYPE(Change)

namespace {

constexpr PrometheusFleet::Pace StateOnly{.wholeAtOnce = 0, .figuresEvery = 1h, .mostFigures = 0};

/// Of one reading.
struct Read
{
    QList<PrometheusFleet::Member> changed;
    QList<PrometheusFleet::Confirmation> confirmed;
    std::optional<PrometheusFleet::End> end;

    QStringList whole() const
    {
        QStringList names;
        for (const PrometheusFleet::Member &member : changed)
            names << member.entry.name;
        names.sort();
        return names;
    }
};

} // namespace

class TestPrometheusPace : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void ofFewAllIsReadEachTime();
    void whatSaysTheSameIsConfirmed();
    void whatSaysSomethingElseIsRead_data();
    void whatSaysSomethingElseIsRead();
    void figuresAreReadInTurn();
    void aSlowServerIsAskedForFewerFigures();
    void whatIsWantedIsRead();
    void afterAProblemAllIsRead();
    void twoServersConfirmEachOther();
    void whatTheOtherServerSaysOtherwiseIsTold();

private:
    void scrape(Test::FakePrometheus &prometheus, int ago = 1);
    Read read();
    void addServer();

    std::unique_ptr<Test::FakePrometheus> m_prometheus;
    std::unique_ptr<Test::FakePrometheus> m_other;
    std::unique_ptr<PrometheusGroup> m_subject;
};

void TestPrometheusPace::init()
{
    m_prometheus = std::make_unique<Test::FakePrometheus>();
    for (int each = 0; each < 6; ++each)
        m_prometheus->services.push_back({.address = u"10.0.0.%1:80"_s.arg(each),
                                          .name = u"s%1"_s.arg(each),
                                          .instance = {},
                                          .scraped = m_prometheus->now - 1});
    m_subject = std::move(*PrometheusGroup::at({{.url = m_prometheus->url()}}));
    m_subject->setPace(StateOnly);
}

/// All of them, in fifteen seconds.
void TestPrometheusPace::scrape(Test::FakePrometheus &prometheus, int ago)
{
    prometheus.now += 15;
    for (Test::ScrapedService &service : prometheus.services)
        service.scraped = prometheus.now - ago;
    prometheus.queries.clear();
}

Read TestPrometheusPace::read()
{
    Read read;
    m_subject->ask(
        [&](const PrometheusFleet::Portion &portion) {
            read.changed += portion.changed;
            read.confirmed += portion.confirmed;
        },
        [&](const PrometheusFleet::End &end) { read.end = end; });
    [&] { QTRY_VERIFY(read.end); }();
    return read;
}

void TestPrometheusPace::ofFewAllIsReadEachTime()
{
    m_subject->setPace({.wholeAtOnce = 6, .figuresEvery = 1h});
    QCOMPARE(read().changed.size(), 6);
    scrape(*m_prometheus);
    QCOMPARE(read().changed.size(), 6);
}

void TestPrometheusPace::whatSaysTheSameIsConfirmed()
{
    Read first = read(); // nothing is known that could be confirmed
    QCOMPARE(first.changed.size(), 6);
    QCOMPARE(first.confirmed.size(), 0);
    scrape(*m_prometheus, 4);
    for (Test::ScrapedService &service : m_prometheus->services)
        service.inFlight = 7; // a figure
    const Read second = read();
    QCOMPARE(second.whole(), QStringList());
    QCOMPARE(second.confirmed.size(), 6);
    for (const PrometheusFleet::Confirmation &confirmed : second.confirmed) {
        QVERIFY(confirmed.age >= 4s && confirmed.age < 60s);
        QCOMPARE(confirmed.latency, 1ms);
    }
    QCOMPARE(m_prometheus->queries.size(), 2);
    QVERIFY(!m_prometheus->queries.last().contains("operations_total"));
    const Read third = read(); // not scraped again
    QCOMPARE(third.confirmed.size(), 0);
    QCOMPARE(third.whole(), QStringList());
}

void TestPrometheusPace::whatSaysSomethingElseIsRead_data()
{
    QTest::addColumn<Change>("change");
    QTest::newRow("stale") << Change([](Test::ScrapedService &service) { service.isStale = true; });
    QTest::newRow("a dependency fails") << Change([](auto &service) { service.areDependenciesUp = false; });
    QTest::newRow("a dependency more") << Change([](auto &service) { service.dependencies = 2; });
    QTest::newRow("no dependency") << Change([](auto &service) { service.dependencies = 0; });
    QTest::newRow("ready") << Change([](auto &service) { service.isReady = true; });
    QTest::newRow("not ready") << Change([](auto &service) { service.isReady = false; });
    QTest::newRow("another process") << Change([](auto &service) { service.process = u"2"_s; });
    QTest::newRow("another name") << Change([](auto &service) { service.name = u"renamed"_s; });
    QTest::newRow("down") << Change([](auto &service) { service.isUp = false; });
}

void TestPrometheusPace::whatSaysSomethingElseIsRead()
{
    QFETCH(const Change, change);
    read();
    scrape(*m_prometheus);
    const Test::ScrapedService before = m_prometheus->services[3];
    change(m_prometheus->services[3]);
    m_prometheus->services[3].inFlight = 3;
    const Read changed = read();
    QCOMPARE(changed.whole(), QStringList{m_prometheus->services[3].name});
    QCOMPARE(changed.confirmed.size(), 5);
    if (const auto &report = changed.changed.first().answer.value)
        QCOMPARE(report->resources.inFlightRequests, std::optional<qint64>(3));
    scrape(*m_prometheus);
    QCOMPARE(read().confirmed.size(), m_prometheus->services[3].isUp ? 6 : 5);
    scrape(*m_prometheus);
    m_prometheus->services[3] = before;
    m_prometheus->services[3].scraped = m_prometheus->now;
    QCOMPARE(read().whole(), QStringList{u"s3"_s}); // and back again
}

void TestPrometheusPace::figuresAreReadInTurn()
{
    m_subject->setPace({.wholeAtOnce = 0, .figuresEvery = 0s, .mostFigures = 2});
    read();
    QStringList names;
    for (int round = 0; round < 3; ++round) {
        scrape(*m_prometheus);
        const Read some = read();
        QCOMPARE(some.changed.size(), 2);
        QCOMPARE(some.confirmed.size(), 4);
        names += some.whole();
    }
    names.sort();
    QCOMPARE(names, (QStringList{u"s0"_s, u"s1"_s, u"s2"_s, u"s3"_s, u"s4"_s, u"s5"_s}));
}

void TestPrometheusPace::aSlowServerIsAskedForFewerFigures()
{
    PrometheusFleet::Pace pace{.wholeAtOnce = 0, .figuresEvery = 0s, .mostFigures = 6, .within = 0s};
    QList<qsizetype> whole;
    const auto readTimes = [&](int times) {
        m_subject->setPace(pace);
        for (int round = 0; round < times; ++round) {
            scrape(*m_prometheus);
            whole << read().changed.size();
        }
    };
    readTimes(6);
    pace.within = 1h;
    readTimes(6);
    QCOMPARE(whole, (QList<qsizetype>{6, 4, 3, 2, 1, 1, 1, 2, 3, 4, 6, 6}));
}

void TestPrometheusPace::whatIsWantedIsRead()
{
    const Read first = read();
    m_subject->setWanted({u"http://10.0.0.4:80"_s});
    for (int round = 0; round < 2; ++round) {
        scrape(*m_prometheus);
        QCOMPARE(read().whole(), QStringList{u"s4"_s});
    }
    m_subject->setWanted({});
    scrape(*m_prometheus);
    QCOMPARE(read().whole(), QStringList{u"s4"_s}); // its row may say what came from elsewhere
    scrape(*m_prometheus);
    QCOMPARE(read().confirmed.size(), 6);
}

void TestPrometheusPace::afterAProblemAllIsRead()
{
    read();
    m_prometheus->damage = [](const FakeAnswer &) { return FakeAnswer::json("{}", 503); };
    QVERIFY(read().end->problem);
    m_prometheus->damage = {};
    scrape(*m_prometheus);
    QCOMPARE(read().changed.size(), 6);
}

/// Both know the same services; the first one's answers are the fresher ones up to now.
void TestPrometheusPace::addServer()
{
    m_other = std::make_unique<Test::FakePrometheus>();
    m_other->services = m_prometheus->services;
    scrape(*m_prometheus, 60); // by ours no time passes: each scrape is nearer to now
    scrape(*m_other, 65);
    m_subject = std::move(*PrometheusGroup::at({{.url = m_prometheus->url()}, {.url = m_other->url()}}));
    m_subject->setPace(StateOnly);
}

void TestPrometheusPace::twoServersConfirmEachOther()
{
    addServer();
    read();
    for (const int ago : {50, 40, 30}) {
        Test::FakePrometheus *const fresher = ago == 40 ? m_prometheus.get() : m_other.get();
        for (Test::FakePrometheus *const each : {m_other.get(), m_prometheus.get()})
            scrape(*each, each == fresher ? ago : ago + 5);
        const Read both = read();
        QCOMPARE(both.whole(), QStringList());
        QMap<QString, std::chrono::nanoseconds> ages;
        for (const PrometheusFleet::Confirmation &confirmed : both.confirmed)
            ages.insert(confirmed.address, confirmed.age); // the latest counts
        QCOMPARE(ages.size(), 6);
        for (const std::chrono::nanoseconds age : ages)
            QVERIFY(age >= std::chrono::seconds(ago) && age < std::chrono::seconds(ago + 5));
    }
}

void TestPrometheusPace::whatTheOtherServerSaysOtherwiseIsTold()
{
    addServer();
    m_other->services[2].areDependenciesUp = false;
    read();
    scrape(*m_prometheus, 55);
    scrape(*m_other, 10); // the fresher one now
    const Read both = read();
    QCOMPARE(both.whole(), QStringList{u"s2"_s});
    const PrometheusFleet::Member &told = both.changed.first();
    QCOMPARE(told.answer.value->dependencies.first().status, DependencyStatus::Error);
    QVERIFY2(told.age >= 65s, "its figures were read at the first reading");
    const auto confirmed = std::ranges::find(both.confirmed, told.address, &PrometheusFleet::Confirmation::address);
    QVERIFY(confirmed != both.confirmed.end());
    QVERIFY(std::ranges::any_of(both.confirmed, [&](const PrometheusFleet::Confirmation &each) {
        return each.address == told.address && each.age < 15s;
    }));
}

QTEST_GUILESS_MAIN(TestPrometheusPace)
#include "tst_prometheuspace.moc"
