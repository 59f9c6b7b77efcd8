// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleet.h"
#include "common/protocol/lastanswer.h"
#include "common/protocol/receipt.h"
#include "common/protocol/servicesnapshot.h"

namespace Hephaestus {

/// Why nobody misses a service that does not answer: this user wanted it so; or why it is missed again.
struct PlannedEnd
{
    ServiceState state = ServiceState::Stopped; ///< or ShuttingDown or Restarting, while an act is under way; or
                                                ///< Unreachable: an act was to bring it up, and has not
    QString by;                                 ///< who is or was at it: `hephaestus restart`; empty: not known

    bool operator==(const PlannedEnd &) const = default;
};

/// What the acts of all processes of this user on this machine say (actlock.h); nothing: it was not meant to be gone.
/// Reads a small file.
std::optional<PlannedEnd> plannedEnd(const FleetEntry &entry, const QString &stateDirectory);

/// What the last act came to, if it was broken off: its process ended, or gave it up, before the act had. Nothing: it
/// was not. The step that it had come to is told as failed; those before it are not known. Neither is when that was:
/// its times are negative.
std::optional<Receipt> brokenOffAct(const FleetEntry &entry, const QString &stateDirectory);
/// The last that such an act told of itself; invalid: it is not known.
QDateTime lastSignOfAct(const FleetEntry &entry, const QString &stateDirectory);

/// Of one that was stopped on purpose or being started, and is neither any more by plannedEnd(). Nobody answers.
PlannedEnd failedStart(const FleetEntry &entry, const QString &stateDirectory);

/// How the process that answered last has ended, of a service of this machine that nobody listens for.
struct KnownEnd
{
    bool wasPlanned = false; ///< somebody wanted it, its clean-up is complete, and no other process came after it
    QString text;            ///< a clause

    bool operator==(const KnownEnd &) const = default;
};

/// By the note that it left (endnotes.h). Nothing: it is not known which process that was, or another one has its
/// number, or its own lives. `wasSeen`: the caller saw that instance answer last. Else another one may have run since,
/// unless the service's output is kept here and nothing of the service is later than the note: reads small files.
std::optional<KnownEnd> knownEnd(const FleetEntry &entry, const LastAnswer &last, bool wasSeen,
                                 const QString &stateDirectory);

/// Whether the end of the service's process `pid`, which came just before `now`, is what such an act asked for.
bool wasAskedToEnd(const FleetEntry &entry, qint64 pid, const QDateTime &now, const QString &stateDirectory);

} // namespace Hephaestus
