// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace Hephaestus {

/// What names the build that an ELF file came from. That is Go's note (`.note.go.buildid`, as `go tool buildid` shows
/// it), or else the linker's (`.note.gnu.build-id`, in hexadecimal, as `readelf -n` shows it). Empty: it has neither,
/// is no ELF file of this machine's kind, or cannot be read. `descriptor`: of the open file, whose position stays.
/// Reads a few hundred bytes, 64 KiB at most.
QString buildIdOf(int descriptor);

} // namespace Hephaestus
