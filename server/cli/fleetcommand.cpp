// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/printable.h"
#include "common/protocol/fleetlistingcodec.h"
#include "server/cli/clientcommandline.h"
#include "server/cli/clientcommands.h"
#include "server/cli/exitcode.h"
#include "server/cli/table.h"

namespace Hephaestus {

using namespace Qt::StringLiterals;

int fleetCommand(const QStringList &arguments)
{
    ClientCommandLine line(u"Lists the services of the fleet file, without asking them."_s, u"fleet"_s,
                           ClientCommandLine::Names::None);
    line.addJsonOption(u"Prints JSON: the file, and what another machine needs to show each service."_s);
    line.takeEveryProfile();
    line.leaveHostsOut();
    if (const auto exit = line.read(arguments))
        return *exit;
    if (line.isJson()) {
        FleetListing listing{line.fleetPath(), {}};
        for (const FleetEntry &entry : line.services())
            listing.services << ListedService{
                entry.name,      entry.url,      entry.group,    methodName(entry.restart), entry.host.name,
                entry.dependsOn, entry.profiles, entry.interval, entry.startTimeout};
        line.terminal().write(QString::fromUtf8(encode(listing)));
        return ExitDone;
    }
    QList<Row> rows{headings({u"SERVICE"_s, u"GROUP"_s, u"HOST"_s, u"ADDRESS"_s, u"RESTARTED BY"_s})};
    const auto cell = [](const QString &text) { return Cell{text.isEmpty() ? u"—"_s : printable(text)}; };
    for (const FleetEntry &entry : line.services())
        rows << Row{cell(entry.name), cell(entry.group), cell(entry.host.name), cell(entry.url),
                    cell(methodName(entry.restart))};
    line.terminal().write(tableText(rows, line.terminal()));
    return ExitDone;
}

} // namespace Hephaestus
