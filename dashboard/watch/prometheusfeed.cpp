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
constexpr std::chrono::milliseconds SoonAfterOpening{500};

} // namespace

/// The other side of the thread.
class PrometheusFeed::Worker : public QObject
{
public:
    Worker(PrometheusFeed *feed, const QList<PrometheusServer> &servers) : m_feed(feed), m_servers(servers) {}

    void ask(const QSet<QString> &wanted)
    {
        group().setWanted(wanted);
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
    m_asked = m_clock.sinceBoot();
    m_hasConfirmed = false;
    post(m_worker, [worker = m_worker, wanted = wanted()] { worker->ask(wanted); });
}

/// The addresses of those of which all is to be read.
QSet<QString> PrometheusFeed::wanted()
{
    m_old.removeIf([this](ServiceId id) {
        const auto subject = m_subjects.find(id);
        return subject == m_subjects.end() || !subject->second.isOld;
    });
    QSet<ServiceId> services = m_restarted + m_old + std::exchange(m_askedWhole, {});
    services << m_opened;
    const QList<ServiceId> shown = m_shown ? m_shown() : QList<ServiceId>();
    services.unite({shown.begin(), shown.end()});
    QSet<QString> addresses;
    for (const ServiceId id : std::as_const(services)) {
        if (const auto subject = m_subjects.find(id); subject != m_subjects.end())
            addresses << subject->second.address;
    }
    return addresses;
}

void PrometheusFeed::setOpened(ServiceId id)
{
    readWhole(m_opened);
    m_opened = id;
    if (m_hasConfirmed && m_timer.isActive() && m_timer.remainingTimeAsDuration() > SoonAfterOpening)
        m_timer.start(SoonAfterOpening);
}

void PrometheusFeed::readWhole(ServiceId id)
{
    if (m_subjects.contains(id))
        m_askedWhole << id;
}

void PrometheusFeed::setPace(const PrometheusFleet::Pace &pace)
{
    post(m_worker, [worker = m_worker, pace] { worker->group().setPace(pace); });
}

void PrometheusFeed::add(ServiceId id, const SharedEntry &entry)
{
    Subject &subject = m_subjects[id];
    subject.address = PrometheusFleet::addressOf(entry->url);
    m_ids.insert(subject.address, id);
    if (entry->restartOnStale)
        m_restarted << id;
    else
        m_restarted.remove(id);
}

void PrometheusFeed::remove(ServiceId id)
{
    const auto subject = m_subjects.find(id);
    if (subject == m_subjects.end())
        return;
    if (m_ids.value(subject->second.address) == id) // another may be at the same address
        m_ids.remove(subject->second.address);
    m_subjects.erase(subject);
    m_restarted.remove(id);
    m_askedWhole.remove(id);
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
    m_heard.push_back({portion, end, m_clock.sinceBoot(), {}});
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
    for (const PrometheusFleet::Confirmation &confirmed : portion.confirmed) {
        if (const auto arrival = arrivalOf(confirmed, heard))
            arrivals << *arrival;
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
    subject.answered = answered && subject.answered; // no interval is known before the second answer
    const Clock::WallTime wall =
        place(subject, member.scraped, answered ? member.age : std::chrono::nanoseconds(0), heard);
    subject.answered = answered;
    subject.read = answered ? std::optional(subject.seen) : std::nullopt;
    const bool wasOld = std::exchange(subject.isOld, false);
    const Arrival arrival{id, member.answer, subject.seen, wall};
    if (!isOld(subject))
        return {arrival};
    if (wasOld) {
        subject.isOld = true;
        return {};
    }
    // What it said is shown with its age.
    return {arrival, arrivalOf(agedOut(id, subject))};
}

/// Says when it was scraped last. The server's clock may be another one: only its ages count here. Returns the time by
/// the wall clock.
Clock::WallTime PrometheusFeed::place(Subject &subject, Clock::WallTime scraped, std::chrono::nanoseconds age,
                                      Clock::TimePoint heard)
{
    const std::chrono::nanoseconds interval = scraped - subject.scraped;
    if (subject.answered && interval.count() > 0)
        subject.interval = subject.interval.count() > 0 ? std::min(subject.interval, interval) : interval;
    subject.scraped = scraped;
    age += m_clock.sinceBoot() - heard;
    subject.seen = m_clock.sinceBoot() - age;
    return m_clock.wall() - std::chrono::duration_cast<Clock::WallTime::duration>(age);
}

/// Nothing: nobody wants it, or its row says something else meanwhile, and all of it is to be read.
std::optional<Arrival> PrometheusFeed::arrivalOf(const PrometheusFleet::Confirmation &confirmed, Clock::TimePoint heard)
{
    const ServiceId id = m_ids.value(confirmed.address, NoService);
    const auto found = m_subjects.find(id);
    if (found == m_subjects.end())
        return {};
    m_hasConfirmed = true;
    Subject &subject = found->second;
    subject.present = true;
    if (!subject.answered || subject.isOld || !subject.read) {
        readWhole(id);
        return {};
    }
    Arrival arrival{
        .id = id, .answer = {}, .steady = {}, .wall = place(subject, confirmed.scraped, confirmed.age, heard)};
    arrival.steady = subject.seen;
    arrival.confirms = subject.read;
    arrival.answer.reply.httpStatus = 200;
    arrival.answer.reply.latency = confirmed.latency;
    return arrival;
}

/// Whether what it last said is too old to say how it is.
bool PrometheusFeed::isOld(const Subject &subject) const
{
    if (!subject.answered)
        return false;
    const std::chrono::nanoseconds limit = subject.interval.count() > 0
        ? std::max<std::chrono::nanoseconds>(EarliestOld, 3 * subject.interval + std::chrono::seconds(10))
        : OldWithoutInterval;
    return m_clock.sinceBoot() - subject.seen > limit;
}

PrometheusFeed::Silence PrometheusFeed::agedOut(ServiceId id, Subject &subject)
{
    subject.isOld = true;
    m_old << id;
    const auto age = std::chrono::duration_cast<std::chrono::seconds>(m_clock.sinceBoot() - subject.seen);
    return {id, tr("Prometheus has not scraped it for %1").arg(formatDuration(age))};
}

void PrometheusFeed::endRound(const PrometheusFleet::End &end)
{
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(m_clock.sinceBoot() - m_asked);
    if (m_running)
        m_timer.start(std::max<std::chrono::milliseconds>(Interval - took,
                                                          std::min<std::chrono::milliseconds>(took / 2, Interval)));
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
            {.portion = {}, .end = {}, .at = m_clock.sinceBoot(), .silences = silences.mid(first, MostPublished)});
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
    Arrival arrival{silence.id, {}, m_clock.sinceBoot(), m_clock.wall()};
    arrival.answer.reply.error = ClientError::NotAsked;
    arrival.answer.reply.message = silence.why;
    return arrival;
}

} // namespace Hephaestus
