// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"

#include <QByteArray>

#include <optional>

namespace Hephaestus {

/// Why the file at `path` cannot be executed, as far as can be seen without doing so. It may be missing, without
/// permission, cut off or for another machine, or its loader or interpreter may be missing. Where the machine runs
/// formats of others (binfmt_misc), a file of an unknown format passes.
std::optional<Problem> checkProgramFile(const QByteArray &path);

/// The same of what execvp(3) would run in `directory` (empty: this process' own): a path, or a name that is looked up
/// along `searchPath`, as in the variable PATH.
std::optional<Problem> checkProgram(const QByteArray &program, const QByteArray &directory,
                                    const QByteArray &searchPath);

} // namespace Hephaestus
