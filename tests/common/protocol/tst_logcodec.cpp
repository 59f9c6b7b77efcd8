// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/logcodec.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestLogCodec : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aLineComesBackAsItWas_data();
    void aLineComesBackAsItWas();
    void anotherWritersLinesAreRead_data();
    void anotherWritersLinesAreRead();
    void whatIsNoLineIsAProblem_data();
    void whatIsNoLineIsAProblem();
    void timesAreReadAsTheyAreWritten_data();
    void timesAreReadAsTheyAreWritten();
    void aQueryComesBackAsItWas_data();
    void aQueryComesBackAsItWas();
    void whatDoesNotFitIsCut_data();
    void whatDoesNotFitIsCut();
    void aLineThatIsTooLongKeepsItsEnd_data();
    void aLineThatIsTooLongKeepsItsEnd();
};

namespace {

const OutputLine::Time Noon(1'769'860'800'123ms);

} // namespace

void TestLogCodec::aLineComesBackAsItWas_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("back");
    const auto row = [](const char *name, const QByteArray &text, const QByteArray &back) {
        QTest::newRow(name) << text << back;
    };
    for (const QByteArray &same : QByteArrayList{"ready\n", "\n", "no end", "a \"b\" \\ c\n", "\t1\r2\x1b[31m\x7f\n",
                                                 "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x94\xa5\n"})
        row(same.toPercentEncoding().constData(), same, same);
    row("not UTF-8",
        "a\xff"
        "b\n",
        "a\xef\xbf\xbd"
        "b\n");
}

void TestLogCodec::aLineComesBackAsItWas()
{
    QFETCH(const QByteArray, text);
    const OutputLine line{7, Noon, OutputStream::Stderr, text};
    LogPage page{"id", {line, {8, Noon + 1ms, OutputStream::Event, "more\n"}}, 9};
    const QByteArray body = encodeFitting(page, {.from = 7}, LogBody::JsonLines);
    QVERIFY(QJsonDocument::fromJson(body.left(body.indexOf('\n'))).isObject());
    const auto lines = decodeLogLines(body);
    QVERIFY2(lines.ok(), body.constData());
    QCOMPARE(lines->size(), 2);
    QTEST((*lines)[0].text, "back");
    QCOMPARE((*lines)[0].position, 7);
    QCOMPARE((*lines)[0].time, Noon);
    QCOMPARE((*lines)[0].stream, OutputStream::Stderr);
    QCOMPARE((*lines)[1], page.lines[1]);
}

void TestLogCodec::anotherWritersLinesAreRead_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::newRow("spaces, another order, more fields")
        << QByteArray(R"({ "text" : "x\n\u00e4/\/", "more": [1], "stream":"event", )"
                      R"("time":"2026-01-31T12:00:00.123Z", "position": 3 })");
    QTest::newRow("escapes") << QByteArray(
        R"({"position":3,"time":"2026-01-31T12:00:00.123Z","stream":"event","text":"x\n\u00e4\/\u002f"})");
}

void TestLogCodec::anotherWritersLinesAreRead()
{
    QFETCH(const QByteArray, json);
    const auto lines = decodeLogLines(json);
    QVERIFY(lines.ok());
    QCOMPARE(*lines, (QList<OutputLine>{{3, Noon, OutputStream::Event, "x\n\xc3\xa4//\n"}}));
}

void TestLogCodec::whatIsNoLineIsAProblem_data()
{
    QTest::addColumn<QByteArray>("body");
    for (const char *body : {"ready\n", "{}", "[]", R"({"position":1,"time":"now","stream":"stdout","text":""})",
                             R"({"position":1,"time":"2026-01-31T12:00:00.123Z","stream":"stdin","text":""})",
                             R"({"position":1,"time":"2026-01-31T12:00:00.123Z","stream":"stdout","text":"cut)",
                             R"({"position":"1","time":"2026-01-31T12:00:00.123Z","stream":"stdout","text":""})"})
        QTest::newRow(body) << QByteArray(body);
}

void TestLogCodec::whatIsNoLineIsAProblem()
{
    QFETCH(const QByteArray, body);
    QVERIFY(!decodeLogLines(body).ok());
}

void TestLogCodec::timesAreReadAsTheyAreWritten_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("isTime");
    const auto row = [](const char *text, bool isTime) { QTest::newRow(text) << QByteArray(text) << isTime; };
    row("2026-01-31T12:00:00.123Z", true);
    row("1970-01-01T00:00:00.000Z", true);
    row("2024-02-29T23:59:59.999Z", true);
    row("2026-02-29T12:00:00.123Z", false);
    row("2026-01-31T24:00:00.123Z", false);
    row("2026-01-31T12:00:00Z", false);
    row("2026-01-31 12:00:00.123Z", false);
    row("2026-01-31T12:00:00.123Z ", false);
    row("2026-01-31T12:0x:00.123Z", false);
}

void TestLogCodec::timesAreReadAsTheyAreWritten()
{
    QFETCH(const QByteArray, text);
    const auto time = readWireTime(text);
    QTEST(time.has_value(), "isTime");
    if (time)
        QCOMPARE(wireTime(*time), text);
}

void TestLogCodec::aQueryComesBackAsItWas_data()
{
    QTest::addColumn<LogQuery>("query");
    QTest::newRow("tail") << LogQuery{.tail = 3};
    QTest::newRow("from") << LogQuery{.from = 0, .limit = 10};
    QTest::newRow("before") << LogQuery{.before = 12'345'678'901};
    QTest::newRow("all") << LogQuery{.tail = 1, .from = 2, .before = 3, .limit = 4};
}

void TestLogCodec::aQueryComesBackAsItWas()
{
    QFETCH(const LogQuery, query);
    const auto back = readLogQuery(encode(query));
    QVERIFY(back.ok());
    QCOMPARE(*back, query);
}

void TestLogCodec::whatDoesNotFitIsCut_data()
{
    QTest::addColumn<LogQuery>("query");
    QTest::addColumn<LogBody>("as");
    QTest::addColumn<qint64>("first");
    QTest::addColumn<qint64>("next");
    QTest::newRow("all of it") << LogQuery{.from = 0} << LogBody::JsonLines << qint64(0) << qint64(100);
    QTest::newRow("forward, text") << LogQuery{.from = 0, .limit = 59} << LogBody::Text << qint64(0) << qint64(5);
    QTest::newRow("backward, text") << LogQuery{.before = 100, .limit = 59} << LogBody::Text << qint64(95)
                                    << qint64(100);
    QTest::newRow("forward") << LogQuery{.from = 0, .limit = 500} << LogBody::JsonLines << qint64(0) << qint64(5);
    QTest::newRow("tail") << LogQuery{.tail = 50, .limit = 500} << LogBody::JsonLines << qint64(95) << qint64(100);
    QTest::newRow("one at least") << LogQuery{.tail = 50, .limit = 1} << LogBody::Text << qint64(99) << qint64(100);
    QTest::newRow("one at least, forward")
        << LogQuery{.from = 0, .limit = 1} << LogBody::JsonLines << qint64(0) << qint64(1);
}

void TestLogCodec::whatDoesNotFitIsCut()
{
    QFETCH(const LogQuery, query);
    QFETCH(const LogBody, as);
    LogPage page{"id", {}, 100};
    for (int i = 0; i < 100; ++i)
        page.lines.append({i, Noon, OutputStream::Stdout, "0123456789\n"});
    const QByteArray body = encodeFitting(page, query, as);
    QTEST(page.first(), "first");
    QTEST(page.next, "next");
    QCOMPARE(body.count('\n'), page.next - page.first());
    if (query.limit > 1)
        QVERIFY(body.size() <= query.limit);
}

void TestLogCodec::aLineThatIsTooLongKeepsItsEnd_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<LogBody>("as");
    QTest::newRow("text") << QByteArray(100'000, 'x') + "end\n" << LogBody::Text;
    QTest::newRow("JSON") << QByteArray(100'000, 'x') + "end\n" << LogBody::JsonLines;
    QTest::newRow("escapes") << QByteArray(100'000, '\x1b') + "end\n" << LogBody::JsonLines;
    QTest::newRow("characters") << QByteArray("\xe2\x82\xac").repeated(50'000) + "end\n" << LogBody::JsonLines;
}

void TestLogCodec::aLineThatIsTooLongKeepsItsEnd()
{
    QFETCH(const QByteArray, text);
    QFETCH(const LogBody, as);
    LogPage page{"id", {{0, Noon, OutputStream::Stdout, text}}, 1};
    const QByteArray body = encodeFitting(page, {.from = 0, .limit = 1000}, as);
    QVERIFY2(body.size() <= 1000 && body.size() > 500, QByteArray::number(body.size()).constData());
    QVERIFY(!body.contains("\xef\xbf\xbd")); // no character is cut
    QVERIFY(text.endsWith(page.lines[0].text));
    QCOMPARE(page.next, 1);
}

QTEST_GUILESS_MAIN(TestLogCodec)
#include "tst_logcodec.moc"
