// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/programpages.h"
#include "server/supervisor/guardian.h"
#include "server/supervisor/outputfile.h"
#include "server/supervisor/remainingfamily.h"

#include <array>
#include <optional>

namespace Hephaestus {

/// What a supervisor sends to its guardian, as it is, followed by so many ProcessEntry. The descriptors of the outputs
/// that are open go with it.
struct GuardedState
{
    static constexpr std::size_t MostPrograms = 3; ///< that serves, its successor, and its predecessor
    static constexpr std::size_t MostOutputs = 2 * MostPrograms;
    static constexpr std::size_t MostStrays = 512;

    struct Program
    {
        ProcessEntry leader;                ///< pid 0: none
        std::array<bool, 2> isOpen{};       ///< stdout and stderr
        bool isTold = false;                ///< to end
        std::chrono::nanoseconds killAt{0}; ///< then, by the steady clock
    };

    std::array<Program, MostPrograms> programs{};
    std::size_t strays = 0;
};

/// What the guardian's process does. It may have been forked beside other threads: no event loop, no locale, nothing
/// that takes a lock of theirs.
class GuardianProcess
{
public:
    GuardianProcess(pid_t supervisor, const QByteArray &mark, GuardianOptions options);

    /// `channel`: the supervisor's words come there, and its end. `pages` are given back once it only waits.
    [[noreturn]] void run(int channel, const ProgramPages &pages);

private:
    struct HeldOutput
    {
        FileDescriptor descriptor;
        OutputStream stream = OutputStream::Stdout;
        QByteArray partial;
    };

    void standAlone(int channel);
    bool receive();
    void accept(const GuardedState &state, const ProcessEntry *strays, const int *descriptors, std::size_t count);
    void endFamily();
    void endGroups();
    void begin(const QList<ProcessEntry> &remains);
    void findLeader(const QList<ProcessEntry> &remains);
    void tellLeaders();
    void endRemains(const QList<ProcessEntry> &remains);
    void beBackedUp();
    void watchBackup();
    bool isLed() const;
    void drain(std::chrono::milliseconds time);
    void read(HeldOutput &output);
    void say(const QString &text);

    const pid_t m_supervisor;
    const GuardianOptions m_options;
    RemainingFamily m_family;
    GuardedState m_state;
    bool m_wasTold = false;
    std::array<HeldOutput, GuardedState::MostOutputs> m_outputs;
    std::optional<OutputFile> m_file;
    QSet<pid_t> m_asked;
    std::chrono::steady_clock::time_point m_began;
    std::chrono::steady_clock::time_point m_killAt;
    bool m_isKilling = false;
    pid_t m_backup = 0;
    FileDescriptor m_toBackup; ///< its end without a word lets the backup go on
};

} // namespace Hephaestus
