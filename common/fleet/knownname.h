// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleet.h"

/// By which name a service is known. One that calls itself otherwise is another service at its address.
namespace Hephaestus {

/// The name that the entry's command gives its service (`hephaestus run --name web`); empty: it does not say.
QString nameByCommand(const FleetEntry &entry);

/// How a service called itself when it answered last, and which process that was; nothing: not known.
struct KnownName
{
    QString name{};
    qint64 pid = 0; ///< 0: not known

    bool operator==(const KnownName &) const = default;
};

/// As which service another one answers than the entry's: `intruder (not web), pid 4312`. Empty: it is the entry's, or
/// nothing says how that calls itself.
///
/// The entry's may answer by its name in the fleet file, by that of its command, or as before. It may also have been
/// renamed. Then it is the instance that an act of this user has left (actlock.h), or the same process at its address.
/// Reads a small file, if the name is another one.
QString strangerAs(const FleetEntry &entry, const HealthReport &report, const KnownName &known,
                   const QString &stateDirectory);

/// Whose the service at the address is, if it is not the entry's: foreignOwner(), or else strangerAs().
QString ownerInstead(const FleetEntry &entry, const HealthReport &report, const KnownName &known,
                     const QString &stateDirectory);

/// The answer of that stranger, as what it is for the entry: one that is not understood.
Answer<HealthReport> refusedStranger(const Answer<HealthReport> &answer, const QString &stranger);

} // namespace Hephaestus
