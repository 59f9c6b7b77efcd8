// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/probes/dependencyconfig.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestDependencyConfig : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void eachKindIsRead();
    void theKnownNamesSayTheirKind();
    void nothingConfiguredIsNothingRead();
    void howOftenIsAsked_data();
    void howOftenIsAsked();
    void pathsAreRelativeToTheFileButForTheDatabase();
    void secretsComeFromTheEnvironmentOrAFile();
    void aSecretOthersCanReadIsRefused_data();
    void aSecretOthersCanReadIsRefused();
    void aKeyThatWouldBreakAHeaderIsRefused_data();
    void aKeyThatWouldBreakAHeaderIsRefused();
    void aDependencySwitchedOffNeedsNoSecret();
    void whatIsWrongIsNamed_data();
    void whatIsWrongIsNamed();
    void allErrorsAreToldAtOnce();

private:
    DependenciesConfig read(const QByteArray &toml)
    {
        const ConfigDocument document = ConfigDocument::fromText(toml, u"t.toml"_s);
        const DependenciesConfig config = readDependencies(document.root());
        problems.clear();
        for (const Problem &problem : document.problems())
            problems << problem.text();
        return config;
    }
    QString secretFile(const QByteArray &content, int mode)
    {
        QFile file(directory.filePath(u"secret-%1"_s.arg(++files)));
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
            qFatal("no file");
        file.setPermissions(QFileDevice::Permissions(mode));
        return file.fileName();
    }

    QStringList problems;
    QTemporaryDir directory;
    int files = 0;
};

void TestDependencyConfig::eachKindIsRead()
{
    const DependenciesConfig config = read(R"(
        [dependencies.a]
        kind = "sql"
        driver = "QPSQL"
        database = "orders"
        host = "db"
        port = 5433
        user = "me"
        options = "sslmode=require"
        pool_size = 7
        [dependencies.b]
        kind = "http"
        url = "https://example.org/ping?x=1"
        expect_status = 204
        expect_text = "pong"
        [dependencies.c]
        kind = "tcp"
        port = 25
        [dependencies.d]
        kind = "command"
        argv = ["test", "-e", "/tmp"]
        [dependencies.e]
        kind = "redis"
        host = "cache"
        [dependencies.f]
        kind = "file"
        path = "/var/lib"
        free_bytes = 1000000
    )"_ba);
    QCOMPARE(problems, QStringList());
    QCOMPARE(config.size(), 6);
    SqlSettings sql{u"QPSQL"_s, u"orders"_s, u"db"_s, 5433, u"me"_s, {}, u"sslmode=require"_s, 7};
    QVERIFY(config[0].settings == DependencySettings(sql));
    HttpSettings http{HttpService::Plain, QUrl(u"https://example.org/ping?x=1"_s), {}, 204, false, u"pong"_s, {}};
    QVERIFY(config[1].settings == DependencySettings(http));
    QVERIFY(config[2].settings == DependencySettings(TcpSettings{u"127.0.0.1"_s, 25}));
    QVERIFY(config[3].settings == DependencySettings(CommandSettings{{u"test"_s, u"-e"_s, u"/tmp"_s}, {}}));
    QVERIFY(config[4].settings == DependencySettings(RedisSettings{u"cache"_s, 6379, {}, {}}));
    QVERIFY(config[5].settings == DependencySettings(FileSettings{u"/var/lib"_s, 1000000}));
}

void TestDependencyConfig::theKnownNamesSayTheirKind()
{
    const DependenciesConfig config = read(R"(
        [dependencies.database]
        database = ":memory:"
        [dependencies.qdrant]
        [dependencies.openai]
        embedding_model = "text-embedding-3-large"
        [dependencies.anthropic]
        [dependencies.lmstudio]
        embedding_enabled = true
        [dependencies.groq]
        review_enabled = true
        [dependencies.mirror]
        kind = "qdrant"
    )"_ba);
    QCOMPARE(problems, QStringList());
    QMap<QString, DependencySettings> settings;
    for (const DependencyConfig &one : config)
        settings.insert(one.name, one.settings);
    const auto http = [&](const QString &name) { return std::get<HttpSettings>(settings.value(name)); };
    QCOMPARE(std::get<SqlSettings>(settings.value(u"database"_s)).driver, u"QSQLITE"_s);
    QCOMPARE(http(u"qdrant"_s).url, QUrl(u"http://127.0.0.1:6333"_s));
    QCOMPARE(http(u"mirror"_s).service, HttpService::Qdrant);
    QCOMPARE(http(u"openai"_s).details, QVariantMap({{u"embedding_model"_s, u"text-embedding-3-large"_s}}));
    QCOMPARE(http(u"anthropic"_s).details, QVariantMap({{u"provider"_s, u"claude"_s}}));
    QCOMPARE(http(u"lmstudio"_s).details, QVariantMap({{u"embedding_enabled"_s, true}, {u"review_enabled"_s, false}}));
    QCOMPARE(http(u"groq"_s).details, QVariantMap({{u"review_enabled"_s, true}}));
    QCOMPARE(http(u"groq"_s).service, HttpService::Groq);
}

void TestDependencyConfig::nothingConfiguredIsNothingRead()
{
    QVERIFY(read({}).isEmpty());
    QCOMPARE(problems, QStringList());
}

void TestDependencyConfig::howOftenIsAsked_data()
{
    QTest::addColumn<QByteArray>("toml");
    QTest::addColumn<qint64>("interval");
    QTest::addColumn<qint64>("timeout");
    QTest::newRow("default") << "[dependencies.qdrant]"_ba << 10'000LL << 5'000LL;
    QTest::newRow("paid") << "[dependencies.openai]"_ba << 60'000LL << 5'000LL;
    QTest::newRow("of all") << "[checks]\ninterval='2s'\ntimeout='1s'\n[dependencies.qdrant]"_ba << 2'000LL << 1'000LL;
    QTest::newRow("of all, paid") << "[checks]\ninterval='2s'\n[dependencies.groq]"_ba << 60'000LL << 5'000LL;
    QTest::newRow("of all, longer, paid") << "[checks]\ninterval='2m'\n[dependencies.groq]"_ba << 120'000LL << 5'000LL;
    QTest::newRow("own, paid") << "[dependencies.anthropic]\ninterval='5s'\ntimeout='2s'"_ba << 5'000LL << 2'000LL;
}

void TestDependencyConfig::howOftenIsAsked()
{
    QFETCH(QByteArray, toml);
    QFETCH(qint64, interval);
    QFETCH(qint64, timeout);
    const DependenciesConfig config = read(toml);
    QCOMPARE(problems, QStringList());
    QCOMPARE(config.first().interval.count(), interval);
    QCOMPARE(config.first().timeout.count(), timeout);
}

void TestDependencyConfig::pathsAreRelativeToTheFileButForTheDatabase()
{
    QFile file(directory.filePath(u"service.toml"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("[dependencies.database]\ndatabase = 'data/a.db'\n[dependencies.disk]\nkind='file'\npath='data'\n");
    file.close();
    const ConfigDocument document = ConfigDocument::fromFile(file.fileName());
    const DependenciesConfig config = readDependencies(document.root());
    QVERIFY(document.problems().isEmpty());
    QCOMPARE(std::get<SqlSettings>(config[0].settings).database, u"data/a.db"_s); // in the state directory
    QCOMPARE(std::get<FileSettings>(config[1].settings).path, directory.filePath(u"data"_s));
}

void TestDependencyConfig::secretsComeFromTheEnvironmentOrAFile()
{
    qputenv("HEPHAESTUS_TEST_KEY", "from-env\n");
    const QString path = secretFile("from-file\n", 0x6000); // owner reads and writes
    const DependenciesConfig config = read("[dependencies.openai]\napi_key_env='HEPHAESTUS_TEST_KEY'\n"
                                           "[dependencies.groq]\napi_key_file='"
                                           + path.toUtf8()
                                           + "'\n"
                                             "[dependencies.qdrant]\napi_key_env='HEPHAESTUS_TEST_UNSET'\n");
    QCOMPARE(problems, QStringList()); // a variable that is not set is for the check to tell
    QMap<QString, Secret> keys;
    for (const DependencyConfig &one : config)
        keys.insert(one.name, std::get<HttpSettings>(one.settings).key);
    QVERIFY(keys[u"openai"_s] == (Secret{u"the environment variable HEPHAESTUS_TEST_KEY"_s, "from-env"}));
    QVERIFY(keys[u"groq"_s] == (Secret{u"the file "_s + path, "from-file"}));
    QVERIFY(keys[u"qdrant"_s] == (Secret{u"the environment variable HEPHAESTUS_TEST_UNSET"_s, {}}));
}

void TestDependencyConfig::aSecretOthersCanReadIsRefused_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("problem");
    using File = QFileDevice;
    const int owner = File::ReadOwner | File::WriteOwner;
    QTest::newRow("group") << secretFile("x", owner | File::ReadGroup)
                           << u"must not be accessible to others, found mode 0640; run chmod 600"_s;
    QTest::newRow("others") << secretFile("x", owner | File::ReadOther)
                            << u"must not be accessible to others, found mode 0604"_s;
    QTest::newRow("writable") << secretFile("x", owner | File::WriteOther)
                              << u"must not be accessible to others, found mode 0602"_s;
    QTest::newRow("empty") << secretFile("\n", owner) << u"the file is empty"_s;
    QTest::newRow("missing") << u"/nonexistent/key"_s << u"cannot be read: No such file"_s;
    QTest::newRow("directory") << QDir::tempPath() << u"expected a regular file, found a directory"_s;
}

void TestDependencyConfig::aSecretOthersCanReadIsRefused()
{
    QFETCH(QString, path);
    QFETCH(QString, problem);
    read("[dependencies.database]\ndriver='QPSQL'\ndatabase='d'\npassword_file='" + path.toUtf8() + "'\n");
    QCOMPARE(problems.size(), 1);
    QVERIFY2(problems.first().startsWith(u"t.toml:4: dependencies.database.password_file: "_s + problem),
             qPrintable(problems.first()));
}

void TestDependencyConfig::aKeyThatWouldBreakAHeaderIsRefused_data()
{
    QTest::addColumn<QByteArray>("key");
    QTest::addColumn<QString>("ofFile");
    const QString lines = u"expected one line, found several"_s;
    const QString characters = u"expected a key of one line, of printable characters without spaces"_s;
    QTest::newRow("another header") << "abc\r\nX-Evil: 1"_ba << lines;
    QTest::newRow("line break") << "abc\ndef"_ba << lines;
    QTest::newRow("space") << "abc def"_ba << characters;
    QTest::newRow("not ASCII") << "abc\xc3\xa9"_ba << characters;
}

void TestDependencyConfig::aKeyThatWouldBreakAHeaderIsRefused()
{
    QFETCH(QByteArray, key);
    QFETCH(QString, ofFile);
    read("[dependencies.openai]\napi_key_file='" + secretFile(key + '\n', 0x6000).toUtf8() + "'\n");
    QCOMPARE(problems, QStringList{u"t.toml:2: dependencies.openai.api_key_file: "_s + ofFile});
    qputenv("HEPHAESTUS_TEST_KEY", key);
    read("[dependencies.openai]\napi_key_env='HEPHAESTUS_TEST_KEY'\n");
    qunsetenv("HEPHAESTUS_TEST_KEY");
    QCOMPARE(
        problems,
        QStringList{u"t.toml:2: dependencies.openai.api_key_env: expected a key of one line, of printable characters "
                    u"without spaces"_s});
}

void TestDependencyConfig::aDependencySwitchedOffNeedsNoSecret()
{
    const DependenciesConfig config = read("[dependencies.openai]\nenabled = false\napi_key_file='/nonexistent/key'\n");
    QCOMPARE(problems, QStringList());
    QVERIFY(!config.first().enabled);
}

void TestDependencyConfig::whatIsWrongIsNamed_data()
{
    QTest::addColumn<QByteArray>("toml");
    QTest::addColumn<QString>("problem");
    const auto row = [](const char *name, const QByteArray &toml, const QString &problem) {
        QTest::newRow(name) << toml << problem;
    };
    row("no kind", "[dependencies.x]"_ba,
        u"t.toml:1: dependencies.x: kind is missing; expected one of sql, qdrant, "_s);
    row("unknown kind", "[dependencies.x]\nkind='htpp'"_ba, u"t.toml:2: dependencies.x.kind: expected one of"_s);
    row("unknown key", "[dependencies.qdrant]\nurll='http://x'"_ba,
        u"t.toml:2: dependencies.qdrant.urll: unknown key; did you mean \"url\"?"_s);
    row("unknown key of checks", "[checks]\nintervall='1s'"_ba,
        u"t.toml:2: checks.intervall: unknown key; did you mean \"interval\"?"_s);
    row("no table", "[dependencies]\nqdrant='x'"_ba,
        u"t.toml:2: dependencies.qdrant: expected a table, found a string"_s);
    row("bad name", "[dependencies.'a b']\nkind='qdrant'"_ba, u"t.toml:1: dependencies.a b: expected a name"_s);
    row("line break in a name", "[dependencies.\"a\\n\"]\nkind='qdrant'"_ba,
        u"t.toml:1: dependencies.a\\u{a}: expected a name"_s);
    row("zero character in a path", "[dependencies.x]\nkind='file'\npath=\"/a\\u0000b\""_ba,
        u"t.toml:3: dependencies.x.path: must not hold the character U+0000"_s);
    row("a command as one text", "[dependencies.x]\nkind='command'\nargv='ls -l'"_ba,
        u"t.toml:3: dependencies.x.argv: expected a list of strings"_s);
    row("path of another type", "[dependencies.x]\nkind='file'\npath=5"_ba,
        u"t.toml:3: dependencies.x.path: expected a string"_s);
    row("interval", "[dependencies.qdrant]\ninterval='1ms'"_ba,
        u"t.toml:2: dependencies.qdrant.interval: expected a duration from"_s);
    row("no database", "[dependencies.database]"_ba, u"t.toml:1: dependencies.database: database is missing"_s);
    row("driver", "[dependencies.database]\ndatabase='x'\ndriver='QSQLITE3'"_ba,
        u"t.toml:3: dependencies.database.driver: expected one of QSQLITE, QPSQL, QMYSQL, found "
        u"\"QSQLITE3\"; did you mean \"QSQLITE\"?"_s);
    row("pool size", "[dependencies.database]\ndatabase='x'\npool_size=0"_ba,
        u"t.toml:3: dependencies.database.pool_size: expected a whole number from 1 to 100"_s);
    row("server of SQLite", "[dependencies.database]\ndatabase='x'\nhost='db'"_ba,
        u"t.toml:3: dependencies.database.host: QSQLITE has no server"_s);
    row("no url", "[dependencies.x]\nkind='http'"_ba, u"t.toml:1: dependencies.x: url is missing"_s);
    row("scheme", "[dependencies.qdrant]\nurl='ftp://x'"_ba,
        u"t.toml:2: dependencies.qdrant.url: expected an address such as"_s);
    row("no host", "[dependencies.qdrant]\nurl='http://'"_ba,
        u"t.toml:2: dependencies.qdrant.url: expected an address such as"_s);
    row("password in url", "[dependencies.qdrant]\nurl='http://u:p@x'"_ba,
        u"t.toml:2: dependencies.qdrant.url: must not hold a user or password"_s);
    row("query", "[dependencies.openai]\nurl='http://x/v1?key=1'"_ba,
        u"t.toml:2: dependencies.openai.url: must not have a query"_s);
    row("both keys", "[dependencies.openai]\napi_key_env='A'\napi_key_file='/b'"_ba,
        u"t.toml:3: dependencies.openai.api_key_file: give either this or api_key_env"_s);
    row("no port", "[dependencies.x]\nkind='tcp'"_ba, u"t.toml:1: dependencies.x: port is missing"_s);
    row("port", "[dependencies.x]\nkind='tcp'\nport=70000"_ba,
        u"t.toml:3: dependencies.x.port: expected a whole number from 1 to 65535"_s);
    row("no argv", "[dependencies.x]\nkind='command'"_ba, u"t.toml:1: dependencies.x: argv is missing"_s);
    row("empty argv", "[dependencies.x]\nkind='command'\nargv=[]"_ba,
        u"t.toml:3: dependencies.x.argv: expected a list of a program"_s);
    row("redis user", "[dependencies.x]\nkind='redis'\nuser='u'"_ba,
        u"t.toml:3: dependencies.x.user: needs a password_file or password_env"_s);
    row("no path", "[dependencies.x]\nkind='file'"_ba, u"t.toml:1: dependencies.x: path is missing"_s);
    row("status", "[dependencies.x]\nkind='http'\nurl='http://x'\nexpect_status=99"_ba,
        u"t.toml:4: dependencies.x.expect_status: expected a whole number from 100"_s);
}

void TestDependencyConfig::whatIsWrongIsNamed()
{
    QFETCH(QByteArray, toml);
    QFETCH(QString, problem);
    read(toml);
    QVERIFY2(problems.size() == 1, qPrintable(problems.join(u'\n')));
    QVERIFY2(problems.first().startsWith(problem), qPrintable(problems.first()));
}

void TestDependencyConfig::allErrorsAreToldAtOnce()
{
    read("[checks]\ntimeout = 5\n[dependencies.database]\npool_size = 'x'\n[dependencies.openai]\nurl = "
         "'x'\nmodel = 'y'\n"_ba);
    QCOMPARE(problems.size(), 5); // timeout, no database, pool_size, url, model
}

QTEST_APPLESS_MAIN(TestDependencyConfig)
#include "tst_dependencyconfig.moc"
