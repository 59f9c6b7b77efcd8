// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"
#include "common/protocol/health.h"
#include "server/code/codecomparison.h"
#include "server/code/processrest.h"

#include <QObject>
#include <QSet>
#include <QTimer>

#include <functional>
#include <memory>
#include <optional>

namespace Hephaestus {

class DirectoryWatch;

/// When CodeWatch compares, and when it believes a difference.
struct CodeTiming
{
    std::chrono::milliseconds quiet{100};         ///< a comparison waits until no event came for so long,
    std::chrono::milliseconds patience{300};      ///< but no longer than this after the first event
    std::chrono::milliseconds confirm{200};       ///< a change must still be there so long after it was found,
    std::chrono::milliseconds confirmGone{400};   ///< and a file that came or went so long: editors save by renaming
    std::chrono::milliseconds pace{1'000};        ///< between comparisons without an event, where that is affordable,
    std::chrono::milliseconds period{60'000};     ///< and at most
    std::chrono::milliseconds net{300'000};       ///< the same of everything in a large tree that events cover
    std::chrono::milliseconds restingPace{5'000}; ///< between glances at most, while no process runs
    std::chrono::milliseconds sample{20};         ///< between looks for an exec, while a process is young
    std::chrono::milliseconds young{5'000};
    std::chrono::milliseconds large{50}; ///< CPU time of a comparison from which on only what changed is compared
    double glanceShare = 0.001;          ///< of a core, for glances
    double idleShare = 0.003;            ///< of a core, for comparisons without an event,
    double netShare = 0.001;             ///< and for those of everything in a large tree that events cover
    int restingPart = 2;                 ///< between glances, while no process runs: this part of the rest so far
    std::chrono::milliseconds rest{
        500}; ///< between two comparisons: 20 times the CPU time of the last one, at most this
};

/// Decides when to compare with the code on disk, and when to believe a difference. An event of the file system only
/// triggers a comparison; a periodic one backs it up, unless no process has run since. After an event the verdict is
/// not Fresh until a comparison that began later has ended. Where comparing everything takes long, that one is of what
/// events told, and what is fresh keeps the age of the last one of everything. If events tell of every directory there,
/// the periodic one is of what the processes loaded, and rarely of everything. It reports, and never ends anything.
///
/// Belongs to one thread with an event loop. Its timer only calls poll(); tests call that themselves, with a clock of
/// their own.
class CodeWatch : public QObject
{
    Q_OBJECT

public:
    explicit CodeWatch(std::unique_ptr<CodeManifest> manifest, const Clock &clock = Clock::machine(),
                       const CodeTiming &timing = {}, double share = 0.4);
    ~CodeWatch() override;

    /// Hashes what was loaded, begins to watch, and reports for the first time.
    void start();
    /// Compares if it is time to.
    void poll();
    /// Something may have changed: a comparison is due soon.
    void notice();
    /// Compares now, and believes what it finds.
    void compareNow();
    /// Compares soon, and believes what it finds; calls `done` when that is reported.
    void compareAnew(std::function<void()> done);
    /// The process goes by these bytes of a configuration file from now on.
    void setConfiguration(const QByteArray &path, const QByteArray &bytes);
    /// From any thread: ends the work that is under way, and all to come.
    void stop() { m_throttle.stop(); }

    const CodeReport &report() const { return m_report; }
    const CodeManifest &manifest() const { return *m_manifest; }

Q_SIGNALS:
    /// After every comparison, after a glance that proves the same, and when the verdict ceases to be Fresh until the
    /// next one.
    void reported(const Hephaestus::CodeReport &report);
    /// Once: no process runs, for the first time. What only a start needs is not needed any more.
    void rested();

private:
    using TimePoint = Clock::TimePoint;
    void noticeEntry(const QByteArray &directory, const QByteArray &name, bool isDirectory);
    void doubtAll();
    void expectComparison();
    bool mayLeaveOut() const;
    void compareInTurn();
    void compareTouched();
    void compareLoaded();
    bool isCovered() const;
    std::chrono::milliseconds wholePeriod() const { return isCovered() ? m_timing.net : m_timing.period; }
    void beginComparison();
    CodeReport compare();
    std::optional<CodeReport> compareUnlessUrgent();
    CodeReport comparePart();
    /// For the callback that CodeComparison asks for each file: whether it is time for something else.
    std::function<bool()> everyFew(std::function<bool()> isUrgent);
    TimePoint restAfter(qint64 cost) const;
    void expectNext(bool isWhole);
    bool consider(CodeReport found);
    void publish(CodeReport report);
    void awaitReport(CodeReport found);
    void publishFound(CodeReport found);
    void answerQuestions();
    CodeReport doubt() const;
    TimePoint noticeDue() const;
    TimePoint partDue() const;
    TimePoint comparisonDue() const;
    void glance(bool isAtRest);
    void glanceAtFiles(bool isAtRest);
    void noteRest();
    void noteFirstRest();
    bool isNothingLoaded();
    void renew(TimePoint looked);
    std::chrono::milliseconds glancePause(TimePoint now, bool isAtRest = false) const;
    void schedule();
    void watchDirectory(const QByteArray &directory);

    /// At files and directories.
    struct Glance
    {
        TimePoint begun{};
        CodeComparison::Extent extent = CodeComparison::Extent::All;
        bool isAtRest = true; ///< no process has run since
        qint64 cost = 0;      ///< CPU nanoseconds so far
    };

    const std::unique_ptr<CodeManifest> m_manifest;
    CodeComparison m_comparison;
    const Clock &m_clock;
    const CodeTiming m_timing;
    CpuThrottle m_throttle;
    QTimer m_timer;
    DirectoryWatch *m_directories = nullptr;
    CodeReport m_report;
    std::optional<CodeReport> m_candidate; ///< seen once, to be confirmed
    TimePoint m_confirmAt{};
    std::optional<TimePoint> m_firstNotice;
    TimePoint m_lastNotice{};
    bool m_doubted = false;          ///< an event came since the last comparison began
    QSet<QByteArray> m_touched;      ///< files that events told of since the last comparison, at most a few hundred
    bool m_isWhole = true;           ///< the next comparison is of everything: more than m_touched may have changed
    bool m_isAskedFor = false;       ///< an event led to the comparison of everything that is under way
    bool m_isIdle = false;           ///< the comparison of everything that is under way was begun without an event
    qint64 m_passCost = 0;           ///< CPU nanoseconds that it has taken so far
    qint64 m_wholeCost = 0;          ///< CPU nanoseconds of the last comparison of everything
    TimePoint m_nextWhole{};         ///< comparison of everything, without an event
    TimePoint m_nextComparison{};    ///< without an event, of everything or not
    qint64 m_idleCost = 0;           ///< CPU nanoseconds of the last one of everything: nothing had to be read
    qint64 m_loadedCost = 0;         ///< the same of the last one that was not
    TimePoint m_nextGlance{};        ///< at the process, between comparisons
    TimePoint m_nextFileGlance{};    ///< and at its files and directories
    std::optional<Glance> m_glance;  ///< one at files that has let an event go first, and is to go on
    ProcessRest m_rest;              ///< since the last comparison began
    TimePoint m_restBegun{};         ///< of the rest that m_rest continues
    bool m_hasRested = false;        ///< rested() was emitted
    std::optional<qint64> m_cpuTime; ///< the process's, when the last comparison began
    std::optional<TimePoint> m_unreportedSince; ///< a process has loaded something that it did not report yet
    bool m_hasReport = false;                   ///< something was loaded since the last glance
    std::optional<TimePoint> m_started;         ///< the first comparison
    QSet<QByteArray> m_polled;                  ///< directories of which no event tells
    TimePoint m_begun{};                        ///< the last comparison of everything that has ended
    TimePoint m_passBegun{};                    ///< the last one, or the one that is under way
    TimePoint m_compared{};                     ///< the last comparison, of everything or not
    TimePoint m_verified{};                     ///< the last one that was reported, or glance that proves the same
    TimePoint m_rested{};                       ///< no comparison before this,
    TimePoint m_partRested{};                   ///< but what an event named, from this on
    QList<std::function<void()>> m_questions;   ///< for a comparison of everything that is still to begin
    QList<std::function<void()>> m_asked;       ///< for the one that has begun, or the next one
    bool m_warned = false;
};

} // namespace Hephaestus
