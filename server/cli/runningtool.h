// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleet.h"
#include "common/protocol/receipt.h"
#include "common/protocol/toolcall.h"

#include <atomic>
#include <functional>
#include <memory>
#include <variant>

namespace Hephaestus {

class ToolActs;

/// What the server and a call in its thread share.
struct ToolCallState
{
    std::atomic<bool> isCancelled = false;
};

/// An act that a tool wants.
struct ToolOrder
{
    QList<FleetEntry> entries;
    FleetAction action = FleetAction::Restart;
    QString instance{}; ///< SequenceOptions::instance
};

using ToolOutcome = std::variant<ToolAnswer, ToolFailure>;

/// One call of a tool, in the thread that runs it. A tool is a function of it, and may take its time: it runs event
/// loops of its own.
class RunningTool
{
public:
    using Progress = std::function<void(const QString &)>; ///< called in any thread

    RunningTool(ToolArguments arguments, QString client, std::shared_ptr<ToolCallState> state, ToolActs &acts,
                Progress progress);

    const ToolArguments &arguments() const { return m_arguments; }
    bool isCancelled() const { return m_state->isCancelled; }
    void tellProgress(const QString &text) const { m_progress(text); }

    /// Reads the fleet file of the project that the arguments name; a failure: there is none, or it is wrong.
    std::optional<ToolFailure> openProject();
    /// Of the project, once it is open.
    const Fleet &fleet() const { return m_fleet; }
    const QString &directory() const { return m_directory; }
    /// The services that the arguments name, or those of their profiles, or all; a failure: one is not there.
    std::variant<QList<FleetEntry>, ToolFailure> services() const;
    /// The one that `service` names.
    std::variant<FleetEntry, ToolFailure> service() const;

    /// Whether this server may do so.
    bool isAllowed(FleetAction action) const;
    /// Does it, and returns when it is over.
    QList<Receipt> act(const ToolOrder &order) const;

private:
    std::variant<QList<FleetEntry>, ToolFailure> servicesOfProfiles() const;

    const ToolArguments m_arguments;
    const QString m_client;
    const std::shared_ptr<ToolCallState> m_state;
    ToolActs &m_acts;
    const Progress m_progress;
    Fleet m_fleet;
    QString m_directory;
};

using ToolFunction = ToolOutcome (*)(RunningTool &call);
/// The function of a tool; null: there is none of that name.
ToolFunction toolNamed(const QString &name);

// The tools: of the machine and what is to be known, and those that act.
ToolOutcome listServices(RunningTool &call);
ToolOutcome tellStatus(RunningTool &call);
ToolOutcome checkCode(RunningTool &call);
ToolOutcome findAffected(RunningTool &call);
ToolOutcome waitForServices(RunningTool &call);
ToolOutcome readServiceLogs(RunningTool &call);
ToolOutcome tellPortOwner(RunningTool &call);
ToolOutcome listDeaths(RunningTool &call);
ToolOutcome examine(RunningTool &call);
ToolOutcome restartServices(RunningTool &call);
ToolOutcome startServices(RunningTool &call);
ToolOutcome stopService(RunningTool &call);

/// Makes the items of a list a page of it: from where `cursor` says on. A failure: no page begins there.
std::optional<ToolFailure> beginPage(ToolAnswer &answer, const QString &cursor);

} // namespace Hephaestus
