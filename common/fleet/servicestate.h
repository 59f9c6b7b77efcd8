// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/client/reply.h"
#include "common/protocol/servicesnapshot.h"

namespace Hephaestus {

/// What a service is in by its latest answer, or by the lack of one. `before` is what it was in: one that was shutting
/// down and is gone has stopped.
ServiceState stateOf(const Answer<HealthReport> &answer, ServiceState before = ServiceState::Unknown);

/// The same of a service that answered.
ServiceState stateOf(const HealthReport &report);

/// The dependencies that fail, in the order of the report.
QStringList failingDependencies(const HealthReport &report);

} // namespace Hephaestus
