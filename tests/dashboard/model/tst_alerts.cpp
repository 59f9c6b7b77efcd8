// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/alerts.h"
#include "tests/dashboard/model/reports.h"

#include <QSignalSpy>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestAlerts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void troubleIsToldOnceWhenItLasts();
    void aShortTroubleIsNotTold();
    void itsEndIsTold();
    void whatComesTogetherIsToldTogether();
    void oldCodeIsToldOnce();
    void whatIsRestartedHereIsNoTrouble();
    void aShutdownIsNoTrouble();
    void nothingIsToldWhileMuted();
    void hostileTextIsEscaped();
    void whatADependencyExplainsIsOneAlert();
    void whatAServiceExplainsIsOneAlert();
    void aHostThatIsGoneIsOneAlert();
    void anOutageThatSpreadsIsOneAlert();
    void theEndOfAnOutageIsOneAlert();
    void theEndOfAnOutageIsToldOfThoseWhoRecovered();
    void recoveriesThatTrickleInAreToldAtABound();
    void whoFallsSilentAgainIsStillInTheOutage();
    void anotherOutageIsAnotherAlert();
    void anOutageThatGrowsIsToldAnew_data();
    void anOutageThatGrowsIsToldAnew();
    void twoThatFallSilentAreNoOutage();
    void whoHasNeverAnsweredIsInNoOutageOfOthers();
    void onlyWhatChangedIsLookedAt();
    void aServiceThatIsRemovedIsForgotten();

private:
    /// Who falls silent at once, and has been told of.
    QList<ServiceId> outage(int services)
    {
        QList<ServiceId> ids;
        for (int each = 0; each < services; ++each)
            ids << add(u"service-%1"_s.arg(each));
        for (const ServiceId id : std::as_const(ids)) {
            heal(id);
            silence(id);
        }
        look();
        [&] { QCOMPARE(look(6s).size(), 1); }();
        return ids;
    }
    void silence(ServiceId id) { m_fleet->applyAnswer(id, Reports::failure(ClientError::Refused)); }
    void heal(ServiceId id) { m_fleet->applyAnswer(id, Reports::answer(Reports::healthy())); }
    ServiceId add(const QString &name) { return m_fleet->add(Reports::entry(name)); }
    ServiceId addHealthy(const QString &name)
    {
        const ServiceId id = add(name);
        heal(id);
        return id;
    }
    /// One more look after so long; what was raised by it.
    QList<Alert> look(std::chrono::milliseconds after = 1s)
    {
        m_time.advance(after);
        m_raised.clear();
        m_alerts->check();
        return m_raised;
    }

    ManualClock m_time;
    std::unique_ptr<FleetModel> m_fleet;
    std::unique_ptr<AlertCauses> m_causes;
    std::unique_ptr<Alerts> m_alerts;
    QList<Alert> m_raised;
};

void TestAlerts::init()
{
    m_alerts.reset();
    m_causes.reset();
    m_fleet = std::make_unique<FleetModel>(m_time);
    m_causes = std::make_unique<AlertCauses>(*m_fleet);
    m_alerts = std::make_unique<Alerts>(*m_fleet, *m_causes, m_time);
    m_alerts->setDelay(5s);
    connect(m_alerts.get(), &Alerts::raised, this, [this](const Alert &alert) { m_raised << alert; });
}

void TestAlerts::troubleIsToldOnceWhenItLasts()
{
    const ServiceId id = add(u"mcp"_s);
    m_fleet->applyAnswer(id, Reports::answer(Reports::withError()));
    QVERIFY(look().isEmpty());
    QVERIFY(look(4s).isEmpty());
    const QList<Alert> raised = look();
    QCOMPARE(raised.size(), 1);
    QCOMPARE(raised[0].kind, Alert::Kind::Trouble);
    QCOMPARE(raised[0].services, QList<ServiceId>{id});
    QCOMPARE(raised[0].title, u"mcp: error"_s);
    QCOMPARE(raised[0].text, u"qdrant: connection refused"_s);
    m_fleet->applyAnswer(id, Reports::failure(ClientError::Refused)); // another trouble without a good moment between
    QVERIFY(look(20s).isEmpty());
}

void TestAlerts::aShortTroubleIsNotTold()
{
    const ServiceId id = add(u"mcp"_s);
    m_fleet->applyAnswer(id, Reports::failure(ClientError::Timeout));
    QVERIFY(look(3s).isEmpty());
    m_fleet->applyAnswer(id, Reports::answer(Reports::healthy()));
    QVERIFY(look(3s).isEmpty());
    m_fleet->applyAnswer(id, Reports::failure(ClientError::Timeout)); // its time begins anew
    QVERIFY(look(3s).isEmpty());
}

void TestAlerts::itsEndIsTold()
{
    const ServiceId id = add(u"mcp"_s);
    m_fleet->applyAnswer(id, Reports::failure(ClientError::Refused));
    look();
    QCOMPARE(look(6s).size(), 1);
    m_fleet->applyAnswer(id, Reports::answer(Reports::healthy()));
    const QList<Alert> raised = look();
    QCOMPARE(raised.size(), 1);
    QCOMPARE(raised[0].kind, Alert::Kind::Recovery);
    QCOMPARE(raised[0].title, u"mcp is healthy again"_s);
    QVERIFY(look().isEmpty());
}

void TestAlerts::whatComesTogetherIsToldTogether()
{
    for (int each = 0; each < 7; ++each)
        m_fleet->applyAnswer(add(u"service-%1"_s.arg(each)), Reports::failure(ClientError::Refused));
    look();
    const QList<Alert> raised = look(6s);
    QCOMPARE(raised.size(), 1);
    QCOMPARE(raised[0].services.size(), 7);
    QCOMPARE(raised[0].title, u"7 of 7 services do not answer"_s);
    QVERIFY(raised[0].text.endsWith(u"and 2 more"_s));
}

void TestAlerts::oldCodeIsToldOnce()
{
    const ServiceId id = add(u"mcp"_s);
    HealthReport report = Reports::healthy();
    report.code = CodeReport{CodeVerdict::Stale, {}, {}};
    m_fleet->applyAnswer(id, Reports::answer(report));
    QCOMPARE(look().value(0).kind, Alert::Kind::Stale);
    QVERIFY(look().isEmpty());
}

void TestAlerts::whatIsRestartedHereIsNoTrouble()
{
    const ServiceId id = add(u"mcp"_s);
    m_fleet->applyAnswer(id, Reports::answer(Reports::healthy()));
    m_fleet->setActivity(id, Activity{ServiceState::Restarting, {}});
    m_fleet->applyAnswer(id, Reports::failure(ClientError::Refused));
    QVERIFY(look(10s).isEmpty());
    QVERIFY(look(10s).isEmpty());
}

void TestAlerts::aShutdownIsNoTrouble()
{
    const ServiceId id = add(u"mcp"_s);
    m_fleet->applyAnswer(id, Reports::answer(Reports::shuttingDown()));
    m_fleet->applyAnswer(id, Reports::failure(ClientError::Refused));
    look();
    QVERIFY(look(10s).isEmpty());
}

void TestAlerts::nothingIsToldWhileMuted()
{
    const ServiceId id = add(u"mcp"_s);
    m_alerts->muteUntil(m_time.wall() + 1h);
    m_fleet->applyAnswer(id, Reports::failure(ClientError::Refused));
    look();
    QVERIFY(look(6s).isEmpty());
    QVERIFY(look(2h).isEmpty()); // it is no news by then
}

void TestAlerts::hostileTextIsEscaped()
{
    const ServiceId id = add(u"a\u202Eb"_s);
    m_fleet->applyAnswer(id, Reports::failure(ClientError::Refused, u"x\ny"_s));
    look();
    const QList<Alert> raised = look(6s);
    QCOMPARE(raised.size(), 1);
    QVERIFY(raised[0].title.startsWith(u"a\\u{202e}b"_s));
    QVERIFY(!raised[0].text.contains(u'\n'));
}

void TestAlerts::whatADependencyExplainsIsOneAlert()
{
    QList<ServiceId> ids;
    for (int each = 0; each < 4; ++each)
        ids << add(u"service-%1"_s.arg(each));
    const auto fail = [&](ServiceId id) { m_fleet->applyAnswer(id, Reports::answer(Reports::withError())); };
    const auto heal = [&](ServiceId id) { m_fleet->applyAnswer(id, Reports::answer(Reports::healthy())); };
    for (const ServiceId id : ids.mid(0, 3))
        fail(id);
    heal(ids[3]);
    look();
    QList<Alert> raised = look(6s);
    QCOMPARE(raised.size(), 1);
    QCOMPARE(raised[0].title, u"qdrant fails for 3 services"_s);
    QCOMPARE(raised[0].services, ids.mid(0, 3));
    fail(ids[3]); // it reaches another one: no news
    look();
    QVERIFY(look(20s).isEmpty());
    for (const ServiceId id : ids.mid(1))
        heal(id);
    QVERIFY(look().isEmpty()); // not over for all
    heal(ids[0]);
    raised = look();
    QCOMPARE(raised.size(), 1);
    QCOMPARE(raised[0].kind, Alert::Kind::Recovery);
    QCOMPARE(raised[0].title, u"qdrant: over, 4 services are healthy again"_s);
    fail(ids[0]); // alone now
    look();
    raised = look(6s);
    QCOMPARE(raised.size(), 1);
    QCOMPARE(raised[0].title, u"service-0: error"_s);
}

void TestAlerts::whatAServiceExplainsIsOneAlert()
{
    const ServiceId database = add(u"database"_s);
    FleetEntry shop = Reports::entry(u"shop"_s);
    shop.dependsOn = {u"database"_s};
    FleetEntry web = Reports::entry(u"web"_s);
    web.dependsOn = {u"shop"_s};
    const ServiceId shopId = m_fleet->add(shop);
    const ServiceId webId = m_fleet->add(web);
    m_fleet->applyAnswer(database, Reports::failure(ClientError::Refused));
    m_fleet->applyAnswer(shopId, Reports::answer(Reports::withError()));
    m_fleet->applyAnswer(webId, Reports::failure(ClientError::Timeout));
    look();
    QList<Alert> raised = look(6s);
    QCOMPARE(raised.size(), 1);
    QVERIFY2(raised[0].title.startsWith(u"database: unreachable"_s), qPrintable(raised[0].title));
    QCOMPARE(raised[0].services.first(), database);
    QCOMPARE(raised[0].services.size(), 3);
    QVERIFY(raised[0].text.contains(u"shop"_s) && raised[0].text.contains(u"web"_s));
}

void TestAlerts::aHostThatIsGoneIsOneAlert()
{
    QList<ServiceId> ids;
    for (int each = 0; each < 3; ++each)
        ids << m_fleet->add(Reports::entry(u"service-%1"_s.arg(each), u"http://10.0.0.7:800%1"_s.arg(each)));
    const ServiceId other = m_fleet->add(Reports::entry(u"other"_s, u"http://10.0.0.8:8000"_s));
    m_fleet->applyAnswer(other, Reports::answer(Reports::healthy()));
    for (const ServiceId id : ids)
        m_fleet->applyAnswer(id, Reports::failure(ClientError::Timeout));
    look();
    const QList<Alert> raised = look(6s);
    QCOMPARE(raised.size(), 1);
    QCOMPARE(raised[0].title, u"No service answers on 10.0.0.7"_s);
    QCOMPARE(raised[0].services, ids);
}

void TestAlerts::anOutageThatSpreadsIsOneAlert()
{
    int alerts = 0;
    QList<ServiceId> ids;
    for (int each = 0; each < 60; ++each)
        ids << add(u"service-%1"_s.arg(each));
    for (int second = 0; second < 30; ++second) {
        for (const ServiceId id : ids.mid(second * 20, 20)) // twenty more each second
            m_fleet->applyAnswer(id, Reports::failure(ClientError::Refused));
        for (const Alert &alert : look()) {
            ++alerts;
            QCOMPARE(alert.services.size(), 60);
        }
    }
    QCOMPARE(alerts, 1);
}

/// They come back within a few seconds, as polls find them.
void TestAlerts::theEndOfAnOutageIsOneAlert()
{
    const QList<ServiceId> ids = outage(60);
    QList<Alert> raised;
    for (const QList<ServiceId> &some : {ids.mid(0, 11), ids.mid(11, 32), ids.mid(43)}) {
        for (const ServiceId id : some)
            heal(id);
        raised << look();
    }
    QCOMPARE(raised.size(), 1);
    QCOMPARE(raised[0].kind, Alert::Kind::Recovery);
    QCOMPARE(raised[0].title, u"60 services are healthy again"_s);
    QCOMPARE(raised[0].services, ids);
    QVERIFY(look(20s).isEmpty());
}

void TestAlerts::theEndOfAnOutageIsToldOfThoseWhoRecovered()
{
    const QList<ServiceId> ids = outage(5);
    for (const ServiceId id : ids.mid(0, 3)) {
        heal(id);
        QVERIFY(look(14s).isEmpty()); // perhaps more will
    }
    QList<Alert> raised = look(15s);
    QCOMPARE(raised.size(), 1);
    QCOMPARE(raised[0].title, u"3 services are healthy again, 2 still in trouble"_s);
    QCOMPARE(raised[0].services, ids.mid(0, 3));
    for (const ServiceId id : ids.mid(3))
        heal(id);
    raised = look();
    QCOMPARE(raised.size(), 1);
    QCOMPARE(raised[0].title, u"2 services are healthy again"_s);
    silence(ids[0]); // that is another story
    look();
    QCOMPARE(look(6s).value(0).title, u"service-0: unreachable: refused"_s);
}

void TestAlerts::recoveriesThatTrickleInAreToldAtABound()
{
    const QList<ServiceId> ids = outage(60);
    QList<qsizetype> told;
    for (qsizetype second = 0; second < 72; ++second) {
        if (second < 59) // the last one never does
            heal(ids[second]);
        for (const Alert &alert : look(1s))
            told << second << alert.services.size();
    }
    QCOMPARE(told, (QList<qsizetype>{60, 59}));
}

void TestAlerts::whoFallsSilentAgainIsStillInTheOutage()
{
    const QList<ServiceId> ids = outage(3);
    heal(ids[0]);
    QVERIFY(look().isEmpty());
    silence(ids[0]);
    look();
    QVERIFY(look(20s).isEmpty()); // neither its recovery nor its trouble
    for (const ServiceId id : ids)
        heal(id);
    QCOMPARE(look().value(0).title, u"3 services are healthy again"_s);
}

void TestAlerts::anotherOutageIsAnotherAlert()
{
    outage(3);
    QVERIFY(look(60s).isEmpty());
    QList<ServiceId> later;
    for (int each = 0; each < 4; ++each)
        later << addHealthy(u"later-%1"_s.arg(each));
    for (const ServiceId id : std::as_const(later)) {
        silence(id);
        look();
    }
    const QList<Alert> raised = look(6s);
    QCOMPARE(raised.size(), 1);
    QCOMPARE(raised[0].services, later);
    QCOMPARE(raised[0].title, u"4 of 7 services do not answer"_s);
    silence(addHealthy(u"one more"_s)); // it is reached by the second one
    look();
    QVERIFY(look(6s).isEmpty());
}

void TestAlerts::anOutageThatGrowsIsToldAnew_data()
{
    QTest::addColumn<int>("first");
    QTest::addColumn<int>("more");
    QTest::addColumn<bool>("told");
    QTest::newRow("a second wave") << 30 << 30 << true;
    QTest::newRow("a half more") << 6 << 3 << true;
    QTest::newRow("a few of many") << 30 << 14 << false;
    QTest::newRow("two of few") << 3 << 2 << false;
}

/// 20 s later: the same that ended the first may have ended these.
void TestAlerts::anOutageThatGrowsIsToldAnew()
{
    QFETCH(int, first);
    QFETCH(int, more);
    QFETCH(bool, told);
    QList<ServiceId> ids = outage(first);
    QVERIFY(look(14s).isEmpty());
    for (int each = 0; each < more; ++each) {
        ids << addHealthy(u"later-%1"_s.arg(each));
        silence(ids.last());
    }
    QList<Alert> raised;
    for (int second = 0; second < 30; ++second)
        raised << look();
    QCOMPARE(raised.size(), told ? 1 : 0);
    if (told) {
        QCOMPARE(raised[0].services, ids);
        QCOMPARE(raised[0].title, u"%1 of %1 services do not answer"_s.arg(first + more));
    }
    for (const ServiceId id : std::as_const(ids))
        heal(id);
    QCOMPARE(look().value(0).title, u"%1 services are healthy again"_s.arg(first + more));
}

void TestAlerts::twoThatFallSilentAreNoOutage()
{
    silence(add(u"one"_s));
    silence(add(u"two"_s));
    look();
    QCOMPARE(look(6s).value(0).title, u"2 services are in trouble"_s);
}

/// They have been down before anybody looked. Who dies then is news.
void TestAlerts::whoHasNeverAnsweredIsInNoOutageOfOthers()
{
    const ServiceId web = addHealthy(u"web"_s);
    for (int each = 0; each < 3; ++each)
        silence(add(u"down-%1"_s.arg(each)));
    look();
    QCOMPARE(look(6s).value(0).title, u"3 of 4 services do not answer"_s);
    silence(web);
    look();
    QCOMPARE(look(6s).value(0).title, u"web: unreachable: refused"_s);
}

void TestAlerts::onlyWhatChangedIsLookedAt()
{
    QList<ServiceId> ids;
    for (int each = 0; each < 100; ++each)
        ids << m_fleet->add(Reports::entry(u"service-%1"_s.arg(each), u"http://10.0.0.7:%1"_s.arg(8000 + each)));
    for (const ServiceId id : ids)
        m_fleet->applyAnswer(id, Reports::answer(Reports::healthy()));
    look();
    QCOMPARE(m_alerts->lookedAt(), 100);
    look();
    QCOMPARE(m_alerts->lookedAt(), 0);
    m_fleet->applyAnswer(ids[7], Reports::failure(ClientError::Timeout));
    look();
    QCOMPARE(m_alerts->lookedAt(), 1);
    QCOMPARE(look(6s).size(), 1);
    QCOMPARE(m_alerts->lookedAt(), 0); // it is told though nothing of it changed
    m_fleet->updateAges();
    look();
    QCOMPARE(m_alerts->lookedAt(), 0);
    m_fleet->setQuiet(ids[7], Quiet{.mutedUntil = {}, .state = true, .code = false, .rules = {}});
    look();
    QCOMPARE(m_alerts->lookedAt(), 1);
}

void TestAlerts::aServiceThatIsRemovedIsForgotten()
{
    const ServiceId one = add(u"one"_s);
    const ServiceId two = add(u"two"_s);
    for (const ServiceId id : {one, two})
        m_fleet->applyAnswer(id, Reports::failure(ClientError::Refused));
    look();
    QCOMPARE(look(6s).size(), 1);
    m_fleet->remove(one);
    QVERIFY(look().isEmpty());
    m_fleet->applyAnswer(two, Reports::answer(Reports::healthy()));
    const QList<Alert> raised = look();
    QCOMPARE(raised.size(), 1);
    QCOMPARE(raised[0].kind, Alert::Kind::Recovery);
    QCOMPARE(raised[0].services, QList<ServiceId>{two});
}

QTEST_GUILESS_MAIN(TestAlerts)
#include "tst_alerts.moc"
