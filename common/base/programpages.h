// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace Hephaestus {

/// Unmaps the pages of the program and its libraries that are only read: code and constants. What is used again comes
/// back from the page cache, by a fault for 64 KiB. A process that has started keeps so what it goes on to use, and the
/// kernel may drop the rest. A debugger's breakpoints are lost with them.
///
/// From any thread, while others run.
void releaseProgramPages();

} // namespace Hephaestus
