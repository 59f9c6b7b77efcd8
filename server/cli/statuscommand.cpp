// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/printable.h"
#include "common/fleet/prometheusgroup.h"
#include "common/fleet/prometheusoptions.h"
#include "common/protocol/servicesnapshotcodec.h"
#include "server/cli/clientcommandline.h"
#include "server/cli/clientcommands.h"
#include "server/cli/commanderror.h"
#include "server/cli/survey.h"

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

int statusCommand(const QStringList &arguments)
{
    ClientCommandLine line(u"Shows services: state, fresh or stale code, version, uptime and dependencies. "
                           "Exit code 1 if one is not healthy."_s,
                           u"status [NAME|URL]..."_s, ClientCommandLine::Names::AllIfNone);
    line.parser().addOption({u"watch"_s, u"Refreshes every second, until interrupted."_s});
    line.addJsonOption(u"Prints JSON: a list, with each service's detailed body."_s);
    line.addPrometheusOption();
    if (const auto exit = line.read(arguments))
        return *exit;
    const Result<QList<PrometheusServer>> servers = prometheusServers(line.parser());
    if (!servers)
        return line.usageError(printable(servers.problem().text()));
    std::unique_ptr<PrometheusGroup> server;
    if (!servers->isEmpty())
        server = std::move(*PrometheusGroup::at(*servers));
    const bool json = line.isJson();
    SurveyMemory memory;
    for (;;) {
        const Result<QList<ServiceSnapshot>> look =
            server ? surveyOf(*server, line.parser().positionalArguments()) : survey(line.services(), memory);
        if (!look)
            return tellError(u"status"_s, {u"no_answer"_s, printable(look.problem().text())}, json, ExitNotSo);
        const QList<ServiceSnapshot> &snapshots = *look;
        const QString text =
            json ? QString::fromUtf8(encode(snapshots, line.fleetPath())) : statusTable(snapshots, line.terminal());
        if (!line.parser().isSet(u"watch"_s)) {
            line.terminal().write(text);
            return line.exitCode(std::all_of(snapshots.begin(), snapshots.end(), isHealthy) ? ExitDone : ExitNotSo);
        }
        if (json)
            line.terminal().write(text);
        else
            line.terminal().replaceScreen(text);
        pause(1s);
    }
}

} // namespace Hephaestus
