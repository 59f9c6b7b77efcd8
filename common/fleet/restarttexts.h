// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/portholders.h"
#include "common/fleet/restartplan.h"

/// What a RestartSequence says. Everything from outside is made printable.
namespace Hephaestus {

/// What is known of a step that did not end in time.
struct LateFacts
{
    QString service{};
    QString method{};                     ///< as methodName() has it
    QString address{};                    ///< where the service listens
    QString progress{};                   ///< of its shutdown, as it was told last
    QString answer{};                     ///< what the latest look brought
    std::optional<QString> newInstance{}; ///< that answers, although none was started
    bool doesAnswer = false;
    bool isOldInstance = false;       ///< that answers
    qint64 waitedFor = 0;             ///< the pid that is to end
    std::optional<qint64> launched{}; ///< the pid of the program that was started, and still runs
    QString lastWords{};              ///< lastWordsText() of it
    QString holder{};                 ///< holderText() of the address
};

/// Why `step` failed at its deadline.
QString lateText(const PlannedStep &step, const LateFacts &facts);

/// `draining 3, 27 s left`.
QString restartProgressText(const ShutdownProgress &progress);

/// `database timed out, cache failed: disk full`; empty if all went well.
QString troubleOf(const ShutdownResult &result);

/// The end of a sentence: `. Its last words: …`.
QString lastWordsText(const QStringList &lines);

/// A sentence after another one: who keeps a service from its address, and what to do.
QString holderText(const PortHolder &holder, const ServiceAddress &address);

} // namespace Hephaestus
