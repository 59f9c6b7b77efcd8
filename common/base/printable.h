// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace Hephaestus {

/// Text from outside, safe to show on a terminal or a screen: control characters, invisible ones and those that
/// reorder text (Unicode's Cc, Cf, Zl, Zp and unpaired surrogates) become escapes such as `\u{1b}`; the newline too.
QString printable(const QString &text);

} // namespace Hephaestus
