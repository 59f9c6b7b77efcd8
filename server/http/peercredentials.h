// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <optional>

namespace Hephaestus {

/// The user whose process holds the other end of a connected socket. A Unix-domain socket says who connected
/// (SO_PEERCRED). For TCP on this machine the kernel's table of sockets does: sock_diag(7), else /proc/net/tcp.
///
/// Nothing when the kernel does not know: the peer is on another machine, or no process holds that socket any more. The
/// kernel reports user 0 for the latter, which is not root.
std::optional<uid_t> peerUser(int socketDescriptor);

} // namespace Hephaestus
