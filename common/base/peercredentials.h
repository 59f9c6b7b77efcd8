// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <optional>

namespace Hephaestus {

/// The user whose process holds the other end of a connected socket. A Unix-domain socket says who connected
/// (SO_PEERCRED). For TCP on this machine the kernel's table of sockets does: sock_diag(7), else /proc/net/tcp.
///
/// Nothing when the kernel does not know: the peer is on another machine, or no process holds that socket any more. The
/// kernel reports user 0 for the latter, which is not root. Nor does it know a user of another user namespace: all of
/// them have the overflow user's number here, so that one is nobody.
std::optional<uid_t> peerUser(int socketDescriptor);

/// Who answers on a connection that this process made.
struct Answerer
{
    bool isHere = false;       ///< on this machine: over loopback, an own address, or a Unix-domain socket
    std::optional<uid_t> user; ///< nothing: cannot be told

    bool operator==(const Answerer &) const = default;
};

/// The user whose process accepted the connection; before that, the one whose process listens where it leads to. A
/// stranger who gives up the port meanwhile is never taken for the next one who listens there.
Answerer answererOf(int socketDescriptor);

} // namespace Hephaestus
