// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"
#include "common/client/reply.h"
#include "common/fleet/addressholder.h"
#include "common/fleet/fleet.h"
#include "common/fleet/knownname.h"
#include "common/fleet/plannedend.h"
#include "common/fleet/servicestate.h"
#include "common/protocol/alertmanagercodec.h"
#include "common/protocol/dialect.h"
#include "dashboard/history/event.h"
#include "dashboard/model/alerttold.h"
#include "dashboard/model/quiet.h"
#include "dashboard/model/servicefigures.h"

namespace Hephaestus {

/// Something this dashboard is doing with a service.
struct Activity
{
    ServiceState state = ServiceState::Restarting;
    QString step; ///< `draining 3, 27 s left`; empty: the state's word says it

    bool operator==(const Activity &) const = default;
};

/// How the process of a service was seen to end.
struct ProcessEnd
{
    qint64 pid = 0;
    QString word; ///< `died`, or `ended`
    QString text; ///< a clause

    bool operator==(const ProcessEnd &) const = default;
};

/// All the dashboard knows of one service now.
struct ServiceRow
{
    ServiceId id = NoService;
    FleetEntry entry;
    bool favourite = false;  ///< of the person who looks
    Quiet quiet;             ///< what they do not want to be told of it
    AlertsTold told;         ///< what became of the alerts of what is amiss with it
    QStringList brokenRules; ///< alert rules that it breaks for as long as they say, as they were written

    ServiceState observed = ServiceState::Unknown; ///< by the latest answer
    std::optional<Activity> activity;
    std::optional<HealthReport> report;    ///< the latest that was understood; kept when later polls fail
    ServiceReply reply;                    ///< the latest, whatever it was
    QByteArray body;                       ///< of the latest reply that had one
    std::optional<ProcessEnd> end;         ///< of the process that answered last; nothing: it is not known
    QString failure;                       ///< `restart failed`; empty: none did, or it was looked at since
    QString actor;                         ///< who ends or starts it, or could not; empty: nobody, or not known
    KnownName known;                       ///< as what it answered last, perhaps on an earlier day
    std::optional<AddressHolder> holder;   ///< who is there, where it does not answer as itself; nothing: not known
    Dialect dialect = Dialect::Hephaestus; ///< of `report`
    QStringList inDoubt;                   ///< of its dependencies those that failed, and are not known since
    bool answered = false;                 ///< the latest poll brought `report`
    std::optional<Clock::TimePoint>
        lastSeen; ///< when `report` came or was last confirmed, as Arrival::steady; of one without, by the history
    std::optional<Clock::TimePoint> read; ///< when `report` came: as old are its figures
    ServiceFigures figures;               ///< of all answers so far
    QList<FiringAlert> alerts;            ///< that Alertmanagers have of it, the most severe first

    /// What is shown: the activity's state while there is one.
    ServiceState state() const { return activity ? activity->state : observed; }

    /// The report is the answer to the latest poll; otherwise its values are old.
    bool isCurrent() const { return answered; }

    /// It answers that it shuts down, be it to come back or not.
    bool isClosing() const
    {
        return answered && (observed == ServiceState::ShuttingDown || observed == ServiceState::Restarting);
    }

    /// Another process has its address.
    bool isReplaced() const { return holder && holder->isStranger; }

    /// What does not answer runs nothing that is known to be fresh.
    CodeVerdict code() const
    {
        const CodeVerdict verdict = report && report->code ? report->code->verdict : CodeVerdict::Unknown;
        return verdict == CodeVerdict::Fresh && !isCurrent() ? CodeVerdict::Unknown : verdict;
    }
    /// It runs old code now: what does not answer may run something else by now, or nothing.
    bool isStale() const { return isCurrent() && code() == CodeVerdict::Stale; }
    /// The worst of which somebody is notified; null: none, or they are not known.
    const FiringAlert *worstAlert() const
    {
        return alerts.isEmpty() || alerts.first().isHeld() ? nullptr : &alerts.first();
    }
    qsizetype variablesChanged() const; ///< of its environment, in code(); the other changes are files
    bool offers(QLatin1StringView capability) const { return report && report->capabilities.contains(capability); }
};

/// True if nobody is there, which may have been wanted (plannedEnd()).
bool isGone(const ServiceReply &reply);

/// `row` after one more answer: a pure function. Of its dependencies those that are not used come last. `planned`: why
/// nobody answered, or it shuts down. `holder`: who is there instead. Where that is a stranger, the service is out of
/// reach.
ServiceRow afterAnswer(ServiceRow row, const Answer<HealthReport> &answer, Clock::TimePoint now,
                       const std::optional<PlannedEnd> &planned = {}, const std::optional<AddressHolder> &holder = {});

/// The line of the state cell: the step of what is going on, or the state's word; of who is unreachable also how
/// (`unreachable: refused`).
QString stateText(const ServiceRow &row);

/// Why it is in its state, as a sentence; empty when all is well.
QString stateReason(const ServiceRow &row);

/// `draining 3, 27 s left`.
QString progressText(const ShutdownProgress &progress);

/// Where the service is, as people say it: `127.0.0.1:8002`, `unix:/run/x.sock`.
QString placeOf(const FleetEntry &entry);

/// How a graph and the journal mark that another instance answers.
QString restartedWord();

/// Whether another instance answered than before: a new process, or another program in the same one.
bool isAnotherProcess(const HealthReport &before, const HealthReport &after);

/// What a person would want to read in the journal about the step from one row to the next, oldest first.
QList<Event> eventsBetween(const ServiceRow &before, const ServiceRow &after, Clock::WallTime at);

} // namespace Hephaestus
