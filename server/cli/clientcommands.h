// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

/// The subcommands that ask services and act on them. Each takes the arguments from its own name on, needs a
/// QCoreApplication, runs an event loop of its own, and returns the exit code (exitcode.h).
namespace Hephaestus {

int statusCommand(const QStringList &arguments);
int shutdownCommand(const QStringList &arguments);
int restartCommand(const QStringList &arguments);
int startCommand(const QStringList &arguments);
int upCommand(const QStringList &arguments);
int downCommand(const QStringList &arguments);
int waitCommand(const QStringList &arguments);
int fleetCommand(const QStringList &arguments);
int execCommand(const QStringList &arguments);
int affectedCommand(const QStringList &arguments);
int logsCommand(const QStringList &arguments);
int deployCheckCommand(const QStringList &arguments);
int doctorCommand(const QStringList &arguments);
int portCommand(const QStringList &arguments);
int psCommand(const QStringList &arguments);
int pruneCommand(const QStringList &arguments);
int eventsCommand(const QStringList &arguments);
int hooksCommand(const QStringList &arguments);
int initCommand(const QStringList &arguments);
int mcpCommand(const QStringList &arguments);
int trustCommand(const QStringList &arguments);

} // namespace Hephaestus
