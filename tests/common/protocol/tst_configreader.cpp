// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/configreader.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestConfigReader : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void valuesAreRead();
    void whatIsMissingHasItsFallback();
    void whatIsWrongIsNamedWithFileLineAndField_data();
    void whatIsWrongIsNamedWithFileLineAndField();
    void allErrorsAreToldAtOnceInTheOrderOfTheirLines();
    void oneReasonAKeyIsEnough();
    void thousandsOfErrorsAreCounted();
    void anUnreadableFileIsAProblem_data();
    void anUnreadableFileIsAProblem();
    void aKeyOfTooManyPartsIsRefused_data();
    void aKeyOfTooManyPartsIsRefused();
    void theNearestNameIsOffered_data();
    void theNearestNameIsOffered();
};

void TestConfigReader::valuesAreRead()
{
    const ConfigDocument document = ConfigDocument::fromText(R"(
        name = "orders"
        on = true
        size = 5
        wait = "1m 30s"
        list = ["a", "b"]
        env = { A = "1", B = "2" }
        [[item]]
        x = 1
        [[item]]
        x = 2
    )"_ba,
                                                             u"t.toml"_s);
    ConfigTable root = document.root();
    QCOMPARE(root.text(u"name"_s), u"orders"_s);
    QCOMPARE(root.flag(u"on"_s, false), true);
    QCOMPARE(root.integer(u"size"_s, 1, 1, 10), 5);
    QCOMPARE(root.duration(u"wait"_s, 0s, 0s, 1h), 90s);
    QCOMPARE(root.texts(u"list"_s), QStringList({u"a"_s, u"b"_s}));
    QCOMPARE(root.textMap(u"env"_s).value(u"B"_s), u"2"_s);
    QList<ConfigTable> items = root.tables(u"item"_s);
    QCOMPARE(items.size(), 2);
    QCOMPARE(items[1].integer(u"x"_s, 0, 0, 9), 2);
    root.finish();
    QVERIFY(document.problems().isEmpty());
}

void TestConfigReader::whatIsMissingHasItsFallback()
{
    const ConfigDocument document = ConfigDocument::fromText({}, u"t.toml"_s);
    ConfigTable table = document.root().table(u"none"_s);
    QVERIFY(!table.exists());
    QCOMPARE(table.text(u"a"_s, u"x"_s), u"x"_s);
    QCOMPARE(table.duration(u"b"_s, 3s, 0s, 9s), 3s);
    QCOMPARE(table.table(u"deeper"_s).integer(u"c"_s, 7, 0, 9), 7);
    QVERIFY(document.problems().isEmpty());
}

void TestConfigReader::whatIsWrongIsNamedWithFileLineAndField_data()
{
    QTest::addColumn<QByteArray>("toml");
    QTest::addColumn<QString>("problem");
    QTest::newRow("syntax") << "[service\nname=1"_ba << u"t.toml:1: not valid TOML"_s;
    QTest::newRow("string") << "[service]\nname = 3"_ba
                            << u"t.toml:2: service.name: expected a string, found a whole number"_s;
    QTest::newRow("flag") << "[service]\n\non = \"yes\""_ba
                          << u"t.toml:3: service.on: expected true or false, found a string"_s;
    QTest::newRow("range") << "[service]\nsize = 11"_ba
                           << u"t.toml:2: service.size: expected a whole number from 1 to 10, found 11"_s;
    QTest::newRow("no unit") << "[service]\nwait = \"5\""_ba
                             << u"t.toml:2: service.wait: expected a duration such as 500ms"_s;
    QTest::newRow("number for duration") << "[service]\nwait = 5"_ba
                                         << u"t.toml:2: service.wait: expected a string, found a whole number"_s;
    QTest::newRow("too long") << "[service]\nwait = \"2h\""_ba
                              << u"t.toml:2: service.wait: expected a duration from 0s to 3600s, found \"2h\""_s;
    QTest::newRow("no table") << "service = 1"_ba << u"t.toml:1: service: expected a table"_s;
    QTest::newRow("near") << "[service]\nnmae = \"a\""_ba
                          << u"t.toml:2: service.nmae: unknown key; did you mean \"name\"?"_s;
    QTest::newRow("far") << "[service]\ncolour = \"a\""_ba
                         << u"t.toml:2: service.colour: unknown key; expected one of name"_s;
    QTest::newRow("zero character") << "[service]\nname = \"a\\u0000b\""_ba
                                    << u"t.toml:2: service.name: must not hold the character U+0000"_s;
    QTest::newRow("line break") << "[service]\nname = \"a\\nb\""_ba
                                << u"t.toml:2: service.name: must not hold control characters, found U+000a"_s;
    QTest::newRow("zero character in a text")
        << "[service]\nnotes = \"a\\u0000b\""_ba << u"t.toml:2: service.notes: must not hold the character U+0000"_s;
    QTest::newRow("zero character in a list") << "[service]\nargv = [\"a\", \"b\\u0000\"]"_ba
                                              << u"t.toml:2: service.argv: must not hold the character U+0000"_s;
    QTest::newRow("lines in a key") << "[service]\n\"a\\nb\" = 1"_ba
                                    << u"t.toml:2: service.a\\u{a}b: unknown key; expected one of"_s;
    QTest::newRow("word")
        << "[service]\nkind = \"htp\""_ba
        << u"t.toml:2: service.kind: expected one of http, tcp, found \"htp\"; did you mean \"http\"?"_s;
}

void TestConfigReader::whatIsWrongIsNamedWithFileLineAndField()
{
    QFETCH(QByteArray, toml);
    QFETCH(QString, problem);
    const ConfigDocument document = ConfigDocument::fromText(toml, u"t.toml"_s);
    ConfigTable service = document.root().table(u"service"_s);
    service.text(u"name"_s);
    service.anyText(u"notes"_s);
    service.texts(u"argv"_s);
    service.flag(u"on"_s, false);
    service.integer(u"size"_s, 1, 1, 10);
    service.duration(u"wait"_s, 0s, 0s, 1h);
    service.oneOf(u"kind"_s, u"tcp"_s, {u"http"_s, u"tcp"_s});
    service.finish();
    QCOMPARE(document.problems().size(), 1);
    QVERIFY2(document.problems().first().text().startsWith(problem), qPrintable(document.problems().first().text()));
}

void TestConfigReader::allErrorsAreToldAtOnceInTheOrderOfTheirLines()
{
    const ConfigDocument document = ConfigDocument::fromText("b = 1\na = 2\nc = 3\n"_ba, u"t.toml"_s);
    ConfigTable root = document.root();
    root.text(u"a"_s);
    root.text(u"b"_s);
    root.finish();
    QStringList places;
    for (const Problem &problem : document.problems())
        places << problem.where;
    QCOMPARE(places, QStringList({u"t.toml:1: b"_s, u"t.toml:2: a"_s, u"t.toml:3: c"_s}));
}

void TestConfigReader::oneReasonAKeyIsEnough()
{
    const ConfigDocument document = ConfigDocument::fromText("argv = \"ls -l\"\n"_ba, u"t.toml"_s);
    ConfigTable root = document.root();
    if (root.texts(u"argv"_s).isEmpty())
        root.fail(u"argv"_s, u"must not be empty"_s);
    QCOMPARE(document.problems().size(), 1);
    QCOMPARE(document.problems().first().what, u"expected a list of strings"_s);
}

void TestConfigReader::thousandsOfErrorsAreCounted()
{
    QByteArray toml;
    for (int i = 0; i < 50'000; ++i)
        toml += "unknown" + QByteArray::number(i) + " = 1\n";
    const ConfigDocument document = ConfigDocument::fromText(toml, u"t.toml"_s);
    ConfigTable root = document.root();
    root.text(u"name"_s);
    root.finish();
    const QList<Problem> problems = document.problems();
    QCOMPARE(problems.size(), 101);
    QCOMPARE(problems.last(), (Problem{u"t.toml"_s, u"and 49900 more"_s}));
}

void TestConfigReader::anUnreadableFileIsAProblem_data()
{
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("why");
    QTest::newRow("missing") << u"missing"_s << u"cannot be opened: No such file or directory"_s;
    QTest::newRow("directory") << u"directory"_s << u"expected a regular file, found a directory"_s;
    QTest::newRow("pipe") << u"pipe"_s << u"expected a regular file, found a FIFO"_s;
    QTest::newRow("endless") << u"/dev/zero"_s << u"expected a regular file, found a device"_s;
    QTest::newRow("fails") << u"/proc/self/mem"_s << u"cannot be read: Input/output error"_s; // at its beginning
    QTest::newRow("large") << u"large"_s << u"is larger than 4 MiB"_s;
}

void TestConfigReader::anUnreadableFileIsAProblem()
{
    QFETCH(QString, kind);
    QFETCH(QString, why);
    const QTemporaryDir directory;
    QVERIFY(QDir(directory.path()).mkdir(u"directory"_s));
    QCOMPARE(::mkfifo(qPrintable(directory.filePath(u"pipe"_s)), 0600), 0);
    QFile large(directory.filePath(u"large"_s));
    QVERIFY(large.open(QIODevice::WriteOnly) && large.resize(4 * 1024 * 1024 + 1));
    const QString path = QDir(directory.path()).absoluteFilePath(kind);
    const ConfigDocument document = ConfigDocument::fromFile(path);
    QCOMPARE(document.problems(), QList<Problem>({{path, why}}));
}

void TestConfigReader::aKeyOfTooManyPartsIsRefused_data()
{
    QTest::addColumn<QByteArray>("toml");
    QTest::addColumn<QString>("problem");
    const QByteArray deep = QByteArray("a.").repeated(100'000) + 'a';
    const QString refused = u"t.toml:2: a key has too many parts"_s;
    QTest::newRow("key") << "x = 1\n" + deep + " = 1" << refused;
    QTest::newRow("table") << "x = 1\n[" + deep + "]" << refused;
    QTest::newRow("list of tables") << "x = 1\n[[" + deep + "]]" << refused;
    QTest::newRow("within a value") << "x = \"\"\ny = [{" + deep + " = 1}]" << refused;
    QTest::newRow("spaced") << "\n" + QByteArray("a . ").repeated(100'000) + "a = 1" << refused;
    QTest::newRow("quoted") << "\n" + QByteArray("\"a\".'b'.").repeated(50'000) + "a = 1" << refused;
    QTest::newRow("after a long string") << "x = '''\"\"'''''\n" + deep + " = 1" << refused;
    QTest::newRow("after an escaped quote") << "x = \"\\\"\"\n" + deep + " = 1" << refused;
    const QByteArray dots(1000, '.');
    QTest::newRow("string") << "x = \"" + dots + "\"" << QString();
    QTest::newRow("long string") << "x = \"\"\"a\n" + dots + "\"\"\"\"\"" << QString();
    QTest::newRow("comment") << "x = 1 # it's\n#" + dots << QString();
    QTest::newRow("numbers") << "x = [" + QByteArray("1.5, ").repeated(100) + "]" << QString();
    QTest::newRow("lines") << QByteArray("[[a.b]]\n").repeated(100) << QString();
    // The deepest that passes: as deep as toml++ allows, and a key of many parts each time.
    const QByteArray key = QByteArray("a.").repeated(16) + "a = ";
    QTest::newRow("the deepest") << key + QByteArray("{" + key).repeated(250) + "1" + QByteArray(250, '}') << QString();
}

void TestConfigReader::aKeyOfTooManyPartsIsRefused()
{
    QFETCH(QByteArray, toml);
    QFETCH(QString, problem);
    const ConfigDocument document = ConfigDocument::fromText(toml, u"t.toml"_s);
    QStringList told;
    for (const Problem &each : document.problems())
        told << each.text();
    QCOMPARE(told.join(u'\n'), problem);
}

void TestConfigReader::theNearestNameIsOffered_data()
{
    QTest::addColumn<QString>("word");
    QTest::addColumn<QString>("nearest");
    QTest::newRow("swapped") << u"dirver"_s << u"driver"_s;
    QTest::newRow("plural") << u"timeouts"_s << u"timeout"_s;
    QTest::newRow("nothing near") << u"colour"_s << QString();
    QTest::newRow("short") << u"x"_s << QString();
}

void TestConfigReader::theNearestNameIsOffered()
{
    QFETCH(QString, word);
    QFETCH(QString, nearest);
    QCOMPARE(nearestName(word, {u"driver"_s, u"timeout"_s, u"interval"_s}), nearest);
}

QTEST_APPLESS_MAIN(TestConfigReader)
#include "tst_configreader.moc"
