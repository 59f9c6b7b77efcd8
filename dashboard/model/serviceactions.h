// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/restartsequence.h"
#include "dashboard/model/fleetmodel.h"

#include <QPointer>
#include <QSet>

#include <map>
#include <memory>

namespace Hephaestus {

/// What a person can do to a service.
enum class ServiceAction { Restart, ShutDown, ScheduleShutDown, CancelShutDown, Start, CheckNow };

inline constexpr ServiceAction AllServiceActions[] = {
    ServiceAction::Restart,        ServiceAction::ShutDown, ServiceAction::ScheduleShutDown,
    ServiceAction::CancelShutDown, ServiceAction::Start,    ServiceAction::CheckNow};

/// All in a row, beside its entry, that decides what may be done to the service.
struct ActionConditions
{
    bool busy = false; ///< this dashboard does something with it, or will
    bool answers = false;
    bool closing = false;
    bool offersRestart = false;
    bool offersCheck = false;
    Dialect dialect = Dialect::Hephaestus;
    bool foreign = false; ///< another worktree's or user's

    bool operator==(const ActionConditions &) const = default;
};

ActionConditions conditionsOf(const ServiceRow &row);

/// Does it. Nothing here waits: each step shows in the model's row as it happens and in the receipt, the outcome in an
/// event. At most one sequence (start, stop, restart) runs for a service; several services may each have one.
class ServiceActions : public QObject
{
    Q_OBJECT

public:
    /// `fleet` outlives this. `options` are for every sequence.
    explicit ServiceActions(FleetModel &fleet, SequenceOptions options = {}, const Clock &time = Clock::machine(),
                            QObject *parent = nullptr);
    ~ServiceActions() override;

    /// From now on nothing may be done any more: this dashboard only looks.
    void setReadOnly(bool readOnly);
    bool isReadOnly() const { return m_readOnly; }

    /// Why not, as a sentence; empty if it may be done now. Whether it is empty depends on the row's entry and
    /// conditionsOf(), on isRunning() and isReadOnly(), and on nothing else.
    QString whyNot(ServiceId id, ServiceAction action) const;
    /// The same without the words, which cost more than the question: of all services of a large fleet.
    bool mayDo(ServiceId id, ServiceAction action) const { return obstacle(id, action) == Obstacle::None; }

    /// Which of them an act on all would leave out, and why: `1 is left out: orders runs already.`; empty: none, or
    /// there are so many that it is not looked for. The first ones are named.
    QString leftOut(const QList<ServiceId> &services, ServiceAction action) const;

    /// Does nothing if whyNot() has an answer. `delay` is for ScheduleShutDown; without one the service's own notice
    /// holds.
    void perform(ServiceId id, ServiceAction action, std::optional<Seconds> delay = {});

    /// Ends the watching of a running sequence; what was asked of the service stands.
    void cancel(ServiceId id);
    /// What cancel() would leave now, as a sentence; empty: nothing was asked of the service yet.
    QString afterCancel(ServiceId id) const;
    bool isRunning(ServiceId id) const;
    /// Whether the last act on it ended without success because somebody cancelled it or asked for something else.
    bool wasCalledOff(ServiceId id) const { return m_calledOff.contains(id); }
    /// Its process was killed, as somebody asked. That is told elsewhere: a shutdown that it ends is no trouble.
    void noteKilled(ServiceId id);

    /// What was done to it on an earlier day, or by others. False: something was done since, or is under way.
    bool remember(ServiceId id, const Receipt &receipt);

    /// Of the running sequence so far, else of the last one; null: there was none. Valid until the event loop runs
    /// again.
    const Receipt *receipt(ServiceId id) const;
    /// Nothing: none runs now.
    std::optional<RestartStep> runningStep(ServiceId id) const;

Q_SIGNALS:
    void readOnlyChanged();
    void begun(Hephaestus::ServiceId id);
    void receiptChanged(Hephaestus::ServiceId id);
    void finished(Hephaestus::ServiceId id, const Hephaestus::Receipt &receipt);
    void happened(const Hephaestus::Event &event);
    /// Something was asked that the next poll will show: the sooner the better.
    void answerWanted(Hephaestus::ServiceId id);

private:
    struct Running
    {
        std::unique_ptr<RestartSequence> sequence;
        std::optional<RestartStep> step;
        bool isKilled = false;
    };

    /// Why an action may not be performed.
    enum class Obstacle {
        None,
        NotSelected,
        ReadOnly,
        Busy,
        Foreign,
        OtherDialect,
        Silent,
        Closing,
        ClosingAlready,
        NotScheduled,
        Runs,
        NotStartable,
        NotRestartable,
        NobodyStartsIt,
        OffersNoRestart,
        OffersNoCheck,
    };

    Obstacle obstacle(ServiceId id, ServiceAction action) const;
    Obstacle obstacleOfRestart(const ServiceRow &row, const ActionConditions &conditions) const;
    void shutDownOfDialect(const ServiceRow &row);
    void runSequence(const ServiceRow &row, FleetAction action);
    void finish(ServiceId id, const Receipt &receipt);
    void showStep(ServiceId id, FleetAction action, const QString &text);
    void ask(const ServiceRow &row, ServiceAction action, std::optional<Seconds> delay);
    void tell(ServiceId id, EventKind kind, const QString &text);

    FleetModel &m_fleet;
    SequenceOptions m_options;
    const Clock &m_time;
    bool m_readOnly = false;
    std::map<ServiceId, Running> m_running;
    std::map<ServiceId, Receipt> m_receipts;
    QSet<ServiceId> m_calledOff;
};

} // namespace Hephaestus
