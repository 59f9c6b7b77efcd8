// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/printable.h"
#include "common/fleet/fleetfile.h"
#include "common/fleet/fleettrust.h"
#include "server/cli/clientcommands.h"
#include "server/cli/exitcode.h"
#include "server/cli/plaincommandline.h"

#include <cstdio>

namespace Hephaestus {

using namespace Qt::StringLiterals;

int trustCommand(const QStringList &arguments)
{
    PlainCommandLine line(
        u"Lets what a fleet file says be run unasked, as it is now: restart_on_stale, and the buttons of "
        "the dashboard. Shows what that is."_s,
        u"trust"_s);
    line.parser().addPositionalArgument(u"FILE"_s, u"The fleet file."_s);
    if (const auto exit = line.read(arguments, 1, 1))
        return *exit;
    const FleetReading reading = readFleet(line.words().first());
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
