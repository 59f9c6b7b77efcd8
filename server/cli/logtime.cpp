// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/logtime.h"

#include "common/base/duration.h"
#include "common/base/printable.h"

#include <QDateTime>

namespace Hephaestus {

using namespace Qt::StringLiterals;

Result<OutputLine::Time> readLogTime(const QString &text)
{
    if (const auto ago = parseDuration(text))
        return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now() - *ago);
    QString iso = QString(text).replace(u' ', u'T');
    if (QTime::fromString(iso, Qt::ISODate).isValid())
        iso = QDate::currentDate().toString(Qt::ISODate) + u'T' + iso;
    const QDateTime time = QDateTime::fromString(iso, Qt::ISODateWithMs);
    if (!time.isValid())
        return Problem{{},
                       u"expected a duration (10m) or a time (2026-01-31 12:00), found \"%1\""_s.arg(printable(text))};
    return OutputLine::Time(std::chrono::milliseconds(time.toMSecsSinceEpoch()));
}

} // namespace Hephaestus
