// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMap>
#include <QString>

namespace Hephaestus {

/// How the service at an address answered last: its name, and which process that was.
struct LastAnswer
{
    QString service{};
    QString instance{}; ///< empty: nothing is known
    qint64 pid = 0;     ///< 0: it does not say
    qint64 at = 0;      ///< when this was learned: ms since the epoch

    bool operator==(const LastAnswer &) const = default;
};

/// By address and entry.
using KnownAnswers = QMap<QString, LastAnswer>;

} // namespace Hephaestus
