// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"

#include <QSet>
#include <QString>

#include <optional>

namespace Hephaestus {

/// Ends of a program, each as a shell tells it: its exit code, or 128 and the number of the signal that ended it.
using ExitSet = QSet<int>;

/// `TERM`, `SIGTERM` or `15`; nothing for what is no signal here.
std::optional<int> signalNumber(QStringView name);

/// Whether a program may be asked to end by it: SIGKILL and SIGSTOP cannot be handled.
bool isStopSignal(int number);

/// `0,143,SIGUSR1`.
Result<ExitSet> parseExitSet(const QString &list);

} // namespace Hephaestus
