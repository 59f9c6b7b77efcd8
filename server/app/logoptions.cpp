// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/logoptions.h"

#include <cstdio>
#include <sys/stat.h>
#include <unistd.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;

/// systemd sets JOURNAL_STREAM to the device and inode of the journal's stream (systemd.exec(5)); that it is set says
/// little, for whatever is started inherits it.
static bool goesToJournal(int descriptor)
{
    struct stat status = {};
    return ::fstat(descriptor, &status) == 0
        && qgetenv("JOURNAL_STREAM")
        == QByteArray::number(qulonglong(status.st_dev)) + ':' + QByteArray::number(qulonglong(status.st_ino));
}

/// The place of the option's value among `words`, or a Problem that names them.
static Result<qsizetype> chosen(const QCommandLineParser &parser, const QString &option, const QStringList &words)
{
    const qsizetype index = words.indexOf(parser.value(option));
    if (index < 0)
        return Problem{u"--"_s + option, u"expected %1, found \"%2\""_s.arg(words.join(u", "_s), parser.value(option))};
    return index;
}

Result<LogOptions> readLogOptions(const QCommandLineParser &parser)
{
    const auto level = chosen(parser, u"log-level"_s, {u"debug"_s, u"info"_s, u"warning"_s, u"error"_s});
    const auto format = chosen(parser, u"log-format"_s, {u"text"_s, u"json"_s});
    const auto color = chosen(parser, u"color"_s, {u"auto"_s, u"always"_s, u"never"_s});
    for (const auto *result : {&level, &format, &color}) {
        if (!result->ok())
            return result->problem();
    }
    LogOptions options;
    options.level = LogLevel(*level);
    options.format = LogFormat(*format);
    options.priorities = goesToJournal(STDERR_FILENO);
    options.color = *color == 1 || (*color == 0 && ::isatty(STDERR_FILENO) && !qEnvironmentVariableIsSet("NO_COLOR"));
    return options;
}

void writeStartError(const QString &line)
{
    std::fprintf(stderr, "%s%s\n", goesToJournal(STDERR_FILENO) ? "<3>" : "", qPrintable(line));
}

} // namespace Hephaestus
