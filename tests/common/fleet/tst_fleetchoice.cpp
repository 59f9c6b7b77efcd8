// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/fleetchoice.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

using Reason = FleetChoice::Reason;

class TestFleetChoice : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanup() { qunsetenv("HEPHAESTUS_FLEET"); }
    void theNearestOneCounts_data();
    void theNearestOneCounts();
    void itSaysWhichAndWhy();

private:
    QTemporaryDir root;
};

void TestFleetChoice::initTestCase()
{
    const QDir directory(root.path());
    for (const QString &path : {u"shop/.git"_s, u"shop/api/v1"_s, u"shop/web"_s, u"bare/.git"_s, u"loose/below"_s,
                                u"odd/fleet.toml"_s, u"config/hephaestus"_s})
        QVERIFY(directory.mkpath(path));
    for (const QString &path : {u"fleet.toml"_s, u"shop/fleet.toml"_s, u"shop/api/fleet.toml"_s, u"loose/fleet.toml"_s})
        QVERIFY(QFile(root.filePath(path)).open(QIODevice::WriteOnly));
    qputenv("XDG_CONFIG_HOME", root.filePath(u"config"_s).toLocal8Bit());
}

void TestFleetChoice::theNearestOneCounts_data()
{
    QTest::addColumn<QString>("given");
    QTest::addColumn<QByteArray>("environment");
    QTest::addColumn<QString>("place");
    QTest::addColumn<QString>("path");
    QTest::addColumn<Reason>("reason");
    const auto row = [](const char *name, const QString &given, const QByteArray &environment, const QString &place,
                        const QString &path,
                        Reason reason) { QTest::newRow(name) << given << environment << place << path << reason; };
    const QString own = u"config/hephaestus/fleet.toml"_s;
    row("what is asked for", u"mine.toml"_s, "other.toml", u"shop"_s, u"mine.toml"_s, Reason::Given);
    row("the variable", {}, "other.toml", u"shop"_s, u"shop/other.toml"_s, Reason::Environment);
    row("an empty variable says nothing", {}, "", u"shop"_s, u"shop/fleet.toml"_s, Reason::Project);
    row("here", {}, {}, u"shop/api"_s, u"shop/api/fleet.toml"_s, Reason::Project);
    row("above", {}, {}, u"shop/api/v1"_s, u"shop/api/fleet.toml"_s, Reason::Project);
    row("at the top of the work tree", {}, {}, u"shop/web"_s, u"shop/fleet.toml"_s, Reason::Project);
    row("not above the work tree", {}, {}, u"bare"_s, own, Reason::User);
    row("here, without a work tree", {}, {}, u"loose"_s, u"loose/fleet.toml"_s, Reason::Project);
    row("not above, without a work tree", {}, {}, u"loose/below"_s, own, Reason::User);
    row("a folder of that name is none", {}, {}, u"odd"_s, own, Reason::User);
}

void TestFleetChoice::theNearestOneCounts()
{
    QFETCH(QString, given);
    QFETCH(QByteArray, environment);
    QFETCH(QString, place);
    QFETCH(QString, path);
    QFETCH(Reason, reason);
    if (!environment.isNull())
        qputenv("HEPHAESTUS_FLEET", environment);
    const FleetChoice choice = chooseFleet(given, root.filePath(place));
    QCOMPARE(choice.path, reason == Reason::Given ? path : root.filePath(path));
    QCOMPARE(choice.reason, reason);
}

void TestFleetChoice::itSaysWhichAndWhy()
{
    qputenv("HOME", root.path().toLocal8Bit());
    QCOMPARE(chooseFleet({}, root.filePath(u"shop/web"_s)).text(), u"fleet file ~/shop/fleet.toml (of this project)"_s);
}

QTEST_GUILESS_MAIN(TestFleetChoice)
#include "tst_fleetchoice.moc"
