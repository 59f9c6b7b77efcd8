// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/cli/runningtool.h"

#include <QObject>
#include <QSet>

#include <map>

namespace Hephaestus {

class FleetRun;

/// Runs what tools do to services, in the main thread, where started programs belong.
class ToolActs : public QObject
{
public:
    /// `allowed`: all else is refused.
    explicit ToolActs(QSet<FleetAction> allowed, QObject *parent = nullptr);
    ~ToolActs() override;

    bool isAllowed(FleetAction action) const { return m_allowed.contains(action); }

    /// For another thread: returns when the act is over. `client` is who asked for it.
    QList<Receipt> run(const ToolOrder &order, const QString &client, const std::shared_ptr<ToolCallState> &state,
                       const RunningTool::Progress &progress);

    /// Brings what runs for that call to a safe end: FleetRun::cancel(). In the main thread, as all below.
    void cancel(const std::shared_ptr<ToolCallState> &state);

private:
    using Done = std::function<void(const QList<Receipt> &)>;
    void begin(const ToolOrder &order, const QString &client, const std::shared_ptr<ToolCallState> &state,
               const RunningTool::Progress &progress, const Done &done);

    const QSet<FleetAction> m_allowed;
    std::multimap<std::shared_ptr<ToolCallState>, std::unique_ptr<FleetRun>> m_runs;
};

} // namespace Hephaestus
