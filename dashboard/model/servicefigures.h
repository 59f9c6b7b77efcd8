// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"
#include "common/protocol/health.h"

#include <array>

namespace Hephaestus {

/// What one answer alone does not tell of a service: it takes two, or all since the window began to watch.
struct ServiceFigures
{
    std::optional<double> cores;            ///< of processor time that it used, over two seconds or a little more
    std::optional<qint64> failures;         ///< failed operations of its dependencies in the last minute
    std::optional<qint64> operations;       ///< all of them in that time
    qint64 restarts = 0;                    ///< new instances that were seen
    std::optional<Clock::WallTime> since;   ///< when it came into its state; nothing: it was not asked yet
    bool wasSo = false;                     ///< it was in its state already when it was first asked, at `since`
    std::optional<Clock::WallTime> watched; ///< since when it is watched

    /// The part of the operations that failed, 0 to 1; nothing: there were none, or it is not known.
    std::optional<double> errorRate() const;

    bool operator==(const ServiceFigures &) const = default;
};

/// Reckons the figures from the answers of one service, in the order in which they came. One thread.
class FigureCount
{
public:
    /// An answer that came at `now`. Changes `figures` but for the state's time.
    void take(const HealthReport &report, Clock::TimePoint now, ServiceFigures &figures);
    /// Nobody answered: what was used and what failed meanwhile cannot be placed in time.
    void miss(ServiceFigures &figures);

private:
    static constexpr std::chrono::seconds PartLength{5};
    static constexpr std::size_t Parts = 12; ///< of the last minute

    struct Part
    {
        qint64 failures = 0;
        qint64 operations = 0;
    };

    void countProcesses(const HealthReport &report, bool isSame, ServiceFigures &figures);
    void countProcessor(const HealthReport &report, bool isSame, ServiceFigures &figures);
    void countOperations(const HealthReport &report, bool isSame, Clock::TimePoint now, ServiceFigures &figures);

    bool m_isFirst = true;
    bool m_isPlaced = false; ///< the answer before this one came
    QString m_instance;
    QDateTime m_startTime;
    std::optional<qint64> m_program; ///< pid of the wrapped program
    qint64 m_programRestarts = 0;
    Part m_counted; ///< of all dependencies, as last counted by the service
    std::optional<double> m_processor;
    Seconds m_processorAt{0}; ///< by the service's own clock
    std::array<Part, Parts> m_parts{};
    qint64 m_part = 0; ///< the number of the latest part, counted by the steady clock
};

} // namespace Hephaestus
