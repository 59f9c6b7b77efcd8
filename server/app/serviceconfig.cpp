// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/serviceconfig.h"

#include "common/protocol/configreader.h"
#include "common/protocol/serviceaddress.h"
#include "server/http/access.h"
#include "server/http/tlscontext.h"

#include <QDir>
#include <QFileInfo>

#include <algorithm>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

const QString NameExpected = u"expected 1 to 200 characters without / and control characters"_s;

/// Names become names of files.
bool isName(const QString &text)
{
    const auto isForeign = [](QChar character) {
        return character == u'/' || character.category() == QChar::Other_Control;
    };
    return !text.trimmed().isEmpty() && text.size() <= 200 && text != u"." && text != u".."
        && std::none_of(text.begin(), text.end(), isForeign);
}

void readService(ConfigTable table, ServiceConfig &config)
{
    config.name = table.text(u"name"_s, config.name);
    if (!isName(config.name)) {
        table.fail(u"name"_s, NameExpected);
        config.name = ServiceConfig().name;
    }
    config.version = table.text(u"version"_s, config.version);
    config.startTimeout = table.duration(u"start_timeout"_s, config.startTimeout, 100ms, 24h);
    config.listen = table.texts(u"listen"_s, config.listen);
    if (config.listen.isEmpty())
        table.fail(u"listen"_s, u"expected at least one address"_s);
    for (QString &address : config.listen) {
        Result<ServiceAddress> parsed = parseServiceAddress(address);
        if (!parsed) {
            table.fail(u"listen"_s, parsed.problem().what);
            address.clear();
        } else if (parsed->kind == ServiceAddress::Kind::Unix) {
            parsed->path = QDir(QFileInfo(config.file).absolutePath()).absoluteFilePath(parsed->path);
            address = parsed->text();
        }
    }
    config.listen.removeAll(QString()); // told already
    table.finish();
}

void readShutdown(ConfigTable table, ServiceConfig &config)
{
    config.shutdown.notice = table.duration(u"notice"_s, config.shutdown.notice, 0s, 24h);
    config.shutdown.drain = table.duration(u"drain_timeout"_s, config.shutdown.drain, 0s, 24h);
    config.stepTimeout = table.duration(u"step_timeout"_s, config.stepTimeout, 1ms, 1h);
    table.finish();
}

void readLog(ConfigTable table, ServiceConfig &config)
{
    static const QStringList words{u"debug"_s, u"info"_s, u"warning"_s, u"error"_s};
    const QString level = table.oneOf(u"level"_s, {}, words);
    if (!level.isEmpty())
        config.logLevel = LogLevel(words.indexOf(level));
    table.finish();
}

void readLimits(ConfigTable table, Limits &limits)
{
    limits.connections = int(table.integer(u"connections"_s, limits.connections, 1, 1'000'000));
    limits.head = table.integer(u"head_bytes"_s, limits.head, 512, 1 << 20);
    limits.body = table.integer(u"body_bytes"_s, limits.body, 0, qint64(1) << 30);
    limits.healthBody = table.integer(u"health_body_bytes"_s, limits.healthBody, 0, 64 * 1024);
    limits.headTime = table.duration(u"head_timeout"_s, limits.headTime, 10ms, 10min);
    limits.bodyTime = table.duration(u"body_timeout"_s, limits.bodyTime, 10ms, 1h);
    limits.idleTime = table.duration(u"idle_timeout"_s, limits.idleTime, 10ms, 24h);
    limits.writeStall = table.duration(u"write_timeout"_s, limits.writeStall, 10ms, 1h);
    table.finish();
}

void readAccess(ConfigTable table, HttpOptions &http, QStringList &namedFiles)
{
    const QString tokenFile = table.filePath(u"token_file"_s);
    if (!tokenFile.isEmpty()) {
        const Result<AccessToken> token = AccessToken::fromFile(tokenFile);
        if (token)
            http.access.token = *token;
        else
            table.fail(u"token_file"_s, token.problem().text());
    }
    http.access.allowedHosts = table.texts(u"allowed_hosts"_s);
    http.access.allowedOrigins = table.texts(u"allowed_origins"_s);
    http.access.insecure = table.flag(u"insecure"_s, false);
    http.tls.certificate = table.filePath(u"tls_certificate"_s);
    http.tls.key = table.filePath(u"tls_key"_s);
    http.tls.clientCa = table.filePath(u"client_ca"_s);
    if (http.tls.certificate.isEmpty() != http.tls.key.isEmpty())
        table.fail(http.tls.key.isEmpty() ? u"tls_certificate"_s : u"tls_key"_s,
                   u"a certificate and its key belong together"_s);
    for (const QString &file : {tokenFile, http.tls.certificate, http.tls.key, http.tls.clientCa}) {
        if (!file.isEmpty())
            namedFiles << file;
    }
    table.finish();
}

std::optional<QString> whyNoSocketFile(const QString &path)
{
    const QFileInfo directory(QFileInfo(path).absolutePath());
    if (!directory.isDir())
        return u"there is no directory %1"_s.arg(directory.filePath());
    if (!directory.isWritable())
        return u"the directory %1 is not writable"_s.arg(directory.filePath());
    return {};
}

} // namespace

QList<Problem> obstacles(const ServiceConfig &config)
{
    QList<Problem> found;
    const auto tell = [&](const QString &field, const QString &what) {
        found << Problem{config.file.isEmpty() ? field : config.file + u": "_s + field, what};
    };
    if (!isName(config.name))
        tell(u"service.name"_s, NameExpected);
    for (const QString &address : config.listen) {
        const Result<ServiceAddress> parsed = parseServiceAddress(address);
        if (!parsed) {
            tell(u"service.listen"_s, parsed.problem().what);
            continue;
        }
        if (const auto refused = refuseToListen(config.http.access, config.http.tls.isOn(), *parsed))
            tell(u"service.listen"_s, refused->text());
        if (parsed->kind != ServiceAddress::Kind::Unix)
            continue;
        if (const auto why = whyNoSocketFile(parsed->path))
            tell(u"service.listen"_s, *why);
    }
    if (config.http.tls.isOn()) {
        if (const auto tls = makeTlsContext(config.http.tls); !tls)
            tell(u"access"_s, tls.problem().text());
    }
    return found;
}

ServiceConfig readServiceConfig(const QString &path, QList<Problem> &problems)
{
    const ConfigDocument document = ConfigDocument::fromFile(path);
    ServiceConfig config;
    config.file = QFileInfo(path).absoluteFilePath();
    config.content = document.text();
    ConfigTable root = document.root();
    readService(root.table(u"service"_s), config);
    readShutdown(root.table(u"shutdown"_s), config);
    readLog(root.table(u"log"_s), config);
    readLimits(root.table(u"limits"_s), config.http.limits);
    readAccess(root.table(u"access"_s), config.http, config.namedFiles);
    config.dependencies = readDependencies(root);
    ConfigTable code = root.table(u"code"_s);
    config.watch = code.texts(u"watch"_s);
    config.builtFrom = code.texts(u"sources"_s);
    code.finish();
    root.finish();
    problems += document.problems();
    return config;
}

ServiceConfig defaultServiceConfig(const QString &name, const QString &stateDirectory)
{
    ServiceConfig config;
    config.name = name;
    SqlSettings database;
    database.driver = u"QSQLITE"_s;
    database.database = QDir(stateDirectory).filePath(name + u".db"_s);
    DependencyConfig dependency;
    dependency.name = u"database"_s;
    dependency.settings = database;
    config.dependencies = {dependency};
    return config;
}

QStringList needRestart(const ServiceConfig &from, const ServiceConfig &to)
{
    QStringList fields;
    if (from.name != to.name)
        fields << u"service.name"_s;
    if (from.version != to.version)
        fields << u"service.version"_s;
    if (from.listen != to.listen)
        fields << u"service.listen"_s;
    if (from.watch != to.watch)
        fields << u"code.watch"_s;
    if (from.builtFrom != to.builtFrom)
        fields << u"code.sources"_s;
    HttpOptions sameLimits = to.http;
    sameLimits.limits = from.http.limits;
    if (!(from.http == sameLimits))
        fields << u"access"_s;
    return fields;
}

} // namespace Hephaestus
