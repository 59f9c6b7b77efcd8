// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/printable.h"
#include "common/base/secretfile.h"
#include "common/fleet/fleetfile.h"
#include "common/protocol/commandcodec.h"
#include "server/app/commands.h"
#include "server/app/readyrule.h"
#include "server/app/serviceconfig.h"
#include "server/cli/plaincommandline.h"

#include <cstdio>

namespace Hephaestus {

namespace {

int checkFleet(const QString &path, bool isJson)
{
    const auto whyNoReadyRule = [](const QString &text) {
        const Result<ReadyRule> rule = parseReadyRule(text);
        return rule ? QString() : rule.problem().what;
    };
    const FleetReading reading = readFleet(path, {.keepsPorts = false, .whyNoReadyRule = whyNoReadyRule});
    if (isJson) {
        std::fputs(encodeCheck(path, reading.problems).constData(), stdout);
        return reading.ok() ? ExitDone : ExitUsage;
    }
    for (const Problem &problem : reading.problems)
        std::fprintf(stderr, "%s\n", qPrintable(printable(problem.text())));
    for (const QString &note : reading.notes)
        std::fprintf(stderr, "%s: %s\n", qPrintable(printable(path)), qPrintable(printable(note)));
    if (!reading.ok())
        return ExitUsage;
    std::printf("%s: ok, %lld services\n", qPrintable(path), (long long)reading.fleet.services.size());
    return ExitDone;
}

} // namespace

int checkConfigCommand(const QStringList &arguments)
{
    PlainCommandLine line(
        QStringLiteral("Checks a service's configuration or a fleet file, and lists everything that is wrong with it."),
        QStringLiteral("check-config"));
    line.parser().addPositionalArgument(QStringLiteral("FILE"),
                                        QStringLiteral("The configuration, hephaestus.toml, or fleet.toml."));
    line.addHostOption();
    line.addJsonOption(QStringLiteral("Prints JSON: the list of problems."));
    if (const auto exit = line.read(arguments, 1, 1))
        return *exit;
    const QString file = line.words().first();
    if (isFleetFile(file))
        return checkFleet(file, line.isJson());
    QList<Problem> problems;
    const ServiceConfig config = readServiceConfig(file, problems);
    problems += obstacles(config);
    if (line.isJson()) {
        std::fputs(encodeCheck(file, problems).constData(), stdout);
        return problems.isEmpty() ? ExitDone : ExitUsage;
    }
    for (const Problem &problem : std::as_const(problems))
        std::fprintf(stderr, "%s\n", qPrintable(problem.text()));
    if (const QString why = whyExposed(config.http.tls.key); !why.isEmpty())
        std::fprintf(stderr, "%s: access.tls_key: %s\n", qPrintable(printable(file)), qPrintable(printable(why)));
    if (!problems.isEmpty())
        return ExitUsage;
    std::printf("%s: ok, service %s, %lld dependencies\n", qPrintable(file), qPrintable(config.name),
                (long long)config.dependencies.size());
    return ExitDone;
}

} // namespace Hephaestus
