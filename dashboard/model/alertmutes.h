// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetmodel.h"

#include <QTimer>

namespace Hephaestus {

/// What a person has said of alerts. A service or a group is muted until a time. What is amiss with a service now is
/// acknowledged, until it is no longer so. The rows carry it (Quiet). The settings keep it by address and by group,
/// also of services that are not watched now. A mute that ends says so once, when one that it was for is watched.
class AlertMutes : public QObject
{
    Q_OBJECT

public:
    /// A mute that ended is said within so long after it; later nobody remembers it.
    static constexpr std::chrono::hours SaidWithin{7 * 24};

    /// `fleet` and `time` outlive this.
    explicit AlertMutes(FleetModel &fleet, const Clock &time = Clock::machine(), QObject *parent = nullptr);

    void mute(const QList<ServiceId> &services, Clock::WallTime until);
    void muteGroup(const QString &group, Clock::WallTime until); ///< nothing happens without a group's name
    void unmute(const QList<ServiceId> &services);               ///< a group's mute stays
    void unmuteGroup(const QString &group);
    bool isMutedItself(ServiceId id) const; ///< not only with its group
    std::optional<Clock::WallTime> groupMutedUntil(const QString &group) const;
    QStringList mutedGroups() const; ///< in alphabetical order

    /// Whether something is amiss with it that is not acknowledged.
    static bool canAcknowledge(const ServiceRow &row);
    void acknowledge(const QList<ServiceId> &services); ///< all that is amiss with them now
    void withdraw(const QList<ServiceId> &services);    ///< as if nobody had acknowledged it
    void endRule(ServiceId id, const QString &rule);    ///< it keeps the rule again

    void start(); ///< lets the timer knock
    void check(); ///< its only deed

Q_SIGNALS:
    void changed();
    void happened(const Hephaestus::Event &event); ///< a line for the journal

private:
    struct Acknowledged
    {
        std::optional<ServiceState> state;
        bool code = false;
        QStringList rules;

        bool isEmpty() const { return !state && !code && rules.isEmpty(); }
        bool operator==(const Acknowledged &) const = default;
    };

    void read();
    void write() const;
    bool sayServiceEnded(const QString &url);
    bool sayGroupEnded(const QString &group);
    void followChange(const QModelIndex &first, const QModelIndex &last);
    bool follow(const ServiceRow &row);
    void apply(ServiceId id);
    void applyToNew(const QModelIndex &, int first, int last);
    void applyToAll();
    void applyTo(int first, int last);
    void keep();
    void tell(ServiceId id, const QString &name, const QString &text);

    FleetModel &m_fleet;
    const Clock &m_time;
    QHash<QString, Clock::WallTime> m_services;  ///< by address: until when they are muted
    QMap<QString, Clock::WallTime> m_groups;     ///< by name
    QHash<QString, Acknowledged> m_acknowledged; ///< by address
    QTimer m_timer;
};

} // namespace Hephaestus
