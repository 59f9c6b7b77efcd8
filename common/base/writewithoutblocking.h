// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

namespace Hephaestus {

/// Writes to a descriptor that others share, stdout or stderr: as much as it takes without waiting for its reader.
/// Returns how many bytes that was. The descriptor's own flags stay as they are.
qsizetype writeWithoutBlocking(int descriptor, QByteArrayView bytes);

} // namespace Hephaestus
