// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/alerttold.h"

#include "dashboard/model/quiet.h"

#include <QCoreApplication>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

struct ToldText
{
    Q_DECLARE_TR_FUNCTIONS(AlertTold)
};

QString desktopText(const AlertTold &told)
{
    switch (told.desktop) {
    case AlertTold::Desktop::Notified: return ToldText::tr("told at %1").arg(momentText(told.at));
    case AlertTold::Desktop::InFront: return ToldText::tr("not sent: the window was in front");
    case AlertTold::Desktop::Off: return ToldText::tr("not sent: notifications are off");
    case AlertTold::Desktop::Muted: return ToldText::tr("not sent: notifications were muted");
    case AlertTold::Desktop::Unavailable: return ToldText::tr("not sent: this desktop takes no notifications");
    }
    Q_UNREACHABLE();
}

} // namespace

QString toldText(const AlertTold &told)
{
    if (told.targets == 0)
        return desktopText(told);
    const QString given = ToldText::tr("given to %n target(s) at %1", nullptr, told.targets).arg(momentText(told.at));
    return told.desktop == AlertTold::Desktop::Notified ? u"%1, %2"_s.arg(desktopText(told), given)
                                                        : u"%1; %2"_s.arg(given, desktopText(told));
}

} // namespace Hephaestus
