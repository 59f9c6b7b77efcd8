// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/health.h"

namespace Hephaestus {

/// One step of a restart, a start or a stop, in the order of running.
struct ReceiptStep
{
    QString name; ///< `asked`, `successor accepts`, `drained`, `cleaned`, `process gone`, `port free`, `started`,
                  ///< `healthy`, `code compared`
    StepOutcome outcome = StepOutcome::Pending;
    Seconds duration{0};
    QString message; ///< one line: what was seen, or why it failed; may be empty

    bool operator==(const ReceiptStep &) const = default;
};

/// What a restart, a start or a stop came to, with the proof of it.
struct Receipt
{
    QString service;     ///< the name in the fleet file, or the URL
    QString action;      ///< `restart`, `start`, `stop`
    QString method;      ///< `service`, `command`, …
    QDateTime startedAt; ///< UTC
    QString oldInstance; ///< empty: it was not running, or does not say
    QString newInstance; ///< empty: there is none (a stop, a failure), or it does not say
    std::optional<qint64> oldPid;
    std::optional<qint64> newPid;
    QList<ReceiptStep> steps;
    CodeVerdict code = CodeVerdict::Unknown; ///< what the new process loaded against what is on disk
    Seconds total{0};
    bool ok = false;
    QString failure; ///< why not, and what to do about it; empty if ok

    bool operator==(const Receipt &) const = default;
};

} // namespace Hephaestus
