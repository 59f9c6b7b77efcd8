// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/health.h"

namespace Hephaestus {

/// What can be done to a service, and is proven by a receipt.
enum class FleetAction { Start, Stop, Restart };

inline constexpr std::array AllFleetActions{FleetAction::Start, FleetAction::Stop, FleetAction::Restart};

/// Every step that a start, a stop or a restart may have, in the order of running. None has them all.
enum class RestartStep {
    Built, ///< by the entry's `build`; the old process goes on meanwhile, and after a failure
    Asked,
    SuccessorAccepts, ///< started beside the old program, it takes clients
    Drained,
    Cleaned,
    ProcessGone, ///< the old one
    PortFree,
    Started,
    Ready, ///< as the service itself says it
    Healthy,
    CodeCompared, ///< what the new process loaded with what is on disk
};

inline constexpr std::array AllRestartSteps{
    RestartStep::Built,   RestartStep::Asked,       RestartStep::SuccessorAccepts, RestartStep::Drained,
    RestartStep::Cleaned, RestartStep::ProcessGone, RestartStep::PortFree,         RestartStep::Started,
    RestartStep::Ready,   RestartStep::Healthy,     RestartStep::CodeCompared,
};

/// The words of the protocol: `start`, …; `built`, `asked`, `process gone`, ….
QString wireName(FleetAction action);
QString wireName(RestartStep step);

/// One step as it went.
struct ReceiptStep
{
    WireWord<RestartStep> name = RestartStep::Asked;
    StepOutcome outcome = StepOutcome::Pending;
    Seconds duration{0};
    QString message;      ///< one line: what was seen, or why it failed; may be empty
    QStringList output{}; ///< the last lines of a build that failed

    bool operator==(const ReceiptStep &) const = default;
};

/// What is told of an act while it goes on.
struct ActNews
{
    QString service;
    std::optional<ReceiptStep> step{}; ///< begun, if it is Running; else ended
    QString text{};                    ///< what it waits for, to be shown

    bool operator==(const ActNews &) const = default;
};

/// What a restart, a start or a stop came to, with the proof of it.
struct Receipt
{
    QString service; ///< the name in the fleet file, or the URL
    WireWord<FleetAction> action = FleetAction::Restart;
    QString method;      ///< `service`, `command`, …: only to be shown
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
    QString note;    ///< one line of how it came about: another one's act that was joined, or one that was broken off
    QString host{};  ///< where it was carried out, by its clock; empty: on this machine

    bool operator==(const Receipt &) const = default;
};

} // namespace Hephaestus
