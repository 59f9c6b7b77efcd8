// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/receipt.h"
#include "common/protocol/servicesnapshot.h"

namespace Hephaestus {

/// Something that happened to a service, as `hephaestus events` tells it. What does not belong to its kind is empty.
struct FleetEvent
{
    enum class Kind {
        State, ///< how it stands is another way than before
        Code,  ///< fresh, stale or unknown, unlike before
        Act,   ///< a start, stop or restart is over
        Death, ///< its program ended, and nobody asked for that
    };

    QDateTime time;
    QString service;
    Kind kind = Kind::State;
    QString before{}; ///< the word of the state or verdict that it had; empty: the first look
    QString now{};    ///< and of the one that it has; of an act its action
    std::optional<bool> ok{};
    QString by{};      ///< who asked for it: `hephaestus mcp for claude-code (pid 41)`; empty: nobody, or not known
    QString message{}; ///< one line: why it failed, how it ended

    bool operator==(const FleetEvent &) const = default;
};

/// `state`, `code`, `act`, `death`.
QString wireName(FleetEvent::Kind kind);

} // namespace Hephaestus
