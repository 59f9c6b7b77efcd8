// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"
#include "common/client/reply.h"
#include "common/protocol/health.h"
#include "dashboard/model/event.h"

#include <QObject>
#include <QTimer>

#include <array>
#include <deque>
#include <functional>
#include <set>
#include <unordered_map>

namespace Hephaestus {

/// Asks any number of services, each at its own interval: spread over the interval instead of all at once, at most one
/// question in flight each, and `MostInFlight` in all. Who does not answer is asked less often, up to LongestPause
/// apart, until it answers again; and those who did not answer last time, or not soon, or were never asked, may have at
/// most `MostUnproven` questions in flight, so that the others find room. When there is none all the same, of those
/// that were expected to answer soon the one that has waited longest is taken back, to be asked again among the slow;
/// if that makes no room, or none for one that was never asked, the question that has waited longest is given up, which
/// counts as no answer. How to ask and how to give up are handed in; the answer may come at any later time, and is
/// ignored if the service was removed meanwhile. One thread. What is done for one answer grows with the logarithm of
/// the number of services.
class Poller : public QObject
{
    Q_OBJECT

public:
    using Done = std::function<void(const Answer<HealthReport> &)>;
    using Ask = std::function<void(ServiceId, Done)>;
    /// Forgets the question in flight; its Done is not called, or is ignored.
    using GiveUp = std::function<void(ServiceId)>;

    static constexpr std::chrono::milliseconds LongestPause{10'000};
    static constexpr int MostInFlight = 256;
    static constexpr int MostUnproven = MostInFlight / 2;
    static constexpr int LeastUnproven = 32; ///< in flight, of those the others leave room for
    /// So many are asked at once when they are added, the others at their place in the interval.
    static constexpr int AtOnce = 64;
    /// A question is not given up before, whoever waits.
    static constexpr std::chrono::milliseconds Patience{1'000};
    /// An answer that took longer is a slow one.
    static constexpr std::chrono::milliseconds Soon{150};

    /// What the latest ten seconds came to.
    struct Statistics
    {
        double pollsPerSecond = 0;
        std::chrono::nanoseconds slowest{0};
    };

    explicit Poller(Ask ask, GiveUp giveUp = {}, const Clock &time = Clock::machine(), QObject *parent = nullptr);

    void add(ServiceId id, std::chrono::milliseconds interval);
    void remove(ServiceId id);
    /// While eager, a service is asked at its interval even when it does not answer: somebody waits for it to return.
    void setEager(ServiceId id, bool eager);
    /// Asks at the next opportunity.
    void hurry(ServiceId id);

    void start(); ///< lets the timer knock
    void stop();
    void poll(); ///< asks everyone who is due; the timer's only deed

    Statistics statistics() const;

Q_SIGNALS:
    void answered(Hephaestus::ServiceId id, const Hephaestus::Answer<Hephaestus::HealthReport> &answer);

private:
    using Due = std::pair<Clock::TimePoint, ServiceId>;

    enum class Standing { New, Proven, Doubtful }; ///< never asked; answered soon last time; or did not

    struct Subject
    {
        std::chrono::milliseconds interval;
        Clock::TimePoint due;
        Clock::TimePoint asked;
        quint64 question = 0; ///< number of the one in flight; 0: none
        int unanswered = 0;   ///< in a row
        Standing standing = Standing::New;
        bool unprovenAsked = false; ///< the one in flight counts among the unproven
        bool eager = false;
        bool spread = false; ///< has got its own place in the interval
    };

    void setDue(ServiceId id, Subject &subject, Clock::TimePoint due);
    std::set<Due> &queueOf(const Subject &subject) { return m_waiting[std::size_t(subject.standing)]; }
    int provenInFlight() const { return int(m_asked.size()) - m_unprovenInFlight; }
    bool isFull(Standing standing) const;
    bool askFirst(Standing standing, Clock::TimePoint now);
    bool makeRoom(Standing standing, Clock::TimePoint now);
    bool takeBackOverdue(Clock::TimePoint now);
    void forgetQuestion(ServiceId id, Subject &subject);
    void take(ServiceId id, quint64 question, const Answer<HealthReport> &answer);
    void arm();
    std::chrono::milliseconds pause(ServiceId id, const Subject &subject) const;

    Ask m_ask;
    GiveUp m_giveUp;
    const Clock &m_time;
    QTimer m_timer;
    std::unordered_map<ServiceId, Subject> m_subjects;
    std::array<std::set<Due>, 3> m_waiting; ///< by their standing; who is due first
    std::set<Due> m_asked;                  ///< whose question is in flight, by when it was asked
    quint64 m_questions = 0;
    int m_unprovenInFlight = 0;
    bool m_running = false;
    bool m_polling = false;
    std::deque<std::pair<Clock::TimePoint, std::chrono::nanoseconds>> m_latencies;
};

} // namespace Hephaestus
