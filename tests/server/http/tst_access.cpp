// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/access.h"
#include "server/http/refusals.h"

#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestAccess : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void requestsAreJudged_data();
    void requestsAreJudged();
    void privateReadsAreJudged_data();
    void privateReadsAreJudged();
    void addressesAreJudged_data();
    void addressesAreJudged();
    void aTokenFileIsPrivate_data();
    void aTokenFileIsPrivate();
    void aTokenMatchesOnlyItself();
    void refusalsAreCountedAndLoggedOnceASecond();
};

/// A judged request: what differs from a plain POST by the service's own user to 127.0.0.1.
struct Attempt
{
    Method method = Method::Post;
    QByteArray host = "127.0.0.1:8000";
    QList<HeaderField> fields = {};
    std::optional<uid_t> user = 1000;
    bool onLoopback = true;
    bool overUnixSocket = false;
    bool needsToken = false;
    bool insecure = false;
    Identity identity = Identity::Needed;
};
Q_DECLARE_METATYPE(Attempt)

struct Judged
{
    AccessRules rules;
    RequestHead head;
    Caller caller;
};

static Judged judged(const Attempt &attempt)
{
    AccessRules rules;
    rules.allowedHosts = {u"mcp.example"_s};
    rules.allowedOrigins = {u"https://console.example"_s};
    rules.insecure = attempt.insecure;
    if (attempt.needsToken)
        rules.token = AccessToken("letmein");
    RequestHead head;
    head.method = attempt.method;
    head.host = attempt.host.isNull() ? attempt.host : attempt.host.toLower();
    head.fields = attempt.fields;
    Caller caller;
    caller.overUnixSocket = attempt.overUnixSocket;
    caller.reachedLoopback = attempt.onLoopback;
    if (!attempt.overUnixSocket)
        caller.localAddress = attempt.onLoopback ? "127.0.0.1" : "192.0.2.7";
    caller.serviceUser = 1000;
    caller.user = [user = attempt.user] { return user; };
    return {rules, head, caller};
}

void TestAccess::requestsAreJudged_data()
{
    QTest::addColumn<Attempt>("attempt");
    QTest::addColumn<QByteArray>("code");

    const auto row = [](const char *name, const Attempt &attempt, const char *code) {
        QTest::newRow(name) << attempt << QByteArray(code);
    };
    const HeaderField bearer{"Authorization", "Bearer letmein"};
    row("the same user", {}, "");
    row("root", {.user = 0}, "");
    row("another user", {.user = 1001}, "other_user");
    row("an unknown user", {.user = {}}, "caller_unknown");
    row("another user's read", {.method = Method::Get, .user = 1001}, "");
    row("another user on a route of its own rules", {.user = 1001, .identity = Identity::NotNeeded}, "");
    row("another site on a route of its own rules",
        {.fields = {{"Origin", "http://evil.test"}}, .identity = Identity::NotNeeded}, "origin_not_allowed");

    row("localhost", {.host = "localhost"}, "");
    row("localhost with a dot", {.host = "localhost.:80"}, "");
    row("a name below localhost", {.host = "mcp.localhost:80"}, "");
    row("IPv6 loopback", {.host = "[::1]:80"}, "");
    row("another loopback address", {.host = "127.0.0.2"}, "");
    row("a configured host", {.host = "MCP.example"}, "");
    row("a foreign name", {.host = "evil.test"}, "host_not_allowed");
    row("a foreign address", {.host = "192.0.2.1"}, "host_not_allowed");
    row("no host", {.host = {}}, "missing_host");
    row("loopback in a foreign name", {.host = "127.0.0.1.evil.test"}, "host_not_allowed");
    row("through a proxy", {.fields = {{"X-Forwarded-For", "192.0.2.1"}}}, "forwarded");
    row("through a proxy of the new kind", {.fields = {{"forwarded", "for=192.0.2.1"}}}, "forwarded");
    row("through an older proxy", {.fields = {{"VIA", "1.1 proxy"}}}, "forwarded");
    row("through nginx", {.fields = {{"X-Real-IP", "192.0.2.1"}}}, "forwarded");
    row("through Apache", {.fields = {{"Client-IP", "192.0.2.1"}}}, "forwarded");
    row("through Cloudflare", {.fields = {{"CF-Connecting-IP", "192.0.2.1"}}}, "forwarded");
    row("through a proxy of no number", {.fields = {{"X-Forwarded", "192.0.2.1"}}}, "forwarded");
    row("with a field like a proxy's", {.fields = {{"X-Forward", "192.0.2.1"}}}, "");
    row("through a proxy, as root", {.fields = {{"X-Forwarded-Proto", "https"}}, .user = 0}, "forwarded");
    row("a read through a proxy", {.method = Method::Get, .fields = {{"Via", "1.1 proxy"}}}, "");
    row("a rebound read", {.method = Method::Get, .host = "evil.test"}, "host_not_allowed");
    row("a rebound HEAD", {.method = Method::Head, .host = "evil.test:80"}, "host_not_allowed");
    row("a read by address", {.method = Method::Get, .host = "192.0.2.1"}, "");
    row("a read by name beyond loopback", {.method = Method::Get, .host = "mcp.internal", .onLoopback = false}, "");
    row("a read without host", {.method = Method::Get, .host = {}}, "");

    row("an origin", {.fields = {{"Origin", "http://evil.test"}}}, "origin_not_allowed");
    row("its own origin", {.fields = {{"Origin", "http://127.0.0.1:8000"}}}, "origin_not_allowed");
    row("a null origin", {.fields = {{"Origin", "null"}}}, "origin_not_allowed");
    row("a configured origin", {.fields = {{"Origin", "https://console.example"}, {"Sec-Fetch-Site", "cross-site"}}},
        "");
    row("two origins", {.fields = {{"Origin", "https://console.example"}, {"Origin", "http://evil.test"}}},
        "origin_not_allowed");
    row("cross-site", {.fields = {{"Sec-Fetch-Site", "cross-site"}}}, "origin_not_allowed");
    row("same-site", {.fields = {{"sec-fetch-site", "same-site"}}}, "origin_not_allowed");
    row("one of two is foreign", {.fields = {{"Sec-Fetch-Site", "none"}, {"Sec-Fetch-Site", "cross-site"}}},
        "origin_not_allowed");
    row("same-origin", {.fields = {{"Sec-Fetch-Site", "same-origin"}}}, "");
    row("typed by a person", {.fields = {{"Sec-Fetch-Site", "none"}}}, "");

    row("the token", {.fields = {bearer}, .user = {}, .needsToken = true}, "");
    row("the scheme in lower case", {.fields = {{"authorization", "bearer letmein"}}, .needsToken = true}, "");
    row("the token through a proxy", {.fields = {bearer, {"Via", "1.1 proxy"}}, .user = {}, .needsToken = true}, "");
    row("no token", {.needsToken = true}, "token_required");
    row("a wrong token", {.fields = {{"Authorization", "Bearer letmeIn"}}, .needsToken = true}, "token_wrong");
    row("the beginning of the token", {.fields = {{"Authorization", "Bearer letme"}}, .needsToken = true},
        "token_wrong");
    row("an empty token", {.fields = {{"Authorization", "Bearer "}}, .needsToken = true}, "token_wrong");
    row("another scheme", {.fields = {{"Authorization", "Basic bGV0bWVpbg=="}}, .needsToken = true}, "token_required");
    row("two tokens", {.fields = {bearer, bearer}, .needsToken = true}, "token_required");
    row("the token from another site", {.fields = {bearer, {"Origin", "http://evil.test"}}, .needsToken = true},
        "origin_not_allowed");
    row("the token to another host", {.host = "evil.test", .fields = {bearer}, .needsToken = true}, "host_not_allowed");

    row("beyond loopback, insecure", {.host = "192.0.2.7:80", .user = {}, .onLoopback = false, .insecure = true}, "");
    row("beyond loopback by another address", {.host = "192.0.2.9", .onLoopback = false, .insecure = true},
        "host_not_allowed");
    row("beyond loopback as localhost", {.host = "localhost", .onLoopback = false, .insecure = true},
        "host_not_allowed");
    row("insecure, on loopback, another user", {.user = 1001, .insecure = true}, "other_user");
    row("over a Unix socket", {.host = "localhost", .overUnixSocket = true}, "");
    row("over a Unix socket, another user", {.host = "localhost", .user = 1001, .overUnixSocket = true}, "other_user");
}

void TestAccess::requestsAreJudged()
{
    QFETCH(Attempt, attempt);
    QFETCH(QByteArray, code);

    const auto [rules, head, caller] = judged(attempt);
    const auto refusal = refuseRequest(rules, head, caller, attempt.identity);
    QCOMPARE(refusal ? refusal->code : QByteArray(), code);
    if (refusal)
        QCOMPARE(refusal->status, code.startsWith("token") ? 401 : code == "missing_host" ? 400 : 403);
}

void TestAccess::privateReadsAreJudged_data()
{
    QTest::addColumn<Attempt>("attempt");
    QTest::addColumn<QByteArray>("code");
    QTest::addColumn<bool>("readsAll"); // of what is not private as a whole

    const auto row = [](const char *name, Attempt attempt, const char *code, bool readsAll = true) {
        attempt.method = Method::Get;
        QTest::newRow(name) << attempt << QByteArray(code) << readsAll;
    };
    const HeaderField bearer{"Authorization", "Bearer letmein"};
    row("the same user", {}, "");
    row("root", {.user = 0}, "");
    row("another user", {.user = 1001}, "other_user");
    row("an unknown user", {.user = {}}, "caller_unknown");
    row("without a host", {.host = {}, .user = 1001}, "other_user");
    row("through a proxy", {.fields = {{"Via", "1.1 proxy"}}}, "forwarded");
    row("a page of another site", {.fields = {{"Sec-Fetch-Site", "cross-site"}}}, "origin_not_allowed");
    row("a rebound name", {.host = "evil.test"}, "host_not_allowed");
    row("the token", {.fields = {bearer}, .user = 1001, .needsToken = true}, "");
    row("the same user, beside a token", {.needsToken = true}, "");
    row("another user, beside a token", {.user = 1001, .needsToken = true}, "token_required");
    row("another user's token", {.fields = {{"Authorization", "Bearer x"}}, .user = 1001, .needsToken = true},
        "token_wrong");
    row("beyond loopback", {.host = "192.0.2.7", .onLoopback = false, .needsToken = true}, "token_required", false);
    row("beyond loopback, the token",
        {.host = "192.0.2.7", .fields = {bearer}, .onLoopback = false, .needsToken = true}, "");
    row("beyond loopback, insecure", {.host = "192.0.2.7", .onLoopback = false, .insecure = true}, "private", false);
    row("over a Unix socket, another user", {.host = "localhost", .user = 1001, .overUnixSocket = true}, "other_user");
}

void TestAccess::privateReadsAreJudged()
{
    QFETCH(Attempt, attempt);
    QFETCH(QByteArray, code);
    QFETCH(bool, readsAll);
    const auto [rules, head, caller] = judged(attempt);
    const std::optional<Refusal> refusal = refusePrivateRead(rules, head, caller);
    QCOMPARE(refusal ? refusal->code : QByteArray(), code);
    QCOMPARE(mayReadAll(rules, head, caller), readsAll);
}

void TestAccess::addressesAreJudged_data()
{
    QTest::addColumn<QString>("address");
    QTest::addColumn<bool>("token");
    QTest::addColumn<bool>("tls");
    QTest::addColumn<bool>("insecure");
    QTest::addColumn<bool>("allowed");
    QTest::newRow("loopback") << u"127.0.0.1:0"_s << false << false << false << true;
    QTest::newRow("IPv6 loopback") << u"[::1]:0"_s << false << false << false << true;
    QTest::newRow("Unix socket") << u"unix:/tmp/x"_s << false << false << false << true;
    QTest::newRow("everywhere") << u"0.0.0.0:0"_s << false << false << false << false;
    QTest::newRow("everywhere, IPv6") << u"[::]:0"_s << false << false << false << false;
    QTest::newRow("a name") << u"mcp.example:0"_s << false << false << false << false;
    QTest::newRow("only a token") << u"0.0.0.0:0"_s << true << false << false << false;
    QTest::newRow("only TLS") << u"0.0.0.0:0"_s << false << true << false << false;
    QTest::newRow("both") << u"0.0.0.0:0"_s << true << true << false << true;
    QTest::newRow("insecure") << u"0.0.0.0:0"_s << false << false << true << true;
}

void TestAccess::addressesAreJudged()
{
    QFETCH(QString, address);
    QFETCH(bool, token);
    QFETCH(bool, tls);
    QFETCH(bool, insecure);
    QFETCH(bool, allowed);
    AccessRules rules;
    rules.insecure = insecure;
    if (token)
        rules.token = AccessToken("letmein");
    const auto problem = refuseToListen(rules, tls, *parseServiceAddress(address));
    QCOMPARE(!problem, allowed);
    if (problem)
        QCOMPARE(problem->where, address);
}

void TestAccess::aTokenFileIsPrivate_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<int>("permissions");
    QTest::addColumn<QString>("problem");
    QTest::newRow("private") << QByteArray("letmein\n") << 0x6000 << QString();
    QTest::newRow("read-only") << QByteArray("letmein") << 0x4000 << QString();
    QTest::newRow("group may read") << QByteArray("letmein\n") << 0x6040 << u"mode 0640"_s;
    QTest::newRow("others may write") << QByteArray("letmein\n") << 0x6002 << u"mode 0602"_s;
    QTest::newRow("empty") << QByteArray() << 0x6000 << u"the file is empty"_s;
    QTest::newRow("spaces") << QByteArray("let me in\n") << 0x6000 << u"expected one line"_s;
    QTest::newRow("endless") << QByteArray(10000, 'x') << 0x6000 << u"expected one line of at most 4096 bytes"_s;
}

void TestAccess::aTokenFileIsPrivate()
{
    QFETCH(QByteArray, content);
    QFETCH(int, permissions);
    QFETCH(QString, problem);
    QTemporaryDir directory;
    QFile file(directory.filePath(u"token"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
    file.close();
    QVERIFY(file.setPermissions(QFile::Permissions(permissions)));
    const auto token = AccessToken::fromFile(file.fileName());
    QCOMPARE(token.ok(), problem.isEmpty());
    if (token.ok())
        QVERIFY(token->matches("letmein"));
    else
        QVERIFY2(token.problem().what.contains(problem), qPrintable(token.problem().text()));
    QVERIFY(!AccessToken::fromFile(directory.path()).ok());
    QVERIFY(!AccessToken::fromFile(directory.filePath(u"none"_s)).ok());
}

void TestAccess::aTokenMatchesOnlyItself()
{
    const AccessToken token("letmein");
    QVERIFY(token.matches("letmein"));
    QVERIFY(!token.matches("letmein "));
    QVERIFY(!token.matches(""));
    QVERIFY(token == AccessToken("letmein"));
    QVERIFY(token != AccessToken("other"));
}

void TestAccess::refusalsAreCountedAndLoggedOnceASecond()
{
    ManualClock clock;
    Refusals refusals(clock);
    const auto peer = [] { return QByteArray("127.0.0.1:5"); };
    QTest::ignoreMessage(QtWarningMsg, "other_user from 127.0.0.1:5");
    QTest::ignoreMessage(QtWarningMsg, "bad_request from 127.0.0.1:5");
    for (int i = 0; i < 10; ++i)
        refusals.add("other_user", peer);
    refusals.add("bad_request", peer);
    QTest::failOnWarning(QRegularExpression(u"."_s));
    clock.advance(999ms);
    refusals.add("other_user", peer);
    clock.advance(1ms);
    QTest::ignoreMessage(QtWarningMsg, "other_user from 127.0.0.1:5 (and 10 more)");
    refusals.add("other_user", peer);
    const QMap<QByteArray, qint64> expected{{"bad_request", 1}, {"other_user", 12}};
    QCOMPARE(refusals.counts(), expected);
}

QTEST_APPLESS_MAIN(TestAccess)
#include "tst_access.moc"
