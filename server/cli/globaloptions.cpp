// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/globaloptions.h"

namespace Hephaestus {

using namespace Qt::StringLiterals;

void addGlobalOptions(QCommandLineParser &parser)
{
    parser.addOptions({
        {u"log-level"_s, u"What is logged: debug, info (default), warning or error."_s, u"LEVEL"_s, u"info"_s},
        {u"log-format"_s, u"How it is logged: text (default), or json, one object per line."_s, u"FORMAT"_s, u"text"_s},
        {u"color"_s, u"Colours: auto (default), always or never."_s, u"WHEN"_s, u"auto"_s},
    });
}

void addHelpOption(QCommandLineParser &parser) { parser.addOption({{u"h"_s, u"help"_s}, u"Shows this help."_s}); }

QString helpText(const QCommandLineParser &parser, const QString &command)
{
    static const QString options = QStringLiteral("[options]");
    const QString text = parser.helpText();
    QString rest = text.sliced(text.indexOf(options) + options.size());
    if (rest.startsWith(QLatin1Char(' ') + command))
        rest.remove(0, 1 + command.size());
    return QStringLiteral("Usage: hephaestus %1 %2%3").arg(command, options, rest);
}

} // namespace Hephaestus
