// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"

#include <QByteArray>
#include <QList>

namespace Hephaestus {

struct InheritedSocket
{
    int descriptor = -1;
    QByteArray name; ///< from LISTEN_FDNAMES; empty: it was not named

    bool operator==(const InheritedSocket &) const = default;
};

/// The listening sockets this process was started with, as systemd hands them over (sd_listen_fds(3)). There are
/// LISTEN_FDS of them from descriptor 3 on, if LISTEN_PID is this process. Empty: none were handed over.
///
/// Marks them close-on-exec and removes the variables, so that no child uses them.
Result<QList<InheritedSocket>> takeListenFds();

} // namespace Hephaestus
