// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/cli/exitcode.h"

#include <QStringList>

/// The subcommands that are or serve something, or read a service's configuration. Each gets the arguments from its own
/// name on and returns the exit code.
namespace Hephaestus {

int serveCommand(const QStringList &arguments);
int runCommand(const QStringList &arguments);
int checkConfigCommand(const QStringList &arguments);
int targetsCommand(const QStringList &arguments);

} // namespace Hephaestus
