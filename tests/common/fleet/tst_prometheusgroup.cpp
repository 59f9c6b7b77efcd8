// SPDX-License-Identifier: GPL-3.0-or-later
//
// Several servers with the API of Prometheus, each of which may say something else, or nothing.
#include "common/fleet/prometheusgroup.h"
#include "tests/support/fakehttpserver.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr qint64 Now = 1767351602;

QByteArray seriesOf(const QByteArray &name, int port, const QByteArray &value)
{
    return R"({"metric":{"__name__":")" + name + R"(","job":"hephaestus","instance":"127.0.0.1:)"
        + QByteArray::number(port) + R"(","service":"s)" + QByteArray::number(port)
        + R"(","version":"1","instance_id":"a"},"value":[)" + QByteArray::number(Now) + R"(,")" + value + R"("]})";
}

QByteArray answerOf(const QByteArrayList &series)
{
    return R"({"status":"success","data":{"resultType":"vector","result":[)" + series.join(',') + "]}}";
}

/// A service as one server sees it.
struct Seen
{
    int port;
    int age; ///< of its scrape, in seconds; -1: it cannot be scraped
    QByteArray tasks = "0";
};

void setSeen(FakeHttpServer &server, const QList<Seen> &services)
{
    QByteArrayList presence, details;
    for (const Seen &service : services) {
        const bool isUp = service.age >= 0;
        presence << (isUp ? seriesOf("hephaestus_service_info", service.port, QByteArray::number(Now - service.age))
                          : seriesOf("up", service.port, "0"));
        if (!isUp)
            continue;
        details << seriesOf("hephaestus_service_info", service.port, "1")
                << seriesOf("hephaestus_background_tasks", service.port, service.tasks);
    }
    server.setAnswer("/api/v1/targets", FakeAnswer::json("{}", 404));
    if (details.isEmpty())
        server.setAnswer("/api/v1/query", FakeAnswer::json(answerOf(presence)));
    else
        server.setAnswers("/api/v1/query", {FakeAnswer::json(answerOf(presence)), FakeAnswer::json(answerOf(details))});
}

void setBroken(FakeHttpServer &server)
{
    for (const char *const path : {"/api/v1/targets", "/api/v1/query"})
        server.setAnswer(path, FakeAnswer::json("{}", 503));
}

} // namespace

class TestPrometheusGroup : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void shardsAreAUnion();
    void ofAPairTheFresherAnswerCounts();
    void anAnswerCountsBeforeNone();
    void whatOnlyALostServerScrapesIsNotKnown();
    void whatIsScrapedNoMoreIsNoMoreTold();
    void whatALostServerScrapesIsToldInSmallPortions();
    void withoutAnyServerThereIsAProblem();
    void eachRequestHasTokenAndHeaders();
    void whatCannotBeReadIsAProblem_data();
    void whatCannotBeReadIsAProblem();

private:
    void ask();
    /// What was told last of the service at that port; null: nothing.
    const PrometheusFleet::Member *told(int port) const;
    std::optional<qint64> tasks(int port) const;

    std::unique_ptr<FakeHttpServer> m_one;
    std::unique_ptr<FakeHttpServer> m_two;
    std::unique_ptr<PrometheusGroup> m_subject;
    QMap<QString, PrometheusFleet::Member> m_told;
    QSet<QString> m_seen;    ///< in the latest round
    qsizetype m_largest = 0; ///< portion of the latest round
    std::optional<PrometheusFleet::End> m_end;
};

void TestPrometheusGroup::init()
{
    m_subject.reset();
    m_told.clear();
    m_one = std::make_unique<FakeHttpServer>();
    m_two = std::make_unique<FakeHttpServer>();
    m_subject = std::move(*PrometheusGroup::at({{.url = m_one->url()}, {.url = m_two->url()}}));
}

void TestPrometheusGroup::ask()
{
    m_end.reset();
    m_seen.clear();
    m_largest = 0;
    m_subject->ask(
        [this](const PrometheusFleet::Portion &portion) {
            m_largest = std::max(m_largest, portion.changed.size());
            for (const PrometheusFleet::Member &member : portion.changed) {
                m_told.insert(member.address, member);
                m_seen.insert(member.address);
            }
            for (const QString &address : portion.unchanged)
                m_seen.insert(address);
        },
        [this](const PrometheusFleet::End &end) { m_end = end; });
    QTRY_VERIFY(m_end);
}

const PrometheusFleet::Member *TestPrometheusGroup::told(int port) const
{
    const auto found = m_told.find(u"http://127.0.0.1:%1"_s.arg(port));
    return found == m_told.end() ? nullptr : &*found;
}

std::optional<qint64> TestPrometheusGroup::tasks(int port) const
{
    const PrometheusFleet::Member *const member = told(port);
    return member && member->answer.value ? member->answer.value->resources.backgroundTasks : std::nullopt;
}

void TestPrometheusGroup::shardsAreAUnion()
{
    setSeen(*m_one, {{1, 3, "10"}});
    setSeen(*m_two, {{2, 3, "20"}});
    ask();
    QVERIFY(!m_end->problem);
    QCOMPARE(tasks(1), std::optional<qint64>(10));
    QCOMPARE(tasks(2), std::optional<qint64>(20));
}

void TestPrometheusGroup::ofAPairTheFresherAnswerCounts()
{
    setSeen(*m_one, {{1, 30, "10"}});
    setSeen(*m_two, {{1, 3, "20"}});
    ask();
    QCOMPARE(tasks(1), std::optional<qint64>(20));
    QVERIFY(told(1)->age >= 3s && told(1)->age < 30s);
    setSeen(*m_one, {{1, 1, "11"}});
    ask();
    QCOMPARE(tasks(1), std::optional<qint64>(11));
}

void TestPrometheusGroup::anAnswerCountsBeforeNone()
{
    setSeen(*m_one, {{1, 3, "10"}});
    setSeen(*m_two, {{1, -1}}); // it has no way to the service
    ask();
    QCOMPARE(tasks(1), std::optional<qint64>(10));
    setSeen(*m_one, {{1, -1}});
    ask();
    QVERIFY2(!tasks(1), "nobody has one any more");
}

void TestPrometheusGroup::whatOnlyALostServerScrapesIsNotKnown()
{
    setSeen(*m_one, {{1, 3, "10"}, {3, 3, "30"}});
    setSeen(*m_two, {{2, 3, "20"}, {3, 9, "31"}});
    ask();
    setBroken(*m_one);
    setSeen(*m_two, {{2, 3, "20"}, {3, 9, "31"}});
    ask();
    QVERIFY(!m_end->problem);
    QVERIFY2(m_end->warnings.join(u' ').contains(m_one->url()), qPrintable(m_end->warnings.join(u' ')));
    QVERIFY(!tasks(1));
    QCOMPARE(told(1)->answer.reply.error, ClientError::NotAsked);
    QVERIFY(told(1)->answer.reply.message.contains(u"503"_s));
    QCOMPARE(tasks(2), std::optional<qint64>(20));
    QCOMPARE(tasks(3), std::optional<qint64>(31)); // the older answer is the one that is left
    setSeen(*m_two, {{2, 3, "20"}, {3, 9, "31"}});
    ask();
    QVERIFY2(m_seen.contains(told(1)->address), "it is scraped still, for all that is known");
    setSeen(*m_one, {{1, 3, "10"}, {3, 3, "30"}});
    setSeen(*m_two, {{2, 3, "20"}, {3, 9, "31"}});
    ask();
    QCOMPARE(tasks(1), std::optional<qint64>(10));
    QCOMPARE(m_end->warnings, QStringList());
}

void TestPrometheusGroup::whatIsScrapedNoMoreIsNoMoreTold()
{
    setSeen(*m_one, {{1, 3}, {3, 3, "30"}});
    setSeen(*m_two, {{2, 3}, {3, 9, "31"}});
    ask();
    setSeen(*m_one, {{4, 3}});
    setSeen(*m_two, {{2, 3}, {3, 9, "31"}});
    ask();
    QVERIFY(!m_seen.contains(u"http://127.0.0.1:1"_s));
    QVERIFY(m_seen.contains(u"http://127.0.0.1:3"_s));
    QCOMPARE(tasks(3), std::optional<qint64>(31));
}

/// A window that is handed thousands at once stands still.
void TestPrometheusGroup::whatALostServerScrapesIsToldInSmallPortions()
{
    QList<Seen> many;
    for (int port = 1; port <= 700; ++port)
        many << Seen{port, 3};
    setSeen(*m_one, many);
    setSeen(*m_two, {{1000, 3}});
    ask();
    QCOMPARE(m_seen.size(), 701);
    setBroken(*m_one);
    setSeen(*m_two, {{1000, 3}});
    ask();
    QCOMPARE(m_seen.size(), 701);
    QVERIFY2(m_largest <= PrometheusFleet::MembersAtATime, qPrintable(QString::number(m_largest)));
}

void TestPrometheusGroup::withoutAnyServerThereIsAProblem()
{
    setBroken(*m_one);
    setBroken(*m_two);
    ask();
    QVERIFY(m_end->problem);
    QVERIFY(m_end->problem->text().contains(m_one->url()) && m_end->problem->text().contains(m_two->url()));
}

void TestPrometheusGroup::eachRequestHasTokenAndHeaders()
{
    QTemporaryDir directory;
    QFile token(directory.filePath(u"token"_s));
    QVERIFY(token.open(QIODevice::WriteOnly));
    token.write("c0ffee\n");
    token.close();
    QVERIFY(token.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner));
    setSeen(*m_one, {{1, 3, "10"}});
    m_subject = std::move(*PrometheusGroup::at(
        {{.url = m_one->url(), .tokenFile = token.fileName(), .headers = {{"X-Scope-OrgID", "team"}}}}));
    ask();
    QCOMPARE(tasks(1), std::optional<qint64>(10));
    QCOMPARE(m_one->requests().size(), 3);
    for (const QByteArray &request : m_one->requests()) {
        QVERIFY2(request.contains("\r\nAuthorization: Bearer c0ffee\r\n"), request.constData());
        QVERIFY2(request.contains("\r\nX-Scope-OrgID: team\r\n"), request.constData());
    }
    QVERIFY(token.remove());
    ask();
    QVERIFY2(m_end->problem && m_end->problem->text().contains(token.fileName()), "its file is read anew");
}

void TestPrometheusGroup::whatCannotBeReadIsAProblem_data()
{
    QTest::addColumn<PrometheusServer>("server");
    QTest::newRow("no address") << PrometheusServer{.url = u"prometheus"_s};
    QTest::newRow("no CA") << PrometheusServer{.url = u"https://localhost"_s, .caFile = u"/dev/null"_s};
    QTest::newRow("no certificate") << PrometheusServer{.url = u"https://localhost"_s,
                                                        .certificateFile = u"/nowhere.pem"_s};
    QTest::newRow("a key without one") << PrometheusServer{.url = u"https://localhost"_s, .keyFile = u"/nowhere.pem"_s};
}

void TestPrometheusGroup::whatCannotBeReadIsAProblem()
{
    QFETCH(const PrometheusServer, server);
    QVERIFY(!PrometheusGroup::at({{.url = u"http://127.0.0.1:9"_s}, server}));
}

QTEST_GUILESS_MAIN(TestPrometheusGroup)
#include "tst_prometheusgroup.moc"
