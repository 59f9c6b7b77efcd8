// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"
#include "common/client/reply.h"
#include "common/fleet/fleet.h"
#include "common/fleet/portholders.h"
#include "common/protocol/endnote.h"
#include "dashboard/history/deathwatch.h"
#include "dashboard/history/historystore.h"

#include <deque>

namespace Hephaestus {

/// Notices when a process of the fleet dies that was not asked to end, and records its last words for the store. These
/// are how it ended, its last answers, and the end of its output. A process of this machine is watched; of another one
/// a poll that finds nobody is the sign. One thread; nothing blocks.
class Obituaries : public QObject
{
    Q_OBJECT

public:
    /// Does that process of this machine hold the socket at that address?
    using Holds = std::function<bool(const ServiceAddress &, qint64 pid)>;

    /// `store` outlives this. `stateDirectory`: where programs started from here leave their output; empty: the default
    /// one.
    Obituaries(HistoryStore &store, const QString &stateDirectory, const Clock &clock = Clock::machine(),
               Holds holds = isHeldBy, QObject *parent = nullptr);
    ~Obituaries() override;

    /// An answered poll; `body` as the service sent it. One of a process that was seen to end is late, and is ignored.
    void observe(ServiceId id, const FleetEntry &entry, const HealthReport &report, const QByteArray &body);
    /// A poll nobody answered. `isStopped`: it was seen to end.
    void miss(ServiceId id, const ServiceReply &reply, bool isStopped);
    /// Its process, `pid`, is killed from here, as `by` asked: its end is told as that, and is no death.
    void expectKill(ServiceId id, qint64 pid, const QString &by);
    void forget(ServiceId id);
    /// The process that answers for it is one of this machine, and is watched.
    bool isLocal(ServiceId id) const;

Q_SIGNALS:
    /// Its process, or the program that it wraps, was seen to end, whatever for; told before anything else is told of
    /// it.
    void ended(Hephaestus::ServiceId id);
    /// Its process was seen to end, and nobody is known to have wanted that; `word`: `died`, or `ended`.
    void died(Hephaestus::ServiceId id, qint64 pid, const QString &word, const QString &reason);
    /// An obituary was recorded.
    void buried(Hephaestus::ServiceId id);
    /// For the journal and the store.
    void happened(const Hephaestus::Event &event);

private:
    /// What is known of a service from its latest answers.
    struct Subject
    {
        FleetEntry entry;
        bool answers = false; ///< the latest poll
        qint64 pid = 0;       ///< 0: it does not say
        QString instance{};   ///< by its latest answer
        qint64 endedPid = 0;  ///< which was seen to end
        QString endedInstance{};
        bool closes = false; ///< wasAskedToStop() of its latest answer
        std::optional<WrappedProcess> process;
        QString programEnd; ///< of its program, which its wrapper follows: told with that; empty: it has not ended
        QList<KeptBody> bodies;
        QDateTime began;         ///< as it says
        qint64 program = 0;      ///< the latest process that it wrapped; 0: none
        qint64 endedProgram = 0; ///< which was seen to end; its wrapper may not know it yet
        QList<OutputLine> told;  ///< the end of its output when it was last asked for
        Clock::TimePoint logAsked{};
        bool logWaits = false; ///< in m_logsWaiting
        qint64 foreignPid = 0; ///< not seen to hold the service's socket when it was looked for
        Clock::TimePoint searched{};
        qint64 killedPid = 0; ///< as somebody asked who uses this
        QString killedBy;
    };

    struct Death
    {
        qint64 pid = 0; ///< 0: no answer told it
        std::optional<ExitStatus> exit;
        QString reason;
        QList<KeptBody> bodies;
    };

    void watchProcess(ServiceId id, Subject &subject);
    void observeWrappedProgram(ServiceId id, Subject &subject, const HealthReport &report);
    void queueLog(ServiceId id, Subject &subject);
    void readLogs();
    void askLog(const FleetEntry &entry, const LogQuery &query,
                const std::function<void(const QList<OutputLine> &)> &done);
    /// True if the end of that process is what somebody asked for, and it went quietly.
    bool wasAsked(const Subject &subject, qint64 pid) const;
    bool isPlanned(const Subject &subject, qint64 pid, const std::optional<ExitStatus> &exit) const;
    std::optional<EndNote> noteOf(const Subject &subject, qint64 pid, const std::optional<ExitStatus> &exit) const;
    void tellPlanned(ServiceId id, Subject &subject, qint64 pid, const std::optional<ExitStatus> &exit);
    static bool wasKilled(const Subject &subject, qint64 pid);
    void tellKilled(ServiceId id, Subject &subject);
    static bool wentByItself(const Death &death); ///< with exit code 0
    static QString wordOf(const Death &death);
    static QString withProgram(const Subject &subject, const QString &reason);
    void tellProgramEnded(ServiceId id, qint64 pid);
    void buryWatched(ServiceId id, qint64 pid, const std::optional<ExitStatus> &exit);
    void bury(ServiceId id, const Death &death, const QList<OutputLine> &told = {});
    void record(ServiceId id, Subject &subject, const Death &death, const QList<OutputLine> &told);
    static std::optional<QList<OutputLine>> ownLines(const Subject &subject, qint64 pid,
                                                     const QList<OutputLine> &lines);
    QByteArray lastWords(const Subject &subject, qint64 pid, const QList<OutputLine> &told) const;
    QList<OutputLine> keptOutput(const Subject &subject) const;

    HistoryStore &m_store;
    QString m_stateDirectory;
    const Clock &m_clock;
    const Holds m_holds;
    DeathWatch m_deaths;
    DeathWatch m_programs; ///< that wrappers run; how they ended those tell
    std::map<ServiceId, Subject> m_subjects;
    std::deque<ServiceId> m_logsWaiting; ///< whose output is to be asked for
    int m_logsInFlight = 0;
};

} // namespace Hephaestus
