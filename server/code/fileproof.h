// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/filedescriptor.h"
#include "server/code/cputhrottle.h"
#include "server/code/loadedfile.h"

#include <fcntl.h>

namespace Hephaestus {

/// Opens a file that others may have made. Never waits: not for the other end of a FIFO, nor for a lease. `path` may be
/// relative to the descriptor `directory`. Not open: errno says why.
FileDescriptor openForReading(const char *path, int directory = AT_FDCWD);

/// True if this errno of stat(2) or open(2) says that nothing is there.
bool isMissing(int error);

/// Marks a noted file whose content may be another than the one loaded. Nothing known then is known of that one.
void makeUnverified(LoadedFile &file);

/// Hashes a Pending file and says in LoadedFile::evidence what that proves. Its stamp must be the same before and after
/// the reading. `descriptor`: of the file as it was loaded; negative with errno. Files over `hashLimit` bytes are not
/// read. A stopped throttle leaves the file Pending.
void proveFile(int descriptor, LoadedFile &file, qint64 hashLimit, CpuThrottle &throttle);

} // namespace Hephaestus
