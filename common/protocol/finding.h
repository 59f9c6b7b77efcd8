// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace Hephaestus {

/// What `hephaestus doctor` found out about one thing. Text as it is, control characters included.
struct Finding
{
    enum class Grade {
        Good,
        Advice, ///< it works, and will not always
        Bad
    };

    Grade grade = Grade::Good;
    QString subject; ///< `inotify`, `port of shop`
    QString what;    ///< what is so, in one sentence
    QString remedy;  ///< what to do, in one sentence; empty if Good

    bool operator==(const Finding &) const = default;
};

/// `good`, `advice`, `bad`.
QString wireName(Finding::Grade grade);

} // namespace Hephaestus
