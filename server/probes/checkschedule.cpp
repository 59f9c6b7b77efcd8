// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/probes/checkschedule.h"

#include <QRandomGenerator>

namespace Hephaestus {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds LongestRetryAfter = 24h;
constexpr auto LongestTimer = 1h; ///< a timer counts in an int; advance() looks at the clock anyway

/// A tenth more or less, so that many services started together do not ask together for ever.
std::chrono::milliseconds jittered(std::chrono::milliseconds interval)
{
    const double factor = 0.9 + 0.2 * QRandomGenerator::global()->generateDouble();
    return std::chrono::round<std::chrono::milliseconds>(interval * factor);
}

} // namespace

CheckSchedule::CheckSchedule(ServerState &state, Dependency &dependency, ProbeFactory makeProbe,
                             std::chrono::milliseconds interval, Patience patience, const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_state(state)
    , m_dependency(dependency)
    , m_makeProbe(std::move(makeProbe))
    , m_interval(interval)
    , m_patience(patience)
    , m_clock(clock)
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &CheckSchedule::advance);
}

CheckSchedule::~CheckSchedule()
{
    if (m_current == State::Running || m_current == State::Stopping)
        m_state.endTask();
}

void CheckSchedule::start()
{
    if (m_current != State::New)
        return;
    m_current = State::Running;
    m_state.beginTask();
    m_next = m_clock.now();
    advance();
}

void CheckSchedule::advance()
{
    if (m_current != State::Running || m_probe)
        return;
    if (m_clock.now() >= m_next)
        begin();
    else
        knock();
}

void CheckSchedule::checkNow(Done done)
{
    if (done)
        m_waiting.push_back(std::move(done));
    if (m_probe)
        return;
    if (m_current == State::Running)
        begin();
    else
        answer();
}

void CheckSchedule::stop(Done done)
{
    if (done)
        m_waiting.push_back(std::move(done));
    m_timer.stop();
    if (m_current == State::Running) {
        m_current = State::Stopping;
        if (m_probe) {
            m_probe->cancel();
            return;
        }
        m_state.endTask();
    }
    if (m_current == State::Stopping && m_probe)
        return;
    m_current = State::Stopped;
    answer();
}

void CheckSchedule::begin()
{
    m_timer.stop();
    m_began = m_clock.now();
    m_probe = m_makeProbe();
    connect(m_probe.get(), &Probe::finished, this, &CheckSchedule::end);
    m_probe->start();
}

void CheckSchedule::end(const Outcome &outcome)
{
    m_probe.release()->deleteLater(); // we are in its signal
    if (m_current == State::Stopping) {
        m_current = State::Stopped;
        m_state.endTask();
        answer();
        return;
    }
    record(outcome);
    planNext(outcome);
    ++m_checks;
    advance();
    Q_EMIT checked(outcome);
    answer(); // last: whoever waited may delete this
}

void CheckSchedule::record(const Outcome &outcome)
{
    m_dependency.setLastCheckDuration(m_clock.now() - m_began);
    for (auto detail = outcome.details.cbegin(); detail != outcome.details.cend(); ++detail)
        m_dependency.setDetail(detail.key(), detail.value());
    if (outcome.ok)
        m_dependency.recordSuccess();
    else
        m_dependency.recordFailure(outcome.message);
}

void CheckSchedule::planNext(const Outcome &outcome)
{
    const bool needsAPerson =
        outcome.errorClass == ErrorClass::Credentials || outcome.errorClass == ErrorClass::Billing;
    m_doublings = needsAPerson ? std::min(m_doublings + 1, 20) : 0;
    const auto backoff = std::max(m_interval, std::min(m_interval * (1 << m_doublings), m_patience.longestBackoff));
    m_next = m_clock.now() + jittered(backoff);
    if (m_patience.obeysRetryAfter && outcome.retryAfter)
        m_next = std::max(m_next, m_clock.now() + std::min(*outcome.retryAfter, LongestRetryAfter));
}

void CheckSchedule::knock()
{
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(m_next - m_clock.now());
    m_timer.start(std::clamp<std::chrono::milliseconds>(left, 1ms, LongestTimer));
}

void CheckSchedule::answer()
{
    for (const Done &done : std::exchange(m_waiting, {}))
        done();
}

} // namespace Hephaestus
