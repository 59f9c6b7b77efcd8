// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace Hephaestus {

/// Asks `question` on the terminal, to be answered by y or n. No, where nobody can be asked.
bool isAgreed(const QString &question);

/// Writes the file whole or not at all, with its folders; an existing one keeps its mode. Empty, or why not.
QString writeWhole(const QString &path, const QByteArray &text);

} // namespace Hephaestus
