// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

class QDialog;

namespace Hephaestus {

/// Gives the program the colours a person chose: `light`, `dark`, or anything else for the system's own.
void applyColors(const QString &colors);

/// Takes the pictures off the buttons of one of Qt's own dialogs, which some styles give them: ours have none.
void removeButtonIcons(QDialog *dialog);

} // namespace Hephaestus
