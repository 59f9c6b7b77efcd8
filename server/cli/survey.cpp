// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/survey.h"

#include "common/base/duration.h"
#include "common/base/homedirectory.h"
#include "common/base/post.h"
#include "common/base/printable.h"
#include "common/client/dialectclient.h"
#include "common/fleet/actlock.h"
#include "common/fleet/addressholder.h"
#include "common/fleet/foreignservice.h"
#include "common/fleet/knownname.h"
#include "common/fleet/knownprotocol.h"
#include "common/fleet/plannedend.h"
#include "common/fleet/prometheusgroup.h"
#include "common/fleet/servicestate.h"
#include "server/cli/table.h"
#include "server/cli/terminal.h"

#include <QDeadlineTimer>
#include <QEventLoop>
#include <QTimer>

#include <algorithm>
#include <memory>
#include <tuple>
#include <vector>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype AtOnce = 128;
constexpr qsizetype MostAtOnce =
    768; ///< where time is short: nobody waits for another's silence; descriptors end at 1,024
constexpr std::chrono::milliseconds BetweenLooks{100};

struct Look
{
    const char16_t *shape;
    Paint paint;
};

Look lookOf(ServiceState state)
{
    switch (state) {
    case ServiceState::Healthy: return {u"●", Paint::Good};
    case ServiceState::DependencyError: return {u"▲", Paint::Bad};
    case ServiceState::ShuttingDown: return {u"◐", Paint::Busy};
    case ServiceState::Unauthorized:
    case ServiceState::NotUnderstood: return {u"⚷", Paint::Locked};
    case ServiceState::Foreign: return {u"⊘", Paint::Locked};
    case ServiceState::Starting: return {u"◔", Paint::Busy};
    case ServiceState::Reachable: return {u"○", Paint::None};
    case ServiceState::Unknown:
    case ServiceState::Restarting:
    case ServiceState::Stopped: return {u"◌", Paint::Faint};
    case ServiceState::Unreachable: return {u"✕", Paint::Bad};
    }
    Q_UNREACHABLE();
}

/// `database ok, qdrant error: connection refused`; those not used are left out.
QString dependencyText(const HealthReport &report)
{
    QStringList parts;
    for (const DependencyReport &dependency : report.dependencies) {
        if (dependency.status == DependencyStatus::Working)
            parts << printable(dependency.name) + u" ok"_s;
        else if (dependency.status == DependencyStatus::Error)
            parts << printable(dependency.name)
                    + (dependency.error.isEmpty() ? u" error"_s : u" error: "_s + printable(dependency.error));
        else if (dependency.status == DependencyStatus::Unknown)
            parts << printable(dependency.name) + u' ' + printable(dependency.error);
    }
    return parts.isEmpty() ? u"—"_s : parts.join(u", "_s);
}

QString phaseText(const QString &phase)
{
    return phase == "notice"_L1 ? u"shutdown scheduled"_s : printable(QString(phase).replace(u'_', u' '));
}

Row rowOf(const ServiceSnapshot &snapshot)
{
    Row row{stateCell(snapshot.state),
            {printable(snapshot.name)},
            {u"—"_s},
            {u"—"_s},
            {u"—"_s, Paint::None, true},
            {printable(snapshot.isHostLost ? noConnection(snapshot) : snapshot.message), Paint::Faint}};
    if (!snapshot.report)
        return row;
    const HealthReport &report = *snapshot.report;
    if (snapshot.state == ServiceState::Foreign) // nothing of what it says is of the entry
        return row;
    row[2] = codeCell(report);
    row[3] = {report.version.isEmpty() ? u"—"_s : printable(report.version.left(40))};
    row[4] = uptimeCell(report);
    row[5] = {dependencyText(report), snapshot.state == ServiceState::DependencyError ? Paint::Bad : Paint::None};
    if (const QString trouble = programTrouble(report); !trouble.isEmpty())
        row[5].text.prepend(printable(trouble) + u"; "_s);
    if (report.shutdown && !report.shutdown->phase.isEmpty())
        row[5].text.prepend(phaseText(report.shutdown->phase) + u"; "_s);
    return row;
}

/// Asks all services by `ask(client, callback)`, each by a Client of its own; runs an event loop until all have
/// answered, or for `atMost`.
template <typename Client, typename T, typename Ask>
QList<Answer<T>> askAll(const QList<FleetEntry> &entries, Ask ask, std::optional<std::chrono::milliseconds> atMost = {})
{
    Answer<T> none;
    if (atMost)
        none.reply = {ClientError::Timeout, u"it did not answer within %1"_s.arg(formatDuration(*atMost)), 0, {}, {}};
    QList<Answer<T>> answers(entries.size(), none);
    std::vector<std::unique_ptr<Client>> clients(size_t(entries.size()));
    qsizetype next = 0;
    qsizetype open = entries.size();
    QEventLoop loop;
    std::function<void()> askNext;
    const auto answered = [&](qsizetype index, const Answer<T> &answer) {
        answers[index] = answer;
        clients[size_t(index)].release()->deleteLater(); // it is calling us
        if (--open == 0)
            loop.quit();
        askNext();
    };
    askNext = [&] {
        if (next >= entries.size())
            return;
        const qsizetype index = next++;
        const Result<ServiceTarget> target = targetOf(entries[index]);
        clients[size_t(index)] = std::make_unique<Client>(target ? *target : ServiceTarget{});
        if (target)
            return ask(*clients[size_t(index)], [&, index](const Answer<T> &answer) { answered(index, answer); });
        const Answer<T> noToken{{}, {ClientError::Unauthorized, target.problem().text(), 0, {}, {}}};
        post(clients[size_t(index)].get(), [&, index, noToken] { answered(index, noToken); });
    };
    for (qsizetype i = 0; i < (atMost ? MostAtOnce : AtOnce); ++i)
        askNext();
    if (atMost)
        QTimer::singleShot(*atMost, &loop, &QEventLoop::quit);
    if (open > 0)
        loop.exec();
    return answers; // clients that still wait are destroyed, and call nobody
}

/// Who holds addresses of this machine; looked at when it is first asked for.
class Holders
{
public:
    std::optional<AddressHolder> of(const FleetEntry &entry)
    {
        if (!m_all)
            m_all = portHolders();
        return addressHolderOf(entry, earlierProcessOf(entry, {}), *m_all);
    }

private:
    std::optional<QList<PortHolder>> m_all;
};

/// That nobody misses it, by the acts on it. False: those say nothing.
bool tellPlanned(const FleetEntry &entry, ServiceSnapshot &snapshot)
{
    const std::optional<PlannedEnd> planned = plannedEnd(entry, {});
    if (!planned)
        return false;
    snapshot.state = planned->state;
    snapshot.message =
        planned->state == ServiceState::Stopped ? u"it was stopped on purpose"_s : u"by "_s + planned->by;
    return true;
}

/// Of one that nobody listens for: how its process ended, unless an act was to bring it up.
void tellEnd(const FleetEntry &entry, LastAnswers &answers, ServiceSnapshot &snapshot)
{
    const LastAnswer last = answers.latestOf(entry);
    const std::optional<KnownEnd> end =
        failedStart(entry, {}).by.isEmpty() ? knownEnd(entry, last, answers.hasSeen(entry, last), {}) : std::nullopt;
    if (!end)
        return;
    if (end->wasPlanned)
        snapshot.state = ServiceState::Stopped;
    snapshot.message = end->wasPlanned ? end->text : snapshot.message + u"; "_s + end->text;
}

/// What is known from elsewhere of one that does not answer, or not as itself: why that is, and who has its address.
/// Its isReplaced may be known.
void explain(const FleetEntry &entry, const Answer<HealthReport> &answer, Holders &holders, LastAnswers &answers,
             ServiceSnapshot &snapshot)
{
    if (snapshot.state == ServiceState::ShuttingDown) { // it may be to come back
        const std::optional<PlannedEnd> planned = plannedEnd(entry, {});
        if (planned && planned->state == ServiceState::Restarting)
            snapshot.state = planned->state;
    }
    if (snapshot.state == ServiceState::Reachable) {
        snapshot.report.reset();
        snapshot.message = u"a page answers, which says nothing of health"_s;
    }
    if (snapshot.isGone) {
        if (!tellPlanned(entry, snapshot))
            tellEnd(entry, answers, snapshot);
        return;
    }
    if (!mayBeStranger(answer.reply.error))
        return;
    const std::optional<AddressHolder> holder = holders.of(entry);
    snapshot.isReplaced = snapshot.isReplaced || (holder && holder->isStranger);
    if (snapshot.isReplaced) {
        snapshot.state = ServiceState::Unreachable;
        tellPlanned(entry, snapshot);
    }
    if (holder && (snapshot.isReplaced || isNotUnderstood(answer.reply.error)))
        snapshot.message +=
            (snapshot.isReplaced ? u"; its address is taken by "_s : u"; its address is held by "_s) + holder->text;
}

/// What a window learned of that entry; of an address that the user named just now, what is there is meant.
KnownName knownNameOf(const FleetEntry &entry, LastAnswers &answers)
{
    const LastAnswer last = entry.fleetFile.isEmpty() ? LastAnswer() : answers.of(entry);
    return {last.service, last.pid};
}

/// Under the name that a window has learned: nobody could accept another one here.
void learn(const FleetEntry &entry, const HealthReport &report, LastAnswers &answers)
{
    if (stateOf(report) != ServiceState::ShuttingDown)
        recordStopped(entry, false, {}); // a window that is closed now may have seen it stop
    if (report.instanceId.isEmpty())
        return;
    LastAnswer last = answers.of(entry);
    last.instance = report.instanceId;
    last.pid = report.pid.value_or(0);
    last.at = QDateTime::currentMSecsSinceEpoch();
    answers.note(entry, last);
}

/// Of a service that may be the one that is meant.
Answer<HealthReport> withWayOut(Answer<HealthReport> answer, const FleetEntry &entry)
{
    if (!entry.fleetFile.isEmpty())
        answer.reply.message += u"; if that is meant, name the entry so in %1, or accept it in the dashboard"_s.arg(
            printable(homeRelative(entry.fleetFile)));
    return answer;
}

QList<ServiceSnapshot> snapshotsOf(const QList<FleetEntry> &entries, SurveyMemory &memory,
                                   QList<Answer<HealthReport>> answers)
{
    QList<ServiceSnapshot> snapshots;
    ForeignServices foreign;
    Holders holders;
    for (qsizetype i = 0; i < entries.size(); ++i) {
        auto &answer = answers[i];
        if (answer.value && answer.value->isPage && tellsHealth(entries[i], {}))
            answer = refusedPage(answer);
        if (answer.value) {
            memory.environments.addTo(*answer.value, entries[i]);
            foreign.addTo(*answer.value, entries[i]);
            if (!answer.value->owner.isEmpty())
                answer.reply.message = u"held by "_s + answer.value->owner;
        }
        const bool isAsked = answer.value && answer.value->owner.isEmpty();
        const QString stranger =
            isAsked ? strangerAs(entries[i], *answer.value, knownNameOf(entries[i], memory.answers), {}) : QString();
        if (!stranger.isEmpty())
            answer = withWayOut(refusedStranger(answer, stranger), entries[i]);
        else if (isAsked)
            learn(entries[i], *answer.value, memory.answers);
        snapshots << ServiceSnapshot{entries[i].name,      entries[i].url, stateOf(answer),     answer.reply.message,
                                     answer.reply.latency, answer.value,   entries[i].host.name};
        snapshots.last().isHostLost = answer.reply.error == ClientError::HostLost;
        snapshots.last().isGone =
            answer.reply.error == ClientError::Refused || answer.reply.error == ClientError::Disconnected;
        snapshots.last().isReplaced = !stranger.isEmpty();
        explain(entries[i], answer, holders, memory.answers, snapshots.last());
    }
    memory.answers.save(); // without it, others know less
    return snapshots;
}

} // namespace

QList<ServiceSnapshot> survey(const QList<FleetEntry> &entries, SurveyMemory &memory,
                              std::optional<std::chrono::milliseconds> atMost)
{
    const auto ask = [](DialectClient &client, const auto &done) { client.askStatus(done); };
    return snapshotsOf(entries, memory, askAll<DialectClient, HealthReport>(entries, ask, atMost));
}

QList<ServiceSnapshot> surveyAnew(const QList<FleetEntry> &entries, SurveyMemory &memory,
                                  std::optional<std::chrono::milliseconds> atMost)
{
    const auto ask = [](DialectClient &client, const auto &done) { client.askStatusAnew(done); };
    return snapshotsOf(entries, memory, askAll<DialectClient, HealthReport>(entries, ask, atMost));
}

void pause(std::chrono::milliseconds time)
{
    QEventLoop loop;
    QTimer::singleShot(time, &loop, &QEventLoop::quit);
    loop.exec();
}

void pauseBeforeNextLook(const QDeadlineTimer &deadline)
{
    pause(std::chrono::milliseconds(std::min<qint64>(BetweenLooks.count(), deadline.remainingTime())));
}

QList<Answer<LogPage>> surveyLogs(const QList<FleetEntry> &entries, const LogQuery &query)
{
    return askAll<ServiceClient, LogPage>(
        entries, [&query](ServiceClient &client, const auto &done) { client.logs(query, done); });
}

StaleSurvey staleAmong(const QList<FleetEntry> &entries)
{
    SurveyMemory memory;
    const QList<ServiceSnapshot> snapshots = surveyAnew(entries, memory);
    StaleSurvey found;
    for (qsizetype i = 0; i < entries.size(); ++i) {
        const bool isFresh = snapshots[i].report && snapshots[i].report->code
            && snapshots[i].report->code->verdict == CodeVerdict::Fresh;
        if (isStale(snapshots[i]))
            found.stale << entries[i];
        else if (!isFresh)
            found.unknown << entries[i].name;
    }
    return found;
}

QList<Answer<QList<CodeFile>>> surveyCode(const QList<FleetEntry> &entries, const QByteArrayList &paths)
{
    return askAll<ServiceClient, QList<CodeFile>>(
        entries, [&paths](ServiceClient &client, const auto &done) { client.askCode(paths, done); });
}

Result<QList<ServiceSnapshot>> surveyOf(PrometheusGroup &server, const QStringList &names)
{
    QEventLoop loop;
    QList<ServiceSnapshot> snapshots;
    Problem problem;
    server.ask([&](const Result<QList<PrometheusFleet::Member>> &members) {
        loop.quit();
        if (!members) {
            problem = members.problem();
            return;
        }
        for (const PrometheusFleet::Member &member : *members) {
            const Answer<HealthReport> &answer = member.answer;
            if (names.isEmpty() || names.contains(member.entry.name) || names.contains(member.entry.url))
                snapshots << ServiceSnapshot{member.entry.name,    member.entry.url,     stateOf(answer),
                                             answer.reply.message, answer.reply.latency, answer.value};
        }
    });
    loop.exec();
    if (!problem.what.isEmpty())
        return problem;
    if (snapshots.isEmpty())
        return Problem{{},
                       names.isEmpty() ? u"Prometheus scrapes no service of Hephaestus"_s
                                       : u"Prometheus scrapes no service called %1"_s.arg(names.join(u", "_s))};
    std::ranges::sort(snapshots, {}, [](const ServiceSnapshot &one) { return std::tie(one.name, one.url); });
    return snapshots;
}

bool isHealthy(const ServiceSnapshot &snapshot) { return snapshot.state == ServiceState::Healthy; }

bool isStale(const ServiceSnapshot &snapshot)
{
    return snapshot.report && snapshot.report->code && snapshot.report->code->verdict == CodeVerdict::Stale;
}

Cell stateCell(ServiceState state)
{
    const Look look = lookOf(state);
    return {QString::fromUtf16(look.shape) + u' ' + wireName(state).replace(u'_', u' '), look.paint};
}

Cell codeCell(const HealthReport &report)
{
    if (report.code && report.code->verdict == CodeVerdict::Stale)
        return {u"◆ stale"_s, Paint::Stale};
    return {report.code && report.code->verdict == CodeVerdict::Fresh ? u"fresh"_s : u"—"_s};
}

Cell uptimeCell(const HealthReport &report)
{
    return {tellsUptime(report) ? formatDuration(report.uptime) : u"—"_s, Paint::None, true};
}

QString noConnection(const ServiceSnapshot &snapshot) { return u"no connection to "_s + snapshot.host; }

QString statusTable(const QList<ServiceSnapshot> &snapshots, const Terminal &terminal)
{
    QList<Row> rows{headings({u"STATE"_s, u"SERVICE"_s, u"CODE"_s, u"VERSION"_s, u"UP"_s, u"DEPENDENCIES"_s})};
    for (const ServiceSnapshot &snapshot : snapshots)
        rows << rowOf(snapshot);
    QStringList lost; // each host once
    for (const ServiceSnapshot &snapshot : snapshots) {
        if (snapshot.isHostLost && !lost.contains(snapshot.message))
            lost << snapshot.message;
    }
    QString text = tableText(rows, terminal);
    for (const QString &trouble : lost)
        text += terminal.painted(printable(trouble), Paint::Bad) + u'\n';
    return text;
}

} // namespace Hephaestus
