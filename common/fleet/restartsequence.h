// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleet.h"
#include "common/fleet/supervisorrequest.h"
#include "common/protocol/receipt.h"

#include <QObject>

#include <memory>

namespace Hephaestus {

enum class FleetAction { Start, Stop, Restart };

/// `start`, `stop`, `restart`.
QString wireName(FleetAction action);

/// What a sequence may use beside the service itself, and how patient it is.
struct SequenceOptions
{
    QString stateDirectory; ///< for the output of started programs; empty: defaultStateDirectory()
    std::chrono::milliseconds shutdownTimeout = ServiceClient::ShutdownTimeout;
    std::chrono::milliseconds goneTimeout{10'000}; ///< from the shutdown's answer until the process is gone
    std::chrono::milliseconds portTimeout{5'000};  ///< and then until its port is free
    /// What a successor that is started beside the old program, its failing included, may take beyond its own time for
    /// a start.
    std::chrono::milliseconds successorTime{10'000};
    SupervisorPlaces supervisors;
};

/// Starts, stops or restarts one service by the method of its fleet entry, and proves it: the old process is seen to be
/// gone (pidfd, opened before it is asked, so that a reused pid cannot deceive), its port to be free, and a new
/// instance to be healthy.
///
/// Lives in one thread and never blocks it. Steps are announced as they run; finished() comes exactly once, after
/// start(), from the event loop. Destroying the sequence (not from within its signals: deleteLater() there) ends the
/// watching; what was asked of the service stands.
class RestartSequence : public QObject
{
    Q_OBJECT

public:
    explicit RestartSequence(FleetEntry entry, FleetAction action = FleetAction::Restart, SequenceOptions options = {},
                             QObject *parent = nullptr);
    ~RestartSequence() override;

    const FleetEntry &entry() const;
    FleetAction action() const;
    /// What is known so far; complete once finished.
    const Receipt &receipt() const;
    bool isRunning() const;

    void start();
    /// Ends it with the failure "cancelled": before the service was asked nothing has happened; afterwards the shutdown
    /// or start goes on by itself, and only the watching ends.
    void cancel();

Q_SIGNALS:
    void stepStarted(const QString &name);
    /// What the running step is waiting for: `draining 3, 27 s left`.
    void progressed(const QString &text);
    void stepFinished(const Hephaestus::ReceiptStep &step);
    void finished(const Hephaestus::Receipt &receipt);

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace Hephaestus
