// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/shutdownsequence.h"

#include "common/base/post.h"

#include <QRandomGenerator>

#include <algorithm>
#include <exception>
#include <mutex>

namespace Hephaestus {

/// What a step's CleanupDone and the sequence have in common.
struct ShutdownSequence::Shared
{
    std::mutex mutex;
    ShutdownSequence *sequence = nullptr; ///< nothing once it is gone
    quint64 step = 0;                     ///< the step now running; an answer for another one bounces
    std::optional<QString> answer;        ///< of that step; empty text: it went well
};

ShutdownSequence::ShutdownSequence(ServerState &state, ShutdownTimes times, const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_state(state)
    , m_times(times)
    , m_clock(clock)
    , m_shared(std::make_shared<Shared>())
{
    m_shared->sequence = this;
    m_state.setShutdownTimes(times.notice, times.drain);
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &ShutdownSequence::advance);
    m_state.setIdleListener([shared = m_shared] {
        const std::lock_guard lock(shared->mutex);
        if (shared->sequence && shared->sequence->m_state.phase() == Phase::Draining)
            post(shared->sequence, &ShutdownSequence::advance);
    });
}

ShutdownSequence::~ShutdownSequence()
{
    m_state.setIdleListener({});
    const std::lock_guard lock(m_shared->mutex);
    m_shared->sequence = nullptr;
}

void ShutdownSequence::setTimes(ShutdownTimes times)
{
    m_times = times;
    m_state.setShutdownTimes(times.notice, times.drain);
}

void ShutdownSequence::addStep(CleanupStep step)
{
    // A new registered step goes before its equals (last added first), any other behind them.
    const auto comesBefore = [](const CleanupStep &a, const CleanupStep &b) { return a.stage < b.stage; };
    const auto place = step.stage == CleanupStage::Registered
        ? std::lower_bound(m_steps.begin(), m_steps.end(), step, comesBefore)
        : std::upper_bound(m_steps.begin(), m_steps.end(), step, comesBefore);
    // While a step runs it stays at the front.
    const auto earliest = m_steps.begin() + (m_stepRunning ? 1 : 0);
    m_steps.insert(std::max(place, earliest), std::move(step));
}

void ShutdownSequence::setStepDeadline(std::chrono::milliseconds deadline)
{
    for (size_t i = m_stepRunning ? 1 : 0; i < m_steps.size(); ++i)
        m_steps[i].deadline = deadline;
}

std::chrono::milliseconds ShutdownSequence::budget() const
{
    std::chrono::milliseconds total = m_times.drain + std::chrono::seconds(5);
    for (const CleanupStep &step : m_steps)
        total += step.deadline;
    return total;
}

void ShutdownSequence::request(ShutdownMode mode, std::optional<std::chrono::milliseconds> notice, ShutdownAsker asker)
{
    const Phase phase = m_state.phase();
    if (phase >= Phase::Draining) {
        if (m_result.mode == ShutdownMode::Restart && mode != ShutdownMode::Restart) {
            m_result.mode = mode; // joined; but who wants it stopped does not want it back
            m_asker = asker;
            Q_EMIT restartRevoked();
        }
        return;
    }
    if (mode == ShutdownMode::Scheduled && phase == Phase::Notice)
        return; // joined
    m_result.mode = mode;
    m_asker = asker;
    if (m_result.shutdownId.isEmpty()) {
        const quint64 id = QRandomGenerator::system()->generate64();
        m_result.shutdownId = QStringLiteral("%1").arg(id, 16, 16, QLatin1Char('0'));
    }
    if (mode == ShutdownMode::Scheduled && phase == Phase::Running)
        beginNotice(notice.value_or(m_times.notice));
    else
        beginDrain();
    advance();
}

bool ShutdownSequence::cancel()
{
    if (m_state.phase() != Phase::Notice || !m_state.enter(Phase::Running))
        return false;
    m_timer.stop();
    m_result = {};
    m_state.withdrawShutdown();
    m_state.setShutdown({});
    Q_EMIT noticeCancelled();
    return true;
}

void ShutdownSequence::advance()
{
    // Steps and slots of our signals may end up here again; the outer loop does it for them.
    m_again = true;
    if (m_advancing)
        return;
    m_advancing = true;
    while (std::exchange(m_again, false)) {
        while (moveOn()) {
        }
    }
    m_advancing = false;
}

/// Does one thing that is due; false when nothing is.
bool ShutdownSequence::moveOn()
{
    switch (m_state.phase()) {
    case Phase::Notice:
        if (m_clock.now() < m_deadline)
            break;
        beginDrain();
        return true;
    case Phase::Draining:
        if (m_state.requestsInFlight() > 0 && m_clock.now() < m_deadline)
            break;
        endDrain();
        return true;
    case Phase::CleaningUp: {
        if (!m_stepRunning)
            return beginNextStep();
        std::optional<QString> answer;
        {
            const std::lock_guard lock(m_shared->mutex);
            answer = m_shared->answer;
        }
        if (answer)
            endStep(answer->isEmpty() ? StepOutcome::Ok : StepOutcome::Failed, *answer);
        else if (m_clock.now() >= m_deadline)
            endStep(StepOutcome::TimedOut, tr("no answer within %1 ms").arg(m_steps.front().deadline.count()));
        else
            break;
        return true;
    }
    case Phase::Starting:
    case Phase::Running:
    case Phase::Stopped: return false;
    }
    knockAt(m_deadline);
    return false;
}

void ShutdownSequence::beginNotice(std::chrono::milliseconds notice)
{
    if (!m_state.enter(Phase::Notice))
        return;
    m_deadline = m_clock.now() + notice;
    publish();
    Q_EMIT noticeStarted(notice);
}

void ShutdownSequence::beginDrain()
{
    if (!m_state.enter(Phase::Draining))
        return;
    m_phaseStarted = m_clock.now();
    m_deadline = m_phaseStarted + m_times.drain;
    m_drainedFrom = m_state.requestsInFlight();
    publish();
    Q_EMIT drainStarted(m_drainedFrom);
}

void ShutdownSequence::endDrain()
{
    DrainReport drain;
    drain.waited = m_clock.now() - m_phaseStarted;
    drain.abandoned = m_state.requestsInFlight();
    drain.completed = std::max<qint64>(0, m_drainedFrom - drain.abandoned);
    m_result.drain = drain;
    m_state.enter(Phase::CleaningUp);
    m_phaseStarted = m_clock.now();
    m_deadline = {};
    publish();
    Q_EMIT drainFinished(drain);
}

bool ShutdownSequence::beginNextStep()
{
    if (m_steps.empty()) {
        finish();
        return false;
    }
    quint64 token = 0;
    {
        const std::lock_guard lock(m_shared->mutex);
        token = ++m_shared->step;
        m_shared->answer.reset();
    }
    CleanupDone done([shared = m_shared, token](const QString &error) {
        const std::lock_guard lock(shared->mutex);
        if (!shared->sequence || shared->step != token || shared->answer)
            return;
        shared->answer = error;
        post(shared->sequence, &ShutdownSequence::advance);
    });
    m_stepRunning = true;
    m_stepStarted = m_clock.now();
    m_deadline = m_stepStarted + m_steps.front().deadline;
    publish();
    Q_EMIT stepStarted(m_steps.front().name);
    // A copy: the step may add others, which moves this one.
    const auto run = m_steps.front().run;
    try {
        run(done);
    } catch (const std::exception &error) {
        done.failed(tr("threw: %1").arg(QString::fromLocal8Bit(error.what())));
    } catch (...) {
        done.failed(tr("threw something that is no std::exception"));
    }
    return true;
}

void ShutdownSequence::endStep(StepOutcome outcome, const QString &error)
{
    {
        const std::lock_guard lock(m_shared->mutex);
        ++m_shared->step; // a later answer bounces
    }
    const StepReport step{m_steps.front().name, outcome, m_clock.now() - m_stepStarted, error};
    m_steps.erase(m_steps.begin());
    m_stepRunning = false;
    m_result.steps << step;
    publish();
    Q_EMIT stepFinished(step);
}

void ShutdownSequence::finish()
{
    const bool allWell = std::all_of(m_result.steps.cbegin(), m_result.steps.cend(),
                                     [](const StepReport &step) { return step.outcome == StepOutcome::Ok; });
    const bool drained = m_result.drain->abandoned == 0;
    m_result.cleanupDuration = m_clock.now() - m_phaseStarted;
    m_result.exitCode = m_givenExitCode != 0 ? m_givenExitCode : !drained ? 4 : !allWell ? 3 : 0;
    m_result.complete = drained && allWell;
    m_finished = true;
    m_timer.stop();
    m_state.enter(Phase::Stopped);
    publish();
    Q_EMIT finished(m_result);
}

/// Lets `/health/status` tell how far it is.
void ShutdownSequence::publish()
{
    ShutdownProgress progress;
    progress.mode = m_result.mode;
    progress.phase = wireName(m_state.phase());
    progress.steps = m_result.steps;
    for (const CleanupStep &step : m_steps) {
        const bool running = m_stepRunning && &step == &m_steps.front();
        progress.steps << StepReport{step.name, running ? StepOutcome::Running : StepOutcome::Pending, Seconds(0), {}};
    }
    m_state.setShutdown(progress, m_finished ? Clock::TimePoint() : m_deadline);
}

void ShutdownSequence::knockAt(Clock::TimePoint when)
{
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(when - m_clock.now());
    m_timer.start(std::max(left, std::chrono::milliseconds(0)));
}

} // namespace Hephaestus
