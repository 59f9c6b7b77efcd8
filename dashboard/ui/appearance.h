// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace Hephaestus {

/// Gives the program the colours a person chose: `light`, `dark`, or anything else for the system's own.
void applyColors(const QString &colors);

} // namespace Hephaestus
