// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/client/reply.h"
#include "common/fleet/sequenceoptions.h"
#include "common/protocol/receipt.h"

namespace Hephaestus {

/// Who brings a step about.
enum class RestartMeans {
    Shutdown,   ///< the service, which was asked to shut down
    Itself,     ///< the service, which was asked to execute itself anew
    Supervisor, ///< systemd, a container engine or Kubernetes
    Command,    ///< the command of the fleet entry; its process is ended from here
    Build,      ///< the build of the fleet entry
};

struct PlannedStep
{
    RestartStep step = RestartStep::Asked;
    RestartMeans means = RestartMeans::Shutdown;
    std::chrono::milliseconds deadline{0};

    bool operator==(const PlannedStep &) const = default;
};

/// What the first look at a service found.
struct FirstLook
{
    std::optional<HealthReport> report{}; ///< nothing: it does not answer
    bool isRefused = false;               ///< nobody listens at its address
    QString silence{};                    ///< why it does not answer, as a sentence
    bool isProcessWatched = false;        ///< its process is one of this machine
    bool isProgramWatched = false;        ///< and so is the program that it wraps
    bool isBuilt = false;                 ///< what the entry builds is built
    bool hasRemains = false;              ///< what an act that was broken off has started does not answer yet
};

/// The steps to run one after the other; or why there are none.
struct RestartPlan
{
    QList<PlannedStep> steps{};
    SupervisorRequest::Verb verb = SupervisorRequest::Verb::Restart; ///< for the supervisor, if it is asked
    bool isJoin = false; ///< another's start is under way: the instance that answers already is the one to wait for
    QString failure{};   ///< why it cannot be done, and what to write; empty: it can
    QString done{};      ///< why nothing is to be done; empty: there are steps

    bool operator==(const RestartPlan &) const = default;
};

RestartPlan planFor(const FleetEntry &entry, FleetAction action, const FirstLook &look, const SequenceOptions &options);

/// What has been seen while a step runs.
struct RestartSight
{
    bool isAnswered = false;            ///< the request to the service or to the supervisor is over
    bool wasShuttingDown = false;       ///< the old instance was seen to be
    QString phase{};                    ///< of a shutdown, by the latest answer
    std::optional<ClientError> error{}; ///< of the latest look
    bool isProcessGone = false;         ///< the one that the step waits for
    bool isForwarded = false;           ///< who listens at its address here is not the service, and stays
    bool isNew = false;                 ///< the latest answer is that of another instance
    bool isReady = false;               ///< and it serves, as it says itself
    bool isHealthy = false;             ///< and it says that it is healthy
    bool isCodeKnown = false;           ///< and it has compared its code, or said that it cannot
};

/// True if `step` of `action` has ended well.
bool isOver(const PlannedStep &step, FleetAction action, const RestartSight &sight);

/// True if the next step may begin although this one is not over at its deadline.
bool mayBeLate(const PlannedStep &step);

} // namespace Hephaestus
