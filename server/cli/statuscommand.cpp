// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/printable.h"
#include "common/fleet/prometheusfleet.h"
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
    std::unique_ptr<PrometheusFleet> server;
    if (line.parser().isSet(u"prometheus"_s)) {
        Result<std::unique_ptr<PrometheusFleet>> found = PrometheusFleet::at(line.parser().value(u"prometheus"_s));
        if (!found)
            return line.usageError(u"--prometheus: "_s + printable(found.problem().text()));
        server = std::move(*found);
    }
    const bool json = line.isJson();
    EnvironmentComparison environments;
    for (;;) {
        const Result<QList<ServiceSnapshot>> look =
            server ? surveyOf(*server, line.parser().positionalArguments()) : survey(line.services(), environments);
        if (!look)
            return tellError(u"status"_s, {u"no_answer"_s, printable(look.problem().text())}, json, ExitNotSo);
        const QList<ServiceSnapshot> &snapshots = *look;
        const QString text = json ? QString::fromUtf8(encode(snapshots)) : statusTable(snapshots, line.terminal());
        if (!line.parser().isSet(u"watch"_s)) {
            line.terminal().write(text);
            return std::all_of(snapshots.begin(), snapshots.end(), isHealthy) ? ExitDone : ExitNotSo;
        }
        if (json)
            line.terminal().write(text);
        else
            line.terminal().replaceScreen(text);
        pause(1s);
    }
}

} // namespace Hephaestus
