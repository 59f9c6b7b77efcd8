// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a Prometheus may do wrong, one row each: nothing stands still, what is not known is grey with its age, and
// nobody is restarted because of it.
#include "common/protocol/healthcodec.h"
#include "dashboard/model/fleetsession.h"
#include "tests/support/fakeprometheus.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestPrometheusFaults : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data();
    void initTestCase();
    void init();
    void cleanup();
    void withoutAFaultWhatIsStaleIsRestarted();
    void noFaultStopsTheWindowOrRestartsAnybody_data();
    void noFaultStopsTheWindowOrRestartsAnybody();
    void whatIsScrapedNoMoreAges_data();
    void whatIsScrapedNoMoreAges();
    void betweenTwoPortionsTheEventLoopTurns();

private:
    static constexpr int Services = 40;

    PrometheusFeed &feed() { return *m_session->watch().prometheus(); }
    void scrapeAll(std::chrono::seconds later = 15s);
    void ask();
    void waitForPolls(int count);
    const ServiceRow *rowAt(const QString &address) const;
    bool areAllCurrent() const;
    qsizetype restarts() const;
    void judge(const QString &why, int unknownEvery);

    QTemporaryDir m_directory;
    std::unique_ptr<Test::FakePrometheus> m_prometheus;
    std::unique_ptr<FakeHttpServer> m_asked;  ///< the first of the services, which is to be restarted when stale
    std::unique_ptr<FakeHttpServer> m_polled; ///< one that no Prometheus scrapes
    std::unique_ptr<FleetSession> m_session;
};

/// What a row does before each of its questions; `round` counts from 0.
using Fault = std::function<void(Test::FakePrometheus &prometheus, int round)>;
Q_DECLARE_METATYPE(Fault)

namespace {

QByteArray statusOf(const QString &name)
{
    HealthReport report;
    report.service = name;
    report.instanceId = name;
    report.capabilities = {u"restart"_s};
    return encode(report);
}

} // namespace

void TestPrometheusFaults::initTestCase_data()
{
    QTest::addColumn<bool>("isLarge"); // all is read of each service, or only its state, if it can be
    QTest::newRow("few") << false;
    QTest::newRow("many") << true;
}

void TestPrometheusFaults::initTestCase() { qputenv("XDG_STATE_HOME", QFile::encodeName(m_directory.path())); }

void TestPrometheusFaults::init()
{
    m_asked = std::make_unique<FakeHttpServer>();
    m_polled = std::make_unique<FakeHttpServer>();
    m_polled->setAnswer("/health/status", FakeAnswer::json(statusOf(u"polled"_s)));
    m_prometheus = std::make_unique<Test::FakePrometheus>();
    for (int each = 0; each < Services; ++each) {
        const QString address = each == 0 ? u"127.0.0.1:%1"_s.arg(m_asked->port()) : u"10.0.0.%1:8000"_s.arg(each);
        m_prometheus->services.push_back({.address = address, .name = u"service-%1"_s.arg(each), .instance = {}});
    }
    scrapeAll();
    m_session = std::make_unique<FleetSession>();
    m_session->connectPrometheus({{.url = m_prometheus->url()}});
    QFETCH_GLOBAL(const bool, isLarge);
    if (isLarge)
        feed().setPace({.wholeAtOnce = 0, .figuresEvery = 1h, .mostFigures = 0});
    FleetEntry asked;
    asked.name = u"service-0"_s;
    asked.url = m_asked->url();
    asked.restart = RestartByService{};
    asked.restartOnStale = true;
    FleetEntry polled;
    polled.name = u"polled"_s;
    polled.url = m_polled->url();
    polled.interval = 100ms;
    m_session->addScraped({asked, polled}, m_directory.filePath(u"fleet.toml"_s));
    m_session->trust(m_session->find(asked.url));
    QSignalSpy ended(&feed(), &PrometheusFeed::ended);
    m_session->start();
    QTRY_VERIFY(!ended.isEmpty());
    scrapeAll();
    ask(); // after two the other one is known to be none of its
    QTRY_VERIFY(areAllCurrent());
    QCOMPARE(m_session->fleet().rowCount(), Services + 1);
    QCOMPARE(std::ranges::any_of(m_prometheus->queries,
                                 [](const QByteArray &query) {
                                     return query.contains("instance=~") && !query.contains("operations_total");
                                 }),
             isLarge);
    waitForPolls(1);
}

void TestPrometheusFaults::cleanup()
{
    m_session.reset();
    m_prometheus.reset();
    m_asked.reset();
    m_polled.reset();
}

/// Time goes by there, and each was scraped three seconds before it.
void TestPrometheusFaults::scrapeAll(std::chrono::seconds later)
{
    m_prometheus->now += later.count();
    for (Test::ScrapedService &each : m_prometheus->services)
        each.scraped = m_prometheus->now - 3;
}

void TestPrometheusFaults::ask()
{
    QSignalSpy ended(&feed(), &PrometheusFeed::ended);
    feed().ask();
    QTRY_VERIFY_WITH_TIMEOUT(!ended.isEmpty(), 120'000); // one that hangs is waited for
}

/// Time goes by here: the window goes on meanwhile.
void TestPrometheusFaults::waitForPolls(int count)
{
    const qsizetype before = m_polled->requests().size();
    QTRY_VERIFY(m_polled->requests().size() >= before + count);
}

const ServiceRow *TestPrometheusFaults::rowAt(const QString &address) const
{
    return m_session->fleet().find(m_session->find(u"http://"_s + address));
}

bool TestPrometheusFaults::areAllCurrent() const
{
    return std::ranges::all_of(m_prometheus->services, [this](const Test::ScrapedService &each) {
        const ServiceRow *const row = rowAt(each.address);
        return row && row->isCurrent();
    });
}

/// A restart begins with a question to the service, which nobody asks otherwise.
qsizetype TestPrometheusFaults::restarts() const { return m_asked->requests().size(); }

/// The control of all rows: it would be seen if one were.
void TestPrometheusFaults::withoutAFaultWhatIsStaleIsRestarted()
{
    m_prometheus->services.front().isStale = true;
    for (int round = 0; round < 3; ++round) {
        scrapeAll();
        ask();
        waitForPolls(25);
    }
    QTRY_VERIFY(restarts() > 0);
}

void TestPrometheusFaults::noFaultStopsTheWindowOrRestartsAnybody_data()
{
    QTest::addColumn<Fault>("fault");
    QTest::addColumn<QString>("why");      // of those that are not known then
    QTest::addColumn<int>("unknownEvery"); // every so many-th; 0: none
    using Prometheus = Test::FakePrometheus;
    const auto scrape = [](Prometheus &prometheus) {
        prometheus.now += 15;
        for (Test::ScrapedService &each : prometheus.services)
            each.scraped = prometheus.now - 3;
    };
    const auto damaged = [](const std::function<FakeAnswer(const FakeAnswer &)> &damage) {
        return Fault([damage](Prometheus &prometheus, int) { prometheus.damage = damage; });
    };
    const QString none = u"Prometheus does not answer"_s;
    QTest::newRow("it dies") << Fault([](Prometheus &prometheus, int round) {
        if (round == 0)
            prometheus.setRefusing(true);
    }) << none << 1;
    QTest::newRow("it hangs up") << damaged([](const FakeAnswer &) {
        return FakeAnswer::raw("HTTP/1.1 ", FakeAnswer::Then::Close);
    }) << none << 1;
    QTest::newRow("it lags for more than half a minute")
        << damaged([](const FakeAnswer &) { return FakeAnswer::hang(); }) << none << 1;
    QTest::newRow("503") << damaged([](const FakeAnswer &) { return FakeAnswer::json("starting", 503); }) << none << 1;
    QTest::newRow("half an answer") << damaged([](const FakeAnswer &answer) {
        return FakeAnswer::raw(answer.bytes.left(answer.bytes.size() / 2), FakeAnswer::Then::Close);
    }) << none << 1;
    QTest::newRow("an answer that ends early") << damaged([](const FakeAnswer &answer) {
        const qsizetype body = answer.bytes.indexOf("\r\n\r\n") + 4;
        return FakeAnswer::json(answer.bytes.mid(body, (answer.bytes.size() - body) / 2));
    }) << none << 1;
    QTest::newRow("an error") << damaged([](const FakeAnswer &) {
        return FakeAnswer::json(R"({"status":"error","errorType":"execution","error":"too many samples"})", 422);
    }) << u"too many samples"_s
                              << 1;
    QTest::newRow("a sign-in") << damaged([](const FakeAnswer &) {
        return FakeAnswer::raw("HTTP/1.1 302 X\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n");
    }) << none << 1;
    QTest::newRow("it warns") << Fault([scrape](Prometheus &prometheus, int) {
        scrape(prometheus);
        prometheus.warnings = QStringList{u"a store did not answer"_s};
    }) << QString() << 0;
    QTest::newRow("half of the services, and a warning") << Fault([scrape](Prometheus &prometheus, int) {
        scrape(prometheus);
        prometheus.warnings = QStringList{u"a store did not answer"_s};
        for (std::size_t each = 0; each < prometheus.services.size(); each += 2)
            prometheus.services[each].isListed = false;
    }) << u"Prometheus does not scrape it any more"_s << 2;
    QTest::newRow("other labels each time") << Fault([scrape](Prometheus &prometheus, int round) {
        scrape(prometheus);
        for (Test::ScrapedService &each : prometheus.services) {
            each.instance = u"pod-%1-of-%2"_s.arg(round).arg(each.address);
            each.name += u"-renamed"_s;
            each.more = u"\"zone\":\"z%1\","_s.arg(round);
        }
    }) << QString() << 0;
    QTest::newRow("ten times the series") << Fault([scrape](Prometheus &prometheus, int) {
        scrape(prometheus);
        for (Test::ScrapedService &each : prometheus.services)
            each.dependencies = 80;
    }) << QString() << 0;
    for (const int hours : {-1, 1}) {
        QTest::addRow("its clock is off by %d h", hours) << Fault([scrape, hours](Prometheus &prometheus, int round) {
            if (round == 0)
                prometheus.now += hours * 3600;
            scrape(prometheus);
        }) << QString() << 0;
    }
    QTest::newRow("it answers from old data, when the code was stale") << Fault([](Prometheus &prometheus, int) {
        prometheus.now += 15;
        for (Test::ScrapedService &each : prometheus.services) {
            each.scraped = prometheus.now - 600;
            each.isStale = true;
        }
    }) << u"Prometheus has not scraped it for 10 min"_s << 1;
    QTest::newRow("three in ten flap") << Fault([scrape](Prometheus &prometheus, int round) {
        scrape(prometheus);
        for (std::size_t each = 0; each < prometheus.services.size(); ++each)
            prometheus.services[each].isUp = (each + std::size_t(round) + 2) % 10 >= 3; // by the last round the first
    }) << u"connection refused"_s << -1;
    QTest::newRow("four in ten are down, and the code is stale") << Fault([scrape](Prometheus &prometheus, int) {
        scrape(prometheus);
        for (std::size_t each = 0; each < prometheus.services.size(); ++each) {
            prometheus.services[each].isUp = each % 10 < 6;
            prometheus.services[each].isStale = true;
        }
    }) << u"connection refused"_s << -1;
}

/// `unknownEvery`: as in the rows; -1: those that are down.
void TestPrometheusFaults::judge(const QString &why, int unknownEvery)
{
    for (int each = 0; each < Services; ++each) {
        const Test::ScrapedService &service = m_prometheus->services[std::size_t(each)];
        const ServiceRow *const row = rowAt(service.address);
        QVERIFY2(row, qPrintable(service.address));
        const bool isUnknown = unknownEvery < 0 ? !service.isUp : unknownEvery > 0 && each % unknownEvery == 0;
        QVERIFY2(row->isCurrent() == !isUnknown, qPrintable(service.address + u": "_s + row->reply.message));
        QVERIFY2(!isUnknown || row->reply.message.contains(why), qPrintable(row->reply.message));
        QVERIFY(row->report && row->lastSeen); // grey, with its age
        const auto age = Clock::machine().now() - *row->lastSeen;
        QVERIFY2(age >= 0s && age < 700s, qPrintable(QString::number(Seconds(age).count())));
    }
    QCOMPARE(m_session->fleet().rowCount(), Services + 1); // nobody is there twice
}

void TestPrometheusFaults::noFaultStopsTheWindowOrRestartsAnybody()
{
    QFETCH(Fault, fault);
    QFETCH(QString, why);
    QFETCH(int, unknownEvery);
    const auto before = m_prometheus->services;
    QSignalSpy finished(&m_session->actions(), &ServiceActions::finished);
    const bool isSlow = QString::fromLatin1(QTest::currentDataTag()).contains(u"lags"_s);
    QFETCH_GLOBAL(const bool, isLarge);
    if (isSlow && isLarge)
        QSKIP("nothing comes of the first question, which is the same for few");
    const int rounds = isSlow ? 1 : 3;
    for (int round = 0; round < rounds; ++round) {
        fault(*m_prometheus, round);
        ask();
        // Longer than changes must have been the same before a restart.
        waitForPolls(m_prometheus->services.front().isStale ? 25 : 2);
    }
    judge(why, unknownEvery);
    if (QTest::currentTestFailed())
        return;
    QCOMPARE(restarts(), 0);
    QCOMPARE(finished.size(), 0);
    QVERIFY(m_session->fleet().find(m_session->find(m_polled->url()))->isCurrent());
    const auto isTold = [this](const QString &text) {
        const EventJournal &journal = m_session->journal();
        for (int row = 0; row < journal.rowCount(); ++row) {
            if (journal.index(row, EventJournal::Text).data().toString().contains(text))
                return true;
        }
        return false;
    };
    for (const QString &warning : std::as_const(m_prometheus->warnings))
        QVERIFY(isTold(warning));

    m_prometheus->damage = {}; // and all is well again
    m_prometheus->warnings.clear();
    m_prometheus->services = before;
    m_prometheus->setRefusing(true);
    QVERIFY(m_prometheus->setRefusing(false));
    scrapeAll();
    ask();
    QTRY_VERIFY(areAllCurrent());
    QCOMPARE(m_session->fleet().rowCount(), Services + 1);
    QCOMPARE(restarts(), 0);
}

void TestPrometheusFaults::whatIsScrapedNoMoreAges_data()
{
    QTest::addColumn<int>("interval"); // seconds between scrapes; 0: there was one alone
    QTest::addColumn<int>("known");    // so many seconds after the last
    QTest::addColumn<int>("old");
    QTest::newRow("one scrape") << 0 << 140 << 160;
    QTest::newRow("each 15 s") << 15 << 55 << 65;
    QTest::newRow("each minute") << 60 << 185 << 195;
}

void TestPrometheusFaults::whatIsScrapedNoMoreAges()
{
    QFETCH(int, interval);
    QFETCH(int, known);
    QFETCH(int, old);
    Test::FakePrometheus prometheus;
    prometheus.services.push_back(
        {.address = u"10.0.0.1:8000"_s, .name = u"one"_s, .instance = {}, .scraped = prometheus.now});
    ManualClock clock;
    PrometheusFeed feed({{.url = prometheus.url()}}, clock);
    QFETCH_GLOBAL(const bool, isLarge);
    if (isLarge)
        feed.setPace({.wholeAtOnce = 0, .figuresEvery = 1h, .mostFigures = 0});
    connect(&feed, &PrometheusFeed::discovered, &feed,
            [&feed](const QList<FleetEntry> &entries) { feed.add(1, entries.first()); });
    QList<Arrival> arrivals;
    connect(&feed, &ServiceFeed::arrived, &feed, [&arrivals](const QList<Arrival> &arrived) { arrivals += arrived; });
    const auto isKnown = [&arrivals] { return arrivals.last().answer.value || arrivals.last().confirms; };
    const auto askAfter = [&](int seconds) {
        QSignalSpy ended(&feed, &PrometheusFeed::ended);
        clock.advance(std::chrono::seconds(seconds));
        prometheus.now += seconds;
        feed.ask();
        QTRY_VERIFY(!ended.isEmpty());
    };
    askAfter(0);
    for (int scrape = 0; interval > 0 && scrape < 2; ++scrape) {
        prometheus.services.front().scraped = prometheus.now + interval;
        askAfter(interval);
    }
    QCOMPARE(arrivals.size(), interval > 0 ? 3 : 1);
    QVERIFY(isKnown());
    askAfter(known);
    QVERIFY(isKnown());
    askAfter(old - known);
    QVERIFY(!isKnown());
    QCOMPARE(arrivals.last().answer.reply.error, ClientError::NotAsked);
    const qsizetype told = arrivals.size();
    askAfter(15);
    QCOMPARE(arrivals.size(), told); // once
    prometheus.services.front().scraped = prometheus.now;
    askAfter(0);
    QVERIFY(isKnown());
}

/// Many are new at once: whatever else waits for the event loop has its turn.
void TestPrometheusFaults::betweenTwoPortionsTheEventLoopTurns()
{
    for (int each = 0; each < 2000; ++each)
        m_prometheus->services.push_back({.address = u"10.1.%1.%2:8000"_s.arg(each / 250).arg(each % 250),
                                          .name = u"many-%1"_s.arg(each),
                                          .instance = {}});
    scrapeAll();
    int portions = 0;
    int waiting = 0;
    int mostWaiting = 0;
    QObject context;
    connect(&feed(), &ServiceFeed::arrived, &context, [&](const QList<Arrival> &) {
        ++portions;
        mostWaiting = std::max(mostWaiting, ++waiting);
        QMetaObject::invokeMethod(
            &context, [&waiting] { --waiting; }, Qt::QueuedConnection);
    });
    ask();
    QVERIFY2(portions >= 8, qPrintable(QString::number(portions)));
    QCOMPARE(mostWaiting, 1);
    QVERIFY(areAllCurrent());
}

QTEST_GUILESS_MAIN(TestPrometheusFaults)
#include "tst_prometheusfaults.moc"
