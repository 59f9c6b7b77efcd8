// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/health.h"
#include "server/core/cleanupstep.h"
#include "server/core/serverstate.h"

#include <QObject>
#include <QTimer>

namespace Hephaestus {

/// How long each part of a shutdown may take.
struct ShutdownTimes
{
    std::chrono::milliseconds notice{1000};
    std::chrono::milliseconds drain{30'000};

    bool operator==(const ShutdownTimes &) const = default;
};

/// Who asks for a shutdown.
enum class ShutdownAsker {
    Program,  ///< itself, or by a signal
    Endpoint, ///< a request over the network
};

/// The one shutdown of a service: notice, drain, the clean-up steps, done. However often and by whomever it is
/// asked for, it runs once, and finished() tells everybody the result.
///
/// Lives in the main thread, whose event loop drives it: a timer only knocks at advance(), which looks at
/// the clock and moves on. A step that fails, throws or passes its deadline is recorded and the next one runs.
class ShutdownSequence : public QObject
{
    Q_OBJECT

public:
    explicit ShutdownSequence(ServerState &state, ShutdownTimes times = {}, const Clock &clock = Clock::machine(),
                              QObject *parent = nullptr);
    ~ShutdownSequence() override;

    void setTimes(ShutdownTimes times);
    /// For every step that has not begun.
    void setStepDeadline(std::chrono::milliseconds deadline);

    /// Adds a step; one added while the steps run is run too, one added afterwards is not.
    void addStep(CleanupStep step);

    /// What the process is to exit with, where a step knows it: 0 leaves it to the outcome.
    void setExitCode(int exitCode) { m_givenExitCode = exitCode; }

    /// Drain, all steps' deadlines and 5 s: after that much nothing is waited for any more.
    std::chrono::milliseconds budget() const;

    /// Asks for the shutdown, at once (Immediate, Signal, Restart) or after the notice (Scheduled). A second
    /// request joins the first; one that cannot wait ends a notice. While starting there is no notice. A stop that
    /// joins a restart makes it a stop: result().mode tells, up to the end of the process.
    void request(ShutdownMode mode, std::optional<std::chrono::milliseconds> notice = {},
                 ShutdownAsker asker = ShutdownAsker::Program);
    /// Who made the request that result().mode is of.
    ShutdownAsker asker() const { return m_asker; }

    /// Takes a scheduled shutdown back; false once draining has begun, or if none is scheduled.
    bool cancel();

    bool isFinished() const { return m_finished; }
    /// What it came to; meaningful once finished, but for its mode, which is so from the request on. The exit code is
    /// the given one. Without one it is 0, 3 (a step failed or timed out), or 4 (requests were in flight at the drain's
    /// deadline).
    const ShutdownResult &result() const { return m_result; }

public Q_SLOTS:
    /// Looks at the clock and does what is due. The timer's slot; tests call it.
    void advance();

Q_SIGNALS:
    void noticeStarted(std::chrono::milliseconds notice);
    void noticeCancelled();
    void restartRevoked(); ///< a stop joined a restart that had begun
    void drainStarted(qint64 inFlight);
    void drainFinished(const Hephaestus::DrainReport &drain);
    void stepStarted(const QString &name);
    void stepFinished(const Hephaestus::StepReport &step);
    void finished(const Hephaestus::ShutdownResult &result);

private:
    struct Shared; ///< outlives the sequence in the hands of steps that answer late

    bool moveOn();
    void beginNotice(std::chrono::milliseconds notice);
    void beginDrain();
    void endDrain();
    bool beginNextStep();
    void endStep(StepOutcome outcome, const QString &error);
    void finish();
    void publish();
    void knockAt(Clock::TimePoint when);

    ServerState &m_state;
    ShutdownTimes m_times;
    const Clock &m_clock;
    std::shared_ptr<Shared> m_shared;
    std::vector<CleanupStep> m_steps; ///< in the order of running, those done removed
    ShutdownResult m_result;
    ShutdownAsker m_asker = ShutdownAsker::Program;
    QTimer m_timer;
    Clock::TimePoint m_deadline;     ///< of the present phase or step
    Clock::TimePoint m_phaseStarted; ///< of the drain, then of the clean-up
    Clock::TimePoint m_stepStarted;
    qint64 m_drainedFrom = 0;
    int m_givenExitCode = 0;
    bool m_stepRunning = false;
    bool m_advancing = false;
    bool m_again = false;
    bool m_finished = false;
};

} // namespace Hephaestus
