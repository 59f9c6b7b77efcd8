// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/endnote.h"
#include "server/core/unixsignals.h"

#include <QObject>

#include <optional>

namespace Hephaestus {

class Service;

/// Leaves a note of who asked a service to end, once its clean-up is over: who watches it may have seen nothing of it.
/// What ends unasked leaves none.
class EndNoteWriter : public QObject
{
public:
    /// `service` outlives this.
    explicit EndNoteWriter(Service &service);

    /// It is asked to end by a signal.
    void noteStop(const SignalSender &sender);

private:
    void write();

    Service &m_service;
    std::optional<EndNote> m_bySignal; ///< the first one
};

} // namespace Hephaestus
