// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/codewatch.h"

#include "common/base/directorywatch.h"
#include "common/base/fileclock.h"
#include "common/base/printable.h"
#include "server/core/log.h"

#include <sys/vfs.h>

#include <algorithm>
#include <array>

namespace Hephaestus {
namespace {

/// CPU nanoseconds of a comparison that are not throttled: more than a usual service's takes.
constexpr qint64 Burst = 250'000'000;

constexpr std::chrono::milliseconds SettlingTime{100};

/// Files that are compared by themselves: more are compared with all others.
constexpr qsizetype MostTouched = 200;

/// A fresh program may have loaded something for so long without having reported it.
constexpr std::chrono::milliseconds LongestReport{1'000};

/// Whether others write to its file system without our kernel knowing: no event tells of that.
bool isRemote(const QByteArray &directory)
{
    constexpr std::array<quint32, 13> Remote{
        0x6969,     0x65735546, 0xFF534D42, 0xFE534D42, // NFS, FUSE, CIFS, SMB2
        0x01021997, 0x00C36400, 0x5346414F, 0x6B414653, // 9P, Ceph, AFS, the same of the kernel
        0x0BD00BD0, 0x7461636F, 0x01161970,             // Lustre, OCFS2, GFS2
        0x786F4256, 0xBACBACBC};                        // folders that VirtualBox and VMware share
    struct statfs fileSystem = {};
    return ::statfs(directory.constData(), &fileSystem) == 0
        && std::find(Remote.begin(), Remote.end(), quint32(fileSystem.f_type)) != Remote.end();
}

bool isSame(const CodeReport &a, const CodeReport &b) { return a.changed == b.changed && a.reasons == b.reasons; }

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
    m_timer.setTimerType(Qt::PreciseTimer); // a coarse one comes early, and then once more
    connect(&m_timer, &QTimer::timeout, this, &CodeWatch::poll);
}

CodeWatch::~CodeWatch() = default;

void CodeWatch::start()
{
    m_directories = new DirectoryWatch(this);
    connect(m_directories, &DirectoryWatch::lost, this, &CodeWatch::notice);
    connect(m_directories, &DirectoryWatch::noticed, this, &CodeWatch::noticeEntry);
    m_manifest->directories().setListener([this](const QByteArray &directory) { watchDirectory(directory); });
    compareNow();
}

void CodeWatch::watchDirectory(const QByteArray &directory)
{
    const bool isWatched = m_directories->watch(directory);
    if (isWatched && !isRemote(directory)) {
        m_polled.remove(directory);
        return;
    }
    m_polled.insert(directory);
    if (isWatched || m_warned)
        return;
    m_warned = true;
    qCWarning(logService, "cannot watch %ls: changes there are noticed within %lld s (fs.inotify.max_user_watches?)",
              qUtf16Printable(printablePath(directory)), static_cast<long long>(m_timing.period.count() / 1000));
}

void CodeWatch::noticeEntry(const QByteArray &directory, const QByteArray &name, bool isDirectory)
{
    if (m_manifest->isReport(directory, name)) { // something was loaded, and nothing need have changed
        m_hasReport = true;
        m_nextGlance = std::min(m_nextGlance, m_clock.now() + m_timing.sample);
        return expectComparison();
    }
    const auto mayHold = [path = directory + '/' + name](const GlobPattern &pattern) {
        return pattern.mayMatchBelow(path);
    };
    const auto &patterns = m_manifest->patterns();
    if (isDirectory) {
        if (std::any_of(patterns.begin(), patterns.end(), mayHold))
            notice();
    } else if (m_manifest->concerns(directory, name)) {
        if (m_touched.size() < MostTouched && m_manifest->isAlone(directory, name))
            m_touched.insert((directory == "/" ? QByteArray() : directory) + '/' + name);
        else
            m_isWhole = true;
        doubtAll();
    }
}

void CodeWatch::notice()
{
    m_isWhole = true;
    doubtAll();
}

void CodeWatch::doubtAll()
{
    if (m_throttle.stopped())
        return;
    if (m_report.verdict == CodeVerdict::Fresh)
        publish(doubt());
    m_doubted = true;
    expectComparison();
}

CodeReport CodeWatch::doubt() const
{
    CodeReport report;
    if (m_report.checked)
        report.checked = m_clock.now() - m_verified;
    report.reasons << QStringLiteral("something changed a moment ago and is being compared");
    report.coverage = m_report.coverage;
    return report;
}

void CodeWatch::expectComparison()
{
    m_lastNotice = m_clock.now();
    if (!m_firstNotice)
        m_firstNotice = m_lastNotice;
    schedule();
}

/// True if a comparison may leave out what no event told of. One of everything that did not begin is not put off for
/// long.
bool CodeWatch::mayLeaveOut() const
{
    return m_manifest->unreported().isEmpty() && m_wholeCost >= std::chrono::nanoseconds(m_timing.large).count()
        && (m_comparison.isUnderWay()
            || (m_questions.isEmpty() && m_asked.isEmpty() && m_clock.now() < m_nextWhole + m_timing.period));
}

/// Events come in flocks.
CodeWatch::TimePoint CodeWatch::noticeDue() const
{
    return m_firstNotice ? std::min(m_lastNotice + m_timing.quiet, *m_firstNotice + m_timing.patience)
                         : TimePoint::max();
}

/// When what events named is to be compared, and a difference to be confirmed, before everything is or meanwhile.
CodeWatch::TimePoint CodeWatch::partDue() const
{
    if (!mayLeaveOut())
        return TimePoint::max();
    TimePoint when = TimePoint::max();
    if (!m_isWhole || !m_touched.isEmpty())
        when = noticeDue();
    if (m_candidate && (!m_isWhole || m_comparison.isUnderWay()))
        when = std::min(when, m_confirmAt);
    return std::max(when, m_partRested);
}

CodeWatch::TimePoint CodeWatch::comparisonDue() const
{
    const bool isAsked = (!m_questions.isEmpty() || !m_asked.isEmpty()) && m_manifest->unreported().isEmpty();
    if (m_comparison.isUnderWay() || isAsked)
        return m_rested; // at once, whatever the clock says by now
    if (const TimePoint part = partDue(); part != TimePoint::max())
        return part;
    const TimePoint expected = m_candidate ? std::min(noticeDue(), m_confirmAt) : noticeDue();
    return std::max(std::min(expected, m_nextComparison), m_rested);
}

void CodeWatch::schedule()
{
    if (m_throttle.stopped())
        return;
    const TimePoint glance = m_glance && !m_firstNotice ? TimePoint::min() : m_nextGlance;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(
        std::max(std::min(comparisonDue(), glance), m_clock.now()) - m_clock.now());
    m_timer.start(std::clamp(left, std::chrono::milliseconds(1), m_timing.period));
}

void CodeWatch::poll()
{
    if (m_throttle.stopped())
        return;
    const TimePoint now = m_clock.now();
    const bool isPeriodic = !m_firstNotice && !m_candidate && m_questions.isEmpty() && m_asked.isEmpty()
        && !m_comparison.isUnderWay() && now < m_begun + wholePeriod();
    const bool isDue = now >= comparisonDue();
    const bool isGlanceDue = now >= m_nextGlance || (m_glance && !m_firstNotice);
    const bool isAtRest = isPeriodic && (isDue || isGlanceDue) && isNothingLoaded();
    if (isDue && !isAtRest)
        compareInTurn();
    else if (isDue || isGlanceDue)
        glance(isAtRest);
    noteFirstRest();
    schedule();
}

bool CodeWatch::isNothingLoaded()
{
    const ChangeBound now(fileClock().count() - 1);
    if (!m_polled.isEmpty() || !m_manifest->unreported().isEmpty() || !m_rest.holds())
        return false;
    m_manifest->noteRest(now);
    return true;
}

void CodeWatch::glance(bool isAtRest)
{
    const TimePoint begun = m_clock.now();
    m_nextGlance = begun + glancePause(begun, isAtRest);
    if (isAtRest)
        m_nextComparison = std::max(m_nextComparison, m_nextGlance); // one wake-up for the two
    else if (m_manifest->isReplaced()) { // the sooner it is noted, the less may have changed before
        notice();
        return compareInTurn();
    }
    if (std::exchange(m_hasReport, false)) {
        m_throttle.begin();
        m_manifest->noteReported(m_throttle);
    }
    if (isAtRest)
        m_directories->catchUp();
    if (!m_firstNotice)
        glanceAtFiles(isAtRest);
}

void CodeWatch::glanceAtFiles(bool isAtRest)
{
    const TimePoint now = m_clock.now();
    if (!m_glance && now < m_nextFileGlance)
        return;
    if (!m_glance)
        m_glance = Glance{now, isCovered() ? CodeComparison::Extent::Unheard : CodeComparison::Extent::All, true, 0};
    m_glance->isAtRest = m_glance->isAtRest && isAtRest;
    m_throttle.begin();
    const auto isSame = m_comparison.looksTheSame(
        m_glance->extent, everyFew([this] { return m_clock.now() >= comparisonDue(); }), m_throttle);
    m_glance->cost += m_throttle.used();
    if (!isSame)
        return; // a comparison goes first
    const Glance glance = *std::exchange(m_glance, {});
    const std::chrono::nanoseconds affordable(qint64(double(glance.cost) / m_timing.glanceShare));
    m_nextFileGlance = glance.begun + std::clamp<std::chrono::nanoseconds>(affordable, m_timing.pace, m_timing.period);
    if (!*isSame)
        notice();
    else if (glance.isAtRest && glance.extent == CodeComparison::Extent::All && !m_candidate && m_report.checked
             && !m_throttle.stopped())
        renew(glance.begun);
}

/// A comparison would find what the last one found.
void CodeWatch::renew(TimePoint looked)
{
    m_verified = looked;
    CodeReport report = m_report;
    report.checked = m_clock.now() - looked;
    publish(std::move(report));
}

/// The longer nothing has run, the longer nothing runs, likely. Each glance wakes a core.
std::chrono::milliseconds CodeWatch::glancePause(TimePoint now, bool isAtRest) const
{
    if (m_started && now - *m_started < m_timing.young)
        return m_timing.sample;
    if (!isAtRest)
        return m_timing.pace;
    const auto soFar = std::chrono::duration_cast<std::chrono::milliseconds>(now - m_restBegun);
    return std::clamp(soFar / m_timing.restingPart, m_timing.pace, m_timing.restingPace);
}

/// Listing processes is not cheap: only those of a program that did not run between the last two comparisons.
void CodeWatch::noteRest()
{
    const CodeSources &sources = m_manifest->sources();
    const auto before = std::exchange(m_cpuTime, ProcessRest::cpuTime(sources.pid));
    if (!m_rest.holds())
        m_restBegun = m_compared;
    m_rest.forget();
    if (before && before == m_cpuTime)
        m_rest.note(sources.relatives, sources.passing);
}

void CodeWatch::noteFirstRest()
{
    if (!m_hasRested && m_rest.holds()) {
        m_hasRested = true;
        Q_EMIT rested();
    }
}

/// Events are heard meanwhile.
std::function<bool()> CodeWatch::everyFew(std::function<bool()> isUrgent)
{
    return [this, isUrgent = std::move(isUrgent), asked = 0]() mutable {
        constexpr int Few = 64; // take less than a millisecond
        if (++asked % Few != 0 || !m_directories)
            return false;
        m_directories->catchUp();
        return isUrgent();
    };
}

/// Nothing: what an event named is to be compared first; call it again.
std::optional<CodeReport> CodeWatch::compareUnlessUrgent()
{
    if (!m_comparison.isUnderWay())
        beginComparison();
    auto found = m_comparison.compareUnless(everyFew([this] { return m_clock.now() >= partDue(); }), m_throttle);
    m_passCost += m_throttle.used();
    if (found) {
        m_wholeCost = m_passCost;
        m_begun = m_passBegun;
    }
    return found;
}

CodeReport CodeWatch::compare()
{
    beginComparison();
    CodeReport found = m_comparison.compare(m_throttle);
    m_wholeCost = m_passCost = m_throttle.used();
    m_begun = m_passBegun;
    return found;
}

void CodeWatch::beginComparison()
{
    if (m_directories)
        m_directories->catchUp(); // this comparison covers it
    m_isAskedFor = m_isWhole || m_doubted || m_firstNotice;
    m_firstNotice.reset();
    m_doubted = false;
    m_isWhole = false;
    m_touched.clear();
    m_passCost = 0;
    m_passBegun = m_compared = m_clock.now();
    if (!m_started)
        m_started = m_passBegun;
    noteRest();
    m_nextGlance = m_passBegun + glancePause(m_passBegun);
    m_nextFileGlance = std::max(m_nextFileGlance, m_passBegun + m_timing.pace);
}

CodeReport CodeWatch::comparePart()
{
    m_doubted = m_isWhole; // then this is not all that may have changed
    if (!m_isWhole)
        m_firstNotice.reset();
    m_compared = m_clock.now();
    return m_comparison.compareAgain(std::exchange(m_touched, {}), m_throttle);
}

void CodeWatch::compareNow()
{
    m_candidate = CodeReport();
    m_confirmAt = m_clock.now();
    CodeReport found = compare();
    m_candidate = found;
    expectNext(true);
    m_asked += std::exchange(m_questions, {});
    if (consider(std::move(found)))
        answerQuestions();
    schedule();
}

void CodeWatch::compareAnew(std::function<void()> done)
{
    m_questions << std::move(done);
    schedule();
}

void CodeWatch::setConfiguration(const QByteArray &path, const QByteArray &bytes)
{
    m_manifest->noteConfiguration(path, bytes);
    notice();
}

void CodeWatch::compareInTurn()
{
    bool isIdle = !m_firstNotice && !m_candidate;
    if (m_directories)
        m_directories->catchUp(); // there may be more to it
    if (m_manifest->isReplaced())
        m_comparison.giveUp();
    else if (const TimePoint part = partDue();
             part != TimePoint::max() && (!m_comparison.isUnderWay() || m_clock.now() >= part))
        return compareTouched();
    const bool isExpected = isIdle && m_questions.isEmpty() && m_asked.isEmpty() && !m_isWhole;
    if (isExpected && !m_comparison.isUnderWay() && mayLeaveOut() && isCovered() && m_clock.now() < m_nextWhole)
        return compareLoaded();
    if (!m_comparison.isUnderWay()) {
        m_isIdle = isIdle;
        m_asked += std::exchange(m_questions, {});
    }
    const bool confirms = m_candidate.has_value();
    std::optional<CodeReport> found = compareUnlessUrgent();
    if (!found)
        return;
    if (!m_asked.isEmpty()) { // believed as it is
        m_candidate = found;
        m_confirmAt = m_clock.now();
    }
    if (m_isIdle) // others may have read what was loaded, once
        m_idleCost = m_passCost;
    expectNext(true);
    if (consider(std::move(*found)))
        answerQuestions();
    if (confirms || !m_candidate)
        m_rested = restAfter(m_passCost);
}

/// Events tell of every change in a large tree, but of those that CodeComparison::Extent::Unheard is about. Something
/// may always escape them: what is written by way of a mapping, or by a name that a file was given later.
bool CodeWatch::isCovered() const
{
    return m_polled.isEmpty() && std::min(m_wholeCost, m_idleCost) >= std::chrono::nanoseconds(m_timing.large).count();
}

/// No event came: what the processes loaded since, and what differed.
void CodeWatch::compareLoaded()
{
    CodeReport found = comparePart();
    noteRest();
    m_loadedCost = m_throttle.used();
    expectNext(false);
    consider(std::move(found));
    m_rested = restAfter(m_loadedCost);
}

void CodeWatch::compareTouched()
{
    const bool confirms = m_candidate.has_value();
    consider(comparePart());
    if (confirms || !m_candidate)
        m_rested = m_partRested = restAfter(m_throttle.used());
}

/// The rest goes by CPU time: on a busy machine comparing takes longer, and must not become rarer for it. A change that
/// was just found is confirmed without a rest.
CodeWatch::TimePoint CodeWatch::restAfter(qint64 cost) const
{
    return m_clock.now() + std::min<std::chrono::nanoseconds>(20 * std::chrono::nanoseconds(cost), m_timing.rest);
}

/// After a comparison of everything, or of less.
void CodeWatch::expectNext(bool isWhole)
{
    const auto after = [now = m_clock.now(), pace = m_timing.pace](qint64 cost, double share, auto most) {
        return now
            + std::clamp<std::chrono::nanoseconds>(std::chrono::nanoseconds(qint64(double(cost) / share)), pace, most);
    };
    const bool covered = isCovered();
    m_nextComparison = covered ? after(m_loadedCost, m_timing.glanceShare, m_timing.period)
                               : after(m_idleCost, m_timing.idleShare, m_timing.period);
    if (isWhole)
        m_nextWhole = covered ? after(m_wholeCost, m_timing.netShare, m_timing.net) : m_nextComparison;
}

/// True if it was believed and published.
bool CodeWatch::consider(CodeReport found)
{
    if (m_throttle.stopped())
        return false;
    const TimePoint now = m_clock.now();
    if (m_directories)
        m_directories->catchUp();                                  // a change during the comparison may have escaped it
    const bool isPart = m_comparison.isUnderWay() && m_isAskedFor; // of what an event may have told of
    if (found.verdict == CodeVerdict::Fresh && (m_doubted || isPart)) {
        m_candidate.reset(); // the next comparison is due soon
        return false;
    }
    if (m_manifest->unreported().isEmpty()) {
        m_unreportedSince.reset();
    } else {
        m_nextComparison = now + SettlingTime; // it is told in a moment
        if (!m_unreportedSince)
            m_unreportedSince = now;
        if (found.verdict == CodeVerdict::Fresh) {
            awaitReport(std::move(found));
            return false;
        }
    }
    const bool same =
        found.changed == m_report.changed && found.verdict == m_report.verdict && found.reasons == m_report.reasons;
    if (found.verdict == CodeVerdict::Fresh || same
        || (m_candidate && isSame(*m_candidate, found) && now >= m_confirmAt)) {
        m_candidate.reset();
        publishFound(std::move(found));
        return true;
    }
    if (!m_candidate || !isSame(*m_candidate, found))
        m_confirmAt = now + (cameOrWent(found) ? m_timing.confirmGone : m_timing.confirm);
    m_candidate = std::move(found);
    if (m_report.verdict == CodeVerdict::Fresh) // found by a comparison that no event triggered
        publish(doubt());
    return false;
}

/// Everything that was reported is fresh. That is no verdict of a program that starts; one that was fresh before may
/// load a module, or start a child, without becoming another.
void CodeWatch::awaitReport(CodeReport found)
{
    m_candidate.reset();
    if (m_report.verdict == CodeVerdict::Fresh && m_clock.now() - *m_unreportedSince < LongestReport)
        return;
    found.verdict = CodeVerdict::Unknown;
    found.reasons << m_manifest->unreported();
    publishFound(std::move(found));
}

void CodeWatch::answerQuestions()
{
    for (const auto &answer : std::exchange(m_asked, {}))
        answer();
}

void CodeWatch::publishFound(CodeReport found)
{
    m_verified = std::max(m_verified, m_begun);
    if (found.checked) // one file is enough to be stale, to be fresh all are needed
        found.checked = m_clock.now() - (found.verdict == CodeVerdict::Stale ? m_compared : m_verified);
    found.coverage.polled = m_polled.size();
    publish(std::move(found));
}

void CodeWatch::publish(CodeReport report)
{
    m_report = std::move(report);
    Q_EMIT reported(m_report);
}

} // namespace Hephaestus
