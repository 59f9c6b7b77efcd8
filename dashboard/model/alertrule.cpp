// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/alertrule.h"

#include "common/base/duration.h"
#include "dashboard/model/displaytext.h"

#include <QRegularExpression>

namespace Hephaestus {

using namespace Qt::StringLiterals;

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
    if (rules == m_rules)
        return;
    m_rules = rules;
    m_known = QList<QHash<ServiceId, Known>>(rules.size());
}

void RuleAlerts::check()
{
    for (qsizetype each = 0; each < m_rules.size(); ++each)
        follow(m_rules[each], m_known[each]);
    showBroken();
}

bool RuleAlerts::lasts(const AlertRule &rule, const Known &known) const
{
    return known.since && m_time.now() - *known.since >= rule.lasting;
}

void RuleAlerts::follow(const AlertRule &rule, QHash<ServiceId, Known> &known)
{
    QList<ServiceId> broken;
    QList<ServiceId> over;
    QList<ServiceId> acknowledged;
    known.removeIf([this](const auto &each) { return !m_fleet.find(each.key()); });
    for (int line = 0; line < m_fleet.rowCount(); ++line) {
        const ServiceRow &row = m_fleet.row(line);
        const std::optional<bool> isBroken = rule.scope.matches(row) ? rule.isBrokenBy(row) : false;
        if (!isBroken)
            continue; // not known
        const bool isAcknowledged = row.quiet.rules.contains(rule.text);
        if (!*isBroken) {
            if (known.take(row.id).isTold && !row.quiet.mutedUntil)
                over << row.id;
            if (isAcknowledged)
                acknowledged << row.id;
            continue;
        }
        Known &since = known[row.id];
        since.since = since.since.value_or(m_time.now());
        if (since.isTold || row.quiet.mutedUntil || !lasts(rule, since))
            continue;
        since.isTold = true;
        if (!isAcknowledged)
            broken << row.id;
    }
    raise(Alert::Kind::Trouble, rule, broken);
    raise(Alert::Kind::Recovery, rule, over);
    for (const ServiceId id : std::as_const(acknowledged))
        Q_EMIT acknowledgedEnded(id, rule.text);
}

void RuleAlerts::showBroken()
{
    QHash<ServiceId, QStringList> broken;
    for (qsizetype each = 0; each < m_rules.size(); ++each) {
        for (auto known = m_known[each].cbegin(); known != m_known[each].cend(); ++known) {
            if (lasts(m_rules[each], *known))
                broken[known.key()] << m_rules[each].text;
        }
    }
    if (broken.isEmpty() && !m_isShown)
        return;
    m_isShown = !broken.isEmpty();
    const FleetModel::Batch together(m_fleet);
    for (int line = 0; line < m_fleet.rowCount(); ++line) {
        const ServiceId id = m_fleet.row(line).id;
        m_fleet.setBrokenRules(id, broken.value(id));
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
