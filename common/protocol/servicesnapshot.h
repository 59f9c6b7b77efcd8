// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/health.h"

namespace Hephaestus {

/// How one service stood when it was asked: what `hephaestus status --json` lists.
struct ServiceSnapshot
{
    QString name;
    QString url;
    QString state;   ///< `healthy`, `error`, `shutting_down`, `unreachable`, `unauthorized`, `not_understood`
    QString message; ///< why, when it is none of the first three
    Seconds latency{0};
    std::optional<HealthReport> report; ///< nothing: no answer that is understood

    bool operator==(const ServiceSnapshot &) const = default;
};

} // namespace Hephaestus
