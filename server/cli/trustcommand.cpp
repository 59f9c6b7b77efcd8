// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/printable.h"
#include "common/fleet/fleetfile.h"
#include "common/fleet/fleettrust.h"
#include "common/protocol/commandcodec.h"
#include "server/cli/clientcommands.h"
#include "server/cli/commanderror.h"
#include "server/cli/plaincommandline.h"

#include <cstdio>

namespace Hephaestus {

using namespace Qt::StringLiterals;

int trustCommand(const QStringList &arguments)
{
    PlainCommandLine line(u"Lets what a fleet file says be run unasked, as it is now: restart_on_stale, hooks, and the "
                          "buttons of the dashboard. Lets its tokens be sent. Shows what that is."_s,
                          u"trust"_s);
    line.parser().addPositionalArgument(u"FILE"_s, u"The fleet file."_s);
    line.addHostOption();
    line.addJsonOption(u"Prints JSON: what each entry and hook runs, and which tokens are sent."_s);
    if (const auto exit = line.read(arguments, 1, 1))
        return *exit;
    const FleetReading reading = readFleet(line.words().first());
    QStringList problems;
    for (const Problem &problem : reading.problems)
        problems << printable(problem.text());
    if (!reading.ok())
        return line.usageError(problems.join(u'\n'), u"invalid_fleet"_s);
    if (const auto problem = FleetTrust().trust(reading.fleet.path, reading.fleet.services, reading.fleet.hooks))
        return tellError(u"trust"_s, {u"not_kept"_s, printable(problem->text())}, line.isJson(), ExitNotSo);
    QList<TrustedEntry> entries;
    for (const FleetEntry &entry : reading.fleet.services) {
        const QString runs = whatRuns(entry);
        const QString sends = whatIsSent(entry);
        entries << TrustedEntry{entry.name, runs, sends};
        if (line.isJson())
            continue;
        std::printf("%s: %s\n", qPrintable(printable(entry.name)),
                    runs.isEmpty() ? "restarts itself, or not at all" : qPrintable(runs));
        if (!sends.isEmpty())
            std::printf("%s: sends %s\n", qPrintable(printable(entry.name)), qPrintable(sends));
    }
    QList<NamedText> hooks;
    for (const FleetHook &hook : reading.fleet.hooks) {
        hooks << NamedText{hook.name, whatRuns(hook)};
        if (!line.isJson())
            std::printf("hook %s: %s\n", qPrintable(printable(hook.name)), qPrintable(whatRuns(hook)));
    }
    if (line.isJson())
        line.terminal().write(QString::fromUtf8(encodeTrust(reading.fleet.path, entries, hooks)));
    return ExitDone;
}

} // namespace Hephaestus
