// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/dependency.h"

#include "server/core/log.h"

#include <algorithm>

namespace Hephaestus {

DependencyCall::DependencyCall(Dependency &dependency) noexcept
    : m_dependency(&dependency)
    , m_began(dependency.m_clock.now())
{
}

DependencyCall::~DependencyCall() { failure(QStringLiteral("the call was dropped without a result")); }

void DependencyCall::success() noexcept
{
    if (Dependency *dependency = end())
        dependency->recordSuccess();
}

void DependencyCall::failure(const QString &why)
{
    if (Dependency *dependency = end())
        dependency->recordFailure(why);
}

/// Null: it has ended already.
Dependency *DependencyCall::end() noexcept
{
    Dependency *dependency = std::exchange(m_dependency, nullptr);
    if (dependency)
        dependency->time(dependency->m_clock.now() - m_began);
    return dependency;
}

Dependency::Dependency(QString name, const Clock &clock) : m_name(std::move(name)), m_clock(clock) {}

void Dependency::recordSuccess() noexcept
{
    m_lastSuccess.store(nowNanoseconds(), std::memory_order_relaxed);
    // Plain stores where the value is there already would still take the cache line from other threads.
    const bool first = m_latest.load(std::memory_order_relaxed) != Latest::Success;
    const bool recovered = first && m_latest.exchange(Latest::Success, std::memory_order_relaxed) == Latest::Failure;
    if (!m_used.load(std::memory_order_relaxed))
        m_used.store(true, std::memory_order_relaxed);
    m_successes.fetch_add(1, std::memory_order_release);
    if (recovered)
        qCInfo(logCheck, "%s works again", qUtf8Printable(m_name));
}

void Dependency::recordFailure(const QString &why)
{
    QString line = why.simplified();
    for (QChar &character : line) {
        if (!character.isPrint())
            character = QChar::ReplacementCharacter;
    }
    line.truncate(500);
    if (line.isEmpty())
        line = QStringLiteral("failed without a reason");
    Latest before = Latest::Failure;
    {
        const std::lock_guard lock(m_mutex);
        m_error = line;
        m_lastFailure.store(nowNanoseconds(), std::memory_order_relaxed);
        before = m_latest.exchange(Latest::Failure, std::memory_order_relaxed);
        m_used.store(true, std::memory_order_relaxed);
        m_failures.fetch_add(1, std::memory_order_release);
    }
    if (before != Latest::Failure)
        qCWarning(logCheck, "%s fails: %s", qUtf8Printable(m_name), qUtf8Printable(line));
}

void Dependency::setUsed(bool used)
{
    const std::lock_guard lock(m_mutex);
    m_used.store(used, std::memory_order_relaxed);
    if (used)
        return;
    m_latest.store(Latest::None, std::memory_order_relaxed);
    m_details.clear();
    m_lastCheckDuration.reset();
}

void Dependency::setDetail(const QString &wireName, const QVariant &value)
{
    const std::lock_guard lock(m_mutex);
    m_details.insert(wireName, value);
}

void Dependency::setDetails(const QVariantMap &details)
{
    const std::lock_guard lock(m_mutex);
    m_details = details;
}

void Dependency::setLastCheckDuration(Seconds duration)
{
    time(duration);
    const std::lock_guard lock(m_mutex);
    m_lastCheckDuration = duration;
}

std::optional<Seconds> Dependency::lastCheckDuration() const
{
    const std::lock_guard lock(m_mutex);
    return m_lastCheckDuration;
}

void Dependency::time(Seconds duration) noexcept
{
    const auto &bounds = DurationHistogram::Bounds;
    const auto bound = std::lower_bound(bounds.begin(), bounds.end(), duration);
    m_durations[size_t(bound - bounds.begin())].fetch_add(1, std::memory_order_relaxed);
    m_durationSum.fetch_add(std::chrono::duration_cast<Nanoseconds>(duration).count(), std::memory_order_relaxed);
}

DurationHistogram Dependency::durations() const
{
    DurationHistogram durations;
    for (size_t i = 0; i < durations.counts.size(); ++i)
        durations.counts[i] = m_durations[i].load(std::memory_order_relaxed);
    durations.sum = Nanoseconds(m_durationSum.load(std::memory_order_relaxed));
    return durations;
}

qint64 Dependency::operations() const noexcept
{
    return m_successes.load(std::memory_order_acquire) + m_failures.load(std::memory_order_acquire);
}

DependencyReport Dependency::report() const
{
    DependencyReport report;
    report.name = m_name;
    const std::lock_guard lock(m_mutex);
    if (!isUsed())
        return report;
    report.details = m_details;
    report.successCount = m_successes.load(std::memory_order_acquire);
    report.failureCount = m_failures.load(std::memory_order_acquire);
    report.lastSuccess = since(m_lastSuccess);
    report.lastFailure = since(m_lastFailure);
    const Latest latest = m_latest.load(std::memory_order_relaxed);
    switch (latest) {
    case Latest::Success: report.status = DependencyStatus::Working; break;
    case Latest::Failure:
        report.status = DependencyStatus::Error;
        report.error = m_error;
        break;
    case Latest::None:
        report.status = DependencyStatus::Unknown;
        report.error = NotCheckedYet;
        break;
    }
    return report;
}

qint64 Dependency::nowNanoseconds() const noexcept
{
    return std::chrono::duration_cast<Nanoseconds>(m_clock.now().time_since_epoch()).count();
}

Since Dependency::since(const std::atomic<qint64> &when) const
{
    const qint64 then = when.load(std::memory_order_relaxed);
    if (then == Never)
        return {};
    return std::max(Seconds(0), std::chrono::duration_cast<Seconds>(Nanoseconds(nowNanoseconds() - then)));
}

} // namespace Hephaestus
