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

    void start();
    /// Ends it with the failure "cancelled". Before the service was asked nothing has happened. Afterwards the shutdown
    /// or start goes on by itself, and only the watching ends.
    void cancel();

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
