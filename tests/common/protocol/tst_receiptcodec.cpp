// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/receiptcodec.h"
#include "common/protocol/servicesnapshotcodec.h"

#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestReceiptCodec : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aReceiptIsReadBack();
    void everyStepHasItsWordOfTheProtocol();
    void wordsOfANewerVersionAreKept();
    void whatIsNotKnownIsLeftOut();
    void whatIsNoReceiptIsAProblem_data();
    void whatIsNoReceiptIsAProblem();
    void standingsCarryTheReport();
};

void TestReceiptCodec::aReceiptIsReadBack()
{
    Receipt receipt;
    receipt.service = u"mcp"_s;
    receipt.action = FleetAction::Start;
    receipt.method = u"command"_s;
    receipt.startedAt = QDateTime::fromString(u"2025-11-04T12:00:00.123Z"_s, Qt::ISODateWithMs);
    receipt.oldInstance = u"a"_s;
    receipt.newInstance = u"b"_s;
    receipt.oldPid = 41;
    receipt.newPid = 57;
    receipt.steps << ReceiptStep{RestartStep::Asked, StepOutcome::Ok, Seconds(0.012), {}}
                  << ReceiptStep{RestartStep::Healthy, StepOutcome::TimedOut, Seconds(30), u"refused"_s}
                  << ReceiptStep{RestartStep::Built, StepOutcome::Failed, Seconds(1), u"failed"_s, {u"error: x"_s}};
    receipt.code = CodeVerdict::Fresh;
    receipt.total = Seconds(30.5);
    receipt.failure = u"not healthy"_s;
    const auto read = decodeReceipt(encode(receipt));
    QVERIFY(read);
    QVERIFY(*read == receipt);
}

void TestReceiptCodec::everyStepHasItsWordOfTheProtocol()
{
    Receipt receipt;
    receipt.service = u"mcp"_s;
    QStringList words;
    for (const RestartStep step : AllRestartSteps) {
        receipt.steps << ReceiptStep{step, StepOutcome::Ok, Seconds(1), {}};
        words << wireName(step);
    }
    QCOMPARE(words.join(u", "_s),
             u"built, asked, successor accepts, drained, cleaned, process gone, port free, started, "
             "ready, healthy, code compared"_s);
    const auto read = decodeReceipt(encode(receipt));
    QVERIFY(read);
    QVERIFY(*read == receipt);
}

void TestReceiptCodec::wordsOfANewerVersionAreKept()
{
    const QByteArray json(R"({"action":"reload","ok":true,"service":"a","steps":[{"name":"warmed","outcome":"ok"}]})");
    const auto read = decodeReceipt(json);
    QVERIFY(read);
    QVERIFY(!read->action.value());
    QCOMPARE(read->action.text(), u"reload"_s);
    QCOMPARE(read->steps.first().name.text(), u"warmed"_s);
    QVERIFY(!(read->steps.first().name == RestartStep::Asked));
    QVERIFY(encode(*read).contains(R"("name":"warmed")"));
}

void TestReceiptCodec::whatIsNotKnownIsLeftOut()
{
    Receipt receipt;
    receipt.service = u"mcp"_s;
    const QByteArray json = encode(receipt);
    QVERIFY2(!json.contains("pid") && !json.contains("instance") && !json.contains("failure") && !json.contains('\n'),
             json.constData());
}

void TestReceiptCodec::whatIsNoReceiptIsAProblem_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("a list") << QByteArray("[]");
    QTest::newRow("no service") << QByteArray(R"({"ok":true})");
    QTest::newRow("unknown outcome") << QByteArray(
        R"({"service":"a","ok":true,"steps":[{"name":"x","outcome":"fine"}]})");
}

void TestReceiptCodec::whatIsNoReceiptIsAProblem()
{
    QFETCH(QByteArray, json);
    QVERIFY(!decodeReceipt(json));
}

void TestReceiptCodec::standingsCarryTheReport()
{
    ServiceSnapshot good{u"a"_s, u"http://h:1"_s, ServiceState::DependencyError, {}, Seconds(0.5), HealthReport()};
    good.report->service = u"orders"_s;
    const QByteArray json =
        encode(QList<ServiceSnapshot>{good, {u"b"_s, u"http://h:2"_s, ServiceState::Unreachable, u"refused"_s, {}, {}}},
               u"/home/x/fleet.toml"_s);
    QCOMPARE(json.count(R"("fleet": "/home/x/fleet.toml")"), 2);
    QVERIFY(json.contains(R"("service": "orders")"));
    QVERIFY(json.contains(R"("report": null)"));
    QVERIFY(json.contains(R"("state": "error")"));
    QVERIFY(json.contains(R"("state": "unreachable")"));
    QVERIFY(json.contains(R"("message": "refused")"));
}

QTEST_GUILESS_MAIN(TestReceiptCodec)
#include "tst_receiptcodec.moc"
