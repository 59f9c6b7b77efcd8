// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace Hephaestus {

/// The lines of `current` that come after `previous`: both are the last lines of one growing output, `previous` asked
/// earlier. The end of `previous` is looked for at the front of `current`, whole lines only. Where they do not overlap,
/// all of `current` is new.
QByteArray newLines(const QByteArray &previous, const QByteArray &current);

} // namespace Hephaestus
