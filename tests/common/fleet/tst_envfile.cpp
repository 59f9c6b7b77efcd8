// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/envfile.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

namespace {

std::optional<QString> outside(const QString &name)
{
    return name == "HOME"_L1 ? std::optional(u"/home/me"_s) : std::nullopt;
}

} // namespace

class TestEnvFile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aLineIsRead_data();
    void aLineIsRead();
    void aBadLineIsToldWithoutItsValue_data();
    void aBadLineIsToldWithoutItsValue();
    void aLaterFileCountsMore();
    void onlyRegularFilesAreRead();
};

void TestEnvFile::aLineIsRead_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("value"); ///< of A
    QTest::newRow("bare") << QByteArray("A=one") << u"one"_s;
    QTest::newRow("export") << QByteArray("export A=one") << u"one"_s;
    QTest::newRow("a variable called export") << QByteArray("export=x\nA=${export}") << u"x"_s;
    QTest::newRow("blanks around") << QByteArray("  A = one two \t\n") << u"one two"_s;
    QTest::newRow("CRLF") << QByteArray("A=one\r\nB=two\r\n") << u"one"_s;
    QTest::newRow("BOM") << QByteArray("\xEF\xBB\xBF"
                                       "A=one")
                         << u"one"_s;
    QTest::newRow("empty") << QByteArray("A=\nB=x") << QString(u""_s);
    QTest::newRow("comment") << QByteArray("# first\n\nA=one # last") << u"one"_s;
    QTest::newRow("comment after nothing") << QByteArray("A= # nothing") << QString(u""_s);
    QTest::newRow("a hash in it") << QByteArray("A=one#two") << u"one#two"_s;
    QTest::newRow("an equals sign in it") << QByteArray("A=k=v==") << u"k=v=="_s;
    QTest::newRow("single quotes") << QByteArray("A='one # ${B} \\n' # c") << u"one # ${B} \\n"_s;
    QTest::newRow("double quotes") << QByteArray(R"(A="a\n\"b\"\\ \$C # d")") << u"a\n\"b\"\\ $C # d"_s;
    QTest::newRow("another escape") << QByteArray(R"(A="C:\dir")") << u"C:\\dir"_s;
    QTest::newRow("over lines") << QByteArray("A=\"one\ntwo\"\nB=x") << u"one\ntwo"_s;
    QTest::newRow("a quote in a bare one") << QByteArray("A=it's") << u"it's"_s;
    QTest::newRow("made of another") << QByteArray("B=b\nA=a${B}c") << u"abc"_s;
    QTest::newRow("made of what is outside") << QByteArray("A=\"${HOME}/x\"") << u"/home/me/x"_s;
    QTest::newRow("with a default") << QByteArray("A=${NONE:-some thing}") << u"some thing"_s;
    QTest::newRow("a default that is not needed") << QByteArray("B=b\nA=${B:-c}") << u"b"_s;
    QTest::newRow("a dollar") << QByteArray("A=pa$word") << u"pa$word"_s;
    QTest::newRow("twice") << QByteArray("A=one\nA=two") << u"two"_s;
    QTest::newRow("UTF-8") << QByteArray("A=日本") << u"日本"_s;
}

void TestEnvFile::aLineIsRead()
{
    QFETCH(QByteArray, text);
    QList<EnvVariable> variables;
    const auto problem = readEnvText(text, u".env"_s, outside, variables);
    QVERIFY2(!problem, problem ? qPrintable(problem->text()) : "");
    const auto found = std::find_if(variables.begin(), variables.end(),
                                    [](const EnvVariable &variable) { return variable.name == "A"_L1; });
    QVERIFY(found != variables.end());
    QTEST(found->value, "value");
    QCOMPARE(found->isFromOutside, text.contains("HOME") || text.contains("NONE"));
}

void TestEnvFile::aBadLineIsToldWithoutItsValue_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("where");
    QTest::addColumn<QString>("what");
    QTest::newRow("no equals sign") << QByteArray("A=1\nsecret\n") << u".env:2"_s << u"expected NAME=value"_s;
    QTest::newRow("no name") << QByteArray("=secret\n") << u".env:1"_s << u"expected NAME=value"_s;
    QTest::newRow("a name with a blank") << QByteArray("A B=secret") << u".env:1"_s << u"expected NAME=value"_s;
    QTest::newRow("a name that begins with a digit") << QByteArray("\n\n1A=secret") << u".env:3"_s << u"NAME=value"_s;
    QTest::newRow("an open quote") << QByteArray("B=1\nA=\"secret\nmore") << u".env:2"_s << u"A has no closing \""_s;
    QTest::newRow("after a quote") << QByteArray("A='x' secret") << u".env:1"_s << u"end of the line"_s;
    QTest::newRow("after lines") << QByteArray("A='x\ny'\nsecret") << u".env:3"_s << u"NAME=value"_s;
    QTest::newRow("nothing sets it") << QByteArray("A=secret${NONE}") << u".env:1"_s << u"nothing sets NONE"_s;
    QByteArray growing = "A0=0123456789\n";
    for (int i = 1; i < 12; ++i)
        growing += 'A' + QByteArray::number(i) + '=' + ("${A" + QByteArray::number(i - 1) + '}').repeated(10) + '\n';
    QTest::newRow("values that grow") << growing << u".env:6"_s << u"A5: what is put in is larger than 1 MiB"_s;
    QByteArray many;
    for (int i = 0; i < 50'000; ++i)
        many += 'A' + QByteArray::number(i) + "=\n";
    QTest::newRow("too many") << many << u".env:4097"_s << u"more than 4096 variables"_s;
    QTest::newRow("an open brace") << QByteArray("A=${HOME\nB=secret") << u".env:1"_s << u"expected ${NAME}"_s;
}

void TestEnvFile::aBadLineIsToldWithoutItsValue()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, what);
    QList<EnvVariable> variables;
    const auto problem = readEnvText(text, u".env"_s, outside, variables);
    QVERIFY(problem);
    QTEST(problem->where, "where");
    QVERIFY2(problem->what.contains(what), qPrintable(problem->what));
    QVERIFY2(!problem->text().contains(u"secret"_s), qPrintable(problem->text()));
}

void TestEnvFile::aLaterFileCountsMore()
{
    QTemporaryDir folder;
    for (const auto &[name, text] : {std::pair("one", "A=1\nB=b"), std::pair("two", "A=2\nC=${B}c")}) {
        QFile file(folder.filePath(QString::fromLatin1(name)));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(text) > 0);
    }
    const auto variables = readEnvFiles({folder.filePath(u"one"_s), folder.filePath(u"two"_s)}, outside);
    QVERIFY(variables);
    QCOMPARE(*variables, (QList<EnvVariable>{{u"B"_s, u"b"_s}, {u"A"_s, u"2"_s}, {u"C"_s, u"bc"_s}}));
}

void TestEnvFile::onlyRegularFilesAreRead()
{
    QTemporaryDir folder;
    const QString fifo = folder.filePath(u"fifo"_s);
    QVERIFY(::mkfifo(QFile::encodeName(fifo).constData(), 0600) == 0);
    for (const QString &path : {fifo, folder.path(), folder.filePath(u"nothing"_s), u"/dev/zero"_s}) {
        const auto variables = readEnvFiles({path}, outside);
        QVERIFY(!variables);
        QCOMPARE(variables.problem().where, path);
    }
    QFile large(folder.filePath(u"large"_s));
    QVERIFY(large.open(QIODevice::WriteOnly) && large.write(QByteArray(1024 * 1024 + 1, '\n')) > 0);
    large.close();
    QVERIFY(readEnvFiles({large.fileName()}, outside).problem().what.contains(u"1 MiB"_s));
}

QTEST_GUILESS_MAIN(TestEnvFile)
#include "tst_envfile.moc"
