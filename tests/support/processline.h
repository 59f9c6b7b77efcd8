// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QProcess>

namespace Hephaestus {

/// The next whole line that `process` writes to its read channel, without white space at its ends; empty if it ends, or
/// writes none within `timeout` milliseconds between two pieces. What is ready to read may be a part of a line: Python
/// without a buffer (PYTHONUNBUFFERED) writes each argument of print() by itself.
inline QByteArray nextLine(QProcess &process, int timeout = 60'000)
{
    while (!process.canReadLine()) {
        if (!process.waitForReadyRead(timeout))
            return {};
    }
    return process.readLine().trimmed();
}

} // namespace Hephaestus
