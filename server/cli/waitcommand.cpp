// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/printable.h"
#include "common/fleet/restarttexts.h"
#include "common/protocol/commandcodec.h"
#include "server/cli/clientcommandline.h"
#include "server/cli/clientcommands.h"
#include "server/cli/exitcode.h"
#include "server/cli/servicewait.h"
#include "server/cli/survey.h"

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

QString lastWordsOf(const FleetEntry &entry)
{
    const Answer<LogPage> answer = surveyLogs({entry}, LogQuery{.tail = LastWords}).first();
    return answer.value ? lastWordsText(linesOf(*answer.value)) : QString();
}

/// Says of each service that has ended why.
void tellEnds(const ClientCommandLine &line, const QList<ServiceSnapshot> &snapshots, ServiceWait &wait)
{
    for (const ServiceSnapshot &snapshot : snapshots) {
        const QString why = wait.whyNever(snapshot);
        if (why.isEmpty())
            continue;
        const auto entry =
            std::ranges::find_if(line.services(), [&](const FleetEntry &e) { return e.name == snapshot.name; });
        line.terminal().write(printable(snapshot.name) + u": "_s
                              + line.terminal().painted(printable(why) + lastWordsOf(*entry), Paint::Bad) + u'\n');
    }
}

/// The end of the waiting, with those that are not so.
void tellResult(const ClientCommandLine &line, const QList<ServiceSnapshot> &waiting)
{
    if (line.isJson())
        line.terminal().write(QString::fromUtf8(encodeWait(waiting.isEmpty(), waiting, line.fleetPath())));
    else if (!waiting.isEmpty())
        line.terminal().write(statusTable(waiting, line.terminal()));
}

} // namespace

int waitCommand(const QStringList &arguments)
{
    ClientCommandLine line(
        u"Waits until all services are ready and healthy, or fresh. At the deadline it lists those that are not; "
        "exit code 1 then, 3 if one is stale. When a program ends before it is ready, exit code 1 comes at once."_s,
        u"wait NAME|URL..."_s, ClientCommandLine::Names::Required);
    line.parser().addOption({u"healthy"_s, u"Until they are healthy (the default)."_s});
    line.parser().addOption({u"fresh"_s, u"Until they run the code that is on disk."_s});
    line.parser().addOption({u"timeout"_s, u"How long at most (default: 60s)."_s, u"TIME"_s, u"60s"_s});
    line.addJsonOption(u"Prints JSON: whether all are so, and those that are not."_s);
    if (const auto exit = line.read(arguments))
        return *exit;
    const auto timeout = line.duration(u"timeout"_s);
    if (!timeout)
        return ExitUsage;
    const bool fresh = line.parser().isSet(u"fresh"_s);
    const bool healthy = line.parser().isSet(u"healthy"_s) || !fresh;
    ServiceWait wait(line.services(), {healthy, fresh}, *timeout);
    for (;;) {
        const QList<ServiceSnapshot> snapshots = wait.look();
        const bool isHopeless = std::ranges::any_of(
            snapshots, [&](const ServiceSnapshot &snapshot) { return !wait.whyNever(snapshot).isEmpty(); });
        if (isHopeless && !line.isJson()) {
            tellEnds(line, snapshots, wait);
            return ExitNotSo;
        }
        if (snapshots.isEmpty() || isHopeless || wait.isOver()) {
            tellResult(line, snapshots);
            const bool stale = fresh && !isHopeless && std::any_of(snapshots.begin(), snapshots.end(), isStale);
            return snapshots.isEmpty() ? ExitDone : stale ? ExitStale : ExitNotSo;
        }
        wait.pause();
    }
}

} // namespace Hephaestus
