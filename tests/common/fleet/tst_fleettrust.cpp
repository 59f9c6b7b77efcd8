// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/fleettrust.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <functional>

#include <sys/resource.h>
#include <sys/stat.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

using Change = std::function<void(FleetEntry &)>;
Q_DECLARE_METATYPE(Change)

class TestFleetTrust : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatWasAgreedToIsKept();
    void whatRunsIsAskedAgainWhenItChanges_data();
    void whatRunsIsAskedAgainWhenItChanges();
    void aHookIsAskedAgainWhenItChanges();
    void aFileThatOthersCouldHaveWrittenSaysNothing();
    void aLineThatWasCutSpoilsNoOther();
    void whatDoesNotFitIsNotTrusted_data();
    void whatDoesNotFitIsNotTrusted();

private:
    static FleetEntry shop()
    {
        FleetEntry entry;
        entry.name = u"shop"_s;
        entry.url = u"http://127.0.0.1:8000"_s;
        entry.restart = RestartByCommand{{u"serve"_s, u"--port"_s, u"8000"_s}, u"/srv/shop"_s, {{u"MODE"_s, u"dev"_s}}};
        return entry;
    }
};

void TestFleetTrust::whatWasAgreedToIsKept()
{
    const QTemporaryDir state;
    FleetTrust trust(state.path());
    QVERIFY(!trust.isTrusted(u"/srv/fleet.toml"_s, shop()));
    QVERIFY(trust.isTrusted({}, shop())); // added by hand
    QVERIFY(!trust.trust(u"/srv/fleet.toml"_s, {shop()}));
    QVERIFY(trust.isTrusted(u"/srv/fleet.toml"_s, shop()));
    QVERIFY(FleetTrust(state.path()).isTrusted(u"/srv/fleet.toml"_s, shop()));
    QVERIFY(!trust.isTrusted(u"/tmp/fleet.toml"_s, shop()));
    struct stat status = {};
    QCOMPARE(::stat(QFile::encodeName(state.filePath(u"trusted"_s)).constData(), &status), 0);
    QCOMPARE(status.st_mode & 0777U, 0600U);
    QVERIFY(!trust.trust(u"/srv/fleet.toml"_s, {shop()})); // not twice
    QCOMPARE(QFile(state.filePath(u"trusted"_s)).size(), 66);
    // Another process agreed to something: this one sees it.
    FleetEntry other = shop();
    other.name = u"other"_s;
    QVERIFY(!FleetTrust(state.path()).trust(u"/srv/fleet.toml"_s, {other}));
    QVERIFY(trust.isTrusted(u"/srv/fleet.toml"_s, other));
}

void TestFleetTrust::whatRunsIsAskedAgainWhenItChanges_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<bool>("asksAgain");
    const auto row = [](const char *name, bool asksAgain, const Change &change) {
        QTest::newRow(name) << change << asksAgain;
    };
    const auto command = [](FleetEntry &entry) -> RestartByCommand & {
        return std::get<RestartByCommand>(entry.restart);
    };
    row("its address", false, [](FleetEntry &entry) { entry.url = u"http://127.0.0.1:8001"_s; });
    row("an argument", true, [=](FleetEntry &entry) { command(entry).command[2] = u"8001"_s; });
    row("one argument made of two", true, [=](FleetEntry &entry) {
        command(entry).command = {u"serve"_s, u"--port 8000"_s};
    });
    row("the directory", true, [=](FleetEntry &entry) { command(entry).directory = u"/tmp"_s; });
    row("the environment", true, [=](FleetEntry &entry) { command(entry).environment[u"PATH"_s] = u"/tmp"_s; });
    row("the name", true, [](FleetEntry &entry) { entry.name = u"other"_s; });
    row("the method", true, [](FleetEntry &entry) { entry.restart = RestartBySystemd{u"serve"_s, u"user"_s}; });
    row("an environment file", true, [=](FleetEntry &entry) { command(entry).envFiles << u"/srv/.env"_s; });
    row("the port it is told", false, [=](FleetEntry &entry) { command(entry).port = quint16(8001); });
    row("wrapped", true, [=](FleetEntry &entry) { command(entry).isOwnRun = true; });
    row("a build", true, [](FleetEntry &entry) { entry.build = RestartByCommand{{u"make"_s}, {}, {}}; });
    row("none any more", true, [](FleetEntry &entry) { entry.restart = RestartByService{}; });
}

void TestFleetTrust::whatRunsIsAskedAgainWhenItChanges()
{
    QFETCH(Change, change);
    QFETCH(bool, asksAgain);
    const QTemporaryDir state;
    FleetTrust trust(state.path());
    QVERIFY(!trust.trust(u"/srv/fleet.toml"_s, {shop()}));
    FleetEntry changed = shop();
    change(changed);
    QCOMPARE(trust.isTrusted(u"/srv/fleet.toml"_s, changed), !asksAgain);
}

void TestFleetTrust::aHookIsAskedAgainWhenItChanges()
{
    const QTemporaryDir state;
    FleetTrust trust(state.path());
    FleetHook hook{.name = u"tell"_s, .on = {FleetHook::Event::Down}};
    hook.target = {NotificationTarget::Kind::Command, {}, {u"notify"_s}, u"/srv"_s};
    QVERIFY(!trust.isTrusted(u"/srv/fleet.toml"_s, hook));
    QVERIFY(!trust.trust(u"/srv/fleet.toml"_s, {}, {hook}));
    QVERIFY(trust.isTrusted(u"/srv/fleet.toml"_s, hook));
    hook.on << FleetHook::Event::Stale; // when it is run is not what is run
    QVERIFY(trust.isTrusted(u"/srv/fleet.toml"_s, hook));
    QVERIFY(!trust.isTrusted(u"/tmp/fleet.toml"_s, hook));
    FleetHook other = hook;
    other.target.command << u"-x"_s;
    QVERIFY(!trust.isTrusted(u"/srv/fleet.toml"_s, other));
    other = hook;
    other.target = {NotificationTarget::Kind::Webhook, QUrl(u"https://example.org/"_s), {}, {}};
    QVERIFY(!trust.isTrusted(u"/srv/fleet.toml"_s, other));
}

void TestFleetTrust::aFileThatOthersCouldHaveWrittenSaysNothing()
{
    const QTemporaryDir state;
    FleetTrust trust(state.path());
    QVERIFY(!trust.trust(u"/srv/fleet.toml"_s, {shop()}));
    QCOMPARE(::chmod(QFile::encodeName(state.filePath(u"trusted"_s)).constData(), 0606), 0);
    QVERIFY(!trust.isTrusted(u"/srv/fleet.toml"_s, shop()));
}

void TestFleetTrust::aLineThatWasCutSpoilsNoOther()
{
    const QTemporaryDir state;
    FleetEntry other = shop();
    other.name = u"other"_s;
    QVERIFY(!FleetTrust(state.path()).trust(u"/srv/fleet.toml"_s, {shop()}));
    QFile file(state.filePath(u"trusted"_s));
    QVERIFY(file.resize(file.size() - 10));
    QVERIFY(!FleetTrust(state.path()).isTrusted(u"/srv/fleet.toml"_s, shop()));
    QVERIFY(!FleetTrust(state.path()).trust(u"/srv/fleet.toml"_s, {other}));
    QVERIFY(FleetTrust(state.path()).isTrusted(u"/srv/fleet.toml"_s, other));
}

void TestFleetTrust::whatDoesNotFitIsNotTrusted_data()
{
    QTest::addColumn<int>("room");
    for (const int room : {0, 1, 30, 64})
        QTest::addRow("%d bytes left", room) << room;
}

void TestFleetTrust::whatDoesNotFitIsNotTrusted()
{
    QFETCH(int, room);
    const QTemporaryDir state;
    FleetTrust trust(state.path());
    QVERIFY(!trust.trust(u"/srv/fleet.toml"_s, {shop()}));
    FleetEntry other = shop();
    other.name = u"other"_s;
    rlimit before = {};
    QCOMPARE(::getrlimit(RLIMIT_FSIZE, &before), 0);
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit full{rlim_t(QFile(state.filePath(u"trusted"_s)).size() + room), before.rlim_max};
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &full), 0);
    const auto problem = trust.trust(u"/srv/fleet.toml"_s, {other});
    ::setrlimit(RLIMIT_FSIZE, &before);
    QVERIFY(problem);
    QVERIFY2(!problem->what.contains(u"Success"_s), qPrintable(problem->what));
    QVERIFY(!trust.isTrusted(u"/srv/fleet.toml"_s, other));
    QVERIFY(!FleetTrust(state.path()).isTrusted(u"/srv/fleet.toml"_s, other));
    QVERIFY(!trust.trust(u"/srv/fleet.toml"_s, {other}));
    QVERIFY(FleetTrust(state.path()).isTrusted(u"/srv/fleet.toml"_s, other));
    QVERIFY(FleetTrust(state.path()).isTrusted(u"/srv/fleet.toml"_s, shop()));
}

QTEST_GUILESS_MAIN(TestFleetTrust)
#include "tst_fleettrust.moc"
