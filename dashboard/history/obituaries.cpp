// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/history/obituaries.h"

#include "common/base/localtime.h"
#include "common/client/serviceclient.h"
#include "common/fleet/keptoutput.h"
#include "common/fleet/launcher.h"
#include "common/fleet/plannedend.h"
#include "common/fleet/servicestate.h"
#include "common/protocol/endnotes.h"

#include <QFileInfo>

#include <csignal>
#include <cstring>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int KeptBodies = 3;
constexpr int LogLines = 200;
constexpr qint64 LogBytes = 16 * 1024;
constexpr qint64 SearchedBytes = 256 * 1024; ///< of what is kept, for where an instance that has ended begins
constexpr qint64 SearchedLines = 20'000;
constexpr auto Slack = 2s;          ///< a program may write a little before the time that it gives for its start
constexpr int MostLogsInFlight = 4; ///< so that thousands that are there at once are not all asked at once
constexpr auto LogPause = 60s;      ///< between two looks at a service's output, for the case that it dies
constexpr auto ForeignPause = 5min; ///< before a process that did not hold the service's socket is looked for again

/// Of `SIGSEGV`; 0: none.
int signalNumber(const QString &signal)
{
    const QByteArray name = signal.toLatin1();
    for (int number = 1; number < NSIG; ++number) {
        const char *const abbreviation = ::sigabbrev_np(number);
        if (abbreviation && name == QByteArray("SIG") + abbreviation)
            return number;
    }
    return 0;
}

/// Whether it has a process now: one that is asked to end, or stopped by SIGSTOP, is not gone.
bool isAlive(const std::optional<WrappedProcess> &process)
{
    return process
        && (process->state == ProcessState::Running || process->state == ProcessState::Suspended
            || process->state == ProcessState::Stopping);
}

/// Programs of this wrapper that have ended without being asked to.
qint64 endsOf(const WrappedProcess &process)
{
    return process.restarts + (isAlive(process) || process.state == ProcessState::Starting ? 0 : 1);
}

/// The end of the program that it runs is its own, which follows: one end, whose last words are those of both.
bool isEndOfWrapper(const HealthReport &report)
{
    return report.status == ServiceStatus::ShuttingDown
        && !(report.shutdown && report.shutdown->mode == ShutdownMode::Restart);
}

/// Ended by what asks a process to end, or by itself.
bool wentQuietly(const std::optional<ExitStatus> &exit)
{
    return !exit || exit->signal == 0 || exit->signal == SIGTERM || exit->signal == SIGINT || exit->signal == SIGHUP;
}

/// How several ended that no answer told of; `exit`: the last of them.
QString manyEndsText(qint64 ends, const std::optional<ExitStatus> &exit)
{
    const QString how = !exit ? Obituaries::tr("nobody told how")
        : exit->signal == 0
        ? Obituaries::tr("exit code %1").arg(exit->code)
        : Obituaries::tr("signal %1 (%2)").arg(exit->signal).arg(QString::fromLocal8Bit(::strsignal(exit->signal)));
    return Obituaries::tr("it ended %n time(s) between two answers; the last time: %1", nullptr, int(ends)).arg(how);
}

QString endText(qint64 pid, const ExitStatus &exit)
{
    return exit.signal == 0 ? Obituaries::tr("pid %1 exited with code %2").arg(pid).arg(exit.code)
                            : Obituaries::tr("pid %1 was killed by signal %2 (%3)")
                                  .arg(pid)
                                  .arg(exit.signal)
                                  .arg(QString::fromLocal8Bit(::strsignal(exit.signal)));
}

/// In the window's language.
QString translatedReason(const EndNote &note)
{
    switch (note.reason) {
    case EndReason::Endpoint: return Obituaries::tr("by POST /health/shutdown");
    case EndReason::Terminal: return Obituaries::tr("from its terminal");
    case EndReason::ServiceManager: return Obituaries::tr("by systemd");
    case EndReason::Signal:
        return note.by.isEmpty() ? Obituaries::tr("by a signal") : Obituaries::tr("by a signal of %1").arg(note.by);
    }
    Q_UNREACHABLE();
}

} // namespace

Obituaries::Obituaries(HistoryStore &store, const QString &stateDirectory, const Clock &clock, Holds holds,
                       QObject *parent)
    : QObject(parent)
    , m_store(store)
    , m_stateDirectory(stateDirectory)
    , m_clock(clock)
    , m_holds(std::move(holds))
{
    connect(&m_deaths, &DeathWatch::died, this, &Obituaries::buryWatched);
    connect(&m_programs, &DeathWatch::died, this, &Obituaries::tellProgramEnded);
}

Obituaries::~Obituaries() = default;

void Obituaries::observe(ServiceId id, const FleetEntry &entry, const HealthReport &report, const QByteArray &body)
{
    Subject &subject = m_subjects[id];
    subject.entry = entry;
    if (subject.endedPid != 0 && report.pid == subject.endedPid && report.instanceId == subject.endedInstance)
        return;
    subject.instance = report.instanceId;
    subject.answers = true;
    if (std::exchange(subject.pid, report.pid.value_or(0)) != report.pid.value_or(0)) {
        subject.process.reset(); // another wrapper: what the one before it ran ended with that
        subject.programEnd.clear();
        subject.program = 0;
    }
    subject.closes = wasAskedToStop(report);
    subject.began = report.startTime;
    if (report.process && report.process->pid)
        subject.program = *report.process->pid;
    watchProcess(id, subject);
    // A wrapper that is seen here numbers processes as they are numbered here.
    if (isAlive(report.process) && subject.program != subject.endedProgram && m_deaths.isWatching(id, subject.pid))
        m_programs.watch(id, subject.program, false);
    observeWrappedProgram(id, subject, report);
    subject.bodies << KeptBody{m_clock.wall(), body};
    if (subject.bodies.size() > KeptBodies)
        subject.bodies.removeFirst();
    if (report.capabilities.contains("logs"_L1))
        queueLog(id, subject);
}

/// A process that is watched tells its own end; of another one this is all there will be.
void Obituaries::miss(ServiceId id, const ServiceReply &reply, bool isStopped)
{
    const auto found = m_subjects.find(id);
    if (found == m_subjects.end())
        return;
    Subject &subject = found->second;
    const bool answered = std::exchange(subject.answers, false);
    const bool gone = isStopped || reply.error == ClientError::Refused || reply.error == ClientError::Disconnected;
    if (!answered || !gone || m_deaths.isWatching(id, subject.pid))
        return;
    // Its pidfd was quicker, perhaps so much that its end is being told just now.
    const bool wasSeen =
        subject.endedPid != 0 && subject.endedPid == subject.pid && subject.endedInstance == subject.instance;
    if (wasSeen || subject.bodies.isEmpty())
        return;
    if (isStopped || isPlanned(subject, subject.pid, {}))
        subject.bodies.clear();
    else if (!subject.programEnd.isEmpty())
        bury(id, {subject.pid, {}, std::exchange(subject.programEnd, {}), std::exchange(subject.bodies, {})});
    else // that it is unreachable its row tells
        record(id, subject,
               {subject.pid,
                {},
                reply.message.isEmpty() ? tr("it does not answer any more") : reply.message,
                std::exchange(subject.bodies, {})},
               {});
}

void Obituaries::expectKill(ServiceId id, qint64 pid, const QString &by)
{
    const auto found = m_subjects.find(id);
    if (found == m_subjects.end())
        return;
    found->second.killedPid = pid;
    found->second.killedBy = by;
}

void Obituaries::forget(ServiceId id)
{
    m_subjects.erase(id);
    m_deaths.forget(id);
    m_programs.forget(id);
}

bool Obituaries::isLocal(ServiceId id) const
{
    const auto found = m_subjects.find(id);
    return found != m_subjects.end() && m_deaths.isWatching(id, found->second.pid);
}

/// A pid is only believed when that process of this machine holds the service's socket. Where it does not (a
/// container's, another user's) to look again with every answer would be the most expensive thing the dashboard does.
void Obituaries::watchProcess(ServiceId id, Subject &subject)
{
    const qint64 pid = subject.pid;
    if (pid == 0 || m_deaths.isWatching(id, pid))
        return;
    const Clock::TimePoint now = m_clock.now();
    if (subject.foreignPid == pid && now - subject.searched < ForeignPause)
        return;
    const std::optional<ServiceAddress> address = localAddressOf(subject.entry);
    if (address && !m_deaths.isFull() && m_holds(*address, pid))
        m_deaths.watch(id, pid);
    if (!m_deaths.isWatching(id, pid)) {
        subject.foreignPid = pid;
        subject.searched = now;
    }
}

/// The wrapper goes on, and tells how its program ended.
void Obituaries::observeWrappedProgram(ServiceId id, Subject &subject, const HealthReport &report)
{
    const std::optional<WrappedProcess> &process = report.process;
    const std::optional<WrappedProcess> before = std::exchange(subject.process, process);
    // It may be quicker to fail than the polls are to follow.
    const qint64 ends = before && process ? endsOf(*process) - endsOf(*before) : 0;
    if (isAlive(before) ? isAlive(process) && process->pid == before->pid : ends <= 0)
        return;
    const qint64 pid = isAlive(before) ? before->pid.value_or(0) : 0;
    std::optional<ExitStatus> exit;
    if (const int signal = process ? signalNumber(process->signal) : 0; signal > 0)
        exit = ExitStatus{0, signal};
    else if (process && process->exitCode)
        exit = ExitStatus{*process->exitCode, 0};
    if (pid != 0 && pid == subject.killedPid)
        return tellKilled(id, subject);
    // Another one is there although none failed: the wrapper was asked for it.
    const bool isReplaced = process && process->pid != before->pid && process->restarts == before->restarts
        && process->state != ProcessState::BackingOff && process->state != ProcessState::Failed
        && process->state != ProcessState::Ended;
    const bool isFollowed = isEndOfWrapper(report) && !wasAsked(subject, pid);
    if (!isFollowed && wentQuietly(exit)
        && (isReplaced || before->state == ProcessState::Stopping || wasAsked(subject, pid)))
        return tellPlanned(id, subject, pid, exit);
    const bool isHung = exit && exit->signal == SIGKILL && before->state == ProcessState::Stopping;
    const QString reason = isHung ? tr("pid %1 did not end when it was asked to, and was killed").arg(pid)
        : pid == 0 || ends > 1    ? manyEndsText(ends, exit)
        : exit                    ? endText(pid, *exit)
                                  : tr("pid %1 ended").arg(pid);
    if (isFollowed)
        subject.programEnd = reason;
    LogQuery query;
    query.tail = SearchedLines;
    query.limit = SearchedBytes;
    if (isFollowed)
        return askLog(subject.entry, query, [this, id](const QList<OutputLine> &told) {
            if (const auto known = m_subjects.find(id); known != m_subjects.end() && !told.isEmpty())
                known->second.told = told;
        });
    // What it answers from now on is of the next one.
    askLog(subject.entry, query,
           [this, id, death = Death{pid, exit, reason, std::exchange(subject.bodies, {})}](
               const QList<OutputLine> &told) { bury(id, death, told); });
}

void Obituaries::queueLog(ServiceId id, Subject &subject)
{
    const bool isNew = subject.logAsked == Clock::TimePoint();
    if (subject.logWaits || (!isNew && m_clock.now() - subject.logAsked <= LogPause))
        return;
    subject.logWaits = true;
    m_logsWaiting.push_back(id);
    readLogs();
}

/// Of those that wait, as many as may be asked at a time.
void Obituaries::readLogs()
{
    while (!m_logsWaiting.empty() && m_logsInFlight < MostLogsInFlight) {
        const ServiceId id = m_logsWaiting.front();
        m_logsWaiting.pop_front();
        const auto subject = m_subjects.find(id);
        if (subject == m_subjects.end())
            continue;
        subject->second.logWaits = false;
        subject->second.logAsked = m_clock.now();
        ++m_logsInFlight;
        LogQuery query;
        query.tail = LogLines;
        query.limit = LogBytes;
        askLog(subject->second.entry, query, [this, id](const QList<OutputLine> &told) {
            --m_logsInFlight;
            if (const auto known = m_subjects.find(id); known != m_subjects.end() && !told.isEmpty())
                known->second.told = told;
            readLogs();
        });
    }
}

void Obituaries::askLog(const FleetEntry &entry, const LogQuery &query,
                        const std::function<void(const QList<OutputLine> &)> &done)
{
    const Result<ServiceTarget> target = targetOf(entry, m_stateDirectory);
    if (!target)
        return done({});
    auto *const client = new ServiceClient(*target, this);
    client->logs(query, [client, done](const Answer<LogPage> &answer) {
        client->deleteLater();
        done(answer.value.value_or(LogPage()).lines);
    });
}

/// The one that served by the latest answer. Its wrapper lives, and tells more when it is asked.
void Obituaries::tellProgramEnded(ServiceId id, qint64 pid)
{
    const auto subject = m_subjects.find(id);
    if (subject == m_subjects.end() || !subject->second.process || subject->second.process->pid != pid)
        return;
    subject->second.endedProgram = pid;
    if (subject->second.process->state != ProcessState::Stopping) // that it ends was to be expected
        Q_EMIT ended(id);
}

void Obituaries::buryWatched(ServiceId id, qint64 pid, const std::optional<ExitStatus> &exit)
{
    auto subject = m_subjects.find(id);
    if (subject != m_subjects.end() && subject->second.pid == pid) {
        subject->second.endedPid = pid;
        subject->second.endedInstance = subject->second.instance;
        Q_EMIT ended(id); // who hears of it may tell of more answers
        subject = m_subjects.find(id);
    }
    if (subject == m_subjects.end())
        return;
    if (wasKilled(subject->second, pid))
        return tellKilled(id, subject->second);
    if (isPlanned(subject->second, pid, exit))
        return tellPlanned(id, subject->second, pid, exit);
    const std::optional<EndNote> note = noteOf(subject->second, pid, exit);
    const QString end = exit ? endText(pid, *exit)
        : note               ? endText(pid, {note->exitCode, 0})
                             : tr("pid %1 is gone; how it ended nobody told").arg(pid);
    const QString reason = note ? tr("%1, after it was asked to end %2").arg(end, translatedReason(*note)) : end;
    const Death death{pid, exit, withProgram(subject->second, reason), std::exchange(subject->second.bodies, {})};
    if (subject->second.pid == pid)
        Q_EMIT died(id, pid, wordOf(death), death.reason);
    bury(id, death);
}

bool Obituaries::wentByItself(const Death &death)
{
    return death.exit && death.exit->signal == 0 && death.exit->code == 0;
}

QString Obituaries::wordOf(const Death &death) { return wentByItself(death) ? tr("ended") : tr("died"); }

QString Obituaries::withProgram(const Subject &subject, const QString &reason)
{
    return subject.programEnd.isEmpty() ? reason
                                        : tr("%1, after the program that it ran: %2").arg(reason, subject.programEnd);
}

void Obituaries::bury(ServiceId id, const Death &death, const QList<OutputLine> &told)
{
    const auto subject = m_subjects.find(id);
    if (subject == m_subjects.end())
        return;
    const FleetEntry entry = subject->second.entry;
    record(id, subject->second, death, told);
    Q_EMIT happened({m_clock.wall(),
                     id,
                     entry.name,
                     wentByItself(death) ? EventKind::Information : EventKind::Trouble,
                     death.reason,
                     {},
                     wordOf(death)});
}

void Obituaries::record(ServiceId id, Subject &subject, const Death &death, const QList<OutputLine> &told)
{
    const QByteArray words = lastWords(subject, death.pid, told);
    m_store.record(Obituary{m_clock.wall(), subject.entry.url, subject.entry.name, death.pid, death.exit, death.reason,
                            death.bodies, words});
    subject.programEnd.clear();
    m_store.flush();
    Q_EMIT buried(id);
}

bool Obituaries::isPlanned(const Subject &subject, qint64 pid, const std::optional<ExitStatus> &exit) const
{
    if (!wentQuietly(exit))
        return false;
    const std::optional<EndNote> note = noteOf(subject, pid, exit);
    return (note && note->wasPlanned()) || wasAsked(subject, pid);
}

/// Of its own process. It tells nothing of one that ended otherwise than it says: something came in between.
std::optional<EndNote> Obituaries::noteOf(const Subject &subject, qint64 pid,
                                          const std::optional<ExitStatus> &exit) const
{
    if (pid == 0 || pid != subject.pid || !localAddressOf(subject.entry))
        return {};
    const std::optional<EndNote> note = readEndNote(subject.instance, pid, m_stateDirectory);
    const bool isOther = note && exit && (exit->signal != 0 || exit->code != note->exitCode);
    return isOther ? std::nullopt : note;
}

bool Obituaries::wasAsked(const Subject &subject, qint64 pid) const
{
    return subject.closes || wasAskedToEnd(subject.entry, pid, localTime(m_clock.wall()), m_stateDirectory);
}

/// The process, or the program that it wrapped: it ended before it told that.
bool Obituaries::wasKilled(const Subject &subject, qint64 pid)
{
    return subject.killedPid != 0
        && (subject.killedPid == pid || (subject.process && subject.process->pid == subject.killedPid));
}

/// What it wrapped ends with it: that is the same kill.
void Obituaries::tellKilled(ServiceId id, Subject &subject)
{
    subject.bodies.clear();
    subject.process.reset();
    Q_EMIT happened({m_clock.wall(), id, subject.entry.name, EventKind::Action,
                     tr("pid %1 was killed, as asked").arg(std::exchange(subject.killedPid, 0)),
                     std::exchange(subject.killedBy, {}), tr("killed")});
}

void Obituaries::tellPlanned(ServiceId id, Subject &subject, qint64 pid, const std::optional<ExitStatus> &exit)
{
    subject.bodies.clear();
    subject.programEnd.clear();
    const std::optional<EndNote> note = noteOf(subject, pid, exit);
    const int code = exit && exit->signal == 0 ? exit->code : 0;
    // A wrapper ends with 0 when its program ended as it should, and with 128 and the signal that killed it.
    const bool isUnclean = subject.program != 0 && code != 0;
    const int signal = isUnclean && pid != subject.program && code > 128 ? code - 128 : 0;
    const QString text = note && note->wasPlanned()
        ? tr("pid %1 ended as asked %2").arg(QString::number(pid), translatedReason(*note))
        : !exit       ? tr("pid %1 has ended, as was asked; how nobody told").arg(pid)
        : signal != 0 ? tr("pid %1 was killed by signal %2 (%3) in its shutdown: its clean-up did not finish")
                            .arg(subject.program)
                            .arg(signal)
                            .arg(QString::fromLocal8Bit(::strsignal(signal)))
        : isUnclean ? tr("pid %1 ended as asked, but with exit code %2: its clean-up is not known to be complete")
                          .arg(pid)
                          .arg(code)
        : code != 0 ? tr("pid %1 ended as asked, with exit code %2").arg(pid).arg(code)
                    : tr("pid %1 ended as asked").arg(pid);
    Q_EMIT happened({m_clock.wall(),
                     id,
                     subject.entry.name,
                     isUnclean ? EventKind::Trouble : EventKind::Information,
                     text,
                     {},
                     tr("ended")});
}

/// What is kept of it on this machine, as its page Logs shows it; empty: none of this instance is.
QList<OutputLine> Obituaries::keptOutput(const Subject &subject) const
{
    if (!localAddressOf(subject.entry))
        return {};
    const KeptOutput kept = readKeptOutput(outputNameOf(subject.entry), m_stateDirectory, SearchedBytes);
    const QDateTime written = QFileInfo(kept.path).lastModified();
    return subject.began.isValid() && written < subject.began.addDuration(-Slack) ? QList<OutputLine>() : kept.lines;
}

/// Those of `lines` that are of this process; nothing: which ones they are no line tells.
std::optional<QList<OutputLine>> Obituaries::ownLines(const Subject &subject, qint64 pid,
                                                      const QList<OutputLine> &lines)
{
    if (subject.program == 0)
        return linesOfInstance(lines, {pid});
    if (pid == subject.pid)
        return linesOfWrapper(lines, {pid, subject.program});
    return pid == 0 ? linesOfInstance(lines, {}) : linesOfProgram(lines, pid);
}

/// The end of its output, from where it began if a line tells that. What follows a cut is told by a line of `…`: all of
/// it is of this instance. `told`: by itself, just now; empty: its file is here, or it told before.
QByteArray Obituaries::lastWords(const Subject &subject, qint64 pid, const QList<OutputLine> &told) const
{
    QList<OutputLine> lines;
    std::optional<QList<OutputLine>> own;
    // What it told a while ago may be of the one before it; of a program that others follow, all may be of those.
    for (const QList<OutputLine> &known : {told, keptOutput(subject), subject.told}) {
        own = ownLines(subject, pid, known);
        if (own && !own->isEmpty())
            break;
        if (lines.isEmpty() && (pid == subject.pid || !isAlive(subject.process)))
            lines = known;
        own.reset();
    }
    QByteArray text;
    for (const OutputLine &line : own.value_or(lines))
        text += line.text;
    const bool isWhole = !own || beginsInstance(own->first());
    if (text.size() <= LogBytes)
        return isWhole ? text : Obituary::Cut + text;
    text = text.right(LogBytes);
    text.remove(0, text.indexOf('\n') + 1);
    // A wrapper tells each start: where none is in so much, it is longer ago.
    const QByteArray start = own && isWhole ? own->first().text : QByteArray();
    return own || subject.program != 0 ? start + Obituary::Cut + text : text;
}

} // namespace Hephaestus
