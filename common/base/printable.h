// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace Hephaestus {

/// What of a text becomes an escape, and which.
enum class Escape {
    Screen, ///< whatever is invisible or reorders text (Unicode's Cc, Cf, Zl, Zp, unpaired surrogates), as `\u{1b}`
    Log,    ///< the same as `\x1b` or `\u{202e}`, the newline as `\n`; the tab stays, and so does half a pair
    Path,   ///< ASCII's control characters as `\x1b`, a backslash twice
};

/// Text from outside, safe to show in one line of a terminal, a screen or a log.
QString printable(const QString &text, Escape escape = Escape::Screen);

/// A path for a person and for JSON, by Escape::Path; a byte that is not UTF-8 becomes `\xe9`.
QString printablePath(const QByteArray &path);

} // namespace Hephaestus
