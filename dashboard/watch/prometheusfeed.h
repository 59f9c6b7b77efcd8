// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/eventthread.h"
#include "common/base/result.h"
#include "common/fleet/prometheusgroup.h"
#include "dashboard/watch/servicefeed.h"

#include <QHash>
#include <QSet>
#include <QTimer>

#include <deque>
#include <functional>
#include <map>
#include <optional>

namespace Hephaestus {

/// Learns how services are from a Prometheus server that scrapes them, and announces those it finds there. While the
/// server does not answer, nothing is known of any of them, and that is what arrives. A thread of its own asks and
/// reads. It hands over a portion at a time, and one is taken in each turn of the event loop, so that the window never
/// waits for a large fleet.
class PrometheusFeed : public ServiceFeed
{
    Q_OBJECT

public:
    /// Between the beginnings of two questions; but after a long one there is a pause of half its time, or of this.
    static constexpr std::chrono::seconds Interval{5};
    /// A scrape is old after three times the shortest time that lay between two of them, and at least after this; the
    /// service is not known to be as it says then. An engine may answer from data that is half a minute old.
    static constexpr std::chrono::seconds EarliestOld{60};
    static constexpr std::chrono::seconds OldWithoutInterval{150}; ///< Prometheus' own interval is a minute

    /// `servers`: as PrometheusGroup::at() accepts them.
    explicit PrometheusFeed(const QList<PrometheusServer> &servers, const Clock &clock = Clock::machine(),
                            QObject *parent = nullptr);
    ~PrometheusFeed() override;

    void add(ServiceId id, const SharedEntry &entry) override;
    void remove(ServiceId id) override;
    void start() override;
    void stop() override;
    void ask(); ///< now; the timer's only deed. Not while a question is under way

    /// Of a large fleet not all is read each time (PrometheusFleet::Pace). It is of the opened service, of those that
    /// are to be restarted when stale, and of those that `shown` returns: it is called before each question.
    void setShown(const std::function<QList<ServiceId>()> &shown) { m_shown = shown; }
    void setOpened(ServiceId id); ///< NoService: none
    void readWhole(ServiceId id); ///< by the next question all of it; its row says what came from elsewhere
    void setPace(const PrometheusFleet::Pace &pace);

    /// The service's label `instance`; empty: it was in no round.
    QString instanceOf(ServiceId id) const;
    /// What the server keeps of the service at `url`; steps as of PrometheusFleet::askPast(). `done` is called in the
    /// feed's thread, once, unless the feed is destroyed before.
    void askPast(const QString &url, Clock::WallTime from, Clock::WallTime to, std::chrono::seconds step,
                 const PrometheusFleet::Past &done);

Q_SIGNALS:
    /// The server scrapes these, and add() has not named them. Who wants them adds them before it returns.
    void discovered(const QList<Hephaestus::FleetEntry> &entries);
    /// The server does not scrape this one, and never did: another feed may report on it.
    void released(Hephaestus::ServiceId id);
    /// A released one is scraped after all: this feed reports on it again.
    void claimed(Hephaestus::ServiceId id);
    /// The server stopped to answer; once until it answers again.
    void failed(const QString &why);
    void ended(); ///< a question, whatever came of it
    /// The server answers with other warnings than before: some of what it told may be missing.
    void warned(const QString &warnings);

private:
    class Worker;

    struct Subject
    {
        QString address;                        ///< of its entry, in the one form that all spellings share
        QString url;                            ///< as Prometheus has it; empty: it was in no round
        QString instance{};                     ///< its label of that name
        Clock::WallTime scraped{};              ///< when the latest answer came about
        bool answered = false;                  ///< by that
        std::optional<Clock::TimePoint> read{}; ///< Arrival::steady of the latest answer that was no confirmation
        bool isOld = false;                     ///< that was too long ago, which was told
        Clock::TimePoint seen{};                ///< when that was, by our clock
        std::chrono::nanoseconds interval{0};   ///< the shortest between two scrapes; 0: not known
        bool present = false;                   ///< in this round
        bool isReleased = false;
        int rounds = 0; ///< in which it was not, if it never was in one
    };

    /// Nothing is known of a service.
    struct Silence
    {
        ServiceId id;
        QString why;
    };

    /// What the thread handed over, or what followed from it.
    struct Heard
    {
        PrometheusFleet::Portion portion;
        std::optional<PrometheusFleet::End> end; ///< instead of a portion
        Clock::TimePoint at;
        QList<Silence> silences{}; ///< instead of both
    };

    void hear(const PrometheusFleet::Portion &portion, const std::optional<PrometheusFleet::End> &end);
    void applyNext();
    void applyPortion(const PrometheusFleet::Portion &portion, Clock::TimePoint heard);
    QList<Arrival> arrivalsOf(const PrometheusFleet::Member &member, ServiceId id, Clock::TimePoint heard, bool isNew);
    std::optional<Arrival> arrivalOf(const PrometheusFleet::Confirmation &confirmed, Clock::TimePoint heard);
    Clock::WallTime place(Subject &subject, Clock::WallTime scraped, std::chrono::nanoseconds age,
                          Clock::TimePoint heard);
    QSet<QString> wanted();
    void endRound(const PrometheusFleet::End &end);
    void tellRest(const PrometheusFleet::End &end);
    void loseAll(const QString &why);
    void publish(const QList<Silence> &silences);
    void tell(const QList<Silence> &silences);
    Arrival arrivalOf(const Silence &silence) const;
    bool isOld(const Subject &subject) const;
    Silence agedOut(ServiceId id, Subject &subject);

    const Clock &m_clock;
    std::map<ServiceId, Subject> m_subjects;
    QHash<QString, ServiceId> m_ids; ///< by address
    QTimer m_timer;
    std::deque<Heard> m_heard; ///< not applied yet
    Clock::TimePoint m_asked;  ///< the latest question
    std::function<QList<ServiceId>()> m_shown;
    ServiceId m_opened = NoService;
    QSet<ServiceId> m_old;        ///< those that are, or were: a confirmation would not make them current again
    QSet<ServiceId> m_restarted;  ///< those that are when stale: by figures that are read with their state
    QSet<ServiceId> m_askedWhole; ///< for the next question
    bool m_hasConfirmed = false;  ///< the latest question did not read all of each
    QTimer m_turn;                ///< of the event loop, while there is some
    bool m_running = false;
    bool m_lost = false;
    QStringList m_warnings; ///< of the latest round
    Worker *m_worker;       ///< lives in m_thread
    EventThread m_thread{"prometheus"};
};

} // namespace Hephaestus
