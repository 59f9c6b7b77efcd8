// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace Hephaestus {

/// What `current` (the last lines of a growing output) has beyond `previous` (the same, asked earlier): the end of
/// `previous` is looked for at the front of `current`, whole lines only; where they do not overlap, all of `current` is
/// new.
QByteArray newLines(const QByteArray &previous, const QByteArray &current);

} // namespace Hephaestus
