// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace Hephaestus {

/// What Qt tells assistive programs of its widgets, mended: a window of ours is a window, and no filler; a box to
/// choose from is named by its label, and no longer by what is chosen. To be called once, after the application was
/// made.
void installAccessibleWidgets();

} // namespace Hephaestus
