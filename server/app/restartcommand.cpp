// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/actionrun.h"
#include "server/app/clientcommandline.h"
#include "server/app/clientcommands.h"
#include "server/app/commands.h"
#include "server/app/survey.h"

namespace Hephaestus {

using namespace Qt::StringLiterals;
using Names = ClientCommandLine::Names;

namespace {

const QCommandLineOption JsonOption(u"json"_s, u"As JSON: one receipt a line."_s);

int act(const QStringList &arguments, FleetAction action, const QString &description, const QString &syntax, Names names)
{
    ClientCommandLine line(description, syntax, names);
    line.parser().addOption(JsonOption);
    if (const auto exit = line.read(arguments))
        return *exit;
    return runAction(line.services(), action, line.terminal(), line.parser().isSet(JsonOption));
}

QList<FleetEntry> staleOf(const QList<FleetEntry> &services)
{
    const QList<Standing> standings = survey(services);
    QList<FleetEntry> stale;
    for (qsizetype i = 0; i < services.size(); ++i) {
        if (isStale(standings[i]))
            stale << services[i];
    }
    return stale;
}

} // namespace

int restartCommand(const QStringList &arguments)
{
    ClientCommandLine line(u"Restarts services and prints the receipt: each step, the old and the new instance. Exit code 1 if one did not truly restart."_s,
                           u"restart NAME|URL..."_s, Names::AllIfNone);
    line.parser().addOption(JsonOption);
    line.parser().addOption({u"stale"_s, u"Of the services named, or of the whole fleet, only those that run old code."_s});
    line.parser().addOption({u"all"_s, u"The whole fleet, in the order of depends_on."_s});
    if (const auto exit = line.read(arguments))
        return *exit;
    const bool stale = line.parser().isSet(u"stale"_s);
    const bool all = line.parser().isSet(u"all"_s);
    if (line.parser().positionalArguments().isEmpty() && !stale && !all)
        return line.usageError(u"which service? Give a name or a URL, or --stale, or --all"_s);
    if (all && !line.parser().positionalArguments().isEmpty())
        return line.usageError(u"--all is the whole fleet; leave out the names, or --all"_s);
    const QList<FleetEntry> services = stale ? staleOf(line.services()) : line.services();
    if (services.isEmpty()) {
        line.terminal().write(u"nothing is stale\n"_s);
        return ExitDone;
    }
    return runAction(services, FleetAction::Restart, line.terminal(), line.parser().isSet(JsonOption));
}

int startCommand(const QStringList &arguments)
{
    return act(arguments, FleetAction::Start, u"Starts services by the commands of the fleet file, detached, and waits until they are healthy."_s,
               u"start NAME..."_s, Names::Required);
}

int upCommand(const QStringList &arguments)
{
    return act(arguments, FleetAction::Start, u"Starts the whole fleet, in the order of depends_on. What runs already is left alone."_s,
               u"up"_s, Names::None);
}

int downCommand(const QStringList &arguments)
{
    return act(arguments, FleetAction::Stop, u"Stops the whole fleet gracefully, in the reverse order of depends_on."_s, u"down"_s, Names::None);
}

} // namespace Hephaestus
