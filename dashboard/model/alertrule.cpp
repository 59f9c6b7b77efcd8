// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/alertrule.h"

#include "common/base/duration.h"
#include "dashboard/model/displaytext.h"

#include <QRegularExpression>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int MostOfRule = 5; ///< named in one alert

const QHash<QString, AlertRule::Measure> &measures()
{
    static const QHash<QString, AlertRule::Measure> words{{u"latency"_s, AlertRule::Measure::Latency},
                                                          {u"memory"_s, AlertRule::Measure::Memory},
                                                          {u"errors"_s, AlertRule::Measure::Errors},
                                                          {u"stale"_s, AlertRule::Measure::Stale}};
    return words;
}

/// `500ms`, `2GiB`, `5%` in the measure's unit; nothing: it is not understood.
std::optional<double> limitOf(AlertRule::Measure measure, const QString &text)
{
    if (measure == AlertRule::Measure::Latency) {
        const Result<std::chrono::milliseconds> duration = parseDuration(text);
        return duration ? std::optional(Seconds(*duration).count()) : std::nullopt;
    }
    static const QRegularExpression number(u"^([0-9]+(?:\\.[0-9]+)?)(%|[KMGT]iB)$"_s);
    const QRegularExpressionMatch match = number.match(text);
    const QString unit = match.captured(2);
    if (!match.hasMatch() || (unit == "%"_L1) != (measure == AlertRule::Measure::Errors))
        return {};
    const double value = match.captured(1).toDouble();
    if (unit == "%"_L1)
        return value / 100;
    return value * double(1LL << (10 * (QString(u"KMGT"_s).indexOf(unit[0]) + 1)));
}

QString howToWrite()
{
    return RuleAlerts::tr(
        "expected latency > 500ms, memory > 2GiB, errors > 5% or stale, then perhaps for 1min and a filter");
}

} // namespace

Result<AlertRule> AlertRule::parse(const QString &line)
{
    static const QRegularExpression form(
        u"^\\s*(latency|memory|errors|stale)(?:\\s*>\\s*(\\S+))?(?:\\s+for\\s+(\\S+))?(?:\\s+(.*))?$"_s);
    const QRegularExpressionMatch match = form.match(line);
    if (!match.hasMatch())
        return Problem{line, howToWrite()};
    AlertRule rule;
    rule.text = line.simplified();
    rule.measure = measures().value(match.captured(1));
    if ((rule.measure == Measure::Stale) != match.captured(2).isEmpty())
        return Problem{line, howToWrite()};
    if (rule.measure != Measure::Stale) {
        const std::optional<double> limit = limitOf(rule.measure, match.captured(2));
        if (!limit)
            return Problem{match.captured(2), howToWrite()};
        rule.limit = *limit;
    }
    if (!match.captured(3).isEmpty()) {
        const Result<std::chrono::milliseconds> lasting = parseDuration(match.captured(3));
        if (!lasting)
            return Problem{match.captured(3), RuleAlerts::tr("expected a duration: 30s, 10min")};
        rule.lasting = *lasting;
    }
    const Result<FilterQuery> scope = FilterQuery::parse(match.captured(4));
    if (!scope)
        return scope.problem();
    rule.scope = *scope;
    return rule;
}

std::optional<bool> AlertRule::isBrokenBy(const ServiceRow &row) const
{
    if (!row.isCurrent() || !row.report)
        return {};
    switch (measure) {
    case Measure::Latency: return Seconds(row.reply.latency).count() > limit;
    case Measure::Memory:
        return row.report->resources.residentBytes ? std::optional(double(*row.report->resources.residentBytes) > limit)
                                                   : std::nullopt;
    case Measure::Errors: {
        const std::optional<double> rate = row.figures.errorRate();
        return rate ? std::optional(*rate > limit) : std::nullopt;
    }
    case Measure::Stale:
        return row.code() == CodeVerdict::Unknown ? std::nullopt : std::optional(row.code() == CodeVerdict::Stale);
    }
    Q_UNREACHABLE();
}

RuleAlerts::RuleAlerts(FleetModel &fleet, const Clock &time, QObject *parent)
    : QObject(parent)
    , m_fleet(fleet)
    , m_time(time)
{
}

void RuleAlerts::setRules(const QList<AlertRule> &rules)
{
    if (std::ranges::equal(m_rules, rules, {}, &Followed::rule))
        return;
    m_rules.clear();
    for (const AlertRule &rule : rules)
        m_rules.push_back({rule});
    m_changed = rules.isEmpty() ? nullptr : std::make_unique<ChangedServices>(m_fleet); // all are looked at anew
}

void RuleAlerts::check()
{
    m_lookedAt = 0;
    forgetRemoved();
    const QSet<ServiceId> changed = m_changed ? m_changed->take() : QSet<ServiceId>();
    QSet<ServiceId> looked = changed;
    for (Followed &each : m_rules) {
        const QSet<ServiceId> services = takeDue(each) + changed;
        looked += services;
        m_lookedAt += services.size();
        follow(each, inFleetOrder(services));
    }
    showBroken(m_rules.empty() ? std::exchange(m_shown, {}) : looked);
}

void RuleAlerts::forgetRemoved()
{
    const QSet<ServiceId> removed = m_changed ? m_changed->takeRemoved() : QSet<ServiceId>();
    for (const ServiceId id : removed) {
        for (Followed &each : m_rules)
            each.known.remove(id);
        m_shown.remove(id);
    }
}

/// Some of them may have kept the rule meanwhile.
QSet<ServiceId> RuleAlerts::takeDue(Followed &followed) const
{
    QSet<ServiceId> services;
    while (!followed.due.empty() && followed.due.begin()->first <= m_time.now()) {
        const ServiceId id = followed.due.begin()->second;
        if (followed.known.contains(id))
            services << id;
        followed.due.erase(followed.due.begin());
    }
    return services;
}

bool RuleAlerts::lasts(const AlertRule &rule, const Known &known) const
{
    return known.since && m_time.now() - *known.since >= rule.lasting;
}

void RuleAlerts::begin(Followed &followed, ServiceId id, Known &known) const
{
    known.since = m_time.now();
    if (followed.rule.lasting > 0ms)
        followed.due.emplace(*known.since + followed.rule.lasting, id);
}

void RuleAlerts::follow(Followed &followed, const QList<ServiceId> &services)
{
    const AlertRule &rule = followed.rule;
    QList<ServiceId> broken;
    QList<ServiceId> over;
    QList<ServiceId> acknowledged;
    for (const ServiceId id : services) {
        const ServiceRow *const row = m_fleet.find(id);
        if (!row)
            continue; // who heard of an alert has removed it
        const std::optional<bool> isBroken = rule.scope.matches(*row) ? rule.isBrokenBy(*row) : false;
        if (!isBroken)
            continue; // not known
        const bool isAcknowledged = row->quiet.rules.contains(rule.text);
        if (!*isBroken) {
            if (followed.known.take(id).isTold && !row->quiet.mutedUntil)
                over << id;
            if (isAcknowledged)
                acknowledged << id;
            continue;
        }
        Known &known = followed.known[id];
        if (!known.since)
            begin(followed, id, known);
        if (known.isTold || row->quiet.mutedUntil || !lasts(rule, known))
            continue;
        known.isTold = true;
        if (!isAcknowledged)
            broken << id;
    }
    raise(Alert::Kind::Trouble, rule, broken);
    raise(Alert::Kind::Recovery, rule, over);
    for (const ServiceId id : std::as_const(acknowledged))
        Q_EMIT acknowledgedEnded(id, rule.text);
}

void RuleAlerts::showBroken(const QSet<ServiceId> &services)
{
    const FleetModel::Batch together(m_fleet);
    for (const ServiceId id : services) {
        QStringList broken;
        for (const Followed &each : m_rules) {
            if (const auto known = each.known.constFind(id); known != each.known.cend() && lasts(each.rule, *known))
                broken << each.rule.text;
        }
        if (broken.isEmpty())
            m_shown.remove(id);
        else
            m_shown << id;
        m_fleet.setBrokenRules(id, broken);
    }
}

void RuleAlerts::raise(Alert::Kind kind, const AlertRule &rule, const QList<ServiceId> &services)
{
    if (services.isEmpty())
        return;
    QStringList names;
    for (const ServiceId id : services.mid(0, MostOfRule))
        names << visibleText(m_fleet.find(id)->entry.name, 80);
    if (services.size() > MostOfRule)
        names << tr("and %n more", nullptr, int(services.size() - MostOfRule));
    const QString who = services.size() == 1 ? names.first() : tr("%n service(s)", nullptr, int(services.size()));
    const QString rules = visibleText(rule.text, 120);
    Q_EMIT raised(Alert{kind, services,
                        kind == Alert::Kind::Trouble ? u"%1: %2"_s.arg(who, rules) : tr("%1: over, %2").arg(who, rules),
                        names.join(u'\n')});
}

} // namespace Hephaestus
