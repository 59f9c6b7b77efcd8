// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/restartsequence.h"

#include <deque>

namespace Hephaestus {

/// The entries so that each comes after those it depends on; a circle, or a name that is not among them, is a Problem.
/// Of the entries that may come next, the first in the list does.
Result<QList<FleetEntry>> inStartOrder(const QList<FleetEntry> &entries);

/// One action on several services: starts and restarts go in the order of `depends_on`, stops in the reverse, one
/// after the other. A start or restart whose dependency failed is not tried, and says so. What is wanted of each is
/// announced when the run starts: a later act of another process calls off what has not been done yet.
class FleetRun : public QObject
{
    Q_OBJECT

public:
    /// Dependencies outside of `entries` do not count.
    FleetRun(QList<FleetEntry> entries, FleetAction action, SequenceOptions options = {}, QObject *parent = nullptr);
    ~FleetRun() override;

    void start();
    /// The running one, and all that would follow. As RestartSequence::cancel(), it may be called a second time.
    void cancel();
    bool isRunning() const { return m_running; }
    /// One for each entry so far, in the order of running.
    const QList<Receipt> &receipts() const { return m_receipts; }

Q_SIGNALS:
    /// Connect to `sequence` here to see its steps; it belongs to the run.
    void serviceStarted(Hephaestus::RestartSequence *sequence);
    void serviceFinished(const Hephaestus::Receipt &receipt);
    /// Exactly once, after start(), from the event loop.
    void finished(const QList<Hephaestus::Receipt> &receipts);

private:
    void next();
    void record(const Receipt &receipt);

    QList<FleetEntry> m_entries; ///< still to do, in order
    FleetAction m_action;
    SequenceOptions m_options;
    QList<Receipt> m_receipts;
    QStringList m_failed;
    std::deque<std::unique_ptr<RestartSequence>> m_waiting; ///< one for each entry that is still to do
    std::unique_ptr<RestartSequence> m_sequence;
    bool m_running = false;
    bool m_cancelled = false;
};

} // namespace Hephaestus
