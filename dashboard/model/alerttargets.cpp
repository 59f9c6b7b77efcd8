// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/alerttargets.h"

#include "common/protocol/serviceaddress.h"
#include "dashboard/model/displaytext.h"

#include <QCoreApplication>
#include <QProcess>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using Kind = NotificationTarget::Kind;

namespace {

struct TargetText
{
    Q_DECLARE_TR_FUNCTIONS(AlertTargets)
};

QString kindWord(Alert::Kind kind)
{
    switch (kind) {
    case Alert::Kind::Trouble: return u"trouble"_s;
    case Alert::Kind::Recovery: return u"recovery"_s;
    case Alert::Kind::Stale: return u"stale"_s;
    }
    Q_UNREACHABLE();
}

} // namespace

Result<NotificationTarget> parseAlertTarget(const QString &line)
{
    const QString kind = line.section(u' ', 0, 0, QString::SectionSkipEmpty);
    const QString rest = line.section(u' ', 1, -1, QString::SectionSkipEmpty).trimmed();
    NotificationTarget target;
    if (kind == "command"_L1) {
        target.kind = Kind::Command;
        target.command = QProcess::splitCommand(rest);
        if (target.command.isEmpty())
            return Problem{line, TargetText::tr("the program is missing: command PROGRAM ARGUMENT…")};
        return target;
    }
    if (kind != "ntfy"_L1 && kind != "webhook"_L1)
        return Problem{line, TargetText::tr("expected ntfy URL, webhook URL or command PROGRAM")};
    target.kind = kind == "ntfy"_L1 ? Kind::Ntfy : Kind::Webhook;
    target.url = QUrl(rest, QUrl::StrictMode);
    if (!isPostable(target.url))
        return Problem{withoutPassword(line), TargetText::tr("expected a URL that begins with https:// or http://")};
    return target;
}

Notification notificationOf(const Alert &alert, const FleetModel &fleet)
{
    Notification notification{.kind = kindWord(alert.kind), .title = alert.title, .text = alert.text, .services = {}};
    notification.isUrgent = alert.kind == Alert::Kind::Trouble;
    for (const ServiceId id : alert.services) {
        if (const ServiceRow *const row = fleet.find(id))
            notification.services << visibleText(row->entry.name);
    }
    return notification;
}

} // namespace Hephaestus
