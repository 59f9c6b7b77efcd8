// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/plannedend.h"

#include "common/fleet/actlock.h"

namespace Hephaestus {

namespace {

using namespace std::chrono_literals;

/// So long after an act the end of a process that its receipt does not name still belongs to it: what a wrapper runs.
constexpr auto Afterwards = 5s;

bool isUnderWay(const ActRecord &record)
{
    return record.running && !record.running->request.isDone && isAlive(record.running->request.by);
}

} // namespace

std::optional<PlannedEnd> plannedEnd(const FleetEntry &entry, const QString &stateDirectory)
{
    const ActRecord record = readActs(entry, stateDirectory);
    if (isUnderWay(record)) {
        const ActRequest &request = record.running->request;
        return PlannedEnd{request.action == FleetAction::Stop ? ServiceState::ShuttingDown : ServiceState::Restarting,
                          request.command};
    }
    return record.isStopped ? std::optional(PlannedEnd{}) : std::nullopt;
}

PlannedEnd failedStart(const FleetEntry &entry, const QString &stateDirectory)
{
    const ActRecord record = readActs(entry, stateDirectory);
    const bool isStart = record.latest && record.latest->action != FleetAction::Stop;
    const bool hasFailed = record.running || (record.last && !record.last->ok);
    return {ServiceState::Unreachable, isStart && hasFailed ? record.latest->command : QString()};
}

bool wasAskedToEnd(const FleetEntry &entry, qint64 pid, const QDateTime &now, const QString &stateDirectory)
{
    const ActRecord record = readActs(entry, stateDirectory);
    if (isUnderWay(record))
        return !record.running->launched || record.running->launched->pid != pid;
    if (record.isStopped)
        return true;
    if (!record.last || record.last->action == FleetAction::Start || record.last->newPid == pid)
        return false;
    const auto passed = std::chrono::milliseconds(record.last->startedAt.msecsTo(now)) - record.last->total;
    return record.last->oldPid == pid || (passed >= 0s && passed < Afterwards);
}

} // namespace Hephaestus
