// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"
#include "common/fleet/fleet.h"

namespace Hephaestus {

/// The process that holds the address of a service, where what answers there is not understood.
struct AddressHolder
{
    QString text;            ///< `python3 -m http.server 8000 (pid 4312, started in ~/old)`
    bool isStranger = false; ///< it is not the service's process, and began after that had answered last

    bool operator==(const AddressHolder &) const = default;
};

/// Nothing: the address is none of this machine, or it cannot be seen who holds it. `pid` is the service's own process
/// as it told when it answered last, at `seen`; nothing: it has not. Reads the descriptors of all processes:
/// milliseconds.
std::optional<AddressHolder> addressHolderOf(const FleetEntry &entry, std::optional<qint64> pid,
                                             std::optional<Clock::WallTime> seen);

/// An answer that tells of another program, or of none that is known.
bool isNotUnderstood(ClientError error);

} // namespace Hephaestus
