// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace Hephaestus {

/// Where a line of a program's output comes from.
enum class OutputStream {
    Stdout,
    Stderr,
    Event, ///< not the program's: what happened to it
};

/// `stdout`, `stderr`, `event`.
QString wireName(OutputStream stream);

} // namespace Hephaestus
