// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"
#include "common/fleet/sequenceoptions.h"
#include "common/protocol/receipt.h"

#include <QObject>

#include <memory>

namespace Hephaestus {

/// Starts, stops or restarts one service by the method of its fleet entry, and proves it. The old process is seen to be
/// gone, its port to be free, and a new instance to be healthy. A pidfd is opened before anything is asked, so that a
/// reused pid cannot deceive.
///
/// At most one of the sequences of all processes of this user acts on a service (actlock.h). The others wait. One that
/// asks for what the running one is about to do gets its receipt, and one that a later request contradicts gives way.
///
/// What the entry's command starts is known as its own: it is ended by signals if the start is called off. No other
/// process ever gets one.
///
/// restartplan.h says which steps there are and when each is over, restarttexts.h what is told of them. Here they run.
///
/// Lives in one thread and never blocks it. Steps are announced as they run. finished() comes exactly once after
/// start(), from the event loop. Destroying the sequence ends the watching; what was asked of the service stands. From
/// within its signals, use deleteLater().
class RestartSequence : public QObject
{
    Q_OBJECT

public:
    explicit RestartSequence(FleetEntry entry, FleetAction action = FleetAction::Restart, SequenceOptions options = {},
                             const Clock &clock = Clock::machine(), QObject *parent = nullptr);
    ~RestartSequence() override;

    const FleetEntry &entry() const;
    FleetAction action() const;
    /// What is known so far; complete once finished.
    const Receipt &receipt() const;
    bool isRunning() const;
    /// Whether it ended without success because somebody cancelled it or asked for something else: no trouble.
    bool isCalledOff() const;

    /// Others learn from now on what is wanted of the service, not only when it starts. Without start() it is taken
    /// back when the sequence is destroyed.
    void announce();

    void start();
    /// Ends it with a failure that says what it leaves. Before the service was asked nothing has happened. Afterwards
    /// the shutdown or start goes on by itself, and only the watching ends; but a service that was asked to go, to be
    /// started again by its command, is started first. A second call does not wait for that: then it is stopped on
    /// purpose (plannedEnd()).
    void cancel();
    /// Its process was killed, as somebody asked: what it does not answer any more is no riddle.
    void noteKilled();
    /// What cancel() would leave now, as a sentence; empty: nothing was asked of the service yet.
    QString afterCancel() const;

Q_SIGNALS:
    void stepStarted(Hephaestus::RestartStep step);
    /// What the running step is waiting for: `draining 3, 27 s left`.
    void progressed(const QString &text);
    void stepFinished(const Hephaestus::ReceiptStep &step);
    void finished(const Hephaestus::Receipt &receipt);

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace Hephaestus
