// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/commands.h"
#include "server/app/serviceconfig.h"
#include "server/cli/globaloptions.h"

#include <cstdio>

namespace Hephaestus {

int checkConfigCommand(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QStringLiteral("Checks a service's configuration, and lists everything that is wrong with it."));
    addHelpOption(parser);
    parser.addPositionalArgument(QStringLiteral("FILE"), QStringLiteral("The configuration, hephaestus.toml."));
    addGlobalOptions(parser);
    const bool parsed = parser.parse(arguments);
    if (parsed && parser.isSet(QStringLiteral("help"))) {
        std::fputs(qPrintable(helpText(parser, QStringLiteral("check-config"))), stdout);
        return ExitDone;
    }
    if (!parsed || parser.positionalArguments().size() != 1) {
        const QString why = parser.errorText().isEmpty() ? QStringLiteral("expected one FILE") : parser.errorText();
        std::fprintf(stderr, "hephaestus check-config: %s\n", qPrintable(why));
        return ExitUsage;
    }
    QList<Problem> problems;
    const ServiceConfig config = readServiceConfig(parser.positionalArguments().first(), problems);
    problems += obstacles(config);
    for (const Problem &problem : std::as_const(problems))
        std::fprintf(stderr, "%s\n", qPrintable(problem.text()));
    if (!problems.isEmpty())
        return ExitUsage;
    std::printf("%s: ok, service %s, %lld dependencies\n", qPrintable(parser.positionalArguments().first()),
                qPrintable(config.name), (long long)config.dependencies.size());
    return ExitDone;
}

} // namespace Hephaestus
