// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

namespace Hephaestus {

/// The files this process may have open (RLIMIT_NOFILE), of which each connection is one. Desktops allow 1,024 by
/// default and far more to those who ask (the hard limit). Any thread.
class OpenFiles
{
public:
    /// Raises the soft limit so that `connections` can be kept, as far as the hard limit lets it; never lowers it.
    static void allow(int connections);
    /// How many connections may be kept open for later requests, so that there is always room for others and for files.
    static int mostKept();
    /// Gives a program that was just started the soft limit that allow() found: one that uses select(2) must not get
    /// descriptors above it.
    static void giveBack(pid_t pid);
};

/// The right to keep one connection open; of them there are OpenFiles::mostKept() in the process. Any thread.
class KeptPlace
{
public:
    KeptPlace() = default;
    ~KeptPlace() { giveUp(); }
    KeptPlace(const KeptPlace &) = delete;
    KeptPlace &operator=(const KeptPlace &) = delete;

    bool take(); ///< true if it is had, also from before
    void giveUp();

private:
    bool m_isHad = false;
};

} // namespace Hephaestus
