// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/alertmanagercodec.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>
#include <QTimeZone>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestAlertmanagerCodec : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anAlertIsRead();
    void oddOnesHideNoOthers();
    void whatIsNoListIsAProblem_data();
    void whatIsNoListIsAProblem();
    void aSilenceIsReadAndWritten();
    void alertsAreWritten();
    void errorsAreRead_data();
    void errorsAreRead();
    void matchersAreWorded_data();
    void matchersAreWorded();
};

namespace {

/// As Alertmanager 0.25 answers.
const QByteArray Silenced = R"([{"annotations":{"summary":"it is slow"},"endsAt":"2026-01-02T12:04:00.000Z",
    "fingerprint":"9b8ae2d5cd0c1b3f","receivers":[{"name":"nobody"}],"startsAt":"2026-01-02T12:00:00.123Z",
    "status":{"inhibitedBy":[],"silencedBy":["3fd3e0d4"],"state":"suppressed"},
    "updatedAt":"2026-01-02T12:01:00.000Z","generatorURL":"http://p/g",
    "labels":{"alertname":"Slow","instance":"127.0.0.1:8000","severity":"warning"}}])";

} // namespace

void TestAlertmanagerCodec::anAlertIsRead()
{
    const auto alerts = decodeFiringAlerts(Silenced);
    QVERIFY(alerts);
    QCOMPARE(alerts->size(), 1);
    const FiringAlert &alert = alerts->first();
    QCOMPARE(alert.fingerprint, u"9b8ae2d5cd0c1b3f"_s);
    QCOMPARE(alert.name(), u"Slow"_s);
    QCOMPARE(alert.labels.value(u"instance"_s), u"127.0.0.1:8000"_s);
    QCOMPARE(alert.summary(), u"it is slow"_s);
    QCOMPARE(alert.startsAt, QDateTime({2026, 1, 2}, {12, 0, 0, 123}, QTimeZone::utc()));
    QVERIFY(alert.isHeld() && alert.isSilenced());
    QCOMPARE(alert.silencedBy, QStringList{u"3fd3e0d4"_s});
}

void TestAlertmanagerCodec::oddOnesHideNoOthers()
{
    const auto alerts = decodeFiringAlerts(R"([7, null, {}, {"labels": 3}, {"labels": {"alertname": "A"}, "status": []},
        {"labels": {"alertname": "B"}, "status": {"state": "new word"}, "startsAt": "never"}])");
    QVERIFY(alerts);
    QCOMPARE(alerts->size(), 2);
    QCOMPARE(alerts->first().name(), u"A"_s);
    QVERIFY(!alerts->last().isHeld()); // what is not understood is rather told than not
    QVERIFY(!alerts->last().startsAt.isValid());
}

void TestAlertmanagerCodec::whatIsNoListIsAProblem_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("half of it") << Silenced.left(200);
    QTest::newRow("a page") << QByteArray("<html>sign in</html>");
    QTest::newRow("API 1") << QByteArray(R"({"status":"success","data":[]})");
}

void TestAlertmanagerCodec::whatIsNoListIsAProblem()
{
    QFETCH(QByteArray, body);
    QVERIFY(!decodeFiringAlerts(body));
    QVERIFY(!decodeSilences(body));
    QVERIFY(!decodeSilenceId(body));
}

void TestAlertmanagerCodec::aSilenceIsReadAndWritten()
{
    const auto silences = decodeSilences(R"([{"id":"3fd3e0d4","status":{"state":"pending"},"updatedAt":"x",
        "comment":"deploy","createdBy":"anna","endsAt":"2026-01-02T14:00:00.000Z","startsAt":"2026-01-02T12:00:00.000Z",
        "matchers":[{"name":"instance","value":"a|b","isRegex":true,"isEqual":false},
                    {"name":"job","value":"x","isRegex":false}]},
        {"id":"old","status":{"state":"expired"}}, {"comment":"without an id"}])");
    QVERIFY(silences);
    QCOMPARE(silences->size(), 2);
    const Silence silence = silences->first();
    QCOMPARE(silence.state, Silence::State::Pending);
    QCOMPARE(silences->last().state, Silence::State::Expired);
    QCOMPARE(silence.createdBy, u"anna"_s);
    QCOMPARE(silence.comment, u"deploy"_s);
    QCOMPARE(silence.matchers, (QList<AlertMatcher>{{u"instance"_s, u"a|b"_s, true, false}, {u"job"_s, u"x"_s}}));
    QJsonObject written = QJsonDocument::fromJson(encode(silence)).object();
    QCOMPARE(written.value(u"id"_s).toString(), u"3fd3e0d4"_s);
    QCOMPARE(written.value(u"endsAt"_s).toString(), u"2026-01-02T14:00:00.000Z"_s);
    const QJsonObject matcher = written.value(u"matchers"_s).toArray().at(0).toObject();
    QCOMPARE(
        matcher,
        (QJsonObject{{u"name"_s, u"instance"_s}, {u"value"_s, u"a|b"_s}, {u"isRegex"_s, true}, {u"isEqual"_s, false}}));
    Silence fresh = silence;
    fresh.id.clear();
    QVERIFY(!QJsonDocument::fromJson(encode(fresh)).object().contains(u"id"_s)); // else it would change that one
    QCOMPARE(*decodeSilenceId(R"({"silenceID":"3fd3e0d4"})"), u"3fd3e0d4"_s);
}

void TestAlertmanagerCodec::alertsAreWritten()
{
    const QDateTime start({2026, 1, 2}, {12, 0}, QTimeZone::utc());
    const QByteArray json = encode(
        QList<PostedAlert>{{{{u"alertname"_s, u"Down"_s}}, {{u"summary"_s, u"gone"_s}}, start, start.addSecs(240)}});
    QCOMPARE(QJsonDocument::fromJson(json).array(),
             (QJsonArray{QJsonObject{{u"labels"_s, QJsonObject{{u"alertname"_s, u"Down"_s}}},
                                     {u"annotations"_s, QJsonObject{{u"summary"_s, u"gone"_s}}},
                                     {u"startsAt"_s, u"2026-01-02T12:00:00.000Z"_s},
                                     {u"endsAt"_s, u"2026-01-02T12:04:00.000Z"_s}}}));
}

void TestAlertmanagerCodec::errorsAreRead_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QString>("text");
    QTest::newRow("a string") << QByteArray("\"silence not found\"\n") << u"silence not found"_s;
    QTest::newRow("an object") << QByteArray(R"({"code":612,"message":"endsAt in body is required"})")
                               << u"endsAt in body is required"_s;
    QTest::newRow("text") << QByteArray("no healthy\nupstream") << u"no healthy upstream"_s;
    QTest::newRow("nothing") << QByteArray() << QString();
}

void TestAlertmanagerCodec::errorsAreRead()
{
    QFETCH(QByteArray, body);
    QTEST(decodeAlertmanagerError(body), "text");
}

void TestAlertmanagerCodec::matchersAreWorded_data()
{
    QTest::addColumn<bool>("isRegex");
    QTest::addColumn<bool>("isEqual");
    QTest::addColumn<QString>("text");
    QTest::newRow("is") << false << true << uR"(a="b\"\\")"_s;
    QTest::newRow("is not") << false << false << uR"(a!="b\"\\")"_s;
    QTest::newRow("matches") << true << true << uR"(a=~"b\"\\")"_s;
    QTest::newRow("does not match") << true << false << uR"(a!~"b\"\\")"_s;
}

void TestAlertmanagerCodec::matchersAreWorded()
{
    QFETCH(bool, isRegex);
    QFETCH(bool, isEqual);
    QTEST((AlertMatcher{u"a"_s, u"b\"\\"_s, isRegex, isEqual}.text()), "text");
}

QTEST_GUILESS_MAIN(TestAlertmanagerCodec)
#include "tst_alertmanagercodec.moc"
