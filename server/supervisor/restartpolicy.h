// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"

#include <QString>

#include <deque>
#include <functional>
#include <optional>

namespace Hephaestus {

enum class RestartWhen { OnFailure, Always, Never };

/// `on-failure`, `always`, `never`; nothing for any other word.
std::optional<RestartWhen> restartWhen(const QString &word);

struct RestartRules
{
    RestartWhen when = RestartWhen::OnFailure;
    std::chrono::milliseconds firstDelay{1'000}; ///< doubled with every restart
    std::chrono::milliseconds mostDelay{60'000};
    int failures = 5; ///< that many within `window` and it is given up
    std::chrono::milliseconds window{60'000};
    std::chrono::milliseconds settled{
        10'000};         ///< after a run that long the restart is immediate, and the delays start afresh
    double jitter = 0.2; ///< the part of a delay taken off at random, at most

    bool operator==(const RestartRules &) const = default;
};

/// Whether and when a program that ended is started again. A pure state machine: the clock and the dice are given, and
/// it starts nothing itself.
class RestartPolicy
{
public:
    enum class Action {
        Finish,  ///< it ended as it should: that was all
        Restart, ///< after `delay`
        Fail,    ///< it ended as it should not, and is not started again
    };
    struct Decision
    {
        Action action = Action::Finish;
        std::chrono::milliseconds delay{0};

        bool operator==(const Decision &) const = default;
    };
    using Dice = std::function<double()>; ///< uniform in [0, 1)

    explicit RestartPolicy(RestartRules rules = {}, const Clock &clock = Clock::machine(), Dice dice = {});

    const RestartRules &rules() const { return m_rules; }
    void started();
    /// `success`: it ended as it should. `asked`: a user stopped it, which never leads to a restart.
    /// `isWanted`: whether this end leads to a restart, whatever the rules say of its like.
    Decision ended(bool success, bool asked, std::optional<bool> isWanted = {});
    /// Failures within the window up to now.
    int recentFailures() const;

private:
    std::chrono::milliseconds nextDelay();

    RestartRules m_rules;
    const Clock &m_clock;
    Dice m_dice;
    Clock::TimePoint m_startedAt;
    std::chrono::milliseconds m_delay{0}; ///< the latest, before jitter; 0: none yet
    std::deque<Clock::TimePoint> m_failures;
};

} // namespace Hephaestus
