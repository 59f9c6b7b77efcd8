// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/client/openfiles.h"

#include <algorithm>
#include <atomic>
#include <utility>

namespace Hephaestus {
namespace {

constexpr rlim_t ForOthers = 512; ///< requests in flight on connections that are not kept, files, pipes, the display
std::atomic<int> keptConnections = 0;
std::atomic<rlim_t> raisedFrom = 0; ///< 0: not raised

rlimit limit()
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return limit;
}

} // namespace

void OpenFiles::allow(int connections)
{
    rlimit files = limit();
    const rlim_t wanted = std::min(files.rlim_max, rlim_t(std::max(connections, 0)) + ForOthers);
    if (files.rlim_cur >= wanted)
        return;
    const rlim_t before = std::exchange(files.rlim_cur, wanted);
    rlim_t never = 0;
    if (::setrlimit(RLIMIT_NOFILE, &files) == 0)
        raisedFrom.compare_exchange_strong(never, before);
}

int OpenFiles::mostKept()
{
    const rlim_t files = std::min<rlim_t>(limit().rlim_cur, 1 << 30);
    return int(files - std::min(files / 2, ForOthers));
}

void OpenFiles::giveBack(pid_t pid)
{
    rlimit files = limit();
    if (raisedFrom == 0)
        return;
    files.rlim_cur = raisedFrom;
    ::prlimit(pid, RLIMIT_NOFILE, &files, nullptr);
}

bool KeptPlace::take()
{
    if (!m_isHad) {
        m_isHad = ++keptConnections <= OpenFiles::mostKept();
        if (!m_isHad)
            --keptConnections;
    }
    return m_isHad;
}

void KeptPlace::giveUp()
{
    if (std::exchange(m_isHad, false))
        --keptConnections;
}

} // namespace Hephaestus
