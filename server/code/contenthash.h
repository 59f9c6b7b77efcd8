// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/code/cputhrottle.h"

#include <QByteArrayView>

#include <array>
#include <optional>

namespace Hephaestus {

/// A content, in 20 bytes: BLAKE2b (RFC 7693) with 160 bits. Of the functions in QtCore it is, without
/// processor-specific code, about as fast as SHA-1 and MD5 and several times as fast as SHA-256, and unlike the first
/// two nobody can make two files with one hash.
using ContentHash = std::array<char, 20>;

ContentHash hashOf(QByteArrayView bytes);

/// Hashes an open regular file of `size` bytes; of size 0 (as files of the kernel are said to be) to its end. Whether
/// it is still of that size afterwards is the caller's to find out. Nothing: it cannot be read, or the throttle was
/// stopped.
std::optional<ContentHash> hashFile(int descriptor, qint64 size, CpuThrottle &throttle);

} // namespace Hephaestus
