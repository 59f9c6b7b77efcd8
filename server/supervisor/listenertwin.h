// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/supervisor/filedescriptor.h"

/// Two listening sockets of one TCP address, the newer of which gets every connection that comes: the program that serves the older
/// one can finish its work and end without losing a client, whatever it does with connections it has just taken.
namespace Hephaestus {

/// The newer one (SO_REUSEPORT and a classic BPF program that chooses it, socket(7)). Not open, with errno, where that cannot be: not
/// a TCP socket, bound by another user, a port that takes a privilege.
FileDescriptor openListenerTwin(int listener);

/// Whether a client of this listener waits: in its queue, or accepted and its request not read yet, or not even come
/// (sock_diag(7)). False where the kernel does not say.
bool hasWaitingClients(int listener);

} // namespace Hephaestus
