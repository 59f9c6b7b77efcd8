// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

namespace Hephaestus {

/// The program `hephaestus`, but for what main() must do before anything else. Finds the command in `given`, the
/// arguments after the program's name, runs it, and returns the exit code. Needs a QCoreApplication.
/// `revision`: of git, shown with the version; empty: not known.
int runProgram(const QStringList &given, const char *revision);

} // namespace Hephaestus
