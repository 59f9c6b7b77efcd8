// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/processentry.h"

#include <QByteArray>

#include <utility>

namespace Hephaestus {

/// A process of a program's family, read once for a whole update of the manifest.
struct FamilyMember
{
    using Identity = std::pair<pid_t, quint64>; ///< pid and start ticks: one process, also when the pid comes again

    ProcessEntry entry;
    quint64 parentTicket = 0; ///< when its parent began, if that is of the family too; else 0
    QByteArray image;         ///< ProcessOrigin::imageOf()
    QByteArray program;       ///< ProcessOrigin::programOf()
    bool isFirst = false;     ///< the process that the others belong to
    bool isPassing = false;   ///< so young that it may be a command that is soon over

    Identity identity() const { return {entry.pid, entry.startTicks}; }
};

} // namespace Hephaestus
