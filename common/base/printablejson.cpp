// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/printablejson.h"

#include "common/base/printable.h"

namespace Hephaestus {

QString printableJson(const QString &json)
{
    QString result;
    result.reserve(json.size());
    for (qsizetype i = 0; i < json.size(); ++i) {
        if (json[i].unicode() < 0x7f) { // nearly all; QJsonDocument has escaped what is below the space
            result += json[i];
            continue;
        }
        const bool isPair = json[i].isHighSurrogate() && i + 1 < json.size() && json[i + 1].isLowSurrogate();
        const QString character = json.mid(i, isPair ? 2 : 1);
        const bool isShown = printable(character) == character;
        for (const QChar unit : character)
            result +=
                isShown ? QString(unit) : QStringLiteral("\\u%1").arg(uint(unit.unicode()), 4, 16, QLatin1Char('0'));
        i += isPair;
    }
    return result;
}

} // namespace Hephaestus
