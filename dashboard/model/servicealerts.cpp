// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/servicealerts.h"

#include "common/base/localtime.h"
#include "common/fleet/scrapetargets.h"
#include "dashboard/model/alertcells.h"
#include "dashboard/model/displaytext.h"

#include <QRegularExpression>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// Whether the matcher holds for these labels; expressions are anchored, as Alertmanager has them.
bool holdsFor(const AlertMatcher &matcher, const LabelSet &labels)
{
    const QString value = labels.value(matcher.name);
    const bool matches = matcher.isRegex
        ? QRegularExpression(QRegularExpression::anchoredPattern(matcher.value)).match(value).hasMatch()
        : value == matcher.value;
    return matches == matcher.isEqual;
}

} // namespace

ServiceAlerts::ServiceAlerts(FleetModel &fleet, const QList<PrometheusServer> &servers, const Clock &clock,
                             QObject *parent)
    : QObject(parent)
    , m_fleet(fleet)
    , m_clock(clock)
    , m_feed(servers)
{
    m_placeTimer.setSingleShot(true);
    connect(&m_placeTimer, &QTimer::timeout, this, &ServiceAlerts::place);
    connect(&m_feed, &AlertmanagerFeed::changed, this, &ServiceAlerts::apply);
    connect(&fleet, &QAbstractItemModel::rowsInserted, this, &ServiceAlerts::learnInstances);
    connect(&fleet, &QAbstractItemModel::rowsAboutToBeRemoved, this, &ServiceAlerts::forgetInstances);
    if (fleet.rowCount() > 0)
        learnInstances({}, 0, fleet.rowCount() - 1);
    place();
}

ServiceAlerts::~ServiceAlerts() { m_fleet.endAlerts(); }

void ServiceAlerts::learnInstances(const QModelIndex &, int first, int last)
{
    for (int line = first; line <= last; ++line) {
        const ServiceRow &row = m_fleet.row(line);
        for (const QString &name : QSet<QString>{instanceLabelOf(row.entry), row.entry.url})
            m_byInstance[name] << row.id;
    }
    m_placeTimer.start(0ms);
}

void ServiceAlerts::forgetInstances(const QModelIndex &, int first, int last)
{
    for (int line = first; line <= last; ++line) {
        const ServiceRow &row = m_fleet.row(line);
        for (const QString &name : QSet<QString>{instanceLabelOf(row.entry), row.entry.url}) {
            m_byInstance[name].removeOne(row.id);
            if (m_byInstance[name].isEmpty())
                m_byInstance.remove(name);
        }
    }
    m_placeTimer.start(0ms);
}

void ServiceAlerts::apply(const AlertReading &reading)
{
    m_reading = reading;
    m_isRead = true;
    tellTrouble();
    place();
}

QString ServiceAlerts::trouble() const
{
    if (!m_isRead)
        return tr("Alertmanager has not answered yet.");
    if (m_reading.problems.isEmpty())
        return {};
    const QString why = m_reading.problems.join(u"; "_s);
    return m_reading.isKnown ? tr("Not all is known of alerts: %1").arg(why) : tr("Alerts are not known: %1").arg(why);
}

/// Once, until it is another one; and that it is over.
void ServiceAlerts::tellTrouble()
{
    const QString trouble = this->trouble();
    if (trouble == m_told)
        return;
    const bool isOver = trouble.isEmpty();
    m_told = trouble;
    Q_EMIT happened({m_clock.wall(), NoService, tr("Alertmanager"), isOver ? EventKind::Recovery : EventKind::Trouble,
                     isOver ? tr("answers again: alerts are known") : trouble});
}

/// The services that the alerts may mean by a name that is not in their address.
ServiceAlerts::Named ServiceAlerts::namedInAlerts() const
{
    Named named;
    for (const FiringAlert &alert : m_reading.alerts) {
        const QString instance = alert.labels.value(u"instance"_s);
        if (!instance.isEmpty() && !m_byInstance.contains(instance))
            named.instances.insert(instance, {});
        for (const QString &name : {alert.labels.value(u"service"_s), alert.labels.value(u"job"_s)}) {
            if (instance.isEmpty() && !name.isEmpty())
                named.services.insert(name, {});
        }
    }
    const bool isAny = !named.services.isEmpty() || (m_instance && !named.instances.isEmpty());
    for (int line = 0; line < (isAny ? m_fleet.rowCount() : 0); ++line) {
        const ServiceRow &row = m_fleet.row(line);
        const auto byName = named.services.find(row.entry.name);
        const auto byOwn = row.report ? named.services.find(row.report->service) : named.services.end();
        if (byName != named.services.end())
            *byName << row.id;
        else if (byOwn != named.services.end())
            *byOwn << row.id;
        const auto byInstance = m_instance ? named.instances.find(m_instance(row.id)) : named.instances.end();
        if (byInstance != named.instances.end())
            *byInstance << row.id;
    }
    return named;
}

QList<ServiceId> ServiceAlerts::servicesOf(const FiringAlert &alert, const Named &names) const
{
    if (const QString instance = alert.labels.value(u"instance"_s); !instance.isEmpty()) {
        const auto known = m_byInstance.constFind(instance);
        return known == m_byInstance.cend() ? names.instances.value(instance) : *known;
    }
    const QList<ServiceId> services = names.services.value(alert.labels.value(u"service"_s));
    return services.isEmpty() ? names.services.value(alert.labels.value(u"job"_s)) : services;
}

/// Puts what was read last on the rows.
void ServiceAlerts::place()
{
    m_placeTimer.stop();
    if (!m_isRead || !m_reading.isKnown) {
        m_elsewhere = 0;
        m_fleet.setAlerts({}, trouble());
        return Q_EMIT changed();
    }
    const Named names = namedInAlerts();
    QHash<ServiceId, QList<FiringAlert>> placed;
    m_elsewhere = 0;
    for (const FiringAlert &alert : std::as_const(m_reading.alerts)) {
        const QList<ServiceId> services = servicesOf(alert, names);
        m_elsewhere += services.isEmpty();
        for (const ServiceId id : services)
            placed[id] << alert;
    }
    for (QList<FiringAlert> &alerts : placed)
        std::ranges::sort(alerts, isMoreSevere);
    m_fleet.setAlerts(placed, {});
    Q_EMIT changed();
}

QList<Silence> ServiceAlerts::silencesOf(ServiceId id) const
{
    const ServiceRow *const row = m_fleet.find(id);
    const QList<AlertMatcher> own = matchersOf(id);
    QList<Silence> silences;
    for (const Silence &silence : m_reading.silences) {
        const bool holds = row && std::ranges::any_of(row->alerts, [&silence](const FiringAlert &alert) {
                               return std::ranges::all_of(silence.matchers, [&alert](const AlertMatcher &matcher) {
                                   return holdsFor(matcher, alert.labels);
                               });
                           });
        if (holds || (!own.isEmpty() && silence.matchers == own))
            silences << silence;
    }
    return silences;
}

QList<AlertMatcher> ServiceAlerts::matchersOf(const FiringAlert &alert)
{
    QList<AlertMatcher> matchers;
    for (auto label = alert.labels.begin(); label != alert.labels.end(); ++label)
        matchers << AlertMatcher{label.key(), label.value()};
    return matchers;
}

QList<AlertMatcher> ServiceAlerts::matchersOf(ServiceId id) const
{
    const ServiceRow *const row = m_fleet.find(id);
    if (!row)
        return {};
    const QString instance = m_instance ? m_instance(id) : QString();
    return {AlertMatcher{u"instance"_s, instance.isEmpty() ? instanceLabelOf(row->entry) : instance}};
}

void ServiceAlerts::silence(const QList<AlertMatcher> &matchers, Clock::WallTime end, const QString &author,
                            const QString &comment, const Done &done)
{
    QStringList texts;
    for (const AlertMatcher &matcher : matchers)
        texts << matcher.text();
    const QString what = u"{%1}"_s.arg(texts.join(u", "_s));
    const Silence wanted{
        {},     Silence::State::Active, matchers, localTime(m_clock.wall()).toUTC(), localTime(end).toUTC(), author,
        comment};
    m_feed.silence(wanted, [this, what, end, author, comment, done](const Result<QString> &id) {
        if (id)
            Q_EMIT happened({m_clock.wall(), NoService, tr("Alertmanager"), EventKind::Action,
                             tr("%1 is silenced until %2: %3").arg(what, dayAndTime(localTime(end)), comment), author});
        done(id ? std::optional<Problem>() : id.problem());
    });
}

void ServiceAlerts::endSilence(const QString &id, const Done &done)
{
    m_feed.endSilence(id, [this, id, done](const std::optional<Problem> &problem) {
        if (!problem)
            Q_EMIT happened(
                {m_clock.wall(), NoService, tr("Alertmanager"), EventKind::Action, tr("silence %1 was ended").arg(id)});
        done(problem);
    });
}

} // namespace Hephaestus
