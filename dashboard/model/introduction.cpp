// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/introduction.h"

#include "common/fleet/servicestate.h"
#include "dashboard/model/displaytext.h"

#include <QCoreApplication>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text) { return QCoreApplication::translate("Introduction", text); }

QString joined(QStringList words)
{
    if (words.size() < 2)
        return words.join(QString());
    const QString last = words.takeLast();
    return tr("%1 and %2").arg(words.join(u", "_s), last);
}

QString abilities(Dialect dialect, const HealthReport &report)
{
    switch (dialect) {
    case Dialect::Hephaestus: {
        QStringList words{tr("watched"), tr("shut down")};
        if (report.capabilities.contains(u"check"_s))
            words << tr("checked");
        if (report.capabilities.contains(u"restart"_s))
            words << tr("restarted");
        return tr("It can be %1.").arg(joined(words));
    }
    case Dialect::Actuator: return tr("It can be watched, and shut down if it exposes /actuator/shutdown.");
    case Dialect::HealthJson:
    case Dialect::Plain:
    case Dialect::Minio: return tr("It can be watched.");
    case Dialect::Reachable: return tr("It can be watched: nothing is known but that it answers.");
    }
    Q_UNREACHABLE();
}

} // namespace

QString introduce(Dialect dialect, const HealthReport &report)
{
    QStringList facts;
    const QString who = (report.service + u' ' + report.version).trimmed();
    if (!who.isEmpty())
        facts << visibleText(who, 80);
    facts << stateWord(stateOf(report));
    qsizetype used = 0;
    for (const DependencyReport &dependency : report.dependencies)
        used += dependency.status != DependencyStatus::NotUsed;
    if (used > 0)
        facts << (used == 1 ? tr("1 dependency") : tr("%1 dependencies").arg(used));
    return tr("%1: %2. %3").arg(nameOf(dialect), facts.join(u", "_s), abilities(dialect, report));
}

QString excuse(const ServiceReply &reply)
{
    return tr("%1. It can be added all the same.")
        .arg(visibleText(reply.message.isEmpty() ? describe(reply.error) : reply.message, 200));
}

} // namespace Hephaestus
