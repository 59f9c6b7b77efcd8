// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "server/core/log.h"

#include <QCommandLineParser>

namespace Hephaestus {

/// What the options of addGlobalOptions() were set to. Under systemd, which reads stderr, lines carry its priorities;
/// colours are for terminals.
Result<LogOptions> readLogOptions(const QCommandLineParser &parser);

/// Writes a line to stderr about what keeps the program from starting, before there is a log; under systemd it is an
/// error in the journal.
void writeStartError(const QString &line);

} // namespace Hephaestus
