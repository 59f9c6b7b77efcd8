// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <functional>

class QObject;
class QProcess;

namespace Hephaestus {

/// How a process came out.
struct ProcessOutcome
{
    QString whyNotStarted{}; ///< empty: it was started
    int code = -1;           ///< its exit code, if it exited
    bool hasExited = false;  ///< false: it was not started, or a signal ended it
};

/// Calls `done` once, when the process that is started afterwards has ended or could not be started. QProcess tells the
/// two by different signals, and the latter even from within its start(); here both come from the event loop. Nothing
/// is called once `context` or the process is gone. All in one thread.
void whenOver(QProcess &process, QObject *context, std::function<void(const ProcessOutcome &)> done);

} // namespace Hephaestus
