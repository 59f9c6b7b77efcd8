// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/portholders.h"
#include "common/fleet/processwatch.h"
#include "common/fleet/restartplan.h"
#include "common/protocol/act.h"
#include "common/protocol/logpage.h"

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
    QString trouble{};                ///< why it is not ready, as it says itself
    bool isOldInstance = false;       ///< that answers
    qint64 waitedFor = 0;             ///< the pid that is to end
    std::optional<qint64> launched{}; ///< the pid of the program that was started, and still runs
    QString lastWords{};              ///< lastWordsText() of it
    QString holder{};                 ///< holderText() of the address
};

/// Why `step` failed at its deadline.
QString lateText(const PlannedStep &step, const LateFacts &facts);

/// Why an act gives way to a later request of somebody else.
QString overruledText(FleetAction action, const QString &service, const QString &by);

/// Why nothing is done to a service that is another project's.
QString foreignText(const QString &service, const QString &address, const QString &owner);

/// Why nothing is done to a service that is not the instance `wanted`. `silence`: why it says nothing of itself.
QString otherInstanceText(const QString &service, const QString &wanted, const QString &found, const QString &silence);

/// What an act waits for; empty: nobody knows whom.
QString waitingText(const QString &holder);

/// `hephaestus restart (pid 41) was broken off when it had come to "drained"`.
QString brokenOffText(const RunningAct &act);

/// What is known when an act is cancelled.
struct CancelFacts
{
    FleetAction action = FleetAction::Restart;
    QString service{};
    bool isAsked = false;             ///< something was asked, of the service or for it
    bool isLaunchDue = false;         ///< the command has not run
    bool isByCommand = false;         ///< it is the turn of the command
    std::optional<qint64> launched{}; ///< the pid of what it started
    bool namesCommand = true;         ///< by which it can be started again
};

/// What is true when a running one is cancelled.
QString stillTrueText(const CancelFacts &facts);
/// What it leaves.
QString cancelledText(const CancelFacts &facts);

/// `draining 3, 27 s left`.
QString restartProgressText(const ShutdownProgress &progress);

/// `database timed out, cache failed: disk full`; empty if all went well.
QString troubleOf(const ShutdownResult &result);
QString troubleOf(const QList<StepReport> &steps);

/// What is known of a service that ended in its shutdown and did not tell how that went.
struct UnansweredEnd
{
    std::optional<ExitStatus> exit{};       ///< of its process; nothing: nobody told
    bool isKilled = false;                  ///< as somebody asked who uses this
    std::optional<ShutdownProgress> seen{}; ///< when it last answered
};

/// Why its clean-up is not known to be complete, as a sentence; empty: it was seen to be.
QString unfinishedText(const UnansweredEnd &end);

constexpr int LastWords = 5; ///< lines

/// The lines of an output that are not empty, made printable.
QStringList linesOf(const QByteArray &output);
QStringList linesOf(const LogPage &page);

/// Of the lines that a started command has written, the last that its program has: what a wrapper or a service of ours
/// tells of its own doings is left out, unless there is nothing else.
QStringList lastOfProgram(const QStringList &lines);

/// The end of a sentence: `. Its last words: …`.
QString lastWordsText(const QStringList &lines);

/// A sentence after another one: who keeps a service from its address, and what to do.
QString holderText(const PortHolder &holder, const ServiceAddress &address);

} // namespace Hephaestus
