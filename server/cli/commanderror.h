// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/health.h"
#include "server/cli/exitcode.h"

#include <QStringList>

namespace Hephaestus {

/// Whether a command's own arguments ask for JSON: `--json`, and not after `--`.
bool asksForJson(const QStringList &arguments);

/// Says why `hephaestus COMMAND` cannot do what it was asked: on stderr, and with `json` also on stdout, as
/// `{"error": {"code", "message"}}` on one line. Returns `exit`.
int tellError(const QString &command, const ErrorBody &error, bool json, int exit = ExitUsage);

} // namespace Hephaestus
