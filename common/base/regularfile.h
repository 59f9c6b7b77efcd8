// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/filedescriptor.h"
#include "common/base/result.h"

#include <QByteArray>

#include <optional>

#include <fcntl.h>
#include <sys/stat.h>

class QFile;

namespace Hephaestus {

/// Opens a file that others may have made: for every path that is not wholly ours. Opening never waits, as for the
/// other end of a FIFO, and what is opened is a regular file: not a device or a pipe, whose end may never come. A link
/// is followed, unless others may write to the folder it is in, and so could have put it there.
///
/// `flags` is O_RDONLY, O_WRONLY or O_RDWR with O_APPEND and O_CREAT (mode 0600); it never truncates. The Problem names
/// the path, and what is there. From any thread.
Result<FileDescriptor> openRegularFile(const QByteArray &path, int flags = O_RDONLY);

/// The same for reading by a QFile, which gets no name by it; nothing: it is open.
std::optional<Problem> openRegularFile(QFile &file, const QString &path);

/// `a FIFO`, `a directory`: what a file of this mode is called.
QString fileKind(mode_t mode);

/// True if users besides `owner` and root may write to a file or folder with this status: it belongs to another, or its
/// group or everybody may write. In a sticky folder (/tmp) they cannot replace what others own there, but still add to
/// it. A group that is the owner's private one (of the same name, and without members) is not others.
bool isWritableByOthers(const struct stat &status, uid_t owner);

/// Why what is in the file must not be trusted: it, or the folder it is in, belongs to another user (but root), or may
/// be written by others. The same for what a link leads to. Empty: it may be trusted, or is not there.
QString whyNotTrusted(const QString &path);

} // namespace Hephaestus
