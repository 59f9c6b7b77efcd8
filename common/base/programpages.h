// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace Hephaestus {

using ProgramPages = std::vector<std::span<std::byte>>;

/// The pages of the program and its libraries that are only read: code and constants. From any thread; takes the
/// loader's lock.
ProgramPages programPages();

/// Unmaps `pages`, which are programPages(), of this process or of the one that forked it. What is used again comes
/// back from the page cache, by a fault for 64 KiB. A process that has started keeps so what it goes on to use, and the
/// kernel may drop the rest. A debugger's breakpoints are lost with them.
///
/// From any thread, while others run; takes no lock.
void release(const ProgramPages &pages);

/// Unmaps what deep calls have left of the calling thread's stack, below its last frames: nobody reads that again. When
/// the stack grows, it gets pages of zeroes.
void releaseStackPages();

/// Program, stack and the free part of the heap: once a process does less than before. It takes about a millisecond.
void releaseUnusedMemory();

} // namespace Hephaestus
