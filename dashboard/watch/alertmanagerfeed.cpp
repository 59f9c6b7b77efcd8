// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/watch/alertmanagerfeed.h"

#include "common/base/post.h"

namespace Hephaestus {

/// The other side of the thread.
class AlertmanagerFeed::Worker : public QObject
{
public:
    Worker(AlertmanagerFeed *feed, const QList<PrometheusServer> &servers) : m_feed(feed), m_servers(servers) {}

    void ask()
    {
        servers().ask([this](const AlertReading &reading) {
            if (!m_latest || *m_latest != reading) {
                m_latest = reading;
                Hephaestus::post(m_feed, [feed = m_feed, reading] { Q_EMIT feed->changed(reading); });
            }
            Hephaestus::post(m_feed, [feed = m_feed] { feed->endRound(); });
        });
    }

    Alertmanagers &servers()
    {
        if (!m_alertmanagers)
            m_alertmanagers = *Alertmanagers::at(m_servers); // in the thread in which it is used
        return *m_alertmanagers;
    }

    /// Calls `done` in the feed's thread.
    template <typename Value>
    std::function<void(const Value &)> across(const std::function<void(const Value &)> &done)
    {
        return [feed = m_feed, done](const Value &value) {
            Hephaestus::post(feed, [feed, done, value] {
                feed->ask(); // what is shown follows soon
                done(value);
            });
        };
    }

private:
    AlertmanagerFeed *const m_feed;
    const QList<PrometheusServer> m_servers;
    std::unique_ptr<Alertmanagers> m_alertmanagers;
    std::optional<AlertReading> m_latest;
};

AlertmanagerFeed::AlertmanagerFeed(const QList<PrometheusServer> &servers, QObject *parent)
    : QObject(parent)
    , m_worker(new Worker(this, servers))
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &AlertmanagerFeed::ask);
    m_worker->moveToThread(m_thread.thread());
}

AlertmanagerFeed::~AlertmanagerFeed() { Hephaestus::post(m_worker, &QObject::deleteLater); }

void AlertmanagerFeed::start()
{
    m_running = true;
    ask();
}

void AlertmanagerFeed::stop()
{
    m_running = false;
    m_asksAgain = false;
    m_timer.stop();
}

void AlertmanagerFeed::ask()
{
    if (m_isAsking) {
        m_asksAgain = true;
        return;
    }
    m_isAsking = true;
    m_timer.stop();
    Hephaestus::post(m_worker, [worker = m_worker] { worker->ask(); });
}

void AlertmanagerFeed::endRound()
{
    m_isAsking = false;
    if (std::exchange(m_asksAgain, false))
        ask();
    else if (m_running)
        m_timer.start(Interval);
    Q_EMIT confirmed();
}

void AlertmanagerFeed::silence(const Silence &silence, const Alertmanagers::Silenced &done)
{
    Hephaestus::post(m_worker, [worker = m_worker, silence, done] {
        worker->servers().silence(silence, worker->across<Result<QString>>(done));
    });
}

void AlertmanagerFeed::endSilence(const QString &id, const Alertmanagers::Ended &done)
{
    Hephaestus::post(m_worker, [worker = m_worker, id, done] {
        worker->servers().endSilence(id, worker->across<std::optional<Problem>>(done));
    });
}

void AlertmanagerFeed::post(const QList<PostedAlert> &alerts, const Alertmanagers::Posted &done)
{
    Hephaestus::post(m_worker, [worker = m_worker, alerts, done] {
        worker->servers().post(alerts, worker->across<QStringList>(done));
    });
}

} // namespace Hephaestus
