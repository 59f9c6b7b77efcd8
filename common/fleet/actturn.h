// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/actlock.h"

#include <QObject>
#include <QTimer>

namespace Hephaestus {

/// One act's turn among the acts of all processes of this user on a service (actlock.h), without waiting in a call.
///
/// Where there is no place for the record, the turn comes at once, and nothing is recorded. For one thread.
class ActTurn : public QObject
{
    Q_OBJECT

public:
    ActTurn(FleetEntry entry, FleetAction action, QString stateDirectory, QString client);
    ~ActTurn() override;

    /// Others learn of it from now on. Once; the second call does nothing. A text if there is no place for the record.
    QString request();
    /// Waits for the turn. Exactly one of came(), answered() and overruled() follows, perhaps before this returns,
    /// unless stop() is called first.
    void await();
    /// No signal comes any more.
    void stop();

    /// Who had the turn while it was waited for; empty: nobody.
    const QString &waitedFor() const { return m_waitedFor; }
    /// What an act has left that was broken off before this turn.
    std::optional<RunningAct> remains() const;

    void noteStep(RestartStep step);
    void noteLaunched(qint64 pid);
    /// Requests made until now get the receipt of this act.
    void answerThoseSoFar();
    /// The service is to stay down, until it is started.
    void noteStopped();
    /// Somebody no longer wants it or waits for it: that it failed is no trouble.
    void noteCalledOff();
    /// The turn is over. With a receipt, which those answered share if `isShared`.
    void end(const std::optional<Receipt> &receipt, bool isShared);
    /// It leaves a process that has not become a service yet: the next act goes on from there. Nobody shares the
    /// receipt.
    void leave(const Receipt &receipt);

Q_SIGNALS:
    void waiting(const QString &text);
    void came();
    /// Another act, which launched after this one was asked for, is the answer to both. The turn is over.
    void answered(const Hephaestus::Receipt &receipt);
    /// By a later request that contradicts this one; also during the turn.
    void overruled(const QString &why);

private:
    void tryToBegin();
    void checkRequests();
    QString overrulingText() const; ///< empty: nobody contradicts

    const FleetEntry m_entry;
    const FleetAction m_action;
    const QString m_stateDirectory;
    const QString m_client;
    std::unique_ptr<ActLock> m_lock; ///< null: not requested, or there is no place for it
    bool m_isRequested = false;
    QString m_waitedFor;
    QTimer m_waitTimer;
    QTimer m_requestTimer;
};

} // namespace Hephaestus
