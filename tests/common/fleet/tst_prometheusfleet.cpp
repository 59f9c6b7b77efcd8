// SPDX-License-Identifier: GPL-3.0-or-later
//
// What calls itself Prometheus may say anything, or nothing, or go away in the middle.
#include "common/fleet/prometheusfleet.h"
#include "tests/support/fakehttpserver.h"

#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto Century = 130 * 365 * 24h; ///< a long one

QByteArray targetsOf(const QByteArray &target)
{
    return R"({"status":"success","data":{"activeTargets":[)" + target + "]}}";
}

const QByteArray Target =
    R"({"labels":{"job":"hephaestus","instance":"127.0.0.1:1","service":"mcp"},)"
    R"("scrapeUrl":"http://127.0.0.1:1/metrics",)"
    R"("health":"up","lastError":"","lastScrape":"2026-01-02T11:00:00.123456789Z","lastScrapeDuration":0.004})";

/// `points`: `"value":[…]` or `"values":[[…],…]`.
QByteArray seriesOf(const QByteArray &name, const QByteArray &points)
{
    return R"({"metric":{"__name__":")" + name
        + R"(","job":"hephaestus","instance":"127.0.0.1:1","service":"mcp","version":"1","instance_id":"a"},)" + points
        + '}';
}

QByteArray resultOf(const QByteArrayList &series);

/// What the first query is about: that service was scraped `age` before the server's `now`, in seconds since the epoch.
QByteArray presence(qint64 now = 1767351602, qint64 age = 2)
{
    return resultOf(
        {seriesOf("hephaestus_service_info",
                  "\"value\":[" + QByteArray::number(now) + ",\"" + QByteArray::number(now - age) + "\"]")});
}

QByteArray resultOf(const QByteArrayList &series)
{
    return R"({"status":"success","data":{"resultType":"vector","result":[)" + series.join(',') + "]}}";
}

} // namespace

class TestPrometheusFleet : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void whatIsNoAnswerIsAProblem_data();
    void whatIsNoAnswerIsAProblem();
    void aLieIsNoTrouble_data();
    void aLieIsNoTrouble();
    void whyItCouldNotBeScrapedIsToldApart_data();
    void whyItCouldNotBeScrapedIsToldApart();
    void whoLeavesIsNotCalledBack();
    void theWrappersNumbersAreNotThePrograms();
    void whatWasNotScrapedAgainIsNotToldAgain();
    void agesAreThoseOfTheServersClock_data();
    void agesAreThoseOfTheServersClock();
    void withoutTargetsTheSeriesSayWhatIsThere();
    void aTargetThatIsGoneKeepsItsAddress();
    void warningsAreHandedOn();
    void thousandsComeInSmallPortions();
    void newOnesComeByNameAndOthersAsTheyWereScraped();

private:
    Result<QList<PrometheusFleet::Member>> ask();
    Result<QList<PrometheusFleet::Sample>> askPast(std::chrono::seconds step);

    std::unique_ptr<FakeHttpServer> m_server;
    std::unique_ptr<PrometheusFleet> m_subject;
};

void TestPrometheusFleet::init()
{
    m_subject.reset();
    m_server = std::make_unique<FakeHttpServer>();
    m_server->setAnswer("/api/v1/targets", FakeAnswer::json(targetsOf(Target)));
    m_subject = std::move(*PrometheusFleet::at({.url = m_server->url()}));
}

Result<QList<PrometheusFleet::Member>> TestPrometheusFleet::ask()
{
    std::optional<Result<QList<PrometheusFleet::Member>>> answer;
    m_subject->ask([&](const Result<QList<PrometheusFleet::Member>> &members) { answer = members; });
    [&] { QTRY_VERIFY(answer); }();
    return answer.value_or(Problem{{}, u"no answer came"_s});
}

Result<QList<PrometheusFleet::Sample>> TestPrometheusFleet::askPast(std::chrono::seconds step)
{
    std::optional<Result<QList<PrometheusFleet::Sample>>> answer;
    const auto now = std::chrono::system_clock::now();
    m_subject->askPast(u"http://127.0.0.1:1"_s, now - 1h, now, step,
                       [&](const Result<QList<PrometheusFleet::Sample>> &samples) { answer = samples; });
    [&] { QTRY_VERIFY(answer); }();
    return answer.value_or(Problem{{}, u"no answer came"_s});
}

void TestPrometheusFleet::whatIsNoAnswerIsAProblem_data()
{
    QTest::addColumn<FakeAnswer>("answer");
    QTest::addColumn<QString>("says");
    QTest::newRow("no JSON") << FakeAnswer::json("garbage") << u"not that of Prometheus"_s;
    QTest::newRow("a list") << FakeAnswer::json("[1,2]") << u"not that of Prometheus"_s;
    QTest::newRow("data of another type")
        << FakeAnswer::json(R"({"status":"success","data":7})") << u"not that of Prometheus"_s;
    QTest::newRow("100,000 deep") << FakeAnswer::json(QByteArray(100'000, '[')) << u"not that of Prometheus"_s;
    QTest::newRow("an error") << FakeAnswer::json(R"({"status":"error","errorType":"bad_data","error":"too long"})",
                                                  400)
                              << u"too long"_s;
    QTest::newRow("another status") << FakeAnswer::json("{}", 500) << u"Prometheus answered 500"_s;
    QTest::newRow("no HTTP") << FakeAnswer::raw("SSH-2.0-OpenSSH\r\n") << u"not HTTP"_s;
    QTest::newRow("cut off") << FakeAnswer::raw("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{",
                                                FakeAnswer::Then::Close)
                             << u"closed the connection"_s;
    QTest::newRow("reset") << FakeAnswer::raw("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{",
                                              FakeAnswer::Then::Reset)
                           << u"closed the connection"_s;
    QTest::newRow("a gigabyte") << FakeAnswer::raw("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n{")
                                << u"at most "_s;
}

void TestPrometheusFleet::whatIsNoAnswerIsAProblem()
{
    QFETCH(FakeAnswer, answer);
    QFETCH(QString, says);
    m_server->setAnswer("/api/v1/query", FakeAnswer::json(presence()));
    QVERIFY(ask()); // or it has no past
    m_server->setAnswer("/api/v1/query", answer);
    const auto members = ask();
    QVERIFY(!members);
    QVERIFY2(members.problem().text().contains(says), qPrintable(members.problem().text()));
    const auto past = askPast(1s);
    QVERIFY(!past);
    QVERIFY2(past.problem().text().contains(says), qPrintable(past.problem().text()));
    m_server->setAnswer("/api/v1/targets", answer);
    QVERIFY(!ask());
}

void TestPrometheusFleet::aLieIsNoTrouble_data()
{
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<QByteArray>("number"); // of every metric
    QTest::addColumn<QByteArray>("time");   // of every point
    QTest::newRow("nothing unusual") << Target << QByteArray("5") << QByteArray("1767351600.5");
    QTest::newRow("huge numbers") << Target << QByteArray("1e300") << QByteArray("1767351600");
    QTest::newRow("huge and negative") << Target << QByteArray("-1e300") << QByteArray("1767351600");
    QTest::newRow("no numbers") << Target << QByteArray("seven") << QByteArray("1767351600");
    QTest::newRow("not a number") << Target << QByteArray("NaN") << QByteArray("1767351600");
    QTest::newRow("infinite") << Target << QByteArray("+Inf") << QByteArray("1767351600");
    QTest::newRow("the end of time") << Target << QByteArray("5") << QByteArray("1e300");
    QTest::newRow("before all time") << Target << QByteArray("-1e300") << QByteArray("-1e300");
    QTest::newRow("a time of another type") << Target << QByteArray("5") << QByteArray("\"x\"");
    QTest::newRow("a scrape in the year 9999")
        << QByteArray(Target)
               .replace("2026-01-02T11:00:00.123456789Z", "9999-12-31T23:59:59.999Z")
               .replace("0.004", "1e300")
        << QByteArray("5") << QByteArray("1");
    QTest::newRow("a target of other types") << QByteArray(
        R"({"labels":7,"scrapeUrl":[],"health":{},"lastError":1,"lastScrape":2,"lastScrapeDuration":"x"})")
                                             << QByteArray("5") << QByteArray("1");
}

void TestPrometheusFleet::aLieIsNoTrouble()
{
    QFETCH(QByteArray, target);
    QFETCH(QByteArray, number);
    QFETCH(QByteArray, time);
    m_server->setAnswer("/api/v1/targets", FakeAnswer::json(targetsOf(target + ',' + Target)));
    const QByteArray point = '[' + time + ",\"" + number + "\"]";
    QByteArrayList now;
    QByteArrayList past;
    for (const char *const name :
         {"hephaestus_service_info", "hephaestus_start_time_seconds", "hephaestus_uptime_seconds",
          "hephaestus_in_flight_requests", "process_resident_memory_bytes", "process_cpu_seconds_total",
          "scrape_duration_seconds", "up"}) {
        now << seriesOf(name, "\"value\":" + point);
        past << seriesOf(name, "\"values\":[" + point + ',' + point + ",7]");
    }
    m_server->setAnswers(
        "/api/v1/query",
        {FakeAnswer::json(presence()), FakeAnswer::json(resultOf(now)), FakeAnswer::json(resultOf(past))});
    const auto isSane = [](const Answer<HealthReport> &answer) {
        const HealthReport report = answer.value.value_or(HealthReport());
        return answer.reply.latency >= 0ns && answer.reply.latency < Century && report.uptime >= 0s
            && report.uptime < Century && report.resources.inFlightRequests.value_or(0) >= 0
            && report.resources.residentBytes.value_or(0) >= 0;
    };
    const auto members = ask();
    QVERIFY2(members, members ? "" : qPrintable(members.problem().text()));
    const auto today = std::chrono::system_clock::now();
    for (const PrometheusFleet::Member &member : *members)
        QVERIFY(isSane(member.answer) && member.scraped.time_since_epoch() >= 0s && member.scraped < today + Century);
    const auto samples = askPast(1s);
    QVERIFY2(samples, samples ? "" : qPrintable(samples.problem().text()));
    for (const PrometheusFleet::Sample &sample : *samples)
        QVERIFY(isSane(sample.answer) && sample.at.time_since_epoch() >= 0s && sample.at < today + Century);
}

void TestPrometheusFleet::theWrappersNumbersAreNotThePrograms()
{
    const auto seriesOfProcess = [](const QByteArray &process, const QByteArray &bytes) {
        return seriesOf("process_resident_memory_bytes", R"("value":[1767355200,")" + bytes + R"("])")
            .replace(R"("version":"1")", R"("process":")" + process + '"');
    };
    m_server->setAnswers(
        "/api/v1/query",
        {FakeAnswer::json(presence()),
         FakeAnswer::json(resultOf({seriesOf("hephaestus_service_info", R"("value":[1767355200,"1"])"),
                                    seriesOfProcess("program", "70"), seriesOfProcess("wrapper", "9")}))});
    const auto members = ask();
    QVERIFY2(members, members ? "" : qPrintable(members.problem().text()));
    QCOMPARE(members->size(), 1);
    QVERIFY(members->first().answer.value);
    QCOMPARE(members->first().answer.value->resources.residentBytes, std::optional<qint64>(70));
}

/// Of one reading.
struct Read
{
    QList<PrometheusFleet::Member> changed;
    QStringList unchanged;
    qsizetype largest = 0;       ///< portion
    qsizetype mostUnchanged = 0; ///< in one
    std::optional<PrometheusFleet::End> end;
};

static Read readOnce(PrometheusFleet &fleet)
{
    Read read;
    fleet.ask(
        [&](const PrometheusFleet::Portion &portion) {
            read.changed += portion.changed;
            read.unchanged += portion.unchanged;
            read.largest = std::max(read.largest, portion.changed.size());
            read.mostUnchanged = std::max(read.mostUnchanged, portion.unchanged.size());
        },
        [&](const PrometheusFleet::End &end) { read.end = end; });
    [&] { QTRY_VERIFY_WITH_TIMEOUT(read.end, 20'000); }();
    return read;
}

static const QByteArray Details = resultOf({seriesOf("hephaestus_service_info", R"("value":[1767351602,"1"])"),
                                            seriesOf("hephaestus_ready", R"("value":[1767351602,"1"])")});

void TestPrometheusFleet::whatWasNotScrapedAgainIsNotToldAgain()
{
    m_server->setAnswers("/api/v1/query", {FakeAnswer::json(presence()), FakeAnswer::json(Details)});
    QCOMPARE(readOnce(*m_subject).changed.size(), 1);
    m_server->setAnswer("/api/v1/query", FakeAnswer::json(presence()));
    const auto asked = m_server->requests().size();
    const Read again = readOnce(*m_subject);
    QCOMPARE(again.changed.size(), 0);
    QCOMPARE(again.unchanged, QStringList{u"http://127.0.0.1:1"_s});
    QCOMPARE(m_server->requests().size() - asked, 2); // nothing more is asked of it
    // After an answer that could not be read, whoever was told of that is told all again.
    m_server->setAnswer("/api/v1/query", FakeAnswer::json("{}", 503));
    QVERIFY(readOnce(*m_subject).end->problem);
    m_server->setAnswers("/api/v1/query", {FakeAnswer::json(presence()), FakeAnswer::json(Details)});
    QCOMPARE(readOnce(*m_subject).changed.size(), 1);
    m_server->setAnswers("/api/v1/query", {FakeAnswer::json(presence(1767351617)), FakeAnswer::json(Details)});
    m_server->setAnswer(
        "/api/v1/targets",
        FakeAnswer::json(targetsOf(QByteArray(Target).replace("2026-01-02T11:00:00", "2026-01-02T11:00:15"))));
    QCOMPARE(readOnce(*m_subject).changed.size(), 1);
}

void TestPrometheusFleet::agesAreThoseOfTheServersClock_data()
{
    QTest::addColumn<qint64>("ahead");
    QTest::newRow("as ours") << qint64(0);
    QTest::newRow("an hour ahead") << qint64(3600);
    QTest::newRow("an hour behind") << qint64(-3600);
}

void TestPrometheusFleet::agesAreThoseOfTheServersClock()
{
    QFETCH(const qint64, ahead);
    const QDateTime now = QDateTime::currentDateTimeUtc().addSecs(ahead);
    m_server->setAnswer("/api/v1/targets",
                        FakeAnswer::json(targetsOf(QByteArray(Target).replace(
                            "2026-01-02T11:00:00.123456789Z", now.addSecs(-7).toString(Qt::ISODate).toLatin1()))));
    m_server->setAnswers("/api/v1/query",
                         {FakeAnswer::json(presence(now.toSecsSinceEpoch(), 7)), FakeAnswer::json(Details)});
    const Read read = readOnce(*m_subject);
    QCOMPARE(read.changed.size(), 1);
    QVERIFY(read.changed.first().age >= 7s && read.changed.first().age < 60s);
}

void TestPrometheusFleet::withoutTargetsTheSeriesSayWhatIsThere()
{
    m_server->setAnswer("/api/v1/targets", FakeAnswer::json("{}", 404));
    const QByteArray down =
        R"({"metric":{"__name__":"up","job":"hephaestus","instance":"127.0.0.1:2"},"value":[1767351602,"0"]})";
    m_server->setAnswers(
        "/api/v1/query",
        {FakeAnswer::json(QByteArray(presence()).replace("]}]}}", "]}," + down + "]}}")), FakeAnswer::json(Details)});
    Read read = readOnce(*m_subject);
    QVERIFY2(!read.end->problem, read.end->problem ? qPrintable(read.end->problem->text()) : "");
    QCOMPARE(read.changed.size(), 2);
    std::ranges::sort(read.changed, {}, &PrometheusFleet::Member::address);
    QCOMPARE(read.changed[0].entry.url, u"http://127.0.0.1:1"_s);
    QVERIFY(read.changed[0].answer.value);
    QCOMPARE(read.changed[1].entry.url, u"http://127.0.0.1:2"_s);
    QVERIFY(!read.changed[1].answer.value);
    QVERIFY2(read.changed[1].answer.reply.message.contains(u"why is not known"_s),
             qPrintable(read.changed[1].answer.reply.message));
}

void TestPrometheusFleet::aTargetThatIsGoneKeepsItsAddress()
{
    const QByteArray target = QByteArray(Target).replace("http://127.0.0.1:1/metrics", "https://127.0.0.1:1/x/metrics");
    m_server->setAnswer("/api/v1/targets", FakeAnswer::json(targetsOf(target)));
    m_server->setAnswers("/api/v1/query", {FakeAnswer::json(presence()), FakeAnswer::json(Details)});
    QCOMPARE(readOnce(*m_subject).changed.size(), 1);
    m_server->setAnswer("/api/v1/targets", FakeAnswer::json(targetsOf({})));
    m_server->setAnswers("/api/v1/query", {FakeAnswer::json(presence(1767351612, 1)), FakeAnswer::json(Details)});
    const Read read = readOnce(*m_subject);
    QCOMPARE(read.changed.size(), 1);
    QCOMPARE(read.changed.first().entry.url, u"https://127.0.0.1:1/x"_s);
}

void TestPrometheusFleet::warningsAreHandedOn()
{
    const QByteArray warning = R"(,"warnings":["one store did not answer"]})";
    m_server->setAnswers("/api/v1/query",
                         {FakeAnswer::json(presence()), FakeAnswer::json(QByteArray(Details).chopped(1) + warning)});
    const Read read = readOnce(*m_subject);
    QCOMPARE(read.end->warnings, QStringList{u"one store did not answer"_s});
}

void TestPrometheusFleet::thousandsComeInSmallPortions()
{
    constexpr int many = 5000;
    QByteArrayList there, details;
    for (int i = 0; i < many; ++i) {
        const auto own = [i](QByteArray series) {
            return series.replace("127.0.0.1:1\"",
                                  "10.0." + QByteArray::number(i / 250) + '.' + QByteArray::number(i % 250) + ":80\"");
        };
        there << own(seriesOf("hephaestus_service_info", R"("value":[1767351602,"1767351600"])"));
        details << own(seriesOf("hephaestus_service_info", R"("value":[1767351602,"1"])"));
    }
    m_server->setAnswer("/api/v1/targets", FakeAnswer::json(targetsOf({})));
    m_server->setAnswers("/api/v1/query", {FakeAnswer::json(resultOf(there)), FakeAnswer::json(resultOf(details))});
    const Read read = readOnce(*m_subject);
    QCOMPARE(read.changed.size(), many);
    QVERIFY(std::ranges::all_of(read.changed, [](const auto &member) { return member.answer.value.has_value(); }));
    QVERIFY2(read.largest <= 250, qPrintable(QString::number(read.largest)));
    QCOMPARE(m_server->connections(), 3); // the three parts of 2,000 are asked for at once
    const QChar *const version = read.changed[0].answer.value->version.constData();
    QVERIFY(!read.changed[0].answer.value->version.isEmpty());
    QVERIFY2(std::ranges::all_of(
                 read.changed, [&](const auto &member) { return member.answer.value->version.constData() == version; }),
             "what many have in common is once in memory");
    m_server->setAnswers("/api/v1/query", {FakeAnswer::json(resultOf(there))});
    const Read again = readOnce(*m_subject);
    QCOMPARE(again.unchanged.size(), many);
    QVERIFY2(again.mostUnchanged <= 2000, qPrintable(QString::number(again.mostUnchanged)));

    m_server->setAnswers("/api/v1/query",
                         {FakeAnswer::json(resultOf(there).replace("1767351600", "1767351601")),
                          FakeAnswer::json(resultOf(details)), FakeAnswer::json("{}", 500)});
    QStringList problems;
    m_subject->ask([](const PrometheusFleet::Portion &) {},
                   [&](const PrometheusFleet::End &end) { problems << (end.problem ? end.problem->what : QString()); });
    QTRY_VERIFY(!problems.isEmpty());
    m_server->setAnswers("/api/v1/query", {FakeAnswer::json(resultOf(there)), FakeAnswer::json(resultOf(details))});
    QVERIFY(ask()); // whatever comes of the other parts is no answer to this
    QCOMPARE(problems.size(), 1);
    QVERIFY2(problems[0].contains(u"500"_s), qPrintable(problems[0]));
}

void TestPrometheusFleet::newOnesComeByNameAndOthersAsTheyWereScraped()
{
    const auto own = [](QByteArray series, int number) {
        const QByteArray text = QByteArray::number(number);
        return series.replace("127.0.0.1:1\"", "10.0.0." + text + ":80\"").replace("mcp", "service-" + text);
    };
    const auto answersAt = [&](const std::function<int(int number)> &age) {
        QByteArrayList there;
        QByteArrayList details;
        for (const int number : {3, 10, 1, 12, 2}) {
            there << own(seriesOf("hephaestus_service_info",
                                  "\"value\":[1767351602,\"" + QByteArray::number(1767351602 - age(number)) + "\"]"),
                         number);
            details << own(seriesOf("hephaestus_service_info", R"("value":[1767351602,"1"])"), number);
        }
        m_server->setAnswers("/api/v1/query", {FakeAnswer::json(resultOf(there)), FakeAnswer::json(resultOf(details))});
    };
    const auto namesOf = [](const Read &read) {
        QStringList names;
        for (const PrometheusFleet::Member &member : read.changed)
            names << member.entry.name.section(u'-', -1);
        return names.join(u' ');
    };
    m_server->setAnswer("/api/v1/targets", FakeAnswer::json(targetsOf({})));
    answersAt([](int number) { return 100 - number; });
    QCOMPARE(namesOf(readOnce(*m_subject)), u"1 2 3 10 12"_s);
    answersAt([](int number) { return number; });
    QCOMPARE(namesOf(readOnce(*m_subject)), u"12 10 3 2 1"_s);
}

void TestPrometheusFleet::whyItCouldNotBeScrapedIsToldApart_data()
{
    QTest::addColumn<QByteArray>("error");
    QTest::addColumn<ClientError>("told");
    QTest::newRow("refused") << QByteArray(
        "Get \\\"http://127.0.0.1:1/metrics\\\": dial tcp 127.0.0.1:1: connect: connection refused")
                             << ClientError::Refused;
    QTest::newRow("too late") << QByteArray("Get \\\"http://127.0.0.1:1/metrics\\\": context deadline exceeded")
                              << ClientError::Timeout;
    QTest::newRow("no such host") << QByteArray("dial tcp: lookup nowhere: no such host") << ClientError::HostNotFound;
    QTest::newRow("no route") << QByteArray("dial tcp 10.255.0.1:1: connect: no route to host")
                              << ClientError::Unreachable;
    QTest::newRow("a status") << QByteArray("server returned HTTP status 404 Not Found") << ClientError::HttpStatus;
    QTest::newRow("not yet") << QByteArray() << ClientError::NotAsked;
}

void TestPrometheusFleet::whyItCouldNotBeScrapedIsToldApart()
{
    QFETCH(QByteArray, error);
    QFETCH(ClientError, told);
    m_server->setAnswer("/api/v1/targets",
                        FakeAnswer::json(targetsOf(QByteArray(Target)
                                                       .replace("\"lastError\":\"\"", "\"lastError\":\"" + error + '"')
                                                       .replace("\"up\"", "\"down\""))));
    m_server->setAnswer("/api/v1/query", FakeAnswer::json(resultOf({})));
    const auto members = ask();
    QVERIFY(members && members->size() == 1);
    QCOMPARE(members->first().answer.reply.error, told);
}

void TestPrometheusFleet::whoLeavesIsNotCalledBack()
{
    m_server->setAnswer("/api/v1/query", FakeAnswer::json(presence()));
    QVERIFY(ask()); // or it has no past
    m_server->setAnswer("/api/v1/query", FakeAnswer::hang());
    const auto asked = m_server->requests().size();
    bool called = false;
    const auto now = std::chrono::system_clock::now();
    m_subject->ask([&](const auto &) { called = true; });
    QTRY_COMPARE(m_server->requests().size() - asked, 2); // the second will never be answered
    m_subject->askPast(u"http://127.0.0.1:1"_s, now - 1h, now, 1s, [&](const auto &) { called = true; });
    m_subject.reset();
    m_server->setAnswer("/api/v1/query", FakeAnswer::json(resultOf({})));
    m_subject = std::move(*PrometheusFleet::at({.url = m_server->url()}));
    QVERIFY(ask());
    QVERIFY(!called);
}

QTEST_GUILESS_MAIN(TestPrometheusFleet)
#include "tst_prometheusfleet.moc"
