// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/jsontext.h"

#include <QTest>

using namespace Hephaestus;

class TestJsonText : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anEntryIsPutInAndTakenOut_data();
    void anEntryIsPutInAndTakenOut();
    void anEntryThatIsThereIsReplaced();
    void otherTextIsRefused_data();
    void otherTextIsRefused();
};

void TestJsonText::anEntryIsPutInAndTakenOut_data()
{
    QTest::addColumn<QByteArray>("before");
    QTest::addColumn<QByteArray>("with");
    QTest::addColumn<QByteArray>("after");
    QTest::newRow("nothing") << QByteArray() << QByteArray("{\n  \"t\": {\n    \"k\": 1\n  }\n}\n")
                             << QByteArray("{}\n");
    QTest::newRow("empty") << QByteArray("{}") << QByteArray("{\n  \"t\": {\n    \"k\": 1\n  }\n}") << QByteArray("{}");
    QTest::newRow("others") << QByteArray("{\"z\":1.10,\"a\":[{\"t\":{}}]}\n")
                            << QByteArray("{\"z\":1.10,\"a\":[{\"t\":{}}],\n  \"t\": {\n    \"k\": 1\n  }}\n")
                            << QByteArray("{\"z\":1.10,\"a\":[{\"t\":{}}]}\n");
    QTest::newRow("in a table") << QByteArray("{ // ours\n  \"t\": { \"o\": \"}\\\"\" /* , */ }\n}\n")
                                << QByteArray("{ // ours\n  \"t\": { \"o\": \"}\\\"\",\n    \"k\": 1 /* , */ }\n}\n")
                                << QByteArray("{ // ours\n  \"t\": { \"o\": \"}\\\"\" /* , */ }\n}\n");
}

void TestJsonText::anEntryIsPutInAndTakenOut()
{
    QFETCH(QByteArray, before);
    QFETCH(QByteArray, with);
    QFETCH(QByteArray, after);
    QCOMPARE(*withEntry(before, "t", "k", "1"), with);
    QCOMPARE(*withoutEntry(with, "t", "k"), after);
    QCOMPARE(*withoutEntry(before, "t", "k"), before);
}

void TestJsonText::anEntryThatIsThereIsReplaced()
{
    QCOMPARE(*withEntry("{\"t\":{\"a\":0,\"k\":{\"x\":[1,2]},\"b\":0,}}", "t", "k", "1"),
             QByteArray("{\"t\":{\"a\":0,\"k\":1,\"b\":0,}}"));
    QCOMPARE(*withoutEntry("{\"t\":{\"k\":1,\"b\":0}}", "t", "k"), QByteArray("{\"t\":{\"b\":0}}"));
    QCOMPARE(*withoutEntry("{\"t\":{\"k\":1},\"b\":0}", "t", "k"), QByteArray("{\"b\":0}"));
}

void TestJsonText::otherTextIsRefused_data()
{
    QTest::addColumn<QByteArray>("text");
    for (const char *text : {"[]", "{", "{\"a\"}", "{\"a\":}", "{\"a\":\"x}", "{} x", "{\"a\":[}", "{\"t\":1}", "/*"})
        QTest::newRow(text) << QByteArray(text);
}

void TestJsonText::otherTextIsRefused()
{
    QFETCH(QByteArray, text);
    QVERIFY(!withEntry(text, "t", "k", "1"));
}

QTEST_APPLESS_MAIN(TestJsonText)
#include "tst_jsontext.moc"
