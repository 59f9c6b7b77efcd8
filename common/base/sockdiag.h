// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/filedescriptor.h"

#include <QtGlobal>

#include <linux/inet_diag.h>

namespace Hephaestus {

/// Asks the kernel about TCP sockets (sock_diag(7)). The answer is to be read from the descriptor, where a read waits
/// for 200 ms at most; not open: the kernel cannot be asked. `flags`: NLM_F_DUMP for all sockets that match. Any
/// thread.
FileDescriptor askAboutSockets(const inet_diag_req_v2 &question, quint16 flags = 0);

} // namespace Hephaestus
