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
    QString cause{}; ///< the same for all that is told of one cause; empty: it is of these services only

    bool operator==(const Alert &) const = default;
};

/// Decides what people are told when they do not look: trouble that lasts, that it is over, and old code. One cause is
/// one alert, whoever else it reaches later, and its end is one. The end of an outage is told when all are healthy, or
/// when nobody got healthy for GatheringQuiet, or after GatheringBound. An outage that grows by a half is told anew,
/// likewise. What comes together without a known cause is told together. What this dashboard is doing itself, and a
/// shutdown, is no trouble. What the rows say is muted or acknowledged (Quiet) is followed and not told. What is in
/// trouble when that ends is told as if it had begun then.
class Alerts : public QObject
{
    Q_OBJECT

public:
    /// So long nobody else of an outage has got healthy when that is told: who did not answer is asked in pauses. That
    /// it has grown is told after the delay.
    static constexpr std::chrono::seconds GatheringQuiet{15};
    /// So long those who get healthy, or are reached, are gathered at most.
    static constexpr std::chrono::seconds GatheringBound{60};

    /// Both outlive this.
    Alerts(FleetModel &fleet, AlertCauses &causes, const Clock &time = Clock::machine(), QObject *parent = nullptr);

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
    /// What comes one by one, and is told when it seems to have ended.
    struct Gathering
    {
        std::optional<Clock::TimePoint> first;
        std::optional<Clock::TimePoint> last;

        void add(Clock::TimePoint now);
        bool isOver(Clock::TimePoint now, std::chrono::nanoseconds quiet) const;
    };
    /// An alert that is not over.
    struct Active
    {
        AlertCause cause;
        QSet<ServiceId> troubled;  ///< which are not healthy yet
        QList<ServiceId> services; ///< all that it reached
        Gathering healthy{};       ///< of an outage: who is not told of yet
        Gathering reached{};       ///< likewise
        qsizetype told = 0;        ///< of how many the latest alert told
    };

    void noteChanged(const QModelIndex &first, const QModelIndex &last);
    void noteRows(int first, int last);
    void follow(const ServiceRow &row);
    void beginAnew(ServiceId id, Known &known);
    void forgetRemoved();
    void tellTrouble();
    void tellRecovery();
    void followOutage(ServiceId id, Active &active);
    void tellOutagesGrown();
    void tellOutagesOver();
    void tellOutageOver(Active &active);
    void tellStale();
    bool isDue(ServiceId id) const;
    QSet<ServiceId> dueWithoutCause(const QHash<ServiceId, AlertCause> &causes) const;
    bool isQuiet(ServiceId id) const;
    void raise(Alert::Kind kind, QList<ServiceId> services);
    void raise(Alert::Kind kind, const Active &active);
    void raiseFresh(const QString &key, QList<ServiceId> &single);
    void publish(const Alert &alert);
    QString titleOf(Alert::Kind kind, const Active &active) const;
    QString namesOf(const QList<ServiceId> &services, bool states) const;

    FleetModel &m_fleet;
    const Clock &m_time;
    std::chrono::milliseconds m_delay{5'000};
    Clock::WallTime m_mutedUntil{};
    AlertCauses &m_causes;
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
