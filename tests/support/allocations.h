// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

namespace Hephaestus::Test {

/// How often the calling thread has asked the allocator for memory, by whatever way (`new`, `malloc`, Qt's containers).
/// Whoever links allocations.cpp replaces the allocator's entry points, or, under a sanitizer, is told by it.
qint64 allocations();

} // namespace Hephaestus::Test
