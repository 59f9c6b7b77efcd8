// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/client/dialectclient.h"
#include "common/fleet/environmentcomparison.h"
#include "common/fleet/fleettrust.h"
#include "common/fleet/foreignservice.h"
#include "dashboard/watch/poller.h"
#include "dashboard/watch/servicefeed.h"

namespace Hephaestus {

/// Asks each service itself, in its dialect. The poller decides when; answers are gathered and published together, up
/// to four times a second, so that a table of thousands changes in few steps. If all that were asked together have
/// answered, and nothing was published meanwhile, they are published at once.
class PollingFeed : public ServiceFeed
{
    Q_OBJECT

public:
    /// So long answers are gathered at most.
    static constexpr std::chrono::milliseconds PublishPause{250};
    /// After so long the process of one that has not answered is looked at: a suspended one would not answer at all.
    static constexpr std::chrono::milliseconds Late{300};
    /// Which process of this machine answers for it; 0: it is not known.
    using ProcessOf = std::function<qint64(ServiceId)>;

    /// `stateDirectory` as for targetOf().
    explicit PollingFeed(const Clock &clock = Clock::machine(), QString stateDirectory = {}, QObject *parent = nullptr);
    ~PollingFeed() override;

    void add(ServiceId id, const SharedEntry &entry) override;
    void remove(ServiceId id) override;
    void start() override;
    void stop() override;

    void setProcessOf(ProcessOf processOf) { m_processOf = std::move(processOf); }

    /// Somebody follows what happens to it: its answers are published at once, and it is asked at its interval even
    /// while it does not answer.
    void setEager(ServiceId id, bool eager);
    /// It has spoken of health before: a page is not its answer.
    void expectHealth(ServiceId id);
    /// Asks at the next opportunity.
    void hurry(ServiceId id);
    /// What was known until now is over: publishes at once what was answered before, asks, and publishes that at once.
    void askAnew(ServiceId id);

    Poller::Statistics statistics() const { return m_poller.statistics(); }

private:
    struct Subject
    {
        SharedEntry entry;
        std::unique_ptr<DialectClient> client{}; ///< null: not asked yet, or its token could not be read
        bool isTokenHeld = false;                ///< from the client, until the user agrees
        bool eager = false;
        bool hasSpoken = false;   ///< of health, as is known from elsewhere
        bool isPageKnown = false; ///< that a page may be its answer
        bool isAwaited = false;   ///< its next answer is published at once
    };

    void ask(ServiceId id, const Poller::Done &done);
    void giveUp(ServiceId id);
    void lookAtLate();
    void takePage(ServiceId id, Arrival &arrival);
    void gather(ServiceId id, const Answer<HealthReport> &answer);
    bool isWhole() const;
    void publish();

    const Clock &m_clock;
    const QString m_stateDirectory;
    FleetTrust m_trust;
    std::map<ServiceId, Subject> m_subjects;
    Poller m_poller;
    EnvironmentComparison m_environments;
    ForeignServices m_foreign;
    QList<Arrival> m_arrivals;    ///< not published yet
    Clock::TimePoint m_published; ///< when that was done last
    QTimer m_publishTimer;
    ProcessOf m_processOf; ///< null: of nobody
    QTimer m_lateTimer;    ///< while somebody is being asked
};

} // namespace Hephaestus
