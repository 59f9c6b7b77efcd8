// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/alertpush.h"

#include "common/base/localtime.h"
#include "common/fleet/scrapetargets.h"

#include <QPointer>

#include <algorithm>

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
    return isWell(state) || state == ServiceState::Stopped || state == ServiceState::Foreign;
}

} // namespace

AlertPush::AlertPush(const FleetModel &fleet, AlertmanagerFeed &feed, const IsOurs &isOurs, const Clock &clock,
                     QObject *parent)
    : QObject(parent)
    , m_fleet(fleet)
    , m_feed(feed)
    , m_isOurs(isOurs)
    , m_clock(clock)
    , m_changed(fleet)
{
    connect(&m_timer, &QTimer::timeout, this, &AlertPush::check);
}

void AlertPush::setRules(const PushedRules &rules)
{
    if (!std::ranges::equal(m_rules, rules.rules, {}, &Followed::rule)) {
        m_rules.clear();
        for (const AlertRule &rule : rules.rules)
            m_rules.push_back({rule});
        m_changed.noteAll();
    }
    m_pushed = rules;
}

void AlertPush::check()
{
    m_lookedAt = 0;
    forgetRemoved();
    const QSet<ServiceId> changed = m_changed.take();
    followStates(changed);
    for (Followed &each : m_rules)
        followRule(each, changed);
    follow(firing());
    send();
}

void AlertPush::forgetRemoved()
{
    for (const ServiceId id : m_changed.takeRemoved()) {
        m_states.remove(id);
        m_waiting.remove(id);
        for (Followed &each : m_rules) {
            each.broken.remove(id);
            each.others.remove(id);
        }
    }
}

/// Nobody tells when a service becomes another's, or ours: those in trouble are asked for it each time.
void AlertPush::followStates(const QSet<ServiceId> &changed)
{
    m_states.removeIf([this](const auto &each) {
        const bool isAnothers = !m_isOurs(each.key());
        if (isAnothers)
            m_waiting << each.key();
        return isAnothers;
    });
    const QSet<ServiceId> services = changed + std::exchange(m_waiting, {});
    m_lookedAt += services.size();
    for (const ServiceId id : services)
        followState(*m_fleet.find(id));
}

/// What is being restarted has not recovered yet, and what is not known has not either.
void AlertPush::followState(const ServiceRow &row)
{
    if (isOver(row.state()))
        return (void)m_states.remove(row.id);
    if (!isTrouble(row.state()))
        return;
    if (row.reply.error == ClientError::NotAsked && !row.isCurrent())
        return; // how it is, nobody knows
    const bool hasLasted = row.figures.since && m_clock.wall() - *row.figures.since >= m_pushed.delay;
    if (!hasLasted || !m_isOurs(row.id)) {
        m_waiting << row.id;
        return;
    }
    const auto [name, severity] = nameOf(row.state());
    const QString reason = stateReason(row);
    const LabelSet labels = labelsOf(row, name, severity);
    m_states[row.id] = {
        pushKey(labels),
        {labels,
         {{u"summary"_s, row.entry.name + u": "_s + stateText(row) + (reason.isEmpty() ? reason : u": "_s + reason)}},
         localTime(*row.figures.since).toUTC(),
         {}}};
}

void AlertPush::followRule(Followed &followed, const QSet<ServiceId> &changed)
{
    followed.broken.removeIf([this, &followed](const auto &one) {
        const bool isAnothers = !m_isOurs(one.key());
        if (isAnothers)
            followed.others << one.key();
        return isAnothers;
    });
    const QSet<ServiceId> others = std::exchange(followed.others, {});
    m_lookedAt += (changed + others).size();
    for (const ServiceId id : changed + others)
        followRule(followed, *m_fleet.find(id), changed.contains(id));
}

/// What is not known breaks no rule, and ends no alert.
void AlertPush::followRule(Followed &followed, const ServiceRow &row, bool isChanged)
{
    const AlertRule &rule = followed.rule;
    const std::optional<bool> isBroken = rule.scope.matches(row) ? rule.isBrokenBy(row) : false;
    const auto known = followed.broken.find(row.id);
    const bool isKnown = known != followed.broken.end();
    if (isBroken == false && isKnown)
        followed.broken.erase(known);
    else if (isKnown && isChanged)
        known->alert.reset(); // its name may be another one
    else if (isBroken == true && !isKnown && m_isOurs(row.id))
        followed.broken.insert(row.id, {m_clock.now()});
    else if (isBroken == true && !isKnown)
        followed.others << row.id;
}

AlertPush::Firing AlertPush::firing()
{
    Firing all;
    all.reserve(m_states.size());
    for (const Named &state : std::as_const(m_states))
        all.insert(state.key, &state.alert);
    for (Followed &each : m_rules) {
        for (auto broken = each.broken.begin(); broken != each.broken.end(); ++broken) {
            const std::chrono::nanoseconds lasted = m_clock.now() - broken->since;
            if (lasted < each.rule.lasting)
                continue;
            if (!broken->alert)
                broken->alert = nameBreach(each.rule, broken.key(), lasted);
            all.insert(broken->alert->key, &broken->alert->alert);
        }
    }
    return all;
}

AlertPush::Named AlertPush::nameBreach(const AlertRule &rule, ServiceId id, std::chrono::nanoseconds lasted) const
{
    const ServiceRow &row = *m_fleet.find(id);
    LabelSet labels = labelsOf(row, nameOf(rule.measure), u"warning"_s);
    labels.insert(u"rule"_s, rule.text);
    const auto since = m_clock.wall() - std::chrono::duration_cast<Clock::WallTime::duration>(lasted);
    return {pushKey(labels),
            {labels, {{u"summary"_s, row.entry.name + u": "_s + rule.text}}, localTime(since).toUTC(), {}}};
}

void AlertPush::follow(const Firing &firing)
{
    const Clock::TimePoint now = m_clock.now();
    for (auto alert = firing.begin(); alert != firing.end(); ++alert) {
        const auto known = m_alerts.find(alert.key());
        if (known == m_alerts.end() || known->over)
            m_alerts.insert(alert.key(), {**alert});
        else
            known->alert.annotations = (*alert)->annotations; // it began when it was first seen
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
