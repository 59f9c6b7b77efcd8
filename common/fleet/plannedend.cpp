// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/plannedend.h"

#include "common/base/printable.h"
#include "common/base/processentry.h"
#include "common/fleet/actlock.h"
#include "common/fleet/restarttexts.h"
#include "common/fleet/statepaths.h"
#include "common/protocol/endnotes.h"

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// So long after an act the end of a process that its receipt does not name still belongs to it: what a wrapper runs.
constexpr auto Afterwards = 5s;
constexpr std::chrono::milliseconds AfterItsNote = 2s; ///< of a process after its note
constexpr Seconds NotKnown{-1};

bool isUnderWay(const ActRecord &record)
{
    return record.running && !record.running->hasEnded && !record.running->request.isDone
        && isAlive(record.running->request.by);
}

QString askerText(const EndNote &note)
{
    switch (note.reason) {
    case EndReason::Endpoint: return u"by POST /health/shutdown"_s;
    case EndReason::Terminal: return u"from its terminal"_s;
    case EndReason::ServiceManager: return u"by systemd"_s;
    case EndReason::Signal:
        return note.by.isEmpty() ? u"by a signal"_s : u"by a signal of %1"_s.arg(printable(note.by));
    }
    Q_UNREACHABLE();
}

QDateTime endOf(const Receipt &receipt)
{
    return receipt.startedAt.addMSecs(qint64(std::max(receipt.total.count(), 0.0) * 1000));
}

/// Whether its kept output and the acts on it show that no other instance ran after that time.
bool wasLast(const FleetEntry &entry, const LastAnswer &last, const QDateTime &ended, const QString &stateDirectory)
{
    const ActRecord record = readActs(entry, stateDirectory);
    const QDateTime latest = ended.addMSecs(AfterItsNote.count());
    if ((record.last && endOf(*record.last) > latest) || (record.running && !record.running->hasEnded))
        return false;
    qint64 written = 0;
    for (const QString &name : {outputNameOf(entry), last.service}) {
        if (!name.isEmpty())
            written = std::max({written, fileChangedAt(logFileOf(name, stateDirectory)),
                                fileChangedAt(logFileOf(name + u".output"_s, stateDirectory))});
    }
    return written > 0 && written / 1'000'000 <= latest.toMSecsSinceEpoch();
}

QString pastEndText(const QString &process, const QString &asker, const QDateTime &ended)
{
    return u"%1, the last instance that is known, ended as asked %2 at %3; what ran since is not known"_s.arg(
        process, asker, ended.toString(u"yyyy-MM-dd HH:mm:ss"_s));
}

bool isBrokenOff(const ActRecord &record) { return record.running && !record.running->hasEnded && !isUnderWay(record); }

} // namespace

std::optional<PlannedEnd> plannedEnd(const FleetEntry &entry, const QString &stateDirectory)
{
    const ActRecord record = readActs(entry, stateDirectory);
    if (isUnderWay(record)) {
        const ActRequest &request = record.running->request;
        return PlannedEnd{request.action == FleetAction::Stop ? ServiceState::ShuttingDown : ServiceState::Restarting,
                          request.command};
    }
    return record.isStopped ? std::optional(PlannedEnd{}) : std::nullopt;
}

std::optional<Receipt> brokenOffAct(const FleetEntry &entry, const QString &stateDirectory)
{
    const ActRecord record = readActs(entry, stateDirectory);
    if (!isBrokenOff(record))
        return {};
    const RunningAct &act = *record.running;
    Receipt receipt;
    receipt.service = entry.name;
    receipt.action = act.request.action;
    receipt.method = methodName(entry.restart);
    receipt.host = entry.host.name;
    receipt.startedAt = act.begun.isValid()
        ? act.begun
        : QDateTime::fromMSecsSinceEpoch(actsChangedAt(entry, stateDirectory) / 1'000'000).toUTC();
    if (act.launched)
        receipt.newPid = act.launched->pid;
    receipt.failure = brokenOffText(act);
    receipt.total = NotKnown;
    if (!act.step.isEmpty())
        receipt.steps << ReceiptStep{WireWord<RestartStep>::read(act.step, AllRestartSteps), StepOutcome::Failed,
                                     NotKnown, receipt.failure};
    return receipt;
}

QDateTime lastSignOfAct(const FleetEntry &entry, const QString &stateDirectory)
{
    const RunningAct act = readActs(entry, stateDirectory).running.value_or(RunningAct());
    return act.stepBegun.isValid() ? act.stepBegun : act.begun;
}

PlannedEnd failedStart(const FleetEntry &entry, const QString &stateDirectory)
{
    const ActRecord record = readActs(entry, stateDirectory);
    const bool isStart = record.latest && record.latest->action != FleetAction::Stop;
    const bool hasFailed = record.running || (record.last && !record.last->ok);
    return {ServiceState::Unreachable, isStart && hasFailed ? record.latest->command : QString()};
}

std::optional<KnownEnd> knownEnd(const FleetEntry &entry, const LastAnswer &last, bool wasSeen,
                                 const QString &stateDirectory)
{
    if (last.instance.isEmpty() || last.pid <= 0 || !localAddressOf(entry))
        return {};
    const QString process = u"pid %1"_s.arg(last.pid);
    if (const std::optional<EndNote> note = readEndNote(last.instance, last.pid, stateDirectory)) {
        const QString asker = askerText(*note);
        const QDateTime ended = endNotedAt(last.instance, stateDirectory);
        if (note->wasPlanned() && !wasSeen && !wasLast(entry, last, ended, stateDirectory))
            return KnownEnd{false, pastEndText(process, asker, ended)};
        if (note->exitCode == 0 && !note->isComplete)
            return KnownEnd{
                false, u"%1 ended after it was asked to end %2: its clean-up is not complete"_s.arg(process, asker)};
        return KnownEnd{note->wasPlanned(),
                        note->wasPlanned() ? u"%1 ended as asked %2"_s.arg(process, asker)
                                           : u"%1 ended with exit code %2, after it was asked to end %3"_s.arg(
                                               process, QString::number(note->exitCode), asker)};
    }
    const std::optional<ProcessEntry> there = readProcess(last.pid);
    if (!hasProcessTable() || (there && !there->isZombie()))
        return {};
    return KnownEnd{false, u"%1, which answered last, is gone, and left no note of who asked it to end"_s.arg(process)};
}

bool wasAskedToEnd(const FleetEntry &entry, qint64 pid, const QDateTime &now, const QString &stateDirectory)
{
    const ActRecord record = readActs(entry, stateDirectory);
    if (isUnderWay(record))
        return !record.running->launched || record.running->launched->pid != pid;
    if (record.isStopped)
        return true;
    if (!record.last || record.last->action == FleetAction::Start || record.last->newPid == pid)
        return false;
    const auto passed = std::chrono::milliseconds(record.last->startedAt.msecsTo(now)) - record.last->total;
    const bool isNewLeft = record.running && record.running->hasEnded; // what ends now is likely of that
    return record.last->oldPid == pid || (!isNewLeft && passed >= 0s && passed < Afterwards);
}

} // namespace Hephaestus
