// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/notificationsender.h"
#include "common/protocol/notificationcodec.h"
#include "dashboard/model/alertrule.h"
#include "dashboard/model/alerttargets.h"
#include "tests/dashboard/model/reports.h"
#include "tests/support/fakehttpserver.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestAlertRule : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void rulesAreRead_data();
    void rulesAreRead();
    void whatIsNoRuleIsExplained_data();
    void whatIsNoRuleIsExplained();
    void aRuleIsToldOnceWhenItLasts();
    void whatIsNotKnownBreaksNoRule();
    void aRuleIsForWhomItSays();
    void errorsAreAPartOfTheOperations();
    void onlyWhatChangedOrIsDueIsLookedAt();
    void brokenRulesAreInTheRows();
    void targetsAreRead_data();
    void targetsAreRead();
    void ntfyAndAWebhookGetTheAlert();
    void aCommandGetsItAtItsInput();
    void whatCannotBeSentIsTold();
};

namespace {

/// A service whose memory is as it is told.
struct Bench
{
    ManualClock time;
    FleetModel fleet{time};
    RuleAlerts alerts{fleet, time};
    QList<Alert> raised;

    explicit Bench(const QString &rule)
    {
        QObject::connect(&alerts, &RuleAlerts::raised, &fleet, [this](const Alert &alert) { raised << alert; });
        alerts.setRules({*AlertRule::parse(rule)});
    }
    static HealthReport withMemory(qint64 bytes)
    {
        HealthReport report = Reports::healthy();
        report.resources.residentBytes = bytes;
        return report;
    }
    QList<Alert> look(std::chrono::seconds after = 1s)
    {
        time.advance(after);
        raised.clear();
        alerts.check();
        return raised;
    }
};

Alert someAlert(ServiceId id) { return {Alert::Kind::Trouble, {id}, u"mcp: \"error\""_s, u"qdrant\nrefused"_s}; }

} // namespace

void TestAlertRule::rulesAreRead_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<int>("measure");
    QTest::addColumn<double>("limit");
    QTest::addColumn<qint64>("seconds");
    const auto row = [](const QString &line, AlertRule::Measure measure, double limit, qint64 seconds) {
        QTest::newRow(qPrintable(line)) << line << int(measure) << limit << seconds;
    };
    row(u"latency > 500ms for 1min"_s, AlertRule::Measure::Latency, 0.5, 60);
    row(u"latency>2s"_s, AlertRule::Measure::Latency, 2, 0);
    row(u"memory > 1.5GiB  group:shop"_s, AlertRule::Measure::Memory, 1.5 * 1024 * 1024 * 1024, 0);
    row(u"errors > 5% for 30s !stale"_s, AlertRule::Measure::Errors, 0.05, 30);
    row(u"stale for 10min"_s, AlertRule::Measure::Stale, 0, 600);
    row(u"stale"_s, AlertRule::Measure::Stale, 0, 0);
}

void TestAlertRule::rulesAreRead()
{
    QFETCH(QString, line);
    const Result<AlertRule> rule = AlertRule::parse(line);
    QVERIFY2(rule.ok(), rule.ok() ? "" : qPrintable(rule.problem().text()));
    QTEST(int(rule->measure), "measure");
    QTEST(rule->limit, "limit");
    QTEST(qint64(std::chrono::duration_cast<std::chrono::seconds>(rule->lasting).count()), "seconds");
    QCOMPARE(rule->scope.isEmpty(), !line.contains(u':') && !line.contains(u'!'));
}

void TestAlertRule::whatIsNoRuleIsExplained_data()
{
    QTest::addColumn<QString>("line");
    for (const char *line : {"", "latency", "latency > 5", "latency > 5%", "memory > 5%", "errors > 2GiB", "stale > 5%",
                             "stale for ever", "speed > 3s", "latency > 1s nonsense:x"})
        QTest::newRow(line) << QString::fromLatin1(line);
}

void TestAlertRule::whatIsNoRuleIsExplained()
{
    QFETCH(QString, line);
    const Result<AlertRule> rule = AlertRule::parse(line);
    QVERIFY(!rule);
    QVERIFY(!rule.problem().what.isEmpty());
}

void TestAlertRule::aRuleIsToldOnceWhenItLasts()
{
    Bench bench(u"memory > 1MiB for 10s"_s);
    const ServiceId id = bench.fleet.add(Reports::entry(u"mcp"_s));
    const auto use = [&](qint64 bytes) { bench.fleet.applyAnswer(id, Reports::answer(Bench::withMemory(bytes))); };
    use(2 << 20);
    QVERIFY(bench.look().isEmpty());
    use(100);
    QVERIFY(bench.look(20s).isEmpty());
    use(2 << 20);
    QVERIFY(bench.look().isEmpty()); // its time begins anew
    const QList<Alert> raised = bench.look(10s);
    QCOMPARE(raised.size(), 1);
    QCOMPARE(raised[0].kind, Alert::Kind::Trouble);
    QCOMPARE(raised[0].title, u"mcp: memory > 1MiB for 10s"_s);
    QVERIFY(bench.look(100s).isEmpty());
    use(100);
    QCOMPARE(bench.look().value(0).kind, Alert::Kind::Recovery);
    QVERIFY(bench.look().isEmpty());
}

void TestAlertRule::whatIsNotKnownBreaksNoRule()
{
    Bench bench(u"memory > 1MiB"_s);
    const ServiceId id = bench.fleet.add(Reports::entry(u"mcp"_s));
    QVERIFY(bench.look().isEmpty());
    bench.fleet.applyAnswer(id, Reports::answer(Reports::healthy())); // it does not say
    QVERIFY(bench.look().isEmpty());
    bench.fleet.applyAnswer(id, Reports::answer(Bench::withMemory(2 << 20)));
    QCOMPARE(bench.look().size(), 1);
    bench.fleet.applyAnswer(id, Reports::failure(ClientError::Timeout));
    QVERIFY(bench.look().isEmpty()); // nor is it over
}

void TestAlertRule::aRuleIsForWhomItSays()
{
    Bench bench(u"memory > 1MiB group:shop"_s);
    FleetEntry shop = Reports::entry(u"orders"_s);
    shop.group = u"shop"_s;
    for (const FleetEntry &entry : {shop, Reports::entry(u"other"_s)})
        bench.fleet.applyAnswer(bench.fleet.add(entry), Reports::answer(Bench::withMemory(2 << 20)));
    const QList<Alert> raised = bench.look();
    QCOMPARE(raised.size(), 1);
    QCOMPARE(raised[0].services, QList<ServiceId>{bench.fleet.ids().first()});
}

void TestAlertRule::errorsAreAPartOfTheOperations()
{
    Bench bench(u"errors > 5%"_s);
    const ServiceId id = bench.fleet.add(Reports::entry(u"mcp"_s));
    const auto count = [&](qint64 successes, qint64 failures) {
        HealthReport report = Reports::healthy();
        report.dependencies = {Reports::dependency(u"db"_s, DependencyStatus::Working, successes, failures)};
        bench.fleet.applyAnswer(id, Reports::answer(report));
    };
    count(1000, 1000);
    QVERIFY(bench.look().isEmpty()); // when that was nobody knows
    count(1095, 1005);
    QVERIFY(bench.look().isEmpty()); // 5 of 100
    count(1095, 1006);
    QCOMPARE(bench.look().size(), 1);
}

void TestAlertRule::onlyWhatChangedOrIsDueIsLookedAt()
{
    Bench bench(u"memory > 1MiB for 10s"_s);
    QList<ServiceId> ids;
    for (int each = 0; each < 100; ++each)
        ids << bench.fleet.add(Reports::entry(u"service-%1"_s.arg(each)));
    const auto use = [&](ServiceId id, qint64 bytes) {
        bench.fleet.applyAnswer(id, Reports::answer(Bench::withMemory(bytes)));
    };
    for (const ServiceId id : ids)
        use(id, 100);
    bench.look();
    QCOMPARE(bench.alerts.lookedAt(), 100);
    bench.look();
    QCOMPARE(bench.alerts.lookedAt(), 0);
    use(ids[7], 2 << 20);
    QVERIFY(bench.look().isEmpty());
    QCOMPARE(bench.alerts.lookedAt(), 1);
    QVERIFY(bench.look(9s).isEmpty());
    QCOMPARE(bench.alerts.lookedAt(), 0);
    QCOMPARE(bench.look(1s).size(), 1); // though nothing of it changed
    QCOMPARE(bench.alerts.lookedAt(), 1);
    bench.look(); // that its row tells of it is a change
    bench.look();
    QCOMPARE(bench.alerts.lookedAt(), 0);
    bench.fleet.removeAll(ids.mid(0, 50));
    QVERIFY(bench.look().isEmpty());
    QCOMPARE(bench.alerts.lookedAt(), 0);
    bench.alerts.setRules({*AlertRule::parse(u"memory > 1MiB"_s)});
    QVERIFY(bench.look().isEmpty());
    QCOMPARE(bench.alerts.lookedAt(), 50);
}

void TestAlertRule::brokenRulesAreInTheRows()
{
    const QString lasting = u"memory > 1MiB for 10s"_s;
    const QString atOnce = u"memory > 2MiB"_s;
    Bench bench(lasting);
    bench.alerts.setRules({*AlertRule::parse(lasting), *AlertRule::parse(atOnce)});
    const ServiceId id = bench.fleet.add(Reports::entry(u"mcp"_s));
    const auto broken = [&](qint64 bytes, std::chrono::seconds after) {
        bench.fleet.applyAnswer(
            id, bytes > 0 ? Reports::answer(Bench::withMemory(bytes)) : Reports::failure(ClientError::Timeout));
        bench.look(after);
        return bench.fleet.find(id)->brokenRules;
    };
    QCOMPARE(broken(3 << 20, 1s), QStringList{atOnce});
    QCOMPARE(broken(3 << 20, 10s), (QStringList{lasting, atOnce}));
    QCOMPARE(broken(0, 1s), (QStringList{lasting, atOnce})); // not known
    QCOMPARE(broken(3 << 19, 1s), QStringList{lasting});
    QCOMPARE(broken(100, 1s), QStringList());
    QCOMPARE(broken(3 << 19, 1s), QStringList());
    bench.fleet.applyAnswer(id, Reports::failure(ClientError::Timeout));
    bench.look(10s); // it lasts as far as anybody knows
    QCOMPARE(bench.fleet.find(id)->brokenRules, QStringList{lasting});
    bench.alerts.setRules({});
    bench.look();
    QCOMPARE(bench.fleet.find(id)->brokenRules, QStringList());
}

void TestAlertRule::targetsAreRead_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<bool>("ok");
    QTest::newRow("ntfy") << u"ntfy https://ntfy.sh/topic"_s << true;
    QTest::newRow("a webhook") << u"webhook http://127.0.0.1:9/x"_s << true;
    QTest::newRow("a command") << u"command /usr/bin/logger -t \"two words\""_s << true;
    QTest::newRow("no program") << u"command "_s << false;
    QTest::newRow("no URL") << u"ntfy topic"_s << false;
    QTest::newRow("another scheme") << u"webhook file:///etc/passwd"_s << false;
    QTest::newRow("another word") << u"mail me@example.org"_s << false;
}

void TestAlertRule::targetsAreRead()
{
    QFETCH(QString, line);
    const Result<NotificationTarget> target = parseAlertTarget(line);
    QTEST(target.ok(), "ok");
    if (target && target->kind == NotificationTarget::Kind::Command)
        QCOMPARE(target->command, (QStringList{u"/usr/bin/logger"_s, u"-t"_s, u"two words"_s}));
}

void TestAlertRule::ntfyAndAWebhookGetTheAlert()
{
    FakeHttpServer server;
    server.setAnswer("/topic", FakeAnswer::json("{}"));
    server.setAnswer("/hook", FakeAnswer::json("{}"));
    FleetModel fleet;
    const ServiceId id = fleet.add(Reports::entry(u"mcp"_s));
    NotificationSender sender;
    QSignalSpy failed(&sender, &NotificationSender::failed);
    const Notification notification = notificationOf(someAlert(id), fleet);
    sender.send(*parseAlertTarget(u"ntfy "_s + server.url() + u"/topic"_s), notification);
    sender.send(*parseAlertTarget(u"webhook "_s + server.url() + u"/hook"_s), notification);
    QTRY_COMPARE(server.requests().size(), 2);
    QByteArray ntfy = server.requests()[0];
    QByteArray hook = server.requests()[1];
    if (!ntfy.startsWith("POST /topic"))
        std::swap(ntfy, hook);
    QVERIFY2(ntfy.startsWith("POST /topic") && ntfy.toLower().contains("title: mcp: \"error\""), ntfy.constData());
    QVERIFY(ntfy.endsWith("qdrant\nrefused"));
    QVERIFY2(hook.endsWith("{\"kind\":\"trouble\",\"services\":[\"mcp\"],\"text\":\"qdrant\\nrefused\","
                           "\"title\":\"mcp: \\\"error\\\"\"}\n"),
             hook.constData());
    QCOMPARE(failed.count(), 0);
}

void TestAlertRule::aCommandGetsItAtItsInput()
{
    const QTemporaryDir directory;
    const QString file = directory.filePath(u"alert with a blank"_s);
    FleetModel fleet;
    const ServiceId id = fleet.add(Reports::entry(u"mcp"_s));
    NotificationSender sender;
    const Notification notification = notificationOf(someAlert(id), fleet);
    sender.send(*parseAlertTarget(u"command tee \"%1\""_s.arg(file)), notification);
    const auto content = [&] {
        QFile written(file);
        return written.open(QIODevice::ReadOnly) ? written.readAll() : QByteArray();
    };
    QTRY_COMPARE(content(), encode(notification));
}

void TestAlertRule::whatCannotBeSentIsTold()
{
    FakeHttpServer server;
    server.setAnswer("/hook", FakeAnswer::json("no", 500));
    FleetModel fleet;
    NotificationSender sender;
    QSignalSpy failed(&sender, &NotificationSender::failed);
    const Notification notification = notificationOf(someAlert(fleet.add(Reports::entry(u"mcp"_s))), fleet);
    sender.send(*parseAlertTarget(u"webhook "_s + server.url() + u"/hook"_s), notification);
    sender.send(*parseAlertTarget(u"command /nonexistent/program"_s), notification);
    sender.send(*parseAlertTarget(u"command false"_s), notification);
    QTRY_COMPARE(failed.count(), 3);
}

QTEST_GUILESS_MAIN(TestAlertRule)
#include "tst_alertrule.moc"
