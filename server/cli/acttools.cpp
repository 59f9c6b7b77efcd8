// SPDX-License-Identifier: GPL-3.0-or-later
//
// The tools of `hephaestus mcp` that start, restart and stop services.
#include "common/base/printable.h"
#include "common/fleet/fleetrun.h"
#include "common/fleet/fleettrust.h"
#include "common/fleet/knownname.h"
#include "common/protocol/receiptcodec.h"
#include "common/protocol/toolcodec.h"
#include "server/cli/runningtool.h"
#include "server/cli/survey.h"

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// What would keep an act from being begun, before the service is asked; empty: nothing.
QString obstacleTo(FleetAction action, const FleetEntry &entry, const ServiceSnapshot &snapshot)
{
    if (snapshot.report) {
        if (const QString owner = ownerInstead(entry, *snapshot.report, {}, {}); !owner.isEmpty())
            return u"another project's service is at its address: "_s + owner;
    }
    return action == FleetAction::Restart ? whyNotRestartable(entry)
        : action == FleetAction::Start    ? whyNotStartable(entry)
                                          : QString();
}

ToolAnswer planOf(const RunningTool &call, const ToolOrder &order)
{
    QList<FleetEntry> entries = order.entries;
    for (FleetEntry &entry : entries)
        entry.dependsOn.removeIf([&](const QString &name) {
            return std::none_of(order.entries.begin(), order.entries.end(),
                                [&](const FleetEntry &other) { return other.name == name; });
        });
    if (const auto sorted = inStartOrder(entries))
        entries = *sorted;
    SurveyMemory memory;
    const QList<ServiceSnapshot> snapshots = survey(entries, memory);
    QList<PlannedAct> acts;
    for (qsizetype i = 0; i < entries.size(); ++i)
        acts << PlannedAct{entries[i].name, wireName(order.action), methodName(entries[i].restart),
                           whatRuns(entries[i]), obstacleTo(order.action, entries[i], snapshots[i])};
    ToolAnswer answer;
    answer.fields = {{u"fleet"_s, jsonText(call.fleet().path)}, {u"dry_run"_s, "true"}, {u"receipts"_s, "[]"}};
    answer.list = u"planned"_s;
    answer.items = encode(acts);
    return answer;
}

/// An agent can write a fleet file; it may not run what it wrote, unless its user has agreed.
std::optional<ToolFailure> refuseUntrusted(const RunningTool &call, const ToolOrder &order)
{
    if (order.action == FleetAction::Stop)
        return {};
    FleetTrust trust;
    for (const FleetEntry &entry : order.entries) {
        if (!whatRuns(entry).isEmpty() && !trust.isTrusted(call.fleet().path, entry))
            return ToolFailure{u"not_trusted"_s,
                               u"the user has not agreed to run \"%1\" for %2; ask them to read %3, and then to type "
                               "`hephaestus trust %3`"_s.arg(printable(whatRuns(entry).left(300)),
                                                             printable(entry.name), call.fleet().path)};
    }
    return {};
}

ToolOutcome carryOut(const RunningTool &call, const ToolOrder &order, const QStringList &unknown = {})
{
    const QString word = wireName(order.action);
    if (!call.isAllowed(order.action) && !call.arguments().dryRun)
        return ToolFailure{
            u"not_allowed"_s,
            u"this server may not %1 services; its user allows it by `hephaestus mcp --allow %1`"_s.arg(word)};
    if (call.arguments().dryRun)
        return planOf(call, order);
    if (const auto failure = refuseUntrusted(call, order))
        return *failure;
    const QList<Receipt> receipts = order.entries.isEmpty() ? QList<Receipt>() : call.act(order);
    ToolAnswer answer;
    answer.fields = {{u"fleet"_s, jsonText(call.fleet().path)}, {u"dry_run"_s, "false"}};
    if (!unknown.isEmpty())
        answer.fields.append({u"unknown"_s, jsonText(unknown)});
    answer.list = u"receipts"_s;
    for (const Receipt &receipt : receipts) {
        answer.items << encode(receipt);
        answer.isFailure = answer.isFailure || !receipt.ok;
    }
    return answer;
}

} // namespace

ToolOutcome restartServices(RunningTool &call)
{
    if (const auto failure = call.openProject())
        return *failure;
    const ToolArguments &arguments = call.arguments();
    if (arguments.services.isEmpty() && !arguments.stale)
        return ToolFailure{u"invalid_arguments"_s, u"name the services to restart, or say \"stale\": true"_s};
    const auto services = call.services();
    if (const auto *const failure = std::get_if<ToolFailure>(&services))
        return *failure;
    ToolOrder order{std::get<QList<FleetEntry>>(services), FleetAction::Restart, arguments.instanceId};
    if (!arguments.instanceId.isEmpty() && order.entries.size() != 1)
        return ToolFailure{u"invalid_arguments"_s, u"an instance_id goes with one service"_s};
    StaleSurvey found;
    if (arguments.stale) {
        found = staleAmong(order.entries);
        order.entries = found.stale;
    }
    return carryOut(call, order, found.unknown);
}

ToolOutcome startServices(RunningTool &call)
{
    if (const auto failure = call.openProject())
        return *failure;
    const auto services = call.services();
    if (const auto *const failure = std::get_if<ToolFailure>(&services))
        return *failure;
    return carryOut(call, {std::get<QList<FleetEntry>>(services), FleetAction::Start});
}

ToolOutcome stopService(RunningTool &call)
{
    if (const auto failure = call.openProject())
        return *failure;
    const auto service = call.service();
    if (const auto *const failure = std::get_if<ToolFailure>(&service))
        return *failure;
    return carryOut(call, {{std::get<FleetEntry>(service)}, FleetAction::Stop, call.arguments().instanceId});
}

} // namespace Hephaestus
