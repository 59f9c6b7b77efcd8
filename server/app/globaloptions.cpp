// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/globaloptions.h"

#include <sys/stat.h>
#include <unistd.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;

void addGlobalOptions(QCommandLineParser &parser)
{
    parser.addOptions({
        {u"log-level"_s, u"What is logged: debug, info, warning or error."_s, u"LEVEL"_s, u"info"_s},
        {u"log-format"_s, u"How: text, or json, one object a line."_s, u"FORMAT"_s, u"text"_s},
        {u"color"_s, u"Colours: auto, always or never."_s, u"WHEN"_s, u"auto"_s},
    });
}

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

void addHelpOption(QCommandLineParser &parser) { parser.addOption({{u"h"_s, u"help"_s}, u"This text."_s}); }

QString helpText(const QCommandLineParser &parser, const QString &command)
{
    static const QString options = QStringLiteral("[options]");
    const QString text = parser.helpText();
    QString rest = text.sliced(text.indexOf(options) + options.size());
    if (rest.startsWith(QLatin1Char(' ') + command))
        rest.remove(0, 1 + command.size());
    return QStringLiteral("Usage: hephaestus %1 %2%3").arg(command, options, rest);
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

} // namespace Hephaestus
