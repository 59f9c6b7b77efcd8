// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

namespace Hephaestus {

/// The number that every user has who is not in this process's user namespace.
uid_t overflowUser();

/// True if whom the kernel calls `user` is `wanted`. Not for the overflow user, unless this user namespace has all
/// users: it may be anybody, even if it is the number of this process itself. From any thread.
bool isSameUser(uid_t user, uid_t wanted);

} // namespace Hephaestus
