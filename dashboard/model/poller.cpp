// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/poller.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace Hephaestus {

using namespace std::chrono_literals;

namespace {

constexpr auto StatisticsSpan = 10s;
constexpr auto Granularity = 50ms; ///< of the timer: many services share one wake-up
constexpr auto ShortestInterval = 100ms;

/// Where in its interval a service is asked, 0 to 1: multiples of the golden ratio spread any number of services evenly
/// without knowing how many there will be (Knuth, The Art of Computer Programming 6.4, theorem S).
double spreadOf(ServiceId id)
{
    double whole = 0;
    return 0.1 + 0.9 * std::modf(id * 0.6180339887498949, &whole);
}

} // namespace

Poller::Poller(Ask ask, const TimeSource &time, QObject *parent) : QObject(parent), m_ask(std::move(ask)), m_time(time)
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &Poller::poll);
}

void Poller::add(ServiceId id, std::chrono::milliseconds interval)
{
    m_subjects.insert_or_assign(id, Subject{std::max(interval, ShortestInterval), m_time.steady()});
    arm();
}

void Poller::remove(ServiceId id)
{
    const auto found = m_subjects.find(id);
    if (found == m_subjects.end())
        return;
    m_inFlight -= found->second.question != 0;
    m_subjects.erase(found);
}

void Poller::setEager(ServiceId id, bool eager)
{
    const auto found = m_subjects.find(id);
    if (found == m_subjects.end())
        return;
    found->second.eager = eager;
    if (eager)
        hurry(id);
}

void Poller::hurry(ServiceId id)
{
    const auto found = m_subjects.find(id);
    if (found == m_subjects.end())
        return;
    found->second.due = m_time.steady();
    arm();
}

void Poller::start()
{
    m_running = true;
    arm();
}

void Poller::stop()
{
    m_running = false;
    m_timer.stop();
}

void Poller::poll()
{
    const auto now = m_time.steady();
    std::vector<std::pair<TimeSource::Steady, ServiceId>> due;
    for (const auto &[id, subject] : m_subjects) {
        if (subject.question == 0 && subject.due <= now)
            due.emplace_back(subject.due, id);
    }
    std::ranges::sort(due); // who waited longest first, so that nobody starves behind MostInFlight others
    for (const auto &[since, id] : due) {
        const auto found = m_subjects.find(id); // asking may have removed it
        if (m_inFlight >= MostInFlight || found == m_subjects.end())
            continue;
        const quint64 question = found->second.question = ++m_questions;
        ++m_inFlight;
        m_ask(id, [this, id = id, question](const Answer<HealthReport> &answer) { take(id, question, answer); });
    }
    arm();
}

void Poller::take(ServiceId id, quint64 question, const Answer<HealthReport> &answer)
{
    const auto found = m_subjects.find(id);
    if (found == m_subjects.end() || found->second.question != question)
        return;
    Subject &subject = found->second;
    const auto now = m_time.steady();
    subject.question = 0;
    --m_inFlight;
    subject.unanswered = answer.value || cameFromService(answer.reply.error) ? 0 : subject.unanswered + 1;
    if (std::exchange(subject.spread, true))
        subject.due = std::max(subject.due + pause(subject), now);
    else
        subject.due = now + std::chrono::floor<std::chrono::milliseconds>(subject.interval * spreadOf(id));
    while (!m_latencies.empty() && m_latencies.front().first < now - StatisticsSpan)
        m_latencies.pop_front();
    m_latencies.emplace_back(now, answer.reply.latency);
    arm();
    Q_EMIT answered(id, answer);
}

std::chrono::milliseconds Poller::pause(const Subject &subject)
{
    if (subject.eager || subject.unanswered <= 1)
        return subject.interval;
    const int doublings = std::min(subject.unanswered - 1, 10);
    return std::max(subject.interval, std::min(subject.interval * (1 << doublings), LongestPause));
}

void Poller::arm()
{
    if (!m_running)
        return;
    auto next = TimeSource::Steady::max();
    for (const auto &[id, subject] : m_subjects) {
        if (subject.question == 0)
            next = std::min(next, subject.due);
    }
    if (next == TimeSource::Steady::max() || m_inFlight >= MostInFlight)
        return m_timer.stop(); // the next answer arms it again
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next - m_time.steady());
    const auto rounded = wait <= 0ms ? 0ms : (wait / Granularity + 1) * Granularity;
    if (!m_timer.isActive() || m_timer.remainingTimeAsDuration() > rounded)
        m_timer.start(rounded);
}

Poller::Statistics Poller::statistics() const
{
    Statistics statistics;
    const auto now = m_time.steady();
    auto oldest = now;
    int count = 0;
    for (const auto &[at, latency] : m_latencies) {
        if (at < now - StatisticsSpan)
            continue;
        oldest = std::min(oldest, at);
        statistics.slowest = std::max(statistics.slowest, latency);
        ++count;
    }
    const std::chrono::duration<double> span = std::max<std::chrono::nanoseconds>(now - oldest, 1s);
    statistics.pollsPerSecond = count / span.count();
    return statistics;
}

} // namespace Hephaestus
