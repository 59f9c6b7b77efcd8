// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/client/reply.h"
#include "common/fleet/fleet.h"

/// Which services are known to speak this project's protocol. A page at the address of one is another program's.
namespace Hephaestus {

/// By its entry: what it starts is `hephaestus serve`, or `hephaestus run` that listens at its address.
bool isServedByUs(const FleetEntry &entry);

/// The same, or by what its fleet file says else: it starts `hephaestus`, or restarts itself. Or by what is recorded of
/// the acts on it (actlock.h): one has found an instance of it. Reads a small file.
bool tellsHealth(const FleetEntry &entry, const QString &stateDirectory);

/// What a page is that answers for such a service: an answer that is not understood.
Answer<HealthReport> refusedPage(const Answer<HealthReport> &page);

/// The command of the method, also of a service on another machine; null: there is none.
const RestartByCommand *commandIn(const RestartMethod &method);

/// Whether a command begins so: the name or path of `hephaestus`.
bool isOurProgram(const QString &program);

} // namespace Hephaestus
