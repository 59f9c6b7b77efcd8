// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/restartpolicy.h"

#include <QRandomGenerator>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

std::optional<RestartWhen> restartWhen(const QString &word)
{
    if (word == "on-failure"_L1)
        return RestartWhen::OnFailure;
    if (word == "always"_L1)
        return RestartWhen::Always;
    if (word == "never"_L1)
        return RestartWhen::Never;
    return {};
}

RestartPolicy::RestartPolicy(RestartRules rules, const Clock &clock, Dice dice)
    : m_rules(rules)
    , m_clock(clock)
    , m_dice(std::move(dice))
    , m_startedAt(clock.now())
{
    if (!m_dice)
        m_dice = [] { return QRandomGenerator::global()->generateDouble(); };
}

void RestartPolicy::started() { m_startedAt = m_clock.now(); }

RestartPolicy::Decision RestartPolicy::ended(bool success, bool asked, std::optional<bool> isWanted)
{
    const Clock::TimePoint now = m_clock.now();
    if (!success && !asked)
        m_failures.push_back(now);
    while (!m_failures.empty() && now - m_failures.front() > m_rules.window)
        m_failures.pop_front();
    if (asked)
        return {Action::Finish, {}};
    const bool isUsual = m_rules.when == RestartWhen::Always || (m_rules.when == RestartWhen::OnFailure && !success);
    if (!isWanted.value_or(isUsual))
        return {success ? Action::Finish : Action::Fail, {}};
    if (!success && int(m_failures.size()) >= m_rules.failures)
        return {Action::Fail, {}};
    if (now - m_startedAt >= m_rules.settled) {
        m_delay = milliseconds{0};
        return {Action::Restart, milliseconds{0}};
    }
    return {Action::Restart, nextDelay()};
}

int RestartPolicy::recentFailures() const
{
    return int(std::count_if(m_failures.begin(), m_failures.end(),
                             [&](Clock::TimePoint when) { return m_clock.now() - when <= m_rules.window; }));
}

milliseconds RestartPolicy::nextDelay()
{
    m_delay = std::clamp(2 * m_delay, m_rules.firstDelay, m_rules.mostDelay);
    return milliseconds(qint64(double(m_delay.count()) * (1.0 - m_rules.jitter * m_dice())));
}

} // namespace Hephaestus
