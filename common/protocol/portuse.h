// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/servicesnapshot.h"

namespace Hephaestus {

/// Who holds a listening socket, as `hephaestus port` tells. Text as it is, control characters included.
struct PortUse
{
    QString address;   ///< `127.0.0.1:8000`; 0.0.0.0 and [::] are every address
    qint64 pid = 0;    ///< 0: another user's process, of which nothing else is known
    QString command;   ///< its arguments, joined by blanks
    QString directory; ///< where it was started, if it says so; else where it is
    QString worktree;  ///< the git work tree around that directory; empty: none
    QString branch;    ///< of that work tree; empty: detached, or none
    /// Nothing: it does not speak the protocol, or not in time.
    std::optional<ServiceSnapshot> service;

    bool operator==(const PortUse &) const = default;
};

} // namespace Hephaestus
