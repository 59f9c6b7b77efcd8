// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/core/log.h"
#include "server/core/shutdownsequence.h"
#include "server/http/httpserver.h"
#include "server/probes/dependencyconfig.h"

namespace Hephaestus {

/// What `hephaestus serve` runs with: a configuration file (resources/doc/service.md), or the defaults below.
struct ServiceConfig
{
    QString file;       ///< absolute; empty: there is none
    QByteArray content; ///< the bytes that were read from it
    QString name = QStringLiteral("hephaestus-mcp");
    QString version;
    QStringList listen{QStringLiteral("127.0.0.1:8000")};
    std::chrono::milliseconds startTimeout{std::chrono::seconds(30)}; ///< of a successor, after a restart in place
    ShutdownTimes shutdown;
    std::chrono::milliseconds stepTimeout{std::chrono::seconds(10)};
    std::optional<LogLevel> logLevel; ///< nothing: as the command line says
    HttpOptions http;
    DependenciesConfig dependencies;
    QStringList watch;     ///< globs of source files, absolute or relative to the file
    QStringList builtFrom; ///< the same of those that the program is built from
    QStringList
        namedFiles; ///< files that the configuration names and whose content is part of it: tokens, certificates, keys

    bool operator==(const ServiceConfig &) const = default;
};

/// Reads `path`. All that is wrong is added to `problems`, each with file, line and field; the result is of
/// use only if there is none.
ServiceConfig readServiceConfig(const QString &path, QList<Problem> &problems);

/// What would keep a service with this configuration from starting, each as `field: what`: a wrong name, address or
/// certificate. Reads files, and does not use the network.
QList<Problem> obstacles(const ServiceConfig &config);

/// Without a file: one SQLite database, in `stateDirectory`.
ServiceConfig defaultServiceConfig(const QString &name, const QString &stateDirectory);

/// The fields whose change needs a restart, by their names in the file.
QStringList needRestart(const ServiceConfig &from, const ServiceConfig &to);

} // namespace Hephaestus
