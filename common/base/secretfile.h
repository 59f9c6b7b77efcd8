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

/// Of a secret that is taken all the same, such as the key of a certificate: why others know it, or may put another in
/// its place. Everybody may read it, or whyNotTrusted(). What a group may read is not told: many a system has one for
/// keys. Empty: neither, or it cannot be looked at. From any thread.
QString whyExposed(const QString &path);

} // namespace Hephaestus
