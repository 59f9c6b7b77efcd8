// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/serviceid.h"

#include <QString>

#include <chrono>

namespace Hephaestus {

/// How much an event wants to be seen.
enum class EventKind { Information, Recovery, Action, Trouble };

/// Something that happened to a service, as one line of the journal.
struct Event
{
    std::chrono::system_clock::time_point at;
    ServiceId service = NoService;
    QString serviceName;
    EventKind kind = EventKind::Information;
    QString text;             ///< one sentence; made visible (displaytext.h) by who shows it
    QString by = {};          ///< who did it: the user of this dashboard; empty: nobody here, or not known
    QString mark = {};        ///< the word for it in a graph (`restarted`); empty: it is not worth a line there
    bool isFirstLook = false; ///< it was so when it was first asked: an earlier day may have told it already
    /// What it is about, in no language: the same trouble may be told in other words another day. Empty: only what is
    /// word for word the same is.
    QString about = {};

    bool operator==(const Event &) const = default;
};

} // namespace Hephaestus
