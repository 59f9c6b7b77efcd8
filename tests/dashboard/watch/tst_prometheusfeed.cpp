// SPDX-License-Identifier: GPL-3.0-or-later
//
// Real services, scraped by a real Prometheus, of which the dashboard and the command know through it alone.
#include "common/protocol/healthcodec.h"
#include "dashboard/model/fleetsession.h"
#include "tests/support/fakehttpserver.h"
#include "tests/support/processend.h"
#include "tests/support/serviceprocess.h"
#include "tests/support/settledfiles.h"

#include <QFile>
#include <QSignalSpy>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// A port of ours that nobody listens on any more.
quint16 freePort()
{
    QTcpServer probe;
    probe.listen(QHostAddress::LocalHost);
    return probe.serverPort();
}

constexpr int Many = 250; ///< more than are asked for in one query

constexpr int All = Many + 4; ///< one, second, dead, unscraped

/// What a service exports that has nothing but a name.
FakeAnswer metricsOf(const QByteArray &name)
{
    const QByteArray text = "hephaestus_service_info{service=\"" + name + "\",version=\"1\",instance_id=\"" + name
        + "\"} 1\nhephaestus_uptime_seconds 5\n";
    return FakeAnswer::raw("HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: "
                           + QByteArray::number(text.size()) + "\r\n\r\n" + text);
}

QByteArray targetOf(const QString &gateway, const QString &name)
{
    return u"      - {targets: ['%1'], labels: {job: hephaestus, service: %2, instance: '%1/%2', "
           u"__metrics_path__: /%2/metrics}}\n"_s.arg(gateway, name)
               .toUtf8();
}

} // namespace

class TestPrometheusFeed : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void theTableShowsWhatPrometheusKnows();
    void theFleetFileSaysWhatPrometheusCannotKnow();
    void whatPrometheusDoesNotScrapeIsAskedFromHere();
    void whatTurnsStaleIsRestartedByItselfAndOnce();
    void servicesBehindOneAddressAreToldApart();
    void anOpenedServiceIsAskedItself();
    void anotherInstanceAtTheAddressIsNotBelieved();
    void whatItKeepsIsTheHistory();
    void theCommandShowsTheSame();
    void actionsGoToTheServiceItself();
    void withoutPrometheusNothingIsKnown();
    void cleanupTestCase();

private:
    void write(const QString &name, const QByteArray &content);
    QByteArray status(const QStringList &arguments, int &exitCode);
    const ServiceRow *row(const QString &name);
    bool isScraped(ServiceId id) const { return m_session->watch().ownerOf(id) == m_session->watch().prometheus(); }
    std::optional<HistoryRange> past(const QString &name, std::chrono::seconds span, std::chrono::seconds step);

    QTemporaryDir m_directory;
    Test::ServiceProcess m_one;
    Test::ServiceProcess m_two;
    Test::ServiceProcess m_unscraped;
    FakeHttpServer m_gateway; ///< many services behind one address
    QProcess m_prometheus;
    QString m_url;
    quint16 m_deadPort = freePort();
    std::unique_ptr<FleetSession> m_session;
};

void TestPrometheusFeed::write(const QString &name, const QByteArray &content)
{
    QFile file(m_directory.filePath(name));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
}

void TestPrometheusFeed::initTestCase()
{
    qputenv("XDG_STATE_HOME", QFile::encodeName(m_directory.filePath(u"state"_s)));
    QVERIFY(
        m_one.start(QStringLiteral(HEPHAESTUS), {u"serve"_s, u"--name"_s, u"one"_s, u"--listen"_s, u"127.0.0.1:0"_s}));
    write(u"watched.conf"_s, "1");
    write(u"two.toml"_s, "[service]\nname = \"two\"\nlisten = [\"127.0.0.1:0\"]\n[code]\nwatch = [\"watched.conf\"]\n");
    Test::letFilesSettle();
    QVERIFY(m_two.start(QStringLiteral(HEPHAESTUS), {u"serve"_s, u"--config"_s, m_directory.filePath(u"two.toml"_s)}));
    QVERIFY(m_unscraped.start(QStringLiteral(HEPHAESTUS),
                              {u"serve"_s, u"--name"_s, u"unscraped"_s, u"--listen"_s, u"127.0.0.1:0"_s}));
    QByteArray targets;
    for (int each = 0; each < Many; ++each) {
        const QString name = u"many-%1"_s.arg(each);
        m_gateway.setAnswer(u"/%1/metrics"_s.arg(name).toUtf8(), metricsOf(name.toUtf8()));
        targets += targetOf(u"127.0.0.1:%1"_s.arg(m_gateway.port()), name);
    }
    write(u"prometheus.yml"_s,
          u"global: {scrape_interval: 1s, scrape_timeout: 1s}\n"
          "scrape_configs:\n"
          "  - job_name: hephaestus\n"
          "    static_configs:\n"
          "      - {targets: ['127.0.0.1:%1'], labels: {service: one, fleet_group: blue}}\n"
          "      - {targets: ['127.0.0.1:%2']}\n"
          "      - {targets: ['127.0.0.1:%3'], labels: {service: dead}}\n"
          "  - job_name: many\n"
          "    scrape_interval: 5s\n" // 250 in a second keep a core busy
          "    static_configs:\n"_s.arg(m_one.port)
                  .arg(m_two.port)
                  .arg(m_deadPort)
                  .toUtf8()
              + targets);
    const quint16 port = freePort();
    m_url = u"http://127.0.0.1:%1"_s.arg(port);
    m_prometheus.start(u"prometheus"_s,
                       {u"--config.file"_s, m_directory.filePath(u"prometheus.yml"_s), u"--storage.tsdb.path"_s,
                        m_directory.filePath(u"data"_s), u"--web.listen-address"_s, u"127.0.0.1:%1"_s.arg(port)});
    QVERIFY2(m_prometheus.waitForStarted(), qPrintable(m_prometheus.errorString()));
    m_session = std::make_unique<FleetSession>();
    m_session->connectPrometheus({{.url = m_url}});
    FleetEntry second;
    second.name = u"second"_s;
    second.url = u"http://127.0.0.1:%1/"_s.arg(m_two.port); // another way to write it
    second.restart = RestartByService{};
    second.restartOnStale = true;
    second.dependsOn = QStringList{u"unscraped"_s};
    FleetEntry unscraped;
    unscraped.name = u"unscraped"_s;
    unscraped.url = u"http://127.0.0.1:%1"_s.arg(m_unscraped.port);
    m_session->addScraped({second, unscraped}, u"/fleet.toml"_s);
    m_session->trust(m_session->find(second.url));
    QCOMPARE(m_session->fleet().rowCount(), 2); // at once
    m_session->start();
}

const ServiceRow *TestPrometheusFeed::row(const QString &name)
{
    for (int i = 0; i < m_session->fleet().rowCount(); ++i) {
        if (m_session->fleet().row(i).entry.name == name)
            return &m_session->fleet().row(i);
    }
    return nullptr;
}

void TestPrometheusFeed::theTableShowsWhatPrometheusKnows()
{
    QTRY_VERIFY_WITH_TIMEOUT(row(u"one"_s) && row(u"one"_s)->observed == ServiceState::Healthy, 60'000);
    QTRY_VERIFY_WITH_TIMEOUT(m_session->fleet().rowCount() == All, 60'000);
    const ServiceRow &one = *row(u"one"_s);
    QCOMPARE(one.entry.url, u"http://127.0.0.1:%1"_s.arg(m_one.port));
    QCOMPARE(one.entry.group, u"blue"_s);
    QCOMPARE(one.report->service, u"one"_s);
    QVERIFY(!one.report->instanceId.isEmpty());
    QVERIFY(one.report->startTime.isValid());
    QVERIFY(one.report->uptime > 0s);
    QVERIFY(one.report->resources.residentBytes > 1'000'000);
    const auto &dependencies = one.report->dependencies;
    const auto database = std::ranges::find(dependencies, u"database"_s, &DependencyReport::name);
    QVERIFY(database != dependencies.end());
    QCOMPARE(database->status, DependencyStatus::Working);
    QVERIFY(database->successCount >= 1);
    QTRY_VERIFY2_WITH_TIMEOUT(row(u"dead"_s) && row(u"dead"_s)->observed == ServiceState::Unreachable
                                  && row(u"dead"_s)->reply.message.contains(u"refused"_s),
                              qPrintable(row(u"dead"_s) ? row(u"dead"_s)->reply.message : u"no row"_s), 60'000);
}

void TestPrometheusFeed::theFleetFileSaysWhatPrometheusCannotKnow()
{
    QTRY_VERIFY_WITH_TIMEOUT(row(u"second"_s) && row(u"second"_s)->isCurrent(), 60'000);
    const ServiceRow &second = *row(u"second"_s);
    QCOMPARE(second.report->service, u"two"_s);
    QCOMPARE(second.entry.dependsOn, QStringList{u"unscraped"_s});
    QCOMPARE(m_session->fleetFileOf(second.id), u"/fleet.toml"_s);
    QVERIFY(isScraped(second.id));
    QVERIFY(!row(u"two"_s)); // it is not there twice
}

void TestPrometheusFeed::whatPrometheusDoesNotScrapeIsAskedFromHere()
{
    QTRY_VERIFY_WITH_TIMEOUT(row(u"unscraped"_s)->isCurrent(), 60'000);
    QCOMPARE(row(u"unscraped"_s)->report->pid, std::optional(m_unscraped.process.processId()));
}

/// Until the next scrape and look it is still the old one that is seen.
void TestPrometheusFeed::whatTurnsStaleIsRestartedByItselfAndOnce()
{
    QTRY_COMPARE_WITH_TIMEOUT(row(u"second"_s)->code(), CodeVerdict::Fresh, 60'000);
    const QString before = row(u"second"_s)->report->instanceId;
    QSignalSpy restarts(&m_session->actions(), &ServiceActions::finished);
    write(u"watched.conf"_s, "2");
    QTRY_VERIFY_WITH_TIMEOUT(row(u"second"_s)->code() == CodeVerdict::Stale, 60'000);
    QTRY_VERIFY_WITH_TIMEOUT(row(u"second"_s)->report->instanceId != before, 60'000);
    QTRY_COMPARE_WITH_TIMEOUT(row(u"second"_s)->code(), CodeVerdict::Fresh, 60'000);
    QTRY_VERIFY_WITH_TIMEOUT(!restarts.isEmpty(), 60'000); // its receipt may be the last to know
    QCOMPARE(restarts.size(), 1);
}

void TestPrometheusFeed::anOpenedServiceIsAskedItself()
{
    QTRY_VERIFY_WITH_TIMEOUT(row(u"one"_s) && row(u"one"_s)->isCurrent(), 60'000);
    QVERIFY2(!row(u"one"_s)->report->pid, "Prometheus does not know it");
    m_session->setOpened(row(u"one"_s)->id);
    QTRY_COMPARE_WITH_TIMEOUT(row(u"one"_s)->report->pid, std::optional(m_one.process.processId()), 60'000);
    QVERIFY(isScraped(row(u"one"_s)->id)); // its history is Prometheus' still
    m_session->setOpened(NoService);
    QTRY_VERIFY_WITH_TIMEOUT(!row(u"one"_s)->report->pid, 60'000);
}

/// Who cannot be asked from here, or is somebody else here, is as Prometheus says.
void TestPrometheusFeed::anotherInstanceAtTheAddressIsNotBelieved()
{
    HealthReport other;
    other.service = u"other"_s;
    other.instanceId = u"not many-1's"_s;
    m_gateway.setAnswer("/many-1/health/status", FakeAnswer::json(encode(other)));
    for (const QString &name : {u"many-0"_s, u"many-1"_s}) { // the first has no such path
        QTRY_VERIFY_WITH_TIMEOUT(row(name) && row(name)->isCurrent(), 60'000);
        m_session->setOpened(row(name)->id);
        const auto isAsked = [&] {
            return std::ranges::any_of(m_gateway.requests(), [&](const QByteArray &request) {
                return request.startsWith("GET /" + name.toUtf8() + "/health/status ");
            });
        };
        QTRY_VERIFY_WITH_TIMEOUT(isAsked(), 60'000);
        QSignalSpy answered(&m_session->fleet(), &FleetModel::answered);
        QTRY_VERIFY_WITH_TIMEOUT(!answered.isEmpty(), 60'000); // of whichever: the answer is in by then
        QCOMPARE(row(name)->observed, ServiceState::Healthy);
        QCOMPARE(row(name)->report->service, name);
    }
    m_session->setOpened(NoService);
}

void TestPrometheusFeed::servicesBehindOneAddressAreToldApart()
{
    for (const QString &name : {u"many-0"_s, u"many-249"_s}) {
        QTRY_VERIFY_WITH_TIMEOUT(row(name) && row(name)->isCurrent(), 60'000);
        QCOMPARE(row(name)->entry.url, m_gateway.url() + u'/' + name);
        QCOMPARE(row(name)->report->instanceId, name);
    }
}

std::optional<HistoryRange> TestPrometheusFeed::past(const QString &name, std::chrono::seconds span,
                                                     std::chrono::seconds step)
{
    std::optional<HistoryRange> range;
    bool answered = false;
    const ServiceRow &service = *row(name);
    const History::Time now = Clock::machine().wall();
    m_session->pastOf(service.id)
        ->askRange(service.entry.url, now - span, now, step, [&](const Result<HistoryRange> &answer) {
            answered = true;
            if (answer)
                range = *answer;
        });
    [&] { QTRY_VERIFY(answered); }();
    return range;
}

void TestPrometheusFeed::whatItKeepsIsTheHistory()
{
    const auto range = [this] { return past(u"one"_s, 60s, 1s); };
    QTRY_VERIFY_WITH_TIMEOUT(range() && range()->operations.value(u"database"_s).size() >= 3, 60'000);
    const HistoryRange scraped = *range();
    for (std::size_t each = 1; each < scraped.stretches.size(); ++each) { // one by one, as it scraped them
        QCOMPARE(scraped.stretches[each].from, scraped.stretches[each - 1].to);
        QVERIFY(scraped.stretches[each].to - scraped.stretches[each].from < 30s);
        QVERIFY(scraped.stretches[each].latency.count() > 0);
        QVERIFY(scraped.stretches[each].highest.residentBytes.value_or(0) > 1'000'000);
        QVERIFY(scraped.stretches[each].highest.cpuSeconds.has_value());
    }
    const auto hours = past(u"one"_s, 24h, 15min);
    QVERIFY(hours && !hours->stretches.empty());
    QCOMPARE(hours->step, std::chrono::seconds(15min));

    // What this dashboard does is seen there, too.
    const QString before = row(u"one"_s)->report->instanceId;
    m_session->actions().perform(row(u"one"_s)->id, ServiceAction::Restart);
    QTRY_VERIFY_WITH_TIMEOUT(row(u"one"_s)->isCurrent() && row(u"one"_s)->report->instanceId != before, 60'000);
    const auto restarted = range();
    QVERIFY(restarted);
    QCOMPARE(std::ranges::count(restarted->marks, u"restarted"_s, &History::Mark::word), 1);
    QVERIFY(!past(u"dead"_s, 60s, 1s) || past(u"dead"_s, 60s, 1s)->stretches.empty());
}

QByteArray TestPrometheusFeed::status(const QStringList &arguments, int &exitCode)
{
    QProcess command;
    command.start(QStringLiteral(HEPHAESTUS), QStringList{u"status"_s} + arguments);
    command.waitForFinished(60'000);
    exitCode = command.exitCode();
    return command.readAllStandardOutput() + command.readAllStandardError();
}

void TestPrometheusFeed::theCommandShowsTheSame()
{
    int exitCode = -1;
    QByteArray text = status({u"--prometheus"_s, m_url}, exitCode);
    QVERIFY2(exitCode == 1, text.constData()); // one of them is dead
    for (const char *const word : {"one", "two", "dead", "unreachable", "database ok"})
        QVERIFY2(text.contains(word), text.constData());
    text = status({u"--prometheus"_s, m_url, u"one"_s}, exitCode);
    QVERIFY2(exitCode == 0 && text.contains("healthy") && !text.contains("dead"), text.constData());
    text = status({u"--prometheus"_s, m_url, u"nobody"_s}, exitCode);
    QVERIFY2(exitCode == 1 && text.contains("nobody"), text.constData());
    text = status({u"--prometheus"_s, u"ftp://127.0.0.1"_s}, exitCode);
    QVERIFY2(exitCode == 2 && text.contains("--prometheus: "), text.constData());
    text = status({u"--prometheus"_s, u"http://127.0.0.1:%1"_s.arg(m_one.port)},
                  exitCode); // a web server, but not Prometheus
    QVERIFY2(exitCode == 1 && text.contains("Prometheus answered 404"), text.constData());
}

void TestPrometheusFeed::actionsGoToTheServiceItself()
{
    const ServiceId id = row(u"one"_s)->id;
    // The receipt of an earlier row may still compare the code.
    QTRY_COMPARE_WITH_TIMEOUT(m_session->actions().whyNot(id, ServiceAction::Restart), QString(), 60'000);
    QCOMPARE(m_session->actions().whyNot(id, ServiceAction::ShutDown), QString());
    m_session->actions().perform(id, ServiceAction::ShutDown);
    QTRY_VERIFY_WITH_TIMEOUT(m_one.process.state() == QProcess::NotRunning, 60'000);
    QCOMPARE(m_one.process.exitCode(), 0);
    QTRY_VERIFY_WITH_TIMEOUT(!row(u"one"_s)->isCurrent(), 60'000);
}

void TestPrometheusFeed::withoutPrometheusNothingIsKnown()
{
    QSignalSpy arrived(&m_session->watch(), &FleetWatch::arrived);
    m_prometheus.terminate();
    QVERIFY(hasEnded(m_prometheus));
    const auto noneIsCurrent = [this] {
        bool none = true;
        for (int i = 0; i < m_session->fleet().rowCount(); ++i)
            none = none
                && (!isScraped(m_session->fleet().row(i).id)
                    || m_session->fleet().row(i).reply.message.contains(u"Prometheus does not answer"_s));
        return none;
    };
    QTRY_VERIFY_WITH_TIMEOUT(noneIsCurrent(), 60'000);
    for (const QList<QVariant> &call : std::as_const(arrived)) // the window has its turn in between
        QVERIFY(call[0].value<QList<Arrival>>().size() <= Many);
}

void TestPrometheusFeed::cleanupTestCase()
{
    m_session.reset();
    if (m_prometheus.state() != QProcess::NotRunning) {
        m_prometheus.kill();
        m_prometheus.waitForFinished();
    }
}

QTEST_GUILESS_MAIN(TestPrometheusFeed)
#include "tst_prometheusfeed.moc"
