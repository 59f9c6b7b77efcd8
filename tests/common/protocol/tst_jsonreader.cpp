// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/jsonreader.h"

#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

namespace {

/// One field of every kind, in an object `a` of the body.
struct Fields
{
    QString text = u"before"_s;
    bool flag = true;
    std::optional<double> number;
    qint64 count = 7;
    std::optional<qint64> pid;
    Seconds duration{7};
    Since since;
    QDateTime time;
    QStringList texts;
    StepOutcome outcome = StepOutcome::Running;
    QStringList names;

    bool operator==(const Fields &) const = default;
};

Fields readFields(const JsonReader &body)
{
    Fields fields;
    const JsonReader reader = body.object("a"_L1);
    reader.text("text"_L1, fields.text);
    reader.flag("flag"_L1, fields.flag);
    fields.number = reader.number("number"_L1);
    reader.count("count"_L1, fields.count);
    reader.count("pid"_L1, fields.pid);
    reader.duration("duration"_L1, fields.duration);
    reader.since("since"_L1, fields.since);
    reader.time("time"_L1, fields.time);
    reader.texts("texts"_L1, fields.texts);
    reader.word("outcome"_L1, fields.outcome, AllStepOutcomes);
    reader.object("map"_L1).eachField([&fields](const QString &name, const JsonReader &) { fields.names << name; });
    reader.eachObject("list"_L1,
                      [&fields](const JsonReader &each) { each.text("name"_L1, fields.names.emplace_back()); });
    return fields;
}

} // namespace

class TestJsonReader : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void fieldsOfTheRightTypeAreRead();
    void whatIsMissingOrNullStaysAsItIs_data();
    void whatIsMissingOrNullStaysAsItIs();
    void whatIsWrongIsNamed_data();
    void whatIsWrongIsNamed();
    void aLenientReaderTakesItForMissing_data() { whatIsWrongIsNamed_data(); }
    void aLenientReaderTakesItForMissing();
    void whatIsNoJsonIsSaidWithItsPlace();
    void theFirstOfSeveralIsKept();
    void aFieldThatIsNeededIsMissed();
    void aListIsReadElementByElement();
};

void TestJsonReader::fieldsOfTheRightTypeAreRead()
{
    const auto fields = decodeObject(R"({"a":{"text":"t","flag":false,"number":-1.5,"count":9007199254740992,"pid":0,
        "duration":0.25,"since":-1,"time":"2026-01-02T03:04:05","texts":["x",1],"outcome":"timed_out",
        "map":{"日本":{},"no":null},"list":[{"name":"n"},{}]}})",
                                     readFields);
    QVERIFY2(fields, fields ? "" : qPrintable(fields.problem().text()));
    const QDateTime time = QDateTime::fromString(u"2026-01-02T03:04:05Z"_s, Qt::ISODate);
    QCOMPARE(*fields,
             (Fields{u"t"_s,
                     false,
                     -1.5,
                     9007199254740992,
                     0,
                     Seconds(0.25),
                     {},
                     time,
                     {u"x"_s, {}},
                     StepOutcome::TimedOut,
                     {u"日本"_s, u"n"_s, {}}}));
}

void TestJsonReader::whatIsMissingOrNullStaysAsItIs_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::newRow("no object") << "{}"_ba;
    QTest::newRow("null") << R"({"a":null})"_ba;
    QTest::newRow("no fields") << R"({"a":{}})"_ba;
    QTest::newRow("fields of null") << R"({"a":{"text":null,"flag":null,"number":null,"count":null,"pid":null,
        "duration":null,"since":null,"time":null,"texts":null,"outcome":null,"map":null,"list":null}})"_ba;
}

void TestJsonReader::whatIsMissingOrNullStaysAsItIs()
{
    QFETCH(QByteArray, json);
    const auto fields = decodeObject(json, readFields);
    QVERIFY(fields);
    QCOMPARE(*fields, Fields());
}

void TestJsonReader::whatIsWrongIsNamed_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<Problem>("problem");
    const auto row = [](const QByteArray &field, const QString &where, const QString &what) {
        QTest::newRow(field.constData()) << QByteArray("{\"a\":{" + field + "}}") << Problem{where, what};
    };
    row(R"("text":1)", u"a.text"_s, u"expected a string, found a number"_s);
    row(R"("flag":"yes")", u"a.flag"_s, u"expected true or false, found a string"_s);
    row(R"("number":true)", u"a.number"_s, u"expected a number, found true or false"_s);
    row(R"("count":-1)", u"a.count"_s, u"expected a whole number of 0 or more, found -1"_s);
    row(R"("count":1.5)", u"a.count"_s, u"expected a whole number of 0 or more, found 1.5"_s);
    row(R"("pid":1e300)", u"a.pid"_s, u"expected a whole number of 0 or more, found 1e+300"_s);
    row(R"("duration":[])", u"a.duration"_s, u"expected a number, found a list"_s);
    row(R"("since":{})", u"a.since"_s, u"expected a number, found an object"_s);
    row(R"("time":5)", u"a.time"_s, u"expected a time as a string, found a number"_s);
    row(R"("time":"noon")", u"a.time"_s, u"expected an ISO 8601 time, found \"noon\""_s);
    row(R"("texts":"x")", u"a.texts"_s, u"expected a list, found a string"_s);
    row(R"("outcome":"fine")", u"a.outcome"_s,
        u"expected one of pending, running, ok, failed, timed_out, found \"fine\""_s);
    row(R"("map":[])", u"a.map"_s, u"expected an object, found a list"_s);
    row(R"("list":[{},null])", u"a.list[1]"_s, u"expected an object, found null"_s);
    QTest::newRow("the object itself") << R"({"a":3})"_ba << Problem{u"a"_s, u"expected an object, found a number"_s};
    QTest::newRow("a field of a map") << R"({"a":{"map":{"日本":3}}})"_ba
                                      << Problem{u"a.map.日本"_s, u"expected an object, found a number"_s};
    QTest::newRow("a list") << "[]"_ba << Problem{{}, u"expected a JSON object"_s};
}

void TestJsonReader::whatIsWrongIsNamed()
{
    QFETCH(QByteArray, json);
    const auto fields = decodeObject(json, readFields);
    QVERIFY(!fields);
    QTEST(fields.problem(), "problem");
}

void TestJsonReader::aLenientReaderTakesItForMissing()
{
    QFETCH(QByteArray, json);
    Fields fields = readFields(JsonReader::lenient(json));
    fields.names.clear(); // an element or field of another type is there, and empty
    QCOMPARE(fields, Fields());
}

void TestJsonReader::whatIsNoJsonIsSaidWithItsPlace()
{
    const auto fields = decodeObject("{\"a\"", readFields);
    QVERIFY(!fields);
    QVERIFY2(fields.problem().text().startsWith(u"byte 4: not JSON: "_s), qPrintable(fields.problem().text()));
    QCOMPARE(readFields(JsonReader::lenient("{\"a\"")), Fields());
}

void TestJsonReader::theFirstOfSeveralIsKept()
{
    const auto fields = decodeObject(R"({"a":{"flag":1,"text":2,"count":-1}})", readFields);
    QVERIFY(!fields);
    QCOMPARE(fields.problem().where, u"a.text"_s); // in the order of reading
}

void TestJsonReader::aFieldThatIsNeededIsMissed()
{
    const auto needs = [](const JsonReader &reader) {
        reader.require("name"_L1, "a string"_L1);
        return 0;
    };
    const auto missing = decodeObject(R"({"name":null})", needs);
    QVERIFY(!missing);
    QCOMPARE(missing.problem(), (Problem{u"name"_s, u"missing; expected a string"_s}));
    QVERIFY(decodeObject(R"({"name":""})", needs));
}

void TestJsonReader::aListIsReadElementByElement()
{
    const auto name = [](const JsonReader &reader) {
        QString name;
        reader.text("name"_L1, name);
        return name;
    };
    const auto names = decodeList(R"([{"name":"a"},{"name":"b"}])", "a list of names"_L1, name);
    QVERIFY(names);
    QCOMPARE(*names, (QStringList{u"a"_s, u"b"_s}));
    const auto wrong = decodeList(R"([{"name":"a"},{"name":7}])", "a list of names"_L1, name);
    QVERIFY(!wrong);
    QCOMPARE(wrong.problem(), (Problem{u"[1].name"_s, u"expected a string, found a number"_s}));
    const auto object = decodeList("{}", "a list of names"_L1, name);
    QVERIFY(!object);
    QCOMPARE(object.problem().what, u"expected a list of names"_s);
}

QTEST_APPLESS_MAIN(TestJsonReader)
#include "tst_jsonreader.moc"
