// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/processentry.h"

#include <QList>

namespace Hephaestus {

/// Whether a program waits for clients, as far as it can be seen from outside.
enum class Acceptance {
    Seen,
    NotSeen,      ///< it does not, or is busy right now
    CannotBeSeen, ///< it may: it uses io_uring, or the kernel shows nothing of it to this user
};

/// Whether the family that `leader` began waits for clients on each of these sockets: in an epoll set, or a thread of
/// it in accept, poll or select (proc(5): fdinfo and syscall). Any descriptor of this process names a socket. Reads
/// /proc of the leader, and of all processes if that one is not seen to accept.
Acceptance acceptanceOf(const ProcessEntry &leader, const QList<int> &sockets);

} // namespace Hephaestus
