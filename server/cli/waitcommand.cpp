// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/clientcommandline.h"
#include "server/cli/clientcommands.h"
#include "server/cli/exitcode.h"
#include "server/cli/survey.h"

#include <QDeadlineTimer>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

bool isFresh(const ServiceSnapshot &snapshot)
{
    return snapshot.report && snapshot.report->code && snapshot.report->code->verdict == CodeVerdict::Fresh;
}

/// Less would say of a service only that it did not answer.
constexpr std::chrono::milliseconds ShortestLook{100};

std::chrono::milliseconds timeForLook(const QDeadlineTimer &deadline)
{
    return std::max(ShortestLook, std::chrono::milliseconds(deadline.remainingTime()));
}

} // namespace

int waitCommand(const QStringList &arguments)
{
    ClientCommandLine line(
        u"Waits until all services are healthy, or fresh. At the deadline it lists those that are not; "
        "exit code 1 then, 3 if one is stale."_s,
        u"wait NAME|URL..."_s, ClientCommandLine::Names::Required);
    line.parser().addOption({u"healthy"_s, u"Until they are healthy (the default)."_s});
    line.parser().addOption({u"fresh"_s, u"Until they run the code that is on disk."_s});
    line.parser().addOption({u"timeout"_s, u"How long at most (default: 60s)."_s, u"TIME"_s, u"60s"_s});
    if (const auto exit = line.read(arguments))
        return *exit;
    const auto timeout = line.duration(u"timeout"_s);
    if (!timeout)
        return ExitUsage;
    const bool fresh = line.parser().isSet(u"fresh"_s);
    const bool healthy = line.parser().isSet(u"healthy"_s) || !fresh;
    const auto isSo = [&](const ServiceSnapshot &snapshot) {
        return (!healthy || isHealthy(snapshot)) && (!fresh || isFresh(snapshot));
    };

    EnvironmentComparison environments;
    const QDeadlineTimer deadline(*timeout);
    for (;;) {
        QList<ServiceSnapshot> snapshots = survey(line.services(), environments, timeForLook(deadline));
        snapshots.removeIf(isSo);
        if (snapshots.isEmpty())
            return ExitDone;
        if (timeForLook(deadline) <= ShortestLook) {
            line.terminal().write(statusTable(snapshots, line.terminal()));
            const bool stale = fresh && std::any_of(snapshots.begin(), snapshots.end(), isStale);
            return stale ? ExitStale : ExitNotSo;
        }
        pauseBeforeNextLook(deadline);
    }
}

} // namespace Hephaestus
