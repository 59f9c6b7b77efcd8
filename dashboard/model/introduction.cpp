// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/introduction.h"

#include "common/fleet/servicestate.h"
#include "dashboard/model/displaytext.h"
#include "dashboard/model/sharedtext.h"

#include <QCoreApplication>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

struct IntroductionText
{
    Q_DECLARE_TR_FUNCTIONS(Introduction)
};

QString joined(QStringList words)
{
    if (words.size() < 2)
        return words.join(QString());
    const QString last = words.takeLast();
    return IntroductionText::tr("%1 and %2").arg(words.join(u", "_s), last);
}

QString abilities(Dialect dialect, const HealthReport &report)
{
    switch (dialect) {
    case Dialect::Hephaestus: {
        QStringList words{IntroductionText::tr("watched"), IntroductionText::tr("shut down")};
        if (report.capabilities.contains(u"check"_s))
            words << IntroductionText::tr("checked");
        if (report.capabilities.contains(u"restart"_s))
            words << IntroductionText::tr("restarted");
        return IntroductionText::tr("It can be %1.").arg(joined(words));
    }
    case Dialect::Actuator:
        return IntroductionText::tr("It can be watched, and shut down if it exposes /actuator/shutdown.");
    case Dialect::HealthJson:
    case Dialect::Plain:
    case Dialect::Minio: return IntroductionText::tr("It can be watched.");
    case Dialect::Reachable: return IntroductionText::tr("It can be watched: nothing is known but that it answers.");
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
        facts << IntroductionText::tr("%n dependency(ies)", nullptr, int(used));
    return IntroductionText::tr("%1: %2. %3")
        .arg(dialectWord(dialect), facts.join(u", "_s), abilities(dialect, report));
}

QString excuse(const ServiceReply &reply)
{
    return IntroductionText::tr("%1. It can be added all the same.")
        .arg(visibleText(reply.message.isEmpty() ? errorWord(reply.error) : translated(reply.message), 400));
}

} // namespace Hephaestus
