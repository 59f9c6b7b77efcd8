// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/filedescriptor.h"

/// Two listening sockets of one TCP address, and the choice which of them gets the connections that come. Once that is
/// the newer one, the program that serves the older one can finish its work and end. It loses no client, whatever it
/// does with connections it has just taken.
namespace Hephaestus {

/// The newer one (SO_REUSEPORT and a classic BPF program that chooses, socket(7)); the older one still gets all. Not
/// open, with errno, where that cannot be: not a TCP socket, bound by another user, a port that takes a privilege.
///
/// Of a listener that was made without ListenOptions::mayHaveTwin, or had no twin yet, a connection of the first
/// microseconds may go to the newer one.
FileDescriptor openListenerTwin(int listener);

/// From now on the newer one gets all. False, with errno, if that fails.
bool preferTwin(int twin);

/// The only listener of a TCP address: no other socket takes that from now on, whatever it asks for. Without effect
/// where that cannot be: a port that takes a privilege, or one that is taken at every other address.
void refuseSharedPort(int listener);

/// Whether a client of this listener waits: in its queue, or accepted and its request not read yet, or not even come
/// (sock_diag(7)). False where the kernel does not say.
bool hasWaitingClients(int listener);

} // namespace Hephaestus
