// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"
#include "common/protocol/health.h"

#include <array>
#include <atomic>
#include <mutex>

namespace Hephaestus {

class Dependency;

/// How long operations took: how many were at most as long as each bound, and longer than the one before; the last
/// count is of the longer ones.
struct DurationHistogram
{
    static constexpr std::array Bounds{Seconds(0.005), Seconds(0.025), Seconds(0.1),
                                       Seconds(0.5),   Seconds(2.5),   Seconds(10)};

    std::array<qint64, Bounds.size() + 1> counts{};
    Seconds sum{0};

    bool operator==(const DurationHistogram &) const = default;
};

/// One operation on a dependency, counted exactly once: success(), failure(), or a failure when it is
/// dropped unanswered (an early return, an exception). It is timed from its making on. Movable; belongs to one thread
/// at a time.
class [[nodiscard]] DependencyCall
{
public:
    explicit DependencyCall(Dependency &dependency) noexcept;
    DependencyCall(DependencyCall &&other) noexcept
        : m_dependency(std::exchange(other.m_dependency, nullptr))
        , m_began(other.m_began)
    {
    }
    DependencyCall &operator=(DependencyCall &&) = delete;
    ~DependencyCall();

    void success() noexcept;
    void failure(const QString &why);

private:
    Dependency *end() noexcept;

    Dependency *m_dependency; ///< nothing once counted
    Clock::TimePoint m_began;
};

/// What is known of one dependency: the one tracker that real calls and checks both feed. Thread-safe;
/// a success takes no lock (some relaxed atomic operations), a failure locks to keep its reason. Logs when it begins to
/// fail and when it works again (hephaestus.check). Owned by ServerState, lives as long as it.
class Dependency
{
public:
    Dependency(QString name, const Clock &clock);
    Dependency(const Dependency &) = delete;
    Dependency &operator=(const Dependency &) = delete;

    const QString &name() const noexcept { return m_name; }

    /// Begins an operation; `auto call = database.call(); … call.success();`.
    DependencyCall call() noexcept { return DependencyCall(*this); }

    void recordSuccess() noexcept;
    /// `why` is one line for a person. The caller leaves out secrets and line breaks; line breaks and control
    /// characters that are left are replaced.
    void recordFailure(const QString &why);

    /// Switched on by configuration or its first operation: until one has ended it is Unknown, "not checked yet". Off,
    /// it is reported as not_used, and forgets its details and what its latest operation came to.
    void setUsed(bool used);
    bool isUsed() const noexcept { return m_used.load(std::memory_order_relaxed); }

    /// A field of its own in the report, by its wire name (`pool_size`, `embedding_model`); null removes nothing
    /// and is reported as null.
    void setDetail(const QString &wireName, const QVariant &value);
    /// These and no others.
    void setDetails(const QVariantMap &details);

    /// How long the last check took, for the metrics; among the timed operations, too.
    void setLastCheckDuration(Seconds duration);
    std::optional<Seconds> lastCheckDuration() const;
    /// Of the operations that were timed: calls and checks.
    DurationHistogram durations() const;

    /// Operations counted so far: changes whenever the report does.
    qint64 operations() const noexcept;

    DependencyReport report() const;

private:
    friend class DependencyCall;
    using Nanoseconds = std::chrono::nanoseconds;
    static constexpr qint64 Never = -1;
    enum class Latest : char { None, Success, Failure };

    void time(Seconds duration) noexcept;
    qint64 nowNanoseconds() const noexcept;
    Since since(const std::atomic<qint64> &when) const;

    const QString m_name;
    const Clock &m_clock;
    std::atomic<bool> m_used{false};
    std::atomic<Latest> m_latest{Latest::None}; ///< how the latest operation ended
    std::atomic<qint64> m_successes{0};
    std::atomic<qint64> m_failures{0};
    std::atomic<qint64> m_lastSuccess{Never};
    std::atomic<qint64> m_lastFailure{Never};
    std::array<std::atomic<qint64>, DurationHistogram::Bounds.size() + 1> m_durations{};
    std::atomic<qint64> m_durationSum{0}; ///< nanoseconds
    mutable std::mutex m_mutex;           ///< guards what follows
    QString m_error;
    QVariantMap m_details;
    std::optional<Seconds> m_lastCheckDuration;
};

} // namespace Hephaestus
