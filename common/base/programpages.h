// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace Hephaestus {

/// Unmaps the pages of the program and its libraries that are only read: code and constants. What is used again comes
/// back from the page cache, by a fault for 64 KiB. A process that has started keeps so what it goes on to use, and the
/// kernel may drop the rest. A debugger's breakpoints are lost with them.
///
/// From any thread, while others run.
void releaseProgramPages();

/// Unmaps what deep calls have left of the calling thread's stack, below its last frames: nobody reads that again. When
/// the stack grows, it gets pages of zeroes.
void releaseStackPages();

/// Both, and the free part of the heap: once a process does less than before. It takes about a millisecond.
void releaseUnusedMemory();

} // namespace Hephaestus
