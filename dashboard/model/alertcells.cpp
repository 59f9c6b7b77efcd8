// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/alertcells.h"

#include "dashboard/model/displaytext.h"
#include "dashboard/model/fleetmodel.h"

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

int severityOf(const FiringAlert &alert)
{
    static const QStringList words{u"critical"_s, u"page"_s, u"error"_s, u"warning"_s, u"info"_s, u"none"_s};
    const qsizetype place = words.indexOf(alert.labels.value(u"severity"_s).toLower());
    return place < 0 ? int(words.indexOf(u"warning"_s)) : int(place);
}

/// `14:02:11`, of another day `28 Nov 14:02`.
QString beginningOf(const FiringAlert &alert)
{
    const QDateTime local = alert.startsAt.toLocalTime();
    return local.toString(local.date() == QDate::currentDate() ? u"HH:mm:ss"_s : u"d MMM HH:mm"_s);
}

QString wordOf(FiringAlert const &alert)
{
    switch (alert.state) {
    case FiringAlert::State::Suppressed:
        return alert.isSilenced() ? FleetModel::tr("silenced") : FleetModel::tr("inhibited");
    case FiringAlert::State::Active:
    case FiringAlert::State::Unprocessed: break;
    }
    return {};
}

} // namespace

bool isMoreSevere(const FiringAlert &one, const FiringAlert &other)
{
    const auto rank = [](const FiringAlert &alert) {
        return std::tuple(alert.isHeld(), severityOf(alert), alert.startsAt, alert.fingerprint);
    };
    return rank(one) < rank(other);
}

QString alertLine(const FiringAlert &alert)
{
    QStringList words{visibleText(alert.name(), 80)};
    if (const QString severity = alert.labels.value(u"severity"_s); !severity.isEmpty())
        words << visibleText(severity, 20);
    if (alert.startsAt.isValid())
        words << FleetModel::tr("since %1").arg(beginningOf(alert));
    if (const QString word = wordOf(alert); !word.isEmpty())
        words << word;
    return words.join(u", "_s);
}

/// The names of those that are told, and how many are kept from that.
QString alertsText(const ServiceRow &row, const std::optional<QString> &why)
{
    if (why)
        return u"–"_s;
    QStringList words;
    qsizetype held = 0;
    for (const FiringAlert &alert : row.alerts) {
        if (alert.isHeld())
            ++held;
        else
            words << visibleText(alert.name(), 40);
    }
    words.removeDuplicates();
    if (held > 0)
        words << (held == row.alerts.size() ? FleetModel::tr("%1 silenced") : FleetModel::tr("%1 more silenced"))
                     .arg(held);
    return words.isEmpty() ? FleetModel::tr("none") : words.join(u", "_s);
}

QString alertsToolTip(const ServiceRow &row, const std::optional<QString> &why)
{
    if (why)
        return visibleText(*why, 1000);
    QStringList lines;
    for (const FiringAlert &alert : row.alerts.mid(0, 10)) {
        lines << alertLine(alert);
        if (const QString summary = alert.summary(); !summary.isEmpty())
            lines << u"    "_s + visibleText(summary, 200);
    }
    if (row.alerts.size() > 10)
        lines << FleetModel::tr("and %1 more").arg(row.alerts.size() - 10);
    return lines.isEmpty() ? FleetModel::tr("Alertmanager has no alert of it.") : lines.join(u'\n');
}

} // namespace Hephaestus
