// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/sanitizer.h"

#include <QtGlobal>

#include <malloc.h>

namespace Hephaestus::Test {

/// Whether heapInUse() tells anything: a sanitizer's allocator has no such numbers.
constexpr bool KnowsHeap = !UnderAddressSanitizer && !UnderThreadSanitizer;

/// Bytes that the program has from malloc(3) and has not given back, of all threads.
inline qint64 heapInUse()
{
    const struct mallinfo2 info = ::mallinfo2();
    return qint64(info.uordblks + info.hblkhd);
}

} // namespace Hephaestus::Test
