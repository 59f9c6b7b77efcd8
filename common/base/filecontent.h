// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

namespace Hephaestus {

/// Puts `content` in place of what the open file has, for small records that processes share under a lock. The file
/// stays the same one, as its lock must. It is written by one write(2), so who is killed leaves it whole.
///
/// False, with errno: it could not be written, as on a full disk, and has what it had. One of over 16 MiB is no such
/// record, and may be empty then. From any thread.
bool replaceContent(int file, QByteArrayView content);

} // namespace Hephaestus
