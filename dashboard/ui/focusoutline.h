// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace Hephaestus {

/// Draws a line around the table, list, text or page that has the focus, in any window: styles draw none around what
/// scrolls. To be called once, after the application was made.
void installFocusOutlines();

} // namespace Hephaestus
