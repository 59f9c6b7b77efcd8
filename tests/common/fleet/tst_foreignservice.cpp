// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/foreignservice.h"

#include "common/base/processentry.h"
#include "common/fleet/servicestate.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <pwd.h>
#include <unistd.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestForeignService : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void itIsForeignByItsWorktreeOrDirectory_data();
    void itIsForeignByItsWorktreeOrDirectory();
    void whatSaysNothingIsNotForeign();
    void theOwnerIsNamed();
    void aPlaceThatIsNotHereSaysNothing();
    void anotherUsersIsForeign_data();
    void anotherUsersIsForeign();
    void itsReportSaysWhoseItIsAndNothingOfTheCode();

private:
    FleetEntry entryIn(const QString &place) const
    {
        FleetEntry entry;
        entry.name = u"a"_s;
        entry.url = u"http://127.0.0.1:8000"_s;
        entry.restart = RestartByCommand{{u"program"_s}, place.isEmpty() ? QString() : root.filePath(place), {}};
        return entry;
    }
    HealthReport reportFrom(const QString &place, const QString &worktree = {}) const
    {
        HealthReport report;
        report.pid = 4312;
        report.identity = ServiceIdentity{.directory = root.filePath(place),
                                          .worktree = worktree.isEmpty() ? QString() : root.filePath(worktree),
                                          .branch = {},
                                          .commit = {},
                                          .dirty = {},
                                          .user = {}};
        return report;
    }

    QTemporaryDir root;
};

void TestForeignService::initTestCase()
{
    const QDir directory(root.path());
    for (const QString &path :
         {u"shop/.git"_s, u"shop/api"_s, u"shop/web"_s, u"shop-b/api"_s, u"one"_s, u"two"_s, u"config/hephaestus"_s})
        QVERIFY(directory.mkpath(path));
    QFile link(root.filePath(u"shop-b/.git"_s)); // as a second work tree has it
    QVERIFY(link.open(QIODevice::WriteOnly) && link.write("gitdir: ../shop/.git/worktrees/b\n") > 0);
    QVERIFY(QFile::link(root.filePath(u"one"_s), root.filePath(u"linked"_s)));
    qputenv("XDG_CONFIG_HOME", root.filePath(u"config"_s).toLocal8Bit());
}

void TestForeignService::itIsForeignByItsWorktreeOrDirectory_data()
{
    QTest::addColumn<QString>("entry");
    QTest::addColumn<QString>("service");
    QTest::addColumn<QString>("worktree");
    QTest::addColumn<bool>("isForeign");
    QTest::newRow("same directory") << u"one"_s << u"one"_s << QString() << false;
    QTest::newRow("by a link") << u"linked"_s << u"one"_s << QString() << false;
    QTest::newRow("another directory") << u"two"_s << u"one"_s << QString() << true;
    QTest::newRow("a part of the name") << u"shop"_s << u"shop-b"_s << QString() << true;
    QTest::newRow("started above") << u"one"_s << u"."_s << QString() << false;
    QTest::newRow("started below") << u"."_s << u"one"_s << QString() << false;
    QTest::newRow("same work tree") << u"shop/api"_s << u"shop/web"_s << u"shop"_s << false;
    QTest::newRow("another work tree") << u"shop/api"_s << u"shop-b/api"_s << u"shop-b"_s << true;
    QTest::newRow("the first work tree") << u"shop-b/api"_s << u"shop/api"_s << u"shop"_s << true;
    QTest::newRow("only one in a work tree") << u"one"_s << u"shop/api"_s << u"shop"_s << true;
    QTest::newRow("the general fleet file") << u"config/hephaestus"_s << u"one"_s << QString() << false;
}

void TestForeignService::itIsForeignByItsWorktreeOrDirectory()
{
    QFETCH(QString, entry);
    QFETCH(QString, service);
    QFETCH(QString, worktree);
    const QString owner = foreignOwner(entryIn(entry), reportFrom(service, worktree));
    QFETCH(bool, isForeign);
    QVERIFY2(owner.isEmpty() != isForeign, qPrintable(owner));
}

void TestForeignService::whatSaysNothingIsNotForeign()
{
    HealthReport silent = reportFrom(u"one"_s);
    silent.identity.reset();
    QCOMPARE(foreignOwner(entryIn(u"two"_s), silent), QString());
    FleetEntry remote = entryIn(u"two"_s);
    remote.url = u"http://192.0.2.1:8000"_s;
    QCOMPARE(foreignOwner(remote, reportFrom(u"one"_s)), QString());
    FleetEntry byItself = entryIn(u"two"_s);
    byItself.restart = RestartByService{};
    QCOMPARE(foreignOwner(byItself, reportFrom(u"one"_s)), QString());
}

void TestForeignService::theOwnerIsNamed()
{
    HealthReport report = reportFrom(u"shop-b/api"_s, u"shop-b"_s);
    report.identity->branch = u"fix-cart"_s;
    const QString owner = foreignOwner(entryIn(u"shop"_s), report);
    QVERIFY2(owner.endsWith(u"/shop-b, branch fix-cart, pid 4312"_s), qPrintable(owner));
}

void TestForeignService::aPlaceThatIsNotHereSaysNothing()
{
    HealthReport report = reportFrom(u"one"_s);
    report.identity->directory = u"/nowhere/of/this/machine"_s; // as in a container
    QCOMPARE(foreignOwner(entryIn(u"two"_s), report), QString());
}

void TestForeignService::anotherUsersIsForeign_data()
{
    QTest::addColumn<QString>("said");     ///< as the user of the service
    QTest::addColumn<QString>("expected"); ///< by the entry
    QTest::addColumn<int>("begun");        ///< seconds, against this process
    QTest::addColumn<bool>("isForeign");
    const QString own = QString::fromLocal8Bit(::getpwuid(::geteuid())->pw_name);
    QTest::newRow("its own") << own << QString() << 1 << false;
    QTest::newRow("the entry names another user") << own << u"app"_s << 1 << true;
    QTest::newRow("the entry names that user") << own << own << 1 << false;
    QTest::newRow("the kernel knows the pid as another's") << u"app"_s << QString() << 1 << false;
    QTest::newRow("the pid is of an older process") << own << u"app"_s << 4000 << false;
    QTest::newRow("it does not say") << QString() << u"app"_s << 1 << false;
}

void TestForeignService::anotherUsersIsForeign()
{
    QFETCH(QString, said);
    QFETCH(QString, expected);
    QFETCH(int, begun);
    FleetEntry entry = entryIn(u"one"_s);
    entry.user = expected;
    HealthReport report = reportFrom(u"one"_s);
    report.pid = ::getpid();
    const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(readProcess(::getpid())->age());
    report.startTime = QDateTime::currentDateTimeUtc().addDuration(-age).addSecs(begun);
    report.identity->user = said;
    const QString owner = foreignOwner(entry, report);
    QFETCH(bool, isForeign);
    QVERIFY2(owner.isEmpty() != isForeign, qPrintable(owner));
    QVERIFY2(!isForeign || owner.contains(u", user "_s + said), qPrintable(owner));
}

void TestForeignService::itsReportSaysWhoseItIsAndNothingOfTheCode()
{
    ForeignServices services;
    HealthReport report = reportFrom(u"one"_s);
    report.code = CodeReport{CodeVerdict::Fresh, {}, Seconds(1), 7};
    const HealthReport before = report;
    services.addTo(report, entryIn(u"one"_s));
    QCOMPARE(report, before);
    services.addTo(report, entryIn(u"two"_s));
    QVERIFY2(report.owner.contains(u"/one, pid 4312"_s), qPrintable(report.owner));
    QVERIFY(!report.code);
    QCOMPARE(stateOf(report), ServiceState::Foreign);
}

QTEST_GUILESS_MAIN(TestForeignService)
#include "tst_foreignservice.moc"
