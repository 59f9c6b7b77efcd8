// SPDX-License-Identifier: GPL-3.0-or-later
//
// A real Alertmanager: its alerts on the rows, silences made and ended here, and what it is told of polled services.
#include "dashboard/model/alertcells.h"
#include "dashboard/model/alertmanagerline.h"
#include "dashboard/model/fleetsession.h"
#include "tests/dashboard/model/reports.h"
#include "tests/support/alertmanagerprocess.h"
#include "tests/support/fakehttpserver.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestServiceAlerts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void alertsAreOnTheRowsTheyAreAbout_data();
    void alertsAreOnTheRowsTheyAreAbout();
    void aRowThatComesLaterHasItsAlerts();
    void whatPrometheusCallsItCounts();
    void whatIsToldComesBeforeWhatIsSilenced();
    void anAlertIsSilencedAndTheSilenceEnded();
    void aServiceIsSilencedBeforeItsAlert();
    void whatAlertmanagerRefusesIsSaid();
    void whileItDoesNotAnswerNothingIsKnown();
    void troubleOfPolledServicesIsPushedAndResolved();
    void whatPrometheusWatchesIsNotPushed();
    void rulesArePushed();
    void onlyWhatChangedOrWaitsIsLookedAt();
    void whatWasNotTakenIsToldAgain();
    void whatIsToldIsRepeatedBeforeItEnds();
    void alertmanagersAreReadFromALine_data();
    void alertmanagersAreReadFromALine();

private:
    ServiceId add(const QString &name, const QString &url);
    void post(const LabelSet &labels);
    QList<FiringAlert> firing();
    QString cell(ServiceId id) const;

    Test::AlertmanagerProcess m_process;
    ManualClock m_clock;
    std::unique_ptr<FleetModel> m_fleet;
    std::unique_ptr<ServiceAlerts> m_alerts;
};

void TestServiceAlerts::initTestCase() { QVERIFY2(m_process.start(), qPrintable(m_process.output)); }

void TestServiceAlerts::init()
{
    // Alertmanager's clock is the machine's: what ends in its future has not ended.
    m_clock.setWallBy(std::chrono::system_clock::now() - 2min - m_clock.wall());
    m_fleet = std::make_unique<FleetModel>(m_clock);
    m_alerts = std::make_unique<ServiceAlerts>(*m_fleet, QList<PrometheusServer>{{.url = m_process.url()}}, m_clock);
    m_alerts->start();
}

void TestServiceAlerts::cleanup()
{
    for (const FiringAlert &alert : firing()) { // the next test has none of them
        std::optional<QStringList> posted;
        m_alerts->feed().post({{alert.labels, {}, alert.startsAt, QDateTime::currentDateTimeUtc().addMSecs(-1)}},
                              [&posted](const QStringList &problems) { posted = problems; });
        QTRY_VERIFY(posted);
    }
    QTRY_VERIFY(firing().isEmpty());
    m_alerts.reset();
    m_fleet.reset();
}

ServiceId TestServiceAlerts::add(const QString &name, const QString &url)
{
    const ServiceId id = m_fleet->add(Reports::entry(name, url));
    m_fleet->applyAnswer(id, Reports::answer(Reports::healthy()));
    return id;
}

void TestServiceAlerts::post(const LabelSet &labels)
{
    std::optional<QStringList> posted;
    const QDateTime now = QDateTime::currentDateTimeUtc();
    m_alerts->feed().post({{labels, {{u"summary"_s, u"it is so"_s}}, now.addSecs(-60), now.addSecs(600)}},
                          [&posted](const QStringList &problems) { posted = problems; });
    QTRY_VERIFY(posted);
    QVERIFY2(posted->isEmpty(), qPrintable(posted->join(u' ')));
}

/// As a second reader has it.
QList<FiringAlert> TestServiceAlerts::firing()
{
    const auto reader = *Alertmanagers::at({{.url = m_process.url()}});
    std::optional<AlertReading> reading;
    reader->ask([&reading](const AlertReading &read) { reading = read; });
    [&] { QTRY_VERIFY(reading); }();
    return reading.value_or(AlertReading()).alerts;
}

QString TestServiceAlerts::cell(ServiceId id) const
{
    return m_fleet->indexOf(id).siblingAtColumn(FleetModel::Alerts).data().toString();
}

void TestServiceAlerts::alertsAreOnTheRowsTheyAreAbout_data()
{
    QTest::addColumn<LabelSet>("labels");
    QTest::addColumn<QStringList>("services"); // which have it
    const auto row = [](const char *name, LabelSet labels, const QStringList &services) {
        labels.insert(u"alertname"_s, u"Slow"_s);
        QTest::newRow(name) << labels << services;
    };
    row("its address", {{u"instance"_s, u"10.0.0.1:8000"_s}, {u"service"_s, u"other"_s}}, {u"shop"_s});
    row("its address with a path", {{u"instance"_s, u"10.0.0.3:443/pay"_s}}, {u"pay"_s});
    row("its whole URL", {{u"instance"_s, u"http://10.0.0.1:8000"_s}}, {u"shop"_s});
    row("a socket", {{u"instance"_s, u"unix:/run/cart.sock"_s}}, {u"cart"_s});
    row("its name, without an address", {{u"service"_s, u"shop"_s}}, {u"shop"_s, u"shop (2)"_s});
    row("its job, without either", {{u"job"_s, u"pay"_s}}, {u"pay"_s});
    row("a job of another name", {{u"service"_s, u"pay"_s}, {u"job"_s, u"cart"_s}}, {u"pay"_s});
    row("the address of another", {{u"instance"_s, u"10.0.0.9:8000"_s}, {u"service"_s, u"shop"_s}}, {});
    row("no label at all", {}, {});
}

void TestServiceAlerts::alertsAreOnTheRowsTheyAreAbout()
{
    QFETCH(LabelSet, labels);
    QFETCH(QStringList, services);
    QMap<QString, ServiceId> ids{{u"shop"_s, add(u"shop"_s, u"http://10.0.0.1:8000"_s)},
                                 {u"shop (2)"_s, add(u"shop"_s, u"http://10.0.0.2:8000"_s)},
                                 {u"pay"_s, add(u"pay"_s, u"https://10.0.0.3/pay/"_s)},
                                 {u"cart"_s, add(u"cart"_s, u"unix:/run/cart.sock"_s)}};
    post(labels);
    QTRY_COMPARE(m_alerts->elsewhere(), services.isEmpty() ? 1 : 0);
    for (auto id = ids.begin(); id != ids.end(); ++id)
        QTRY_COMPARE(cell(*id), services.contains(id.key()) ? u"Slow"_s : u"none"_s);
    QCOMPARE(m_fleet->totals().alerted, services.size());
    const Result<FilterQuery> query = FilterQuery::parse(u"alert:slow"_s);
    QVERIFY(query);
    for (const ServiceId id : ids)
        QCOMPARE(query->matches(*m_fleet->find(id)), cell(id) == "Slow"_L1);
}

void TestServiceAlerts::aRowThatComesLaterHasItsAlerts()
{
    post({{u"alertname"_s, u"Slow"_s}, {u"instance"_s, u"10.0.0.1:8000"_s}});
    QTRY_COMPARE(m_alerts->elsewhere(), 1);
    const ServiceId id = add(u"shop"_s, u"http://10.0.0.1:8000"_s);
    QTRY_COMPARE(cell(id), u"Slow"_s);
    QCOMPARE(m_alerts->elsewhere(), 0);
    m_fleet->remove(id);
    QTRY_COMPARE(m_alerts->elsewhere(), 1);
}

void TestServiceAlerts::whatPrometheusCallsItCounts()
{
    const ServiceId id = add(u"shop"_s, u"http://10.0.0.1:8000"_s);
    m_alerts->setInstances([id](ServiceId each) { return each == id ? u"pod-7"_s : QString(); });
    post({{u"alertname"_s, u"Slow"_s}, {u"instance"_s, u"pod-7"_s}});
    QTRY_COMPARE(cell(id), u"Slow"_s);
    QCOMPARE(m_alerts->matchersOf(id), (QList<AlertMatcher>{{u"instance"_s, u"pod-7"_s}}));
}

void TestServiceAlerts::whatIsToldComesBeforeWhatIsSilenced()
{
    QList<FiringAlert> alerts(4);
    for (qsizetype each = 0; each < alerts.size(); ++each) {
        alerts[each].fingerprint = QString::number(each);
        alerts[each].labels.insert(u"alertname"_s, u"A%1"_s.arg(each));
    }
    alerts[0].state = FiringAlert::State::Suppressed;
    alerts[0].labels.insert(u"severity"_s, u"critical"_s);
    alerts[1].labels.insert(u"severity"_s, u"info"_s);
    alerts[2].labels.insert(u"severity"_s, u"Critical"_s);
    std::ranges::sort(alerts, isMoreSevere);
    ServiceRow row;
    row.alerts = alerts;
    QCOMPARE(row.worstAlert()->name(), u"A2"_s);
    QCOMPARE(alertsText(row, {}), u"A2, A3, A1, 1 more silenced"_s); // what says nothing is as a warning
    row.alerts = {alerts.last()};
    QVERIFY(!row.worstAlert());
    QCOMPARE(alertsText(row, {}), u"1 silenced"_s);
}

void TestServiceAlerts::anAlertIsSilencedAndTheSilenceEnded()
{
    const ServiceId id = add(u"shop"_s, u"http://10.0.0.1:8000"_s);
    post({{u"alertname"_s, u"Slow"_s}, {u"instance"_s, u"10.0.0.1:8000"_s}});
    post({{u"alertname"_s, u"Full"_s}, {u"instance"_s, u"10.0.0.1:8000"_s}});
    QTRY_COMPARE(m_fleet->find(id)->alerts.size(), 2);
    const auto slow = std::ranges::find(m_fleet->find(id)->alerts, u"Slow"_s, &FiringAlert::name);
    QSignalSpy happened(m_alerts.get(), &ServiceAlerts::happened);
    std::optional<std::optional<Problem>> done;
    const auto whenDone = [&done](const std::optional<Problem> &problem) { done = problem; };
    m_alerts->silence(ServiceAlerts::matchersOf(*slow), m_clock.wall() + 2h, u"anna"_s, u"deploy"_s, whenDone);
    QTRY_VERIFY(done);
    QVERIFY2(!*done, qPrintable(done->value_or(Problem()).what));
    QTRY_COMPARE(cell(id), u"Full, 1 more silenced"_s);
    QTRY_COMPARE(m_alerts->silencesOf(id).size(), 1);
    const Silence silence = m_alerts->silencesOf(id).first();
    QCOMPARE(silence.createdBy, u"anna"_s);
    QCOMPARE(silence.comment, u"deploy"_s);
    QCOMPARE(silence.endsAt.toSecsSinceEpoch(),
             std::chrono::floor<std::chrono::seconds>(m_clock.wall() + 2h).time_since_epoch().count());
    QCOMPARE(happened.last().at(0).value<Event>().by, u"anna"_s);
    const FiringAlert &held = m_fleet->find(id)->alerts.last();
    QVERIFY2(alertLine(held).endsWith(u"silenced"_s), qPrintable(alertLine(held)));

    done.reset();
    m_alerts->endSilence(silence.id, whenDone);
    QTRY_VERIFY(done);
    QVERIFY(!*done);
    QTRY_COMPARE(cell(id).count(u','), 1);
    QTRY_VERIFY(m_alerts->silencesOf(id).isEmpty());
}

void TestServiceAlerts::aServiceIsSilencedBeforeItsAlert()
{
    const ServiceId id = add(u"shop"_s, u"http://10.0.0.4:8000"_s);
    const ServiceId other = add(u"shop"_s, u"http://10.0.0.5:8000"_s);
    std::optional<std::optional<Problem>> done;
    const auto whenDone = [&done](const std::optional<Problem> &problem) { done = problem; };
    m_alerts->silence(m_alerts->matchersOf(id), m_clock.wall() + 1h, u"anna"_s, u"deploy"_s, whenDone);
    QTRY_VERIFY(done && !*done);
    QTRY_COMPARE(m_alerts->silencesOf(id).size(), 1);
    QVERIFY(m_alerts->silencesOf(other).isEmpty());
    post({{u"alertname"_s, u"Slow"_s}, {u"instance"_s, u"10.0.0.4:8000"_s}});
    QTRY_COMPARE(cell(id), u"1 silenced"_s);
    done.reset();
    m_alerts->endSilence(m_alerts->silencesOf(id).first().id, whenDone);
    QTRY_VERIFY(done && !*done);
    QTRY_COMPARE(cell(id), u"Slow"_s);
}

void TestServiceAlerts::whatAlertmanagerRefusesIsSaid()
{
    std::optional<std::optional<Problem>> done;
    const auto whenDone = [&done](const std::optional<Problem> &problem) { done = problem; };
    m_alerts->silence({{u"alertname"_s, u"Slow"_s}}, m_clock.wall() - 1h, u"anna"_s, u"too late"_s, whenDone);
    QTRY_VERIFY(done);
    QVERIFY(*done);
    QVERIFY2((*done)->what.contains(u"Alertmanager answered 400"_s), qPrintable((*done)->what));
    done.reset();
    m_alerts->endSilence(u"00000000-0000-0000-0000-000000000000"_s, whenDone);
    QTRY_VERIFY(done);
    QVERIFY(*done);
}

void TestServiceAlerts::whileItDoesNotAnswerNothingIsKnown()
{
    const ServiceId id = add(u"shop"_s, u"http://10.0.0.1:8000"_s);
    QCOMPARE(cell(id), u"–"_s); // it has not answered yet
    post({{u"alertname"_s, u"Slow"_s}, {u"instance"_s, u"10.0.0.1:8000"_s}});
    QTRY_COMPARE(cell(id), u"Slow"_s);
    QVERIFY(!m_fleet->areAlertsLost());
    QSignalSpy happened(m_alerts.get(), &ServiceAlerts::happened);
    m_process.stop();
    m_alerts->feed().ask();
    QTRY_COMPARE(cell(id), u"–"_s);
    QVERIFY(m_fleet->areAlertsLost() && !m_alerts->isKnown());
    QCOMPARE(m_fleet->totals().alerted, 0);
    const QModelIndex index = m_fleet->indexOf(id).siblingAtColumn(FleetModel::Alerts);
    QVERIFY2(index.data(Qt::ToolTipRole).toString().contains(m_process.url()),
             qPrintable(index.data(Qt::ToolTipRole).toString()));
    m_alerts->feed().ask();
    QSignalSpy confirmed(&m_alerts->feed(), &AlertmanagerFeed::confirmed);
    QTRY_VERIFY(!confirmed.isEmpty());
    QCOMPARE(happened.size(), 1); // once
    QCOMPARE(happened.first().at(0).value<Event>().kind, EventKind::Trouble);

    QVERIFY(m_process.start()); // and has forgotten its alerts
    m_alerts->feed().ask();
    QTRY_COMPARE(cell(id), u"none"_s);
    QCOMPARE(happened.last().at(0).value<Event>().kind, EventKind::Recovery);
    m_alerts.reset();
    QCOMPARE(cell(id), u"–"_s);
    QVERIFY(!m_fleet->areAlertsLost());
    init();
}

void TestServiceAlerts::troubleOfPolledServicesIsPushedAndResolved()
{
    AlertPush push(
        *m_fleet, m_alerts->feed(), [](ServiceId) { return true; }, m_clock);
    push.setRules({5s, {}});
    const ServiceId id = add(u"shop"_s, u"http://10.0.0.1:8000"_s);
    add(u"well"_s, u"http://10.0.0.2:8000"_s);
    m_fleet->applyAnswer(id, Reports::failure(ClientError::Refused));
    m_clock.advance(4s);
    push.check();
    m_clock.advance(2s);
    push.check();
    QTRY_COMPARE(firing().size(), 1);
    const FiringAlert alert = firing().first();
    QCOMPARE(alert.labels,
             (LabelSet{{u"alertname"_s, u"ServiceDown"_s},
                       {u"severity"_s, u"critical"_s},
                       {u"job"_s, u"hephaestus"_s},
                       {u"instance"_s, u"10.0.0.1:8000"_s},
                       {u"service"_s, u"shop"_s}}));
    QVERIFY2(alert.summary().contains(u"shop: unreachable"_s), qPrintable(alert.summary()));
    QTRY_COMPARE(cell(id), u"ServiceDown"_s); // it is on the row, too
    m_fleet->setActivity(id, Activity{ServiceState::Restarting, {}});
    push.check();
    QTRY_COMPARE(firing().size(), 1); // it is not over yet
    m_fleet->setActivity(id, {});
    m_fleet->applyAnswer(id, Reports::answer(Reports::withError()));
    m_clock.advance(6s);
    push.check();
    QTRY_VERIFY(firing().size() == 1 && firing().first().name() == "DependencyFailing"_L1);
    m_fleet->applyAnswer(id, Reports::answer(Reports::healthy()));
    push.check();
    QTRY_VERIFY(firing().isEmpty());
}

void TestServiceAlerts::whatPrometheusWatchesIsNotPushed()
{
    ServiceId scraped = NoService;
    AlertPush push(
        *m_fleet, m_alerts->feed(), [&scraped](ServiceId id) { return id != scraped; }, m_clock);
    push.setRules({0s, {*AlertRule::parse(u"memory > 1KiB"_s)}});
    scraped = add(u"scraped"_s, u"http://10.0.0.1:8000"_s);
    const ServiceId polled = add(u"polled"_s, u"http://10.0.0.2:8000"_s);
    for (const ServiceId id : {scraped, polled})
        m_fleet->applyAnswer(id, Reports::failure(ClientError::Refused));
    push.check();
    QTRY_COMPARE(firing().size(), 1);
    QCOMPARE(firing().first().labels.value(u"service"_s), u"polled"_s);
    scraped = polled; // a Prometheus has taken it over
    push.check();
    QTRY_VERIFY(firing().size() == 1 && firing().first().labels.value(u"service"_s) == "scraped"_L1);
    m_fleet->remove(polled);
}

void TestServiceAlerts::rulesArePushed()
{
    AlertPush push(
        *m_fleet, m_alerts->feed(), [](ServiceId) { return true; }, m_clock);
    const QString rule = u"memory > 1GiB for 10s"_s;
    push.setRules({5s, {*AlertRule::parse(rule)}});
    const ServiceId id = add(u"shop"_s, u"http://10.0.0.1:8000"_s);
    HealthReport large = Reports::healthy();
    large.resources.residentBytes = 2LL << 30;
    m_fleet->applyAnswer(id, Reports::answer(large));
    push.check();
    m_clock.advance(9s);
    push.check();
    m_clock.advance(2s);
    m_fleet->applyAnswer(id, Reports::failure(ClientError::Timeout)); // not known: neither broken nor over
    push.check();
    QTRY_COMPARE(firing().size(), 1);
    QCOMPARE(firing().first().name(), u"MuchMemory"_s);
    QCOMPARE(firing().first().labels.value(u"rule"_s), rule);
    m_fleet->applyAnswer(id, Reports::answer(Reports::healthy())); // says nothing of its memory
    push.check();
    large.resources.residentBytes = 1;
    m_fleet->applyAnswer(id, Reports::answer(large));
    push.check();
    QTRY_VERIFY(firing().isEmpty());
}

void TestServiceAlerts::onlyWhatChangedOrWaitsIsLookedAt()
{
    AlertPush push(
        *m_fleet, m_alerts->feed(), [](ServiceId) { return true; }, m_clock);
    push.setRules({5s, {}});
    QList<ServiceId> ids;
    for (int each = 0; each < 50; ++each)
        ids << add(u"service-%1"_s.arg(each), u"http://10.0.0.1:%1"_s.arg(8000 + each));
    const auto look = [&](std::chrono::seconds after) {
        m_clock.advance(after);
        push.check();
        return push.lookedAt();
    };
    QCOMPARE(look(1s), 50);
    QCOMPARE(look(1s), 0);
    m_fleet->applyAnswer(ids[7], Reports::failure(ClientError::Refused));
    QCOMPARE(look(1s), 1);
    QCOMPARE(look(1s), 1);
    QCOMPARE(look(5s), 1); // it is told though nothing of it changed
    QTRY_COMPARE(firing().size(), 1);
    m_fleet->removeAll(ids.mid(10));
    QTRY_COMPARE(cell(ids[7]), u"ServiceDown"_s); // it is on the row, which is a change
    look(1s);
    QCOMPARE(look(1s), 0);
    push.setRules({5s, {*AlertRule::parse(u"memory > 1KiB"_s)}});
    QCOMPARE(look(1s), 20); // once and for the rule
    m_fleet->remove(ids[7]);
    QCOMPARE(look(1s), 0);
    QTRY_VERIFY(firing().isEmpty());
}

void TestServiceAlerts::whatWasNotTakenIsToldAgain()
{
    FakeHttpServer server;
    server.setAnswers("/api/v2/alerts", {FakeAnswer::json("\"later\"", 503), FakeAnswer::json("")});
    AlertmanagerFeed feed({{.url = server.url()}});
    AlertPush push(
        *m_fleet, feed, [](ServiceId) { return true; }, m_clock);
    push.setRules({0s, {}});
    m_fleet->applyAnswer(add(u"shop"_s, u"http://10.0.0.1:8000"_s), Reports::failure(ClientError::Refused));
    QSignalSpy happened(&push, &AlertPush::happened);
    const auto posts = [&server] {
        return std::ranges::count_if(server.requests(),
                                     [](const QByteArray &request) { return request.startsWith("POST "); });
    };
    push.check();
    QTRY_COMPARE(happened.size(), 1);
    QVERIFY(happened.first().at(0).value<Event>().text.contains(u"later"_s));
    push.check(); // too soon
    m_clock.advance(AlertPush::RetryInterval);
    push.check();
    QTRY_COMPARE(posts(), 2);
    QCOMPARE(happened.size(), 1);
}

void TestServiceAlerts::whatIsToldIsRepeatedBeforeItEnds()
{
    FakeHttpServer server;
    server.setAnswer("/api/v2/alerts", FakeAnswer::json("[]"));
    server.setAnswer("/api/v2/silences", FakeAnswer::json("[]"));
    AlertmanagerFeed feed({{.url = server.url()}});
    AlertPush push(
        *m_fleet, feed, [](ServiceId) { return true; }, m_clock);
    push.setRules({0s, {}});
    const ServiceId id = add(u"shop"_s, u"http://10.0.0.1:8000"_s);
    m_fleet->applyAnswer(id, Reports::failure(ClientError::Refused));
    QByteArrayList posts;
    QSignalSpy confirmed(&feed, &AlertmanagerFeed::confirmed);
    const auto look = [&] { // each post is followed by a look
        const qsizetype before = confirmed.size();
        push.check();
        const bool isSent = QTest::qWaitFor([&] { return confirmed.size() > before; }, 1'000);
        posts.clear();
        for (const QByteArray &request : server.requests()) {
            if (request.startsWith("POST "))
                posts << request;
        }
        return isSent;
    };
    QVERIFY(look());
    QVERIFY(!look());
    m_clock.advance(AlertPush::RepeatInterval - 1s);
    QVERIFY(!look());
    QCOMPARE(posts.size(), 1);
    m_clock.advance(1s);
    QVERIFY(look());
    QCOMPARE(posts.size(), 2);
    const auto field = [](const QByteArray &post, const QByteArray &name) {
        const qsizetype at = post.indexOf('"' + name + "\":\"") + name.size() + 4;
        return QDateTime::fromString(QString::fromLatin1(post.mid(at, 24)), Qt::ISODateWithMs);
    };
    QCOMPARE(field(posts[1], "startsAt"), field(posts[0], "startsAt"));
    QCOMPARE(field(posts[0], "endsAt").secsTo(field(posts[1], "endsAt")), AlertPush::RepeatInterval.count());
    QVERIFY(AlertPush::Lifetime >= 2 * AlertPush::RepeatInterval);
    m_fleet->applyAnswer(id, Reports::answer(Reports::healthy()));
    QVERIFY(look());
    QVERIFY(field(posts[2], "endsAt") <= QDateTime::fromMSecsSinceEpoch(
                std::chrono::duration_cast<std::chrono::milliseconds>(m_clock.wall().time_since_epoch()).count()));
    m_clock.advance(AlertPush::RepeatInterval);
    QVERIFY(!look()); // that it is over is told once
}

void TestServiceAlerts::alertmanagersAreReadFromALine_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("url"); // empty: it is refused
    QTest::addColumn<QString>("token");
    QTest::newRow("an address") << u"http://am:9093"_s << u"http://am:9093"_s << QString();
    QTest::newRow("with a token") << u"https://am/prefix token-file=/run/token"_s << u"https://am/prefix"_s
                                  << u"/run/token"_s;
    QTest::newRow("a name with a blank") << u"http://am token-file=\"/run/my token\""_s << u"http://am"_s
                                         << u"/run/my token"_s;
    QTest::newRow("no address") << u"am"_s << QString() << QString();
    QTest::newRow("another word") << u"http://am color=red"_s << QString() << QString();
    QTest::newRow("a CA without TLS") << u"http://am ca=/none"_s << QString() << QString();
}

void TestServiceAlerts::alertmanagersAreReadFromALine()
{
    QFETCH(QString, line);
    QFETCH(QString, url);
    const Result<PrometheusServer> server = parseAlertmanager(line);
    QCOMPARE(server.ok(), !url.isEmpty());
    if (!server)
        return;
    QCOMPARE(server->url, url);
    QTEST(server->tokenFile, "token");
}

QTEST_GUILESS_MAIN(TestServiceAlerts)
#include "tst_servicealerts.moc"
