// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/history/operationcount.h"

#include <chrono>
#include <vector>

namespace Hephaestus {

/// What the dependencies of one service did over time: operations that succeeded and failed between one answered poll
/// and the next. The wire carries counters since start-up; this keeps their differences. A counter that starts again (a
/// new process) does not become a negative number. Where no poll was answered there is no sample: a gap, never a zero.
///
/// Bounded to 48 KiB, or to a smaller share, so that thousands of services can be watched. When there is no more room,
/// the older half of the samples is summed up by quarters of a minute. After that the oldest are dropped. In 48 KiB, at
/// a poll a second, six dependencies have a minute and a half by the second and twenty minutes before it. One
/// dependency has ten minutes and two hours.
class History
{
public:
    using Time = OperationSample::Time;
    using Sample = OperationSample;

    /// A moment worth a line in a graph.
    struct Mark
    {
        Time at;
        QString word;

        bool operator==(const Mark &) const = default;
    };

    using Samples = std::vector<Sample>;
    using Marks = std::vector<Mark>;

    static constexpr std::size_t LargestShare = 48 * 1024; ///< in bytes

    /// Keeps at most `capacity` samples of each dependency, fewer of many. Keeps at most 24 dependencies, and none that
    /// is not used.
    explicit History(qsizetype capacity = 1800) : m_capacity(capacity) {}

    /// The memory that it is to take from now on, in bytes; the next answers make room. Sixteen samples of each
    /// dependency are kept in the smallest share, too: of six dependencies these take 5 KB.
    void setShare(std::size_t bytes);

    /// An answered poll.
    void take(Time at, const HealthReport &report);

    /// A poll nobody answered: what the next answer counts cannot be placed in time, so it is a new start.
    void miss();

    void mark(Time at, const QString &word);

    QStringList dependencies() const; ///< as first seen
    bool keeps(const QString &dependency) const;
    const Samples &samples(const QString &dependency) const;

    /// The samples of all dependencies together, by the times of their polls.
    Samples total() const;

    const Marks &marks() const { return m_marks; }

private:
    struct Track
    {
        QString name;
        Samples samples{};
        OperationCount count{};
    };

    Track *track(const QString &dependency);
    const Track *find(const QString &dependency) const;
    std::size_t capacity() const;
    static void append(Samples &samples, const Sample &sample, std::size_t most);

    qsizetype m_capacity;
    std::size_t m_share = LargestShare;
    std::vector<Track> m_tracks; ///< few: a search looks at each
    Marks m_marks;
    QString m_instance;
    QDateTime m_startTime;
};

} // namespace Hephaestus
