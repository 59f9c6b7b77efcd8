// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace Hephaestus::Test {

/// True in a build with AddressSanitizer. It needs descriptors and memory of its own, so a few rows leave it out and
/// say why.
#ifdef __SANITIZE_ADDRESS__
constexpr bool UnderAddressSanitizer = true;
#else
constexpr bool UnderAddressSanitizer = false;
#endif

/// Likewise of one with ThreadSanitizer.
#ifdef __SANITIZE_THREAD__
constexpr bool UnderThreadSanitizer = true;
#else
constexpr bool UnderThreadSanitizer = false;
#endif

} // namespace Hephaestus::Test
