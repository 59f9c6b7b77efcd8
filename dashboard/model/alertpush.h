// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/alertrule.h"
#include "dashboard/model/changedservices.h"
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
    /// How many services the latest check() looked at, once and for each rule: those of which something changed since
    /// the one before, and those whose trouble waits to be told.
    qsizetype lookedAt() const { return m_lookedAt; }

Q_SIGNALS:
    void happened(const Hephaestus::Event &event);

private:
    struct Pushed
    {
        PostedAlert alert;
        std::optional<Clock::TimePoint> sent{}; ///< as it is: when all took it
        std::optional<Clock::TimePoint> over{}; ///< since when
    };
    /// An alert with what it is known by.
    struct Named
    {
        QString key;
        PostedAlert alert;
    };
    /// Who breaks a rule.
    struct Breach
    {
        Clock::TimePoint since;
        std::optional<Named> alert{}; ///< once it has lasted; nothing: what it says is to be found anew
    };
    struct Followed
    {
        AlertRule rule;
        QHash<ServiceId, Breach> broken{};
        QSet<ServiceId> others{}; ///< that break it, and are not ours
    };
    using Firing = QHash<QString, const PostedAlert *>; ///< by what they are known by

    void forgetRemoved();
    void followStates(const QSet<ServiceId> &changed);
    void followState(const ServiceRow &row);
    void followRule(Followed &followed, const QSet<ServiceId> &changed);
    void followRule(Followed &followed, const ServiceRow &row, bool isChanged);
    Firing firing();
    Named nameBreach(const AlertRule &rule, ServiceId id, std::chrono::nanoseconds lasted) const;
    void follow(const Firing &firing);
    bool isDue(const Pushed &pushed) const;
    void send();
    void endOf(const QList<PostedAlert> &sent, const QStringList &problems);

    const FleetModel &m_fleet;
    AlertmanagerFeed &m_feed;
    const IsOurs m_isOurs;
    const Clock &m_clock;
    PushedRules m_pushed;
    ChangedServices m_changed;
    std::vector<Followed> m_rules;
    QHash<ServiceId, Named> m_states; ///< trouble that is not over
    QSet<ServiceId> m_waiting;        ///< in trouble that has not lasted yet, or not ours
    QMap<QString, Pushed> m_alerts;   ///< by what they are known by
    qsizetype m_lookedAt = 0;
    bool m_isSending = false;
    std::optional<Clock::TimePoint> m_failed; ///< the latest try
    QString m_told;                           ///< what failed, as the journal has it
    QTimer m_timer;
};

} // namespace Hephaestus
