// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/log.h"

#include "common/base/printable.h"
#include "common/protocol/healthcodec.h"
#include "server/core/linering.h"
#include "server/core/logwriter.h"

#include <QDateTime>

#include <cstdlib>
#include <mutex>

#include <unistd.h>

namespace Hephaestus {

Q_LOGGING_CATEGORY(logService, "hephaestus.service")
Q_LOGGING_CATEGORY(logShutdown, "hephaestus.shutdown")
Q_LOGGING_CATEGORY(logHttp, "hephaestus.http")
Q_LOGGING_CATEGORY(logCheck, "hephaestus.check")

namespace {

constexpr std::chrono::milliseconds FlushDeadline{2000};
constexpr std::chrono::milliseconds LastMoment{200}; ///< for what is logged at the very end

struct Level
{
    LogLevel level;
    const char *word;
    int priority;
    const char *color;
};

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
    LogWriter writer{STDERR_FILENO};
    LineRing kept;
    std::mutex mutex; ///< guards what follows; never held while something is written
    LogOptions options;
};

/// Never destroyed: static objects may log until the very end.
Sink &sink()
{
    static Sink &sink = *new Sink;
    return sink;
}

/// As it is kept, and as it is written.
struct Line
{
    OutputLine::Time time;
    QByteArray kept, written;
};

Line lineOf(QtMsgType type, const QString &category, const QString &message, const LogOptions &options)
{
    const Level level = levelOf(type);
    const auto time = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    QByteArray line;
    if (options.format == LogFormat::Json) {
        line = encodeLogLine(QDateTime::fromMSecsSinceEpoch(time.time_since_epoch().count()).toUTC(),
                             QString::fromLatin1(level.word), category, message);
    } else {
        line = wireTime(time) + ' ' + QByteArray(level.word).leftJustified(7) + ' ' + category.toLatin1() + ": "
            + printable(message, Escape::Log).toUtf8() + '\n';
    }
    QByteArray written = options.priorities ? '<' + QByteArray::number(level.priority) + '>' + line : line;
    if (options.color && options.format == LogFormat::Text && *level.color)
        written = level.color + written.chopped(1) + "\033[0m\n";
    return {time, line, written};
}

void handle(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    Sink &sink = Hephaestus::sink();
    const std::lock_guard lock(sink.mutex);
    if (levelOf(type).level < sink.options.level)
        return;
    if (const qint64 dropped = sink.writer.takeDropped()) {
        sink.writer.write(
            lineOf(QtWarningMsg, QLatin1StringView(logService().categoryName()),
                   QStringLiteral("%1 lines of the log were dropped, because nobody read them").arg(dropped),
                   sink.options)
                .written);
    }
    Line line =
        lineOf(type, QString::fromLatin1(context.category ? context.category : "default"), message, sink.options);
    sink.writer.write(line.written);
    sink.kept.append(OutputStream::Stderr, line.kept, line.time);
    if (type == QtFatalMsg) // the process aborts on our return
        sink.writer.flush(LastMoment);
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
    [[maybe_unused]] static const int once = std::atexit([] { sink().writer.flush(LastMoment); });
}

LogPage Log::page(const LogQuery &query) { return sink().kept.page(query); }

QByteArray Log::save() { return sink().kept.save(); }

void Log::restore(const QByteArray &saved) { sink().kept.restore(saved); }

QString Log::flush() { return sink().writer.flush(FlushDeadline); }

} // namespace Hephaestus
