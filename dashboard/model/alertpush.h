// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/alertrule.h"
#include "dashboard/model/servicealerts.h"

namespace Hephaestus {

/// What Alertmanagers are told: states that lasted, and the rules of the person who looks.
struct PushedRules
{
    std::chrono::milliseconds delay{5'000}; ///< trouble that is shorter is not told
    QList<AlertRule> rules;

    bool operator==(const PushedRules &) const = default;
};

/// Tells Alertmanagers of trouble, as Prometheus would: what fires, again before it ends by itself, and that it is
/// over. That is for the services that no Prometheus watches. Alerts are named as in alerts.yml, so that two who watch
/// one service tell of one alert. What is muted or acknowledged in this window is told all the same: Alertmanager has
/// silences of its own. One thread.
class AlertPush : public QObject
{
    Q_OBJECT

public:
    static constexpr std::chrono::seconds LookInterval{5};
    static constexpr std::chrono::seconds RepeatInterval{60};
    static constexpr std::chrono::seconds RetryInterval{15};
    /// So long an alert fires that nobody tells of any more.
    static constexpr std::chrono::seconds Lifetime{4 * 60};
    static constexpr std::chrono::minutes OverIsTold{15}; ///< so long it is tried to tell that one is over

    using IsOurs = std::function<bool(ServiceId)>; ///< no Prometheus watches it

    /// All of them outlive this.
    AlertPush(const FleetModel &fleet, AlertmanagerFeed &feed, const IsOurs &isOurs,
              const Clock &clock = Clock::machine(), QObject *parent = nullptr);

    void setRules(const PushedRules &rules);
    void start() { m_timer.start(LookInterval); }
    void check(); ///< its only deed

Q_SIGNALS:
    void happened(const Hephaestus::Event &event);

private:
    struct Pushed
    {
        PostedAlert alert;
        std::optional<Clock::TimePoint> sent{}; ///< as it is: when all took it
        std::optional<Clock::TimePoint> over{}; ///< since when
    };

    void followStates();
    void followRules();
    QMap<QString, PostedAlert> firing() const;
    void follow(const QMap<QString, PostedAlert> &firing);
    bool isDue(const Pushed &pushed) const;
    void send();
    void endOf(const QList<PostedAlert> &sent, const QStringList &problems);

    const FleetModel &m_fleet;
    AlertmanagerFeed &m_feed;
    const IsOurs m_isOurs;
    const Clock &m_clock;
    PushedRules m_pushed;
    QList<QHash<ServiceId, Clock::TimePoint>> m_broken; ///< of each rule: who breaks it, and since when
    QHash<ServiceId, PostedAlert> m_states;             ///< trouble that is not over
    QMap<QString, Pushed> m_alerts;                     ///< by what they are known by
    bool m_isSending = false;
    std::optional<Clock::TimePoint> m_failed; ///< the latest try
    QString m_told;                           ///< what failed, as the journal has it
    QTimer m_timer;
};

} // namespace Hephaestus
