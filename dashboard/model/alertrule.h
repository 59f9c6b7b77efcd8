// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/alerts.h"
#include "dashboard/model/changedservices.h"
#include "dashboard/model/filterquery.h"

#include <memory>
#include <set>
#include <vector>

namespace Hephaestus {

/// What is to be told of a service beside its state, as a person writes it in one line. Four such lines:
/// `latency > 500ms for 1min`, `memory > 2GiB group:shop`, `errors > 5% for 1min !group:test`, `stale for 10min`.
///
/// `errors` are the operations that failed, of all those of its dependencies in the last minute. Without `for` the
/// rule is told at once. The rest of the line is a filter (FilterQuery): whom it is for.
struct AlertRule
{
    enum class Measure { Latency, Memory, Errors, Stale };

    Measure measure = Measure::Latency;
    double limit = 0; ///< seconds, bytes, 0 to 1; not of Stale
    std::chrono::milliseconds lasting{0};
    FilterQuery scope;
    QString text; ///< as it was written

    static Result<AlertRule> parse(const QString &line);
    /// Nothing: it is not known now, which breaks no rule and ends no alert.
    std::optional<bool> isBrokenBy(const ServiceRow &row) const;

    bool operator==(const AlertRule &) const = default;
};

/// Follows the rules over time, and puts into each row those that it breaks. What is muted is followed and told at the
/// end, if it is so then; what is acknowledged is not told before it is over.
class RuleAlerts : public QObject
{
    Q_OBJECT

public:
    /// `fleet` outlives this.
    explicit RuleAlerts(FleetModel &fleet, const Clock &time = Clock::machine(), QObject *parent = nullptr);

    void setRules(const QList<AlertRule> &rules); ///< what was told is forgotten
    void check();
    /// How many services the latest check() looked at, of each rule: those of which something changed since the one
    /// before, and those that have broken the rule for as long as it says now.
    qsizetype lookedAt() const { return m_lookedAt; }

Q_SIGNALS:
    void raised(const Hephaestus::Alert &alert);
    /// The service keeps the rule again, which was acknowledged.
    void acknowledgedEnded(Hephaestus::ServiceId id, const QString &rule);

private:
    struct Known
    {
        std::optional<Clock::TimePoint> since;
        bool isTold = false;
    };

    /// What is followed of a rule.
    struct Followed
    {
        AlertRule rule;
        QHash<ServiceId, Known> known{};
        std::set<std::pair<Clock::TimePoint, ServiceId>> due{}; ///< when they will have broken it for long enough
    };

    void forgetRemoved();
    QSet<ServiceId> takeDue(Followed &followed) const;
    void follow(Followed &followed, const QList<ServiceId> &services);
    void begin(Followed &followed, ServiceId id, Known &known) const;
    bool lasts(const AlertRule &rule, const Known &known) const;
    void showBroken(const QSet<ServiceId> &services);
    void raise(Alert::Kind kind, const AlertRule &rule, const QList<ServiceId> &services);

    FleetModel &m_fleet;
    const Clock &m_time;
    std::unique_ptr<ChangedServices> m_changed; ///< null: there are no rules
    std::vector<Followed> m_rules;
    QSet<ServiceId> m_shown; ///< whose rows say that they break a rule
    qsizetype m_lookedAt = 0;
};

} // namespace Hephaestus
