// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/endnote.h"
#include "server/core/shutdownsequence.h"
#include "server/core/unixsignals.h"

#include <QObject>

#include <optional>

namespace Hephaestus {

/// Leaves a note of who asked a service to end, once its clean-up is over: who watches it may have seen nothing of it.
/// What ends unasked leaves none.
class EndNoteWriter : public QObject
{
public:
    /// `state` and `shutdown` outlive this.
    EndNoteWriter(const ServerState &state, const ShutdownSequence &shutdown);

    /// It is asked to end by a signal. Before the shutdown is.
    void noteStop(const SignalSender &sender);

private:
    void write();

    const ServerState &m_state;
    const ShutdownSequence &m_shutdown;
    std::optional<EndNote> m_bySignal; ///< the first one
};

} // namespace Hephaestus
