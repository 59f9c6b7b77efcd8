// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/duration.h"
#include "common/protocol/wireword.h"

#include <QStringList>

namespace Hephaestus {

/// The life of a supervised program.
enum class ProcessState {
    Starting, ///< not started yet, or not ready for the first time yet
    Running,
    Suspended,  ///< somebody sent it SIGSTOP: it answers nothing. On the wire `running` with `suspended`
    Stopping,   ///< asked to end, or what it left behind is
    BackingOff, ///< it ended; it starts again after a delay
    Ended,      ///< it ended, and that is all: as it should, or because a user stopped it
    Failed,     ///< it ended as it should not, and is not started again
};

inline constexpr std::array AllProcessStates{
    ProcessState::Starting,   ProcessState::Running, ProcessState::Suspended, ProcessState::Stopping,
    ProcessState::BackingOff, ProcessState::Ended,   ProcessState::Failed,
};

/// The life of the next run of a program, beside the one that still serves.
enum class SuccessorState {
    Starting,
    Accepting, ///< it takes clients as soon as it gets them
    Stopping,
};

inline constexpr std::array AllSuccessorStates{SuccessorState::Starting, SuccessorState::Accepting,
                                               SuccessorState::Stopping};

struct WrappedSuccessor
{
    std::optional<qint64> pid{};
    WireWord<SuccessorState> state = SuccessorState::Starting;

    bool operator==(const WrappedSuccessor &) const = default;
};

/// What the wrapper itself is and uses.
struct Wrapper
{
    std::optional<qint64> pid{};
    std::optional<qint64> residentBytes{};
    std::optional<double> cpuSeconds{};

    bool operator==(const Wrapper &) const = default;
};

/// What a wrapper (`hephaestus run`) says of the program that it speaks for: `process` of the detailed body.
struct WrappedProcess
{
    QStringList command{};       ///< the program and its arguments
    std::optional<qint64> pid{}; ///< nothing: it does not run
    WireWord<ProcessState> state = ProcessState::Starting;
    std::optional<int> exitCode{}; ///< of the latest run that ended; nothing also when a signal ended it
    QString signal{};              ///< that ended it (`SIGSEGV`); empty: none did
    qint64 restarts = 0;
    qint64 outputLines = 0;
    std::optional<bool> ready{};           ///< it serves, by its ready rule; nothing: the wrapper does not say
    QString error{};                       ///< why it does not serve, in one line; empty: it does
    QStringList sockets{};                 ///< held open for it
    QString logFile{};                     ///< where its output is kept; empty: only in memory
    QString logError{};                    ///< why its output is not kept there; empty: it is
    bool overlap = false;                  ///< a restart starts its successor beside it first
    std::optional<Seconds> startTimeout{}; ///< of a successor, until it accepts
    std::optional<WrappedSuccessor> successor{};
    QString restartError{}; ///< of the latest restart; empty: it did not fail
    std::optional<Wrapper> wrapper{};

    bool operator==(const WrappedProcess &) const = default;
};

/// The words of the protocol (`backing_off`, `accepting`, …).
QString wireName(ProcessState state);
QString wireName(SuccessorState state);

} // namespace Hephaestus
