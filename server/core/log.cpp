// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/log.h"

#include "common/protocol/healthcodec.h"

#include <QDateTime>

#include <cerrno>
#include <cstring>
#include <deque>
#include <mutex>
#include <sys/stat.h>
#include <unistd.h>

namespace Hephaestus {

Q_LOGGING_CATEGORY(logService, "hephaestus.service")
Q_LOGGING_CATEGORY(logShutdown, "hephaestus.shutdown")
Q_LOGGING_CATEGORY(logHttp, "hephaestus.http")
Q_LOGGING_CATEGORY(logCheck, "hephaestus.check")

namespace {

constexpr std::size_t KeptLines = 2000;
constexpr qsizetype KeptBytes = 1 << 20;

struct Level { LogLevel level; const char *word; int priority; const char *color; };

Level levelOf(QtMsgType type)
{
    switch (type) {
    case QtDebugMsg: return {LogLevel::Debug, "debug", 7, "\033[2m"};
    case QtInfoMsg: return {LogLevel::Info, "info", 6, ""};
    case QtWarningMsg: return {LogLevel::Warning, "warning", 4, "\033[33m"};
    case QtCriticalMsg: return {LogLevel::Error, "error", 3, "\033[31m"};
    case QtFatalMsg: return {LogLevel::Error, "fatal", 2, "\033[31;1m"};
    }
    Q_UNREACHABLE();
}

struct Sink
{
    std::mutex mutex;
    LogOptions options;
    std::deque<QByteArray> kept;
    qsizetype keptBytes = 0;
    int writeError = 0;
};

/// Never destroyed: static objects may log until the very end.
Sink &sink()
{
    static Sink &sink = *new Sink;
    return sink;
}

/// An event is one line: what would break it, or colour the terminal, is shown as an escape.
QString oneLine(const QString &message)
{
    QString line;
    line.reserve(message.size());
    for (const QChar character : message) {
        if (character == u'\n')
            line += QStringLiteral("\\n");
        else if (character.category() == QChar::Other_Control && character != u'\t')
            line += QStringLiteral("\\x%1").arg(character.unicode(), 2, 16, QLatin1Char('0'));
        else
            line += character;
    }
    return line;
}

void writeAll(Sink &sink, const QByteArray &bytes)
{
    qsizetype at = 0;
    while (at < bytes.size()) {
        const auto written = ::write(STDERR_FILENO, bytes.constData() + at, std::size_t(bytes.size() - at));
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0) {
            sink.writeError = errno; // told by flush(); a full disk must not stop the service
            return;
        }
        at += written;
    }
}

void handle(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    const Level level = levelOf(type);
    Sink &sink = Hephaestus::sink();
    const std::lock_guard lock(sink.mutex);
    if (level.level < sink.options.level)
        return;
    const QDateTime now = QDateTime::currentDateTimeUtc();
    const QString category = QString::fromLatin1(context.category ? context.category : "default");
    QByteArray line;
    QByteArray shown;
    if (sink.options.format == LogFormat::Json) {
        line = shown = encodeLogLine(now, QString::fromLatin1(level.word), category, message);
    } else {
        line = now.toString(Qt::ISODateWithMs).toLatin1() + ' ' + QByteArray(level.word).leftJustified(7) + ' '
            + category.toLatin1() + ": " + oneLine(message).toUtf8() + '\n';
        shown = sink.options.priorities ? '<' + QByteArray::number(level.priority) + '>' + line : line;
        if (sink.options.color && *level.color)
            shown = level.color + shown.chopped(1) + "\033[0m\n";
    }
    writeAll(sink, shown);
    sink.keptBytes += line.size();
    sink.kept.push_back(std::move(line));
    while (sink.kept.size() > KeptLines || (sink.keptBytes > KeptBytes && sink.kept.size() > 1)) {
        sink.keptBytes -= sink.kept.front().size();
        sink.kept.pop_front();
    }
}

} // namespace

void Log::install(const LogOptions &options)
{
    {
        const std::lock_guard lock(sink().mutex);
        sink().options = options;
    }
    QLoggingCategory::setFilterRules(options.level == LogLevel::Debug ? QStringLiteral("hephaestus.*.debug=true")
                                                                       : QString());
    qInstallMessageHandler(handle);
}

QByteArray Log::tail(qsizetype lines)
{
    const std::lock_guard lock(sink().mutex);
    const std::deque<QByteArray> &kept = sink().kept;
    const std::size_t count = std::min(kept.size(), std::size_t(std::max<qsizetype>(lines, 0)));
    QByteArray text;
    for (auto it = kept.end() - std::ptrdiff_t(count); it != kept.end(); ++it)
        text += *it;
    return text;
}

QString Log::flush()
{
    const std::lock_guard lock(sink().mutex);
    struct stat status{};
    if (::fstat(STDERR_FILENO, &status) == 0 && S_ISREG(status.st_mode) && ::fsync(STDERR_FILENO) != 0)
        sink().writeError = errno;
    if (const int error = std::exchange(sink().writeError, 0))
        return QStringLiteral("the log could not be written: %1").arg(QString::fromLocal8Bit(std::strerror(error)));
    return {};
}

} // namespace Hephaestus
