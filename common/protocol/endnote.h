// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <array>

namespace Hephaestus {

/// By what a service was asked to shut down.
enum class EndReason {
    Endpoint,       ///< POST /health/shutdown, or its schedule
    Terminal,       ///< Ctrl+C where it runs, or that terminal was closed
    ServiceManager, ///< systemd
    Signal,         ///< of some other process
};
inline constexpr std::array AllEndReasons{EndReason::Endpoint, EndReason::Terminal, EndReason::ServiceManager,
                                          EndReason::Signal};

QString wireName(EndReason reason);

/// What a service says of its own end when its clean-up is over.
struct EndNote
{
    QString instance{};
    qint64 pid = 0;
    EndReason reason = EndReason::Signal;
    QString by{}; ///< of a Signal: `bash (pid 77)`; empty: not known
    int exitCode = 0;
    bool isComplete = true; ///< its clean-up; false says so where the exit code does not: a master's, of its workers

    /// Somebody wanted it, and its clean-up is complete. A signal may come from any program: that is for people to
    /// judge.
    bool wasPlanned() const { return exitCode == 0 && isComplete && reason != EndReason::Signal; }

    bool operator==(const EndNote &) const = default;
};

} // namespace Hephaestus
