// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/configreader.h"

#include <QUrl>
#include <QVariantMap>

#include <optional>
#include <variant>

/// What the configuration says of the dependencies and their checks. Plain values: two that are equal need
/// no change when the file is read again.
namespace Hephaestus {

/// A key or password, and where it was to come from. Never shown, never logged.
struct Secret
{
    QString source;   ///< for a person: `the environment variable X`; empty: none is configured
    QByteArray value; ///< empty: there is none at that source

    bool isConfigured() const { return !source.isEmpty(); }
    bool operator==(const Secret &) const = default;
};

struct SqlSettings
{
    QString driver;   ///< QSQLITE, QPSQL, QMYSQL
    QString database; ///< of QSQLITE a file, if relative then to the service's state directory
    QString host;
    int port = 0; ///< 0: the driver's
    QString user;
    Secret password;
    QString options; ///< the driver's connection options, `;` between them
    int poolSize = 5;

    bool operator==(const SqlSettings &) const = default;
};

enum class HttpService { Plain, Qdrant, OpenAi, Anthropic, LmStudio, Groq };

struct HttpSettings
{
    HttpService service = HttpService::Plain;
    QUrl url; ///< http or https, without user info
    Secret key;
    std::optional<int> expectStatus; ///< nothing: any 2xx
    bool isRedirectWell = false;     ///< and any 3xx, which is not followed
    QString expectText;              ///< empty: any body
    QVariantMap details;             ///< fields of the report that are configured (`embedding_model`)
    QString proxy{};                 ///< null: as the environment says; empty: none; else `http://[user:…@]host:port`

    bool operator==(const HttpSettings &) const = default;
};

struct TcpSettings
{
    QString host;
    int port = 0;

    bool operator==(const TcpSettings &) const = default;
};

struct CommandSettings
{
    QStringList argv; ///< never goes through a shell
    QString directory;

    bool operator==(const CommandSettings &) const = default;
};

struct RedisSettings
{
    QString host;
    int port = 6379;
    QString user;
    Secret password;

    bool operator==(const RedisSettings &) const = default;
};

struct FileSettings
{
    QString path;
    qint64 freeBytes = 0; ///< at least so many on its file system

    bool operator==(const FileSettings &) const = default;
};

using DependencySettings =
    std::variant<SqlSettings, HttpSettings, TcpSettings, CommandSettings, RedisSettings, FileSettings>;

struct DependencyConfig
{
    QString name;
    bool enabled = true;
    std::chrono::milliseconds interval{std::chrono::seconds(10)};
    std::chrono::milliseconds timeout{std::chrono::seconds(5)};
    DependencySettings settings;

    bool operator==(const DependencyConfig &) const = default;
};

using DependenciesConfig = QList<DependencyConfig>;

/// The dependencies that `hephaestus serve` names in its report, configured or not, in this order.
const QStringList &knownDependencies();

/// Reads `[checks]` and `[dependencies.*]`; what is wrong is reported to the document, so look at its problems before
/// using the result. Reads secrets from their files (readSecretFile()) and the environment. A variable that is not set
/// is reported by the check.
DependenciesConfig readDependencies(ConfigTable root);

} // namespace Hephaestus
