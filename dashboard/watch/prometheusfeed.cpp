// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/watch/prometheusfeed.h"

#include "common/base/duration.h"
#include "common/base/post.h"

#include <QSet>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype MostPublished = 250; ///< published in one turn of the event loop
constexpr int RoundsUntilReleased = 2;   ///< a server that has just started does not know yet what it scrapes

} // namespace

/// The other side of the thread.
class PrometheusFeed::Worker : public QObject
{
public:
    Worker(PrometheusFeed *feed, const QList<PrometheusServer> &servers) : m_feed(feed), m_servers(servers) {}

    void ask()
    {
        group().ask(
            [feed = m_feed](const PrometheusFleet::Portion &portion) {
                post(feed, [feed, portion] { feed->hear(portion, {}); });
            },
            [feed = m_feed](const PrometheusFleet::End &end) { post(feed, [feed, end] { feed->hear({}, end); }); });
    }

    PrometheusGroup &group()
    {
        if (!m_group)
            m_group = *PrometheusGroup::at(m_servers); // in the thread in which it is used
        return *m_group;
    }

private:
    PrometheusFeed *const m_feed;
    const QList<PrometheusServer> m_servers;
    std::unique_ptr<PrometheusGroup> m_group;
};

PrometheusFeed::PrometheusFeed(const QList<PrometheusServer> &servers, const Clock &clock, QObject *parent)
    : ServiceFeed(parent)
    , m_clock(clock)
    , m_worker(new Worker(this, servers))
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &PrometheusFeed::ask);
    m_turn.setSingleShot(true);
    connect(&m_turn, &QTimer::timeout, this, &PrometheusFeed::applyNext);
    m_worker->moveToThread(m_thread.thread());
}

PrometheusFeed::~PrometheusFeed() { post(m_worker, &QObject::deleteLater); }

void PrometheusFeed::start()
{
    m_running = true;
    ask();
}

void PrometheusFeed::stop()
{
    m_running = false;
    m_timer.stop();
}

void PrometheusFeed::ask()
{
    post(m_worker, [worker = m_worker] { worker->ask(); });
}

void PrometheusFeed::add(ServiceId id, const FleetEntry &entry)
{
    Subject &subject = m_subjects[id];
    subject.address = PrometheusFleet::addressOf(entry.url);
    m_ids.insert(subject.address, id);
}

void PrometheusFeed::remove(ServiceId id)
{
    const auto subject = m_subjects.find(id);
    if (subject == m_subjects.end())
        return;
    if (m_ids.value(subject->second.address) == id) // another may be at the same address
        m_ids.remove(subject->second.address);
    m_subjects.erase(subject);
}

void PrometheusFeed::askPast(const QString &url, Clock::WallTime from, Clock::WallTime to, std::chrono::seconds step,
                             const PrometheusFleet::Past &done)
{
    const auto subject = m_subjects.find(m_ids.value(PrometheusFleet::addressOf(url), NoService));
    const QString scraped = subject == m_subjects.end() ? QString() : subject->second.url;
    post(m_worker, [=, worker = m_worker] { worker->group().askPast(scraped, from, to, step, done); });
}

QString PrometheusFeed::instanceOf(ServiceId id) const
{
    const auto subject = m_subjects.find(id);
    return subject == m_subjects.end() ? QString() : subject->second.instance;
}

void PrometheusFeed::hear(const PrometheusFleet::Portion &portion, const std::optional<PrometheusFleet::End> &end)
{
    m_heard.push_back({portion, end, m_clock.now(), {}});
    if (!m_turn.isActive())
        m_turn.start(std::chrono::milliseconds(0));
}

void PrometheusFeed::applyNext()
{
    const Heard heard = std::move(m_heard.front());
    m_heard.pop_front();
    if (!m_heard.empty())
        m_turn.start(std::chrono::milliseconds(0));
    if (heard.end)
        endRound(*heard.end);
    else if (!heard.silences.isEmpty())
        tell(heard.silences);
    else
        applyPortion(heard.portion, heard.at);
}

void PrometheusFeed::applyPortion(const PrometheusFleet::Portion &portion, Clock::TimePoint heard)
{
    QList<FleetEntry> unknown;
    QSet<QString> isNew; ///< by address
    for (const PrometheusFleet::Member &member : portion.changed) {
        if (m_ids.contains(member.address))
            continue;
        unknown << member.entry;
        isNew << member.address;
    }
    if (!unknown.isEmpty())
        Q_EMIT discovered(unknown);
    QList<Arrival> arrivals;
    for (const PrometheusFleet::Member &member : portion.changed) {
        const ServiceId id = m_ids.value(member.address, NoService);
        arrivals << arrivalsOf(member, id, heard, isNew.contains(member.address));
    }
    if (!arrivals.isEmpty())
        Q_EMIT arrived(arrivals);
    for (const QString &address : portion.unchanged) {
        const auto subject = m_subjects.find(m_ids.value(address, NoService));
        if (subject == m_subjects.end())
            continue;
        subject->second.present = true;
        subject->second.rounds = 0; // what it told of it before was not for us
    }
}

/// None: nobody wants it, or it was not scraped again since.
QList<Arrival> PrometheusFeed::arrivalsOf(const PrometheusFleet::Member &member, ServiceId id, Clock::TimePoint heard,
                                          bool isNew)
{
    const auto found = m_subjects.find(id);
    if (found == m_subjects.end())
        return {};
    Subject &subject = found->second;
    if (std::exchange(subject.isReleased, false)) {
        isNew = true;
        Q_EMIT claimed(id);
    }
    subject.present = true;
    subject.url = member.entry.url;
    subject.instance = member.instance;
    const bool answered = member.answer.value.has_value();
    if (!isNew && subject.scraped == member.scraped && subject.answered == answered)
        return {};
    const std::chrono::nanoseconds interval = member.scraped - subject.scraped;
    if (answered && subject.answered && interval.count() > 0)
        subject.interval = subject.interval.count() > 0 ? std::min(subject.interval, interval) : interval;
    subject.scraped = member.scraped;
    subject.answered = answered;
    // The server's clock may be another one: only its ages count here.
    const std::chrono::nanoseconds age = (answered ? member.age : std::chrono::nanoseconds(0)) + m_clock.now() - heard;
    subject.seen = m_clock.now() - age;
    const bool wasOld = std::exchange(subject.isOld, false);
    const Arrival arrival{id, member.answer, subject.seen,
                          m_clock.wall() - std::chrono::duration_cast<Clock::WallTime::duration>(age)};
    if (!isOld(subject))
        return {arrival};
    if (wasOld) {
        subject.isOld = true;
        return {};
    }
    // What it said is shown with its age.
    return {arrival, arrivalOf(agedOut(id, subject))};
}

/// Whether what it last said is too old to say how it is.
bool PrometheusFeed::isOld(const Subject &subject) const
{
    if (!subject.answered)
        return false;
    const std::chrono::nanoseconds limit = subject.interval.count() > 0
        ? std::max<std::chrono::nanoseconds>(EarliestOld, 3 * subject.interval + std::chrono::seconds(10))
        : OldWithoutInterval;
    return m_clock.now() - subject.seen > limit;
}

PrometheusFeed::Silence PrometheusFeed::agedOut(ServiceId id, Subject &subject)
{
    subject.isOld = true;
    const auto age = std::chrono::duration_cast<std::chrono::seconds>(m_clock.now() - subject.seen);
    return {id, tr("Prometheus has not scraped it for %1").arg(formatDuration(age))};
}

void PrometheusFeed::endRound(const PrometheusFleet::End &end)
{
    if (m_running)
        m_timer.start(Interval);
    if (end.problem)
        loseAll(end.problem->text());
    else
        tellRest(end);
    Q_EMIT ended();
}

/// What no portion told.
void PrometheusFeed::tellRest(const PrometheusFleet::End &end)
{
    m_lost = false;
    if (!end.warnings.isEmpty() && m_warnings != end.warnings)
        Q_EMIT warned(end.warnings.join("; "_L1));
    m_warnings = end.warnings;
    const QString goneAway = tr("Prometheus does not scrape it any more");
    QList<Silence> silences;
    QList<ServiceId> strangers;
    for (auto &[id, subject] : m_subjects) {
        if (!subject.isReleased && subject.url.isEmpty() && ++subject.rounds >= RoundsUntilReleased)
            strangers << id;
        if (!std::exchange(subject.present, false) && std::exchange(subject.answered, false))
            silences << Silence{id, goneAway};
        else if (!subject.isOld && isOld(subject))
            silences << agedOut(id, subject);
    }
    publish(silences);
    for (const ServiceId id : std::as_const(strangers)) {
        const auto subject = m_subjects.find(id);
        if (subject == m_subjects.end())
            continue; // removed by who was told of the arrivals
        subject->second.isReleased = true;
        Q_EMIT released(id);
    }
}

void PrometheusFeed::loseAll(const QString &why)
{
    if (!std::exchange(m_lost, true))
        Q_EMIT failed(why);
    const QString noAnswer = tr("Prometheus does not answer: %1").arg(why); // one text for all
    QList<Silence> silences;
    for (auto &[id, subject] : m_subjects) {
        if (subject.isReleased)
            continue;
        subject = {.address = subject.address, .url = subject.url, .instance = subject.instance};
        silences << Silence{id, noAnswer};
    }
    publish(silences);
}

/// Of many a portion now, and one in each turn of the event loop, before what is heard later.
void PrometheusFeed::publish(const QList<Silence> &silences)
{
    for (qsizetype first = MostPublished; first < silences.size(); first += MostPublished)
        m_heard.push_back(
            {.portion = {}, .end = {}, .at = m_clock.now(), .silences = silences.mid(first, MostPublished)});
    if (!m_heard.empty() && !m_turn.isActive())
        m_turn.start(std::chrono::milliseconds(0));
    tell(silences.mid(0, MostPublished));
}

void PrometheusFeed::tell(const QList<Silence> &silences)
{
    QList<Arrival> arrivals;
    arrivals.reserve(silences.size());
    for (const Silence &silence : silences)
        arrivals << arrivalOf(silence);
    Q_EMIT arrived(arrivals);
}

Arrival PrometheusFeed::arrivalOf(const Silence &silence) const
{
    Arrival arrival{silence.id, {}, m_clock.now(), m_clock.wall()};
    arrival.answer.reply.error = ClientError::NotAsked;
    arrival.answer.reply.message = silence.why;
    return arrival;
}

} // namespace Hephaestus
