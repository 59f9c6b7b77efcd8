// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"

#include <mutex>
#include <optional>

namespace Hephaestus {

/// A wall clock for what is kept for days: it does not follow every jump of the machine's.
///
/// The machine's clock is believed as long as it moves as the time since boot does, give or take two seconds. When it
/// jumps (it is set, a virtual machine goes on, a chip is dead), the time goes on steadily. It is believed again once
/// it has agreed with the time since boot for `Trust`. Sleep is no jump. Safe from every thread.
class CalmClock : public Clock
{
public:
    static constexpr std::chrono::seconds Tolerance{2};
    static constexpr std::chrono::seconds Trust{60};

    /// `source` outlives it.
    explicit CalmClock(const Clock &source = Clock::machine());

    TimePoint now() const override { return m_source.now(); }
    TimePoint sinceBoot() const override { return m_source.sinceBoot(); }
    WallTime wall() const override;

private:
    /// When the wall clock said what.
    struct Agreement
    {
        WallTime wall;
        TimePoint at; ///< since boot

        std::chrono::nanoseconds deviationOf(WallTime wallNow, TimePoint now) const;
    };

    const Clock &m_source;
    mutable std::mutex m_mutex;
    mutable Agreement m_believed;
    mutable std::optional<Agreement> m_other; ///< since the jump; nothing: there is none
};

} // namespace Hephaestus
