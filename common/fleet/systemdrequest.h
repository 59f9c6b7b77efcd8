// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/supervisorrequest.h"
#include "common/fleet/systemdmodule.h"

namespace Hephaestus {

/// Starts or restarts a unit by the module that asks systemd over D-Bus. The job takes what the unit's file allows.
class SystemdRequest : public SupervisorRequest
{
    Q_OBJECT

public:
    /// `timeout` as in SystemdOrder.
    SystemdRequest(const RestartBySystemd &method, Verb verb, std::chrono::milliseconds timeout,
                   const QString &busAddress);

    void start() override;

private:
    const SystemdOrder m_order;
    std::unique_ptr<QObject> m_job;
};

} // namespace Hephaestus
