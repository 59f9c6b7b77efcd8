// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>

namespace Hephaestus {

/// How a program ended.
struct ChildEnd
{
    std::optional<int> exitCode{}; ///< if it exited
    int signalNumber = 0;          ///< what ended it, if it did not
    bool dumpedCore = false;
    bool wasKilled = false; ///< it, or some of its processes, did not end in time and got SIGKILL
    int left = 0;           ///< processes of its that even SIGKILL did not end in time (uninterruptible sleep)

    bool isSuccess() const { return exitCode == 0; }
    /// The exit code, or 128 and the signal's number, as a shell has it.
    int exitStatus() const { return exitCode.value_or(128 + signalNumber); }
    /// `exited with code 1`, `killed by SIGSEGV (core dumped)`.
    QString text() const;

    bool operator==(const ChildEnd &) const = default;
};

/// `SIGTERM`, or `signal 40`.
QString signalName(int signalNumber);

} // namespace Hephaestus
