// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/eventline.h"

#include <QDateTime>
#include <QString>

namespace Hephaestus {

QByteArray eventLine(const QString &event)
{
    return QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs).toLatin1() + " hephaestus: " + event.toUtf8()
        + '\n';
}

} // namespace Hephaestus
