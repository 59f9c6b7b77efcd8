// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

namespace Hephaestus {

/// Where a service keeps its files: the directory that systemd gave it (`StateDirectory=`), or the user's. Empty: there
/// is no home either.
QString stateDirectory();

/// Where files may be that only live as long as the service: stateDirectory(), and for when nothing can be written
/// there a directory of this user's alone in XDG_RUNTIME_DIR, TMPDIR, /tmp and /dev/shm. Those are made.
QStringList placesForFiles();

} // namespace Hephaestus
