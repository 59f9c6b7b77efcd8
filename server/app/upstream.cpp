// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/upstream.h"

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

Upstream::Upstream(const ServiceTarget &target, ServerState &state, IsOurs isOurs)
    : m_state(state)
    , m_dependency(state.dependency(u"upstream"_s))
    , m_isOurs(std::move(isOurs))
    , m_client(target)
{
    m_dependency.setUsed(true);
    m_timer.setInterval(1s);
    connect(&m_timer, &QTimer::timeout, this, &Upstream::poll);
}

void Upstream::start()
{
    m_timer.start();
    poll();
}

void Upstream::stop()
{
    m_timer.stop();
    m_client.abort();
    m_asking = false;
    m_believed = false;
    m_state.setUpstream({});
}

void Upstream::poll()
{
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
    m_believed = refusal.isEmpty();
    if (m_believed) {
        m_dependency.recordSuccess();
        m_state.setUpstream(answer.value);
    } else {
        m_dependency.recordFailure(refusal);
        m_state.setUpstream({});
    }
}

/// Why it is not believed; empty: it is.
QString Upstream::refuse(const Answer<HealthReport> &answer) const
{
    if (!answer.value)
        return answer.reply.message;
    if (answer.value->pid && !m_isOurs(*answer.value->pid))
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
