// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/receipt.h"

#include <QDateTime>

namespace Hephaestus {

/// A process of this machine, told from all others since the machine started.
struct ProcessMark
{
    qint64 pid = 0;
    qint64 startTicks = 0; ///< as proc_pid_stat(5) has it

    bool operator==(const ProcessMark &) const = default;
};

/// That somebody wants something done to a service.
struct ActRequest
{
    qint64 number = 0; ///< each request has the next one: a larger one is later
    FleetAction action = FleetAction::Restart;
    ProcessMark by{};
    QString command{};   ///< of that process, to be shown: `hephaestus up`
    bool isDone = false; ///< the act that it asked for is over

    bool operator==(const ActRequest &) const = default;
};

/// An act that has begun and is not known to be over.
struct RunningAct
{
    ActRequest request;
    QString step{};                        ///< the running one, as its wireName(); empty: none yet
    std::optional<ProcessMark> launched{}; ///< the process that it started
    QDateTime begun{};                     ///< UTC; invalid: not known
    QDateTime stepBegun{};                 ///< likewise
    bool hasEnded = false;                 ///< with the receipt `last`; what it started lives, and is no service yet

    bool operator==(const RunningAct &) const = default;
};

/// What the processes of one user know of each other's acts on one service.
struct ActRecord
{
    QString boot;          ///< of the machine: process numbers of another one mean nothing
    qint64 lastNumber = 0; ///< of all requests so far
    std::optional<ActRequest> latest{};
    std::optional<RunningAct> running{}; ///< or broken off, if nobody holds the lock and it has not ended
    qint64 answered = 0;                 ///< requests up to this number are answered by `last`
    std::optional<Receipt> last{};
    bool isCalledOff = false; ///< `last` failed only because somebody no longer wanted or waited for it
    bool isStopped = false;   ///< it was ended on purpose, and was not started or seen to answer since

    bool operator==(const ActRecord &) const = default;
};

} // namespace Hephaestus
