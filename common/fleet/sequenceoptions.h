// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/client/serviceclient.h"
#include "common/fleet/knownname.h"
#include "common/fleet/supervisorrequest.h"

namespace Hephaestus {

/// What a RestartSequence may use beside the service itself, and how patient it is.
struct SequenceOptions
{
    QString stateDirectory; ///< for the output of started programs; empty: defaultStateDirectory()
    std::chrono::milliseconds shutdownTimeout = ServiceClient::ShutdownTimeout;
    std::chrono::milliseconds goneTimeout{10'000}; ///< from the shutdown's answer until the process is gone
    std::chrono::milliseconds portTimeout{5'000};  ///< and then until its port is free
    /// For what was started from here and is not wanted any more: from SIGTERM to SIGKILL. A wrapped program has 30 s.
    std::chrono::milliseconds launchedTimeout{35'000};
    /// For a successor that is started beside the old program, beyond its own time for a start. It covers its end, too,
    /// if it fails.
    std::chrono::milliseconds successorTime{10'000};
    SupervisorPlaces supervisors;
    bool namesCommands = true; ///< in what it says; not where there are buttons
    QString client{};          ///< on whose behalf this program asks, for the record of the acts; empty: its own
    KnownName known{};         ///< of the service that is meant: one that calls itself otherwise is not touched
    QString instance{}; ///< the act is refused unless the service says that it is this one; empty: whichever runs
};

} // namespace Hephaestus
