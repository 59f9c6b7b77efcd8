// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCommandLineParser>
#include <QStringList>

#include <optional>

/// The subcommands of `hephaestus`. Each takes the arguments from its own name on, and returns the exit code: 0 done, 1
/// the thing asked about is not so, 2 usage or configuration, 3 stale.
namespace Hephaestus {

inline constexpr int ExitDone = 0;
inline constexpr int ExitNotSo = 1;
inline constexpr int ExitUsage = 2;
inline constexpr int ExitStale = 3;

int serveCommand(const QStringList &arguments);
int runCommand(const QStringList &arguments);
int checkConfigCommand(const QStringList &arguments);

} // namespace Hephaestus
