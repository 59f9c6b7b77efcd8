// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/watch/poller.h"

#include "common/base/duration.h"

#include <algorithm>
#include <cmath>

namespace Hephaestus {

using namespace std::chrono_literals;

namespace {

constexpr auto StatisticsSpan = 10s;
constexpr auto CoarseGranularity = 100ms; ///< of the timer: several services share one wake-up,
constexpr auto Granularity = 50ms;        ///< but not too many
constexpr auto FineGranularity = 10ms;
constexpr std::size_t Many = 1000;
constexpr std::size_t Few = 100;
constexpr auto ShortestInterval = 100ms;

/// Where in its interval a service is asked, 0 to 1: multiples of the golden ratio spread any number of services evenly
/// without knowing how many there will be (Knuth, The Art of Computer Programming 6.4, theorem S).
double spreadOf(ServiceId id)
{
    double whole = 0;
    return 0.1 + 0.9 * std::modf(id * 0.6180339887498949, &whole);
}

} // namespace

Poller::Poller(Ask ask, GiveUp giveUp, const Clock &time, QObject *parent)
    : QObject(parent)
    , m_ask(std::move(ask))
    , m_giveUp(std::move(giveUp))
    , m_time(time)
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &Poller::poll);
}

void Poller::add(ServiceId id, std::chrono::milliseconds interval, std::size_t host)
{
    remove(id);
    Subject subject;
    subject.interval = std::max(interval, ShortestInterval);
    subject.host = host;
    subject.spread = m_subjects.size() >= AtOnce;
    const auto now = m_time.now();
    subject.due = subject.spread ? nextPlace(id, subject, now) : now;
    queueOf(subject).emplace(subject.due, id);
    m_subjects.emplace(id, subject);
    if (m_subjects.size() == Few + 1) { // those that had one place get places of their own
        for (auto &[other, each] : m_subjects)
            each.spread = each.spread && each.host != 0;
    }
    arm();
}

void Poller::remove(ServiceId id)
{
    const auto found = m_subjects.find(id);
    if (found == m_subjects.end())
        return;
    if (found->second.question)
        forgetQuestion(id, found->second);
    else
        queueOf(found->second).erase({found->second.due, id});
    m_subjects.erase(found);
}

void Poller::setEager(ServiceId id, bool eager)
{
    const auto found = m_subjects.find(id);
    if (found == m_subjects.end())
        return;
    found->second.eager = eager;
    if (eager)
        hurry(id);
}

void Poller::hurry(ServiceId id)
{
    const auto found = m_subjects.find(id);
    if (found == m_subjects.end() || found->second.question)
        return; // it is being asked
    queueOf(found->second).erase({found->second.due, id});
    setDue(id, found->second, m_time.now());
    arm();
}

void Poller::askAnew(ServiceId id)
{
    const auto found = m_subjects.find(id);
    if (found == m_subjects.end() || !found->second.question)
        return hurry(id);
    if (m_giveUp)
        m_giveUp(id);
    forgetQuestion(id, found->second);
    setDue(id, found->second, m_time.now());
    arm();
}

void Poller::start()
{
    m_running = true;
    arm();
}

void Poller::stop()
{
    m_running = false;
    m_timer.stop();
}

void Poller::setDue(ServiceId id, Subject &subject, Clock::TimePoint due)
{
    subject.due = due;
    queueOf(subject).emplace(due, id);
}

void Poller::poll()
{
    const auto now = m_time.now();
    m_polling = true; // the timer is armed once, at the end
    // The proven first: they are the quick ones. Of each who waited longest, so that nobody starves.
    for (const Standing standing : {Standing::Proven, Standing::New, Standing::Doubtful}) {
        for (int asked = 0; asked < InATurn && askFirst(standing, now); ++asked)
            ;
    }
    m_polling = false;
    arm();
}

bool Poller::isFull(Standing standing) const
{
    return int(m_asked.size()) >= MostInFlight
        || (standing == Standing::Proven ? provenInFlight() >= MostInFlight - LeastUnproven
                                         : m_unprovenInFlight >= MostUnproven);
}

/// Asks the first of that standing if it is due and there is room.
bool Poller::askFirst(Standing standing, Clock::TimePoint now)
{
    std::set<Due> &queue = m_waiting[std::size_t(standing)];
    if (queue.empty() || queue.begin()->first > now || (isFull(standing) && !makeRoom(standing, now)))
        return false;
    const ServiceId id = queue.begin()->second;
    Subject &subject = m_subjects.at(id);
    queue.erase(queue.begin());
    const quint64 question = subject.question = ++m_questions;
    subject.unprovenAsked = standing != Standing::Proven;
    m_unprovenInFlight += subject.unprovenAsked;
    m_doubtfulInFlight += standing == Standing::Doubtful;
    subject.asked = now;
    m_asked.emplace(now, id);
    m_ask(id, [this, id, question](const Answer<HealthReport> &answer) { applyAnswer(id, question, answer); });
    return true;
}

/// Gives up the question that waits longest, if it has waited long enough; true if there is room now. Who is doubtful
/// makes nobody give up, or one that is only slow would never be heard.
bool Poller::makeRoom(Standing standing, Clock::TimePoint now)
{
    if (standing == Standing::Doubtful)
        return false;
    if (standing == Standing::Proven) {
        if (takeBackOverdue(now))
            return true;
        // The others' answers have perhaps come meanwhile, and are about to be read.
        if (m_waiting[std::size_t(standing)].begin()->first > now - Soon)
            return false;
    }
    const auto longest =
        std::ranges::find_if(m_asked, [this](const Due &asked) { return m_subjects.at(asked.second).unprovenAsked; });
    if (longest == m_asked.end() || longest->first > now - Patience)
        return false;
    const ServiceId id = longest->second;
    const Subject &subject = m_subjects.at(id);
    Answer<HealthReport> answer;
    answer.reply.error = ClientError::Timeout;
    answer.reply.latency = now - longest->first;
    answer.reply.message =
        tr("no answer within %1, while others waited to be asked").arg(formatDuration(answer.reply.latency));
    const quint64 question = subject.question;
    if (m_giveUp)
        m_giveUp(id);
    applyAnswer(id, question, answer);
    return !isFull(standing);
}

QList<ServiceId> Poller::askedBefore(Clock::TimePoint time) const
{
    QList<ServiceId> late;
    for (auto asked = m_asked.begin(); asked != m_asked.end() && asked->first <= time; ++asked)
        late << asked->second;
    return late;
}

void Poller::settle(ServiceId id, Answer<HealthReport> answer)
{
    const auto found = m_subjects.find(id);
    const quint64 question = found == m_subjects.end() ? 0 : found->second.question;
    if (question == 0)
        return;
    answer.reply.latency = m_time.now() - found->second.asked;
    if (m_giveUp)
        m_giveUp(id);
    applyAnswer(id, question, answer);
}

/// Of the proven one that has waited longest, if it is not soon any more. That is no failure: it is asked again among
/// the slow, who have all the time they need.
bool Poller::takeBackOverdue(Clock::TimePoint now)
{
    const auto longest =
        std::ranges::find_if(m_asked, [this](const Due &asked) { return !m_subjects.at(asked.second).unprovenAsked; });
    if (longest == m_asked.end() || longest->first > now - Soon)
        return false;
    const ServiceId id = longest->second;
    Subject &subject = m_subjects.at(id);
    if (m_giveUp)
        m_giveUp(id);
    forgetQuestion(id, subject);
    subject.standing = Standing::Doubtful;
    setDue(id, subject, now);
    return true;
}

void Poller::forgetQuestion(ServiceId id, Subject &subject)
{
    m_asked.erase({subject.asked, id});
    m_unprovenInFlight -= subject.unprovenAsked;
    m_doubtfulInFlight -= subject.standing == Standing::Doubtful;
    subject.question = 0;
}

void Poller::applyAnswer(ServiceId id, quint64 question, const Answer<HealthReport> &answer)
{
    const auto found = m_subjects.find(id);
    if (found == m_subjects.end() || found->second.question != question)
        return;
    Subject &subject = found->second;
    const auto now = m_time.now();
    forgetQuestion(id, subject);
    const bool proven = answer.value || cameFromService(answer.reply.error);
    subject.standing = proven && answer.reply.latency <= Soon ? Standing::Proven : Standing::Doubtful;
    // Whether its host is tried anew is for the connection to decide, and to be told of it costs nothing.
    const bool isHostLost = answer.reply.error == ClientError::HostLost;
    subject.unanswered = proven || isHostLost ? 0 : subject.unanswered + 1;
    // An interval is reckoned from when it was due, not from when there was room for it; a pause from its failure.
    auto next = proven || isHostLost ? std::max(subject.due + subject.interval, now) : now + pause(id, subject);
    if (!std::exchange(subject.spread, true) || (subject.host != 0 && next == now))
        next = nextPlace(id, subject, now);
    else if (proven && isOfFew(subject)) // who was late goes back to the others by a shorter interval, not a longer one
        next = std::max(next - next.time_since_epoch() % subject.interval, std::min(next, now + subject.interval / 2));
    setDue(id, subject, next);
    while (!m_latencies.empty() && m_latencies.front().first < now - StatisticsSpan)
        m_latencies.pop_front();
    m_latencies.emplace_back(now, answer.reply.latency);
    arm();
    Q_EMIT answered(id, answer);
}

/// After `now`, within an interval. Those of a host come in portions, each at the same time for all of its services.
/// Few come all at one time: what each time costs is more than what each of them does.
Clock::TimePoint Poller::nextPlace(ServiceId id, const Subject &subject, Clock::TimePoint now) const
{
    using std::chrono::milliseconds;
    if (subject.host == 0 && !isOfFew(subject))
        return now + std::chrono::floor<milliseconds>(subject.interval * spreadOf(id));
    const milliseconds step = subject.interval / Portions;
    const milliseconds place =
        subject.host == 0 ? milliseconds(0) : step * (id % Portions) + step * int(subject.host % 97) / 97;
    const auto due = now - now.time_since_epoch() % subject.interval + place;
    return due > now ? due : due + subject.interval;
}

/// Those of few have one place in the interval.
bool Poller::isOfFew(const Subject &subject) const { return subject.host == 0 && m_subjects.size() <= Few; }

/// Of one that did not answer, until the next question. Shortened by up to a seventh: what died together is not asked
/// together for ever.
std::chrono::milliseconds Poller::pause(ServiceId id, const Subject &subject) const
{
    if (subject.eager || subject.unanswered <= 1)
        return subject.interval;
    const int doublings = std::min(subject.unanswered - 1, 10);
    const auto pause = std::min<std::chrono::milliseconds>(subject.interval * (1 << doublings), LongestPause);
    const double jitter = 0.85 + 0.15 * spreadOf(ServiceId(id * 31 + ServiceId(m_questions)));
    return std::max(subject.interval, std::chrono::floor<std::chrono::milliseconds>(pause * jitter));
}

void Poller::arm()
{
    if (!m_running || m_polling)
        return;
    auto next = Clock::TimePoint::max();
    for (const Standing standing : {Standing::Proven, Standing::New, Standing::Doubtful}) {
        const std::set<Due> &queue = m_waiting[std::size_t(standing)];
        if (queue.empty() || (isFull(standing) && standing == Standing::Doubtful))
            continue; // the next answer arms it again
        const auto due = queue.begin()->first;
        next = std::min(next,
                        isFull(standing) ? std::max<Clock::TimePoint>(due, m_time.now() + Granularity)
                                         : due); // perhaps one can be given up then
    }
    if (next == Clock::TimePoint::max())
        return m_timer.stop();
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next - m_time.now());
    const auto granularity = m_subjects.size() <= Few ? CoarseGranularity
        : m_subjects.size() < Many                    ? Granularity
                                                      : FineGranularity;
    const auto rounded = wait <= 0ms ? 0ms : (wait / granularity + 1) * granularity;
    if (!m_timer.isActive() || m_timer.remainingTimeAsDuration() > rounded)
        m_timer.start(rounded);
}

bool Poller::isAsking() const
{
    const auto now = m_time.now();
    return int(m_asked.size()) > m_doubtfulInFlight
        || std::ranges::any_of(std::array{Standing::Proven, Standing::New}, [this, now](Standing standing) {
               const std::set<Due> &queue = m_waiting[std::size_t(standing)];
               return !queue.empty() && queue.begin()->first <= now;
           });
}

Poller::Statistics Poller::statistics() const
{
    Statistics statistics;
    const auto now = m_time.now();
    auto oldest = now;
    int count = 0;
    for (const auto &[at, latency] : m_latencies) {
        if (at < now - StatisticsSpan)
            continue;
        oldest = std::min(oldest, at);
        statistics.slowest = std::max(statistics.slowest, latency);
        ++count;
    }
    const std::chrono::duration<double> span = std::max<std::chrono::nanoseconds>(now - oldest, 1s);
    statistics.pollsPerSecond = count / span.count();
    return statistics;
}

} // namespace Hephaestus
