// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"
#include "common/protocol/health.h"
#include "server/code/codecomparison.h"

#include <QObject>
#include <QTimer>

#include <memory>
#include <optional>

namespace Hephaestus {

class DirectoryWatch;

/// How fast CodeWatch is.
struct CodeTiming
{
    std::chrono::milliseconds quiet{100};       ///< a look waits until nothing happened for so long,
    std::chrono::milliseconds patience{300};    ///< but no longer than this after the first event
    std::chrono::milliseconds confirm{200};     ///< a change must still be there so long after it was found,
    std::chrono::milliseconds confirmGone{400}; ///< and a file that came or went so long: editors save by renaming
    std::chrono::milliseconds period{60'000};   ///< a look with no event; sooner in the first minute
    double idleShare = 0.007;                   ///< of a core, that looks without an event may take
    std::chrono::milliseconds rest{
        500}; ///< between two looks: 20 times the work of the last one, but no longer than this
};

/// Decides when to look at the code on disk, and when to believe what was seen. An event of the file system only
/// triggers the look; a periodic look backs it up. From the first event until a look that began after it has ended the
/// verdict is not Fresh. It reports, it never ends anything. Belongs to one thread with an event loop; its timer only
/// knocks: tests call poll() with a clock of their own.
class CodeWatch : public QObject
{
    Q_OBJECT

public:
    explicit CodeWatch(std::unique_ptr<CodeManifest> manifest, const Clock &clock = Clock::machine(),
                       const CodeTiming &timing = {}, double share = 0.4);
    ~CodeWatch() override;

    /// Hashes what was loaded, begins to watch, and reports for the first time.
    void start();
    /// Looks if it is time to.
    void poll();
    /// Something may have changed: a look is due soon.
    void notice();
    /// Looks now, and believes it.
    void compareNow();
    /// From any thread: ends the work that is under way, and all to come.
    void stop() { m_throttle.stop(); }

    const CodeReport &report() const { return m_report; }
    const CodeManifest &manifest() const { return *m_manifest; }

Q_SIGNALS:
    /// After every look, and when the verdict ceases to be Fresh until the next.
    void reported(const Hephaestus::CodeReport &report);

private:
    using TimePoint = Clock::TimePoint;
    void expectComparison();
    void compareInTurn();
    CodeReport compare();
    void consider(CodeReport found);
    void publish(CodeReport report);
    TimePoint due() const;
    void schedule();
    void watchDirectory(const QByteArray &directory);

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
    bool m_doubted = false; ///< something happened since the last look began
    TimePoint m_nextComparison{};
    TimePoint m_rested{}; ///< no look before this
    std::chrono::milliseconds m_interval{1'000};
    bool m_warned = false;
};

} // namespace Hephaestus
