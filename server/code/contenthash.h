// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/code/cputhrottle.h"

#include <QByteArrayView>

#include <array>
#include <optional>

namespace Hephaestus {

/// The hash of a content: BLAKE2b (RFC 7693) with 160 bits. Without processor-specific code it is about as fast as
/// SHA-1 and MD5 in QtCore, and several times as fast as SHA-256. Unlike SHA-1 and MD5 it is safe: nobody can make two
/// files with one hash.
using ContentHash = std::array<char, 20>;

ContentHash hashOf(QByteArrayView bytes);

/// Hashes an open regular file of `size` bytes; one of size 0 (as the kernel says of its own files) to its end. The
/// caller checks whether it still has that size afterwards. Nothing: it cannot be read, or the throttle was stopped.
std::optional<ContentHash> hashFile(int descriptor, qint64 size, CpuThrottle &throttle);

} // namespace Hephaestus
