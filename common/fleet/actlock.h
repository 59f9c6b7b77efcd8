// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/filedescriptor.h"
#include "common/fleet/fleet.h"
#include "common/protocol/act.h"

#include <memory>

namespace Hephaestus {

/// One process' wish to act on a service, among those of all processes of this user on this machine.
///
/// One acts at a time. A later request overrules an earlier one that it contradicts: who asks last gets what they
/// want. An act that launches after a request was made answers that request, too. What a process left that died in the
/// middle of an act is found by the next one.
///
/// All of it is in `acts/ADDRESS.json` of the state directory. The turn is an flock(2) of `acts/ADDRESS.lock`, which
/// the kernel takes back from whoever dies. A service is known by its address, whatever its entry calls it.
///
/// Every call reads or writes a small file, and waits only for another one's such moment. For one thread.
class ActLock
{
public:
    /// Puts the request down, for all to see. A Problem: there is no place for it. `client`: on whose behalf; empty:
    /// this program's own.
    static Result<std::unique_ptr<ActLock>> request(const FleetEntry &entry, FleetAction action,
                                                    const QString &stateDirectory, const QString &client = {});
    /// Withdraws a request that has not had its turn. An act that has begun counts as broken off.
    ~ActLock();

    /// Takes the turn, if nobody has it.
    bool tryToBegin();
    bool hasBegun() const { return m_turn.isOpen(); }
    /// Who has the turn, and what it does: `hephaestus restart (pid 41, drained)`; empty: not known.
    QString holder() const;

    /// Which later request this one has to give way to: `hephaestus down (pid 42)`; empty: none.
    QString overruler() const;
    /// What answers this request without an act of its own. Of use when the turn has come.
    std::optional<Receipt> answer() const;
    /// What was broken off before this turn; nothing: the last act was brought to its end.
    const std::optional<RunningAct> &remains() const { return m_remains; }

    // While the turn lasts:
    void noteStep(RestartStep step);
    void noteLaunched(qint64 pid);
    /// Requests made until now are answered by what this act comes to.
    void answerThoseSoFar();
    /// It is to stay down from now on, until it is started: whoever finds it gone is told so by plannedEnd().
    void noteStopped();
    /// It ends because somebody no longer wants it or waits for it: that it failed is no trouble.
    void noteCalledOff();
    /// The turn is over, or not wanted any more. With a receipt, which those answered share if `isShared`.
    void end(const std::optional<Receipt> &receipt, bool isShared = true);
    /// The same of one that had nothing to do but to read answer(), which stays for others.
    void endAnswered();
    /// The same of an act that leaves a process that has not become a service yet: the next one goes on from there.
    /// Nobody shares the receipt.
    void leave(const Receipt &receipt);

private:
    ActLock(const QString &file, FileDescriptor data, FleetAction action, const QString &client);
    void withdraw();
    template <typename Change>
    void change(Change change);
    template <typename Change>
    void endTurn(Change change);

    QString m_file; ///< without its extension
    FileDescriptor m_data;
    FileDescriptor m_turn;
    ActRequest m_request;
    qint64 m_answers = 0;
    bool m_isOver = false;
    std::optional<RunningAct> m_remains;
};

/// What is recorded of the acts on a service; an empty record: nothing. Reads a small file.
ActRecord readActs(const FleetEntry &entry, const QString &stateDirectory);

/// When that was last written, in nanoseconds since the epoch; 0: there is none.
qint64 actsChangedAt(const FleetEntry &entry, const QString &stateDirectory);

/// The file of the service's acts in folderOfActs(); empty: its address is none.
QString recordOfActs(const FleetEntry &entry);
/// Made if it is not there, for this user alone.
Result<QString> folderOfActs(const QString &stateDirectory);

/// For who has seen the service say that it shuts down, and go; or answer again. Writes only what is not recorded yet.
/// False: it could not be written.
bool recordStopped(const FleetEntry &entry, bool isStopped, const QString &stateDirectory);

/// Whether the process still runs; of this boot of the machine.
bool isAlive(const ProcessMark &mark);

} // namespace Hephaestus
