// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/hookrunner.h"

namespace Hephaestus {

/// Runs the hooks of a fleet file while a command watches its services; tells on stderr what they tell, and what they
/// cannot.
class HookWatch
{
public:
    HookWatch(const Fleet &fleet, const QString &command);
    /// Waits for what is on its way, 2 s at most.
    ~HookWatch();
    HookWatch(const HookWatch &) = delete;
    HookWatch &operator=(const HookWatch &) = delete;

    bool isWanted() const { return !m_runner.fleet().hooks.isEmpty(); }
    /// One look at the services. `snapshots` are in the order of `entries`.
    void look(const QList<FleetEntry> &entries, const QList<ServiceSnapshot> &snapshots);

private:
    HookRunner m_runner;
};

} // namespace Hephaestus
