// SPDX-License-Identifier: GPL-3.0-or-later
//
// Several Alertmanagers, each of which may say something else, or nothing. A real one is asked in tst_servicealerts.
#include "common/fleet/alertmanagers.h"
#include "tests/support/fakehttpserver.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

namespace {

QByteArray alertJson(const QByteArray &fingerprint, bool isSilenced)
{
    const QByteArray status = isSilenced ? "\"suppressed\",\"silencedBy\":[\"s\"]" : "\"active\"";
    return "{\"fingerprint\":\"" + fingerprint + "\",\"labels\":{\"alertname\":\"A\"},\"status\":{\"state\":" + status
        + "}}";
}

void setAlerts(FakeHttpServer &server, const QByteArrayList &alerts, const QByteArray &silences = "[]")
{
    server.setAnswer("/api/v2/alerts", FakeAnswer::json('[' + alerts.join(',') + ']'));
    server.setAnswer("/api/v2/silences", FakeAnswer::json(silences));
}

} // namespace

class TestAlertmanagers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void whatAllHaveIsToldOnce();
    void anAlertIsSilencedIfAllSaySo();
    void whatCannotBeReadIsSaid_data();
    void whatCannotBeReadIsSaid();
    void silencesThatAreOverAreLeftOut();
    void aSilenceIsMadeAtTheFirstThatAnswers();
    void whatIsRefusedIsNotTriedElsewhere();
    void aSilenceIsEndedWhereItIsKnown();
    void alertsArePostedToEach();
    void requestsHaveTokenAndHeaders();

private:
    AlertReading ask();

    std::unique_ptr<FakeHttpServer> m_one;
    std::unique_ptr<FakeHttpServer> m_two;
    std::unique_ptr<Alertmanagers> m_subject;
};

void TestAlertmanagers::init()
{
    m_subject.reset();
    m_one = std::make_unique<FakeHttpServer>();
    m_two = std::make_unique<FakeHttpServer>();
    m_subject = std::move(*Alertmanagers::at({{.url = m_one->url()}, {.url = m_two->url()}}));
}

AlertReading TestAlertmanagers::ask()
{
    std::optional<AlertReading> reading;
    m_subject->ask([&reading](const AlertReading &read) { reading = read; });
    [&] { QTRY_VERIFY(reading); }();
    return reading.value_or(AlertReading());
}

void TestAlertmanagers::whatAllHaveIsToldOnce()
{
    setAlerts(*m_one, {alertJson("a", false), alertJson("b", false)}, R"([{"id":"s"},{"id":"t"}])");
    setAlerts(*m_two, {alertJson("b", false), alertJson("c", false)}, R"([{"id":"s"}])");
    const AlertReading reading = ask();
    QVERIFY(reading.isKnown && reading.problems.isEmpty());
    QCOMPARE(reading.alerts.size(), 3);
    QCOMPARE(reading.alerts[1].fingerprint, u"b"_s);
    QCOMPARE(reading.silences.size(), 2);
}

void TestAlertmanagers::anAlertIsSilencedIfAllSaySo()
{
    setAlerts(*m_one, {alertJson("both", true), alertJson("one", true), alertJson("only", true)});
    setAlerts(*m_two, {alertJson("both", true), alertJson("one", false)});
    const AlertReading reading = ask();
    QCOMPARE(reading.alerts.size(), 3);
    QVERIFY(reading.alerts[0].isHeld());
    QVERIFY(!reading.alerts[1].isHeld()); // from the other a notification comes
    QVERIFY(reading.alerts[2].isHeld());
}

void TestAlertmanagers::whatCannotBeReadIsSaid_data()
{
    QTest::addColumn<FakeAnswer>("alerts");
    QTest::addColumn<FakeAnswer>("silences");
    QTest::addColumn<QString>("said");
    const FakeAnswer fine = FakeAnswer::json("[]");
    QTest::newRow("503") << FakeAnswer::json("\"starting\"", 503) << fine << u"answered 503: starting"_s;
    QTest::newRow("no list") << FakeAnswer::json("{}") << fine << u"expected a list"_s;
    QTest::newRow("half of it") << FakeAnswer::raw("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n[{",
                                                   FakeAnswer::Then::Close)
                                << fine << QString();
    QTest::newRow("a sign-in") << FakeAnswer::raw("HTTP/1.1 302 X\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n")
                               << fine << QString();
    QTest::newRow("no silences") << fine << FakeAnswer::json("\"no\"", 500) << u"answered 500: no"_s;
}

void TestAlertmanagers::whatCannotBeReadIsSaid()
{
    QFETCH(FakeAnswer, alerts);
    QFETCH(FakeAnswer, silences);
    QFETCH(QString, said);
    m_one->setAnswer("/api/v2/alerts", alerts);
    m_one->setAnswer("/api/v2/silences", silences);
    setAlerts(*m_two, {alertJson("a", false)});
    const AlertReading reading = ask();
    QVERIFY(reading.isKnown);
    QCOMPARE(reading.alerts.size(), 1);
    QCOMPARE(reading.problems.size(), 1);
    QVERIFY2(reading.problems.first().startsWith(m_one->url()), qPrintable(reading.problems.first()));
    QVERIFY2(reading.problems.first().contains(said), qPrintable(reading.problems.first()));
    m_two->setAnswer("/api/v2/alerts", FakeAnswer::json("[]", 404));
    QCOMPARE(ask().isKnown, silences.bytes.contains(" 500 ")); // of the first the alerts are known then
}

void TestAlertmanagers::silencesThatAreOverAreLeftOut()
{
    setAlerts(*m_one, {}, R"([{"id":"a","status":{"state":"expired"}},{"id":"b","status":{"state":"pending"}}])");
    setAlerts(*m_two, {});
    const AlertReading reading = ask();
    QCOMPARE(reading.silences.size(), 1);
    QCOMPARE(reading.silences.first().id, u"b"_s);
}

void TestAlertmanagers::aSilenceIsMadeAtTheFirstThatAnswers()
{
    m_one->setAnswer("/api/v2/silences", FakeAnswer::raw({}, FakeAnswer::Then::Reset));
    m_two->setAnswer("/api/v2/silences", FakeAnswer::json(R"({"silenceID":"new"})"));
    std::optional<Result<QString>> done;
    Silence silence;
    silence.comment = u"deploy"_s;
    m_subject->silence(silence, [&done](const Result<QString> &id) { done = id; });
    QTRY_VERIFY(done);
    QVERIFY(*done);
    QCOMPARE(**done, u"new"_s);
    QVERIFY(m_two->requests().last().startsWith("POST /api/v2/silences ")
            && m_two->requests().last().contains("deploy"));
}

void TestAlertmanagers::whatIsRefusedIsNotTriedElsewhere()
{
    m_one->setAnswer("/api/v2/silences", FakeAnswer::json("\"start time must be before end time\"", 400));
    std::optional<Result<QString>> done;
    m_subject->silence({}, [&done](const Result<QString> &id) { done = id; });
    QTRY_VERIFY(done);
    QVERIFY(!*done && done->problem().what.contains(u"start time must be"_s));
    QVERIFY(m_two->requests().isEmpty());
}

void TestAlertmanagers::aSilenceIsEndedWhereItIsKnown()
{
    m_one->setAnswer("/api/v2/silence/s%20s", FakeAnswer::json("\"silence not found\"", 404));
    m_two->setAnswer("/api/v2/silence/s%20s", FakeAnswer::json(""));
    std::optional<std::optional<Problem>> done;
    m_subject->endSilence(u"s s"_s, [&done](const std::optional<Problem> &problem) { done = problem; });
    QTRY_VERIFY(done);
    QVERIFY(!*done);
    QVERIFY(m_two->requests().last().startsWith("DELETE /api/v2/silence/s%20s "));
    done.reset();
    m_subject->endSilence(u"none"_s, [&done](const std::optional<Problem> &problem) { done = problem; });
    QTRY_VERIFY(done);
    QVERIFY(*done);
}

void TestAlertmanagers::alertsArePostedToEach()
{
    m_one->setAnswer("/api/v2/alerts", FakeAnswer::json("\"too many\"", 400));
    m_two->setAnswer("/api/v2/alerts", FakeAnswer::json(""));
    std::optional<QStringList> done;
    m_subject->post({{{{u"alertname"_s, u"Down"_s}}, {}, {}, {}}},
                    [&done](const QStringList &problems) { done = problems; });
    QTRY_VERIFY(done);
    QCOMPARE(done->size(), 1);
    QVERIFY(done->first().startsWith(m_one->url()) && done->first().contains(u"too many"_s));
    QVERIFY(m_two->requests().last().contains("Down"));
}

void TestAlertmanagers::requestsHaveTokenAndHeaders()
{
    QTemporaryDir directory;
    QFile token(directory.filePath(u"token"_s));
    QVERIFY(token.open(QIODevice::WriteOnly));
    token.write("secret-of-the-alertmanager-1234567890");
    token.close();
    token.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
    m_subject = std::move(*Alertmanagers::at(
        {{.url = m_one->url(), .tokenFile = token.fileName(), .headers = {{"X-Scope-OrgID", "team"}}}}));
    setAlerts(*m_one, {});
    QVERIFY(ask().isKnown);
    std::optional<QStringList> posted;
    m_subject->post({}, [&posted](const QStringList &problems) { posted = problems; });
    QTRY_VERIFY(posted);
    for (const QByteArray &request : m_one->requests()) {
        const QByteArray head = request.toLower();
        QVERIFY2(head.contains("authorization: bearer secret-of-the-alertmanager"), request.constData());
        QVERIFY2(head.contains("x-scope-orgid: team"), request.constData());
    }
    QVERIFY(!Alertmanagers::at({{.url = u"ftp://x"_s}}));
}

QTEST_GUILESS_MAIN(TestAlertmanagers)
#include "tst_alertmanagers.moc"
