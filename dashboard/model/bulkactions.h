// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/serviceactions.h"

#include <QSet>

namespace Hephaestus {

/// One action on several services. Starts, restarts and stops go one after the other, so that the fleet is never down
/// as a whole. Their order is that of `depends_on`; stops go in the reverse. What depends on one that failed is not
/// tried. Who waits shows it in the model's row. More may be asked for while some wait: they queue up behind.
class BulkActions : public QObject
{
    Q_OBJECT

public:
    struct Progress
    {
        int total = 0; ///< 0: nothing runs or waits
        int done = 0;  ///< ended, well or not
        int failed = 0;

        bool operator==(const Progress &) const = default;
    };

    /// `fleet` and `actions` outlive this.
    BulkActions(FleetModel &fleet, ServiceActions &actions, const Clock &time = Clock::machine(),
                QObject *parent = nullptr);

    /// Those of `services` for which ServiceActions::whyNot() has an answer are left out.
    void perform(const QList<ServiceId> &services, ServiceAction action, std::optional<Seconds> delay = {});
    /// Takes them out of the queue, and ends the watching of what runs for them.
    void cancel(const QList<ServiceId> &services);
    void cancelWaiting(); ///< what runs goes on

    bool isWaiting(ServiceId id) const;
    const Progress &progress() const { return m_progress; }
    /// What the last act on several came to, as a sentence: `3 restarted, 1 called off, 1 failed: gateway-4: …`. It
    /// stays until the next act, or until it is dismissed. Empty: there was none.
    const QString &summary() const { return m_summary; }
    void dismissSummary();

Q_SIGNALS:
    void progressChanged();
    void happened(const Hephaestus::Event &event);

private:
    struct Task
    {
        ServiceId service;
        ServiceAction action;
    };

    /// How one of them ended; `why` empty: well, or it had not begun when it was called off.
    struct Outcome
    {
        ServiceAction action;
        QString name;
        QString why;
        bool isCalledOff = false; ///< nobody wanted it any more
    };

    QList<ServiceId> inOrder(const QList<ServiceId> &services, ServiceAction action) const;
    void next();
    void take(ServiceId id, const Receipt &receipt);
    void takeOut(const QSet<ServiceId> &services);
    void showWaiting();
    QString failedDependency(const ServiceRow &row) const;
    void endIfEmpty();
    void note(const Task &task, const QString &name, const QString &why, bool isCalledOff = false);
    bool wasCalledOff(const QString &name) const;
    QString summarize() const;
    QString whyOfAll(bool calledOff) const;

    FleetModel &m_fleet;
    ServiceActions &m_actions;
    const Clock &m_time;
    QList<Task> m_waiting;
    std::optional<Task> m_running;
    QStringList m_failed; ///< names
    QList<Outcome> m_outcomes;
    QString m_summary;
    Progress m_progress;
};

} // namespace Hephaestus
