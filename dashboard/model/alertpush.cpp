// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/alertpush.h"

#include "common/base/localtime.h"
#include "common/fleet/scrapetargets.h"

#include <QPointer>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype MostPushed = 1000; ///< of one request, which is about half a megabyte then

/// The name of the alert and how severe it is.
std::pair<QString, QString> nameOf(ServiceState state)
{
    switch (state) {
    case ServiceState::DependencyError: return {u"DependencyFailing"_s, u"warning"_s};
    case ServiceState::Unauthorized:
    case ServiceState::NotUnderstood: return {u"ServiceNotUnderstood"_s, u"warning"_s};
    default: return {u"ServiceDown"_s, u"critical"_s};
    }
}

QString nameOf(AlertRule::Measure measure)
{
    switch (measure) {
    case AlertRule::Measure::Latency: return u"SlowAnswers"_s;
    case AlertRule::Measure::Memory: return u"MuchMemory"_s;
    case AlertRule::Measure::Errors: return u"DependencyErrors"_s;
    case AlertRule::Measure::Stale: return u"RunsOldCode"_s;
    }
    Q_UNREACHABLE();
}

LabelSet labelsOf(const ServiceRow &row, const QString &name, const QString &severity)
{
    LabelSet labels{{u"alertname"_s, name},
                    {u"severity"_s, severity},
                    {u"job"_s, u"hephaestus"_s},
                    {u"instance"_s, instanceLabelOf(row.entry)},
                    {u"service"_s, row.entry.name}};
    if (!row.entry.group.isEmpty())
        labels.insert(u"fleet_group"_s, row.entry.group);
    return labels;
}

/// All of them in one text.
QString pushKey(const LabelSet &labels)
{
    QStringList words;
    for (auto label = labels.begin(); label != labels.end(); ++label)
        words << label.key() << label.value();
    return words.join(QChar::Null);
}

bool isOver(ServiceState state)
{
    return state == ServiceState::Healthy || state == ServiceState::Stopped || state == ServiceState::Foreign;
}

} // namespace

AlertPush::AlertPush(const FleetModel &fleet, AlertmanagerFeed &feed, const IsOurs &isOurs, const Clock &clock,
                     QObject *parent)
    : QObject(parent)
    , m_fleet(fleet)
    , m_feed(feed)
    , m_isOurs(isOurs)
    , m_clock(clock)
{
    connect(&m_timer, &QTimer::timeout, this, &AlertPush::check);
}

void AlertPush::setRules(const PushedRules &rules)
{
    if (m_pushed.rules != rules.rules)
        m_broken = QList<QHash<ServiceId, Clock::TimePoint>>(rules.rules.size());
    m_pushed = rules;
}

void AlertPush::check()
{
    followStates();
    followRules();
    follow(firing());
    send();
}

/// What is being restarted has not recovered yet, and what is not known has not either.
void AlertPush::followStates()
{
    m_states.removeIf([this](const auto &each) { return !m_fleet.find(each.key()) || !m_isOurs(each.key()); });
    for (int line = 0; line < m_fleet.rowCount(); ++line) {
        const ServiceRow &row = m_fleet.row(line);
        if (isOver(row.state()) || !isTrouble(row.state())) {
            if (isOver(row.state()))
                m_states.remove(row.id);
            continue;
        }
        if (row.reply.error == ClientError::NotAsked && !row.isCurrent())
            continue; // how it is, nobody knows
        const bool hasLasted = row.figures.since && m_clock.wall() - *row.figures.since >= m_pushed.delay;
        if (!hasLasted || !m_isOurs(row.id))
            continue;
        const auto [name, severity] = nameOf(row.state());
        const QString reason = stateReason(row);
        m_states[row.id] = {
            labelsOf(row, name, severity),
            {{u"summary"_s,
              row.entry.name + u": "_s + stateText(row) + (reason.isEmpty() ? reason : u": "_s + reason)}},
            localTime(*row.figures.since).toUTC(),
            {}};
    }
}

/// What is not known breaks no rule, and ends no alert.
void AlertPush::followRules()
{
    for (qsizetype each = 0; each < m_broken.size(); ++each) {
        const AlertRule &rule = m_pushed.rules[each];
        QHash<ServiceId, Clock::TimePoint> &broken = m_broken[each];
        broken.removeIf([this](const auto &one) { return !m_fleet.find(one.key()) || !m_isOurs(one.key()); });
        for (int line = 0; line < m_fleet.rowCount(); ++line) {
            const ServiceRow &row = m_fleet.row(line);
            const std::optional<bool> isBroken = rule.scope.matches(row) ? rule.isBrokenBy(row) : false;
            if (isBroken == false)
                broken.remove(row.id);
            else if (isBroken && !broken.contains(row.id) && m_isOurs(row.id))
                broken.insert(row.id, m_clock.now());
        }
    }
}

QMap<QString, PostedAlert> AlertPush::firing() const
{
    QMap<QString, PostedAlert> all;
    for (const PostedAlert &alert : m_states)
        all.insert(pushKey(alert.labels), alert);
    for (qsizetype each = 0; each < m_broken.size(); ++each) {
        const AlertRule &rule = m_pushed.rules[each];
        for (auto broken = m_broken[each].cbegin(); broken != m_broken[each].cend(); ++broken) {
            const std::chrono::nanoseconds lasted = m_clock.now() - *broken;
            if (lasted < rule.lasting)
                continue;
            const ServiceRow &row = *m_fleet.find(broken.key());
            LabelSet labels = labelsOf(row, nameOf(rule.measure), u"warning"_s);
            labels.insert(u"rule"_s, rule.text);
            const auto since = m_clock.wall() - std::chrono::duration_cast<Clock::WallTime::duration>(lasted);
            all.insert(pushKey(labels),
                       {labels, {{u"summary"_s, row.entry.name + u": "_s + rule.text}}, localTime(since).toUTC(), {}});
        }
    }
    return all;
}

void AlertPush::follow(const QMap<QString, PostedAlert> &firing)
{
    const Clock::TimePoint now = m_clock.now();
    for (auto alert = firing.begin(); alert != firing.end(); ++alert) {
        const auto known = m_alerts.find(alert.key());
        if (known == m_alerts.end() || known->over)
            m_alerts.insert(alert.key(), {*alert});
        else
            known->alert.annotations = alert->annotations; // it began when it was first seen
    }
    for (auto known = m_alerts.begin(); known != m_alerts.end();) {
        const bool isGone = !firing.contains(known.key());
        if (isGone && !known->over) {
            known->over = now;
            known->sent.reset();
            known->alert.endsAt = localTime(m_clock.wall()).toUTC();
        }
        known = known->over && now - *known->over >= OverIsTold ? m_alerts.erase(known) : std::next(known);
    }
}

bool AlertPush::isDue(const Pushed &pushed) const
{
    return !pushed.sent || (!pushed.over && m_clock.now() - *pushed.sent >= RepeatInterval);
}

void AlertPush::send()
{
    const bool waits = m_failed && m_clock.now() - *m_failed < RetryInterval;
    if (m_isSending || waits)
        return;
    QList<PostedAlert> due;
    for (Pushed &pushed : m_alerts) {
        if (!isDue(pushed) || due.size() >= MostPushed)
            continue;
        if (!pushed.over)
            pushed.alert.endsAt = localTime(m_clock.wall() + Lifetime).toUTC();
        due << pushed.alert;
    }
    if (due.isEmpty())
        return;
    m_isSending = true;
    const QPointer<AlertPush> self(this);
    m_feed.post(due, [self, due](const QStringList &problems) {
        if (self)
            self->endOf(due, problems);
    });
}

void AlertPush::endOf(const QList<PostedAlert> &sent, const QStringList &problems)
{
    m_isSending = false;
    const QString trouble = problems.join(u"; "_s);
    if (!trouble.isEmpty() && m_told != trouble)
        Q_EMIT happened({m_clock.wall(), NoService, tr("Alertmanager"), EventKind::Trouble,
                         tr("was not told of %n alert(s): %1", nullptr, int(sent.size())).arg(trouble)});
    m_told = trouble;
    m_failed = trouble.isEmpty() ? std::nullopt : std::optional(m_clock.now());
    if (m_failed)
        return;
    for (const PostedAlert &alert : sent) {
        const auto known = m_alerts.find(pushKey(alert.labels));
        if (known == m_alerts.end() || known->alert.endsAt != alert.endsAt)
            continue; // it is over since, or fires anew
        known->sent = m_clock.now();
        if (known->over)
            m_alerts.erase(known);
    }
    send(); // what did not fit
}

} // namespace Hephaestus
