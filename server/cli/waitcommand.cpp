// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/printable.h"
#include "common/fleet/restarttexts.h"
#include "common/fleet/servicestate.h"
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
    return snapshot.report && isReady(*snapshot.report) && snapshot.report->code
        && snapshot.report->code->verdict == CodeVerdict::Fresh;
}

/// Watches for programs that end instead of becoming ready: those are not waited for.
class Ends
{
public:
    /// Why this one will not become ready; empty: it may.
    QString whyNever(const ServiceSnapshot &snapshot)
    {
        if (!snapshot.report || !snapshot.report->process || snapshot.state == ServiceState::ShuttingDown)
            return {};
        const HealthReport &report = *snapshot.report;
        Known &known = m_known[snapshot.name];
        if (std::exchange(known.instance, report.instanceId) != report.instanceId)
            known.restarts = report.process->restarts;
        return whyNeverReady(report, known.restarts);
    }

private:
    struct Known
    {
        QString instance;
        qint64 restarts = 0; ///< at the first look at this instance
    };
    QHash<QString, Known> m_known;
};

QString lastWordsOf(const FleetEntry &entry)
{
    const Answer<LogPage> answer = surveyLogs({entry}, LastWords).first();
    return answer.value ? lastWordsText(linesOf(*answer.value)) : QString();
}

/// Says of each service that has ended why; false: none has.
bool tellEnds(const ClientCommandLine &line, const QList<ServiceSnapshot> &snapshots, Ends &ends)
{
    bool told = false;
    for (const ServiceSnapshot &snapshot : snapshots) {
        const QString why = ends.whyNever(snapshot);
        if (why.isEmpty())
            continue;
        const auto entry =
            std::ranges::find_if(line.services(), [&](const FleetEntry &e) { return e.name == snapshot.name; });
        line.terminal().write(printable(snapshot.name) + u": "_s
                              + line.terminal().painted(printable(why) + lastWordsOf(*entry), Paint::Bad) + u'\n');
        told = true;
    }
    return told;
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
        u"Waits until all services are ready and healthy, or fresh. At the deadline it lists those that are not; "
        "exit code 1 then, 3 if one is stale. When a program ends before it is ready, exit code 1 comes at once."_s,
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
    Ends ends;
    for (;;) {
        const auto atMost = timeForLook(deadline);
        QList<ServiceSnapshot> snapshots =
            fresh ? surveyAnew(line.services(), environments, atMost) : survey(line.services(), environments, atMost);
        snapshots.removeIf(isSo);
        if (snapshots.isEmpty())
            return ExitDone;
        if (tellEnds(line, snapshots, ends))
            return ExitNotSo;
        if (timeForLook(deadline) <= ShortestLook) {
            line.terminal().write(statusTable(snapshots, line.terminal()));
            const bool stale = fresh && std::any_of(snapshots.begin(), snapshots.end(), isStale);
            return stale ? ExitStale : ExitNotSo;
        }
        pauseBeforeNextLook(deadline);
    }
}

} // namespace Hephaestus
