// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/codewatch.h"

#include "common/base/printable.h"
#include "server/code/directorywatch.h"
#include "server/core/log.h"

#include <algorithm>

namespace Hephaestus {
namespace {

/// CPU nanoseconds of a comparison that are not throttled: more than a usual service's takes.
constexpr qint64 Burst = 250'000'000;

bool cameOrWent(const CodeReport &report)
{
    return std::any_of(report.changed.begin(), report.changed.end(),
                       [](const CodeChange &change) { return change.change != QStringLiteral("modified"); });
}

} // namespace

CodeWatch::CodeWatch(std::unique_ptr<CodeManifest> manifest, const Clock &clock, const CodeTiming &timing, double share)
    : m_manifest(std::move(manifest))
    , m_comparison(*m_manifest)
    , m_clock(clock)
    , m_timing(timing)
    , m_throttle(share, Burst)
    , m_timer(this)
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &CodeWatch::poll);
}

CodeWatch::~CodeWatch() = default;

void CodeWatch::start()
{
    m_directories = new DirectoryWatch(this);
    connect(m_directories, &DirectoryWatch::lost, this, &CodeWatch::notice);
    connect(m_directories, &DirectoryWatch::noticed, this,
            [this](const QByteArray &directory, const QByteArray &name, bool isDirectory) {
                const auto mayHold = [path = directory + '/' + name](const GlobPattern &pattern) {
                    return pattern.mayMatchBelow(path);
                };
                const auto &patterns = m_manifest->patterns();
                if (m_manifest->isReport(directory, name))
                    return expectComparison(); // something was loaded, which is not yet something that changed
                if (isDirectory ? std::any_of(patterns.begin(), patterns.end(), mayHold)
                                : m_manifest->concerns(directory, name))
                    notice();
            });
    m_manifest->setDirectoryListener([this](const QByteArray &directory) { watchDirectory(directory); });
    compareNow();
}

void CodeWatch::watchDirectory(const QByteArray &directory)
{
    if (m_directories->watch(directory) || m_warned)
        return;
    m_warned = true;
    qCWarning(logService, "cannot watch %ls: changes there are noticed within %lld s (fs.inotify.max_user_watches?)",
              qUtf16Printable(printablePath(directory)), static_cast<long long>(m_timing.period.count() / 1000));
}

void CodeWatch::notice()
{
    if (m_throttle.stopped())
        return;
    if (m_report.verdict == CodeVerdict::Fresh)
        publish({CodeVerdict::Unknown, {}, m_report.checked});
    m_doubted = true;
    expectComparison();
}

void CodeWatch::expectComparison()
{
    m_lastNotice = m_clock.now();
    if (!m_firstNotice)
        m_firstNotice = m_lastNotice;
    schedule();
}

CodeWatch::TimePoint CodeWatch::due() const
{
    TimePoint when = m_nextComparison;
    if (m_firstNotice)
        when = std::min(when, std::min(m_lastNotice + m_timing.quiet, *m_firstNotice + m_timing.patience));
    if (m_candidate)
        when = std::min(when, m_confirmAt);
    return std::max(when, m_rested);
}

void CodeWatch::schedule()
{
    if (m_throttle.stopped())
        return;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(due() - m_clock.now());
    m_timer.start(std::clamp(left, std::chrono::milliseconds(1), m_timing.period));
}

void CodeWatch::poll()
{
    if (!m_throttle.stopped() && m_clock.now() >= due())
        compareInTurn();
    schedule();
}

CodeReport CodeWatch::compare()
{
    if (m_directories)
        m_directories->catchUp(); // this comparison covers it
    m_firstNotice.reset();
    m_doubted = false;
    return m_comparison.compare(m_throttle);
}

void CodeWatch::compareNow()
{
    m_candidate = CodeReport();
    m_confirmAt = m_clock.now();
    CodeReport found = compare();
    m_candidate = found;
    consider(std::move(found));
    schedule();
}

void CodeWatch::compareInTurn()
{
    if (!m_firstNotice && !m_candidate)
        m_interval = std::min(2 * m_interval, m_timing.period); // an event's comparison says nothing of missed events
    const bool confirms = m_candidate.has_value();
    consider(compare());
    // The rest goes by CPU time: on a busy machine comparing takes longer, and must not become rarer for it. A change
    // that was just found is confirmed without a rest.
    if (confirms || !m_candidate)
        m_rested = m_clock.now()
            + std::min<std::chrono::nanoseconds>(20 * std::chrono::nanoseconds(m_throttle.used()), m_timing.rest);
}

void CodeWatch::consider(CodeReport found)
{
    if (m_throttle.stopped())
        return;
    const TimePoint now = m_clock.now();
    if (m_directories)
        m_directories->catchUp(); // a change during the comparison may have escaped it
    const std::chrono::nanoseconds affordable(qint64(double(m_throttle.used()) / m_timing.idleShare));
    m_nextComparison = now
        + std::max<std::chrono::nanoseconds>(m_interval,
                                             std::min<std::chrono::nanoseconds>(affordable, m_timing.period));
    if (found.verdict == CodeVerdict::Fresh && m_doubted)
        return m_candidate.reset(); // the next comparison is due soon
    const bool same = found.changed == m_report.changed && found.verdict == m_report.verdict;
    if (found.verdict == CodeVerdict::Fresh || same
        || (m_candidate && m_candidate->changed == found.changed && now >= m_confirmAt)) {
        m_candidate.reset();
        publish(std::move(found));
        return;
    }
    if (!m_candidate || m_candidate->changed != found.changed)
        m_confirmAt = now + (cameOrWent(found) ? m_timing.confirmGone : m_timing.confirm);
    m_candidate = std::move(found);
    if (m_report.verdict == CodeVerdict::Fresh) // found by a comparison that no event triggered
        publish({CodeVerdict::Unknown, {}, m_report.checked});
}

void CodeWatch::publish(CodeReport report)
{
    m_report = std::move(report);
    Q_EMIT reported(m_report);
}

} // namespace Hephaestus
