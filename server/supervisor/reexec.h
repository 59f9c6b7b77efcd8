// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "server/supervisor/childcommand.h"

#include <chrono>

namespace Hephaestus {

/// This process as it was started: pid, arguments, environment and directory. So it can become the program file that is
/// now in that place on disk. Make it early in main(), before the directory changes.
class Reexec
{
public:
    Reexec();

    /// The path that will be executed. That is what execve(2) was given, so that a link is followed anew, or else where
    /// the file was when this process started.
    const QByteArray &path() const { return m_path; }
    const QByteArrayList &arguments() const { return m_arguments; } ///< in bytes, the program's name first

    /// Why the file now there cannot be executed, as far as can be seen without doing so. It may be missing, without
    /// permission, cut off or for another machine, or its loader or interpreter may be missing.
    std::optional<Problem> check() const;
    /// Whether it is another file than the one this process runs.
    bool isReplaced() const;
    /// Runs the file with `arguments`, and kills it after `timeout`: a Problem if it does not exit with 0, with the
    /// last line it wrote. Waits for it.
    std::optional<Problem> tryOut(const QByteArrayList &arguments, std::chrono::milliseconds timeout) const;

    /// Becomes the program, with the sockets as 3, 4, …; whatever else is open is closed. Every signal is at its
    /// default; SIGTERM and SIGINT stay held back if they are (UnixSignals). Returns only if that fails, and then
    /// nothing can be relied on but stderr: exit with the code. Other threads should be gone.
    StartFailure execute(const QList<HandedSocket> &sockets) const;

private:
    QByteArray m_path;
    QByteArrayList m_arguments;
    QByteArrayList m_environment;
    QByteArray directory() const;

    QByteArray m_directory;      ///< by the links by which it was started there
    QByteArray m_plainDirectory; ///< without them
};

} // namespace Hephaestus
