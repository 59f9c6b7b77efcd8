// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/probes/dependencyconfig.h"

#include "common/base/secretfile.h"
#include "server/probes/proxy.h"

#include <QRegularExpression>

#include <algorithm>
#include <array>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

constexpr qsizetype LongestSecret = 64 * 1024;

/// `<name>_env` or `<name>_file`. A dependency that is switched off needs none.
Secret readSecret(ConfigTable &table, const QString &name, bool enabled)
{
    const QString envKey = name + u"_env"_s;
    const QString fileKey = name + u"_file"_s;
    const QString variable = table.text(envKey);
    const QString path = table.filePath(fileKey);
    if (table.has(envKey) && table.has(fileKey))
        table.fail(fileKey, u"give either this or %1"_s.arg(envKey));
    if (!variable.isEmpty())
        return {u"the environment variable "_s + variable, qgetenv(variable.toUtf8().constData()).trimmed()};
    if (path.isEmpty())
        return {};
    Secret secret{u"the file "_s + path, {}};
    if (!enabled)
        return secret;
    if (const Result<QByteArray> value = readSecretFile(path, LongestSecret))
        secret.value = *value;
    else
        table.fail(fileKey, value.problem().what);
    return secret;
}

/// A text that must be there.
QString required(ConfigTable &table, const QString &key, const QString &value)
{
    if (table.has(key) && value.isEmpty())
        table.fail(key, u"must not be empty"_s);
    else if (!table.has(key))
        table.fail({}, u"%1 is missing"_s.arg(key));
    return value;
}

QVariant textOrNull(ConfigTable &table, const QString &key)
{
    const QString text = table.text(key);
    return text.isEmpty() ? QVariant() : QVariant(text);
}

int readPort(ConfigTable &table, int fallback) { return int(table.integer(u"port"_s, fallback, 1, 65535)); }

DependencySettings readSql(ConfigTable &table, bool enabled)
{
    SqlSettings sql;
    const QStringList drivers{u"QSQLITE"_s, u"QPSQL"_s, u"QMYSQL"_s};
    sql.driver = table.oneOf(u"driver"_s, u"QSQLITE"_s, drivers);
    const bool embedded = sql.driver == "QSQLITE"_L1;
    sql.database = required(table, u"database"_s, table.text(u"database"_s));
    sql.host = table.text(u"host"_s);
    table.know(u"port"_s);
    sql.port = table.has(u"port"_s) ? readPort(table, 0) : 0;
    sql.user = table.text(u"user"_s);
    sql.password = readSecret(table, u"password"_s, enabled);
    sql.options = table.text(u"options"_s);
    sql.poolSize = int(table.integer(u"pool_size"_s, 5, 1, 100));
    if (embedded) {
        for (const QString &key : {u"host"_s, u"port"_s, u"user"_s, u"password_env"_s, u"password_file"_s}) {
            if (table.has(key))
                table.fail(key, u"QSQLITE has no server: leave it out"_s);
        }
    }
    return sql;
}

QUrl readUrl(ConfigTable &table, const QString &fallback)
{
    const QString text = table.text(u"url"_s, fallback);
    if (text.isEmpty()) {
        required(table, u"url"_s, text);
        return {};
    }
    const QUrl url(text, QUrl::StrictMode);
    if (!url.isValid() || url.host().isEmpty() || (url.scheme() != "http"_L1 && url.scheme() != "https"_L1))
        table.fail(u"url"_s, u"expected an address such as http://127.0.0.1:8080"_s);
    else if (!url.userInfo().isEmpty())
        table.fail(u"url"_s, u"must not hold a user or password; use api_key_env or api_key_file"_s);
    else if (url.hasFragment())
        table.fail(u"url"_s, u"must not have a fragment (#…)"_s);
    return url;
}

template <HttpService service>
DependencySettings readHttp(ConfigTable &table, bool enabled)
{
    static const QMap<HttpService, QString> addresses{
        {HttpService::Qdrant, u"http://127.0.0.1:6333"_s},        {HttpService::OpenAi, u"https://api.openai.com/v1"_s},
        {HttpService::Anthropic, u"https://api.anthropic.com"_s}, {HttpService::LmStudio, u"http://127.0.0.1:1234"_s},
        {HttpService::Groq, u"https://api.groq.com"_s},
    };
    HttpSettings http;
    http.service = service;
    http.url = readUrl(table, addresses.value(service));
    if (service != HttpService::Plain && http.url.hasQuery())
        table.fail(u"url"_s, u"must not have a query (?…)"_s);
    http.key = readSecret(table, u"api_key"_s, enabled);
    if (table.has(u"proxy"_s)) {
        http.proxy = table.anyText(u"proxy"_s);
        if (http.proxy.isNull())
            http.proxy = u""_s; // none, whatever the environment says
        if (const Result<QUrl> proxy = proxyFor(http.url, http.proxy); !proxy)
            table.fail(u"proxy"_s, proxy.problem().what);
    } else {
        table.anyText(u"proxy"_s);
    }
    // It becomes a part of a header: a line break in it would begin another one.
    if (!std::all_of(http.key.value.begin(), http.key.value.end(), [](char c) { return c > ' ' && c < 0x7f; })) {
        table.fail(table.has(u"api_key_file"_s) ? u"api_key_file"_s : u"api_key_env"_s,
                   u"expected a key of one line, of printable characters without spaces"_s);
    }
    switch (service) {
    case HttpService::Plain:
        if (table.has(u"expect_status"_s))
            http.expectStatus = int(table.integer(u"expect_status"_s, 200, 100, 599));
        else
            table.integer(u"expect_status"_s, 200, 100, 599);
        http.expectText = table.anyText(u"expect_text"_s);
        break;
    case HttpService::OpenAi: http.details[u"embedding_model"_s] = textOrNull(table, u"embedding_model"_s); break;
    case HttpService::Anthropic: http.details[u"provider"_s] = table.text(u"provider"_s, u"claude"_s); break;
    case HttpService::LmStudio:
        http.details[u"embedding_enabled"_s] = table.flag(u"embedding_enabled"_s, false);
        http.details[u"review_enabled"_s] = table.flag(u"review_enabled"_s, false);
        break;
    case HttpService::Groq: http.details[u"review_enabled"_s] = table.flag(u"review_enabled"_s, false); break;
    case HttpService::Qdrant: break;
    }
    return http;
}

DependencySettings readTcp(ConfigTable &table, bool)
{
    TcpSettings tcp;
    tcp.host = table.text(u"host"_s, u"127.0.0.1"_s);
    tcp.port = readPort(table, 0);
    if (!table.has(u"port"_s))
        table.fail({}, u"port is missing"_s);
    return tcp;
}

DependencySettings readCommand(ConfigTable &table, bool)
{
    CommandSettings command;
    command.argv = table.texts(u"argv"_s);
    if (!table.has(u"argv"_s))
        table.fail({}, u"argv is missing"_s);
    else if (command.argv.isEmpty() || command.argv.first().isEmpty())
        table.fail(u"argv"_s, u"expected a list of a program and its arguments"_s);
    command.directory = table.filePath(u"directory"_s);
    return command;
}

DependencySettings readRedis(ConfigTable &table, bool enabled)
{
    RedisSettings redis;
    redis.host = table.text(u"host"_s, u"127.0.0.1"_s);
    redis.port = readPort(table, 6379);
    redis.user = table.text(u"user"_s);
    redis.password = readSecret(table, u"password"_s, enabled);
    if (!redis.user.isEmpty() && !redis.password.isConfigured())
        table.fail(u"user"_s, u"needs a password_file or password_env"_s);
    return redis;
}

DependencySettings readFile(ConfigTable &table, bool)
{
    FileSettings file;
    file.path = table.filePath(u"path"_s);
    required(table, u"path"_s, file.path);
    file.freeBytes = table.integer(u"free_bytes"_s, 0, 0, std::numeric_limits<qint64>::max());
    return file;
}

/// A kind of dependency: how its section is read, and how often it may be asked unless told otherwise.
struct Kind
{
    QString name;
    DependencySettings (*read)(ConfigTable &table, bool enabled);
    std::chrono::milliseconds leastInterval = 0ms; ///< longer where an answer costs somebody money
};

const std::array<Kind, 11> &kinds()
{
    static const std::array<Kind, 11> all{{
        {u"sql"_s, readSql},
        {u"qdrant"_s, readHttp<HttpService::Qdrant>},
        {u"openai"_s, readHttp<HttpService::OpenAi>, 60s},
        {u"anthropic"_s, readHttp<HttpService::Anthropic>, 60s},
        {u"lmstudio"_s, readHttp<HttpService::LmStudio>},
        {u"groq"_s, readHttp<HttpService::Groq>, 60s},
        {u"http"_s, readHttp<HttpService::Plain>},
        {u"tcp"_s, readTcp},
        {u"command"_s, readCommand},
        {u"redis"_s, readRedis},
        {u"file"_s, readFile},
    }};
    return all;
}

/// The kind a section is of: what it says, or what its name says.
const Kind *kindOf(ConfigTable &table, const QString &name)
{
    QStringList names;
    for (const Kind &kind : kinds())
        names << kind.name;
    const QString natural = name == "database"_L1 ? u"sql"_s : knownDependencies().contains(name) ? name : QString();
    const QString written = table.oneOf(u"kind"_s, natural, names);
    for (const Kind &kind : kinds()) {
        if (kind.name == written)
            return &kind;
    }
    if (!table.has(u"kind"_s))
        table.fail({}, u"kind is missing; expected one of %1"_s.arg(names.join(u", "_s)));
    return nullptr;
}

std::chrono::milliseconds readInterval(ConfigTable &table, std::chrono::milliseconds fallback)
{
    return table.duration(u"interval"_s, fallback, 100ms, 24h);
}

std::chrono::milliseconds readTimeout(ConfigTable &table, std::chrono::milliseconds fallback)
{
    return table.duration(u"timeout"_s, fallback, 10ms, 5min);
}

} // namespace

const QStringList &knownDependencies()
{
    static const QStringList names{u"database"_s, u"qdrant"_s, u"openai"_s, u"anthropic"_s, u"lmstudio"_s, u"groq"_s};
    return names;
}

DependenciesConfig readDependencies(ConfigTable root)
{
    ConfigTable checks = root.table(u"checks"_s);
    const DependencyConfig defaults;
    const auto interval = readInterval(checks, defaults.interval);
    const auto timeout = readTimeout(checks, defaults.timeout);
    checks.finish();

    DependenciesConfig config;
    ConfigTable sections = root.table(u"dependencies"_s);
    static const QRegularExpression wireName(u"\\A[A-Za-z0-9_.-]{1,64}\\z"_s);
    const QStringList names = sections.keys();
    for (const QString &name : names) {
        ConfigTable section = sections.table(name);
        if (!section.exists())
            continue; // no table, which has been told
        if (!wireName.match(name).hasMatch())
            section.fail({}, u"expected a name of up to 64 letters, digits, '_', '-' and '.'"_s);
        const Kind *kind = kindOf(section, name);
        if (!kind)
            continue;
        DependencyConfig one;
        one.name = name;
        one.enabled = section.flag(u"enabled"_s, true);
        one.interval = readInterval(section, std::max(interval, kind->leastInterval));
        one.timeout = readTimeout(section, timeout);
        one.settings = kind->read(section, one.enabled);
        section.finish();
        config << one;
    }
    return config;
}

} // namespace Hephaestus
