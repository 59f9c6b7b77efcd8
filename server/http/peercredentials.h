// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <optional>

namespace Hephaestus {

/// The user whose process holds the other end of a connected socket: for a Unix-domain socket by SO_PEERCRED (who
/// connected), for TCP on this machine by the kernel's table of sockets (sock_diag(7), else /proc/net/tcp). Nothing
/// when the kernel does not know: the peer is on another machine, or no process holds that socket any more (the kernel
/// says user 0 then, which must not be taken for root).
std::optional<uid_t> peerUser(int socketDescriptor);

} // namespace Hephaestus
