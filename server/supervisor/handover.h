// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/filedescriptor.h"
#include "server/supervisor/childcommand.h"

#include <vector>

namespace Hephaestus {

/// Puts descriptors in the places where the next program looks for them (sd_listen_fds(3)). Made with room to allocate;
/// place() only makes system calls.
class Handover
{
public:
    static constexpr int FirstSocket = 3; // SD_LISTEN_FDS_START

    /// Copies the sockets to numbers that none of the places overwrites; the givers keep theirs. False, with errno, if
    /// they cannot be.
    bool prepare(const QList<HandedSocket> &sockets);
    /// Moves a descriptor out of the way of the places.
    bool keepClear(FileDescriptor &descriptor) const;
    /// The sockets at 3, 4, …, and everything above them to be closed by the next execve(2). False, with errno, if it
    /// fails. Async-signal-safe.
    bool place() noexcept;

    static QByteArrayList names(const QList<HandedSocket> &sockets);

private:
    int above() const { return FirstSocket + m_count; }

    int m_count = 0;
    std::vector<FileDescriptor> m_sockets;
};

} // namespace Hephaestus
