// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/addressholder.h"

#include "common/base/processentry.h"
#include "common/fleet/portholders.h"

namespace Hephaestus {

std::optional<AddressHolder> addressHolderOf(const FleetEntry &entry, std::optional<qint64> pid,
                                             std::optional<Clock::WallTime> seen)
{
    const std::optional<ServiceAddress> address = localAddressOf(entry);
    const std::optional<PortHolder> holder = address ? findPortHolder(*address) : std::nullopt;
    if (!holder)
        return {};
    // What was there before is what leads to the service: a forwarder, its supervisor.
    const std::optional<ProcessEntry> process = readProcess(holder->pid);
    const bool isLater = process && pid && seen && holder->pid != *pid
        && Clock::machine().wall() - std::chrono::duration_cast<Clock::WallTime::duration>(process->age()) > *seen;
    return AddressHolder{holder->text(), isLater && !isHeldBy(*address, *pid)};
}

bool isNotUnderstood(ClientError error)
{
    return error == ClientError::NotUnderstood || error == ClientError::TooLarge || error == ClientError::Redirected
        || error == ClientError::HttpStatus;
}

} // namespace Hephaestus
