// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/addressholder.h"

#include "common/base/processentry.h"
#include "common/fleet/actlock.h"
#include "common/fleet/knownprotocol.h"

#include <algorithm>

namespace Hephaestus {

namespace {

bool beganAfter(qint64 pid, Clock::WallTime time)
{
    const std::optional<ProcessEntry> process = readProcess(pid);
    return process
        && Clock::machine().wall() - std::chrono::duration_cast<Clock::WallTime::duration>(process->age()) > time;
}

/// Of several words some may be another program's: `python3 /usr/bin/hephaestus run …`.
bool isRunByUs(const QString &command)
{
    const QStringList words = command.split(u' ');
    return std::any_of(words.begin(), words.end(), isOurProgram);
}

/// What was there before is what leads to the service: a forwarder, its supervisor.
bool isStranger(const FleetEntry &entry, const EarlierProcess &earlier, const PortHolder &holder)
{
    if (earlier.pid && (holder.pid == *earlier.pid || isHeldBy(holder.address, *earlier.pid)))
        return false;
    const bool isLater = earlier.pid && earlier.seen && beganAfter(holder.pid, *earlier.seen);
    const bool isOther = isServedByUs(entry) && !holder.command.isEmpty() && !isRunByUs(holder.command);
    return isLater || isOther;
}

} // namespace

EarlierProcess earlierProcessOf(const FleetEntry &entry, const QString &stateDirectory)
{
    const std::optional<Receipt> last = readActs(entry, stateDirectory).last;
    if (!last || !last->host.isEmpty() || !(last->newPid || last->oldPid))
        return {};
    const auto total = std::chrono::duration_cast<std::chrono::milliseconds>(last->total);
    const std::chrono::milliseconds end = std::chrono::milliseconds(last->startedAt.toMSecsSinceEpoch()) + total;
    return {last->newPid ? last->newPid : last->oldPid, Clock::WallTime(end)};
}

std::optional<AddressHolder> addressHolderOf(const FleetEntry &entry, const EarlierProcess &earlier)
{
    const std::optional<ServiceAddress> address = localAddressOf(entry);
    const std::optional<PortHolder> holder = address ? findPortHolder(*address) : std::nullopt;
    return holder ? std::optional(AddressHolder{holder->text(), isStranger(entry, earlier, *holder)}) : std::nullopt;
}

std::optional<AddressHolder> addressHolderOf(const FleetEntry &entry, const EarlierProcess &earlier,
                                             const QList<PortHolder> &holders)
{
    const std::optional<ServiceAddress> address = localAddressOf(entry);
    if (!address || address->kind == ServiceAddress::Kind::Unix)
        return addressHolderOf(entry, earlier);
    const std::optional<PortHolder> holder = holderAmong(holders, *address);
    return holder ? std::optional(AddressHolder{holder->text(), isStranger(entry, earlier, *holder)}) : std::nullopt;
}

bool isNotUnderstood(ClientError error)
{
    return error == ClientError::NotUnderstood || error == ClientError::TooLarge || error == ClientError::Redirected
        || error == ClientError::HttpStatus;
}

bool mayBeStranger(ClientError error) { return isNotUnderstood(error) || error == ClientError::Timeout; }

} // namespace Hephaestus
