// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/globwalk.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>
#include <unistd.h>

using namespace Hephaestus;

class TestGlobPattern : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aPathMatchesOrNot_data();
    void aPathMatchesOrNot();
    void aDirectoryMayHaveAnyName();
    void theRootIsTheDeepestFixedDirectory_data();
    void theRootIsTheDeepestFixedDirectory();
    void bracesStandForSeveralPatterns_data();
    void bracesStandForSeveralPatterns();
    void aDirectoryIsEverythingInItButJunk();
    void aWalkFindsWhatMatches_data();
    void aWalkFindsWhatMatches();
};

void TestGlobPattern::aPathMatchesOrNot_data()
{
    QTest::addColumn<QByteArray>("pattern");
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<bool>("expected");
    const auto row = [](const char *pattern, const char *path, bool expected) {
        QTest::addRow("%s %s", pattern, path) << QByteArray(pattern) << QByteArray(path) << expected;
    };
    row("src/**/*.py", "/d/src/a.py", true);
    row("src/**/*.py", "/d/src/b/c/a.py", true);
    row("src/**/*.py", "/d/src/a.pyc", false);
    row("src/**/*.py", "/d/srcs/a.py", false);
    row("src/**/*.py", "/d/src/.git/a.py", false);
    row("src/**/*.py", "/d/src/.a.py", false);
    row("src/**/.a.py", "/d/src/b/.a.py", true);
    row("src/*.py", "/d/src/b/a.py", false);
    row("src/?.py", "/d/src/a.py", true);
    row("src/[ab].py", "/d/src/c.py", false);
    row("**", "/d/a/b", true);
    row("src/**", "/d/src/a/b.txt", true);
    row("**/test/**/*.py", "/d/a/test/b/c.py", true);
    row("**/test/**/*.py", "/d/test/c.py", true);
    row("**/**/*.py", "/d/c.py", true);
    row("*/main.py", "/d/a/main.py", true);
    row("*/main.py", "/d/main.py", false);
    row("../other/*.py", "/other/a.py", true);
    row("./src/*.py", "/d/src/a.py", true);
    row("/abs/*.py", "/abs/a.py", true);
    row("pyproject.toml", "/d/pyproject.toml", true);
    row("pyproject.toml", "/d/a/pyproject.toml", false);
}

void TestGlobPattern::aPathMatchesOrNot()
{
    QFETCH(QByteArray, pattern);
    QFETCH(QByteArray, path);
    QFETCH(bool, expected);
    QCOMPARE(GlobPattern("/d", pattern).matches(path), expected);
}

void TestGlobPattern::aDirectoryMayHaveAnyName()
{
    QVERIFY(GlobPattern("/app [old]/*", "src/*.py").matches("/app [old]/*/src/a.py"));
    QVERIFY(!GlobPattern("/app [old]/*", "src/*.py").matches("/app o/x/src/a.py"));
    QCOMPARE(GlobPattern("/app [old]", "src/*.py").root(), "/app [old]/src");
    const QByteArray path("/a[b]\\c/d?/e\\f/*.py");
    QVERIFY(GlobPattern("/", GlobPattern::literal(path)).matches(path));
    QVERIFY(!GlobPattern("/", GlobPattern::literal(path)).matches("/ab\\c/d?/e\\f/*.py"));
    QVERIFY(!GlobPattern("/", GlobPattern::literal(path)).matches("/a[b]\\c/d?/e\\f/g.py"));
    QVERIFY(GlobPattern("/", GlobPattern::literal("/a[b]") + "/*.py").matches("/a[b]/x.py"));
}

void TestGlobPattern::theRootIsTheDeepestFixedDirectory_data()
{
    QTest::addColumn<QByteArray>("pattern");
    QTest::addColumn<QByteArray>("root");
    QTest::addColumn<bool>("isPattern");
    QTest::newRow("fixed") << QByteArray("src/core/**/*.py") << QByteArray("/d/e/src/core") << true;
    QTest::newRow("up") << QByteArray("../../x/*.py") << QByteArray("/x") << true;
    QTest::newRow("above the root") << QByteArray("../../../x/*") << QByteArray("/x") << true;
    QTest::newRow("everywhere") << QByteArray("/**") << QByteArray("/") << true;
    QTest::newRow("a file") << QByteArray("a//b.txt") << QByteArray("/d/e/a/b.txt") << false;
}

void TestGlobPattern::theRootIsTheDeepestFixedDirectory()
{
    QFETCH(QByteArray, pattern);
    QFETCH(QByteArray, root);
    QFETCH(bool, isPattern);
    const GlobPattern glob("/d/e", pattern);
    QCOMPARE(glob.root(), root);
    QCOMPARE(glob.isPattern(), isPattern);
}

void TestGlobPattern::bracesStandForSeveralPatterns_data()
{
    QTest::addColumn<QByteArray>("pattern");
    QTest::addColumn<QByteArrayList>("expected");
    QTest::newRow("none") << QByteArray("src/*.js") << QByteArrayList{"src/*.js"};
    QTest::newRow("endings") << QByteArray("src/**/*.{js,ts}") << QByteArrayList{"src/**/*.js", "src/**/*.ts"};
    QTest::newRow("two") << QByteArray("{a,b}/{c,d}") << QByteArrayList{"a/c", "a/d", "b/c", "b/d"};
    QTest::newRow("nested") << QByteArray("a{b,c{d,e}}f") << QByteArrayList{"abf", "acdf", "acef"};
    QTest::newRow("an empty one") << QByteArray("a{,b}") << QByteArrayList{"a", "ab"};
    QTest::newRow("one only is part of a name") << QByteArray("a{b}") << QByteArrayList{"a{b}"};
    QTest::newRow("not closed") << QByteArray("a{b,c") << QByteArrayList{"a{b,c"};
    QTest::newRow("literal") << GlobPattern::literal("/a{b,c}/d") << QByteArrayList{GlobPattern::literal("/a{b,c}/d")};
}

void TestGlobPattern::bracesStandForSeveralPatterns()
{
    QFETCH(QByteArray, pattern);
    QFETCH(QByteArrayList, expected);
    QCOMPARE(GlobPattern::expand(pattern), expected);
}

void TestGlobPattern::aDirectoryIsEverythingInItButJunk()
{
    const QTemporaryDir directory;
    const QByteArray root = QFile::encodeName(directory.path());
    QVERIFY(GlobPattern(root, "nothing/*.js").isPattern());
    QVERIFY(!GlobPattern(root, "nothing").matchesAny());
    for (const char *name : {"/src", "/src/deep", "/src/node_modules", "/src/.git"})
        QCOMPARE(::mkdir((root + name).constData(), 0755), 0);
    QVERIFY(!GlobPattern(root, "src").matchesAny());
    for (const char *name : {"/src/deep/a.js", "/src/node_modules/b.js", "/src/.git/c", "/src/out.log"}) {
        QFile file(QFile::decodeName(root + name));
        QVERIFY(file.open(QIODevice::WriteOnly));
    }
    for (const char *pattern : {"src", "src/", "./src", "."}) {
        const GlobPattern glob(root, pattern);
        QVERIFY(glob.isPattern() && glob.matchesAny());
        QVERIFY(glob.matches(root + "/src/deep/a.js"));
        QVERIFY(!glob.matches(root + "/src/node_modules/b.js"));
        QVERIFY(!glob.matches(root + "/src/.git/c"));
        QVERIFY(!glob.matches(root + "/src/out.log"));
    }
    QVERIFY(GlobPattern(root, "src/node_modules").matches(root + "/src/node_modules/b.js")); // asked for by name
}

void TestGlobPattern::aWalkFindsWhatMatches_data()
{
    QTest::addColumn<QByteArray>("pattern");
    QTest::addColumn<QByteArrayList>("found");
    QTest::newRow("all") << QByteArray("**/*.py") << QByteArrayList{"a.py", "link.py", "src/b.py", "src/deep/c.py"};
    QTest::newRow("one level") << QByteArray("*/*.py") << QByteArrayList{"src/b.py"};
    QTest::newRow("through a link that is named") << QByteArray("*/../loop/*.py") << QByteArrayList();
    QTest::newRow("a link in the fixed part") << QByteArray("loop/*.py") << QByteArrayList{"loop/a.py", "loop/link.py"};
    QTest::newRow("nothing there") << QByteArray("gone/**/*.py") << QByteArrayList();
}

void TestGlobPattern::aWalkFindsWhatMatches()
{
    QFETCH(QByteArray, pattern);
    QFETCH(QByteArrayList, found);
    const QTemporaryDir directory;
    const QByteArray root = QFile::encodeName(directory.path());
    for (const char *name : {"/src", "/src/deep", "/.hidden"})
        QCOMPARE(::mkdir((root + name).constData(), 0755), 0);
    for (const char *name : {"/a.py", "/src/b.py", "/src/deep/c.py", "/src/d.txt", "/.hidden/e.py"}) {
        QFile file(QFile::decodeName(root + name));
        QVERIFY(file.open(QIODevice::WriteOnly));
    }
    QCOMPARE(::symlink("a.py", (root + "/link.py").constData()), 0);
    QCOMPARE(::symlink("nowhere", (root + "/dangling.py").constData()), 0);
    QCOMPARE(::symlink(".", (root + "/loop").constData()), 0);

    QByteArrayList names;
    GlobWalk::Visitor visitor;
    visitor.directory = [](const QByteArray &) {};
    visitor.unreadable = [](const QByteArray &) { QFAIL("unreadable"); };
    int asked = 0;
    visitor.goOn = [&asked] { return ++asked % 2 != 0; };
    visitor.file = [&](const QByteArray &place, const char *name, const struct stat &, bool) {
        names << (place + '/' + name).mid(root.size() + 1);
    };
    GlobWalk walk(GlobPattern(root, pattern));
    while (!walk.advance(visitor)) { // stopped after every other entry
    }
    std::sort(names.begin(), names.end());
    QCOMPARE(names, found);
}

QTEST_APPLESS_MAIN(TestGlobPattern)
#include "tst_globpattern.moc"
