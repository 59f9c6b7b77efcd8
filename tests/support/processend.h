// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QProcess>

namespace Hephaestus {

/// Whether `process` has ended, or does within `timeout` milliseconds. QProcess::waitForFinished() alone is false of
/// one whose end an event loop has seen before.
inline bool hasEnded(QProcess &process, int timeout = 60'000)
{
    if (process.state() == QProcess::NotRunning)
        return process.error() != QProcess::FailedToStart;
    return process.waitForFinished(timeout);
}

} // namespace Hephaestus
