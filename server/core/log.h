// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/logpage.h"

#include <QByteArray>
#include <QLoggingCategory>
#include <QString>

namespace Hephaestus {

enum class LogFormat { Text, Json };
enum class LogLevel { Debug, Info, Warning, Error };

struct LogOptions
{
    LogLevel level = LogLevel::Info;
    LogFormat format = LogFormat::Text;
    bool color = false;      ///< levels in colour; only in text
    bool priorities = false; ///< `<6>` before each line, text or JSON, which systemd takes off (sd-daemon(3))

    bool operator==(const LogOptions &) const = default;
};

/// Where this process' log goes. Every qCInfo(), qCWarning(), … becomes one line on stderr, whose reader nobody waits
/// for (LogWriter). The last lines are kept for `/health/logs`. Thread-safe. After lines were dropped, the next one
/// says how many.
namespace Log {

/// Takes over Qt's message handler; call it again to change the options.
void install(const LogOptions &options);

/// Its lines, without colours and priorities, as a LineRing keeps them.
LogPage page(const LogQuery &query);
/// What LineRing::save() and restore() do: for the next image of this process, before install().
QByteArray save();
void restore(const QByteArray &saved);

/// Waits until every line is written, and on the disk where stderr is a file; for 2 s at most. Returns what went wrong,
/// or nothing.
QString flush();

} // namespace Log

Q_DECLARE_LOGGING_CATEGORY(logService)  // hephaestus.service: start, ready, configuration
Q_DECLARE_LOGGING_CATEGORY(logShutdown) // hephaestus.shutdown: each step of it
Q_DECLARE_LOGGING_CATEGORY(logHttp)     // hephaestus.http: refusals, failing handlers
Q_DECLARE_LOGGING_CATEGORY(logCheck)    // hephaestus.check: a dependency that fails or recovers

} // namespace Hephaestus
