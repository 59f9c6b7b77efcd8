// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/wrappedprocess.h"

namespace Hephaestus {

QString wireName(ProcessState state)
{
    switch (state) {
    case ProcessState::Starting: return QStringLiteral("starting");
    case ProcessState::Running: return QStringLiteral("running");
    case ProcessState::Suspended: return QStringLiteral("suspended");
    case ProcessState::Stopping: return QStringLiteral("stopping");
    case ProcessState::BackingOff: return QStringLiteral("backing_off");
    case ProcessState::Ended: return QStringLiteral("ended");
    case ProcessState::Failed: return QStringLiteral("failed");
    }
    Q_UNREACHABLE();
}

QString wireName(SuccessorState state)
{
    switch (state) {
    case SuccessorState::Starting: return QStringLiteral("starting");
    case SuccessorState::Accepting: return QStringLiteral("accepting");
    case SuccessorState::Stopping: return QStringLiteral("stopping");
    }
    Q_UNREACHABLE();
}

} // namespace Hephaestus
