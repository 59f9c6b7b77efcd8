// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/fleetsession.h"

#include "common/base/gitstate.h"
#include "common/base/homedirectory.h"
#include "common/base/localtime.h"
#include "common/base/username.h"
#include "common/fleet/actlock.h"
#include "common/fleet/filesdfile.h"
#include "common/fleet/fleetfile.h"
#include "common/fleet/foreignservice.h"
#include "common/fleet/hostfleet.h"
#include "common/fleet/keptoutput.h"
#include "common/fleet/knownname.h"
#include "common/fleet/knownprotocol.h"
#include "common/fleet/plannedend.h"
#include "common/fleet/statepaths.h"
#include "dashboard/model/displaytext.h"
#include "dashboard/model/sharedtext.h"

#include <QFile>
#include <QFileInfo>
#include <QSet>

#include <algorithm>

#include <unistd.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto BoundOutputsEvery = 5s;
constexpr auto LongestPast = 1s;   ///< to read what is remembered
constexpr auto LearnFor = 10s;     ///< what is learned is saved so seldom: a large fleet's is a megabyte
constexpr auto AskHostsEvery = 2s; ///< the connection has longer pauses of its own

/// `~/shop-b, branch fix-cart`
QString projectOf(const QString &fleetFile)
{
    const QString directory = QFileInfo(fleetFile).absolutePath();
    const QByteArray branch = GitState::of(QFile::encodeName(directory)).branch;
    const QString name = QFile::decodeName(branch.startsWith("refs/heads/") ? branch.sliced(11) : branch);
    return name.isEmpty() ? homeRelative(directory)
                          : FleetSession::tr("%1, branch %2").arg(homeRelative(directory), name);
}

/// As HookRunner has it in English.
QString hookTitle(FleetHook::Event event, const QStringList &services)
{
    const auto count = int(services.size());
    switch (event) {
    case FleetHook::Event::Down:
        return count == 1 ? FleetSession::tr("%1 is down").arg(services.first())
                          : FleetSession::tr("%n service(s) are down", nullptr, count);
    case FleetHook::Event::Stale:
        return count == 1 ? FleetSession::tr("%1 runs old code").arg(services.first())
                          : FleetSession::tr("%n service(s) run old code", nullptr, count);
    case FleetHook::Event::RestartFailed:
        return count == 1 ? FleetSession::tr("a start or restart of %1 failed").arg(services.first())
                          : FleetSession::tr("starts or restarts of %n service(s) failed", nullptr, count);
    }
    Q_UNREACHABLE();
}

} // namespace

FleetSession::FleetSession(SequenceOptions options, const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_clock(clock)
    , m_since(clock.wall())
    , m_stateDirectory(options.stateDirectory)
    , m_fleet(clock)
    , m_actions(m_fleet, std::move(options), clock)
    , m_bulk(m_fleet, m_actions, clock)
    , m_stale(clock)
    , m_trust(m_stateDirectory)
    , m_holders(m_stateDirectory)
    , m_lastAnswers(m_stateDirectory)
    , m_watch(clock, m_stateDirectory)
{
    connectParts();
}

FleetSession::~FleetSession() = default;

void FleetSession::connectParts()
{
    connect(&m_watch, &FleetWatch::arrived, this, &FleetSession::applyArrivals);
    connect(&m_watch, &FleetWatch::ownerChanged, this, &FleetSession::updateOwner);
    connect(&m_fleet, &FleetModel::happened, this, &FleetSession::tell);
    connect(&m_actions, &ServiceActions::happened, &m_journal, &EventJournal::append);
    connect(&m_bulk, &BulkActions::happened, &m_journal, &EventJournal::append);
    connect(&m_fileWatch, &FleetFileWatch::changed, this, [this](const QString &file) {
        m_journal.append({m_clock.wall(), NoService, QFileInfo(file).fileName(), EventKind::Information,
                          tr("has changed on disk: Ctrl+Shift+O reads it anew")});
    });
    connect(&m_actions, &ServiceActions::begun, this, [this](ServiceId id) {
        m_watch.polling().setEager(id, true);
        m_stale.noteBegin(id);
    });
    connect(&m_actions, &ServiceActions::finished, this, [this](ServiceId id, const Receipt &receipt) {
        m_watch.polling().setEager(id, false);
        m_watch.readWhole(id);
        m_stale.noteEnd(id, receipt);
    });
    connect(&m_actions, &ServiceActions::answerWanted, &m_watch.polling(), &PollingFeed::hurry);
    connect(&m_fleet, &FleetModel::answered, this, [this](ServiceId id) {
        if (const ServiceRow *const row = m_fleet.find(id))
            m_stale.observe(id, row->isCurrent() ? &*row->report : nullptr);
        tellUntrusted(id);
        chooseRecorded(id);
        rememberStopped(id);
        rememberAnswer(id);
        showToHooks(id);
    });
    connect(&m_stale, &StaleRestarts::due, this, &FleetSession::restartStale);
    connect(&m_acts, &ActWatch::changed, this, &FleetSession::seeActs);
    connect(&m_ageTimer, &QTimer::timeout, this, &FleetSession::hurryAfterSleep);
    connect(&m_ageTimer, &QTimer::timeout, &m_fleet, &FleetModel::updateAges);
    connect(&m_hookTimer, &QTimer::timeout, this, &FleetSession::checkHooks);
    connect(&m_hostTimer, &QTimer::timeout, this, &FleetSession::askLoneHosts);
    connect(&m_learnTimer, &QTimer::timeout, this, &FleetSession::saveAnswers);
    connect(&m_pastTimer, &QTimer::timeout, this, &FleetSession::applyHeld);
    connect(&m_outputTimer, &QTimer::timeout, this, &FleetSession::boundOutputs);
}

void FleetSession::applyArrivals(const QList<Arrival> &arrivals)
{
    if (m_pastTimer.isActive() && !m_history->isPastKnown()) {
        m_heldArrivals << arrivals;
        return;
    }
    // Who is gone or shuts down may be wanted to: then the acts on it say so, and whether it is to come back.
    QList<Arrival> explained = arrivals;
    for (Arrival &arrival : explained) {
        const ServiceRow *const row = m_fleet.find(arrival.id);
        if (row && arrival.answer.value)
            refuseStranger(*row, arrival);
        if (!row || arrival.answer.value || arrival.holder) // a stranger that is known need not be looked for
            m_holders.forget(arrival.id);
        else
            arrival.holder = m_holders.take(*row, arrival);
        const bool isTaken = arrival.holder && arrival.holder->isStranger;
        if (row && arrival.answer.value && stateOf(*arrival.answer.value) == ServiceState::ShuttingDown)
            arrival.planned = plannedEnd(row->entry, m_stateDirectory);
        else if (row && !arrival.answer.value && (isTaken || isGone(arrival.answer.reply)))
            arrival.planned = whyGone(*row);
    }
    tellOfHosts(arrivals);
    m_fleet.applyArrivals(explained);
    m_stale.decide();
}

/// What is known of it from before may say that the answer is another one's. Who is told of by Prometheus answers to
/// that.
void FleetSession::refuseStranger(const ServiceRow &row, Arrival &arrival) const
{
    const HealthReport &report = *arrival.answer.value;
    if (!report.owner.isEmpty() || m_watch.ownerOf(row.id) != &m_watch.polling())
        return;
    if (report.isPage && m_history && m_history->knownOf(row.entry.url).tellsHealth) {
        arrival.answer = refusedPage(arrival.answer);
        return;
    }
    const QString stranger = strangerAs(row.entry, report, row.known, m_stateDirectory);
    if (stranger.isEmpty())
        return;
    arrival.holder = AddressHolder{stranger, true, report.service};
    arrival.answer = refusedStranger(arrival.answer, stranger);
}

/// What is remembered of it.
void FleetSession::applyPast(ServiceId id)
{
    const ServiceRow *const row = m_history ? m_fleet.find(id) : nullptr;
    if (!row)
        return;
    const KnownService known = m_history->knownOf(row->entry.url);
    m_fleet.setKnown(id, known.name);
    if (known.seen)
        m_fleet.setSeenEarlier(id, *known.seen);
    if (known.tellsHealth)
        m_watch.polling().expectHealth(id);
}

void FleetSession::applyHeld()
{
    m_pastTimer.stop();
    if (!m_heldArrivals.isEmpty())
        applyArrivals(std::exchange(m_heldArrivals, {}));
}

/// What the rows say is of the time before, and their timers stood still with the machine.
void FleetSession::hurryAfterSleep()
{
    constexpr auto Short = 2s;
    const std::chrono::nanoseconds slept = m_clock.sinceBoot() - m_clock.now();
    if (std::exchange(m_slept, slept) + Short >= slept)
        return;
    for (const ServiceId id : m_fleet.ids())
        m_watch.polling().hurry(id);
}

void FleetSession::accept(ServiceId id, const QString &name)
{
    const ServiceRow *const row = m_fleet.find(id);
    if (!row)
        return;
    m_journal.append({m_clock.wall(), id, row->entry.name, EventKind::Action,
                      tr("%1 is this service from now on").arg(visibleText(name, 80)), userName(::getuid())});
    m_fleet.setKnown(id, {name, 0}, true);
    forgetAnswer(id);
    m_watch.polling().askAnew(id);
}

/// Whether it has gone because of an act that was broken off. It has not if it was started since, nor if it was asked
/// to shut down long after.
static bool isGoneByBrokenOff(const ServiceRow &row, const QString &stateDirectory)
{
    if (row.observed == ServiceState::Unreachable || row.observed == ServiceState::Stopped)
        return false; // that was decided when it went
    const std::optional<Receipt> broken = brokenOffAct(row.entry, stateDirectory);
    if (!broken || !row.report || row.observed == ServiceState::Restarting)
        return broken.has_value();
    if (row.report->startTime.isValid() && row.report->startTime > broken->startedAt)
        return false;
    const QDateTime known = lastSignOfAct(row.entry, stateDirectory);
    const QDateTime sign = known.isValid() ? known : broken->startedAt;
    return row.observed != ServiceState::ShuttingDown || !row.figures.since
        || localTime(*row.figures.since) <= sign.addSecs(60);
}

/// That it was stopped holds as long as it is recorded: a start takes it out of the record, also one that failed.
std::optional<PlannedEnd> FleetSession::whyGone(const ServiceRow &row)
{
    std::optional<PlannedEnd> planned = plannedEnd(row.entry, m_stateDirectory);
    const bool isBrokenOff = !planned && isGoneByBrokenOff(row, m_stateDirectory) && learnBrokenOff(row, true);
    const bool wasRecorded = row.observed == ServiceState::Stopped && m_stopped.value(row.id);
    const bool hasFailed = row.observed == ServiceState::Unreachable && !row.actor.isEmpty();
    const bool isToCome = isBrokenOff || hasFailed || row.observed == ServiceState::Restarting;
    // Who was restarted ended as planned, too. One that this window has not seen answer may have answered another.
    if (!planned && !isToCome && row.failure.isEmpty()) {
        const LastAnswer last = row.report ? LastAnswer{{}, row.report->instanceId, row.report->pid.value_or(0)}
                                           : m_lastAnswers.latestOf(row.entry);
        const std::optional<KnownEnd> end = knownEnd(row.entry, last, row.report.has_value(), m_stateDirectory);
        if (end && end->wasPlanned)
            planned = PlannedEnd{};
    }
    if (planned || !(wasRecorded || isToCome))
        return planned;
    m_stopped.remove(row.id);
    return failedStart(row.entry, m_stateDirectory);
}

/// Who does not answer is asked seldom: what is done to it elsewhere is looked at now.
void FleetSession::seeActs(const QString &record)
{
    const auto [first, end] = m_byActs.equal_range(record);
    for (auto each = first; each != end; ++each) {
        const ServiceRow *const row = m_fleet.find(*each);
        if (row && !row->isCurrent())
            m_watch.polling().hurry(*each);
        learnAct(*each);
        if (!m_stopped.value(*each))
            m_stopped.remove(*each); // an act may have recorded something else
    }
}

void FleetSession::setOpened(ServiceId id)
{
    m_watch.setOpened(id);
    learnAct(id);
}

/// The receipt of what others did last, or this window. What failed of a stop or restart by others is told, once: that
/// they did not bring it up its row tells.
void FleetSession::learnAct(ServiceId id)
{
    const ServiceRow *const row = m_fleet.find(id);
    if (!row || row->observed == ServiceState::Foreign)
        return;
    learnBrokenOff(*row, !row->isCurrent());
    const ActRecord record = readActs(row->entry, m_stateDirectory);
    const bool isNothing = !record.last || (record.last->ok && record.last->steps.isEmpty()); // it ran already
    if (isNothing || !remember(*row, *record.last))
        return;
    const Receipt &last = *record.last;
    const auto ended = last.startedAt.addMSecs(qint64(last.total.count() * 1000));
    if (last.ok || last.action == FleetAction::Start || ended < localTime(m_since))
        return;
    const bool isKnown = record.latest && record.latest->action == last.action;
    const QString by = isKnown ? visibleText(record.latest->command, 80) : tr("somebody else");
    const bool isStop = last.action == FleetAction::Stop;
    const QString text = record.isCalledOff
        ? (isStop ? tr("the shutdown by %1: %2") : tr("the restart by %1: %2"))
        : (isStop ? tr("the shutdown by %1 failed: %2") : tr("the restart by %1 failed: %2"));
    tell({m_clock.wall(), id, row->entry.name, record.isCalledOff ? EventKind::Information : EventKind::Trouble,
          text.arg(by, translated(last.failure))});
}

/// Keeps it. False: it is known, or something was done since.
bool FleetSession::remember(const ServiceRow &row, const Receipt &receipt)
{
    if (!m_actions.remember(row.id, receipt))
        return false;
    const QString url = row.entry.url;
    if (m_history && m_recorded.value(url, find(url)) == row.id)
        m_history->store().record(receipt, url);
    return true;
}

/// Nobody recorded what an act came to whose process was killed. False: none was to bring the service up. Of one that
/// answers its receipt alone tells it.
bool FleetSession::learnBrokenOff(const ServiceRow &row, bool isGone)
{
    const std::optional<Receipt> broken = brokenOffAct(row.entry, m_stateDirectory);
    if (!broken)
        return false;
    if (remember(row, *broken) && isGone) {
        const QString text = broken->action == FleetAction::Restart ? tr("a restart was not brought to its end: %1")
            : broken->action == FleetAction::Start                  ? tr("a start was not brought to its end: %1")
                                                                    : tr("a shutdown was not brought to its end: %1");
        tell({m_clock.wall(),
              row.id,
              row.entry.name,
              EventKind::Trouble,
              text.arg(translated(broken->failure)),
              {},
              {},
              true, // an earlier window may have told it
              u"broken off "_s + broken->startedAt.toString(Qt::ISODateWithMs)});
    }
    return broken->action != FleetAction::Stop;
}

/// What keeps a host away is told once, whatever number of services it has.
void FleetSession::tellOfHosts(const QList<Arrival> &arrivals)
{
    for (const Arrival &arrival : arrivals) {
        const ServiceRow *const row = m_fleet.find(arrival.id);
        const QString host = row ? row->entry.host.name : QString();
        const bool isLost = arrival.answer.reply.error == ClientError::HostLost;
        if (host.isEmpty() || m_lostHosts.contains(host) == isLost)
            continue;
        if (isLost)
            m_lostHosts.insert(host);
        else
            m_lostHosts.remove(host);
        m_journal.append({m_clock.wall(), NoService, host, isLost ? EventKind::Trouble : EventKind::Recovery,
                          isLost ? translated(arrival.answer.reply.message) : tr("connected again")});
    }
}

void FleetSession::tell(const Event &event)
{
    if (event.isFirstLook && m_history)
        return m_history->publishIfNew(event);
    m_journal.append(event);
    if (m_history)
        m_history->record(event);
}

/// That it was seen to shut down and go is remembered over a restart of the window, until it answers again.
void FleetSession::rememberStopped(ServiceId id)
{
    const ServiceRow &row = *m_fleet.find(id);
    const bool isStopped = row.observed == ServiceState::Stopped;
    if ((!isStopped && !row.isCurrent()) || row.isClosing() || row.observed == ServiceState::Foreign)
        return; // what shuts down may be recorded already as one that is to stay stopped
    const auto known = m_stopped.constFind(id);
    if (known != m_stopped.cend() && *known == isStopped)
        return;
    if (recordStopped(row.entry, isStopped, m_stateDirectory))
        m_stopped.insert(id, isStopped);
}

/// For the commands, which do not watch.
void FleetSession::rememberAnswer(ServiceId id)
{
    const ServiceRow &row = *m_fleet.find(id);
    if (!row.isCurrent() || row.report->instanceId.isEmpty() || !row.report->owner.isEmpty()
        || m_watch.ownerOf(id) != &m_watch.polling() || m_learned.value(id) == row.report->instanceId)
        return;
    m_learned.insert(id, row.report->instanceId);
    m_lastAnswers.note(row.entry,
                       {row.report->service, row.report->instanceId, row.report->pid.value_or(0),
                        localTime(m_clock.wall()).toMSecsSinceEpoch()});
    if (!m_learnTimer.isActive())
        m_learnTimer.start(LearnFor);
}

void FleetSession::forgetAnswer(ServiceId id)
{
    const ServiceRow *const row = m_fleet.find(id);
    if (!row)
        return;
    m_learned.remove(id);
    m_lastAnswers.note(row->entry, {}); // an earlier window or a command may have learned it
    if (!m_learnTimer.isActive())
        m_learnTimer.start(LearnFor);
}

/// Nobody is told that it could not be kept: a command knows less then.
void FleetSession::saveAnswers()
{
    m_learnTimer.stop();
    m_lastAnswers.save();
}

void FleetSession::keepHistory(const QString &file, HistoryLimits limits)
{
    m_store = std::make_unique<HistoryStore>(file, limits, m_clock);
    m_watch.polling().setProcessOf([this](ServiceId id) {
        const ServiceRow *const row = m_fleet.find(id);
        return row && row->report && m_history->isLocal(id) ? row->report->pid.value_or(0) : 0;
    });
    m_history = std::make_unique<FleetHistory>(m_fleet, m_actions, m_journal, *m_store, m_stateDirectory, m_clock);
    m_earlierLatencies = std::make_unique<EarlierLatencies>(m_fleet, *m_store, m_clock);
    connect(&m_bulk, &BulkActions::happened, m_history.get(), &FleetHistory::record);
    connect(m_history.get(), &FleetHistory::pastKnown, this, [this] {
        for (const ServiceId id : m_fleet.ids())
            applyPast(id);
        applyHeld();
    });
    connect(m_history.get(), &FleetHistory::ended, this, [this](ServiceId id) {
        m_watch.polling().askAnew(id); // which publishes what came before: then that is over
        m_fleet.setProcessEnded(id);
    });
}

HistorySource *FleetSession::pastOf(ServiceId id) const
{
    if (m_prometheusPast && m_watch.ownerOf(id) == m_watch.prometheus())
        return m_prometheusPast.get();
    return m_store.get();
}

void FleetSession::connectPrometheus(const QList<PrometheusServer> &servers)
{
    PrometheusFeed &feed = m_watch.connectPrometheus(servers);
    m_prometheusPast = std::make_unique<PrometheusPast>(feed);
    connect(&feed, &PrometheusFeed::discovered, this,
            [this](const QList<FleetEntry> &entries) { addScraped(entries); });
    connect(&feed, &PrometheusFeed::warned, this, [this](const QString &warnings) {
        m_journal.append({m_clock.wall(), NoService, tr("Prometheus"), EventKind::Trouble,
                          tr("Its answer may be incomplete: %1").arg(warnings)});
    });
    connect(&feed, &PrometheusFeed::failed, this, [this](const QString &why) {
        m_journal.append({m_clock.wall(), NoService, tr("Prometheus"), EventKind::Trouble, translated(why)});
    });
}

void FleetSession::connectAlertmanagers(const QList<PrometheusServer> &servers)
{
    m_push.reset();
    m_alerts.reset();
    if (!servers.isEmpty()) {
        m_alerts = std::make_unique<ServiceAlerts>(m_fleet, servers, m_clock);
        connect(m_alerts.get(), &ServiceAlerts::happened, &m_journal, &EventJournal::append);
        if (m_watch.prometheus())
            m_alerts->setInstances([this](ServiceId id) { return m_watch.prometheus()->instanceOf(id); });
        pushAlerts(std::exchange(m_pushed, {}));
        if (m_isRunning)
            m_alerts->start();
    }
    Q_EMIT alertmanagersChanged();
}

void FleetSession::pushAlerts(const std::optional<PushedRules> &rules)
{
    m_pushed = rules;
    if (!rules || !m_alerts || m_actions.isReadOnly())
        return m_push.reset();
    if (!m_push) {
        m_push = std::make_unique<AlertPush>(
            m_fleet, m_alerts->feed(), [this](ServiceId id) { return m_watch.ownerOf(id) == &m_watch.polling(); },
            m_clock);
        connect(m_push.get(), &AlertPush::happened, &m_journal, &EventJournal::append);
        m_push->start();
    }
    m_push->setRules(*rules);
}

ServiceId FleetSession::add(const FleetEntry &entry)
{
    addAll({entry});
    return find(entry.url);
}

ServiceId FleetSession::find(const QString &url) const
{
    const auto rows = m_byUrl.constFind(url);
    return rows == m_byUrl.cend() ? NoService : rows->first();
}

QList<ServiceId> FleetSession::servicesOf(const QString &fleetFile) const
{
    QList<ServiceId> services = m_fleetFiles.keys(fleetFile);
    std::ranges::sort(services);
    return services;
}

/// The row that an entry of this file means; NoService: it has none yet.
ServiceId FleetSession::rowOf(const FleetEntry &entry, const QString &fleetFile) const
{
    const QList<ServiceId> rows = m_byUrl.value(entry.url);
    const auto own = std::ranges::find_if(rows, [&](ServiceId id) { return fleetFileOf(id) == fleetFile; });
    if (own != rows.end())
        return *own;
    const auto same =
        std::ranges::find_if(rows, [&](ServiceId id) { return !isOfOtherProject(m_fleet.find(id)->entry, entry); });
    return same == rows.end() ? NoService : *same;
}

void FleetSession::addAll(const QList<FleetEntry> &entries, const QString &fleetFile)
{
    insert(entries, fleetFile, m_watch.polling());
}

void FleetSession::addScraped(const QList<FleetEntry> &entries, const QString &fleetFile)
{
    insert(entries, fleetFile, *m_watch.prometheus());
}

/// Those that are new.
void FleetSession::insert(const QList<FleetEntry> &entries, const QString &fleetFile, ServiceFeed &feed)
{
    QList<FleetEntry> added;
    QHash<QString, QString> names; // by URL: one may be named twice
    for (const FleetEntry &entry : entries) {
        const bool isSecond = names.contains(entry.url);
        if (rowOf(entry, fleetFile) == NoService && !isSecond)
            added << entry;
        if (const QString first = names.value(entry.url, entry.name); first != entry.name)
            m_journal.append({m_clock.wall(), NoService, first, EventKind::Trouble,
                              tr("%1 and %2 are two names for one address, %3: it is watched once")
                                  .arg(first, entry.name, entry.url)});
        if (!isSecond)
            names.insert(entry.url, entry.name);
    }
    const QList<ServiceId> ids = m_fleet.addAll(added);
    for (qsizetype each = 0; each < ids.size(); ++each) {
        const FleetEntry &entry = added[each];
        m_byUrl[entry.url] << ids[each];
        if (&feed == &m_watch.polling())
            m_byActs.insert(recordOfActs(entry), ids[each]);
        if (!fleetFile.isEmpty()) {
            m_ownGroups.insert(ids[each], entry.group);
            m_fleetFiles.insert(ids[each], fleetFile);
        }
        watchForStale(ids[each]);
        m_watch.add(ids[each], entry, feed);
        applyPast(ids[each]);
        updateOwner(ids[each]);
    }
    if (!fleetFile.isEmpty())
        tellProjectsApart();
}

/// Two fleet files that name the same services are a project in two work trees: each is a group of its own. What no
/// file names has no part in it.
void FleetSession::tellProjectsApart()
{
    QHash<QString, QSet<QString>> filesOf; // by name of a service
    for (const auto [id, file] : m_fleetFiles.asKeyValueRange())
        filesOf[m_fleet.find(id)->entry.name].insert(file);
    QSet<QString> alike;
    for (const QSet<QString> &files : std::as_const(filesOf)) {
        if (files.size() > 1)
            alike.unite(files);
    }
    QHash<QString, QString> projects; // by file
    for (const QString &file : std::as_const(alike))
        projects.insert(file, projectOf(file));
    const FleetModel::Batch together(m_fleet);
    for (const auto [id, file] : m_fleetFiles.asKeyValueRange()) {
        const QString own = m_ownGroups.value(id);
        const QString project = projects.value(file);
        m_fleet.setGroup(id, project.isEmpty() || own.isEmpty() ? project + own : project + u": "_s + own);
    }
}

void FleetSession::rename(ServiceId id, const QString &name)
{
    m_fleet.rename(id, name);
    m_journal.rename(id, name);
    m_learned.remove(id); // that was under the other name
}

void FleetSession::setGroup(ServiceId id, const QString &group)
{
    if (fleetFileOf(id).isEmpty())
        m_fleet.setGroup(id, group);
}

QList<Problem> FleetSession::open(const QString &fleetFile)
{
    const bool isFileSd = QStringList{u"json"_s, u"yml"_s, u"yaml"_s}.contains(QFileInfo(fleetFile).suffix().toLower());
    const FleetReading reading = isFileSd ? readFileSd(fleetFile) : readFleet(fleetFile);
    if (!reading.ok())
        return reading.problems;
    // Of file_sd an empty list is what its writer says while there is none.
    if (!isFileSd && reading.fleet.services.isEmpty() && reading.fleet.loneHosts().isEmpty())
        return {Problem{fleetFile, tr("names no service")}};
    removeUnnamed(reading.fleet);
    applyAgain(reading.fleet);
    addAll(reading.fleet.services, reading.fleet.path);
    addHosts(reading.fleet);
    runHooks(reading.fleet);
    m_fileWatch.watch(reading.fleet.path, reading.content);
    return reading.problems;
}

void FleetSession::removeUnnamed(const Fleet &fleet)
{
    QSet<QString> named;
    for (const FleetEntry &entry : fleet.services)
        named.insert(entry.url);
    const QList<RemoteHost> whole = fleet.loneHosts(); // what these have their own files say
    m_loneHosts.removeIf(
        [&](const LoneHost &lone) { return lone.fleetFile == fleet.path && !whole.contains(lone.host); });
    QList<ServiceId> gone;
    for (const ServiceId id : servicesOf(fleet.path)) {
        const FleetEntry &entry = m_fleet.find(id)->entry;
        if (named.contains(entry.url) || whole.contains(entry.host) || m_actions.isRunning(id))
            continue;
        gone << id;
        m_journal.append({m_clock.wall(), NoService, entry.name, EventKind::Information,
                          tr("is not watched any more: %1 does not name it").arg(fleet.path)});
    }
    removeAll(gone);
}

/// To services that it has named before, perhaps: how one is started may have changed.
void FleetSession::applyAgain(const Fleet &fleet)
{
    const FleetModel::Batch together(m_fleet);
    QSet<QString> renamed; // of two names for one address the first counts
    for (const FleetEntry &entry : fleet.services) {
        if (const ServiceId known = rowOf(entry, fleet.path); known != NoService) {
            const FleetEntry &before = m_fleet.find(known)->entry;
            if (before.restart != entry.restart || before.name != entry.name)
                m_fleet.setKnown(known, {}, true); // it may be renamed with that
            const QString own = fleetFileOf(known);
            if (own == fleet.path && !renamed.contains(entry.url)) {
                m_fleet.setEntry(known, entry);
                m_ownGroups.insert(known, entry.group);
                rename(known, entry.name); // its history goes by the address
            } else {
                m_fleet.setRestart(known, entry.restart);
                m_fleet.setBuild(known, entry.build);
            }
            m_restartFiles.insert(known, fleet.path);
            if (own.isEmpty() && !renamed.contains(entry.url))
                Q_EMIT describedByFile(known, fleet.path, entry);
            renamed.insert(entry.url);
            m_watch.setEntry(known, m_fleet.find(known)->entry);
            watchForStale(known);
        }
    }
    tellProjectsApart();
}

void FleetSession::addHosts(const Fleet &fleet)
{
    for (const RemoteHost &host : fleet.loneHosts()) {
        m_loneHosts.removeIf([&](const LoneHost &lone) { return lone.host == host && lone.fleetFile == fleet.path; });
        m_loneHosts << LoneHost{host, fleet.path};
    }
    if (m_hostTimer.isActive())
        askLoneHosts();
}

QStringList FleetSession::unknownHosts() const
{
    QStringList names;
    for (const LoneHost &lone : m_loneHosts) {
        if (!lone.told.isEmpty() && !names.contains(lone.host.name))
            names << lone.host.name;
    }
    return names;
}

QStringList FleetSession::lostHosts() const
{
    QMap<QString, QString> why;
    if (m_fleet.totals().cutOff == 0)
        return {};
    for (int line = 0; line < m_fleet.rowCount(); ++line) {
        const ServiceRow &row = m_fleet.row(line);
        if (row.reply.error == ClientError::HostLost)
            why.insert(row.entry.host.name, translated(row.reply.message));
    }
    return why.values();
}

void FleetSession::removeHost(const QString &name)
{
    m_lostHosts.remove(name);
    m_loneHosts.removeIf([&](const LoneHost &lone) { return lone.host.name == name && lone.fleetFile.isEmpty(); });
    QList<ServiceId> services = m_fleet.ids();
    services.removeIf(
        [&](ServiceId id) { return m_fleet.find(id)->entry.host.name != name || !fleetFileOf(id).isEmpty(); });
    removeAll(services);
}

void FleetSession::askLoneHosts()
{
    QList<LoneHost> asked; // an answer may come at once
    for (LoneHost &lone : m_loneHosts) {
        if (!std::exchange(lone.isAsked, true))
            asked << lone;
    }
    for (const LoneHost &lone : std::as_const(asked))
        readFleetOfHost(lone.host, this, [this, lone](const Result<Fleet> &there) { addFleetOf(lone, there); });
}

void FleetSession::addFleetOf(const LoneHost &asked, const Result<Fleet> &there)
{
    const auto lone = std::ranges::find_if(m_loneHosts, [&](const LoneHost &each) {
        return each.host == asked.host && each.fleetFile == asked.fleetFile;
    });
    if (lone == m_loneHosts.end())
        return;
    lone->isAsked = false;
    if (!there) {
        const QString why = there.problem().what;
        if (std::exchange(lone->told, why) != why)
            m_journal.append({m_clock.wall(), NoService, asked.host.name, EventKind::Trouble,
                              tr("%1; its services are not known").arg(translated(why))});
        return;
    }
    m_loneHosts.erase(lone);
    Fleet known;
    for (const ServiceId id : m_fleet.ids())
        known.services << m_fleet.find(id)->entry;
    known.services.removeIf([&](const FleetEntry &entry) { return entry.host == asked.host; });
    addAll(known.addFleetOf(asked.host, there->services), asked.fleetFile);
}

bool FleetSession::isTrusted(ServiceId id)
{
    const ServiceRow *const row = m_fleet.find(id);
    return !row || m_trust.isTrusted(restartFileOf(id), row->entry);
}

bool FleetSession::isTokenTrusted(ServiceId id)
{
    const ServiceRow *const row = m_fleet.find(id);
    return !row || m_trust.isTokenTrusted(row->entry);
}

void FleetSession::trustToken(ServiceId id)
{
    const ServiceRow *const row = m_fleet.find(id);
    if (!row)
        return;
    if (const auto problem = m_trust.trustToken(row->entry))
        m_journal.append({m_clock.wall(), id, row->entry.name, EventKind::Trouble, translated(problem->text())});
    m_watch.polling().hurry(id);
}

void FleetSession::trust(ServiceId id)
{
    const ServiceRow *const row = m_fleet.find(id);
    if (!row || (isTrusted(id) && isTokenTrusted(id)))
        return;
    if (const auto problem = m_trust.trust(restartFileOf(id), {row->entry}))
        m_journal.append({m_clock.wall(), id, row->entry.name, EventKind::Trouble, translated(problem->text())});
    watchForStale(id);
}

/// Nothing is run because a file was opened: `restart_on_stale` counts once the user has agreed to what it would run.
void FleetSession::watchForStale(ServiceId id)
{
    FleetEntry entry = m_fleet.find(id)->entry;
    const bool isTrusted = !entry.restartOnStale || this->isTrusted(id);
    if (isTrusted)
        m_untrusted.remove(id);
    else
        m_untrusted.insert(id);
    entry.restartOnStale = entry.restartOnStale && isTrusted;
    m_stale.add(id, entry, fleetFileOf(id));
}

void FleetSession::tellUntrusted(ServiceId id)
{
    if (!m_untrusted.contains(id))
        return;
    const ServiceRow &row = *m_fleet.find(id);
    if (!row.isCurrent() || !row.report->code || row.report->code->verdict != CodeVerdict::Stale)
        return;
    m_untrusted.remove(id);
    m_journal.append({m_clock.wall(), id, row.entry.name, EventKind::Trouble,
                      tr("runs old code, and is not restarted by itself: you have not run it from %1 yet. Restart it, "
                         "or run hephaestus trust %1")
                          .arg(restartFileOf(id))});
}

void FleetSession::removeAll(const QList<ServiceId> &services)
{
    bool wereOfFiles = false;
    for (const ServiceId id : services)
        wereOfFiles |= forget(id);
    m_fleet.removeAll(services);
    if (wereOfFiles)
        tellProjectsApart();
}

/// All but its row. True if a fleet file named it.
bool FleetSession::forget(ServiceId id)
{
    m_untrusted.remove(id);
    m_stopped.remove(id);
    m_holders.forget(id);
    m_ownGroups.remove(id);
    m_restartFiles.remove(id);
    m_watch.remove(id);
    m_stale.remove(id);
    if (const ServiceRow *const row = m_fleet.find(id)) {
        const QString url = row->entry.url;
        if (!m_byActs.isEmpty())
            m_byActs.remove(recordOfActs(row->entry), id);
        QList<ServiceId> &rows = m_byUrl[url];
        rows.removeOne(id);
        const bool wasRecorded = m_recorded.value(url, id) == id;
        if (wasRecorded)
            m_recorded.remove(url);
        if (rows.isEmpty() && m_history)
            m_history->forgetPast(url);
        forgetAnswer(id);
        if (rows.isEmpty())
            m_byUrl.remove(url);
        else if (wasRecorded)
            updateOwner(rows.first());
        for (const auto &[file, hooks] : m_hooks)
            hooks->forget(url);
    }
    if (m_history)
        m_history->forget(id);
    return m_fleetFiles.remove(id);
}

/// What a Prometheus server reports on is not kept here: it keeps that itself.
void FleetSession::updateOwner(ServiceId id)
{
    if (!m_history)
        return;
    const QString url = m_fleet.find(id)->entry.url;
    const bool isAnothers = m_recorded.value(url, find(url)) != id;
    if (m_watch.ownerOf(id) == &m_watch.polling() && !isAnothers)
        m_history->forget(id);
    else
        m_history->leaveOut(id);
}

/// An address with several rows has one history: that of the project whose service answers there.
void FleetSession::chooseRecorded(ServiceId id)
{
    const ServiceRow &row = *m_fleet.find(id);
    if (!row.isCurrent() || row.observed == ServiceState::Foreign)
        return;
    const QString &url = row.entry.url;
    const QList<ServiceId> rows = m_byUrl.value(url);
    if (rows.size() < 2 || m_recorded.value(url, rows.first()) == id)
        return;
    m_recorded.insert(url, id);
    for (const ServiceId each : rows)
        updateOwner(each);
}

void FleetSession::restartStale(ServiceId id)
{
    if (!isTrusted(id)) // the state directory has forgotten it meanwhile
        return watchForStale(id);
    if (!m_actions.whyNot(id, ServiceAction::Restart).isEmpty())
        return;
    m_journal.append({m_clock.wall(), id, m_fleet.find(id)->entry.name, EventKind::Action,
                      tr("runs old code and is idle: restarted by itself, as its fleet entry says")});
    m_actions.perform(id, ServiceAction::Restart);
}

void FleetSession::start()
{
    m_isRunning = true;
    m_slept = m_clock.sinceBoot() - m_clock.now();
    if (m_history && !m_history->isPastKnown())
        m_pastTimer.start(LongestPast);
    m_acts.start(m_stateDirectory); // without it, such a service is asked now and then
    m_watch.start();
    if (m_alerts)
        m_alerts->start();
    m_ageTimer.start(1s);
    m_hookTimer.start(1s);
    m_hostTimer.start(AskHostsEvery);
    askLoneHosts();
    m_outputTimer.start(BoundOutputsEvery);
}

void FleetSession::stop()
{
    m_isRunning = false;
    m_watch.stop();
    if (m_alerts)
        m_alerts->stop();
    m_ageTimer.stop();
    m_hookTimer.stop();
    m_hostTimer.stop();
    m_outputTimer.stop();
    saveAnswers();
}

void FleetSession::runHooks(const Fleet &fleet)
{
    if (const auto known = m_hooks.find(fleet.path); known != m_hooks.end()) {
        known->second->setFleet(fleet);
        return Q_EMIT hooksChanged();
    }
    if (fleet.hooks.isEmpty())
        return;
    auto runner = std::make_unique<HookRunner>(fleet, m_stateDirectory, m_clock);
    runner->setWords({hookTitle, translated});
    connect(runner.get(), &HookRunner::told, this, [this](const Notification &notification) {
        tellOfHook(notification.hook, EventKind::Action, tr("tells: %1").arg(notification.title));
    });
    connect(runner.get(), &HookRunner::failed, this,
            [this](const QString &sentence) { tellOfHook({}, EventKind::Trouble, translated(sentence)); });
    m_hooks.emplace(fleet.path, std::move(runner));
    Q_EMIT hooksChanged();
}

void FleetSession::tellOfHook(const QString &hook, EventKind kind, const QString &text)
{
    m_journal.append({m_clock.wall(), NoService, hook.isEmpty() ? tr("Hooks") : tr("Hook %1").arg(hook), kind, text});
}

void FleetSession::showToHooks(ServiceId id)
{
    const ServiceRow *const row = m_hooks.empty() ? nullptr : m_fleet.find(id);
    if (!row)
        return;
    const HookRunner::Look look{
        .state = row->state(), .message = stateReason(*row), .report = row->isCurrent() ? &*row->report : nullptr};
    for (const auto &[file, hooks] : m_hooks)
        hooks->observe(row->entry.url, look);
}

void FleetSession::checkHooks()
{
    if (m_actions.isReadOnly())
        return;
    for (const auto &[file, hooks] : m_hooks)
        hooks->check();
}

QList<Fleet> FleetSession::hookedFleets() const
{
    QList<Fleet> fleets;
    for (const auto &[file, hooks] : m_hooks) {
        if (!hooks->fleet().hooks.isEmpty())
            fleets << hooks->fleet();
    }
    return fleets;
}

void FleetSession::testHook(const QString &fleetFile, const FleetHook &hook)
{
    if (const auto problem = m_trust.trust(fleetFile, {}, {hook}))
        tellOfHook(hook.name, EventKind::Trouble, translated(problem->text()));
    auto *const sender = new NotificationSender(this);
    auto failure = std::make_shared<QString>();
    connect(sender, &NotificationSender::failed, this, [failure](const QString &why) { *failure = translated(why); });
    connect(sender, &NotificationSender::ended, this, [this, sender, failure, fleetFile, name = hook.name] {
        sender->deleteLater();
        Q_EMIT hookTested(fleetFile, name, *failure);
    });
    sender->send(hook.target, testNotification(hook, fleetFile));
}

/// Of what was started from here, now or earlier: such a program writes to its file as long as it runs.
void FleetSession::boundOutputs()
{
    for (const ServiceId id : m_fleet.ids()) {
        const FleetEntry &entry = m_fleet.find(id)->entry;
        if (commandToStart(entry))
            boundOutput(logFileOf(outputNameOf(entry), m_stateDirectory));
    }
}

} // namespace Hephaestus
