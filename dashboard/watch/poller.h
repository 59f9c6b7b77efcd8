// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"
#include "common/client/reply.h"
#include "common/fleet/serviceid.h"
#include "common/protocol/health.h"

#include <QObject>
#include <QTimer>

#include <array>
#include <deque>
#include <functional>
#include <set>
#include <unordered_map>

namespace Hephaestus {

/// Decides when each of any number of services is asked. Each has its own interval, and its own place in it. At most
/// one question of each is in flight, and `MostInFlight` in all. A service that does not answer is asked less often, up
/// to LongestPause apart, until it answers again.
///
/// A service is unproven if it did not answer soon last time, or was never asked. These may have at most `MostUnproven`
/// questions in flight, so that the others find room. If the others find none, the proven question that has waited
/// longest is taken back, and asked again among the unproven. If that makes no room, or a new service waits for room,
/// the question that has waited longest is given up. That counts as no answer.
///
/// The caller provides how to ask and how to give up. An answer may come at any later time; that of a service removed
/// meanwhile is ignored. One thread. The cost of an answer grows with the logarithm of the number of services.
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
    static constexpr int AtOnce = 64;        ///< asked as they are added; the others at their place in the interval
    static constexpr int InATurn = 32; ///< of the event loop: the first answers wait for the last of them to be asked
    static constexpr int Portions = 4; ///< of those of a host
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

    /// `host`: a number for each machine that is reached through one connection; 0: none. Its services are asked in
    /// so many Portions an interval: ssh(1) looks at all its channels for each time it is woken. A few services that
    /// are of no host are all asked together: once in an interval everything wakes, and then it sleeps.
    void add(ServiceId id, std::chrono::milliseconds interval, std::size_t host = 0);
    void remove(ServiceId id);
    /// While eager, a service is asked at its interval even when it does not answer: somebody waits for it to return.
    void setEager(ServiceId id, bool eager);
    /// Asks at the next opportunity.
    void hurry(ServiceId id);
    /// The same, also of one that is being asked: that question is given up, its answer may tell of what was before.
    void askAnew(ServiceId id);

    void start(); ///< lets the timer knock
    void stop();
    void poll(); ///< asks who is due, InATurn of each standing; the timer's only deed, which comes again at once for
                 ///< the others

    /// Whose question waits since then or longer, the oldest first.
    QList<ServiceId> askedBefore(Clock::TimePoint time) const;
    /// The question in flight is given up: this is its answer, as is known from elsewhere.
    void settle(ServiceId id, Answer<HealthReport> answer);
    bool isQuiet() const { return m_asked.empty(); } ///< no question is in flight

    /// Whether answers are to be expected within moments: somebody is being asked, or about to be, who is not known to
    /// be slow.
    bool isAsking() const;
    Statistics statistics() const;

Q_SIGNALS:
    void answered(Hephaestus::ServiceId id, const Hephaestus::Answer<Hephaestus::HealthReport> &answer);

private:
    using Due = std::pair<Clock::TimePoint, ServiceId>;

    enum class Standing { New, Proven, Doubtful }; ///< never asked; answered soon last time; or did not

    struct Subject
    {
        std::chrono::milliseconds interval;
        std::size_t host = 0;
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
    void applyAnswer(ServiceId id, quint64 question, const Answer<HealthReport> &answer);
    void arm();
    bool isOfFew(const Subject &subject) const;
    Clock::TimePoint nextPlace(ServiceId id, const Subject &subject, Clock::TimePoint now) const;
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
    int m_doubtfulInFlight = 0; ///< of these
    bool m_running = false;
    bool m_polling = false;
    std::deque<std::pair<Clock::TimePoint, std::chrono::nanoseconds>> m_latencies;
};

} // namespace Hephaestus
