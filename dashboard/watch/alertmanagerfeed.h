// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/eventthread.h"
#include "common/fleet/alertmanagers.h"

#include <QTimer>

namespace Hephaestus {

/// Follows what Alertmanagers have, and asks them to silence. A thread of its own asks and reads: what a large fleet
/// has of alerts takes a while. Callbacks come once, in the thread of the feed, unless it is destroyed before.
class AlertmanagerFeed : public QObject
{
    Q_OBJECT

public:
    static constexpr std::chrono::seconds Interval{10}; ///< from one answer to the next question

    /// `servers`: as Alertmanagers::at() accepts them.
    explicit AlertmanagerFeed(const QList<PrometheusServer> &servers, QObject *parent = nullptr);
    ~AlertmanagerFeed() override;

    void start();
    void stop();
    /// Asks now; while a question is under way, once more after it.
    void ask();

    void silence(const Silence &silence, const Alertmanagers::Silenced &done);
    void endSilence(const QString &id, const Alertmanagers::Ended &done);
    void post(const QList<PostedAlert> &alerts, const Alertmanagers::Posted &done);

Q_SIGNALS:
    void changed(const Hephaestus::AlertReading &reading); ///< it is another one than before, or the first
    void confirmed();                                      ///< after each reading, whatever it brought

private:
    class Worker;

    void endRound();

    QTimer m_timer;
    bool m_running = false;
    bool m_isAsking = false;
    bool m_asksAgain = false;
    Worker *m_worker; ///< lives in m_thread
    EventThread m_thread{"alertmanager"};
};

} // namespace Hephaestus
