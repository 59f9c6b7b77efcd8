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
    void noPartIsTakenForAnother();
    void whatIsShownTellsCommandsApart();
    void aHookIsAskedAgainWhenItChanges();
    void aTokenGoesWhereItWasAgreedTo_data();
    void aTokenGoesWhereItWasAgreedTo();
    void noTokenIsReadBeforeItIsAgreedTo();
    void whatIsShownTellsWhereATokenGoes();
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

/// The words of one part, written into another one.
void TestFleetTrust::noPartIsTakenForAnother()
{
    const QTemporaryDir state;
    FleetTrust trust(state.path());
    FleetEntry agreed = shop();
    FleetEntry builds = shop();
    std::get<RestartByCommand>(agreed.restart).environment = {
        {u"build"_s, u"3"_s}, {u"sh"_s, u"-c"_s}, {u"touch x"_s, u"/srv"_s}};
    std::get<RestartByCommand>(builds.restart).environment = {};
    builds.build = RestartByCommand{{u"sh"_s, u"-c"_s, u"touch x"_s}, u"/srv"_s, {}};
    QVERIFY(!trust.trust(u"/srv/fleet.toml"_s, {agreed}));
    QVERIFY(!trust.isTrusted(u"/srv/fleet.toml"_s, builds));
    std::get<RestartByCommand>(agreed.restart).environment = {{u"run"_s, u"env_file"_s}};
    std::get<RestartByCommand>(builds.restart).isOwnRun = true;
    builds.build.reset();
    QVERIFY(!trust.trust(u"/srv/fleet.toml"_s, {agreed}));
    QVERIFY(!trust.isTrusted(u"/srv/fleet.toml"_s, builds));
}

void TestFleetTrust::whatIsShownTellsCommandsApart()
{
    FleetEntry entry = shop();
    auto &command = std::get<RestartByCommand>(entry.restart);
    command.environment = {{u"LD_PRELOAD"_s, u"./other.so"_s}};
    QCOMPARE(whatRuns(entry), u"LD_PRELOAD=./other.so serve --port 8000"_s);
    command.environment = {};
    command.command = {u"a"_s, u"b\" \"c"_s};
    const QString one = whatRuns(entry);
    command.command = {u"a"_s, u"b"_s, u"c"_s};
    QVERIFY(whatRuns(entry) != one);
    command.command = {u"a"_s, u"b\\\" \\\"c"_s};
    QVERIFY(whatRuns(entry) != one);
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

static FleetEntry guarded()
{
    FleetEntry entry;
    entry.name = u"docs"_s;
    entry.url = u"https://example.org:8443"_s;
    entry.tokenFile = u"/srv/token"_s;
    entry.fleetFile = u"/srv/fleet.toml"_s;
    entry.fingerprint = QByteArray(32, 'a');
    entry.restart = RestartByService{};
    return entry;
}

void TestFleetTrust::aTokenGoesWhereItWasAgreedTo_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<bool>("asksAgain");
    const auto row = [](const char *name, bool asksAgain, const Change &change) {
        QTest::newRow(name) << change << asksAgain;
    };
    row("the same", false, [](FleetEntry &) {});
    row("its name", false, [](FleetEntry &entry) { entry.name = u"other"_s; });
    row("how it is restarted", false, [](FleetEntry &entry) {
        entry.restart = RestartByCommand{{u"serve"_s}, {}, {}};
    });
    row("the address", true, [](FleetEntry &entry) { entry.url = u"https://example.org:8444"_s; });
    row("the file", true, [](FleetEntry &entry) { entry.tokenFile = u"/home/me/.config/key"_s; });
    row("the user", true, [](FleetEntry &entry) { entry.user = u"nobody"_s; });
    row("the certificate", true, [](FleetEntry &entry) { entry.fingerprint = QByteArray(32, 'b'); });
    row("any certificate", true, [](FleetEntry &entry) { entry.fingerprint.clear(); });
    row("who certifies it", true, [](FleetEntry &entry) { entry.caFile = u"/srv/ca.pem"_s; });
    row("the host", true, [](FleetEntry &entry) { entry.host = {u"web"_s, u"web.example.org"_s}; });
    row("another fleet file", true, [](FleetEntry &entry) { entry.fleetFile = u"/tmp/fleet.toml"_s; });
    row("no fleet file", false, [](FleetEntry &entry) { entry.fleetFile.clear(); }); // by the user himself
    row("no token", false, [](FleetEntry &entry) { entry.tokenFile.clear(); });
}

void TestFleetTrust::aTokenGoesWhereItWasAgreedTo()
{
    QFETCH(Change, change);
    QFETCH(bool, asksAgain);
    const QTemporaryDir state;
    FleetTrust trust(state.path());
    QVERIFY(!trust.isTokenTrusted(guarded()));
    QVERIFY(!trust.trust(guarded().fleetFile, {guarded()}));
    FleetEntry changed = guarded();
    change(changed);
    QCOMPARE(trust.isTokenTrusted(changed), !asksAgain);
    QVERIFY(!trust.trustToken(changed));
    QVERIFY(FleetTrust(state.path()).isTokenTrusted(changed));
    const QTemporaryDir other;
    QVERIFY(!FleetTrust(other.path()).trustToken(guarded())); // that agrees to nothing else
    QVERIFY(!FleetTrust(other.path()).isTrusted(guarded().fleetFile, guarded()));
}

void TestFleetTrust::noTokenIsReadBeforeItIsAgreedTo()
{
    const QTemporaryDir state;
    FleetEntry entry = guarded();
    entry.tokenFile = state.filePath(u"token"_s); // it is not there: a look at it would be a Problem
    const Result<ServiceTarget> before = targetOf(entry, state.path());
    QVERIFY(before);
    QCOMPARE(before->token, QString());
    QVERIFY2(before->whyNoToken.contains(u"hephaestus trust /srv/fleet.toml"_s), qPrintable(before->whyNoToken));
    QVERIFY(!FleetTrust(state.path()).trustToken(entry));
    QVERIFY(!targetOf(entry, state.path()));
    QFile file(entry.tokenFile);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("s3cret\n") > 0);
    file.close();
    QVERIFY(file.setPermissions(QFile::ReadOwner));
    const Result<ServiceTarget> after = targetOf(entry, state.path());
    QVERIFY(after);
    QCOMPARE(after->token, u"s3cret"_s);
    QCOMPARE(after->whyNoToken, QString());
}

void TestFleetTrust::whatIsShownTellsWhereATokenGoes()
{
    FleetEntry entry = guarded();
    entry.user = u"daemon"_s;
    entry.host = {u"web"_s, u"web.example.org"_s};
    for (const QString &part :
         {u"/srv/token"_s, u"https://example.org:8443"_s, u"web.example.org"_s, u"daemon"_s, u"SHA256:61:61:61"_s})
        QVERIFY2(whatIsSent(entry).contains(part), qPrintable(whatIsSent(entry)));
    entry.fingerprint.clear();
    entry.caFile = u"/srv/ca.pem"_s;
    QVERIFY(whatIsSent(entry).contains(u"/srv/ca.pem"_s));
    entry.tokenFile.clear();
    QCOMPARE(whatIsSent(entry), QString());
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
