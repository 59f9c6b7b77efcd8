// SPDX-License-Identifier: GPL-3.0-or-later
//
// Real services, scraped by a real Prometheus, of which the dashboard and the command know through it alone.
#include "dashboard/model/prometheuswatch.h"
#include "tests/support/serviceprocess.h"

#include <QFile>
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

/// Of addresses where nobody listens.
QString deadTargets(int count)
{
    QStringList targets;
    for (int i = 0; i < count; ++i)
        targets << u"'127.7.%1.%2:1'"_s.arg(i / 200).arg(i % 200 + 1);
    return targets.join(u", "_s);
}

} // namespace

class TestPrometheusWatch : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void theTableShowsWhatPrometheusKnows();
    void itsSamplesAreTheHistory();
    void theCommandShowsTheSame();
    void actionsGoToTheServiceItself();
    void withoutPrometheusNothingIsKnown();
    void cleanupTestCase();

private:
    QByteArray status(const QStringList &arguments, int &exitCode);
    const ServiceRow *row(const QString &name);

    QTemporaryDir m_directory;
    Test::ServiceProcess m_one;
    Test::ServiceProcess m_two;
    QProcess m_prometheus;
    QString m_url;
    quint16 m_deadPort = freePort();
    std::unique_ptr<FleetWatch> m_watch;
    std::unique_ptr<PrometheusWatch> m_subject;
};

void TestPrometheusWatch::initTestCase()
{
    qputenv("XDG_STATE_HOME", QFile::encodeName(m_directory.filePath(u"state"_s)));
    QVERIFY(m_one.start(QStringLiteral(HEPHAESTUS), {u"serve"_s, u"--name"_s, u"one"_s, u"--listen"_s, u"127.0.0.1:0"_s}));
    QVERIFY(m_two.start(QStringLiteral(HEPHAESTUS), {u"serve"_s, u"--name"_s, u"two"_s, u"--listen"_s, u"127.0.0.1:0"_s}));
    QFile file(m_directory.filePath(u"prometheus.yml"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(u"global: {scrape_interval: 1s, scrape_timeout: 1s}\n"
               "scrape_configs:\n"
               "  - job_name: hephaestus\n"
               "    static_configs:\n"
               "      - {targets: ['127.0.0.1:%1'], labels: {service: one, fleet_group: blue}}\n"
               "      - {targets: ['127.0.0.1:%2']}\n"
               "      - {targets: ['127.0.0.1:%3'], labels: {service: dead}}\n"
               "      - {targets: [%4], labels: {service: many}}\n"_s.arg(m_one.port).arg(m_two.port).arg(m_deadPort).arg(deadTargets(Many)).toUtf8());
    file.close();
    const quint16 port = freePort();
    m_url = u"http://127.0.0.1:%1"_s.arg(port);
    m_prometheus.start(u"prometheus"_s, {u"--config.file"_s, file.fileName(), u"--storage.tsdb.path"_s, m_directory.filePath(u"data"_s),
                                         u"--web.listen-address"_s, u"127.0.0.1:%1"_s.arg(port)});
    QVERIFY2(m_prometheus.waitForStarted(), qPrintable(m_prometheus.errorString()));
    m_watch = std::make_unique<FleetWatch>();
    m_subject = std::make_unique<PrometheusWatch>(*m_watch, m_url);
    m_subject->start();
}

const ServiceRow *TestPrometheusWatch::row(const QString &name)
{
    for (int i = 0; i < m_watch->fleet().rowCount(); ++i) {
        if (m_watch->fleet().row(i).entry.name == name)
            return &m_watch->fleet().row(i);
    }
    return nullptr;
}

void TestPrometheusWatch::theTableShowsWhatPrometheusKnows()
{
    QTRY_VERIFY_WITH_TIMEOUT(row(u"one"_s) && row(u"one"_s)->observed == ServiceState::Healthy, 60'000);
    QTRY_VERIFY_WITH_TIMEOUT(m_watch->fleet().rowCount() == 3 + Many, 60'000);
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
    QTRY_VERIFY_WITH_TIMEOUT(row(u"dead"_s) && row(u"dead"_s)->observed == ServiceState::Unreachable, 60'000);
    QVERIFY2(row(u"dead"_s)->reply.message.contains(u"refused"_s), qPrintable(row(u"dead"_s)->reply.message));
}

void TestPrometheusWatch::itsSamplesAreTheHistory()
{
    const ServiceId id = row(u"one"_s)->id;
    QTRY_VERIFY_WITH_TIMEOUT(!m_watch->fleet().history(id).samples(u"database"_s).empty(), 60'000);

    // Somebody who comes later has the earlier samples at once.
    auto server = PrometheusFleet::at(m_url);
    QVERIFY(server);
    std::optional<PrometheusFleet::Past> past;
    bool known = false;
    (*server)->ask([&](const auto &members) { known = members.ok(); });
    QTRY_VERIFY(known);
    (*server)->askPast({u"http://127.0.0.1:%1"_s.arg(m_one.port)}, 60s, 1s, [&](const Result<PrometheusFleet::Past> &answer) {
        if (answer)
            past = *answer;
    });
    QTRY_VERIFY(past);
    const auto reports = past->value(u"http://127.0.0.1:%1"_s.arg(m_one.port));
    QVERIFY(reports.size() >= 2);
    QVERIFY(reports.front().first < reports.back().first);
    QVERIFY(reports.back().second.dependencies.front().successCount >= 1);
}

QByteArray TestPrometheusWatch::status(const QStringList &arguments, int &exitCode)
{
    QProcess command;
    command.start(QStringLiteral(HEPHAESTUS), QStringList{u"status"_s} + arguments);
    command.waitForFinished(60'000);
    exitCode = command.exitCode();
    return command.readAllStandardOutput() + command.readAllStandardError();
}

void TestPrometheusWatch::theCommandShowsTheSame()
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
    text = status({u"--prometheus"_s, u"http://127.0.0.1:%1"_s.arg(m_one.port)}, exitCode); // a web server, but not Prometheus
    QVERIFY2(exitCode == 1 && text.contains("Prometheus answered 404"), text.constData());
}

void TestPrometheusWatch::actionsGoToTheServiceItself()
{
    const ServiceId id = row(u"one"_s)->id;
    QCOMPARE(m_watch->actions().whyNot(id, ServiceAction::Restart), QString());
    QCOMPARE(m_watch->actions().whyNot(id, ServiceAction::ShutDown), QString());
    m_watch->actions().perform(id, ServiceAction::ShutDown);
    QTRY_VERIFY_WITH_TIMEOUT(m_one.process.state() == QProcess::NotRunning, 60'000);
    QCOMPARE(m_one.process.exitCode(), 0);
    QTRY_VERIFY_WITH_TIMEOUT(!row(u"one"_s)->isCurrent(), 60'000);
}

void TestPrometheusWatch::withoutPrometheusNothingIsKnown()
{
    m_prometheus.terminate();
    QVERIFY(m_prometheus.waitForFinished());
    const auto noneIsCurrent = [this] {
        bool none = true;
        for (int i = 0; i < m_watch->fleet().rowCount(); ++i)
            none = none && m_watch->fleet().row(i).reply.message.contains(u"Prometheus does not answer"_s);
        return none;
    };
    QTRY_VERIFY_WITH_TIMEOUT(noneIsCurrent(), 60'000);
}

void TestPrometheusWatch::cleanupTestCase()
{
    m_subject.reset();
    m_watch.reset();
    if (m_prometheus.state() != QProcess::NotRunning) {
        m_prometheus.kill();
        m_prometheus.waitForFinished();
    }
}

QTEST_GUILESS_MAIN(TestPrometheusWatch)
#include "tst_prometheuswatch.moc"
