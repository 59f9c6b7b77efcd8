// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/upstream.h"

#include <QFile>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto Every = 1s;
constexpr auto StartingEvery = 100ms; // until it answers
constexpr auto StartsWithin = 10s;    // one that takes longer is asked at the usual interval
constexpr QLatin1StringView UnixPrefix("unix:");

} // namespace

Upstream::Upstream(const ServiceTarget &target, Presence presence, ServerState &state, Family family)
    : m_state(state)
    , m_presence(presence)
    , m_family(std::move(family))
    , m_client(target)
{
    m_client.requireUser(m_family.hasUser);
    if (presence == Presence::Configured) {
        m_dependency = &state.dependency(u"upstream"_s);
        m_dependency->setUsed(true);
    }
    connect(&m_timer, &QTimer::timeout, this, &Upstream::poll);
}

void Upstream::start()
{
    if (m_timer.isActive())
        return;
    m_startedAt = std::chrono::steady_clock::now();
    m_hasAnswered = false;
    m_obstacle = isExpected() ? u"has not answered yet"_s : QString();
    m_timer.start(StartingEvery);
    poll();
}

QString Upstream::obstacle() const
{
    return m_obstacle.isEmpty() ? QString() : u"its upstream %1 %2"_s.arg(m_client.target().url, m_obstacle);
}

void Upstream::stop()
{
    m_timer.stop();
    m_client.abort();
    m_asking = false;
    m_believed = false;
    m_state.setUpstream({});
}

/// It is asked often until it answers, and no longer than it may take to start.
void Upstream::slowDown(bool isUp)
{
    if ((isUp || std::chrono::steady_clock::now() - m_startedAt > StartsWithin) && m_timer.isActive()
        && m_timer.intervalAsDuration() < Every)
        m_timer.start(Every);
}

void Upstream::poll()
{
    if (!isExpected() && !QFile::exists(url().sliced(UnixPrefix.size()))) {
        slowDown(false);
        return;
    }
    if (std::exchange(m_asking, true))
        return;
    m_client.askStatus([this](const Answer<HealthReport> &answer) {
        m_asking = false;
        apply(answer);
    });
}

void Upstream::apply(const Answer<HealthReport> &answer)
{
    const QString refusal = refuse(answer);
    slowDown(refusal.isEmpty());
    m_hasAnswered = m_hasAnswered || refusal.isEmpty();
    if (!isExpected())
        return; // a socket that an earlier program left
    const bool isLeaving = answer.value && answer.value->status == ServiceStatus::ShuttingDown;
    const QString obstacle = !refusal.isEmpty() ? u"does not answer: "_s + refusal
        : isLeaving                             ? u"is shutting down"_s
        : answer.value->ready.value_or(true)    ? QString()
                                                : u"is not ready"_s;
    m_believed = refusal.isEmpty();
    if (!m_dependency) {
        m_dependency = &m_state.dependency(u"upstream"_s);
        m_dependency->setUsed(true);
    }
    if (m_believed) {
        m_dependency->recordSuccess();
        std::optional<HealthReport> report = answer.value;
        if (m_ignoresCode)
            report->code.reset();
        m_state.setUpstream(report);
    } else {
        m_dependency->recordFailure(refusal);
        m_state.setUpstream({});
    }
    if (std::exchange(m_obstacle, obstacle) != obstacle)
        Q_EMIT changed();
}

/// Why it is not believed; empty: it is.
QString Upstream::refuse(const Answer<HealthReport> &answer) const
{
    if (!answer.value)
        return answer.reply.message;
    if (answer.value->pid && !m_family.hasProcess(*answer.value->pid))
        return u"another program answers there (pid %1)"_s.arg(*answer.value->pid);
    return {};
}

void Upstream::shutdown(std::chrono::milliseconds timeout, std::function<void(bool done)> done)
{
    m_timer.stop();
    m_client.shutdown([done = std::move(done)](
                          const Answer<ShutdownResult> &answer) { done(answer.value && answer.value->complete); },
                      timeout);
}

} // namespace Hephaestus
