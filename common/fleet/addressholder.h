// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"
#include "common/fleet/fleet.h"
#include "common/fleet/portholders.h"

namespace Hephaestus {

/// The process that holds the address of a service, where what answers there is not understood, or nothing is said.
struct AddressHolder
{
    QString text;            ///< `python3 -m http.server 8000 (pid 4312, started in ~/old)`
    bool isStranger = false; ///< it is not the service's process, nor can it be
    QString service{};       ///< as which it answers, if it is another service of this protocol; or empty

    bool operator==(const AddressHolder &) const = default;
};

/// What is known of a service from before it fell silent.
struct EarlierProcess
{
    std::optional<qint64> pid{};           ///< its own, as it told
    std::optional<Clock::WallTime> seen{}; ///< when it answered last
};

/// By what is recorded of the acts on it (actlock.h). Reads a small file.
EarlierProcess earlierProcessOf(const FleetEntry &entry, const QString &stateDirectory);

/// Nothing: the address is none of this machine, or it cannot be seen who holds it. A holder that began after the
/// service had answered last is a stranger. So is one that is not this project's where the entry's service is
/// (isServedByUs()). Reads the descriptors of all processes: milliseconds.
std::optional<AddressHolder> addressHolderOf(const FleetEntry &entry, const EarlierProcess &earlier);
/// The same among those that hold addresses, which were looked at before. Of a Unix socket it looks itself.
std::optional<AddressHolder> addressHolderOf(const FleetEntry &entry, const EarlierProcess &earlier,
                                             const QList<PortHolder> &holders);

/// An answer that tells of another program, or of none that is known.
bool isNotUnderstood(ClientError error);
/// And a connection that brings none.
bool mayBeStranger(ClientError error);

} // namespace Hephaestus
