// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/printable.h"
#include "common/fleet/fleetfile.h"
#include "common/fleet/fleettrust.h"
#include "server/cli/clientcommands.h"
#include "server/cli/exitcode.h"
#include "server/cli/globaloptions.h"

#include <QCommandLineParser>
#include <QFileInfo>

#include <cstdio>

namespace Hephaestus {

using namespace Qt::StringLiterals;

int trustCommand(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(u"Lets what a fleet file says be run unasked, as it is now: restart_on_stale, and "
                                     u"the buttons of the dashboard. "
                                     "Shows what that is."_s);
    addHelpOption(parser);
    addGlobalOptions(parser);
    parser.addPositionalArgument(u"FILE"_s, u"The fleet file."_s);
    const bool parsed = parser.parse(arguments);
    if (parsed && parser.isSet(u"help"_s)) {
        std::fputs(qPrintable(helpText(parser, u"trust"_s)), stdout);
        return ExitDone;
    }
    if (!parsed || parser.positionalArguments().size() != 1) {
        const QString why = parsed ? u"expected one FILE"_s : parser.errorText();
        std::fprintf(stderr, "hephaestus trust: %s\n", qPrintable(why));
        return ExitUsage;
    }
    const FleetReading reading = readFleet(parser.positionalArguments().first());
    for (const Problem &problem : reading.problems)
        std::fprintf(stderr, "%s\n", qPrintable(printable(problem.text())));
    if (!reading.ok())
        return ExitUsage;
    if (const auto problem = FleetTrust().trust(reading.fleet.path, reading.fleet.services)) {
        std::fprintf(stderr, "hephaestus trust: %s\n", qPrintable(printable(problem->text())));
        return ExitNotSo;
    }
    for (const FleetEntry &entry : reading.fleet.services) {
        const QString runs = whatRuns(entry);
        std::printf("%s: %s\n", qPrintable(printable(entry.name)),
                    runs.isEmpty() ? "restarts itself, or not at all" : qPrintable(runs));
    }
    return ExitDone;
}

} // namespace Hephaestus
