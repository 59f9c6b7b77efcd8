// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"

#include <QByteArray>

namespace Hephaestus {

/// Reads a token, a password or a key: the one line of its file, without white space around it.
///
/// The file is a regular one of this user or root, to which nobody else has any permission; a symbolic link to it will
/// do. The line has 1 to `longest` bytes. A Problem names the path and what was found, never what is in the file.
/// It never waits: opening a FIFO without a writer is a Problem, too. From any thread.
Result<QByteArray> readSecretFile(const QString &path, qsizetype longest);

} // namespace Hephaestus
