// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace Hephaestus {

/// What names the build that an ELF file came from: the note that linkers write for GNU (`.note.gnu.build-id`, in
/// hexadecimal, as `readelf -n` shows it), or the one of Go (`.note.go.buildid`, as `go tool buildid` shows it), which
/// is taken if there are both. Empty: it has none, it is no ELF file of this machine's kind, or it cannot be read.
/// `descriptor`: of the open file, whose position stays. Reads a few hundred bytes, 64 KiB at most.
QString buildIdOf(int descriptor);

} // namespace Hephaestus
