// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/alertcause.h"

#include <QTimer>

namespace Hephaestus {

/// Something worth interrupting a person for.
struct Alert
{
    enum class Kind { Trouble, Recovery, Stale };

    Kind kind = Kind::Trouble;
    QList<ServiceId> services; ///< never empty
    QString title;             ///< plain text, made visible, as is `text`
    QString text;

    bool operator==(const Alert &) const = default;
};

/// Decides what people are told when they do not look: trouble that lasts, that it is over, and old code. One cause is
/// one alert, whoever else it reaches later, and its end is one. The end of an outage is told when all are healthy, or
/// when nobody got healthy for RecoveryQuiet, or after RecoveryBound. What comes together without a known cause is told
/// together. What this dashboard is doing itself, and a shutdown, is no trouble. What the rows say is muted or
/// acknowledged (Quiet) is followed and not told. What is in trouble when that ends is told as if it had begun then.
class Alerts : public QObject
{
    Q_OBJECT

public:
    /// So long nobody else of an outage has got healthy when its end is told. Who did not answer is asked in pauses.
    static constexpr std::chrono::seconds RecoveryQuiet{15};
    /// So long the recoveries from one outage are gathered at most.
    static constexpr std::chrono::seconds RecoveryBound{60};

    /// `fleet` outlives this.
    explicit Alerts(FleetModel &fleet, const Clock &time = Clock::machine(), QObject *parent = nullptr);

    /// Trouble shorter than this is not told.
    void setDelay(std::chrono::milliseconds delay) { m_delay = delay; }
    /// While muted, changes are followed and not told.
    void muteUntil(Clock::WallTime until) { m_mutedUntil = until; }
    bool isMuted() const { return m_time.wall() < m_mutedUntil; }

    void start(); ///< lets the timer knock
    void check(); ///< its only deed
    /// How many services the latest check() looked at: those of which something changed since the one before.
    qsizetype lookedAt() const { return m_lookedAt; }

Q_SIGNALS:
    void raised(const Hephaestus::Alert &alert);
    void heldBack(const Hephaestus::Alert &alert); ///< while muted: it is not to be told

private:
    struct Known
    {
        std::optional<Clock::TimePoint> since; ///< when its trouble began
        QString cause;                         ///< key of the alert that told it; empty: none did
        bool stale = false;
        bool quiet = false; ///< its trouble was muted or acknowledged
    };
    /// An alert that is not over.
    struct Active
    {
        AlertCause cause;
        QSet<ServiceId> troubled;  ///< which are not healthy yet
        QList<ServiceId> services; ///< all that it reached
        /// Of an outage: since when some have got healthy that are not told of; and the latest.
        std::optional<Clock::TimePoint> firstHealthy{};
        std::optional<Clock::TimePoint> lastHealthy{};
    };

    void noteChanged(const QModelIndex &first, const QModelIndex &last);
    void noteRows(int first, int last);
    void follow(const ServiceRow &row);
    void beginAnew(ServiceId id, Known &known);
    void forgetRemoved();
    void tellTrouble();
    void tellRecovery();
    void followOutage(ServiceId id, Active &active);
    void tellOutagesOver();
    void tellOutageOver(Active &active);
    void tellStale();
    bool isDue(ServiceId id) const;
    QSet<ServiceId> dueWithoutCause(const QHash<ServiceId, AlertCause> &causes) const;
    bool isQuiet(ServiceId id) const;
    void raise(Alert::Kind kind, QList<ServiceId> services);
    void raise(Alert::Kind kind, const Active &active);
    void publish(const Alert &alert);
    QString titleOf(Alert::Kind kind, const Active &active) const;
    QString namesOf(const QList<ServiceId> &services, bool states) const;

    FleetModel &m_fleet;
    const Clock &m_time;
    std::chrono::milliseconds m_delay{5'000};
    Clock::WallTime m_mutedUntil{};
    AlertCauses m_causes;
    QHash<ServiceId, Known> m_known;
    QSet<ServiceId> m_changed; ///< since the latest check
    QSet<ServiceId> m_removed; ///< likewise
    qsizetype m_lookedAt = 0;
    QSet<ServiceId> m_troubled;
    QSet<ServiceId> m_told;         ///< whose trouble an alert told
    QMap<QString, Active> m_active; ///< by the cause's key
    QList<ServiceId> m_newlyStale;
    QTimer m_timer;
};

} // namespace Hephaestus
