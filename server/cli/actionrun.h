// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleetrun.h"
#include "server/cli/terminal.h"

namespace Hephaestus {

/// What is printed of acts.
struct ActOutput
{
    enum class Form {
        Text,     ///< each step as it ends, and each receipt
        Receipts, ///< JSON: one line a receipt
        Steps,    ///< and before it a line for each step that begins or ends, and for what is waited for
    };

    Form form = Form::Text;
    QString fleet{}; ///< the file that the services are named by, for JSON; empty: none
};

/// Runs `action` on the services, and prints. Runs an event loop. Returns the exit code: ExitNotSo if one did not
/// succeed, 128+n if signal n interrupted it.
int runAction(const QList<FleetEntry> &services, FleetAction action, const Terminal &terminal, const ActOutput &output);
/// The same, for the receipts. SIGINT, SIGTERM or SIGHUP cancel the run (FleetRun::cancel()); `interrupt` says which
/// came, or 0.
QList<Receipt> runForReceipts(const QList<FleetEntry> &services, FleetAction action, const Terminal &terminal,
                              const ActOutput &output, int *interrupt = nullptr);

/// What a receipt says in one line: `restarted in 98 ms: pid 41 → 57, instance a1 → b2, code fresh`.
QString receiptLine(const Receipt &receipt);

} // namespace Hephaestus
