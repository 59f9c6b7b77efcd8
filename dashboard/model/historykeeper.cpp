// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/historykeeper.h"

#include <QFile>
#include <QUrl>

#include <csignal>
#include <cstring>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int KeptBodies = 3;
constexpr int LogLines = 200;
constexpr qint64 LogBytes = 16 * 1024;
constexpr int MostLogsInFlight = 4; ///< so that thousands that are there at once are not all asked at once
constexpr auto LogPause = 60s;      ///< between two looks at a service's output, for the case that it dies
constexpr auto ForeignPause = 5min; ///< before a process that did not hold the service's socket is looked for again
constexpr auto LongestGuess = 2min; ///< two answers further apart have a gap between them: the machine slept
constexpr int OldEvents = 500;

QString urlOf(const FleetModel &fleet, ServiceId id)
{
    const ServiceRow *const row = fleet.find(id);
    return row ? row->entry.url : QString();
}

/// Where its process, if it is of this machine, can be looked for.
std::optional<ServiceAddress> localAddress(const QString &url)
{
    if (url.startsWith("unix:"_L1)) {
        const Result<ServiceAddress> address = parseServiceAddress(url);
        return address ? std::optional(*address) : std::nullopt;
    }
    const QUrl parsed(url);
    const ServiceAddress address{
        ServiceAddress::Kind::Tcp, parsed.host(), quint16(parsed.port(parsed.scheme() == "https"_L1 ? 443 : 80)), {}};
    return address.isLoopback() ? std::optional(address) : std::nullopt;
}

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

bool isRunning(const std::optional<WrappedProcess> &process)
{
    return process && process->state == ProcessState::Running;
}

} // namespace

HistoryKeeper::HistoryKeeper(FleetModel &fleet, ServiceActions &actions, EventJournal &journal, HistoryStore &store,
                             const QString &stateDirectory, const Clock &time, Holds holds, QObject *parent)
    : QObject(parent)
    , m_fleet(fleet)
    , m_actions(actions)
    , m_journal(journal)
    , m_store(store)
    , m_stateDirectory(stateDirectory)
    , m_time(time)
    , m_holds(std::move(holds))
{
    connect(&fleet, &FleetModel::answered, this, &HistoryKeeper::take);
    const auto record = [this](const Event &event) { m_store.record(event, urlOf(m_fleet, event.service)); };
    connect(&fleet, &FleetModel::happened, this, record);
    connect(&actions, &ServiceActions::happened, this, record);
    connect(&m_deaths, &DeathWatch::died, this,
            [this](ServiceId id, qint64 pid, const std::optional<ExitStatus> &exit) {
                const ServiceRow *const row = m_fleet.find(id);
                if (!row)
                    return;
                const QByteArray output = keptOutput(row->entry.name);
                bury(id, pid, exit,
                     exit ? tr("pid %1 %2").arg(pid).arg(exit->text())
                          : tr("pid %1 is gone; how it ended nobody told").arg(pid),
                     output.isEmpty() ? m_seen[id].log : output);
            });
    // Nothing of them is told to the store: there it failed.
    connect(&store, &HistoryStore::trouble, this, [this](const QString &sentence) {
        m_journal.append({m_time.wall(), NoService, tr("History"), EventKind::Trouble, sentence});
    });
    connect(&store, &HistoryStore::recovered, this, [this] {
        m_journal.append(
            {m_time.wall(), NoService, tr("History"), EventKind::Recovery, tr("the history is kept again")});
    });
    connect(&actions, &ServiceActions::finished, this, [this](ServiceId id, const Receipt &receipt) {
        m_store.record(receipt, urlOf(m_fleet, id));
        m_store.flush();
    });
    askEarlierEvents();
    const QPointer<HistoryKeeper> self(this);
    store.askReceipts([self](const Result<QHash<QString, Receipt>> &receipts) {
        if (!self || !receipts)
            return;
        self->m_earlierReceipts = *receipts;
        self->handOutReceipts();
        connect(&self->m_fleet, &FleetModel::rowsInserted, self, &HistoryKeeper::handOutReceipts);
    });
}

HistoryKeeper::~HistoryKeeper() = default;

void HistoryKeeper::askEarlierEvents()
{
    const QPointer<HistoryKeeper> self(this);
    m_store.askEvents(OldEvents, [self](const Result<HistoryStore::StoredEvents> &events) {
        if (!self || !events)
            return;
        QHash<QString, ServiceId> ids;
        for (const ServiceId id : self->m_fleet.ids())
            ids.insert(self->m_fleet.find(id)->entry.url, id);
        QList<Event> known;
        for (const auto &[event, url] : *events) {
            known << event;
            known.last().service = ids.value(url, NoService);
        }
        self->m_journal.prependOlder(known);
    });
}

void HistoryKeeper::handOutReceipts()
{
    if (m_earlierReceipts.isEmpty())
        return;
    for (const ServiceId id : m_fleet.ids()) {
        if (const auto found = m_earlierReceipts.constFind(m_fleet.find(id)->entry.url);
            found != m_earlierReceipts.cend()) {
            m_actions.remember(id, *found);
            m_earlierReceipts.erase(found);
        }
    }
}

void HistoryKeeper::forget(ServiceId id)
{
    m_seen.erase(id);
    m_deaths.forget(id);
}

void HistoryKeeper::take(ServiceId id)
{
    const ServiceRow *const row = m_fleet.find(id);
    if (!row)
        return;
    Seen &seen = m_seen[id];
    if (seen.leftOut)
        return;
    if (!row->isCurrent())
        return missed(*row, seen);
    observe(*row, seen, m_time.wall());
    watchProcess(*row, seen);
    wrappedProgramChanged(*row, seen);
    if (row->offers("logs"_L1) && !seen.logWaits
        && (seen.logAsked == Clock::TimePoint() || m_time.now() - seen.logAsked > LogPause)) {
        seen.logWaits = true;
        m_logsWaiting.push_back(id);
        readLogs();
    }
}

/// Of those that wait, as many as may be asked at a time.
void HistoryKeeper::readLogs()
{
    while (!m_logsWaiting.empty() && m_logsInFlight < MostLogsInFlight) {
        const ServiceId id = m_logsWaiting.front();
        m_logsWaiting.pop_front();
        const ServiceRow *const row = m_fleet.find(id);
        const auto seen = m_seen.find(id);
        if (!row || seen == m_seen.end())
            continue;
        seen->second.logWaits = false;
        seen->second.logAsked = m_time.now();
        ++m_logsInFlight;
        askLog(*row, [this, id](const QByteArray &log) {
            --m_logsInFlight;
            if (const auto known = m_seen.find(id); known != m_seen.end() && !log.isEmpty())
                known->second.log = log;
            readLogs();
        });
    }
}

/// The store's part of one answered poll.
void HistoryKeeper::observe(const ServiceRow &row, Seen &seen, History::Time now)
{
    const HealthReport &report = *row.report;
    Observation observation;
    observation.url = row.entry.url;
    const AnswerSpan span = seen.spans.take(now, report, row.reply.latency, LongestGuess + 2 * row.entry.interval);
    observation.from = span.from;
    observation.to = span.to;
    observation.latency = row.reply.latency;
    observation.resources = span.resources;
    const History &history = m_fleet.history(row.id);
    for (const DependencyReport &dependency : report.dependencies) {
        if (dependency.status == DependencyStatus::NotUsed)
            continue;
        std::pair<qint64, qint64> &count = observation.operations[dependency.name];
        const std::deque<History::Sample> &samples = history.samples(dependency.name);
        for (auto sample = samples.rbegin(); sample != samples.rend() && sample->to > seen.recorded; ++sample) {
            count.first += sample->successes;
            count.second += sample->failures;
        }
    }
    m_store.record(observation);
    seen.recorded = now;
    seen.bodies << KeptBody{now, row.reply.body};
    if (seen.bodies.size() > KeptBodies)
        seen.bodies.removeFirst();
}

/// A pid is only believed when that process of this machine holds the service's socket. Where it does not (a
/// container's, another user's) to look again with every answer would be the most expensive thing the dashboard does.
void HistoryKeeper::watchProcess(const ServiceRow &row, Seen &seen)
{
    const std::optional<qint64> pid = row.report->pid;
    if (!pid || m_deaths.isWatching(row.id, *pid))
        return;
    const Clock::TimePoint now = m_time.now();
    if (seen.foreignPid == *pid && now - seen.looked < ForeignPause)
        return;
    const std::optional<ServiceAddress> address = localAddress(row.entry.url);
    if (address && !m_deaths.isFull() && m_holds(*address, *pid))
        m_deaths.watch(row.id, *pid);
    if (!m_deaths.isWatching(row.id, *pid)) {
        seen.foreignPid = *pid;
        seen.looked = now;
    }
}

void HistoryKeeper::askLog(const ServiceRow &row, const std::function<void(const QByteArray &)> &done)
{
    const Result<ServiceTarget> target = targetOf(row.entry);
    if (!target)
        return done({});
    auto *const client = new ServiceClient(*target, this);
    client->logs(LogLines, [client, done](const Answer<QByteArray> &answer) {
        client->deleteLater();
        done(answer.value.value_or(QByteArray()).right(LogBytes));
    });
}

/// Nobody answered. A process that is watched tells its own end; of another one this is all there will be.
void HistoryKeeper::missed(const ServiceRow &row, Seen &seen)
{
    const bool answeredBefore = seen.spans.miss();
    const bool gone = row.observed == ServiceState::Stopped || row.reply.error == ClientError::Refused
        || row.reply.error == ClientError::Disconnected;
    const qint64 pid = row.report ? row.report->pid.value_or(0) : 0;
    if (!answeredBefore || !gone || m_deaths.isWatching(row.id, pid))
        return;
    const bool buried = seen.bodies.isEmpty(); // its pidfd was quicker
    if (!buried)
        bury(row.id, pid, {}, row.reply.message.isEmpty() ? tr("it does not answer any more") : row.reply.message,
             seen.log);
}

/// The wrapper goes on, and tells how its program ended.
void HistoryKeeper::wrappedProgramChanged(const ServiceRow &row, Seen &seen)
{
    const std::optional<WrappedProcess> &process = row.report->process;
    const std::optional<WrappedProcess> before = std::exchange(seen.process, process);
    if (!isRunning(before) || (isRunning(process) && process->pid == before->pid))
        return;
    const qint64 pid = before->pid.value_or(0);
    std::optional<ExitStatus> exit;
    if (const int signal = process ? signalNumber(process->signal) : 0; signal > 0)
        exit = ExitStatus{0, signal};
    else if (process && process->exitCode)
        exit = ExitStatus{*process->exitCode, 0};
    const QString reason = exit ? tr("pid %1 %2").arg(pid).arg(exit->text()) : tr("pid %1 ended").arg(pid);
    askLog(row, [this, id = row.id, pid, exit, reason](const QByteArray &log) { bury(id, pid, exit, reason, log); });
}

void HistoryKeeper::bury(ServiceId id, qint64 pid, const std::optional<ExitStatus> &exit, const QString &reason,
                         const QByteArray &log)
{
    const ServiceRow *const row = m_fleet.find(id);
    if (!row)
        return;
    Seen &seen = m_seen[id];
    const History::Time now = m_time.wall();
    m_store.record(
        Obituary{now, row->entry.url, row->entry.name, pid, exit, reason, std::exchange(seen.bodies, {}), log});
    m_store.flush();
    const bool asItShould = exit && exit->signal == 0 && exit->code == 0;
    tell({now,
          id,
          row->entry.name,
          asItShould ? EventKind::Information : EventKind::Trouble,
          reason,
          {},
          asItShould ? tr("ended") : tr("died")});
    Q_EMIT buried(id);
}

bool HistoryKeeper::isLocal(ServiceId id) const
{
    const ServiceRow *const row = m_fleet.find(id);
    return row && row->report && row->report->pid && m_deaths.isWatching(id, *row->report->pid);
}

void HistoryKeeper::tell(const Event &event)
{
    m_journal.append(event);
    m_store.record(event, urlOf(m_fleet, event.service));
}

/// The end of what a program started from here wrote; empty: it was not started from here.
QByteArray HistoryKeeper::keptOutput(const QString &name) const
{
    QFile file(logFileOf(name, m_stateDirectory));
    if (!file.open(QIODevice::ReadOnly) || !file.seek(std::max<qint64>(0, file.size() - LogBytes)))
        return {};
    return file.readAll();
}

} // namespace Hephaestus
