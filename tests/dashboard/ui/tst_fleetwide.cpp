// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/actquestions.h"
#include "dashboard/ui/fleetwidecommands.h"
#include "dashboard/ui/mainwindow.h"
#include "dashboard/ui/placecommands.h"
#include "dashboard/ui/servicecommands.h"
#include "tests/dashboard/model/reports.h"
#include "tests/support/events.h"
#include "tests/support/processend.h"

#include <QAction>
#include <QDialog>
#include <QLabel>
#include <QProcess>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

namespace {

/// A window on services that nobody asks: two of a group and one beside it.
struct Bench
{
    FleetSession session;
    MainWindow window{session};

    Bench()
    {
        FleetEntry database = entry(u"database"_s, 1);
        FleetEntry shop = entry(u"shop"_s, 2);
        shop.group = database.group = u"backend"_s;
        shop.dependsOn = {u"database"_s};
        FleetEntry web = entry(u"web"_s, 3);
        web.dependsOn = {u"shop"_s};
        session.addAll({database, shop, web}, u"/etc/fleet.toml"_s);
        for (const ServiceId id : session.fleet().ids())
            session.fleet().applyAnswer(id, Reports::answer(Reports::healthy()));
        Test::deliverEvents();
    }

    static FleetEntry entry(const QString &name, int port)
    {
        FleetEntry entry = Reports::entry(name, u"http://127.0.0.1:%1"_s.arg(port));
        entry.interval = std::chrono::hours(1);
        entry.restart = RestartByCommand{{u"/bin/true"_s}, {}, {}};
        return entry;
    }

    ServiceId id(const QString &name)
    {
        for (const ServiceId each : session.fleet().ids()) {
            if (session.fleet().find(each)->entry.name == name)
                return each;
        }
        return NoService;
    }
    QAction *action(int number) { return window.findChild<FleetWideCommands *>()->actions().at(number); }
    QString asked()
    {
        for (const QDialog *const dialog : window.findChildren<QDialog *>()) {
            if (dialog->isVisible())
                return dialog->findChild<QLabel *>()->text();
        }
        return {};
    }
};

} // namespace

class TestFleetWide : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void aShutdownNamesWhatDependsOnIt();
    void whatIsStoppedOrMeantTooDependsOnNothing();
    void whereATokenGoesIsShownBeforeItIsSent();
    void allAreShutDownAfterOneQuestion();
    void aGroupIsShutDownByItsName();
    void onlyWhatDoesNotRunIsStarted();
    void theFolderIsThatOfTheService();

private:
    QTemporaryDir m_state;
};

void TestFleetWide::initTestCase()
{
    QVERIFY(qputenv("XDG_STATE_HOME", QFile::encodeName(m_state.path()))); // nothing is trusted from an earlier run
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(u"hephaestus-test"_s);
    QCoreApplication::setApplicationName(u"tst_fleetwide"_s);
    QSettings().clear();
}

void TestFleetWide::aShutdownNamesWhatDependsOnIt()
{
    Bench bench;
    const ActQuestions questions(bench.session);
    QCOMPARE(questions.dependants({bench.id(u"database"_s)}), QStringList{u"shop"_s});
    const QString question = questions.ofOne(bench.id(u"database"_s), ServiceAction::ShutDown);
    QVERIFY2(question.contains(u"What depends on it stays up: shop."_s), qPrintable(question));
    // It is soon back.
    QVERIFY(!questions.ofOne(bench.id(u"database"_s), ServiceAction::Restart).contains(u"depends"_s));
}

void TestFleetWide::whereATokenGoesIsShownBeforeItIsSent()
{
    Bench bench;
    FleetEntry entry = Bench::entry(u"docs"_s, 4);
    entry.restart = RestartByService{};
    entry.tokenFile = u"/etc/token"_s;
    entry.fleetFile = u"/etc/fleet.toml"_s;
    bench.session.addAll({entry}, entry.fleetFile);
    const ActQuestions questions(bench.session);
    const ServiceId id = bench.id(u"docs"_s);
    for (const ServiceAction action : AllServiceActions) {
        const QString text = questions.untrusted({id}, action);
        QVERIFY2(text.contains(u"/etc/token"_s) && text.contains(u"http://127.0.0.1:4"_s), qPrintable(text));
    }
    QCOMPARE(questions.untrusted({bench.id(u"database"_s)}, ServiceAction::CheckNow), QString());
    bench.window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&bench.window));
    ServiceCommands commands(bench.session, &bench.window);
    commands.setServices({bench.id(u"database"_s)});
    QVERIFY(!commands.sendToken()->isEnabled());
    commands.setServices({id});
    QVERIFY(commands.sendToken()->isEnabled());
    commands.sendToken()->trigger();
    QVERIFY2(bench.asked().contains(u"/etc/token"_s), qPrintable(bench.asked()));
    QVERIFY(!bench.session.isTokenTrusted(id)); // it was only asked
    for (QDialog *const dialog : bench.window.findChildren<QDialog *>())
        dialog->accept();
    QVERIFY(bench.session.isTokenTrusted(id));
    QVERIFY(!commands.sendToken()->isEnabled());
    QCOMPARE(questions.untrusted({id}, ServiceAction::CheckNow), QString());
}

void TestFleetWide::whatIsStoppedOrMeantTooDependsOnNothing()
{
    Bench bench;
    const ActQuestions questions(bench.session);
    QCOMPARE(questions.dependants({bench.id(u"database"_s), bench.id(u"shop"_s)}), QStringList{u"web"_s});
    bench.session.fleet().setStopped(bench.id(u"web"_s));
    QCOMPARE(questions.dependants({bench.id(u"database"_s), bench.id(u"shop"_s)}), QStringList());
    bench.session.add(Bench::entry(u"other"_s, 4)); // of no file: another fleet's names are not meant
    QCOMPARE(questions.dependants({bench.id(u"other"_s)}), QStringList());
}

void TestFleetWide::allAreShutDownAfterOneQuestion()
{
    Bench bench;
    bench.window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&bench.window));
    bench.action(1)->trigger();
    const QString question = bench.asked();
    for (const QString &part : {u"these 3 services"_s, u"database on 127.0.0.1:1"_s, u"web on 127.0.0.1:3"_s})
        QVERIFY2(question.contains(part), qPrintable(question));
    QVERIFY(!question.contains(u"depends on"_s)); // all of them go
}

void TestFleetWide::aGroupIsShutDownByItsName()
{
    Bench bench;
    auto *const commands = bench.window.findChild<FleetWideCommands *>();
    commands->setService(bench.id(u"shop"_s));
    QCOMPARE(bench.action(3)->text(), u"Shut down all of backend…"_s);
    bench.window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&bench.window));
    commands->setService(bench.id(u"shop"_s));
    bench.action(3)->trigger();
    const QString question = bench.asked();
    QVERIFY2(question.contains(u"these 2 services"_s) && question.contains(u"stays up: web."_s), qPrintable(question));
    commands->setService(bench.id(u"web"_s));
    QVERIFY(!bench.action(3)->isEnabled());
    QCOMPARE(bench.action(3)->statusTip(), u"The selected service is in no group."_s);
}

void TestFleetWide::onlyWhatDoesNotRunIsStarted()
{
    Bench bench;
    QVERIFY(!bench.action(0)->isEnabled()); // all run
    bench.session.fleet().applyAnswer(bench.id(u"web"_s), Reports::failure(ClientError::Refused));
    QTRY_VERIFY(bench.action(0)->isEnabled()); // soon
    bench.window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&bench.window));
    bench.action(0)->trigger();
    QVERIFY2(bench.asked().contains(u"Start web on"_s), qPrintable(bench.asked())); // its file was never run from
}

void TestFleetWide::theFolderIsThatOfTheService()
{
    const QTemporaryDir directory;
    ServiceRow row;
    row.entry = Reports::entry(u"mcp"_s);
    QCOMPARE(PlaceCommands::folderOf(row), QString());
    row.entry.restart = RestartByCommand{{u"/bin/true"_s}, directory.path(), {}};
    QCOMPARE(PlaceCommands::folderOf(row), directory.path());
    row.report = Reports::healthy();
    row.report->identity = ServiceIdentity{u"/"_s, {}, {}, {}, {}, {}};
    QCOMPARE(PlaceCommands::folderOf(row), u"/"_s);
    row.report->identity->directory = u"/nonexistent"_s;
    QCOMPARE(PlaceCommands::folderOf(row), directory.path());
    row.entry.url = u"http://192.0.2.1:8000"_s; // of another machine
    QCOMPARE(PlaceCommands::folderOf(row), QString());
    QVERIFY(PlaceCommands::sshFor(row).isEmpty());
    row.entry = onHost(Reports::entry(u"mcp"_s, u"http://127.0.0.1:8000"_s), {u"build1"_s, u"deploy@build1:22"_s});
    QCOMPARE(PlaceCommands::folderOf(row), QString());
    row.report->identity->directory = u"/srv/it's \\ here"_s;
    QStringList words = PlaceCommands::sshFor(row);
    const QString line = words.takeLast();
    QCOMPARE(words, (QStringList{u"ssh"_s, u"-t"_s, u"-p"_s, u"22"_s, u"--"_s, u"deploy@build1"_s}));
    QProcess shell; // what the login shell there makes of it
    shell.start(u"/bin/sh"_s,
                {u"-c"_s, QString(line).replace(u"exec"_s, u"printf %s \"$1\"; exec"_s) + u" </dev/null"_s});
    QVERIFY(hasEnded(shell));
    QVERIFY2(shell.readAllStandardOutput().contains("/srv/it's \\ here"), qPrintable(line));
}

QTEST_MAIN(TestFleetWide)
#include "tst_fleetwide.moc"
