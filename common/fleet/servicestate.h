// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/client/reply.h"
#include "common/protocol/servicesnapshot.h"

namespace Hephaestus {

/// What a service is in by its latest answer, or by the lack of one. `before` is what it was in, and `last` its latest
/// report: one that was shutting down because it was asked to, and is gone, has stopped.
ServiceState stateOf(const Answer<HealthReport> &answer, ServiceState before = ServiceState::Unknown,
                     const HealthReport *last = nullptr);

/// The same of a service that answered. What wraps a program is as that program is: it is not healthy before it is
/// ready, nor while it is down.
ServiceState stateOf(const HealthReport &report);

/// Whether it shuts down because somebody wants it to. A wrapper that ends since its program failed, and is not started
/// again, also says that it shuts down, but nobody has asked for that.
bool leavesOnPurpose(const HealthReport &report);

/// Whether it ends because it was asked to by this protocol, and is to stay down. A signal may come from anybody: it is
/// no request, whether a poll has seen what came of it or not. Nor is the end of a wrapped program, or a restart.
bool wasAskedToStop(const HealthReport &report);

/// Whether it says for how long it has been up: by its start, or by a time. Foreign ones often say neither.
bool tellsUptime(const HealthReport &report);

/// Whether it serves, as it says itself; one that says nothing of it does if it does not shut down.
bool isReady(const HealthReport &report);

/// Why the program that it speaks for does not serve, in one line; empty: it does, or there is none.
QString programTrouble(const HealthReport &report);

/// Why a service that is to become ready does not, unless it is started anew: it shuts down, or its program has ended
/// since it had been started again `restarts` times. Empty: it still may.
QString whyNeverReady(const HealthReport &report, qint64 restarts = 0);

/// The dependencies that fail, in the order of the report.
QStringList failingDependencies(const HealthReport &report);
/// Those of which nobody knows yet whether they work. Until then a service is starting, neither healthy nor in error.
QStringList unknownDependencies(const HealthReport &report);

} // namespace Hephaestus
