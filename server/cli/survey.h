// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/client/reply.h"
#include "common/fleet/environmentcomparison.h"
#include "common/fleet/lastanswers.h"
#include "common/protocol/logpage.h"
#include "common/protocol/servicesnapshot.h"
#include "server/cli/table.h"

class QDeadlineTimer;

namespace Hephaestus {

/// What is known from earlier surveys.
struct SurveyMemory
{
    EnvironmentComparison environments;
    LastAnswers answers{QString()}; ///< saved after each survey
};

/// Asks all services, 128 at a time, and waits for the last answer; each may take 5 s. Or 768 at a time, and all
/// together `atMost`. Returns how they are, in the order of `entries`: one without an answer by then is unreachable.
/// Runs an event loop. A caller that asks again keeps `memory`.
QList<ServiceSnapshot> survey(const QList<FleetEntry> &entries, SurveyMemory &memory,
                              std::optional<std::chrono::milliseconds> atMost = {});
/// The same after each has compared its code once more: ServiceClient::askStatusAnew().
QList<ServiceSnapshot> surveyAnew(const QList<FleetEntry> &entries, SurveyMemory &memory,
                                  std::optional<std::chrono::milliseconds> atMost = {});
/// The same of what a Prometheus server knows: its services by name, or those of `names` only. A Problem if it
/// does not answer, or knows none of them. Runs an event loop.
class PrometheusGroup;
Result<QList<ServiceSnapshot>> surveyOf(PrometheusGroup &server, const QStringList &names);
/// For who asks again and again. Runs an event loop.
void pause(std::chrono::milliseconds time);
/// For who asks until something is so, or the deadline comes.
void pauseBeforeNextLook(const QDeadlineTimer &deadline);

/// Likewise, what each service has written.
QList<Answer<LogPage>> surveyLogs(const QList<FleetEntry> &entries, const LogQuery &query);

/// Likewise, which of these files, absolute, each service loaded.
QList<Answer<QList<CodeFile>>> surveyCode(const QList<FleetEntry> &entries, const QByteArrayList &paths);

/// Which of them run old code. Each compares anew, so that what was changed just now counts. Runs an event loop.
struct StaleSurvey
{
    QList<FleetEntry> stale;
    QStringList unknown; ///< names of those of which that is not known
};
StaleSurvey staleAmong(const QList<FleetEntry> &entries);

bool isHealthy(const ServiceSnapshot &snapshot);
bool isStale(const ServiceSnapshot &snapshot);

/// A service's state by shape, word and colour; `fresh`, `stale`, or a dash for what is not known.
Cell stateCell(ServiceState state);
Cell codeCell(const HealthReport &report);

/// For how long it has been up; a dash if it does not say.
Cell uptimeCell(const HealthReport &report);
/// Of one whose host is lost. Why that is so is told of the host, once.
QString noConnection(const ServiceSnapshot &snapshot);
/// The table of `hephaestus status`.
QString statusTable(const QList<ServiceSnapshot> &snapshots, const Terminal &terminal);

} // namespace Hephaestus
