// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"

#include <QMetaType>
#include <QString>

#include <optional>

namespace Hephaestus {

/// What became of an alert that was to be told.
struct AlertTold
{
    enum class Desktop {
        Notified,
        InFront,     ///< no: who looks at the window sees it
        Off,         ///< no: the preferences say so
        Muted,       ///< no: all notifications were muted
        Unavailable, ///< no: the desktop takes none
    };

    Clock::WallTime at;
    Desktop desktop = Desktop::Notified;
    int targets = 0; ///< it was given to so many others: a webhook, ntfy, a command

    bool operator==(const AlertTold &) const = default;
};

/// Of what is amiss with one service; nothing: no alert told of it yet.
struct AlertsTold
{
    std::optional<AlertTold> state; ///< of its trouble, until it is healthy
    std::optional<AlertTold> code;  ///< of its old code, while that is old
    std::optional<AlertTold> rules; ///< of the rules that it breaks, while it breaks any

    bool operator==(const AlertsTold &) const = default;
};

/// `told at 14:02`, `not sent: the window was in front`.
QString toldText(const AlertTold &told);

} // namespace Hephaestus
