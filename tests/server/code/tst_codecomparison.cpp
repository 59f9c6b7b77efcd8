// SPDX-License-Identifier: GPL-3.0-or-later
//
// Looks at a large tree: what an event names is compared in the middle of them.
#include "tests/server/code/codescene.h"

#include <algorithm>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

namespace {

constexpr int Files = 600;
constexpr int Before = 200; ///< files that were looked at when an event comes
const QByteArray Code("value = 1\n");
const QByteArray OtherCode("value = 2\n");

QByteArray nameOf(int i) { return "src/p" + QByteArray::number(i % 50) + "/m" + QByteArray::number(i) + ".py"; }

} // namespace

class TestCodeComparison : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { m_scene.reset(); }

    void aStartLinkThatLeadsElsewhereIsStale();
    void aChangeIsComparedInTheMiddleOfALookAtAll_data();
    void aChangeIsComparedInTheMiddleOfALookAtAll();
    void whatNoEventToldOfIsFoundWhereTheLookGoesOn();
    void aChangeTakenBackInTheMiddleIsNotTold_data();
    void aChangeTakenBackInTheMiddleIsNotTold();
    void aLookThatIsGivenUpBeginsAnew();
    void aGlanceGoesOnWhereItStopped_data();
    void aGlanceGoesOnWhereItStopped();
    void aGlanceAtWhatNoEventTellsOf_data();
    void aGlanceAtWhatNoEventTellsOf();

private:
    void change(const QByteArray &command) const;
    CodeReport compareAgain(const QByteArrayList &names);
    /// Says yes after so many files, and counts them.
    std::function<bool()> after(int files);

    std::unique_ptr<CodeScene> m_scene;
    int m_looked = 0; ///< files, since after()
};

void TestCodeComparison::init()
{
    m_scene = std::make_unique<CodeScene>();
    for (int i = 0; i < Files; ++i)
        m_scene->write(nameOf(i), Code);
    m_scene->sources.watch = {"src/**/*.py"};
    m_scene->begin();
}

void TestCodeComparison::change(const QByteArray &command) const
{
    QCOMPARE(::system(("cd " + m_scene->path("") + " && " + command).constData()), 0);
}

CodeReport TestCodeComparison::compareAgain(const QByteArrayList &names)
{
    QSet<QByteArray> paths;
    for (const QByteArray &name : names)
        paths.insert(m_scene->path(name));
    m_scene->report = m_scene->comparison->compareAgain(paths, m_scene->throttle);
    return m_scene->report;
}

std::function<bool()> TestCodeComparison::after(int files)
{
    m_looked = 0;
    return [this, files] { return ++m_looked >= files; };
}

void TestCodeComparison::aChangeIsComparedInTheMiddleOfALookAtAll_data()
{
    QTest::addColumn<QByteArray>("command");
    QTest::addColumn<QByteArrayList>("touched");
    QTest::addColumn<QStringList>("changes");
    const auto row = [](const char *name, const QByteArray &command, const QByteArrayList &touched) {
        QStringList changes;
        for (const QByteArray &each : touched)
            changes << u"source "_s + QLatin1StringView(name) + u' ' + QString::fromUtf8(each);
        QTest::addRow("%s, %d", name, int(touched.size())) << command << touched << changes;
    };
    for (const int i : {0, Files / 2, Files - 1})
        row("modified", "echo 'value = 3' > " + nameOf(i), {nameOf(i)});
    row("removed", "rm " + nameOf(7), {nameOf(7)});
    row("added", "echo z > src/p3/new.py", {"src/p3/new.py"});
    row("modified", "for i in 1 51; do echo z > src/p1/m$i.py; done", {"src/p1/m1.py", "src/p1/m51.py"});
}

void TestCodeComparison::aChangeIsComparedInTheMiddleOfALookAtAll()
{
    QFETCH(QByteArray, command);
    QFETCH(QByteArrayList, touched);
    QFETCH(QStringList, changes);
    CodeComparison &comparison = *m_scene->comparison;
    QVERIFY(!comparison.compareUnless(after(Before), m_scene->throttle));
    QCOMPARE(m_looked, Before);
    change(command);
    QCOMPARE(compareAgain(touched).verdict, CodeVerdict::Stale);
    QCOMPARE(m_scene->changes(), changes);
    QVERIFY(comparison.isUnderWay());
    const auto report = comparison.compareUnless(after(10 * Files), m_scene->throttle);
    QVERIFY(report && !comparison.isUnderWay());
    QVERIFY2(m_looked < Files, "it began anew");
    QVERIFY(m_looked > Files - Before - 10);
    m_scene->report = *report;
    QCOMPARE(m_scene->changes(), changes);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->changes(), changes);
}

void TestCodeComparison::whatNoEventToldOfIsFoundWhereTheLookGoesOn()
{
    CodeComparison &comparison = *m_scene->comparison;
    int stops = 0;
    std::optional<CodeReport> report = comparison.compareUnless(after(1), m_scene->throttle);
    m_scene->write(nameOf(3), OtherCode + "# longer\n");
    m_scene->write(nameOf(Files - 3), OtherCode + "# longer\n");
    while (!report) {
        ++stops;
        QVERIFY(compareAgain({nameOf(5)}).changed.size() <= 2);
        report = comparison.compareUnless(after(7), m_scene->throttle);
    }
    QVERIFY(stops > Files / 7 - 10);
    // all but the files that it may have been through with
    QVERIFY(report->changed.size() >= 1);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->changes().size(), 2);
}

void TestCodeComparison::aChangeTakenBackInTheMiddleIsNotTold_data()
{
    QTest::addColumn<QByteArray>("command");
    QTest::addColumn<QByteArray>("takenBack");
    QTest::addColumn<QByteArray>("touched");
    QTest::newRow("modified") << QByteArray("echo 'value = 2' > src/p7/m7.py")
                              << QByteArray("echo 'value = 1' > src/p7/m7.py") << QByteArray("src/p7/m7.py");
    QTest::newRow("removed") << QByteArray("mv src/p7/m7.py y") << QByteArray("mv y src/p7/m7.py")
                             << QByteArray("src/p7/m7.py");
    QTest::newRow("added") << QByteArray("echo z > src/p7/new.py") << QByteArray("rm src/p7/new.py")
                           << QByteArray("src/p7/new.py");
}

/// Wherever the look was when it happened.
void TestCodeComparison::aChangeTakenBackInTheMiddleIsNotTold()
{
    QFETCH(QByteArray, command);
    QFETCH(QByteArray, takenBack);
    QFETCH(QByteArray, touched);
    CodeComparison &comparison = *m_scene->comparison;
    for (const int first : {1, Files / 4, Files / 2}) {
        QVERIFY(!comparison.compareUnless(after(first), m_scene->throttle));
        change(command);
        QCOMPARE(compareAgain({touched}).verdict, CodeVerdict::Stale);
        QVERIFY(!comparison.compareUnless(after(Files / 3), m_scene->throttle));
        change(takenBack);
        QCOMPARE(compareAgain({touched}).verdict, CodeVerdict::Fresh);
        const auto report = comparison.compareUnless(after(10 * Files), m_scene->throttle);
        QVERIFY(report);
        m_scene->report = *report;
        QCOMPARE(m_scene->changes(), QStringList());
        QCOMPARE(report->verdict, CodeVerdict::Fresh);
    }
}

void TestCodeComparison::aLookThatIsGivenUpBeginsAnew()
{
    CodeComparison &comparison = *m_scene->comparison;
    QVERIFY(!comparison.compareUnless(after(Files / 2), m_scene->throttle));
    comparison.giveUp();
    QVERIFY(!comparison.isUnderWay());
    QVERIFY(comparison.compareUnless(after(10 * Files), m_scene->throttle));
    QVERIFY(m_looked >= Files);
    QVERIFY(!comparison.compareUnless(after(Files / 2), m_scene->throttle));
    QCOMPARE(m_scene->look().verdict, CodeVerdict::Fresh); // of everything, at once
    QVERIFY(!comparison.isUnderWay());
}

void TestCodeComparison::aGlanceGoesOnWhereItStopped_data()
{
    QTest::addColumn<QByteArray>("command");
    QTest::addColumn<bool>("isSame");
    QTest::newRow("nothing") << QByteArray("true") << true;
    QTest::newRow("the last file by path") << QByteArray("echo z > src/p9/m559.py") << false;
    QTest::newRow("a folder is another one") << QByteArray("mv src/p9 y; cp -a y src/p9") << false;
    QTest::newRow("a file is gone") << QByteArray("rm src/p9/m9.py") << false;
}

void TestCodeComparison::aGlanceGoesOnWhereItStopped()
{
    QFETCH(QByteArray, command);
    QFETCH(bool, isSame);
    CodeComparison &comparison = *m_scene->comparison;
    // the directories of a scene are noted where somebody listens, and from the next comparison on
    m_scene->manifest->directories().setListener([](const QByteArray &) {});
    QCOMPARE(m_scene->look().verdict, CodeVerdict::Fresh);
    QVERIFY(!comparison.looksTheSame(CodeComparison::Extent::All, after(10), m_scene->throttle)); // at the directories
    QCOMPARE(m_looked, 10);
    QVERIFY(!comparison.looksTheSame(CodeComparison::Extent::All, after(200), m_scene->throttle));
    QCOMPARE(m_looked, 200);
    change(command);
    std::optional<bool> found;
    int looked = 210;
    while (!(
        found = comparison.looksTheSame(CodeComparison::Extent::All, after(1), m_scene->throttle))) // each call gets on
        ++looked;
    if (found && *found) {
        QVERIFY(looked >= Files + 50);
        QVERIFY2(looked < Files + 600, "it began anew"); // what this program has mapped is looked at as well
    }
    if (found && *found && !isSame) // it was through with that: the next one sees it
        found = comparison.looksTheSame(CodeComparison::Extent::All, after(10 * Files), m_scene->throttle);
    QCOMPARE(found, std::optional(isSame));
}

void TestCodeComparison::aGlanceAtWhatNoEventTellsOf_data()
{
    QTest::addColumn<QByteArray>("before");
    QTest::addColumn<QByteArray>("command");
    QTest::addColumn<bool>("isSame");
    const QByteArray edit("echo z > src/p9/m559.py");
    QTest::newRow("nothing") << QByteArray("true") << QByteArray("true") << true;
    QTest::newRow("what an event tells of") << QByteArray("true") << edit << true;
    QTest::newRow("by another name") << QByteArray("ln src/p9/m559.py other") << QByteArray("echo z > other") << false;
    QTest::newRow("a folder is another one")
        << QByteArray("true") << QByteArray("mv src/p9 y; cp -a y src/p9") << false;
    QTest::newRow("a configuration file") << QByteArray("true") << QByteArray("echo z > app.toml") << false;
}

void TestCodeComparison::aGlanceAtWhatNoEventTellsOf()
{
    QFETCH(QByteArray, before);
    QFETCH(QByteArray, command);
    QFETCH(bool, isSame);
    m_scene->write("app.toml", Code);
    m_scene->sources.configurationFiles = {m_scene->path("app.toml")};
    change(before);
    m_scene->sources.since = wallClock();
    m_scene->note();
    m_scene->manifest->directories().setListener([](const QByteArray &) {});
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    change(command);
    const auto isUrgent = after(10 * Files);
    QCOMPARE(m_scene->comparison->looksTheSame(CodeComparison::Extent::Unheard, isUrgent, m_scene->throttle),
             std::optional(isSame));
    QVERIFY2(m_looked < Files / 2, qPrintable(QString::number(m_looked)));
}

void TestCodeComparison::aStartLinkThatLeadsElsewhereIsStale()
{
    const QByteArray link = m_scene->path("current");
    const auto lead = [&](const char *release) {
        ::unlink(link.constData());
        QVERIFY(QDir().mkpath(QFile::decodeName(m_scene->path(release))));
        QCOMPARE(::symlink(release, link.constData()), 0);
    };
    lead("r1");
    m_scene->sources.startLink = link;
    m_scene->note();
    m_scene->manifest->directories().setListener([](const QByteArray &) {});
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    lead("r2");
    QVERIFY(m_scene->manifest->directories().haveMoved()); // whereupon is looked
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->changes(), QStringList{u"source modified current"_s});
    lead("r1");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
}

QTEST_GUILESS_MAIN(TestCodeComparison)
#include "tst_codecomparison.moc"
