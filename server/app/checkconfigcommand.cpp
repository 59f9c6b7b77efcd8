// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/commandcodec.h"
#include "server/app/commands.h"
#include "server/app/serviceconfig.h"
#include "server/cli/plaincommandline.h"

#include <cstdio>

namespace Hephaestus {

int checkConfigCommand(const QStringList &arguments)
{
    PlainCommandLine line(
        QStringLiteral("Checks a service's configuration, and lists everything that is wrong with it."),
        QStringLiteral("check-config"));
    line.parser().addPositionalArgument(QStringLiteral("FILE"), QStringLiteral("The configuration, hephaestus.toml."));
    line.addJsonOption(QStringLiteral("Prints JSON: the list of problems."));
    if (const auto exit = line.read(arguments, 1, 1))
        return *exit;
    const QString file = line.words().first();
    QList<Problem> problems;
    const ServiceConfig config = readServiceConfig(file, problems);
    problems += obstacles(config);
    if (line.isJson()) {
        std::fputs(encodeCheck(file, problems).constData(), stdout);
        return problems.isEmpty() ? ExitDone : ExitUsage;
    }
    for (const Problem &problem : std::as_const(problems))
        std::fprintf(stderr, "%s\n", qPrintable(problem.text()));
    if (!problems.isEmpty())
        return ExitUsage;
    std::printf("%s: ok, service %s, %lld dependencies\n", qPrintable(file), qPrintable(config.name),
                (long long)config.dependencies.size());
    return ExitDone;
}

} // namespace Hephaestus
