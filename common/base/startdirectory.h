// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace Hephaestus {

/// The directory of this process, by the name that whoever started it went there by: `$PWD`, if that leads to it, with
/// its symbolic links (`current` of releases). Else as the kernel names it; empty: it has no name any more. Any thread.
QByteArray startDirectory();

/// As the kernel names it, without symbolic links; empty: it has no name any more. Any thread.
QByteArray currentDirectory();

} // namespace Hephaestus
