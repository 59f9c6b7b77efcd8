// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/processwatch.h"
#include "dashboard/model/fleetsession.h"

namespace Hephaestus {

/// The last resort for a service that hangs in its shutdown: SIGKILL to its process on this machine. The process is
/// held by a pidfd from the question on, so that the signal reaches no other one.
class ProcessKill
{
public:
    /// `session` outlives this.
    explicit ProcessKill(FleetSession &session) : m_session(session) {}

    /// Why it cannot be killed from here now, as a sentence; empty if it can.
    QString whyNot(ServiceId id) const;
    /// The process as whyNot() found it, or the program that it wraps while that lives; null if it has ended.
    std::shared_ptr<ProcessWatch> hold(ServiceId id) const;
    /// Ends it at once. The journal tells when it has ended, once, and the receipt of its shutdown, why that is cut.
    /// False: it had ended, or is not ours to signal.
    bool kill(ServiceId id, const ProcessWatch &process);

private:
    FleetSession &m_session;
};

} // namespace Hephaestus
