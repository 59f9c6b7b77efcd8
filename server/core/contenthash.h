// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/core/pace.h"

#include <QByteArrayView>

#include <array>
#include <optional>

namespace Hephaestus {

/// A content, in 20 bytes: BLAKE2b (RFC 7693) with 160 bits. Of the functions in QtCore it is, without processor-specific code, about
/// as fast as SHA-1 and MD5 and several times as fast as SHA-256, and unlike the first two nobody can make two files with one hash.
using ContentHash = std::array<char, 20>;

ContentHash hashOf(QByteArrayView bytes);

/// Hashes an open regular file from its start to its end. Nothing: it cannot be read, or the pace was stopped.
std::optional<ContentHash> hashFile(int descriptor, Pace &pace);

} // namespace Hephaestus
