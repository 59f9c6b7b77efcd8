// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/handover.h"

#include <algorithm>
#include <fcntl.h>
#include <sys/resource.h>

namespace Hephaestus {
namespace {

void closeOnExecFrom(unsigned first) noexcept
{
#ifdef CLOSE_RANGE_CLOEXEC
    if (::close_range(first, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
        return;
#endif
    // Before Linux 5.11, or forbidden by a sandbox.
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    for (unsigned number = first; number < std::min<rlim_t>(limit.rlim_cur, 1 << 16); ++number)
        ::fcntl(int(number), F_SETFD, FD_CLOEXEC);
}

} // namespace

bool Handover::prepare(const QList<HandedSocket> &sockets)
{
    m_count = int(sockets.size());
    for (const HandedSocket &socket : sockets) {
        const int copy = ::fcntl(socket.descriptor, F_DUPFD_CLOEXEC, above());
        if (copy < 0)
            return false;
        m_sockets.emplace_back(copy);
    }
    return true;
}

bool Handover::keepClear(FileDescriptor &descriptor) const
{
    const int moved = ::fcntl(descriptor.number(), F_DUPFD_CLOEXEC, above());
    if (moved < 0)
        return false;
    descriptor.reset(moved);
    return true;
}

bool Handover::place() noexcept
{
    for (int i = 0; i < m_count; ++i) {
        if (::dup2(m_sockets[std::size_t(i)].number(), FirstSocket + i) < 0)
            return false;
    }
    closeOnExecFrom(unsigned(above()));
    return true;
}

QByteArrayList Handover::names(const QList<HandedSocket> &sockets)
{
    QByteArrayList names;
    for (const HandedSocket &socket : sockets)
        names.append(socket.name);
    return names;
}

} // namespace Hephaestus
