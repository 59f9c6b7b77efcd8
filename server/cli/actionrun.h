// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleetrun.h"
#include "server/cli/terminal.h"

namespace Hephaestus {

/// Runs `action` on the services and prints each step as it ends and each receipt; as JSON, one line a receipt and no
/// steps. Runs an event loop. Returns the exit code: ExitNotSo if one did not succeed.
int runAction(const QList<FleetEntry> &services, FleetAction action, const Terminal &terminal, bool json);
/// The same, for the receipts.
QList<Receipt> runForReceipts(const QList<FleetEntry> &services, FleetAction action, const Terminal &terminal,
                              bool json);

/// What a receipt says in one line: `restarted in 98 ms: pid 41 → 57, instance a1 → b2, code fresh`.
QString receiptLine(const Receipt &receipt);

} // namespace Hephaestus
