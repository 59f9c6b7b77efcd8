// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringView>

namespace Hephaestus {

enum class LogLevel {
    None, ///< the line says none
    Debug,
    Information,
    Warning,
    Error,
};

/// The word of a line that says how grave it is, and where it stands, in UTF-16 units.
struct LevelWord
{
    LogLevel level = LogLevel::None;
    int begin = 0;
    int length = 0;

    bool operator==(const LevelWord &) const = default;
};

/// The first word near the line's begin that is a level: in capitals (`ERROR`), in brackets (`[error]`), as a field
/// (`level=error`, `"level":"error"`), or before a colon at the line's begin (`error: …`). A word in a sentence is
/// none.
LevelWord levelIn(QStringView line);

} // namespace Hephaestus
