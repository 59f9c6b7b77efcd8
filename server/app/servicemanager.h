// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/supervisor/childcommand.h"

namespace Hephaestus {

/// What is said to whoever set NOTIFY_SOCKET (sd_notify(3)), systemd as a rule; without it all of this does nothing.
/// Nobody waits for an answer. In any thread. libsystemd would bring six libraries for it.

/// One datagram: lines of `KEY=VALUE`, and a descriptor that stays ours (-1: none).
void notifyServiceManager(const QByteArray &message, int descriptor = -1);

/// Whether there is somebody to notify.
bool hasServiceManager();

/// Lets the service manager hold these listening sockets, so that a restart by it refuses no client: the next process
/// gets them by LISTEN_FDS, under their names. It does so for units with `FileDescriptorStoreMax=`, and only until the
/// unit has stopped. Unix-domain sockets are left out: their files go with the process.
void storeSockets(const QList<HandedSocket> &sockets);

/// Those of that name are not wanted any more.
void dropStoredSockets(const QByteArray &name);

} // namespace Hephaestus
