// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/restartplan.h"

#include "common/fleet/servicestate.h"

#include <algorithm>
#include <chrono>
#include <limits>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds LongestSuccessorTimeout = 24h; // as much as a service can be configured to wait
constexpr milliseconds RestartAnswerTimeout = 10s;
constexpr milliseconds LaunchTimeout = 5s;
constexpr milliseconds BuildTimeout = 1h; // one that hangs must end some time
constexpr milliseconds CodeTimeout = 20s; // for a busy machine; an unknown verdict that will stay so ends the wait

bool isSupervised(const FleetEntry &entry)
{
    return std::holds_alternative<RestartBySystemd>(entry.restart)
        || std::holds_alternative<RestartByContainer>(entry.restart)
        || std::holds_alternative<RestartByKubernetes>(entry.restart);
}

/// Appends to the steps of a plan.
class Planner
{
public:
    Planner(const FleetEntry &entry, const FirstLook &look, const SequenceOptions &options)
        : m_entry(entry)
        , m_look(look)
        , m_options(options)
    {
    }

    void shutDown()
    {
        for (const RestartStep step : {RestartStep::Asked, RestartStep::Drained, RestartStep::Cleaned})
            add(step, RestartMeans::Shutdown, m_options.shutdownTimeout);
    }

    void seeItEnd()
    {
        seeItGone(RestartMeans::Shutdown, m_look.isProcessWatched);
        add(RestartStep::PortFree, RestartMeans::Shutdown, m_options.portTimeout);
    }

    /// What does not answer yet is ended by signals.
    void endRemains()
    {
        add(RestartStep::ProcessGone, RestartMeans::Command, m_options.launchedTimeout + m_options.goneTimeout);
        add(RestartStep::PortFree, RestartMeans::Command, m_options.portTimeout);
    }

    void launch()
    {
        add(RestartStep::Started, RestartMeans::Command, LaunchTimeout);
        seeItServe(RestartMeans::Command);
    }

    void seeItServe(RestartMeans means)
    {
        add(RestartStep::Ready, means, m_entry.startTimeout);
        add(RestartStep::Healthy, means, m_entry.startTimeout);
        add(RestartStep::CodeCompared, means, CodeTimeout);
    }

    /// The service keeps its sockets: nothing is refused meanwhile, the new instance just answers.
    void restartItself()
    {
        const RestartMeans itself = RestartMeans::Itself;
        add(RestartStep::Asked, itself, RestartAnswerTimeout);
        if (m_look.report->process && m_look.report->process->overlap)
            add(RestartStep::SuccessorAccepts, itself, successorTimeout() + m_options.successorTime);
        add(RestartStep::Drained, itself, m_options.shutdownTimeout);
        add(RestartStep::Cleaned, itself, m_options.shutdownTimeout);
        seeItGone(itself, m_look.isProgramWatched); // a wrapper stays itself
        add(RestartStep::Started, itself, m_entry.startTimeout);
        seeItServe(itself);
    }

    void askSupervisor()
    {
        add(RestartStep::Asked, RestartMeans::Supervisor, m_entry.startTimeout + m_options.shutdownTimeout);
        seeItGone(RestartMeans::Supervisor, m_look.isProcessWatched);
        seeItServe(RestartMeans::Supervisor);
    }

    QList<PlannedStep> steps;

private:
    void add(RestartStep step, RestartMeans means, milliseconds deadline)
    {
        steps << PlannedStep{step, means, deadline};
    }

    void seeItGone(RestartMeans means, bool isWatched)
    {
        if (isWatched)
            add(RestartStep::ProcessGone, means, m_options.goneTimeout);
    }

    /// As its wrapper says, or else as for any start.
    milliseconds successorTimeout() const
    {
        const Seconds told = m_look.report->process->startTimeout.value_or(0s);
        return told > 0s && told <= LongestSuccessorTimeout ? std::chrono::ceil<milliseconds>(told)
                                                            : m_entry.startTimeout;
    }

    const FleetEntry &m_entry;
    const FirstLook &m_look;
    const SequenceOptions &m_options;
};

RestartPlan planForSilent(const FleetEntry &entry, FleetAction action, const FirstLook &look,
                          const SequenceOptions &options)
{
    const bool isRestartOfSupervised = action == FleetAction::Restart && isSupervised(entry);
    if (!look.isRefused && !isRestartOfSupervised && !look.hasRemains)
        return {.failure = look.silence};
    Planner planner(entry, look, options);
    if (look.hasRemains && commandToStart(entry)) {
        if (action != FleetAction::Start)
            planner.endRemains();
        if (action != FleetAction::Stop)
            planner.launch();
        return {.steps = planner.steps};
    }
    if (action == FleetAction::Stop)
        return {.done = u"it was not running"_s};
    if (const QString reason = whyNotStartable(entry); !reason.isEmpty() && look.isRefused)
        return {.failure = u"it is not running (%1), and %2"_s.arg(look.silence, reason)};
    if (isSupervised(entry))
        planner.askSupervisor();
    else
        planner.launch();
    // One that hangs, and so is not refused, needs more than a start.
    using Verb = SupervisorRequest::Verb;
    return {.steps = planner.steps, .verb = look.isRefused ? Verb::Start : Verb::Restart};
}

/// What stops for good refuses to restart itself.
bool isStopping(const HealthReport &report)
{
    return report.shutdown && report.shutdown->mode != ShutdownMode::Restart;
}

/// Of what is built already.
RestartPlan planBuilt(const FleetEntry &entry, FleetAction action, const FirstLook &look,
                      const SequenceOptions &options)
{
    if (!look.report)
        return planForSilent(entry, action, look, options);
    Planner planner(entry, look, options);
    if (action == FleetAction::Start && look.report->status == ServiceStatus::Healthy) {
        if (isReady(*look.report))
            return {.done = u"it is running already"_s};
        const bool isDown = !whyNeverReady(*look.report, std::numeric_limits<qint64>::max()).isEmpty();
        if (isDown && whyNotRestartable(entry).isEmpty()) // its wrapper waits with the next start: that is due now
            return planBuilt(entry, FleetAction::Restart, look, options);
        planner.seeItServe(RestartMeans::Command);
        return {.steps = planner.steps, .isJoin = true};
    }
    if (action != FleetAction::Stop && isSupervised(entry)) {
        planner.askSupervisor();
    } else if (action == FleetAction::Start) { // the old one is just leaving
        planner.seeItEnd();
        planner.launch();
    } else if (action == FleetAction::Stop) {
        planner.shutDown();
        planner.seeItEnd();
    } else if (std::holds_alternative<RestartByService>(entry.restart)
               && look.report->capabilities.contains(u"restart"_s)
               && !(isStopping(*look.report) && commandToStart(entry))) {
        planner.restartItself();
    } else if (commandToStart(entry)) {
        planner.shutDown();
        planner.seeItEnd();
        planner.launch();
    } else {
        return {.failure =
                    u"%1 does not offer to restart itself; write a command to start it in its fleet entry: "
                    u"restart = { method = \"command\", command = [\"program\", \"argument\"] }"_s.arg(entry.name)};
    }
    return {.steps = planner.steps};
}

} // namespace

RestartPlan planFor(const FleetEntry &entry, FleetAction action, const FirstLook &look, const SequenceOptions &options)
{
    RestartPlan plan = planBuilt(entry, action, look, options);
    const bool isNewWanted = std::any_of(plan.steps.begin(), plan.steps.end(), [](const PlannedStep &step) {
        return step.step == RestartStep::Started || step.means == RestartMeans::Supervisor;
    });
    const bool isLaunched = look.hasRemains && action == FleetAction::Start; // of what was built before
    if (entry.build && !look.isBuilt && isNewWanted && !isLaunched)
        plan.steps.prepend({RestartStep::Built, RestartMeans::Build, BuildTimeout});
    return plan;
}

bool isOver(const PlannedStep &step, FleetAction action, const RestartSight &sight)
{
    const bool itself = step.means == RestartMeans::Itself;
    const bool isRefused = sight.error == ClientError::Refused;
    const bool isStopped = sight.phase == "stopped"_L1;
    const bool isDrained = isStopped || sight.phase == "cleaning_up"_L1;
    switch (step.step) {
    case RestartStep::Built: return false; // its process says when
    case RestartStep::Asked:
        return sight.isAnswered
            || (step.means == RestartMeans::Shutdown && sight.wasShuttingDown && sight.phase != "notice"_L1);
    case RestartStep::SuccessorAccepts: return sight.isNew || sight.wasShuttingDown;
    case RestartStep::Drained: return isDrained || (itself ? sight.isNew || isRefused : sight.isAnswered);
    case RestartStep::Cleaned:
        return itself ? sight.isNew || isStopped || isRefused || sight.error == ClientError::Disconnected
                      : sight.isAnswered;
    case RestartStep::ProcessGone: return sight.isProcessGone;
    case RestartStep::PortFree:
        if (sight.isForwarded && sight.error == ClientError::Disconnected)
            return true; // accepted by the forwarder, and by nobody behind it
        return isRefused || (action == FleetAction::Restart && sight.isNew);
    case RestartStep::Started: return !itself || sight.isNew;
    case RestartStep::Ready: return sight.isNew && sight.isReady;
    case RestartStep::Healthy: return sight.isNew && sight.isReady && sight.isHealthy;
    case RestartStep::CodeCompared: return sight.isCodeKnown;
    }
    Q_UNREACHABLE();
}

bool mayBeLate(const PlannedStep &step) { return step.step == RestartStep::CodeCompared; }

} // namespace Hephaestus
