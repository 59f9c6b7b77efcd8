// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/statepaths.h"
#include "common/protocol/endnotes.h"
#include "dashboard/model/fleetsession.h"
#include "dashboard/model/language.h"
#include "tests/dashboard/model/reports.h"
#include "tests/support/fakehttpserver.h"

#include <QDir>
#include <QSaveFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <unistd.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestFleetSession : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aStaleServiceIsRestartedByItselfIfItsEntrySaysSo_data();
    void aStaleServiceIsRestartedByItselfIfItsEntrySaysSo();
    void ofTwoWithOneNameTheStaleOneIsRestarted();
    void aTokenIsSentOnceTheUserHasAgreed();
    void whatAFileSaysOfAnAddedServiceIsNotTheUsersWord();
    void aServiceIsStaleIfItsFleetFileReadAgainSetsAnotherEnvironment();
    void anAddressOfTwoProjectsHasARowForEach();
    void aLargeFleetFileReadAgainIsShownWithFewSignals();
    void aFleetFileReadAgainIsTakenAsItIsNow();
    void ofAHookIsToldInTheWindowsLanguage();
    void anotherServiceAtItsAddressIsNotIt_data();
    void anotherServiceAtItsAddressIsNotIt();
    void whatAServiceLeftSaysWhetherItIsMissed_data();
    void whatAServiceLeftSaysWhetherItIsMissed();
    void whatEndedWhileNoWindowLookedIsKnown_data();
    void whatEndedWhileNoWindowLookedIsKnown();
    void aServiceThatIsDownIsForgottenWithItsRow();
    void aServiceMayBeRenamed_data();
    void aServiceMayBeRenamed();
};

namespace {

/// A window on the service of a server.
class Window
{
public:
    Window(const FakeHttpServer &server, const QTemporaryDir &root)
        : m_session([&root] {
            SequenceOptions options;
            options.stateDirectory = root.filePath(u"state"_s);
            return options;
        }())
    {
        m_session.keepHistory(root.filePath(u"history.db"_s));
        FleetEntry entry = Reports::entry(server.url(), server.url());
        entry.interval = 50ms;
        m_id = m_session.add(entry);
        m_session.start();
    }

    FleetSession &session() { return m_session; }
    ServiceId id() const { return m_id; }
    const ServiceRow &row() { return *m_session.fleet().find(m_id); }
    ServiceState state() { return row().state(); }

private:
    FleetSession m_session;
    ServiceId m_id = NoService;
};

void answerAs(FakeHttpServer &server, const QString &service)
{
    HealthReport report = Reports::healthy(service);
    report.service = service;
    report.capabilities = {u"restart"_s};
    server.setAnswer("/health/status", FakeAnswer::json(encode(report)));
}

/// As a program that knows nothing of health.
void answerAsPage(FakeHttpServer &server)
{
    for (const char *const path : {"/health/status", "/actuator/health", "/minio/health/live", "/health", "/healthz"})
        server.setAnswer(path, FakeAnswer::json("{}", 404));
    server.setAnswer("/",
                     FakeAnswer::raw("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\npage"));
}

} // namespace

void TestFleetSession::anotherServiceAtItsAddressIsNotIt_data()
{
    QTest::addColumn<bool>("isReopened");
    QTest::addColumn<bool>("isPage");
    QTest::newRow("a service, before its eyes") << false << false;
    QTest::newRow("a service, after the window was opened anew") << true << false;
    QTest::newRow("a page, after the window was opened anew") << true << true;
}

/// The states that were shown on the way count, too: none of them was that all is well.
void TestFleetSession::anotherServiceAtItsAddressIsNotIt()
{
    QFETCH(bool, isReopened);
    QFETCH(bool, isPage);
    const QTemporaryDir root;
    FakeHttpServer server;
    answerAs(server, u"web"_s);
    auto window = std::make_unique<Window>(server, root);
    QTRY_COMPARE_WITH_TIMEOUT(window->state(), ServiceState::Healthy, 60'000);
    if (isReopened)
        window.reset();
    isPage ? answerAsPage(server) : answerAs(server, u"intruder"_s);
    if (isReopened)
        window = std::make_unique<Window>(server, root);
    QSet<ServiceState> seen;
    const QObject context;
    connect(&window->session().fleet(), &FleetModel::answered, &context, [&] { seen << window->state(); });
    const ServiceState wanted = isPage ? ServiceState::NotUnderstood : ServiceState::Unreachable;
    QTRY_COMPARE_WITH_TIMEOUT(window->state(), wanted, 60'000);
    if (isReopened)
        QCOMPARE(seen, QSet{wanted});
    QVERIFY(window->row().lastSeen); // it was seen before
    if (isPage)
        return;
    QCOMPARE(window->row().holder->service, u"intruder"_s);
    window->session().actions().perform(window->id(), ServiceAction::Restart);
    QVERIFY(!window->session().actions().isRunning(window->id()));
    answerAs(server, u"web"_s);
    QTRY_COMPARE_WITH_TIMEOUT(window->state(), ServiceState::Healthy, 60'000);
}

void TestFleetSession::whatAServiceLeftSaysWhetherItIsMissed_data()
{
    QTest::addColumn<EndReason>("reason");
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<ServiceState>("state");
    QTest::newRow("asked by its endpoint") << EndReason::Endpoint << 0 << ServiceState::Stopped;
    QTest::newRow("its clean-up failed") << EndReason::Endpoint << 3 << ServiceState::Unreachable;
    QTest::newRow("a signal") << EndReason::Signal << 0 << ServiceState::Unreachable;
}

/// It was gone before a poll could see that it shuts down.
void TestFleetSession::whatAServiceLeftSaysWhetherItIsMissed()
{
    QFETCH(EndReason, reason);
    QFETCH(int, exitCode);
    const QTemporaryDir root;
    FakeHttpServer server;
    HealthReport report = Reports::healthy();
    report.pid = 7;
    server.setAnswer("/health/status", FakeAnswer::json(encode(report)));
    Window window(server, root);
    QTRY_COMPARE_WITH_TIMEOUT(window.state(), ServiceState::Healthy, 60'000);
    QVERIFY(!leaveEndNote({report.instanceId, 7, reason, {}, exitCode}, root.filePath(u"state"_s)));
    QVERIFY(server.setRefusing(true));
    QTRY_VERIFY_WITH_TIMEOUT(!window.row().isCurrent(), 60'000);
    QTEST(window.state(), "state");
}

void TestFleetSession::whatEndedWhileNoWindowLookedIsKnown_data()
{
    QTest::addColumn<std::optional<qint64>>("written"); ///< s after the note; nothing: its output is not kept
    QTest::addColumn<ServiceState>("state");
    using Written = std::optional<qint64>;
    QTest::newRow("nothing came after it") << Written(-5) << ServiceState::Stopped;
    QTest::newRow("something ran since") << Written(60) << ServiceState::Unreachable;
    QTest::newRow("nobody knows what ran since") << Written() << ServiceState::Unreachable;
}

void TestFleetSession::whatEndedWhileNoWindowLookedIsKnown()
{
    QFETCH(std::optional<qint64>, written);
    const QTemporaryDir root;
    FakeHttpServer server;
    HealthReport report = Reports::healthy();
    report.pid = 7;
    server.setAnswer("/health/status", FakeAnswer::json(encode(report)));
    const QString url = server.url();
    {
        Window window(server, root);
        QTRY_COMPARE_WITH_TIMEOUT(window.state(), ServiceState::Healthy, 60'000);
        window.session().stop();
    }
    FleetEntry entry;
    entry.url = url;
    const LastAnswer known = LastAnswers(root.filePath(u"state"_s)).of(entry);
    QCOMPARE(known.service, report.service);
    QCOMPARE(known.instance, report.instanceId);
    QCOMPARE(known.pid, 7);
    QVERIFY(!leaveEndNote({report.instanceId, 7, EndReason::Endpoint, {}, 0}, root.filePath(u"state"_s)));
    if (written) {
        QVERIFY(QDir(root.path()).mkpath(u"state/logs"_s));
        QFile log(logFileOf(report.service, root.filePath(u"state"_s)));
        QVERIFY(log.open(QIODevice::WriteOnly));
        QVERIFY(log.setFileTime(QDateTime::currentDateTime().addSecs(*written), QFile::FileModificationTime));
    }
    Window window(server, root);
    QVERIFY(server.setRefusing(true));
    QTRY_VERIFY_WITH_TIMEOUT(window.state() == ServiceState::Stopped || window.state() == ServiceState::Unreachable,
                             60'000);
    QTEST(window.state(), "state");
}

void TestFleetSession::aServiceThatIsDownIsForgottenWithItsRow()
{
    const QTemporaryDir root;
    FakeHttpServer server;
    FleetEntry entry;
    entry.url = server.url();
    LastAnswers earlier(root.filePath(u"state"_s));
    earlier.note(entry, {u"shop"_s, u"one"_s, 7, 1});
    QVERIFY(!earlier.save());
    Window window(server, root);
    QVERIFY(server.setRefusing(true));
    QTRY_COMPARE_WITH_TIMEOUT(window.state(), ServiceState::Unreachable, 60'000);
    window.session().remove(window.id());
    window.session().stop();
    QCOMPARE(LastAnswers(root.filePath(u"state"_s)).of(entry), LastAnswer());
}

void TestFleetSession::aServiceMayBeRenamed_data()
{
    QTest::addColumn<QString>("way");
    QTest::newRow("what answers is accepted") << u"accept"_s;
    QTest::newRow("it is added anew") << u"add"_s;
}

void TestFleetSession::aServiceMayBeRenamed()
{
    QFETCH(QString, way);
    const QTemporaryDir root;
    FakeHttpServer server;
    answerAs(server, u"web"_s);
    {
        Window window(server, root);
        QTRY_COMPARE_WITH_TIMEOUT(window.state(), ServiceState::Healthy, 60'000);
        answerAs(server, u"shop"_s);
        QTRY_COMPARE_WITH_TIMEOUT(window.state(), ServiceState::Unreachable, 60'000);
        if (way == "accept"_L1) {
            window.session().accept(window.id(), u"shop"_s);
            QTRY_COMPARE_WITH_TIMEOUT(window.state(), ServiceState::Healthy, 60'000);
        } else {
            window.session().remove(window.id());
        }
    }
    Window window(server, root);
    QTRY_COMPARE_WITH_TIMEOUT(window.state(), ServiceState::Healthy, 60'000);
    QCOMPARE(window.row().known.name, u"shop"_s);
}

void TestFleetSession::aStaleServiceIsRestartedByItselfIfItsEntrySaysSo_data()
{
    QTest::addColumn<bool>("asked");
    QTest::newRow("it does") << true;
    QTest::newRow("it does not") << false;
}

void TestFleetSession::aStaleServiceIsRestartedByItselfIfItsEntrySaysSo()
{
    QFETCH(bool, asked);
    HealthReport report = Reports::healthy();
    report.code = CodeReport{CodeVerdict::Stale, {{u"/srv/manager.py"_s, u"source"_s, u"modified"_s}}, Seconds(0), 0};
    report.capabilities = {u"restart"_s};
    FakeHttpServer server;
    server.setAnswer("/health/status", FakeAnswer::json(encode(report)));
    server.setAnswer("/health/live", FakeAnswer::json(encode(BasicHealth(report))));
    server.setAnswer("/health/restart",
                     FakeAnswer::json(R"({"error":{"code":"restart_impossible","message":"no such file"}})", 409));
    FleetEntry entry = Reports::entry(u"mcp"_s, server.url());
    entry.restart = RestartByService{};
    entry.restartOnStale = asked;
    entry.interval = 100ms;
    const auto restarts = [&server] {
        return std::count_if(server.requests().begin(), server.requests().end(),
                             [](const QByteArray &request) { return request.startsWith("POST /health/restart "); });
    };

    FleetSession session;
    const ServiceId id = session.add(entry);
    session.start();
    const auto looks = [&server] { return server.requests().size(); };
    if (!asked) {
        QTRY_VERIFY_WITH_TIMEOUT(looks() > 30, 60'000); // three seconds of them, or more
        QCOMPARE(restarts(), 0);
        return;
    }
    QTRY_COMPARE_WITH_TIMEOUT(restarts(), 1, 60'000);
    QTRY_VERIFY(session.actions().receipt(id) && !session.actions().isRunning(id));
    QVERIFY(session.actions().receipt(id)->failure.contains(u"no such file"_s));
    const auto soFar = looks();
    QTRY_VERIFY_WITH_TIMEOUT(looks() > soFar + 30, 60'000);
    QCOMPARE(restarts(), 1); // it failed: that was that
}

/// Names are unique within a fleet file only.
void TestFleetSession::ofTwoWithOneNameTheStaleOneIsRestarted()
{
    const QTemporaryDir directory;
    FakeHttpServer fresh, stale;
    SequenceOptions options;
    options.stateDirectory = directory.filePath(u"state"_s);
    FleetSession session(options);
    for (FakeHttpServer *const server : {&fresh, &stale}) {
        HealthReport report = Reports::healthy();
        report.code = CodeReport{server == &stale ? CodeVerdict::Stale : CodeVerdict::Fresh, {}, Seconds(0), 0};
        report.capabilities = {u"restart"_s};
        server->setAnswer("/health/status", FakeAnswer::json(encode(report)));
        server->setAnswer("/health/live", FakeAnswer::json(encode(BasicHealth(report))));
        server->setAnswer("/health/restart",
                          FakeAnswer::json(R"({"error":{"code":"restart_impossible","message":"no such file"}})", 409));
        QFile file(directory.filePath(server == &stale ? u"stale.toml"_s : u"fresh.toml"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("[[service]]\nname = \"mcp\"\ninterval = \"100ms\"\nurl = \"" + server->url().toUtf8()
                   + "\"\nrestart = { method = \"service\" }\nrestart_on_stale = "
                   + (server == &stale ? "true" : "false") + '\n');
        file.close();
        QVERIFY(session.open(file.fileName()).isEmpty());
    }
    session.start();
    const auto restarts = [](const FakeHttpServer &server) {
        return std::ranges::count_if(
            server.requests(), [](const QByteArray &request) { return request.startsWith("POST /health/restart "); });
    };
    // Nothing runs because a file was opened: that is told, once, until the user has agreed to it.
    const auto looks = [&stale] { return stale.requests().size(); };
    QTRY_VERIFY_WITH_TIMEOUT(looks() > 30, 60'000);
    QCOMPARE(restarts(stale), 0);
    const auto warnings = [&session] {
        int count = 0;
        for (int i = 0; i < session.journal().rowCount(); ++i)
            count += session.journal().event(i).text.contains(u"hephaestus trust"_s);
        return count;
    };
    QCOMPARE(warnings(), 1);
    const ServiceId id = session.find(stale.url());
    QVERIFY(!session.isTrusted(id));
    session.trust(id);
    QTRY_COMPARE_WITH_TIMEOUT(restarts(stale), 1, 60'000);
    QVERIFY(FleetSession(options).open(directory.filePath(u"stale.toml"_s)).isEmpty());
    QVERIFY(session.isTrusted(id));
    QCOMPARE(restarts(fresh), 0);
    QCOMPARE(session.journal().event(0).serviceName, u"mcp"_s);
}

void TestFleetSession::aTokenIsSentOnceTheUserHasAgreed()
{
    const QTemporaryDir directory;
    const FakeAnswer refusal = FakeAnswer::json(R"({"error":{"code":"token_required","message":"no"}})", 401);
    FakeHttpServer server;
    server.setHandler("/health/status", [&](const QByteArray &request) {
        return request.contains("sk-secret") ? FakeAnswer::json(encode(Reports::healthy())) : refusal;
    });
    QFile token(directory.filePath(u"token"_s));
    QVERIFY(token.open(QIODevice::WriteOnly) && token.write("sk-secret\n") > 0);
    token.close();
    QVERIFY(token.setPermissions(QFile::ReadOwner));
    QFile file(directory.filePath(u"fleet.toml"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("[[service]]\nname = \"docs\"\ninterval = \"100ms\"\ntoken_file = \"token\"\nurl = \""
               + server.url().toUtf8() + "\"\n");
    file.close();
    SequenceOptions options;
    options.stateDirectory = directory.filePath(u"state"_s);
    FleetSession session(options);
    QVERIFY(session.open(file.fileName()).isEmpty());
    session.start();
    const ServiceId id = session.find(server.url());
    const auto row = [&] { return session.fleet().find(id); };
    QTRY_COMPARE_WITH_TIMEOUT(row()->state(), ServiceState::Unauthorized, 60'000);
    QTRY_VERIFY_WITH_TIMEOUT(server.requests().size() > 10, 60'000);
    QVERIFY(!server.requests().join().contains("sk-secret"));
    QVERIFY2(row()->reply.message.contains(u"hephaestus trust "_s + file.fileName()), qPrintable(row()->reply.message));
    QVERIFY(!session.isTokenTrusted(id));
    session.trustToken(id);
    QVERIFY(session.isTokenTrusted(id));
    QTRY_COMPARE_WITH_TIMEOUT(row()->state(), ServiceState::Healthy, 60'000);
}

/// One that was added by hand is restarted as a file says that names its address, too: once the user has agreed.
void TestFleetSession::whatAFileSaysOfAnAddedServiceIsNotTheUsersWord()
{
    const QTemporaryDir directory;
    SequenceOptions options;
    options.stateDirectory = directory.filePath(u"state"_s);
    FleetSession session(options);
    const ServiceId id = session.add(*entryForUrl(u"http://127.0.0.1:8000"_s));
    QVERIFY(session.isTrusted(id));
    QFile file(directory.filePath(u"fleet.toml"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("[[service]]\nname = \"web\"\nurl = \"http://127.0.0.1:8000\"\n"
               "restart = { method = \"command\", command = [\"/bin/true\"] }\n");
    file.close();
    QVERIFY(session.open(file.fileName()).isEmpty());
    QCOMPARE(session.fleet().rowCount(), 1);
    QVERIFY(commandToStart(session.fleet().find(id)->entry));
    QVERIFY(!session.isTrusted(id));
    QCOMPARE(session.restartFileOf(id), file.fileName());
    session.trust(id);
    QVERIFY(session.isTrusted(id));
}

void TestFleetSession::aServiceIsStaleIfItsFleetFileReadAgainSetsAnotherEnvironment()
{
    HealthReport report = Reports::healthy();
    report.pid = ::getpid();
    report.startTime = QDateTime::currentDateTimeUtc();
    FakeHttpServer server; // in this process, whose environment it is
    server.setAnswer("/health/status", FakeAnswer::json(encode(report)));
    const QTemporaryDir directory;
    const auto write = [&](const QByteArray &restart) {
        QFile file(directory.filePath(u"fleet.toml"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("[[service]]\nname = \"mcp\"\ninterval = \"100ms\"\nurl = \"" + server.url().toUtf8()
                   + "\"\nrestart = " + restart + '\n');
    };
    FleetSession session;
    write(R"({ method = "command", command = ["true"] })");
    QVERIFY(session.open(directory.filePath(u"fleet.toml"_s)).isEmpty());
    session.start();
    const auto row = [&session] { return session.fleet().row(0); };
    QTRY_VERIFY_WITH_TIMEOUT(row().isCurrent(), 60'000);
    QCOMPARE(row().code(), CodeVerdict::Unknown);
    write(R"({ method = "command", command = ["true"], environment = { NOBODY_HAS_THIS = "1" } })");
    QVERIFY(session.open(directory.filePath(u"fleet.toml"_s)).isEmpty());
    QCOMPARE(session.fleet().rowCount(), 1);
    QTRY_COMPARE_WITH_TIMEOUT(row().code(), CodeVerdict::Stale, 60'000);
    QCOMPARE(row().variablesChanged(), 1);
    QTRY_COMPARE(session.journal().event(0).text,
                 u"runs with an old environment: its fleet entry says another one now"_s);
}

/// A fixed port in two copies of one project: at most one of them has it.
void TestFleetSession::anAddressOfTwoProjectsHasARowForEach()
{
    QTemporaryDir root;
    FakeHttpServer server;
    const auto answersFrom = [&](const QString &project) {
        HealthReport report = Reports::healthy();
        report.identity = ServiceIdentity{};
        report.identity->directory = root.filePath(project);
        server.setAnswer("/health/status", FakeAnswer::json(encode(report)));
    };
    answersFrom(u"shop"_s);
    SequenceOptions options;
    options.stateDirectory = root.filePath(u"state"_s);
    FleetSession session(options);
    session.keepHistory(root.filePath(u"history.db"_s));
    for (const QString &project : {u"shop"_s, u"shop-b"_s}) {
        QVERIFY(QDir(root.path()).mkdir(project));
        QFile file(root.filePath(project + u"/fleet.toml"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        const QString text = u"[[service]]\nname = \"web\"\nurl = \"%1\"\ninterval = \"100ms\"\n"
                             "restart = { method = \"command\", command = [\"./%2\"] }\n"_s;
        QVERIFY(file.write(text.arg(server.url(), project).toUtf8()) > 0);
        file.close();
        for (int time = 0; time < 2; ++time) // read again, it is the same row
            QVERIFY(session.open(file.fileName()).isEmpty());
    }
    QCOMPARE(session.fleet().ids().size(), 2);
    const ServiceId first = session.fleet().ids()[0];
    const ServiceId second = session.fleet().ids()[1];
    QCOMPARE(session.find(server.url()), first);
    const auto commandOfRow = [&](ServiceId id) { return commandToStart(session.fleet().find(id)->entry)->command; };
    QCOMPARE(commandOfRow(first), QStringList{u"./shop"_s});
    QCOMPARE(commandOfRow(second), QStringList{u"./shop-b"_s});
    QVERIFY(session.fleetFileOf(second).endsWith("shop-b/fleet.toml"_L1));

    session.start();
    const auto state = [&](ServiceId id) { return session.fleet().find(id)->state(); };
    QTRY_COMPARE_WITH_TIMEOUT(state(first), ServiceState::Healthy, 60'000);
    QTRY_COMPARE_WITH_TIMEOUT(state(second), ServiceState::Foreign, 60'000);
    QVERIFY(!session.actions().whyNot(second, ServiceAction::Restart).isEmpty());
    answersFrom(u"shop-b"_s);
    QTRY_COMPARE_WITH_TIMEOUT(state(second), ServiceState::Healthy, 60'000);
    QTRY_COMPARE_WITH_TIMEOUT(state(first), ServiceState::Foreign, 60'000);

    session.remove(first);
    QCOMPARE(session.find(server.url()), second);
    session.remove(second);
    QCOMPARE(session.find(server.url()), NoService);
}

void TestFleetSession::ofAHookIsToldInTheWindowsLanguage()
{
    useLanguage(u"de"_s);
    const auto english = qScopeGuard([] { useLanguage(u"en"_s); });
    const QTemporaryDir directory;
    QFile file(directory.filePath(u"fleet.toml"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("[[service]]\nname = \"web\"\nurl = \"http://127.0.0.1:1\"\n"
               "[[hook]]\nname = \"h\"\non = [\"down\"]\ncommand = [\"false\"]\n");
    file.close();
    SequenceOptions options;
    options.stateDirectory = directory.path();
    FleetSession session(options);
    QVERIFY(session.open(file.fileName()).isEmpty());
    QSignalSpy tested(&session, &FleetSession::hookTested);
    session.testHook(file.fileName(), session.hookedFleets().first().hooks.first());
    QTRY_COMPARE(tested.size(), 1);
    QCOMPARE(tested[0][2].toString(), u"false scheiterte mit Exit-Code 1"_s);
}

void TestFleetSession::aFleetFileReadAgainIsTakenAsItIsNow()
{
    const QTemporaryDir directory;
    const QString path = directory.filePath(u"fleet.toml"_s);
    const auto write = [&](const QByteArray &content) {
        QSaveFile file(path); // as an editor does
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size() && file.commit());
    };
    const auto service = [](const QByteArray &name, int port, const QByteArray &more = {}) {
        return "[[service]]\nname = \"" + name + "\"\nurl = \"http://127.0.0.1:" + QByteArray::number(port) + "\"\n"
            + more + '\n';
    };
    FleetSession session;
    const auto names = [&] {
        QStringList names;
        for (const ServiceId id : session.fleet().ids())
            names << session.fleet().find(id)->entry.name;
        return names;
    };
    const ServiceId byHand = session.add(*entryForUrl(u"http://127.0.0.1:4"_s));
    session.rename(byHand, u"mine"_s);
    write(service("web", 1) + service("search", 2) + service("orders", 3) + service("theirs", 4));
    QVERIFY(session.open(path).isEmpty());
    QCOMPARE(names(), (QStringList{u"mine"_s, u"web"_s, u"search"_s, u"orders"_s}));

    write(service("web", 1, "group = \"shop\"\ndepends_on = [\"orders\"]") + service("orders", 3)
          + service("added", 5));
    QTRY_COMPARE(session.journal().event(0).text, u"has changed on disk: Ctrl+Shift+O reads it anew"_s);
    QCOMPARE(session.journal().event(0).serviceName, u"fleet.toml"_s);
    QVERIFY(session.open(path).isEmpty());
    QCOMPARE(names(), (QStringList{u"mine"_s, u"web"_s, u"orders"_s, u"added"_s})); // what is of no file stays
    const FleetEntry &web = session.fleet().find(session.find(u"http://127.0.0.1:1"_s))->entry;
    QCOMPARE(web.group, u"shop"_s);
    QCOMPARE(web.dependsOn, QStringList{u"orders"_s});
    QCOMPARE(session.journal().event(0).serviceName, u"search"_s);
    QCOMPARE(session.journal().event(0).text, u"is not watched any more: "_s + path + u" does not name it"_s);

    write("# nothing\n");
    QCOMPARE(session.open(path).size(), 1);
    QCOMPARE(names().size(), 4);
}

void TestFleetSession::aLargeFleetFileReadAgainIsShownWithFewSignals()
{
    const QTemporaryDir directory;
    const QString path = directory.filePath(u"fleet.toml"_s);
    const auto write = [&](const QString &prefix) {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        for (int each = 0; each < 300; ++each)
            file.write(u"[[service]]\nname = \"%1-%2\"\nurl = \"http://127.0.0.1:%3\"\n"_s.arg(prefix)
                           .arg(each)
                           .arg(20'000 + each)
                           .toUtf8());
    };
    FleetSession session;
    write(u"old"_s);
    QVERIFY(session.open(path).isEmpty());
    write(u"new"_s);
    QSignalSpy changed(&session.fleet(), &QAbstractItemModel::dataChanged);
    QSignalSpy settled(&session.fleet(), &FleetModel::settled);
    QVERIFY(session.open(path).isEmpty());
    QCOMPARE(session.fleet().row(299).entry.name, u"new-299"_s);
    QCOMPARE(changed.count(), 1);
    QCOMPARE(settled.count(), 1);
}

QTEST_GUILESS_MAIN(TestFleetSession)
#include "tst_fleetsession.moc"
