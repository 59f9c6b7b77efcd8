// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/quiet.h"

#include "common/base/localtime.h"

#include <QCoreApplication>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr int MorningHour = 8;

QString quietTr(const char *text) { return QCoreApplication::translate("Quiet", text); }

} // namespace

QString momentText(Clock::WallTime time)
{
    const QDateTime local = localTime(time);
    return local.toString(local.date() == QDate::currentDate() ? u"HH:mm"_s : u"d MMM HH:mm"_s);
}

QStringList quietTexts(const Quiet &quiet)
{
    QStringList sentences;
    if (quiet.mutedUntil)
        sentences << quietTr("Muted until %1.").arg(momentText(*quiet.mutedUntil));
    if (quiet.isAcknowledged())
        sentences << quietTr("Acknowledged.");
    return sentences;
}

Clock::WallTime tomorrowMorning(Clock::WallTime now)
{
    const QDateTime morning(localTime(now).date().addDays(1), QTime(MorningHour, 0));
    return Clock::WallTime(std::chrono::milliseconds(morning.toMSecsSinceEpoch()));
}

} // namespace Hephaestus
