// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/supervisor/childcommand.h"

#include <optional>
#include <vector>

namespace Hephaestus {

/// A program with its arguments and environment, prepared down to the pointers execve(2) takes. So a child just forked
/// can run it: execute() makes system calls only. Neither copied nor moved, as it points into itself.
///
/// With listeners the environment gets LISTEN_FDS, LISTEN_FDNAMES and LISTEN_PID (the pid of whoever calls execute()).
/// Without, it has none of them, whatever this process was given.
class ExecImage
{
public:
    ExecImage(const ChildCommand &command, const QByteArrayList &listenerNames);
    /// The same with exactly this environment and this one path, whatever the first argument says.
    ExecImage(const QByteArray &path, const QByteArrayList &arguments, const QByteArrayList &environment,
              const QByteArrayList &listenerNames);
    ExecImage(const ExecImage &) = delete;
    ExecImage &operator=(const ExecImage &) = delete;

    /// Why this command cannot be handed to the kernel at all.
    static std::optional<StartFailure> refuse(const ChildCommand &command);

    /// Becomes the program; returns, with an errno, only if that fails. ELIBACC stands for a program whose interpreter
    /// or loader is missing. Async-signal-safe.
    int execute() noexcept;

    /// What an errno of execute() means, with the exit code for it.
    StartFailure explain(int error) const;

private:
    void prepare(const QByteArrayList &arguments, QByteArrayList environment, const QByteArrayList &listenerNames);

    QByteArray m_program;   ///< as asked for
    QByteArrayList m_paths; ///< tried in this order
    QByteArrayList m_arguments;
    QByteArrayList m_environment;
    std::vector<char *> m_argumentPointers;
    std::vector<char *> m_environmentPointers;
    std::vector<const char *> m_pathPointers;
    char *m_pidDigits = nullptr; ///< in the environment; null without listeners
};

} // namespace Hephaestus
