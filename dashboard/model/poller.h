// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/client/reply.h"
#include "common/protocol/health.h"
#include "dashboard/model/event.h"
#include "dashboard/model/timesource.h"

#include <QObject>
#include <QTimer>

#include <deque>
#include <functional>
#include <map>

namespace Hephaestus {

/// Asks any number of services, each at its own interval: spread over the interval instead of all at once, at most one
/// question in flight each, and `MostInFlight` in all. Who does not answer is asked less often, up to LongestPause apart,
/// until it answers again. How to ask is handed in; the answer may come at any later time, and is ignored if the service was
/// removed meanwhile. One thread.
class Poller : public QObject
{
    Q_OBJECT

public:
    using Done = std::function<void(const Answer<HealthReport> &)>;
    using Ask = std::function<void(ServiceId, Done)>;

    static constexpr std::chrono::milliseconds LongestPause{10'000};
    static constexpr int MostInFlight = 64;

    /// What the latest ten seconds came to.
    struct Statistics
    {
        double pollsPerSecond = 0;
        std::chrono::nanoseconds slowest{0};
    };

    explicit Poller(Ask ask, const TimeSource &time = TimeSource::machine(), QObject *parent = nullptr);

    void add(ServiceId id, std::chrono::milliseconds interval);
    void remove(ServiceId id);
    /// While eager, a service is asked at its interval even when it does not answer: somebody waits for it to return.
    void setEager(ServiceId id, bool eager);
    /// Asks at the next opportunity.
    void hurry(ServiceId id);

    void start(); ///< lets the timer knock
    void stop();
    void poll();  ///< asks everyone who is due; the timer's only deed

    Statistics statistics() const;

Q_SIGNALS:
    void answered(Hephaestus::ServiceId id, const Hephaestus::Answer<Hephaestus::HealthReport> &answer);

private:
    struct Subject
    {
        std::chrono::milliseconds interval;
        TimeSource::Steady due;
        quint64 question = 0; ///< number of the one in flight; 0: none
        int unanswered = 0;   ///< in a row
        bool eager = false;
        bool spread = false; ///< has got its own place in the interval; everybody is asked at once for the first time
    };

    void take(ServiceId id, quint64 question, const Answer<HealthReport> &answer);
    void arm();
    static std::chrono::milliseconds pause(const Subject &subject);

    Ask m_ask;
    const TimeSource &m_time;
    QTimer m_timer;
    std::map<ServiceId, Subject> m_subjects;
    quint64 m_questions = 0;
    int m_inFlight = 0;
    bool m_running = false;
    std::deque<std::pair<TimeSource::Steady, std::chrono::nanoseconds>> m_latencies;
};

} // namespace Hephaestus
